package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/app"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// logStart says in the log what the program runs with, and everything that check would complain
// of, so that nobody has to remember to run that. The log names nobody.
func (p *program) logStart(logger *slog.Logger, configFile string, s *app.Settings) {
	build := readBuild()
	_, until := s.Calendar.Coverage()
	var ladders []string
	for _, l := range s.Ladders {
		ladders = append(ladders, fmt.Sprintf("%s version %d", l.ID, l.Version))
	}
	about := []any{"version", build.Version, "commit", build.Commit, "database", describeDatabase(p.env(envDatabase)), "ladders", strings.Join(ladders, ", "),
		"calendar", s.Calendar.Version(), "calendar_until", until.String()}
	if d := s.Directory; d != nil {
		roles := map[directory.Role]bool{}
		for _, person := range d.People() {
			for _, role := range d.RolesOf(person.ID) {
				roles[role] = true
			}
		}
		about = append(about, "people", len(d.People()), "roles", len(roles), "teams", len(d.Teams()))
	}
	logger.Info("challengebot serves with", about...)
	for _, line := range p.findComplaints(configFile, s) {
		logger.Warn("check: " + line)
	}
}

// findComplaints is what check would say of these settings, but for the database, which is asked
// anyway. Who holds two places that exclude each other is counted and not named.
func (p *program) findComplaints(configFile string, s *app.Settings) []string {
	r := &checkReport{program: p, asJSON: true}
	r.checkCalendar(s.Calendar)
	r.checkLadders(s, filepath.Dir(configFile))
	r.checkCredentials(s)
	if s.Directory != nil {
		r.reportProblems(s.Directory.Warnings())
		r.checkVacancies(s)
		if n := len(ladder.FindConflicts(s.Directory, s.Ladders, s.Calendar.DateOf(p.now()))); n > 0 {
			r.warn("conflicts: %d; challengebot check names them", n)
		}
	}
	var complaints []string
	for _, line := range r.findings {
		if !strings.HasPrefix(line, "ok: ") {
			complaints = append(complaints, line)
		}
	}
	return complaints
}

// describeDatabase is where the database is and what it is called, without the password.
func describeDatabase(dsn string) string {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%s on %s:%d as %s", config.Database, config.Host, config.Port, config.User)
}
