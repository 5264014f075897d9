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
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// People of the test authority, by Entra object id.
const (
	chairID             = "11111111-0000-4000-8000-000000000001"
	workerID            = "11111111-0000-4000-8000-000000000002"
	managerID           = "11111111-0000-4000-8000-000000000003"
	serviceID           = "11111111-0000-4000-8000-000000000004"
	ownServiceManagerID = "11111111-0000-4000-8000-000000000005"
	oversightID         = "11111111-0000-4000-8000-000000000006"
)

const directoryYAML = `authority: Exampleshire
people:
  - {id: chair, name: Maya Okafor, entra: ` + chairID + `}
  - {id: worker, name: Tom Reid, entra: ` + workerID + `}
  - {id: manager, name: Priya Shah, entra: ` + managerID + `}
  - {id: service, name: Ann Lee, entra: ` + serviceID + `}
  - {id: own, name: Sue West, entra: ` + ownServiceManagerID + `}
  - {id: over, name: Dot Hay, entra: ` + oversightID + `}
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
	keyCount  int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, localpg.NewTestDatabase(t, SchemaFingerprint(), Migrate))
}

func newWorldOn(t testing.TB, dsn string) *world {
	t.Helper()
	w := &world{t: t, dsn: dsn, now: monday}
	var err error
	if w.ladder, err = ladder.LoadShipped("ne-lincolnshire"); err != nil {
		t.Fatal(err)
	}
	if w.calendar, err = workday.New(workday.Settings{Division: workday.EnglandAndWales}); err != nil {
		t.Fatal(err)
	}
	if w.directory, err = directory.Read("directory.yaml", []byte(directoryYAML)); err != nil {
		t.Fatal(err)
	}
	w.store = w.openStore()
	w.must(w.store.SaveLadder(t.Context(), w.ladder))
	return w
}

// openStore opens one more store on the same database, as a second instance would.
func (w *world) openStore() *Store {
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
		RecordNumber: "LL-123456", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 2, 27),
		Categories: []string{"drift-and-delay"}, Concern: "The plan has not moved since the last review.\x00\u2028",
		Ask: "Hold the core group that was agreed.", AskBy: workday.NewDate(2026, 3, 20), Team: "north",
	}
}

// newIdempotencyKey is one that was never used before.
func (w *world) newIdempotencyKey() storage.IdempotencyKey {
	w.keyCount++
	return storage.IdempotencyKey{Value: fmt.Sprintf("activity:%d", w.keyCount), At: w.now}
}

func (w *world) raiseDecision(id uuid.UUID) func(uint64) (challenge.Change, error) {
	return func(n uint64) (challenge.Change, error) {
		return challenge.Raise(challenge.RaiseCommand{ID: id, Number: n, Details: w.details()}, person(chairID), w.env())
	}
}

func (w *world) raise() challenge.Snapshot {
	w.t.Helper()
	id, err := uuid.NewV7()
	w.must(err)
	out, err := w.store.Raise(w.t.Context(), w.newIdempotencyKey(), w.raiseDecision(id))
	w.must(err)
	return out.Snapshot
}

func (w *world) decide(cmd challenge.Command, by string) decideFunc {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		env := w.env()
		env.Ladder = c.Ladder
		return c.Challenge.Decide(cmd, person(by), env)
	}
}

func (w *world) apply(c challenge.Snapshot, cmd challenge.Command, by string) challenge.Snapshot {
	w.t.Helper()
	out, err := w.store.Apply(w.t.Context(), w.newIdempotencyKey(), storage.LookupKey{ID: c.Challenge.ID}, w.decide(cmd, by))
	w.must(err)
	return out.Snapshot
}

func (w *world) load(id uuid.UUID) challenge.Snapshot {
	w.t.Helper()
	c, err := w.store.Load(w.t.Context(), storage.LookupKey{ID: id})
	w.must(err)
	return c
}

func newResponse(text string) challenge.Respond {
	return challenge.Respond{Opening: 1, Response: challenge.Response{Text: text, Plan: []challenge.PlannedAction{
		{What: "Hold the core group", Who: "Team Manager", DueBy: workday.NewDate(2026, 3, 10)},
		{What: "Write to the school", Who: "Social Worker", DueBy: workday.NewDate(2026, 3, 11)},
	}}}
}

// execAsOwner runs statements as the database's owner, in one transaction.
func (w *world) execAsOwner(statements ...string) error {
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

func queryValue[T any](w *world, sql string, args ...any) T {
	w.t.Helper()
	var v T
	w.must(w.store.pool.QueryRow(w.t.Context(), sql, args...).Scan(&v))
	return v
}

// claim claims as an instance of that name.
func (w *world) claim(s *Store, owner string, limit int) []outbox.Message {
	w.t.Helper()
	ds, err := s.ClaimMessages(w.t.Context(), owner, w.now, time.Minute, limit)
	w.must(err)
	return ds
}

// markDelivered says that Teams took a delivery which showed that version.
func (w *world) markDelivered(s *Store, d outbox.Message, version int) error {
	p := outbox.PostedMessage{ConversationID: "a:" + d.OrderingKey, ServiceURL: "https://example.invalid/", ActivityID: fmt.Sprint("act-", d.ID),
		Version: version, ContentHash: make([]byte, 32)}
	return s.MarkDelivered(w.t.Context(), d, p, outbox.Attempt{At: w.now, StatusCode: 201}, w.decide(challenge.RecordDelivery{MessageID: d.ID,
		Card: d.Card, Opening: d.Opening, To: d.To, ConversationID: p.ConversationID, ActivityID: p.ActivityID}, ""))
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
			if d.ChallengeID != uuid.Nil {
				version = w.load(d.ChallengeID).Challenge.Version
			}
			w.must(w.markDelivered(w.store, d, version))
		}
	}
}

func (w *world) tick(s *Store, limit int) (int, error) {
	return s.Tick(w.t.Context(), w.now, limit, w.decide(challenge.Tick{}, ""))
}

// verifyProblems is what Verify finds; clean databases find nothing.
func (w *world) verifyProblems() (found []VerifyResult, sum VerifySummary) {
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
	if found, sum := w.verifyProblems(); !sum.IsIntact() {
		w.t.Fatalf("the database does not hold: %+v", found)
	}
}

var errDeclined = errors.New("no")
