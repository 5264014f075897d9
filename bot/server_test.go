package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// recordingHandler is a handler that keeps the activities it was given.
type recordingHandler struct {
	mu         sync.Mutex
	activities []Activity
	answer     func(Activity) (Reply, error)
}

func (r *recordingHandler) HandleActivity(_ context.Context, a Activity) (Reply, error) {
	r.mu.Lock()
	r.activities = append(r.activities, a)
	r.mu.Unlock()
	if r.answer == nil {
		return Reply{}, nil
	}
	return r.answer(a)
}

func (r *recordingHandler) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.activities)
}

type testServer struct {
	testValidator
	*recordingHandler
	http.Handler
	registry *prometheus.Registry
	log      *bytes.Buffer
	notReady []string
}

func newTestServer(t testing.TB, keys ...any) *testServer {
	t.Helper()
	h := &testServer{testValidator: newTestValidator(t, keys...), recordingHandler: &recordingHandler{}, registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}
	handler, err := NewServer(ServerConfig{
		Validator: h.Validator, Registry: h.registry,
		Logger: slog.New(slog.NewTextHandler(h.log, nil)), Now: h.clock.Now,
		NotReadyReasons: func(context.Context) []string { return h.notReady },
	}, h.recordingHandler)
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = handler
	return h
}

func (h *testServer) post(body []byte, authorization ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/messages", bytes.NewReader(body))
	for _, a := range authorization {
		r.Header.Add("Authorization", a)
	}
	return h.serve(r)
}

func (h *testServer) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (h *testServer) get(path string) *httptest.ResponseRecorder {
	return h.serve(httptest.NewRequest(http.MethodGet, path, nil))
}

// rejections returns the reasons counted so far.
func (h *testServer) rejections(t testing.TB) map[string]float64 {
	t.Helper()
	return h.countByLabel(t, "challengebot_inbound_rejected_total", "reason")
}

func (h *testServer) countByLabel(t testing.TB, name, label string) map[string]float64 {
	t.Helper()
	families, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			n := m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			if n != 0 && m.GetLabel()[0].GetName() == label {
				found[m.GetLabel()[0].GetValue()] = n
			}
		}
	}
	return found
}

func encodeActivity(t testing.TB, a Activity) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"type": a.Type, "id": a.ID, "channelId": a.ChannelID, "serviceUrl": a.ServiceURL, "text": a.Text,
		"conversation": a.Conversation, "channelData": map[string]any{"tenant": a.ChannelData.Tenant},
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func errorCode(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var answer struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer %q: %v", w.Body, err)
	}
	if answer.Error.Message == "" {
		t.Errorf("answer %q has no message", w.Body)
	}
	return answer.Error.Code
}

func TestGoodTurnReachesTheHandlerWhole(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.answer = func(a Activity) (Reply, error) {
		action, err := a.CardAction()
		return Reply{Body: map[string]any{"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": action.Verb}}, err
	}
	body := readFixture(t, "card_action.json")
	w := h.post(body, h.token(t))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json; charset=utf-8" ||
		w.Body.String() != `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"respond"}` {
		t.Errorf("answer %d %s %s", w.Code, w.Header(), w.Body)
	}
	want := mustDecode(t, string(body))
	if diff := cmp.Diff([]Activity{want}, h.activities); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{"card_action": 1}, h.countByLabel(t, "challengebot_turn_duration_seconds", "kind")); diff != "" {
		t.Error(diff)
	}
}

func TestRepliesKeepTheirForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply Reply
		code  int
		body  string
	}{
		{"nothing", Reply{}, 200, ""},
		{"status alone", Reply{Status: 202}, 202, ""},
		{"raw", Reply{Body: json.RawMessage(`{"a": "<b>"}`)}, 200, `{"a": "<b>"}`},
		{"value", Reply{Status: 201, Body: []int{1}}, 201, "[1]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t)
			h.answer = func(Activity) (Reply, error) { return tt.reply, nil }
			if w := h.post(encodeActivity(t, goodActivity()), h.token(t)); w.Code != tt.code || w.Body.String() != tt.body {
				t.Errorf("answer %d %q", w.Code, w.Body)
			}
		})
	}
}

