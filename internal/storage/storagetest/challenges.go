package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

var challengeTests = []test{
	{"WhatApplyGivesBackIsWhatLoadReads", applyGivesBackWhatLoadReads},
	{"UnknownChallengesAreNotFound", unknownChallengesAreNotFound},
	{"WhatAReaderNeedsTellsTheSameRightsAsTheWholeTrail", readerNeedsLittle},
	{"AKeyHasItsEffectOnceAndTheSameAnswerTwice", keyHasItsEffectOnce},
	{"ALateResponseIsAnsweredTheSameTwice", lateResponseIsAnsweredTheSameTwice},
	{"EightSimultaneousDeliveriesOfOneActivityHaveOneEffect", simultaneousDeliveriesHaveOneEffect},
	{"OfSimultaneousAnswersTheFirstCountsAndTheOthersAreKept", firstAnswerCounts},
	{"ARefusedCommandStoresNothing", refusedCommandStoresNothing},
	{"AChangeWithoutEventsWritesNothing", changeWithoutEventsWritesNothing},
	{"AChangeThatOnlyPostsIsPostedOnceAndLeavesNoEvent", changeThatOnlyPosts},
	{"WhatTheTablesForbidIsRefusedWhole", forbiddenRowsAreRefusedWhole},
	{"RaisingUnderALadderThatWasNotSavedIsRefused", unsavedLadderIsRefused},
	{"ANumberIsNeverUsedTwice", numberIsNeverUsedTwice},
	{"NobodySharesMemoryWithTheStore", nobodySharesMemory},
	{"ACallThatIsCutOffChangesNothing", cutOffCallChangesNothing},
	{"AClosedStoreIsAway", closedStoreIsAway},
	{"ListenHearsOfWhatIsWrittenElsewhere", listenHears},
}

// asJSON is how a value is stored, for comparing.
func asJSON(t testing.TB, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func applyGivesBackWhatLoadReads(t *testing.T, w *world) {
	c := w.Raise()
	w.Now = w.Now.Add(time.Hour)
	w.Apply(c, NewResponse("We will hold it."), ManagerID)
	w.Now = w.Now.Add(time.Hour)
	want := w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "No date was kept."}, ChairID)
	got := w.Load(c.Challenge.ID)
	if diff := cmp.Diff(asJSON(t, want.Challenge), asJSON(t, got.Challenge)); diff != "" {
		t.Errorf("challenge (-apply +load):\n%s", diff)
	}
	if diff := cmp.Diff(want.Challenge.Details, got.Challenge.Details); diff != "" {
		t.Errorf("details (-apply +load):\n%s", diff)
	}
	if diff := cmp.Diff(want.History, got.History); diff != "" {
		t.Errorf("history (-apply +load):\n%s", diff)
	}
	if got.Ladder.Hash() != c.Challenge.LadderHash {
		t.Error("the challenge has another ladder")
	}
	byRef, err := w.Store.Load(t.Context(), storage.LookupKey{Ref: c.Challenge.Ref})
	if err != nil || byRef.Challenge.ID != c.Challenge.ID || len(byRef.History) != len(got.History) {
		t.Errorf("by reference: %v, %v", byRef.Challenge.ID, err)
	}
	w.mustVerify()
}

func unknownChallengesAreNotFound(t *testing.T, w *world) {
	for _, key := range []storage.LookupKey{{Ref: "CH-AAAAAA"}, {ID: uuid.New()}} {
		if _, err := w.Store.Load(t.Context(), key); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("Load: %v", err)
		}
		_, err := w.Store.Apply(t.Context(), w.NewKey(), key, func(challenge.Snapshot) (challenge.Change, error) {
			t.Error("decided on nothing")
			return challenge.Change{}, nil
		})
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("Apply: %v", err)
		}
	}
}

