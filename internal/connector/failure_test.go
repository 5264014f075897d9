package connector

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestALostAnswerIsAmbiguousOnlyWhereAMessageIsPosted(t *testing.T) {
	t.Parallel()
	want := map[string]Kind{
		CallCreatePersonal: Retry, CallStartThread: Ambiguous, CallSend: Ambiguous, CallSendTargeted: Ambiguous,
		CallUpdate: Retry, CallDelete: Retry, CallMember: Retry, CallMembers: Retry,
	}
	expectKinds := func(name string, s *teams, ctx func() context.Context) {
		for call, do := range everyCall(s.client) {
			err := do(ctx())
			if e := kindOf(t, err); e.Kind != want[call] {
				t.Errorf("%s, %s: %v, want %s", name, call, e, want[call])
			}
			if name == "silent" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v does not say that it was a timeout", call, err)
			}
		}
	}
	cut := newTeams(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	expectKinds("cut", cut, t.Context)

	arrived := make(chan struct{})
	silent := newTeams(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	expectKinds("silent", silent, func() context.Context {
		ctx := &expiring{Context: t.Context(), over: make(chan struct{})}
		go func() { <-arrived; close(ctx.over) }()
		return ctx
	})
}

// expiring is a context whose deadline passes when the test says so: after the
// request has arrived, however slow the machine is.
type expiring struct {
	context.Context
	over chan struct{}
}

func (e *expiring) Done() <-chan struct{} { return e.over }

func (e *expiring) Err() error {
	select {
	case <-e.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestAnUnreadableYesIsALostAnswer(t *testing.T) {
	t.Parallel()
	huge := `{"id":"` + strings.Repeat("x", answerLimit) + `"}`
	for _, body := range []string{"", "<html>", `{}`, `{"id":7}`, huge} {
		s := newTeams(t, answering(201, body))
		for call, want := range map[string]Kind{CallSend: Ambiguous, CallStartThread: Ambiguous, CallCreatePersonal: Retry} {
			if e := kindOf(t, everyCall(s.client)[call](t.Context())); e.Kind != want {
				t.Errorf("%s, %.20q: %v, want %s", call, body, e, want)
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
		AppID: appID, Tenant: tenant, Tokens: &countedTokens{lifetime: time.Hour}, HTTP: refusing,
		Allowed: LoopbackOnly(address), DefaultServiceURL: address, Now: func() time.Time { return noon },
	})
	for call, do := range everyCall(client) {
		if e := kindOf(t, do(t.Context())); e.Kind != Retry || e.Code != "no connection" {
			t.Errorf("%s: %v, want retry", call, e)
		}
	}
}

func TestACancelledCallSaysSo(t *testing.T) {
	t.Parallel()
	s := newTeams(t, answering(201, `{"id":"1"}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, do := range everyCall(s.client) {
		if err := do(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", call, err)
		}
	}
	if len(s.requests()) != 0 {
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
		s := newTeams(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, status) })
		for call, do := range everyCall(s.client) {
			if e := kindOf(t, do(t.Context())); e.Kind != ForbiddenHost {
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
	s := newTeams(t, answering(201, `{"id":"1"}`), func(c *Config) { c.Allowed = clouds[0].Allowed() })
	for call, do := range everyCall(s.client) {
		if e := kindOf(t, do(t.Context())); e.Kind != ForbiddenHost {
			t.Errorf("%s: %v", call, e)
		}
	}
	if len(s.requests()) != 0 || s.tokens.given != 0 {
		t.Errorf("%d requests sent, %d tokens fetched", len(s.requests()), s.tokens.given)
	}
}

func TestACallEndsByItsOwnTimeout(t *testing.T) {
	t.Parallel()
	s := newTeams(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		func(c *Config) { c.Timeout = time.Millisecond })
	if err := s.client.Delete(t.Context(), Ref{ConversationID: "c"}, "1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
