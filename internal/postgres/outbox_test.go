package postgres

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

func countByOrderingKey(ds []outbox.Message) map[string]int {
	m := map[string]int{}
	for _, d := range ds {
		m[d.OrderingKey]++
	}
	return m
}

func findMessage(t *testing.T, ds []outbox.Message, lane string, card challenge.Card) outbox.Message {
	t.Helper()
	for _, d := range ds {
		if d.OrderingKey == lane && d.Card == card {
			return d
		}
	}
	t.Fatalf("no %s for %s among %v", card, lane, countByOrderingKey(ds))
	return outbox.Message{}
}

func TestWhatAChangeShowsIsQueuedWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var asked []challenge.Post
	out, err := w.store.Raise(t.Context(), w.newIdempotencyKey(), func(n uint64) (challenge.Change, error) {
		change, err := w.raiseDecision(uuid.New())(n)
		asked = change.Posts
		return change, err
	})
	w.must(err)
	if len(asked) < 3 {
		t.Fatalf("only %d shows", len(asked))
	}
	var got []challenge.Post
	for range asked { // one of each lane at a time
		for _, d := range w.claim(w.store, "a", 100) {
			if d.ChallengeID != out.Snapshot.Challenge.ID || d.Kind != outbox.PostMessage || !d.CreatedAt.Equal(w.now) || d.Attempts != 0 {
				t.Errorf("delivery %+v", d)
			}
			got = append(got, challenge.Post{To: d.To, Card: d.Card, Opening: d.Opening})
			w.must(w.markDelivered(w.store, d, out.Snapshot.Challenge.Version))
		}
	}
	for _, show := range asked {
		n := 0
		for _, g := range got {
			if g == show {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%+v was queued %d times", show, n)
		}
	}
}

func TestALaneGoesOutInOrderOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.raise()
	}
	last := map[string]int64{}
	total := 0
	for {
		ds := w.claim(w.store, "a", 100)
		if len(ds) == 0 {
			break
		}
		if others := w.claim(w.openStore(), "b", 100); len(others) != 0 {
			t.Fatalf("lanes in hand were claimed by another: %v", countByOrderingKey(others))
		}
		for lane, n := range countByOrderingKey(ds) {
			if n != 1 {
				t.Errorf("%d deliveries of %s at once", n, lane)
			}
		}
		for _, d := range ds {
			if d.ID <= last[d.OrderingKey] {
				t.Errorf("%s: %d after %d", d.OrderingKey, d.ID, last[d.OrderingKey])
			}
			last[d.OrderingKey] = d.ID
			total++
			w.must(w.store.DropMessage(t.Context(), d, w.now, "test"))
		}
	}
	if want := queryValue[int](w, `SELECT count(*) FROM delivery WHERE state = 'dropped'`); total != want || total == 0 {
		t.Errorf("%d claimed, %d dropped", total, want)
	}
}

// An older delivery can be committed after a newer one has been claimed.
func TestAnOlderDeliveryThatAppearsLateWaitsForTheOneInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := func() {
		w.must(w.store.QueueDirectMessage(t.Context(), w.newIdempotencyKey(), outbox.DirectMessage{To: challenge.Address{Person: chairID}}))
	}
	reply()
	older := queryValue[int64](w, `SELECT nextval('delivery_id_seq')`)
	reply()
	w.must(w.execAsOwner(`UPDATE delivery SET state = 'dropped', done_at = now() WHERE id < 2`))
	if ds := w.claim(w.store, "a", 10); len(ds) != 1 || ds[0].ID < older {
		t.Fatalf("claimed %v", ds)
	}
	_, err := w.store.pool.Exec(t.Context(), `INSERT INTO delivery (id, lane, kind, card, visit, to_person, to_team, spec, created_at, not_before)
OVERRIDING SYSTEM VALUE SELECT $1, lane, kind, card, visit, to_person, to_team, spec, created_at, not_before FROM delivery WHERE id = 1`, older)
	w.must(err)
	if ds := w.claim(w.openStore(), "b", 10); len(ds) != 0 {
		t.Errorf("claimed %v while the lane was in hand", ds)
	}
}

