package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/safetext"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// Config is the one configuration file. Secrets are not in it: they come from the
// environment, DATABASE_URL and CHALLENGEBOT_APP_PASSWORD.
type Config struct {
	// Listen is the address to serve on, behind the authority's TLS.
	Listen string `yaml:"listen"`
	// AppID and Tenant are GUIDs: the bot's registration and the authority's.
	AppID  string `yaml:"app_id"`
	Tenant string `yaml:"tenant"`
	// Cloud is the Teams cloud of the registration; the public one if left out.
	Cloud string `yaml:"cloud,omitempty"`
	// ServiceURL is where first messages go, where that is not the cloud's usual place.
	ServiceURL string `yaml:"service_url,omitempty"`
	// Credential is how the bot proves who it is.
	Credential *CredentialConfig `yaml:"credential,omitempty"`
	// Directory is the file of people, teams and roles.
	Directory string `yaml:"directory"`
	// Ladders are the ids of shipped ladders, or files.
	Ladders []string `yaml:"ladders"`
	// DangerLine is what stands on the form and the help after "Call 999": whom to call then.
	DangerLine string `yaml:"danger_line,omitempty"`
	// Calendar is where the authority is and when it works.
	Calendar CalendarConfig `yaml:"calendar"`
	// Pages, if given, serves the register as pages to whoever signs in.
	Pages *PagesConfig `yaml:"pages,omitempty"`
	// Allow names what is refused unless it is meant: see Permissions.
	Allow []Permission `yaml:"allow,omitempty"`
	// Practice, if given, speaks to a practice Teams on loopback in place of
	// Microsoft's. It is for trying out and for tests.
	Practice *PracticeConfig `yaml:"practice,omitempty"`
}

// CalendarConfig is the working-day calendar.
type CalendarConfig struct {
	Division        workday.Division   `yaml:"division"`
	Zone            string             `yaml:"zone,omitempty"`
	DayStarts       workday.TimeOfDay  `yaml:"day_starts,omitempty"`
	Cutoff          workday.TimeOfDay  `yaml:"cutoff,omitempty"`
	DayEnds         workday.TimeOfDay  `yaml:"day_ends,omitempty"`
	Weekend         []string           `yaml:"weekend,omitempty"`
	Closures        []ClosureConfig    `yaml:"closures,omitempty"`
	ExtraHolidays   []workday.NamedDay `yaml:"extra_holidays,omitempty"`
	RemovedHolidays []workday.NamedDay `yaml:"removed_holidays,omitempty"`
	CoverageUntil   workday.Date       `yaml:"coverage_until,omitempty"`
}

// ClosureConfig is a run of days, both ends included, on which the authority does not work. It may
// begin at a time of its first day, which then ends at that time; without a last day it is that
// day alone.
type ClosureConfig struct {
	From workday.ClosureStart `yaml:"from"`
	To   workday.Date         `yaml:"to,omitempty"`
	Name string               `yaml:"name"`
}

// PracticeConfig says where the practice Teams is.
type PracticeConfig struct {
	ServiceURL  string `yaml:"service_url"`
	MetadataURL string `yaml:"metadata_url"`
	TokenURL    string `yaml:"token_url"`
	Issuer      string `yaml:"issuer"`
	// GraphURL is where a practice Graph is, for a directory that names groups of Entra.
	GraphURL string `yaml:"graph_url,omitempty"`
}

// Permission is something that is refused unless the configuration says that it is meant.
type Permission string

const (
	// ListenEverywhere lets serve listen on every network of the machine, as in a container.
	ListenEverywhere Permission = "listen-everywhere"
	// ExpiredCredential lets serve start with a credential that has ended: Teams takes nothing.
	ExpiredCredential Permission = "expired-credential"
	// OwnerLogin lets serve use a login of the database that could change the audit trail.
	OwnerLogin Permission = "owner-login"
)

// Permissions are all that there is to allow.
func Permissions() []Permission { return []Permission{ListenEverywhere, ExpiredCredential, OwnerLogin} }

func permissionNames() []string {
	var names []string
	for _, p := range Permissions() {
		names = append(names, string(p))
	}
	return names
}

