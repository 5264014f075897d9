package cards

// Element is a part of a card's body. It writes itself as JSON and tells itself
// as plain text.
type Element interface {
	writeJSON(w *jsonWriter)
	writeText(t *textWriter)
}

// TextBlock is a paragraph. Its text is plain; it is escaped when written.
type TextBlock struct {
	Text    string
	Size    string // Small, Medium, Large
	Bold    bool
	Subtle  bool
	Heading bool // read as a heading by screen readers
	Spacing string
	Hidden  bool
}

func (e TextBlock) writeJSON(w *jsonWriter) {
	w.openElement("TextBlock")
	w.writeEscaped("text", e.Text)
	w.writeHidden(e.Hidden)
	w.writeFlag("wrap", true)
	size := e.Size
	if e.Heading && size == "" {
		size = "Medium" // else the theme makes every heading as large as the title
	}
	w.writeString("size", size)
	if e.Bold {
		w.writeString("weight", "Bolder")
	}
	w.writeFlag("isSubtle", e.Subtle)
	if e.Heading {
		w.writeString("style", "heading")
	}
	w.writeString("spacing", e.Spacing)
	w.closeBracket('}')
}

// Fact is a label and what it says.
type Fact struct{ Title, Value string }

// FactSet is a list of facts.
type FactSet struct{ Facts []Fact }

func (e FactSet) writeJSON(w *jsonWriter) {
	w.openElement("FactSet")
	w.writeName("facts")
	w.openBracket('[')
	for _, f := range e.Facts {
		w.openBracket('{')
		w.writeEscaped("title", f.Title)
		w.writeEscaped("value", f.Value)
		w.closeBracket('}')
	}
	w.closeBracket(']')
	w.closeBracket('}')
}

// Container holds elements together. Style is one of the theme's own: emphasis,
// good, warning, attention, accent.
type Container struct {
	ID        string
	Style     string
	Items     []Element
	Hidden    bool
	Separator bool
}

// newFaultBox says what is wrong with the input below it. A theme's text in the colour of attention is
// too faint in the dark; on a ground of that colour the text is its own.
func newFaultBox(text string) Container {
	return Container{Style: "attention", Items: []Element{TextBlock{Text: text, Bold: true}}}
}

func (e Container) writeJSON(w *jsonWriter) {
	w.openElement("Container")
	w.writeString("id", e.ID)
	w.writeString("style", e.Style)
	w.writeHidden(e.Hidden)
	w.writeFlag("separator", e.Separator)
	w.writeElements("items", e.Items)
	w.closeBracket('}')
}

// ColumnSet puts elements beside each other, all of the same width.
type ColumnSet struct{ Columns [][]Element }

func (e ColumnSet) writeJSON(w *jsonWriter) {
	w.openElement("ColumnSet")
	w.writeName("columns")
	w.openBracket('[')
	for _, items := range e.Columns {
		w.openElement("Column")
		w.writeString("width", "stretch")
		w.writeElements("items", items)
		w.closeBracket('}')
	}
	w.closeBracket(']')
	w.closeBracket('}')
}

// Choice is one option of an input.
type Choice struct{ Title, Value string }

// InputKind is the type of an input.
type InputKind string

// Kinds of input.
const (
	InputText   InputKind = "Input.Text"
	InputDate   InputKind = "Input.Date"
	InputChoice InputKind = "Input.ChoiceSet"
)

// Input is something to fill in.
type Input struct {
	Kind  InputKind
	ID    string
	Label string
	Value string
	// Error is what the client says when the input is empty or too long.
	Error    string
	Required bool
	// RequiredByServer is an input that only the server insists on, because another button of
	// the same card works without it. Its label says so; clients mark Required by
	// themselves.
	RequiredByServer bool
	Multiline        bool
	MaxLength        int
	Min, Max         string // dates, YYYY-MM-DD
	Choices          []Choice
	MultiSelect      bool
	Expanded         bool
	Hidden           bool // it holds a value that is sent with the others
}

