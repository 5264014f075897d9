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

// VerifyResult is what the replay of one trail found. Without problems the row, its documents, the
// reports' copies and every event are what the program wrote.
type VerifyResult struct {
	ID     uuid.UUID
	Ref    string // "" when there are only events left
	Events int
	Head   challenge.Hash // of the last event that is stored: what seals are made from
	// Problems begin with the first event of the trail that is broken.
	Problems []Problem
	// NewerFrom is the first event that a newer version of the program wrote, which this one cannot
	// judge; 0 for none. What stands before it was looked at, the row was not.
	NewerFrom int
}

// VerifySummary sums a Verify up.
type VerifySummary struct {
	Challenges    int
	Events        int
	Broken        int      // challenges with problems, and trails without a challenge
	Newer         int      // challenges with events of a newer version of the program
	BrokenLadders []string // digests whose stored ladder is another
	// ForeignConversations are ordering keys of conversations, and ForeignMessages ids of messages
	// outside challenges, that the keys say the program did not write.
	ForeignConversations []string
	ForeignMessages      []int64
	// LooseRows are rows beside the trails that do not fit one another.
	LooseRows []RowProblem
}

// IsIntact reports whether nothing was found.
func (v VerifySummary) IsIntact() bool {
	return v.Broken+len(v.BrokenLadders)+len(v.ForeignConversations)+len(v.ForeignMessages)+len(v.LooseRows) == 0
}

// verifyPageSize is how many challenges one snapshot covers.
const verifyPageSize = 200

// verifyTripTimeout bounds one round trip of Verify, which reads much in one.
const verifyTripTimeout = 11 * time.Minute

const (
	verifyTimeoutSQL = `SET LOCAL statement_timeout = '10min'`
	verifyRowsSQL    = `SELECT id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung, visit, waiting,
    due_at, next_at, closed_at, doc
FROM challenge WHERE id >= $1 ORDER BY id LIMIT $2`
	// Everything between two challenges belongs to one of them, or to none that is left.
	verifyEventsSQL = `SELECT challenge_id, mac, ` + eventColumns + ` FROM event
WHERE challenge_id >= $1 AND challenge_id <= $2 ORDER BY challenge_id, seq`
	verifyResponsesSQL = `SELECT r.challenge_id, r.seq, r.visit, r.at, r.by_id, r.on_behalf_of, r.form, r.text, r.fields,
    (SELECT json_agg(json_build_object('What', a.what, 'Who', a.who, 'By', to_char(a.by_date, 'YYYY-MM-DD')) ORDER BY a.n)
     FROM plan_action a WHERE a.challenge_id = r.challenge_id AND a.seq = r.seq)
FROM response r WHERE r.challenge_id >= $1 AND r.challenge_id <= $2 ORDER BY r.challenge_id, r.seq`
	verifyOrphanActionsSQL = `SELECT DISTINCT a.challenge_id, a.seq FROM plan_action a
LEFT JOIN response r ON r.challenge_id = a.challenge_id AND r.seq = a.seq
WHERE a.challenge_id >= $1 AND a.challenge_id <= $2 AND r.seq IS NULL`
)

// Verify replays every trail, in the order of the challenges' ids, and compares it with everything
// else that is stored of the challenge. each is called for every challenge and for every trail that
// has none. It reads while the bot serves and locks nothing. The error says that reading failed,
// never what was found.
func (s *Store) Verify(ctx context.Context, each func(VerifyResult)) (VerifySummary, error) {
	var sum VerifySummary
	sess, err := s.openSession(ctx)
	if err != nil {
		return sum, err
	}
	defer sess.release()
	sess.limit = verifyTripTimeout
	if sum.BrokenLadders, err = s.verifyLadders(sess); err != nil {
		return sum, err
	}
	if err := s.verifyMessages(sess, &sum); err != nil {
		return sum, err
	}
	if err := s.verifyRows(sess, &sum); err != nil {
		return sum, err
	}
	for from := uuid.Nil; ; {
		page, last, err := readTrailPage(sess, from)
		if err != nil {
			return sum, err
		}
		for _, id := range page.challengeIDs() {
			r := page.verifyTrail(id)
			r.Problems = append(r.Problems, s.eventKeys.verifyTrail(id, page.events[id])...)
			sum.Events += r.Events
			if _, there := page.rows[id]; there {
				sum.Challenges++
			}
			if len(r.Problems) > 0 {
				sum.Broken++
			}
			if r.NewerFrom != 0 {
				sum.Newer++
			}
			each(r)
		}
		if last == uuid.Max {
			return sum, nil
		}
		from = nextID(last)
	}
}

