package bot

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// Whatever the cards and the help of a language tell people to type is a command.
func TestEveryCommandThatALanguageShowsIsUnderstood(t *testing.T) {
	known := map[string]bool{wordChallenge: true, wordMine: true, wordHelp: true, wordCover: true, wordNotices: true, wordWaiting: true}
	for word := range commands {
		known[word] = true
	}
	for _, w := range []*words.Words{words.English, words.Welsh} {
		typed := []string{w.Type.Open, w.Type.Respond, w.Type.Satisfied, w.Type.Settled, w.Type.Partly, w.Type.NotSatisfied, w.Type.Gate,
			w.Type.Asked, w.Type.Withdraw, w.Type.Refer, w.Type.Skip, w.Type.HandOff}
		for i, c := range w.Help.Commands {
			typed = append(typed, c.Type)
			if got, want := parseCommand(c.Type).word, parseCommand(words.English.Help.Commands[i].Type).word; got != want {
				t.Errorf("line %d of the help is %q in %s and %q in English", i, got, w.Tag, want)
			}
		}
		for _, text := range typed {
			if word := parseCommand(text).word; !strings.HasPrefix(text, "/") || !known[word] {
				t.Errorf("%s: %q is no command (%q)", w.Tag, text, word)
			}
		}
		for status, word := range w.Type.Status {
			if _, got, note := parseGate(word + " so"); got != status || note != "so" {
				t.Errorf("%s: %q is read as %q", w.Tag, word, got)
			}
		}
	}
	for typed, want := range map[string]challenge.How{"ffôn": challenge.ByTelephone, "Ffon": challenge.ByTelephone, "e-bost": challenge.ByEmail,
		"phone": challenge.ByTelephone, "E-MAIL": challenge.ByEmail, "post": "post"} {
		if got := howAsked(typed); got != want {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}
