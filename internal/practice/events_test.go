package practice_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/connector"
	"challengebot/internal/practice"

	"challengebot/internal/teamsfailure"
)

// activityShapes are type, event type and id of everything that the bot was told, in order.
func (w *world) activityShapes() []string {
	var out []string
	for _, in := range w.received() {
		data := in.Activity["channelData"].(map[string]any)
		event, _ := data["eventType"].(string)
		action, _ := in.Activity["action"].(string)
		out = append(out, strings.TrimSpace(in.Activity["type"].(string)+" "+event+action))
	}
	return out
}

func TestWhatBecomesOfAMessageIsToldUnderItsOwnID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, maya, tom := t.Context(), w.Person("Maya Okafor"), w.Person("Tom Baines")
	said := maya.Says(ctx, "first")
	maya.EditsMessage(ctx, said, "second")
	maya.DeletesMessage(ctx, said)
	maya.RestoresMessage(ctx, said)
	want := []string{"message", "messageUpdate editMessage", "messageDelete softDeleteMessage", "messageUpdate undeleteMessage"}
	if diff := cmp.Diff(want, w.activityShapes()); diff != "" {
		t.Error(diff)
	}
	for i, in := range w.received() {
		if in.Activity["id"] != said.ActivityID {
			t.Errorf("%d has the id %v", i, in.Activity["id"])
		}
	}
	if text := w.received()[1].Activity["text"]; text != "second" {
		t.Errorf("the edit says %v", text)
	}
	w.expectNoErrors(t)
	for what, a := range map[string]*practice.Answer{"another's": tom.EditsMessage(ctx, said, "x"), "not deleted": maya.RestoresMessage(ctx, said)} {
		if !errors.Is(a.Err, practice.ErrNotAllowed) {
			t.Errorf("%s: %v", what, a.Err)
		}
	}
}

func TestAGroupChatIsOneConversationOfItsMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, maya, ivy := t.Context(), w.Person("Maya Okafor"), w.Person("Ivy Chen")
	lunch := w.Channel("Lunch")
	asked := maya.SaysIn(ctx, "Lunch", "help", practice.Targeted)
	where := w.received()[0].Activity["conversation"].(map[string]any)
	if where["conversationType"] != "groupChat" || where["id"] != lunch.ID || w.received()[0].Activity["channelData"].(map[string]any)["team"] != nil {
		t.Errorf("it happened in %v", where)
	}
	at := connector.Destination{ConversationID: lunch.ID}
	reply := connector.NewTextMessage("only you")
	reply.Entities = []connector.Entity{connector.NewTargetedReplyInfo(asked.ActivityID)}
	if _, err := w.client.SendTargeted(ctx, at, maya.TeamsUserID, reply); err != nil {
		t.Fatal(err)
	}
	if m := lunch.MessagesFor(maya); len(m) != 2 || m[1].ReaderName() != "Maya Okafor" || len(lunch.MessagesFor(w.Person("Tom Baines"))) != 0 {
		t.Errorf("Maya sees %v", m)
	}
	if _, err := w.client.SendTargeted(ctx, at, ivy.TeamsUserID, connector.NewTextMessage("x")); errorKind(t, err) != teamsfailure.OurBug {
		t.Errorf("to somebody who is not there: %v", err)
	}
	w.expectNoErrors(t)
	// Somebody else's question, and one that everybody read, cannot stand above an answer.
	if _, err := w.client.SendTargeted(ctx, at, w.Person("Tom Baines").TeamsUserID, reply); errorKind(t, err) != teamsfailure.OurBug {
		t.Errorf("under another's question: %v", err)
	}
	if _, _, err := w.client.StartThread(ctx, "", lunch.ID, connector.NewTextMessage("x")); errorKind(t, err) != teamsfailure.OurBug {
		t.Errorf("a thread in a group chat: %v", err)
	}
	if len(w.Violations()) != 2 {
		t.Errorf("the rules broken are %v", w.Violations())
	}
}

func TestTeamsAndChannelsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, maya := t.Context(), w.Person("Maya Okafor")
	post := func() error {
		_, _, err := w.client.StartThread(ctx, "", w.Channel("Oversight").ID, connector.NewTextMessage("x"))
		return err
	}
	for _, step := range []struct {
		event string
		fails bool
	}{{"channelRenamed", false}, {"channelDeleted", true}, {"channelRestored", false}, {"teamDeleted", true}, {"teamRestored", false}, {"teamPainted", false}} {
		maya.CausesTeamEvent(ctx, "Oversight", step.event)
		if err := post(); (err != nil) != step.fails {
			t.Errorf("after %s: %v", step.event, err)
		}
	}
	maya.UninstallsFromTeam(ctx, "Managers") // of the same team
	if err := post(); errorKind(t, err) != teamsfailure.Rejected {
		t.Errorf("without the bot: %v", err)
	}
	maya.InstallsInTeam(ctx, "Oversight")
	if err := post(); err != nil {
		t.Errorf("with the bot again: %v", err)
	}
	maya.UpgradesApp(ctx)
	shapes := w.activityShapes()
	want := []string{"installationUpdate remove", "conversationUpdate teamMemberRemoved", "installationUpdate add",
		"conversationUpdate teamMemberAdded", "installationUpdate remove-upgrade", "installationUpdate add-upgrade"}
	if diff := cmp.Diff(want, shapes[len(shapes)-6:]); diff != "" {
		t.Error(diff)
	}
	w.expectNoErrors(t)
}

func TestAnInvokeIsHeldToItsShape(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	for _, test := range []struct {
		name, body string
		faults     int
	}{
		{"task/fetch", `{"task":{"type":"message","value":"No."}}`, 0}, {"task/submit", ``, 0}, {"task/fetch", `{"task":{"type":"message"}}`, 1},
		{"new/name", ``, 0}, {"new/name", `{"x":1}`, 1},
	} {
		w.answer = func(incoming) (int, string) { return 200, test.body }
		before := len(w.Violations())
		maya.SendsInvoke(t.Context(), test.name, json.RawMessage(`"x"`))
		if got := len(w.Violations()) - before; got != test.faults {
			t.Errorf("%s answered with %q: %d faults", test.name, test.body, got)
		}
	}
}
