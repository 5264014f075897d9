package postgres

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

// transition is a challenge as it was read under its lock, zero if it is new, and what was decided
// on it.
type transition struct {
	from        challenge.Challenge
	change      challenge.Change
	requestedAt time.Time // when it was asked for, if it has no events
}

// madeAt is when the move was made.
func (m transition) madeAt() time.Time {
	if !m.change.HasEvents() {
		return m.requestedAt
	}
	return changedAt(m.change)
}

// Both statements end in must_be: had a row changed since it was read, which its lock forbids, the
// transaction would fail here although the COMMIT behind it is already on its way.
const (
	insertChallengesCTE = `WITH moved AS (
    INSERT INTO challenge (id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung,
        visit, waiting, due_at, next_at, closed_at, doc)
    SELECT id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung,
        visit, string_to_array(waiting, E'\x1f'), due_at, next_at, closed_at, doc
    FROM unnest($12::uuid[], $13::text[], $14::text[], $15::text[], $16::text[], $17::timestamptz[], $18::json[], $19::text[],
        $20::int[], $21::int[], $22::bytea[], $23::text[], $24::int[], $25::text[], $26::timestamptz[], $27::timestamptz[],
        $28::timestamptz[], $29::json[])
        AS c (id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung, visit, waiting,
            due_at, next_at, closed_at, doc)
    RETURNING id
),`

	updateChallengesCTE = `WITH moved AS (
    UPDATE challenge c
    SET state = n.state, version = n.version, seq = n.seq, head = n.head, rung = n.rung, visit = n.visit,
        waiting = string_to_array(n.waiting, E'\x1f'), due_at = n.due_at, next_at = n.next_at, closed_at = n.closed_at,
        stalled_until = NULL, doc = n.doc, chair_id = n.chair_id
    FROM unnest($12::uuid[], $13::text[], $14::int[], $15::int[], $16::bytea[], $17::text[], $18::int[], $19::text[],
        $20::timestamptz[], $21::timestamptz[], $22::timestamptz[], $23::json[], $24::int[], $25::text[], $26::text[])
        AS n (id, state, version, seq, head, rung, visit, waiting, due_at, next_at, closed_at, doc, seq_was, state_was,
            chair_id)
    WHERE c.id = n.id AND c.seq = n.seq_was AND c.state = n.state_was
    RETURNING c.id
),`

	insertResponsesSQL = `INSERT INTO response (challenge_id, seq, visit, at, by_id, on_behalf_of, form, text, fields)
SELECT challenge_id, seq, visit, at, by_id, on_behalf_of, form, text, fields
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::json[])
    AS r (challenge_id, seq, visit, at, by_id, on_behalf_of, form, text, fields)`

	insertPlannedActionsSQL = `INSERT INTO plan_action (challenge_id, seq, n, what, who, by_date)
SELECT challenge_id, seq, n, what, who, by_date FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::date[])
    AS a (challenge_id, seq, n, what, who, by_date)`

	// A card that waits unclaimed for a person will show what is true when it goes out, so that no
	// second one follows it: whoever could not be reached for days gets each card once. The chair's
	// and the overseers' show the challenge whatever their opening.
	queuePostsSQL = `INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, created_at, not_before)
SELECT challenge_id, lane, 'post', card, visit, to_person, to_team, at, at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::timestamptz[])
    AS p (challenge_id, lane, card, visit, to_person, to_team, at)
WHERE to_person = '' OR NOT EXISTS (SELECT FROM delivery w WHERE w.state = 'waiting' AND w.lane = p.lane AND w.lease_until IS NULL
    AND w.kind = 'post' AND w.challenge_id = p.challenge_id AND w.card = p.card
    AND (w.visit = p.visit OR p.card IN ('case', 'news', 'oversight')))`

	// An update that waits unclaimed will show what is true when it goes out. One that is claimed
	// may have been rendered before this change, so another follows it.
	queueCardUpdatesSQL = `INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, posted, created_at, not_before)
SELECT p.challenge_id, p.lane, 'update', p.card, p.visit, p.to_person, p.to_team, p.delivery_id, m.at, m.at
FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS m (id, version, at)
JOIN posted_card p ON p.challenge_id = m.id AND NOT p.final AND p.version < m.version
WHERE NOT EXISTS (SELECT FROM delivery w WHERE w.posted = p.delivery_id AND w.state = 'waiting' AND w.lease_until IS NULL)
ORDER BY p.delivery_id`
)

