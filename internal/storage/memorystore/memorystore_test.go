package memorystore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
)

func TestAnInterceptedOperationDoesNothingAndOthersGoOn(t *testing.T) {
	t.Parallel()
	s := memorystore.New()
	w := storagetest.NewWorld(t, s)
	c := w.Raise()
	var seen []string
	s.Intercept(func(_ context.Context, operation string) error {
		seen = append(seen, operation)
		if operation == "Apply" {
			return storage.ErrUnavailable
		}
		return nil
	})
	_, err := s.Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse("x"), storagetest.ManagerID))
	if err != storage.ErrUnavailable || w.Load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Errorf("%v", err)
	}
	if len(seen) != 2 || seen[0] != "Apply" || seen[1] != "Load" {
		t.Errorf("asked before %v", seen)
	}
	if _, err := s.Open().Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse("x"), storagetest.ManagerID)); err != nil {
		t.Errorf("another instance: %v", err)
	}
	s.Intercept(nil)
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, storagetest.ChairID)
}

func TestEveryOperationIsNamedAfterItsMethodAndCanFail(t *testing.T) {
	t.Parallel()
	s := memorystore.New()
	w := storagetest.NewWorld(t, s)
	c := w.Raise()
	calls := w.Calls(c, w.Claim(s, "a", 1)[0])
	away := errors.New("away")
	var asked string
	s.Intercept(func(_ context.Context, operation string) error {
		asked = operation
		return away
	})
	for _, name := range storagetest.Methods() {
		if err := calls[name](t.Context(), s); !errors.Is(err, away) || asked != name {
			t.Errorf("%s asked before %q: %v", name, asked, err)
		}
	}
}

func TestACloneGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	s := memorystore.New()
	w := storagetest.NewWorld(t, s)
	c := w.Raise()
	w.DeliverAll()
	w.Apply(c, storagetest.NewResponse("Done."), storagetest.ManagerID)
	w.Must(s.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:x", ID: "a:1", ServiceURL: "https://x.invalid/", SeenAt: w.Now}))
	before, backup := s.Contents(), s.Clone()
	if diff := cmp.Diff(before, backup.Contents()); diff != "" {
		t.Errorf("the clone differs:\n%s", diff)
	}
	w.DeliverAll()
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, storagetest.ChairID)
	w.Raise()
	w.Must(s.ForgetConversation(t.Context(), "person:x"))
	after := s.Contents()
	if diff := cmp.Diff(before, backup.Contents()); diff != "" {
		t.Errorf("the clone changed with the first:\n%s", diff)
	}
	all, err := backup.Challenges()
	if err != nil || len(all) != 1 || all[0].Challenge.State != challenge.StateAwaitingJudgement || len(all[0].History) != all[0].Challenge.Seq {
		t.Errorf("%d challenges, %v", len(all), err)
	}
	if _, known, err := backup.FindConversation(t.Context(), "person:x"); !known || err != nil {
		t.Errorf("the conversation: %v, %v", known, err)
	}

	w.Store = backup // it can go on
	w.DeliverAll()
	w.Apply(c, challenge.Withdraw{Reason: "Settled by telephone."}, storagetest.ChairID)
	w.DeliverAll()
	w.Raise()
	if err := backup.Verify(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(after, s.Contents()); diff != "" {
		t.Errorf("the first changed with the clone:\n%s", diff)
	}
	if err := s.Verify(); err != nil {
		t.Error(err)
	}
}

func TestHeartbeatsOfInstancesThatAreNoMoreAreForgottenAndTheNewestStays(t *testing.T) {
	t.Parallel()
	ctx, first := t.Context(), memorystore.New()
	now := storagetest.Monday
	first.SetClock(func() time.Time { return now })
	second, third := first.Open(), first.Open()
	for i, s := range []*memorystore.Store{first, second, third} {
		if err := s.RecordHeartbeat(ctx, now.Add(time.Duration(i)*time.Second), false); err != nil {
			t.Fatal(err)
		}
	}
	seen := func(want time.Time) {
		t.Helper()
		if r, err := first.ReadClock(ctx); err != nil || !r.NewestSeen.Equal(want) || !r.Now.Equal(now) {
			t.Errorf("%+v, %v; want %v", r, err, want)
		}
	}
	newest := now.Add(2 * time.Second)
	now = now.AddDate(0, 0, 31)
	for range 2 {
		if err := second.ForgetOldHeartbeats(ctx); err != nil {
			t.Fatal(err)
		}
		seen(newest)
	}
	if err := third.RecordHeartbeat(ctx, storagetest.Monday.AddDate(0, 0, -1), false); err != nil {
		t.Fatal(err)
	}
	seen(storagetest.Monday.AddDate(0, 0, -1)) // the others are forgotten
}

func TestACorruptedChallengeIsAnErrorOfItsOwnOnly(t *testing.T) {
	t.Parallel()
	s := memorystore.New()
	w := storagetest.NewWorld(t, s)
	bad, good := w.Raise(), w.Raise()
	for _, c := range []challenge.Snapshot{bad, good} {
		w.Apply(c, storagetest.NewResponse("Done."), storagetest.ManagerID)
	}
	s.Corrupt(bad.Challenge.ID)
	if err := s.Verify(); err == nil {
		t.Error("the store verifies")
	}
	if _, err := s.Load(t.Context(), storage.LookupKey{ID: bad.Challenge.ID}); err == nil || errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("it was read: %v", err)
	}
	var refs []string
	if err := s.EachPending(t.Context(), func(c challenge.Snapshot) { refs = append(refs, c.Challenge.Ref) }); err == nil || len(refs) != 1 || refs[0] != good.Challenge.Ref {
		t.Errorf("pending %v, %v", refs, err)
	}
	list, err := s.ListWaitingFor(t.Context(), storagetest.ChairID, 10)
	if err == nil || len(list) != 1 || list[0].Challenge.ID != good.Challenge.ID {
		t.Errorf("%d are listed, %v", len(list), err)
	}
	w.Now = w.Load(good.Challenge.ID).Challenge.NextAt
	if n, err := w.Tick(s, 10); n != 1 || err == nil {
		t.Errorf("the clock acted on %d, %v", n, err)
	}
}
