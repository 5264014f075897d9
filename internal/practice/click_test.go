package practice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/connector"
	"challengebot/internal/practice"
)

func TestAClickSendsWhatTheCardAndThePersonSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	_, id := w.postCard(t, "Maya Okafor", formCard())
	w.setAnswer(func(incoming) (int, string) { return invokeCard(cardJSON("Thank you")) })
	answer := maya.LastMessage().Click(t.Context(), maya, "Send", practice.Inputs{"reply": "We will act", "urgent": "true"})
	if answer.Err != nil {
		t.Fatal(answer.Err)
	}
	got := w.received()[0].Activity
	want := map[string]any{
		"trigger": "manual",
		"action": map[string]any{"type": "Action.Execute", "id": "", "title": "Send", "verb": "respond", "data": map[string]any{
			"challenge": "c1", "reply": "We will act", "by": "2026-03-09", "who": "tm", "urgent": "true"}},
	}
	if diff := cmp.Diff(want, got["value"]); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if got["type"] != "invoke" || got["name"] != "adaptiveCard/action" || got["replyToId"] != id {
		t.Errorf("envelope %v", got)
	}
	if answer.Card.Text() != "# Thank you" || answer.Invoke.StatusCode != 200 {
		t.Errorf("answer %+v", answer)
	}
	w.expectNoErrors(t)
}

func TestACardThatAnActionReturnsIsOnePersonsUntilTheMessageIsUpdated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tom, ivy := w.Person("Tom Baines"), w.Person("Ivy Chen")
	conversation, activity, err := w.client.StartThread(t.Context(), "", w.Channel("Oversight").ID,
		connector.NewCardMessage("s", json.RawMessage(formCard())))
	if err != nil {
		t.Fatal(err)
	}
	message := w.Channel("Oversight").Messages()[0]
	seen := func() [3]string {
		first := func(m *practice.Message) string { return strings.SplitN(m.Card().Text(), "\n", 2)[0] }
		return [3]string{first(message), first(message.ViewedBy(tom)), first(message.ViewedBy(ivy))}
	}
	w.setAnswer(func(incoming) (int, string) {
		return invokeCard(cardJSON("Only for Tom", `{"actions":[`+executeButton("Undo", "undo")+`]}`))
	})
	message.Click(t.Context(), tom, "respond", practice.Inputs{"reply": "x"})
	if diff := cmp.Diff([3]string{"# Respond", "# Only for Tom", "# Respond"}, seen()); diff != "" {
		t.Errorf("after the click:\n%s", diff)
	}
	if a := message.Click(t.Context(), tom, "Undo", nil); a.Err != nil {
		t.Errorf("the returned card's button: %v", a.Err)
	}
	tom.ReloadsClient()
	if got := seen()[1]; got != "# Respond" {
		t.Errorf("after a reload Tom sees %s", got)
	}
	message.Click(t.Context(), tom, "respond", practice.Inputs{"reply": "x"})
	w.clock.Advance(time.Hour)
	ref := connector.Destination{ConversationID: conversation}
	if err := w.client.Update(t.Context(), ref, activity, connector.NewCardMessage("s", json.RawMessage(cardJSON("Closed")))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]string{"# Closed", "# Closed", "# Closed"}, seen()); diff != "" {
		t.Errorf("after the update:\n%s", diff)
	}
	history := message.History()
	if len(history) != 2 || history[0].At != monday || history[1].At != monday.Add(time.Hour) || history[1].Card.Text() != "# Closed" {
		t.Errorf("history %+v", history)
	}
	w.expectNoErrors(t)
}

func TestTheClientStopsWhatItWouldStopAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, tom := w.Person("Maya Okafor"), w.Person("Tom Baines")
	w.postCard(t, "Maya Okafor", formCard())
	message := maya.LastMessage()
	tests := []struct {
		name, action string
		who          *practice.Person
		inputs       practice.Inputs
		want         error
	}{
		{"no such button", "Delete", maya, nil, practice.ErrNoButton},
		{"no such field", "Send", maya, practice.Inputs{"reply": "x", "colour": "red"}, practice.ErrInvalidInput},
		{"required and empty", "Send", maya, nil, practice.ErrInvalidInput},
		{"too long", "Send", maya, practice.Inputs{"reply": strings.Repeat("x", 21)}, practice.ErrInvalidInput},
		{"before the first day", "Send", maya, practice.Inputs{"reply": "x", "by": "2026-03-01"}, practice.ErrInvalidInput},
		{"not a date", "Send", maya, practice.Inputs{"reply": "x", "by": "Friday"}, practice.ErrInvalidInput},
		{"not offered", "Send", maya, practice.Inputs{"reply": "x", "who": "chief"}, practice.ErrInvalidInput},
		{"neither on nor off", "Send", maya, practice.Inputs{"reply": "x", "urgent": "maybe"}, practice.ErrInvalidInput},
		{"somebody else's message", "Send", tom, practice.Inputs{"reply": "x"}, practice.ErrNotAllowed},
	}
	for i, test := range tests {
		if a := message.Click(t.Context(), test.who, test.action, test.inputs); !errors.Is(a.Err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, a.Err, test.want)
		}
		if len(w.reportedErrors()) != i+1 {
			t.Errorf("%s: the story was not told", test.name)
		}
	}
	if len(w.received()) != 0 {
		t.Errorf("%d clicks reached the bot", len(w.received()))
	}
	w.setAnswer(func(incoming) (int, string) { return invokeCard(cardJSON("x")) })
	message.ClickWithoutValidation(t.Context(), maya, "Send", practice.Inputs{"reply": strings.Repeat("x", 21), "by": "Friday"})
	if len(w.received()) != 1 {
		t.Error("ClickAnyway did not reach the bot")
	}
}

