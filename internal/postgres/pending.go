package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// pendingPageSize is how many challenges one statement reads.
const pendingPageSize = 200

// pendingKinds are the events for which a challenge may belong in a digest while an answer is
// awaited: a card was refused, nobody could be asked, nobody was left, its time stands still, or it
// moved with the calendar. Each has a partial index.
var pendingKinds = []challenge.EventKind{challenge.KindUndelivered, challenge.KindCouldNotBeAsked, challenge.KindUnattended, challenge.KindInterrupted,
	challenge.KindRecounted}

const awaitsAnswerSQL = `(SELECT c.state = 'awaiting_response' FROM challenge c WHERE c.id = e.challenge_id)`

// pendingSQL is what may belong in a digest, by partial indexes: what waits without a window, and
// what waits for an answer. The first $2 of all after $1 are among the first $2 of each.
var pendingSQL = `SELECT id, details, doc FROM challenge WHERE id = ANY (ARRAY(
    (SELECT id FROM challenge WHERE closed_at IS NULL AND state <> 'awaiting_response' AND id > $1 ORDER BY id LIMIT $2)` +
	forEachPendingKind(`
    UNION
    (SELECT DISTINCT e.challenge_id FROM event e WHERE e.kind = '%s' AND e.challenge_id > $1 AND `+awaitsAnswerSQL+` ORDER BY 1 LIMIT $2)`) + `
    ORDER BY 1 LIMIT $2))
ORDER BY id`

var anyPendingSQL = `SELECT EXISTS (SELECT FROM challenge WHERE closed_at IS NULL AND state <> 'awaiting_response')` + forEachPendingKind(`
    OR EXISTS (SELECT FROM event e WHERE e.kind = '%s' AND `+awaitsAnswerSQL+`)`)

const (
	everySQL       = `SELECT id, details, doc FROM challenge WHERE id > $1 ORDER BY id LIMIT $2`
	everyEventsSQL = `SELECT challenge_id, ` + eventColumns + ` FROM event
WHERE challenge_id = ANY ($1::uuid[]) AND kind NOT IN ('delivered', 'undelivered', 'reminded', 'nudged') ORDER BY challenge_id, seq`
	openSQL          = `SELECT id, details, doc FROM challenge WHERE closed_at IS NULL AND id > $1 ORDER BY id LIMIT $2`
	pendingEventsSQL = `SELECT challenge_id, ` + eventColumns + ` FROM event
WHERE challenge_id = ANY ($1::uuid[]) AND kind IN ('delivered', 'undelivered', 'exhausted') ORDER BY challenge_id, seq`
)

// forEachPendingKind is a part of a statement, once for each kind.
func forEachPendingKind(part string) string {
	var all strings.Builder
	for _, kind := range pendingKinds {
		fmt.Fprintf(&all, part, kind)
	}
	return all.String()
}

// EachPending gives every open challenge that may belong in a digest, with its ladder and those
// events of its history that tell: deliveries, refused ones, and the end of the ladder. It locks
// nothing, and reads in pages, so each challenge is as it was when its page was read. What cannot
// be read is in the error and does not keep the others back, unless the database is away.
func (s *Store) EachPending(ctx context.Context, each func(challenge.Snapshot)) error {
	return s.eachPage(ctx, "read what stands still", pendingSQL, func(page []challenge.Challenge) (unread, err error) {
		events, broken, err := s.loadEventsOf(ctx, "read what stands still", pendingEventsSQL, page)
		if err != nil {
			return nil, err
		}
		return s.emitPage(ctx, page, events, broken, each)
	})
}

// EachChallenge gives every challenge, open or ended, with its ladder and what happened in it:
// deliveries and reminders left out. It reads as EachPending does.
func (s *Store) EachChallenge(ctx context.Context, each func(challenge.Snapshot)) error {
	return s.eachPage(ctx, "read every challenge", everySQL, func(page []challenge.Challenge) (unread, err error) {
		events, broken, err := s.loadEventsOf(ctx, "read every challenge", everyEventsSQL, page)
		if err != nil {
			return nil, err
		}
		return s.emitPage(ctx, page, events, broken, each)
	})
}

// EachOpen gives every open challenge with its ladder and without its history, as EachPending does.
func (s *Store) EachOpen(ctx context.Context, each func(challenge.Snapshot)) error {
	return s.eachPage(ctx, "read what is open", openSQL, func(page []challenge.Challenge) (unread, err error) {
		return s.emitPage(ctx, page, nil, nil, each)
	})
}

// eachPage reads challenges in pages. What cannot be read is in the error and does not keep the
// others back.
func (s *Store) eachPage(ctx context.Context, operation, sql string, emit func(page []challenge.Challenge) (unread, err error)) error {
	var faults error
	after := uuid.Nil
	for {
		var page []challenge.Challenge
		n := 0
		rows, err := s.db.Query(ctx, sql, after, pendingPageSize)
		if err == nil {
			err = readEachChallenge(rows, func(id uuid.UUID, c challenge.Challenge, err error) {
				n, after = n+1, id
				if err != nil {
					faults = errors.Join(faults, err)
					return
				}
				page = append(page, c)
			})
		}
		if err != nil {
			return wrapError(operation, err)
		}
		unread, err := emit(page)
		if err != nil {
			return err
		}
		faults = errors.Join(faults, unread)
		if n < pendingPageSize {
			return faults
		}
	}
}

// emitPage gives a page of challenges, each with its events, if any, and its ladder.
func (s *Store) emitPage(ctx context.Context, page []challenge.Challenge, events map[uuid.UUID][]challenge.Event, broken map[uuid.UUID]error,
	each func(challenge.Snapshot)) (unread, err error) {
	for _, c := range page {
		if broken[c.ID] != nil {
			unread = errors.Join(unread, broken[c.ID])
			continue
		}
		l, err := s.LoadLadder(ctx, c.LadderHash)
		if errors.Is(err, storage.ErrUnavailable) {
			return nil, err
		}
		if err == nil {
			var one challenge.Snapshot
			if one, err = newSnapshot(c, l, eventsUpTo(c.Seq, events[c.ID])); err == nil {
				each(one)
			}
		}
		unread = errors.Join(unread, err)
	}
	return unread, nil
}

// loadEventsOf reads the events of a page of challenges that a statement chooses.
func (s *Store) loadEventsOf(ctx context.Context, operation, sql string, page []challenge.Challenge) (map[uuid.UUID][]challenge.Event, map[uuid.UUID]error, error) {
	all, broken := map[uuid.UUID][]challenge.Event{}, map[uuid.UUID]error{}
	if len(page) == 0 {
		return all, broken, nil
	}
	ids := make([][16]byte, 0, len(page))
	for _, c := range page {
		ids = append(ids, c.ID)
	}
	rows, err := s.db.Query(ctx, sql, ids)
	if err != nil {
		return nil, nil, wrapError(operation, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		e, err := scanEvent(rows, &id)
		if err != nil {
			return nil, nil, wrapError(operation, err)
		}
		if e.Body, err = challenge.DecodeBody(e.kind, e.Data); err != nil {
			broken[id] = &unreadableError{id, "trail", err}
		}
		all[id] = append(all[id], e.Event)
	}
	return all, broken, wrapError(operation, rows.Err())
}

// AnyPending reports whether there may be anything to do when a working day begins: to put into a
// digest.
func (s *Store) AnyPending(ctx context.Context) (bool, error) {
	var any bool
	err := s.db.QueryRow(ctx, anyPendingSQL).Scan(&any)
	return any, wrapError("look for what stands still", err)
}
