package story

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/app"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/practice"
	"challengebot/internal/workday"
)

// These stories kill the program. It is a process of its own, this very test program
// started again, and it is killed with SIGKILL at every round trip to its database and
// at every call to Teams, before and after it is done. What was killed must be made
// good by the next instance: nothing lost, nothing done twice, no deadline missed.

const childEnv = "CHALLENGEBOT_STORY_CHILD"

func TestMain(m *testing.M) {
	if given := os.Getenv(childEnv); given != "" {
		if err := runChild(given, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := runMoreAtOnce(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if *cardsDir != "" && code == 0 {
		code = reportMissingCards()
	}
	os.Exit(code)
}

// runMoreAtOnce lets twice as many stories run at one time as there are processors, unless the command
// line says how many: a story waits for its database half of the time.
func runMoreAtOnce() error {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if said {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
}

// childConfig is what the child is told.
type childConfig struct {
	DatabaseURL, ServiceURL, Issuer, MetadataURL, TokenURL, ClockURL string
}

// runChild is the program in a process of its own: it serves, says where, and each line
// that it reads lets its engine do everything that is due. It ends with its input.
func runChild(given string, in io.Reader, out io.Writer) error {
	var e childConfig
	if err := json.Unmarshal([]byte(given), &e); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	clock, err := practice.FollowClock(ctx, e.ClockURL)
	if err != nil {
		return err
	}
	parts, err := e.parts(clock.Now)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, parts)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, listener) }()
	fmt.Fprintln(out, "http://"+listener.Addr().String())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := a.Engine.RunUntilIdle(ctx); err != nil {
			return err
		}
		fmt.Fprintln(out, "settled")
	}
	cancel()
	return <-served
}

func (e childConfig) parts(now func() time.Time) (app.Dependencies, error) {
	credential, credErr := connector.NewCredential(connector.CredentialConfig{Kind: connector.Practice, AppID: AppID, Tenant: Tenant, TokenURL: e.TokenURL})
	people, dirErr := directory.Read("authority.yaml", sampleAuthority)
	calendar, calErr := app.CalendarConfig{Division: workday.EnglandAndWales}.BuildCalendar()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	return app.Dependencies{
		DatabaseURL: e.DatabaseURL,
		Platform: app.Platform{AppID: AppID, Tenant: Tenant, Issuer: e.Issuer, MetadataURL: e.MetadataURL, Credential: credential,
			Scope: connector.PublicScope, ServiceURL: e.ServiceURL, ServiceURLAllowed: connector.LoopbackOnly(e.ServiceURL)},
		Calendar: calendar, Directory: people, Ladders: []*ladder.Ladder{l}, Now: now, Logger: slog.New(slog.DiscardHandler),
	}, errors.Join(credErr, dirErr, calErr, err)
}

// childProcess is a running child.
type childProcess struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	url  string
	once sync.Once
}

// startChild starts a child whose database is behind the relay, and waits until it serves.
func (s *stage) startChild(line *databaseRelay) *childProcess {
	s.t.Helper()
	given, err := json.Marshal(childConfig{DatabaseURL: line.dsn, ServiceURL: s.Teams.ServiceURL(), Issuer: s.Teams.Issuer(),
		MetadataURL: s.Teams.MetadataURL(), TokenURL: s.Teams.TokenURL(), ClockURL: s.Teams.ClockURL()})
	if err != nil {
		s.t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	p := &childProcess{cmd: exec.CommandContext(context.WithoutCancel(s.t.Context()), self)}
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(given), "GOMAXPROCS=1")
	p.cmd.Stderr = s.t.Output()
	p.in, err = p.cmd.StdinPipe()
	out, outErr := p.cmd.StdoutPipe()
	if err := errors.Join(err, outErr, p.cmd.Start()); err != nil {
		s.t.Fatalf("the program cannot be started as a process of its own: %v", err)
	}
	p.out = bufio.NewScanner(out)
	if !p.out.Scan() {
		p.wait()
		s.t.Fatal("the process did not come up")
	}
	p.url = p.out.Text()
	return p
}

// kill ends the process as kill -9 does.
func (p *childProcess) kill() bool {
	_ = p.cmd.Process.Kill()
	return false
}

