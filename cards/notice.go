package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

// buildNotice is for a team's channel: a reference, a stage, and until when. Whoever
// reads the channel may know that much and no more.
func (b *builder) buildNotice() {
	c := &b.Challenge
	rung := c.Rung
	if b.opening != nil && b.openingNo < len(c.Openings) {
		rung = b.opening.Rung
	}
	b.opts, b.noRefresh, b.kind = Options{}, true, challenge.CardNotice
	b.addHeading(b.cardTitle(rung))
	said := ""
	switch {
	case !c.State.IsOpen():
		said = b.words.Notice.Closed
	case b.openingNo < len(c.Openings) && b.opening != nil:
		said = fmt.Sprintf(b.words.Notice.MovedOn, b.rungWord())
	case b.awaitsAsking():
		said = b.words.Notice.NotAsked
	case b.awaitsRelease():
		said = b.words.Notice.AwaitsRelease
	case c.State == challenge.StateAwaitingResponse && b.hasNoLimit(c.CurrentOpening()):
		said = b.words.Notice.NoLimit
	case c.State == challenge.StateAwaitingResponse:
		said = fmt.Sprintf(b.words.Notice.AwaitingResponse, b.formatDateTime(c.Due()))
	case c.State == challenge.StateAwaitingJudgement:
		said = b.words.Notice.AwaitingJudgement
	case c.State == challenge.StateHeldAtGate:
		said = fmt.Sprintf(b.words.Notice.HeldAtGate, b.rungWord())
	default:
		said = b.words.Notice.Exhausted
	}
	b.add(TextBlock{Text: said})
	b.summary = fmt.Sprintf(b.words.Notice.Summary, c.Ref, said)
	b.final = !c.State.IsOpen() || b.opening != nil && b.openingNo < len(c.Openings)
}
