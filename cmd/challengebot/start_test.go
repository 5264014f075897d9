package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/localpg"
	"challengebot/internal/story"
)

// lockedLog is a log that may be read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// served is a bot that serve runs.
type served struct {
	address string
	log     *lockedLog
	end     func()
	reload  chan func()
}

// takeNew lets it read its files anew, as SIGHUP does, and returns when it has.
func (s served) takeNew() {
	looked := make(chan struct{})
	s.reload <- func() { close(looked) }
	<-looked
}

func startServing(t *testing.T, e fakeEnv, config string) served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, s := lineWriter{make(chan string, 10)}, served{log: &lockedLog{}, reload: make(chan func())}
	code := make(chan int, 1)
	go func() {
		p := &program{ctx: ctx, stdout: out, stderr: s.log, env: e.lookup, now: func() time.Time { return monday }, reload: s.reload}
		code <- runProgram(p, []string{"serve", "--config", config})
	}()
	s.end = sync.OnceFunc(func() {
		cancel()
		if c := <-code; c != exitOK {
			t.Errorf("it ended with %d: %s", c, s.log)
		}
	})
	select {
	case line := <-out.lines:
		s.address = strings.TrimPrefix(line, "challengebot serves on ")
	case c := <-code:
		t.Fatalf("it ended with %d: %s", c, s.log)
	}
	t.Cleanup(s.end)
	return s
}

