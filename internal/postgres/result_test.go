package postgres

import (
	"errors"
	"testing"

	"challengebot/internal/challenge"
)

func TestADeliveredCardIsRememberedAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := find(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	w.must(w.sent(w.store, d, c.Challenge.Version))
	got := w.load(c.Challenge.ID)
	body, ok := got.History[len(got.History)-1].Body.(challenge.Delivered)
	if !ok || body.Delivery != d.ID || body.To.Person != managerID || !got.Challenge.Current().Received {
		t.Errorf("last event %+v, received %v", body, got.Challenge.Current().Received)
	}
	if n := one[int](w, `SELECT version FROM posted_card WHERE delivery_id = $1`, d.ID); n != c.Challenge.Version {
		t.Errorf("shows version %d", n)
	}
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != 0 {
		t.Error("an update was queued though nothing changed")
	}
	w.mustVerify()
}

func TestWhenAChallengeMovesOnItsCardsAreBroughtUpToDateOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	posted := one[int](w, `SELECT count(*) FROM posted_card`)
	w.apply(c, answer("One."), managerID)
	w.apply(c, challenge.Judge{Visit: 1, Verdict: challenge.NotSatisfied, Reason: "Not enough."}, chairID)
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != posted {
		t.Errorf("%d updates of %d cards", n, posted)
	}
	var update challenge.Delivery
	for update.Kind != challenge.UpdateCard {
		for _, d := range w.claim(w.store, "a", 100) {
			if d.Kind == challenge.UpdateCard {
				update = d
			} else {
				w.must(w.sent(w.store, d, w.load(c.Challenge.ID).Challenge.Version))
			}
		}
	}
	if update.Posted.Activity == "" || update.Posted.Version >= w.load(c.Challenge.ID).Challenge.Version || len(update.Posted.Content) != 32 {
		t.Errorf("the update knows too little: %+v", update.Posted)
	}
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	w.deliverAll()
	if n := one[int](w, `SELECT count(*) FROM posted_card p JOIN challenge c ON c.id = p.challenge_id WHERE p.version <> c.version`); n != 0 {
		t.Errorf("%d cards show an old version", n)
	}
	if n := one[int](w, `SELECT count(*) FROM event WHERE kind = 'delivered'`); n != one[int](w, `SELECT count(*) FROM posted_card`) {
		t.Error("an update left an event, or a post left none")
	}
	w.mustVerify()
}

func TestACardRenderedBeforeTheChallengeMovedIsFollowedByAnUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := find(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	w.apply(c, answer("By command."), managerID) // while the card was on its way
	w.must(w.sent(w.store, d, c.Challenge.Version))
	w.must(w.store.ReleaseLeases(t.Context(), "a"))
	var update *challenge.Delivery
	for _, u := range w.claim(w.store, "a", 100) {
		if u.Lane == d.Lane {
			update = &u
		}
	}
	if update == nil || update.Kind != challenge.UpdateCard || update.Posted.Version != c.Challenge.Version {
		t.Fatalf("got %+v", update)
	}
	// The same again: the update itself is overtaken.
	w.apply(c, challenge.Judge{Visit: 1, Verdict: challenge.Satisfied}, chairID)
	w.must(w.sent(w.store, *update, c.Challenge.Version+1))
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update' AND state = 'waiting' AND posted = $1`, d.ID); n != 1 {
		t.Errorf("%d updates wait, want 1", n)
	}
}

func TestAFinalCardIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := find(t, w.claim(w.store, "a", 100), "team:north", challenge.CardNotice)
	w.must(w.store.Delivered(t.Context(), d, challenge.Posted{Conversation: "x", ServiceURL: "y", Activity: "z", Version: 1,
		Content: make([]byte, 32), Final: true}, challenge.Attempt{At: w.now, Status: 200}, w.decide(challenge.Deliver{Delivery: d.ID, Card: d.Card, To: d.To}, "")))
	w.apply(c, answer("One."), managerID)
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != 0 {
		t.Errorf("%d updates of a final card", n)
	}
}

func TestAnUpdateThatChangesNothingCountsAsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	c = w.apply(c, answer("One."), managerID)
	for {
		ds := w.claim(w.store, "a", 100)
		if len(ds) == 0 {
			break
		}
		for _, d := range ds {
			w.must(w.store.Drop(t.Context(), d, w.now, "unchanged"))
		}
	}
	if n := one[int](w, `SELECT count(*) FROM posted_card WHERE version < $1`, c.Challenge.Version); n != 0 {
		t.Errorf("%d cards count as stale", n)
	}
}

func TestAMessageThatIsOutIsRecordedEvenWhenItsEventCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	d := find(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	err := w.store.Delivered(t.Context(), d, challenge.Posted{Conversation: "x", ServiceURL: "y", Activity: "z", Version: 1, Content: make([]byte, 32)},
		challenge.Attempt{At: w.now, Status: 200}, func(challenge.Case) (challenge.Change, error) { return challenge.Change{}, errNo })
	if !errors.Is(err, errNo) {
		t.Errorf("got %v", err)
	}
	if one[string](w, `SELECT state FROM delivery WHERE id = $1`, d.ID) != "sent" || one[int](w, `SELECT count(*) FROM posted_card`) != 1 {
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
	d := find(t, w.claim(w.store, "a", 100), "person:"+managerID, challenge.CardRespond)
	refused := challenge.Attempt{At: w.now, Status: 403, Code: "BotDisabled"}
	err := w.store.Failed(t.Context(), d, refused, func(challenge.Case) (challenge.Change, error) { return challenge.Change{}, errNo })
	if !errors.Is(err, errNo) || one[string](w, `SELECT state FROM delivery WHERE id = $1`, d.ID) != "waiting" {
		t.Fatalf("a give-up that nobody hears of was recorded: %v", err)
	}
	w.must(w.store.Failed(t.Context(), d, refused, w.decide(challenge.GiveUp{Delivery: d.ID, Card: d.Card, Visit: d.Visit, To: d.To, Code: "BotDisabled"}, "")))
	got := w.load(c.Challenge.ID)
	if _, ok := got.History[len(got.History)-1].Body.(challenge.Undelivered); !ok {
		t.Error("the trail does not say so")
	}
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE card = 'oversight' AND to_person = $1`, overID); n != 1 {
		t.Errorf("oversight has %d cards", n)
	}
	w.mustVerify()
}

func TestAnUpdateRefusedForGoodLeavesItsMessageAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.deliverAll()
	w.apply(c, answer("One."), managerID)
	for {
		ds := w.claim(w.store, "a", 100)
		if len(ds) == 0 {
			break
		}
		for _, d := range ds {
			if d.Kind == challenge.UpdateCard {
				w.must(w.store.Failed(t.Context(), d, challenge.Attempt{At: w.now, Status: 403}, w.decide(challenge.GiveUp{}, "")))
			} else {
				w.must(w.store.Drop(t.Context(), d, w.now, "test"))
			}
		}
	}
	before := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`)
	w.apply(c, challenge.Judge{Visit: 1, Verdict: challenge.Satisfied}, chairID)
	if n := one[int](w, `SELECT count(*) FROM delivery WHERE kind = 'update'`); n != before || before == 0 {
		t.Errorf("%d updates, then %d", before, n)
	}
	if n := one[int](w, `SELECT count(*) FROM event WHERE kind = 'undelivered'`); n != 0 {
		t.Error("a refused update became an event")
	}
}
