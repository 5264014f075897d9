package engine

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/teamsfailure"
)

func TestAnAnswerIsItsCardOrItsText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.queue(chairID, outbox.Content{Text: "help", Summary: "Help"})
	o.queue(workerID, outbox.Content{Card: json.RawMessage(`{"type":"AdaptiveCard"}`), Summary: "A card", Text: "what the card says"})
	o.deliver()
	if got := o.teams.to("send", chatOf(chairID)); len(got) != 1 || got[0].Message.Text != "help" || got[0].Message.Summary != "Help" || got[0].Message.Card != nil {
		t.Errorf("the chair was sent %+v", got)
	}
	if got := o.teams.to("send", chatOf(workerID)); len(got) != 1 || got[0].Message.Text != "" || string(got[0].Message.Card) != `{"type":"AdaptiveCard"}` || got[0].Message.Summary != "A card" {
		t.Errorf("the worker was sent %+v", got)
	}
	if got := o.memory.Contents().Posted; len(got) != 0 {
		t.Errorf("kept as cards of a challenge: %+v", got)
	}
}

func TestAnAnswerTakesThePlaceOfTheMessageItAnswers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	replace := outbox.DirectMessage{To: challenge.Address{Person: chairID}, ReplacesActivityID: "act:old", ConversationID: "a:old", ServiceURL: "https://old.invalid/",
		Content: outbox.Content{Text: "help"}}
	o.Must(o.Store.QueueDirectMessage(t.Context(), o.NewKey(), replace))
	o.deliver()
	want := call{Name: "update", ServiceURL: "https://old.invalid/", To: "a:old", Activity: "act:old", Message: Message{Text: "help"}}
	if got := o.teams.calls(""); len(got) != 1 || got[0].Name != want.Name || got[0].ServiceURL != want.ServiceURL || got[0].To != want.To || got[0].Activity != want.Activity || got[0].Message.Text != "help" {
		t.Errorf("asked %+v, want %+v", got, want)
	}
	for _, gone := range []teamsfailure.Kind{teamsfailure.MessageGone, teamsfailure.ConversationGone} {
		o.teams.forgetCalls()
		o.Must(o.Store.QueueDirectMessage(t.Context(), o.NewKey(), replace))
		o.teams.fails("update", &teamsfailure.Failure{Kind: gone, Status: 404})
		o.deliver()
		if got := o.teams.to("send", chatOf(chairID)); len(got) != 1 || got[0].Message.Text != "help" {
			t.Errorf("%s: asked %+v", gone, o.teams.calls(""))
		}
	}
}

func TestAnAnswerAmongOthersIsSeenByOneOrByAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	at := outbox.InChannel{ConversationID: "19:group", ServiceURL: "https://group.invalid/", Recipient: "29:chair", InReplyTo: "act:asked"}
	o.queue(chairID, outbox.Content{Text: "for you", InChannel: &at})
	everybody := outbox.InChannel{ConversationID: channelID, ServiceURL: "https://group.invalid/"}
	o.queue(workerID, outbox.Content{Text: "welcome", InChannel: &everybody})
	o.deliver()
	if got := o.teams.calls("targeted"); len(got) != 1 || got[0].To != "19:group" || got[0].ServiceURL != at.ServiceURL || got[0].Recipient != "29:chair" || got[0].Reply != "act:asked" || got[0].Message.Text != "for you" {
		t.Errorf("asked %+v", got)
	}
	if got := o.teams.calls("thread"); len(got) != 1 || got[0].To != channelID || got[0].ServiceURL != at.ServiceURL || got[0].Message.Text != "welcome" {
		t.Errorf("asked %+v", got)
	}
	if got := o.teams.calls(""); len(got) != 2 {
		t.Errorf("asked %+v", got)
	}
}

func TestAnAnswerThatIsNotTakenAmongOthersGoesToThePrivateChat(t *testing.T) {
	t.Parallel()
	for kind, wantPrivate := range map[teamsfailure.Kind]bool{
		teamsfailure.Rejected: true, teamsfailure.UnclearRejection: true, teamsfailure.OurBug: true, teamsfailure.ConversationGone: true, teamsfailure.MessageGone: true,
		teamsfailure.Retryable: false, teamsfailure.Ambiguous: false, teamsfailure.Misconfigured: false, teamsfailure.PermanentServerError: false,
	} {
		o := newOffice(t)
		o.queue(chairID, outbox.Content{Text: "for you", InChannel: &outbox.InChannel{ConversationID: "19:group", ServiceURL: serviceURL, Recipient: "29:chair"}})
		o.teams.fails("targeted", &teamsfailure.Failure{Kind: kind, Status: 400, Code: "Code"})
		o.deliver()
		if got := len(o.teams.to("send", chatOf(chairID))) == 1; got != wantPrivate {
			t.Errorf("%s: to the private chat %v", kind, got)
		}
		lines := o.log.lines("private chat")
		if got := len(lines) == 1; got != wantPrivate || got && (!strings.Contains(lines[0], `"delivery":1,`) || !strings.Contains(lines[0], `"status":400,"code":"Code"`)) {
			t.Errorf("%s: logged %v", kind, lines)
		}
		if got := o.lastMessage(chairID).State == memorystore.StateSent; got != wantPrivate {
			t.Errorf("%s: it is %s", kind, o.lastMessage(chairID).State)
		}
	}
	o := newOffice(t)
	o.queue(chairID, outbox.Content{Text: "for you", InChannel: &outbox.InChannel{ConversationID: "19:group", ServiceURL: serviceURL, Recipient: "29:chair"}})
	o.teams.answer = func(call) error { return errBroken } // no answer of Teams at all
	if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, errBroken) || o.lastMessage(chairID).State != memorystore.StateWaiting {
		t.Errorf("%v; it is %s", err, o.lastMessage(chairID).State)
	}
	o = newOffice(t)
	o.queue(chairID, outbox.Content{Text: "welcome", InChannel: &outbox.InChannel{ConversationID: channelID, ServiceURL: serviceURL}})
	o.teams.fails("thread", &teamsfailure.Failure{Kind: teamsfailure.Retryable})
	o.deliver()
	if m := o.lastMessage(chairID); m.State != memorystore.StateWaiting || len(o.teams.calls("send")) != 0 {
		t.Errorf("a post for everybody is %s, asked %+v", m.State, o.teams.calls(""))
	}
}
