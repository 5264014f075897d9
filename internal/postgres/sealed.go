package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// SealedRow is a row of a register to which rows are only ever added, with the hash of all of it.
type SealedRow struct{ Table, Key, Hash string }

const (
	sealedRowsSQL = `SELECT 'ladder', digest, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex') FROM ladder t
UNION ALL SELECT 'cover', id::text, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex') FROM cover t
UNION ALL SELECT 'notice_channel', id::text, encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex') FROM notice_channel t`
	hashesAtSQL = `SELECT e.challenge_id, e.seq, e.hash FROM unnest($1::uuid[], $2::int[]) AS k (id, seq)
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
