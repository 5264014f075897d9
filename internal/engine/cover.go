package engine

import (
	"context"
	"errors"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// maxHandOvers is how many running questions of one person are handed over at once.
const maxHandOvers = 1000

// handOverForCover hands running questions to who stands in from today on, and asks those again who
// are back. The due dates stay. What cannot be handed over stays where it is: the domain
// refuses a stand-in who could not have been asked.
func (e *Engine) handOverForCover(ctx context.Context, today workday.Date) (int, error) {
	moved := 0
	var faults error // of single challenges, which keep no other back
	apply := func(c challenge.Snapshot, cmd challenge.Command) error {
		_, err := e.Store.Apply(ctx, storage.IdempotencyKey{}, storage.LookupKey{ID: c.Challenge.ID}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(cmd, challenge.System, e.envFor(c, e.Now()))
		}))
		if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
			return nil
		}
		if err != nil && !errors.Is(err, storage.ErrUnavailable) {
			faults = errors.Join(faults, err)
			return nil
		}
		moved++
		return err
	}
	for _, cover := range e.Directory().CurrentCover(today) {
		if cover.From > today || cover.For.Entra == "" {
			continue
		}
		waiting, err := e.Store.ListWaitingFor(ctx, cover.For.Entra, maxHandOvers)
		if errors.Is(err, storage.ErrUnavailable) {
			return moved, err
		}
		faults = errors.Join(faults, err)
		for _, c := range waiting {
			if c.Challenge.State != challenge.StateAwaitingResponse {
				continue
			}
			if err := apply(c, challenge.HandOver{AwayID: cover.For.Entra}); err != nil {
				return moved, err
			}
		}
	}
	handedOver, err := e.Store.ListHandedOver(ctx)
	if errors.Is(err, storage.ErrUnavailable) {
		return moved, err
	}
	faults = errors.Join(faults, err)
	for _, c := range handedOver {
		if err := apply(c, challenge.RejoinAfterCover{}); err != nil {
			return moved, err
		}
	}
	return moved, faults
}
