package try

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"challengebot/internal/story"
)

func TestLongRunsOfLinesThatAReaderKnowsAreLeftOut(t *testing.T) {
	t.Parallel()
	p := &stepPrinter{shown: map[string]map[string]bool{}}
	show := func(to, text string) string {
		return strings.ReplaceAll(p.omitRepeatedLines(story.SeenMessage{To: to, Text: text}), "\n", "|")
	}
	for _, step := range []struct{ to, text, want string }{
		{"Tom", "a\nb\nc\nd", "a|b|c|d"},
		{"Tom", "a\nb\nc\nd", "a|… (3 lines as shown before)"}, // the first line always stays
		{"Tom", "new\na\nb\nnew too", "new|a|b|new too"},       // two lines are not worth it
		{"Tom", "x\na\nb\nc\nd\ny", "x|… (4 lines as shown before)|y"},
		{"Ann", "a\nb\nc\nd", "a|b|c|d"}, // who was shown nothing yet
	} {
		if got := show(step.to, step.text); got != step.want {
			t.Errorf("%s is shown %q, want %q", step.to, got, step.want)
		}
	}
}

func TestLongLinesAreBrokenAtSpacesAndKeepTheirIndent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line string
		want []string
	}{
		{"", []string{""}},
		{"short", []string{"short"}},
		{"one two three", []string{"one two", "  three"}},
		{"  one two three", []string{"  one two", "    three"}},
		{"éééé éééé", []string{"éééé éééé"}}, // nine letters, whatever their bytes
		{"unbreakable-word", []string{"unbreakable-word"}},
	} {
		if got := wrapLine(test.line, 9); !slices.Equal(got, test.want) {
			t.Errorf("%q is broken into %q, want %q", test.line, got, test.want)
		}
	}
	if got, want := indentText("a\n\nb\n\n", "> "), "> a\n>\n> b\n"; got != want {
		t.Errorf("indented %q, want %q", got, want)
	}
}

func TestTheFirstFaultOfADemonstrationIsKept(t *testing.T) {
	t.Parallel()
	newRecorder := func() (*faultRecorder, *strings.Builder) {
		var out strings.Builder
		return &faultRecorder{next: slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn})}, &out
	}
	quiet, out := newRecorder()
	log := slog.New(quiet)
	log.Info("nobody reads this")
	log.Warn("the keys are late")
	if err := quiet.firstFault(); err != nil || strings.Contains(out.String(), "nobody") || !strings.Contains(out.String(), "the keys are late") {
		t.Errorf("a warning: fault %v, log %q", err, out)
	}
	for name, fail := range map[string]func(*faultRecorder){
		"an error in the log":               func(f *faultRecorder) { slog.New(f).Error("broken") },
		"an error of a logger with fields":  func(f *faultRecorder) { slog.New(f).With("id", 1).With("n", 2).Error("broken") },
		"an error of a logger with a group": func(f *faultRecorder) { slog.New(f).WithGroup("g").WithGroup("h").Error("broken") },
		"a breach of Teams' rules":          func(f *faultRecorder) { f.recordRuleBreach("broken: %d", 1) },
	} {
		f, _ := newRecorder()
		fail(f)
		first := f.firstFault()
		if first == nil || !strings.Contains(first.Error(), "broken") {
			t.Errorf("%s is recorded as %v", name, first)
		}
		f.recordFault(errors.New("a later one"))
		if f.firstFault() != first {
			t.Errorf("%s: a later fault took its place", name)
		}
	}
}
