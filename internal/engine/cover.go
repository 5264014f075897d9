package engine

import (
	"context"
	"errors"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// mostPassedOn is how many running questions of one person are handed over at once.
const mostPassedOn = 1000

// passOn hands running questions to who stands in from today on, and asks those again who
// are back. The due dates stay. What cannot be handed over stays where it is: the domain
// refuses a stand-in who could not have been asked.
func (e *Engine) passOn(ctx context.Context, today workday.Date) (int, error) {
	on, passed := today.String(), 0
	var faults error // of single challenges, which keep no other back
	apply := func(c challenge.Case, cmd challenge.Command) error {
		_, err := e.Store.Apply(ctx, challenge.Receipt{}, challenge.Key{ID: c.Challenge.ID}, func(c challenge.Case) (challenge.Change, error) {
			return c.Challenge.Decide(cmd, challenge.System, e.env(c, e.Now()))
		})
		if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
			return nil
		}
		if err != nil && !errors.Is(err, challenge.ErrUnavailable) {
			faults = errors.Join(faults, err)
			return nil
		}
		passed++
		return err
	}
	for _, cover := range e.Directory().Covers(on) {
		if cover.From > on || cover.For.Entra == "" {
			continue
		}
		waiting, err := e.Store.WaitingFor(ctx, cover.For.Entra, mostPassedOn)
		if errors.Is(err, challenge.ErrUnavailable) {
			return passed, err
		}
		faults = errors.Join(faults, err)
		for _, c := range waiting {
			if c.Challenge.State != challenge.AwaitingResponse {
				continue
			}
			if err := apply(c, challenge.HandOver{For: cover.For.Entra}); err != nil {
				return passed, err
			}
		}
	}
	handed, err := e.Store.HandedOver(ctx)
	if errors.Is(err, challenge.ErrUnavailable) {
		return passed, err
	}
	faults = errors.Join(faults, err)
	for _, c := range handed {
		if err := apply(c, challenge.TakeBack{}); err != nil {
			return passed, err
		}
	}
	return passed, faults
}
