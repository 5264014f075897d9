package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "app"
	// socketPort only names the socket file (.s.PGSQL.5432); no port is opened.
	socketPort = "5432"
)

// Server is a PostgreSQL that answered: either a private one, or the one that DATABASE_URL names.
type Server struct {
	url string // set: DATABASE_URL's server, and every field below is empty

	dir    *serverDir
	keeper *keeper
}

// Start starts a private server (Unix socket only) in a directory that is removed with it, and
// returns once it answers. The server dies with this process, also after kill -9. ctx bounds the
// start, not the server's life. log receives the server's log lines as they come; nil drops them.
// The last of them are part of any start error.
func Start(ctx context.Context, log io.Writer) (*Server, error) {
	return startServer(ctx, log, defaultSearch())
}

func startServer(ctx context.Context, log io.Writer, m programSearch) (*Server, error) {
	who, err := chooseAccount()
	if err != nil {
		return nil, err
	}
	dir, err := acquireDir(who)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.bringUp(ctx, newServerLog(log), m, who); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) bringUp(ctx context.Context, log *serverLog, m programSearch, who *account) error {
	bin, err := findPrograms(ctx, m, who)
	if err != nil {
		return err
	}
	if err := s.initCluster(ctx, bin, who); err != nil {
		return err
	}
	// The postgres program itself, not pg_ctl, which would leave a daemon with no parent.
	server := append([]string{bin.program("postgres")}, s.serverArgs()...)
	if s.keeper, err = startKeeper(s.dir, who, log, server...); err != nil {
		return err
	}
	select {
	case <-log.ready:
	case <-s.keeper.exited:
		return fmt.Errorf("localpg: PostgreSQL %s gave up while starting in %s; its last words: %s", bin.version, s.dir.path, log.lastLogLines())
	case <-ctx.Done():
		return fmt.Errorf("localpg: PostgreSQL did not get ready in %s: %w; its last words: %s", s.dir.path, ctx.Err(), log.lastLogLines())
	}
	return ping(ctx, s.DSN(""))
}

func (s *Server) initCluster(ctx context.Context, bin installation, who *account) error {
	cmd := serverCommand(exec.CommandContext(ctx, bin.program("initdb"), "-D", s.dir.clusterPath(), "-U", superuser,
		"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=1"), s.dir, who)
	output, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	hint := ""
	if strings.Contains(string(output), "could not look up effective user ID") {
		hint = " (this user id has no account entry: add one to /etc/passwd, or set DATABASE_URL)"
	}
	return fmt.Errorf("localpg: initdb of PostgreSQL %s as %s in %s: %w%s: %s", bin.version, who.name, s.dir.path,
		errors.Join(err, ctx.Err()), hint, joinLastLines(string(output)))
}

func (s *Server) serverArgs() []string {
	args := []string{"-D", s.dir.clusterPath(), "-k", s.dir.socketDir, "-p", socketPort}
	for _, setting := range []string{
		"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "timezone=UTC", "jit=off",
		// In files of the cluster, not in /dev/shm, where a killed server would leave them.
		"dynamic_shared_memory_type=mmap",
		// Ready is read off the log; statements and row values (DETAIL lines) may hold names and
		// stay out of it.
		"log_destination=stderr", "logging_collector=off", "lc_messages=C", "log_timezone=UTC", "log_min_messages=warning",
		"log_error_verbosity=terse", "log_min_error_statement=panic", "log_statement=none",
		// Nobody will miss the data after a power cut.
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"autovacuum=off", "max_wal_size=1GB",
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// Dir is the private server's directory; empty for DATABASE_URL's server.
func (s *Server) Dir() string {
	if s.dir == nil {
		return ""
	}
	return s.dir.path
}

// Stop ends the server and removes its directory. It does nothing to DATABASE_URL's server. Every
// call but the first finds nothing left to do.
func (s *Server) Stop() error {
	if s.dir == nil {
		return nil
	}
	if s.keeper != nil {
		if err := s.keeper.stop(); err != nil {
			return err
		}
	}
	return s.dir.release()
}

func ping(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("localpg: the server does not answer: %w", err)
	}
	return conn.Close(ctx)
}
