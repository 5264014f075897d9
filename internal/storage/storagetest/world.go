package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// People of the test authority, by Entra object id.
const (
	ChairID             = "11111111-0000-4000-8000-000000000001"
	WorkerID            = "11111111-0000-4000-8000-000000000002"
	ManagerID           = "11111111-0000-4000-8000-000000000003"
	ServiceID           = "11111111-0000-4000-8000-000000000004"
	OwnServiceManagerID = "11111111-0000-4000-8000-000000000005"
	OversightID         = "11111111-0000-4000-8000-000000000006"
)

// DirectoryYAML is the test authority.
const DirectoryYAML = `authority: Exampleshire
people:
  - {id: chair, name: Maya Okafor, entra: ` + ChairID + `}
  - {id: worker, name: Tom Reid, entra: ` + WorkerID + `}
  - {id: manager, name: Priya Shah, entra: ` + ManagerID + `}
  - {id: service, name: Ann Lee, entra: ` + ServiceID + `}
  - {id: own, name: Sue West, entra: ` + OwnServiceManagerID + `}
  - {id: over, name: Dot Hay, entra: ` + OversightID + `}
teams:
  - {id: north, name: North, channel: "19:n@thread.tacv2", roles: {social-worker: worker, team-manager: manager, service-manager: service}}
roles: {chair: chair, own-service-manager: own, oversight: over, nominated-officer: own, head-of-service: over, assistant-director: over}
`

// Monday is 2 March 2026, ten in the morning. AfterLapse is past the informal stage's window
// of a challenge that was raised then.
var (
	Monday     = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	AfterLapse = Monday.AddDate(0, 0, 2)
)

// ErrDeclined is a decision's own error.
var ErrDeclined = errors.New("no")

// World is a store and what decisions need: an authority, its calendar, a ladder, a time.
type World struct {
	T         testing.TB
	Store     Store
	Ladder    *ladder.Ladder
	Calendar  *workday.Calendar
	Directory *directory.Directory
	Now       time.Time
	keyCount  int
	inHand    map[string][]int64 // what each instance ever claimed
}

// NewWorld puts a store that is empty into a world.
func NewWorld(t testing.TB, s Store) *World {
	t.Helper()
	w := &World{T: t, Store: s, Now: Monday}
	var err error
	if w.Ladder, err = ladder.LoadShipped("ne-lincolnshire"); err != nil {
		t.Fatal(err)
	}
	if w.Calendar, err = workday.New(workday.Settings{Division: workday.EnglandAndWales}); err != nil {
		t.Fatal(err)
	}
	if w.Directory, err = directory.Read("directory.yaml", []byte(DirectoryYAML)); err != nil {
		t.Fatal(err)
	}
	w.Must(s.SaveLadder(t.Context(), w.Ladder))
	return w
}

// Must ends the test on an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Env is the world as a decision sees it.
func (w *World) Env() challenge.Env {
	return challenge.Env{Now: w.Now, Calendar: w.Calendar, Ladder: w.Ladder, Directory: w.Directory}
}

// Person is somebody of that id.
func Person(id string) challenge.Person { return challenge.Person{ID: id, Name: "Somebody"} }

// Details are those of each challenge that is raised here.
func (w *World) Details() challenge.Details {
	return challenge.Details{
		RecordNumber: "LL-123456", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 2, 27),
		Categories: []string{"drift-and-delay"}, Concern: "The plan has not moved since the last review.\x00\u2028",
		Ask: "Hold the core group that was agreed.", AskBy: workday.NewDate(2026, 3, 20), Team: "north",
	}
}

// NewKey is an idempotency key that was never used before.
func (w *World) NewKey() storage.IdempotencyKey {
	w.keyCount++
	return storage.IdempotencyKey{Value: fmt.Sprintf("activity:%d", w.keyCount), At: w.Now}
}

// RaiseDecision decides to raise a challenge of that id.
func (w *World) RaiseDecision(id uuid.UUID) func(uint64) (challenge.Change, error) {
	return func(n uint64) (challenge.Change, error) {
		return challenge.Raise(challenge.RaiseCommand{ID: id, Number: n, Details: w.Details()}, Person(ChairID), w.Env())
	}
}

// Raise raises one more challenge.
func (w *World) Raise() challenge.Snapshot {
	w.T.Helper()
	id, err := uuid.NewV7()
	w.Must(err)
	out, err := w.Store.Raise(w.T.Context(), w.NewKey(), w.RaiseDecision(id))
	w.Must(err)
	return out.Snapshot
}

// RaiseAsked raises one more challenge of which Teams has taken the question.
func (w *World) RaiseAsked() challenge.Snapshot {
	w.T.Helper()
	c := w.Raise()
	return w.Apply(c, challenge.RecordDelivery{MessageID: 1, Card: challenge.CardRespond, Opening: 1,
		To: challenge.Address{Person: c.Challenge.CurrentOpening().Responders[0]}}, "")
}

