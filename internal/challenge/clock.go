package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// tick does the one thing that is due: the end of a window before a reminder of
// it. A challenge for which nothing is due is left as it is.
func (s *step) tick() error {
	if s.c.NextAt.IsZero() || s.env.Now.Before(s.c.NextAt) {
		if s.c.State != AwaitingResponse || s.env.Now.Before(s.c.Due()) {
			return nil
		}
	}
	s.by = System
	switch s.c.State {
	case AwaitingResponse:
		if !s.env.Now.Before(s.c.Due()) {
			return s.lapse()
		}
		return s.remind()
	case HeldAtGate:
		if !s.c.Hold.Opens.IsZero() && !s.env.Now.Before(s.c.Hold.Opens) {
			return s.openByItself()
		}
		return s.nudge(heldEvery)
	case AwaitingJudgement:
		return s.nudge(judgeEvery)
	case Exhausted:
		return s.nudge(exhaustedEvery)
	}
	return nil
}

// lapse ends a window in silence and moves the challenge on. What opens because
// of it counts from the instant the window ended, unless the engine was away.
func (s *step) lapse() error {
	v := s.c.Current()
	rung, _ := s.env.Ladder.Rung(v.Rung)
	due := v.Deadline.Due
	s.emit(Lapsed{Due: due}, v.Rung, v.N)
	if rung.Then != nil && rung.Then.HandOff != "" {
		return s.exhaust(v.Rung, ByLapse)
	}
	return s.advance(v.Rung, ByLapse, s.since(due))
}

func (s *step) remind() error {
	v := s.c.Current()
	s.emit(Reminded{Due: v.Deadline.Due}, v.Rung, v.N)
	for _, id := range v.Repliers {
		s.show(Address{Person: id}, CardReminder)
	}
	if r, ok := s.env.Ladder.Rung(v.Rung); ok && r.Owner == ladder.OwnerChair {
		s.show(Address{Person: s.c.Chair.ID}, CardCase) // the window is the chair's own
	}
	return nil
}

// openByItself opens the gates of an escalator whose own time ran out. Like a
// lapse, it counts from the instant the time ended unless the engine was away.
func (s *step) openByItself() error {
	h := *s.c.Hold
	for _, st := range h.Gates {
		if g, _ := findGate(s.env.Ladder, h.Rung, st.Gate); !st.Done() && g.Kind == ladder.EscalateBy {
			s.emit(GateRecorded{Rung: h.Rung, Gate: st.Gate, Needs: g.Needs, Status: GatePassed, ByItself: true}, h.Rung, len(s.c.Visits))
		}
	}
	return s.afterGate(s.since(h.Opens))
}

// since is the instant from which something counts that was due at due: that very
// instant, unless the engine came so late that people would lose by it.
func (s *step) since(due time.Time) time.Time {
	if s.env.Now.Sub(due) <= Grace {
		return due
	}
	return s.env.Now
}

