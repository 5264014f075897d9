package memorystore

import (
	"context"
	"encoding/json"
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// Raise stores a new challenge. decide is given the number for its reference; a number whose
// challenge is not stored is never used again. The challenge's ladder must have been saved.
func (s *Store) Raise(ctx context.Context, r storage.IdempotencyKey, decide func(number uint64) (challenge.Change, error)) (storage.ApplyResult, error) {
	if err := s.begin(ctx, "Raise"); err != nil {
		return storage.ApplyResult{}, err
	}
	defer s.mu.Unlock()
	if err := checkKeys(r.Value); err != nil {
		return storage.ApplyResult{}, err
	}
	if seen, ok := s.findKey(r); ok {
		return s.repeatResult(seen)
	}
	s.number++
	change, err := decide(s.number)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	return s.writeChange(ctx, r, challenge.Snapshot{}, change)
}

// Apply changes a challenge. decide sees it under its lock, with ladder and history; its error
// is returned as it is, and then nothing is stored, the idempotency key neither.
func (s *Store) Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error) {
	if err := s.begin(ctx, "Apply"); err != nil {
		return storage.ApplyResult{}, err
	}
	defer s.mu.Unlock()
	if err := checkKeys(r.Value, key.Ref); err != nil {
		return storage.ApplyResult{}, err
	}
	if seen, ok := s.findKey(r); ok {
		return s.repeatResult(seen)
	}
	before, err := s.snapshot(key)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	change, err := decide(before)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	return s.writeChange(ctx, r, before, change)
}

// writeChange stores what was decided.
func (s *Store) writeChange(ctx context.Context, r storage.IdempotencyKey, before challenge.Snapshot, change challenge.Change) (storage.ApplyResult, error) {
	if !change.HasEvents() && len(change.Posts) == 0 {
		return storage.ApplyResult{Snapshot: before, Refusal: change.Refusal}, nil
	}
	after := challenge.Snapshot{Challenge: change.Next, Ladder: before.Ladder}
	after.History = append(before.History[:len(before.History):len(before.History)], change.Events...)
	var err error
	if after.Ladder == nil {
		if after.Ladder, err = s.loadLadder(change.Next.LadderHash); err != nil {
			return storage.ApplyResult{}, err
		}
	}
	t, err := s.newTransition(before.Challenge, change, r.At)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	key := keyRow{at: stamp(r.At), id: change.Next.ID, seq: change.Next.Seq}
	if r.At.IsZero() {
		key.at = t.madeAt()
	}
	if change.Refusal != nil {
		if key.refusal, err = json.Marshal(change.Refusal); err != nil {
			return storage.ApplyResult{}, fmt.Errorf("memorystore: an answer cannot be written: %T", err)
		}
	}
	if err := s.check(ctx); err != nil {
		return storage.ApplyResult{}, err
	}
	s.write(t)
	if r.Value != "" {
		s.keys[r.Value] = key
	}
	s.notify()
	return storage.ApplyResult{Snapshot: after, Refusal: change.Refusal}, nil
}

// register does what a key stands for, once, and wakes the engines. What breaks a rule is
// refused, unless the key was used before and nothing is to be done.
func (s *Store) register(ctx context.Context, operation string, r storage.IdempotencyKey, broken bool, rule string, do func()) error {
	if err := s.begin(ctx, operation); err != nil {
		return err
	}
	defer s.mu.Unlock()
	defer s.notify()
	if err := checkKeys(r.Value); err != nil {
		return err
	}
	if _, seen := s.findKey(r); seen {
		return nil
	}
	if broken {
		return &RefusedError{rule}
	}
	if r.Value != "" {
		s.keys[r.Value] = keyRow{at: stamp(r.At)}
	}
	do()
	return nil
}