func TestAnOldClientSendsTheSubmitInstead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	_, id := w.postCard(t, "Maya Okafor", formCard())
	if a := maya.LastMessage().ClickAsSubmit(t.Context(), maya, "Send", practice.Inputs{"reply": "x"}); a.Err != nil {
		t.Fatal(a.Err)
	}
	got := w.received()[0].Activity
	want := map[string]any{"challenge": "c1", "verb": "respond", "reply": "x", "by": "2026-03-09", "who": "tm", "urgent": "false"}
	if diff := cmp.Diff(want, got["value"]); diff != "" {
		t.Error(diff)
	}
	if _, hasText := got["text"]; hasText || got["type"] != "message" || got["replyToId"] != id {
		t.Errorf("activity %v", got)
	}
}

func TestAnAnswerThatNoClientCanShowIsAViolation(t *testing.T) {
	t.Parallel()
	value := func(status int, kind, value string) string {
		return fmt.Sprintf(`{"statusCode":%d,"type":%q,"value":%s}`, status, kind, value)
	}
	const cardType, textType, errorType = "application/vnd.microsoft.card.adaptive",
		"application/vnd.microsoft.activity.message", "application/vnd.microsoft.error"
	tests := []struct {
		name   string
		status int
		body   string
		good   bool
	}{
		{"a card", 200, value(200, cardType, cardJSON("x")), true},
		{"a card without statusCode", 200, `{"type":"` + cardType + `","value":` + cardJSON("x") + `}`, true},
		{"a text", 200, value(200, textType, `"Saved"`), true},
		{"an error", 200, value(400, errorType, `{"code":"BadRequest","message":"m"}`), true},
		{"another status", 201, value(200, cardType, cardJSON("x")), false},
		{"a crash", 500, ``, false},
		{"nothing", 200, ``, false},
		{"only a card", 200, cardJSON("x"), false},
		{"a card as text", 200, value(200, cardType, `"{}"`), false},
		{"a card as attachment", 200, value(200, cardType, `{"contentType":"`+cardType+`","content":`+cardJSON("x")+`}`), false},
		{"a bad card", 200, value(200, cardType, cardJSON("x", `{"version":"1.4"}`)), false},
		{"an empty text", 200, value(200, textType, `""`), false},
		{"an error with 200", 200, value(200, errorType, `{"code":"c","message":"m"}`), false},
		{"an error without code", 200, value(500, errorType, `{"message":"m"}`), false},
		{"an unknown type", 200, value(200, "text/plain", `"x"`), false},
		{"an unknown code", 200, value(429, cardType, cardJSON("x")), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			maya := w.Person("Maya Okafor")
			w.postCard(t, "Maya Okafor", formCard())
			w.setAnswer(func(incoming) (int, string) { return test.status, test.body })
			a := maya.LastMessage().Click(t.Context(), maya, "Later", practice.Inputs{"reply": "x"})
			if (a.Err == nil) != test.good || (len(w.Violations()) == 0) != test.good {
				t.Errorf("err %v, violations %v", a.Err, w.Violations())
			}
		})
	}
}

func TestARefreshGivesAPersonTheirOwnView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, tom := w.Person("Maya Okafor"), w.Person("Tom Baines")
	refresh := `{"refresh":{"action":{"type":"Action.Execute","verb":"refresh","data":{"challenge":"c1"}},"userIds":["` + maya.TeamsUserID + `"]}}`
	w.postCard(t, "Maya Okafor", cardJSON("Neutral", refresh))
	w.setAnswer(func(incoming) (int, string) { return invokeCard(cardJSON("For Maya", refresh)) })
	if answers := maya.OpensChat(t.Context()); len(answers) != 1 || answers[0].Err != nil || maya.LastMessage().Card().Text() != "# For Maya" {
		t.Errorf("answers %v", answers)
	}
	w.clock.Advance(59 * time.Second)
	if answers := maya.OpensChat(t.Context()); len(answers) != 0 {
		t.Error("asked again within a minute")
	}
	w.clock.Advance(time.Second)
	if answers := maya.OpensChat(t.Context()); len(answers) != 1 {
		t.Error("did not ask again after a minute")
	}
	if got := w.received()[0].Activity["value"].(map[string]any)["trigger"]; got != "automatic" {
		t.Errorf("trigger %v", got)
	}
	w.expectNoErrors(t)
	if a := tom.RefreshesCard(t.Context(), maya.LastMessage()); !errors.Is(a.Err, practice.ErrNotAllowed) {
		t.Errorf("Tom: %v", a.Err)
	}
	w.setAnswer(func(incoming) (int, string) {
		return 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"no"}`
	})
	if a := maya.RefreshesCard(t.Context(), maya.LastMessage()); !errors.Is(a.Err, practice.ErrMalformedAnswer) {
		t.Errorf("a refresh answered with a text: %v", a.Err)
	}
}

func TestABotThatIsDownIsAnErrorOfTheDeliveryOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetBotURL("http://127.0.0.1:1")
	a := w.Person("Maya Okafor").Says(t.Context(), "hello")
	if !errors.Is(a.Err, practice.ErrBotUnreachable) {
		t.Errorf("%v", a.Err)
	}
	w.expectNoErrors(t)
}
