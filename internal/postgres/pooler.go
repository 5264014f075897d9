package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Why the store cannot work behind what stands between it and PostgreSQL, such as pgbouncer.
var (
	// ErrPoolerRefuses: it takes no settings of a session.
	ErrPoolerRefuses = errors.New("postgres: what stands before PostgreSQL (pgbouncer?) refuses the settings of a session, which bound how long a statement may take: " +
		"connect to PostgreSQL itself, or add to pgbouncer.ini: ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout, " +
		"with pool_mode = session, and set the three for the login")
	// ErrPoolerForgets: it takes them and drops them.
	ErrPoolerForgets = errors.New("postgres: what stands before PostgreSQL (pgbouncer?) drops the settings of a session, which bound how long a statement may take: " +
		"connect to PostgreSQL itself, or set them for the login that serves")
	// ErrPoolerSplits: it gives each transaction another session.
	ErrPoolerSplits = errors.New("postgres: what stands before PostgreSQL (pgbouncer?) gives each transaction another session, so that LISTEN hears nothing and prepared statements are lost: " +
		"set pool_mode = session for this database, or connect to PostgreSQL itself")
)

// CheckPooler reports whether a connection with this string is a session of PostgreSQL's that the
// store can work in: its settings hold, and it stays the same from one transaction to the next.
func CheckPooler(ctx context.Context, dsn string) error {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("postgres: the connection string cannot be read: %w", err)
	}
	one := config.ConnConfig
	one.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // a prepared statement is what is asked about
	one.RuntimeParams["client_encoding"] = "UTF8"              // that protocol wants it, whatever the database's is
	one.ConnectTimeout = connectTimeout
	for name, value := range sessionSettings {
		if _, set := one.RuntimeParams[name]; !set {
			one.RuntimeParams[name] = value
		}
	}
	first, err := pgx.ConnectConfig(ctx, one)
	if err != nil {
		return poolerRefusal(err)
	}
	defer func() { _ = first.Close(context.WithoutCancel(ctx)) }()
	splits, err := splitsSessions(ctx, first, one)
	switch {
	case err != nil:
		return wrapError("try a session", err)
	case splits:
		return ErrPoolerSplits
	}
	return checkSettingsHold(ctx, first, one.RuntimeParams)
}

// poolerRefusal is what an error of connecting means.
func poolerRefusal(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "08P01" && strings.Contains(said.Message, "startup parameter") {
		return ErrPoolerRefuses
	}
	return wrapError("connect", err)
}

// splitsSessions reports whether two connections that are both open have been the same session: what
// pools by transaction lends the one that is free, and what does not never does.
func splitsSessions(ctx context.Context, first *pgx.Conn, config *pgx.ConnConfig) (bool, error) {
	const tries = 4
	var seen []int
	for range tries {
		var one, two int
		if err := first.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&one); err != nil {
			return false, err
		}
		second, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return false, err
		}
		err = second.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&two)
		_ = second.Close(context.WithoutCancel(ctx))
		if err != nil {
			return false, err
		}
		if seen = append(seen, one); one == two || slices.ContainsFunc(seen, func(pid int) bool { return pid != seen[0] }) {
			return true, nil
		}
	}
	return false, nil
}

func checkSettingsHold(ctx context.Context, conn *pgx.Conn, wanted map[string]string) error {
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		var differs bool
		if err := conn.QueryRow(ctx, "SELECT current_setting('"+name+"')::interval = interval '0'").Scan(&differs); err != nil {
			return wrapError("read the settings of the session", err)
		}
		if isOff := wanted[name] == "0"; differs && !isOff {
			return fmt.Errorf("%w: %s is off", ErrPoolerForgets, name)
		}
	}
	return nil
}
