package storagetest

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
)

var messageTests = []test{
	{"WhatAChangePostsIsQueuedWithIt", postsAreQueuedWithTheirChange},
	{"MessagesOfOneKeyGoOutInOrderOneAtATime", keysGoOutInOrder},
	{"TwoInstancesDeliverEachOnceAndNeverOneKeyTogether", instancesShareTheWork},
	{"ALeaseEndsAndTheLateResultOfItsOwnerUndoesNothing", leaseEnds},
	{"ReleasedLeasesCanBeClaimedAtOnce", releasedLeases},
	{"ARetryWaitsAndItsKeyWithIt", retryWaits},
	{"NextMessageDueIsWhenAKeyIsFree", nextMessageDue},
	{"AReplyIsQueuedOnceAndComesFirst", replyComesFirst},
	{"NewCardsComeBeforeUpdatesAndTheOldestFirst", newCardsComeBeforeUpdates},
	{"AReplyWithoutAKeyIsAlwaysQueued", replyWithoutKey},
	{"ANewerCardOfAPersonSupersedesTheEarlierOnce", newerCardSupersedes},
}

func (w *world) attempt(status int, code string) outbox.Attempt {
	return outbox.Attempt{At: w.Now, StatusCode: status, ErrorCode: code}
}

// help is a reply to somebody.
func (w *world) help(to string) outbox.DirectMessage {
	return outbox.DirectMessage{To: challenge.Address{Person: to}, Content: outbox.Content{Text: "help"}}
}

func countByOrderingKey(ds []outbox.Message) map[string]int {
	m := map[string]int{}
	for _, d := range ds {
		m[d.OrderingKey]++
	}
	return m
}

func findMessage(t *testing.T, ds []outbox.Message, key string, card challenge.Card) outbox.Message {
	t.Helper()
	for _, d := range ds {
		if d.OrderingKey == key && d.Card == card {
			return d
		}
	}
	t.Fatalf("no %s for %s among %v", card, key, countByOrderingKey(ds))
	return outbox.Message{}
}

