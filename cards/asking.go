package cards

import (
	"cmp"
	"fmt"
	"slices"

	"challengebot/internal/challenge"
)

// This file has what cards say of who has been asked: nobody before Teams took their card.

// asTaken is the challenge as it will be once Teams has taken the question that is drawn: one
// that comes late is due by the date that counts from now.
func (v View) asTaken(card challenge.Card, opening int, viewerID string) View {
	o := v.Challenge.CurrentOpening()
	if card != challenge.CardRespond || v.Calendar == nil || v.Challenge.State != challenge.StateAwaitingResponse ||
		o.Number != opening || !o.MayAnswer(viewerID) || o.WasAsked() {
		return v
	}
	taken, err := v.Challenge.Decide(challenge.RecordDelivery{Card: card, Opening: opening, To: challenge.Address{Person: viewerID}},
		challenge.System, challenge.Env{Now: v.Now, Calendar: v.Calendar, Ladder: v.Ladder, Directory: v.Directory})
	if err != nil {
		return v
	}
	v.Challenge, v.History = taken.Next, slices.Concat(v.History, taken.Events)
	return v
}

// awaitsAsking reports whether it has been said that nobody could be asked.
func (b *builder) awaitsAsking() bool {
	o := b.Challenge.CurrentOpening()
	return b.Challenge.State == challenge.StateAwaitingResponse && !o.NotAskedSince.IsZero()
}

// awaitsRelease reports whether the time stands still after a very long outage.
func (b *builder) awaitsRelease() bool { return b.Challenge.AwaitsRelease() }

// describeInterrupted says what became of the time in which the bot could take no answer.
func (b *builder) describeInterrupted(e challenge.Event, body challenge.Interrupted) string {
	from, to := b.formatOnDateTime(body.From), b.formatOnDateTime(body.To)
	switch {
	case body.ForRelease:
		return fmt.Sprintf(b.words.Step.StandsStill, b.rungLabel(e.Rung), from, to)
	case body.Deadline.Date != 0:
		return fmt.Sprintf(b.words.Step.Prolonged, b.rungLabel(e.Rung), from, to, b.formatOnDateTime(body.Deadline.Due))
	case !body.OpensAt.IsZero():
		return fmt.Sprintf(b.words.Step.OpensLater, from, to, b.formatOnDateTime(body.OpensAt))
	}
	return fmt.Sprintf(b.words.Step.Interrupted, from, to)
}

// describeRecounted says what date moved with the calendar.
func (b *builder) describeRecounted(rung string, body challenge.Recounted) string {
	switch {
	case body.Deadline.Date != 0:
		return fmt.Sprintf(b.words.Step.Recounted, rung, b.formatOnDateTime(body.Deadline.Due), b.formatOnDateTime(body.Was))
	case !body.OpensAt.IsZero():
		return fmt.Sprintf(b.words.Step.RecountedGate, b.formatOnDateTime(body.OpensAt), b.formatOnDateTime(body.Was))
	}
	return fmt.Sprintf(b.words.Step.RecountedLimit, b.formatOnDateTime(body.LimitDue))
}

// describeNotAsked says for whom the question waits.
func (b *builder) describeNotAsked() string {
	return fmt.Sprintf(b.words.Challenge.StateNotAsked, b.formatPeople(b.Challenge.CurrentOpening().Unasked()))
}

// describeRungOpened says who was asked when a rung opened, and for whom the question was
// queued that Teams has not taken.
func (b *builder) describeRungOpened(e challenge.Event, body challenge.RungOpened) string {
	rung, due := b.rungLabel(e.Rung), b.formatDateTime(body.Deadline.Due)
	respondents := body.Respondents
	if len(respondents) == 0 { // roles alone: who asks them has the card
		return fmt.Sprintf(b.words.Step.RungQueued, rung, b.formatAskedAtOpening(e.Rung, body), due)
	}
	var asked, queued []challenge.Party
	for _, p := range respondents {
		if b.tookQuestion(e.Opening, p.ID) {
			asked = append(asked, p)
		} else {
			queued = append(queued, p)
		}
	}
	switch {
	case len(asked) == 0:
		return fmt.Sprintf(b.words.Step.RungQueued, rung, b.formatParties(queued), due)
	case len(queued) > 0:
		return fmt.Sprintf(b.rungOpenedFormat(asked), rung, b.formatParties(asked), due) + " " +
			fmt.Sprintf(b.words.Step.AlsoQueued, b.formatParties(queued))
	}
	return fmt.Sprintf(b.rungOpenedFormat(asked), rung, b.formatParties(asked), due)
}

func (b *builder) rungOpenedFormat(asked []challenge.Party) string {
	if len(asked) > 1 {
		return b.words.Step.RungOpenedForSeveral
	}
	return b.words.Step.RungOpened
}

// tookQuestion reports whether Teams took the question of an opening for somebody.
func (b *builder) tookQuestion(opening int, id string) bool {
	o := b.Challenge.Opening(opening)
	return o != nil && id != "" && o.TookQuestion(id)
}

// describeCouldNotBeAsked says what stands still, and for whom the card waits.
func (b *builder) describeCouldNotBeAsked(e challenge.Event, body challenge.CouldNotBeAsked) string {
	format := b.words.Step.CouldNotBeAsked
	if body.DuePassed {
		format = b.words.Step.NotEndedUnasked
	}
	return fmt.Sprintf(format, b.rungLabel(e.Rung), b.formatPeople(body.Waiting))
}

// formatPeople names those who took part by their ids.
func (b *builder) formatPeople(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, b.personName(id))
	}
	return b.words.JoinList(names)
}

// redatedFormat says why a window was counted again.
func (b *builder) redatedFormat(reason string) string {
	switch reason {
	case challenge.RedatedRefusedLate:
		return b.words.Step.RedatedAfterRefusal
	case challenge.RedatedAskedAgain:
		return b.words.Step.AskedAgain
	}
	return b.words.Step.Redated
}

// hasNoLimit reports whether the procedure sets no time for an answer on an opening.
func (b *builder) hasNoLimit(o *challenge.Opening) bool {
	if o == nil {
		return false
	}
	r, known := b.Ladder.RungByID(o.Rung)
	return known && r.HasNoLimit()
}

// lateBecause says why a reply came too late to count.
func (b *builder) lateBecause(e challenge.Event, late challenge.LateResponse) string {
	return cmp.Or(b.words.Step.LateBecause[b.snapshot().ReasonOfLate(e, late)], b.words.Step.LateBecause["moved_on"])
}
