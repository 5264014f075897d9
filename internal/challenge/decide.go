package challenge

import (
	"errors"
	"fmt"
	"slices"
)

// Command is what a person or the clock wants of a challenge. Each command says itself
// which transition it is.
type Command interface {
	decide(tr *transition) error
}

// Decide is the transition of a challenge that exists. A command that does not
// fit is answered by a *Refusal and changes nothing.
func (c Challenge) Decide(cmd Command, by Person, env Env) (Change, error) {
	if _, ok := env.Ladder.RungByID(c.Rung); !ok || env.Ladder.ID != c.Ladder || env.Ladder.Version != c.LadderVersion {
		return Change{}, fmt.Errorf("challenge: %s runs under version %d of the ladder %s, not under version %d of %s",
			c.Ref, c.LadderVersion, c.Ladder, env.Ladder.Version, env.Ladder.ID)
	}
	if err := (Snapshot{Challenge: c, Ladder: env.Ladder}).CheckConsistency(); err != nil {
		return Change{}, fmt.Errorf("challenge: %s cannot move: %w", c.Ref, err)
	}
	tr := newTransition(c, by, env)
	if err := cmd.decide(tr); err != nil {
		return c.refuse(err, by, env)
	}
	// Where a move is due that has not been made, it is made when the working day begins.
	if _, isRecord := cmd.(messageRecord); !isRecord && len(tr.events) > 0 && len(tr.planHandovers()) == 0 {
		tr.reportGaps()
	}
	return tr.buildChange(), nil
}

// messageRecord is a command that records what became of a message and changes nobody's task.
type messageRecord interface{ recordsMessage() }

// refuse answers a command that could not be done. That the calendar ends before the step is
// over is told to who oversees the challenge, once, beside the person who meets it.
func (c Challenge) refuse(err error, by Person, env Env) (Change, error) {
	refusal := (*Refusal)(nil)
	told := slices.ContainsFunc(c.Gaps, func(g Gap) bool { return g.Reason == GapCalendar })
	if !errors.As(err, &refusal) || refusal.Code != CodeNoCoverage || told || !c.State.IsOpen() || by.ID == System.ID {
		return Change{}, err
	}
	tr := newTransition(c, by, env)
	tr.refusal = refusal
	tr.recordGaps(Unattended{Gaps: append([]Gap{{Task: TaskGoingOn, Reason: GapCalendar}}, tr.findGaps()...)})
	return tr.buildChange(), nil
}

func (tr *transition) buildChange() Change {
	tr.postAlerts()
	return Change{Next: tr.c, Events: tr.events, Posts: neededPosts(tr.posts), Refusal: tr.refusal}
}
