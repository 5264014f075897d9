package postgres

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// callTimeout bounds every round trip on this side, and the wait for a connection. It is
	// longer than the statement_timeout of the server, which ends what is merely slow; what
	// is left is a connection that stays up and carries nothing.
	callTimeout = 12 * time.Second
	// pingTimeout is how long a connection may take to prove that it lives.
	pingTimeout = 2 * time.Second
	// closeTimeout bounds the closing of a connection.
	closeTimeout = time.Second
)

// tripLimitKey finds in a context how long one round trip may take for whoever asks.
type tripLimitKey struct{}

// WithTripLimit lets each round trip in that context take that long at the most: for a person
// who waits. Waiting for a connection is not counted, since others may be using them well.
func WithTripLimit(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, tripLimitKey{}, limit)
}

// withTripLimit bounds one round trip.
func withTripLimit(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if own, ok := ctx.Value(tripLimitKey{}).(time.Duration); ok {
		limit = min(limit, own)
	}
	return context.WithTimeout(ctx, limit)
}

// lineWatch is what is known of the way to the server: when a connection was last found
// broken, when one was last found silent, and when anything was last heard.
type lineWatch struct {
	brokenAt, silentAt atomic.Pointer[time.Time]
	began              time.Time
	heard              atomic.Int64 // in nanoseconds since then
}

// silentFor is how long nothing has been heard of the server.
func (l *lineWatch) silentFor() time.Duration {
	return time.Since(l.began) - time.Duration(l.heard.Load())
}

func storeNow(at *atomic.Pointer[time.Time]) {
	now := time.Now()
	at.Store(&now)
}

// isBefore reports whether a time is known and later than another.
func isBefore(last time.Time, at *atomic.Pointer[time.Time]) bool {
	known := at.Load()
	return known != nil && !last.After(*known)
}

// watchConnections makes a connection that has been idle for a second, or since before
// another was found broken, prove that it lives before it is used. After an outage the
// first request then succeeds, not the one after as many failures as there were idle
// connections. Once one was silent for too long, those that were idle meanwhile are
// closed without being asked: asking each would take that time for each.
func watchConnections(config *pgxpool.Config) *lineWatch {
	line := &lineWatch{began: time.Now()}
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &watchedConn{Conn: conn, line: line}, nil
	}
	if config.PingTimeout == 0 {
		config.PingTimeout = pingTimeout
	}
	timeout := config.PingTimeout
	config.ShouldPing = func(ctx context.Context, p pgxpool.ShouldPingParams) bool {
		lastUsed := time.Now().Add(-p.IdleDuration)
		if isBefore(lastUsed, &line.silentAt) {
			hangUp(p.Conn)
			return true // the pool finds it closed and takes another
		}
		if p.IdleDuration <= time.Second && !isBefore(lastUsed, &line.brokenAt) {
			return false
		}
		asking, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		err := p.Conn.Ping(asking)
		if err == nil {
			return false
		}
		if asking.Err() != nil && ctx.Err() == nil {
			storeNow(&line.silentAt)
		}
		hangUp(p.Conn)
		return true
	}
	return line
}

// hangUp closes a connection without a word to a server that may not hear it.
func hangUp(conn *pgx.Conn) {
	_ = conn.PgConn().Conn().Close()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}

// watchedConn notes when it breaks: before whoever used it hears of it.
type watchedConn struct {
	net.Conn
	line *lineWatch
}

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.line.heard.Store(int64(time.Since(c.line.began)))
	}
	c.recordBreak(err)
	return n, err
}

func (c *watchedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.recordBreak(err)
	return n, err
}

// recordBreak passes over deadlines and a connection that this side closed.
func (c *watchedConn) recordBreak(err error) {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return
	}
	storeNow(&c.line.brokenAt)
}

// limitedPool is the pool with an end to every call. A connection that missed its time is
// closed, and so is one on which the server will not write.
type limitedPool struct {
	pool  *pgxpool.Pool
	limit time.Duration
	line  *lineWatch
}

func (p limitedPool) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	bounded, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	return p.pool.Acquire(bounded)
}

// discardIfUseless closes a connection after an error that it would have again.
func (p limitedPool) discardIfUseless(conn *pgxpool.Conn, err error) {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		storeNow(&p.line.brokenAt)
		hangUp(conn.Conn())
	case sqlState(err) == readOnlyTransaction:
		// The setting was taken over when the connection was made: a new one may write.
		hangUp(conn.Conn())
	}
}

// Exec runs one statement.
func (p limitedPool) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return tag, err
	}
	defer conn.Release()
	bounded, cancel := withTripLimit(ctx, p.limit)
	defer cancel()
	tag, err = conn.Exec(bounded, sql, args...)
	p.discardIfUseless(conn, err)
	return tag, err
}

// Query runs one statement. Its rows must be closed before the limit has passed.
func (p limitedPool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	bounded, cancel := withTripLimit(ctx, p.limit)
	rows, err := conn.Query(bounded, sql, args...)
	if err != nil {
		p.discardIfUseless(conn, err)
		conn.Release()
		cancel()
		return nil, err
	}
	return &limitedRows{Rows: rows, end: func(err error) {
		p.discardIfUseless(conn, err)
		conn.Release()
		cancel()
	}}, nil
}

// QueryRow runs one statement that gives one row.
func (p limitedPool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := p.Query(ctx, sql, args...)
	return limitedRow{rows, err}
}

// limitedRows gives the connection back when they are closed.
type limitedRows struct {
	pgx.Rows
	end func(error)
}

func (r *limitedRows) Close() {
	r.Rows.Close()
	if r.end != nil {
		r.end(r.Err())
		r.end = nil
	}
}

// limitedRow is the first of the rows.
type limitedRow struct {
	rows pgx.Rows
	err  error
}

func (r limitedRow) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}
