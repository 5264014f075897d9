package bot

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// parseTyped reads a text that is typed in somebody's own chat.
func parseTyped(text string) typedCommand {
	return parseCommand(Activity{Type: TypeMessage, Text: text})
}

// Whatever the cards and the help of a language tell people to type is a command.
func TestEveryCommandThatALanguageShowsIsUnderstood(t *testing.T) {
	known := map[string]bool{commandChallenge: true, commandMine: true, commandHelp: true, commandCover: true, commandNotices: true, commandWaiting: true}
	for word := range commands {
		known[word] = true
	}
	for _, w := range []*words.Catalogue{words.English, words.Welsh} {
		typed := []string{w.TypedCommand.Open, w.TypedCommand.Respond, w.TypedCommand.Satisfied, w.TypedCommand.SatisfiedWithNote, w.TypedCommand.Partly, w.TypedCommand.NotSatisfied, w.TypedCommand.Gate,
			w.TypedCommand.AskedOutside, w.TypedCommand.Withdraw, w.TypedCommand.Refer, w.TypedCommand.Skip, w.TypedCommand.HandOff}
		for i, c := range w.Help.Commands {
			typed = append(typed, c.Syntax)
			if got, want := parseTyped(c.Syntax).word, parseTyped(words.English.Help.Commands[i].Syntax).word; got != want {
				t.Errorf("line %d of the help is %q in %s and %q in English", i, got, w.LanguageTag, want)
			}
		}
		for _, text := range typed {
			if word := parseTyped(text).word; !strings.HasPrefix(text, "/") || !known[word] {
				t.Errorf("%s: %q is no command (%q)", w.LanguageTag, text, word)
			}
		}
		for status, word := range w.TypedCommand.GateStatuses {
			if _, got, note := parseGate(word + " so"); got != status || note != "so" {
				t.Errorf("%s: %q is read as %q", w.LanguageTag, word, got)
			}
		}
	}
	for typed, want := range map[string]challenge.ContactMethod{"ffôn": challenge.ContactByTelephone, "Ffon": challenge.ContactByTelephone, "e-bost": challenge.ContactByEmail,
		"phone": challenge.ContactByTelephone, "E-MAIL": challenge.ContactByEmail, "post": "post"} {
		if got := parseHowAsked(typed); got != want {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}
