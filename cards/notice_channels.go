package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// maxNoticeChannelLines is how many lines the list has.
const maxNoticeChannelLines = 40

// NoticeChannelLine is one team, or service, of the list.
type NoticeChannelLine struct {
	Name      string
	IsService bool // it is a service
	// ChannelName is the channel of its own, as people know it; empty: it has none.
	ChannelName     string
	ChosenByCommand bool   // the place was chosen while the bot runs
	ViaService      string // the service whose channel a team uses
}

// NoticeChannelsView is the list, and what a command about it did.
type NoticeChannelsView struct {
	Lines        []NoticeChannelLine
	Confirmation string
	Refusal      *challenge.Refusal
	TypedText    string // what was typed and refused
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderNoticeChannels lists in which channel the notices of each team appear. It holds nothing
// about a child.
func RenderNoticeChannels(v NoticeChannelsView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		o := Options{Words: v.Words, Confirmation: v.Confirmation, Refusal: v.Refusal}
		if v.TypedText != "" {
			o.TypedValues = map[string]string{"/notices": v.TypedText}
		}
		b := newBuilder("notices", 0, View{}, o, f)
		b.noRefresh, b.final, b.summary = true, true, b.words.NoticeChannels.Summary
		b.addHeading(b.words.NoticeChannels.Title)
		var facts []Fact
		for _, l := range v.Lines[:min(len(v.Lines), maxNoticeChannelLines)] {
			facts = append(facts, Fact{l.Name, l.describeChannel(b.words.NoticeChannels)})
		}
		if len(facts) == 0 {
			b.add(TextBlock{Text: b.words.NoticeChannels.Nothing})
			return b
		}
		b.add(FactSet{Facts: facts})
		b.addSmallPrint(b.words.NoticeChannels.HowTo)
		return b
	})
}

func (l NoticeChannelLine) describeChannel(w words.NoticeChannelWords) string {
	switch {
	case l.ChosenByCommand:
		return fmt.Sprintf(w.ChosenByCommand, l.ChannelName, l.Name)
	case l.ChannelName != "":
		return fmt.Sprintf(w.FromDirectory, l.ChannelName)
	case l.ViaService != "":
		return fmt.Sprintf(w.ViaService, l.ViaService)
	case l.IsService:
		return w.ServiceHasNone
	default:
		return w.TeamHasNone
	}
}
