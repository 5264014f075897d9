package postgres

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// TestMigrateAddsTheKindsOfEventThatTheDatabaseDoesNotTake takes a kind away, as if this
// program were the first to know it.
func TestMigrateAddsTheKindsOfEventThatTheDatabaseDoesNotTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool, err := pgxpool.New(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), `ALTER TABLE event DROP CONSTRAINT event_kind_known,
        ADD CONSTRAINT event_kind_known CHECK (kind IN ('raised', 'rung_opened', 'of_the_future'))`); err != nil {
		t.Fatal(err)
	}
	if err := w.store.CheckReady(t.Context()); !errors.Is(err, ErrSchemaOutdated) {
		t.Errorf("ready although the database takes few kinds of event: %v", err)
	}
	if err := addEventKinds(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	var known []string
	if err := pool.QueryRow(t.Context(), knownEventKindsSQL).Scan(&known); err != nil {
		t.Fatal(err)
	}
	if missing := missingEventKinds(known); len(missing) > 0 {
		t.Errorf("still missing: %v", missing)
	}
	if !slices.Contains(known, "of_the_future") {
		t.Error("a kind that only a newer program knows is not taken any more")
	}
	if err := w.store.CheckReady(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}
