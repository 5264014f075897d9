package memorystore

import (
	"context"
	"errors"

	"challengebot/internal/challenge"
)

// EachPending gives every open challenge that may belong in a digest, with its ladder and those
// events of its history that tell: deliveries, refused ones, and the end of the ladder. What
// cannot be read is in the error and does not keep the others back. each may call the store.
func (s *Store) EachPending(ctx context.Context, each func(challenge.Snapshot)) error {
	if err := s.begin(ctx, "EachPending"); err != nil {
		return err
	}
	var all []challenge.Snapshot
	var faults error
	for _, row := range s.sorted((*challengeRow).isPending, func(_, _ *challengeRow) int { return 0 }) {
		snap, err := s.withoutHistory(row)
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		for _, e := range row.events {
			switch e.Body.Kind() {
			case challenge.KindDelivered, challenge.KindUndelivered, challenge.KindExhausted:
				snap.History = append(snap.History, e)
			}
		}
		all = append(all, snap)
	}
	s.mu.Unlock()
	for _, snap := range all {
		each(snap)
	}
	return faults
}

// isPending reports whether a challenge may belong in a digest: it waits without a window, or
// for an answer while a card was refused or nobody could be asked.
func (r *challengeRow) isPending() bool {
	if r.current.State == challenge.StateAwaitingResponse {
		return r.had(challenge.KindUndelivered) || r.had(challenge.KindCouldNotBeAsked)
	}
	return r.current.State.IsOpen()
}

// AnyPending reports whether there may be anything to do when a working day begins: to put
// into a digest, or to hand back.
func (s *Store) AnyPending(ctx context.Context) (bool, error) {
	if err := s.begin(ctx, "AnyPending"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	for _, row := range s.challenges {
		if row.isPending() || row.current.State == challenge.StateAwaitingResponse && row.had(challenge.KindHandedOver) {
			return true, nil
		}
	}
	return false, nil
}
