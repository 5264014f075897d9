package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/localpg"
	"challengebot/internal/storage/storagetest"
)

// world is the world of the store contract with a database of its own.
type world struct {
	*storagetest.World
	dsn   string
	store *Store
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, localpg.NewTestDatabase(t, SchemaFingerprint(), Migrate))
}

func newWorldOn(t testing.TB, dsn string) *world {
	t.Helper()
	s := openStoreOn(t, dsn)
	return &world{World: storagetest.NewWorld(t, s), dsn: dsn, store: s}
}

func openStoreOn(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// openStore opens one more store on the same database, as a second instance would.
func (w *world) openStore() *Store {
	w.T.Helper()
	return openStoreOn(w.T, w.dsn)
}

// execAsOwner runs statements as the database's owner, in one transaction.
func (w *world) execAsOwner(statements ...string) error {
	conn, err := pgx.Connect(context.Background(), w.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	all := ""
	for _, s := range statements {
		all += s + ";\n"
	}
	_, err = conn.Exec(context.Background(), "BEGIN;"+all+"COMMIT", pgx.QueryExecModeSimpleProtocol)
	return err
}

func queryValue[T any](w *world, sql string, args ...any) T {
	w.T.Helper()
	var v T
	w.Must(w.store.pool.QueryRow(w.T.Context(), sql, args...).Scan(&v))
	return v
}

// verifyProblems is what Verify finds; clean databases find nothing.
func (w *world) verifyProblems() (found []VerifyResult, sum VerifySummary) {
	w.T.Helper()
	sum, err := w.store.Verify(w.T.Context(), func(r VerifyResult) {
		if len(r.Problems) > 0 {
			found = append(found, r)
		}
	})
	w.Must(err)
	return found, sum
}

func (w *world) mustVerify() {
	w.T.Helper()
	if found, sum := w.verifyProblems(); !sum.IsIntact() {
		w.T.Fatalf("the database does not hold: %+v", found)
	}
}
