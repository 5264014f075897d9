package bot

import (
	"strings"
	"testing"

	"challengebot/internal/words"
)

// parseTyped reads a text that is typed in somebody's own chat.
func parseTyped(text string) typedCommand {
	return parseCommand(Activity{Type: TypeMessage, Text: text})
}

// Whatever the cards, the help and Teams' own list tell people to type in a language is a command.
func TestEveryCommandThatALanguageShowsIsUnderstood(t *testing.T) {
	for _, w := range words.Languages() {
		shown := map[string]words.CommandName{
			w.TypedCommand.Open: words.CommandChallenge, w.TypedCommand.Respond: words.CommandRespond, w.TypedCommand.Satisfied: words.CommandSatisfied,
			w.TypedCommand.SatisfiedWithNote: words.CommandSatisfied, w.TypedCommand.Partly: words.CommandPartly, w.TypedCommand.NotSatisfied: words.CommandNotSatisfied,
			w.TypedCommand.Gate: words.CommandGate, w.TypedCommand.AskedOutside: words.CommandAsked, w.TypedCommand.Withdraw: words.CommandWithdraw,
			w.TypedCommand.Refer: words.CommandRefer, w.TypedCommand.Skip: words.CommandSkip, w.TypedCommand.HandOff: words.CommandHandOff,
		}
		for _, name := range words.CommandNames {
			for _, line := range w.Commands[name] {
				shown[line.Syntax] = name
			}
		}
		for _, offered := range []map[words.CommandName]words.Command{w.Package.InChat, w.Package.InTeam} {
			for name, c := range offered {
				shown["/"+c.Syntax] = name
			}
		}
		for text, want := range shown {
			if got := parseTyped(text).word; !strings.HasPrefix(text, "/") || got != want {
				t.Errorf("%s: %q is read as %q, not %q", w.LanguageTag, text, got, want)
			}
		}
		for name, further := range w.Vocabulary.Commands {
			for _, word := range further {
				if got := parseTyped(word).word; got != name {
					t.Errorf("%s: %q is read as %q, not %q", w.LanguageTag, word, got, name)
				}
			}
		}
	}
}
