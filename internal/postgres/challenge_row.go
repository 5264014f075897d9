package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/ladder"
	"challengebot/internal/storage"
)

// A challenge is read from its two documents; its other columns are what the database searches by,
// and are held against the documents by the guard of every write and by Verify.
const (
	byIDSQL        = `SELECT id, details, doc FROM challenge WHERE id = $1`
	byRefSQL       = `SELECT id, details, doc FROM challenge WHERE ref = $1`
	lockByIDSQL    = byIDSQL + ` FOR NO KEY UPDATE`
	lockByRefSQL   = byRefSQL + ` FOR NO KEY UPDATE`
	eventColumns   = `seq, at, actor_id, actor_name, kind, rung, visit, data, prev, hash`
	eventsByIDSQL  = `SELECT ` + eventColumns + ` FROM event WHERE challenge_id = $1 ORDER BY seq`
	eventsByRefSQL = `SELECT ` + eventColumns + ` FROM event
WHERE challenge_id = (SELECT id FROM challenge WHERE ref = $1) ORDER BY seq`
	// Of one's own steps the first is enough to tell that one acted.
	readerEventsByRefSQL = `WITH wanted AS (SELECT id FROM challenge WHERE ref = $1)
(SELECT ` + eventColumns + ` FROM event WHERE challenge_id = (SELECT id FROM wanted) AND actor_id = $2 ORDER BY seq LIMIT 1)
UNION ALL
(SELECT ` + eventColumns + ` FROM event WHERE challenge_id = (SELECT id FROM wanted) AND kind = 'held' AND actor_id <> $2)
ORDER BY seq`
)

// statementForKey picks the statement and its argument for a key.
func statementForKey(k storage.LookupKey, byRef, byID string) (string, any) {
	if k.Ref != "" {
		return byRef, k.Ref
	}
	return byID, k.ID
}

// decodeChallenge makes a challenge of its two documents. One that contradicts itself is as good as
// unreadable.
func decodeChallenge(id uuid.UUID, details, doc []byte) (c challenge.Challenge, err error) {
	part := "document"
	err = contain.Run(func() error {
		if err := json.Unmarshal(doc, &c); err != nil {
			return err
		}
		if c.ID != id {
			return errOtherDocument
		}
		if err := c.CheckConsistency(); err != nil {
			return err
		}
		part = "details"
		var raised challenge.Details
		err := json.Unmarshal(details, &raised)
		c.RestoreDetails(raised)
		return err
	})
	if err != nil {
		return c, &unreadableError{id, part, err}
	}
	return c, nil
}

// errOtherDocument is a document in the row of another challenge.
var errOtherDocument = errors.New("it is of another challenge")

// newSnapshot puts together what was read of a challenge, and refuses what does not fit together.
func newSnapshot(c challenge.Challenge, l *ladder.Ladder, history []challenge.Event) (challenge.Snapshot, error) {
	s := challenge.Snapshot{Challenge: c, Ladder: l, History: history}
	if err := s.CheckConsistency(); err != nil {
		return challenge.Snapshot{}, &unreadableError{c.ID, "document", err}
	}
	return s, nil
}

// readChallenge scans details and doc of one row; found tells whether there is one.
func readChallenge(rows pgx.Rows, c *challenge.Challenge, found *bool) error {
	var broken error
	err := readEachChallenge(rows, func(_ uuid.UUID, one challenge.Challenge, err error) {
		*c, *found, broken = one, true, err
	})
	return errors.Join(err, broken)
}

// readEachChallenge reads id, details and doc of each row; the error it gives is of that row alone.
func readEachChallenge(rows pgx.Rows, each func(uuid.UUID, challenge.Challenge, error)) error {
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var details, doc pgtype.DriverBytes // not copied: they are read before the next row comes
		if err := rows.Scan(&id, &details, &doc); err != nil {
			return err
		}
		c, err := decodeChallenge(id, details, doc)
		each(id, c, err)
	}
	return rows.Err()
}

// storedEvent is a row of the trail.
type storedEvent struct {
	challenge.Event
	kind challenge.EventKind
	mac  []byte // read by Verify alone
}

func scanEvent(rows pgx.Rows, before ...any) (storedEvent, error) {
	var e storedEvent
	var prev, hash []byte
	into := append(before, &e.Seq, clamp(&e.At), &e.By.ID, &e.By.Name, &e.kind, &e.Rung, &e.Opening, &e.Data, &prev, &hash)
	if err := rows.Scan(into...); err != nil {
		return e, err
	}
	copy(e.Prev[:], prev)
	copy(e.Hash[:], hash)
	return e, nil
}

