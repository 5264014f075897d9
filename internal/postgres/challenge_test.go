package postgres

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

func TestWhatTheDoorGivesBackIsWhatLoadReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.now = w.now.Add(time.Hour)
	steps := []challenge.Snapshot{c, w.apply(c, newResponse("We will hold it."), managerID)}
	w.now = w.now.Add(time.Hour)
	steps = append(steps, w.apply(c, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "No date was kept."}, chairID))
	got := w.load(c.Challenge.ID)
	want := steps[len(steps)-1]
	if diff := cmp.Diff(asJSON(t, want.Challenge), asJSON(t, got.Challenge)); diff != "" {
		t.Errorf("challenge (-door +load):\n%s", diff)
	}
	if diff := cmp.Diff(want.Challenge.Details, got.Challenge.Details); diff != "" {
		t.Errorf("details (-door +load):\n%s", diff)
	}
	if diff := cmp.Diff(want.History, got.History); diff != "" {
		t.Errorf("history (-door +load):\n%s", diff)
	}
	if got.Ladder.Hash() != c.Challenge.LadderHash {
		t.Error("the case has another ladder")
	}
	byRef, err := w.store.Load(t.Context(), storage.LookupKey{Ref: c.Challenge.Ref})
	if err != nil || byRef.Challenge.ID != c.Challenge.ID || len(byRef.History) != len(got.History) {
		t.Errorf("by reference: %v, %v", byRef.Challenge.ID, err)
	}
	w.mustVerify()
}

func TestUnknownChallengesAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []storage.LookupKey{{Ref: "CH-AAAAAA"}, {ID: uuid.New()}} {
		if _, err := w.store.Load(t.Context(), key); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("Load: %v", err)
		}
		_, err := w.store.Apply(t.Context(), w.newIdempotencyKey(), key, func(challenge.Snapshot) (challenge.Change, error) {
			t.Error("decided on nothing")
			return challenge.Change{}, nil
		})
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("Apply: %v", err)
		}
	}
}

func TestAReceiptHasItsEffectOnceAndTheSameAnswerTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.newIdempotencyKey()
	first, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.decide(newResponse("First."), managerID))
	w.must(err)
	w.apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, chairID)
	again, err := w.store.Apply(t.Context(), r, storage.LookupKey{Ref: c.Challenge.Ref}, func(challenge.Snapshot) (challenge.Change, error) {
		t.Error("a repeated receipt was decided on")
		return challenge.Change{}, nil
	})
	w.must(err)
	if !again.Repeated || again.Snapshot.Challenge.State != challenge.StateAwaitingJudgement {
		t.Errorf("repeated %v, state %s", again.Repeated, again.Snapshot.Challenge.State)
	}
	if diff := cmp.Diff(asJSON(t, first.Snapshot.Challenge), asJSON(t, again.Snapshot.Challenge)); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	if len(again.Snapshot.History) != len(first.Snapshot.History) || again.Snapshot.Ladder == nil {
		t.Error("the second answer has another history, or no ladder")
	}
}

func TestALateReplyIsAnsweredTheSameTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.apply(c, newResponse("First."), managerID)
	r := w.newIdempotencyKey()
	var said [2]*challenge.Refusal
	for i := range said {
		out, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.decide(newResponse("I meant this."), workerID))
		w.must(err)
		said[i] = out.Refusal
		if out.Repeated != (i == 1) {
			t.Errorf("call %d: repeated %v", i, out.Repeated)
		}
	}
	if said[0] == nil || said[0].Code != challenge.CodeAlreadyDone {
		t.Fatalf("said %+v", said[0])
	}
	if diff := cmp.Diff(said[0], said[1]); diff != "" {
		t.Error(diff)
	}
}