func postsAreQueuedWithTheirChange(t *testing.T, w *world) {
	var asked []challenge.Post
	out, err := w.Store.Raise(t.Context(), w.NewKey(), func(n uint64) (challenge.Change, error) {
		change, err := w.RaiseDecision(uuid.New())(n)
		asked = change.Posts
		return change, err
	})
	w.Must(err)
	if len(asked) < 3 {
		t.Fatalf("only %d posts", len(asked))
	}
	var got []challenge.Post
	for range asked { // one of each key at a time
		for _, d := range w.Claim(w.Store, "a", 100) {
			if d.ChallengeID != out.Snapshot.Challenge.ID || d.Kind != outbox.PostMessage || !d.CreatedAt.Equal(w.Now) || d.Attempts != 0 {
				t.Errorf("message %+v", d)
			}
			if d.OrderingKey != outbox.OrderingKey(d.To) || d.Posted.ActivityID != "" || len(d.Content) != 0 {
				t.Errorf("message %+v", d)
			}
			got = append(got, challenge.Post{To: d.To, Card: d.Card, Opening: d.Opening})
			w.Must(w.MarkDelivered(w.Store, d, out.Snapshot.Challenge.Version))
		}
	}
	for _, post := range asked {
		n := 0
		for _, g := range got {
			if g == post {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%+v was queued %d times", post, n)
		}
	}
	if len(got) != len(asked) {
		t.Errorf("%d were queued, %d were asked for", len(got), len(asked))
	}
}

func keysGoOutInOrder(t *testing.T, w *world) {
	for range 3 {
		w.Raise()
	}
	last := map[string]int64{}
	total := 0
	other := w.backend.Open()
	for {
		ds := w.Claim(w.Store, "a", 100)
		if len(ds) == 0 {
			break
		}
		if others := w.Claim(other, "b", 100); len(others) != 0 {
			t.Fatalf("keys in hand were claimed by another: %v", countByOrderingKey(others))
		}
		for key, n := range countByOrderingKey(ds) {
			if n != 1 {
				t.Errorf("%d messages of %s at once", n, key)
			}
		}
		for _, d := range ds {
			if d.ID <= last[d.OrderingKey] {
				t.Errorf("%s: %d after %d", d.OrderingKey, d.ID, last[d.OrderingKey])
			}
			last[d.OrderingKey] = d.ID
			total++
			w.Must(w.Store.DropMessage(t.Context(), d, w.Now, "test"))
		}
	}
	dropped := w.messages(func(m memorystore.MessageRecord) bool {
		return m.State == memorystore.StateDropped && m.LastCode == "test" && m.DoneAt.Equal(w.Now) && m.LeaseOwner == ""
	})
	if total != len(dropped) || total != len(w.backend.Contents().Messages) || total == 0 {
		t.Errorf("%d claimed, %d dropped", total, len(dropped))
	}
}

func instancesShareTheWork(t *testing.T, w *world) {
	for range 12 {
		w.Raise()
	}
	var mu sync.Mutex
	inHand, seen := map[string]bool{}, map[int64]int{}
	var group sync.WaitGroup
	for _, owner := range []string{"a", "b", "c"} {
		s := w.backend.Open()
		group.Go(func() {
			for idle := 0; idle < 50; {
				claimed, err := s.ClaimMessages(t.Context(), w.ClaimOf(owner, 2))
				ds := claimed.Messages
				if err != nil {
					t.Error(err)
					return
				}
				if len(ds) > 2 {
					t.Errorf("%d claimed, the limit was 2", len(ds))
				}
				if len(ds) == 0 {
					idle++
				}
				for _, d := range ds {
					mu.Lock()
					if inHand[d.OrderingKey] {
						t.Errorf("%s is in two hands", d.OrderingKey)
					}
					inHand[d.OrderingKey] = true
					seen[d.ID]++
					mu.Unlock()
				}
				for _, d := range ds {
					mu.Lock()
					inHand[d.OrderingKey] = false
					mu.Unlock()
					if err := w.MarkDelivered(s, d, 2); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	for i, owner := range []string{"a", "d"} {
		claimed, err := w.Store.ClaimMessages(t.Context(), w.ClaimOf(owner, 0))
		w.Must(err)
		if claimed.Instances != 3+i {
			t.Errorf("%s sees %d instances, not %d", owner, claimed.Instances, 3+i)
		}
	}
	w.Must(w.Store.ReleaseLeases(t.Context(), "d"))
	if claimed, err := w.Store.ClaimMessages(t.Context(), w.ClaimOf("a", 0)); err != nil || claimed.Instances != 3 {
		t.Errorf("when one has ended there are %d, %v", claimed.Instances, err)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("message %d went out %d times", id, n)
		}
	}
	w.DeliverAll() // what the others left when they gave up waiting
	if left := w.messages(func(m memorystore.MessageRecord) bool { return m.State != memorystore.StateSent }); len(left) != 0 {
		t.Errorf("%d messages did not go out", len(left))
	}
	w.mustVerify()
}

// newerCardSupersedes: the chair's first card shrinks when a newer one has been taken, a respondent's
// only when they get another question, and other people's cards stay.
func newerCardSupersedes(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	post := func(card challenge.Card, person string) {
		_, err := w.Store.Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
			return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: person}, Card: card, Opening: 1}}}, nil
		})
		w.Must(err)
	}
	updates := func() (superseded []challenge.Card) {
		for _, d := range w.Claim(w.Store, "a", 100) {
			if d.Kind == outbox.UpdateMessage && d.Posted.Superseded {
				superseded = append(superseded, d.Card)
			}
			w.Must(w.MarkDelivered(w.Store, d, w.Load(c.Challenge.ID).Challenge.Version))
		}
		return superseded
	}
	post(challenge.CardNews, ChairID)
	post(challenge.CardReminder, ManagerID)
	if got := append(updates(), updates()...); got != nil {
		t.Errorf("news and a reminder supersede %v", got)
	}
	post(challenge.CardJudge, ChairID)
	updates()
	if got := updates(); !slices.Equal(got, []challenge.Card{challenge.CardChallenge}) {
		t.Errorf("a judgement supersedes %v", got)
	}
	post(challenge.CardRespond, ManagerID)
	updates()
	if got := updates(); !slices.Equal(got, []challenge.Card{challenge.CardRespond}) {
		t.Errorf("a second question supersedes %v", got)
	}
	if got := updates(); got != nil {
		t.Errorf("%v shrink again", got)
	}
	w.mustVerify()
}

