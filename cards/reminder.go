package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// addDaysLeft says how much of the time is left on the day of the reminder.
func (b *builder) addDaysLeft() {
	if b.Calendar == nil {
		return
	}
	today := b.Calendar.DateOf(b.Now)
	left, day := b.Calendar.CountWorkingDays(today, b.Calendar.DateOf(b.opening.Deadline.Due)), b.words.FormatDate(today)
	switch {
	case left < 1:
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Reminder.LastDay, day), Bold: true})
	case left == 1:
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Reminder.OneDayLeft, day), Bold: true})
	default:
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Reminder.DaysLeft, left, day), Bold: true})
	}
}

// buildReminder is short and says nothing of the child: the challenge itself is one
// button away.
func (b *builder) buildReminder() {
	if b.opening == nil {
		b.buildNotice()
		return
	}
	b.addHeading(fmt.Sprintf(b.words.Reminder.Title, b.cardTitle(b.opening.Rung)))
	if !b.isCurrent() || b.Challenge.State != challenge.StateAwaitingResponse {
		b.summary = fmt.Sprintf(b.words.Respond.SummaryEnded, b.Challenge.Ref)
		b.add(TextBlock{Text: b.words.Reminder.NoLongerNeeded + " " + b.describeEnd()})
		b.final = true
		return
	}
	if b.awaitsRelease() {
		b.summary = fmt.Sprintf(b.words.Respond.SummaryStandsStill, b.Challenge.Ref)
		b.add(TextBlock{Text: b.words.Respond.StandsStill, Bold: true})
	} else if b.hasNoLimit(b.opening) {
		b.summary = fmt.Sprintf(b.words.Respond.SummaryNoLimit, b.Challenge.Ref)
		b.addDueDate(fmt.Sprintf(b.words.Respond.PleaseAnswerNoLimit, b.words.FormatDate(b.opening.Deadline.Date)))
	} else {
		due := b.formatDateTime(b.opening.Deadline.Due)
		b.summary = fmt.Sprintf(b.words.Reminder.Summary, b.Challenge.Ref, due)
		b.addDueDate(fmt.Sprintf(b.words.Reminder.PleaseAnswer, due))
		b.addDaysLeft()
	}
	b.addDueDateWorking()
	b.add(TextBlock{Text: b.words.Reminder.WhereToAnswer})
	open := b.buttonData(VerbRefresh)
	open.Card = challenge.CardRespond
	b.addButtons(ExecuteButton{Title: b.words.Reminder.Open, Data: open})
	form := ladder.FormWritten
	if r, ok := b.Ladder.RungByID(b.opening.Rung); ok {
		form = r.Form
	}
	b.addSmallPrint(b.typedAnswerHint(form))
}
