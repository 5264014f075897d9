package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// mostNotices is how many lines the list has.
const mostNotices = 40

// NoticesLine is one team, or service, of the list.
type NoticesLine struct {
	Name    string
	Service bool // it is a service
	// Place is the channel of its own, as people know it; empty: it has none.
	Place string
	Bound bool   // the place was chosen while the bot runs
	Via   string // the service whose channel a team uses
}

// NoticesView is the list, and what a command about it did.
type NoticesView struct {
	Lines []NoticesLine
	Done  string
	Said  *challenge.Refusal
	Typed string // what was typed and refused
	// Words are the reader's language; nil is English.
	Words *words.Words
}

// Notices lists in which channel the notices of each team appear. It holds nothing
// about a child.
func Notices(v NoticesView) Card {
	return draw(func(f fit) *builder {
		o := Options{Words: v.Words, Done: v.Done, Said: v.Said}
		if v.Typed != "" {
			o.Typed = map[string]string{"/notices": v.Typed}
		}
		b := newBuilder("notices", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, b.w.Channels.Summary
		b.heading(b.w.Channels.Title)
		var facts []Fact
		for _, l := range v.Lines[:min(len(v.Lines), mostNotices)] {
			facts = append(facts, Fact{l.Name, l.text(b.w.Channels)})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: b.w.Channels.Nothing})
			return b
		}
		b.add(FactSet{Facts: facts})
		b.small(b.w.Channels.HowTo)
		return b
	})
}

func (l NoticesLine) text(w words.ChannelsWords) string {
	switch {
	case l.Bound:
		return fmt.Sprintf(w.Bound, l.Place, l.Name)
	case l.Place != "":
		return fmt.Sprintf(w.File, l.Place)
	case l.Via != "":
		return fmt.Sprintf(w.Service, l.Via)
	case l.Service:
		return w.None
	default:
		return w.Nowhere
	}
}