func leaseEnds(t *testing.T, w *world) {
	c := w.Raise()
	first := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ChairID, challenge.CardChallenge)
	w.Now = w.Now.Add(59 * time.Second)
	if ds := w.Claim(w.Store, "b", 100); len(ds) != 0 {
		t.Fatalf("claimed %v under a lease", ds)
	}
	w.Now = w.Now.Add(time.Second)
	second := findMessage(t, w.Claim(w.Store, "b", 100), "person:"+ChairID, challenge.CardChallenge)
	if second.ID != first.ID || second.Attempts != 1 {
		t.Fatalf("claimed %+v", second)
	}
	w.Must(w.MarkDelivered(w.Store, second, c.Challenge.Version))
	for _, late := range []error{
		w.MarkDelivered(w.Store, first, c.Challenge.Version),
		w.Store.ScheduleRetry(t.Context(), first, w.attempt(0, "Timeout"), w.RetryAt(w.Now.Add(time.Hour))),
		w.Store.MarkRejected(t.Context(), first, w.attempt(403, ""), w.Decide(challenge.RecordRejection{}, "")),
	} {
		if !errors.Is(late, storage.ErrLeaseLost) {
			t.Errorf("a late result: %v", late)
		}
	}
	w.Must(w.Store.DropMessage(t.Context(), first, w.Now, "late"))
	if got := w.message(first.ID); got.State != memorystore.StateSent || got.LastStatus != 201 || got.LeaseOwner != "" || !got.LeaseUntil.IsZero() {
		t.Errorf("stored %+v", got)
	}
	if n := w.countEvents(challenge.KindDelivered, c); n != 1 {
		t.Errorf("%d delivered events", n)
	}
	var tries []int
	for _, a := range w.backend.Contents().Attempts {
		if a.MessageID == first.ID {
			tries = append(tries, a.N)
		}
	}
	if diff := cmp.Diff([]int{1, 2}, tries); diff != "" {
		t.Errorf("attempts, want both: %s", diff)
	}
	w.mustVerify()
}

func releasedLeases(t *testing.T, w *world) {
	w.Raise()
	ds := w.Claim(w.Store, "a", 100)
	w.Must(w.Store.ReleaseLeases(t.Context(), "somebody else"))
	if again := w.Claim(w.Store, "b", 100); len(again) != 0 {
		t.Errorf("another's leases were released")
	}
	w.Must(w.Store.ReleaseLeases(t.Context(), "a"))
	if again := w.Claim(w.Store, "b", 100); len(again) != len(ds) || len(ds) == 0 {
		t.Errorf("%d claimed, want %d", len(again), len(ds))
	}
}

func retryWaits(t *testing.T, w *world) {
	w.Raise()
	w.Raise()
	key := "person:" + ChairID
	findMessage(t, w.Claim(w.Store, "a", 100), key, challenge.CardChallenge)
	w.Must(w.Store.ReleaseLeases(t.Context(), "a"))
	d := findMessage(t, w.Claim(w.Store, "a", 100), key, challenge.CardChallenge)
	busy := outbox.Attempt{At: w.Now, StatusCode: 429, ErrorCode: "Throttled", Ambiguous: true}
	w.Must(w.Store.ScheduleRetry(t.Context(), d, busy, w.RetryAt(w.Now.Add(30*time.Second))))
	if n := countByOrderingKey(w.Claim(w.Store, "a", 100))[key]; n != 0 {
		t.Error("the key did not wait")
	}
	if got := w.message(d.ID); got.State != memorystore.StateWaiting || got.LastStatus != 429 || got.LastCode != "Throttled" || got.LeaseOwner != "" {
		t.Errorf("stored %+v", got)
	}
	w.Now = w.Now.Add(30 * time.Second)
	again := findMessage(t, w.Claim(w.Store, "a", 100), key, challenge.CardChallenge)
	if again.ID != d.ID || again.Attempts != 2 {
		t.Errorf("claimed %+v", again)
	}
	want := []memorystore.AttemptRecord{{MessageID: d.ID, N: 2, Owner: "a", Attempt: busy}}
	if diff := cmp.Diff(want, w.backend.Contents().Attempts); diff != "" {
		t.Error(diff)
	}
}

