package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/words"
)

const channelID = "19:n@thread.tacv2"

// queue queues an answer to somebody.
func (o *office) queue(to string, c outbox.Content) {
	o.T.Helper()
	o.Must(o.Store.QueueDirectMessage(o.T.Context(), o.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: to}, Content: c}))
}

func TestCardsGoToPeoplesChatsAndNoticesToTheTeamsChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Must(o.Store.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:" + chairID, ID: "a:chair", ServiceURL: "https://chair.invalid/", SeenAt: o.Now}))
	c := o.Raise()
	queued := o.memory.Contents().Messages
	if n := o.deliver(); n != len(queued) {
		t.Errorf("%d went out, %d were queued", n, len(queued))
	}
	if got := o.teams.to("create", chairID); len(got) != 0 {
		t.Error("a chat that is known was asked for")
	}
	if got := o.teams.to("create", managerID); len(got) != 1 || got[0].ServiceURL != serviceURL {
		t.Errorf("the manager's chat was asked for: %+v", got)
	}
	if got := o.teams.to("send", "a:chair"); len(got) != 1 || got[0].ServiceURL != "https://chair.invalid/" {
		t.Errorf("the chair was sent %+v", got)
	}
	asked := o.teams.to("send", chatOf(managerID))
	if len(asked) != 1 || asked[0].ServiceURL != serviceURL || !strings.Contains(string(asked[0].Message.Card), c.Challenge.Ref) || asked[0].Message.Summary == "" || asked[0].Message.Text != "" {
		t.Errorf("the manager was sent %+v", asked)
	}
	threads := o.teams.calls("thread")
	if len(threads) != 1 || threads[0].To != channelID || threads[0].ServiceURL != serviceURL || strings.Contains(string(threads[0].Message.Card), "LL-123456") {
		t.Errorf("the channel has %+v", threads)
	}
	thread, ok := o.conversation(outbox.ThreadOrderingKey(c.Challenge.ID, "north"))
	if !ok || !strings.HasPrefix(thread.ID, channelID+";messageid=") || thread.ServiceURL != serviceURL || !thread.SeenAt.Equal(o.Now) {
		t.Errorf("the thread is kept as %+v, %v", thread, ok)
	}
	if kept, ok := o.conversation("person:" + managerID); !ok || kept.ID != chatOf(managerID) || kept.ServiceURL != serviceURL || !kept.SeenAt.Equal(o.Now) {
		t.Errorf("the manager's chat is kept as %+v, %v", kept, ok)
	}
	for _, m := range o.memory.Contents().Messages {
		if m.State != memorystore.StateSent || m.LastStatus != 200 || !m.DoneAt.Equal(o.Now) {
			t.Errorf("stored %+v", m)
		}
	}
	o.checkPosted(c)
	if got := o.attempts("sent"); got != float64(len(queued)) {
		t.Errorf("%v are counted", got)
	}
	if o.log.lines("LL-123456") != nil || o.log.lines("has not moved") != nil {
		t.Error("the log says something about the child")
	}
}

// checkPosted holds what is kept of each card against the trail and against Teams.
func (o *office) checkPosted(c challenge.Snapshot) {
	o.T.Helper()
	now := o.Load(c.Challenge.ID)
	delivered := map[int64]challenge.Delivered{}
	for _, e := range now.History {
		if b, ok := e.Body.(challenge.Delivered); ok {
			delivered[b.MessageID] = b
		}
	}
	posted := o.memory.Contents().Posted
	if len(posted) == 0 || len(posted) != len(delivered) {
		o.T.Errorf("%d cards are kept, %d are in the trail", len(posted), len(delivered))
	}
	for _, p := range posted {
		b := delivered[p.MessageID]
		if b.ActivityID != p.ActivityID || b.ConversationID != p.ConversationID || p.ActivityID == "" || p.ServiceURL == "" || p.Version != now.Challenge.Version {
			o.T.Errorf("kept %+v, in the trail %+v", p, b)
		}
		m := o.memory.Contents().Messages[p.MessageID-1]
		if b.Card != m.Card || b.To != m.To {
			o.T.Errorf("the trail has %+v of message %+v", b, m)
		}
	}
}

