package digest

import (
	"cmp"
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
	TaskQuestion  TaskKind = "question"   // answer what somebody who is asked wants to know
	TaskStill     TaskKind = "still"      // its time stands still after an outage
	TaskEndsToday TaskKind = "ends_today" // a window ends that is the chair's own
	TaskNone      TaskKind = "none"       // nothing: a window ended in silence, and it went on
)

// Task is a challenge that waits for somebody today.
type Task struct {
	Kind      TaskKind
	Challenge challenge.Challenge
	Ladder    *ladder.Ladder
	// Since is when the waiting began; zero where only the trail knows.
	Since time.Time
	// LimitNear and StatutoryNear as in PendingItem.
	LimitNear, StatutoryNear bool
}

// TasksOf are the tasks of an open challenge on a day, each with who has it. The challenge needs
// no history.
func TasksOf(c challenge.Snapshot, env challenge.Env) map[string]Task {
	tasks := map[string]Task{}
	limitNear, statutoryNear := areLimitsNear(&c.Challenge, env)
	add := func(kind TaskKind, since time.Time, people ...string) {
		for _, id := range people {
			if _, listed := env.Directory.PersonByEntra(id); listed {
				tasks[id] = Task{Kind: kind, Challenge: c.Challenge, Ladder: c.Ladder, Since: since, LimitNear: limitNear, StatutoryNear: statutoryNear}
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
		case o.QuestionBy.ID != "":
			add(TaskQuestion, time.Time{}, chair)
		case rung != nil && rung.WindowOwner == ladder.OwnerChair && workday.DateOf(c.Challenge.Due().In(env.Calendar.Location())) == env.Today():
			add(TaskEndsToday, o.OpenedAt, chair)
		case c.Challenge.IsToldInTheMorning(env.Calendar) && isSinceLastWorkingDay(o.OpenedAt, env):
			add(TaskNone, o.OpenedAt, chair)
		}
	}
	return tasks
}

// isSinceLastWorkingDay reports whether something happened after the last working day before today
// had ended.
func isSinceLastWorkingDay(at time.Time, env challenge.Env) bool {
	last, err := env.Calendar.WorkingDayOnOrBefore(env.Today() - 1)
	return err != nil || !at.Before(env.Calendar.EndOfDay(last))
}

// compareHaste puts what ends today first.
func (t Task) compareHaste(other Task) int {
	if isToday := t.Kind == TaskEndsToday; isToday == (other.Kind == TaskEndsToday) {
		return 0
	} else if isToday {
		return -1
	}
	return 1
}

// MaxTasksListed is how many tasks a person's digest lists before it counts the rest.
const MaxTasksListed = 10

// TaskList is what waits for one person: first whose time ends today, then the longest waiting.
type TaskList struct {
	Tasks []Task
	More  int // not listed
	// MovedOn are challenges of which nothing waits for the person.
	MovedOn []Task
}

// Add puts a task in its place.
func (l *TaskList) Add(t Task) {
	if t.Kind == TaskNone {
		l.MovedOn = append(l.MovedOn, t)
		return
	}
	i, _ := slices.BinarySearchFunc(l.Tasks, t, func(a, b Task) int {
		return cmp.Or(a.compareHaste(b), a.Since.Compare(b.Since), strings.Compare(a.Challenge.Ref, b.Challenge.Ref))
	})
	l.Tasks = slices.Insert(l.Tasks, i, t)
	if len(l.Tasks) > MaxTasksListed {
		l.Tasks = l.Tasks[:MaxTasksListed]
		l.More++
	}
}
