package cards

import (
	"fmt"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
)

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
	b.addGaps()
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
	b.addOverseerSections()
}

// addOverseerSections offers what those who oversee may do.
func (b *builder) addOverseerSections() {
	if b.may.NameSuccessor {
		b.addSuccessorSection()
	}
	if b.awaitsRelease() && b.may.Release {
		b.addButtons(ExecuteButton{Title: b.words.Oversight.Release, Data: b.buttonData(VerbRelease)})
	}
	if b.may.AskToEnd || b.may.Withdraw {
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
		o := c.CurrentOpening()
		for _, since := range []time.Time{o.NotAskedSince, o.AwaitsReleaseSince} {
			if !since.IsZero() {
				return b.formatDateTime(since)
			}
		}
		return b.formatDateTime(o.OpenedAt)
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
		switch body := e.Body.(type) {
		case challenge.RoleVacant, challenge.Undelivered, challenge.Lapsed, challenge.CouldNotBeAsked, challenge.Interrupted, challenge.Restored, challenge.Unattended, challenge.Recounted:
			out = b.appendStep(out, e)
		case challenge.HandedOver:
			if body.Reason == challenge.ReasonNotMine {
				out = b.appendStep(out, e)
			}
		}
	}
	return out
}
