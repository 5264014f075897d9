package challenge

import (
	"slices"
	"time"

	"challengebot/internal/workday"
)

// Reminded is the event that a reminder of the end of the window is queued for those who were
// asked.
type Reminded struct {
	Due time.Time `json:"due"`
	// To are their ids; older events have none, and went to all who may answer.
	To []string `json:"to,omitempty"`
}

// KindReminded is stored.
const KindReminded EventKind = "reminded"

// Kind of the event.
func (Reminded) Kind() EventKind { return KindReminded }

func (Reminded) isUnseenOnCards() {}

func (Reminded) apply(c *Challenge, e Event) {
	o := c.openingToChange()
	if e.By.ID != "" {
		o.RemindedAt = e.At
	}
	o.Reminders = slices.DeleteFunc(slices.Clone(o.Reminders), func(t time.Time) bool { return !t.After(e.At) })
	if !o.CheckAt.After(e.At) { // a version that knew of no such look reminded in its place
		o.CheckAt = time.Time{}
	}
	c.NextAt = o.nextAt()
}

// RemindNow reminds those who are asked before the clock does: for who raised the challenge, once a
// working day.
type RemindNow struct{}

func (RemindNow) decide(tr *transition) error { return tr.remindNow() }

func (tr *transition) remindNow() error {
	if !tr.rightsInSomeState().RemindNow {
		return newRefusal(CodeNotYours, sayRemindNotYours, tr.c.Ref)
	}
	o := tr.c.CurrentOpening()
	switch {
	case !tr.rights().RemindNow, o.standsStill():
		return newRefusal(CodeMovedOn, sayNothingToRemind, tr.c.Ref)
	case !o.RemindedAt.IsZero() && tr.env.Calendar.DateOf(o.RemindedAt) >= tr.lastWorkingDay():
		return newRefusal(CodeAlreadyDone, sayRemindedToday)
	}
	var to []string
	for _, id := range o.Responders {
		if o.TookQuestion(id) || o.wasRejectedFor(id) {
			to = append(to, id)
		}
	}
	if len(to) == 0 {
		return newRefusal(CodeNotAllowed, sayNobodyAskedYet, tr.c.Ref)
	}
	tr.emit(Reminded{Due: o.Deadline.Due, To: to}, o.Rung, o.Number)
	for _, id := range to {
		tr.post(Address{Person: id}, CardReminder)
	}
	return nil
}

// lastWorkingDay is today, or the last day before it that is worked.
func (tr *transition) lastWorkingDay() workday.Date {
	day, err := tr.env.Calendar.WorkingDayOnOrBefore(tr.today())
	if err != nil {
		return tr.today()
	}
	return day
}

func (tr *transition) sendReminder() error {
	tr.noteOutages(tr.c.NextAt)
	opening := tr.c.CurrentOpening()
	to := slices.DeleteFunc(slices.Clone(opening.Responders), func(id string) bool { return !opening.TookQuestion(id) && !opening.wasRejectedFor(id) })
	tr.emit(Reminded{Due: opening.Deadline.Due, To: to}, opening.Rung, opening.Number)
	for _, id := range to {
		tr.post(Address{Person: id}, CardReminder)
	}
	return nil
}

// nudgeAgain says that a challenge without a window waits still: it stands in the digest of the day
// of those for whom it waits, and of who oversees challenges.
func (tr *transition) nudgeAgain(every int) error {
	tr.noteOutages(tr.c.NextAt)
	tr.applyHandovers(System, tr.planHandovers())
	tr.emit(Nudged{State: tr.c.State, NudgeAt: tr.nudgeTime(every), InDigest: true}, tr.c.Rung, len(tr.c.Openings))
	return nil
}
