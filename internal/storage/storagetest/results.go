package storagetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
)

var resultTests = []test{
	{"ADeliveredCardIsRememberedAndRecorded", deliveredCardIsRemembered},
	{"WhenAChallengeMovesOnItsCardsAreBroughtUpToDateOnce", cardsAreBroughtUpToDate},
	{"ACardRenderedBeforeTheChallengeMovedIsFollowedByAnUpdate", overtakenCardIsFollowed},
	{"AFinalCardIsLeftAlone", finalCardIsLeftAlone},
	{"AnUpdateThatChangesNothingCountsAsShown", unchangedUpdateCountsAsShown},
	{"AMessageThatIsOutIsRecordedEvenWhenItsEventCannotBe", messageThatIsOutIsRecorded},
	{"AMessageRefusedForGoodTellsThoseWhoMustKnow", refusedMessageTells},
	{"AnUpdateRefusedForGoodLeavesItsMessageAlone", refusedUpdateLeavesItsMessage},
	{"APostedCardHasItsPlaceAndItsVersion", postedCardIsWhole},
}

func deliveredCardIsRemembered(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	w.Must(w.MarkDelivered(w.Store, d, c.Challenge.Version))
	got := w.Load(c.Challenge.ID)
	body, ok := got.History[len(got.History)-1].Body.(challenge.Delivered)
	if !ok || body.MessageID != d.ID || body.To.Person != ManagerID || !got.Challenge.CurrentOpening().CardReceived {
		t.Errorf("last event %+v, received %v", body, got.Challenge.CurrentOpening().CardReceived)
	}
	want := []memorystore.PostedRecord{{MessageID: d.ID, PostedMessage: Posted(d, c.Challenge.Version), ShownAt: w.Now}}
	if diff := cmp.Diff(want, w.backend.Contents().Posted); diff != "" {
		t.Error(diff)
	}
	if got := w.message(d.ID); got.State != memorystore.StateSent || !got.DoneAt.Equal(w.Now) || got.LastStatus != 201 {
		t.Errorf("stored %+v", got)
	}
	if n := w.countUpdates(); n != 0 {
		t.Error("an update was queued though nothing changed")
	}
	w.mustVerify()
}

func cardsAreBroughtUpToDate(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	posted := len(w.backend.Contents().Posted)
	w.Apply(c, NewResponse("One."), ManagerID)
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "Not enough."}, ChairID)
	if n := w.countUpdates(); n != posted || posted == 0 {
		t.Errorf("%d updates of %d cards", n, posted)
	}
	var update outbox.Message
	for update.Kind != outbox.UpdateMessage {
		for _, d := range w.Claim(w.Store, "a", 100) {
			if d.Kind == outbox.UpdateMessage {
				update = d
			} else {
				w.Must(w.MarkDelivered(w.Store, d, w.Load(c.Challenge.ID).Challenge.Version))
			}
		}
	}
	if update.Posted.ActivityID == "" || update.Posted.Version >= w.Load(c.Challenge.ID).Challenge.Version || len(update.Posted.ContentHash) != 32 {
		t.Errorf("the update knows too little: %+v", update.Posted)
	}
	w.Must(w.Store.ReleaseLeases(t.Context(), "a"))
	w.DeliverAll()
	now := w.Load(c.Challenge.ID).Challenge.Version
	after := w.backend.Contents().Posted
	for _, p := range after {
		if p.Version != now {
			t.Errorf("the card of message %d shows version %d, want %d", p.MessageID, p.Version, now)
		}
	}
	if n := w.countEvents(challenge.KindDelivered, c); n != len(after) {
		t.Error("an update left an event, or a post left none")
	}
	w.mustVerify()
}

func overtakenCardIsFollowed(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	w.Apply(c, NewResponse("By command."), ManagerID) // while the card was on its way
	w.Must(w.MarkDelivered(w.Store, d, c.Challenge.Version))
	w.Must(w.Store.ReleaseLeases(t.Context(), "a"))
	var update *outbox.Message
	for _, u := range w.Claim(w.Store, "a", 100) {
		if u.OrderingKey == d.OrderingKey {
			update = &u
		}
	}
	if update == nil || update.Kind != outbox.UpdateMessage || update.Posted.Version != c.Challenge.Version {
		t.Fatalf("got %+v", update)
	}
	// The same again: the update itself is overtaken.
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, ChairID)
	w.Must(w.MarkDelivered(w.Store, *update, c.Challenge.Version+1))
	waiting := w.messages(func(m memorystore.MessageRecord) bool {
		return m.Kind == outbox.UpdateMessage && m.State == memorystore.StateWaiting && m.UpdatesID == d.ID
	})
	if len(waiting) != 1 {
		t.Errorf("%d updates wait, want 1", len(waiting))
	}
}

