package localpg

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// testStepTimeout bounds each step of preparing a test's database (start, migrate, clone, drop),
// fetching the bundle included.
const testStepTimeout = 3 * time.Minute

// T is what NewTestDatabase needs of a testing.TB, so that programs do not link the testing
// package.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Cleanup(func())
}

// NewTestDatabase gives the test a migrated database of its own and drops it afterwards. It returns
// the connection string.
//
// The server is started once for each test process, or is DATABASE_URL's (its user then needs
// CREATEDB), and is gone soon after the process ends, however it ends. fingerprint names the
// schema: for each one migrate runs once, on an empty database, and every test gets a copy. migrate
// must have closed all its connections when it returns, and equal fingerprints must mean equal
// migrations; on DATABASE_URL's server the migrated template outlives the process and is used
// again.
//
// A server that cannot be had, or a failed migration, fails the test at once.
func NewTestDatabase(t T, fingerprint string, migrate func(ctx context.Context, dsn string) error) (dsn string) {
	t.Helper()
	c, err := sharedCloner()
	if err != nil {
		t.Fatalf("a test needs PostgreSQL: %v", err)
	}
	return c.newTestDatabase(t, fingerprint, migrate)
}

// sharedCloner starts the test process's server. Nothing stops it: its keeper does when the process
// ends.
var sharedCloner = sync.OnceValues(func() (*cloner, error) {
	ctx, cancel := context.WithTimeout(context.Background(), testStepTimeout)
	defer cancel()
	s, err := Open(ctx)
	if err != nil {
		return nil, err
	}
	return newCloner(ctx, s)
})

// cloner makes databases on one server for one process. Every database it makes has a name
//
//	localpg_<origin>_<kind>_<key>[_<n>]
//
// where origin stands for the database that we are connected to (advisory locks are local to one),
// kind is t for a template and c for a copy, and key is the fingerprint's or the process's. A
// process holds an advisory lock on each key it uses for as long as it lives; so names never clash,
// and what a killed process left is recognised by its free lock.
type cloner struct {
	server     *Server
	prefix     string
	processKey string
	copyCount  atomic.Int64

	admin *pgxpool.Pool // makes, copies and drops databases

	mu        sync.Mutex
	lockConn  *pgx.Conn // holds the advisory locks until the process ends
	templates map[string]*templateDatabase
}

type templateDatabase struct {
	name string
	err  error
}

func newCloner(ctx context.Context, s *Server) (*cloner, error) {
	conn, err := pgx.Connect(ctx, s.DSN(""))
	if err != nil {
		return nil, fmt.Errorf("localpg: connect to the test server: %w", err)
	}
	admin, err := pgxpool.New(ctx, s.DSN(""))
	if err != nil {
		return nil, fmt.Errorf("localpg: connect to the test server: %w", err)
	}
	c := &cloner{server: s, admin: admin, lockConn: conn, templates: map[string]*templateDatabase{}}
	var origin string
	var version int
	err = conn.QueryRow(ctx, `select current_database(), current_setting('server_version_num')::int`).Scan(&origin, &version)
	if err != nil {
		return nil, fmt.Errorf("localpg: ask the test server's version: %w", err)
	}
	if version < minMajorVersion*10000 {
		return nil, fmt.Errorf("localpg: the test server's version number is %d; PostgreSQL %d or newer is needed", version, minMajorVersion)
	}
	c.prefix = "localpg_" + sha256Hex(origin, 4)
	c.processKey = fmt.Sprintf("c_%d_%s", os.Getpid(), hex.EncodeToString(randomBytes(4)))
	if _, err := conn.Exec(ctx, `select pg_advisory_lock_shared($1)`, c.lockID(c.processKey)); err != nil {
		return nil, fmt.Errorf("localpg: lock our databases' names: %w", err)
	}
	return c, c.dropStaleDatabases(ctx, "c_")
}