// The statements that write rows with their events, unsigned and signed.
var (
	insertChallengesSQL       = insertChallengesCTE + eventsOfMoved(eventColumns, "")
	insertSignedChallengesSQL = insertChallengesCTE + eventsOfMoved(eventColumns+", mac", ", $30::bytea[]")
	updateChallengesSQL       = updateChallengesCTE + eventsOfMoved(eventColumns, "")
	updateSignedChallengesSQL = updateChallengesCTE + eventsOfMoved(eventColumns+", mac", ", $27::bytea[]")
)

// eventsOfMoved writes the events of the rows that a statement wrote before.
func eventsOfMoved(columns, macs string) string {
	return `
added AS (
    INSERT INTO event (challenge_id, ` + columns + `)
    SELECT challenge_id, ` + columns + `
    FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::int[], $9::json[], $10::bytea[], $11::bytea[]` + macs + `)
        AS e (challenge_id, ` + columns + `)
    JOIN moved ON moved.id = challenge_id
    RETURNING 1
)
SELECT must_be(count(*), cardinality($1)) FROM added`
}

// queueTransitions queues the writing of all moves, each event with its MAC.
func queueTransitions(b *pgx.Batch, keys EventKeys, moves []transition) error {
	var fresh, changed []transition
	for _, m := range moves {
		if m.from.Seq == 0 {
			fresh = append(fresh, m)
		} else {
			changed = append(changed, m)
		}
	}
	insert, update := insertChallengesSQL, updateChallengesSQL
	if len(keys) > 0 {
		insert, update = insertSignedChallengesSQL, updateSignedChallengesSQL
	}
	if err := queueChallengeRows(b, keys, insert, fresh, (*challengeArrays).insertArgs); err != nil {
		return err
	}
	if err := queueChallengeRows(b, keys, update, changed, (*challengeArrays).updateArgs); err != nil {
		return err
	}
	if err := queueResponses(b, moves); err != nil {
		return err
	}
	queuePosts(b, moves)
	queueCardUpdates(b, changed)
	return nil
}

func queueChallengeRows(b *pgx.Batch, keys EventKeys, sql string, moves []transition, columns func(*challengeArrays) []any) error {
	if len(moves) == 0 {
		return nil
	}
	var r challengeArrays
	var e eventArrays
	for _, m := range moves {
		add := func() error { return r.addChallenge(m.from, m.change.Next) }
		if m.from.Seq == 0 {
			add = func() error { return r.addNewChallenge(m.change.Next) }
		}
		if err := add(); err != nil {
			return err
		}
		e.addEvents(keys, m.change.Next.ID, m.change.Events)
	}
	args := append(e.insertArgs(), columns(&r)...)
	if len(keys) > 0 {
		args = append(args, e.mac)
	}
	b.Queue(sql, args...)
	return nil
}

func (r *challengeArrays) insertArgs() []any {
	return []any{r.ids, r.refs, r.ladderHashes, r.chairIDs, r.teams, r.raisedAt, r.details, r.states, r.versions, r.seqs, r.heads, r.rungs,
		r.openings, r.waiting, r.dueAt, r.nextAt, r.closedAt, r.docs}
}

func (r *challengeArrays) updateArgs() []any {
	return []any{r.ids, r.states, r.versions, r.seqs, r.heads, r.rungs, r.openings, r.waiting, r.dueAt, r.nextAt, r.closedAt, r.docs,
		r.previousSeqs, r.previousStates, r.chairIDs}
}

// eventArrays gathers events as columns.
type eventArrays struct {
	ids                                [][16]byte
	seqs, openings                     []int32
	at                                 []time.Time
	actorIDs, actorNames, kinds, rungs []string
	data, prev, hash, mac              [][]byte
}

func (r *eventArrays) addEvents(keys EventKeys, id uuid.UUID, events []challenge.Event) {
	for i := range events {
		e := &events[i]
		r.ids = append(r.ids, id)
		r.seqs, r.openings = append(r.seqs, int32(e.Seq)), append(r.openings, int32(e.Opening))
		r.at = append(r.at, e.At)
		r.actorIDs, r.actorNames = append(r.actorIDs, e.By.ID), append(r.actorNames, e.By.Name)
		r.kinds, r.rungs = append(r.kinds, string(e.Body.Kind())), append(r.rungs, e.Rung)
		r.data, r.prev, r.hash = append(r.data, e.Data), append(r.prev, e.Prev[:]), append(r.hash, e.Hash[:])
		r.mac = append(r.mac, keys.sign(id, e))
	}
}

func (r *eventArrays) insertArgs() []any {
	return []any{r.ids, r.seqs, r.at, r.actorIDs, r.actorNames, r.kinds, r.rungs, r.openings, r.data, r.prev, r.hash}
}