func (s served) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := http.Get(s.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestServeWorksWithTheLastWholeDirectoryWhenTheFileIsBroken(t *testing.T) {
	t.Parallel()
	text, _ := startPractice(t)
	config, e := writeConfig(t, text), fakeEnv{envDatabase: newDatabase(t)}
	people := filepath.Join(filepath.Dir(config), "people.yaml")
	breaks := map[string]string{
		"one wrong letter": strings.Replace(string(story.SampleDirectory()), "people:", "peopel:", 1),
		"half a file":      string(story.SampleDirectory()[:len(story.SampleDirectory())/2]),
		"somebody twice": strings.Replace(
			string(story.SampleDirectory()),
			"teams:",
			"  - {id: maya, name: Maya Again, no_account: true}\nteams:",
			1,
		),
		"nothing": "",
	}
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(people, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(breaks["one wrong letter"])
	runCommand(t, e, "serve", "--config", config).expect(t, exitWrong, "people.yaml:", "peopel") // there is no copy yet
	write(string(story.SampleDirectory()))
	startServing(t, e, config).end()
	for name, content := range breaks {
		write(content)
		s := startServing(t, e, config)
		if status, body := s.get(t, "/readyz"); status != http.StatusOK {
			t.Errorf("%s: /readyz says %d %s", name, status, body)
		}
		if _, body := s.get(t, "/metrics"); !strings.Contains(body, "\nchallengebot_directory_copy_in_use 1\n") {
			t.Errorf("%s: no metric tells that a copy is used", name)
		}
		said := s.log.String()
		if !strings.Contains(said, `"level":"ERROR","msg":"the directory cannot be read (`) ||
			!strings.Contains(said, "people.yaml") ||
			!strings.Contains(said, "challengebot check") {
			t.Errorf("%s: the log:\n%s", name, said)
		}
		for _, person := range []string{"Maya", "Priya", "Okafor"} {
			if strings.Contains(said, person) {
				t.Errorf("%s: the log names %s:\n%s", name, person, said)
			}
		}
		s.end()
		runCommand(t, e, "check", "--config", config).expect(t, exitWrong, "people.yaml")
	}
	if err := os.Remove(people); err != nil {
		t.Fatal(err)
	}
	startServing(t, e, config).end()
	write(string(story.SampleDirectory()))
	s := startServing(t, e, config)
	if _, body := s.get(t, "/metrics"); !strings.Contains(body, "\nchallengebot_directory_copy_in_use 0\n") {
		t.Error("the copy is used although the file is whole")
	}
}

func TestADatabaseThatIsNotUTF8IsRefused(t *testing.T) {
	t.Parallel()
	config, _ := startPractice(t)
	for _, encoding := range []string{"LATIN1", "WIN1252", "SQL_ASCII"} {
		dsn := newDatabaseOf(t, encoding)
		e := fakeEnv{envDatabase: dsn}
		want := []string{"must be UTF-8", encoding, "ENCODING 'UTF8'"}
		runCommand(t, e, "migrate").expect(t, exitWrong, want...)
		runCommand(t, e, "serve", "--config", writeConfig(t, config)).expect(t, exitWrong, want...)
		runCommand(t, e, "serve", "--migrate", "--config", writeConfig(t, config)).expect(t, exitWrong, want...)
		runCommand(t, e, "check", "--config", writeConfig(t, config)).expect(t, exitWrong, want...)
	}
}

// newDatabaseOf is an empty database of an encoding.
func newDatabaseOf(t *testing.T, encoding string) string {
	t.Helper()
	beside := localpg.NewTestDatabase(t, "empty", func(context.Context, string) error { return nil })
	conn, err := pgx.Connect(t.Context(), beside)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	name := strings.ToLower(fmt.Sprintf("encoded_%s_%d", encoding, os.Getpid()))
	if _, err := conn.Exec(
		t.Context(),
		`CREATE DATABASE `+name+` ENCODING '`+encoding+`' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
	); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), beside)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return strings.Replace(beside, conn.Config().Database, name, 1)
}

func TestTheClockCommandComparesAndAccepts(t *testing.T) {
	t.Parallel()
	e := fakeEnv{envDatabase: newDatabase(t)}
	runCommand(
		t,
		e,
		"clock",
	).expect(t, exitOK, "the database's clock, which counts: ", "this machine's clock:", "no bot has worked on this database yet")
	conn, err := pgx.Connect(t.Context(), e[envDatabase])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(
		t.Context(),
		`INSERT INTO heartbeat (instance, seen_at, checked_at) VALUES ('a', '2099-01-02 03:04:05Z', now()), ('b', '2026-01-02 03:04:05Z', now())`,
	); err != nil {
		t.Fatal(err)
	}
	runCommand(t, e, "clock").expect(t, exitOK, "the bot last worked at:             2099-01-02T03:04:05Z")
	runCommand(t, e, "clock", "--accept").expect(t, exitOK, "Accepted: it is 2")
	runCommand(t, e, "clock").expect(t, exitOK, "the bot last worked at:             2026-01-02T03:04:05Z")
	runCommand(t, nil, "clock").expect(t, exitWrong, "DATABASE_URL is not set")
}

func TestServeSaysWhatItRunsWithAndWhatCheckWouldSay(t *testing.T) {
	t.Parallel()
	practising, _ := startPractice(t)
	config := writeConfig(t, practising)
	changeTestFile(t, filepath.Join(filepath.Dir(config), "people.yaml"), "{social-worker: leah, team-manager: ben}", "{social-worker: leah, team-manager: sam}")
	s := startServing(t, fakeEnv{envDatabase: newDatabase(t)}, config)
	s.expectLog(t, `"msg":"challengebot serves with","version":"`+programVersion+`"`, 1)
	s.expectLog(t, `"ladders":"ne-lincolnshire version 2","calendar":"england-and-wales/2028-12-31/2c91faf9","calendar_until":"2028-12-31","people":20,"roles":26,"teams":2`, 1)
	s.expectLog(t, `"level":"WARN","msg":"check: warning: conflicts: 1; challengebot check names them"`, 1)
	s.expectLog(t, `"level":"WARN","msg":"database: the login `, 1)
	s.expectLog(t, "check: ok", 0)
	s.expectLog(t, "Sam", 0)
}

func TestServeRefusesAnEndedCredentialAndTheOwnersLoginUnlessToldTo(t *testing.T) {
	t.Parallel()
	ended := strings.Replace(productionConfig, "listen:", "credential: {kind: client-secret, expires: 2026-03-01}\nlisten:", 1)
	e := fakeEnv{envDatabase: newDatabase(t), envSecret: "a secret"}
	runCommand(t, e, "serve", "--config", writeConfig(t, ended)).expect(t, exitWrong, "the credentials ended on Sunday 1 March 2026", "allow: [expired-credential]")
	runCommand(t, e, "serve", "--config", writeConfig(t, productionConfig)).expect(t, exitWrong, "the login of DATABASE_URL could change the audit trail", "allow: [owner-login]")
	runCommand(t, e, "serve", "--config", writeConfig(t, "allow: [expired-credential]\n"+ended)).expect(t, exitWrong, "the login of DATABASE_URL could change the audit trail")
	allowed := startServing(t, e, writeConfig(t, "allow: [expired-credential, owner-login]\n"+ended))
	allowed.expectLog(t, "check: error: credentials: they ended on Sunday 1 March 2026", 1)
}

func TestAfterARestoreTheAdministratorSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	e := fakeEnv{envDatabase: newDatabase(t)}
	practising, _ := startPractice(t)
	config := writeConfig(t, practising)
	runCommand(t, e, "restored", "--config", config).expect(t, exitUsage, "no bot has worked on this database yet")
	conn, err := pgx.Connect(t.Context(), e[envDatabase])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	seen := func(at string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), `INSERT INTO heartbeat (instance, seen_at, checked_at) VALUES ($1, `+at+`, now())`, at); err != nil {
			t.Fatal(err)
		}
	}
	seen(`'2026-01-02 03:04:05Z'`)
	runCommand(t, e, "restored", "--config", config).expect(t, exitOK, "Missing: from 2026-01-02T03:04:05Z to 2026-", "0 challenges open")
	seen(`clock_timestamp()`)
	runCommand(t, e, "restored", "--config", config).expect(t, exitUsage, "say with --from when the backup was made")
	runCommand(t, e, "restored", "--config", config, "--from", "2099-01-01T00:00:00Z").expect(t, exitUsage, "--from lies in the future")
	runCommand(t, e, "restored", "--config", config, "--from", "2026-01-01T00:00:00Z").expect(t, exitOK, "Missing: from 2026-01-01T00:00:00Z")

	if _, err := conn.Exec(t.Context(), `UPDATE installation SET place = 'another cluster'`); err != nil {
		t.Fatal(err)
	}
	runCommand(t, e, "restored", "--config", config, "--nothing-missing").expect(t, exitOK, "Nothing is missing")
	startServing(t, e, config).expectLog(t, "restored from a backup, or moved", 0)
	if _, err := conn.Exec(t.Context(), `UPDATE installation SET place = 'another cluster'`); err != nil {
		t.Fatal(err)
	}
	startServing(t, e, config).expectLog(t, "restored from a backup, or moved", 1)
}
