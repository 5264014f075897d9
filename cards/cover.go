package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

const (
	coverTitle   = "Who stands in for whom"
	coverNobody  = "Nobody stands in for you, nor you for anybody, today or later."
	coverLine    = "%s, from %s to %s."
	coverEnd     = " To end it: /cover end %d"
	coverFile    = " This stands in the directory, which your administrator keeps."
	coverHanded  = "Handed over, with the time that was left: %s."
	coverHowTo   = "To have somebody stand in for you: /cover NAME 2026-04-01 to 2026-04-17. For somebody else, if you oversee challenges: /cover for NAME by NAME 2026-04-01 to 2026-04-17."
	coverSummary = "Who stands in for whom."

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
	// HandedOver are references; Kept says of others why they were not.
	HandedOver, Kept []string
}

// Cover lists stand-ins. It holds names of staff and references, nothing about a child.
func Cover(v CoverView) Card {
	return draw(func(f fit) *builder {
		o := Options{Done: v.Done, Said: v.Said}
		if v.Typed != "" {
			o.Typed = map[string]string{"/cover": v.Typed}
		}
		b := newBuilder("cover", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, coverSummary
		b.heading(coverTitle)
		if len(v.HandedOver) > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(coverHanded, strings.Join(v.HandedOver, ", "))})
		}
		for _, why := range v.Kept {
			b.add(TextBlock{Text: "Not handed over: " + why})
		}
		var facts []Fact
		for _, c := range v.Covers[:min(len(v.Covers), mostCovers)] {
			line := fmt.Sprintf(coverLine, c.By, c.From.Long(), c.To.Long())
			if c.ID > 0 {
				line += fmt.Sprintf(coverEnd, c.ID)
			} else {
				line += coverFile
			}
			facts = append(facts, Fact{"For " + c.For, line})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: coverNobody})
		} else {
			b.add(FactSet{Facts: facts})
		}
		b.small(coverHowTo)
		return b
	})
}
