package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/challenge"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

type checkCommand struct {
	Config string `required:"" placeholder:"FILE" help:"The configuration file."`
	Live   bool   `help:"Ask Teams too: whether the bot can write to everybody, and is in every channel. Nothing is sent to anybody."`
	JSON   bool   `name:"json" help:"Print what was found as JSON."`
}

// Run reads everything that serve would read and says what is missing. Whatever
// would fail a child's case is an error; what will need care soon is a warning.
func (c *checkCommand) Run(p *program) error {
	r := &checkReport{program: p, asJSON: c.JSON}
	settings, err := app.ReadSettings(p.ctx, c.Config, p.env(envSecret))
	if err != nil {
		problems := yamlfile.ProblemsOf(err)
		if len(problems) == 0 {
			return err
		}
		r.reportProblems(problems)
		return r.finish()
	}
	d := settings.Directory
	r.ok("configuration: %s", c.Config)
	r.ok("directory: %s, %s, %s", english.CountOf(len(d.People()), "person", "people"), english.Count(len(d.Teams()), "team"), english.CountOf(len(d.Agencies()), "partner agency", "partner agencies"))
	r.reportProblems(d.Warnings())
	r.checkCalendar(settings.Calendar)
	r.checkLadders(settings, filepath.Dir(c.Config))
	r.checkVacancies(settings)
	r.checkConflicts(settings)
	r.checkCredentials(settings)
	r.checkPages(settings)
	r.checkDatabase(settings)
	if c.Live {
		r.checkTeams(settings)
	}
	return r.finish()
}

// checkReport prints what was found, line by line, and counts it.
type checkReport struct {
	*program
	errorCount, warningCount int
	asJSON                   bool
	findings                 []string
	live                     *app.LiveReport
}

// printLine prints one finding, or keeps it for the JSON.
func (r *checkReport) printLine(format string, args ...any) {
	if r.asJSON {
		r.findings = append(r.findings, fmt.Sprintf(format, args...))
		return
	}
	r.printf(format+"\n", args...)
}

func (r *checkReport) ok(format string, args ...any) { r.printLine("ok: "+format, args...) }

func (r *checkReport) warn(format string, args ...any) {
	r.warningCount++
	r.printLine("warning: "+format, args...)
}

func (r *checkReport) fail(format string, args ...any) {
	r.errorCount++
	r.printLine("error: "+format, args...)
}

func (r *checkReport) reportProblems(ps yamlfile.Problems) {
	ps.Sort()
	for _, one := range ps {
		if one.Severity == yamlfile.SeverityError {
			r.errorCount++
		} else {
			r.warningCount++
		}
		r.printLine("%s", one.Error())
	}
}

func (r *checkReport) finish() error {
	if r.asJSON {
		if err := r.printJSON(); err != nil {
			return err
		}
	} else {
		r.printf("%s, %s\n", english.Count(r.errorCount, "error"), english.Count(r.warningCount, "warning"))
	}
	if r.errorCount > 0 {
		return reportedError{exitWrong}
	}
	return nil
}

// minCalendarMonths is how far ahead the calendar must reach without a word being said.
const minCalendarMonths = 12 // months

func (r *checkReport) checkCalendar(c *workday.Calendar) {
	_, until := c.Coverage()
	now := r.now()
	switch {
	case until < c.DateOf(now):
		r.fail("calendar: it ended on %s; no due date can be worked out. Install a newer version of the program, or set calendar.coverage_until", until.FormatLong())
	case until < c.DateOf(now.AddDate(0, minCalendarMonths, 0)):
		r.warn("calendar: it ends on %s, in less than %d months. Install a newer version of the program by then", until.FormatLong(), minCalendarMonths)
	default:
		r.ok("calendar: %s, until %s, %s", c.Settings().Division, until.FormatLong(), calendarSource(c))
	}
}