func TestEightSimultaneousDeliveriesOfOneActivityHaveOneEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.newIdempotencyKey()
	for _, test := range []struct {
		name string
		call func() (storage.ApplyResult, error)
	}{
		{"apply", func() (storage.ApplyResult, error) {
			return w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.decide(newResponse("Once."), managerID))
		}},
		{"raise", func() (storage.ApplyResult, error) {
			return w.store.Raise(t.Context(), storage.IdempotencyKey{Value: "raise", At: w.now}, w.raiseDecision(uuid.New()))
		}},
	} {
		before := queryValue[int](w, `SELECT count(*) FROM event`)
		outs := make([]storage.ApplyResult, 8)
		var group sync.WaitGroup
		for i := range outs {
			group.Go(func() {
				var err error
				if outs[i], err = test.call(); err != nil {
					t.Errorf("%s: %v", test.name, err)
				}
			})
		}
		group.Wait()
		fresh := 0
		for _, out := range outs {
			if !out.Repeated {
				fresh++
			}
			if diff := cmp.Diff(asJSON(t, outs[0].Snapshot.Challenge), asJSON(t, out.Snapshot.Challenge)); diff != "" {
				t.Errorf("%s: answers differ:\n%s", test.name, diff)
			}
		}
		if fresh != 1 {
			t.Errorf("%s: %d effects", test.name, fresh)
		}
		if added := queryValue[int](w, `SELECT count(*) FROM event`) - before; added != len(outs[0].Snapshot.History) && added != 1 {
			t.Errorf("%s: %d events were added", test.name, added)
		}
	}
	if n := queryValue[int](w, `SELECT count(*) FROM challenge`); n != 2 {
		t.Errorf("%d challenges, want 2", n)
	}
	w.mustVerify()
}

func TestOfSimultaneousAnswersTheFirstCountsAndTheOthersAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	texts := []string{"one", "two", "three", "four"}
	receipts := []storage.IdempotencyKey{w.newIdempotencyKey(), w.newIdempotencyKey(), w.newIdempotencyKey(), w.newIdempotencyKey()}
	var group sync.WaitGroup
	for i, by := range []string{managerID, workerID, managerID, workerID} {
		group.Go(func() {
			_, err := w.store.Apply(t.Context(), receipts[i], storage.LookupKey{ID: c.Challenge.ID}, w.decide(newResponse(texts[i]), by))
			if refusal := (*challenge.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := queryValue[int](w, `SELECT count(*) FROM response`); n != 1 {
		t.Errorf("%d responses count, want 1", n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM plan_action`); n != 2 {
		t.Errorf("%d actions, want 2", n)
	}
	w.mustVerify()
}

func TestARefusedCommandStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.newIdempotencyKey()
	for range 2 {
		_, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{}, errDeclined
		})
		if err != errDeclined {
			t.Fatalf("got %v, want decide's own error", err)
		}
	}
	if _, err := w.store.Raise(t.Context(), r, func(uint64) (challenge.Change, error) { return challenge.Change{}, errDeclined }); err != errDeclined {
		t.Fatalf("got %v, want decide's own error", err)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM receipt WHERE key = $1`, r.Value); n != 0 {
		t.Error("the receipt of a refused command was stored")
	}
	if diff := cmp.Diff(asJSON(t, c.Challenge), asJSON(t, w.load(c.Challenge.ID).Challenge)); diff != "" {
		t.Error(diff)
	}
	if free := w.store.pool.Stat().AcquiredConns(); free != 0 {
		t.Errorf("%d connections were not given back", free)
	}
}

func TestAChangeWithoutEventsWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.newIdempotencyKey()
	out, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.decide(challenge.Tick{}, ""))
	w.must(err)
	if out.Snapshot.Challenge.Seq != c.Challenge.Seq || queryValue[int](w, `SELECT count(*) FROM receipt WHERE key = $1`, r.Value) != 0 {
		t.Error("something was written")
	}
}

// Somebody asked to see a card again: nothing happened to the challenge.
func TestAChangeThatOnlyShowsIsPostedOnceAndLeavesNoEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	w.now = w.now.Add(time.Hour)
	r := w.newIdempotencyKey()
	for i := range 2 {
		out, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: workerID}, Card: challenge.CardChallenge, Opening: 1}}}, nil
		})
		w.must(err)
		if out.Repeated != (i == 1) {
			t.Errorf("call %d: repeated %v", i, out.Repeated)
		}
	}
	ds := w.claim(w.store, "a", 10)
	if len(ds) != 1 || ds[0].To.Person != workerID || ds[0].Card != challenge.CardChallenge || !ds[0].CreatedAt.Equal(w.now) {
		t.Errorf("claimed %+v", ds)
	}
	w.mustVerify()
}

