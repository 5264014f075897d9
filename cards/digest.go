package cards

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

// DigestView is what waits within what one person oversees.
type DigestView struct {
	digest.Digest
	// Confirmation says what the reader has just done.
	Confirmation string
	// Outage, if set, is the very long one after which the list is sent.
	Outage    *challenge.Outage
	TeamNames map[string]string // names by id
	Now       time.Time
	Zone      *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderDigest lists what waits: reference, stage, team, state, since when and for whom, by
// name and role. It holds nothing about a child and nothing that anybody wrote. What
// the card has no room for is counted.
func RenderDigest(v DigestView) Card {
	for n := len(v.Items); ; n = n * 4 / 5 {
		if c := v.renderItems(n); len(c.json) <= MaxBytes || n == 0 {
			return c
		}
	}
}

func (v DigestView) renderItems(n int) Card {
	b := newBuilder(CardDigest, 0, View{Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, sizeBudgets[0])
	b.noRefresh = true
	all := len(v.Items) + v.More
	b.summary = b.waitingSummary(all)
	if all == 0 && len(v.Unreachable) > 0 {
		b.summary = fmt.Sprintf(b.words.Digest.UnreachableSummary, len(v.Unreachable))
	}
	b.addHeading(v.title(b))
	if v.Confirmation != "" {
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: v.Confirmation, Bold: true}}})
	}
	asOf := fmt.Sprintf(b.words.Digest.AsOf, b.formatOnDateTime(v.Now))
	if all == 0 {
		b.add(TextBlock{Text: b.words.Digest.Nothing})
	} else {
		asOf += b.words.Digest.LongestFirst
	}
	b.addSmallPrint(asOf)
	b.addForRelease(v.CountForRelease())
	for _, s := range v.Items[:n] {
		b.add(v.itemElement(s))
	}
	if more := all - n; more > 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Digest.More, more), Bold: true})
	}
	b.addUnreachable(v.Unreachable)
	b.addButtons(ExecuteButton{Title: b.words.Common.Refresh, Data: ButtonData{Verb: VerbWaiting, Card: CardDigest}})
	b.addSmallPrint(b.words.Digest.HowTo)
	return b.encode()
}

// title is of the list of the day, or of the list after a very long outage.
func (v DigestView) title(b *builder) string {
	if v.Outage == nil {
		return b.words.Digest.Title
	}
	b.summary = fmt.Sprintf(b.words.Digest.OutageSummary, v.CountForRelease())
	return fmt.Sprintf(b.words.Digest.OutageTitle, b.formatOnDateTime(v.Outage.From), b.formatOnDateTime(v.Outage.To))
}

// addForRelease says that challenges stand still, and how to let them run on.
func (b *builder) addForRelease(n int) {
	if n == 0 {
		return
	}
	b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: fmt.Sprintf(b.words.Digest.StandStill, n), Bold: true}}})
	b.addButtons(ExecuteButton{Title: b.words.Digest.ReleaseAll, Data: ButtonData{Verb: VerbRelease, Card: CardDigest}})
	b.addSmallPrint(b.words.Digest.HowToRelease)
}

// maxUnreachable is how many people who cannot be reached are listed.
const maxUnreachable = 40

// addUnreachable lists who cannot be reached, by name and role and since when.
func (b *builder) addUnreachable(all []digest.UnreachablePerson) {
	if len(all) == 0 {
		return
	}
	b.add(TextBlock{Text: b.words.Digest.Unreachable, Bold: true, Heading: true})
	var facts []Fact
	for _, a := range all[:min(len(all), maxUnreachable)] {
		roles := strings.ReplaceAll(directory.JoinRoles(a.Roles), "-", " ")
		facts = append(facts, Fact{a.Name, fmt.Sprintf(b.words.Digest.UnreachableSince, b.formatDateTime(a.Since), roles)})
	}
	b.add(FactSet{Facts: facts})
	if more := len(all) - maxUnreachable; more > 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Digest.UnreachableMore, more)})
	}
	b.addSmallPrint(b.words.Digest.UnreachableHint)
}

// waitingSummary says how many there are.
func (b *builder) waitingSummary(n int) string {
	switch n {
	case 0:
		return b.words.Digest.Nothing
	case 1:
		return b.words.Digest.SummaryOne
	}
	return fmt.Sprintf(b.words.Digest.Summary, n)
}

// itemElement is one challenge of the list.
func (v DigestView) itemElement(s digest.PendingItem) Element {
	c := &s.Snapshot.Challenge
	one := newBuilder(CardDigest, len(c.Openings), View{Challenge: *c, Ladder: s.Snapshot.Ladder, Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, sizeBudgets[0])
	title := strings.Join(nonEmpty(one.cardTitle(c.Rung), v.TeamNames[c.Details.Team]), " · ")
	facts := []Fact{{one.words.Label.WaitingSince, one.formatDateTime(s.Since)}, {one.words.Label.MustAct, one.formatParties(s.MustAct)}}
	if len(s.Unreachable) > 0 {
		facts = append(facts, Fact{one.words.Digest.NotDelivered, fmt.Sprintf(one.words.Digest.NotDeliveredHint, one.formatParties(s.Unreachable))})
	}
	if roles := one.vacantRoles(); roles != "" {
		facts = append(facts, Fact{one.words.Oversight.NobodyHolds, roles})
	}
	if gaps := s.Snapshot.Challenge.Gaps; len(gaps) > 0 {
		facts = append(facts, Fact{one.words.StandIn.Heading, one.describeGaps(gaps)})
	}
	if r := s.Recount; r != nil {
		facts = append(facts, Fact{one.words.Digest.DateMoved, fmt.Sprintf(one.words.Digest.DateMovedFromTo, one.formatDateTime(r.Was), one.formatDateTime(r.Now))})
	}
	if s.LimitNear {
		facts = append(facts, Fact{one.words.Label.TimeLimit, one.describeOverallLimit()})
	}
	if text := one.describeStatutoryTime(); s.StatutoryNear && text != "" {
		facts = append(facts, Fact{one.words.Label.StatutoryTime, text})
	}
	return Container{Separator: true, Items: []Element{TextBlock{Text: title, Bold: true, Heading: true},
		TextBlock{Text: one.describeStateForOversight(), Spacing: "Small"}, FactSet{Facts: facts}}}
}
