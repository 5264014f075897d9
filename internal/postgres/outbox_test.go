package postgres

import (
	"testing"

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
