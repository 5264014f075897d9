package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

// Sent takes the place of a form that became a challenge. It tells what was done
// and never changes again. What was typed and is not in the challenge is given back.
func Sent(v View, o Options) Card {
	return draw(func(size fit) *builder {
		b := newBuilder(CardForm, 0, v, Options{Viewer: o.Viewer, Words: o.Words, Typed: o.Typed}, size)
		b.noRefresh, b.final = true, true
		c := &b.Challenge
		b.summary = fmt.Sprintf(b.w.Sent.Summary, c.Ref)
		b.heading(fmt.Sprintf(b.w.Sent.Title, b.title(c.Rung)))
		said := b.w.Sent.Nobody
		switch c.State {
		case challenge.AwaitingResponse:
			said = fmt.Sprintf(b.w.Sent.Asked, b.respondents(c.Current()), b.when(c.Due()))
		case challenge.HandedOff:
			said = b.stateLine()
		case challenge.HeldAtGate:
			said = fmt.Sprintf(b.w.Sent.Held, b.rung(c.Rung))
		}
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: said, Bold: true}}}, TextBlock{Text: b.w.Sent.Follow})
		return b
	})
}