func TestWhatIsSentIsTheCardOfTheChallengeAsItIsNow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Directory = readDirectory(t, strings.Replace(storagetest.DirectoryYAML, "name: Priya Shah,", "name: Priya Shah, language: cy,", 1))
	c := o.Raise()
	for _, person := range []string{workerID, managerID} { // what Teams took of the question shows too, so it has both
		o.Apply(c, challenge.RecordDelivery{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: person}}, "")
	}
	o.Now = o.Now.Add(time.Hour)
	o.Apply(c, storagetest.NewResponse("We will hold it."), workerID)
	now := o.Load(c.Challenge.ID)
	team, _ := o.Directory.TeamByID("north")
	o.deliver() // each card is sent before its Delivered event, so as this challenge shows it
	for _, person := range []string{chairID, managerID, workerID} {
		m := o.messages(person)[0]
		view := cards.View{Challenge: now.Challenge, Ladder: now.Ladder, History: now.History, TeamName: team.Name, Now: o.Now,
			Zone: o.Calendar.Location(), Calendar: o.Calendar, Directory: o.Directory}
		want := cards.Render(m.Card, m.Opening, view, cards.Options{ViewerID: person, Words: words.ForLanguage(o.Directory.LanguageOf(person))})
		sent := o.teams.to("send", chatOf(person))
		if len(sent) == 0 || string(sent[0].Message.Card) != string(want.JSON()) || sent[0].Message.Summary != want.Summary() {
			t.Errorf("%s to %s:\n%s\nwant\n%s", m.Card, person, sent[0].Message.Card, want.JSON())
		}
	}
}

func TestASecondNoticeGoesIntoTheChallengesThread(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = storagetest.AfterLapse
	o.Must(o.engine.RunUntilIdle(t.Context()))
	if got := o.teams.calls("thread"); len(got) != 0 {
		t.Errorf("a second thread: %+v", got)
	}
	thread, _ := o.conversation(outbox.ThreadOrderingKey(c.Challenge.ID, "north"))
	if got := o.teams.to("send", thread.ID); len(got) != 1 || !strings.Contains(string(got[0].Message.Card), c.Challenge.Ref) {
		t.Errorf("the thread has %+v", got)
	}
}

func TestATeamWithoutAChannelHasNoNoticesAndNothingIsARefusal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Directory = readDirectory(t, strings.Replace(storagetest.DirectoryYAML, ` channel: "19:n@thread.tacv2",`, "", 1))
	c := o.Raise()
	o.deliver()
	if got := o.teams.calls("thread"); len(got) != 0 {
		t.Errorf("asked %+v", got)
	}
	for _, m := range o.memory.Contents().Messages {
		if m.To.Team != "" && (m.State != memorystore.StateDropped || m.LastCode != "no_channel") {
			t.Errorf("the notice is %s, %s", m.State, m.LastCode)
		}
	}
	if o.Load(c.Challenge.ID).Challenge.State != challenge.StateAwaitingResponse || len(o.away()) != 0 || len(o.messages(oversightID)) != 0 {
		t.Errorf("away are %+v, oversight has %+v", o.away(), o.messages(oversightID))
	}
	for _, e := range o.Load(c.Challenge.ID).History {
		if _, refused := e.Body.(challenge.Undelivered); refused {
			t.Errorf("the trail says that Teams refused what nobody sent: %+v", e.Body)
		}
	}
}

// The team's channel is given up while a notice waits.
func TestANoticeForAChannelThatIsNoLongerChosenIsDropped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Raise()
	o.Directory = readDirectory(t, strings.Replace(storagetest.DirectoryYAML, ` channel: "19:n@thread.tacv2",`, "", 1))
	o.deliver()
	notices := 0
	for _, m := range o.memory.Contents().Messages {
		if m.To.Team == "" {
			continue
		}
		notices++
		if m.State != memorystore.StateDropped || m.LastCode != "no_channel" {
			t.Errorf("the notice is %s, %s", m.State, m.LastCode)
		}
	}
	if notices != 1 || len(o.teams.calls("thread")) != 0 {
		t.Errorf("%d notices, asked %+v", notices, o.teams.calls("thread"))
	}
}

