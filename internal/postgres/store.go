package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options of a Store. The zero value is good.
type Options struct {
	// MaxConns bounds the pool, as pool_max_conns of the connection string does; 16 if neither
	// says.
	MaxConns int
	// Instance names this instance in heartbeats; a random name if empty.
	Instance string
	// Logger hears the SQLSTATE of the server's warnings; slog.Default if nil.
	Logger *slog.Logger
	// EventKeys sign each event, and verify those that are stored.
	EventKeys EventKeys
	// DrawNumber draws the number of a reference; a cryptographic source if nil.
	DrawNumber func() uint64
}

// Store is one database. It is safe for concurrent use.
type Store struct {
	pool        *pgxpool.Pool
	db          limitedPool // the pool as everything but Close uses it
	ladderCache sync.Map    // digest to *ladder.Ladder; a digest never means another ladder
	watch       *watchConnection
	instance    string // names this instance in heartbeats
	stalledMu   sync.Mutex
	stalled     map[uuid.UUID]time.Time // challenges that this instance leaves alone, and until when
	closeCtx    context.Context
	cancel      context.CancelFunc
	drawNumber  func() uint64
	eventKeys   EventKeys
}

// drawRandomNumber draws from the system's source of randomness, which cannot fail.
func drawRandomNumber() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never returns an error
	return binary.LittleEndian.Uint64(b[:])
}

// Settings of every connection. A person waits for the answer, so nothing may wait long; what the
// connection string sets wins.
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

// Open connects lazily: a database that is away is no error here, and is used as soon as it is
// back.
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
	if !setsMaxConns(dsn) {
		config.MaxConns = defaultMaxConns
	}
	if o.MaxConns > 0 {
		config.MaxConns = min(config.MaxConns, int32(min(o.MaxConns, 10_000)))
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
	store, err := openStore(ctx, config)
	if err != nil {
		return nil, err
	}
	if o.Instance != "" {
		store.instance = o.Instance
	}
	store.eventKeys = o.EventKeys
	if o.DrawNumber != nil {
		store.drawNumber = o.DrawNumber
	}
	return store, nil
}

// setsMaxConns reports whether a connection string says how many connections there may be.
func setsMaxConns(dsn string) bool {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return false
	}
	_, set := config.RuntimeParams["pool_max_conns"]
	return set
}

func openStore(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	line := watchConnections(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, wrapError("open the pool", err)
	}
	s := &Store{
		pool:       pool,
		db:         limitedPool{pool, callTimeout, line},
		watch:      newWatchConnection(config, callTimeout, line),
		instance:   uuid.NewString(),
		stalled:    map[uuid.UUID]time.Time{},
		drawNumber: drawRandomNumber,
	}
	s.closeCtx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// SilentFor is how long nothing has been heard of the server: of one that is merely busy that is
// not long.
func (s *Store) SilentFor() time.Duration { return s.db.line.silentFor() }

// Close ends Listen and closes all connections, waiting for calls that are under way.
func (s *Store) Close() {
	s.cancel()
	s.watch.close()
	s.pool.Close()
}

const (
	schemaVersionSQL  = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
	serverEncodingSQL = `SELECT current_setting('server_encoding')`
)

// CheckSchema reports whether the database answers and has the tables that this program needs. A
// newer schema is accepted: the program being replaced goes on serving while its successor has
// migrated.
func (s *Store) CheckSchema(ctx context.Context) error {
	var have int64
	if err := s.db.QueryRow(ctx, schemaVersionSQL).Scan(&have); err != nil {
		if sqlState(err) == undefinedTable {
			return fmt.Errorf("%w: the database is empty; run challengebot migrate", ErrSchemaOutdated)
		}
		return wrapError("read the schema's version", err)
	}
	if have < SchemaVersion() {
		return fmt.Errorf(
			"%w: it is at version %d, this program needs %d; run challengebot migrate",
			ErrSchemaOutdated,
			have,
			SchemaVersion(),
		)
	}
	var known []string
	if err := s.db.QueryRow(ctx, knownEventKindsSQL).Scan(&known); err != nil {
		return wrapError("read the kinds of event that the database takes", err)
	}
	if missing := missingEventKinds(known); len(missing) > 0 {
		return fmt.Errorf("%w: it takes no %s events; run challengebot migrate", ErrSchemaOutdated, missing[0])
	}
	return nil
}

// CheckReady reports whether the program can serve: the database is UTF-8, has the tables and can
// be written.
func (s *Store) CheckReady(ctx context.Context) error {
	if err := checkEncoding(ctx, s.db); err != nil {
		return err
	}
	if err := s.CheckSchema(ctx); err != nil {
		return err
	}
	_, err := s.db.Exec(ctx, proveWriteSQL, s.instance)
	return wrapError("write", err)
}

const (
	canChangeTrail = `(has_table_privilege(current_user, 'event', 'UPDATE') OR has_table_privilege(current_user, 'event', 'DELETE')
    OR has_table_privilege(current_user, 'event', 'TRUNCATE'))`
	canChangeTrailSQL = `SELECT ` + canChangeTrail
)

// CanChangeTrail reports whether this login could change or remove what stands in the audit trail:
// the tables' owner can, and so can a superuser. What serves needs no such right.
func (s *Store) CanChangeTrail(ctx context.Context) (can bool, err error) {
	err = s.db.QueryRow(ctx, canChangeTrailSQL).Scan(&can)
	return can, wrapError("read the rights of the login", err)
}

// checkEncoding refuses a database that is not UTF-8: what people write would be changed when it is
// restored elsewhere, and the record with it.
func checkEncoding(ctx context.Context, q querier) error {
	var encoding string
	if err := q.QueryRow(ctx, serverEncodingSQL).Scan(&encoding); err != nil {
		return wrapError("read the encoding", err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf(
			"%w: it is %s; make a new one with: CREATE DATABASE challengebot ENCODING 'UTF8' TEMPLATE template0",
			ErrEncoding,
			encoding,
		)
	}
	return nil
}
