package storagetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
)

var orderTests = []test{
	{"AMessageThatKeepsFailingStepsAsideForOtherChallengesAlone", failingMessageStepsAside},
	{"WhatSteppedAsideComesFirstWhenItIsDue", steppedAsideComesFirst},
	{"AnswersNeverWaitBehindCards", answersDoNotWait},
	{"WhatIsUnpromptedWaitsAmongCards", unpromptedWaits},
	{"FailuresAndCopiesAreCounted", failuresAreCounted},
	{"WhatIsGivenUpAfterAnAmbiguousAttemptIsUnconfirmed", ambiguousIsUnconfirmed},
	{"AClaimWhoseAnswerWasLostIsFree", lostClaimIsFree},
	{"WhoHungGoesLastAndHasRoomOfTheirOwn", hungGoesLast},
	{"WhatTeamsTakesForSomebodyEndsTheirBeingUnreachable", acceptanceIsAReturn},
	{"WhatWasNotTakenIsListedUntilItIsOrWaits", untakenIsListed},
}

const chairKey = "person:" + ChairID

// claimOf claims and gives the message of one key, if there is one.
func (w *world) claimOf(key string) (outbox.Message, bool) {
	w.T.Helper()
	ds := w.Claim(w.Store, "a", 100)
	i := slices.IndexFunc(ds, func(d outbox.Message) bool { return d.OrderingKey == key })
	if i < 0 {
		return outbox.Message{}, false
	}
	return ds[i], true
}

// failNow puts a message off for a minute; others wait for it for ten from its first failure.
func (w *world) failNow(d outbox.Message, a outbox.Attempt) {
	w.T.Helper()
	since := d.FailingSince
	if since.IsZero() {
		since = w.Now
	}
	w.Must(w.Store.ScheduleRetry(w.T.Context(), d, a, outbox.Retry{NotBefore: w.Now.Add(time.Minute), StepsAsideAt: since.Add(10 * time.Minute)}))
}

func failingMessageStepsAside(t *testing.T, w *world) {
	first, second := w.Raise(), w.Raise()
	begun := w.Now
	for w.Now.Sub(begun) < 10*time.Minute {
		d, ok := w.claimOf(chairKey)
		if !ok || d.ChallengeID != first.Challenge.ID {
			t.Fatalf("after %s: claimed %+v, %v", w.Now.Sub(begun), d, ok)
		}
		w.failNow(d, w.attempt(502, ""))
		if d, ok := w.claimOf(chairKey); ok {
			t.Fatalf("after %s the order was not kept: %+v", w.Now.Sub(begun), d)
		}
		w.Now = w.Now.Add(time.Minute)
	}
	// The first challenge has another card for the same person by now, which waits for the first.
	w.Apply(first, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: ManagerID}, Code: "Blocked"}, "")
	d, ok := w.claimOf(chairKey)
	if !ok || d.ChallengeID != first.Challenge.ID {
		t.Fatalf("the oldest is due and was not claimed: %+v, %v", d, ok)
	}
	w.failNow(d, w.attempt(502, ""))
	if at, ok, err := w.Store.NextMessageDue(t.Context(), w.Now); err != nil || !ok || at.After(w.Now) {
		t.Errorf("the next is due at %v, %v, %v", at, ok, err)
	}
	d, ok = w.claimOf(chairKey)
	if !ok || d.ChallengeID != second.Challenge.ID {
		t.Fatalf("the other child's card waits: %+v, %v", d, ok)
	}
	w.Must(w.MarkDelivered(w.Store, d, second.Challenge.Version))
	if d, ok := w.claimOf(chairKey); ok {
		t.Errorf("order within the challenge was not kept: %+v", d)
	}
}

func steppedAsideComesFirst(t *testing.T, w *world) {
	first, second := w.Raise(), w.Raise()
	d, _ := w.claimOf(chairKey)
	w.failNow(d, w.attempt(502, ""))
	if at, ok, err := w.Store.NextMessageDue(t.Context(), w.Now.Add(2*time.Minute)); err != nil || !ok || at.After(w.Now.Add(time.Minute)) {
		t.Errorf("the next is due at %v, %v, %v", at, ok, err)
	}
	w.Now = w.Now.Add(11 * time.Minute)
	for _, want := range []challenge.Snapshot{first, second} {
		d, ok := w.claimOf(chairKey)
		if !ok || d.ChallengeID != want.Challenge.ID {
			t.Fatalf("claimed %+v, %v", d, ok)
		}
		w.Must(w.MarkDelivered(w.Store, d, want.Challenge.Version))
	}
}

