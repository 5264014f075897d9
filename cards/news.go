package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

// buildNews tells in one line what happened last and where the challenge stands now. It asks for
// nothing, and stays as it was when it was sent: the card of the challenge is one button away.
func (b *builder) buildNews() {
	c := &b.Challenge
	b.kind, b.openingNo, b.opening = challenge.CardNews, len(c.Openings), c.CurrentOpening()
	b.noRefresh, b.final = true, true
	b.summary = fmt.Sprintf(b.words.Challenge.Summary, c.Ref, b.describeStatePublicly())
	line := c.Ref + ": "
	if b.isUrgent() {
		line = b.words.Common.Urgent + ": " + line
	}
	if last := b.describeLastStep(); last != "" {
		line += last + " "
	}
	b.add(TextBlock{Text: line + b.describeState(), Heading: true})
	b.addButtons(ExecuteButton{Title: b.words.News.Open, Data: openBelowData(c)})
}

// describeLastStep is what happened last, but for that which the state says.
func (b *builder) describeLastStep() string {
	for i := len(b.History) - 1; i >= 0; i-- {
		e := b.History[i]
		switch e.Body.(type) {
		case challenge.RungOpened, challenge.Held, challenge.Exhausted, challenge.Resolved:
			continue
		}
		if steps := b.appendStep(nil, e); len(steps) > 0 {
			return steps[0].sentence
		}
	}
	return ""
}

// openBelowData is of a button that posts the challenge's card below, whatever it stands on.
func openBelowData(c *challenge.Challenge) ButtonData {
	d := openButtonData(c)
	d.Verb = VerbPostBelow
	return d
}
