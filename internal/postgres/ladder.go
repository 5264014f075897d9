package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/ladder"
	"challengebot/internal/storage"
)

const (
	saveLadderSQL = `INSERT INTO ladder (digest, id, version, content, added_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (digest) DO NOTHING`
	findLadderSQL = `SELECT content FROM ladder WHERE digest = $1`
	allLaddersSQL = `SELECT digest, content FROM ladder ORDER BY digest`
)

// querier is what a pool and a connection have in common.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// SaveLadder stores a ladder, once for each digest. A challenge can be raised only under a stored
// one.
func (s *Store) SaveLadder(ctx context.Context, l *ladder.Ladder) error {
	text, err := l.JSON()
	if err != nil {
		return fmt.Errorf("postgres: store a ladder: %w", err)
	}
	hash := l.Hash()
	if _, err := s.db.Exec(ctx, saveLadderSQL, hash, l.ID, l.Version, string(text)); err != nil {
		return wrapError("store a ladder", err)
	}
	s.ladderCache.Store(hash, l)
	return nil
}

// LoadLadder is the ladder of that digest, as it was when it was stored. The caller must not change
// it.
func (s *Store) LoadLadder(ctx context.Context, hash string) (*ladder.Ladder, error) {
	return s.loadLadder(ctx, s.db, hash)
}

func (s *Store) loadLadder(ctx context.Context, q querier, hash string) (*ladder.Ladder, error) {
	if l, ok := s.ladderCache.Load(hash); ok {
		return l.(*ladder.Ladder), nil
	}
	var text string
	err := q.QueryRow(ctx, findLadderSQL, hash).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("postgres: %w: there is no ladder with the digest %s", storage.ErrUnreadable, hash)
	}
	if err != nil {
		return nil, wrapError("read a ladder", err)
	}
	l, err := ladder.FromJSON([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("postgres: %w: the ladder with the digest %s: %w", storage.ErrUnreadable, hash, err)
	}
	s.ladderCache.Store(hash, l)
	return l, nil
}

// isLadderIntact reports whether a stored text is the one that the digest names.
func isLadderIntact(hash, text string) bool {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:len(hash)] == hash
}
