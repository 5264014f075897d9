package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// Judge says whether the response to opening number Opening satisfies. Not satisfied
// and partly need a reason.
type Judge struct {
	Opening int
	Verdict Verdict
	Reason  string
	// ShorterWindow asks for the next answer sooner than the ladder says.
	ShorterWindow *ShorterWindow
}

func (cmd Judge) decide(tr *transition) error { return tr.recordJudgement(cmd) }

// Judged is the event of the judge's word on the response.
type Judged struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
	// ShorterWindow is a shorter time asked for the next answer.
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	// Awaits are the judges who must say so still, where all of them must agree.
	Awaits []Party `json:"awaits,omitempty"`
}

// KindJudged is stored.
const KindJudged EventKind = "judged"

// Kind of the event.
func (Judged) Kind() EventKind { return KindJudged }

func (b Judged) apply(c *Challenge, e Event) {
	if len(b.Awaits) > 0 {
		o := c.openingToChange()
		o.Judge, o.JudgesToo = b.Awaits[0], slices.Clone(b.Awaits[1:])
		return
	}
	if c.State == StateAwaitingResponse { // settled before anybody answered
		c.leaveOpening()
	}
	// A matter found settled while the challenge waits judges no response.
	if o := c.openingToChange(); o.Outcome == OutcomeAnswered {
		o.Outcome, o.Verdict, o.JudgedBy = OutcomeJudged, b.Verdict, e.By
	}
	c.ShorterWindow = b.ShorterWindow
}

// Resolved is the event that the matter is settled: the challenge ends.
type Resolved struct{}

// KindResolved is stored.
const KindResolved EventKind = "resolved"

// Kind of the event.
func (Resolved) Kind() EventKind { return KindResolved }

func (Resolved) apply(c *Challenge, e Event) {
	c.closeAs(StateResolved, e.At)
}

// recordJudgement takes the judge's word.
func (tr *transition) recordJudgement(cmd Judge) error {
	opening := tr.c.CurrentOpening()
	may, inSomeState := tr.rights(), tr.rightsInSomeState()
	switch {
	case !inSomeState.Judge && !inSomeState.Settle, tr.c.State == StateAwaitingJudgement && !may.Judge:
		return newRefusal(CodeNotYours, sayNotTheJudge, tr.c.Ref)
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	}
	if opening != nil && cmd.Opening != 0 && cmd.Opening != opening.Number {
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	}
	if err := tr.validateJudgement(&cmd, opening); err != nil {
		return err
	}
	switch {
	case may.Judge:
		return tr.applyVerdict(opening, cmd)
	case cmd.Verdict == Satisfied && may.Settle:
		// The chair may find the matter settled while the challenge waits, or before an answer
		// came.
		if cmd.Reason == "" && tr.c.State == StateAwaitingResponse {
			f := inputFaults{}
			f.add("reason", saySettledHow)
			return f.toRefusal()
		}
		n := len(tr.c.Openings)
		tr.emit(Judged{Verdict: Satisfied, Reason: cmd.Reason}, tr.c.Rung, n)
		tr.emitBy(System, Resolved{}, tr.c.Rung, n)
		return nil
	default:
		return newRefusal(CodeMovedOn, sayNothingToJudge, tr.c.Ref, tr.c.Ref)
	}
}

func (tr *transition) applyVerdict(opening *Opening, cmd Judge) error {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	if cmd.Verdict == Partly && tr.isPartlyUsed(opening) {
		return newRefusal(CodeNotAllowed, sayPartlyUsed, tr.env.Ladder.Words.Rung)
	}
	judged := Judged{Verdict: cmd.Verdict, Reason: cmd.Reason, ShorterWindow: cmd.ShorterWindow}
	if judged.Awaits = tr.whoMustAgreeStill(opening, rung, cmd.Verdict); len(judged.Awaits) > 0 {
		tr.emit(judged, opening.Rung, opening.Number)
		return nil
	}
	tr.emit(judged, opening.Rung, opening.Number)
	switch cmd.Verdict {
	case Satisfied:
		tr.emitBy(System, Resolved{}, opening.Rung, opening.Number)
		tr.tellChair()
		return nil
	case Partly:
		return tr.openRung(rung, CausePartly, tr.env.Now)
	default:
		if rung.IfNotSatisfied != nil && rung.IfNotSatisfied.HandOff != "" {
			tr.emitBy(System, HandedOff{To: rung.IfNotSatisfied.HandOff}, opening.Rung, opening.Number)
			tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
			tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
			return nil
		}
		return tr.advanceFrom(opening.Rung, CauseNotSatisfied, tr.env.Now)
	}
}

// whoMustAgreeStill are the other judges, where all of them must be satisfied and one is.
func (tr *transition) whoMustAgreeStill(o *Opening, rung *ladder.Rung, verdict Verdict) []Party {
	if !rung.AllMustAgree || verdict != Satisfied {
		return nil
	}
	return slices.DeleteFunc(o.Judges(), func(p Party) bool { return p.ID == tr.by.ID || tr.isActingFor(tr.principalOf(p)) })
}

// isPartlyUsed reports whether the rung's opening before this one ended in "partly".
func (tr *transition) isPartlyUsed(opening *Opening) bool {
	prev := tr.c.Opening(opening.Number - 1)
	return prev != nil && prev.Rung == opening.Rung && prev.Verdict == Partly
}

// validateJudgement refuses a word of the judge on opening that is not complete. A
// shorter time is asked for what follows it, so being satisfied asks for none.
func (tr *transition) validateJudgement(cmd *Judge, opening *Opening) error {
	f := inputFaults{}
	switch cmd.Verdict {
	case Satisfied:
		cmd.ShorterWindow = nil
		cmd.Reason = optionalText(f, "reason", cmd.Reason, maxText)
	case Partly, NotSatisfied:
		cmd.Reason = requiredText(f, "reason", sayStillMissing, cmd.Reason, maxText)
	default:
		f.add("verdict", sayChooseVerdict)
	}
	if cmd.ShorterWindow != nil && opening != nil {
		own := *cmd.ShorterWindow
		cmd.ShorterWindow = &own
		if err := validateShorterWindow(f, cmd.ShorterWindow, &tr.c, tr.by, tr.rungAfterVerdict(opening, cmd.Verdict), tr.env); err != nil {
			return err
		}
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

// IsJudgementOnAnswer reports whether a judgement was on an answer. While a challenge waits at a
// gate or past the top, the chair may find the matter settled without one.
func (s Snapshot) IsJudgementOnAnswer(judged Event) bool {
	waiting := false
	for _, e := range s.History {
		if e.Seq >= judged.Seq {
			break
		}
		switch b := e.Body.(type) {
		case Responded:
			waiting = true
		case Judged:
			waiting = len(b.Awaits) > 0
		case RungOpened, Held, Exhausted:
			waiting = false
		}
	}
	return waiting
}
