package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// Problem is something in the database that does not hold.
type Problem struct {
	// Seq is the event it is about, 0 when it is about the current row.
	Seq int
	// What is wrong, without any value that is stored.
	What string
}

// VerifyResult is what the replay of one trail found. Without problems the row, its documents, the reports' copies and every
// event are what the program wrote.
type VerifyResult struct {
	ID     uuid.UUID
	Ref    string // "" when there are only events left
	Events int
	Head   challenge.Hash // of the last event that is stored: what seals are made from
	// Problems begin with the first event of the trail that is broken.
	Problems []Problem
}

// Verification sums a Verify up.
type Verification struct {
	Challenges int
	Events     int
	Broken     int      // challenges with problems, and trails without a challenge
	Ladders    []string // digests whose stored ladder is another
}

// Held reports whether nothing was found.
func (v Verification) Held() bool { return v.Broken == 0 && len(v.Ladders) == 0 }

// verifiedAtOnce is how many challenges one snapshot covers.
const verifiedAtOnce = 200

const (
	verifyTimeSQL = `SET LOCAL statement_timeout = '10min'`
	verifyRowsSQL = `SELECT id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung, visit, waiting,
    due_at, next_at, closed_at, doc
FROM challenge WHERE id >= $1 ORDER BY id LIMIT $2`
	// Everything between two challenges belongs to one of them, or to none that is left.
	verifyEventsSQL = `SELECT challenge_id, ` + eventColumns + ` FROM event
WHERE challenge_id >= $1 AND challenge_id <= $2 ORDER BY challenge_id, seq`
	verifyResponsesSQL = `SELECT r.challenge_id, r.seq, r.visit, r.at, r.by_id, r.on_behalf_of, r.form, r.text, r.fields,
    (SELECT json_agg(json_build_object('What', a.what, 'Who', a.who, 'By', to_char(a.by_date, 'YYYY-MM-DD')) ORDER BY a.n)
     FROM plan_action a WHERE a.challenge_id = r.challenge_id AND a.seq = r.seq)
FROM response r WHERE r.challenge_id >= $1 AND r.challenge_id <= $2 ORDER BY r.challenge_id, r.seq`
	verifyLostActionsSQL = `SELECT DISTINCT a.challenge_id, a.seq FROM plan_action a
LEFT JOIN response r ON r.challenge_id = a.challenge_id AND r.seq = a.seq
WHERE a.challenge_id >= $1 AND a.challenge_id <= $2 AND r.seq IS NULL`
)

// Verify replays every trail, in the order of the challenges' ids, and compares it with everything else that is stored of the
// challenge. each is called for every challenge and for every trail that has none. It reads while the bot serves and locks
// nothing. The error says that reading failed, never what was found.
func (s *Store) Verify(ctx context.Context, each func(VerifyResult)) (Verification, error) {
	var sum Verification
	t, err := s.turn(ctx)
	if err != nil {
		return sum, err
	}
	defer t.end()
	if sum.Ladders, err = s.verifyLadders(t); err != nil {
		return sum, err
	}
	for from := uuid.Nil; ; {
		page, last, err := readPage(t, from)
		if err != nil {
			return sum, err
		}
		for _, id := range page.ids() {
			r := page.verify(id)
			sum.Events += r.Events
			if _, there := page.rows[id]; there {
				sum.Challenges++
			}
			if len(r.Problems) > 0 {
				sum.Broken++
			}
			each(r)
		}
		if last == uuid.Max {
			return sum, nil
		}
		from = following(last)
	}
}

func (s *Store) verifyLadders(t *turn) (broken []string, err error) {
	b := &pgx.Batch{}
	b.Queue(allLaddersSQL).Query(func(rows pgx.Rows) error {
		var digest, text string
		_, err := pgx.ForEachRow(rows, []any{&digest, &text}, func() error {
			if !ladderIntact(digest, text) {
				broken = append(broken, digest)
			}
			return nil
		})
		return err
	})
	return broken, t.send("read the ladders", b)
}

// page is all that is stored of a run of challenges.
type page struct {
	rows      map[uuid.UUID]verifyRow
	events    map[uuid.UUID][]storedEvent
	responses map[uuid.UUID][]reportRow
	lost      map[uuid.UUID][]int // plans without a response
}

// verifyRow is a challenge's row as it stands.
type verifyRow struct {
	rowColumns
	details, doc []byte
}

