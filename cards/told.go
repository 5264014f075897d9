package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// This file has the cards that only tell: the notice, the reminder, the alert and
// the one for oversight.

// notice is for a team's channel: a reference, a stage, and until when. Whoever
// reads the channel may know that much and no more.
func (b *builder) notice() {
	c := &b.Challenge
	rung := c.Rung
	if b.at != nil && b.visit < len(c.Visits) {
		rung = b.at.Rung
	}
	b.o, b.noRefresh, b.kind = Options{}, true, challenge.CardNotice
	b.heading(b.title(rung))
	said := ""
	switch {
	case !c.State.Open():
		said = b.w.Notice.Closed
	case b.visit < len(c.Visits) && b.at != nil:
		said = fmt.Sprintf(b.w.Notice.MovedOn, b.rungWord())
	case c.State == challenge.AwaitingResponse:
		said = fmt.Sprintf(b.w.Notice.Due, b.when(c.Due()))
	case c.State == challenge.AwaitingJudgement:
		said = b.w.Notice.Answer
	case c.State == challenge.HeldAtGate:
		said = fmt.Sprintf(b.w.Notice.Held, b.rungWord())
	default:
		said = b.w.Notice.Top
	}
	b.add(TextBlock{Text: said})
	b.summary = fmt.Sprintf(b.w.Notice.Summary, c.Ref, said)
	b.final = !c.State.Open() || b.at != nil && b.visit < len(c.Visits)
}

// reminder is short and says nothing of the child: the challenge itself is one
// button away.
func (b *builder) reminder() {
	if b.at == nil {
		b.notice()
		return
	}
	b.heading(fmt.Sprintf(b.w.Reminder.Title, b.title(b.at.Rung)))
	if !b.current() || b.Challenge.State != challenge.AwaitingResponse {
		b.summary = fmt.Sprintf(b.w.Respond.SummaryEnded, b.Challenge.Ref)
		b.add(TextBlock{Text: b.w.Reminder.Over + " " + b.ended()})
		b.final = true
		return
	}
	due := b.when(b.at.Deadline.Due)
	b.summary = fmt.Sprintf(b.w.Reminder.Summary, b.Challenge.Ref, due)
	b.due(fmt.Sprintf(b.w.Reminder.Ask, due))
	b.add(TextBlock{Text: b.w.Reminder.Where})
	open := b.data(VerbRefresh)
	open.Card = challenge.CardRespond
	b.buttons(Execute{Title: b.w.Reminder.Open, Data: open})
	form := ladder.FormReply
	if r, ok := b.Ladder.Rung(b.at.Rung); ok {
		form = r.Form
	}
	b.small(b.howToType(form))
}

// alert tells those who are not asked that a rung opened, and how it ended.
func (b *builder) alert() {
	if b.at == nil {
		b.notice()
		return
	}
	b.heading(b.title(b.at.Rung))
	b.summary = fmt.Sprintf(b.w.Alert.Summary, b.Challenge.Ref)
	if b.current() && b.Challenge.State == challenge.AwaitingResponse {
		b.due(fmt.Sprintf(b.w.Alert.Intro, b.rungWord()) + b.stateLine())
	} else {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.ended(), Bold: true}}})
		b.final = !b.current() || b.at.Outcome != challenge.Answered
	}
	b.facts()
	if b.current() && b.Challenge.State == challenge.AwaitingResponse {
		b.meeting(b.at.Rung)
	}
	b.asked()
	b.steps(b.w.Label.Earlier, b.earlier())
	b.steps(b.onThis(), b.ownVisit())
	if b.refers() {
		b.final = false
		return
	}
	b.small(b.w.Common.RecordOnly)
}

// oversight names what waits, since when and for whom, by role and name. It holds
// nothing about the child: whoever oversees asks the chair.
func (b *builder) oversight() {
	c := &b.Challenge
	b.visit, b.at = len(c.Visits), c.Current()
	b.heading(fmt.Sprintf(b.w.Oversight.Title, b.title(c.Rung)))
	b.summary = fmt.Sprintf(b.w.Oversight.Summary, c.Ref)
	if !c.State.Open() {
		b.summary = fmt.Sprintf(b.w.Case.Summary, c.Ref, b.publicState())
		b.final = true
	}
	b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.oversightLine(), Size: "Medium", Bold: true}}})
	facts := []Fact{{b.w.Label.RaisedBy, b.chair()}, {b.w.Label.RaisedOn, b.when(c.RaisedAt)}}
	if since := b.since(); since != "" {
		facts = append(facts, Fact{b.w.Label.WaitingSince, since})
	}
	if who := b.mustAct(); who != "" {
		facts = append(facts, Fact{b.w.Label.MustAct, who})
	}
	if roles := b.vacant(); roles != "" {
		facts = append(facts, Fact{b.w.Oversight.Vacant, roles})
	}
	if !c.CaseDue.IsZero() && c.State.Open() {
		facts = append(facts, Fact{b.w.Label.TimeLimit, b.caseClock()})
	}
	if c.Overruns(b.Now) {
		facts = append(facts, Fact{b.w.Label.Statutory, b.statutory()})
	}
	b.add(FactSet{Facts: facts})
	b.steps(b.w.Label.InTheWay, b.obstacles())
	if b.refers() {
		b.final = false
	}
	if c.State.Open() {
		b.withdraw()
	}
}

func (b *builder) oversightLine() string {
	if b.Challenge.State == challenge.Exhausted {
		return fmt.Sprintf(b.w.Oversight.Exhausted, b.rungWord(), b.w.Oversight.Nobody)
	}
	return b.stateLine()
}

// vacant names the roles that the gates need and that nobody held when they shut.
func (b *builder) vacant() string {
	if b.Challenge.Hold == nil {
		return ""
	}
	var roles []ladder.Role
	for _, g := range b.Challenge.Hold.Gates {
		if !g.Done() {
			roles = append(roles, challenge.VacantAt(b.Ladder, g)...)
		}
	}
	slices.Sort(roles)
	return b.roles(slices.Compact(roles)...)
}

// since is when the present waiting began.
func (b *builder) since() string {
	c := &b.Challenge
	switch c.State {
	case challenge.HeldAtGate:
		return b.when(c.Hold.Since)
	case challenge.AwaitingJudgement:
		return b.when(c.Current().AnsweredAt)
	case challenge.AwaitingResponse:
		return b.when(c.Current().OpenedAt)
	case challenge.Exhausted:
		for i := len(b.History) - 1; i >= 0; i-- {
			if _, ok := b.History[i].Body.(challenge.ExhaustedBody); ok {
				return b.when(b.History[i].At)
			}
		}
	}
	return ""
}

func (b *builder) mustAct() string {
	var who []string
	for _, id := range b.Challenge.Waiting() {
		if b.Challenge.State == challenge.Exhausted && id == b.Challenge.Chair.ID {
			who = append(who, b.chair())
			continue
		}
		who = append(who, b.name(id))
	}
	return b.w.List(who)
}

// obstacles are vacancies, lapses and messages that did not arrive. They hold no
// free text.
func (b *builder) obstacles() []entry {
	var out []entry
	for _, e := range b.History {
		switch e.Body.(type) {
		case challenge.RoleVacant, challenge.Undelivered, challenge.Lapsed:
			out = b.appendEntry(out, e)
		}
	}
	return out
}