// Allows reports whether something is meant. Practice has neither credentials nor a trail that
// counts, so that there everything but listening is.
func (c *Config) Allows(p Permission) bool {
	return slices.Contains(c.Allow, p) || c.Practice != nil && p != ListenEverywhere
}

// Settings are a configuration with the files that it names, all read.
type Settings struct {
	Config    Config
	Calendar  *workday.Calendar
	Directory *directory.Directory
	Ladders   []*ladder.Ladder
	// DirectoryText is the directory file as it was read, and DirectoryError what is wrong
	// with it: only ReadToServe gives settings with one.
	DirectoryText  string
	DirectoryError error
	// EntraFault is why Entra could not be asked, while Directory is of the last whole reading, and
	// EntraReadAt when that was.
	EntraFault  error
	EntraReadAt time.Time
	// Fingerprint changes with every change of any file that was read, or could not be.
	Fingerprint Fingerprint
}

// Fingerprint is a hash over the contents of the files that make up the settings.
type Fingerprint [sha256.Size]byte

// fileReader reads files and keeps what they hold, and which could not be read, as a fingerprint.
type fileReader struct{ sum hash.Hash }

func (r fileReader) read(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	fmt.Fprintf(r.sum, "%q %d %v\n", path, len(data), err)
	r.sum.Write(data)
	return data, err
}

// ReadSettings reads a configuration file and everything it names. All that is
// wrong is said at once, with file, line, column and the mend where it has one.
func ReadSettings(ctx context.Context, path, secret string) (*Settings, error) {
	return NewSettingsReader(path, secret, time.Now).Read(ctx)
}

func settingsOrAll(s *Settings, problems yamlfile.Problems, err error) (*Settings, error) {
	if problems = append(problems, yamlfile.ProblemsOf(s.DirectoryError)...); err == nil && len(problems.Errors()) > 0 {
		return nil, problems
	}
	return s, err
}

func settingsToServe(s *Settings, problems yamlfile.Problems, err error) (*Settings, error) {
	if err == nil && len(problems.Errors()) > 0 {
		err = append(problems, yamlfile.ProblemsOf(s.DirectoryError)...)
	}
	return s, err
}

// readSettings reads everything; what is wrong with the directory is kept apart.
func (r *SettingsReader) readSettings(ctx context.Context, atOnce bool) (*Settings, yamlfile.Problems, error) {
	path := r.path
	s, files := &Settings{}, fileReader{sha256.New()}
	defer func() { s.Fingerprint = Fingerprint(files.sum.Sum(nil)) }()
	data, err := files.read(path)
	if err != nil {
		return s, nil, fmt.Errorf("the configuration %s cannot be read: %s. %s", path, readFailure(err), cmp.Or(nearestFile(path), "Give its path with --config"))
	}
	file, err := yamlfile.Read(path, data, &s.Config)
	problems := yamlfile.ProblemsOf(err)
	if err != nil && len(problems) == 0 {
		return s, nil, err
	}
	if file != nil {
		problems = append(problems, s.Config.validate(file)...)
		problems = append(problems, s.readFiles(file, filepath.Dir(path), files, func(groups []string) (directory.Groups, error) {
			read, stale, err := r.membersOf(ctx, &s.Config, groups, atOnce)
			if stale != nil {
				s.EntraFault, s.EntraReadAt = stale, r.readAt
			}
			addGroups(files, read, err)
			return read, err
		})...)
	}
	return s, problems, nil
}

// maxDangerLine is how many characters it may have: it is read in a hurry.
const maxDangerLine = 200

