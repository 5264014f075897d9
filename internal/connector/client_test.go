package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"challengebot/internal/teamsfailure"
)

const (
	appID  = "11111111-1111-1111-1111-111111111111"
	tenant = "22222222-2222-2222-2222-222222222222"
	mayaID = "33333333-3333-3333-3333-333333333333"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// countingCredential gives token-1, token-2, … and counts how often it was told to
// forget.
type countingCredential struct {
	mu          sync.Mutex
	issued      int
	forgetCalls int
	lifetime    time.Duration
	err         error
}

func (c *countingCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return azcore.AccessToken{}, c.err
	}
	c.issued++
	return azcore.AccessToken{Token: fmt.Sprintf("token-%d", c.issued), ExpiresOn: noon.Add(c.lifetime)}, nil
}

func (c *countingCredential) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetCalls++
}

// recordedRequest is what the server saw.
type recordedRequest struct {
	Method, Path, ContentType, Authorization, Body string
}

// fakeTeams is a server with one fixed answer, and a client that may speak to it.
type fakeTeams struct {
	client *Client
	tokens *countingCredential
	server *httptest.Server
	mu     sync.Mutex
	seen   []recordedRequest
}

func newFakeTeams(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) *fakeTeams {
	t.Helper()
	s := &fakeTeams{tokens: &countingCredential{lifetime: time.Hour}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.seen = append(s.seen, recordedRequest{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), string(body)})
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.server.Close)
	config := Config{
		AppID: appID, Tenant: tenant, Credential: s.tokens,
		ServiceURLAllowed: LoopbackOnly(s.server.URL), DefaultServiceURL: s.server.URL + "/emea/",
		Now: func() time.Time { return noon },
	}
	for _, f := range change {
		f(&config)
	}
	s.client = New(config)
	return s
}

func (s *fakeTeams) recordedRequests() []recordedRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]recordedRequest(nil), s.seen...)
}

func respondWith(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("MS-CV", "abc.1")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func requireError(t *testing.T, err error) *teamsfailure.Failure {
	t.Helper()
	var e *teamsfailure.Failure
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *teamsfailure.Failure", err, err)
	}
	return e
}

// every call of the client, by name.
func allCalls(c *Client) map[string]func(context.Context) error {
	ref := Destination{ConversationID: "19:abc@thread.tacv2;messageid=17"}
	return map[string]func(context.Context) error{
		CallCreatePersonalChat: func(ctx context.Context) error { _, err := c.CreatePersonalChat(ctx, "", mayaID); return err },
		CallStartThread: func(ctx context.Context) error {
			_, _, err := c.StartThread(ctx, "", "19:abc@thread.tacv2", NewTextMessage("hello"))
			return err
		},
		CallSend: func(ctx context.Context) error { _, err := c.Send(ctx, ref, NewTextMessage("hello")); return err },
		CallSendTargeted: func(ctx context.Context) error {
			_, err := c.SendTargeted(ctx, ref, "29:maya", NewTextMessage("hello"))
			return err
		},
		CallUpdate:  func(ctx context.Context) error { return c.Update(ctx, ref, "1776", NewTextMessage("hello")) },
		CallMembers: func(ctx context.Context) error { return c.CheckConversation(ctx, ref) },
	}
}