func nextMessageDue(t *testing.T, w *world) {
	next := func() (time.Time, bool) {
		at, ok, err := w.Store.NextMessageDue(t.Context(), w.Now)
		w.Must(err)
		return at, ok
	}
	if _, ok := next(); ok {
		t.Error("something waits in an empty store")
	}
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(ChairID)))
	if at, ok := next(); !ok || !at.Equal(w.Now) {
		t.Errorf("%v, %v", at, ok)
	}
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(ChairID)))
	ds := w.Claim(w.Store, "a", 10)
	if at, ok := next(); !ok || !at.Equal(w.Now.Add(time.Minute)) {
		t.Errorf("with the key in hand: %v, %v", at, ok)
	}
	w.Must(w.Store.ScheduleRetry(t.Context(), ds[0], w.attempt(0, ""), outbox.Retry{NotBefore: w.Now.Add(time.Hour), StepsAsideAt: w.Now.Add(2 * time.Hour)}))
	if at, _ := next(); !at.Equal(w.Now.Add(time.Hour)) {
		t.Errorf("with its head put off: %v", at)
	}
	w.Must(w.Store.QueueDirectMessage(t.Context(), storage.IdempotencyKey{Value: "later", At: w.Now.Add(30 * time.Minute)}, w.help(WorkerID)))
	if at, _ := next(); !at.Equal(w.Now.Add(30 * time.Minute)) {
		t.Errorf("with another key: %v", at)
	}
	w.Now = w.Now.Add(2 * time.Hour)
	w.DropAll()
	if at, ok := next(); ok {
		t.Errorf("when all is done: %v", at)
	}
}

func replyComesFirst(t *testing.T, w *world) {
	w.Raise()
	r := w.NewKey()
	reply := outbox.DirectMessage{To: challenge.Address{Person: ServiceID}, ReplacesActivityID: "act-9", ConversationID: "a:9", ServiceURL: "https://example.invalid/",
		Content: outbox.Content{Card: json.RawMessage(`{"type":"AdaptiveCard"}`), Summary: "Nothing waits for you",
			InChannel: &outbox.InChannel{ConversationID: "19:x", ServiceURL: "https://example.invalid/", Recipient: "29:x", InReplyTo: "1"}}}
	for range 2 {
		w.Must(w.Store.QueueDirectMessage(t.Context(), r, reply))
	}
	ds := w.Claim(w.Store, "a", 1)
	if len(ds) != 1 || ds[0].Kind != outbox.DirectMessageKind {
		t.Fatalf("claimed %+v", ds)
	}
	want := outbox.PostedMessage{ConversationID: "a:9", ServiceURL: "https://example.invalid/", ActivityID: "act-9"}
	if diff := cmp.Diff(want, ds[0].Posted); diff != "" {
		t.Error(diff)
	}
	var content outbox.Content
	w.Must(json.Unmarshal(ds[0].Content, &content))
	if diff := cmp.Diff(reply.Content, content); diff != "" {
		t.Error(diff)
	}
	w.Must(w.MarkDelivered(w.Store, ds[0], 0))
	replies := w.messages(func(m memorystore.MessageRecord) bool { return m.Kind == outbox.DirectMessageKind })
	if len(replies) != 1 || replies[0].State != memorystore.StateSent || len(w.backend.Contents().Posted) != 0 {
		t.Errorf("%d replies: %+v", len(replies), replies)
	}
	out, err := w.Store.Apply(t.Context(), r, storage.LookupKey{ID: uuid.New()}, nil)
	if err != nil || !out.Repeated {
		t.Errorf("the reply's key: %+v, %v", out, err)
	}
}

func newCardsComeBeforeUpdates(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	w.Apply(c, NewResponse("Done."), ManagerID) // updates of all that is on a screen
	w.Raise()
	w.Must(w.Store.QueueDirectMessage(t.Context(), w.NewKey(), w.help(OversightID)))
	var kinds []outbox.DeliveryKind
	var last int64
	for _, d := range w.Claim(w.Store, "a", 100) {
		if len(kinds) > 0 && kinds[len(kinds)-1] == d.Kind && d.ID < last {
			t.Errorf("%d comes after %d", d.ID, last)
		}
		last = d.ID
		kinds = append(kinds, d.Kind)
	}
	first, lastKind := kinds[0], kinds[len(kinds)-1]
	for i := 1; i < len(kinds); i++ {
		if kinds[i-1] == outbox.UpdateMessage && kinds[i] != outbox.UpdateMessage {
			t.Errorf("in this order: %v", kinds)
		}
	}
	if first != outbox.DirectMessageKind || kinds[1] != outbox.PostMessage || lastKind != outbox.UpdateMessage {
		t.Errorf("in this order: %v", kinds)
	}
}

func replyWithoutKey(t *testing.T, w *world) {
	for range 2 {
		w.Must(w.Store.QueueDirectMessage(t.Context(), storage.IdempotencyKey{At: w.Now}, w.help(ChairID)))
	}
	if c := w.backend.Contents(); len(c.Messages) != 2 || len(c.Keys) != 0 {
		t.Errorf("%d messages, keys %v", len(c.Messages), c.Keys)
	}
}
