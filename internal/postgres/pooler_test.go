package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What a real pgbouncer does is tried by go run ./.ci/pgbouncer.
func TestASessionThatTheStoreCanWorkInIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := CheckPooler(t.Context(), w.dsn); err != nil {
		t.Errorf("PostgreSQL itself: %v", err)
	}
	if err := CheckPooler(t.Context(), w.dsn+" statement_timeout=0"); err != nil {
		t.Errorf("a limit that the administrator took away: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if err := checkSettingsHold(t.Context(), conn, sessionSettings); !errors.Is(err, ErrPoolerForgets) {
		t.Errorf("a session without limits: %v", err)
	}
	for _, c := range []struct {
		said pgconn.PgError
		want bool
	}{
		{pgconn.PgError{Code: "08P01", Message: "unsupported startup parameter: statement_timeout"}, true},
		{pgconn.PgError{Code: "08P01", Message: "no such user"}, false},
		{pgconn.PgError{Code: "28P01", Message: "unsupported startup parameter"}, false},
	} {
		if err := poolerRefusal(&c.said); errors.Is(err, ErrPoolerRefuses) != c.want {
			t.Errorf("%s %s: %v", c.said.Code, c.said.Message, err)
		}
	}
}