func (c *Config) validate(f *yamlfile.File) yamlfile.Problems {
	var ps yamlfile.Problems
	add := func(key, what, hint string) {
		if !f.IsBroken("$." + key) { // that has been said
			ps = append(ps, f.ProblemAt("$."+key, what, hint))
		}
	}
	if host, _, err := net.SplitHostPort(c.Listen); err != nil {
		add("listen", "listen is no address and port", `write for example "127.0.0.1:3978"`)
	} else if ip := net.ParseIP(host); (host == "" || ip != nil && ip.IsUnspecified()) && !c.Allows(ListenEverywhere) {
		add("listen", "listen names every network of this machine, and /metrics and plain HTTP are for the inside only",
			"write 127.0.0.1 and let TLS stand in front; in a container that nothing else reaches add allow: ["+string(ListenEverywhere)+"]")
	}
	for _, id := range []struct{ key, value string }{{"app_id", c.AppID}, {"tenant", c.Tenant}} {
		switch _, err := uuid.Parse(id.value); {
		case err != nil || len(id.value) != len(uuid.Nil.String()):
			add(id.key, id.key+" is no GUID", "copy it from the bot's registration in Azure")
		case directory.IsPlaceholderID(id.value):
			add(id.key, id.key+" is the placeholder of an example", "copy it from the bot's registration in Azure")
		}
	}
	if c.AppID != "" && strings.EqualFold(c.AppID, c.Tenant) {
		add("tenant", "tenant is the same as app_id", "app_id is the registration's Application (client) ID, tenant its Directory (tenant) ID")
	}
	if len(c.Ladders) == 0 {
		add("ladders", "no ladder is named", "name one of "+strings.Join(ladder.ShippedIDs(), ", ")+", or a file of your own")
	}
	if n := len([]rune(c.DangerLine)); n > maxDangerLine || safetext.ShowHidden(c.DangerLine) != c.DangerLine {
		add("danger_line", fmt.Sprintf("the line for a child in danger has %d characters, or one that nobody sees", n),
			fmt.Sprintf("write one or two plain sentences, %d characters at the most: whom to call and the number", maxDangerLine))
	}
	for i, p := range c.Allow {
		if !slices.Contains(Permissions(), p) {
			add(fmt.Sprintf("allow[%d]", i), fmt.Sprintf("there is nothing of the name %q to allow", p), yamlfile.DidYouMean(string(p), permissionNames()))
		}
	}
	ps = append(ps, c.validatePlatform(f)...)
	ps = append(ps, c.validatePages(f)...)
	if c.Practice != nil && !c.isLoopbackOnly() {
		add("practice", "practice mode serves and speaks on loopback only",
			"listen on 127.0.0.1 and name addresses of this machine, or leave practice out")
	}
	return ps
}

// isLoopbackOnly holds practice mode on this machine: it knows no credentials.
func (c *Config) isLoopbackOnly() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return false
	}
	for _, u := range []string{c.Practice.ServiceURL, c.Practice.MetadataURL, c.Practice.TokenURL} {
		if !connector.LoopbackOnly(u)(u) {
			return false
		}
	}
	if u := c.Practice.GraphURL; u != "" && !connector.LoopbackOnly(u)(u) {
		return false
	}
	return true
}

