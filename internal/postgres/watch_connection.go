package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// watchConnection is a connection of the watch's own, outside the pool: whatever holds up
// those of the pool does not hold up who watches them. It is made when it is needed, and
// made new after an error.
type watchConnection struct {
	mu      sync.Mutex
	config  *pgx.ConnConfig
	prepare func(context.Context, *pgx.Conn) error
	limit   time.Duration
	line    *lineWatch // those of the pool prove that they live when this one broke
	conn    *pgx.Conn
}

func newWatchConnection(c *pgxpool.Config, limit time.Duration, line *lineWatch) *watchConnection {
	return &watchConnection{config: c.ConnConfig.Copy(), prepare: c.AfterConnect, limit: limit, line: line}
}

// use runs f on the connection, within the limit. f must do no harm when it is done twice: one
// that was found broken is made new at once.
func (w *watchConnection) use(ctx context.Context, operation string, f func(context.Context, *pgx.Conn) error) error {
	bounded, cancel := context.WithTimeout(ctx, w.limit)
	defer cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		used := w.conn != nil && !w.conn.IsClosed()
		err := w.try(bounded, f)
		if err == nil {
			return nil
		}
		storeNow(&w.line.brokenAt)
		w.drop()
		if !used || !isConnectionLost(err) || bounded.Err() != nil {
			return wrapError(operation, err)
		}
	}
}

func (w *watchConnection) try(ctx context.Context, f func(context.Context, *pgx.Conn) error) error {
	if w.conn == nil || w.conn.IsClosed() {
		conn, err := w.connect(ctx)
		if err != nil {
			return err
		}
		w.conn = conn
	}
	return f(ctx, w.conn)
}

func (w *watchConnection) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, w.config)
	if err != nil || w.prepare == nil {
		return conn, err
	}
	if err := w.prepare(ctx, conn); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}

func (w *watchConnection) drop() {
	if w.conn != nil {
		hangUp(w.conn)
		w.conn = nil
	}
}

func (w *watchConnection) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop()
}