// rowColumns are the columns that follow from the trail.
type rowColumns struct {
	ID                              uuid.UUID
	Ref, Ladder, Chair, Team, State string
	Raised                          time.Time
	Version, Seq, Visit             int
	Head                            string
	Rung                            string
	Waiting                         []string
	Due, Next, Closed               *time.Time
}

// following is the next id there could be.
func following(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// readPage reads what comes from an id on, in one snapshot. last is uuid.Max at the end.
func readPage(t *turn, from uuid.UUID) (*page, uuid.UUID, error) {
	p := &page{map[uuid.UUID]verifyRow{}, map[uuid.UUID][]storedEvent{}, map[uuid.UUID][]reportRow{}, map[uuid.UUID][]int{}}
	last := uuid.Max
	b := &pgx.Batch{}
	b.Queue(snapshotSQL)
	b.Queue(verifyTimeSQL)
	b.Queue(verifyRowsSQL, from, verifiedAtOnce).Query(func(rows pgx.Rows) error { return p.readRows(rows, &last) })
	if err := t.send("read challenges", b); err != nil {
		return nil, last, err
	}
	b = &pgx.Batch{}
	b.Queue(verifyEventsSQL, from, last).Query(p.readEvents)
	b.Queue(verifyResponsesSQL, from, last).Query(p.readResponses)
	b.Queue(verifyLostActionsSQL, from, last).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var seq int
		_, err := pgx.ForEachRow(rows, []any{&id, &seq}, func() error { p.lost[id] = append(p.lost[id], seq); return nil })
		return err
	})
	b.Queue(commitSQL)
	return p, last, t.send("read trails", b)
}

func (p *page) readRows(rows pgx.Rows, last *uuid.UUID) error {
	var r verifyRow
	var head []byte
	_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Ref, &r.Ladder, &r.Chair, &r.Team, &r.Raised, &r.details, &r.State, &r.Version,
		&r.Seq, &head, &r.Rung, &r.Visit, &r.Waiting, &r.Due, &r.Next, &r.Closed, &r.doc}, func() error {
		r.Head = fmt.Sprintf("%x", head)
		p.rows[r.ID] = r
		if len(p.rows) == verifiedAtOnce {
			*last = r.ID
		}
		r = verifyRow{} // the next row's slices and pointers are its own
		return nil
	})
	return err
}

func (p *page) readEvents(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		e, err := scanEvent(rows, &id)
		if err != nil {
			return err
		}
		p.events[id] = append(p.events[id], e)
	}
	return rows.Err()
}

func (p *page) readResponses(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var r reportRow
		var plan []byte
		if err := rows.Scan(&r.ID, &r.Seq, &r.Visit, &r.At, &r.By, &r.OnBehalf, &r.Form, &r.Text, &r.Fields, &plan); err != nil {
			return err
		}
		if plan != nil {
			if err := json.Unmarshal(plan, &r.Plan); err != nil {
				return &unreadable{r.ID, fmt.Sprintf("plan of event %d", r.Seq), err}
			}
		}
		r.At = r.At.UTC()
		p.responses[r.ID] = append(p.responses[r.ID], r)
	}
	return rows.Err()
}

