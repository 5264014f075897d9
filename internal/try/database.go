package try

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"challengebot/internal/localpg"
)

// throwawayDatabase is a database that nobody else uses, on a private server or on the
// one that DATABASE_URL names.
type throwawayDatabase struct {
	dsn, name string
	server    *localpg.Server
	// createdRole: migrating made the role of the bot's logins, so that goes too.
	createdRole bool
}

// dropTimeout is how long going may take.
const dropTimeout = 20 * time.Second

// createDatabase makes a fresh database. No table that was there before is touched.
func createDatabase(ctx context.Context) (*throwawayDatabase, error) {
	server, err := localpg.Open(ctx)
	if err != nil {
		return nil, err
	}
	suffix := make([]byte, 6)
	rand.Read(suffix)
	d := &throwawayDatabase{server: server, name: "challengebot_try_" + hex.EncodeToString(suffix)}
	d.dsn = server.DSN(d.name)
	err = d.runAsAdmin(ctx, func(conn *pgx.Conn) error {
		var known bool
		if err := conn.QueryRow(ctx, "select exists (select from pg_roles where rolname = 'challengebot_app')").Scan(&known); err != nil {
			return err
		}
		d.createdRole = !known
		_, err := conn.Exec(ctx, "create database "+d.name+" template template0 encoding 'UTF8'")
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("a database to try things out in cannot be made: %w", err), server.Stop())
	}
	return d, nil
}

// drop removes the database and ends a private server. It works after Ctrl-C too.
func (d *throwawayDatabase) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	if d.server.Dir() != "" {
		return d.server.Stop() // and the database with it
	}
	return d.runAsAdmin(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "drop database if exists "+d.name+" with (force)"); err != nil {
			return fmt.Errorf("the database %s could not be dropped; drop it by hand: %w", d.name, err)
		}
		if d.createdRole {
			// Refused if somebody has come to use the role meanwhile: then it stays.
			_, _ = conn.Exec(ctx, "drop role if exists challengebot_app")
		}
		return nil
	})
}

// runAsAdmin does something on the server, outside the database. The server's own words
// are told only as a code.
func (d *throwawayDatabase) runAsAdmin(ctx context.Context, action func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, d.server.DSN(""))
	if err != nil {
		return errors.New("the server does not answer")
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = action(conn)
	var rejected *pgconn.PgError
	if errors.As(err, &rejected) {
		if rejected.Code == "42501" { // insufficient_privilege
			return errors.New("the user of DATABASE_URL needs the right CREATEDB (alter role … createdb); or unset DATABASE_URL")
		}
		return fmt.Errorf("SQLSTATE %s", rejected.Code)
	}
	return err
}
