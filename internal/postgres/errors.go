package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"challengebot/internal/storage"
)

// Errors beside those of package storage. Neither passes by itself.
var (
	// ErrSchemaOutdated: the tables are missing or older than this program.
	ErrSchemaOutdated = errors.New("postgres: the schema does not fit")
	// ErrEncoding: the database is not UTF-8.
	ErrEncoding = errors.New("postgres: the database must be UTF-8")
)

// SQLSTATEs that mean something here.
const (
	guardFailed           = "CB001" // must_be, in the migrations
	uniqueViolation       = "23505"
	undefinedTable        = "42P01"
	insufficientPrivilege = "42501"
	readOnlyTransaction   = "25006"
	queryCanceled         = "57014" // statement_timeout, or somebody cancelled it
	lockNotAvailable      = "55P03" // lock_timeout
	serializationFailure  = "40001"
	deadlockDetected      = "40P01"
)

// StatementError is what PostgreSQL refused, told without its message, which may repeat values.
type StatementError struct {
	Operation  string // what the store was at
	SQLState   string
	Table      string
	Constraint string
}

// Error names the statement's purpose, the SQLSTATE and the constraint.
func (f *StatementError) Error() string {
	s := "postgres: " + f.Operation + ": SQLSTATE " + f.SQLState
	if f.Constraint != "" {
		s += " (constraint " + f.Constraint + " of " + f.Table + ")"
	}
	switch f.SQLState {
	case guardFailed:
		s += ": a challenge's row does not fit its document; run challengebot audit verify"
	case insufficientPrivilege:
		s += ": the login may not do this; make it a member of challengebot_app"
	}
	return s
}

// LogReason is its text, which holds no value.
func (f *StatementError) LogReason() string { return f.Error() }

// Is makes a failure that will pass a challenge.ErrUnavailable.
func (f *StatementError) Is(target error) bool {
	return target == storage.ErrUnavailable && isTransient(f.SQLState)
}

// wasUndoneForAnother reports whether the transaction was undone for the sake of another one that is
// over now: done again it goes through.
func wasUndoneForAnother(state string) bool {
	return state == serializationFailure || state == deadlockDetected
}

// isTransient reports whether the same statement may succeed later: the server is starting,
// stopping, full, read-only after a fail-over, or another transaction was in the way for too long.
func isTransient(state string) bool {
	switch state {
	case queryCanceled, lockNotAvailable, serializationFailure, deadlockDetected, readOnlyTransaction, "25P03", "57P01", "57P02", "57P03", "57P04", "57P05", "3D000":
		return true
	}
	return strings.HasPrefix(state, "08") || strings.HasPrefix(state, "53") || strings.HasPrefix(state, "58")
}

// connectionError is an error of the connection, not of a statement.
type connectionError struct {
	operation string
	cause     error
}

func (e *connectionError) Error() string {
	return fmt.Sprintf("postgres: %s: %v: %v", e.operation, storage.ErrUnavailable, e.cause)
}

// LogReason is its text, which holds no value.
func (e *connectionError) LogReason() string { return e.Error() }

func (e *connectionError) Unwrap() []error { return []error{storage.ErrUnavailable, e.cause} }

// wrapError turns an error of pgx into one of ours. It never repeats an argument or a message of
// the server.
func wrapError(operation string, err error) error {
	var pg *pgconn.PgError
	var ours *StatementError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours), errors.As(err, new(*connectionError)), errors.As(err, new(*unreadableError)), errors.Is(err, storage.ErrNotFound):
		return err
	case errors.As(err, &pg):
		return &StatementError{Operation: operation, SQLState: pg.Code, Table: pg.TableName, Constraint: pg.ConstraintName}
	case errors.Is(err, context.DeadlineExceeded):
		return &connectionError{operation, context.DeadlineExceeded}
	case errors.Is(err, context.Canceled):
		return &connectionError{operation, context.Canceled}
	case isConnectionLost(err):
		return &connectionError{operation, errors.New("no connection")}
	}
	// pgx puts arguments and columns into such errors, so only their kind is told.
	return fmt.Errorf("postgres: %s: unexpected error of type %T", operation, err)
}

func isConnectionLost(err error) bool {
	return errors.As(err, new(*pgconn.ConnectError)) || errors.As(err, new(net.Error)) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool)
}

// sqlState is the SQLSTATE of an error of pgx or of ours, or "".
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	var f *StatementError
	if errors.As(err, &f) {
		return f.SQLState
	}
	return ""
}

func violatesConstraint(err error, state, constraint string) bool {
	var f *StatementError
	return errors.As(err, &f) && f.SQLState == state && f.Constraint == constraint
}
