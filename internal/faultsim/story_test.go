//go:build !race

package faultsim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// stepKind is what a step is.
type stepKind string

const (
	raises          stepKind = "raises"
	presses         stepKind = "presses"
	withdraws       stepKind = "withdraws"
	installs        stepKind = "installs"
	weatherTeams    stepKind = "teams"
	weatherDatabase stepKind = "database"
	crashes         stepKind = "crashes"
	clocks          stepKind = "clock"
)

// step is something that happens to a run from outside.
type step struct {
	at      time.Duration // since the beginning
	whenDue bool          // then wait until just when the next deadline is
	kind    stepKind

	pick     int  // draws among what there is when it happens
	twice    bool // the activity is delivered twice, at the same time
	instance int  // -1: both
	person   string
	call     string
	answer   answer
	// operation is a call to the database; "" is any.
	operation string
	database  databaseAnswer
	times     int // how often; 0: for as long as lasts says
	lasts     time.Duration
	turns     int // of the instance, until it dies
}

var operations = []string{"", "", "Tick", "Apply", "MarkDelivered", "MarkDelivered", "ClaimMessages", "ScheduleRetry", "Load", "MarkRejected", "Raise", "RecordHeartbeat"}

// drawSteps draws what happens in a run.
func drawSteps(seed uint64, o office) []step {
	d := rand.New(rand.NewPCG(seed, 10))
	people := o.directory.People()
	at := time.Duration(0)
	steps := []step{{kind: raises, pick: d.IntN(1 << 16), twice: d.IntN(3) == 0}}
	for range 10 + d.IntN(7) {
		at += drawOne(d, []time.Duration{0, time.Second, time.Minute, 20 * time.Minute, 3 * time.Hour, 20 * time.Hour, 26 * time.Hour})
		s := step{at: at, whenDue: d.IntN(5) == 0, pick: d.IntN(1 << 16), twice: d.IntN(4) == 0, instance: d.IntN(3) - 1,
			lasts: drawOne(d, []time.Duration{2 * time.Minute, 2 * time.Minute, 40 * time.Minute, 3 * time.Hour, 9 * time.Hour})}
		if d.IntN(2) == 0 {
			s.times = 1 + d.IntN(4)
		}
		switch n := d.IntN(20); {
		case n < 2:
			s.kind = raises
		case n < 8:
			s.kind = presses
		case n < 9:
			s.kind = drawOne(d, []stepKind{withdraws, installs, installs})
			s.person = drawOne(d, people).Entra
		case n < 13:
			s.kind, s.answer = weatherTeams, drawOne(d, answers)
			s.call = drawOne(d, []string{"", "", callSend, callSend, callSend, callUpdate, callCreate, callThread})
			if d.IntN(5) == 0 {
				s.lasts = 40 * time.Hour
			}
			if d.IntN(3) > 0 {
				s.person = drawOne(d, people).Entra
			}
		case n < 15:
			s.kind, s.operation, s.database = weatherDatabase, drawOne(d, operations), drawOne(d, databaseAnswers)
			s.lasts = min(s.lasts/10, 20*time.Minute)
		case n < 18:
			s.kind, s.turns = crashes, 1+d.IntN(40)
			s.instance = max(s.instance, 0)
		default:
			s.kind, s.instance = clocks, max(s.instance, 0)
			s.pick = drawOne(d, []int{-3 * 86400, -600, -50, 50, 600, 3 * 86400})
		}
		steps = append(steps, s)
	}
	return steps
}

func drawOne[T any](d *rand.Rand, all []T) T { return all[d.IntN(len(all))] }

// do makes a step happen.
func (w *world) do(s step) {
	switch s.kind {
	case raises:
		w.raise(s)
	case presses:
		w.press(s)
	case withdraws:
		w.withdraw(s)
	case installs:
		if w.teams.blocked[s.person] {
			w.teams.install(s.person)
		} else {
			w.teams.blocked[s.person] = true
		}
	case weatherTeams, weatherDatabase:
		f := &weather{step: s, until: w.now().Add(s.lasts), times: s.times}
		if s.times > 0 {
			f.until = w.now().Add(12 * time.Hour)
		}
		w.weather = append(w.weather, f)
		w.recordDown()
	case crashes:
		if l := w.lives[s.instance]; !l.dead {
			l.crashIn, l.backAt = s.turns, w.now().Add(s.lasts)
		}
	case clocks:
		l := w.lives[s.instance]
		l.skew = time.Duration(s.pick) * time.Second
		if s.times > 0 {
			l.skew = 0
		}
	}
}

// describe tells a step in words.
func (s step) describe(o office) string {
	var b strings.Builder
	instance := "each instance"
	if s.instance >= 0 {
		instance = fmt.Sprintf("instance %d", s.instance+1)
	}
	howLong := fmt.Sprintf("for %v", s.lasts)
	if s.times > 0 {
		howLong = fmt.Sprintf("%d times", s.times)
	}
	twice := ""
	if s.twice {
		twice = ", and Teams delivers it to both instances"
	}
	switch s.kind {
	case raises:
		fmt.Fprintf(&b, "a chair raises a challenge%s", twice)
	case presses:
		fmt.Fprintf(&b, "somebody presses a button (draw %d)%s", s.pick, twice)
	case withdraws:
		fmt.Fprintf(&b, "a chair withdraws a challenge (draw %d)%s", s.pick, twice)
	case installs:
		fmt.Fprintf(&b, "%s removes the app or, without it, installs it", nameOf(o, s.person))
	case weatherTeams:
		what, who := "every call", "everybody"
		if s.call != "" {
			what = "each " + s.call
		}
		if s.person != "" {
			who = nameOf(o, s.person)
		}
		fmt.Fprintf(&b, "Teams, %s to %s, %s: it %s", what, who, howLong, s.answer.name)
	case weatherDatabase:
		what := "every call"
		if s.operation != "" {
			what = "each " + s.operation
		}
		fmt.Fprintf(&b, "the database, %s of %s, %s: it %s", what, instance, howLong, s.database)
	case crashes:
		fmt.Fprintf(&b, "%s dies at its call number %d from now, and is back %v from now at the earliest", instance, s.turns, s.lasts)
	case clocks:
		skew := time.Duration(s.pick) * time.Second
		if s.times > 0 {
			skew = 0
		}
		fmt.Fprintf(&b, "the clock of the machine of %s is out by %v", instance, skew)
	}
	if s.whenDue {
		return b.String() + ", just when the next deadline is"
	}
	return b.String()
}

func nameOf(o office, person string) string {
	if p, ok := o.directory.PersonByEntra(person); ok {
		return p.Name
	}
	return person
}

// tell is a whole story.
func tell(steps []step, o office) string {
	var b strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&b, "  %2d. after %v: %s\n", i+1, s.at, s.describe(o))
	}
	return b.String()
}