func (s *Settings) readFiles(f *yamlfile.File, dir string, files fileReader, membersOf membersReader) yamlfile.Problems {
	var ps yamlfile.Problems
	resolvePath := func(p string) string {
		if filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	ps = append(ps, s.Config.resolveCertificate(f, resolvePath)...)
	if !f.IsBroken("$.calendar") {
		var err error
		if s.Calendar, err = s.Config.Calendar.BuildCalendar(); err != nil {
			ps = append(ps, calendarProblems(f, err)...)
		}
	}
	if !f.IsBroken("$.directory") {
		s.readDirectory(f, resolvePath, files, membersOf)
	}
	fileOf := map[string]string{}
	for i, id := range s.Config.Ladders {
		at := fmt.Sprintf("$.ladders[%d]", i)
		l, err := readLadder(id, resolvePath(id), files)
		switch {
		case f.IsBroken(at):
		case err != nil:
			ps = append(ps, ladderProblems(f, at, id, resolvePath(id), err)...)
		case fileOf[l.ID] != "":
			ps = append(ps, f.ProblemAt(at, fmt.Sprintf("the ladder %q is named twice, by %s and by %s", l.ID, fileOf[l.ID], id), "remove one of them, or give your own another id"))
		default:
			fileOf[l.ID] = id
			s.Ladders = append(s.Ladders, l)
		}
	}
	return ps
}

func (s *Settings) readDirectory(f *yamlfile.File, resolvePath func(string) string, files fileReader, membersOf membersReader) {
	if s.Config.Directory == "" {
		s.DirectoryError = yamlfile.Problems{f.ProblemAt("$.directory", "no directory is named", "write directory: and the path of the file of people, teams and roles")}
		return
	}
	name := resolvePath(s.Config.Directory)
	isSheet := strings.EqualFold(filepath.Ext(name), ".csv")
	data, err := files.read(name)
	if err != nil {
		s.DirectoryError = yamlfile.Problems{f.ProblemAt("$.directory", fmt.Sprintf("the directory file %s cannot be read: %s", s.Config.Directory, readFailure(err)),
			cmp.Or(nearestFile(name), "write the path of the file of people, teams and roles"))}
		return
	}
	if isSheet {
		s.readDirectorySheets(name, data, files)
		return
	}
	groups, err := directory.GroupsNeeded(name, data)
	if err != nil || len(groups) == 0 {
		s.DirectoryText = string(data)
		s.Directory, s.DirectoryError = directory.Read(name, data)
		return
	}
	members, err := membersOf(groups)
	if err != nil {
		s.DirectoryError = yamlfile.Problems{f.ProblemAt("$.directory", "the groups that the directory names cannot be read from Entra", err.Error())}
		return
	}
	if s.Directory, s.DirectoryError = directory.ReadWithGroups(name, data, members); s.DirectoryError == nil {
		s.DirectoryText = string(directory.Export(s.Directory))
	}
}

// membersReader reads the members of groups of Entra.
type membersReader func(groups []string) (directory.Groups, error)

// readDirectorySheets reads a directory that is kept in a spreadsheet: the people, and beside them
// units.csv, roles.csv and, where there is one, cover.csv. The text that is kept of it is the
// directory file that says the same.
func (s *Settings) readDirectorySheets(people string, data []byte, files fileReader) {
	beside := func(name string, isNeeded bool) directory.Sheet {
		path := filepath.Join(filepath.Dir(people), name)
		data, err := files.read(path)
		switch {
		case err == nil:
			return directory.ReadCSV(path, data)
		case !isNeeded && errors.Is(err, fs.ErrNotExist):
			return directory.Sheet{Name: path}
		}
		return directory.Sheet{Name: path, Problem: &yamlfile.Problem{File: path, What: "this sheet of the directory cannot be read: " + readFailure(err),
			Hint: cmp.Or(nearestFile(path), "a directory in "+filepath.Base(people)+" has it beside that file")}}
	}
	s.Directory, s.DirectoryError = directory.ReadSheets(people, directory.Sheets{People: directory.ReadCSV(people, data),
		Units: beside("units.csv", true), Roles: beside("roles.csv", true), Cover: beside("cover.csv", false)})
	if s.DirectoryError == nil {
		s.DirectoryText = string(directory.Export(s.Directory))
	}
}

// calendarProblems are the faults of the calendar, each at its own setting.
func calendarProblems(f *yamlfile.File, err error) yamlfile.Problems {
	var ps yamlfile.Problems
	faults := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		faults = many.Unwrap()
	}
	for _, one := range faults {
		at := "$.calendar"
		if fault := (*workday.SettingError)(nil); errors.As(one, &fault) {
			at += "." + fault.Field
		}
		ps = append(ps, f.ProblemAt(at, strings.TrimPrefix(one.Error(), "workday: "), ""))
	}
	return ps
}

// readFailure is why a file cannot be read, without its path.
func readFailure(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not read it"
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return why.Err.Error()
	}
	return err.Error()
}