func TestTwoInstancesDeliverEachOnceAndNeverOneLaneTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 12 {
		w.raise()
	}
	var mu sync.Mutex
	inHand, seen := map[string]bool{}, map[int64]int{}
	var group sync.WaitGroup
	for _, owner := range []string{"a", "b", "c"} {
		s := w.openStore()
		group.Go(func() {
			for idle := 0; idle < 50; {
				ds, err := s.ClaimMessages(t.Context(), owner, w.now, time.Minute, 2)
				if err != nil {
					t.Error(err)
					return
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
					if err := w.markDelivered(s, d, 2); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("delivery %d went out %d times", id, n)
		}
	}
	w.deliverAll() // what the others left when they gave up waiting
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE state <> 'sent'`); n != 0 {
		t.Errorf("%d deliveries did not go out", n)
	}
	w.mustVerify()
}

func TestALeaseEndsAndTheLateResultOfItsOwnerUndoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	first := findMessage(t, w.claim(w.store, "a", 100), "person:"+chairID, challenge.CardChallenge)
	w.now = w.now.Add(59 * time.Second)
	if ds := w.claim(w.store, "b", 100); len(ds) != 0 {
		t.Fatalf("claimed %v under a lease", ds)
	}
	w.now = w.now.Add(time.Second)
	second := findMessage(t, w.claim(w.store, "b", 100), "person:"+chairID, challenge.CardChallenge)
	if second.ID != first.ID || second.Attempts != 1 {
		t.Fatalf("claimed %+v", second)
	}
	w.must(w.markDelivered(w.store, second, c.Challenge.Version))
	for _, late := range []error{
		w.markDelivered(w.store, first, c.Challenge.Version),
		w.store.ScheduleRetry(t.Context(), first, outbox.Attempt{At: w.now, ErrorCode: "Timeout"}, w.now.Add(time.Hour)),
		w.store.MarkRejected(t.Context(), first, outbox.Attempt{At: w.now, StatusCode: 403}, w.decide(challenge.RecordRejection{}, "")),
	} {
		if !errors.Is(late, ErrLeaseLost) {
			t.Errorf("a late result: %v", late)
		}
	}
	w.must(w.store.DropMessage(t.Context(), first, w.now, "late"))
	if state := queryValue[string](w, `SELECT state FROM delivery WHERE id = $1`, first.ID); state != "sent" {
		t.Errorf("state %s", state)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM event WHERE kind = 'delivered'`); n != 1 {
		t.Errorf("%d delivered events", n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM attempt WHERE delivery_id = $1`, first.ID); n != 2 {
		t.Errorf("%d attempts, want both", n)
	}
	w.mustVerify()
}

func TestReleasedLeasesCanBeClaimedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise()
	ds := w.claim(w.store, "a", 100)
	w.must(w.store.ReleaseLeases(t.Context(), "somebody else"))
	if again := w.claim(w.store, "b", 100); len(again) != 0 {
		t.Errorf("another's leases were released")
	}
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	if again := w.claim(w.store, "b", 100); len(again) != len(ds) {
		t.Errorf("%d claimed, want %d", len(again), len(ds))
	}
}

func TestARetryWaitsAndItsLaneWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise()
	w.raise()
	lane := "person:" + chairID
	findMessage(t, w.claim(w.store, "a", 100), lane, challenge.CardChallenge)
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	d := findMessage(t, w.claim(w.store, "a", 100), lane, challenge.CardChallenge)
	w.must(w.store.ScheduleRetry(t.Context(), d, outbox.Attempt{At: w.now, StatusCode: 429, ErrorCode: "Throttled", Ambiguous: true}, w.now.Add(30*time.Second)))
	if n := countByOrderingKey(w.claim(w.store, "a", 100))[lane]; n != 0 {
		t.Error("the lane did not wait")
	}
	w.now = w.now.Add(30 * time.Second)
	again := findMessage(t, w.claim(w.store, "a", 100), lane, challenge.CardChallenge)
	if again.ID != d.ID || again.Attempts != 2 {
		t.Errorf("claimed %+v", again)
	}
	type row struct {
		N, Status int
		Code      string
		Ambiguous bool
		Owner     string
	}
	var got row
	w.must(w.store.pool.QueryRow(t.Context(), `SELECT n, status, code, ambiguous, owner FROM attempt WHERE delivery_id = $1`, d.ID).
		Scan(&got.N, &got.Status, &got.Code, &got.Ambiguous, &got.Owner))
	if diff := cmp.Diff(row{2, 429, "Throttled", true, "a"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNextDeliveryIsWhenALaneIsFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next := func() (time.Time, bool) {
		at, ok, err := w.store.NextMessageDue(t.Context())
		w.must(err)
		return at, ok
	}
	if _, ok := next(); ok {
		t.Error("something waits in an empty database")
	}
	to := challenge.Address{Person: chairID}
	w.must(w.store.QueueDirectMessage(t.Context(), w.newIdempotencyKey(), outbox.DirectMessage{To: to}))
	if at, ok := next(); !ok || !at.Equal(w.now) {
		t.Errorf("%v, %v", at, ok)
	}
	w.must(w.store.QueueDirectMessage(t.Context(), w.newIdempotencyKey(), outbox.DirectMessage{To: to}))
	ds := w.claim(w.store, "a", 10)
	if at, ok := next(); !ok || !at.Equal(w.now.Add(time.Minute)) {
		t.Errorf("with the lane in hand: %v, %v", at, ok)
	}
	w.must(w.store.ScheduleRetry(t.Context(), ds[0], outbox.Attempt{At: w.now}, w.now.Add(time.Hour)))
	if at, _ := next(); !at.Equal(w.now.Add(time.Hour)) {
		t.Errorf("with its head put off: %v", at)
	}
}

func TestAReplyIsQueuedOnceAndComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise()
	r := w.newIdempotencyKey()
	reply := outbox.DirectMessage{To: challenge.Address{Person: serviceID}, ReplacesActivityID: "act-9", ConversationID: "a:9", ServiceURL: "https://example.invalid/",
		Content: outbox.Content{Card: json.RawMessage(`{"type":"AdaptiveCard"}`), Summary: "Nothing waits for you"}}
	for range 2 {
		w.must(w.store.QueueDirectMessage(t.Context(), r, reply))
	}
	ds := w.claim(w.store, "a", 1)
	if len(ds) != 1 || ds[0].Kind != outbox.DirectMessageKind {
		t.Fatalf("claimed %+v", ds)
	}
	want := outbox.PostedMessage{ConversationID: "a:9", ServiceURL: "https://example.invalid/", ActivityID: "act-9"}
	if diff := cmp.Diff(want, ds[0].Posted); diff != "" {
		t.Error(diff)
	}
	var spec outbox.Content
	if err := json.Unmarshal(ds[0].Content, &spec); err != nil || spec.Summary != reply.Content.Summary {
		t.Errorf("%+v, %v", spec, err)
	}
	w.must(w.markDelivered(w.store, ds[0], 0))
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'reply'`); n != 1 {
		t.Errorf("%d replies", n)
	}
	out, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: uuid.New()}, nil)
	if err != nil || !out.Repeated {
		t.Errorf("the reply's receipt: %+v, %v", out, err)
	}
}

func TestConversationsAreKeptAndForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := outbox.ConversationReference{OrderingKey: "person:" + chairID, ID: "a:1", ServiceURL: "https://one.invalid/", TeamsUserID: "29:x", SeenAt: w.now}
	newer := c
	newer.ID, newer.SeenAt, newer.TeamsUserID = "a:2", w.now.Add(time.Hour), ""
	for _, save := range []outbox.ConversationReference{c, newer, c} {
		w.must(w.store.SaveConversation(t.Context(), save))
	}
	want := newer
	want.TeamsUserID = "29:x" // the bot's own call does not know it
	got, ok, err := w.store.FindConversation(t.Context(), c.OrderingKey)
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("%v, %v\n%s", ok, err, diff)
	}
	w.must(w.store.ForgetConversation(t.Context(), c.OrderingKey))
	if _, ok, err := w.store.FindConversation(t.Context(), c.OrderingKey); ok || err != nil {
		t.Errorf("after it was forgotten: %v, %v", ok, err)
	}
	thread := outbox.ConversationReference{OrderingKey: outbox.ThreadOrderingKey(uuid.New(), "north"), ID: "19:n;messageid=1", ServiceURL: "https://one.invalid/", SeenAt: w.now}
	w.must(w.store.SaveConversation(t.Context(), thread))
}

