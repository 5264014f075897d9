package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/localpg"
	"challengebot/internal/workday"
)

// People of the test authority, by Entra object id.
const (
	chairID   = "11111111-0000-4000-8000-000000000001"
	workerID  = "11111111-0000-4000-8000-000000000002"
	managerID = "11111111-0000-4000-8000-000000000003"
	serviceID = "11111111-0000-4000-8000-000000000004"
	ownID     = "11111111-0000-4000-8000-000000000005"
	overID    = "11111111-0000-4000-8000-000000000006"
)

const directoryText = `authority: Exampleshire
people:
  - {id: chair, name: Maya Okafor, entra: ` + chairID + `}
  - {id: worker, name: Tom Reid, entra: ` + workerID + `}
  - {id: manager, name: Priya Shah, entra: ` + managerID + `}
  - {id: service, name: Ann Lee, entra: ` + serviceID + `}
  - {id: own, name: Sue West, entra: ` + ownID + `}
  - {id: over, name: Dot Hay, entra: ` + overID + `}
teams:
  - {id: north, name: North, channel: "19:n@thread.tacv2", roles: {social-worker: worker, team-manager: manager, service-manager: service}}
roles: {chair: chair, own-service-manager: own, oversight: over, nominated-officer: own, head-of-service: over, assistant-director: over}
`

// monday is 2 March 2026, ten in the morning.
var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// world is a store with a database of its own and what decisions need.
type world struct {
	t         testing.TB
	dsn       string
	store     *Store
	ladder    *ladder.Ladder
	calendar  *workday.Calendar
	directory *directory.Directory
	now       time.Time
	keys      int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, localpg.TestDatabase(t, Fingerprint(), Migrate))
}

func newWorldOn(t testing.TB, dsn string) *world {
	t.Helper()
	w := &world{t: t, dsn: dsn, now: monday}
	var err error
	if w.ladder, err = ladder.Load("ne-lincolnshire"); err != nil {
		t.Fatal(err)
	}
	if w.calendar, err = workday.New(workday.Settings{Division: workday.EnglandAndWales}); err != nil {
		t.Fatal(err)
	}
	if w.directory, err = directory.Read("directory.yaml", []byte(directoryText)); err != nil {
		t.Fatal(err)
	}
	w.store = w.open()
	w.must(w.store.SaveLadder(t.Context(), w.ladder))
	return w
}

// open opens one more store on the same database, as a second instance would.
func (w *world) open() *Store {
	w.t.Helper()
	s, err := Open(w.t.Context(), w.dsn, Options{})
	w.must(err)
	w.t.Cleanup(s.Close)
	return s
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) env() challenge.Env {
	return challenge.Env{Now: w.now, Calendar: w.calendar, Ladder: w.ladder, Directory: w.directory}
}

func person(id string) challenge.Person { return challenge.Person{ID: id, Name: "Somebody"} }

func (w *world) details() challenge.Details {
	return challenge.Details{
		Record: "LL-123456", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 2, 27),
		Categories: []string{"drift-and-delay"}, Concern: "The plan has not moved since the last review.\x00\u2028",
		Ask: "Hold the core group that was agreed.", AskBy: workday.NewDate(2026, 3, 20), Team: "north",
	}
}

// receipt is one that was never used before.
func (w *world) receipt() challenge.Receipt {
	w.keys++
	return challenge.Receipt{Key: fmt.Sprintf("activity:%d", w.keys), At: w.now}
}

func (w *world) raising(id uuid.UUID) func(uint64) (challenge.Change, error) {
	return func(n uint64) (challenge.Change, error) {
		return challenge.Raise(challenge.Raising{ID: id, Number: n, Details: w.details()}, person(chairID), w.env())
	}
}

func (w *world) raise() challenge.Case {
	w.t.Helper()
	id, err := uuid.NewV7()
	w.must(err)
	out, err := w.store.Raise(w.t.Context(), w.receipt(), w.raising(id))
	w.must(err)
	return out.Case
}