func answersDoNotWait(t *testing.T, w *world) {
	w.Raise()
	card, ok := w.claimOf(chairKey)
	if !ok {
		t.Fatal("no card")
	}
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(ChairID)))
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(ChairID)))
	key := outbox.AnswerOrderingKey(challenge.Address{Person: ChairID})
	one, ok := w.claimOf(key)
	if !ok {
		t.Fatal("the answer waits for a card that is on its way")
	}
	if two, ok := w.claimOf(key); ok {
		t.Errorf("the second answer was sent beside the first: %+v", two)
	}
	w.failNow(card, w.attempt(502, ""))
	w.Must(w.MarkDelivered(w.Store, one, 1))
	if two, ok := w.claimOf(key); !ok || two.ID != one.ID+1 {
		t.Errorf("the next answer waits for a card that fails: %+v, %v", two, ok)
	}
}

func unpromptedWaits(t *testing.T, w *world) {
	w.Raise()
	digest := w.help(ChairID)
	digest.Unprompted = true
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), digest))
	first, _ := w.claimOf(chairKey)
	if first.Kind != outbox.PostMessage {
		t.Errorf("claimed %+v", first)
	}
	if d, ok := w.claimOf(outbox.AnswerOrderingKey(digest.To)); ok {
		t.Errorf("the digest overtakes: %+v", d)
	}
	w.Must(w.Store.DropMessage(t.Context(), first, w.Now, "test"))
	if d, ok := w.claimOf(chairKey); !ok || d.Kind != outbox.DirectMessageKind {
		t.Errorf("claimed %+v, %v", d, ok)
	}
}

func failuresAreCounted(t *testing.T, w *world) {
	w.Raise()
	begun := w.Now
	for n, want := range []struct {
		ambiguous bool
		copies    int
	}{{true, 0}, {false, 1}, {true, 1}, {false, 2}} {
		d, ok := w.claimOf(chairKey)
		if !ok || d.Copies != want.copies || d.Attempts != n || d.FailingSince.IsZero() != (n == 0) || n > 0 && !d.FailingSince.Equal(begun) {
			t.Fatalf("attempt %d: %+v, %v", n, d, ok)
		}
		a := w.attempt(502, "")
		a.Ambiguous = want.ambiguous
		w.failNow(d, a)
		w.Now = w.Now.Add(time.Minute)
	}
}

func ambiguousIsUnconfirmed(t *testing.T, w *world) {
	c := w.Raise()
	respond := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	a := outbox.Attempt{At: w.Now, StatusCode: 202, ErrorCode: "unreadable answer", Ambiguous: true}
	w.Must(w.Store.MarkRejected(t.Context(), respond, a, w.Decide(challenge.RecordRejection{MessageID: respond.ID, Card: respond.Card, Opening: respond.Opening,
		To: respond.To, Code: a.ErrorCode, Passing: true, Unconfirmed: true}, "")))
	if got := w.message(respond.ID); got.State != memorystore.StateUnconfirmed || got.LastStatus != 202 || !got.DoneAt.Equal(w.Now) {
		t.Errorf("stored %+v", got)
	}
	history := w.Load(c.Challenge.ID).History
	want := challenge.Undelivered{MessageID: respond.ID, Card: respond.Card, To: respond.To, Code: a.ErrorCode, Passing: true, Unconfirmed: true}
	if diff := cmp.Diff(challenge.Body(want), history[len(history)-1].Body); diff != "" {
		t.Error(diff)
	}
	w.mustVerify()
}

func lostClaimIsFree(t *testing.T, w *world) {
	w.Raise()
	lost := w.ClaimOf("a", 100) // its answer never came
	claimed, err := w.Store.ClaimMessages(t.Context(), lost)
	ds := claimed.Messages
	w.Must(err)
	if others := w.Claim(w.backend.Open(), "b", 100); len(others) > 0 {
		t.Errorf("another took %v", countByOrderingKey(others))
	}
	again := w.Claim(w.Store, "a", 100)
	if len(again) != len(ds) || len(ds) == 0 {
		t.Fatalf("%d are free again, want %d", len(again), len(ds))
	}
	if more := w.Claim(w.Store, "a", 100); len(more) > 0 {
		t.Errorf("what is in hand was claimed again: %v", countByOrderingKey(more))
	}
	// What is in hand stays there, even when a result cannot be recorded until the lease is over.
	w.Now = w.Now.Add(2 * time.Minute)
	if more := w.Claim(w.Store, "a", 100); len(more) > 0 {
		t.Errorf("what is in hand was claimed again after its lease: %v", countByOrderingKey(more))
	}
}

func hungGoesLast(t *testing.T, w *world) {
	w.Raise()
	hung := findMessage(t, w.Claim(w.Store, "a", 100), chairKey, challenge.CardChallenge)
	a := w.attempt(0, "timeout")
	a.Ambiguous = true
	w.failNow(hung, a)
	w.Must(w.Store.ReleaseLeases(t.Context(), "a"))
	w.inHand = nil
	w.Now = w.Now.Add(time.Minute)
	c := w.ClaimOf("a", 1)
	c.HungLimit = 0
	claimed, err := w.Store.ClaimMessages(t.Context(), c)
	ds := claimed.Messages
	w.Must(err)
	if len(ds) != 1 || ds[0].Hung || ds[0].OrderingKey == chairKey {
		t.Errorf("claimed %+v", ds)
	}
	w.keepInHand("a", ds)
	c = w.ClaimOf("a", 0)
	c.HungLimit = 1
	claimed, err = w.Store.ClaimMessages(t.Context(), c)
	ds = claimed.Messages
	w.Must(err)
	if len(ds) != 1 || !ds[0].Hung || ds[0].ID != hung.ID {
		t.Errorf("claimed %+v", ds)
	}
	w.keepInHand("a", ds)
	w.failNow(ds[0], w.attempt(502, "")) // another fault: it does not hang any more
	w.Now = w.Now.Add(time.Minute)
	if d, ok := w.claimOf(chairKey); !ok || d.Hung {
		t.Errorf("claimed %+v, %v", d, ok)
	}
}