// Decide gives a command; "" is nobody, the program itself.
func (w *World) Decide(cmd challenge.Command, by string) func(challenge.Snapshot) (challenge.Change, error) {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		env := w.Env()
		env.Ladder = c.Ladder
		return c.Challenge.Decide(cmd, Person(by), env)
	}
}

// Apply gives a command to a challenge.
func (w *World) Apply(c challenge.Snapshot, cmd challenge.Command, by string) challenge.Snapshot {
	w.T.Helper()
	out, err := w.Store.Apply(w.T.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, w.Decide(cmd, by))
	w.Must(err)
	return out.Snapshot
}

// Load reads a challenge.
func (w *World) Load(id uuid.UUID) challenge.Snapshot {
	w.T.Helper()
	c, err := w.Store.Load(w.T.Context(), storage.LookupKey{ID: id})
	w.Must(err)
	return c
}

// NewResponse is an answer to the first opening, with a plan of two actions.
func NewResponse(text string) challenge.Respond {
	return challenge.Respond{Opening: 1, Response: challenge.Response{Text: text, Plan: []challenge.PlannedAction{
		{What: "Hold the core group", Who: "Team Manager", DueBy: workday.NewDate(2026, 3, 10)},
		{What: "Write to the school", Who: "Social Worker", DueBy: workday.NewDate(2026, 3, 11)},
	}}}
}

// Claim claims as an instance of that name, for a minute. The instance has all in hand that it
// ever claimed by this.
func (w *World) Claim(s Store, owner string, limit int) []outbox.Message {
	w.T.Helper()
	claimed, err := s.ClaimMessages(w.T.Context(), w.ClaimOf(owner, limit))
	ds := claimed.Messages
	w.Must(err)
	w.keepInHand(owner, ds)
	return ds
}

// ClaimOf asks for that many messages for an instance of that name.
func (w *World) ClaimOf(owner string, limit int) outbox.Claim {
	return outbox.Claim{Owner: owner, Now: w.Now, Lease: time.Minute, Limit: limit, HungLimit: limit, InHand: w.inHand[owner]}
}

func (w *World) keepInHand(owner string, ds []outbox.Message) {
	if w.inHand == nil {
		w.inHand = map[string][]int64{}
	}
	for _, d := range ds {
		w.inHand[owner] = append(w.inHand[owner], d.ID)
	}
}

// RetryAt lets a message be tried again at a time, for which others wait ten minutes.
func (w *World) RetryAt(at time.Time) outbox.Retry {
	return outbox.Retry{NotBefore: at, StepsAsideAt: w.Now.Add(10 * time.Minute)}
}

// Posted is where a message went that showed a version.
func Posted(d outbox.Message, version int) outbox.PostedMessage {
	return outbox.PostedMessage{ConversationID: "a:" + d.OrderingKey, ServiceURL: "https://example.invalid/", ActivityID: fmt.Sprint("act-", d.ID),
		Version: version, ContentHash: make([]byte, 32)}
}

// MarkDelivered says that Teams took a message which showed that version.
func (w *World) MarkDelivered(s Store, d outbox.Message, version int) error {
	p := Posted(d, version)
	return s.MarkDelivered(w.T.Context(), d, p, outbox.Attempt{At: w.Now, StatusCode: 201}, w.Decide(challenge.RecordDelivery{MessageID: d.ID,
		Card: d.Card, Opening: d.Opening, To: d.To, ConversationID: p.ConversationID, ActivityID: p.ActivityID}, ""))
}

// DeliverAll delivers everything that waits, showing the current version.
func (w *World) DeliverAll() {
	w.T.Helper()
	for {
		ds := w.Claim(w.Store, "deliverer", 100)
		if len(ds) == 0 {
			return
		}
		for _, d := range ds {
			version := 0
			if d.ChallengeID != uuid.Nil {
				version = w.Load(d.ChallengeID).Challenge.Version
			}
			w.Must(w.MarkDelivered(w.Store, d, version))
		}
	}
}

// DropAll drops everything that waits.
func (w *World) DropAll() {
	w.T.Helper()
	for {
		ds := w.Claim(w.Store, "dropper", 100)
		if len(ds) == 0 {
			return
		}
		for _, d := range ds {
			w.Must(w.Store.DropMessage(w.T.Context(), d, w.Now, "test"))
		}
	}
}

// Tick lets the clock act on at most limit challenges.
func (w *World) Tick(s Store, limit int) (int, error) {
	return s.Tick(w.T.Context(), w.Now, limit, w.Decide(challenge.Tick{}, ""))
}
