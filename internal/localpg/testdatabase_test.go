package localpg

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

func createThingTable(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "create table thing as select 1 as n")
	return errors.Join(err, conn.Close(ctx))
}

// databaseURLOf is a private server's address in the form that DATABASE_URL has.
func databaseURLOf(s *Server, user string) string {
	return fmt.Sprintf("postgres://%s@/postgres?host=%s&port=%s", user, url.QueryEscape(s.dir.socketDir), socketPort)
}

// fakeT plays the T of a test that fails.
type fakeT struct {
	fatal    string
	cleanups []func()
}

func (s *fakeT) Helper()                      {}
func (s *fakeT) Cleanup(f func())             { s.cleanups = append(s.cleanups, f) }
func (s *fakeT) Errorf(f string, args ...any) { s.fatal = fmt.Sprintf(f, args...) }
func (s *fakeT) Fatalf(f string, args ...any) { s.fatal = fmt.Sprintf(f, args...); runtime.Goexit() }

// fatalMessage is the message with which a test fails at once, "" when it does not.
func fatalMessage(test func(t T)) string {
	t := &fakeT{}
	done := make(chan struct{})
	go func() { defer close(done); test(t) }()
	<-done
	for _, f := range t.cleanups {
		f()
	}
	return t.fatal
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	var migrations atomic.Int32
	migrate := func(ctx context.Context, dsn string) error {
		migrations.Add(1)
		return createThingTable(ctx, dsn)
	}
	fingerprint := "own " + sha256Hex(t.Name(), 4)
	var names sync.Map
	t.Run("clones", func(t *testing.T) {
		for i := range 6 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				dsn := NewTestDatabase(t, fingerprint, migrate)
				execSQL(t, dsn, "update thing set n = n + 1")
				if got := queryValue[int](t, dsn, "select n from thing"); got != 2 {
					t.Errorf("got %d, want 2: another test wrote here", got)
				}
				if _, taken := names.LoadOrStore(queryValue[string](t, dsn, "select current_database()"), true); taken {
					t.Error("two tests share a database")
				}
			})
		}
	})
	if n := migrations.Load(); n > 1 { // 0 when DATABASE_URL's server has the template from an earlier run
		t.Errorf("migrated %d times", n)
	}
	c, err := sharedCloner()
	check(t, err)
	names.Range(func(name, _ any) bool {
		if queryValue[bool](t, c.server.DSN(""), fmt.Sprintf("select exists (select from pg_database where datname = '%s')", name)) {
			t.Errorf("the database %s is still there", name)
		}
		return true
	})
}

func TestConnectionLeftOpenDoesNotKeepTheDatabase(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	c, err := newCloner(t.Context(), s)
	check(t, err)
	var left *pgx.Conn
	if msg := fatalMessage(func(ft T) {
		left, err = pgx.Connect(t.Context(), c.newTestDatabase(ft, "v1", createThingTable))
		check(t, err)
	}); msg != "" {
		t.Errorf("the test failed: %s", msg)
	}
	if err := left.Ping(t.Context()); err == nil {
		t.Error("the database is still there")
	}
}

func TestFailedMigrationFailsEveryTestThatNeedsIt(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	c, err := newCloner(t.Context(), s)
	check(t, err)
	runs := 0
	broken := func(context.Context, string) error { runs++; return errors.New("no such column") }
	gone := func(context.Context, string) error { runtime.Goexit(); return nil }
	for range 2 {
		if msg := fatalMessage(func(t T) { c.newTestDatabase(t, "broken", broken) }); !strings.Contains(msg, "no such column") {
			t.Errorf("failed with %q", msg)
		}
	}
	if runs != 1 {
		t.Errorf("migrated %d times, want once", runs)
	}
	fatalMessage(func(t T) { c.newTestDatabase(t, "gone", gone) })
	if msg := fatalMessage(func(t T) { c.newTestDatabase(t, "gone", gone) }); !strings.Contains(msg, "did not return") {
		t.Errorf("failed with %q", msg)
	}
}

// Several processes on one server, as with DATABASE_URL: each cloner stands for a process.
func TestProcessesOnOneServerMigrateOnceAndDoNotClash(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	external, err := openURL(t.Context(), databaseURLOf(s, superuser))
	check(t, err)
	var migrations atomic.Int32
	migrate := func(ctx context.Context, dsn string) error {
		migrations.Add(1)
		return createThingTable(ctx, dsn)
	}
	t.Run("processes", func(t *testing.T) {
		for i := range 4 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				c, err := newCloner(t.Context(), external)
				check(t, err)
				for range 3 {
					dsn := c.newTestDatabase(t, "shared", migrate)
					execSQL(t, dsn, "update thing set n = n + 1")
					if got := queryValue[int](t, dsn, "select n from thing"); got != 2 {
						t.Errorf("got %d, want 2", got)
					}
				}
			})
		}
	})
	if n := migrations.Load(); n != 1 {
		t.Errorf("migrated %d times, want once", n)
	}
}