// nudge tells those for whom a challenge without a window waits again. Who oversees
// challenges has it in the digest of the day.
func (s *step) nudge(every int) error {
	s.emit(Nudged{State: s.c.State, Nudge: s.nudgeAfter(every)}, s.c.Rung, len(s.c.Visits))
	switch s.c.State {
	case AwaitingJudgement:
		s.tellJudge()
	case HeldAtGate:
		s.tellHeld()
	case Exhausted:
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	return nil
}

// tellJudge asks the judge for their word, and who acts for them while away.
func (s *step) tellJudge() {
	v := s.c.Current()
	s.show(Address{Person: v.Judge.ID}, CardJudge)
	if p, ok := s.env.Directory.ActingFor(v.Judge.ID, s.today()); ok && !v.tookPart(p.Entra) {
		s.show(Address{Person: p.Entra}, CardJudge)
	}
}

// nudgeAfter is the start of the n-th working day after today. Past the calendar's
// coverage it is a plain day: nobody's time depends on it, and a step must not
// fail for want of a reminder.
func (s *step) nudgeAfter(n int) time.Time {
	if d, err := s.env.Calendar.Add(s.env.Today(), n); err == nil {
		return s.env.Calendar.StartOf(d).UTC()
	}
	return s.env.Now.AddDate(0, 0, n)
}

// deliver records that Teams took a card. When a respondent gets the first card of
// a rung so late that the day of receipt is another, the window counts from then; not
// when Teams had refused it and the respondent came back, or passed the question on.
func (s *step) deliver(cmd Deliver) error {
	s.by = System
	v := s.c.Visit(cmd.Visit)
	first := v != nil && cmd.Card == CardRespond && !v.Received && !v.refusedBefore(cmd.To.Person) && v.N == len(s.c.Visits) && s.c.State == AwaitingResponse
	s.emit(Delivered{Delivery: cmd.Delivery, Card: cmd.Card, To: cmd.To, Conversation: cmd.Conversation, Activity: cmd.Activity},
		rungOf(v), cmd.Visit)
	if !first || s.env.Now.Sub(v.Deadline.Received) <= Grace {
		return nil
	}
	return s.redate(s.c.Current())
}

// redate counts the window from a late receipt.
func (s *step) redate(v *Visit) error {
	rung, _ := s.env.Ladder.Rung(v.Rung)
	fixed := rung.From == ladder.CaseBegan || rung.Remainder
	if fixed && v.Shorter == nil {
		return nil
	}
	d, passed, used, err := s.deadline(rung, s.env.Now, s.c.CaseStart, v.Shorter)
	if err != nil {
		return calendarRefusal(err)
	}
	if !d.Due.After(v.Deadline.Due) || fixed && d.Due.After(v.Shorter.Instead) {
		return nil
	}
	text, reminders, err := working(s.env, d)
	if err != nil {
		return calendarRefusal(err)
	}
	s.emit(Redated{Deadline: d, Working: shorterWords(s.env, used, text), Reminders: reminders, Why: "received_late",
		LimitPassed: passed, Shorter: used}, v.Rung, v.N)
	s.show(Address{Person: s.c.Chair.ID}, CardCase)
	return nil
}

// giveUp records that Teams refused a card for good. An unreachable respondent is
// a held deadline that nobody sees, so the chair and the oversight role are told, the
// latter at once only of a question, or of somebody who was reached before: the rest
// stands in the digest.
// Of a channel that takes no notices, and of a chair whose own card is refused, the
// oversight role hears, and of an oversight role that cannot be reached the chair: but
// each only once, and nobody by a card that would be refused as well.
func (s *step) giveUp(cmd GiveUp) error {
	s.by = System
	known := slices.Contains(s.c.Unreached, cmd.To)
	s.emit(Undelivered{Delivery: cmd.Delivery, Card: cmd.Card, To: cmd.To, Code: cmd.Code}, rungOf(s.c.Visit(cmd.Visit)), cmd.Visit)
	chair := Address{Person: s.c.Chair.ID}
	switch cmd.Card {
	case CardRespond, CardReminder, CardGate, CardJudge, CardAlert:
		if cmd.To != chair {
			s.show(chair, CardCase)
		}
		for _, p := range s.holders(ladder.RoleOversight) {
			if p.ID != cmd.To.Person && (cmd.Card == CardRespond || !known) {
				s.show(Address{Person: p.ID}, CardOversight)
			}
		}
	case CardCase, CardNotice:
		for _, p := range s.holders(ladder.RoleOversight) {
			if to := (Address{Person: p.ID}); !known && !slices.Contains(s.c.Unreached, to) {
				s.show(to, CardOversight)
			}
		}
	case CardOversight:
		if !known && !slices.Contains(s.c.Unreached, chair) {
			s.show(chair, CardCase)
		}
	}
	return nil
}

func rungOf(v *Visit) string {
	if v == nil {
		return ""
	}
	return v.Rung
}

// Forecast is who would be asked first and when the answer would be due, if a
// challenge with these details were raised now: what the form says beforehand.
type Forecast struct {
	Rung        ladder.Rung
	Respondents []Party
	Held        []GateState
	Deadline    workday.Deadline
	Working     string
	// Partner is the rule by which a concern about a partner agency ends at once.
	Partner *ladder.PartnerConcerns
}

// Foresee tells what raising would do, without raising.
func Foresee(r Raising, by Person, env Env) (Forecast, error) {
	if p := env.Ladder.PartnerConcerns; r.Partner && p != nil {
		return Forecast{Partner: p}, nil
	}
	change, err := raiseUnchecked(r, by, env)
	if err != nil {
		return Forecast{}, err
	}
	var f Forecast
	for _, e := range change.Events {
		switch b := e.Body.(type) {
		case RungOpened:
			rung, _ := env.Ladder.Rung(e.Rung)
			return Forecast{Rung: *rung, Respondents: b.Respondents, Deadline: b.Deadline, Working: b.Working}, nil
		case Held:
			rung, _ := env.Ladder.Rung(e.Rung)
			f = Forecast{Rung: *rung, Held: b.Gates}
		}
	}
	return f, nil
}
