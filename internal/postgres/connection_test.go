package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// cuttableLine is the way to the database, which can be cut.
type cuttableLine struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (l *cuttableLine) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err == nil {
		l.conns = append(l.conns, conn)
	}
	return conn, err
}

func (l *cuttableLine) setCut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	for _, c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}

// openOver opens a store with a line that can be cut and with what else the test sets.
func (w *world) openOver(l *cuttableLine, set func(*pgxpool.Config)) *Store {
	w.T.Helper()
	config, err := pgxpool.ParseConfig(w.dsn)
	w.Must(err)
	if l != nil {
		config.ConnConfig.DialFunc = l.dial
	}
	if set != nil {
		set(config)
	}
	s, err := openStore(w.T.Context(), config)
	w.Must(err)
	w.T.Cleanup(s.Close)
	return s
}

func TestADatabaseThatIsAwayIsUnavailableUntilItIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	ds := w.Claim(w.store, "a", 1)
	key := storage.LookupKey{ID: c.Challenge.ID}
	var l cuttableLine
	s := w.openOver(&l, nil)
	receipt := w.NewKey()
	calls := map[string]func() error{
		"Raise": func() error {
			_, err := s.Raise(t.Context(), w.NewKey(), w.RaiseDecision(uuid.New()))
			return err
		},
		"Apply": func() error {
			_, err := s.Apply(t.Context(), receipt, key, w.Decide(storagetest.NewResponse("Once."), storagetest.ManagerID))
			return err
		},
		"Load":         func() error { _, err := s.Load(t.Context(), key); return err },
		"WaitingFor":   func() error { _, err := s.ListWaitingFor(t.Context(), storagetest.ChairID, 1); return err },
		"Tick":         func() error { _, err := w.Tick(s, 1); return err },
		"NextDue":      func() error { _, _, err := s.NextDue(t.Context()); return err },
		"Standing":     func() error { return s.EachPending(t.Context(), func(challenge.Snapshot) {}) },
		"Open":         func() error { return s.EachOpen(t.Context(), func(challenge.Snapshot) {}) },
		"AnyStanding":  func() error { _, err := s.AnyPending(t.Context()); return err },
		"NextDelivery": func() error { _, _, err := s.NextMessageDue(t.Context(), w.Now); return err },
		"Reply": func() error {
			return s.QueueDirectMessage(t.Context(), w.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: "x"}})
		},
		"Claim": func() error { _, err := s.ClaimMessages(t.Context(), w.ClaimOf("x", 1)); return err },
		"Retry": func() error {
			return s.ScheduleRetry(t.Context(), ds[0], outbox.Attempt{At: w.Now}, outbox.Retry{NotBefore: w.Now})
		},
		"Release": func() error { return s.ReleaseLeases(t.Context(), "x") },
		"Conv":    func() error { _, _, err := s.FindConversation(t.Context(), "person:x"); return err },
		"Ladder":  func() error { return s.SaveLadder(t.Context(), w.Ladder) },
		"Overdue": func() error { _, err := s.CountOverdue(t.Context(), w.Now, 0); return err },
		"Verify":  func() error { _, err := s.Verify(t.Context(), func(VerifyResult) {}); return err },
		"Ready":   func() error { return s.CheckReady(t.Context()) },
		"SaveConv": func() error {
			return s.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:x", ID: "1", ServiceURL: "2", SeenAt: w.Now})
		},
	}
	for name, call := range calls {
		w.Must(s.CheckReady(t.Context())) // so that there is a connection to lose
		l.setCut(true)
		for range 2 {
			if err := call(); !errors.Is(err, storage.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
		l.setCut(false)
		if err := call(); err != nil {
			t.Errorf("%s, when it is back: %v", name, err)
		}
	}
	w.mustVerify()
}

func TestABusyRowIsUnavailableAndADeadlineIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	key := storage.LookupKey{ID: c.Challenge.ID}
	patient := w.openOver(nil, nil)
	hasty := w.openOver(nil, func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["lock_timeout"] = "20ms" })
	_, err := w.store.Apply(t.Context(), w.NewKey(), key, func(c challenge.Snapshot) (challenge.Change, error) {
		// The row is locked now.
		if _, err := hasty.Apply(t.Context(), w.NewKey(), key, nil); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("hasty: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := patient.Apply(ctx, w.NewKey(), key, nil); !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a deadline: %v", err)
		}
		return w.Decide(storagetest.NewResponse("Mine."), storagetest.ManagerID)(c)
	})
	w.Must(err)
	if _, err := patient.Load(t.Context(), key); err != nil {
		t.Errorf("after a deadline: %v", err)
	}
}

func TestSessionsHaveTheirLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, want := range map[string]string{"statement_timeout": "10s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s", "TimeZone": "UTC"} {
		if got := queryValue[string](w, `SELECT current_setting($1)`, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	const secret = "Jane Doe"
	for name, err := range map[string]error{
		"a constraint": errorOnly(w.store.pool.Exec(t.Context(), `UPDATE challenge SET ref = $1`, secret)),
		"a cast":       errorOnly(w.store.pool.Exec(t.Context(), `SELECT $1::text::int`, secret)),
		"an argument":  errorOnly(w.store.pool.Exec(t.Context(), `SELECT $1::int`, secret)),
		"a scan":       w.store.pool.QueryRow(t.Context(), `SELECT $1::text`, secret).Scan(new(int)),
		"a document":   json.Unmarshal([]byte(`{"seq":"`+secret+`"}`), new(challenge.Challenge)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if got := wrapError("test", err).Error(); strings.Contains(got, "Jane") || errors.Is(wrapError("test", err), storage.ErrUnavailable) {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.Must(w.execAsOwner(fmt.Sprintf(`UPDATE challenge SET doc = '{"id":"%s","state":1,"rung":"%s"}' WHERE id = '%s'`, c.Challenge.ID, secret, c.Challenge.ID)))
	_, err := w.store.Load(t.Context(), storage.LookupKey{ID: c.Challenge.ID})
	if err == nil || strings.Contains(err.Error(), "Jane") || !strings.Contains(err.Error(), c.Challenge.ID.String()) {
		t.Errorf("got %v", err)
	}
}

func errorOnly[T any](_ T, err error) error { return err }

func TestListenReportsALostConnectionAndCloseEndsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var l cuttableLine
	s := w.openOver(&l, nil)
	heard, ended := make(chan struct{}, 10), make(chan error, 1)
	listen := func() {
		go func() { ended <- s.Listen(t.Context(), func() { heard <- struct{}{} }) }()
		<-heard
	}
	listen()
	l.setCut(true)
	if err := <-ended; !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("cut: %v", err)
	}
	l.setCut(false)
	listen()
	s.Close()
	if err := <-ended; err != nil {
		t.Errorf("closed: %v", err)
	}
}
