package challenge_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
)

// The files of testdata/lives are lives of challenges, step by step: what was tried by whom, each
// event with all that is stored of it, what was posted to whom, how the challenge stands, and what
// each person may do now. They hold nothing that is right by itself; the promises are in
// promises_test.go. They show what a change of the domain changes: read the difference after
//
//	go test ./internal/challenge -run TestLivesGoAsBefore -update
//
// The name of a file is its ladder and what the life is drawn from. To look among n more for
// lives that show what no file shows yet, and to keep those:
//
//	go test ./internal/challenge -run TestLivesGoAsBefore -more-lives n
func TestLivesGoAsBefore(t *testing.T) {
	files, err := filepath.Glob("testdata/lives/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, path := range files {
		name, seed, ok := splitLifeName(path)
		if !ok {
			t.Fatalf("%s is not named after a ladder and a number", path)
		}
		text := drawLife(t, name, seed)
		compareWithGolden(t, path, text)
		findNewShapes(known, text)
	}
	if len(files) < 50 {
		t.Errorf("%d lives only", len(files))
	}
	ladders := append(ladder.ShippedIDs(), "random", "random", "random", "random", "random", "random", "random", "random")
	for n := range *moreLives {
		name, seed := ladders[n%len(ladders)], 1000+n
		text := drawLife(t, name, seed)
		if findNewShapes(maps.Clone(known), text) < *newShapes {
			continue
		}
		findNewShapes(known, text)
		if err := os.WriteFile(fmt.Sprintf("testdata/lives/%s-%d.txt", name, seed), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	moreLives = flag.Int("more-lives", 0, "lives to draw, of which those are kept that show something new")
	newShapes = flag.Int("new-shapes", 8, "how many new kinds of line a life must have to be kept")
)

func splitLifeName(path string) (ladderID string, seed int, ok bool) {
	name := strings.TrimSuffix(filepath.Base(path), ".txt")
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return "", 0, false
	}
	seed, err := strconv.Atoi(name[i+1:])
	return name[:i], seed, err == nil
}

func drawLife(t *testing.T, ladderID string, seed int) string {
	return rapid.Custom(func(rt *rapid.T) string {
		if ladderID == "random" {
			return writeLife(rt, challengetest.RandomRichLadder(rt))
		}
		return writeLife(rt, challengetest.LoadLadder(t, ladderID))
	}).Example(seed)
}

// findNewShapes adds the kinds of line of a text to those that are known and counts the new ones: a
// kind is a line without its people, numbers and dates, and each of its words that is stored.
func findNewShapes(known map[string]bool, text string) int {
	found := 0
	see := func(shape string) {
		if !known[shape] {
			known[shape] = true
			found++
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if i := strings.Index(line, "{"); i >= 0 && strings.HasPrefix(line, "  ") {
			kind := shapeOf(line[:i])
			for _, word := range storedWord.FindAllString(line[i:], -1) {
				see(kind + word)
			}
			line = line[:i]
		}
		see(shapeOf(line))
	}
	return found
}

var (
	storedWord = regexp.MustCompile(`"[a-z_]+":("[a-z_]{1,16}"|true|false|null|\[|\{|[0-9])?`)
	varying    = regexp.MustCompile(`[0-9][-0-9:.]*|CH-[A-Z0-9]+|"[^"]*"|\b(north|south|east|west|anna|ben|cleo|sol|tess|sam|tara|una|hana|adil|olive|ivo|nora|quin|dora|otto|nell|hugo|dev|supe|zed|new)\b`)
)

func shapeOf(line string) string {
	if strings.HasPrefix(line, "at the end") || strings.HasPrefix(line, "foretold") {
		return ""
	}
	return varying.ReplaceAllString(line, "x")
}

func compareWithGolden(t *testing.T, path, text string) {
	t.Helper()
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	is, was := strings.Split(text, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(is), len(was)) {
		if i >= len(is) || i >= len(was) || is[i] != was[i] {
			t.Errorf("%s, line %d:\nwas: %s\nis:  %s", path, i+1, lineAt(was, i), lineAt(is, i))
			return
		}
	}
}

func lineAt(lines []string, i int) string {
	if i >= len(lines) {
		return "(the end)"
	}
	return lines[i]
}

// lifeWriter writes a random life down.
type lifeWriter struct {
	*challengetest.Life
	text   strings.Builder
	rights string // as last written
}

func writeLife(t *rapid.T, l *ladder.Ladder) string {
	life, raised := challengetest.BeginLife(t, l)
	w := &lifeWriter{Life: life}
	fmt.Fprintf(&w.text, "%s %s\n", l.ID, w.clock())
	f := raised.Forecast
	fmt.Fprintf(&w.text, "foretold: %s, asks %s, gates %d, %s; %s\n", f.Rung.ID, partyKeys(f.Respondents), len(f.Gates),
		f.Deadline.Date, strings.ReplaceAll(f.Explanation, "\n", " "))
	w.writeAttempt(challengetest.KeyOf(raised.By.ID)+" raises "+withKeys(asJSON(raised.Command.Details)), raised.Attempt)
	for range rapid.IntRange(20, 50).Draw(t, "steps") {
		w.step(t)
	}
	w.writeEnd(t)
	return w.text.String()
}

// step writes what is tried next, unless it is the clock and nothing is due.
func (w *lifeWriter) step(t *rapid.T) {
	a := w.Try(t)
	if a.Outage != nil {
		fmt.Fprintf(&w.text, "\n(the bot was off from %s to %s)\n", challengetest.Clock(a.Outage.From), challengetest.Clock(a.Outage.To))
	}
	if a.NewOffice {
		fmt.Fprintf(&w.text, "\n(the office: %s)\n", w.Office)
	}
	if a.Err == nil && !a.Change.HasEvents() {
		return
	}
	w.writeAttempt(fmt.Sprintf("%s: %s %s", challengetest.KeyOf(a.By.ID), strings.TrimPrefix(fmt.Sprintf("%T", a.Command), "challenge."), withKeys(asJSON(a.Command))), a)
}

// writeEnd writes the whole challenge, and what others ask of it.
func (w *lifeWriter) writeEnd(t *rapid.T) {
	stored := slices.Clone(w.Trail)
	for i, e := range stored {
		body, err := challenge.DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			t.Fatal(err)
		}
		stored[i].Body = body
	}
	again, err := challenge.Replay(w.Challenge.ID, stored)
	if err != nil || withKeys(asJSON(again)) != withKeys(asJSON(w.Challenge)) {
		t.Fatalf("replayed: %v", err)
	}
	fmt.Fprintf(&w.text, "\nat the end: %s\n", withKeys(asJSON(w.Challenge)))
	fmt.Fprintf(&w.text, "due %s; raised as %s\n", challengetest.Clock(w.Challenge.Due()), withKeys(asJSON(w.Challenge.RaisedDetails())))
	for _, p := range challengetest.People() {
		card, opening := w.Challenge.CardFor(p.ID)
		fmt.Fprintf(&w.text, "%s: %s of %d, respondent on %d; obstacles to cover for %s: %v\n", challengetest.KeyOf(p.ID), card, opening, w.Challenge.OpeningFor(p.ID),
			challengetest.KeyOf(w.Challenge.Chair.ID), challenge.StandInObstacles(w.Challenge.Chair.ID, p.ID, w.Env))
	}
	var candidates []string
	for _, p := range w.Snapshot().SuccessorCandidates(w.Env) {
		candidates = append(candidates, p.ID)
	}
	fmt.Fprintf(&w.text, "may succeed the chair: %v; overseers %s\n", candidates, keysOf(challenge.Overseers(&w.Challenge, w.Env.Directory, w.Env.Today())))
}

// writeAttempt writes what a command did, or why it did nothing.
func (w *lifeWriter) writeAttempt(what string, a challengetest.Attempt) {
	change, err := a.Change, a.Err
	fmt.Fprintf(&w.text, "\n%s %s\n", w.clock(), what)
	refusal := change.Refusal
	if err != nil && !errors.As(err, &refusal) {
		fmt.Fprintf(&w.text, "  fails: %v\n", err)
		return
	}
	if refusal != nil {
		fmt.Fprintf(&w.text, "  %s (%s): %s\n", refusal.Code, refusal.Translation.Key, withKeys(refusal.Sentence))
		for _, field := range slices.Sorted(maps.Keys(refusal.Fields)) {
			fmt.Fprintf(&w.text, "    %s (%s): %s\n", field, refusal.FieldTranslations[field].Key, withKeys(refusal.Fields[field]))
		}
	}
	for _, e := range change.Events {
		fmt.Fprintf(&w.text, "  %d %s by %s on %q, opening %d: %s\n", e.Seq, e.Body.Kind(), challengetest.KeyOf(e.By.ID), e.Rung, e.Opening, withKeys(string(e.Data)))
	}
	for _, p := range change.Posts {
		fmt.Fprintf(&w.text, "  %s to %s, opening %d\n", p.Card, challengetest.KeyOf(p.To.Person)+p.To.Team, p.Opening)
	}
	if !change.HasEvents() {
		return
	}
	for _, e := range a.Delivered {
		fmt.Fprintf(&w.text, "  %d %s: %s\n", e.Seq, e.Body.Kind(), withKeys(string(e.Data)))
	}
	fmt.Fprintf(&w.text, "  = %s on %s, version %d, waits for %s, next %s\n", w.Challenge.State, w.Challenge.Rung, w.Challenge.Version, keysOf(w.Challenge.WaitingFor()), challengetest.Clock(w.Challenge.NextAt))
	for _, g := range w.Challenge.Gaps {
		fmt.Fprintf(&w.text, "  nobody is left: %s\n", asJSON(g))
	}
	w.writeRights()
}

// writeRights writes what each person may do, where it is not what it was.
func (w *lifeWriter) writeRights() {
	var b strings.Builder
	s := w.Snapshot()
	for _, p := range append(challengetest.People(), challengetest.Stranger()) {
		if r := rightNames(s.RightsOf(p.ID, w.Env)); r != "" && r != " read" {
			fmt.Fprintf(&b, "  %s:%s\n", challengetest.KeyOf(p.ID), r)
		} else if r != "" {
			fmt.Fprintf(&b, "  %s reads\n", challengetest.KeyOf(p.ID))
		}
	}
	if b.String() != w.rights {
		w.rights = b.String()
		w.text.WriteString("  who may do what:\n" + strings.ReplaceAll(w.rights, "  ", "    "))
	}
}

func rightNames(r permission.Rights) string {
	var b strings.Builder
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Bool && f.Bool() {
			b.WriteString(" " + strings.ToLower(v.Type().Field(i).Name))
		}
	}
	for _, gate := range slices.Sorted(maps.Keys(r.Gates)) {
		fmt.Fprintf(&b, " %s%+v", gate, r.Gates[gate])
	}
	return b.String()
}

func (w *lifeWriter) clock() string { return challengetest.Clock(w.Env.Now) }

func keysOf(ids []string) string {
	var keys []string
	for _, id := range ids {
		keys = append(keys, challengetest.KeyOf(id))
	}
	return strings.Join(keys, ", ")
}

func partyKeys(ps []challenge.Party) string {
	var keys []string
	for _, p := range ps {
		keys = append(keys, challengetest.KeyOf(p.ID)+" as "+string(p.Role))
	}
	return strings.Join(keys, ", ")
}

// withKeys is a text with the keys of people in the place of their object ids, and without what
// changes with any word of a ladder or any day of the calendar.
func withKeys(text string) string {
	text = longText.ReplaceAllString(text, "$1…")
	return objectID.ReplaceAllStringFunc(versionHash.ReplaceAllString(text, `"$1":"…"`), challengetest.KeyOf)
}

var (
	longText    = regexp.MustCompile(`(long ){3,}(long)?`)
	objectID    = regexp.MustCompile(`6f1c0000-0000-4000-8000-[0-9a-f]{12}`)
	versionHash = regexp.MustCompile(`"(head|ladder_digest|calendar)":"[^"]*"`)
)