// calendarSource says where the calendar's holidays come from.
func calendarSource(c *workday.Calendar) string {
	_, until := c.Coverage()
	_, official := c.OfficialCoverage()
	if until <= official {
		return "by the official list of bank holidays"
	}
	return fmt.Sprintf("by the official list of bank holidays to %s and the rules of rickar/cal after it, which agree with the list on each of its days",
		official.FormatLong())
}

// checkLadders lints each ladder as lint does, against the calendar.
func (r *checkReport) checkLadders(s *app.Settings, dir string) {
	known := ladder.LintContext{Calendar: s.Calendar, Today: s.Calendar.DateOf(r.now()), PlayTests: simulation.PlayTests}
	for i, name := range s.Config.Ladders {
		file, text, err := readLadderText(resolveLadderPath(dir, name))
		if err != nil {
			r.fail("ladder: %v", err)
			continue
		}
		problems := yamlfile.Problems(ladder.Lint(file, text, known))
		r.reportProblems(problems)
		if len(problems.Errors()) == 0 {
			r.ok("ladder: %s, %s", s.Ladders[i].ID, english.Count(len(s.Ladders[i].Rungs), "rung"))
		}
	}
}

// resolveLadderPath is a file beside the configuration; a shipped ladder's id stays as it is.
func resolveLadderPath(dir, name string) string {
	if filepath.IsAbs(name) || !strings.ContainsAny(name, `./\`) {
		return name
	}
	return filepath.Join(dir, name)
}

// checkVacancies looks in every team for everybody whom the ladders need.
func (r *checkReport) checkVacancies(s *app.Settings) {
	uses := []directory.RoleNeed{{Role: directory.RoleOversight, Why: "is shown whatever stalls", NeedsAccount: true}}
	var raisers []directory.Role
	for _, l := range s.Ladders {
		for _, u := range l.RolesNeeded() {
			need := u.RoleNeed
			need.Why += " of " + l.ID
			uses = append(uses, need)
		}
		raisers = append(raisers, l.RaiserRoles()...)
	}
	vacant := s.Directory.CheckVacancies(uses, raisers...)
	r.reportProblems(vacant)
	if len(vacant) == 0 {
		r.ok("roles: every role of every ladder is held in every team")
	}
}

// checkConflicts looks for people who hold two places that one challenge needs two people for.
func (r *checkReport) checkConflicts(s *app.Settings) {
	found := ladder.FindConflicts(s.Directory, s.Ladders, s.Calendar.DateOf(r.now()))
	for _, c := range found {
		r.warn("conflicts: %s. %s", c.What, c.Hint)
	}
	if len(found) == 0 {
		r.ok("conflicts: nobody holds two places that exclude each other")
	}
}

// secretExpiryWarning is how long before the end of a secret a word is said.
const secretExpiryWarning = 30 * 24 * time.Hour

func (r *checkReport) checkCredentials(s *app.Settings) {
	platform, err := s.Config.BuildPlatform(r.env(envSecret))
	if err != nil {
		r.fail("credentials: %v", err)
		return
	}
	end, known := connector.SecretExpiry(platform.Credential)
	switch {
	case s.Config.Practice != nil:
		r.warn("credentials: this is practice mode; it knows no credentials and no real Teams")
	case known && !end.After(r.now()):
		r.fail("credentials: they ended on %s, and Teams takes nothing from the bot. Make new ones in Azure", workday.DateOf(end).FormatLong())
	case known && end.Sub(r.now()) < secretExpiryWarning:
		r.warn("credentials: they end on %s. Make new ones in Azure before", workday.DateOf(end).FormatLong())
	default:
		r.ok("credentials: they are there")
	}
}

// checkPages says whether the pages, if there are any, can sign people in.
func (r *checkReport) checkPages(s *app.Settings) {
	switch signIn, err := s.PagesOptions(r.env(envPagesSecret)); {
	case err != nil:
		r.fail("pages: %v", err)
	case signIn != nil:
		r.ok("pages: %s, signed in to by %s", signIn.PublicURL, signIn.Issuer)
	}
}

func (r *checkReport) checkDatabase(s *app.Settings) {
	if r.env(envDatabase) == "" {
		r.warn("database: DATABASE_URL is not set, so the database was not looked at")
		return
	}
	store, err := r.openDatabase()
	if err != nil {
		r.fail("database: %v", err)
		return
	}
	defer store.Close()
	ready := store.CheckReady(r.ctx)
	err = postgres.CheckPooler(r.ctx, r.env(envDatabase))
	if errors.Is(ready, postgres.ErrEncoding) || err == nil { // no pooler is the cause of the first
		err = ready
	}
	if err != nil {
		r.fail("database: %v", err)
		return
	}
	sum, err := store.CountOverdue(r.ctx, r.now(), overdueGrace)
	switch {
	case err != nil:
		r.fail("database: %v", err)
	case sum.Challenges > 0:
		r.fail("database: %s past their time and nothing happened: is the bot serving?", english.Count(sum.Challenges, "challenge"))
	default:
		r.ok("database: it answers, its tables are current and it can be written")
	}
	risks, err := store.ListRisks(r.ctx)
	if err != nil {
		r.fail("database: %v", err)
		return
	}
	for _, risk := range risks {
		r.warn("database: %s", risk)
	}
	bound, err := store.ListNoticeChannels(r.ctx)
	if err != nil {
		r.fail("database: %v", err)
		return
	}
	r.checkNoticeChannels(s.Directory, bound)
	r.checkMovedDates(s, store)
}

// maxMovedDates is how many dates are listed before the rest is counted.
const maxMovedDates = 20

// checkMovedDates lists the due times that this calendar of working days would move: those of
// challenges that were counted by another.
func (r *checkReport) checkMovedDates(s *app.Settings, store openChallenges) {
	moved := 0
	err := store.EachOpen(r.ctx, func(c challenge.Snapshot) {
		was, now, isMoved := c.ForecastRecount(challenge.Env{Now: r.now(), Calendar: s.Calendar, Ladder: c.Ladder, Directory: s.Directory})
		if !isMoved {
			return
		}
		if moved++; moved <= maxMovedDates {
			r.warn("dates: %s is due on %s at %s by the calendar it was counted with, and on %s at %s by this one: it moves when the bot starts with it",
				c.Challenge.Ref, s.Calendar.DateOf(was).FormatLong(), was.In(s.Calendar.Location()).Format("15:04"),
				s.Calendar.DateOf(now).FormatLong(), now.In(s.Calendar.Location()).Format("15:04"))
		}
	})
	if moved > maxMovedDates {
		r.warn("dates: %s more move with this calendar", english.CountOf(moved-maxMovedDates, "date", "dates"))
	}
	if err != nil {
		r.fail("dates: not every open challenge could be read: %v", err)
	}
}

// openChallenges is what the check asks of the store.
type openChallenges interface {
	EachOpen(ctx context.Context, each func(challenge.Snapshot)) error
}

// checkNoticeChannels says which channels were chosen in Teams, since those come before the file's.
func (r *checkReport) checkNoticeChannels(d *directory.Directory, bound []directory.NoticeChannelSetting) {
	for _, n := range bound {
		kind, id, _ := strings.Cut(string(n.Unit), ":")
		_, team := d.TeamByID(id)
		service := slices.ContainsFunc(d.Services(), func(s directory.Service) bool { return s.ID == id })
		if kind == "team" && !team || kind == "service" && !service {
			r.warn("notices: a channel was chosen for the %s %q, which the directory no longer lists", kind, id)
			continue
		}
		r.ok("notices: of the %s %q in %s, chosen in Teams with /notices, in the place of the directory's", kind, id, n.ChannelID)
	}
}

// overdueGrace is how long the engine may take for what is due.
const overdueGrace = 5 * time.Minute
