package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/directory"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// Each of the two writes its idempotency key with its row, so that a repeated one has no second
// effect.
const (
	setCoverSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO cover (person, stand_in, from_day, to_day, set_by, set_at, reach)
SELECT $3, $4, $5::text::date, $6::text::date, $7, $2, $8::text[] FROM receipt`
	endCoverSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO cover (revokes, set_by, set_at) SELECT c.id, $4, $2 FROM cover c, receipt WHERE c.id = $3 AND c.revokes IS NULL
ON CONFLICT (revokes) DO NOTHING`
	listCoversSQL = `SELECT id, person, stand_in, from_day::text, to_day::text, set_by, set_at, reach FROM cover c
WHERE revokes IS NULL AND to_day >= $1::text::date AND isfinite(from_day) AND isfinite(to_day)
    AND NOT EXISTS (SELECT FROM cover r WHERE r.revokes = c.id)
ORDER BY id`
)

// SetCover keeps who stands in for whom. Every instance is told to look.
func (s *Store) SetCover(ctx context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error {
	var reach []string // NULL if nil
	for _, u := range c.Reach {
		reach = append(reach, string(u))
	}
	if c.Reach != nil && reach == nil {
		reach = []string{}
	}
	return s.runStatement(ctx, "keep a stand-in", setCoverSQL, r.Value, r.At, c.Person, c.StandIn, c.From.String(), c.To.String(), c.SetBy, reach)
}

// EndCover revokes cover that was set. One that is revoked already stays so.
func (s *Store) EndCover(ctx context.Context, r storage.IdempotencyKey, id int64, by string) error {
	return s.runStatement(ctx, "keep a stand-in", endCoverSQL, r.Value, r.At, id, by)
}

// runStatement runs one statement, with its idempotency key if it has one, and wakes the engines.
func (s *Store) runStatement(ctx context.Context, operation, sql string, args ...any) error {
	sess, err := s.openSession(ctx)
	if err != nil {
		return err
	}
	defer sess.release()
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(sql, args...)
	b.Queue(commitSQL)
	b.Queue(notifySQL)
	return sess.sendBatch(operation, b)
}

// ListCovers lists the cover that is not revoked and has not ended before that day, in the order in
// which it was set.
func (s *Store) ListCovers(ctx context.Context, on workday.Date) ([]directory.CoverSetting, error) {
	rows, err := s.db.Query(ctx, listCoversSQL, on.String())
	if err != nil {
		return nil, wrapError("read who stands in", err)
	}
	covers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c directory.CoverSetting, err error) {
		var from, to string
		var reach []string
		if err = row.Scan(&c.ID, &c.Person, &c.StandIn, &from, &to, &c.SetBy, clamp(&c.SetAt), &reach); err != nil {
			return c, err
		}
		if reach != nil {
			c.Reach = make([]directory.DirectoryUnit, 0, len(reach))
		}
		for _, u := range reach {
			c.Reach = append(c.Reach, directory.DirectoryUnit(u))
		}
		if c.From, err = workday.ParseDate(from); err == nil {
			c.To, err = workday.ParseDate(to)
		}
		return c, err
	})
	if err != nil {
		return nil, wrapError("read who stands in", err)
	}
	return covers, nil
}
