package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// SkipTo goes straight to a rung.
type SkipTo struct {
	To       string
	Ground   string
	Evidence string
}

func (cmd SkipTo) decide(tr *transition) error { return tr.skipTo(cmd) }

// SkippedTo is the event that the chair went straight to a rung on a ground the ladder allows.
type SkippedTo struct {
	To       string `json:"to"`
	Ground   string `json:"ground"`
	Evidence string `json:"evidence"`
	// Urgent, where the ladder gives no more than so much time after it.
	Urgent *Urgent `json:"urgent,omitempty"`
}

// KindSkippedTo is stored.
const KindSkippedTo EventKind = "skipped_to"

// Kind of the event.
func (SkippedTo) Kind() EventKind { return KindSkippedTo }

func (b SkippedTo) apply(c *Challenge, _ Event) {
	c.leaveOpening()
	if b.Urgent != nil {
		c.Urgent = b.Urgent
	}
}

// skipTo goes straight to a rung on a ground that the ladder allows.
func (tr *transition) skipTo(cmd SkipTo) error {
	if !tr.rightsInSomeState().Skip {
		return newRefusal(CodeNotYours, saySkipNotYours, tr.c.Ref, tr.env.Ladder.Words.Rung)
	}
	if !tr.c.State.IsOpen() || tr.c.State == StateExhausted {
		return newRefusal(CodeClosed, sayCannotBeMoved, tr.c.Ref)
	}
	skip, ok := findSkip(tr.env.Ladder, cmd.To, cmd.Ground)
	rung, exists := tr.env.Ladder.RungByID(cmd.To)
	if !ok || !exists || skip.OnlyAtRaise {
		return newRefusal(CodeNotAllowed, saySkipNotAllowed).markInput(wrongSkipInput(tr.env.Ladder, cmd.To), SayChooseFromList)
	}
	if !tr.isAbove(rung) {
		return newRefusal(CodeNotAllowed, sayNotAbove, rung.Label, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Evidence = requiredText(f, "evidence", sayWhySkip, cmd.Evidence, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(SkippedTo{To: cmd.To, Ground: cmd.Ground, Evidence: cmd.Evidence, Urgent: urgencyOfSkip(skip, cmd.Ground)}, rung.ID, len(tr.c.Openings))
	return tr.enterRung(rung, CauseSkip, tr.env.Now, skip.Gates)
}

// wrongSkipInput is the input to put right where a skip is not allowed: the rung, or else the
// ground.
func wrongSkipInput(l *ladder.Ladder, to string) string {
	if slices.ContainsFunc(l.Skips, func(sk ladder.Skip) bool { return slices.Contains(sk.To, to) }) {
		return "ground"
	}
	return "to"
}

// isAbove reports whether the rung lies above the one the challenge is on.
func (tr *transition) isAbove(r *ladder.Rung) bool {
	at := func(id string) int {
		return slices.IndexFunc(tr.env.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	return at(r.ID) > at(tr.c.Rung)
}

func findSkip(l *ladder.Ladder, to, ground string) (ladder.Skip, bool) {
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, to) && slices.ContainsFunc(sk.Grounds, func(g ladder.Ground) bool { return g.ID == ground }) {
			return sk, true
		}
	}
	return ladder.Skip{}, false
}
