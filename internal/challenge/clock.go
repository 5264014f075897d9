package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// tick does the one thing that is due: the end of a window before a reminder of
// it. A challenge for which nothing is due is left as it is.
func (tr *transition) tick() error {
	if tr.c.NextAt.IsZero() || tr.env.Now.Before(tr.c.NextAt) {
		if tr.c.State != StateAwaitingResponse || tr.env.Now.Before(tr.c.Due()) {
			return nil
		}
	}
	tr.by = System
	switch tr.c.State {
	case StateAwaitingResponse:
		if !tr.env.Now.Before(tr.c.Due()) {
			return tr.lapse()
		}
		return tr.sendReminder()
	case StateHeldAtGate:
		if !tr.c.Hold.OpensAt.IsZero() && !tr.env.Now.Before(tr.c.Hold.OpensAt) {
			return tr.openEscalatorGates()
		}
		return tr.nudgeAgain(gateNudgeDays)
	case StateAwaitingJudgement:
		return tr.nudgeAgain(judgeNudgeDays)
	case StateExhausted:
		return tr.nudgeAgain(exhaustedNudgeDays)
	}
	return nil
}

// lapse ends a window in silence and moves the challenge on. What opens because
// of it counts from the instant the window ended, unless the engine was away.
func (tr *transition) lapse() error {
	opening := tr.c.CurrentOpening()
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	due := opening.Deadline.Due
	tr.emit(Lapsed{Due: due}, opening.Rung, opening.Number)
	if rung.IfNotSatisfied != nil && rung.IfNotSatisfied.HandOff != "" {
		return tr.exhaustLadder(opening.Rung, CauseLapse)
	}
	return tr.advanceFrom(opening.Rung, CauseLapse, tr.countFrom(due))
}

func (tr *transition) sendReminder() error {
	opening := tr.c.CurrentOpening()
	tr.emit(Reminded{Due: opening.Deadline.Due}, opening.Rung, opening.Number)
	for _, id := range opening.Responders {
		tr.post(Address{Person: id}, CardReminder)
	}
	if r, ok := tr.env.Ladder.RungByID(opening.Rung); ok && r.WindowOwner == ladder.OwnerChair {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge) // the window is the chair's own
	}
	return nil
}

// openEscalatorGates opens the gates of an escalator whose own time ran out. Like a
// lapse, it counts from the instant the time ended unless the engine was away.
func (tr *transition) openEscalatorGates() error {
	h := *tr.c.Hold
	for _, st := range h.Gates {
		if g, _ := FindGate(tr.env.Ladder, h.Rung, st.Gate); !st.IsCleared() && g.Kind == ladder.GateEscalation {
			tr.emit(GateRecorded{Rung: h.Rung, Gate: st.Gate, Needs: g.Needs, Status: GatePassed, Automatic: true}, h.Rung, len(tr.c.Openings))
		}
	}
	return tr.continueAfterGate(tr.countFrom(h.OpensAt))
}

// countFrom is the instant from which something counts that was due at due: that very
// instant, unless the engine came so late that people would lose by it.
func (tr *transition) countFrom(due time.Time) time.Time {
	if tr.env.Now.Sub(due) <= GracePeriod {
		return due
	}
	return tr.env.Now
}

