package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

const (
	// Whoever was refused before stays so since then; a return that came after this refusal stands.
	markUnreachableSQL = `INSERT INTO unreachable (person, since, code) VALUES ($1, $2, $3)
ON CONFLICT (person) DO UPDATE SET returned_at = NULL, taken = false, since = excluded.since, code = excluded.code
WHERE unreachable.returned_at < excluded.since`
	markReachableSQL       = `UPDATE unreachable SET returned_at = $2 WHERE person = $1 AND returned_at IS NULL`
	markAcceptedSQL        = `UPDATE unreachable SET returned_at = $2, taken = true WHERE person = $1 AND returned_at IS NULL`
	listUnreachableSQL     = `SELECT person, since, code, returned_at, taken FROM unreachable ORDER BY since, person`
	forgetUnreachableSQL   = `DELETE FROM unreachable WHERE person = $1 AND returned_at = $2`
	claimIdempotencyKeySQL = `INSERT INTO receipt (key, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
)

// MarkUnreachable keeps that Teams refused a person for good. Every instance is told to look.
func (s *Store) MarkUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.runStatement(ctx, "keep who can be reached", markUnreachableSQL, u.Person, u.Since, u.Code)
}

// MarkReachable keeps that an unreachable person was heard of; of anybody else nothing is kept.
func (s *Store) MarkReachable(ctx context.Context, person string, at time.Time) error {
	return s.runStatement(ctx, "keep who can be reached", markReachableSQL, person, at)
}

// ListUnreachable lists whom Teams refuses, and of those who are back the ones not yet welcomed.
func (s *Store) ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error) {
	rows, err := s.db.Query(ctx, listUnreachableSQL)
	if err != nil {
		return nil, wrapError("read who cannot be reached", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u outbox.Unreachable, err error) {
		err = row.Scan(&u.Person, clamp(&u.Since), &u.Code, clamp(&u.ReachableAgainAt), &u.Accepted)
		return u, err
	})
	if err != nil {
		return nil, wrapError("read who cannot be reached", err)
	}
	return all, nil
}

// ForgetUnreachable ends what is known of somebody who is back. If Teams refused them again
// meanwhile, that stands.
func (s *Store) ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.runStatement(ctx, "keep who can be reached", forgetUnreachableSQL, u.Person, u.ReachableAgainAt)
}

// ClaimIdempotencyKey reports whether the idempotency key is new, and keeps it.
func (s *Store) ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (bool, error) {
	tag, err := s.db.Exec(ctx, claimIdempotencyKeySQL, r.Value, r.At)
	if err != nil {
		return false, wrapError("keep an idempotency key", err)
	}
	return tag.RowsAffected() == 1, nil
}
