package localpg

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Open uses the server that DATABASE_URL names and starts nothing; without DATABASE_URL it is
// [Start].
func Open(ctx context.Context) (*Server, error) {
	if url := os.Getenv("DATABASE_URL"); url != "" {
		return openURL(ctx, url)
	}
	return Start(ctx, nil)
}

func openURL(ctx context.Context, url string) (*Server, error) {
	if _, err := pgx.ParseConfig(url); err != nil {
		return nil, fmt.Errorf("localpg: DATABASE_URL cannot be read: %w", err)
	}
	if err := ping(ctx, url); err != nil {
		return nil, fmt.Errorf("localpg: DATABASE_URL is set, so no server was started; unset it to have one: %w", err)
	}
	return &Server{url: url}, nil
}

// DSN is the connection string of a database on this server. On a private server the user is the
// superuser "app", and "" stands for the database that every server has; on DATABASE_URL's server
// "" stands for the database that it names.
func (s *Server) DSN(database string) string {
	if s.dir == nil {
		return withDatabase(s.url, database)
	}
	if database == "" {
		database = "postgres"
	}
	// port, sslmode: not to be changed by a PGPORT or PGSSLMODE that happens to be set.
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable",
		quoteDSNValue(s.dir.socketDir), socketPort, superuser, quoteDSNValue(database))
}

// withDatabase changes the database in a connection string of either form.
func withDatabase(dsn, database string) string {
	if database == "" {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return dsn + " dbname=" + quoteDSNValue(database) // the last one counts
	}
	u.Path, u.RawPath = "/"+database, ""
	if q := u.Query(); q.Has("dbname") || q.Has("database") {
		q.Del("dbname")
		q.Del("database")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// quoteDSNValue quotes a value of a key=value connection string where it needs it.
func quoteDSNValue(v string) string {
	if v != "" && !strings.ContainsAny(v, ` '\`) {
		return v
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
}