func (c *cloner) newTestDatabase(t T, fingerprint string, migrate func(context.Context, string) error) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testStepTimeout)
	defer cancel()
	from, err := c.ensureTemplate(ctx, fingerprint, migrate)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	name := fmt.Sprintf("%s_%s_%d", c.prefix, c.processKey, c.copyCount.Add(1))
	if err := c.execAdmin(ctx, "create database "+name+" template "+from+" strategy file_copy"); err != nil {
		t.Fatalf("copy the template database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), testStepTimeout)
		defer cancel()
		if err := c.execAdmin(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return c.server.DSN(name)
}

// ensureTemplate returns the name of the migrated template, making it if need be. A failure is
// remembered: every test that needs the template fails with it.
func (c *cloner) ensureTemplate(ctx context.Context, fingerprint string, migrate func(context.Context, string) error) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	made, known := c.templates[fingerprint]
	if !known {
		made = &templateDatabase{name: c.prefix + "_t_" + sha256Hex(fingerprint, 12), err: errors.New("localpg: the migration did not return")}
		c.templates[fingerprint] = made
		made.err = c.makeTemplate(ctx, made.name, migrate)
	}
	return made.name, made.err
}

// makeTemplate makes the template under a lock of its own, so that of several processes one
// migrates and the others find it done. The mark is_template comes last and says that the migration
// is complete. The shared lock on the key says, until this process ends, that the template is in
// use.
func (c *cloner) makeTemplate(ctx context.Context, name string, migrate func(context.Context, string) error) error {
	key := strings.TrimPrefix(name, c.prefix+"_")
	inUse, making := c.lockID(key), c.lockID("making "+key)
	if _, err := c.lockConn.Exec(ctx, `select pg_advisory_lock($1), pg_advisory_lock_shared($2)`, making, inUse); err != nil {
		return fmt.Errorf("localpg: lock the template: %w", err)
	}
	defer func() {
		_, _ = c.lockConn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, making)
	}()
	var done bool
	err := c.lockConn.QueryRow(ctx, `select coalesce((select datistemplate from pg_database where datname = $1), false)`, name).Scan(&done)
	if done || err != nil {
		return err
	}
	if err := c.dropStaleDatabases(ctx, "t_"); err != nil {
		return err
	}
	if err := c.execAdmin(ctx, "drop database if exists "+name+" with (force)", "create database "+name+" template template0"); err != nil {
		return err
	}
	if err := migrate(ctx, c.server.DSN(name)); err != nil {
		return fmt.Errorf("localpg: migrate the template: %w", err)
	}
	return c.execAdmin(ctx, "alter database "+name+" with is_template true allow_connections false")
}

// dropStaleDatabases drops the databases of one kind whose key nobody holds.
func (c *cloner) dropStaleDatabases(ctx context.Context, kind string) error {
	rows, err := c.lockConn.Query(ctx, `select datname from pg_database where starts_with(datname, $1)`, c.prefix+"_"+kind)
	if err != nil {
		return fmt.Errorf("localpg: list earlier test databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("localpg: list earlier test databases: %w", err)
	}
	for _, name := range names {
		if err := c.dropIfStale(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (c *cloner) dropIfStale(ctx context.Context, name string) error {
	key := strings.TrimPrefix(name, c.prefix+"_")
	isTemplate := strings.HasPrefix(key, "t_")
	if !isTemplate {
		key = key[:strings.LastIndexByte(key, '_')]
	}
	// A lock on another connection: on ours a key that we hold ourselves would seem free.
	conn, err := pgx.Connect(ctx, c.server.DSN(""))
	if err != nil {
		return fmt.Errorf("localpg: connect to the test server: %w", err)
	}
	defer conn.Close(ctx)
	var free bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, c.lockID(key)).Scan(&free); err != nil || !free {
		return err
	}
	if isTemplate {
		// Fails when another process has just dropped it, which the next statement finds in order.
		_, _ = conn.Exec(ctx, "alter database "+name+" with is_template false")
	}
	if _, err := conn.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return fmt.Errorf("localpg: drop the stale test database %s: %w", name, err)
	}
	return nil
}

// execAdmin runs statements that cannot be inside a transaction, on a connection of their own.
func (c *cloner) execAdmin(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := c.admin.Exec(ctx, s); err != nil {
			return fmt.Errorf("localpg: %s: %w%s", s, err, adviceFor(err))
		}
	}
	return nil
}

func adviceFor(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	switch pg.Code {
	case "42501": // insufficient_privilege
		return ": tests make databases on DATABASE_URL's server, so its user needs the right CREATEDB (alter role … createdb)"
	case "55006": // object_in_use
		return ": a migration must close all its connections before it returns"
	}
	return ""
}

func (c *cloner) lockID(key string) int64 {
	sum := sha256.Sum256([]byte(c.prefix + "_" + key))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

func sha256Hex(s string, bytes int) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:bytes])
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
