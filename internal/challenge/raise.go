package challenge

import (
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Raise starts a challenge. The error is a *Refusal, or says that the calendar or
// the ladder cannot be used.
func Raise(r RaiseCommand, by Person, env Env) (Change, error) {
	if err := validateRaise(&r, by, env); err != nil {
		return Change{}, err
	}
	s := newTransition(Challenge{ID: r.ID}, by, env)
	s.raising = true
	body := Raised{
		Ref: FormatReference(r.Number), Ladder: env.Ladder.ID, LadderVersion: env.Ladder.Version,
		LadderHash: env.Ladder.Hash(), Calendar: env.Calendar.Version(), Details: r.Details,
		ShorterWindow: r.ShorterWindow, Urgent: urgencyOf(env.Ladder, r.Details.Urgency),
	}
	if env.Ladder.OverallLimit.Starts == ladder.LimitFromRaise {
		var err error
		if body.LimitStart, body.LimitDue, err = startOverallLimit(s.env, s.env.Now); err != nil {
			return Change{}, calendarError(err)
		}
	}
	s.emit(body, "", 0)
	s.post(Address{Person: by.ID}, CardChallenge)
	if r.AboutPartner {
		s.endAsPartnerConcern(env.Ladder.PartnerConcerns)
		return s.buildChange(), nil
	}
	if err := s.enterStartingRung(r); err != nil {
		return Change{}, err
	}
	s.reportGaps()
	return s.buildChange(), nil
}

// enterStartingRung enters the first rung, or the one the chair goes straight to.
func (tr *transition) enterStartingRung(r RaiseCommand) error {
	if r.StartAt == "" {
		return tr.enterRung(startingRung(&r, tr.env), CauseRaise, tr.env.Now, nil)
	}
	skip, _ := findSkip(tr.env.Ladder, r.StartAt, r.Ground)
	rung, _ := tr.env.Ladder.RungByID(r.StartAt)
	tr.emit(SkippedTo{To: r.StartAt, Ground: r.Ground, Evidence: r.Reason, Urgent: urgencyOfSkip(skip, r.Ground)}, rung.ID, 0)
	return tr.enterRung(rung, CauseSkip, tr.env.Now, skip.Gates)
}

// raiseUnchecked is Raise for a form that is not filled in yet.
func raiseUnchecked(r RaiseCommand, by Person, env Env) (Change, error) {
	s := newTransition(Challenge{ID: r.ID}, by, env)
	body := Raised{Details: r.Details, Urgent: urgencyOf(env.Ladder, r.Details.Urgency)}
	if own := (&Challenge{Chair: by, Details: r.Details}); r.ShorterWindow != nil && r.ShorterWindow.Days > 0 && mayShorten(env, own, by) {
		f := inputFaults{}
		if err := validateShorterDays(f, r.ShorterWindow.Days, own, startingRung(&r, env), env); err != nil {
			return Change{}, err
		}
		if refusal := f.toRefusal(); refusal != nil {
			return Change{}, refusal
		}
		body.ShorterWindow = r.ShorterWindow
	}
	if env.Ladder.OverallLimit.Starts == ladder.LimitFromRaise {
		var err error
		if body.LimitStart, body.LimitDue, err = startOverallLimit(s.env, s.env.Now); err != nil {
			return Change{}, calendarError(err)
		}
	}
	s.emit(body, "", 0)
	if r.StartAt != "" {
		if _, ok := findSkip(env.Ladder, r.StartAt, r.Ground); !ok {
			r.StartAt = ""
		}
	}
	if err := s.enterStartingRung(r); err != nil {
		return Change{}, err
	}
	return s.buildChange(), nil
}

// Forecast is who would be asked first and when the answer would be due, if a
// challenge with these details were raised now: what the form says beforehand.
type Forecast struct {
	Rung        ladder.Rung
	Respondents []Party
	Gates       []GateState
	Deadline    workday.Deadline
	Explanation string
	// PartnerRule is the rule by which a concern about a partner agency ends at once.
	PartnerRule *ladder.PartnerConcerns
}

// ForecastRaise tells what raising would do, without raising.
func ForecastRaise(r RaiseCommand, by Person, env Env) (Forecast, error) {
	if p := env.Ladder.PartnerConcerns; r.AboutPartner && p != nil {
		return Forecast{PartnerRule: p}, nil
	}
	change, err := raiseUnchecked(r, by, env)
	if err != nil {
		return Forecast{}, err
	}
	var f Forecast
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case RungOpened:
			rung, _ := env.Ladder.RungByID(e.Rung)
			return Forecast{Rung: *rung, Respondents: b.Respondents, Deadline: b.Deadline, Explanation: b.Explanation}, nil
		case Held:
			rung, _ := env.Ladder.RungByID(e.Rung)
			f = Forecast{Rung: *rung, Gates: b.Gates}
		}
	}
	return f, nil
}