// nearestFile suggests the file beside a missing one whose name is nearest; "" when none is.
func nearestFile(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if near := yamlfile.ClosestWord(filepath.Base(path), names); near != "" && near != filepath.Base(path) {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	return ""
}

func ladderProblems(f *yamlfile.File, at, id, path string, err error) yamlfile.Problems {
	if ps := yamlfile.ProblemsOf(err); len(ps) > 0 {
		return ps
	}
	hint := "name one of " + strings.Join(ladder.ShippedIDs(), ", ") + ", or a file of your own"
	if errors.Is(err, ladder.ErrNotShipped) {
		if near := yamlfile.ClosestWord(id, ladder.ShippedIDs()); near != "" {
			hint = fmt.Sprintf("Did you mean %q?", near)
		}
		return yamlfile.Problems{f.ProblemAt(at, fmt.Sprintf("no ladder %q comes with the program", id), hint)}
	}
	return yamlfile.Problems{f.ProblemAt(at, fmt.Sprintf("the ladder %s cannot be read: %s", id, readFailure(err)), cmp.Or(nearestFile(path), hint))}
}

func readLadder(id, path string, files fileReader) (*ladder.Ladder, error) {
	if !strings.ContainsAny(id, "./\\") {
		return ladder.LoadShipped(id)
	}
	data, err := files.read(path)
	if err != nil {
		return nil, err
	}
	return ladder.Read(path, data)
}

// BuildCalendar makes the calendar.
func (c CalendarConfig) BuildCalendar() (*workday.Calendar, error) {
	set := workday.Settings{Division: c.Division, Zone: c.Zone, DayStarts: c.DayStarts, Cutoff: c.Cutoff, DayEnds: c.DayEnds,
		ExtraHolidays: c.ExtraHolidays, RemovedHolidays: c.RemovedHolidays, CoverageUntil: c.CoverageUntil}
	for _, closure := range c.Closures {
		days, early := closure.From.Closed(closure.To, closure.Name)
		set.Closures, set.EarlyEnds = append(set.Closures, days...), append(set.EarlyEnds, early...)
	}
	for _, name := range c.Weekend {
		day, err := workday.ParseWeekday(name)
		if err != nil {
			return nil, err
		}
		set.Weekend = append(set.Weekend, day)
	}
	return workday.New(set)
}

// BuildPlatform is the Teams that the configuration names. secret is the client secret,
// or the password of the certificate's file; identities need none.
func (c *Config) BuildPlatform(secret string) (Platform, error) {
	cloud, known := c.findCloud()
	if !known {
		return Platform{}, fmt.Errorf("there is no cloud %q: use one of %s", c.Cloud, strings.Join(cloudNames(), ", "))
	}
	p := Platform{AppID: c.AppID, Tenant: c.Tenant, Issuer: cloud.Issuer, MetadataURL: cloud.MetadataURL,
		Scope: cloud.Scope, ServiceURL: cmp.Or(c.ServiceURL, cloud.ServiceURL), ServiceURLAllowed: cloud.AllowList()}
	if c.Practice != nil {
		p.Issuer, p.MetadataURL = c.Practice.Issuer, c.Practice.MetadataURL
		p.ServiceURL, p.ServiceURLAllowed = c.Practice.ServiceURL, connector.LoopbackOnly(c.Practice.ServiceURL)
	}
	credential, err := c.credentialConfig(cloud, secret)
	if err != nil {
		return p, err
	}
	p.Credential, err = connector.NewCredential(credential)
	return p, err
}

// AppOptions are what New needs, from settings that were read. now is this machine's clock;
// in practice mode it is the one clock.
func (s *Settings) AppOptions(databaseURL, secret string, now func() time.Time) (Dependencies, error) {
	platform, err := s.Config.BuildPlatform(secret)
	d := Dependencies{DatabaseURL: databaseURL, Platform: platform, Calendar: s.Calendar, Directory: s.Directory,
		DirectoryText: s.DirectoryText, DirectoryError: s.DirectoryError, Ladders: s.Ladders, DangerLine: s.Config.DangerLine, HostNow: now}
	if s.Config.Practice != nil {
		d.Now = now
	}
	d.RefuseOwnerLogin = !s.Config.Allows(OwnerLogin)
	if end, known := connector.SecretExpiry(platform.Credential); err == nil && known && !end.After(now()) && !s.Config.Allows(ExpiredCredential) {
		err = fmt.Errorf("%w on %s, and Teams takes nothing from the bot: make new ones in Azure, or correct expires; allow: [%s] starts all the same",
			ErrExpired, workday.DateOf(end).FormatLong(), ExpiredCredential)
	}
	return d, err
}