// readerNeedsLittle holds that the few events which LoadForReader gives decide as the trail does.
func readerNeedsLittle(t *testing.T, w *world) {
	everybody := []string{ChairID, WorkerID, ManagerID, ServiceID, OwnServiceManagerID, OversightID, "11111111-0000-4000-8000-0000000000ff", ""}
	c := w.Raise()
	check := func(when string) {
		t.Helper()
		whole := w.Load(c.Challenge.ID)
		for _, person := range everybody {
			little, err := w.Store.LoadForReader(t.Context(), c.Challenge.Ref, person)
			w.Must(err)
			if diff := cmp.Diff(whole.RightsOf(person, w.Env()), little.RightsOf(person, w.Env())); diff != "" {
				t.Errorf("%s, %s (-by the whole trail +by what is read for them):\n%s", when, person, diff)
			}
			if diff := cmp.Diff(asJSON(t, whole.Challenge), asJSON(t, little.Challenge)); diff != "" || little.Ladder == nil {
				t.Errorf("%s: another challenge (-whole +read):\n%s", when, diff)
			}
			own, held := 0, 0
			for _, e := range little.History {
				if e.By.ID == person {
					own++
				} else if e.Body.Kind() == challenge.KindHeld {
					held++
				}
			}
			if own > 1 || own+held != len(little.History) {
				t.Errorf("%s: %d events are read for %s", when, len(little.History), person)
			}
		}
	}
	check("raised")
	w.Now = w.Now.Add(time.Hour)
	w.Apply(c, NewResponse("We will hold it."), ManagerID)
	check("answered")
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "No date was kept."}, ChairID)
	check("judged")
	late := NewResponse("It was held.")
	w.Apply(c, late, WorkerID)
	check("moved on")
	w.Apply(c, challenge.Withdraw{Reason: "Settled."}, ChairID)
	check("ended")
	if _, err := w.Store.LoadForReader(t.Context(), "CH-AAAAAA", ChairID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a reference that is none: %v", err)
	}
}

func keyHasItsEffectOnce(t *testing.T, w *world) {
	c := w.Raise()
	r := w.NewKey()
	first, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(NewResponse("First."), ManagerID))
	w.Must(err)
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, ChairID)
	again, err := w.Store.Apply(t.Context(), r, storage.LookupKey{Ref: c.Challenge.Ref}, func(challenge.Snapshot) (challenge.Change, error) {
		t.Error("a repeated key was decided on")
		return challenge.Change{}, nil
	})
	w.Must(err)
	if !slices.Contains(w.backend.Contents().Keys, r.Value) {
		t.Error("the key is not kept")
	}
	if first.Repeated || !again.Repeated || again.Snapshot.Challenge.State != challenge.StateAwaitingJudgement {
		t.Errorf("repeated %v and %v, state %s", first.Repeated, again.Repeated, again.Snapshot.Challenge.State)
	}
	if diff := cmp.Diff(asJSON(t, first.Snapshot.Challenge), asJSON(t, again.Snapshot.Challenge)); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(first.Snapshot.History, again.Snapshot.History); diff != "" || again.Snapshot.Ladder == nil {
		t.Errorf("the second answer has no ladder, or another history (-first +second):\n%s", diff)
	}
	raised, err := w.Store.Raise(t.Context(), r, func(uint64) (challenge.Change, error) {
		t.Error("a repeated key raised a challenge")
		return challenge.Change{}, nil
	})
	if err != nil || !raised.Repeated || raised.Snapshot.Challenge.ID != c.Challenge.ID {
		t.Errorf("the same key, to raise: %+v, %v", raised, err)
	}
}

