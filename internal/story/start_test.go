package story

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/app"
)

// What is not there when the program starts, and what the clocks say.

// logLines hands over what is logged, line by line.
type logLines chan string

func (l logLines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// waitFor reads the log until a line holds a text.
func (l logLines) waitFor(t *testing.T, text string) {
	t.Helper()
	for patience := time.After(30 * time.Second); ; {
		select {
		case line := <-l:
			if strings.Contains(line, text) {
				return
			}
		case <-patience:
			t.Fatalf("the log never said %q", text)
		}
	}
}

// running is one more instance of the program, as serve runs it.
type running struct {
	*app.App
	url  string
	log  logLines
	stop func() // ends it, once
}

// runInstance starts one more instance. Teams sends to it from now on.
func (s *stage) runInstance(parts app.Dependencies) *running {
	s.t.Helper()
	r := &running{log: make(logLines, 1000)}
	parts.Logger = slog.New(slog.NewJSONHandler(r.log, nil))
	a, err := app.New(s.t.Context(), parts)
	if err != nil {
		s.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	r.App, r.url = a, "http://"+listener.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, listener) }()
	r.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			s.t.Errorf("the instance did not end cleanly: %v", err)
		}
		a.Close()
	})
	s.t.Cleanup(r.stop)
	s.Teams.SetBotURL(r.url)
	return r
}

// get is what the instance answers on a path.
func (r *running) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func (r *running) expectWaiting(t *testing.T, s *stage) {
	t.Helper()
	if status, body := r.get(
		t,
		"/readyz",
	); status != http.StatusServiceUnavailable ||
		!strings.Contains(body, "not been ready since the start") {
		t.Errorf("/readyz says %d %s", status, body)
	}
	if status, _ := r.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("/healthz says %d", status)
	}
	if _, body := r.get(t, "/metrics"); !strings.Contains(body, "\nchallengebot_prepared 0\n") {
		t.Error("no metric tells that the bot waits")
	}
	if got := s.post(s.maya.newMessage("/help")); got.Status != http.StatusServiceUnavailable {
		t.Errorf("a request was answered with %d %s", got.Status, got.Body)
	}
}

func (r *running) expectWorking(t *testing.T, s *stage) {
	t.Helper()
	if status, body := r.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("/readyz says %d %s", status, body)
	}
	if _, body := r.get(t, "/metrics"); !strings.Contains(body, "\nchallengebot_prepared 1\n") {
		t.Error("no metric tells that the bot works")
	}
	if got := s.post(s.maya.newMessage("/help")); got.Status != http.StatusOK {
		t.Errorf("a request was answered with %d %s", got.Status, got.Body)
	}
}

func TestTheBotStartsWithoutItsDatabaseAndWorksWhenItComes(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	line := startRelay(t, s.options.DatabaseURL)
	line.Cut()
	parts := s.parts
	parts.DatabaseURL = line.dsn
	r := s.runInstance(parts)
	r.log.waitFor(t, "the database is not available; the bot waits for it")
	r.expectWaiting(t, s)
	line.Mend()
	r.log.waitFor(t, "the database is there; the bot works")
	r.expectWorking(t, s)
	r.stop()
	s.settle()
	s.discardNews()
}

func TestTheBotStartsWithADatabaseThatCannotBeWrittenAndWorksWhenItCan(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.setReadOnly(true)
	r := s.runInstance(s.parts)
	r.log.waitFor(t, "the database is not available; the bot waits for it")
	r.expectWaiting(t, s)
	s.setReadOnly(false)
	r.log.waitFor(t, "the database is there; the bot works")
	r.expectWorking(t, s)
	r.stop()
	s.settle()
	s.discardNews()
}

// setReadOnly lets connections that are made from now on read only, or write again.
func (s *stage) setReadOnly(on bool) {
	s.t.Helper()
	ctx := s.t.Context()
	conn, err := pgx.Connect(ctx, s.options.DatabaseURL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(ctx)
	sql := `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`
	if !on {
		sql = `BEGIN READ WRITE; ` + strings.Replace(sql, "= on", "= off", 1) + `; COMMIT`
	}
	if _, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		s.t.Fatal(err)
	}
}