func (e Input) writeJSON(w *jsonWriter) {
	w.openElement(string(e.Kind))
	w.writeString("id", e.ID)
	w.writeHidden(e.Hidden)
	w.writeString("label", e.Label)
	w.writeString("value", e.Value)
	w.writeFlag("isRequired", e.Required)
	w.writeString("errorMessage", e.Error)
	w.writeFlag("isMultiline", e.Multiline)
	w.writeInt("maxLength", e.MaxLength)
	w.writeString("min", e.Min)
	w.writeString("max", e.Max)
	if e.Kind == InputChoice {
		e.writeChoices(w)
	}
	w.closeBracket('}')
}

func (e Input) writeChoices(w *jsonWriter) {
	w.writeString("style", map[bool]string{true: "expanded", false: "compact"}[e.Expanded])
	w.writeFlag("isMultiSelect", e.MultiSelect)
	w.writeFlag("wrap", true)
	w.writeName("choices")
	w.openBracket('[')
	for _, c := range e.Choices {
		w.openBracket('{')
		w.writeString("title", c.Title)
		w.writeName("value") // an empty value is one, too: "none"
		w.writeQuoted(c.Value)
		w.closeBracket('}')
	}
	w.closeBracket(']')
}

// Button is a button.
type Button interface {
	writeJSON(w *jsonWriter)
	writeText(t *textWriter)
}

// ActionSet is a row of buttons, six at the most.
type ActionSet struct{ Actions []Button }

func (e ActionSet) writeJSON(w *jsonWriter) {
	w.openElement("ActionSet")
	w.writeName("actions")
	w.openBracket('[')
	for _, a := range e.Actions {
		a.writeJSON(w)
	}
	w.closeBracket(']')
	w.closeBracket('}')
}

// ExecuteButton sends the card's inputs with its data. Older clients send the same by
// its fallback.
type ExecuteButton struct {
	Title string
	Data  ButtonData
	// Alone: a client sends it without the inputs of the card, whatever is missing in them.
	Alone bool
	// Primary: it is what the card is for. Rare: it stands behind the dots beside the others.
	Primary, Rare bool
}

func (a ExecuteButton) writeJSON(w *jsonWriter) {
	if w.forDialog { // which knows no other
		w.openElement("Action.Submit")
		a.writeTitleAndData(w)
		a.writeAlone(w)
		w.closeBracket('}')
		return
	}
	w.openElement("Action.Execute")
	a.writeTitleAndData(w)
	w.writeString("verb", string(a.Data.Verb))
	a.writeAlone(w)
	w.writeName("fallback")
	w.openElement("Action.Submit")
	a.writeTitleAndData(w)
	w.closeBracket('}')
	w.closeBracket('}')
}

func (a ExecuteButton) writeAlone(w *jsonWriter) {
	if a.Alone {
		w.writeString("associatedInputs", "none")
	}
}

func (a ExecuteButton) writeTitleAndData(w *jsonWriter) {
	w.writeString("title", a.Title)
	if a.Primary {
		w.writeString("style", "positive")
	}
	if a.Rare {
		w.writeString("mode", "secondary")
	}
	a.Data.writeJSON(w)
}

// ShowCardButton opens a part of the card with inputs of its own.
type ShowCardButton struct {
	Title string
	Body  []Element
}

func (a ShowCardButton) writeJSON(w *jsonWriter) {
	w.openElement("Action.ShowCard")
	w.writeString("title", a.Title)
	w.writeName("card")
	w.openElement("AdaptiveCard")
	w.writeString("version", adaptiveCardVersion)
	w.writeElements("body", a.Body)
	w.closeBracket('}')
	w.closeBracket('}')
}

// ToggleButton shows or hides a container. What stands in a hidden one is sent all the
// same.
type ToggleButton struct {
	Title  string
	Target string
	Rare   bool // it stands behind the dots
}

func (a ToggleButton) writeJSON(w *jsonWriter) {
	w.openElement("Action.ToggleVisibility")
	w.writeString("title", a.Title)
	if a.Rare {
		w.writeString("mode", "secondary")
	}
	w.writeName("targetElements")
	w.openBracket('[')
	w.writeComma()
	w.writeQuoted(a.Target)
	w.closeBracket(']')
	w.closeBracket('}')
}