func (w *world) decide(cmd challenge.Command, by string) decision {
	return func(c challenge.Case) (challenge.Change, error) {
		env := w.env()
		env.Ladder = c.Ladder
		return c.Challenge.Decide(cmd, person(by), env)
	}
}

func (w *world) apply(c challenge.Case, cmd challenge.Command, by string) challenge.Case {
	w.t.Helper()
	out, err := w.store.Apply(w.t.Context(), w.receipt(), challenge.Key{ID: c.Challenge.ID}, w.decide(cmd, by))
	w.must(err)
	return out.Case
}

func (w *world) load(id uuid.UUID) challenge.Case {
	w.t.Helper()
	c, err := w.store.Load(w.t.Context(), challenge.Key{ID: id})
	w.must(err)
	return c
}

func answer(text string) challenge.Respond {
	return challenge.Respond{Visit: 1, Response: challenge.Response{Text: text, Plan: []challenge.Action{
		{What: "Hold the core group", Who: "Team Manager", By: workday.NewDate(2026, 3, 10)},
		{What: "Write to the school", Who: "Social Worker", By: workday.NewDate(2026, 3, 11)},
	}}}
}

// sql runs statements as the database's owner, in one transaction.
func (w *world) sql(statements ...string) error {
	conn, err := pgx.Connect(context.Background(), w.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	all := ""
	for _, s := range statements {
		all += s + ";\n"
	}
	_, err = conn.Exec(context.Background(), "BEGIN;"+all+"COMMIT", pgx.QueryExecModeSimpleProtocol)
	return err
}

func one[T any](w *world, sql string, args ...any) T {
	w.t.Helper()
	var v T
	w.must(w.store.pool.QueryRow(w.t.Context(), sql, args...).Scan(&v))
	return v
}

// claim claims as an instance of that name.
func (w *world) claim(s *Store, owner string, limit int) []challenge.Delivery {
	w.t.Helper()
	ds, err := s.Claim(w.t.Context(), owner, w.now, time.Minute, limit)
	w.must(err)
	return ds
}

// sent says that Teams took a delivery which showed that version.
func (w *world) sent(s *Store, d challenge.Delivery, version int) error {
	p := challenge.Posted{Conversation: "a:" + d.Lane, ServiceURL: "https://example.invalid/", Activity: fmt.Sprint("act-", d.ID),
		Version: version, Content: make([]byte, 32)}
	return s.Delivered(w.t.Context(), d, p, challenge.Attempt{At: w.now, Status: 201}, w.decide(challenge.Deliver{Delivery: d.ID,
		Card: d.Card, Visit: d.Visit, To: d.To, Conversation: p.Conversation, Activity: p.Activity}, ""))
}

// deliverAll delivers everything that waits, showing the current version.
func (w *world) deliverAll() {
	w.t.Helper()
	for {
		ds := w.claim(w.store, "deliverer", 100)
		if len(ds) == 0 {
			return
		}
		for _, d := range ds {
			version := 0
			if d.Challenge != uuid.Nil {
				version = w.load(d.Challenge).Challenge.Version
			}
			w.must(w.sent(w.store, d, version))
		}
	}
}

func (w *world) tick(s *Store, limit int) (int, error) {
	return s.Tick(w.t.Context(), w.now, limit, w.decide(challenge.Tick{}, ""))
}

// verified is what Verify finds; clean databases find nothing.
func (w *world) verified() (found []VerifyResult, sum Verification) {
	w.t.Helper()
	sum, err := w.store.Verify(w.t.Context(), func(r VerifyResult) {
		if len(r.Problems) > 0 {
			found = append(found, r)
		}
	})
	w.must(err)
	return found, sum
}

func (w *world) mustVerify() {
	w.t.Helper()
	if found, sum := w.verified(); !sum.Held() {
		w.t.Fatalf("the database does not hold: %+v", found)
	}
}

var errNo = errors.New("no")
