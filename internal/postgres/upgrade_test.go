package postgres

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"challengebot/internal/challenge"
	"challengebot/internal/localpg"
	"challengebot/internal/storage/storagetest"
)

// migrateToThird brings an empty database to the third migration.
func migrateToThird(ctx context.Context, dsn string) error {
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := newMigrationProvider(db)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, 3)
	return err
}

// forgetRefusalsSQL makes the documents what programs of that time wrote: without marks of refused
// cards.
const forgetRefusalsSQL = `UPDATE challenge SET doc = regexp_replace(doc::text, ',"(unreached|refused)":\[[^]]*\]', '', 'g')::json`

// The trail, its hashes and the deadlines are those of before; what was stored goes on, and
// verifies before and after.
func TestADatabaseOfTheThirdMigrationGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, localpg.NewTestDatabase(t, "third migration "+SchemaFingerprint(), migrateToThird))
	running, answered := w.Raise(), w.Raise()
	refuse := func(c challenge.Snapshot, id string) {
		t.Helper()
		w.Apply(c, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: id}, Code: "Blocked"}, "")
	}
	refuse(running, storagetest.ManagerID)
	refuse(running, storagetest.OversightID)
	w.Apply(answered, storagetest.NewResponse("We will hold it."), storagetest.ManagerID)
	w.Must(w.execAsOwner(forgetRefusalsSQL))
	id := running.Challenge.ID
	if doc := queryValue[string](w, `SELECT doc::text FROM challenge WHERE id = $1`, id); strings.Contains(doc, "refused") || strings.Contains(doc, "unreached") {
		t.Fatalf("the document is not of its time: %s", doc)
	}
	before := w.Load(id)

	w.Must(Migrate(t.Context(), w.dsn))
	w.Must(w.store.CheckReady(t.Context()))
	w.mustVerify()
	w.store = w.openAsServer()
	if got := w.Load(id); !got.Challenge.NextAt.Equal(before.Challenge.NextAt) || !got.Challenge.Due().Equal(before.Challenge.Due()) {
		t.Errorf("looked at %v and due %v, were %v and %v", got.Challenge.NextAt, got.Challenge.Due(), before.Challenge.NextAt, before.Challenge.Due())
	}
	if got := w.pendingKinds(); len(got) != 2 {
		t.Errorf("in the digest: %v", got)
	}
	refuse(running, storagetest.OversightID)
	refuse(running, storagetest.ManagerID)
	w.Apply(running, challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}, storagetest.ChairID)
	w.DeliverAll()
	w.Now = before.Challenge.Due().Add(time.Second)
	for n := 1; n > 0; {
		var err error
		n, err = w.Tick(w.store, 10)
		w.Must(err)
	}
	if got := w.Load(id).Challenge; got.Rung == before.Challenge.Rung {
		t.Errorf("silence stays on %s", got.Rung)
	}
	w.DeliverAll()
	w.mustVerify()
}
