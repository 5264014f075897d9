package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

func TestWhoIsRefusedStaysSoUntilTheyAreHeardOfAndWelcomed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, store := t.Context(), w.store
	at := func(minutes int) time.Time { return w.now.Add(time.Duration(minutes) * time.Minute) }
	now := func(want ...outbox.Unreachable) {
		t.Helper()
		got, err := store.ListUnreachable(ctx)
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	first := outbox.Unreachable{Person: managerID, Since: at(0), Code: "ConversationBlockedByUser"}
	w.must(store.MarkUnreachable(ctx, first))
	w.must(store.MarkUnreachable(ctx, outbox.Unreachable{Person: managerID, Since: at(1), Code: "MessageWritesBlocked"}))
	now(first) // since the first time

	w.must(store.MarkReachable(ctx, workerID, at(2)))
	now(first) // nobody asked about the other

	w.must(store.MarkReachable(ctx, managerID, at(2)))
	w.must(store.MarkReachable(ctx, managerID, at(3)))
	back := first
	back.ReachableAgainAt = at(2)
	now(back)
	w.must(store.MarkUnreachable(ctx, outbox.Unreachable{Person: managerID, Since: at(1), Code: "MessageWritesBlocked"}))
	now(back) // a refusal from before the return says nothing

	again := outbox.Unreachable{Person: managerID, Since: at(4), Code: "MessageWritesBlocked"}
	w.must(store.MarkUnreachable(ctx, again))
	w.must(store.ForgetUnreachable(ctx, back))
	now(again) // refused again meanwhile

	again.ReachableAgainAt = at(5)
	w.must(store.MarkReachable(ctx, managerID, at(5)))
	w.must(store.ForgetUnreachable(ctx, again))
	if got, err := store.ListUnreachable(ctx); err != nil || len(got) != 0 {
		t.Errorf("still there: %+v, %v", got, err)
	}
}

func TestOneReceiptIsTheFirstOfItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, want := range []bool{true, false, false} {
		if first, err := w.store.ClaimIdempotencyKey(t.Context(), storage.IdempotencyKey{Value: "probe", At: w.now}); err != nil || first != want {
			t.Errorf("time %d: %t, %v", i+1, first, err)
		}
	}
}
