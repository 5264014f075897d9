package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// One challenge that fails, in whatever way, costs a hundred others nothing.

// raiseAHundredBeside raises a challenge and a hundred others, all of which fall due.
func (w *world) raiseAHundredBeside() (bad challenge.Snapshot) {
	w.T.Helper()
	bad = w.RaiseAsked()
	for range 100 {
		w.RaiseAsked()
	}
	w.Now = storagetest.AfterLapse
	return bad
}

// expectAHundredLapsed holds that all others moved on, and that the bad one was set aside and
// reported.
func (w *world) expectAHundredLapsed(bad challenge.Snapshot, done int, err error) storage.SetAsideItem {
	w.T.Helper()
	items, rest := storage.SplitSetAside(err)
	if done != 100 || rest != nil || len(items) != 1 || items[0].ChallengeID != bad.Challenge.ID {
		w.T.Fatalf("%d were done, %d set aside, %v; %v", done, len(items), items, rest)
	}
	if n := queryValue[int](
		w,
		`SELECT count(*) FROM event WHERE kind = 'lapsed' AND challenge_id <> $1`,
		bad.Challenge.ID,
	); n != 100 {
		w.T.Errorf("%d of a hundred others lapsed", n)
	}
	if n, err := w.Tick(w.store, 500); n != 0 || err != nil {
		w.T.Errorf("the next turn did %d and said %v: it was not set aside", n, err)
	}
	return items[0]
}

func TestAPanicInOneTransitionCostsAHundredOthersNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.raiseAHundredBeside()
	tick := w.Decide(challenge.Tick{}, "")
	n, err := w.store.Tick(t.Context(), w.Now, 500, func(c challenge.Snapshot) (challenge.Change, error) {
		if c.Challenge.ID == bad.Challenge.ID {
			panic("Millie Brown")
		}
		return tick(c)
	})
	item := w.expectAHundredLapsed(bad, n, err)
	var p *contain.PanicError
	if !errors.As(item.Cause, &p) || !strings.Contains(p.Stack, "contained_test.go") {
		t.Errorf("the cause is %v", item.Cause)
	}
	if strings.Contains(err.Error(), "Millie") {
		t.Errorf("the error repeats a panic's value: %v", err)
	}
	w.Now = w.Now.Add(retryDelay)
	if n, err := w.Tick(w.store, 500); n != 1 || err != nil {
		t.Errorf("when its time has come again: %d, %v", n, err)
	}
}

// poisons are changes to a row that the database itself does not refuse.
var poisons = map[string]string{
	"no openings":              `doc = jsonb_set(doc::jsonb, '{visits}', '[]')::json`,
	"openings null":            `doc = jsonb_set(doc::jsonb, '{visits}', 'null')::json`,
	"a null opening":           `doc = jsonb_set(doc::jsonb, '{visits}', '[null]')::json`,
	"held without a hold":      `state = 'held_at_gate', due_at = NULL, doc = jsonb_set(doc::jsonb, '{state}', '"held_at_gate"')::json`,
	"an unknown rung":          `doc = jsonb_set(doc::jsonb, '{visits,0,rung}', '"none"')::json`,
	"a number for a text":      `doc = jsonb_set(doc::jsonb, '{rung}', '7')::json`,
	"a list for a document":    `doc = '[]'`,
	"null for a document":      `doc = 'null'`,
	"a document of nothing":    `doc = '{}'`,
	"details that are a list":  `details = '[]'`,
	"another's document":       `doc = jsonb_set(doc::jsonb, '{id}', '"0190c0de-0000-7000-8000-000000000000"')::json`,
	"due since ever":           `next_at = '-infinity', doc = '{}'`,
	"nothing due by its words": `doc = jsonb_set(jsonb_set(doc::jsonb, '{visits,0,deadline,due}', '"2999-01-01T00:00:00Z"'), '{next_at}', '"2999-01-01T00:00:00Z"')::json`,
}

