package try_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/ladder"
	"challengebot/internal/localpg"
	"challengebot/internal/postgres"
	"challengebot/internal/story"
	"challengebot/internal/try"
)

// result is what a run left behind.
type result struct {
	stdout, stderr bytes.Buffer
	err            error
}

func runTry(t *testing.T, o try.Options) *result {
	t.Helper()
	r := &result{}
	o.Stdout, o.Stderr = &r.stdout, &r.stderr
	r.err = try.Run(t.Context(), o)
	return r
}

// expect fails unless the run went well and said all of the words.
func (r *result) expect(t *testing.T, words ...string) {
	t.Helper()
	if r.err != nil {
		t.Errorf("it ended with: %v\nstderr: %s", r.err, &r.stderr)
	}
	for _, w := range words {
		if !strings.Contains(r.stdout.String(), w) {
			t.Errorf("%q is missing in: %s", w, &r.stdout)
		}
	}
}

// lineWriter gives what is written to it line by line.
type lineWriter struct{ lines chan string }

func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w.lines <- strings.TrimSpace(line)
	}
	return len(p), nil
}

func TestTheDemonstrationGoesAsExpectedAndLeavesNothing(t *testing.T) {
	r := runTry(t, try.Options{Demo: true})
	r.expect(t, "Raise a challenge", "Reminder: ", "Still nobody answers", "Before Stage 2 can begin",
		"North Locality sees in the channel", "chain verified: ", "All as expected")
	if r.stderr.Len() > 0 {
		t.Errorf("it complained: %s", &r.stderr)
	}
}

func TestTheDemonstrationGivesOneObjectAStep(t *testing.T) {
	r := runTry(t, try.Options{Demo: true, JSON: true})
	r.expect(t)
	var all []story.Step
	for line := range strings.Lines(r.stdout.String()) {
		var s story.Step
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, s)
	}
	last := all[len(all)-1]
	if len(all) != 11 || last.Number != 11 || last.State != "resolved" || !strings.HasPrefix(last.ChainResult, "chain verified: ") || last.Reference == "" {
		t.Errorf("%d steps; the last is %+v", len(all), last)
	}
}

// listTables are all tables of a database with how many rows they hold.
func listTables(t *testing.T, dsn string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var all string
	err = conn.QueryRow(t.Context(), `select coalesce(string_agg(table_name || (xpath('/row/c/text()',
		query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]::text, ',' order by table_name), '')
		from information_schema.tables where table_schema = current_schema()`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheDemonstrationTouchesNothingOnAServerThatItWasGiven(t *testing.T) {
	dsn := localpg.NewTestDatabase(t, postgres.SchemaFingerprint(), postgres.Migrate)
	before := listTables(t, dsn)
	t.Setenv("DATABASE_URL", dsn)
	runTry(t, try.Options{Demo: true}).expect(t, "All as expected")
	if after := listTables(t, dsn); after != before {
		t.Errorf("tables were %s and are %s", before, after)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var left int
	if err := conn.QueryRow(t.Context(), "select count(*) from pg_database where datname like 'challengebot_try_%'").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d databases are left (%v)", left, err)
	}
}

func TestTryServesThePracticePageUntilItIsEnded(t *testing.T) {
	dir := t.TempDir()
	text, err := ladder.ShippedText("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(strings.Replace(string(text), "ladder: ne-lincolnshire", "ladder: our-own", 1), "authority: North East Lincolnshire", "authority: Ourselves", 1)
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	out, errs := lineWriter{make(chan string, 10)}, &bytes.Buffer{}
	ended := make(chan error, 1)
	go func() { ended <- try.Run(ctx, try.Options{LadderDir: dir, Stdout: out, Stderr: errs}) }()
	var address string
	for address == "" {
		select {
		case line := <-out.lines:
			_, address, _ = strings.Cut(line, "The practice page: ")
		case err := <-ended:
			t.Fatalf("it ended with %v: %s", err, errs)
		}
	}
	body := strings.NewReader("text=/challenge")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/chat/maya/say", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", address)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(string(page), "(Ourselves)") || !strings.Contains(string(page), "(North East Lincolnshire)") {
		t.Errorf("the form does not offer both ladders (%v): %s", err, page)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v: %s", err, errs)
	}
	if _, err := http.Get(address); err == nil {
		t.Error("the page is still there")
	}
}

func TestTryEndsWhenItIsToldWhileStarting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := try.Run(ctx, try.Options{Demo: true, Stdout: &out, Stderr: &out}); err == nil || strings.Contains(out.String(), "All as expected") {
		t.Errorf("%v: %s", err, &out)
	}
}

func TestTryPlaysInAnAuthorityOfOnesOwnAndMakesUpWhoIsMissing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people.yaml")
	people := "authority: Ourselves\npeople: [{id: ann, name: Ann Lee, entra: 0a000000-0000-4000-8000-000000000001}]\nteams: [{id: north, name: North}]\nroles: {chair: ann}\n"
	if err := os.WriteFile(file, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	out, errs := lineWriter{make(chan string, 100)}, &bytes.Buffer{}
	ended := make(chan error, 1)
	go func() { ended <- try.Run(ctx, try.Options{DirectoryFile: file, Stdout: out, Stderr: errs}) }()
	address, madeUp := "", map[string]bool{}
	for address == "" {
		select {
		case line := <-out.lines:
			if _, name, is := strings.Cut(line, "somebody is made up: "); is {
				madeUp[strings.TrimSpace(name)] = true
			}
			_, address, _ = strings.Cut(line, "The practice page: ")
		case err := <-ended:
			t.Fatalf("it ended with %v: %s", err, errs)
		}
	}
	if !madeUp["Made-up team manager"] || !madeUp["Made-up oversight"] || madeUp["Made-up chair"] {
		t.Errorf("made up: %v", madeUp)
	}
	resp, err := http.Get(strings.TrimSpace(address) + "/chat/ann")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil || !strings.Contains(string(page), "Made-up head of service") {
		t.Errorf("the page lacks who is made up (%v)", err)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v: %s", err, errs)
	}
}
