package cards

import (
	"cmp"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

const (
	// maxCoverLines is how many lines the list has.
	maxCoverLines = 40
)

// CoverView is the list, and what a command about it did.
type CoverView struct {
	Covers       []directory.Cover
	Confirmation string
	Refusal      *challenge.Refusal
	TypedText    string // what was typed and refused
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
	// HandedOver are references; Kept says of others why they were not.
	HandedOver, NotHandedOver []string
	// Remarks are what whoever named a stand-in should know.
	Remarks []string
}

// RenderCover lists stand-ins. It holds names of staff and references, nothing about a child.
func RenderCover(v CoverView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		o := Options{Words: v.Words, Confirmation: v.Confirmation, Refusal: v.Refusal}
		if v.TypedText != "" {
			o.TypedValues = map[string]string{"/cover": v.TypedText}
		}
		b := newBuilder("cover", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, b.words.Cover.Summary
		b.addHeading(b.words.Cover.Title)
		if len(v.HandedOver) > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Cover.HandedOver, strings.Join(v.HandedOver, ", "))})
		}
		for _, why := range v.NotHandedOver {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Cover.NotHandedOver, why)})
		}
		for _, remark := range v.Remarks {
			b.add(TextBlock{Text: remark})
		}
		var facts []Fact
		for _, c := range v.Covers[:min(len(v.Covers), maxCoverLines)] {
			line := fmt.Sprintf(b.words.Cover.Period, cmp.Or(c.By.Name, b.words.StandIn.HasLeft), b.words.FormatOnDate(c.From), b.words.FormatOnDate(c.To))
			if c.ID > 0 {
				line += fmt.Sprintf(b.words.Cover.HowToEnd, c.ID)
			} else {
				line += b.words.Cover.FromDirectory
			}
			facts = append(facts, Fact{fmt.Sprintf(b.words.Cover.ForPerson, c.For.Name), line})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: b.words.Cover.Nobody})
		} else {
			b.add(FactSet{Facts: facts})
		}
		b.addSmallPrint(b.words.Cover.HowTo)
		return b
	})
}
