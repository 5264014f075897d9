package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

// RenderFormSent takes the place of a form that became a challenge. It tells what was done
// and never changes again. What was typed and is not in the challenge is given back.
func RenderFormSent(v View, o Options) Card {
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardForm, 0, v, Options{ViewerID: o.ViewerID, Words: o.Words, TypedValues: o.TypedValues}, size)
		b.noRefresh, b.final = true, true
		c := &b.Challenge
		b.summary = fmt.Sprintf(b.words.FormSent.Summary, c.Ref)
		b.addHeading(fmt.Sprintf(b.words.FormSent.Title, b.cardTitle(c.Rung)))
		said := b.words.FormSent.NobodyAsked
		switch c.State {
		case challenge.StateAwaitingResponse:
			if b.hasNoLimit(c.CurrentOpening()) {
				said = fmt.Sprintf(b.words.FormSent.AskedNoLimit, b.formatRespondents(c.CurrentOpening()))
				break
			}
			said = fmt.Sprintf(b.words.FormSent.AskedToAnswer, b.formatRespondents(c.CurrentOpening()), b.formatDateTime(c.Due()))
		case challenge.StateHandedOff:
			said = b.describeState()
		case challenge.StateHeldAtGate:
			said = fmt.Sprintf(b.words.FormSent.HeldAtGate, b.rungLabel(c.Rung))
		}
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: said, Bold: true}}}, TextBlock{Text: b.words.FormSent.WhatFollows})
		return b
	})
}
