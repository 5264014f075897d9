// Command pgbouncer tries the bot behind a pgbouncer: what check says of each way of pooling, and
// that the demonstration's database work goes through where it says that all is well. It needs the
// pgbouncer of the distribution, and starts and ends a PostgreSQL and the pgbouncers itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/localpg"
	"challengebot/internal/postgres"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	ignoring = "ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout\n"
	perLogin = "ALTER ROLE app SET statement_timeout = '10s'; ALTER ROLE app SET lock_timeout = '5s'; ALTER ROLE app SET idle_in_transaction_session_timeout = '30s'"
)

func run(ctx context.Context) (err error) {
	server, err := localpg.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	direct := server.DSN("postgres")
	if err := postgres.Migrate(ctx, direct); err != nil {
		return err
	}
	config, err := pgx.ParseConfig(direct)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name, settings, sql string
		want                error
	}{
		{"no pgbouncer", "", "", nil},
		{"session, as it is installed", "pool_mode = session\n", "", postgres.ErrPoolerRefuses},
		{"session, settings dropped", "pool_mode = session\n" + ignoring, "", postgres.ErrPoolerForgets},
		{"transaction", "pool_mode = transaction\n" + ignoring, "", postgres.ErrPoolerSplits},
		{"session, settings of the login", "pool_mode = session\n" + ignoring, perLogin, nil},
		{"transaction, settings of the login", "pool_mode = transaction\n" + ignoring, perLogin, postgres.ErrPoolerSplits},
	} {
		dsn, stop := direct, func() error { return nil }
		if c.sql != "" {
			if err := execute(ctx, direct, c.sql); err != nil {
				return err
			}
		}
		if c.settings != "" {
			if dsn, stop, err = startPooler(ctx, config, c.settings); err != nil {
				return err
			}
		}
		got := postgres.CheckPooler(ctx, dsn)
		if got == nil {
			got = work(ctx, dsn)
		}
		if err := stop(); err != nil {
			return err
		}
		if !errors.Is(got, c.want) || c.want == nil && got != nil {
			return fmt.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		fmt.Printf("%s: %s\n", c.name, sayResult(got))
	}
	return nil
}

func sayResult(err error) string {
	if err == nil {
		return "works"
	}
	return "refused: " + err.Error()
}

func execute(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// work is what the store needs of a connection: prepared statements twice, and news that arrive.
func work(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	store, err := postgres.Open(ctx, dsn, postgres.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	for range 3 {
		if err := store.CheckReady(ctx); err != nil {
			return err
		}
	}
	listening, stop := context.WithCancel(ctx)
	woken := make(chan struct{}, 10)
	ended := make(chan error, 1)
	go func() { ended <- store.Listen(listening, func() { woken <- struct{}{} }) }()
	defer func() { stop(); <-ended }()
	<-woken // it listens
	if err := execute(ctx, dsn, "NOTIFY challengebot"); err != nil {
		return err
	}
	select {
	case <-woken:
		return nil
	case err := <-ended:
		ended <- nil
		return fmt.Errorf("listening ended: %w", err)
	case <-ctx.Done():
		return errors.New("no news came")
	}
}

// startPooler starts a pgbouncer before the server. Root gives it to the user postgres.
func startPooler(ctx context.Context, server *pgx.ConnConfig, settings string) (dsn string, stop func() error, err error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		return "", nil, errors.New("pgbouncer is not installed: apt-get install pgbouncer")
	}
	dir, err := os.MkdirTemp("", "pgb")
	if err != nil {
		return "", nil, err
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		return "", nil, err
	}
	file := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=%s port=%d user=%s\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = %s\nlisten_port = 6432\nauth_type = any\n%s",
		server.Host, server.Port, server.User, dir, settings)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", nil, err
	}
	args := []string{file}
	if os.Geteuid() == 0 {
		args = []string{"-u", "postgres", file}
	}
	pooler := exec.CommandContext(ctx, program, args...)
	var log strings.Builder
	pooler.Stderr = &log
	if err := pooler.Start(); err != nil {
		return "", nil, err
	}
	dsn = fmt.Sprintf("host=%s port=6432 user=%s dbname=%s", dir, server.User, server.Database)
	for range 50 { // until its socket is there
		if _, err := os.Stat(filepath.Join(dir, ".s.PGSQL.6432")); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return dsn, func() error {
		kill := pooler.Process.Kill()
		_ = pooler.Wait() // it was killed
		return errors.Join(kill, os.RemoveAll(dir))
	}, nil
}