func TestEachAnswerOfTeamsHasOneMeaning(t *testing.T) {
	t.Parallel()
	coded := func(code string) string {
		return fmt.Sprintf(`{"error":{"code":%q,"message":"about Maya Okafor"}}`, code)
	}
	blocked := `{"errorCode":209,"message":"{\r\n \"subCode\": \"MessageWritesBlocked\",\r\n \"details\": \"x\"}"}`
	tests := []struct {
		call   string
		status int
		body   string
		want   teamsfailure.Kind
		again  bool
	}{
		{CallSend, 400, coded("Bad Argument"), teamsfailure.OurBug, false},
		{CallStartThread, 400, coded("BadSyntax"), teamsfailure.OurBug, false},
		{CallUpdate, 400, coded("INVALID_TARGETED_MESSAGE_ID"), teamsfailure.OurBug, false},
		{CallSend, 401, coded("BotNotRegistered"), teamsfailure.Misconfigured, false},
		{CallSend, 403, coded("BotDisabledByAdmin"), teamsfailure.Rejected, false},
		{CallSend, 403, coded("ConversationBlockedByUser"), teamsfailure.Rejected, false},
		{CallSend, 403, coded("NotEnoughPermissions"), teamsfailure.Rejected, false},
		{CallSendTargeted, 403, coded("BotNotInConversationRoster"), teamsfailure.Rejected, false},
		{CallCreatePersonalChat, 403, coded("ForbiddenOperationException"), teamsfailure.Rejected, false},
		{CallSend, 403, blocked, teamsfailure.Rejected, false},
		{CallSend, 403, coded("SomethingNew"), teamsfailure.UnclearRejection, true},
		{CallCreatePersonalChat, 404, coded("ConversationNotFound"), teamsfailure.Rejected, false},
		{CallStartThread, 404, coded("ConversationNotFound"), teamsfailure.Rejected, false},
		{CallSend, 404, coded("ActivityNotFoundInConversation"), teamsfailure.ConversationGone, false},
		{CallSend, 404, coded("TARGETED_MESSAGE_EXPIRED_OR_DELETED"), teamsfailure.ConversationGone, false},
		{CallSendTargeted, 404, coded("ActivityNotFoundInConversation"), teamsfailure.ConversationGone, false},
		{CallMembers, 404, coded("ConversationNotFound"), teamsfailure.ConversationGone, false},
		{CallSend, 400, coded("bad argument"), teamsfailure.OurBug, false},
		{CallSend, 503, "<html>", teamsfailure.UnclearRejection, true},
		{CallUpdate, 511, "", teamsfailure.UnclearRejection, true},
		{CallSend, 502, "<html>", teamsfailure.Ambiguous, true},
		{CallSend, 504, "<!DOCTYPE html>", teamsfailure.Ambiguous, true},
		{CallSend, 401, "<html>", teamsfailure.UnclearRejection, true},
		{CallSend, 403, coded("InvalidBotApiHost"), teamsfailure.Misconfigured, false},
		{CallUpdate, 403, coded("ServiceError"), teamsfailure.MessageGone, false},
		{CallSend, 404, coded("ConversationNotFound"), teamsfailure.ConversationGone, false},
		{CallUpdate, 404, coded("ConversationNotFound"), teamsfailure.ConversationGone, false},
		{CallUpdate, 404, coded("ActivityNotFoundInConversation"), teamsfailure.MessageGone, false},
		{CallUpdate, 404, coded("TARGETED_MESSAGE_EXPIRED_OR_DELETED"), teamsfailure.MessageGone, false},
		{CallUpdate, 404, "", teamsfailure.UnclearRejection, true},
		{CallSend, 404, "<html>", teamsfailure.UnclearRejection, true},
		{CallMembers, 404, "", teamsfailure.UnclearRejection, true},
		{CallSend, 408, "", teamsfailure.Ambiguous, true},
		{CallUpdate, 408, "", teamsfailure.Retryable, true},
		{CallSend, 412, coded("PreconditionFailed"), teamsfailure.Retryable, true},
		{CallSend, 413, coded("MessageSizeTooBig"), teamsfailure.OurBug, false},
		{CallSend, 418, "", teamsfailure.UnclearRejection, true},
		{CallSend, 429, coded("Throttled"), teamsfailure.Retryable, true},
		{CallSend, 500, coded("ServiceError"), teamsfailure.Ambiguous, false},
		{CallSendTargeted, 500, coded("ServiceError"), teamsfailure.Ambiguous, false},
		{CallStartThread, 500, coded("ServiceError"), teamsfailure.Ambiguous, false},
		{CallUpdate, 500, coded("ServiceError"), teamsfailure.PermanentServerError, false},
		{CallMembers, 500, coded("ServiceError"), teamsfailure.PermanentServerError, false},
		{CallSend, 502, "", teamsfailure.Ambiguous, true},
		{CallStartThread, 503, "", teamsfailure.Ambiguous, true},
		{CallSendTargeted, 504, "", teamsfailure.Ambiguous, true},
		{CallUpdate, 502, "", teamsfailure.Retryable, true},
		{CallCreatePersonalChat, 504, "", teamsfailure.Retryable, true},
		{CallMembers, 503, "", teamsfailure.Retryable, true},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s/%d/%s", test.call, test.status, findErrorCode(apiResponse{body: []byte(test.body)})), func(t *testing.T) {
			t.Parallel()
			s := newFakeTeams(t, respondWith(test.status, test.body))
			e := requireError(t, allCalls(s.client)[test.call](t.Context()))
			got := []any{e.Kind, e.Status, e.Call, e.MSCV, e.IsRetryable()}
			want := []any{test.want, test.status, test.call, "abc.1", test.again}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sorted wrongly (-want +got):\n%s", diff)
			}
			if strings.Contains(e.Error(), "Maya") || strings.Contains(e.Error(), "token-") {
				t.Errorf("the error tells too much: %s", e)
			}
		})
	}
}

