package practice_test

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"challengebot/internal/connector"
	"challengebot/internal/practice"

	"challengebot/internal/teamsfailure"
)

func tokenOptions() policy.TokenRequestOptions {
	return policy.TokenRequestOptions{Scopes: []string{connector.PublicScope}}
}

func (w *world) rawRequest(t *testing.T, method, path, contentType, body, authorization string) (int, string, http.Header) {
	t.Helper()
	target := path
	if !strings.HasPrefix(path, "http") {
		target = strings.TrimSuffix(w.ServiceURL(), "/") + path
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer), resp.Header
}

// publishedKeys reads the keys the way a bot does.
func (w *world) publishedKeys(t *testing.T) jwt.Keyfunc {
	t.Helper()
	var metadata struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	_, body, _ := w.rawRequest(t, "GET", w.MetadataURL(), "", "", "")
	if err := json.Unmarshal([]byte(body), &metadata); err != nil || metadata.Issuer != w.Issuer() {
		t.Fatalf("metadata %s", body)
	}
	var set struct {
		Keys []struct {
			Kid, N, E    string
			Endorsements []string
		}
	}
	_, body, _ = w.rawRequest(t, "GET", metadata.Keys, "", "", "")
	if err := json.Unmarshal([]byte(body), &set); err != nil {
		t.Fatal(err)
	}
	return func(token *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key.Kid != token.Header["kid"] || !cmp.Equal(key.Endorsements, []string{"msteams"}) {
				continue
			}
			n, _ := base64.RawURLEncoding.DecodeString(key.N)
			e, _ := base64.RawURLEncoding.DecodeString(key.E)
			return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
		}
		return nil, errors.New("unknown key")
	}
}

func TestWhatAPersonSaysComesSignedAndShapedAsFromTeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	w.RotateKey()
	if a := maya.Says(t.Context(), "/challenge"); a.Err != nil {
		t.Fatal(a.Err)
	}
	got := w.received()[0]
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(got.Authorization, "Bearer "), claims, w.publishedKeys(t),
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(w.Issuer()), jwt.WithAudience(appID),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(w.clock.Now))
	if err != nil || claims["serviceurl"] != w.ServiceURL() || claims["exp"] != float64(monday.Add(5*time.Minute).Unix()) {
		t.Fatalf("token: %v, %v", err, claims)
	}
	want := map[string]any{
		"type": "message", "id": got.Activity["id"], "channelId": "msteams", "serviceUrl": w.ServiceURL(),
		"timestamp": "2026-03-02T09:00:00.000Z", "localTimestamp": "2026-03-02T09:00:00.000Z",
		"localTimezone": "Europe/London", "locale": "en-GB", "text": "/challenge", "textFormat": "plain",
		"from":         map[string]any{"id": maya.TeamsUserID, "name": "Maya Okafor", "aadObjectId": maya.ID},
		"recipient":    map[string]any{"id": "28:" + appID, "name": "Challenge"},
		"conversation": map[string]any{"id": maya.ConversationID(), "tenantId": tenant, "conversationType": "personal"},
		"channelData":  map[string]any{"tenant": map[string]any{"id": tenant}},
		"attachments":  []any{map[string]any{"contentType": "text/html", "content": "<div>/challenge</div>"}},
		"entities": []any{map[string]any{"type": "clientInfo", "locale": "en-GB", "country": "GB",
			"platform": "Windows", "timezone": "Europe/London"}},
	}
	if diff := cmp.Diff(want, got.Activity); diff != "" {
		t.Errorf("activity (-want +got):\n%s", diff)
	}
	w.expectNoErrors(t)
}

func TestTheSameActivityMayComeAgainAndACopyHasItsOwnID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.Person("Maya Okafor").Says(t.Context(), "hello")
	first.Redeliver(t.Context())
	w.clock.Advance(30 * time.Second)
	first.DeliverCopy(t.Context(), "copy-1")
	seen := w.received()
	if diff := cmp.Diff(seen[0].Activity, seen[1].Activity); diff != "" {
		t.Errorf("redelivered with a difference:\n%s", diff)
	}
	if seen[2].Activity["id"] != "copy-1" || seen[2].Activity["timestamp"] == seen[0].Activity["timestamp"] ||
		seen[2].Activity["text"] != "hello" || seen[0].Activity["id"] != first.ActivityID {
		t.Errorf("the copy is %v", seen[2].Activity)
	}
}

func TestAMalformedRequestIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	const jsonType = "application/json; charset=utf-8"
	w := newWorld(t)
	chat := "/v3/conversations/" + url.QueryEscape(w.Person("Maya Okafor").ConversationID()) + "/activities"
	oversight := "/v3/conversations/" + url.QueryEscape(w.Channel("Oversight").ID) + "/activities"
	_, posted := w.postCard(t, "Maya Okafor", cardJSON("One"))
	withCard := func(card string) string {
		return `{"type":"message","summary":"s","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + card + `}]}`
	}
	create := func(rest string) string { return `{"tenantId":"` + tenant + `",` + rest + `}` }
	tests := []struct {
		name, method, path, contentType, body string
		status                                int
		code                                  string
	}{
		{"no JSON", "POST", chat, jsonType, `{`, 400, "Bad Argument"},
		{"wrong content type", "POST", chat, "text/plain", `{"type":"message","text":"x"}`, 400, "BadSyntax"},
		{"path not encoded", "POST", "/v3/conversations/a:1/activities", jsonType, `{}`, 400, "BadSyntax"},
		{"no such address", "PATCH", chat, jsonType, `{}`, 404, "NotFound"},
		{"unknown type", "POST", chat, jsonType, `{"type":"shout","text":"x"}`, 400, "Bad Argument"},
		{"nothing said", "POST", chat, jsonType, `{"type":"message"}`, 400, "Bad Argument"},
		{"unknown field", "POST", chat, jsonType, `{"type":"message","text":"x","txet":"y"}`, 400, "Bad Argument"},
		{"zero date", "POST", chat, jsonType, `{"type":"message","text":"x","timestamp":"0001-01-01T00:00:00Z"}`, 400, "Bad Argument"},
		{"empty recipient", "POST", chat, jsonType, `{"type":"message","text":"x","recipient":{}}`, 400, "Bad Argument"},
		{"foreign sender", "POST", chat, jsonType, `{"type":"message","text":"x","from":{"id":"29:maya"}}`, 400, "Bad Argument"},
		{"other conversation", "POST", chat, jsonType, `{"type":"message","text":"x","conversation":{"id":"a:2"}}`, 400, "Bad Argument"},
		{"mention without text", "POST", chat, jsonType, `{"type":"message","text":"x","entities":[{"type":"mention","text":"<at>M</at>","mentioned":{"id":"29:m"}}]}`, 400, "Bad Argument"},
		{"text without mention", "POST", chat, jsonType, `{"type":"message","text":"<at>M</at>"}`, 400, "Bad Argument"},
		{"answer to nothing", "POST", chat, jsonType, `{"type":"message","text":"x","entities":[{"type":"targetedMessageInfo","messageId":"1"}]}`, 400, "Bad Argument"},
		{"bad card", "POST", chat, jsonType, withCard(cardJSON("x", `{"version":"1.6"}`)), 400, "Bad Argument"},
		{"no summary", "POST", chat, jsonType, strings.Replace(withCard(cardJSON("x")), `"summary":"s",`, "", 1), 400, "Bad Argument"},
		{"not a card", "POST", chat, jsonType, `{"type":"message","attachments":[{"contentType":"image/png","content":{}}]}`, 400, "Bad Argument"},
		{"too big", "POST", chat, jsonType, `{"type":"message","text":"` + strings.Repeat("a", 52<<10) + `"}`, 413, "MessageSizeTooBig"},
		{"targeted in a chat", "POST", chat + "?isTargetedActivity=true", jsonType, `{"type":"message","text":"x","recipient":{"id":"29:m"}}`, 400, "Bad Argument"},
		{"targeted at nobody", "POST", oversight + "?isTargetedActivity=true", jsonType, `{"type":"message","text":"x"}`, 400, "Bad Argument"},
		{"targeted update of a public message", "PUT", chat + "/" + posted + "?isTargetedActivity=true", jsonType, `{"type":"message","text":"x"}`, 400, "Bad Argument"},
		{"targeted delete of a public message", "DELETE", chat + "/" + posted + "?isTargetedActivity=true", "", ``, 400, "INVALID_TARGETED_MESSAGE_ID"},
		{"create for nobody", "POST", "/v3/conversations", jsonType, create(`"members":[]`), 400, "BadSyntax"},
		{"create in another tenant", "POST", "/v3/conversations", jsonType, `{"tenantId":"x","members":[{"id":"29:m"}]}`, 400, "Bad Argument"},
		{"create by aadObjectId", "POST", "/v3/conversations", jsonType, create(`"members":[{"aadObjectId":"x"}]`), 400, "BadSyntax"},
		{"create a group", "POST", "/v3/conversations", jsonType, create(`"isGroup":true,"members":[{"id":"29:a"},{"id":"29:b"}]`), 400, "BadSyntax"},
		{"thread without activity", "POST", "/v3/conversations", jsonType, create(`"isGroup":true,"channelData":{"channel":{"id":"` + w.Channel("Oversight").ID + `"}}`), 400, "BadSyntax"},
	}
	for _, test := range tests {
		before := len(w.Violations())
		status, body, _ := w.requestWithToken(t, test.method, test.path, test.contentType, test.body)
		if status != test.status || !strings.Contains(body, `"code":"`+test.code+`"`) {
			t.Errorf("%s: got %d %s, want %d %s", test.name, status, body, test.status, test.code)
		}
		if len(w.Violations()) != before+1 || len(w.reportedErrors()) != before+1 {
			t.Errorf("%s: %d violations kept, %d told; want %d", test.name, len(w.Violations()), len(w.reportedErrors()), before+1)
		}
	}
	if got := len(w.Person("Maya Okafor").Inbox()); got != 1 {
		t.Errorf("%d messages arrived, want the first one only", got)
	}
}

func TestWithoutAGoodTokenNothingHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, authorization := range []string{"", "Bearer", "Bearer forged", "Basic x"} {
		status, _, _ := w.rawRequest(t, "POST", "/v3/conversations", "application/json", `{}`, authorization)
		if status != http.StatusUnauthorized {
			t.Errorf("%q: status %d", authorization, status)
		}
	}
	ref, id := w.postCard(t, "Maya Okafor", cardJSON("One"))
	w.ExpireBotTokens()
	if err := w.client.Update(t.Context(), ref, id, connector.NewTextMessage("two")); err != nil {
		t.Errorf("the client does not renew a refused token: %v", err)
	}
	w.clock.Advance(2 * time.Hour)
	if err := w.client.Update(t.Context(), ref, id, connector.NewTextMessage("three")); err != nil {
		t.Errorf("the client does not renew an old token: %v", err)
	}
	w.expectNoErrors(t)
}

func TestFaultsComeBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	send := func() error {
		_, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("hello"))
		return err
	}
	w.InjectFault(practice.Fault{Op: practice.OpSend, Status: 429, Code: "Throttled", RetryAfter: 1500 * time.Millisecond, Times: 1})
	var e *teamsfailure.Failure
	if err := send(); !errors.As(err, &e) || e.Kind != teamsfailure.Retryable || e.RetryAfter != 2*time.Second || len(maya.Inbox()) != 1 {
		t.Errorf("throttled: %v, %d messages", err, len(maya.Inbox()))
	}
	w.InjectFault(practice.Fault{Method: "POST", PathContains: "/activities", Status: 502, Times: 1, AfterApplying: true})
	if err := send(); errorKind(t, err) != teamsfailure.Ambiguous || len(maya.Inbox()) != 2 {
		t.Errorf("answer lost: %v, %d messages", err, len(maya.Inbox()))
	}
	if err := send(); err != nil || len(maya.Inbox()) != 3 {
		t.Errorf("after the faults: %v, %d messages", err, len(maya.Inbox()))
	}
	w.InjectFault(practice.Fault{Match: func(c practice.Call) bool { return c.Person == "Maya Okafor" }})
	for range 3 {
		if err := send(); errorKind(t, err) != teamsfailure.Ambiguous {
			t.Error(err)
		}
	}
	w.ClearFaults()
	if err := send(); err != nil {
		t.Error(err)
	}
	last := w.Calls()[len(w.Calls())-1]
	if last.Op != practice.OpSend || last.Person != "Maya Okafor" || last.Status != 201 || last.FaultInjected || !last.At.Equal(monday) || last.Number != len(w.Calls()) {
		t.Errorf("the journal ends with %+v", last)
	}
	w.expectNoErrors(t)
}

// What stands between the bot and Teams answers in its own form, and Teams may say yes without
// an id, or nothing at all after it took the message.
func TestFaultsTakeTheFormsOfAProxyAndOfALostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.Person("Maya Okafor")
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	for _, test := range []struct {
		name    string
		fault   practice.Fault
		kind    teamsfailure.Kind
		status  int
		code    string
		arrives int
	}{
		{"a page", practice.Fault{Status: 403, Body: "<html>Blocked</html>"}, teamsfailure.UnclearRejection, 403, connector.CodeHTMLPage, 0},
		{"no body", practice.Fault{Status: 407, NoBody: true}, teamsfailure.UnclearRejection, 407, "", 0},
		{"another's JSON", practice.Fault{Status: 400, Body: `{"blocked":true}`}, teamsfailure.UnclearRejection, 400, "", 0},
		{"words only", practice.Fault{Status: 403, Code: "BadArgument", Message: "Failed to decrypt pairwise id"}, teamsfailure.ConversationGone, 403, connector.CodeUnreadableID, 0},
		{"no id", practice.Fault{Status: 200, Body: "{}", AfterApplying: true}, teamsfailure.Ambiguous, 200, "unreadable answer", 1},
		{"202", practice.Fault{Status: 202, NoBody: true, AfterApplying: true}, teamsfailure.Ambiguous, 202, "unreadable answer", 1},
		{"204", practice.Fault{Status: 204, NoBody: true, AfterApplying: true}, teamsfailure.Ambiguous, 204, "unreadable answer", 1},
		{"reset before", practice.Fault{Reset: true}, teamsfailure.Ambiguous, 0, "connection broken", 0},
		{"reset after", practice.Fault{Reset: true, AfterApplying: true}, teamsfailure.Ambiguous, 0, "connection broken", 1},
	} {
		before := len(maya.Inbox())
		test.fault.Op, test.fault.Times = practice.OpSend, 1
		w.InjectFault(test.fault)
		var f *teamsfailure.Failure
		if _, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("hello")); !errors.As(err, &f) {
			t.Fatalf("%s: %v", test.name, err)
		}
		if f.Kind != test.kind || f.Status != test.status || f.Code != test.code || len(maya.Inbox())-before != test.arrives {
			t.Errorf("%s: %s, %d, %q and %d messages", test.name, f.Kind, f.Status, f.Code, len(maya.Inbox())-before)
		}
	}
	w.expectNoErrors(t)
}

func TestAHangingCallLeavesTheMessageThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	w.InjectFault(practice.Fault{Op: practice.OpSend, Hang: true, AfterApplying: true, Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	w.OnCall(func(c practice.Call) { cancel() })
	_, err := w.client.Send(ctx, ref, connector.NewTextMessage("hello"))
	if errorKind(t, err) != teamsfailure.Ambiguous || !errors.Is(err, context.Canceled) || len(w.Person("Maya Okafor").Inbox()) != 2 {
		t.Errorf("%v", err)
	}
	if last := w.Calls()[len(w.Calls())-1]; last.Status != 0 || !last.FaultInjected {
		t.Errorf("the journal ends with %+v", last)
	}
}

func TestACutLineLetsNothingThroughUntilItIsMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, id := w.postCard(t, "Maya Okafor", cardJSON("One"))
	calls := len(w.Calls())
	w.CutConnections()
	for range 3 {
		if err := w.client.Update(t.Context(), ref, id, connector.NewTextMessage("two")); errorKind(t, err) != teamsfailure.Retryable {
			t.Error(err)
		}
	}
	if len(w.Calls()) != calls {
		t.Error("a call got through a cut line")
	}
	w.RestoreConnections()
	if err := w.client.Update(t.Context(), ref, id, connector.NewTextMessage("two")); err != nil {
		t.Error(err)
	}
}

func TestHooksRunAroundTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	order := make(chan string, 4)
	release := make(chan struct{})
	w.OnCall(func(c practice.Call) {
		order <- fmt.Sprint("applied ", len(w.Person("Maya Okafor").Inbox()))
		<-release
	})
	w.OnAnswered(func(c practice.Call) { order <- "answered " + c.Activity })
	sent := make(chan string)
	go func() {
		id, _ := w.client.Send(context.Background(), ref, connector.NewTextMessage("hello"))
		sent <- id
	}()
	if got := <-order; got != "applied 2" {
		t.Errorf("before the answer: %s", got)
	}
	select {
	case <-sent:
		t.Error("the answer was written before the hook returned")
	default:
	}
	close(release)
	if id, got := <-sent, <-order; got != "answered "+id {
		t.Errorf("after the answer: %s", got)
	}
}

func TestRateLimitsFollowTheDocumentedWindows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, _ := w.postCard(t, "Maya Okafor", cardJSON("One"))
	w.SetRateLimits(true)
	send := func() error {
		_, err := w.client.Send(t.Context(), ref, connector.NewTextMessage("hello"))
		return err
	}
	burst := func() (n int, wait time.Duration) {
		for n = 0; n < 100; n++ {
			if err := send(); err != nil {
				var e *teamsfailure.Failure
				errors.As(err, &e)
				if e.Kind != teamsfailure.Retryable {
					t.Error(err)
				}
				return n, e.RetryAfter
			}
		}
		return n, 0
	}
	type step struct {
		N    int
		Wait time.Duration
	}
	var got []step
	for range 3 {
		n, wait := burst()
		got = append(got, step{n, wait})
		w.clock.Advance(wait)
	}
	// 7 in the first second, 8 within two, then again 7 once those two are over.
	if diff := cmp.Diff([]step{{7, time.Second}, {1, time.Second}, {7, time.Second}}, got); diff != "" {
		t.Error(diff)
	}
	if w.ThrottledCount() != 3 {
		t.Errorf("%d throttled", w.ThrottledCount())
	}
	w.SetRateLimits(false)
	if n, _ := burst(); n != 100 {
		t.Errorf("only %d without limits", n)
	}
}
