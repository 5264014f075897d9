package digest

import (
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// TaskKind is what somebody is to do about a challenge.
type TaskKind string

// The tasks of a day.
const (
	TaskJudge     TaskKind = "judge"      // decide whether the answer is good enough
	TaskGate      TaskKind = "gate"       // record what the next rung waits for
	TaskDecide    TaskKind = "decide"     // past the top of the ladder
	TaskEnd       TaskKind = "end"        // decide on the wish that the challenge ends
	TaskStill     TaskKind = "still"      // its time stands still after an outage
	TaskEndsToday TaskKind = "ends_today" // a window ends that is the chair's own
)

// Task is a challenge that waits for somebody today.
type Task struct {
	Kind      TaskKind
	Challenge challenge.Challenge
	Ladder    *ladder.Ladder
	// Since is when the waiting began; zero where only the trail knows.
	Since time.Time
}

// TasksOf are the tasks of an open challenge on a day, each with who has it. The challenge needs
// no history.
func TasksOf(c challenge.Snapshot, env challenge.Env) map[string]Task {
	tasks := map[string]Task{}
	add := func(kind TaskKind, since time.Time, people ...string) {
		for _, id := range people {
			if _, listed := env.Directory.PersonByEntra(id); listed {
				tasks[id] = Task{Kind: kind, Challenge: c.Challenge, Ladder: c.Ladder, Since: since}
			}
		}
	}
	chair := c.Challenge.Chair.ID
	if r := c.Challenge.EndRequest; r != nil {
		add(TaskEnd, r.At, chair)
	}
	o := c.Challenge.CurrentOpening()
	switch c.Challenge.State {
	case challenge.StateAwaitingJudgement:
		add(TaskJudge, o.AnsweredAt, c.Challenge.WaitingFor()...)
	case challenge.StateHeldAtGate:
		add(TaskGate, c.Challenge.Hold.Since, c.Challenge.WaitingFor()...)
	case challenge.StateExhausted:
		add(TaskDecide, time.Time{}, append(slices.Clone(c.Challenge.WaitingFor()), chair)...)
	case challenge.StateAwaitingResponse:
		rung, _ := c.Ladder.RungByID(o.Rung)
		switch {
		case c.Challenge.AwaitsRelease():
			add(TaskStill, o.AwaitsReleaseSince, chair)
		case rung != nil && rung.WindowOwner == ladder.OwnerChair && workday.DateOf(c.Challenge.Due().In(env.Calendar.Location())) == env.Today():
			add(TaskEndsToday, o.OpenedAt, chair)
		}
	}
	return tasks
}

// MaxTasksListed is how many tasks a person's digest lists before it counts the rest.
const MaxTasksListed = 10

// TaskList is what waits for one person, the longest first.
type TaskList struct {
	Tasks []Task
	More  int // not listed
}

// Add puts a task in its place.
func (l *TaskList) Add(t Task) {
	i, _ := slices.BinarySearchFunc(l.Tasks, t, func(a, b Task) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Challenge.Ref, b.Challenge.Ref)
	})
	l.Tasks = slices.Insert(l.Tasks, i, t)
	if len(l.Tasks) > MaxTasksListed {
		l.Tasks = l.Tasks[:MaxTasksListed]
		l.More++
	}
}
