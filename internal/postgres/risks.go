package postgres

import (
	"context"
	"fmt"
)

// Whether this login is more than it needs to be, whether strangers could read along, and whether the
// server writes rows or what people typed into its own log.
const readRisksSQL = `SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), ` + canChangeTrail + `,
    inet_client_addr() IS NULL OR inet_client_addr() = inet_server_addr() OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
    current_setting('log_error_verbosity') <> 'terse',
    current_setting('log_parameter_max_length_on_error') <> '0',
    current_setting('log_parameter_max_length') <> '0' AND (current_setting('log_statement') IN ('mod', 'all')
        OR current_setting('log_min_duration_statement') <> '-1' OR current_setting('log_min_duration_sample') <> '-1'
        OR current_setting('log_transaction_sample_rate') <> '0')`

// ListRisks says in sentences what is unsafe about how the database is used: none if nothing is. A
// database that cannot be asked is an error.
func (s *Store) ListRisks(ctx context.Context) ([]string, error) {
	var login string
	var superuser, changesTrail, safeWay, rows, errorParameters, parameters bool
	if err := s.db.QueryRow(ctx, readRisksSQL).Scan(&login, &superuser, &changesTrail, &safeWay, &rows, &errorParameters, &parameters); err != nil {
		return nil, wrapError("read the rights and settings", err)
	}
	var risks []string
	say := func(is bool, format string, args ...any) {
		if is {
			risks = append(risks, fmt.Sprintf(format, args...))
		}
	}
	say(superuser, "the login %s is a superuser: it can do anything on the server; serve with a member of challengebot_app", login)
	say(changesTrail && !superuser, "the login %s could change the audit trail; serve with a login that is only a member of challengebot_app", login)
	say(!safeWay, "the connection is not encrypted; put sslmode=verify-full into DATABASE_URL")
	say(rows, "the server's log repeats whole rows with an error (log_error_verbosity); set it to terse for this database")
	say(errorParameters, "the server's log repeats what people typed with an error (log_parameter_max_length_on_error); set it to 0 for this database")
	say(parameters, "the server logs statements with what people typed (log_parameter_max_length, log_statement, log_min_duration_statement); set log_parameter_max_length to 0 for this database")
	return risks, nil
}
