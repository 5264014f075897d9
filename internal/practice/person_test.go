package practice_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/connector"
	"challengebot/internal/practice"

	"challengebot/internal/teamsfailure"
)

func TestEachPersonHasOneChatAndOnlyTheyReadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, tom := w.Person("Maya Okafor"), w.Person("Tom Baines")
	byEntra, err := w.client.CreatePersonalChat(t.Context(), "", maya.ID)
	if err != nil {
		t.Fatal(err)
	}
	byTeamsID, err := w.client.CreatePersonalChat(t.Context(), "", maya.TeamsUserID)
	if err != nil || byTeamsID != byEntra || byEntra != maya.ConversationID() || byEntra == tom.ConversationID() {
		t.Errorf("%s, %s, %v", byEntra, byTeamsID, err)
	}
	maya.Says(t.Context(), "hello")
	w.postCard(t, "Maya Okafor", cardJSON("One"))
	if len(maya.Inbox()) != 1 || len(maya.ChatMessages()) != 2 || len(tom.ChatMessages()) != 0 || tom.LastMessage() != nil {
		t.Error("messages are in the wrong chats")
	}
	if m := maya.ChatMessages()[0]; m.SenderName() != "Maya Okafor" || m.Text() != "hello" {
		t.Errorf("first message: %s: %s", m.SenderName(), m.Text())
	}
	w.expectNoErrors(t)
}

func TestNewsIsTakenOnceAndSilenceCanBeExpected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	ref, id := w.postCard(t, "Maya Okafor", cardJSON("One"))
	if err := w.client.Update(t.Context(), ref, id, connector.NewCardMessage("s", json.RawMessage(cardJSON("Two")))); err != nil {
		t.Fatal(err)
	}
	if len(w.UnreadNews()) != 2 {
		t.Errorf("%d unread", len(w.UnreadNews()))
	}
	var got []string
	for _, n := range maya.TakeNew() {
		got = append(got, fmt.Sprintf("%s %s", n.Change, n.Version.Card.Text()))
	}
	if diff := cmp.Diff([]string{"posted # One", "updated # Two"}, got); diff != "" {
		t.Error(diff)
	}
	if !w.ExpectNoNews() || len(maya.TakeNew()) != 0 {
		t.Error("news came twice")
	}
	if status, text := w.callConversation(t, "DELETE", ref.ConversationID, "/activities/"+id, ""); status != 200 {
		t.Fatal(status, text)
	}
	if len(maya.Inbox()) != 0 {
		t.Error("a withdrawn message is still there")
	}
	if w.ExpectNoNews() || len(w.reportedErrors()) != 1 || !strings.Contains(w.reportedErrors()[0], "withdrawn for Maya Okafor") {
		t.Errorf("complaints %q", w.reportedErrors())
	}
	if !w.ExpectNoNews() {
		t.Error("complained twice of the same")
	}
}

func TestAwaitingNewsNeedsNoPolling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	got := make(chan []practice.News)
	go func() {
		news, _ := maya.AwaitNews(t.Context())
		got <- news
	}()
	w.postCard(t, "Maya Okafor", cardJSON("One"))
	if news := <-got; len(news) != 1 || news[0].Change != practice.ChangePosted {
		t.Errorf("%v", news)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := maya.AwaitNews(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAMessageThatIsGoneCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	said := maya.Says(t.Context(), "mine")
	ref, id := w.postCard(t, "Maya Okafor", cardJSON("One"))
	update := func(id string) teamsfailure.Kind {
		return errorKind(t, w.client.Update(t.Context(), ref, id, connector.NewTextMessage("x")))
	}
	if k := update("123"); k != teamsfailure.MessageGone {
		t.Errorf("unknown: %s", k)
	}
	if k := update(said.ActivityID); k != teamsfailure.Rejected {
		t.Errorf("somebody else's: %s", k)
	}
	_, second := w.postCard(t, "Maya Okafor", cardJSON("Two"))
	maya.LastMessage().Vanish()
	if k := update(second); k != teamsfailure.MessageGone {
		t.Errorf("vanished: %s", k)
	}
	if status, text := w.callConversation(t, "DELETE", ref.ConversationID, "/activities/"+id, ""); status != 200 {
		t.Fatal(status, text)
	}
	if k := update(id); k != teamsfailure.MessageGone {
		t.Errorf("deleted: %s", k)
	}
	maya.RemovesHistory()
	if _, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("x")); errorKind(t, err) != teamsfailure.ConversationGone {
		t.Error(err)
	}
	again, err := w.client.CreatePersonalChat(t.Context(), "", maya.ID)
	if err != nil || again == ref.ConversationID || len(maya.ChatMessages()) != 0 {
		t.Errorf("%s, %v, %d messages", again, err, len(maya.ChatMessages()))
	}
	w.expectNoErrors(t)
}

