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
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderHelp says what the bot does and what to type.
func RenderHelp(h HelpView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		b := newBuilder("help", 0, View{}, Options{Words: h.Words}, f)
		b.noRefresh, b.final, b.summary = true, true, b.words.Help.Summary
		b.addHeading(b.words.Help.Title)
		b.addDanger(h.DangerLine)
		if h.Preface != "" {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.shorten(h.Preface, min(500, f.mainText)), Bold: true}}})
		}
		b.add(TextBlock{Text: b.words.Help.Intro})
		if h.Authority != "" {
			b.addSmallPrint(fmt.Sprintf(b.words.Help.SetUpFor, h.Authority))
		}
		var commands []Fact
		for _, c := range b.words.HelpLines() {
			commands = append(commands, Fact{c.Syntax, c.Description})
		}
		b.add(FactSet{Facts: commands}, TextBlock{Text: b.words.Help.Privacy})
		return b
	})
}
