package memorystore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

type decideFunc = func(challenge.Snapshot) (challenge.Change, error)

func (r *challengeRow) read() (challenge.Challenge, error) {
	var c challenge.Challenge
	if err := json.Unmarshal(r.doc, &c); err != nil {
		return c, fmt.Errorf("memorystore: %w: the document of challenge %s: %T", storage.ErrUnreadable, r.current.ID, err)
	}
	var raised challenge.Details
	if err := json.Unmarshal(r.details, &raised); err != nil {
		return c, fmt.Errorf("memorystore: %w: the details of challenge %s: %T", storage.ErrUnreadable, r.current.ID, err)
	}
	c.RestoreDetails(raised)
	return c, nil
}

// Load reads a challenge with ladder and history, as they were at one moment.
func (s *Store) Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error) {
	if err := s.begin(ctx, "Load"); err != nil {
		return challenge.Snapshot{}, err
	}
	defer s.mu.Unlock()
	return s.snapshot(key)
}

// LoadForReader reads a challenge with as much of its trail as tells whether a person may read
// it: what they did themselves, and who was needed at gates.
func (s *Store) LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error) {
	if err := s.begin(ctx, "LoadForReader"); err != nil {
		return challenge.Snapshot{}, err
	}
	defer s.mu.Unlock()
	snap, err := s.snapshot(storage.LookupKey{Ref: ref})
	acted := false
	snap.History = slices.DeleteFunc(snap.History, func(e challenge.Event) bool {
		own := e.By.ID == person && !acted
		acted = acted || own
		return !own && (e.Body.Kind() != challenge.KindHeld || e.By.ID == person)
	})
	return snap, err
}

// row finds a challenge by reference or, if that is empty, by id.
func (s *Store) row(key storage.LookupKey) (*challengeRow, bool) {
	id := key.ID
	if key.Ref != "" {
		var known bool
		if id, known = s.byRef[key.Ref]; !known {
			return nil, false
		}
	}
	row, ok := s.challenges[id]
	return row, ok
}

func (s *Store) snapshot(key storage.LookupKey) (challenge.Snapshot, error) {
	row, ok := s.row(key)
	if !ok {
		return challenge.Snapshot{}, storage.ErrNotFound
	}
	snap, err := s.withoutHistory(row)
	snap.History = slices.Clone(row.events)
	return snap, err
}

func (s *Store) withoutHistory(row *challengeRow) (challenge.Snapshot, error) {
	c, err := row.read()
	if err != nil {
		return challenge.Snapshot{}, err
	}
	l, err := s.loadLadder(c.LadderHash)
	return challenge.Snapshot{Challenge: c, Ladder: l}, err
}

func (s *Store) findKey(r storage.IdempotencyKey) (keyRow, bool) {
	seen, ok := s.keys[r.Value]
	return seen, ok && r.Value != ""
}

// repeatResult answers as the first time: with the challenge as it was right after.
func (s *Store) repeatResult(seen keyRow) (storage.ApplyResult, error) {
	out := storage.ApplyResult{Repeated: true}
	if seen.refusal != nil {
		out.Refusal = &challenge.Refusal{}
		if err := json.Unmarshal(seen.refusal, out.Refusal); err != nil {
			return out, fmt.Errorf("memorystore: an earlier answer cannot be read: %T", err)
		}
	}
	if seen.id == uuid.Nil {
		return out, nil
	}
	events := slices.Clone(s.challenges[seen.id].events[:seen.seq])
	c, err := challenge.Replay(seen.id, events)
	if err != nil {
		return out, fmt.Errorf("memorystore: the trail of challenge %s does not hold: %w", seen.id, err)
	}
	l, err := s.loadLadder(c.LadderHash)
	if err != nil {
		return out, err
	}
	out.Snapshot = challenge.Snapshot{Challenge: c, Ladder: l, History: events}
	return out, nil
}

// ListWaitingFor lists the open challenges that wait for a person, the most urgent first,
// without their history.
func (s *Store) ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error) {
	return s.list(ctx, "ListWaitingFor", limit, func(r *challengeRow) bool {
		return r.current.State.IsOpen() && slices.Contains(r.current.WaitingFor(), person)
	}, func(a, b *challengeRow) int {
		return cmp.Or(compareDue(a.current.Due(), b.current.Due()), a.current.NextAt.Compare(b.current.NextAt))
	})
}

// compareDue puts what is never due at the end.
func compareDue(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return b.Compare(a)
	}
	return a.Compare(b)
}

// ListRaisedBy lists the open challenges that a person raised, the oldest first, without their
// history.
func (s *Store) ListRaisedBy(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error) {
	return s.list(ctx, "ListRaisedBy", limit, func(r *challengeRow) bool { return r.current.State.IsOpen() && r.current.Chair.ID == person },
		func(a, b *challengeRow) int { return a.current.RaisedAt.Compare(b.current.RaisedAt) })
}

// had reports whether the trail has an event of that kind.
func (r *challengeRow) had(kind challenge.EventKind) bool {
	return slices.ContainsFunc(r.events, func(e challenge.Event) bool { return e.Body.Kind() == kind })
}

// list gives what is wanted, in order and then by id. What cannot be read is in the error, and
// the others are given all the same.
func (s *Store) list(ctx context.Context, operation string, limit int, wanted func(*challengeRow) bool, compare func(a, b *challengeRow) int) ([]challenge.Snapshot, error) {
	if err := s.begin(ctx, operation); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	found := s.sorted(wanted, compare)
	var faults error
	all := make([]challenge.Snapshot, 0, min(limit, len(found)))
	for _, row := range found[:min(limit, len(found))] {
		snap, err := s.withoutHistory(row)
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		all = append(all, snap)
	}
	return all, faults
}

// sorted are the rows that are wanted, in order and then by id.
func (s *Store) sorted(wanted func(*challengeRow) bool, compare func(a, b *challengeRow) int) []*challengeRow {
	var found []*challengeRow
	for _, row := range s.challenges {
		if wanted(row) {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b *challengeRow) int {
		return cmp.Or(compare(a, b), bytes.Compare(a.current.ID[:], b.current.ID[:]))
	})
	return found
}
