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
	return s.eachWanted(ctx, "EachPending", (*challengeRow).isPending, func(row *challengeRow, snap *challenge.Snapshot) {
		for _, e := range row.events {
			switch e.Body.Kind() {
			case challenge.KindDelivered, challenge.KindUndelivered, challenge.KindExhausted:
				snap.History = append(snap.History, e)
			}
		}
	}, each)
}

// EachChallenge gives every challenge, open or ended, with its ladder and what happened in it:
// deliveries and reminders left out.
func (s *Store) EachChallenge(ctx context.Context, each func(challenge.Snapshot)) error {
	every := func(*challengeRow) bool { return true }
	return s.eachWanted(ctx, "EachChallenge", every, func(row *challengeRow, snap *challenge.Snapshot) {
		for _, e := range row.events {
			switch e.Body.Kind() {
			case challenge.KindDelivered, challenge.KindUndelivered, challenge.KindReminded, challenge.KindNudged:
			default:
				snap.History = append(snap.History, e)
			}
		}
	}, each)
}

// EachOpen gives every open challenge with its ladder and without its history, as EachPending
// does.
func (s *Store) EachOpen(ctx context.Context, each func(challenge.Snapshot)) error {
	isOpen := func(row *challengeRow) bool { return row.current.State.IsOpen() }
	return s.eachWanted(ctx, "EachOpen", isOpen, func(*challengeRow, *challenge.Snapshot) {}, each)
}

// eachWanted gives what is wanted by id, each with what finish adds.
func (s *Store) eachWanted(ctx context.Context, operation string, wanted func(*challengeRow) bool, finish func(*challengeRow, *challenge.Snapshot), each func(challenge.Snapshot)) error {
	if err := s.begin(ctx, operation); err != nil {
		return err
	}
	var all []challenge.Snapshot
	var faults error
	for _, row := range s.sorted(wanted, func(_, _ *challengeRow) int { return 0 }) {
		snap, err := s.withoutHistory(row)
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		finish(row, &snap)
		all = append(all, snap)
	}
	s.mu.Unlock()
	for _, snap := range all {
		each(snap)
	}
	return faults
}

// isPending reports whether a challenge may belong in a digest: it waits without a window, or for
// an answer while a card was refused, nobody could be asked, nobody was left, its time stands
// still, or it moved with the calendar.
func (r *challengeRow) isPending() bool {
	if r.current.State == challenge.StateAwaitingResponse {
		return r.had(challenge.KindUndelivered) || r.had(challenge.KindCouldNotBeAsked) || r.had(challenge.KindUnattended) ||
			r.had(challenge.KindInterrupted) || r.had(challenge.KindRecounted)
	}
	return r.current.State.IsOpen()
}

// AnyPending reports whether there may be anything to do when a working day begins: to put
// into a digest.
func (s *Store) AnyPending(ctx context.Context) (bool, error) {
	if err := s.begin(ctx, "AnyPending"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	for _, row := range s.challenges {
		if row.isPending() {
			return true, nil
		}
	}
	return false, nil
}
