package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/localpg"
	"challengebot/internal/postgres"
	"challengebot/internal/practice"
	"challengebot/internal/story"
)

// newDatabase is a migrated database of the test's own.
func newDatabase(t *testing.T) string {
	t.Helper()
	return localpg.NewTestDatabase(t, postgres.SchemaFingerprint(), postgres.Migrate)
}

// newEmptyDatabase is one that nobody has migrated.
func newEmptyDatabase(t *testing.T) string {
	t.Helper()
	return localpg.NewTestDatabase(t, "empty", func(context.Context, string) error { return nil })
}

const productionConfig = `listen: 127.0.0.1:0
app_id: b0700000-0000-4000-8000-000000000001
tenant: 7e700000-0000-4000-8000-000000000001
directory: people.yaml
ladders: [ne-lincolnshire]
calendar: {division: england-and-wales}
`

// writeConfig writes a configuration beside the sample directory.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	for name, content := range map[string]string{file: text, filepath.Join(dir, "people.yaml"): string(story.SampleDirectory())} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// startPractice is a configuration for a practice Teams.
func startPractice(t *testing.T) (string, *practice.Teams) {
	t.Helper()
	teams, err := practice.Start(practice.Options{AppID: story.AppID, Tenant: story.Tenant, Clock: practice.NewClock(monday), Errorf: t.Errorf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(teams.Close)
	return productionConfig + fmt.Sprintf("practice:\n  service_url: %s\n  metadata_url: %s\n  token_url: %s\n  issuer: %s\n",
		teams.ServiceURL(), teams.MetadataURL(), teams.TokenURL(), teams.Issuer()), teams
}

func TestServeRefusesToStartWhenSomethingIsMissing(t *testing.T) {
	t.Parallel()
	practising, _ := startPractice(t)
	secret := fakeEnv{envSecret: "a secret"}
	tests := []struct {
		name, config string
		env          fakeEnv
		words        []string
	}{
		{"no credentials", productionConfig, fakeEnv{envDatabase: "postgres://nowhere.invalid/x"}, []string{"CHALLENGEBOT_APP_PASSWORD is not set", "practice mode"}},
		{"no database", productionConfig, secret, []string{"DATABASE_URL is not set"}},
		{"an unknown key", strings.Replace(productionConfig, "listen:", "lissten:", 1), secret, []string{"config.yaml:1:1: ", "lissten", `Did you mean "listen"?`}},
		{"a ladder that does not exist", strings.Replace(productionConfig, "ne-lincolnshire", "narnia", 1), secret, []string{"config.yaml:5:11: ", "ne-lincolnshire"}},
		{"no directory", strings.Replace(productionConfig, "people.yaml", "peple.yaml", 1), secret, []string{"config.yaml:4:12: "}},
		{"a tenant that is none", strings.Replace(productionConfig, "tenant: 7e7", "tenant: xe7", 1), secret, []string{"config.yaml:3:9: ", "GUID"}},
		{"practice for everybody", strings.Replace(practising, "127.0.0.1:0", "0.0.0.0:3978", 1), fakeEnv{envDatabase: "x"}, []string{"config.yaml:", "loopback"}},
		{"practice without a service URL", regexp.MustCompile(`service_url: \S+`).ReplaceAllString(practising, `service_url: ""`), nil, []string{"loopback"}},
		{"practice with another host's Teams", regexp.MustCompile(`service_url: \S+`).ReplaceAllString(practising, "service_url: http://10.0.0.1/"), nil, []string{"loopback"}},
		{"practice with another host's keys", regexp.MustCompile(`metadata_url: \S+`).ReplaceAllString(practising, "metadata_url: http://10.0.0.1/keys"), nil, []string{"loopback"}},
		{"practice with another host's tokens", regexp.MustCompile(`token_url: \S+`).ReplaceAllString(practising, "token_url: http://10.0.0.1/token"), nil, []string{"loopback"}},
		{"practice with a clock of its own", practising + "  clock_url: http://127.0.0.1:1/\n", nil, []string{"config.yaml:", "clock_url"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := runCommand(t, test.env, "serve", "--config", writeConfig(t, test.config))
			r.expect(t, exitWrong, test.words...)
			if strings.Contains(r.Stderr, "a secret") || strings.Contains(r.Stderr, "goroutine") {
				t.Errorf("too much was told: %s", r.Stderr)
			}
		})
	}
	runCommand(t, nil, "serve", "--config", filepath.Join(t.TempDir(), "none.yaml")).expect(t, exitWrong, "none.yaml", "--config")
}

func TestServeRefusesADatabaseThatIsNotMigrated(t *testing.T) {
	t.Parallel()
	config, _ := startPractice(t)
	dsn := newEmptyDatabase(t)
	runCommand(t, fakeEnv{envDatabase: dsn}, "serve", "--config", writeConfig(t, config)).expect(t, exitWrong, "run challengebot migrate")
	runCommand(t, fakeEnv{envDatabase: dsn}, "audit", "verify").expect(t, exitWrong, "run challengebot migrate")
	runCommand(t, fakeEnv{envDatabase: dsn}, "migrate").expect(t, exitOK, "The database is at version")
	runCommand(t, fakeEnv{envDatabase: dsn}, "migrate").expect(t, exitOK, "The database is at version")
	runCommand(t, fakeEnv{envDatabase: dsn}, "audit", "verify").expect(t, exitOK, "0 chains verified, 0 events")
}

// lineWriter gives what is written to it line by line.
type lineWriter struct{ lines chan string }

func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w.lines <- strings.TrimSpace(line)
	}
	return len(p), nil
}

func TestServeServesUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	text, _ := startPractice(t)
	config, dsn := writeConfig(t, text), newEmptyDatabase(t)
	ctx, end := context.WithCancel(t.Context())
	out, log := lineWriter{make(chan string, 10)}, &bytes.Buffer{}
	code := make(chan int, 1)
	go func() {
		p := &program{ctx: ctx, stdout: out, stderr: log, env: fakeEnv{envDatabase: dsn}.lookup, now: func() time.Time { return monday }}
		code <- runProgram(p, []string{"serve", "--migrate", "--config", config})
	}()
	var address string
	select {
	case line := <-out.lines:
		address = strings.TrimPrefix(line, "challengebot serves on ")
	case c := <-code:
		t.Fatalf("it ended with %d: %s", c, log)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 404} {
		resp, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s answered %d, want %d", path, resp.StatusCode, want)
		}
	}
	end()
	if c := <-code; c != exitOK {
		t.Errorf("it ended with %d: %s", c, log)
	}
	if got := <-out.lines; got != "challengebot has ended" {
		t.Errorf("its last word was %q", got)
	}
	if _, err := http.Get(address + "/healthz"); err == nil {
		t.Error("it still serves")
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	all := fakeEnv{envDatabase: newDatabase(t), envSecret: "a secret"}
	runCommand(t, all, "check", "--config", writeConfig(t, productionConfig)).expect(t, exitOK, "warning: database: the login ",
		"ok: configuration", "ok: directory: 20 people, 2 teams", "ok: calendar: england-and-wales", "ok: ladder: ne-lincolnshire", "ok: roles",
		"ok: credentials", "ok: database", "0 errors")

	runCommand(t, nil, "check", "--config", writeConfig(t, productionConfig)).expect(t, exitWrong,
		"error: credentials: CHALLENGEBOT_APP_PASSWORD is not set", "warning: database: DATABASE_URL is not set")
	runCommand(t, fakeEnv{envSecret: "s", envDatabase: newEmptyDatabase(t)}, "check", "--config", writeConfig(t, productionConfig)).expect(t, exitWrong,
		"error: database: ", "run challengebot migrate")
	runCommand(t, all, "check", "--config", writeConfig(t, strings.Replace(productionConfig, "tenant:", "tennant:", 1))).expect(t, exitWrong,
		"config.yaml:3:1: ", `Did you mean "tenant"?`)

	config := writeConfig(t, productionConfig)
	people := filepath.Join(filepath.Dir(config), "people.yaml")
	vacant := strings.Replace(string(story.SampleDirectory()), "{social-worker: leah, team-manager: ben}", "{social-worker: leah}", 1)
	if err := os.WriteFile(people, []byte(vacant), 0o600); err != nil {
		t.Fatal(err)
	}
	runCommand(t, all, "check", "--config", config).expect(t, exitWrong, "people.yaml:", `the team "south-locality" has nobody with an account as "team-manager"`, "answers Stage 1 of ne-lincolnshire", "Add team-manager:")
}