func TestReadOnlyAndBackTheProgramIsNotReadyMeanwhileAndGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.log.allow("temporarily unavailable")
	s.setReadOnly(true)
	queryRows[bool](
		s,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
	)
	if status, body := s.httpGet("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d %s", status, body)
	}
	if got := s.post(s.maya.newMessage("/help")); got.Status != http.StatusServiceUnavailable {
		t.Errorf("a request was answered with %d %s", got.Status, got.Body)
	}
	s.setReadOnly(false)
	for range 20 { // as many as there may be connections
		if status, body := s.httpGet("/readyz"); status != http.StatusOK {
			t.Fatalf("/readyz says %d %s", status, body)
		}
		if got := s.post(s.maya.newMessage("/help")); got.Status != http.StatusOK {
			t.Fatalf("a request was answered with %d %s", got.Status, got.Body)
		}
	}
	s.settle()
	s.discardNews()
}

func TestAnInstanceWhoseClockIsFiveMinutesOffDecidesNothingAndRefusesNoAnswer(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"ahead": 5 * time.Minute, "behind": -5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			r := s.raiseAndCollect(nil, s.tom, s.priya)
			c := s.load(r.ref).Challenge
			due := c.Due()
			s.Clock.Set(due.Add(-3 * time.Minute))
			parts := s.parts
			parts.HostNow = func() time.Time { return s.Clock.Now().Add(off) }
			other := s.runInstance(parts)
			other.log.waitFor(t, "differ by 5m0s")
			if status, body := other.get(
				t,
				"/readyz",
			); status != http.StatusServiceUnavailable ||
				!strings.Contains(body, "the clock is not trusted") {
				t.Errorf("/readyz says %d %s", status, body)
			}
			if n := s.countEvents(r.ref, "lapsed"); n != 0 {
				t.Error("a window ended before its time")
			}
			// It takes answers, and knows the right time of them.
			s.post(s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))).
				expectText(t, "You answered on")
			c = s.load(r.ref).Challenge
			if answered := c.CurrentOpening().AnsweredAt; !answered.Equal(due.Add(-3 * time.Minute)) {
				t.Errorf("the answer was recorded for %v", answered)
			}
			other.stop()
			s.settle()
			s.discardNews()
		})
	}
}

// In production nobody moves a clock: the database's is the one.
func TestByADatabaseThatKnowsTheTimeAMachineThatDoesNotWorksWithTheRightOne(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: time.Now()}, "ne-lincolnshire")
	parts := s.parts
	parts.Now, parts.HostNow = nil, func() time.Time { return time.Now().Add(-2 * time.Hour) }
	r := s.runInstance(parts)
	r.log.waitFor(t, "differ by 2h0m")
	before := time.Now()
	if got := s.post(s.maya.newMessage("/help")); got.Status != http.StatusOK { // its token has the right time
		t.Fatalf("a request was answered with %d %s", got.Status, got.Body)
	}
	queued := queryRows[time.Time](s, `SELECT created_at FROM delivery ORDER BY id DESC LIMIT 1`)[0]
	if queued.Before(before.Add(-5*time.Second)) || queued.After(time.Now().Add(5*time.Second)) {
		t.Errorf("it was queued at %v, and it is %v", queued, before)
	}
	if status, _ := r.get(t, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d", status)
	}
	parts.HostNow = nil
	right := s.runInstance(parts)
	if status, body := right.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("on a machine whose clock is right /readyz says %d %s", status, body)
	}
	if n := s.count(
		`SELECT FROM heartbeat WHERE seen_at BETWEEN now() - interval '1 minute' AND now() + interval '1 minute'`,
	); n == 0 {
		t.Error("nothing is kept of the time by which it works")
	}
	r.stop()
	right.stop()
	s.Clock.Set(time.Now().Add(time.Hour))
	s.settle()
	s.discardNews()
}