func (s *Store) verifyLadders(sess *session) (broken []string, err error) {
	b := &pgx.Batch{}
	b.Queue(allLaddersSQL).Query(func(rows pgx.Rows) error {
		var hash, text string
		_, err := pgx.ForEachRow(rows, []any{&hash, &text}, func() error {
			if !isLadderIntact(hash, text) {
				broken = append(broken, hash)
			}
			return nil
		})
		return err
	})
	return broken, sess.sendBatch("read the ladders", b)
}

// trailPage is all that is stored of a run of challenges.
type trailPage struct {
	rows        map[uuid.UUID]storedRow
	events      map[uuid.UUID][]storedEvent
	responses   map[uuid.UUID][]responseRow
	orphanPlans map[uuid.UUID][]int // plans without a response
}

// storedRow is a challenge's row as it stands.
type storedRow struct {
	rowColumns
	details, doc []byte
}

// rowColumns are the columns that follow from the trail.
type rowColumns struct {
	ID                                    uuid.UUID
	Ref, LadderHash, ChairID, Team, State string
	Raised                                time.Time
	Version, Seq, Opening                 int
	Head                                  string
	Rung                                  string
	Waiting                               []string
	Due, Next, Closed                     *time.Time
}

// nextID is the next id there could be.
func nextID(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// readTrailPage reads what comes from an id on, in one snapshot. last is uuid.Max at the end.
func readTrailPage(sess *session, from uuid.UUID) (*trailPage, uuid.UUID, error) {
	p := &trailPage{map[uuid.UUID]storedRow{}, map[uuid.UUID][]storedEvent{}, map[uuid.UUID][]responseRow{}, map[uuid.UUID][]int{}}
	last := uuid.Max
	b := &pgx.Batch{}
	b.Queue(beginSnapshotSQL)
	b.Queue(verifyTimeoutSQL)
	b.Queue(verifyRowsSQL, from, verifyPageSize).Query(func(rows pgx.Rows) error { return p.readRows(rows, &last) })
	if err := sess.sendBatch("read challenges", b); err != nil {
		return nil, last, err
	}
	b = &pgx.Batch{}
	b.Queue(verifyEventsSQL, from, last).Query(p.readEvents)
	b.Queue(verifyResponsesSQL, from, last).Query(p.readResponses)
	b.Queue(verifyOrphanActionsSQL, from, last).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var seq int
		_, err := pgx.ForEachRow(rows, []any{&id, &seq}, func() error { p.orphanPlans[id] = append(p.orphanPlans[id], seq); return nil })
		return err
	})
	b.Queue(commitSQL)
	return p, last, sess.sendBatch("read trails", b)
}

func (p *trailPage) readRows(rows pgx.Rows, last *uuid.UUID) error {
	var r storedRow
	var head []byte
	var due, next, closed time.Time
	_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Ref, &r.LadderHash, &r.ChairID, &r.Team, clamp(&r.Raised), &r.details,
		&r.State, &r.Version, &r.Seq, &head, &r.Rung, &r.Opening, &r.Waiting, clamp(&due), clamp(&next), clamp(&closed),
		&r.doc}, func() error {
		r.Head = fmt.Sprintf("%x", head)
		r.Due, r.Next, r.Closed = nilIfZero(due), nilIfZero(next), nilIfZero(closed)
		p.rows[r.ID] = r
		if len(p.rows) == verifyPageSize {
			*last = r.ID
		}
		r = storedRow{} // the next row's slices and pointers are its own
		return nil
	})
	return err
}

