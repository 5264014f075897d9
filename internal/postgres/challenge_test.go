package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

func TestOfSimultaneousAnswersTheFirstCountsAndTheOthersAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	texts := []string{"one", "two", "three", "four"}
	receipts := []storage.IdempotencyKey{w.NewKey(), w.NewKey(), w.NewKey(), w.NewKey()}
	var group sync.WaitGroup
	for i, by := range []string{storagetest.ManagerID, storagetest.WorkerID, storagetest.ManagerID, storagetest.WorkerID} {
		group.Go(func() {
			_, err := w.store.Apply(t.Context(), receipts[i], storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse(texts[i]), by))
			if refusal := (*challenge.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	// Whoever comes first may put the other text in its place; the answers of the other do not count.
	if n := queryValue[int](w, `SELECT count(DISTINCT by_id) FROM response`); n != 1 {
		t.Errorf("the answers of %d people count, want 1", n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM response`); n != 2 {
		t.Errorf("%d responses of that person, want 2", n)
	}
	w.mustVerify()
}

func TestARefusedCommandStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	r := w.NewKey()
	for range 2 {
		_, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{}, storagetest.ErrDeclined
		})
		if err != storagetest.ErrDeclined {
			t.Fatalf("got %v, want decide's own error", err)
		}
	}
	if _, err := w.store.Raise(t.Context(), r, func(uint64) (challenge.Change, error) { return challenge.Change{}, storagetest.ErrDeclined }); err != storagetest.ErrDeclined {
		t.Fatalf("got %v, want decide's own error", err)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM receipt WHERE key = $1`, r.Value); n != 0 {
		t.Error("the receipt of a refused command was stored")
	}
	if diff := cmp.Diff(asJSON(t, c.Challenge), asJSON(t, w.Load(c.Challenge.ID).Challenge)); diff != "" {
		t.Error(diff)
	}
	if free := w.store.pool.Stat().AcquiredConns(); free != 0 {
		t.Errorf("%d connections were not given back", free)
	}
}

// The guard is the last defence: the row's lock already forbids what it refuses.
func TestAChangeOfARowThatWasNotReadIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	for name, forge := range map[string]func(*challenge.Challenge){
		"another state": func(c *challenge.Challenge) { c.State = challenge.StateExhausted },
		"an old seq":    func(c *challenge.Challenge) { c.Seq-- },
	} {
		turn, err := w.store.openSession(t.Context())
		w.Must(err)
		change, err := w.Decide(storagetest.NewResponse("Forged."), storagetest.ManagerID)(c)
		w.Must(err)
		from := c.Challenge
		forge(&from)
		b := &pgx.Batch{}
		b.Queue(beginSQL)
		w.Must(queueTransitions(b, nil, []transition{{from: from, change: change}}))
		b.Queue(commitSQL)
		if err := turn.sendBatch("forge", b); sqlState(err) != guardFailed {
			t.Errorf("%s: %v", name, err)
		}
		turn.release()
	}
	if got := w.Load(c.Challenge.ID); got.Challenge.Seq != c.Challenge.Seq || len(got.History) != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n := queryValue[int](w, `SELECT count(*) FROM response`); n != 0 {
		t.Error("a response was written")
	}
}

func TestApplyTakesTwoRoundTrips(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counter := &roundTrips{}
	counted := w.openCounting(counter)
	for i, want := range []int{0, 2} { // the first prepares the statements
		c := w.Raise()
		counter.n = 0
		_, err := counted.Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse("x"), storagetest.ManagerID))
		w.Must(err)
		if i > 0 && counter.n != want {
			t.Errorf("%d round trips, want %d", counter.n, want)
		}
	}
}

// roundTrips counts batches and queries.
type roundTrips struct{ n int }

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	r.n++
	return ctx
}
func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (r *roundTrips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	r.n++
	return ctx
}
func (r *roundTrips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (r *roundTrips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
