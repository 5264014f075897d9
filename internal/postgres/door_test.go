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
)

func TestWhatTheDoorGivesBackIsWhatLoadReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.now = w.now.Add(time.Hour)
	steps := []challenge.Case{c, w.apply(c, answer("We will hold it."), managerID)}
	w.now = w.now.Add(time.Hour)
	steps = append(steps, w.apply(c, challenge.Judge{Visit: 1, Verdict: challenge.NotSatisfied, Reason: "No date was kept."}, chairID))
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
	if got.Ladder.Digest() != c.Challenge.LadderDigest {
		t.Error("the case has another ladder")
	}
	byRef, err := w.store.Load(t.Context(), challenge.Key{Ref: c.Challenge.Ref})
	if err != nil || byRef.Challenge.ID != c.Challenge.ID || len(byRef.History) != len(got.History) {
		t.Errorf("by reference: %v, %v", byRef.Challenge.ID, err)
	}
	w.mustVerify()
}

func TestUnknownChallengesAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []challenge.Key{{Ref: "CH-AAAAAA"}, {ID: uuid.New()}} {
		if _, err := w.store.Load(t.Context(), key); !errors.Is(err, challenge.ErrNotFound) {
			t.Errorf("Load: %v", err)
		}
		_, err := w.store.Apply(t.Context(), w.receipt(), key, func(challenge.Case) (challenge.Change, error) {
			t.Error("decided on nothing")
			return challenge.Change{}, nil
		})
		if !errors.Is(err, challenge.ErrNotFound) {
			t.Errorf("Apply: %v", err)
		}
	}
}

func TestAReceiptHasItsEffectOnceAndTheSameAnswerTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.receipt()
	first, err := w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, w.decide(answer("First."), managerID))
	w.must(err)
	w.apply(c, challenge.Judge{Visit: 1, Verdict: challenge.Satisfied}, chairID)
	again, err := w.store.Apply(t.Context(), r, challenge.Key{Ref: c.Challenge.Ref}, func(challenge.Case) (challenge.Change, error) {
		t.Error("a repeated receipt was decided on")
		return challenge.Change{}, nil
	})
	w.must(err)
	if !again.Repeated || again.Case.Challenge.State != challenge.AwaitingJudgement {
		t.Errorf("repeated %v, state %s", again.Repeated, again.Case.Challenge.State)
	}
	if diff := cmp.Diff(asJSON(t, first.Case.Challenge), asJSON(t, again.Case.Challenge)); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	if len(again.Case.History) != len(first.Case.History) || again.Case.Ladder == nil {
		t.Error("the second answer has another history, or no ladder")
	}
}

func TestALateReplyIsAnsweredTheSameTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.apply(c, answer("First."), managerID)
	r := w.receipt()
	var said [2]*challenge.Refusal
	for i := range said {
		out, err := w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, w.decide(answer("I meant this."), workerID))
		w.must(err)
		said[i] = out.Said
		if out.Repeated != (i == 1) {
			t.Errorf("call %d: repeated %v", i, out.Repeated)
		}
	}
	if said[0] == nil || said[0].Code != challenge.Already {
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
	r := w.receipt()
	for _, test := range []struct {
		name string
		call func() (challenge.Outcome, error)
	}{
		{"apply", func() (challenge.Outcome, error) {
			return w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, w.decide(answer("Once."), managerID))
		}},
		{"raise", func() (challenge.Outcome, error) {
			return w.store.Raise(t.Context(), challenge.Receipt{Key: "raise", At: w.now}, w.raising(uuid.New()))
		}},
	} {
		before := one[int](w, `SELECT count(*) FROM event`)
		outs := make([]challenge.Outcome, 8)
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
			if diff := cmp.Diff(asJSON(t, outs[0].Case.Challenge), asJSON(t, out.Case.Challenge)); diff != "" {
				t.Errorf("%s: answers differ:\n%s", test.name, diff)
			}
		}
		if fresh != 1 {
			t.Errorf("%s: %d effects", test.name, fresh)
		}
		if added := one[int](w, `SELECT count(*) FROM event`) - before; added != len(outs[0].Case.History) && added != 1 {
			t.Errorf("%s: %d events were added", test.name, added)
		}
	}
	if n := one[int](w, `SELECT count(*) FROM challenge`); n != 2 {
		t.Errorf("%d challenges, want 2", n)
	}
	w.mustVerify()
}