// nudgeAgain tells those for whom a challenge without a window waits again. Who oversees
// challenges has it in the digest of the day.
func (tr *transition) nudgeAgain(every int) error {
	tr.emit(Nudged{State: tr.c.State, NudgeAt: tr.nudgeTime(every)}, tr.c.Rung, len(tr.c.Openings))
	switch tr.c.State {
	case StateAwaitingJudgement:
		tr.postJudgeCards()
	case StateHeldAtGate:
		tr.postGateCards()
	case StateExhausted:
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	return nil
}

// postJudgeCards asks the judge for their word, and who acts for them while away.
func (tr *transition) postJudgeCards() {
	opening := tr.c.CurrentOpening()
	tr.post(Address{Person: opening.Judge.ID}, CardJudge)
	if p, ok := tr.env.Directory.StandInFor(opening.Judge.ID, tr.today()); ok && !opening.hadPartInAnswer(p.Entra) {
		tr.post(Address{Person: p.Entra}, CardJudge)
	}
}

// nudgeTime is the start of the n-th working day after today. Past the calendar's
// coverage it is a plain day: nobody's time depends on it, and a step must not
// fail for want of a reminder.
func (tr *transition) nudgeTime(n int) time.Time {
	if d, err := tr.env.Calendar.AddWorkingDays(tr.env.Today(), n); err == nil {
		return tr.env.Calendar.StartOfDay(d).UTC()
	}
	return tr.env.Now.AddDate(0, 0, n)
}

// recordDelivery records that Teams took a card. When a respondent gets the first card of
// a rung so late that the day of receipt is another, the window counts from then; not
// when Teams had refused it and the respondent came back, or passed the question on.
func (tr *transition) recordDelivery(cmd RecordDelivery) error {
	tr.by = System
	opening := tr.c.Opening(cmd.Opening)
	first := opening != nil && cmd.Card == CardRespond && !opening.CardReceived && !opening.wasRejectedFor(cmd.To.Person) && opening.Number == len(tr.c.Openings) && tr.c.State == StateAwaitingResponse
	tr.emit(Delivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, ConversationID: cmd.ConversationID, ActivityID: cmd.ActivityID},
		rungOf(opening), cmd.Opening)
	if !first || tr.env.Now.Sub(opening.Deadline.Received) <= GracePeriod {
		return nil
	}
	return tr.redate(tr.c.CurrentOpening())
}

// redate counts the window from a late receipt.
func (tr *transition) redate(opening *Opening) error {
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	fixed := rung.WindowStart == ladder.WindowFromLimitStart || rung.Remainder
	if fixed && opening.ShorterWindow == nil {
		return nil
	}
	d, passed, used, err := tr.deadlineWithShorter(rung, tr.env.Now, tr.c.LimitStart, opening.ShorterWindow)
	if err != nil {
		return calendarError(err)
	}
	if !d.Due.After(opening.Deadline.Due) || fixed && d.Due.After(opening.ShorterWindow.OriginalDue) {
		return nil
	}
	text, reminders, err := explainAndPlanReminders(tr.env, d)
	if err != nil {
		return calendarError(err)
	}
	tr.emit(Redated{Deadline: d, Explanation: explainShorterWindow(tr.env, used, text), Reminders: reminders, Reason: "received_late",
		LimitPassed: passed, ShorterWindow: used}, opening.Rung, opening.Number)
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	return nil
}

// recordRejection records that Teams refused a card for good. An unreachable respondent is
// a held deadline that nobody sees, so the chair and the oversight role are told, the
// latter at once only of a question, or of somebody who was reached before: the rest
// stands in the digest.
// Of a channel that takes no notices, and of a chair whose own card is refused, the
// oversight role hears, and of an oversight role that cannot be reached the chair: but
// each only once, and nobody by a card that would be refused as well.
func (tr *transition) recordRejection(cmd RecordRejection) error {
	tr.by = System
	known := slices.Contains(tr.c.UnreachableAddresses, cmd.To)
	tr.emit(Undelivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, Code: cmd.Code}, rungOf(tr.c.Opening(cmd.Opening)), cmd.Opening)
	chair := Address{Person: tr.c.Chair.ID}
	switch cmd.Card {
	case CardRespond, CardReminder, CardGate, CardJudge, CardAlert:
		if cmd.To != chair {
			tr.post(chair, CardChallenge)
		}
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if p.ID != cmd.To.Person && (cmd.Card == CardRespond || !known) {
				tr.post(Address{Person: p.ID}, CardOversight)
			}
		}
	case CardChallenge, CardNotice:
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if to := (Address{Person: p.ID}); !known && !slices.Contains(tr.c.UnreachableAddresses, to) {
				tr.post(to, CardOversight)
			}
		}
	case CardOversight:
		if !known && !slices.Contains(tr.c.UnreachableAddresses, chair) {
			tr.post(chair, CardChallenge)
		}
	}
	return nil
}

func rungOf(opening *Opening) string {
	if opening == nil {
		return ""
	}
	return opening.Rung
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