// TestOnlyTeamsOwnWordsAreFinal gives every call every status by which something between the
// bot and Teams refuses, and every form in which no documented code of Teams' stands.
func TestOnlyTeamsOwnWordsAreFinal(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"nothing":               "",
		"a page":                "<!DOCTYPE html><html><body>Access denied</body></html>",
		"a page with a code":    `<html>{"error":{"code":"BotDisabledByAdmin"}}</html>`,
		"another's JSON":        `{"error":"blocked by policy","status":403}`,
		"no code":               `{"error":{"code":"","message":"x"}}`,
		"a code nobody knows":   `{"error":{"code":"SomethingNew","message":"x"}}`,
		"a code in other words": `{"code":"BotDisabledByAdmin","message":"x"}`,
		"plain text":            "BotDisabledByAdmin",
		"a cut-off answer":      `{"error":{"code":"BotDisabledByAdmin`,
	}
	for _, status := range []int{400, 402, 403, 404, 405, 406, 407, 409, 410, 411, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 431, 451} {
		for name, body := range bodies {
			s := newFakeTeams(t, respondWith(status, body))
			for call, do := range allCalls(s.client) {
				if e := requireError(t, do(t.Context())); e.Kind != teamsfailure.UnclearRejection {
					t.Errorf("%d with %s to %s: %s", status, name, call, e.Kind)
				}
			}
		}
	}
}

func TestADocumentedCodeUnderAnotherStatusIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 404, 409, 451} {
		s := newFakeTeams(t, respondWith(status, `{"error":{"code":"BotDisabledByAdmin","message":"x"}}`))
		if e := requireError(t, allCalls(s.client)[CallSend](t.Context())); e.Kind != teamsfailure.UnclearRejection {
			t.Errorf("%d: %s", status, e.Kind)
		}
	}
}

func TestASignInPageIsNoYes(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(200, "<!DOCTYPE html><html>Please sign in</html>"))
	for call, do := range allCalls(s.client) {
		if e := requireError(t, do(t.Context())); e.Kind != teamsfailure.UnclearRejection || e.Code != CodeHTMLPage {
			t.Errorf("%s: %v", call, e)
		}
	}
}

// A new registration of the bot, a move to single tenant or a restore elsewhere: what Teams
// gave out before, it cannot read any more. It says so in words only.
func TestAnIDThatTeamsCannotReadAnyMoreMeansAnotherConversation(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"Failed to decrypt conversation id", "Failed to decrypt pairwise id", "Fail to decrypt conversation id"} {
		for _, status := range []int{400, 403, 404} {
			s := newFakeTeams(t, respondWith(status, fmt.Sprintf(`{"error":{"code":"BadArgument","message":%q}}`, words)))
			for call, do := range allCalls(s.client) {
				want := teamsfailure.UnclearRejection // what is made anew is not helped by making it anew
				switch call {
				case CallSend, CallSendTargeted, CallUpdate:
					want = teamsfailure.ConversationGone
				}
				if e := requireError(t, do(t.Context())); e.Kind != want || e.Code != CodeUnreadableID {
					t.Errorf("%d %q to %s: %s %s", status, words, call, e.Kind, e.Code)
				}
			}
		}
	}
}

