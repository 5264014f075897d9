package casenote_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/casenote"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
)

var update = flag.Bool("update", false, "write the agreed notes anew")

// walk is a challenge under a ladder in which everybody answers and nobody is satisfied before the
// last rung.
func walk(t *testing.T, l *ladder.Ladder) (challenge.Snapshot, *time.Location) {
	t.Helper()
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	trail, err := simulation.RunTrail(simulation.Script{Ladder: l, Calendar: calendar, Behaviour: simulation.BehaviourPrompt,
		Start: time.Date(2026, time.March, 30, 10, 0, 0, 0, calendar.Location())})
	if err != nil {
		t.Fatal(err)
	}
	return trail, calendar.Location()
}

func allNotes(challenge.NoteMoment) bool { return true }

func TestTheNotesOfAWholeWalkAreAsAgreed(t *testing.T) {
	t.Parallel()
	for _, id := range ladder.ShippedIDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			l, err := ladder.LoadShipped(id)
			if err != nil {
				t.Fatal(err)
			}
			trail, zone := walk(t, l)
			var b strings.Builder
			for _, n := range casenote.ListNotes(trail, nil, zone, allNotes) {
				fmt.Fprintf(&b, "=== %s, by the %s\n%s\n\n", n.Where, l.RoleLabel(n.Record.Author), n.Text)
			}
			file := filepath.Join("testdata", id+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("the notes are not as agreed (-want +got):\n%s", diff)
			}
		})
	}
}

// What a note says stays, whatever happens later.
func TestANoteSaysWhatWasSoAtItsMoment(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	trail, zone := walk(t, l)
	all := casenote.ListNotes(trail, nil, zone, allNotes)
	if len(all) < 5 {
		t.Fatalf("%d notes", len(all))
	}
	for i, n := range all {
		then := trail
		then.History = trail.History[:n.Last]
		if then.Challenge, err = challenge.Replay(trail.Challenge.ID, then.History); err != nil {
			t.Fatal(err)
		}
		notes := casenote.ListNotes(then, nil, zone, allNotes)
		if len(notes) != i+1 || notes[i].Text != n.Text {
			t.Errorf("note %d reads otherwise at its moment:\n%s\n\nand now:\n%s", i, notes[len(notes)-1].Text, n.Text)
		}
	}
}

// What people typed keeps its lines and joins no two parts.
func TestATypedTextCannotLookLikeAPartOfTheNote(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	trail, zone := walk(t, l)
	raised, _ := trail.History[0].Body.(challenge.Raised)
	trail.Challenge.Details = raised.Details
	trail.Challenge.Details.Concern = "First line\r\n\r\nOutcome\nSettled."
	n := casenote.ListNotes(trail, nil, zone, allNotes)[0]
	if strings.Contains(n.Text, "\n\nOutcome\nSettled.") || !strings.Contains(n.Text, "First line\nOutcome\nSettled.") {
		t.Error(n.Text)
	}
}

// A plain field makes one space of many and shows no sign of what turns a text around.
func TestANoteKeepsItsShapeInAPlainField(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("redcar-cleveland-internal")
	if err != nil {
		t.Fatal(err)
	}
	trail, zone := walk(t, l)
	trail.Challenge.Details.Concern = "Visits:\t 3 of  8.\n   The plan\u202e drifts.  "
	notes := casenote.ListNotes(trail, nil, zone, allNotes)
	if !strings.Contains(notes[0].Text, "\nVisits: 3 of 8.\nThe plan(U+202E) drifts.\n") {
		t.Error(notes[0].Text)
	}
	for _, n := range notes {
		for _, line := range strings.Split(n.Text, "\n") {
			hidden := strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) })
			if hidden || line != strings.Join(strings.Fields(line), " ") {
				t.Errorf("a plain field changes the line %q", line)
			}
		}
	}
}

func TestAPastedNoteSaysByWhomAndWhen(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("redcar-cleveland-partner")
	if err != nil {
		t.Fatal(err)
	}
	trail, zone := walk(t, l)
	first := trail.ListNoteMoments()[0]
	at := trail.History[len(trail.History)-1].At.Add(time.Hour)
	trail.History = append(trail.History, challenge.Event{Seq: len(trail.History) + 1, At: at, By: challenge.Person{ID: "x", Name: "Maya Okafor"}, Body: challenge.NotePasted{NoteKey: first.NoteKey}})
	notes := casenote.ListNotes(trail, nil, zone, func(m challenge.NoteMoment) bool { return m.Record.Author == directory.RoleChair })
	if n := notes[0]; !n.IsPasted() || n.PastedBy != "Maya Okafor" || !n.PastedAt.Equal(at) {
		t.Errorf("%+v", n)
	}
	for _, n := range notes[1:] {
		if n.IsPasted() {
			t.Errorf("the note about event %d is pasted, too", n.Seq)
		}
	}
}
