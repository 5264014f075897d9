package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

const (
	// maxChallengesListed is how many lines each part of the list has.
	maxChallengesListed = 20
)

// MyChallengesView is what one person has to do with.
type MyChallengesView struct {
	WaitingForViewer []View // for this person
	RaisedByViewer   []View // by this person, still open
	SomeUnreadable   bool   // some of either cannot be shown
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderMyChallenges lists somebody's challenges: reference, stage and due date. It holds
// nothing about a child, as it is often looked at in passing.
func RenderMyChallenges(m MyChallengesView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		b := newBuilder(CardMyChallenges, 0, View{}, Options{Words: m.Words}, f)
		b.noRefresh = true
		b.summary = fmt.Sprintf(b.words.MyChallenges.Summary, len(m.WaitingForViewer), len(m.RaisedByViewer))
		b.addHeading(b.words.MyChallenges.Title)
		b.addChallengeList(b.words.MyChallenges.WaitingForViewer, m.WaitingForViewer)
		b.addChallengeList(b.words.MyChallenges.RaisedByViewer, m.RaisedByViewer)
		if m.SomeUnreadable {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.words.MyChallenges.SomeUnreadable}}})
		} else if len(m.WaitingForViewer)+len(m.RaisedByViewer) == 0 {
			b.add(TextBlock{Text: b.words.MyChallenges.NothingOpen})
			b.final = true
		}
		b.addOpenButtons(m)
		return b
	})
}

func (b *builder) addChallengeList(label string, vs []View) {
	if len(vs) == 0 {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true})
	var facts []Fact
	for _, v := range vs[:min(len(vs), maxChallengesListed)] {
		one := newBuilder(CardMyChallenges, 0, v, Options{Words: b.words}, b.budget)
		c := &one.Challenge
		facts = append(facts, Fact{c.Ref, one.rungLabel(c.Rung) + ": " + one.describeStatePublicly()})
	}
	b.add(FactSet{Facts: facts})
	if more := len(vs) - maxChallengesListed; more > 0 {
		b.addSmallPrint(fmt.Sprintf(b.words.MyChallenges.More, more))
	}
}

// addOpenButtons are buttons for the first few, each once.
func (b *builder) addOpenButtons(m MyChallengesView) {
	var as []Button
	seen := map[string]bool{}
	for _, vs := range [][]View{m.WaitingForViewer, m.RaisedByViewer} {
		for _, v := range vs {
			c := &v.Challenge
			if seen[c.Ref] || len(as) == maxButtonsPerRow {
				continue
			}
			seen[c.Ref] = true
			as = append(as, ExecuteButton{Title: fmt.Sprintf(b.words.MyChallenges.Open, c.Ref), Data: openButtonData(c)})
		}
	}
	b.addButtons(as...)
	if len(as) > 0 {
		b.addSmallPrint(fmt.Sprintf(b.words.MyChallenges.OpenByTyping, fmt.Sprintf(b.words.TypedCommand.Open, "CH-…")))
	}
}

func openButtonData(c *challenge.Challenge) ButtonData {
	return ButtonData{Verb: VerbRefresh, Card: CardStatus, ChallengeID: c.ID.String(), Ref: c.Ref, Opening: len(c.Openings)}
}