func TestCheckWarnsOfACalendarThatEndsSoon(t *testing.T) {
	t.Parallel()
	all := fakeEnv{envSecret: "a secret"}
	at := func(day string) commandResult {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return runCommandAt(t.Context(), now, all, "check", "--config", writeConfig(t, productionConfig))
	}
	at("2027-12-01").expect(t, exitOK, "ok: calendar: england-and-wales, until Sunday 31 December 2028, by the official list of bank holidays\n")
	at("2028-02-01").expect(t, exitOK, "warning: calendar: it ends on Sunday 31 December 2028")
	at("2028-12-20").expect(t, exitWrong, "ladder", "the calendar ends on 2028-12-31")
	at("2029-01-02").expect(t, exitWrong, "error: calendar: it ended on Sunday 31 December 2028")
	longer := strings.Replace(productionConfig, "division: england-and-wales", "division: scotland, coverage_until: 2033-12-31", 1)
	runCommand(t, all, "check", "--config", writeConfig(t, longer)).expect(t, exitOK, "ok: calendar: scotland, until Saturday 31 December 2033",
		"official list of bank holidays to Sunday 31 December 2028 and the rules of rickar/cal after it, which agree with the list on each of its days")
}

// playDemoInto is a database in which the demonstration took place, and its reference.
func playDemoInto(t *testing.T) (dsn, ref string) {
	t.Helper()
	dsn = newDatabase(t)
	w, err := story.Open(t.Context(), story.Options{DatabaseURL: dsn, Errorf: t.Errorf})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := story.PlayDemo(t.Context(), w, func(s story.Step) error { ref = s.Reference; return nil }); err != nil {
		t.Fatal(err)
	}
	return dsn, ref
}

func TestTheAuditTrailIsToldAndVerified(t *testing.T) {
	t.Parallel()
	dsn, ref := playDemoInto(t)
	e := fakeEnv{envDatabase: dsn}
	people := writeTestFile(t, "people.yaml", string(story.SampleDirectory()))
	r := runCommand(t, e, "audit", "show", ref, "--directory", people)
	r.expect(t, exitOK, "Maya Okafor (IRO / CP chair) raised Professional Challenge "+ref,
		"Team: North Locality", "Nobody answered Informal Stage by Tuesday 31 March 2026 at 17:00",
		"Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr", "Maya Okafor was not satisfied with the answer to Stage 1.",
		"Grace Lloyd recorded “Consult the chair's own Service Manager before Stage 2”: agreed.", "The challenge is resolved.", "chain verified: ")
	if strings.Contains(r.Stdout, "0a000000-") {
		t.Errorf("somebody is told by a number:\n%s", r.Stdout)
	}
	runCommand(t, e, "audit", "show", strings.ToLower(ref)).expect(t, exitOK, "Team: north-locality")
	runCommand(t, e, "audit", "show", "--json", ref).expect(t, exitOK, `"kind": "raised"`, `"prev": "0000000000000000`)
	runCommand(t, e, "audit", "verify").expect(t, exitOK, "1 chain verified, ")
	zip := filepath.Join(t.TempDir(), "bundle.zip")
	runCommand(t, e, "audit", "bundle", ref, "-o", zip, "--directory", people).expect(t, exitOK, zip+" written; head ")
	runCommand(t, e, "audit", "bundle", ref, "-o", zip).expect(t, exitWrong, "never written over another file")
	runCommand(t, e, "audit", "bundle", "CH-Y8WWFJ", "-o", zip+"2").expect(t, exitWrong, "there is no challenge CH-Y8WWFJ")
}

func TestVerifyNamesTheFirstEventThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	dsn, ref := playDemoInto(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `alter table event disable trigger all;
		update event set at = at + interval '1 day' where seq = 7 or seq = 9;
		alter table event enable trigger all`)
	if err != nil {
		t.Fatal(err)
	}
	e := fakeEnv{envDatabase: dsn}
	r := runCommand(t, e, "audit", "verify")
	r.expect(t, exitWrong, ref+": event 7: ", "1 of 1 chain")
	if strings.Contains(r.Stdout, "event 9") {
		t.Errorf("more than the first was told: %s", r.Stdout)
	}
	runCommand(t, e, "audit", "show", ref).expect(t, exitWrong, "The challenge is resolved.", "the chain of "+ref+" is broken: event 7")
}

func TestAuditShowDoesNotKnowEveryReference(t *testing.T) {
	t.Parallel()
	const ref = "CH-Y8WWFJ"
	runCommand(t, fakeEnv{envDatabase: newDatabase(t)}, "audit", "show", ref).expect(t, exitWrong, "there is no challenge "+ref)
	runCommand(t, nil, "audit", "show", ref).expect(t, exitWrong, "DATABASE_URL is not set")
}
