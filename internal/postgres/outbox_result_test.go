package postgres

import (
	"errors"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

func TestADeliveredCardIsRememberedAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := findMessage(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	w.must(w.markDelivered(w.store, d, c.Challenge.Version))
	got := w.load(c.Challenge.ID)
	body, ok := got.History[len(got.History)-1].Body.(challenge.Delivered)
	if !ok || body.MessageID != d.ID || body.To.Person != managerID || !got.Challenge.CurrentOpening().CardReceived {
		t.Errorf("last event %+v, received %v", body, got.Challenge.CurrentOpening().CardReceived)
	}
	if n := queryValue[int](w, `SELECT version FROM posted_card WHERE delivery_id = $1`, d.ID); n != c.Challenge.Version {
		t.Errorf("shows version %d", n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != 0 {
		t.Error("an update was queued though nothing changed")
	}
	w.mustVerify()
}

func TestWhenAChallengeMovesOnItsCardsAreBroughtUpToDateOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	posted := queryValue[int](w, `SELECT count(*) FROM posted_card`)
	w.apply(c, newResponse("One."), managerID)
	w.apply(c, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "Not enough."}, chairID)
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != posted {
		t.Errorf("%d updates of %d cards", n, posted)
	}
	var update outbox.Message
	for update.Kind != outbox.UpdateMessage {
		for _, d := range w.claim(w.store, "a", 100) {
			if d.Kind == outbox.UpdateMessage {
				update = d
			} else {
				w.must(w.markDelivered(w.store, d, w.load(c.Challenge.ID).Challenge.Version))
			}
		}
	}
	if update.Posted.ActivityID == "" || update.Posted.Version >= w.load(c.Challenge.ID).Challenge.Version || len(update.Posted.ContentHash) != 32 {
		t.Errorf("the update knows too little: %+v", update.Posted)
	}
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	w.deliverAll()
	if n := queryValue[int](w, `SELECT count(*) FROM posted_card p JOIN challenge c ON c.id = p.challenge_id WHERE p.version <> c.version`); n != 0 {
		t.Errorf("%d cards show an old version", n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM event WHERE kind = 'delivered'`); n != queryValue[int](w, `SELECT count(*) FROM posted_card`) {
		t.Error("an update left an event, or a post left none")
	}
	w.mustVerify()
}

func TestACardRenderedBeforeTheChallengeMovedIsFollowedByAnUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := findMessage(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	w.apply(c, newResponse("By command."), managerID) // while the card was on its way
	w.must(w.markDelivered(w.store, d, c.Challenge.Version))
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	var update *outbox.Message
	for _, u := range w.claim(w.store, "a", 100) {
		if u.OrderingKey == d.OrderingKey {
			update = &u
		}
	}
	if update == nil || update.Kind != outbox.UpdateMessage || update.Posted.Version != c.Challenge.Version {
		t.Fatalf("got %+v", update)
	}
	// The same again: the update itself is overtaken.
	w.apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, chairID)
	w.must(w.markDelivered(w.store, *update, c.Challenge.Version+1))
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update' AND state = 'waiting' AND posted = $1`, d.ID); n != 1 {
		t.Errorf("%d updates wait, want 1", n)
	}
}

func TestAFinalCardIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := findMessage(t, w.claim(w.store, "a", 100), "team:north", challenge.CardNotice)
	w.must(w.store.MarkDelivered(t.Context(), d, outbox.PostedMessage{ConversationID: "x", ServiceURL: "y", ActivityID: "z", Version: 1,
		ContentHash: make([]byte, 32), Final: true}, outbox.Attempt{At: w.now, StatusCode: 200}, w.decide(challenge.RecordDelivery{MessageID: d.ID, Card: d.Card, To: d.To}, "")))
	w.apply(c, newResponse("One."), managerID)
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != 0 {
		t.Errorf("%d updates of a final card", n)
	}
}

func TestAnUpdateThatChangesNothingCountsAsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	c = w.apply(c, newResponse("One."), managerID)
	for {
		ds := w.claim(w.store, "a", 100)
		if len(ds) == 0 {
			break
		}
		for _, d := range ds {
			w.must(w.store.DropMessage(t.Context(), d, w.now, "unchanged"))
		}
	}
	if n := queryValue[int](w, `SELECT count(*) FROM posted_card WHERE version < $1`, c.Challenge.Version); n != 0 {
		t.Errorf("%d cards count as stale", n)
	}
}

func TestAMessageThatIsOutIsRecordedEvenWhenItsEventCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := findMessage(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	err := w.store.MarkDelivered(t.Context(), d, outbox.PostedMessage{ConversationID: "x", ServiceURL: "y", ActivityID: "z", Version: 1, ContentHash: make([]byte, 32)},
		outbox.Attempt{At: w.now, StatusCode: 200}, func(challenge.Snapshot) (challenge.Change, error) { return challenge.Change{}, errDeclined })
	if !errors.Is(err, errDeclined) {
		t.Errorf("got %v", err)
	}
	if queryValue[string](w, `SELECT state FROM delivery WHERE id = $1`, d.ID) != "sent" || queryValue[int](w, `SELECT count(*) FROM posted_card`) != 1 {
		t.Error("it would be sent again")
	}
	if w.load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Error("an event was written")
	}
}

func TestADeliveryRefusedForGoodTellsThoseWhoMustKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := findMessage(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	refused := outbox.Attempt{At: w.now, StatusCode: 403, ErrorCode: "BotDisabled"}
	err := w.store.MarkRejected(t.Context(), d, refused, func(challenge.Snapshot) (challenge.Change, error) { return challenge.Change{}, errDeclined })
	if !errors.Is(err, errDeclined) || queryValue[string](w, `SELECT state FROM delivery WHERE id = $1`, d.ID) != "waiting" {
		t.Fatalf("a give-up that nobody hears of was recorded: %v", err)
	}
	w.must(w.store.MarkRejected(t.Context(), d, refused, w.decide(challenge.RecordRejection{MessageID: d.ID, Card: d.Card, Opening: d.Opening, To: d.To, Code: "BotDisabled"}, "")))
	got := w.load(c.Challenge.ID)
	if _, ok := got.History[len(got.History)-1].Body.(challenge.Undelivered); !ok {
		t.Error("the trail does not say so")
	}
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE card = 'oversight' AND to_person = $1`, oversightID); n != 1 {
		t.Errorf("oversight has %d cards", n)
	}
	w.mustVerify()
}

func TestAnUpdateRefusedForGoodLeavesItsMessageAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	w.apply(c, newResponse("One."), managerID)
	for {
		ds := w.claim(w.store, "a", 100)
		if len(ds) == 0 {
			break
		}
		for _, d := range ds {
			if d.Kind == outbox.UpdateMessage {
				w.must(w.store.MarkRejected(t.Context(), d, outbox.Attempt{At: w.now, StatusCode: 403}, w.decide(challenge.RecordRejection{}, "")))
			} else {
				w.must(w.store.DropMessage(t.Context(), d, w.now, "test"))
			}
		}
	}
	before := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`)
	w.apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, chairID)
	if n := queryValue[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != before || before == 0 {
		t.Errorf("%d updates, then %d", before, n)
	}
	if n := queryValue[int](w, `SELECT count(*) FROM event WHERE kind = 'undelivered'`); n != 0 {
		t.Error("a refused update became an event")
	}
}