func lateResponseIsAnsweredTheSameTwice(t *testing.T, w *world) {
	c := w.Raise()
	w.Apply(c, NewResponse("First."), ManagerID)
	r := w.NewKey()
	var said [2]*challenge.Refusal
	for i := range said {
		out, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(NewResponse("I meant this."), WorkerID))
		w.Must(err)
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

func simultaneousDeliveriesHaveOneEffect(t *testing.T, w *world) {
	c := w.Raise()
	r, raiseKey := w.NewKey(), w.NewKey()
	for _, test := range []struct {
		name string
		call func() (storage.ApplyResult, error)
	}{
		{"apply", func() (storage.ApplyResult, error) {
			return w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(NewResponse("Once."), ManagerID))
		}},
		{"raise", func() (storage.ApplyResult, error) {
			return w.Store.Raise(t.Context(), raiseKey, w.RaiseDecision(uuid.New()))
		}},
	} {
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
		if got := w.Load(outs[0].Snapshot.Challenge.ID); len(got.History) != outs[0].Snapshot.Challenge.Seq {
			t.Errorf("%s: %d events are stored, and %d were answered", test.name, len(got.History), outs[0].Snapshot.Challenge.Seq)
		}
	}
	if all, err := w.Store.ListRaisedBy(t.Context(), ChairID, 100); err != nil || len(all) != 2 {
		t.Errorf("%d challenges, want 2; %v", len(all), err)
	}
	w.mustVerify()
}

func firstAnswerCounts(t *testing.T, w *world) {
	c := w.Raise()
	texts := []string{"one", "two", "three", "four"}
	keys := []storage.IdempotencyKey{w.NewKey(), w.NewKey(), w.NewKey(), w.NewKey()}
	var group sync.WaitGroup
	for i, by := range []string{ManagerID, WorkerID, ManagerID, WorkerID} {
		group.Go(func() {
			_, err := w.Store.Apply(t.Context(), keys[i], storage.LookupKey{ID: c.Challenge.ID}, w.Decide(NewResponse(texts[i]), by))
			if refusal := (*challenge.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	// Whoever comes first may put their other text in its place; the other person's never count.
	if n := w.countEvents(challenge.KindResponded, c); n != 2 {
		t.Errorf("%d answers of the first, want 2", n)
	}
	if n := w.countEvents(challenge.KindLateResponse, c); n != 2 {
		t.Errorf("%d answers of the other are kept, want 2", n)
	}
	w.mustVerify()
}

func refusedCommandStoresNothing(t *testing.T, w *world) {
	c := w.Raise()
	r := w.NewKey()
	for range 2 {
		_, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{}, ErrDeclined
		})
		if err != ErrDeclined {
			t.Fatalf("got %v, want decide's own error", err)
		}
	}
	if _, err := w.Store.Raise(t.Context(), r, func(uint64) (challenge.Change, error) { return challenge.Change{}, ErrDeclined }); err != ErrDeclined {
		t.Fatalf("got %v, want decide's own error", err)
	}
	if slices.Contains(w.backend.Contents().Keys, r.Value) {
		t.Error("the key of a refused command was stored")
	}
	if diff := cmp.Diff(asJSON(t, c.Challenge), asJSON(t, w.Load(c.Challenge.ID).Challenge)); diff != "" {
		t.Error(diff)
	}
}

func changeWithoutEventsWritesNothing(t *testing.T, w *world) {
	c := w.Raise()
	r := w.NewKey()
	out, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(challenge.Tick{}, ""))
	w.Must(err)
	if out.Snapshot.Challenge.Seq != c.Challenge.Seq || slices.Contains(w.backend.Contents().Keys, r.Value) {
		t.Error("something was written")
	}
	refusal := &challenge.Refusal{Code: challenge.CodeAlreadyDone}
	out, err = w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
		return challenge.Change{Next: c.Challenge, Refusal: refusal}, nil
	})
	if err != nil || out.Repeated || out.Refusal != refusal {
		t.Errorf("%+v, %v", out, err)
	}
}

