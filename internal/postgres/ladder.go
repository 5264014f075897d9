package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/ladder"
)

const (
	saveLadderSQL = `INSERT INTO ladder (digest, id, version, content, added_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (digest) DO NOTHING`
	ladderSQL     = `SELECT content FROM ladder WHERE digest = $1`
	allLaddersSQL = `SELECT digest, content FROM ladder ORDER BY digest`
)

// querier is what a pool and a connection have in common.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// SaveLadder stores a ladder, once for each digest. A challenge can be raised only under a stored one.
func (s *Store) SaveLadder(ctx context.Context, l *ladder.Ladder) error {
	text, err := l.JSON()
	if err != nil {
		return fmt.Errorf("postgres: store a ladder: %w", err)
	}
	digest := l.Digest()
	if _, err := s.pool.Exec(ctx, saveLadderSQL, digest, l.ID, l.Version, string(text)); err != nil {
		return failed("store a ladder", err)
	}
	s.ladders.Store(digest, l)
	return nil
}

// Ladder is the ladder of that digest, as it was when it was stored. The caller must not change it.
func (s *Store) Ladder(ctx context.Context, digest string) (*ladder.Ladder, error) {
	return s.ladderOn(ctx, s.pool, digest)
}

func (s *Store) ladderOn(ctx context.Context, q querier, digest string) (*ladder.Ladder, error) {
	if l, ok := s.ladders.Load(digest); ok {
		return l.(*ladder.Ladder), nil
	}
	var text string
	err := q.QueryRow(ctx, ladderSQL, digest).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("postgres: there is no ladder with the digest %s", digest)
	}
	if err != nil {
		return nil, failed("read a ladder", err)
	}
	l, err := ladder.FromJSON([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("postgres: the ladder with the digest %s cannot be read: %w", digest, err)
	}
	s.ladders.Store(digest, l)
	return l, nil
}

// ladderIntact reports whether a stored text is the one that the digest names.
func ladderIntact(digest, text string) bool {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:len(digest)] == digest
}
