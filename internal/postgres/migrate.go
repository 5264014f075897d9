package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"challengebot/internal/storage"

	"challengebot/internal/challenge"
)

var (
	//go:embed migrations/*.sql
	migrationFiles embed.FS
	//go:embed grants.sql
	grantsSQL string
)

// migrateTimeout bounds a migration on this side: making an index of a large table takes minutes.
const migrateTimeout = time.Hour

// Changing a table waits for whoever uses it, and whoever comes after waits behind the change: beside a
// backup everybody would. So a change gives up its place after migrationLockTimeout, lets the others
// through and tries again, until lockPatience is over.
const (
	migrationLockTimeout = 2 * time.Second
	lockPatience         = 15 * time.Minute
	longestLockPause     = 10 * time.Second
)

// migrationLockSeconds is how long an instance waits while another one migrates.
const migrationLockSeconds = 300

// Migrate brings the database to the version that this program needs and gives challengebot_app and
// challengebot_read their rights. Several instances may call it at once: one migrates, the others wait. It needs the owner
// of the schema; where it may not create the roles it goes on without, and migrating again after an
// administrator created them grants the rights.
func Migrate(ctx context.Context, dsn string) error { return MigrateAndTell(ctx, dsn, func(string) {}) }

// MigrateAndTell is Migrate that tells whoever watches what it waits for and which roles are missing.
func MigrateAndTell(ctx context.Context, dsn string, tell func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("postgres: the connection string cannot be read: %w", err)
	}
	config.ConnConfig.RuntimeParams["application_name"] = "challengebot migrate"
	config.ConnConfig.RuntimeParams["lock_timeout"] = strconv.FormatInt(migrationLockTimeout.Milliseconds(), 10)
	config.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return wrapError("open the pool", err)
	}
	defer pool.Close()
	if err := withTimeout(ctx, callTimeout, pool.Ping); err != nil {
		return wrapError("connect", err)
	}
	if err := checkEncoding(ctx, pool); err != nil {
		return err
	}
	if err := untilUnlocked(ctx, tell, func() error { return runMigrations(ctx, pool) }); err != nil {
		return err
	}
	return tellMissingRoles(ctx, pool, tell)
}

const missingRolesSQL = `SELECT role FROM unnest(ARRAY['challengebot_app', 'challengebot_read']) role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)`

// tellMissingRoles names the roles that an administrator has to make.
func tellMissingRoles(ctx context.Context, pool *pgxpool.Pool, tell func(string)) error {
	rows, err := pool.Query(ctx, missingRolesSQL)
	if err != nil {
		return wrapError("look for the roles", err)
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, role := range missing {
		tell("the role " + role + " is missing, and this login may not create roles: let an administrator run CREATE ROLE " + role + " NOLOGIN, then migrate again")
	}
	return wrapError("look for the roles", err)
}

// untilUnlocked does again what a lock of somebody else kept from being done.
func untilUnlocked(ctx context.Context, tell func(waiting string), do func() error) error {
	for began, pause := time.Now(), time.Second; ; pause = min(2*pause, longestLockPause) {
		err := do()
		state := sqlState(err)
		if state != lockNotAvailable && !wasUndoneForAnother(state) {
			return err
		}
		if time.Since(began) > lockPatience {
			return fmt.Errorf("postgres: another session, such as a backup, has held a table for %v; migrate again when it has ended: %w", lockPatience, err)
		}
		tell("another session, such as a backup, holds a table; trying again")
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func runMigrations(ctx context.Context, pool *pgxpool.Pool) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := newMigrationProvider(db)
	if err != nil {
		return fmt.Errorf("postgres: read the migrations: %w", err)
	}
	// Migrations hold no data, so that here, and only here, the server's own words are told.
	if _, err := provider.Up(ctx); err != nil {
		if isTransient(sqlState(err)) || isConnectionLost(err) {
			err = errors.Join(storage.ErrUnavailable, err) // it is away or may not be written now
		}
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	if err := addEventKinds(ctx, pool); err != nil {
		return err
	}
	// Two instances that grant at once would meet in the catalogue.
	grant := "BEGIN; SELECT pg_advisory_xact_lock(" + strconv.FormatInt(grantLock, 10) + ");" + grantsSQL + "COMMIT;"
	if _, err := pool.Exec(ctx, grant, simpleProtocol); err != nil {
		return fmt.Errorf("postgres: grant the roles their rights: %w", err)
	}
	return nil
}

// newMigrationProvider are the embedded ones, for that database.
func newMigrationProvider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationLockSeconds))
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// SchemaVersion is the version of the schema that this program needs.
func SchemaVersion() int64 {
	var latest int64
	for _, name := range migrationNames() {
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			panic(fmt.Sprintf("postgres: the migration %s has no number", name)) // compiled in, and every test gets here
		}
		latest = max(latest, n)
	}
	return latest
}

// SchemaFingerprint names the schema for whoever makes databases with Migrate: the same
// fingerprint, the same tables.
func SchemaFingerprint() string {
	sum := sha256.New()
	for _, name := range migrationNames() {
		text, err := migrationFiles.ReadFile("migrations/" + name)
		if err != nil {
			panic(err) // compiled in
		}
		sum.Write(text)
	}
	sum.Write([]byte(grantsSQL))
	for _, k := range challenge.EventKinds() {
		sum.Write([]byte(k))
	}
	return "challengebot " + hex.EncodeToString(sum.Sum(nil))
}

func migrationNames() []string {
	files, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // compiled in
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}
