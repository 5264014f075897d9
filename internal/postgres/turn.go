package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Statements that travel with others in one round trip.
const (
	beginSQL    = `BEGIN ISOLATION LEVEL READ COMMITTED`
	snapshotSQL = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	commitSQL   = `COMMIT`
	rollbackSQL = `ROLLBACK`
	notifySQL   = `SELECT pg_notify('challengebot', '')`
)

const simpleProtocol = pgx.QueryExecModeSimpleProtocol

// Advisory locks, database-wide.
const (
	claimLock int64 = 0x6368616c01
	grantLock int64 = 0x6368616c02
)

// turn is one use of a connection. BEGIN and COMMIT are queued with the statements that they enclose, so that a transaction
// costs as many round trips as there are batches.
type turn struct {
	conn *pgxpool.Conn
	ctx  context.Context
}

func (s *Store) turn(ctx context.Context) (*turn, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, failed("connect", err)
	}
	return &turn{conn, ctx}, nil
}

// send runs everything that is queued, in one round trip, and the functions that read the results.
func (t *turn) send(doing string, b *pgx.Batch) error {
	return failed(doing, t.conn.SendBatch(t.ctx, b).Close())
}

// inTransaction reports whether a transaction is open, be it failed.
func (t *turn) inTransaction() bool { return t.conn.Conn().PgConn().TxStatus() != 'I' }

// rollback ends an open transaction. One that cannot be ended goes with its connection.
func (t *turn) rollback() {
	if !t.inTransaction() || t.conn.Conn().IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), 2*time.Second)
	defer cancel()
	_, _ = t.conn.Exec(ctx, rollbackSQL)
}

// end gives the connection back, with nothing left open on it.
func (t *turn) end() {
	t.rollback()
	t.conn.Release()
}