func TestTheTableKnowsNoOtherKinds(t *testing.T) {
	t.Parallel()
	for _, r := range classificationRules {
		if r.kind != afterLoss && !slices.Contains(teamsfailure.Kinds(), r.kind) {
			t.Errorf("%s %s %s: %q is no kind of failure", r.Status, r.Code, r.Call, r.kind)
		}
	}
}

func TestAFailureOfTheSetUpSaysWhichPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status      int
		code, hint  string
		credentials bool
	}{
		{401, "BotNotRegistered", "credentials", true}, {403, "InvalidBotApiHost", "service URL", false}, {307, "", "service URL", false},
	} {
		s := newFakeTeams(t, respondWith(test.status, fmt.Sprintf(`{"error":{"code":%q}}`, test.code)))
		e := requireError(t, allCalls(s.client)[CallSend](t.Context()))
		if e.Kind != teamsfailure.Misconfigured || !strings.Contains(e.Remedy(), test.hint) || errors.Is(e, ErrCredentials) != test.credentials {
			t.Errorf("%d %s: %v", test.status, test.code, e)
		}
	}
}

func TestCallsHaveTheShapeTeamsDocuments(t *testing.T) {
	t.Parallel()
	conversation := "/emea/v3/conversations/19%3Aabc%40thread.tacv2%3Bmessageid%3D17"
	whole := `"from":{"id":"28:` + appID + `"},"conversation":{"id":"19:abc@thread.tacv2;messageid=17"}`
	tests := []struct{ call, answer, method, path, body string }{
		{CallCreatePersonalChat, `{"id":"a:1"}`, "POST", "/emea/v3/conversations",
			`{"isGroup":false,"bot":{"id":"28:` + appID + `"},"members":[{"id":"` + mayaID + `"}],"tenantId":"` + tenant + `","channelData":{"tenant":{"id":"` + tenant + `"}}}`},
		{CallStartThread, `{"id":"19:x","activityId":"1"}`, "POST", "/emea/v3/conversations",
			`{"isGroup":true,"bot":{"id":"28:` + appID + `"},"activity":{"type":"message","text":"hello","from":{"id":"28:` + appID + `"}},"tenantId":"` + tenant + `","channelData":{"tenant":{"id":"` + tenant + `"},"channel":{"id":"19:abc@thread.tacv2"}}}`},
		{CallSend, `{"id":"1"}`, "POST", conversation + "/activities", `{"type":"message","text":"hello",` + whole + `}`},
		{CallSendTargeted, `{"id":"1"}`, "POST", conversation + "/activities?isTargetedActivity=true",
			`{"type":"message","text":"hello","recipient":{"id":"29:maya"},` + whole + `}`},
		{CallUpdate, `{"id":"1776"}`, "PUT", conversation + "/activities/1776", `{"type":"message","text":"hello",` + whole + `}`},
		{CallMembers, `{"members":[]}`, "GET", conversation + "/pagedmembers?pageSize=1", ``},
	}
	for _, test := range tests {
		t.Run(test.call, func(t *testing.T) {
			t.Parallel()
			s := newFakeTeams(t, respondWith(201, test.answer))
			if err := allCalls(s.client)[test.call](t.Context()); err != nil {
				t.Fatal(err)
			}
			contentType := ""
			if test.body != "" {
				contentType = "application/json; charset=utf-8"
			}
			want := []recordedRequest{{test.method, test.path, contentType, "Bearer token-1", test.body}}
			if diff := cmp.Diff(want, s.recordedRequests()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnUpdateNeverCarriesARecipient(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(200, `{}`))
	a := NewTextMessage("hello")
	a.Recipient = &Account{ID: "29:maya"}
	if err := s.client.Update(t.Context(), Destination{ConversationID: "c"}, "1", a); err != nil {
		t.Fatal(err)
	}
	if body := s.recordedRequests()[0].Body; strings.Contains(body, "recipient") {
		t.Errorf("body carries a recipient: %s", body)
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token-2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		io.WriteString(w, `{"id":"1"}`)
	})
	for range 2 {
		if _, err := s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage("x")); err != nil {
			t.Fatal(err)
		}
	}
	if s.tokens.issued != 2 || s.tokens.forgetCalls != 1 || len(s.recordedRequests()) != 3 {
		t.Errorf("%d tokens, %d forgotten, %d requests; want 2, 1, 3", s.tokens.issued, s.tokens.forgetCalls, len(s.recordedRequests()))
	}
}

func TestATokenIsUsedUntilShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	now := noon
	s := newFakeTeams(t, respondWith(200, `{"id":"1"}`), func(c *Config) { c.Now = func() time.Time { return now } })
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{0, 1}, {54 * time.Minute, 1}, {55 * time.Minute, 2}} {
		now = noon.Add(step.at)
		if err := s.client.Update(t.Context(), Destination{ConversationID: "c"}, "1", NewTextMessage("x")); err != nil {
			t.Fatal(err)
		}
		if s.tokens.issued != step.want {
			t.Errorf("after %s: %d tokens, want %d", step.at, s.tokens.issued, step.want)
		}
	}
}

