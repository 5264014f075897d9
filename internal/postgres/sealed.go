package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// SealedRow is a row of a register to which rows are only ever added, with the hash of all of it and
// when it says that it was added.
type SealedRow struct {
	Table, Key, Hash string
	At               time.Time
}

const (
	sealedRowsSQL = `SELECT 'ladder', digest, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex'), added_at FROM ladder t
UNION ALL SELECT 'cover', id::text, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex'), set_at FROM cover t
UNION ALL SELECT 'notice_channel', id::text, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex'), set_at FROM notice_channel t`
	lastSeqBeforeSQL = `SELECT challenge_id, max(seq) FROM event WHERE at < $1 GROUP BY challenge_id`
	hashesAtSQL      = `SELECT e.challenge_id, e.seq, e.hash FROM unnest($1::uuid[], $2::int[]) AS k (id, seq)
JOIN event e ON e.challenge_id = k.id AND e.seq = k.seq`
)

// ListSealedRows gives every row of the registers that a seal covers beside the trails.
func (s *Store) ListSealedRows(ctx context.Context) ([]SealedRow, error) {
	rows, err := s.db.Query(ctx, sealedRowsSQL)
	if err != nil {
		return nil, wrapError("read the registers", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SealedRow])
	return all, wrapError("read the registers", err)
}

// EventPlace names one event: of a challenge, by its number.
type EventPlace struct {
	ID  uuid.UUID
	Seq int
}

// HashesAt gives the hashes of those events that are there.
func (s *Store) HashesAt(ctx context.Context, places []EventPlace) (map[EventPlace]challenge.Hash, error) {
	const most = 10_000
	found := map[EventPlace]challenge.Hash{}
	for len(places) > 0 {
		n := min(len(places), most)
		ids, seqs := make([][16]byte, n), make([]int32, n)
		for i, p := range places[:n] {
			ids[i], seqs[i] = p.ID, int32(p.Seq)
		}
		places = places[n:]
		rows, err := s.db.Query(ctx, hashesAtSQL, ids, seqs)
		if err != nil {
			return nil, wrapError("read the heads", err)
		}
		var p EventPlace
		var hash []byte
		_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Seq, &hash}, func() error {
			var h challenge.Hash
			copy(h[:], hash)
			found[p] = h
			return nil
		})
		if err != nil {
			return nil, wrapError("read the heads", err)
		}
	}
	return found, nil
}

// LastSeqBefore gives, of each challenge, the number of the last event that says that it is older than
// a moment.
func (s *Store) LastSeqBefore(ctx context.Context, moment time.Time) (map[uuid.UUID]int, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return nil, err
	}
	defer sess.release()
	sess.limit = verifyTripTimeout
	last := map[uuid.UUID]int{}
	b := &pgx.Batch{}
	b.Queue(beginSnapshotSQL)
	b.Queue(verifyTimeoutSQL)
	b.Queue(lastSeqBeforeSQL, moment).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var seq int
		_, err := pgx.ForEachRow(rows, []any{&id, &seq}, func() error { last[id] = seq; return nil })
		return err
	})
	b.Queue(commitSQL)
	return last, sess.sendBatch("read the ages of the events", b)
}
