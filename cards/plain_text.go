package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/safetext"
	"challengebot/internal/words"
)

// textWriter puts the text form of a card together.
type textWriter struct {
	buf   strings.Builder
	words *words.Catalogue
}

func (t *textWriter) writeLine(format string, args ...any) {
	t.buf.WriteString(safetext.BreakLinks(cleanText(fmt.Sprintf(format, args...))))
	t.buf.WriteByte('\n')
}

func (t *textWriter) writeElements(es []Element) {
	for _, e := range es {
		e.writeText(t)
	}
}

func (e TextBlock) writeText(t *textWriter) {
	if e.Hidden {
		return
	}
	if e.Heading {
		t.buf.WriteByte('\n')
	}
	t.writeLine("%s", e.Text)
}

func (e FactSet) writeText(t *textWriter) {
	for _, f := range e.Facts {
		t.writeLine("%s: %s", f.Title, f.Value)
	}
}

func (e Container) writeText(t *textWriter) { t.writeElements(e.Items) }

func (e ColumnSet) writeText(t *textWriter) {
	for _, items := range e.Columns {
		t.writeElements(items)
	}
}

func (e Input) writeText(t *textWriter) {
	if e.Hidden {
		return
	}
	var notes []string
	if e.Required {
		notes = append(notes, t.words.PlainText.Required)
	}
	if e.MaxLength > 0 {
		notes = append(notes, fmt.Sprintf(t.words.PlainText.UpTo, e.MaxLength))
	}
	if e.Kind == InputDate {
		notes = append(notes, t.words.PlainText.Date)
	}
	if e.MultiSelect {
		notes = append(notes, t.words.PlainText.Several)
	}
	head := "[ ] " + e.Label
	if len(notes) > 0 {
		head += " (" + strings.Join(notes, "; ") + ")"
	}
	t.writeLine("%s", head)
	for _, c := range e.Choices {
		t.writeLine("      %s%s", map[bool]string{true: "* ", false: "- "}[e.isChosen(c.Value)], c.Title)
	}
	if e.Value != "" && e.Kind != InputChoice {
		t.writeLine("      "+t.words.PlainText.CurrentValue, e.Value)
	}
}

func (e Input) isChosen(value string) bool {
	if !e.MultiSelect {
		return e.Value == value
	}
	for v := range strings.SplitSeq(e.Value, ",") {
		if v == value {
			return true
		}
	}
	return false
}

func (e ActionSet) writeText(t *textWriter) {
	var titles []string
	for _, a := range e.Actions {
		if x, ok := a.(ExecuteButton); ok {
			titles = append(titles, "<"+x.Title+">")
		}
	}
	if len(titles) > 0 {
		t.writeLine("%s", strings.Join(titles, "  "))
	}
	for _, a := range e.Actions {
		a.writeText(t)
	}
}

func (a ExecuteButton) writeText(*textWriter) {}

func (a ShowCardButton) writeText(t *textWriter) {
	t.writeLine("")
	t.writeLine("%s:", a.Title)
	t.writeElements(a.Body)
}

func (a ToggleButton) writeText(*textWriter) {}
