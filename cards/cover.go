package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

const (
	// mostCovers is how many lines the list has.
	mostCovers = 40
)

// CoverLine is one stand-in of the list; ID 0 is one of the directory's file.
type CoverLine struct {
	ID       int64
	For, By  string
	From, To workday.Date
}

// CoverView is the list, and what a command about it did.
type CoverView struct {
	Covers []CoverLine
	Done   string
	Said   *challenge.Refusal
	Typed  string // what was typed and refused
	// Words are the reader's language; nil is English.
	Words *words.Words
	// HandedOver are references; Kept says of others why they were not.
	HandedOver, Kept []string
}

// Cover lists stand-ins. It holds names of staff and references, nothing about a child.
func Cover(v CoverView) Card {
	return draw(func(f fit) *builder {
		o := Options{Words: v.Words, Done: v.Done, Said: v.Said}
		if v.Typed != "" {
			o.Typed = map[string]string{"/cover": v.Typed}
		}
		b := newBuilder("cover", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, b.w.Cover.Summary
		b.heading(b.w.Cover.Title)
		if len(v.HandedOver) > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(b.w.Cover.Handed, strings.Join(v.HandedOver, ", "))})
		}
		for _, why := range v.Kept {
			b.add(TextBlock{Text: fmt.Sprintf(b.w.Cover.Kept, why)})
		}
		var facts []Fact
		for _, c := range v.Covers[:min(len(v.Covers), mostCovers)] {
			line := fmt.Sprintf(b.w.Cover.Line, c.By, b.w.OnDay(c.From), b.w.OnDay(c.To))
			if c.ID > 0 {
				line += fmt.Sprintf(b.w.Cover.End, c.ID)
			} else {
				line += b.w.Cover.File
			}
			facts = append(facts, Fact{fmt.Sprintf(b.w.Cover.For, c.For), line})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: b.w.Cover.Nobody})
		} else {
			b.add(FactSet{Facts: facts})
		}
		b.small(b.w.Cover.HowTo)
		return b
	})
}
