package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/localpg"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// A backup reads for long, and a change of a table waits for it: whoever reads and writes meanwhile
// does not wait behind the change, which comes when the backup has ended.
func TestMigrateLetsOthersThroughWhileABackupHoldsATable(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, localpg.NewTestDatabase(t, "third migration "+SchemaFingerprint(), migrateToThird))
	before := w.Raise()
	backup, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	t.Cleanup(func() { _ = backup.Close(t.Context()) })
	_, err = backup.Exec(t.Context(), `BEGIN; LOCK TABLE challenge, event, delivery IN ACCESS SHARE MODE; LOCK TABLE event IN ROW EXCLUSIVE MODE`)
	w.Must(err)
	waited := 0
	w.Must(MigrateAndTell(t.Context(), w.dsn, func(waiting string) {
		if waited++; waited > 1 {
			return
		}
		if !strings.Contains(waiting, "such as a backup") {
			t.Errorf("it says %q", waiting)
		}
		// The old program works on, and nothing of the change holds it up.
		w.Apply(before, storagetest.NewResponse("We will hold it."), storagetest.ManagerID)
		_, err := backup.Exec(t.Context(), `COMMIT`)
		w.Must(err)
	}))
	if waited == 0 {
		t.Error("it did not wait for the backup, so this shows nothing")
	}
	w.Must(w.store.CheckReady(t.Context()))
	w.mustVerify()
}

// PostgreSQL undoes one of two transactions that are in each other's way. The program does it again:
// nobody hears of it.
func TestWhatPostgreSQLUndidForAnotherTransactionIsDoneAgain(t *testing.T) {
	t.Parallel()
	for _, state := range []string{serializationFailure, deadlockDetected} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.Raise()
			w.Must(w.execAsOwner(
				`CREATE SEQUENCE undone`,
				`CREATE FUNCTION undo_twice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF nextval('undone') <= 2 THEN RAISE EXCEPTION 'undone' USING ERRCODE = '`+state+`'; END IF; RETURN NEW; END $$`,
				`CREATE TRIGGER undo_twice BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION undo_twice()`))
			decided := 0
			decide := w.Decide(storagetest.NewResponse("We will hold it."), storagetest.ManagerID)
			out, err := w.store.Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
				decided++
				return decide(c)
			})
			w.Must(err)
			if decided != 3 || out.Snapshot.Challenge.State != challenge.StateAwaitingJudgement {
				t.Errorf("decided %d times: %s", decided, out.Snapshot.Challenge.State)
			}
			w.mustVerify()
		})
	}
}

// An older program that verifies beside a newer one says that it cannot judge, and cries no tampering.
func TestVerifyDoesNotTakeTheEventsOfANewerVersionForTampering(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	newer := w.Raise()
	w.Raise()
	id, seq := newer.Challenge.ID, newer.Challenge.Seq
	w.Must(w.execAsOwner(`ALTER TABLE event DROP CONSTRAINT event_kind_known`,
		`INSERT INTO event SELECT (jsonb_populate_record(e, jsonb_build_object('seq', e.seq + 1, 'kind', 'of_the_future'))).* FROM event e
WHERE challenge_id = '`+id.String()+`' AND seq = (SELECT max(seq) FROM event WHERE challenge_id = '`+id.String()+`')`))
	var found []VerifyResult
	sum, err := w.store.Verify(t.Context(), func(r VerifyResult) { found = append(found, r) })
	w.Must(err)
	if sum.Newer != 1 || sum.Broken != 0 || !sum.IsIntact() || sum.Challenges != 2 {
		t.Errorf("%+v", sum)
	}
	for _, r := range found {
		if want := map[bool]int{true: seq + 1}[r.ID == id]; r.NewerFrom != want || len(r.Problems) > 0 {
			t.Errorf("%s: newer from %d, %v", r.Ref, r.NewerFrom, r.Problems)
		}
	}
}
