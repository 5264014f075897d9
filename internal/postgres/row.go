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
)

// A challenge is read from its two documents; its other columns are what the database searches by, and are held against the
// documents by the guard of every write and by Verify.
const (
	byIDSQL        = `SELECT id, details, doc FROM challenge WHERE id = $1`
	byRefSQL       = `SELECT id, details, doc FROM challenge WHERE ref = $1`
	lockByIDSQL    = byIDSQL + ` FOR NO KEY UPDATE`
	lockByRefSQL   = byRefSQL + ` FOR NO KEY UPDATE`
	eventColumns   = `seq, at, actor_id, actor_name, kind, rung, visit, data, prev, hash`
	eventsByIDSQL  = `SELECT ` + eventColumns + ` FROM event WHERE challenge_id = $1 ORDER BY seq`
	eventsByRefSQL = `SELECT ` + eventColumns + ` FROM event
WHERE challenge_id = (SELECT id FROM challenge WHERE ref = $1) ORDER BY seq`
)

// keyed picks the statement and its argument for a key.
func keyed(k challenge.Key, byRef, byID string) (string, any) {
	if k.Ref != "" {
		return byRef, k.Ref
	}
	return byID, k.ID
}

// decodeChallenge makes a challenge of its two documents.
func decodeChallenge(id uuid.UUID, details, doc []byte) (challenge.Challenge, error) {
	var c challenge.Challenge
	if err := json.Unmarshal(doc, &c); err != nil || c.ID != id {
		return c, &unreadable{id, "document", err}
	}
	if err := json.Unmarshal(details, &c.Details); err != nil {
		return c, &unreadable{id, "details", err}
	}
	return c, nil
}

// readOne scans details and doc of one row; found tells whether there is one.
func readOne(rows pgx.Rows, c *challenge.Challenge, found *bool) error {
	var broken error
	err := readEach(rows, func(_ uuid.UUID, one challenge.Challenge, err error) {
		*c, *found, broken = one, true, err
	})
	return errors.Join(err, broken)
}

// readEach reads id, details and doc of each row; the error it gives is of that row alone.
func readEach(rows pgx.Rows, each func(uuid.UUID, challenge.Challenge, error)) error {
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
	kind challenge.Kind
}

func scanEvent(rows pgx.Rows, before ...any) (storedEvent, error) {
	var e storedEvent
	var prev, hash []byte
	into := append(before, &e.Seq, &e.At, &e.By.ID, &e.By.Name, &e.kind, &e.Rung, &e.Visit, &e.Data, &prev, &hash)
	if err := rows.Scan(into...); err != nil {
		return e, err
	}
	e.At = e.At.UTC()
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
			return nil, &unreadable{part: fmt.Sprintf("event %d", e.Seq), cause: err}
		}
		all = append(all, e.Event)
	}
	return all, rows.Err()
}

// unreadable is something stored that this program cannot make sense of.
type unreadable struct {
	id    uuid.UUID
	part  string
	cause error
}

// Error tells the kind of the cause only: its text may repeat what is stored.
func (u *unreadable) Error() string {
	of := "a challenge"
	if u.id != uuid.Nil {
		of = "challenge " + u.id.String()
	}
	return fmt.Sprintf("postgres: the %s of %s cannot be read (%T); run challengebot audit verify", u.part, of, u.cause)
}

// upTo drops events that were written after the row was read.
func upTo(seq int, events []challenge.Event) []challenge.Event {
	for len(events) > 0 && events[len(events)-1].Seq > seq {
		events = events[:len(events)-1]
	}
	return events
}

// separator joins the ids of those waited for on their way into an array; no id holds it.
const separator = "\x1f"

// rowsOf gathers challenges as columns, so that one statement writes any number of them.
type rowsOf struct {
	ids                         [][16]byte // not uuid.UUID, which pgx would send as text
	refs, digests, chairs, team []string
	raised                      []time.Time
	details, docs               [][]byte
	states, rungs, waiting      []string
	versions, seqs, visits      []int32
	heads                       [][]byte
	due, next, closed           []*time.Time
	seqWas                      []int32
	stateWas                    []string
}

func (r *rowsOf) add(from, c challenge.Challenge) error {
	doc, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("postgres: the document of challenge %s cannot be written: %T", c.ID, err)
	}
	r.ids = append(r.ids, c.ID)
	r.docs = append(r.docs, doc)
	r.states, r.rungs = append(r.states, string(c.State)), append(r.rungs, c.Rung)
	r.waiting = append(r.waiting, strings.Join(c.Waiting(), separator))
	r.versions, r.seqs = append(r.versions, int32(c.Version)), append(r.seqs, int32(c.Seq))
	r.visits = append(r.visits, int32(len(c.Visits)))
	r.heads = append(r.heads, c.Head[:])
	r.due, r.next, r.closed = append(r.due, orNull(c.Due())), append(r.next, orNull(c.NextAt)), append(r.closed, orNull(c.ClosedAt))
	r.seqWas, r.stateWas = append(r.seqWas, int32(from.Seq)), append(r.stateWas, string(from.State))
	return nil
}

// addNew adds what is written only once.
func (r *rowsOf) addNew(c challenge.Challenge) error {
	details, err := json.Marshal(c.Details)
	if err != nil {
		return fmt.Errorf("postgres: the details of challenge %s cannot be written: %T", c.ID, err)
	}
	r.refs, r.digests = append(r.refs, c.Ref), append(r.digests, c.LadderDigest)
	r.chairs, r.team = append(r.chairs, c.Chair.ID), append(r.team, c.Details.Team)
	r.raised, r.details = append(r.raised, c.RaisedAt), append(r.details, details)
	return r.add(challenge.Challenge{}, c)
}

// orNull is nil for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