// responseRow is a response as reports read it.
type responseRow struct {
	ID               uuid.UUID
	Seq, Opening     int
	At               time.Time
	ByID, OnBehalfOf string
	Form, Text       string
	Fields           []byte
	Plan             []plannedActionRow
}

type plannedActionRow struct{ What, Who, By string }

// responseRowOf is what the event leaves for reports; false for all but responses that count.
func responseRowOf(id uuid.UUID, e challenge.Event) (responseRow, bool, error) {
	body, ok := e.Body.(challenge.Responded)
	if !ok {
		return responseRow{}, false, nil
	}
	in := body.Response
	fields, err := json.Marshal(in.Fields)
	if err != nil {
		return responseRow{}, false, fmt.Errorf("postgres: the fields of event %d cannot be written: %T", e.Seq, err)
	}
	row := responseRow{ID: id, Seq: e.Seq, Opening: e.Opening, At: e.At, ByID: e.By.ID, OnBehalfOf: withoutNUL(in.OnBehalfOf),
		Form: string(in.Form), Text: withoutNUL(in.Text), Fields: fields}
	for _, a := range in.Plan {
		row.Plan = append(row.Plan, plannedActionRow{withoutNUL(a.What), withoutNUL(a.Who), a.DueBy.String()})
	}
	return row, true, nil
}

// withoutNUL replaces what a text column cannot hold. The event itself keeps it.
func withoutNUL(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

func queueResponses(b *pgx.Batch, moves []transition) error {
	var r struct {
		ids                  [][16]byte
		seqs, visits         []int32
		at                   []time.Time
		by, behalf, form, tx []string
		fields               [][]byte
	}
	var p struct {
		ids           [][16]byte
		seqs, ns      []int32
		what, who, on []string
	}
	for _, m := range moves {
		for _, e := range m.change.Events {
			row, ok, err := responseRowOf(m.change.Next.ID, e)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			r.ids, r.seqs, r.visits = append(r.ids, row.ID), append(r.seqs, int32(row.Seq)), append(r.visits, int32(row.Opening))
			r.at, r.by, r.behalf = append(r.at, row.At), append(r.by, row.ByID), append(r.behalf, row.OnBehalfOf)
			r.form, r.tx, r.fields = append(r.form, row.Form), append(r.tx, row.Text), append(r.fields, row.Fields)
			for i, a := range row.Plan {
				p.ids, p.seqs, p.ns = append(p.ids, row.ID), append(p.seqs, int32(row.Seq)), append(p.ns, int32(i+1))
				p.what, p.who, p.on = append(p.what, a.What), append(p.who, a.Who), append(p.on, a.By)
			}
		}
	}
	if len(r.ids) > 0 {
		b.Queue(insertResponsesSQL, r.ids, r.seqs, r.visits, r.at, r.by, r.behalf, r.form, r.tx, r.fields)
	}
	if len(p.ids) > 0 {
		b.Queue(insertPlannedActionsSQL, p.ids, p.seqs, p.ns, p.what, p.who, p.on)
	}
	return nil
}

// queuePosts queues what the changes ask to be posted.
func queuePosts(b *pgx.Batch, moves []transition) {
	var ids [][16]byte
	var lanes, cards, persons, teams []string
	var visits []int32
	var at []time.Time
	for _, m := range moves {
		for _, s := range m.change.Posts {
			ids, lanes, cards = append(ids, m.change.Next.ID), append(lanes, outbox.OrderingKey(s.To)), append(cards, string(s.Card))
			visits, persons, teams = append(visits, int32(s.Opening)), append(persons, s.To.Person), append(teams, s.To.Team)
			at = append(at, m.madeAt())
		}
	}
	if len(ids) == 0 {
		return
	}
	b.Queue(queuePostsSQL, ids, lanes, cards, visits, persons, teams, at)
}

// queueCardUpdates queues updates of the cards that show less than what is now to be seen.
func queueCardUpdates(b *pgx.Batch, moves []transition) {
	var ids [][16]byte
	var versions []int32
	var at []time.Time
	for _, m := range moves {
		if m.change.Next.Version > m.from.Version {
			ids, versions, at = append(ids, m.change.Next.ID), append(versions, int32(m.change.Next.Version)), append(at, changedAt(m.change))
		}
	}
	if len(ids) > 0 {
		b.Queue(queueCardUpdatesSQL, ids, versions, at)
	}
}

// changedAt is the one time of a change.
func changedAt(c challenge.Change) time.Time { return c.Events[len(c.Events)-1].At }
