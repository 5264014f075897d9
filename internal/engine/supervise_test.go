package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newTestEngine is an engine on a Monday morning whose clock goes with the real one.
func newTestEngine(t *testing.T, store Store, teams Teams) (*Engine, *lockedBuffer) {
	t.Helper()
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := directory.Read(
		"directory.yaml",
		[]byte(
			"authority: Exampleshire\npeople: [{id: a, name: Ann Lee, entra: 11111111-0000-4000-8000-000000000001}]\nteams: [{id: north, name: North}]\n",
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	monday := time.Date(2026, 3, 30, 9, 0, 0, 0, calendar.Location())
	log := &lockedBuffer{}
	e, err := New(
		Config{
			Store:     store,
			Teams:     teams,
			Calendar:  calendar,
			Directory: func() *directory.Directory { return nobody },
			Now:       func() time.Time { return monday.Add(time.Since(start)) },
			Refresh:   func(context.Context) error { return nil },
			Logger:    slog.New(slog.NewJSONHandler(log, nil)),
			Registry:  prometheus.NewRegistry(),
			Owner:     "one",
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	return e, log
}

// stepStore lets the test say what each turn of the clock does.
type stepStore struct {
	loopStore
	tick    func(ctx context.Context, turn int) error
	overdue func(ctx context.Context) error
	mu      sync.Mutex
	turns   int
	looks   int
}

func (s *stepStore) Tick(
	ctx context.Context,
	_ time.Time,
	_ int,
	_ func(challenge.Snapshot) (challenge.Change, error),
) (int, error) {
	s.mu.Lock()
	s.turns++
	n := s.turns
	s.mu.Unlock()
	return 0, s.tick(ctx, n)
}

func (s *stepStore) NextDue(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

func (s *stepStore) CountOverdue(ctx context.Context, _ time.Time, _ time.Duration) (storage.OverdueWork, error) {
	s.mu.Lock()
	s.looks++
	s.mu.Unlock()
	if s.overdue != nil {
		return storage.OverdueWork{}, s.overdue(ctx)
	}
	return storage.OverdueWork{}, nil
}

// runFor runs an engine for that long and gives how many turns its clock had and how often the
// watch looked.
func runFor(t *testing.T, d time.Duration, store *stepStore) (turns, looks int, log string) {
	t.Helper()
	store.onMorning = func(context.Context) error { return nil }
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hang := store.tick
		store.tick = func(ctx context.Context, turn int) error {
			err := hang(context.WithValue(ctx, releaseKey{}, release), turn)
			return err
		}
		e, out := newTestEngine(t, store, nil)
		ctx, stop := context.WithTimeout(t.Context(), d)
		defer stop()
		if err := e.Run(ctx); err != nil {
			t.Error(err)
		}
		close(release)
		synctest.Wait()
		log = out.String()
	})
	return store.turns, store.looks, log
}

// releaseKey finds in a context the channel that is closed when the test is over.
type releaseKey struct{}

// neverReturn hangs, whatever becomes of its context, until the test is over.
func neverReturn(ctx context.Context) error {
	<-ctx.Value(releaseKey{}).(chan struct{})
	return nil
}

func TestAClockRoundThatNeverReturnsDelaysTheNextByItsBudgetAndTheWatchNotAtAll(t *testing.T) {
	t.Parallel()
	for name, hang := range map[string]func(context.Context) error{
		"and does not heed its context": neverReturn,
		"until it is cancelled":         func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		turns, looks, log := runFor(t, 10*time.Minute, &stepStore{tick: func(ctx context.Context, turn int) error {
			if turn == 3 {
				return hang(ctx)
			}
			return nil
		}})
		if turns < 110 || looks < 115 {
			t.Errorf("%s: %d turns of the clock and %d looks of the watch in ten minutes", name, turns, looks)
		}
		if !strings.Contains(log, "could not finish a round") || !strings.Contains(log, `"work":"clock"`) {
			t.Errorf("%s: nothing was said:\n%s", name, log)
		}
	}
}

func TestRoundsThatNeverReturnAreNotStartedWithoutEnd(t *testing.T) {
	t.Parallel()
	turns, looks, log := runFor(
		t,
		time.Hour,
		&stepStore{tick: func(ctx context.Context, _ int) error { return neverReturn(ctx) }},
	)
	if turns != maxStuckRounds || looks < 700 {
		t.Errorf("%d rounds were started, and the watch looked %d times", turns, looks)
	}
	if !strings.Contains(log, "8 rounds are stuck") {
		t.Errorf("nothing was said:\n%s", log)
	}
}

func TestARoundThatPanicsIsLoggedWithItsStackAndTheLoopGoesOn(t *testing.T) {
	t.Parallel()
	const secret = "Millie Brown"
	turns, looks, log := runFor(t, time.Minute, &stepStore{tick: func(context.Context, int) error { panic(secret) },
		overdue: func(context.Context) error { panic(secret) }})
	if turns < 12 || looks < 12 {
		t.Errorf("%d turns and %d looks in a minute", turns, looks)
	}
	if strings.Contains(log, secret) || !strings.Contains(log, "supervise_test.go") {
		t.Errorf("the log:\n%s", log)
	}
	if n := strings.Count(log, `"work":"clock"`); n < 1 || n > 2 {
		t.Errorf("it was said %d times in a minute", n)
	}
}

// outboxStore has a hundred messages and one that is bad, each for another person.
type outboxStore struct {
	loopStore
	mu        sync.Mutex
	waiting   []outbox.Message
	delivered map[int64]bool
	load      func(id uuid.UUID) (challenge.Snapshot, error)
}

const badMessage = 1

func newOutboxStore() *outboxStore {
	s := &outboxStore{delivered: map[int64]bool{}}
	for i := range int64(101) {
		m := outbox.Message{
			ID:      i + 1,
			Kind:    outbox.DirectMessageKind,
			To:      challenge.Address{Person: fmt.Sprint("person-", i)},
			Content: []byte(`{"Text":"Hello."}`),
		}
		if m.ID == badMessage {
			m.Kind, m.ChallengeID, m.Card, m.Opening = outbox.PostMessage, uuid.New(), challenge.CardJudge, 1
		}
		s.waiting = append(s.waiting, m)
	}
	return s
}

func (s *outboxStore) ListUnreachable(context.Context) ([]outbox.Unreachable, error) { return nil, nil }
func (s *outboxStore) ClaimMessages(_ context.Context, c outbox.Claim) (outbox.Claimed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(c.Limit, len(s.waiting))
	claimed := s.waiting[:n]
	s.waiting = s.waiting[n:]
	return outbox.Claimed{Messages: claimed, Instances: 1}, nil
}
func (s *outboxStore) Load(_ context.Context, key storage.LookupKey) (challenge.Snapshot, error) {
	return s.load(key.ID)
}
func (s *outboxStore) FindConversation(context.Context, string) (outbox.ConversationReference, bool, error) {
	return outbox.ConversationReference{ID: "a:1"}, true, nil
}

func (s *outboxStore) MarkDelivered(
	_ context.Context,
	d outbox.Message,
	_ outbox.PostedMessage,
	_ outbox.Attempt,
	_ func(challenge.Snapshot) (challenge.Change, error),
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered[d.ID] = true
	return nil
}

// takingTeams takes everything.
type takingTeams struct{ Teams }

func (takingTeams) Send(context.Context, Destination, Message) (string, error) { return "1", nil }

func TestAMessageThatCannotBeMadeCostsAHundredOthersNothing(t *testing.T) {
	t.Parallel()
	for name, load := range map[string]func(uuid.UUID) (challenge.Snapshot, error){
		"a panic in rendering": func(uuid.UUID) (challenge.Snapshot, error) {
			return challenge.Snapshot{Challenge: challenge.Challenge{State: challenge.StateAwaitingJudgement}}, nil
		},
		"a panic in decoding": func(uuid.UUID) (challenge.Snapshot, error) { panic("Millie Brown") },
		"a row that cannot be read": func(uuid.UUID) (challenge.Snapshot, error) {
			return challenge.Snapshot{}, errors.New("it cannot be read")
		},
	} {
		s := newOutboxStore()
		s.load = load
		e, log := newTestEngine(t, s, takingTeams{})
		e.Directory = func() *directory.Directory { panic("Millie Brown") } // only a card asks for it
		n, err := e.DeliverPending(t.Context())
		if n != 101 || len(s.delivered) != 100 || s.delivered[badMessage] {
			t.Errorf("%s: %d were tried and %d delivered", name, n, len(s.delivered))
		}
		items, rest := storage.SplitSetAside(err)
		if len(items) != 1 || items[0].MessageID != badMessage || rest != nil {
			t.Fatalf("%s: %v; %v", name, items, rest)
		}
		if err := e.reportSetAside(t.Context(), workDeliveries, err); err != nil {
			t.Error(err)
		}
		said := log.String()
		if !strings.Contains(said, `"delivery":1`) || strings.Contains(said, "Millie") {
			t.Errorf("%s: the log:\n%s", name, said)
		}
		cause := setAsideError
		if errors.As(items[0].Cause, new(*contain.PanicError)) {
			cause = setAsidePanic
			if !strings.Contains(said, `"stack":"goroutine`) {
				t.Errorf("%s: no stack in the log:\n%s", name, said)
			}
		}
		if strings.Contains(name, "panic") != (cause == setAsidePanic) {
			t.Errorf("%s: the cause is %v", name, items[0].Cause)
		}
		if n := testutil.ToFloat64(e.metrics.setAside.WithLabelValues(workDeliveries, cause)); n != 1 {
			t.Errorf("%s: it was counted %v times", name, n)
		}
	}
}

func TestADecisionThatPanicsIsAnErrorOfItsChallengeAlone(t *testing.T) {
	t.Parallel()
	decide := containDecision(t.Context(), func(challenge.Snapshot) (challenge.Change, error) { panic("Millie Brown") })
	if _, err := decide(
		challenge.Snapshot{},
	); !errors.As(err, new(*contain.PanicError)) ||
		strings.Contains(err.Error(), "Millie") {
		t.Errorf("got %v", err)
	}
}

var wholeStore = regexp.MustCompile(`\be\.Store\b`)

// The store has many methods; each part of the engine sees the few that it needs.
func TestEachPartReachesTheStoreByItsOwnInterface(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name != "store.go" && !strings.HasSuffix(name, "_test.go") && wholeStore.Match(text) {
			t.Errorf("%s reaches the whole store", name)
		}
	}
}