func acceptanceIsAReturn(t *testing.T, w *world) {
	c := w.Raise()
	w.Must(w.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: ManagerID, Since: w.Now.Add(-time.Hour), Code: "BotDisabledByAdmin"}))
	w.Must(w.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: WorkerID, Since: w.Now.Add(-time.Hour), Code: "BotDisabledByAdmin"}))
	for _, d := range w.Claim(w.Store, "a", 100) {
		p := Posted(d, c.Challenge.Version)
		p.ToPersonalChat = d.To.Person == ManagerID
		w.Must(w.Store.MarkDelivered(t.Context(), d, p, w.attempt(200, ""), w.Decide(challenge.RecordDelivery{MessageID: d.ID, Card: d.Card, Opening: d.Opening,
			To: d.To, ConversationID: p.ConversationID, ActivityID: p.ActivityID}, "")))
	}
	w.Must(w.Store.MarkReachable(t.Context(), ManagerID, w.Now.Add(time.Minute))) // who is back already
	got, err := w.Store.ListUnreachable(t.Context())
	w.Must(err)
	want := []outbox.Unreachable{
		{Person: WorkerID, Since: w.Now.Add(-time.Hour), Code: "BotDisabledByAdmin"},
		{Person: ManagerID, Since: w.Now.Add(-time.Hour), Code: "BotDisabledByAdmin", ReachableAgainAt: w.Now, Accepted: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.Must(w.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: ManagerID, Since: w.Now.Add(time.Hour), Code: "Blocked"}))
	got, err = w.Store.ListUnreachable(t.Context())
	w.Must(err)
	if last := got[len(got)-1]; last.Accepted || !last.ReachableAgainAt.IsZero() || last.Code != "Blocked" {
		t.Errorf("refused again: %+v", last)
	}
}

func untakenIsListed(t *testing.T, w *world) {
	c, other := w.Raise(), w.Raise()
	list := func(person string) (all []outbox.Untaken) {
		t.Helper()
		found, err := w.Store.ListUntaken(t.Context(), person)
		w.Must(err)
		return append(all, found...)
	}
	refuse := func(c challenge.Snapshot, to challenge.Address, card challenge.Card) {
		t.Helper()
		w.Apply(c, challenge.RecordRejection{MessageID: 1, Card: card, Opening: 1, To: to, Code: "Blocked", Passing: true}, "")
	}
	manager := challenge.Address{Person: ManagerID}
	if got := list(""); len(got) > 0 {
		t.Errorf("of nothing: %v", got)
	}
	refuse(c, manager, challenge.CardRespond)
	if got := list(""); len(got) > 0 {
		t.Errorf("though it waits: %v", got)
	}
	w.DropAll()
	refuse(other, challenge.Address{Team: "north"}, challenge.CardNotice) // no person
	want := []outbox.Untaken{{ChallengeID: c.Challenge.ID, Card: challenge.UntakenCard{Card: challenge.CardRespond, Opening: 1, To: manager,
		Seq: w.Load(c.Challenge.ID).Challenge.Seq, At: w.Now, Times: 1, Passing: true}}}
	for person, want := range map[string][]outbox.Untaken{"": want, ManagerID: want, WorkerID: nil} {
		w.DropAll()
		if diff := cmp.Diff(want, list(person)); diff != "" {
			t.Errorf("of %q: %s", person, diff)
		}
	}
	deliver := func(card challenge.Card) {
		t.Helper()
		w.Apply(c, challenge.RecordDelivery{MessageID: 1, Card: card, Opening: 1, To: manager, ConversationID: "x", ActivityID: "y"}, "")
		w.DropAll()
	}
	deliver(challenge.CardReminder)
	if got := list(""); len(got) != 1 {
		t.Errorf("a reminder was taken, the question was not: %v", got)
	}
	deliver(challenge.CardRespond)
	if got := list(""); len(got) > 0 {
		t.Errorf("though it was taken: %v", got)
	}
	refuse(c, manager, challenge.CardRespond)
	w.Apply(c, challenge.Withdraw{Reason: "Settled."}, ChairID)
	w.DropAll()
	if got := list(""); len(got) > 0 {
		t.Errorf("of a closed challenge: %v", got)
	}
	w.mustVerify()
}
