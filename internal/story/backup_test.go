package story

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// backup is a database as one snapshot showed it.
type backup struct {
	tables    map[string][]byte // rows as COPY writes them
	sequences map[string]int64
}

const (
	listTablesSQL    = `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'`
	listSequencesSQL = `SELECT quote_ident(sequencename), coalesce(last_value, 1) FROM pg_sequences WHERE schemaname = 'public'`
)

// takeBackup reads a database as pg_dump does: every table in one snapshot, while others write.
func takeBackup(ctx context.Context, dsn string) (b backup, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return b, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return b, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
	rows, err := tx.Query(ctx, listTablesSQL)
	if err != nil {
		return b, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return b, err
	}
	b = backup{tables: map[string][]byte{}, sequences: map[string]int64{}}
	for _, table := range tables {
		var rows bytes.Buffer
		if _, err := conn.PgConn().CopyTo(ctx, &rows, "COPY "+table+" TO STDOUT"); err != nil {
			return b, fmt.Errorf("the table %s: %w", table, err)
		}
		b.tables[table] = rows.Bytes()
	}
	rows, err = tx.Query(ctx, listSequencesSQL)
	if err != nil {
		return b, err
	}
	var name string
	var last int64
	_, err = pgx.ForEachRow(rows, []any{&name, &last}, func() error { b.sequences[name] = last; return nil })
	return b, err
}

// restore puts the backup into a database with the same tables.
func (b backup) restore(t *testing.T, dsn string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("SET session_replication_role = replica") // rows come in no order
	for table := range b.tables {
		exec("TRUNCATE " + table + " CASCADE")
	}
	for table, rows := range b.tables {
		if _, err := conn.PgConn().CopyFrom(t.Context(), bytes.NewReader(rows), "COPY "+table+" FROM STDIN"); err != nil {
			t.Fatalf("the table %s: %v", table, err)
		}
	}
	for sequence, last := range b.sequences {
		exec("SELECT setval($1::regclass, $2)", sequence, last)
	}
}
