package try

import (
	"encoding/json"
	"fmt"
	"strings"

	"challengebot/internal/story"
)

const demoHeading = `One challenge, played through the bot's real HTTP endpoint against a practice Teams.
The authority, its people and the case are made up. The clock is moved by hand.
`

// stepPrinter prints steps for a person: who did what when, and what everybody then saw.
// What somebody was shown before in the same words is not printed to them again.
type stepPrinter struct {
	Options
	shown map[string]map[string]bool // person, line
}

func (t *stepPrinter) printStep(s story.Step) {
	t.printf("\n%2d. %s\n    %s\n", s.Number, s.TimeText, s.Description)
	for _, seen := range s.Messages {
		where := "in the chat with the bot"
		if seen.InChannel {
			where = "in the channel"
		}
		t.printf("\n    %s sees %s (%s):\n", seen.To, where, seen.Change)
		t.printf("%s", indentText(t.omitRepeatedLines(seen), "    │ "))
	}
	if s.Audit != "" {
		t.printf("\n%s", indentText(s.Audit, "    "))
	}
	if s.ChainResult != "" {
		t.printf("\n    %s\n", s.ChainResult)
	}
}

// minOmittedLines is the shortest run of lines that is worth leaving out.
const minOmittedLines = 3

// omitRepeatedLines is a message without the long runs of lines that its reader knows.
func (t *stepPrinter) omitRepeatedLines(seen story.SeenMessage) string {
	known := t.shown[seen.To]
	if known == nil {
		known = map[string]bool{}
		t.shown[seen.To] = known
	}
	var out, run []string
	flush := func() {
		if len(run) >= minOmittedLines {
			run = []string{fmt.Sprintf("… (%d lines as shown before)", len(run))}
		}
		out, run = append(out, run...), nil
	}
	lines := strings.Split(seen.Text, "\n")
	for i, line := range lines {
		if i > 0 && known[line] {
			run = append(run, line)
			continue
		}
		flush()
		out = append(out, line)
	}
	flush()
	for _, line := range lines {
		known[line] = true
	}
	return strings.Join(out, "\n")
}

func indentText(text, edge string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for _, part := range wrapLine(line, 100) {
			b.WriteString(strings.TrimRight(edge+part, " ") + "\n")
		}
	}
	return b.String()
}

// wrapLine breaks a long line at its spaces and keeps how far it was set in.
func wrapLine(line string, width int) []string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var out []string
	current := ""
	for _, word := range strings.Fields(line) {
		switch {
		case current == "":
			current = indent + word
		case len([]rune(current))+1+len([]rune(word)) > width:
			out = append(out, current)
			current = indent + "  " + word
		default:
			current += " " + word
		}
	}
	return append(out, current)
}

// printStepJSON prints a step as one JSON object on one line.
func (t *stepPrinter) printStepJSON(s story.Step) {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a step is plain text and times: %v", err))
	}
	t.printf("%s\n", text)
}