func finalCardIsLeftAlone(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "team:north", challenge.CardNotice)
	p := Posted(d, 1)
	p.Final = true
	w.Must(w.Store.MarkDelivered(t.Context(), d, p, w.attempt(200, ""), w.Decide(challenge.RecordDelivery{MessageID: d.ID, Card: d.Card, To: d.To}, "")))
	w.Apply(c, NewResponse("One."), ManagerID)
	if n := w.countUpdates(); n != 0 {
		t.Errorf("%d updates of a final card", n)
	}
}

func unchangedUpdateCountsAsShown(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	c = w.Apply(c, NewResponse("One."), ManagerID)
	w.DropAll()
	for _, p := range w.backend.Contents().Posted {
		if p.Version < c.Challenge.Version {
			t.Errorf("the card of message %d counts as stale", p.MessageID)
		}
	}
}

func messageThatIsOutIsRecorded(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	err := w.Store.MarkDelivered(t.Context(), d, Posted(d, 1), w.attempt(200, ""), func(s challenge.Snapshot) (challenge.Change, error) {
		if len(s.History) != 0 || s.Ladder == nil || s.Challenge.ID != c.Challenge.ID {
			t.Errorf("decided on %+v", s)
		}
		return challenge.Change{}, ErrDeclined
	})
	if !errors.Is(err, ErrDeclined) {
		t.Errorf("got %v", err)
	}
	if w.message(d.ID).State != memorystore.StateSent || len(w.backend.Contents().Posted) != 1 {
		t.Error("it would be sent again")
	}
	if w.Load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Error("an event was written")
	}
}

func refusedMessageTells(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	refused := w.attempt(403, "BotDisabled")
	err := w.Store.MarkRejected(t.Context(), d, refused, func(challenge.Snapshot) (challenge.Change, error) { return challenge.Change{}, ErrDeclined })
	if got := w.message(d.ID); !errors.Is(err, ErrDeclined) || got.State != memorystore.StateWaiting || len(w.backend.Contents().Attempts) != 0 {
		t.Fatalf("a give-up that nobody hears of was recorded: %v, %+v", err, got)
	}
	w.Must(w.Store.MarkRejected(t.Context(), d, refused, w.Decide(challenge.RecordRejection{MessageID: d.ID, Card: d.Card, Opening: d.Opening, To: d.To, Code: "BotDisabled"}, "")))
	got := w.Load(c.Challenge.ID)
	if _, ok := got.History[len(got.History)-1].Body.(challenge.Undelivered); !ok {
		t.Error("the trail does not say so")
	}
	if got := w.message(d.ID); got.State != memorystore.StateFailed || got.LastStatus != 403 || got.LastCode != "BotDisabled" {
		t.Errorf("stored %+v", got)
	}
	told := w.messages(func(m memorystore.MessageRecord) bool {
		return m.Card == challenge.CardOversight && m.To.Person == OversightID
	})
	if len(told) != 1 {
		t.Errorf("oversight has %d cards", len(told))
	}
	w.mustVerify()
}

func refusedUpdateLeavesItsMessage(t *testing.T, w *world) {
	c := w.Raise()
	w.DeliverAll()
	w.Apply(c, NewResponse("One."), ManagerID)
	for {
		ds := w.Claim(w.Store, "a", 100)
		if len(ds) == 0 {
			break
		}
		for _, d := range ds {
			if d.Kind == outbox.UpdateMessage {
				w.Must(w.Store.MarkRejected(t.Context(), d, w.attempt(403, ""), w.Decide(challenge.RecordRejection{}, "")))
			} else {
				w.Must(w.Store.DropMessage(t.Context(), d, w.Now, "test"))
			}
		}
	}
	before := w.countUpdates()
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, ChairID)
	if n := w.countUpdates(); n != before || before == 0 {
		t.Errorf("%d updates, then %d", before, n)
	}
	if n := w.countEvents(challenge.KindUndelivered, c); n != 0 {
		t.Error("a refused update became an event")
	}
}

func postedCardIsWhole(t *testing.T, w *world) {
	c := w.Raise()
	d := findMessage(t, w.Claim(w.Store, "a", 100), "person:"+ManagerID, challenge.CardRespond)
	for name, forge := range map[string]func(*outbox.PostedMessage){
		"no activity":     func(p *outbox.PostedMessage) { p.ActivityID = "" },
		"no conversation": func(p *outbox.PostedMessage) { p.ConversationID = "" },
		"no version":      func(p *outbox.PostedMessage) { p.Version = 0 },
		"no hash":         func(p *outbox.PostedMessage) { p.ContentHash = nil },
	} {
		p := Posted(d, c.Challenge.Version)
		forge(&p)
		if err := w.Store.MarkDelivered(t.Context(), d, p, w.attempt(201, ""), w.Decide(challenge.RecordDelivery{MessageID: d.ID}, "")); err == nil {
			t.Errorf("%s: it was recorded", name)
		}
	}
	if got := w.message(d.ID); got.State != memorystore.StateWaiting || w.Load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Errorf("stored %+v", got)
	}
	w.Must(w.MarkDelivered(w.Store, d, c.Challenge.Version))
}
