package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// This file has the cards that only tell: the notice, the reminder, the alert and
// the one for oversight.

// buildNotice is for a team's channel: a reference, a stage, and until when. Whoever
// reads the channel may know that much and no more.
func (b *builder) buildNotice() {
	c := &b.Challenge
	rung := c.Rung
	if b.opening != nil && b.openingNo < len(c.Openings) {
		rung = b.opening.Rung
	}
	b.opts, b.noRefresh, b.kind = Options{}, true, challenge.CardNotice
	b.addHeading(b.cardTitle(rung))
	said := ""
	switch {
	case !c.State.IsOpen():
		said = b.words.Notice.Closed
	case b.openingNo < len(c.Openings) && b.opening != nil:
		said = fmt.Sprintf(b.words.Notice.MovedOn, b.rungWord())
	case c.State == challenge.StateAwaitingResponse:
		said = fmt.Sprintf(b.words.Notice.AwaitingResponse, b.formatDateTime(c.Due()))
	case c.State == challenge.StateAwaitingJudgement:
		said = b.words.Notice.AwaitingJudgement
	case c.State == challenge.StateHeldAtGate:
		said = fmt.Sprintf(b.words.Notice.HeldAtGate, b.rungWord())
	default:
		said = b.words.Notice.Exhausted
	}
	b.add(TextBlock{Text: said})
	b.summary = fmt.Sprintf(b.words.Notice.Summary, c.Ref, said)
	b.final = !c.State.IsOpen() || b.opening != nil && b.openingNo < len(c.Openings)
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
	due := b.formatDateTime(b.opening.Deadline.Due)
	b.summary = fmt.Sprintf(b.words.Reminder.Summary, b.Challenge.Ref, due)
	b.addDueDate(fmt.Sprintf(b.words.Reminder.PleaseAnswer, due))
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

// buildAlert tells those who are not asked that a rung opened, and how it ended.
func (b *builder) buildAlert() {
	if b.opening == nil {
		b.buildNotice()
		return
	}
	b.addHeading(b.cardTitle(b.opening.Rung))
	b.summary = fmt.Sprintf(b.words.Alert.Summary, b.Challenge.Ref)
	if b.isCurrent() && b.Challenge.State == challenge.StateAwaitingResponse {
		b.addDueDate(fmt.Sprintf(b.words.Alert.Intro, b.rungWord()) + b.describeState())
	} else {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.describeEnd(), Bold: true}}})
		b.final = !b.isCurrent() || b.opening.Outcome != challenge.OutcomeAnswered
	}
	b.addFacts()
	if b.isCurrent() && b.Challenge.State == challenge.StateAwaitingResponse {
		b.addMeeting(b.opening.Rung)
	}
	b.addConcern()
	b.addSteps(b.words.Label.EarlierSteps, b.stepsBeforeOpening())
	b.addSteps(b.thisRungTitle(), b.stepsOfOpening())
	if b.addReferralSection() {
		b.final = false
		return
	}
	b.addSmallPrint(b.words.Common.RecordOnly)
}

// buildOversightCard names what waits, since when and for whom, by role and name. It holds
// nothing about the child: whoever oversees asks the chair.
func (b *builder) buildOversightCard() {
	c := &b.Challenge
	b.openingNo, b.opening = len(c.Openings), c.CurrentOpening()
	b.addHeading(fmt.Sprintf(b.words.Oversight.Title, b.cardTitle(c.Rung)))
	b.summary = fmt.Sprintf(b.words.Oversight.Summary, c.Ref)
	if !c.State.IsOpen() {
		b.summary = fmt.Sprintf(b.words.Challenge.Summary, c.Ref, b.describeStatePublicly())
		b.final = true
	}
	b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.describeStateForOversight(), Size: "Medium", Bold: true}}})
	facts := []Fact{{b.words.Label.RaisedBy, b.formatChair()}, {b.words.Label.RaisedOn, b.formatDateTime(c.RaisedAt)}}
	if since := b.waitingSince(); since != "" {
		facts = append(facts, Fact{b.words.Label.WaitingSince, since})
	}
	if who := b.formatWhoMustAct(); who != "" {
		facts = append(facts, Fact{b.words.Label.MustAct, who})
	}
	if roles := b.vacantRoles(); roles != "" {
		facts = append(facts, Fact{b.words.Oversight.NobodyHolds, roles})
	}
	if !c.LimitDue.IsZero() && c.State.IsOpen() {
		facts = append(facts, Fact{b.words.Label.TimeLimit, b.describeOverallLimit()})
	}
	if c.OverrunsStatutoryLimit(b.Now) {
		facts = append(facts, Fact{b.words.Label.StatutoryTime, b.describeStatutoryTime()})
	}
	b.add(FactSet{Facts: facts})
	b.addSteps(b.words.Label.Obstacles, b.obstacleSteps())
	if b.addReferralSection() {
		b.final = false
	}
	if c.State.IsOpen() {
		b.addWithdrawSection()
	}
}

func (b *builder) describeStateForOversight() string {
	if b.Challenge.State == challenge.StateExhausted {
		return fmt.Sprintf(b.words.Oversight.Exhausted, b.rungWord(), b.words.Oversight.NobodyToAsk)
	}
	return b.describeState()
}

// vacantRoles names the roles that the gates need and that nobody held when they shut.
func (b *builder) vacantRoles() string {
	if b.Challenge.Hold == nil {
		return ""
	}
	var roles []directory.Role
	for _, g := range b.Challenge.Hold.Gates {
		if !g.IsCleared() {
			roles = append(roles, challenge.VacantGateRoles(b.Ladder, g)...)
		}
	}
	slices.Sort(roles)
	return b.formatRoles(slices.Compact(roles)...)
}

// waitingSince is when the present waiting began.
func (b *builder) waitingSince() string {
	c := &b.Challenge
	switch c.State {
	case challenge.StateHeldAtGate:
		return b.formatDateTime(c.Hold.Since)
	case challenge.StateAwaitingJudgement:
		return b.formatDateTime(c.CurrentOpening().AnsweredAt)
	case challenge.StateAwaitingResponse:
		return b.formatDateTime(c.CurrentOpening().OpenedAt)
	case challenge.StateExhausted:
		for i := len(b.History) - 1; i >= 0; i-- {
			if _, ok := b.History[i].Body.(challenge.Exhausted); ok {
				return b.formatDateTime(b.History[i].At)
			}
		}
	}
	return ""
}

func (b *builder) formatWhoMustAct() string {
	var who []string
	for _, id := range b.Challenge.WaitingFor() {
		if b.Challenge.State == challenge.StateExhausted && id == b.Challenge.Chair.ID {
			who = append(who, b.formatChair())
			continue
		}
		who = append(who, b.personName(id))
	}
	return b.words.JoinList(who)
}

// obstacleSteps are vacancies, lapses and messages that did not arrive. They hold no
// free text.
func (b *builder) obstacleSteps() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		switch e.Body.(type) {
		case challenge.RoleVacant, challenge.Undelivered, challenge.Lapsed:
			out = b.appendStep(out, e)
		}
	}
	return out
}
