package challenge

import "time"

// Limits of what one person may add to one challenge by doing the same again and again. They
// are counted in its trail, so they hold whichever instance serves and whatever was restarted.
const (
	// MaxLateResponses is how many late responses of one person are kept for one opening.
	MaxLateResponses = 10
	// MaxRepeatedSteps is how many steps of kinds that can be repeated without end one person
	// may add within a day.
	MaxRepeatedSteps = 60
)

// Decide is the transition for somebody who acts, within the limits of one person.
func (s Snapshot) Decide(cmd Command, by Person, env Env) (Change, error) {
	change, err := s.Challenge.Decide(cmd, by, env)
	if err != nil || len(change.Events) == 0 {
		return change, err
	}
	switch b := change.Events[0].Body.(type) {
	case LateResponse:
		if s.countLateResponses(b.Opening, change.Events[0].By.ID) >= MaxLateResponses {
			return Change{}, newRefusal(CodeNotAllowed, sayTooManyLate, MaxLateResponses)
		}
	case Responded:
		if b.Replaces && s.countReplacements(change.Events[0].Opening) >= MaxLateResponses {
			return Change{}, newRefusal(CodeNotAllowed, sayTooManyLate, MaxLateResponses)
		}
	case MessageChanged, GateRecorded, AskedOutside, EndRequested:
		if s.countRepeatedSteps(change.Events[0].By.ID, env.Now) >= MaxRepeatedSteps {
			return Change{}, newRefusal(CodeNotAllowed, sayTooManySteps, MaxRepeatedSteps)
		}
	}
	return change, nil
}

func (s Snapshot) countReplacements(opening int) int {
	n := 0
	for _, e := range s.History {
		if b, ok := e.Body.(Responded); ok && b.Replaces && e.Opening == opening {
			n++
		}
	}
	return n
}

func (s Snapshot) countLateResponses(opening int, person string) int {
	n := 0
	for _, e := range s.History {
		if b, ok := e.Body.(LateResponse); ok && b.Opening == opening && e.By.ID == person {
			n++
		}
	}
	return n
}

func (s Snapshot) countRepeatedSteps(person string, now time.Time) int {
	n := 0
	for _, e := range s.History {
		switch e.Body.(type) {
		case MessageChanged, GateRecorded, AskedOutside, EndRequested:
			if e.By.ID == person && now.Sub(e.At) < 24*time.Hour {
				n++
			}
		}
	}
	return n
}