func TestACardIsBroughtUpToDateWhereItIsAndOnlyIfItShowsSomethingElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = o.Now.Add(time.Minute)
	o.Apply(c, storagetest.NewResponse("Done."), managerID)
	o.deliver()
	updates := o.teams.calls("update")
	cards := map[string]memorystore.PostedRecord{}
	for _, p := range o.memory.Contents().Posted {
		cards[p.ActivityID] = p
	}
	if len(updates) == 0 {
		t.Fatal("no card was brought up to date")
	}
	version := o.Load(c.Challenge.ID).Challenge.Version
	for _, u := range updates {
		p, ok := cards[u.Activity]
		if !ok || u.To != p.ConversationID || u.ServiceURL != p.ServiceURL || p.Version != version || !p.ShownAt.Equal(o.Now) {
			t.Errorf("updated %+v, kept %+v", u, p)
		}
	}

	// A late answer is shown to those who deal with the challenge, and nowhere else.
	o.teams.forgetCalls()
	dropped := o.attempts("dropped")
	queued := len(o.memory.Contents().Messages)
	_, err := o.Store.Apply(t.Context(), o.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, o.Decide(storagetest.NewResponse("I meant this."), workerID))
	o.Must(err)
	o.deliver()
	unchanged := 0
	for _, m := range o.memory.Contents().Messages[queued:] {
		if m.Kind == outbox.UpdateMessage && m.State == memorystore.StateDropped {
			unchanged++
			updated := slices.ContainsFunc(o.teams.calls("update"), func(c call) bool { return cards[c.Activity].MessageID == m.UpdatesID })
			if m.LastCode != "unchanged" || updated {
				t.Errorf("%+v, sent %v", m, updated)
			}
		}
	}
	if unchanged == 0 || o.attempts("dropped") != dropped+float64(unchanged) {
		t.Errorf("%d updates had nothing to show, %v are counted", unchanged, o.attempts("dropped")-dropped)
	}
	for _, p := range o.memory.Contents().Posted {
		if now := o.Load(c.Challenge.ID).Challenge.Version; p.Version != now && !p.Final {
			t.Errorf("the card of message %d counts as of version %d, want %d", p.MessageID, p.Version, now)
		}
	}
}

func TestACardThatWillNotChangeIsKeptAsFinal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	for _, p := range o.memory.Contents().Posted {
		if p.Final && o.memory.Contents().Messages[p.MessageID-1].Card == challenge.CardRespond {
			t.Errorf("the question is final while it runs: %+v", p)
		}
	}
	o.Apply(c, challenge.Withdraw{Reason: "Settled by telephone."}, chairID)
	o.deliver()
	for _, p := range o.memory.Contents().Posted {
		if !p.Final {
			t.Errorf("the card of message %d of a closed challenge may still change", p.MessageID)
		}
	}
}

func TestAReminderThatAsksForWhatIsAnsweredIsNotSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = c.Challenge.NextAt // the reminder
	if n, err := o.engine.Tick(t.Context()); n != 1 || err != nil || o.lastMessage(managerID).Card != challenge.CardReminder {
		t.Fatalf("%d, %v: %s", n, err, o.lastMessage(managerID).Card)
	}
	reminder := o.lastMessage(managerID)
	o.Apply(c, storagetest.NewResponse("Done."), managerID)
	o.deliver()
	if got := o.memory.Contents().Messages[reminder.ID-1]; got.State != memorystore.StateDropped || got.LastCode != "out_of_date" {
		t.Errorf("the reminder is %s, %s", got.State, got.LastCode)
	}
	if got := o.attempts("dropped"); got < 1 {
		t.Errorf("%v are counted", got)
	}
}

func TestAReminderOfARunningWindowIsSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = c.Challenge.NextAt
	o.Must(o.engine.RunUntilIdle(t.Context()))
	if got := o.lastMessage(managerID); got.Card != challenge.CardReminder || got.State != memorystore.StateSent {
		t.Errorf("the reminder is %+v", got)
	}
}

func TestAMessageAboutAChallengeThatIsNotThereEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Raise()
	o.failStore("Load", storage.ErrNotFound)
	o.deliver()
	for _, m := range o.memory.Contents().Messages {
		if m.State != memorystore.StateDropped || m.LastCode != "not_found" {
			t.Errorf("%+v", m)
		}
	}
	if len(o.teams.calls("")) != 0 {
		t.Errorf("asked %+v", o.teams.calls(""))
	}
}

func TestWhatTheDatabaseCannotRecordIsToldAndNotLost(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"Load", "FindConversation", "SaveConversation", "MarkDelivered", "ClaimMessages"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.Raise()
			o.failStore(operation, storage.ErrUnavailable)
			if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
				t.Errorf("%s: %v", operation, err)
			}
			o.failStore(operation, nil)
			o.Must(Sleep(t.Context(), maxRecordDelay))
			synctest.Wait()
			o.Now = o.Now.Add(leaseDuration)
			o.deliver()
			for _, m := range o.memory.Contents().Messages {
				if m.State != memorystore.StateSent {
					t.Errorf("%s: %s to %+v is %s", operation, m.Card, m.To, m.State)
				}
			}
		})
	}
}

func TestAChatThatCannotBeKeptIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.queue(chairID, outbox.Content{Text: "help"})
	o.failStore("SaveConversation", storage.ErrUnavailable)
	if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) || len(o.teams.calls("send")) != 0 {
		t.Errorf("%v, asked %+v", err, o.teams.calls(""))
	}
}

func TestEveryCallOfTeamsIsBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Apply(c, storagetest.NewResponse("Done."), managerID)
	o.queue(workerID, outbox.Content{Text: "x", InChannel: &outbox.InChannel{ConversationID: "19:g", ServiceURL: serviceURL, Recipient: "29:x"}})
	o.queue(serviceID, outbox.Content{Text: "x", InChannel: &outbox.InChannel{ConversationID: "19:g", ServiceURL: serviceURL}})
	o.queue(oversightID, outbox.Content{Text: "x"})
	seen := map[string]bool{}
	o.teams.during = func(ctx context.Context, c call) {
		limit := o.engine.CallTimeout
		if c.Name != "create" && c.Name != "update" {
			limit *= 3 // given up too early, a message comes twice
		}
		at, ok := ctx.Deadline()
		if left := time.Until(at); !ok || left > limit || left < limit-5*time.Second {
			t.Errorf("%s has %v, %v", c.Name, left, ok)
		}
		o.teams.mu.Lock()
		seen[c.Name] = true
		o.teams.mu.Unlock()
	}
	o.deliver()
	for _, name := range []string{"create", "thread", "send", "targeted", "update"} {
		if !seen[name] {
			t.Errorf("no %s was asked for", name)
		}
	}
}

func TestAMessageThatTheProgramDidNotWriteIsNotSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.queue(managerID, outbox.Content{Text: "forged"})
	claimed, err := o.memory.ClaimMessages(t.Context(), outbox.Claim{Owner: "one", Now: o.Now, Lease: leaseDuration, Limit: 10})
	o.Must(err)
	forged := claimed.Messages[0]
	forged.Foreign = true
	o.Must(o.engine.deliverMessage(t.Context(), forged))
	if calls := o.teams.calls(""); len(calls) > 0 {
		t.Errorf("Teams was asked %+v", calls)
	}
	if m := o.lastMessage(managerID); m.State != memorystore.StateDropped {
		t.Errorf("it is %s", m.State)
	}
	if said := o.log.lines("was not written by this program"); len(said) != 1 || strings.Contains(said[0], "forged") {
		t.Errorf("the log says %v", said)
	}
}