func TestBodyOfExactlyTheLimitIsTaken(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	body := encodeActivity(t, goodActivity())
	body = append(body, bytes.Repeat([]byte(" "), maxBodyBytes-len(body))...)
	if w := h.post(body, h.token(t)); w.Code != http.StatusOK || h.count() != 1 {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
}

func TestBodyWithoutALengthIsCappedToo(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	r := httptest.NewRequest(http.MethodPost, "/api/messages", io.MultiReader(strings.NewReader(strings.Repeat(" ", maxBodyBytes+1))))
	r.ContentLength = -1
	r.Header.Set("Authorization", h.token(t))
	if w := h.serve(r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answer %d", w.Code)
	}
}

func TestBrokenBodyIsABadRequest(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	r := httptest.NewRequest(http.MethodPost, "/api/messages", io.MultiReader(strings.NewReader("{"), brokenReader{}))
	r.Header.Set("Authorization", h.token(t))
	if w := h.serve(r); w.Code != http.StatusBadRequest || h.rejections(t)[string(reasonBodyUnread)] != 1 {
		t.Errorf("answer %d, %v", w.Code, h.rejections(t))
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestFailedTurnsSayNothingOfTheirContent(t *testing.T) {
	t.Parallel()
	const secret = "Jo Bloggs"
	tests := []struct {
		name   string
		answer func(Activity) (Reply, error)
		code   int
		cause  string
	}{
		{"unavailable", func(Activity) (Reply, error) { return Reply{}, fmt.Errorf("%s: %w", secret, ErrUnavailable) }, 503, causeUnavailable},
		{"error", func(Activity) (Reply, error) { return Reply{}, errors.New(secret) }, 500, causeError},
		{"panic", func(Activity) (Reply, error) { panic(secret) }, 500, causePanic},
		{"panic with an error", func(Activity) (Reply, error) { panic(errors.New(secret)) }, 500, causePanic},
		{"reply that cannot be written", func(Activity) (Reply, error) { return Reply{Body: map[string]any{secret: func() {}}}, nil }, 500, causeError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t)
			h.answer = tt.answer
			w := h.post(encodeActivity(t, goodActivity()), h.token(t))
			if w.Code != tt.code || errorCode(t, w) != strings.ReplaceAll(http.StatusText(tt.code), " ", "") {
				t.Errorf("answer %d %s", w.Code, w.Body)
			}
			if strings.Contains(w.Body.String()+h.log.String(), secret) {
				t.Errorf("the content came out: %s %s", w.Body, h.log)
			}
			if n := strings.Count(h.log.String(), goodActivity().ID); n != 1 {
				t.Errorf("the activity is named %d times in the log, want once: %s", n, h.log)
			}
			if diff := cmp.Diff(map[string]float64{tt.cause: 1}, h.countByLabel(t, "challengebot_turn_failures_total", "cause")); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[string]float64{"message": 1}, h.countByLabel(t, "challengebot_turn_duration_seconds", "kind")); diff != "" {
				t.Error(diff)
			}
			h.answer = nil
			if w := h.post(encodeActivity(t, goodActivity()), h.token(t)); w.Code != http.StatusOK {
				t.Errorf("the next turn got %d", w.Code)
			}
		})
	}
}

func TestAFailedRequestLeavesItsReasonInTheLog(t *testing.T) {
	t.Parallel()
	const secret = "Jo Bloggs"
	for want, fault := range map[string]error{
		"the database is not available":             fmt.Errorf("%w: %s: %w", ErrUnavailable, secret, storage.ErrUnavailable),
		"there is no such challenge":                fmt.Errorf("%s: %w", secret, storage.ErrNotFound),
		"an error of type *errors.errorString":      errors.New(secret),
		"the challenge contradicts itself":          fmt.Errorf("%s: %w", secret, (&challenge.Challenge{}).CheckConsistency()),
		"an error of type *json.UnmarshalTypeError": json.Unmarshal([]byte(`{"at":"`+secret+`"}`), &struct{ At int }{}),
	} {
		h := newTestServer(t)
		h.answer = func(Activity) (Reply, error) { return Reply{}, fault }
		h.post(encodeActivity(t, goodActivity()), h.token(t))
		if said := h.log.String(); !strings.Contains(said, want) || !strings.Contains(said, goodActivity().ID) || strings.Contains(said, secret) {
			t.Errorf("%q is not in the log, or more is: %s", want, said)
		}
	}
}

func TestARequestAndTheQuestionWhetherTheProgramIsReadyHaveAnEnd(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	limits := make(chan time.Duration, 2)
	told := func(ctx context.Context) {
		at, ok := ctx.Deadline()
		if !ok {
			at = time.Now().Add(time.Hour)
		}
		limits <- time.Until(at)
	}
	server, err := NewServer(ServerConfig{Validator: h.Validator, Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), Now: h.clock.Now,
		NotReadyReasons: func(ctx context.Context) []string { told(ctx); return nil }},
		handlerFunc(func(ctx context.Context, _ Activity) (Reply, error) { told(ctx); return Reply{}, nil }))
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = server
	h.post(encodeActivity(t, goodActivity()), h.token(t))
	if limit := <-limits; limit > 8*time.Second {
		t.Errorf("a request may take %v", limit)
	}
	h.get("/readyz")
	if limit := <-limits; limit > 5*time.Second {
		t.Errorf("readiness may take %v", limit)
	}
}

