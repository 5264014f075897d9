package record

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
)

var update = flag.Bool("update", false, "write the golden file anew")

const sentencesGolden = "testdata/sentences.txt"

var varyingParts = regexp.MustCompile(`\d[\d:.-]*|CH-[A-Z0-9]+|[0-9a-f]{16}|\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b`)

// TestEverySentenceThatATrailHas tells the trails of many random lives, and holds all their
// sentences and what was written, each once, against the file. What a change of a sentence changes
// shows in the difference after
//
//	go test ./internal/record -run TestEverySentence -update
func TestEverySentenceThatATrailHas(t *testing.T) {
	t.Parallel()
	london := loadLondon(t)
	seen := map[string]bool{}
	ladders := ladder.ShippedIDs()
	for seed := range 160 {
		rapid.Custom(func(rt *rapid.T) int {
			l := challengetest.LoadLadder(t, ladders[seed%len(ladders)])
			if seed%2 == 1 {
				l = challengetest.RandomRichLadder(rt)
			}
			tellLife(rt, l, london, seen)
			return 0
		}).Example(seed + 1)
	}
	got := strings.Join(slices.Sorted(maps.Keys(seen)), "\n") + "\n"
	if *update {
		if err := os.WriteFile(sentencesGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sentencesGolden)
	if err != nil {
		t.Fatal(err)
	}
	was := strings.Split(string(want), "\n")
	for _, line := range was {
		if line != "" && !seen[line] {
			t.Errorf("told no more: %s", line)
		}
	}
	for _, line := range strings.Split(got, "\n") {
		if !slices.Contains(was, line) {
			t.Errorf("new: %s", line)
		}
	}
}

// tellLife adds what is told of one life, without its numbers and dates.
func tellLife(t *rapid.T, l *ladder.Ladder, zone *time.Location, seen map[string]bool) {
	life, _ := challengetest.BeginLife(t, l)
	for range rapid.IntRange(10, 40).Draw(t, "steps") {
		life.Try(t)
	}
	names := NameLookup{TeamName: func(id string) string {
		if id == "west" {
			return ""
		}
		return "the team " + id
	}, PersonName: func(id string) string {
		if key := challengetest.KeyOf(id); key != "new" && key != "zed" {
			return "the person " + key
		}
		return ""
	}}
	shape := func(text string) string {
		text = strings.ReplaceAll(text, "\n", " / ")
		for len(text) > 600 {
			text = text[:600]
		}
		return varyingParts.ReplaceAllString(text, "#")
	}
	for i, e := range Timeline(life.Snapshot(), names, zone) {
		kind := string(life.Trail[i].Body.Kind())
		seen[kind+": "+shape(e.Sentences)] = true
		seen[kind+" on "+e.Rung+" by "+e.Actor] = true
		for _, f := range e.Facts {
			seen[kind+", "+f.Label+": "+shape(f.Text)] = true
		}
		if e.Seq != i+1 || !e.At.Equal(life.Trail[i].At) || e.At.Location() != zone || e.Hash != life.Trail[i].Hash.String() {
			t.Fatalf("entry %d is of another event: %+v", i+1, e)
		}
	}
}
