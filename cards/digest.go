package cards

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// DigestView is what waits within what one person oversees.
type DigestView struct {
	challenge.Digest
	Teams map[string]string // names by id
	Now   time.Time
	Zone  *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Words
}

// Digest lists what waits: reference, stage, team, state, since when and for whom, by
// name and role. It holds nothing about a child and nothing that anybody wrote. What
// the card has no room for is counted.
func Digest(v DigestView) Card {
	for n := len(v.Stalls); ; n = n * 4 / 5 {
		if c := v.draw(n); len(c.json) <= Limit || n == 0 {
			return c
		}
	}
}

func (v DigestView) draw(n int) Card {
	b := newBuilder(CardDigest, 0, View{Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, fits[0])
	b.noRefresh = true
	all := len(v.Stalls) + v.More
	b.summary = b.waiting(all)
	if all == 0 && len(v.Away) > 0 {
		b.summary = fmt.Sprintf(b.w.Digest.AwaySummary, len(v.Away))
	}
	b.heading(b.w.Digest.Title)
	asOf := fmt.Sprintf(b.w.Digest.AsOf, b.on(v.Now))
	if all == 0 {
		b.add(TextBlock{Text: b.w.Digest.Nothing})
	} else {
		asOf += b.w.Digest.Order
	}
	b.small(asOf)
	for _, s := range v.Stalls[:n] {
		b.add(v.stall(s))
	}
	if more := all - n; more > 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.w.Digest.More, more), Bold: true})
	}
	b.away(v.Away)
	b.buttons(Execute{Title: b.w.Common.Refresh, Data: ActionData{Verb: VerbWaiting, Card: CardDigest}})
	b.small(b.w.Digest.HowTo)
	return b.card()
}

// mostAway is how many people who cannot be reached are listed.
const mostAway = 40

// away lists who cannot be reached, by name and role and since when.
func (b *builder) away(all []challenge.Away) {
	if len(all) == 0 {
		return
	}
	b.add(TextBlock{Text: b.w.Digest.Away, Bold: true, Heading: true})
	var facts []Fact
	for _, a := range all[:min(len(all), mostAway)] {
		roles := strings.ReplaceAll(strings.Join(a.Roles, ", "), "-", " ")
		facts = append(facts, Fact{a.Name, fmt.Sprintf(b.w.Digest.AwaySince, b.when(a.Since), roles)})
	}
	b.add(FactSet{Facts: facts})
	if more := len(all) - mostAway; more > 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.w.Digest.AwayMore, more)})
	}
	b.small(b.w.Digest.AwayHow)
}

// waiting says how many there are.
func (b *builder) waiting(n int) string {
	switch n {
	case 0:
		return b.w.Digest.Nothing
	case 1:
		return b.w.Digest.One
	}
	return fmt.Sprintf(b.w.Digest.Summary, n)
}

// stall is one challenge of the list.
func (v DigestView) stall(s challenge.Stall) Element {
	c := &s.Case.Challenge
	one := newBuilder(CardDigest, len(c.Visits), View{Challenge: *c, Ladder: s.Case.Ladder, Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, fits[0])
	title := strings.Join(nonEmpty(one.title(c.Rung), v.Teams[c.Details.Team]), " · ")
	facts := []Fact{{one.w.Label.WaitingSince, one.when(s.Since)}, {one.w.Label.MustAct, one.parties(s.Must)}}
	if len(s.Unreached) > 0 {
		facts = append(facts, Fact{one.w.Digest.Refused, fmt.Sprintf(one.w.Digest.RefusedSays, one.parties(s.Unreached))})
	}
	if roles := one.vacant(); roles != "" {
		facts = append(facts, Fact{one.w.Oversight.Vacant, roles})
	}
	if s.LimitNear {
		facts = append(facts, Fact{one.w.Label.TimeLimit, one.caseClock()})
	}
	if text := one.statutory(); s.StatutoryNear && text != "" {
		facts = append(facts, Fact{one.w.Label.Statutory, text})
	}
	return Container{Separator: true, Items: []Element{TextBlock{Text: title, Bold: true, Heading: true},
		TextBlock{Text: one.oversightLine(), Spacing: "Small"}, FactSet{Facts: facts}}}
}