func TestOfSimultaneousAnswersTheFirstCountsAndTheOthersAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	texts := []string{"one", "two", "three", "four"}
	receipts := []challenge.Receipt{w.receipt(), w.receipt(), w.receipt(), w.receipt()}
	var group sync.WaitGroup
	for i, by := range []string{managerID, workerID, managerID, workerID} {
		group.Go(func() {
			_, err := w.store.Apply(t.Context(), receipts[i], challenge.Key{ID: c.Challenge.ID}, w.decide(answer(texts[i]), by))
			if refusal := (*challenge.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := one[int](w, `SELECT count(*) FROM response`); n != 1 {
		t.Errorf("%d responses count, want 1", n)
	}
	if n := one[int](w, `SELECT count(*) FROM plan_action`); n != 2 {
		t.Errorf("%d actions, want 2", n)
	}
	w.mustVerify()
}

func TestARefusedCommandStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	r := w.receipt()
	for range 2 {
		_, err := w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, func(challenge.Case) (challenge.Change, error) {
			return challenge.Change{}, errNo
		})
		if err != errNo {
			t.Fatalf("got %v, want decide's own error", err)
		}
	}
	if _, err := w.store.Raise(t.Context(), r, func(uint64) (challenge.Change, error) { return challenge.Change{}, errNo }); err != errNo {
		t.Fatalf("got %v, want decide's own error", err)
	}
	if n := one[int](w, `SELECT count(*) FROM receipt WHERE key = $1`, r.Key); n != 0 {
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
	r := w.receipt()
	out, err := w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, w.decide(challenge.Tick{}, ""))
	w.must(err)
	if out.Case.Challenge.Seq != c.Challenge.Seq || one[int](w, `SELECT count(*) FROM receipt WHERE key = $1`, r.Key) != 0 {
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
	r := w.receipt()
	for i := range 2 {
		out, err := w.store.Apply(t.Context(), r, challenge.Key{ID: c.Challenge.ID}, func(c challenge.Case) (challenge.Change, error) {
			return challenge.Change{Next: c.Challenge, Shows: []challenge.Show{{To: challenge.Address{Person: workerID}, Card: challenge.CardCase, Visit: 1}}}, nil
		})
		w.must(err)
		if out.Repeated != (i == 1) {
			t.Errorf("call %d: repeated %v", i, out.Repeated)
		}
	}
	ds := w.claim(w.store, "a", 10)
	if len(ds) != 1 || ds[0].To.Person != workerID || ds[0].Card != challenge.CardCase || !ds[0].CreatedAt.Equal(w.now) {
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
		"another state": func(c *challenge.Challenge) { c.State = challenge.Exhausted },
		"an old seq":    func(c *challenge.Challenge) { c.Seq-- },
	} {
		turn, err := w.store.turn(t.Context())
		w.must(err)
		change, err := w.decide(answer("Forged."), managerID)(c)
		w.must(err)
		from := c.Challenge
		forge(&from)
		b := &pgx.Batch{}
		b.Queue(beginSQL)
		w.must(queueMoves(b, []move{{from: from, change: change}}))
		b.Queue(commitSQL)
		if err := turn.send("forge", b); sqlState(err) != guardFailed {
			t.Errorf("%s: %v", name, err)
		}
		turn.end()
	}
	if got := w.load(c.Challenge.ID); got.Challenge.Seq != c.Challenge.Seq || len(got.History) != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n := one[int](w, `SELECT count(*) FROM response`); n != 0 {
		t.Error("a response was written")
	}
}

func TestRaisingUnderALadderThatWasNotSavedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := *w.ladder
	other.Title = "Another"
	w.ladder = &other
	_, err := w.store.Raise(t.Context(), w.receipt(), w.raising(uuid.New()))
	if err == nil || !strings.Contains(err.Error(), other.Digest()) {
		t.Errorf("got %v", err)
	}
	w.must(w.store.SaveLadder(t.Context(), &other))
	w.must(w.store.SaveLadder(t.Context(), &other))
	w.raise()
	if l, err := w.open().Ladder(t.Context(), other.Digest()); err != nil || l.Title != "Another" {
		t.Errorf("%v, %v", l, err)
	}
}

func TestMineListsWhatWaitsForAPersonAndWhatTheyRaised(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second, closed := w.raise(), w.raise(), w.raise()
	w.apply(second, answer("Done."), managerID)
	w.apply(closed, challenge.Withdraw{Reason: "Settled by telephone."}, chairID)
	refs := func(cases []challenge.Case, err error) (out []string) {
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
		{"manager waits", refs(w.store.WaitingFor(t.Context(), managerID, 10)), []string{first.Challenge.Ref}},
		{"chair waits", refs(w.store.WaitingFor(t.Context(), chairID, 10)), []string{second.Challenge.Ref}},
		{"nobody", refs(w.store.WaitingFor(t.Context(), "", 10)), nil},
		{"raised", refs(w.store.RaisedBy(t.Context(), chairID, 10)), []string{first.Challenge.Ref, second.Challenge.Ref}},
		{"limited", refs(w.store.RaisedBy(t.Context(), chairID, 1)), []string{first.Challenge.Ref}},
		{"raised by another", refs(w.store.RaisedBy(t.Context(), managerID, 10)), nil},
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
	counted := w.counting(counter)
	for i, want := range []int{0, 2} { // the first prepares the statements
		c := w.raise()
		counter.n = 0
		_, err := counted.Apply(t.Context(), w.receipt(), challenge.Key{ID: c.Challenge.ID}, w.decide(answer("x"), managerID))
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
