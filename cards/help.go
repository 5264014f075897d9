package cards

import (
	"fmt"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

const (
	// mostMine is how many lines each part of the list has.
	mostMine = 20
)

// HelpView is what the help card needs to know.
type HelpView struct {
	Authority string
	Sentence  string // said first, if anything
	// Words are the reader's language; nil is English.
	Words *words.Words
}

// Help says what the bot does and what to type.
func Help(h HelpView) Card {
	return draw(func(f fit) *builder {
		b := newBuilder("help", 0, View{}, Options{Words: h.Words}, f)
		b.noRefresh, b.final, b.summary = true, true, b.w.Help.Summary
		b.heading(b.w.Help.Title)
		if h.Sentence != "" {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.shorten(h.Sentence, min(500, f.main)), Bold: true}}})
		}
		b.add(TextBlock{Text: b.w.Help.Intro})
		if h.Authority != "" {
			b.small(fmt.Sprintf(b.w.Help.SetUpFor, h.Authority))
		}
		var commands []Fact
		for _, c := range b.w.Help.Commands {
			commands = append(commands, Fact{c.Type, c.Does})
		}
		b.add(FactSet{Facts: commands}, TextBlock{Text: b.w.Help.Privacy})
		return b
	})
}

// MineView is what one person has to do with.
type MineView struct {
	Waiting []View // for this person
	Raised  []View // by this person, still open
	Now     time.Time
	// Words are the reader's language; nil is English.
	Words *words.Words
}

// Mine lists somebody's challenges: reference, stage and due date. It holds
// nothing about a child, as it is often looked at in passing.
func Mine(m MineView) Card {
	return draw(func(f fit) *builder {
		b := newBuilder(CardMine, 0, View{}, Options{Words: m.Words}, f)
		b.noRefresh = true
		b.summary = fmt.Sprintf(b.w.Mine.Summary, len(m.Waiting), len(m.Raised))
		b.heading(b.w.Mine.Title)
		b.lines(b.w.Mine.Waiting, m.Waiting)
		b.lines(b.w.Mine.Raised, m.Raised)
		if len(m.Waiting)+len(m.Raised) == 0 {
			b.add(TextBlock{Text: b.w.Mine.None})
			b.final = true
		}
		b.openers(m)
		return b
	})
}

func (b *builder) lines(label string, vs []View) {
	if len(vs) == 0 {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true})
	var facts []Fact
	for _, v := range vs[:min(len(vs), mostMine)] {
		one := newBuilder(CardMine, 0, v, Options{Words: b.w}, b.fit)
		c := &one.Challenge
		facts = append(facts, Fact{c.Ref, one.rung(c.Rung) + ": " + one.publicState()})
	}
	b.add(FactSet{Facts: facts})
	if more := len(vs) - mostMine; more > 0 {
		b.small(fmt.Sprintf(b.w.Mine.More, more))
	}
}

// openers are buttons for the first few, each once.
func (b *builder) openers(m MineView) {
	var as []Action
	seen := map[string]bool{}
	for _, vs := range [][]View{m.Waiting, m.Raised} {
		for _, v := range vs {
			c := &v.Challenge
			if seen[c.Ref] || len(as) == mostButtons {
				continue
			}
			seen[c.Ref] = true
			as = append(as, Execute{Title: fmt.Sprintf(b.w.Mine.Open, c.Ref), Data: openData(c)})
		}
	}
	b.buttons(as...)
	if len(as) > 0 {
		b.small(fmt.Sprintf(b.w.Mine.Typing, fmt.Sprintf(b.w.Type.Open, "CH-…")))
	}
}

func openData(c *challenge.Challenge) ActionData {
	return ActionData{Verb: VerbRefresh, Card: CardStatus, Challenge: c.ID.String(), Ref: c.Ref, Visit: len(c.Visits), Version: c.Version}
}
