package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// The register is read along the first events, which never change: an index on them costs the
// answer to a challenge nothing, unlike one on the challenge's own row.
const listRegisterSQL = `SELECT c.id, c.details, c.doc FROM event e JOIN challenge c ON c.id = e.challenge_id
WHERE e.seq = 1`

// These find numbers and agencies in the text of documents, as the indexes do: the number of the
// raising, that of a correction, and the corrected one of a challenge.
const (
	raisedNumberPattern    = `"details":\{"record":"([^"]*)"`
	correctedNumberPattern = `^\{"record":"([^"]*)"`
	currentNumberPattern   = `"corrected":\{"record":"([^"]*)"`
	agencyPattern          = `"agency":"([^"]*)"`
)

// registerConditions puts a query into words of SQL: a condition for each thing that is asked for, and
// no other, so that each has its own plan.
func registerConditions(q storage.RegisterQuery) (sql string, args []any) {
	var b strings.Builder
	b.WriteString(listRegisterSQL)
	and := func(condition string, values ...any) {
		places := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			places[i] = fmt.Sprintf("$%d", len(args))
		}
		fmt.Fprintf(&b, "\n    AND "+condition, places...)
	}
	if !q.Reach.Everything {
		and("(c.chair_id = %s OR c.team = ANY (%s::text[]) OR substring(c.details::text FROM '"+agencyPattern+"') = ANY (%s::text[]))", q.Reach.Chair, q.Reach.Teams, q.Reach.Agencies)
	}
	if q.RecordNumber != "" {
		and(`e.challenge_id IN (
        SELECT challenge_id FROM event WHERE seq = 1 AND upper(substring(data::text FROM '`+raisedNumberPattern+`')) = upper(%s::text)
        UNION ALL SELECT challenge_id FROM event WHERE kind = 'corrected' AND upper(substring(data::text FROM '`+correctedNumberPattern+`')) = upper(%s::text))`,
			q.RecordNumber, q.RecordNumber)
		and(`upper(coalesce(substring(c.doc::text FROM '`+currentNumberPattern+`'), substring(e.data::text FROM '`+raisedNumberPattern+`'))) = upper(%s::text)`, q.RecordNumber)
	}
	if q.Ref != "" {
		and("c.ref = %s", q.Ref)
	}
	if q.Team != "" {
		and("c.team = %s", q.Team)
	}
	if q.Ladder != "" {
		and("c.ladder_digest IN (SELECT digest FROM ladder WHERE id = %s)", q.Ladder)
	}
	if q.Rung != "" {
		and("c.rung = %s", q.Rung)
	}
	if q.Person != "" {
		and("(c.chair_id = %s OR c.waiting @> ARRAY[%s::text])", q.Person, q.Person)
	}
	switch q.State {
	case storage.RegisterOpen:
		and("c.closed_at IS NULL")
	case storage.RegisterEnded:
		and("c.closed_at IS NOT NULL")
	}
	if !q.RaisedFrom.IsZero() {
		and("e.at >= %s", q.RaisedFrom)
	}
	if !q.RaisedBefore.IsZero() {
		and("e.at < %s", q.RaisedBefore)
	}
	if !q.After.RaisedAt.IsZero() {
		and("(e.at, e.challenge_id) < (%s::timestamptz, %s::uuid)", q.After.RaisedAt, q.After.ID)
	}
	args = append(args, q.Limit)
	fmt.Fprintf(&b, "\nORDER BY e.at DESC, e.challenge_id DESC LIMIT $%d", len(args))
	return b.String(), args
}

const handedOffEventsSQL = `SELECT challenge_id, ` + eventColumns + ` FROM event
WHERE challenge_id = ANY ($1::uuid[]) AND kind = 'handed_off' ORDER BY challenge_id, seq`

// ListRegister gives the challenges that a query of the register chooses, each with no more of its
// history than tells whether one that was handed off went to another procedure. What cannot be read is
// in the error, and the others are given all the same.
func (s *Store) ListRegister(ctx context.Context, q storage.RegisterQuery) ([]challenge.Snapshot, error) {
	sql, args := registerConditions(q)
	found, faults := s.listSnapshots(ctx, sql, args...)
	var handedOff []challenge.Challenge
	for _, c := range found {
		if c.Challenge.State == challenge.StateHandedOff {
			handedOff = append(handedOff, c.Challenge)
		}
	}
	events, broken, err := s.loadEventsOf(ctx, "read how challenges ended", handedOffEventsSQL, handedOff)
	if err != nil {
		return nil, err
	}
	for i := range found {
		id := found[i].Challenge.ID
		found[i].History, faults = events[id], errors.Join(faults, broken[id])
	}
	return found, faults
}