func TestAPoisonedRowCostsAHundredOthersNothing(t *testing.T) {
	t.Parallel()
	for name, poison := range poisons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			bad := w.raiseAHundredBeside()
			w.Must(w.execAsOwner(fmt.Sprintf(`UPDATE challenge SET %s WHERE id = '%s'`, poison, bad.Challenge.ID)))
			n, err := w.Tick(w.store, 500)
			w.expectAHundredLapsed(bad, n, err)
			if strings.Contains(err.Error(), "has not moved") {
				t.Errorf("the error repeats what was written: %v", err)
			}
			if at, ok, err := w.store.NextDue(t.Context()); !ok || err != nil || at.Before(w.Now) {
				t.Errorf("the next look is at %v, %v, %v", at, ok, err)
			}
		})
	}
}

func TestAStatementThatHangsCostsAHundredOthersNothing(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"event", "challenge"} { // the second keeps it from being set aside in its row, too
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			bad := w.raiseAHundredBeside()
			id := map[string]string{"event": "challenge_id", "challenge": "id"}[table]
			w.Must(
				w.execAsOwner(
					`CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'`,
					fmt.Sprintf(
						`CREATE TRIGGER hang BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (NEW.%s = '%s') EXECUTE FUNCTION hang()`,
						table,
						id,
						bad.Challenge.ID,
					),
				),
			)
			hasty := w.openOver(nil, func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["statement_timeout"] = "1s" })
			w.store = hasty
			began := time.Now()
			n, err := w.Tick(hasty, 500)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
			w.expectAHundredLapsed(bad, n, err)
		})
	}
}

func TestARowThatSomebodyHoldsCostsAHundredOthersNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.raiseAHundredBeside()
	conn, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(
		t.Context(),
		fmt.Sprintf(`BEGIN; UPDATE challenge SET ref = ref WHERE id = '%s'`, held.Challenge.ID),
	)
	w.Must(err)
	if n, err := w.Tick(w.store, 500); n != 100 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// silentLine is a way to the server that can fall silent: connections stay up and nothing comes
// through.
type silentLine struct {
	mu      sync.Mutex
	silent  bool // new connections too
	conns   []*silentConn
	waiting sync.Cond
}

func newSilentLine(t *testing.T) *silentLine {
	t.Helper()
	l := &silentLine{}
	l.waiting.L = &l.mu
	t.Cleanup(func() { l.setSilent(false, false) })
	return l
}

func (l *silentLine) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	inner, outer, err := connectedPair(ctx)
	if err != nil {
		conn.Close()
		return nil, err
	}
	c := &silentConn{line: l, ends: []net.Conn{conn, outer}}
	l.mu.Lock()
	c.silent = l.silent
	l.conns = append(l.conns, c)
	l.mu.Unlock()
	for i := range c.ends {
		go c.forward(c.ends[i], c.ends[1-i])
	}
	return inner, nil
}

// connectedPair is both ends of a connection on this machine.
func connectedPair(ctx context.Context) (inner, outer net.Conn, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	if inner, err = (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String()); err != nil {
		return nil, nil, err
	}
	outer, err = listener.Accept()
	return inner, outer, err
}

// setSilent lets all connections that are there fall silent, or speak again, and those to come.
func (l *silentLine) setSilent(now, fromNowOn bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent = fromNowOn
	for _, c := range l.conns {
		c.silent = now
	}
	l.waiting.Broadcast()
}

// silentConn is one connection over the line.
type silentConn struct {
	line   *silentLine
	silent bool
	ends   []net.Conn
}

