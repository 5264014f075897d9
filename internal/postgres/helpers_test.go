package postgres

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// asJSON is how a value is stored, for comparing.
func asJSON(t testing.TB, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// openCounting opens a store of one connection whose round trips are counted.
func (w *world) openCounting(counter *roundTrips) *Store {
	w.T.Helper()
	config, err := pgxpool.ParseConfig(w.dsn)
	w.Must(err)
	config.MaxConns = 1
	config.ConnConfig.Tracer = counter
	s, err := openStore(w.T.Context(), config)
	w.Must(err)
	w.T.Cleanup(s.Close)
	return s
}

// openAsServer opens a store as a login of production would be: with the rights of challengebot_app
// and no others.
func (w *world) openAsServer() *Store {
	w.T.Helper()
	config, err := pgxpool.ParseConfig(w.dsn)
	w.Must(err)
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET ROLE challengebot_app")
		return err
	}
	s, err := openStore(w.T.Context(), config)
	w.Must(err)
	w.T.Cleanup(s.Close)
	return s
}