// settle lets the process do what is due; false when it died over it.
func (p *childProcess) settle() bool {
	if _, err := fmt.Fprintln(p.in, "settle"); err != nil {
		return false
	}
	return p.out.Scan() && p.out.Text() == "settled"
}

// wait waits until the process is gone, whichever way it goes.
func (p *childProcess) wait() {
	p.once.Do(func() {
		_ = p.in.Close()
		for p.out.Scan() { // to the end of its output
		}
		_ = p.cmd.Wait() // it was killed, or it ended well; its work tells which
	})
}

// step is one thing that is done in the life of a challenge, at any moment of which
// the program may be killed.
type step struct {
	name string
	// does is what the person does; nil: the clock does it, once before has moved it.
	before func(*stage)
	does   func(*stage) object
	// adds is what the step adds to the trail, whenever the program was killed.
	adds []string
	// cards are who must be told by a message of its own, and what it says.
	cards map[string]string
}

var steps = []step{
	{
		name: "raising",
		does: func(s *stage) object {
			s.maya.types("/challenge")
			return s.maya.buttonActivity(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(nil))
		},
		adds:  []string{"raised", "rung_opened"},
		cards: map[string]string{"Tom Reid": "Please answer by", "Priya Shah": "Please answer by", "Maya Okafor": "Maya Okafor raised this."},
	},
	{
		name: "answering",
		does: func(s *stage) object {
			return s.tom.buttonActivity(s.tom.findsMessage("Please answer by"), "Send the answer", answerInputs("2026-04-17", nil))
		},
		adds:  []string{"responded"},
		cards: map[string]string{"Maya Okafor": "Is the answer good enough"},
	},
	{
		name: "judging",
		does: func(s *stage) object {
			return s.maya.buttonActivity(s.maya.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No visit yet."})
		},
		adds:  []string{"judged", "rung_opened"},
		cards: map[string]string{"Priya Shah": "Please answer by Wednesday 8 April 2026"},
	},
	{
		name: "lapsing",
		before: func(s *stage) {
			s.moveClock("Wed 8 Apr 2026 16:59")
			s.Clock.Advance(time.Minute)
		},
		adds:  []string{"reminded", "reminded", "lapsed", "held"},
		cards: map[string]string{"Grace Lloyd": "Before Stage 2 can begin", "Maya Okafor": "Before Stage 2 can begin"},
	},
}

// A round trip to the database is where the program stands most of the time. It is
// killed at every one that is done and whose reply does not come; and at every second
// one that is not done, since that leaves the database as the one before it did.
func TestKilledAtAnyRoundTripToItsDatabaseTheProgramLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	t.Run("before the reply", func(t *testing.T) {
		t.Parallel()
		killAtEveryMoment(t, func(_ *stage, line *databaseRelay, k int, p *childProcess) { line.stopAtTrip(k, true, p.kill) })
	})
	t.Run("before it is done", func(t *testing.T) {
		t.Parallel()
		killAtEveryMoment(t, func(_ *stage, line *databaseRelay, k int, p *childProcess) { line.stopAtTrip(2*k-1, false, p.kill) })
	})
}

func TestKilledAtAnyCallToTeamsTheProgramLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	for name, afterwards := range map[string]bool{"before it is done": false, "before the reply": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killAtEveryMoment(t, func(s *stage, _ *databaseRelay, k int, p *childProcess) { s.killAtCall(k, afterwards, p) })
		})
	}
}

// killAtEveryMoment lives the life of a challenge again and again. In life k the program is
// killed at the k-th moment of each step and the next instance makes it good, until no
// step has so many moments.
func killAtEveryMoment(t *testing.T, arm func(s *stage, line *databaseRelay, k int, p *childProcess)) {
	s := open(t, "ne-lincolnshire")
	line := startRelay(t, s.options.DatabaseURL)
	moments := make([]int, len(steps))
	for k, over := 1, 0; over < len(steps); k++ {
		s.Clock.Set(SampleStart())
		var trail []string
		over = 0
		for i, st := range steps {
			trail = append(trail, st.adds...)
			if moments[i] < k-1 { // it was over in an earlier life
				over++
				s.playStepWhole(st)
			} else if s.playStepKilled(st, line, func(p *childProcess) { arm(s, line, k, p) }) {
				moments[i]++
			} else {
				over++
			}
			if got := s.eventKinds(s.lastRef()); !slices.Equal(got, trail) {
				t.Fatalf("killed at moment %d of %s: the trail is another (-wanted +got):\n%s", k, st.name, cmp.Diff(trail, got))
			}
			s.discardNews()
		}
	}
	for i, st := range steps {
		if moments[i] == 0 {
			t.Errorf("the program was never killed while %s", st.name)
		}
		t.Logf("%s: killed at %d moments", st.name, moments[i])
	}
	s.verifyTrails()
	s.expectNothingLost()
}

