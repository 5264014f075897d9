package story

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/app"
	"challengebot/internal/outbox"
	"challengebot/internal/practice"
)

// startSecondInstance is a second instance of the program on the same database.
func (s *stage) startSecondInstance() *app.App {
	s.t.Helper()
	a, err := app.New(s.t.Context(), s.parts)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(a.Close)
	return a
}

func TestTwoInstancesLetThreeHundredChallengesLapseOnceEach(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	for _, ref := range s.raiseInStore(300) {
		s.takeQuestion(ref)
	}
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	var acted [2]int
	runTogether(2, func(i int) {
		e := []*app.App{s.App, other}[i].Engine
		e.BatchSize = 10 // so that both find something to do
		n, err := e.Tick(t.Context())
		if err != nil {
			t.Errorf("engine %d failed: %v", i+1, err)
		}
		acted[i] = n
	})
	if acted[0]+acted[1] != 300 {
		t.Errorf("the two acted %v times, not 300", acted)
	}
	for kind, want := range map[string]int{"raised": 300, "lapsed": 300, "rung_opened": 600} {
		if n := s.count(`SELECT FROM event WHERE kind = $1`, kind); n != want {
			t.Errorf("there are %d events of kind %s, not %d", n, kind, want)
		}
	}
	s.verifyTrails()
}

func TestTwoInstancesDeliverEachCardOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	s.log.allow("challenges are past their time") // the clock jumps a day and a half
	happened := s.listenForWrite()
	ctx, shutDown := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Engine.Run(ctx) }()
	stop := s.startEngine()
	refs := s.raiseInStore(40)
	for s.count(`SELECT FROM delivery WHERE state = 'sent'`) < 4*len(refs) {
		happened()
	}
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	for s.count(`SELECT FROM event WHERE kind = 'lapsed'`) < len(refs) || s.count(`SELECT FROM delivery WHERE state = 'waiting'`) > 0 {
		happened()
	}
	stop()
	shutDown()
	if err := <-ended; err != nil {
		t.Errorf("the second engine did not end cleanly: %v", err)
	}
	sent := map[string]int{}
	for _, c := range s.Teams.Calls() {
		if c.Op == practice.OpSend || c.Op == practice.OpCreate && c.Channel != "" {
			sent["post"]++
		}
		if c.Op == practice.OpUpdate {
			sent["update"]++
		}
	}
	want := map[string]int{}
	want["post"] = s.count(`SELECT FROM delivery WHERE state = 'sent' AND kind IN ('post', 'reply')`)
	want["update"] = s.count(`SELECT FROM delivery WHERE state = 'sent' AND kind = 'update'`)
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("Teams was called more or less often than there were deliveries (-deliveries +calls):\n%s", diff)
	}
	if n := s.count(`SELECT FROM attempt WHERE n > 1`); n > 0 {
		t.Errorf("%d deliveries were made twice", n)
	}
	t.Logf("the deliveries of each instance: %d", queryRows[int](s, `SELECT count(*)::int FROM attempt GROUP BY owner`))
	s.expectEveryTryRecorded()
	s.expectNothingLost()
	s.discardNews()
}

func TestAnInstanceThatDiesWithADeliveryInHandIsReplacedWhenItsLeaseEnds(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	ref := s.raiseInStore(1)[0]
	claimed, err := other.Store.ClaimMessages(t.Context(), outbox.Claim{Owner: "an instance that dies", Now: s.Clock.Now(), Lease: 2 * time.Minute, Limit: 16})
	taken := claimed.Messages
	if err != nil || len(taken) != 4 {
		t.Fatalf("%d deliveries were claimed: %v", len(taken), err)
	}
	s.settle()
	s.expectNoNews()
	s.moveClock("Mon 30 Mar 2026 10:01")
	s.expectNoNews()
	s.moveClock("Mon 30 Mar 2026 10:02")
	for _, who := range []*actor{s.tom, s.priya, s.maya} {
		who.gets(ref)
	}
	s.north.gets(ref)
	s.expectNothingLost()
}

// notifyingListener says when it is closed: from then on nobody new gets in.
type notifyingListener struct {
	net.Listener
	once   sync.Once
	closed chan struct{}
}

func (l *notifyingListener) Close() error {
	err := l.Listener.Close()
	l.once.Do(func() { close(l.closed) })
	return err
}

func TestAShutdownLetsARequestUnderWayEndRefusesNewOnesAndGivesLeasesBack(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	other := s.startSecondInstance()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &notifyingListener{Listener: inner, closed: make(chan struct{})}
	url := "http://" + inner.Addr().String()
	ctx, shutDown := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx, listener) }()

	// The turn is under way: it has read, and waits to write.
	reached, goOn := make(chan struct{}), make(chan struct{})
	s.Teams.SetBotURL(url)
	line.stopOnText("visits have lapsed", func() bool { close(reached); <-goOn; return true })
	answered := make(chan rawAnswer, 1)
	go func() {
		answered <- s.post(s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil)))
	}()
	<-reached
	shutDown()
	<-listener.closed
	if resp, err := http.Get(url + "/healthz"); err == nil {
		resp.Body.Close()
		t.Error("a new request was let in")
	}
	close(goOn)
	got := <-answered
	got.expectText(t, "You answered on")
	if err := <-ended; err != nil {
		t.Errorf("the program did not end cleanly: %v", err)
	}
	if n := s.count(`SELECT FROM delivery WHERE lease_owner IS NOT NULL`); n > 0 {
		t.Errorf("%d deliveries are still leased", n)
	}
	s.Teams.SetBotURL(s.BotURL())
	s.settle() // at once: no lease has to end first
	s.discardNews()
	s.expectNothingLost()
}

func TestWhenTheEngineIsStuckTheWatchRaisesTheGaugeAndSaysSoInTheLog(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.log.allow("challenges are past their time")
	ref := s.raiseInStore(1)[0]
	s.settle()
	const gauge = "challengebot_overdue_challenges"
	if v := s.metricValue(gauge); v != "0" {
		t.Errorf("%s is %s while all is well", gauge, v)
	}
	// Something holds the row, as a transaction that hangs would.
	conn, err := pgx.Connect(t.Context(), s.options.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	held, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), `SELECT FROM challenge WHERE ref = $1 FOR UPDATE`, ref); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(parseMoment(t, "2026-03-31T16:03:00Z"))
	s.settle()
	if v := s.metricValue(gauge); v != "1" {
		t.Errorf("%s is %s three minutes after a missed deadline", gauge, v)
	}
	if lines := s.log.linesWith("challenges are past their time"); len(lines) == 0 {
		t.Error("the log does not say so")
	}
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.settle()
	if v := s.metricValue(gauge); v != "0" {
		t.Errorf("%s is %s after the deadline was kept", gauge, v)
	}
	if n := s.countEvents(ref, "lapsed"); n != 1 {
		t.Errorf("it lapsed %d times", n)
	}
	s.discardNews()
}
