package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
)

// RenderSuperseded is what is left of a card when a newer one of the same challenge stands below it:
// what it was, and what became of it.
func RenderSuperseded(opening int, v View, o Options) Card {
	may := v.rightsOf(o.ViewerID)
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardStatus, opening, v, o, size)
		b.noRefresh, b.final = true, true
		if !may.Read {
			b.buildNoLongerYours()
			b.final = true
			return b
		}
		title, became := b.Challenge.Ref, ""
		if b.opening != nil {
			title = strings.Join([]string{title, b.rungLabel(b.opening.Rung)}, " · ")
			if b.opening.Outcome != challenge.OutcomeOpen {
				became = b.describeEnd() + " "
			}
		}
		b.summary = fmt.Sprintf(b.words.News.SummarySuperseded, b.Challenge.Ref)
		b.add(TextBlock{Text: title, Bold: true, Heading: true}, TextBlock{Text: became + b.words.News.NewerBelow, Spacing: "None"})
		return b
	})
}
