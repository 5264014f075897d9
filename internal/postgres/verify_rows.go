package postgres

import (
	"github.com/jackc/pgx/v5"
)

// RowProblem is a row beside the trails that does not hold.
type RowProblem struct {
	Table, Key string
	What       string // without any value that is stored
}

// String names the row and what is wrong with it.
func (p RowProblem) String() string { return p.Table + " " + p.Key + ": " + p.What }

// What needs no key: rows that others speak of, rows that must say the same, and due times that are put
// off.
const verifyLooseRowsSQL = `SELECT 'ladder', ladder_digest, 'a challenge follows it, and it is not there' FROM challenge c
    WHERE NOT EXISTS (SELECT FROM ladder l WHERE l.digest = c.ladder_digest)
UNION ALL SELECT 'challenge', ref, 'its due times are put off further than the program ever does' FROM challenge
    WHERE stalled_until > greatest(clock_timestamp(), (SELECT max(seen_at) FROM heartbeat)) + interval '2 days'
UNION ALL SELECT 'attempt', delivery_id || '/' || n, 'its message is not there' FROM attempt a
    WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.id = a.delivery_id)
UNION ALL SELECT 'delivery', id::text, 'its challenge is not there' FROM delivery d
    WHERE challenge_id IS NOT NULL AND NOT EXISTS (SELECT FROM challenge c WHERE c.id = d.challenge_id)
UNION ALL SELECT 'receipt', md5(key), 'its challenge is not there' FROM receipt r
    WHERE challenge_id IS NOT NULL AND NOT EXISTS (SELECT FROM challenge c WHERE c.id = r.challenge_id)
UNION ALL SELECT 'cover', id::text, 'the cover that it ends is not there' FROM cover r
    WHERE revokes IS NOT NULL AND NOT EXISTS (SELECT FROM cover c WHERE c.id = r.revokes)
UNION ALL SELECT 'posted_card', delivery_id::text, 'it is not of a message that was sent' FROM posted_card p
    WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.id = p.delivery_id AND d.kind = 'post' AND d.state = 'sent'
        AND (d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team) = (p.challenge_id, p.lane, p.card, p.visit, p.to_person, p.to_team))
UNION ALL SELECT 'delivery', id::text, 'it was sent, and where it stands is not there' FROM delivery d
    WHERE kind = 'post' AND state = 'sent' AND NOT EXISTS (SELECT FROM posted_card p WHERE p.delivery_id = d.id)
UNION ALL SELECT 'delivery', id::text, 'it does not fit the card that it updates' FROM delivery d
    WHERE kind = 'update' AND NOT EXISTS (SELECT FROM posted_card p WHERE p.delivery_id = d.posted
        AND (d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team) = (p.challenge_id, p.lane, p.card, p.visit, p.to_person, p.to_team))`

// verifyRows holds the rows beside the trails to one another.
func (s *Store) verifyRows(sess *session, sum *VerifySummary) error {
	b := &pgx.Batch{}
	b.Queue(beginSnapshotSQL)
	b.Queue(verifyTimeoutSQL)
	b.Queue(verifyLooseRowsSQL).Query(func(rows pgx.Rows) (err error) {
		sum.LooseRows, err = pgx.AppendRows(sum.LooseRows, rows, pgx.RowToStructByPos[RowProblem])
		return err
	})
	b.Queue(commitSQL)
	return sess.sendBatch("verify what stands beside the trails", b)
}
