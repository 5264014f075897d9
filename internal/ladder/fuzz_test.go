package ladder

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// FuzzRead holds Read, Lint, Page and Mermaid to their promise: whatever the bytes,
// an answer and no panic, and what was read comes back from its JSON unchanged.
func FuzzRead(f *testing.F) {
	f.Add([]byte(smallLadderYAML))
	f.Add(Template("fuzz", "Title", "Authority"))
	for _, id := range ShippedIDs() {
		text, err := ShippedText(id)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	calendar := calendarUntil("2026-12-31")
	f.Fuzz(func(t *testing.T, data []byte) {
		Lint("f.yaml", data, LintContext{HasHolder: func(directory.Role) bool { return false }, Calendar: calendar, Today: workday.NewDate(2026, 4, 1), RemindBefore: 1})
		l, err := Read("f.yaml", data)
		if (l == nil) == (err == nil) {
			t.Fatalf("ladder %v with error %v", l, err)
		}
		if err != nil {
			return
		}
		if RenderText(l) == "" || RenderMermaid(l) == "" {
			t.Error("nothing to show")
		}
		text, err := l.JSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		back.Tests = l.Tests // they are no part of what a challenge keeps
		if found := Diff(l, back); len(found) > 0 {
			t.Errorf("differs from itself: %v", found)
		}
		if l.Hash() != back.Hash() {
			t.Errorf("changed by its JSON (-want +got):\n%s", cmp.Diff(l, back))
		}
	})
}

func TestFromJSONRefusesWhatIsNotALadder(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "null", `{"ladder":"x"}`, `{"ladder":"x","rungs":[{"id":"a"}],"new":1}`, `{"ladder":"x","rungs":[{"id":"a"}]} {}`, `{"ladder":"x","rungs":[{"id":"a","kind":"exceptional"}]}`, `{"ladder":"x","rungs":[{"id":"a","window":"soon"}]}`} {
		if l, err := FromJSON([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", text, l)
		}
	}
}

// TestRandomLaddersAreJudgedWithoutPanic spoils a shipped ladder in its parts, which
// bytes at random seldom do, and writes it as YAML (which JSON is): lint answers, and
// what Read takes can be shown.
func TestRandomLaddersAreJudgedWithoutPanic(t *testing.T) {
	t.Parallel()
	calendar := calendarUntil("2026-12-31")
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		l, err := LoadShipped(rapid.SampledFrom(ShippedIDs()).Draw(t, "ladder"))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			rapid.SampledFrom(editsOf(l)).Draw(t, "change").apply(reflect.ValueOf(l).Elem())
		}
		text, err := l.JSON()
		if err != nil {
			t.Fatal(err)
		}
		problems := yamlfile.Problems(Lint("f.yaml", text, LintContext{HasHolder: func(directory.Role) bool { return true }, Calendar: calendar, Today: workday.NewDate(2026, 4, 1), RemindBefore: 1}))
		for _, p := range problems {
			if p.What == "" || p.File == "" || p.Hint == "" && !strings.Contains(p.What, "write") {
				t.Errorf("a complaint without its place or its mend: %+v", p)
			}
		}
		read, err := Read("f.yaml", text)
		switch {
		case err != nil && len(problems.Errors()) == 0:
			t.Errorf("lint is content with what Read refuses: %v", err)
		case err != nil:
			refused++
		case RenderText(read) == "" || RenderMermaid(read) == "":
			t.Error("nothing to show")
		}
	})
	if refused == 0 {
		t.Error("nothing was spoilt: the test is broken")
	}
}
