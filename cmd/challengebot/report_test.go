package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheRegisterAndTheFiguresComeOutOfTheTrail(t *testing.T) {
	t.Parallel()
	dsn, ref := playDemoInto(t)
	e := fakeEnv{envDatabase: dsn}
	r := runCommand(t, e, "register")
	r.expect(t, exitOK, "Register of challenges", ref, "settled", "Maya Okafor", "2026-03-30")
	if strings.Contains(r.Stdout, "visit") {
		t.Errorf("the register shows free text:\n%s", r.Stdout)
	}
	r = runCommand(t, e, "register", "--open")
	r.expect(t, exitOK, "Register of challenges")
	if strings.Contains(r.Stdout, ref) {
		t.Errorf("%s has ended", ref)
	}
	// One challenge is fewer than may be told of.
	r = runCommand(t, e, "report", "--from", "2026-03-01", "--to", "2026-04-30")
	r.expect(t, exitOK, "Challenges raised from Sunday 1 March 2026 to Thursday 30 April 2026", "Fewer than five were raised")
	runCommand(t, e, "report", "--from", "2026-05-01", "--to", "2026-05-31").expect(t, exitOK, "Challenges raised  0")
	dir := t.TempDir()
	for _, ending := range []string{"csv", "xlsx", "html", "txt"} {
		file := filepath.Join(dir, "register."+ending)
		runCommand(t, e, "register", "-o", file).expect(t, exitOK, file+" written")
		if text, err := os.ReadFile(file); err != nil || ending != "xlsx" && !strings.Contains(string(text), ref) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".report-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAReportThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		said string
	}{
		{[]string{"report", "--from", "1/3/2026", "--to", "2026-04-30"}, "--from: "},
		{[]string{"report", "--from", "2026-05-01", "--to", "2026-04-30"}, "exchange --from and --to"},
		{[]string{"register", "-o", "register.docx"}, "use .csv, .xlsx, .html or .txt"},
		{[]string{"register"}, "DATABASE_URL is not set"},
	} {
		if got := runCommand(t, fakeEnv{}, test.args...); got.Code == exitOK || !strings.Contains(got.Stderr, test.said) {
			t.Errorf("%v: %+v", test.args, got)
		}
	}
}