func TestHandlerSeesTheRequestEnd(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan error, 1)
	h.Handler = newServerWithHandler(t, h, handlerFunc(func(ctx context.Context, _ Activity) (Reply, error) {
		cancel()
		<-ctx.Done()
		seen <- ctx.Err()
		return Reply{}, nil
	}))
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/messages", bytes.NewReader(encodeActivity(t, goodActivity())))
	r.Header.Set("Authorization", h.token(t))
	h.serve(r)
	if err := <-seen; !errors.Is(err, context.Canceled) {
		t.Errorf("context ended with %v", err)
	}
}

type handlerFunc func(context.Context, Activity) (Reply, error)

func (f handlerFunc) HandleActivity(ctx context.Context, a Activity) (Reply, error) { return f(ctx, a) }

func newServerWithHandler(t testing.TB, h *testServer, handler ActivityHandler) http.Handler {
	t.Helper()
	h.registry = prometheus.NewRegistry()
	server, err := NewServer(ServerConfig{Validator: h.Validator, Registry: h.registry,
		Logger: slog.New(slog.DiscardHandler), Now: h.clock.Now, NotReadyReasons: func(context.Context) []string { return nil }}, handler)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestHealthReadinessAndMetricsAnswer(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	if w := h.get("/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz %d", w.Code)
	}
	if w := h.get("/readyz"); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"ready":true}` {
		t.Errorf("readyz %d %s", w.Code, w.Body)
	}
	h.notReady = []string{"the database does not answer"}
	if w := h.get("/readyz"); w.Code != http.StatusServiceUnavailable ||
		strings.TrimSpace(w.Body.String()) != `{"ready":false,"reasons":["the database does not answer"]}` {
		t.Errorf("readyz %d %s", w.Code, w.Body)
	}
	h.post(encodeActivity(t, goodActivity()))
	w := h.get("/metrics")
	for _, line := range []string{`challengebot_inbound_rejected_total{reason="missing"} 1`,
		`challengebot_inbound_rejected_total{reason="tenant"} 0`, `challengebot_issuer_keys_age_seconds -1`,
		`challengebot_turn_failures_total{cause="unavailable"} 0`, `challengebot_turn_failures_total{cause="error"} 0`, `challengebot_turn_failures_total{cause="panic"} 0`,
		`challengebot_issuer_keys 0`} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("metrics lack %s", line)
		}
	}
	if problems, err := testutil.GatherAndLint(h.registry); err != nil || len(problems) > 0 {
		t.Errorf("metric names: %v %v", problems, err)
	}
}

func TestOtherPathsAndMethodsAnswerInTheSameForm(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	if w := h.get("/nowhere"); w.Code != http.StatusNotFound || errorCode(t, w) != "NotFound" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
	if w := h.get("/api/messages"); w.Code != http.StatusMethodNotAllowed || errorCode(t, w) != "MethodNotAllowed" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
}

func TestTurnKindsAreAClosedSet(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"type":"message","text":"x"}`:                  "message",
		`{"type":"message","value":{}}`:                  "submit",
		`{"type":"invoke","name":"adaptiveCard/action"}`: "card_action",
		`{"type":"invoke","name":"task/fetch"}`:          "task_fetch",
		`{"type":"invoke","name":"task/submit"}`:         "task_submit",
		`{"type":"invoke","name":"anything/at/all"}`:     "invoke_other",
		`{"type":"conversationUpdate"}`:                  "membership",
		`{"type":"installationUpdate"}`:                  "membership",
		`{"type":"messageReaction"}`:                     "message_change",
		`{"type":"messageDelete"}`:                       "message_change",
		`{"type":"event","name":"x"}`:                    "event",
		`{"type":"made up"}`:                             "other",
	} {
		if got := mustDecode(t, body).metricKind(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestServerNeedsItsWholeConfiguration(t *testing.T) {
	t.Parallel()
	if _, err := NewServer(ServerConfig{}, &recordingHandler{}); err == nil {
		t.Error("a server without a validator was built")
	}
}

func benchmarkRequest(b *testing.B, prepare func(*testServer)) {
	h := newTestServer(b)
	body := readFixture(b, "card_action.json")
	h.Handler = newServerWithHandler(b, h, handlerFunc(func(context.Context, Activity) (Reply, error) { return Reply{}, nil }))
	token := h.token(b)
	b.ReportAllocs()
	for b.Loop() {
		prepare(h)
		if w := h.post(body, token); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// BenchmarkVerifyAndParse is a whole activity without network and handler.
func BenchmarkVerifyAndParse(b *testing.B) {
	b.Run("remembered token", func(b *testing.B) { benchmarkRequest(b, func(*testServer) {}) })
	b.Run("first sight", func(b *testing.B) {
		benchmarkRequest(b, func(h *testServer) { h.cache.young, h.cache.old = map[[32]byte]verifiedToken{}, nil })
	})
}