func TestDatabasesOfDeadProcessesAreDroppedAndThoseOfLivingOnesKept(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	databases := func() string {
		return queryValue[string](t, s.DSN(""), `select coalesce(string_agg(substr(datname, 18, 1), '' order by datname), '')
			from pg_database where starts_with(datname, 'localpg_')`)
	}
	process := func(fingerprint string) *cloner {
		c, err := newCloner(t.Context(), s)
		check(t, err)
		// Its cleanups never run: it will be killed.
		if msg := fatalWithoutCleanup(func(t T) { c.newTestDatabase(t, fingerprint, createThingTable) }); msg != "" {
			t.Fatal(msg)
		}
		return c
	}
	dead, living := process("old"), process("living")
	if got := databases(); got != "cctt" {
		t.Fatalf("databases %q, want two copies and two templates", got)
	}
	// Terminating the connection that holds the locks is what a killed process amounts to, and is
	// done when it returns.
	execSQL(t, s.DSN(""), fmt.Sprintf("select pg_terminate_backend(%d, 10000)", dead.lockConn.PgConn().PID()))
	process("new")
	if got := databases(); got != "cctt" {
		t.Errorf("databases %q, want those of the living and the new one", got)
	}
	if msg := fatalMessage(func(t T) { living.newTestDatabase(t, "living", createThingTable) }); msg != "" {
		t.Errorf("the living process was disturbed: %s", msg)
	}
}

func fatalWithoutCleanup(test func(t T)) string {
	t := &fakeT{}
	done := make(chan struct{})
	go func() { defer close(done); test(t) }()
	<-done
	return t.fatal
}

func TestHalfMadeTemplateIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	first, err := newCloner(t.Context(), s)
	check(t, err)
	half := func(ctx context.Context, dsn string) error {
		return errors.Join(createThingTable(ctx, dsn), errors.New("killed here"))
	}
	if msg := fatalMessage(func(t T) { first.newTestDatabase(t, "v1", half) }); msg == "" {
		t.Fatal("the migration did not fail")
	}
	check(t, first.lockConn.Close(t.Context()))
	second, err := newCloner(t.Context(), s)
	check(t, err)
	if got := queryValue[int](t, second.newTestDatabase(t, "v1", createThingTable), "select n from thing"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestUserWithoutCREATEDBIsToldSo(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	execSQL(t, s.DSN(""), "create role poor login")
	external, err := openURL(t.Context(), databaseURLOf(s, "poor"))
	check(t, err)
	c, err := newCloner(t.Context(), external)
	check(t, err)
	if msg := fatalMessage(func(t T) { c.newTestDatabase(t, "v1", createThingTable) }); !strings.Contains(msg, "CREATEDB") {
		t.Errorf("failed with %q, want a word on CREATEDB", msg)
	}
	execSQL(t, s.DSN(""), "create role rich login createdb")
	external, err = openURL(t.Context(), databaseURLOf(s, "rich"))
	check(t, err)
	c, err = newCloner(t.Context(), external)
	check(t, err)
	if got := queryValue[int](t, c.newTestDatabase(t, "v1", createThingTable), "select n from thing"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestOpenUsesDATABASE_URLAndStartsNothing(t *testing.T) {
	s := startTestServer(t, nil)
	t.Setenv("DATABASE_URL", databaseURLOf(s, superuser))
	opened, err := Open(t.Context())
	check(t, err)
	if got := queryValue[int](t, opened.DSN(""), "select 1"); got != 1 || opened.Dir() != "" {
		t.Errorf("got %d in %q", got, opened.Dir())
	}
	check(t, opened.Stop())
	if got := queryValue[int](t, s.DSN(""), "select 1"); got != 1 {
		t.Error("Stop stopped a server that is not ours")
	}
	check(t, s.Stop())
	for _, bad := range []string{databaseURLOf(s, superuser), "postgres://x:secret@%zz"} {
		t.Setenv("DATABASE_URL", bad)
		if _, err := Open(t.Context()); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") || strings.Contains(err.Error(), "secret") {
			t.Errorf("a server that does not answer: %v", err)
		}
	}
}

func TestDSNNamesTheDatabase(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ url, database, want string }{
		{"postgres://u:p@h:1/old?sslmode=require", "new", "new"},
		{"postgres://u:p@h:1/old?sslmode=require", "", "old"},
		{"postgresql://u@h", "a b", "a b"},
		{"postgres://u@h/old?dbname=older&sslmode=disable", "new", "new"},
		{"host=h user=u dbname=old", "new", "new"},
		{"host=h user=u dbname=old", `it's \`, `it's \`},
		{"host=h user=u", "", "u"},
	} {
		c, err := pgx.ParseConfig((&Server{url: tc.url}).DSN(tc.database))
		if err != nil {
			t.Errorf("%s with %q: %v", tc.url, tc.database, err)
			continue
		}
		got := c.Database
		if got == "" {
			got = c.User // PostgreSQL's own default
		}
		if got != tc.want || c.Host != "h" || c.User != "u" {
			t.Errorf("%s with %q: database %q at %s as %s, want %q", tc.url, tc.database, got, c.Host, c.User, tc.want)
		}
	}
}

// BenchmarkTestDatabase is what a test pays for a database of its own, dropping it included.
func BenchmarkTestDatabase(b *testing.B) {
	c, err := sharedCloner()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if msg := fatalMessage(func(t T) { c.newTestDatabase(t, "benchmark", createThingTable) }); msg != "" {
			b.Fatal(msg)
		}
	}
}

// BenchmarkStart is what a test process pays for its server.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