func readEvents(rows pgx.Rows) ([]challenge.Event, error) {
	defer rows.Close()
	var all []challenge.Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, err
		}
		if e.Body, err = challenge.DecodeBody(e.kind, e.Data); err != nil {
			return nil, &unreadableError{part: fmt.Sprintf("event %d", e.Seq), cause: err}
		}
		all = append(all, e.Event)
	}
	return all, rows.Err()
}

// unreadableError is something stored that this program cannot make sense of.
type unreadableError struct {
	id    uuid.UUID
	part  string
	cause error
}

// Error tells the kind of the cause only: its text may repeat what is stored.
func (e *unreadableError) Error() string {
	of := "a challenge"
	if e.id != uuid.Nil {
		of = "challenge " + e.id.String()
	}
	why := fmt.Sprintf("%T", e.cause)
	if errors.As(e.cause, new(*challenge.InconsistentError)) || errors.Is(e.cause, errOtherDocument) {
		why = e.cause.Error() // it holds nothing that is stored
	}
	return fmt.Sprintf("postgres: the %s of %s cannot be read (%s); run challengebot audit verify", e.part, of, why)
}

// LogReason is its text, which holds no value.
func (e *unreadableError) LogReason() string { return e.Error() }

// Unwrap lets callers ask for the kind alone, and gives a panic to whoever logs its stack.
func (e *unreadableError) Unwrap() []error { return []error{storage.ErrUnreadable, e.cause} }

// eventsUpTo drops events that were written after the row was read.
func eventsUpTo(seq int, events []challenge.Event) []challenge.Event {
	for len(events) > 0 && events[len(events)-1].Seq > seq {
		events = events[:len(events)-1]
	}
	return events
}

// waitingSeparator joins the ids of those waited for on their way into an array; no id holds it.
const waitingSeparator = "\x1f"

// challengeArrays gathers challenges as columns, so that one statement writes any number of them.
type challengeArrays struct {
	ids                                 [][16]byte // not uuid.UUID, which pgx would send as text
	refs, ladderHashes, chairIDs, teams []string
	raisedAt                            []time.Time
	details, docs                       [][]byte
	states, rungs, waiting              []string
	versions, seqs, openings            []int32
	heads                               [][]byte
	dueAt, nextAt, closedAt             []*time.Time
	previousSeqs                        []int32
	previousStates                      []string
}

func (r *challengeArrays) addChallenge(from, c challenge.Challenge) error {
	doc, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("postgres: the document of challenge %s cannot be written: %T", c.ID, err)
	}
	r.ids = append(r.ids, c.ID)
	r.docs, r.chairIDs = append(r.docs, doc), append(r.chairIDs, c.Chair.ID)
	r.states, r.rungs = append(r.states, string(c.State)), append(r.rungs, c.Rung)
	r.waiting = append(r.waiting, strings.Join(c.WaitingFor(), waitingSeparator))
	r.versions, r.seqs = append(r.versions, int32(c.Version)), append(r.seqs, int32(c.Seq))
	r.openings = append(r.openings, int32(len(c.Openings)))
	r.heads = append(r.heads, c.Head[:])
	r.dueAt, r.nextAt, r.closedAt = append(r.dueAt, nilIfZero(c.Due())), append(r.nextAt, nilIfZero(c.NextAt)), append(r.closedAt, nilIfZero(c.ClosedAt))
	r.previousSeqs, r.previousStates = append(r.previousSeqs, int32(from.Seq)), append(r.previousStates, string(from.State))
	return nil
}

// addNewChallenge adds what is written only once.
func (r *challengeArrays) addNewChallenge(c challenge.Challenge) error {
	details, err := json.Marshal(c.Details)
	if err != nil {
		return fmt.Errorf("postgres: the details of challenge %s cannot be written: %T", c.ID, err)
	}
	r.refs, r.ladderHashes = append(r.refs, c.Ref), append(r.ladderHashes, c.LadderHash)
	r.teams = append(r.teams, c.Details.Team)
	r.raisedAt, r.details = append(r.raisedAt, c.RaisedAt), append(r.details, details)
	return r.addChallenge(challenge.Challenge{}, c)
}

// nilIfZero is nil for the zero time.
func nilIfZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
