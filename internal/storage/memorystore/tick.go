package memorystore

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// retryDelay is how long a challenge whose transition failed is left alone.
const retryDelay = time.Minute

// errNothingDue is a challenge that is due by its row and not by its document.
var errNothingDue = errors.New("nothing was due although its row says so")

// Tick lets the clock act on at most limit challenges whose time has come, and as many more
// that failed before. decide gets no history. done counts those that were changed. One whose
// transition fails is in the error, is set aside for a minute and does not stop the others.
func (s *Store) Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Snapshot) (challenge.Change, error)) (done int, err error) {
	if err := s.begin(ctx, "Tick"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	now = stamp(now)
	var moves []*transition
	failed := map[uuid.UUID]error{}
	rows := s.due(now, limit)
	for _, row := range rows {
		t, err := s.tickChallenge(row, decide)
		if err != nil {
			failed[row.current.ID] = err
			continue
		}
		moves = append(moves, t)
	}
	if err := s.check(ctx); err != nil {
		return 0, err
	}
	s.write(moves...)
	aside := &storage.SetAsideError{}
	for _, row := range rows {
		if err := failed[row.current.ID]; err != nil {
			row.retryAt = now.Add(retryDelay)
			aside.Items = append(aside.Items, storage.SetAsideItem{ChallengeID: row.current.ID, Cause: err})
		}
	}
	if len(moves) > 0 {
		s.notify()
	}
	if len(aside.Items) > 0 {
		return len(moves), aside
	}
	return len(moves), nil
}

// due are the rows whose time has come, and those that failed before and are to be tried again.
func (s *Store) due(now time.Time, limit int) []*challengeRow {
	fresh := s.sorted(func(r *challengeRow) bool {
		return !r.current.NextAt.IsZero() && r.retryAt.IsZero() && !r.current.NextAt.After(now)
	}, func(a, b *challengeRow) int { return a.current.NextAt.Compare(b.current.NextAt) })
	again := s.sorted(func(r *challengeRow) bool { return !r.retryAt.IsZero() && !r.retryAt.After(now) },
		func(a, b *challengeRow) int { return a.retryAt.Compare(b.retryAt) })
	return append(fresh[:min(limit, len(fresh)):min(limit, len(fresh))], again[:min(limit, len(again))]...)
}

func (s *Store) tickChallenge(row *challengeRow, decide decideFunc) (*transition, error) {
	before, err := s.withoutHistory(row)
	if err != nil {
		return nil, err
	}
	change, err := decide(before)
	if err != nil {
		return nil, err
	}
	if !change.HasEvents() {
		return nil, errNothingDue
	}
	return s.newTransition(before.Challenge, change, time.Time{})
}

// NextDue is when the clock must act next; false when it never must.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	if err := s.begin(ctx, "NextDue"); err != nil {
		return time.Time{}, false, err
	}
	defer s.mu.Unlock()
	var next time.Time
	for _, row := range s.challenges {
		if row.current.NextAt.IsZero() {
			continue
		}
		at := row.current.NextAt
		if !row.retryAt.IsZero() {
			at = row.retryAt
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, !next.IsZero(), nil
}