// ids are all that anything is stored of.
func (p *page) ids() []uuid.UUID {
	var ids []uuid.UUID
	for id := range p.rows {
		ids = append(ids, id)
	}
	for id := range p.events {
		ids = append(ids, id)
	}
	for id := range p.responses {
		ids = append(ids, id)
	}
	for id := range p.lost {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// verify compares the trail of one challenge with all else.
func (p *page) verify(id uuid.UUID) VerifyResult {
	row, there := p.rows[id]
	stored := p.events[id]
	r := VerifyResult{ID: id, Ref: row.Ref, Events: len(stored)}
	if len(stored) > 0 {
		r.Head = stored[len(stored)-1].Hash
	}
	events, unreadable := decodeTrail(stored)
	c, err := challenge.Replay(id, events)
	if err == nil && unreadable != 0 {
		err = &challenge.BrokenChain{Seq: unreadable, Why: "its data cannot be read"}
	}
	var broken *challenge.BrokenChain
	if errors.As(err, &broken) {
		r.Problems = append(r.Problems, Problem{broken.Seq, broken.Why})
	}
	switch {
	case !there:
		r.Problems = append(r.Problems, Problem{0, "there are events or responses of a challenge that does not exist"})
	case broken == nil:
		r.Problems = append(r.Problems, row.compare(c)...)
	}
	if broken == nil {
		r.Problems = append(r.Problems, compareResponses(id, events, p.responses[id])...)
	}
	for _, seq := range p.lost[id] {
		r.Problems = append(r.Problems, Problem{seq, "there is an agreed plan without a response"})
	}
	return r
}

// decodeTrail reads the bodies up to the first that cannot be read, whose number it gives.
func decodeTrail(stored []storedEvent) (events []challenge.Event, unreadable int) {
	for i, e := range stored {
		var err error
		if e.Body, err = challenge.DecodeBody(e.kind, e.Data); err != nil {
			return events, i + 1
		}
		events = append(events, e.Event)
	}
	return events, 0
}

// compare holds the row against what the trail folds to.
func (r verifyRow) compare(c challenge.Challenge) []Problem {
	var found []Problem
	differs := func(what string) {
		found = append(found, Problem{0, "the current row is not what the trail says: " + what})
	}
	want := columnsOf(c)
	for _, column := range []struct {
		name string
		same bool
	}{
		{"ref", r.Ref == want.Ref}, {"ladder_digest", r.Ladder == want.Ladder}, {"chair_id", r.Chair == want.Chair},
		{"team", r.Team == want.Team}, {"raised_at", r.Raised.Equal(want.Raised)}, {"state", r.State == want.State},
		{"version", r.Version == want.Version}, {"seq", r.Seq == want.Seq}, {"head", r.Head == want.Head},
		{"rung", r.Rung == want.Rung}, {"visit", r.Visit == want.Visit}, {"waiting", slices.Equal(r.Waiting, want.Waiting)},
		{"due_at", sameTime(r.Due, want.Due)}, {"next_at", sameTime(r.Next, want.Next)}, {"closed_at", sameTime(r.Closed, want.Closed)},
	} {
		if !column.same {
			differs(column.name)
		}
	}
	// Documents are compared as this program reads them: a later version may write a field that an earlier one did not.
	stored, err := decodeChallenge(r.ID, r.details, r.doc)
	if err != nil {
		differs("a document that cannot be read")
		return found
	}
	if !sameJSON(stored, asOldAs(stored, c)) {
		differs("doc")
	}
	if !sameJSON(stored.Details, c.Details) {
		differs("details")
	}
	return found
}

// asOldAs is what a trail folds to, with the marks of refused cards that the document has, if the trail has them too. Programs
// before the fifth migration kept no such marks, and one may go on for a while beside this one. Whom they miss has been told.
func asOldAs(doc, c challenge.Challenge) challenge.Challenge {
	c.Unreached = someOf(c.Unreached, doc.Unreached)
	c.Visits = slices.Clone(c.Visits)
	for i := range min(len(c.Visits), len(doc.Visits)) {
		c.Visits[i].Refused = someOf(c.Visits[i].Refused, doc.Visits[i].Refused)
	}
	return c
}

// someOf is some, if all has every one of them, and all otherwise.
func someOf[T comparable](all, some []T) []T {
	for _, one := range some {
		if !slices.Contains(all, one) {
			return all
		}
	}
	return some
}

func columnsOf(c challenge.Challenge) rowColumns {
	return rowColumns{ID: c.ID, Ref: c.Ref, Ladder: c.LadderDigest, Chair: c.Chair.ID, Team: c.Details.Team, State: string(c.State),
		Raised: c.RaisedAt, Version: c.Version, Seq: c.Seq, Visit: len(c.Visits), Head: c.Head.String(), Rung: c.Rung,
		Waiting: c.Waiting(), Due: orNull(c.Due()), Next: orNull(c.NextAt), Closed: orNull(c.ClosedAt)}
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// compareResponses holds the reports' copies against the events they were made from.
func compareResponses(id uuid.UUID, events []challenge.Event, stored []reportRow) []Problem {
	var found []Problem
	bySeq := map[int]reportRow{}
	for _, r := range stored {
		bySeq[r.Seq] = r
	}
	for _, e := range events {
		want, ok, err := reportOf(id, e)
		if err != nil || !ok {
			continue
		}
		have, there := bySeq[e.Seq]
		delete(bySeq, e.Seq)
		if !there {
			found = append(found, Problem{e.Seq, "its response is missing from the reports' table"})
		} else if !sameJSON(want, have) {
			found = append(found, Problem{e.Seq, "its response is another in the reports' table"})
		}
	}
	for seq := range bySeq {
		found = append(found, Problem{seq, "the reports' table has a response that no event gave"})
	}
	slices.SortFunc(found, func(a, b Problem) int { return a.Seq - b.Seq })
	return found
}