func TestThePersonDecidesWhetherTheBotMayWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	send := func() error {
		_, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("x"))
		return err
	}
	maya.BlocksBot()
	if err := send(); errorKind(t, err) != teamsfailure.Rejected {
		t.Error(err)
	}
	maya.UnblocksBot()
	maya.UninstallsApp(t.Context())
	if err := send(); errorKind(t, err) != teamsfailure.Rejected || !strings.Contains(err.Error(), "MessageWritesBlocked") {
		t.Error(err)
	}
	if _, err := w.client.CreatePersonalChat(t.Context(), "", maya.ID); errorKind(t, err) != teamsfailure.Rejected {
		t.Error(err)
	}
	maya.InstallsApp(t.Context())
	if err := send(); err != nil {
		t.Error(err)
	}
	var actions []any
	for _, in := range w.received() {
		actions = append(actions, in.Activity["type"], in.Activity["action"])
	}
	if diff := cmp.Diff([]any{"installationUpdate", "remove", "installationUpdate", "add"}, actions); diff != "" {
		t.Error(diff)
	}
	w.expectNoErrors(t)
}

func TestChannelThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	oversight := w.Channel("Oversight")
	conversation, root, err := w.client.StartThread(t.Context(), "", oversight.ID, connector.NewTextMessage("CH-1 is due on Friday"))
	if err != nil || conversation != oversight.ID+";messageid="+root {
		t.Fatalf("%s, %v", conversation, err)
	}
	ref := connector.Destination{ConversationID: conversation}
	if _, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("CH-1 lapsed")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.client.StartThread(t.Context(), "", oversight.ID, connector.NewTextMessage("CH-2 is due")); err != nil {
		t.Fatal(err)
	}
	if got := len(oversight.ThreadMessages(root)); got != 2 || len(oversight.Messages()) != 3 {
		t.Errorf("%d in the thread, %d in the channel", got, len(oversight.Messages()))
	}
	if got := len(oversight.TakeNew()); got != 3 || len(w.Person("Tom Baines").TakeNew()) != 0 {
		t.Errorf("%d news", got)
	}
	gone := connector.Destination{ConversationID: oversight.ID + ";messageid=1"}
	if _, err := w.client.Send(t.Context(), gone, connector.NewTextMessage("x")); errorKind(t, err) != teamsfailure.ConversationGone {
		t.Error(err)
	}
	if _, _, err := w.client.StartThread(t.Context(), "", "19:none@thread.tacv2", connector.NewTextMessage("x")); errorKind(t, err) != teamsfailure.Rejected && errorKind(t, err) != teamsfailure.ConversationGone {
		t.Error(err)
	}
	w.expectNoErrors(t)
}

func TestTheBotHearsInAChannelOnlyWhatIsSaidToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tom, maya := w.Person("Tom Baines"), w.Person("Maya Okafor")
	if a := tom.SaysIn(t.Context(), "Oversight", "lunch?"); !errors.Is(a.Err, practice.ErrNotDelivered) || len(w.received()) != 0 {
		t.Errorf("idle talk: %v", a.Err)
	}
	tom.SaysIn(t.Context(), "Oversight", "challenge", practice.Mention)
	public := w.received()[0].Activity
	if public["text"] != "<at>Challenge</at> challenge" || len(public["entities"].([]any)) != 2 {
		t.Errorf("mention: %v", public)
	}
	asked := tom.SaysIn(t.Context(), "Oversight", "challenge", practice.Targeted)
	private := w.received()[1].Activity
	recipient, where := private["recipient"].(map[string]any), private["conversation"].(map[string]any)
	if recipient["isTargeted"] != true || where["conversationType"] != "channel" || where["id"] != w.Channel("Oversight").ID+";messageid="+asked.ActivityID {
		t.Errorf("targeted: %v", private)
	}
	ref := connector.Destination{ConversationID: where["id"].(string)}
	reply := connector.NewTextMessage("only you")
	reply.Entities = []connector.Entity{connector.NewTargetedReplyInfo(asked.ActivityID)}
	id, err := w.client.SendTargeted(t.Context(), ref, tom.TeamsUserID, reply)
	if err != nil {
		t.Fatal(err)
	}
	if len(tom.TargetedMessages("Oversight")) != 1 || len(maya.TargetedMessages("Oversight")) != 0 || len(w.Channel("Oversight").Messages()) != 2 {
		t.Error("the targeted answer is seen by the wrong people")
	}
	if _, err := w.client.SendTargeted(t.Context(), ref, "29:stranger", reply); errorKind(t, err) != teamsfailure.OurBug {
		t.Error(err)
	}
	targeted := "/activities/" + id + "?isTargetedActivity=true"
	update := func(text string) string {
		return fmt.Sprintf(`{"type":"message","text":%q,"from":{"id":"28:%s"},"conversation":{"id":%q}}`, text, appID, ref.ConversationID)
	}
	if status, text := w.callConversation(t, "PUT", ref.ConversationID, targeted, update("changed")); status != 200 {
		t.Error(status, text)
	}
	w.clock.Advance(24 * time.Hour)
	if status, code := w.callConversation(t, "PUT", ref.ConversationID, targeted, update("late")); status != 404 || code != "TARGETED_MESSAGE_EXPIRED_OR_DELETED" {
		t.Error(status, code)
	}
	if len(tom.TargetedMessages("Oversight")) != 0 {
		t.Error("a targeted message outlived its day")
	}
	if a := maya.SaysIn(t.Context(), "Managers", "x", practice.Mention); !errors.Is(a.Err, practice.ErrNotAllowed) {
		t.Errorf("Maya is not in Managers: %v", a.Err)
	}
}

