package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

const (
	sentTitle   = "Sent: %s"
	sentAsked   = "Now asked to answer: %s, by %s."
	sentHeld    = "It waits before %s until that may begin; you have a card for it."
	sentNobody  = "Nobody could be asked. You and those who oversee challenges have been told."
	sentFollow  = "A card of its own in this chat keeps you up to date. This form is done with: to raise another challenge type /challenge."
	sentSummary = "%s has been sent."
)

// Sent takes the place of a form that became a challenge. It tells what was done
// and never changes again.
func Sent(v View, o Options) Card {
	return draw(func(size fit) *builder {
		b := newBuilder(CardForm, 0, v, Options{Viewer: o.Viewer}, size)
		b.noRefresh, b.final = true, true
		c := &b.Challenge
		b.summary = fmt.Sprintf(sentSummary, c.Ref)
		b.heading(fmt.Sprintf(sentTitle, b.title(c.Rung)))
		said := sentNobody
		switch c.State {
		case challenge.AwaitingResponse:
			said = fmt.Sprintf(sentAsked, b.respondents(c.Current()), b.when(c.Due()))
		case challenge.HandedOff:
			said = b.stateLine()
		case challenge.HeldAtGate:
			said = fmt.Sprintf(sentHeld, b.rung(c.Rung))
		}
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: said, Bold: true}}}, TextBlock{Text: sentFollow})
		return b
	})
}