// killAtCall kills the process at the k-th message that it gives to Teams from now
// on: before Teams looks at it, or after it took it and before it says so.
func (s *stage) killAtCall(k int, afterwards bool, p *childProcess) {
	s.Teams.ClearFaults()
	n := 0
	s.Teams.InjectFault(practice.Fault{Hang: true, AfterApplying: afterwards, Match: func(c practice.Call) bool {
		if c.Op != practice.OpCreate && c.Op != practice.OpSend && c.Op != practice.OpUpdate {
			return false
		}
		n++
		if n == k && !afterwards {
			p.kill()
		}
		return n == k
	}})
	if afterwards {
		s.Teams.OnCall(func(c practice.Call) {
			if c.FaultInjected {
				p.kill()
			}
		})
	}
}

// prepare leads up to a step and returns what the person then does, if a person does it.
func (st step) prepare(s *stage) object {
	if st.before != nil {
		st.before(s)
	}
	var does object
	if st.does != nil {
		does = st.does(s)
	}
	s.discardNews()
	return does
}

// playStepWhole plays a step unharmed.
func (s *stage) playStepWhole(st step) {
	s.t.Helper()
	if does := st.prepare(s); does != nil {
		s.post(does)
	}
	s.settle()
}

// playStepKilled plays a step with a process that is killed where arm says, and makes it good
// with the program of this process. It returns false when the step came to its end
// unharmed.
func (s *stage) playStepKilled(st step, line *databaseRelay, arm func(*childProcess)) bool {
	s.t.Helper()
	does := st.prepare(s)
	if err := s.App.Store.RecordHeartbeat(s.t.Context(), s.Clock.Now(), true); err != nil { // the bot worked till now
		s.t.Fatal(err)
	}
	p := s.startChild(line)
	defer p.wait()
	arm(p)
	whole := true
	if does != nil {
		s.Teams.SetBotURL(p.url)
		whole = s.Teams.PostRaw(s.t.Context(), encodeActivity(s.t, does), "Bearer "+s.Teams.SignToken(s.Teams.ActivityClaims())).Err == nil
	}
	whole = p.settle() && whole
	line.stopAtTrip(0, false, nil)
	s.Teams.ClearFaults()
	p.wait()
	line.waitUntilClosed()

	// Teams delivers again what had no answer; here always, for it may.
	s.Teams.SetBotURL(s.BotURL())
	if does != nil {
		s.post(does).expectText(s.t, "Professional Challenge")
	}
	if err := s.MoveClockTo(s.t.Context(), s.Clock.Now().Add(5*time.Minute)); err != nil { // leases end
		s.t.Fatal(err)
	}
	s.expectEverybodyTold(st, !whole)
	return !whole
}

func encodeActivity(t *testing.T, activity object) []byte {
	t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// expectEverybodyTold holds that each card of the step came: once, or twice when the
// program was killed before it could note that Teams had it.
func (s *stage) expectEverybodyTold(st step, killed bool) {
	s.t.Helper()
	ref := s.lastRef()
	for name, text := range st.cards {
		n := 0
		for _, m := range postedMessages(s.Teams.Person(name).TakeNew()) {
			if strings.Contains(m.String(), ref) && strings.Contains(m.String(), text) {
				n++
			}
		}
		if n == 0 || n > 2 || n == 2 && !killed {
			s.t.Errorf("%s: %s got %d cards saying %q", st.name, name, n, text)
		}
	}
	if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n > 0 {
		s.t.Errorf("%s: %d deliveries still wait", st.name, n)
	}
}
