package cards

import (
	"cmp"
	"fmt"
	"time"

	"challengebot/internal/challenge"
)

const (
	helpTitle   = "What I can do"
	helpIntro   = "I carry a challenge from the person who chairs a conference to the manager who can answer it, watch the working days, and take it further when no answer comes. Every step is written down."
	helpPrivacy = "Please write to me here, in our own chat. I never show a child's details in a channel."
	helpNot     = "I did not understand that, and nothing was changed."
	helpSummary = "What I can do, and what to type."

	mineTitle   = "Your challenges"
	mineWaiting = "Waiting for you"
	mineRaised  = "Raised by you and still open"
	mineNone    = "Nothing is waiting for you, and nothing that you raised is open."
	mineOpen    = "Open %s"
	mineMore    = "… %d more. Type /challenge and a reference to open one."
	mineSummary = "Your challenges: %d waiting for you, %d raised by you."

	// mostMine is how many lines each part of the list has.
	mostMine = 20
)

// helpCommands are what can be typed, and what it does.
var helpCommands = []Fact{
	{"/challenge", "raise a challenge: I give you the form"},
	{"/challenge CH-…", "where that challenge stands, and what you can do now"},
	{"/mine", "what waits for you, and what you raised"},
	{"/respond CH-… your answer | what; who; YYYY-MM-DD", "answer, with the actions that you agree"},
	{"/satisfied CH-…", "say that an answer is good enough"},
	{"/partly CH-… reason", "ask for more on the same stage"},
	{"/not-satisfied CH-… reason", "take it further"},
	{"/gate CH-… agreed|refused|override note", "record what had to be done before the next stage"},
	{"/skip CH-… stage ground what makes this necessary", "go straight to a later stage, where the procedure allows it"},
	{"/hand-off CH-… procedure reason", "hand a challenge over to another procedure"},
	{"/refer CH-… the call | who was informed | who was consulted | note", "record a referral outside the authority that you made today"},
	{"/withdraw CH-… reason", "withdraw a challenge that you raised"},
	{"/asked CH-… phone|e-mail YYYY-MM-DD note", "record that you asked somebody who has no account here"},
	{"/cover NAME YYYY-MM-DD to YYYY-MM-DD", "have somebody stand in for you; /cover alone lists who does"},
	{"/help", "this list"},
}

// HelpView is what the help card needs to know.
type HelpView struct {
	Authority string
	Sentence  string // said first, if anything
}

// Help says what the bot does and what to type.
func Help(h HelpView) Card {
	return draw(func(f fit) *builder {
		b := newBuilder("help", 0, View{}, Options{}, f)
		b.noRefresh, b.final, b.summary = true, true, helpSummary
		b.heading(helpTitle)
		if h.Sentence != "" {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: shorten(h.Sentence, min(500, f.main)), Bold: true}}})
		}
		b.add(TextBlock{Text: helpIntro})
		if h.Authority != "" {
			b.small("Set up for " + h.Authority + ".")
		}
		b.add(FactSet{Facts: helpCommands}, TextBlock{Text: helpPrivacy})
		return b
	})
}

// NotUnderstood is the help with a sentence before it, so that no message ends in
// silence.
func NotUnderstood(sentence string, h HelpView) Card {
	h.Sentence = cmp.Or(sentence, helpNot)
	return Help(h)
}

// MineView is what one person has to do with.
type MineView struct {
	Waiting []View // for this person
	Raised  []View // by this person, still open
	Now     time.Time
}

// Mine lists somebody's challenges: reference, stage and due date. It holds
// nothing about a child, as it is often looked at in passing.
func Mine(m MineView) Card {
	return draw(func(f fit) *builder {
		b := newBuilder(CardMine, 0, View{}, Options{}, f)
		b.noRefresh = true
		b.summary = fmt.Sprintf(mineSummary, len(m.Waiting), len(m.Raised))
		b.heading(mineTitle)
		b.lines(mineWaiting, m.Waiting)
		b.lines(mineRaised, m.Raised)
		if len(m.Waiting)+len(m.Raised) == 0 {
			b.add(TextBlock{Text: mineNone})
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
		one := newBuilder(CardMine, 0, v, Options{}, b.fit)
		c := &one.Challenge
		facts = append(facts, Fact{c.Ref, one.rung(c.Rung) + ": " + one.publicState()})
	}
	b.add(FactSet{Facts: facts})
	if more := len(vs) - mostMine; more > 0 {
		b.small(fmt.Sprintf(mineMore, more))
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
			as = append(as, Execute{Title: fmt.Sprintf(mineOpen, c.Ref), Data: openData(c)})
		}
	}
	b.buttons(as...)
	if len(as) > 0 {
		b.small("To open one by typing: " + typeOpen("CH-…"))
	}
}

func openData(c *challenge.Challenge) ActionData {
	return ActionData{Verb: VerbRefresh, Card: CardStatus, Challenge: c.ID.String(), Ref: c.Ref, Visit: len(c.Visits), Version: c.Version}
}