func TestAChannelWithoutTheBotRefusesIt(t *testing.T) {
	t.Parallel()
	teams, err := practice.Start(practice.Options{AppID: appID, Tenant: tenant,
		People:   []practice.Person{{ID: "1", Name: "Tom"}},
		Channels: []practice.Channel{{TeamName: "T", Name: "C", NotInstalled: true}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(teams.Close)
	w := newWorld(t)
	w.Teams.Close()
	credential, err := connector.NewCredential(connector.CredentialConfig{Kind: connector.Practice, AppID: appID, TokenURL: teams.TokenURL()})
	if err != nil {
		t.Fatal(err)
	}
	client := connector.New(connector.Config{AppID: appID, Tenant: tenant, Credential: credential,
		ServiceURLAllowed: connector.LoopbackOnly(teams.ServiceURL()), DefaultServiceURL: teams.ServiceURL()})
	_, _, err = client.StartThread(t.Context(), "", teams.Channel("C").ID, connector.NewTextMessage("x"))
	if errorKind(t, err) != teamsfailure.Rejected {
		t.Error(err)
	}
}

func TestMembersAreListedAndFoundByTeamsID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	oversight := w.Channel("Oversight").ID
	type member struct {
		ID, AadObjectID, Name, GivenName, Surname, Email, UserPrincipalName, TenantID, UserRole string
	}
	members := func(channel string) []member {
		var page struct{ Members []member }
		if status, text := w.callConversation(t, "GET", channel, "/pagedmembers", ""); status != 200 || json.Unmarshal([]byte(text), &page) != nil {
			t.Fatal(status, text)
		}
		return page.Members
	}
	if all := members(oversight); len(all) != 3 || all[0].AadObjectID != maya.ID {
		t.Errorf("%+v", all)
	}
	if few := members(w.Channel("Managers").ID); len(few) != 1 || few[0].Name != "Tom Baines" {
		t.Errorf("%+v", few)
	}
	status, text := w.callConversation(t, "GET", oversight, "/members/"+url.QueryEscape(maya.TeamsUserID), "")
	var one member
	if err := json.Unmarshal([]byte(text), &one); err != nil || status != 200 {
		t.Fatal(status, text)
	}
	want := member{ID: maya.TeamsUserID, AadObjectID: maya.ID, Name: "Maya Okafor", GivenName: "Maya", Surname: "Okafor",
		Email: "maya.okafor@authority.example", UserPrincipalName: "maya.okafor@authority.example", TenantID: tenant, UserRole: "user"}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Error(diff)
	}
	if status, code := w.callConversation(t, "GET", oversight, "/members/"+maya.ID, ""); status != 404 || code != "MemberNotFoundInConversation" {
		t.Errorf("by Entra id: %d %s", status, code)
	}
	_, page := w.callConversation(t, "GET", oversight, "/pagedmembers?pageSize=2", "")
	if !strings.Contains(page, `"continuationToken":"from-2"`) {
		t.Errorf("first page: %s", page)
	}
	w.expectNoErrors(t)
}
