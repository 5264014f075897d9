package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// readPeople is a directory with people of these numbers.
func readPeople(t *testing.T, numbers ...string) *directory.Directory {
	t.Helper()
	text := "authority: X\npeople:\n"
	for _, n := range numbers {
		text += "  - {id: p" + n + ", name: Person " + n + ", entra: 0a000000-0000-4000-8000-0000000000" + n + "}\n"
	}
	d, err := directory.Read("people.yaml", []byte(text+"teams: [{id: t, name: T}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A file that changes by itself is taken at the second look that finds it as it is, is refused
// once while it stays as it is, and does not take many people away without somebody's word.
func TestAChangeIsTakenWhenItIsStillAndTakesFewAway(t *testing.T) {
	t.Parallel()
	everybody := strings.Fields("10 11 12 13 14 15 16 17 18 19 20 21")
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	files := &Settings{Directory: readPeople(t, everybody...), Calendar: calendar, Fingerprint: Fingerprint{1}}
	var readErr error
	read := func(context.Context, bool) (*Settings, error) { s := *files; return &s, readErr }
	built := 0
	errNotNow := errors.New("the database is not available")
	build := func(_ context.Context, s *Settings) (*App, error) {
		if built++; built > 1 {
			return nil, errNotNow // what would follow is in the story of serve
		}
		a := newUnstarted(t)
		a.people.file.Store(s.Directory)
		return a, nil
	}
	var log bytes.Buffer
	r, err := NewRunner(t.Context(), read, build, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	look := func(atWord bool, wantBuilt int, wantLog string) {
		t.Helper()
		log.Reset()
		r.Look(t.Context(), atWord)
		if built != wantBuilt || wantLog == "" && log.Len() > 0 || !strings.Contains(log.String(), wantLog) {
			t.Errorf("built %d, want %d; log %q, want %q", built, wantBuilt, log.String(), wantLog)
		}
	}
	look(false, 1, "")
	look(true, 1, "have not changed")

	files.Fingerprint, files.Directory = Fingerprint{2}, readPeople(t, everybody[:9]...) // three leave
	look(false, 1, "")
	look(false, 2, "not taken (the database is not available)")
	look(false, 3, "") // tried again, said once
	files.Fingerprint = Fingerprint{3}
	look(false, 3, "")
	files.Fingerprint = Fingerprint{4} // still being written
	look(false, 3, "")
	look(false, 4, "")

	files.Fingerprint, files.Directory = Fingerprint{5}, readPeople(t, everybody[:8]...) // four of twelve leave
	look(false, 4, "")
	look(false, 4, "they take many people away at once, 4 of 12")
	look(false, 4, "")
	look(true, 5, "the database is not available") // at somebody's word

	files.Fingerprint, readErr = Fingerprint{6}, errors.New("broken")
	look(false, 5, "")
	look(false, 5, "not taken (broken)")
	look(false, 5, "")
	files.Fingerprint, readErr = Fingerprint{1}, nil
	look(false, 5, "again those that the bot works with")
	look(false, 5, "")

	if checkLeavers(nil, readPeople(t, "10")) != nil || checkLeavers(readPeople(t, everybody...), readPeople(t, everybody[:9]...)) != nil ||
		checkLeavers(readPeople(t, everybody[:5]...), readPeople(t, everybody[1])) == nil {
		t.Error("who may leave at once")
	}
}
