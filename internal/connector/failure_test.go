package connector

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"challengebot/internal/teamsfailure"
)

func TestALostAnswerIsAmbiguousOnlyWhereAMessageIsPosted(t *testing.T) {
	t.Parallel()
	want := map[string]teamsfailure.Kind{
		CallCreatePersonalChat: teamsfailure.Retryable, CallStartThread: teamsfailure.Ambiguous, CallSend: teamsfailure.Ambiguous, CallSendTargeted: teamsfailure.Ambiguous,
		CallUpdate: teamsfailure.Retryable, CallMembers: teamsfailure.Retryable,
	}
	expectKinds := func(name string, s *fakeTeams, ctx func() context.Context) {
		for call, do := range allCalls(s.client) {
			err := do(ctx())
			if e := requireError(t, err); e.Kind != want[call] {
				t.Errorf("%s, %s: %v, want %s", name, call, e, want[call])
			}
			if name == "silent" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v does not say that it was a timeout", call, err)
			}
		}
	}
	cut := newFakeTeams(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	expectKinds("cut", cut, t.Context)

	arrived := make(chan struct{})
	silent := newFakeTeams(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	expectKinds("silent", silent, func() context.Context {
		ctx := &expiringContext{Context: t.Context(), expired: make(chan struct{})}
		go func() { <-arrived; close(ctx.expired) }()
		return ctx
	})
}

// expiringContext is a context whose deadline passes when the test says so: after the
// request has arrived, however slow the machine is.
type expiringContext struct {
	context.Context
	expired chan struct{}
}

func (e *expiringContext) Done() <-chan struct{} { return e.expired }

func (e *expiringContext) Err() error {
	select {
	case <-e.expired:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestAnUnreadableYesIsALostAnswer(t *testing.T) {
	t.Parallel()
	huge := `{"id":"` + strings.Repeat("x", maxResponseBytes) + `"}`
	type answer struct {
		status int
		body   string
	}
	for _, a := range []answer{{201, ""}, {201, "<html>"}, {201, `{}`}, {201, `{"id":7}`}, {201, huge}, {200, `{}`}, {200, ""}, {202, ""}, {202, `{}`}, {204, ""}} {
		s := newFakeTeams(t, respondWith(a.status, a.body))
		for call, want := range map[string]teamsfailure.Kind{CallSend: teamsfailure.Ambiguous, CallStartThread: teamsfailure.Ambiguous, CallCreatePersonalChat: teamsfailure.Retryable} {
			if e := requireError(t, allCalls(s.client)[call](t.Context())); e.Kind != want || e.Status != a.status {
				t.Errorf("%s, %d %.20q: %v, want %s", call, a.status, a.body, e, want)
			}
		}
	}
}

func TestWithoutAConnectionNothingCanHaveArrived(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	refusing := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("connection refused")
	}}}
	t.Cleanup(func() { listener.Close() })
	client := New(Config{
		AppID: appID, Tenant: tenant, Credential: &countingCredential{lifetime: time.Hour}, HTTP: refusing,
		ServiceURLAllowed: LoopbackOnly(address), DefaultServiceURL: address, Now: func() time.Time { return noon },
	})
	for call, do := range allCalls(client) {
		if e := requireError(t, do(t.Context())); e.Kind != teamsfailure.Retryable || e.Code != "no connection" {
			t.Errorf("%s: %v, want retry", call, e)
		}
	}
}

func TestACancelledCallSaysSo(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, do := range allCalls(s.client) {
		if err := do(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", call, err)
		}
	}
	if len(s.recordedRequests()) != 0 {
		t.Error("a cancelled call was sent")
	}
}

func TestTheTokenNeverFollowsARedirect(t *testing.T) {
	t.Parallel()
	var stolen []string
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stolen = append(stolen, r.Header.Get("Authorization"))
	}))
	t.Cleanup(thief.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := newFakeTeams(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, status) })
		for call, do := range allCalls(s.client) {
			if e := requireError(t, do(t.Context())); e.Kind != teamsfailure.Misconfigured {
				t.Errorf("%d, %s: %v", status, call, e)
			}
		}
	}
	if len(stolen) > 0 {
		t.Errorf("the redirect was followed %d times", len(stolen))
	}
}

func TestTheTokenNeverLeavesForAHostThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`), func(c *Config) { c.ServiceURLAllowed = clouds[0].AllowList() })
	for call, do := range allCalls(s.client) {
		if e := requireError(t, do(t.Context())); e.Kind != teamsfailure.Misconfigured {
			t.Errorf("%s: %v", call, e)
		}
	}
	if len(s.recordedRequests()) != 0 || s.tokens.issued != 0 {
		t.Errorf("%d requests sent, %d tokens fetched", len(s.recordedRequests()), s.tokens.issued)
	}
}

func TestACallThatMakesAMessageHasThreeTimesAsLong(t *testing.T) {
	t.Parallel()
	deadlines := map[string]time.Duration{}
	var mu sync.Mutex
	var call string
	s := newFakeTeams(t, respondWith(201, `{"id":"1","activityId":"1"}`), func(c *Config) {
		c.Timeout = time.Minute
		c.HTTP = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			at, _ := r.Context().Deadline()
			mu.Lock()
			deadlines[call] = time.Until(at).Round(10 * time.Second)
			mu.Unlock()
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	for name, do := range allCalls(s.client) {
		call = name
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, got := range deadlines {
		want := time.Minute
		if name == CallSend || name == CallSendTargeted || name == CallStartThread {
			want = 3 * time.Minute
		}
		if got != want {
			t.Errorf("%s has %s, want %s", name, got, want)
		}
	}
	if len(deadlines) < 6 {
		t.Errorf("only %v were made", deadlines)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestACallEndsByItsOwnTimeout(t *testing.T) {
	t.Parallel()
	s := newFakeTeams(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		func(c *Config) { c.Timeout = time.Millisecond })
	if err := s.client.CheckConversation(t.Context(), Destination{ConversationID: "c"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
