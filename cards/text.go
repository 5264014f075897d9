package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/words"
)

// teller puts the text form of a card together.
type teller struct {
	b strings.Builder
	w *words.Words
}

func (t *teller) line(format string, args ...any) {
	t.b.WriteString(clean(fmt.Sprintf(format, args...)))
	t.b.WriteByte('\n')
}

func (t *teller) elements(es []Element) {
	for _, e := range es {
		e.tell(t)
	}
}

func (e TextBlock) tell(t *teller) {
	if e.Heading {
		t.b.WriteByte('\n')
	}
	t.line("%s", e.Text)
}

func (e FactSet) tell(t *teller) {
	for _, f := range e.Facts {
		t.line("%s: %s", f.Title, f.Value)
	}
}

func (e Container) tell(t *teller) { t.elements(e.Items) }

func (e ColumnSet) tell(t *teller) {
	for _, items := range e.Columns {
		t.elements(items)
	}
}

func (e Input) tell(t *teller) {
	var notes []string
	if e.Required {
		notes = append(notes, t.w.Text.Required)
	}
	if e.MaxLength > 0 {
		notes = append(notes, fmt.Sprintf(t.w.Text.UpTo, e.MaxLength))
	}
	if e.Kind == InputDate {
		notes = append(notes, t.w.Text.Date)
	}
	if e.Multi {
		notes = append(notes, t.w.Text.Several)
	}
	head := "[ ] " + e.Label
	if len(notes) > 0 {
		head += " (" + strings.Join(notes, "; ") + ")"
	}
	t.line("%s", head)
	for _, c := range e.Choices {
		t.line("      %s%s", map[bool]string{true: "* ", false: "- "}[e.chosen(c.Value)], c.Title)
	}
	if e.Value != "" && e.Kind != InputChoice {
		t.line("      "+t.w.Text.Now, e.Value)
	}
}

func (e Input) chosen(value string) bool {
	if !e.Multi {
		return e.Value == value
	}
	for v := range strings.SplitSeq(e.Value, ",") {
		if v == value {
			return true
		}
	}
	return false
}

func (e ActionSet) tell(t *teller) {
	var titles []string
	for _, a := range e.Actions {
		if x, ok := a.(Execute); ok {
			titles = append(titles, "<"+x.Title+">")
		}
	}
	if len(titles) > 0 {
		t.line("%s", strings.Join(titles, "  "))
	}
	for _, a := range e.Actions {
		a.tell(t)
	}
}

func (a Execute) tell(*teller) {}

func (a ShowCard) tell(t *teller) {
	t.line("")
	t.line("%s:", a.Title)
	t.elements(a.Body)
}

func (a Toggle) tell(*teller) {}
