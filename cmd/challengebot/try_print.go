package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"challengebot/internal/story"
)

const demoHeading = `One challenge, played through the bot's real HTTP endpoint against a practice Teams.
The authority, its people and the case are made up. The clock is moved by hand.
`

// teller prints steps for a person: who did what when, and what everybody then saw.
// What somebody was shown before in the same words is not printed to them again.
type teller struct {
	*program
	shown map[string]map[string]bool // person, line
}

func (t *teller) step(s story.Step) {
	t.printf("\n%2d. %s\n    %s\n", s.N, s.When, s.Does)
	for _, seen := range s.Shown {
		where := "in the chat with the bot"
		if seen.Channel {
			where = "in the channel"
		}
		t.printf("\n    %s sees %s (%s):\n", seen.To, where, seen.Change)
		t.printf("%s", framed(t.fresh(seen), "    │ "))
	}
	if s.Audit != "" {
		t.printf("\n%s", framed(s.Audit, "    "))
	}
	if s.Chain != "" {
		t.printf("\n    %s\n", s.Chain)
	}
}

// folded is the shortest run of lines that is worth leaving out.
const folded = 3

// fresh is a message without the long runs of lines that its reader knows.
func (t *teller) fresh(seen story.Seen) string {
	known := t.shown[seen.To]
	if known == nil {
		known = map[string]bool{}
		t.shown[seen.To] = known
	}
	var out, run []string
	flush := func() {
		if len(run) >= folded {
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

func framed(text, edge string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for _, part := range wrapped(line, 100) {
			b.WriteString(strings.TrimRight(edge+part, " ") + "\n")
		}
	}
	return b.String()
}

// wrapped breaks a long line at its spaces and keeps how far it was set in.
func wrapped(line string, width int) []string {
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

// tellStepJSON prints a step as one JSON object on one line.
func (p *program) tellStepJSON(s story.Step) {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a step is plain text and times: %v", err))
	}
	p.printf("%s\n", text)
}
