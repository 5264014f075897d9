package connector

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/infracloudio/msbotbuilder-go/core/activity"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

func libraryActivity(serviceURL string) schema.Activity {
	return schema.Activity{
		Type: schema.Message, Text: "hello", ServiceURL: serviceURL, ChannelID: "msteams", ID: "1776",
		Conversation: schema.ConversationAccount{ID: "19:abc@thread.tacv2;messageid=17"},
		From:         schema.ChannelAccount{ID: "28:" + appID},
		Attachments: []schema.Attachment{{ContentType: CardContentType,
			Content: map[string]any{"type": "AdaptiveCard", "version": "1.5", "empty": map[string]any{}}}},
	}
}

func TestTheLibraryPostsUpdatesAndDeletesThroughThisClient(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(200, `{"id":"1"}`))
	response, err := activity.NewActivityResponse(s.client.BotbuilderClient())
	if err != nil {
		t.Fatal(err)
	}
	a := libraryActivity(s.server.URL + "/emea/")
	for _, do := range []func() error{
		func() error { return response.SendActivity(t.Context(), a) },
		func() error { return response.UpdateActivity(t.Context(), a) },
		func() error { return response.DeleteActivity(t.Context(), a) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	conversation := "/emea/v3/conversations/19%3Aabc%40thread.tacv2%3Bmessageid%3D17/activities"
	body := map[string]any{
		"type": "message", "text": "hello",
		"from":         map[string]any{"id": "28:" + appID},
		"conversation": map[string]any{"id": "19:abc@thread.tacv2;messageid=17"},
		"attachments": []any{map[string]any{"contentType": CardContentType,
			"content": map[string]any{"type": "AdaptiveCard", "version": "1.5", "empty": map[string]any{}}}},
	}
	type seen struct {
		Method, Path string
		Body         any
	}
	want := []seen{{"POST", conversation, body}, {"PUT", conversation + "/1776", body}, {"DELETE", conversation + "/1776", nil}}
	var got []seen
	for _, r := range s.recordedRequests() {
		var decoded any
		if r.Body != "" {
			if err := json.Unmarshal([]byte(r.Body), &decoded); err != nil {
				t.Fatal(err)
			}
		}
		got = append(got, seen{r.Method, r.Path, decoded})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheLibraryReadsThroughThisClient(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(200, `{"members":[]}`))
	target := mustParseURL(t, s.server.URL+"/emea/v3/conversations/19%3Aabc%40thread.tacv2/pagedmembers?pageSize=5")
	got, err := s.client.BotbuilderClient().Get(t.Context(), target)
	if err != nil || string(got) != `{"members":[]}` {
		t.Fatalf("%s, %v", got, err)
	}
	if path := s.recordedRequests()[0].Path; path != "/emea/v3/conversations/19%3Aabc%40thread.tacv2/pagedmembers?pageSize=5" {
		t.Error(path)
	}
}

func TestTheLibraryKeepsToTheAllowListAndToOurErrors(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(404, `{"error":{"code":"ActivityNotFoundInConversation"}}`))
	response, err := activity.NewActivityResponse(s.client.BotbuilderClient())
	if err != nil {
		t.Fatal(err)
	}
	var e *Error
	err = response.SendActivity(t.Context(), libraryActivity("https://evil.example/emea/"))
	if !errors.As(err, &e) || e.Kind != ForbiddenHost || len(s.recordedRequests()) != 0 {
		t.Errorf("a foreign host: %v, %d requests", err, len(s.recordedRequests()))
	}
	err = response.UpdateActivity(t.Context(), libraryActivity(s.server.URL))
	if !errors.As(err, &e) || e.Kind != ActivityGone {
		t.Errorf("a message that is gone: %v", err)
	}
}
