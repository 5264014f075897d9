package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Statements that travel with others in one round trip.
const (
	beginSQL         = `BEGIN ISOLATION LEVEL READ COMMITTED`
	beginSnapshotSQL = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	commitSQL        = `COMMIT`
	rollbackSQL      = `ROLLBACK`
	notifySQL        = `SELECT pg_notify('challengebot', '')`
)

const simpleProtocol = pgx.QueryExecModeSimpleProtocol

// Advisory locks, database-wide.
const (
	claimLock int64 = 0x6368616c01
	grantLock int64 = 0x6368616c02
)

// session is one use of a connection. BEGIN and COMMIT are queued with the statements that they
// enclose, so that a transaction costs as many round trips as there are batches.
type session struct {
	conn  *pgxpool.Conn
	ctx   context.Context
	db    limitedPool
	limit time.Duration // of each round trip
}

func (s *Store) openSession(ctx context.Context) (*session, error) {
	conn, err := s.db.acquire(ctx)
	if err != nil {
		return nil, wrapError("connect", err)
	}
	return &session{conn, ctx, s.db, s.db.limit}, nil
}

// sendBatch runs everything that is queued, in one round trip, and the functions that read the
// results.
func (sess *session) sendBatch(operation string, b *pgx.Batch) error {
	ctx, cancel := withTripLimit(sess.ctx, sess.limit)
	defer cancel()
	err := sess.conn.SendBatch(ctx, b).Close()
	sess.db.discardIfUseless(sess.conn, err)
	return wrapError(operation, err)
}

// QueryRow runs one statement that gives one row, as part of the transaction that is open, if one
// is.
func (sess *session) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	bounded, cancel := withTripLimit(ctx, sess.limit)
	rows, err := sess.conn.Query(bounded, sql, args...)
	if err != nil {
		sess.db.discardIfUseless(sess.conn, err)
		cancel()
		return limitedRow{err: err}
	}
	return limitedRow{rows: &limitedRows{Rows: rows, end: func(err error) {
		sess.db.discardIfUseless(sess.conn, err)
		cancel()
	}}}
}

// inTransaction reports whether a transaction is open, be it failed.
func (sess *session) inTransaction() bool { return sess.conn.Conn().PgConn().TxStatus() != 'I' }

// rollback ends an open transaction. One that cannot be ended goes with its connection.
func (sess *session) rollback() {
	if !sess.inTransaction() || sess.conn.Conn().IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(sess.ctx), pingTimeout)
	defer cancel()
	_, err := sess.conn.Exec(ctx, rollbackSQL)
	sess.db.discardIfUseless(sess.conn, err)
}

// release gives the connection back, with nothing left open on it.
func (sess *session) release() {
	sess.rollback()
	sess.conn.Release()
}