func (p *trailPage) readEvents(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var mac []byte
		e, err := scanEvent(rows, &id, &mac)
		if err != nil {
			return err
		}
		e.mac = mac
		p.events[id] = append(p.events[id], e)
	}
	return rows.Err()
}

func (p *trailPage) readResponses(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var r responseRow
		var plan []byte
		if err := rows.Scan(&r.ID, &r.Seq, &r.Opening, clamp(&r.At), &r.ByID, &r.OnBehalfOf, &r.Form, &r.Text, &r.Fields, &plan); err != nil {
			return err
		}
		if plan != nil {
			if err := json.Unmarshal(plan, &r.Plan); err != nil {
				return &unreadableError{r.ID, fmt.Sprintf("plan of event %d", r.Seq), err}
			}
		}
		p.responses[r.ID] = append(p.responses[r.ID], r)
	}
	return rows.Err()
}

// challengeIDs are all that anything is stored of.
func (p *trailPage) challengeIDs() []uuid.UUID {
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
	for id := range p.orphanPlans {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// verifyTrail compares the trail of one challenge with all else.
func (p *trailPage) verifyTrail(id uuid.UUID) VerifyResult {
	row, there := p.rows[id]
	stored := p.events[id]
	r := VerifyResult{ID: id, Ref: row.Ref, Events: len(stored)}
	if len(stored) > 0 {
		r.Head = stored[len(stored)-1].Hash
	}
	events, unread := decodeTrail(stored)
	c, err := challenge.Replay(id, events)
	if errors.Is(unread, challenge.ErrUnknownKind) && (err == nil || len(events) == 0) {
		r.NewerFrom = len(events) + 1
		return r
	}
	if err == nil && unread != nil {
		err = &challenge.BrokenChainError{Seq: len(events) + 1, Reason: "its data cannot be read"}
	}
	var broken *challenge.BrokenChainError
	if errors.As(err, &broken) {
		r.Problems = append(r.Problems, Problem{broken.Seq, broken.Reason})
	}
	switch {
	case !there:
		r.Problems = append(r.Problems, Problem{0, "there are events or responses of a challenge that does not exist"})
	case broken == nil:
		r.Problems = append(r.Problems, row.compareWithTrail(c)...)
	}
	if broken == nil {
		r.Problems = append(r.Problems, compareResponses(id, events, p.responses[id])...)
	}
	for _, seq := range p.orphanPlans[id] {
		r.Problems = append(r.Problems, Problem{seq, "there is an agreed plan without a response"})
	}
	return r
}

// decodeTrail reads the bodies up to the first that cannot be read, and says why.
func decodeTrail(stored []storedEvent) (events []challenge.Event, unread error) {
	for _, e := range stored {
		if e.Body, unread = challenge.DecodeBody(e.kind, e.Data); unread != nil {
			return events, unread
		}
		events = append(events, e.Event)
	}
	return events, nil
}

// compareWithTrail holds the row against what the trail folds to.
func (r storedRow) compareWithTrail(c challenge.Challenge) []Problem {
	var found []Problem
	differs := func(what string) {
		found = append(found, Problem{0, "the current row is not what the trail says: " + what})
	}
	want := expectedColumns(c)
	for _, column := range []struct {
		name string
		same bool
	}{
		{"ref", r.Ref == want.Ref}, {"ladder_digest", r.LadderHash == want.LadderHash}, {"chair_id", r.ChairID == want.ChairID},
		{"team", r.Team == want.Team}, {"raised_at", r.Raised.Equal(want.Raised)}, {"state", r.State == want.State},
		{"version", r.Version == want.Version}, {"seq", r.Seq == want.Seq}, {"head", r.Head == want.Head},
		{"rung", r.Rung == want.Rung}, {"visit", r.Opening == want.Opening}, {"waiting", slices.Equal(r.Waiting, want.Waiting)},
		{"due_at", sameTime(r.Due, want.Due)}, {"next_at", sameTime(r.Next, want.Next)}, {"closed_at", sameTime(r.Closed, want.Closed)},
	} {
		if !column.same {
			differs(column.name)
		}
	}
	// Documents are compared as this program reads them: a later version may write a field that an
	// earlier one did not.
	stored, err := decodeChallenge(r.ID, r.details, r.doc)
	if err != nil {
		differs("a document that cannot be read")
		return found
	}
	if !sameJSON(stored, keepStoredMarks(stored, c)) {
		differs("doc")
	}
	var raised challenge.Details // the team may have changed since, as the document says
	if err := json.Unmarshal(r.details, &raised); err != nil || !sameJSON(raised, c.RaisedDetails()) {
		differs("details")
	}
	return found
}

// keepStoredMarks is what a trail folds to, with the marks of refused and taken cards that the
// document has, if the trail has them too. Programs before the fifth, the eleventh, the thirteenth
// and the fourteenth migration kept none or fewer, nor who judged, and one may go on for a while
// beside this one. Whom they miss has been told.
func keepStoredMarks(doc, c challenge.Challenge) challenge.Challenge {
	c.LastAt = zeroOr(c.LastAt, doc.LastAt)
	c.UnreachableAddresses = subsetOrAll(c.UnreachableAddresses, doc.UnreachableAddresses)
	if !slices.ContainsFunc(doc.Untaken, func(u challenge.UntakenCard) bool {
		return !slices.ContainsFunc(c.Untaken, func(v challenge.UntakenCard) bool { return v.Seq == u.Seq })
	}) {
		c.Untaken = doc.Untaken
	}
	c.Openings = slices.Clone(c.Openings)
	for i := range min(len(c.Openings), len(doc.Openings)) {
		o, stored := &c.Openings[i], doc.Openings[i]
		o.RejectedFor, o.AskedIDs = subsetOrAll(o.RejectedFor, stored.RejectedFor), subsetOrAll(o.AskedIDs, stored.AskedIDs)
		if stored.JudgedBy.ID == "" {
			o.JudgedBy = stored.JudgedBy
		}
		o.CheckAt, o.NotAskedSince = zeroOr(o.CheckAt, stored.CheckAt), zeroOr(o.NotAskedSince, stored.NotAskedSince)
	}
	if c.Hold != nil && doc.Hold != nil {
		hold := *c.Hold
		hold.RejectedFor, hold.AskedIDs = subsetOrAll(hold.RejectedFor, doc.Hold.RejectedFor), subsetOrAll(hold.AskedIDs, doc.Hold.AskedIDs)
		hold.NotAskedSince = zeroOr(hold.NotAskedSince, doc.Hold.NotAskedSince)
		c.Hold = &hold
	}
	return c
}

// zeroOr is a time, or zero if that is what is stored.
func zeroOr(t, stored time.Time) time.Time {
	if stored.IsZero() {
		return stored
	}
	return t
}

// subsetOrAll is some, if all has every one of them, and all otherwise.
func subsetOrAll[T comparable](all, some []T) []T {
	for _, one := range some {
		if !slices.Contains(all, one) {
			return all
		}
	}
	return some
}

func expectedColumns(c challenge.Challenge) rowColumns {
	return rowColumns{ID: c.ID, Ref: c.Ref, LadderHash: c.LadderHash, ChairID: c.Chair.ID, Team: c.RaisedDetails().Team, State: string(c.State),
		Raised: c.RaisedAt, Version: c.Version, Seq: c.Seq, Opening: len(c.Openings), Head: c.Head.String(), Rung: c.Rung,
		Waiting: c.WaitingFor(), Due: nilIfZero(c.Due()), Next: nilIfZero(c.NextAt), Closed: nilIfZero(c.ClosedAt)}
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
func compareResponses(id uuid.UUID, events []challenge.Event, stored []responseRow) []Problem {
	var found []Problem
	bySeq := map[int]responseRow{}
	for _, r := range stored {
		bySeq[r.Seq] = r
	}
	for _, e := range events {
		want, ok, err := responseRowOf(id, e)
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
