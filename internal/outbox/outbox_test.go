package outbox_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

// What is stored is found again by these, so they never change.
func TestTheKeysByWhichMessagesAreOrderedAreStored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		to   challenge.Address
		want string
	}{
		{challenge.Address{Person: "p"}, "person:p"}, {challenge.Address{Team: "north"}, "team:north"}, {challenge.Address{Person: "p", Team: "north"}, "person:p"},
	} {
		if got := outbox.OrderingKey(test.to); got != test.want {
			t.Errorf("%+v: %q, want %q", test.to, got, test.want)
		}
	}
	id := uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ab")
	if got, want := outbox.ThreadOrderingKey(id, "north"), "thread:01937d5e-8b6a-7c3e-9f10-0123456789ab:north"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAReplysContentKeepsItsStoredForm(t *testing.T) {
	t.Parallel()
	full := outbox.Content{Card: json.RawMessage(`{"type":"AdaptiveCard"}`), Summary: "s", Text: "t",
		InChannel: &outbox.InChannel{ConversationID: "19:x", ServiceURL: "https://x.invalid/", Recipient: "29:x", InReplyTo: "1"}}
	for want, c := range map[string]outbox.Content{
		`{"card":{"type":"AdaptiveCard"},"summary":"s","text":"t","among":{"conversation":"19:x","service_url":"https://x.invalid/","only":"29:x","prompt":"1"}}`: full,
		`{"summary":"","text":"help"}`: {Text: "help"},
		`{"summary":"","text":"","among":{"conversation":"19:x","service_url":"u"}}`: {InChannel: &outbox.InChannel{ConversationID: "19:x", ServiceURL: "u"}},
	} {
		got, err := json.Marshal(c)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
		var back outbox.Content
		if err := json.Unmarshal(got, &back); err != nil || !cmp.Equal(back, c) {
			t.Errorf("%s came back as %+v, %v", got, back, err)
		}
	}
}

// The words stand in the tables, and in the trail as the reason why a notice was not delivered.
func TestTheStoredWordsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	got := []string{string(outbox.PostMessage), string(outbox.UpdateMessage), string(outbox.DirectMessageKind),
		string(outbox.ChannelDeleted), string(outbox.TeamDeleted), string(outbox.BotRemoved)}
	if diff := cmp.Diff([]string{"post", "update", "reply", "ChannelDeleted", "TeamDeleted", "BotRemoved"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Messages with one key are sent one after the other: a person's answers apart from their cards.
func TestOrderingKeysKeepApartWhatNeedNotWait(t *testing.T) {
	t.Parallel()
	person, team, id := challenge.Address{Person: "p"}, challenge.Address{Team: "north"}, uuid.MustParse("159d7eaa-4cf0-5259-97b9-4a66f5a34f0b")
	for got, want := range map[string]string{
		outbox.OrderingKey(person): "person:p", outbox.OrderingKey(team): "team:north",
		outbox.AnswerOrderingKey(person): "answer:p", outbox.AnswerOrderingKey(challenge.Address{Team: "south"}): "team:south",
		outbox.ThreadOrderingKey(id, "north"): "thread:159d7eaa-4cf0-5259-97b9-4a66f5a34f0b:north",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
