package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options of a Store. The zero value is good.
type Options struct {
	// MaxConns bounds the pool; 16 if zero.
	MaxConns int
	// Logger hears the SQLSTATE of the server's warnings; slog.Default if nil.
	Logger *slog.Logger
}

// Store is one database. It is safe for concurrent use.
type Store struct {
	pool        *pgxpool.Pool
	ladderCache sync.Map // digest to *ladder.Ladder; a digest never means another ladder
	closeCtx    context.Context
	cancel      context.CancelFunc
}

// Settings of every connection. A person waits for the answer, so nothing may wait long; what the connection string sets wins.
var sessionSettings = map[string]string{
	"application_name":                    "challengebot",
	"timezone":                            "UTC",
	"statement_timeout":                   "10s",
	"lock_timeout":                        "5s",
	"idle_in_transaction_session_timeout": "30s",
}

const (
	defaultMaxConns = 16
	connectTimeout  = 5 * time.Second
)

// Open connects lazily: a database that is away is no error here, and is used as soon as it is back.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: the connection string cannot be read: %w", err) // pgx hides the password
	}
	for name, value := range sessionSettings {
		if _, set := config.ConnConfig.RuntimeParams[name]; !set {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.MaxConns = defaultMaxConns
	if o.MaxConns > 0 {
		config.MaxConns = int32(min(o.MaxConns, 10_000))
	}
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	config.ConnConfig.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			log.Warn("PostgreSQL warns", "sqlstate", n.Code) // its text may repeat values
		}
	}
	return openStore(ctx, config)
}

func openStore(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	pingSuspectConns(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, wrapError("open the pool", err)
	}
	s := &Store{pool: pool}
	s.closeCtx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// pingSuspectConns makes a connection that has been idle for a second, or since before another was found broken, prove that it
// lives before it is used. After an outage the first turn then succeeds, not the one after as many failures as there were
// idle connections.
func pingSuspectConns(config *pgxpool.Config) {
	var broken atomic.Pointer[time.Time]
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &watchedConn{Conn: conn, brokenAt: &broken}, nil
	}
	config.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool {
		at := broken.Load()
		return p.IdleDuration > time.Second || at != nil && p.IdleDuration >= time.Since(*at)
	}
}

// watchedConn notes when it breaks: before whoever used it hears of it.
type watchedConn struct {
	net.Conn
	brokenAt *atomic.Pointer[time.Time]
}

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
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
	now := time.Now()
	c.brokenAt.Store(&now)
}

// Close ends Listen and closes all connections, waiting for calls that are under way.
func (s *Store) Close() {
	s.cancel()
	s.pool.Close()
}

const schemaVersionSQL = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// CheckReady reports whether the database answers and has the tables that this program needs. A newer schema is accepted: the
// program being replaced goes on serving while its successor has migrated.
func (s *Store) CheckReady(ctx context.Context) error {
	var have int64
	if err := s.pool.QueryRow(ctx, schemaVersionSQL).Scan(&have); err != nil {
		if sqlState(err) == undefinedTable {
			return fmt.Errorf("%w: the database is empty; run challengebot migrate", ErrSchemaOutdated)
		}
		return wrapError("read the schema's version", err)
	}
	if have < SchemaVersion() {
		return fmt.Errorf("%w: it is at version %d, this program needs %d; run challengebot migrate", ErrSchemaOutdated, have, SchemaVersion())
	}
	var known []string
	if err := s.pool.QueryRow(ctx, knownEventKindsSQL).Scan(&known); err != nil {
		return wrapError("read the kinds of event that the database takes", err)
	}
	if missing := missingEventKinds(known); len(missing) > 0 {
		return fmt.Errorf("%w: it takes no %s events; run challengebot migrate", ErrSchemaOutdated, missing[0])
	}
	return nil
}
