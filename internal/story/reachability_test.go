package story

import (
	"context"
	"strings"
	"testing"
	"time"

	"challengebot/internal/engine"
	"challengebot/internal/outbox"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
)

// Somebody has no app, or blocked it. What waits for them waits on, and finds them when
// they are back.

func TestWhoComesBackGetsOnceWhatWaitsForThemAndTheDatesStay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		goes, comes  func(s *stage, a *actor)
		alsoAnswered string // what the coming back itself is answered with
	}{
		{"never installed", func(_ *stage, a *actor) { a.UninstallsApp(a.s.t.Context()) },
			func(_ *stage, a *actor) { a.expectDone(a.InstallsApp(a.s.t.Context())) }, "What I can do"},
		{"blocked, then writes", func(_ *stage, a *actor) { a.BlocksBot() },
			func(_ *stage, a *actor) { a.UnblocksBot(); a.types("hello") }, "What I can do"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			c.goes(s, s.priya)
			s.maya.types("/challenge")
			s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(atStage1(nil)))
			r := s.lastRef()
			s.discardNews()
			s.moveClock("Thu 2 Apr 2026 11:00") // days later: a first card as late as this would move the date
			s.discardNews()
			s.priya.getsNothing()
			if got := queryRows[string](s, `SELECT person FROM unreachable`); len(got) != 1 || got[0] != s.priya.ID {
				t.Fatalf("unreachable are %v", got)
			}

			c.comes(s, s.priya)
			card := s.priya.getsAll(c.alsoAnswered, r+" · Stage 1")[1]
			expectText(t, "Priya", card, "Please answer by Wednesday 8 April 2026 at 17:00", "No visit since 12 February.")
			if n := s.count(`SELECT FROM unreachable`); n != 0 {
				t.Errorf("%d are still unreachable", n)
			}
			if n := s.countEvents(r, "redated"); n != 0 {
				t.Errorf("the date moved: %q", s.eventKinds(r))
			}
			s.expectNoNews()
			s.priya.types("/help")
			s.priya.gets("What I can do") // and nothing again
			s.expectNoNews()
			s.priya.clicks(card, "Send the answer", answerInputs("2026-04-10", nil))
			s.maya.gets("Priya Shah answered on Thursday 2 April 2026")
			if s.verifyTrails() != 1 {
				t.Error("the trail does not hold")
			}
			s.discardNews()
		})
	}
}

func TestWhoComesBackIsAskedForAJudgementAndAGateToo(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, _ := s.raiseAndAnswer()
	s.maya.UninstallsApp(t.Context())
	s.settle()
	s.moveClock("Wed 8 Apr 2026 10:00")
	s.discardNews()
	s.maya.expectDone(s.maya.InstallsApp(t.Context()))
	s.maya.getsAll("What I can do", r.ref) // the welcome, which she had not had, and the answer to judge
	card := s.maya.LastMessage()
	if !card.Card().HasButton("Satisfied") {
		t.Errorf("she cannot judge on:\n%s", card)
	}
	s.discardNews()
}

func TestTwoInstancesSendToWhoComesBackOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	s.priya.UninstallsApp(t.Context())
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(atStage1(nil)))
	s.discardNews()
	s.priya.InstallsApp(t.Context()) // heard, and nothing sent yet
	done := make(chan error, 1)
	go func() { done <- other.Engine.RunUntilIdle(t.Context()) }()
	s.settle()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s.settle()
	s.priya.getsAll("What I can do", s.lastRef())
	s.expectNoNews()
}