// Whoever's id comes with what is said in a chat: it stays the chat of whom it was first.
func TestAOneToOneChatKeepsItsPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := func(person, id string, hours int) outbox.ConversationReference {
		return outbox.ConversationReference{OrderingKey: "person:" + person, ID: id, ServiceURL: "https://one.invalid/", TeamsUserID: "29:" + person,
			SeenAt: w.now.Add(time.Duration(hours) * time.Hour)}
	}
	priya, tom := chat("priya", "a:priya", 0), chat("tom", "a:tom", 0)
	for _, own := range []outbox.ConversationReference{priya, tom, chat("priya", "a:priya", 1), chat("tom", "a:tom", 1)} {
		w.must(w.store.SaveOwnChat(t.Context(), own))
	}
	for _, odd := range []outbox.ConversationReference{chat("tom", "a:priya", 2), chat("priya", "a:tom", 2), chat("nobody yet", "a:priya", 2)} {
		if err := w.store.SaveOwnChat(t.Context(), odd); !errors.Is(err, storage.ErrSomebodyElsesChat) {
			t.Errorf("%s in %s: %v", odd.OrderingKey, odd.ID, err)
		}
	}
	for _, want := range []outbox.ConversationReference{chat("priya", "a:priya", 1), chat("tom", "a:tom", 1)} {
		got, _, err := w.store.FindConversation(t.Context(), want.OrderingKey)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
	if _, ok, err := w.store.FindConversation(t.Context(), "person:nobody yet"); ok || err != nil {
		t.Errorf("the third one was given a chat: %v", err)
	}
	if err := w.store.ForgetOwnChat(t.Context(), "person:tom", "a:priya"); !errors.Is(err, storage.ErrSomebodyElsesChat) {
		t.Errorf("Tom removed the app in Priya's chat: %v", err)
	}
	if _, ok, err := w.store.FindConversation(t.Context(), "person:tom"); !ok || err != nil {
		t.Errorf("Tom's chat is forgotten for what happened in Priya's: %v", err)
	}
	w.must(w.store.ForgetOwnChat(t.Context(), "person:tom", "a:tom"))
	if _, ok, err := w.store.FindConversation(t.Context(), "person:tom"); ok || err != nil {
		t.Errorf("Tom's chat is kept although he removed the app: %v", err)
	}
	w.must(w.store.SaveOwnChat(t.Context(), chat("tom", "a:tom, installed again", 3)))
	w.must(w.store.SaveOwnChat(t.Context(), chat("tom", "a:tom", 2))) // older news changes nothing
	if got, _, _ := w.store.FindConversation(t.Context(), "person:tom"); got.ID != "a:tom, installed again" {
		t.Errorf("an older sight of a chat took the place of a newer: %+v", got)
	}
	// Two who were kept with one chat by an older version go on, or both would be locked out.
	w.must(w.store.SaveConversation(t.Context(), chat("ben", "a:priya", 1)))
	w.must(w.store.SaveOwnChat(t.Context(), chat("priya", "a:priya", 4)))
	w.must(w.store.SaveOwnChat(t.Context(), chat("ben", "a:priya", 4)))
	// A thread of a channel is nobody's chat.
	thread := outbox.ConversationReference{OrderingKey: outbox.ThreadOrderingKey(uuid.New(), "north"), ID: "19:n", ServiceURL: "https://one.invalid/", SeenAt: w.now}
	w.must(w.store.SaveConversation(t.Context(), thread))
	w.must(w.store.SaveOwnChat(t.Context(), chat("sam", "19:n", 1)))
}

func TestOverdueCountsWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if o, err := w.store.CountOverdue(t.Context(), w.now, time.Minute); err != nil || o != (storage.OverdueWork{}) {
		t.Errorf("empty: %+v, %v", o, err)
	}
	c := w.raise()
	waiting := queryValue[int](w, `SELECT count(*) FROM delivery`)
	at := c.Challenge.NextAt.Add(time.Minute)
	for _, test := range []struct {
		now  time.Time
		want int
	}{{at, 0}, {at.Add(time.Microsecond), 1}} {
		o, err := w.store.CountOverdue(t.Context(), test.now, time.Minute)
		if want := (storage.OverdueWork{Challenges: test.want, Messages: waiting, OldestMessage: test.now.Sub(w.now)}); err != nil || o != want {
			t.Errorf("%+v, %v; want %+v", o, err, want)
		}
	}
}