// The guard is the last defence: the row's lock already forbids what it refuses.
func TestAChangeOfARowThatWasNotReadIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	for name, forge := range map[string]func(*challenge.Challenge){
		"another state": func(c *challenge.Challenge) { c.State = challenge.StateExhausted },
		"an old seq":    func(c *challenge.Challenge) { c.Seq-- },
	} {
		turn, err := w.store.openSession(t.Context())
		w.must(err)
		change, err := w.decide(newResponse("Forged."), managerID)(c)
		w.must(err)
		from := c.Challenge
		forge(&from)
		b := &pgx.Batch{}
		b.Queue(beginSQL)
		w.must(queueTransitions(b, []transition{{from: from, change: change}}))
		b.Queue(commitSQL)
		if err := turn.sendBatch("forge", b); sqlState(err) != guardFailed {
			t.Errorf("%s: %v", name, err)
		}
		turn.release()
	}
	if got := w.load(c.Challenge.ID); got.Challenge.Seq != c.Challenge.Seq || len(got.History) != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n := queryValue[int](w, `SELECT count(*) FROM response`); n != 0 {
		t.Error("a response was written")
	}
}

func TestRaisingUnderALadderThatWasNotSavedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := *w.ladder
	other.Title = "Another"
	w.ladder = &other
	_, err := w.store.Raise(t.Context(), w.newIdempotencyKey(), w.raiseDecision(uuid.New()))
	if err == nil || !strings.Contains(err.Error(), other.Hash()) {
		t.Errorf("got %v", err)
	}
	w.must(w.store.SaveLadder(t.Context(), &other))
	w.must(w.store.SaveLadder(t.Context(), &other))
	w.raise()
	if l, err := w.openStore().LoadLadder(t.Context(), other.Hash()); err != nil || l.Title != "Another" {
		t.Errorf("%v, %v", l, err)
	}
}

func TestMineListsWhatWaitsForAPersonAndWhatTheyRaised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second, closed := w.raise(), w.raise(), w.raise()
	w.apply(second, newResponse("Done."), managerID)
	w.apply(closed, challenge.Withdraw{Reason: "Settled by telephone."}, chairID)
	refs := func(cases []challenge.Snapshot, err error) (out []string) {
		w.must(err)
		for _, c := range cases {
			if c.Ladder == nil || c.Challenge.Details.Concern == "" {
				t.Error("a listed case has no ladder or no details")
			}
			out = append(out, c.Challenge.Ref)
		}
		return out
	}
	for _, test := range []struct {
		what string
		got  []string
		want []string
	}{
		{"manager waits", refs(w.store.ListWaitingFor(t.Context(), managerID, 10)), []string{first.Challenge.Ref}},
		{"chair waits", refs(w.store.ListWaitingFor(t.Context(), chairID, 10)), []string{second.Challenge.Ref}},
		{"nobody", refs(w.store.ListWaitingFor(t.Context(), "", 10)), nil},
		{"raised", refs(w.store.ListRaisedBy(t.Context(), chairID, 10)), []string{first.Challenge.Ref, second.Challenge.Ref}},
		{"limited", refs(w.store.ListRaisedBy(t.Context(), chairID, 1)), []string{first.Challenge.Ref}},
		{"raised by another", refs(w.store.ListRaisedBy(t.Context(), managerID, 10)), nil},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s:\n%s", test.what, diff)
		}
	}
}

func TestApplyTakesTwoRoundTrips(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counter := &roundTrips{}
	counted := w.openCounting(counter)
	for i, want := range []int{0, 2} { // the first prepares the statements
		c := w.raise()
		counter.n = 0
		_, err := counted.Apply(t.Context(), w.newIdempotencyKey(), storage.LookupKey{ID: c.Challenge.ID}, w.decide(newResponse("x"), managerID))
		w.must(err)
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