func (c *silentConn) forward(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		c.line.mu.Lock()
		for c.silent {
			c.line.waiting.Wait()
		}
		c.line.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func TestConnectionsThatFellSilentAreClosedAndCostOneWaitAltogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	line := newSilentLine(t)
	s := w.openOver(nil, func(c *pgxpool.Config) { c.ConnConfig.DialFunc, c.MaxConns = line.dial, 8 })
	var opened []*session
	for range 8 {
		sess, err := s.openSession(t.Context())
		w.Must(err)
		opened = append(opened, sess)
	}
	for _, sess := range opened {
		sess.release()
	}
	line.setSilent(true, false)
	s.db.line.brokenAt.Store(new(time.Now())) // they are asked first, as after a second of rest
	began := time.Now()
	if _, err := s.Load(t.Context(), storage.LookupKey{ID: c.Challenge.ID}); err != nil {
		t.Errorf("no new connection was made: %v", err)
	}
	if took := time.Since(began); took > 2*pingTimeout {
		t.Errorf("eight silent connections cost %v", took)
	}
}

func TestAServerThatFellSilentIsUnavailableWithinTheLimitAndUsedAgainWhenItSpeaks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	line := newSilentLine(t)
	s := w.openOver(nil, func(c *pgxpool.Config) {
		c.ConnConfig.DialFunc = line.dial
		c.ConnConfig.ConnectTimeout = time.Second
	})
	s.db.limit = time.Second
	key := storage.LookupKey{ID: c.Challenge.ID}
	_, err := s.Load(t.Context(), key)
	w.Must(err)
	line.setSilent(true, true)
	for range 3 {
		began := time.Now()
		if _, err := s.Load(t.Context(), key); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("silent: %v", err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("a call took %v", took)
		}
	}
	line.setSilent(false, false)
	if _, err := s.Load(t.Context(), key); err != nil {
		t.Errorf("when it speaks again: %v", err)
	}
}

func TestAConnectionThatMayNotWriteIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise().Challenge.ID
	name := queryValue[string](w, `SELECT current_database()`)
	w.Must(w.execAsOwner(`ALTER DATABASE ` + name + ` SET default_transaction_read_only = on`))
	s := w.openStore()
	calls := map[string]func() error{
		"in a session": func() error {
			return s.QueueDirectMessage(
				t.Context(),
				w.NewKey(),
				outbox.DirectMessage{To: challenge.Address{Person: "x"}},
			)
		},
		"alone": func() error { return s.ReleaseLeases(t.Context(), "x") },
		"after deciding": func() error {
			_, err := s.Raise(t.Context(), w.NewKey(), w.RaiseDecision(uuid.New()))
			return err
		},
	}
	for what, call := range calls {
		if err := call(); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s, read-only: %v", what, err)
		}
	}
	w.Must(w.execAsOwner(`SET TRANSACTION READ WRITE`, `ALTER DATABASE `+name+` RESET default_transaction_read_only`))
	for what, call := range calls {
		if err := call(); err != nil {
			t.Errorf("%s, once writing is allowed: %v", what, err)
		}
	}
	if _, err := s.Load(t.Context(), storage.LookupKey{ID: id}); err != nil {
		t.Error(err)
	}
}

func TestTheNumberOfConnectionsIsTheOneOfTheAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]int32{
		"postgres://x@nowhere.invalid/x":                   defaultMaxConns,
		"postgres://x@nowhere.invalid/x?pool_max_conns=3":  3,
		"host=nowhere.invalid dbname=x pool_max_conns=40":  40,
		"postgres://x@nowhere.invalid/x?pool_max_conns=16": 16,
	} {
		s, err := Open(t.Context(), address, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.pool.Config().MaxConns; got != want {
			t.Errorf("%s: %d connections, want %d", address, got, want)
		}
		s.Close()
	}
}

// The pool has no end to its calls: whoever uses it goes by way of db or a session.
func TestNobodyCallsThePoolItself(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, "s.pool.") && !strings.Contains(line, "s.pool.Close()") {
				t.Errorf("%s: %s", name, strings.TrimSpace(line))
			}
		}
	}
}