func TestTheBotAsksOnceAWorkingDayWhomItCanReachAndSendsNothing(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t)}, "ne-lincolnshire")
	other := s.startSecondInstance()
	s.priya.UninstallsApp(t.Context())
	s.tom.types("hello")
	s.tom.gets("What I can do")
	probe := func(want int) {
		t.Helper()
		s.discardNews() // the messages of the morning
		before := s.conversationsCreated()
		done := make(chan error, 1)
		go func() { done <- other.Engine.ProbeReachability(t.Context()) }()
		if err := s.App.Engine.ProbeReachability(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := s.conversationsCreated() - before; got != want {
			t.Errorf("%d people were looked for, want %d", got, want)
		}
		s.expectNoNews()
	}
	all := len(s.Teams.People())
	s.moveClock("Tue 31 Mar 2026 07:00") // long before the day begins
	probe(0)
	s.moveClock("Tue 31 Mar 2026 08:00") // an hour before
	probe(all - 1)                       // Tom's conversation is known
	probe(0)
	if got := queryRows[string](s, `SELECT person FROM unreachable`); len(got) != 1 || got[0] != s.priya.ID {
		t.Fatalf("unreachable are %v", got)
	}
	s.moveClock("Wed 1 Apr 2026 09:00")
	probe(1)
	s.moveClock("Fri 3 Apr 2026 09:00") // Good Friday
	probe(0)

	// The app reaches her without a word to the bot: the next morning tells.
	s.priya.InstallsUnnoticed()
	s.moveClock("Tue 7 Apr 2026 09:00")
	probe(1)
	s.settle()
	if n := s.count(`SELECT FROM unreachable`); n != 0 {
		t.Errorf("%d are still unreachable", n)
	}
}

func TestThoseWhoOverseeReadEachMorningWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	const away = "Cannot be reached in Teams"
	s := open(t, "ne-lincolnshire")
	s.priya.UninstallsApp(t.Context())
	s.settle()
	s.moveClock("Tue 31 Mar 2026 08:00")
	if err := s.App.Engine.ProbeReachability(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.expectNoNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	list := s.owen.gets(away, "Priya Shah: since Monday 30 March 2026 at 10:00 (line manager, team manager)")
	if want := "People who cannot be reached in Teams: 1."; list.Summary() != want {
		t.Errorf("the notification says %q", list.Summary())
	}
	s.expectNoNews() // nobody else oversees
	s.priya.expectDone(s.priya.InstallsApp(t.Context()))
	s.priya.gets("What I can do")
	s.owen.clicks(list, "Show as it stands now", nil)
	expectNoText(t, "Owen", list, away, "Priya Shah")
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.expectNoNews()
}

func TestProbingStopsWhileTeamsIsBusy(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.InjectFault(practice.Fault{Op: practice.OpCreate, Status: 429, RetryAfter: 3600e9})
	before := s.conversationsCreated()
	for range 3 {
		if err := s.App.Engine.ProbeReachability(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.conversationsCreated() - before; got != 1 {
		t.Errorf("%d calls although Teams asked for an hour's peace", got)
	}
}

// conversationsCreated is how often the bot asked Teams for a conversation.
func (s *stage) conversationsCreated() (n int) {
	for _, c := range s.Teams.Calls() {
		if c.Op == practice.OpCreate && strings.HasSuffix(c.Path, "/v3/conversations") {
			n++
		}
	}
	return n
}

// dyingStore is a store whose instance is gone before it can note that somebody was welcomed.
type dyingStore struct{ engine.Store }

func (dyingStore) ForgetUnreachable(context.Context, outbox.Unreachable) error {
	return storage.ErrUnavailable
}

func TestACrashAfterSendingAgainSendsNothingTwice(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.priya.UninstallsApp(t.Context())
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(atStage1(nil)))
	s.discardNews()
	s.priya.InstallsApp(t.Context())
	whole := s.App.Engine.Store
	s.App.Engine.Store = dyingStore{whole}
	if _, err := s.App.Engine.DeliverPending(t.Context()); err == nil {
		t.Error("the store's failure is no error")
	}
	s.App.Engine.Store = whole
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	s.settle()
	s.priya.getsAll("What I can do", s.lastRef())
	s.expectNoNews()
}
