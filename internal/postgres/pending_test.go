package postgres

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
)

func (w *world) pendingKinds() map[uuid.UUID][]challenge.EventKind {
	w.t.Helper()
	got := map[uuid.UUID][]challenge.EventKind{}
	w.must(w.store.EachPending(w.t.Context(), func(c challenge.Snapshot) {
		kinds := []challenge.EventKind{}
		for _, e := range c.History {
			kinds = append(kinds, e.Body.Kind())
		}
		if _, twice := got[c.Challenge.ID]; twice || c.Ladder == nil {
			w.t.Errorf("%s came twice or without its ladder", c.Challenge.Ref)
		}
		got[c.Challenge.ID] = kinds
	}))
	any, err := w.store.AnyPending(w.t.Context())
	w.must(err)
	if any != (len(got) > 0) {
		w.t.Errorf("AnyStanding says %v and there are %d", any, len(got))
	}
	return got
}

func TestStandingIsWhatWaitsWithoutAWindowAndWhatTeamsDidNotDeliver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.pendingKinds(); len(got) != 0 {
		t.Errorf("nothing was raised, and %v stands", got)
	}
	w.raise() // asked, and in time
	judged, refused, closed := w.raise(), w.raise(), w.raise()
	w.apply(judged, newResponse("Done."), managerID)
	giveUp := challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: managerID}, Code: "Blocked"}
	w.apply(refused, giveUp, "")
	w.apply(closed, giveUp, "")
	w.apply(closed, challenge.Withdraw{Reason: "Raised twice."}, chairID)
	want := map[uuid.UUID][]challenge.EventKind{judged.Challenge.ID: {}, refused.Challenge.ID: {challenge.KindUndelivered}}
	if diff := cmp.Diff(want, w.pendingKinds()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStandingReadsBeyondOnePageEachOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.apply(w.raise(), newResponse("Done."), managerID)
	refused := w.raise()
	w.apply(refused, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: managerID}, Code: "Blocked"}, "")
	w.cloneChallenge(c, 2*pendingPageSize+7)
	if got := len(w.pendingKinds()); got != 2*pendingPageSize+9 {
		t.Errorf("%d stand", got)
	}
}

func TestWhatCannotBeReadKeepsNothingElseOutOfTheDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []string
	for range 3 {
		all = append(all, w.apply(w.raise(), newResponse("Done."), managerID).Challenge.Ref)
	}
	_, err := w.store.pool.Exec(t.Context(), `UPDATE challenge SET doc = '{"chair": 7}' WHERE ref = $1`, all[0])
	w.must(err)
	var got []string
	if err := w.store.EachPending(t.Context(), func(c challenge.Snapshot) { got = append(got, c.Challenge.Ref) }); err == nil {
		t.Error("a document that cannot be read is no error")
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(all[1:])); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
