package postgres

import (
	"fmt"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/storagetest"
)

// An older delivery can be committed after a newer one has been claimed.
func TestAnOlderDeliveryThatAppearsLateWaitsForTheOneInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := func() {
		w.Must(w.store.QueueDirectMessage(t.Context(), w.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: storagetest.ChairID}}))
	}
	reply()
	older := queryValue[int64](w, `SELECT nextval('delivery_id_seq')`)
	reply()
	w.Must(w.execAsOwner(`UPDATE delivery SET state = 'dropped', done_at = now() WHERE id < 2`))
	if ds := w.Claim(w.store, "a", 10); len(ds) != 1 || ds[0].ID < older {
		t.Fatalf("claimed %v", ds)
	}
	_, err := w.store.pool.Exec(t.Context(), `INSERT INTO delivery (id, lane, kind, card, visit, to_person, to_team, spec, created_at, not_before)
OVERRIDING SYSTEM VALUE SELECT $1, lane, kind, card, visit, to_person, to_team, spec, created_at, not_before FROM delivery WHERE id = 1`, older)
	w.Must(err)
	if ds := w.Claim(w.openStore(), "b", 10); len(ds) != 0 {
		t.Errorf("claimed %v while the lane was in hand", ds)
	}
}

// Each claim tells that its instance is there, by the database's own clock. One that was killed is
// not heard of any more.
func TestWhatAnInstanceClaimedIsFreeSoonAfterItIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Raise()
	w.store = w.openAsServer()
	claimed := w.Claim(w.store, "killed", 100)
	silentFor := func(seconds int) {
		t.Helper()
		w.Must(w.execAsOwner(fmt.Sprintf(`UPDATE instance SET seen_at = clock_timestamp() - interval '%d s' WHERE owner = 'killed'`, seconds)))
	}
	silentFor(20)
	if ds := w.Claim(w.store, "other", 100); len(ds) > 0 {
		t.Fatalf("claimed %d of an instance that may be there", len(ds))
	}
	if at, ok, err := w.store.NextMessageDue(t.Context(), w.Now); err != nil || !ok || !at.Equal(w.Now.Add(time.Minute)) {
		t.Errorf("the next is due at %v, %v, %v", at, ok, err)
	}
	silentFor(31)
	if at, ok, err := w.store.NextMessageDue(t.Context(), w.Now); err != nil || !ok || at.After(w.Now) {
		t.Errorf("the next is due at %v, %v, %v", at, ok, err)
	}
	if ds := w.Claim(w.store, "other", 100); len(ds) != len(claimed) || len(ds) == 0 {
		t.Errorf("claimed %d, want %d", len(ds), len(claimed))
	}
	if ds := w.Claim(w.store, "killed", 0); len(ds) > 0 {
		t.Errorf("claimed %d with no room", len(ds))
	}
	if !queryValue[bool](w, `SELECT seen_at > clock_timestamp() - interval '10 s' FROM instance WHERE owner = 'killed'`) {
		t.Error("a claim without room does not tell that the instance is there")
	}
	w.Must(w.store.ReleaseLeases(t.Context(), "other"))
	if n := queryValue[int](w, `SELECT count(*) FROM instance`); n != 1 {
		t.Errorf("%d instances are kept after one ended", n)
	}
}

// A program of before knows no other lane for an answer; what it queues goes out all the same.
func TestAnAnswerQueuedByTheVersionBeforeGoesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Must(w.execAsOwner(`INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, created_at, not_before)
VALUES ('person:` + storagetest.ChairID + `', 'reply', '', 0, '` + storagetest.ChairID + `', '', '{}', '2026-03-02', '2026-03-02')`))
	if ds := w.Claim(w.store, "a", 10); len(ds) != 1 {
		t.Errorf("claimed %v", ds)
	}
}
