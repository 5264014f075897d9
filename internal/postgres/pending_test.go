package postgres

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage/storagetest"
)

func (w *world) pendingKinds() map[uuid.UUID][]challenge.EventKind {
	w.T.Helper()
	got := map[uuid.UUID][]challenge.EventKind{}
	w.Must(w.store.EachPending(w.T.Context(), func(c challenge.Snapshot) {
		kinds := []challenge.EventKind{}
		for _, e := range c.History {
			kinds = append(kinds, e.Body.Kind())
		}
		if _, twice := got[c.Challenge.ID]; twice || c.Ladder == nil {
			w.T.Errorf("%s came twice or without its ladder", c.Challenge.Ref)
		}
		got[c.Challenge.ID] = kinds
	}))
	any, err := w.store.AnyPending(w.T.Context())
	w.Must(err)
	if any != (len(got) > 0) {
		w.T.Errorf("AnyStanding says %v and there are %d", any, len(got))
	}
	return got
}

func TestStandingReadsBeyondOnePageEachOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Apply(w.Raise(), storagetest.NewResponse("Done."), storagetest.ManagerID)
	refused := w.Raise()
	w.Apply(refused, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: storagetest.ManagerID}, Code: "Blocked"}, "")
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
		all = append(all, w.Apply(w.Raise(), storagetest.NewResponse("Done."), storagetest.ManagerID).Challenge.Ref)
	}
	_, err := w.store.pool.Exec(t.Context(), `UPDATE challenge SET doc = '{"chair": 7}' WHERE ref = $1`, all[0])
	w.Must(err)
	var got []string
	if err := w.store.EachPending(t.Context(), func(c challenge.Snapshot) { got = append(got, c.Challenge.Ref) }); err == nil {
		t.Error("a document that cannot be read is no error")
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(all[1:])); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