// Somebody asked to see a card again: nothing happened to the challenge.
func changeThatOnlyPosts(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	w.Now = w.Now.Add(time.Hour)
	r := w.NewKey()
	for i := range 2 {
		out, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: WorkerID}, Card: challenge.CardChallenge, Opening: 1}}}, nil
		})
		w.Must(err)
		if out.Repeated != (i == 1) {
			t.Errorf("call %d: repeated %v", i, out.Repeated)
		}
	}
	ds := w.Claim(w.Store, "a", 10)
	if len(ds) != 1 || ds[0].To.Person != WorkerID || ds[0].Card != challenge.CardChallenge || !ds[0].CreatedAt.Equal(w.Now) {
		t.Errorf("claimed %+v", ds)
	}
	w.mustVerify()
}

func forbiddenRowsAreRefusedWhole(t *testing.T, w *world) {
	c := w.Raise()
	queued := len(w.backend.Contents().Messages)
	for name, forge := range map[string]func(*challenge.Change){
		"an unknown state":          func(c *challenge.Change) { c.Next.State = "a state that nobody knows" },
		"a version beyond events":   func(c *challenge.Change) { c.Next.Version = c.Next.Seq + 1 },
		"nothing to look at":        func(c *challenge.Change) { c.Next.NextAt = time.Time{} },
		"open and closed":           func(c *challenge.Change) { c.Next.ClosedAt = w.Now },
		"awaited from nobody":       func(c *challenge.Change) { c.Next.State = challenge.StateAwaitingResponse; c.Next.Openings = nil },
		"an event that was before":  func(c *challenge.Change) { c.Events[0].Seq-- },
		"an event that begins":      func(c *challenge.Change) { c.Events[0].Prev = challenge.Hash{}; c.Events[0].Seq = 1 },
		"an event of another trail": func(c *challenge.Change) { c.Events[0].Body = challenge.Raised{} },
		"a card without a name":     func(c *challenge.Change) { c.Posts[0].Card = "" },
	} {
		r := w.NewKey()
		_, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
			change, err := w.Decide(NewResponse("Forged."), ManagerID)(c)
			forge(&change)
			return change, err
		})
		if err == nil || errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if slices.Contains(w.backend.Contents().Keys, r.Value) {
			t.Errorf("%s: the key is kept", name)
		}
	}
	twice := func(n uint64) (challenge.Change, error) {
		change, err := w.RaiseDecision(uuid.New())(n)
		change.Next.Ref = c.Challenge.Ref
		return change, err
	}
	if _, err := w.Store.Raise(t.Context(), w.NewKey(), twice); err == nil {
		t.Error("a reference was used twice")
	}
	if got := w.Load(c.Challenge.ID); got.Challenge.Seq != c.Challenge.Seq || len(got.History) != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n := len(w.backend.Contents().Messages); n != queued {
		t.Errorf("%d messages are queued, %d were", n, queued)
	}
	w.mustVerify()
}

func unsavedLadderIsRefused(t *testing.T, w *world) {
	other := *w.Ladder
	other.Title = "Another"
	w.Ladder = &other
	_, err := w.Store.Raise(t.Context(), w.NewKey(), w.RaiseDecision(uuid.New()))
	if err == nil || !strings.Contains(err.Error(), other.Hash()) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Store.LoadLadder(t.Context(), other.Hash()); err == nil || !strings.Contains(err.Error(), other.Hash()) {
		t.Errorf("got %v", err)
	}
	w.Must(w.Store.SaveLadder(t.Context(), &other))
	w.Must(w.Store.SaveLadder(t.Context(), &other))
	w.Raise()
	if l, err := w.backend.Open().LoadLadder(t.Context(), other.Hash()); err != nil || l.Title != "Another" {
		t.Errorf("%v, %v", l, err)
	}
}

func numberIsNeverUsedTwice(t *testing.T, w *world) {
	seen := map[uint64]bool{}
	for i := range 6 {
		_, err := w.Store.Raise(t.Context(), w.NewKey(), func(n uint64) (challenge.Change, error) {
			if seen[n] {
				t.Errorf("number %d, after %v", n, seen)
			}
			seen[n] = true
			if i%2 == 0 {
				return challenge.Change{}, ErrDeclined
			}
			return w.RaiseDecision(uuid.New())(n)
		})
		if (err == nil) != (i%2 == 1) {
			t.Errorf("%v", err)
		}
	}
}