// A time that is no time, in whatever table, is one row's trouble.
func TestAnInfiniteTimeKeepsNothingElseFromBeingRead(t *testing.T) {
	t.Parallel()
	for _, infinite := range []string{"infinity", "-infinity"} {
		for name, poison := range map[string]string{
			"when a message was queued":      `UPDATE delivery SET created_at = '%s' WHERE id = (SELECT min(id) FROM delivery)`,
			"since when it fails":            `UPDATE delivery SET failing_since = '%s' WHERE id = (SELECT min(id) FROM delivery)`,
			"when it may go out":             `UPDATE delivery SET not_before = '%s' WHERE id = (SELECT min(id) FROM delivery)`,
			"since when somebody is refused": `INSERT INTO unreachable (person, since, code) VALUES ('x', '%s', 'y')`,
			"when somebody was back":         `INSERT INTO unreachable (person, since, code, returned_at) VALUES ('x', now(), 'y', '%s')`,
			"when a channel was chosen":      `INSERT INTO notice_channel (unit, channel, team_name, channel_name, set_by, set_at) VALUES ('team:north', '19:x@thread.tacv2', '', '', 'x', '%s')`,
			"the days of cover":              `INSERT INTO cover (person, stand_in, from_day, to_day, set_by, set_at) VALUES ('a', 'b', '2026-01-01', 'infinity', 'a', '%s')`,
			"when an event happened":         `ALTER TABLE event DISABLE TRIGGER ALL; UPDATE event SET at = '%s' WHERE challenge_id = (SELECT id FROM challenge ORDER BY id LIMIT 1); ALTER TABLE event ENABLE TRIGGER ALL`,
			"when a challenge was raised":    `UPDATE challenge SET raised_at = '%s' WHERE id = (SELECT id FROM challenge ORDER BY id LIMIT 1)`,
			"when it is due":                 `UPDATE challenge SET next_at = '%s' WHERE id = (SELECT id FROM challenge ORDER BY id LIMIT 1)`,
			"until when it is set aside":     `UPDATE challenge SET stalled_until = '%s' WHERE id = (SELECT id FROM challenge ORDER BY id LIMIT 1)`,
		} {
			t.Run(name+" "+infinite, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.Raise()
				good := w.Raise()
				w.Must(w.execAsOwner(fmt.Sprintf(poison, infinite)))
				s := w.store
				for what, read := range map[string]func() error{
					"the watch":      func() error { _, err := s.CountOverdue(t.Context(), w.Now, time.Minute); return err },
					"the next turn":  func() error { _, _, err := s.NextDue(t.Context()); return err },
					"next message":   func() error { _, _, err := s.NextMessageDue(t.Context(), w.Now); return err },
					"who is refused": func() error { _, err := s.ListUnreachable(t.Context()); return err },
					"channels":       func() error { _, err := s.ListNoticeChannels(t.Context()); return err },
					"cover":          func() error { _, err := s.ListCovers(t.Context(), w.Calendar.DateOf(w.Now)); return err },
					"a challenge":    func() error { _, err := s.Load(t.Context(), storage.LookupKey{ID: good.Challenge.ID}); return err },
					"what waits":     func() error { return s.EachPending(t.Context(), func(challenge.Snapshot) {}) },
					"verification":   func() error { _, err := s.Verify(t.Context(), func(VerifyResult) {}); return err },
				} {
					if err := read(); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				}
				w.Now = storagetest.AfterLapse
				if _, err := w.Tick(s, 10); err != nil {
					if items, rest := storage.SplitSetAside(err); rest != nil || len(items) != 1 {
						t.Errorf("the clock: %v", err)
					}
				}
				if got := w.Load(good.Challenge.ID).Challenge.Seq; got == good.Challenge.Seq {
					t.Error("the clock did nothing for the other challenge")
				}
				if claimed, err := s.ClaimMessages(t.Context(), outbox.Claim{Owner: "a", Now: w.Now, Lease: time.Minute, Limit: 100, HungLimit: 100}); err != nil || len(claimed.Messages) == 0 {
					t.Errorf("%d messages were claimed, %v", len(claimed.Messages), err)
				}
			})
		}
	}
}