func TestManyCallersShareOneToken(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage("x")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s.tokens.issued != 1 {
		t.Errorf("%d tokens fetched, want 1", s.tokens.issued)
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`))
	s.tokens.err = errors.New("secret=hunter2 AADSTS7000229: no service principal")
	_, err := s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage("x"))
	e := requireError(t, err)
	if e.Code != "AADSTS7000229" || strings.Contains(e.Error(), "hunter2") || len(s.recordedRequests()) != 0 {
		t.Errorf("got %v after %d requests", e, len(s.recordedRequests()))
	}
}

func TestRetryAfterIsReadInSecondsAndAsADate(t *testing.T) {
	t.Parallel()
	tests := map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "NaN": 0,
		"99999999999": 24 * time.Hour, "99999999999999999999999": 0,
		noon.Add(90 * time.Second).Format(http.TimeFormat):     90 * time.Second,
		noon.Add(-90 * time.Second).Format(http.TimeFormat):    0,
		noon.Add(9000 * time.Hour).Format(http.TimeFormat):     24 * time.Hour,
		noon.Add(30*time.Second).Format(time.RFC3339) + "junk": 0,
	}
	for header, want := range tests {
		s := newFakeTeams(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(429)
		})
		e := requireError(t, s.client.CheckConversation(t.Context(), Destination{ConversationID: "c"}))
		if e.RetryAfter != want {
			t.Errorf("Retry-After %q: got %s, want %s", header, e.RetryAfter, want)
		}
	}
}

func TestAMessageThatTeamsWouldRefuseForItsSizeIsNotSent(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`))
	for _, text := range []string{strings.Repeat("a", maxMessageBytes/2), strings.Repeat("😀", maxMessageBytes/4)} {
		_, err := s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage(text))
		if e := requireError(t, err); e.Kind != teamsfailure.OurBug {
			t.Errorf("%v", e)
		}
	}
	card, _ := json.Marshal(map[string]string{"type": "AdaptiveCard", "x": strings.Repeat("a", 25<<10)})
	if _, err := s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewCardMessage("s", card)); err != nil {
		t.Errorf("a card of 25 KB was refused: %v", err)
	}
	if len(s.recordedRequests()) != 1 {
		t.Errorf("%d requests, want 1", len(s.recordedRequests()))
	}
}

func TestAMissingIdIsNotSentAsAnotherAddress(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(200, `{}`))
	if e := requireError(t, s.client.Update(t.Context(), Destination{ConversationID: "c"}, "", NewTextMessage("x"))); e.Kind != teamsfailure.OurBug {
		t.Errorf("%v", e)
	}
	if err := s.client.Update(t.Context(), Destination{ConversationID: ".."}, "a/b?c", NewTextMessage("x")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("/emea/v3/conversations/%2E%2E/activities/a%2Fb%3Fc", s.recordedRequests()[0].Path); diff != "" {
		t.Error(diff)
	}
}
