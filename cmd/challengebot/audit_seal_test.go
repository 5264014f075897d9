package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The database's owner can make any chain fit again. Beside a seal each such change is named.
func TestASealNamesWhatTheOwnerChanged(t *testing.T) {
	t.Parallel()
	dsn, ref := playDemoInto(t)
	e := fakeEnv{envDatabase: dsn}
	dir := t.TempDir()
	key, first := filepath.Join(dir, "seal.key"), filepath.Join(dir, "1.seal")
	made := runCommand(t, e, "audit", "seal-key", "-o", key)
	made.expect(t, exitOK, "public key ")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	public := regexp.MustCompile(`public key ([0-9a-f]{64})`).FindStringSubmatch(made.Stdout)[1]
	runCommand(t, e, "audit", "seal", "--key", key, "-o", first).expect(t, exitOK, "1 chain sealed, root ", public)
	runCommand(t, e, "audit", "verify", "--seal", first, "--public-key", public).expect(t, exitOK, "1 chain verified", "fits: 1 chain")
	runCommand(t, e, "audit", "seal", "--key", key, "-o", first).expect(t, exitWrong, "never written over another")
	text, err := os.ReadFile(first)
	if err != nil || strings.Contains(string(text), "Maya") {
		t.Errorf("the seal holds more than hashes: %v", err)
	}
	second := filepath.Join(dir, "2.seal")
	runCommand(t, e, "audit", "seal", "--key", key, "--previous", first, "-o", second).expect(t, exitOK, "1 chain sealed")
	if text, err := os.ReadFile(second); err != nil || !strings.Contains(string(text), `"previous": "`) {
		t.Errorf("the second does not name the first: %v", err)
	}

	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), `SET session_replication_role = replica; `+sql+`; SET session_replication_role = DEFAULT`); err != nil {
			t.Fatal(err)
		}
	}
	verify := func(want ...string) {
		t.Helper()
		r := runCommand(t, e, "audit", "verify", "--seal", first, "--public-key", public)
		r.expect(t, exitWrong, want...)
	}

	// A notice channel that nobody set, taken away again; then one of the sealed registers changed.
	change(`UPDATE ladder SET added_at = added_at + interval '1 day'`)
	verify("1 chain verified", "ladder ", "it is another than was sealed")
	change(`UPDATE ladder SET added_at = added_at - interval '1 day'`)
	runCommand(t, e, "audit", "verify", "--seal", first, "--public-key", public).expect(t, exitOK, "fits")

	// A cover that nobody set, made to look as old as the rest.
	change(`INSERT INTO cover (person, stand_in, from_day, to_day, set_by, set_at) SELECT chair_id, chair_id || 'x', '2026-03-01', '2026-03-31', chair_id, raised_at - interval '1 day' FROM challenge`)
	verify("1 chain verified", "cover ", "it says that it is older than the seal, which does not have it")
	change(`DELETE FROM cover`)

	// The whole case gone: every chain that is left verifies.
	change(`DELETE FROM plan_action; DELETE FROM response; DELETE FROM attempt; DELETE FROM posted_card; DELETE FROM delivery; DELETE FROM receipt; DELETE FROM event; DELETE FROM challenge`)
	verify("0 chains verified", ref+": event ", "which was sealed, is not there")
}

func TestASealThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	dsn, _ := playDemoInto(t)
	e := fakeEnv{envDatabase: dsn}
	dir := t.TempDir()
	key, file := filepath.Join(dir, "seal.key"), filepath.Join(dir, "1.seal")
	public := regexp.MustCompile(`[0-9a-f]{64}`).FindString(runCommand(t, e, "audit", "seal-key", "-o", key).Stdout)
	runCommand(t, e, "audit", "seal", "--key", key, "-o", file).expect(t, exitOK)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"another root":   regexp.MustCompile(`"root": "..`).ReplaceAllString(string(text), `"root": "zz`),
		"another head":   regexp.MustCompile(`"events": \d+`).ReplaceAllString(string(text), `"events": 3`),
		"no seal at all": "{}",
	} {
		other := writeTestFile(t, "other.seal", changed)
		if r := runCommand(t, e, "audit", "verify", "--seal", other, "--public-key", public); r.Code != exitWrong {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := runCommand(t, e, "audit", "verify", "--seal", file, "--public-key", strings.Repeat("0", 64)); r.Code != exitWrong || !strings.Contains(r.Stderr, "by another key") {
		t.Errorf("another key: %+v", r)
	}
	if r := runCommand(t, e, "audit", "verify", "--seal", file); r.Code != exitUsage {
		t.Errorf("no key: %+v", r)
	}
	if r := runCommand(t, e, "audit", "seal", "--key", file, "-o", filepath.Join(dir, "2.seal")); r.Code != exitWrong || !strings.Contains(r.Stderr, "holds no key") {
		t.Errorf("a key that is none: %+v", r)
	}
}

func TestEventsWithoutTheKeyAreNamedAndABadKeyIsNotRepeated(t *testing.T) {
	t.Parallel()
	dsn, ref := playDemoInto(t)
	key := strings.Repeat("1f", 32)
	runCommand(t, fakeEnv{envDatabase: dsn, envEventKeys: "2020-01-01=" + key}, "audit", "verify").expect(t, exitWrong,
		ref+": event 1: it has no MAC, and every event since 1 January 2020 has: the program did not write it")
	runCommand(t, fakeEnv{envDatabase: dsn, envEventKeys: "2099-01-01=" + key}, "audit", "verify").expect(t, exitOK, "1 chain verified")
	r := runCommand(t, fakeEnv{envDatabase: dsn, envEventKeys: "1 January=" + key}, "audit", "verify")
	if r.Code != exitWrong || !strings.Contains(r.Stderr, "CHALLENGEBOT_EVENT_KEYS cannot be read") || strings.Contains(r.Stdout+r.Stderr, key[:8]) {
		t.Errorf("%+v", r)
	}
}