// nobodySharesMemory changes what the store gave out, and what it was given.
func nobodySharesMemory(t *testing.T, w *world) {
	c := w.Raise()
	before := asJSON(t, w.Load(c.Challenge.ID).Challenge)
	for _, got := range []challenge.Snapshot{c, w.Load(c.Challenge.ID)} {
		got.Challenge.Openings[0].Respondents[0].Name = "Changed"
		got.Challenge.Openings[0].Responders[0] = "changed"
		got.History[0].Seq = 99
	}
	if diff := cmp.Diff(before, asJSON(t, w.Load(c.Challenge.ID).Challenge)); diff != "" {
		t.Errorf("the stored challenge changed:\n%s", diff)
	}
	w.mustVerify()
}

func cutOffCallChangesNothing(t *testing.T, w *world) {
	c := w.Raise()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	key := storage.LookupKey{ID: c.Challenge.ID}
	never := func(challenge.Snapshot) (challenge.Change, error) {
		t.Error("decided on a call that was cut off")
		return challenge.Change{}, ErrDeclined
	}
	ds := w.Claim(w.Store, "a", 1)
	for name, err := range map[string]error{
		"Apply":   second(w.Store.Apply(cancelled, w.NewKey(), key, never)),
		"Tick":    second(w.Store.Tick(cancelled, w.Now, 1, never)),
		"Deliver": w.Store.MarkDelivered(cancelled, ds[0], Posted(ds[0], 1), w.attempt(201, ""), never),
		"Pending": w.Store.EachPending(cancelled, func(challenge.Snapshot) { t.Error("gave a challenge") }),
	} {
		if !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.Store.Apply(ctx, w.NewKey(), key, func(c challenge.Snapshot) (challenge.Change, error) {
		cancel() // before it is written
		return w.Decide(NewResponse("Lost."), ManagerID)(c)
	})
	if !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("Apply, cut off half-way: %v", err)
	}
	if got := w.Load(c.Challenge.ID); got.Challenge.Seq != c.Challenge.Seq {
		t.Error("something was written")
	}
	w.Must(w.MarkDelivered(w.Store, ds[0], 1)) // the claim stands
}

// second is what a call gives beside its value.
func second[T any](_ T, err error) error { return err }

func closedStoreIsAway(t *testing.T, w *world) {
	c := w.Raise()
	s := w.backend.Open()
	w.Must(s.CheckReady(t.Context()))
	ended := make(chan error, 1)
	heard := make(chan struct{}, 10)
	go func() { ended <- s.Listen(t.Context(), func() { heard <- struct{}{} }) }()
	<-heard
	s.Close()
	if err := <-ended; err != nil {
		t.Errorf("listening ended with %v", err)
	}
	for range 2 {
		if _, err := s.Load(t.Context(), storage.LookupKey{ID: c.Challenge.ID}); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		s.Close()
	}
	if err := s.CheckReady(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("ready: %v", err)
	}
}

func listenHears(t *testing.T, w *world) {
	heard := make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.backend.Open().Listen(ctx, func() { heard <- struct{}{} }) }()
	hear := func(what string) {
		t.Helper()
		select {
		case <-heard:
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing was heard of %s", what)
		}
	}
	hear("the start")
	c := w.Raise()
	hear("a new challenge")
	w.Apply(c, NewResponse("x"), ManagerID)
	hear("a change")
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(ChairID)))
	hear("a reply")
	w.Must(w.MarkDelivered(w.Store, w.Claim(w.Store, "a", 1)[0], 1))
	hear("a result")
	w.Must(w.Store.MarkReachable(t.Context(), ManagerID, w.Now))
	hear("somebody who can be reached")
	w.Now = w.Load(c.Challenge.ID).Challenge.NextAt
	_, err := w.Tick(w.Store, 1)
	w.Must(err)
	hear("the clock's turn")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}
