package memorystore

import (
	"context"
	"maps"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// ReadClock reads the store's clock.
func (s *Store) ReadClock(ctx context.Context) (storage.ClockReading, error) {
	if err := s.begin(ctx, "ReadClock"); err != nil {
		return storage.ClockReading{}, err
	}
	defer s.mu.Unlock()
	return storage.ClockReading{Now: s.clock().UTC(), NewestSeen: s.newestSeen(), AcceptedAt: s.clockAcceptedAt}, nil
}

func (s *Store) newestSeen() time.Time {
	var newest time.Time
	for _, h := range s.heartbeats {
		if h.seenAt.After(newest) {
			newest = h.seenAt
		}
	}
	return newest
}

// RecordHeartbeat keeps by what time this instance works, and the outage before, if there was
// one. hasWorked: it worked all the time, and it is its clock that was moved.
func (s *Store) RecordHeartbeat(ctx context.Context, at time.Time, hasWorked bool) error {
	if err := s.begin(ctx, "RecordHeartbeat"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	at = stamp(at)
	if last := s.newestSeen(); !hasWorked && !last.IsZero() && at.Sub(last) > storage.OutageAfter {
		s.outages = append(s.outages, challenge.Outage{From: last, To: at})
	}
	s.heartbeats[s.instance] = heartbeat{at, s.clock()}
	return nil
}

// ListOutages lists the times in which the bot worked for nobody, the oldest first.
func (s *Store) ListOutages(ctx context.Context) ([]challenge.Outage, error) {
	if err := s.begin(ctx, "ListOutages"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return slices.Clone(s.outages), nil
}

// RecordOutage keeps a time in which what the bot took is lost, as after a restore.
func (s *Store) RecordOutage(ctx context.Context, o challenge.Outage) error {
	if err := s.begin(ctx, "RecordOutage"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, known := range s.outages { // one that began at the same moment says a part of it already
		if known.From.Equal(o.From) && known.To.After(o.From) {
			o.From = known.To
		}
	}
	begins := func(known challenge.Outage) bool { return known.From.Equal(o.From) }
	if !o.From.Before(o.To) || slices.ContainsFunc(s.outages, begins) {
		return nil
	}
	s.outages = append(s.outages, o)
	slices.SortFunc(s.outages, func(a, b challenge.Outage) int { return a.From.Compare(b.From) })
	return nil
}

// ForgetOldHeartbeats drops those of instances that are no more; of those the newest stays,
// which tells when the bot last worked.
func (s *Store) ForgetOldHeartbeats(ctx context.Context) error {
	if err := s.begin(ctx, "ForgetOldHeartbeats"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	newest, old := s.newestSeen(), s.clock().AddDate(0, 0, -30)
	maps.DeleteFunc(s.heartbeats, func(_ string, h heartbeat) bool { return h.checkedAt.Before(old) && !h.seenAt.Equal(newest) })
	return nil
}

// AcceptClock keeps that somebody has looked at the store's clock and found it right, and gives
// its time. What was seen by a clock that was wrong no longer counts.
func (s *Store) AcceptClock(ctx context.Context) (time.Time, error) {
	if err := s.begin(ctx, "AcceptClock"); err != nil {
		return time.Time{}, err
	}
	defer s.mu.Unlock()
	s.clockAcceptedAt = stamp(s.clock())
	maps.DeleteFunc(s.heartbeats, func(_ string, h heartbeat) bool { return h.seenAt.After(s.clockAcceptedAt) })
	return s.clockAcceptedAt, nil
}

// SaveDirectoryCopy keeps a directory file that could be read.
func (s *Store) SaveDirectoryCopy(ctx context.Context, content string, at time.Time) error {
	if err := checkTexts(content); err != nil {
		return err
	}
	if err := s.begin(ctx, "SaveDirectoryCopy"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.directoryCopy.savedAt.IsZero() || s.directoryCopy.content != content {
		s.directoryCopy = directoryCopy{content, stamp(at)}
	}
	return nil
}

// LoadDirectoryCopy is the last directory file that could be read; without one the error is
// storage.ErrNotFound.
func (s *Store) LoadDirectoryCopy(ctx context.Context) (content string, at time.Time, err error) {
	if err := s.begin(ctx, "LoadDirectoryCopy"); err != nil {
		return "", time.Time{}, err
	}
	defer s.mu.Unlock()
	if s.directoryCopy.savedAt.IsZero() {
		return "", time.Time{}, storage.ErrNotFound
	}
	return s.directoryCopy.content, s.directoryCopy.savedAt, nil
}
