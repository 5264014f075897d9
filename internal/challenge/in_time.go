package challenge

import (
	"time"

	"challengebot/internal/workday"
)

// What arrived before a window's end counts, though it was written later: a database that was slow
// for some seconds takes nobody's answer away. The clock may then have ended the window meanwhile,
// and asked on the next rung.

// LapseYielded is the event that the end of a window in silence gives way to an answer that had
// arrived before.
type LapseYielded struct {
	Opening   int       `json:"visit"`
	Due       time.Time `json:"due"`
	ArrivedAt time.Time `json:"arrived"`
}

// KindLapseYielded is stored.
const KindLapseYielded EventKind = "lapse_yielded"

// Kind of the event.
func (LapseYielded) Kind() EventKind { return KindLapseYielded }

func (LapseYielded) apply(c *Challenge, _ Event) { c.leaveOpening() }

// arrivedInTime reports whether what the person gives came before the end of a window that the
// clock has ended since, and nobody has acted on what followed.
func (tr *transition) arrivedInTime(o *Opening) bool {
	if o.Outcome != OutcomeLapsed || !tr.arrivedAt.Before(o.Deadline.Due) || !o.MayAnswer(tr.by.ID) {
		return false
	}
	if tr.c.State != StateAwaitingResponse && tr.c.State != StateHeldAtGate && tr.c.State != StateExhausted {
		return false
	}
	next := tr.c.CurrentOpening()
	switch {
	case o.Number == len(tr.c.Openings):
		return true
	case o.Number == len(tr.c.Openings)-1:
		return next.Outcome == OutcomeOpen && len(next.Answered) == 0 && tr.c.Hold == nil
	}
	return false
}

// yieldLapse opens the rung again for an answer that arrived in time, with the same people and the
// same due time, and gives its number.
func (tr *transition) yieldLapse(o Opening) int {
	tr.emitBy(System, LapseYielded{Opening: o.Number, Due: o.Deadline.Due, ArrivedAt: tr.arrivedAt}, o.Rung, o.Number)
	tr.emitBy(System, RungOpened{
		Cause: CauseInTime, Respondents: o.Respondents, Responders: o.Responders, Named: o.Named, Judge: o.Judge, JudgesToo: o.JudgesToo,
		Alerted: o.Alerted, MeetingParties: o.MeetingParties, Deadline: o.Deadline, Explanation: explainInTime(o.Deadline, tr.env.Calendar),
		LimitPassed: o.LimitPassed, ShorterWindow: o.ShorterWindow,
	}, o.Rung, len(tr.c.Openings)+1)
	return len(tr.c.Openings)
}

func explainInTime(d workday.Deadline, c *workday.Calendar) string {
	return "An answer arrived before the time ended at " + d.Due.In(c.Location()).Format("15:04") + " on " + d.Date.FormatLong() + " and was written after it."
}
