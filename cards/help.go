package cards

import (
	"fmt"

	"challengebot/internal/words"
)

// HelpView is what the help card needs to know.
type HelpView struct {
	Authority string
	Preface   string // said first after the line for a child in danger, if anything
	// DangerLine as on the form.
	DangerLine string
	// MayRaise and Oversees are the reader's part: what they can do comes first.
	MayRaise, Oversees bool
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// maxHelpLines is how many lines stand in sight.
const maxHelpLines = 5

// commandsInSight are those that the reader needs most.
func (h HelpView) commandsInSight() []words.CommandName {
	var names []words.CommandName
	if h.MayRaise {
		names = append(names, words.CommandChallenge, words.CommandUrgent)
	}
	names = append(names, words.CommandMine)
	if h.Oversees {
		names = append(names, words.CommandWaiting)
	}
	if !h.MayRaise {
		names = append(names, words.CommandRespond, words.CommandAcknowledge)
	}
	names = append(names, words.CommandCover)
	most := maxHelpLines
	if h.MayRaise {
		most-- // the first has two
	}
	return names[:min(len(names), most)]
}

// RenderHelp says what the bot does and what the reader can type. Where it answers something that
// could not be done, the sentence is the answer, and the rest opens behind a button.
func RenderHelp(h HelpView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		b := newBuilder("help", 0, View{}, Options{Words: h.Words}, f)
		b.noRefresh, b.final, b.summary = true, true, b.words.Help.Summary
		b.addHeading(b.words.Help.Title)
		if h.Preface != "" {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.shorten(h.Preface, min(500, f.mainText)), Bold: true}}})
		} else {
			b.addDanger(h.DangerLine)
			b.addCommands(h.commandsInSight())
			b.add(TextBlock{Text: b.words.Help.Privacy})
		}
		b.addFolded(detailsBox, b.words.Help.Everything, func() {
			b.add(TextBlock{Text: b.words.Help.Intro})
			if h.Authority != "" {
				b.addSmallPrint(fmt.Sprintf(b.words.Help.SetUpFor, h.Authority))
			}
			b.addCommands(words.CommandNames)
		})
		return b
	})
}

// addCommands lists what can be typed.
func (b *builder) addCommands(names []words.CommandName) {
	var lines []Fact
	for _, name := range names {
		for _, c := range b.words.Commands[name] {
			lines = append(lines, Fact{c.Syntax, c.Description})
		}
	}
	b.add(FactSet{Facts: lines})
}
