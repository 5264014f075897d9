package cards

// Element is a part of a card's body. It writes itself as JSON and tells itself
// as plain text.
type Element interface {
	write(w *writer)
	tell(t *teller)
}

// TextBlock is a paragraph. Its text is plain; it is escaped when written.
type TextBlock struct {
	Text    string
	Size    string // Small, Medium, Large
	Bold    bool
	Subtle  bool
	Heading bool // read as a heading by screen readers
	Color   string
	Spacing string
}

func (e TextBlock) write(w *writer) {
	w.element("TextBlock")
	w.prose("text", e.Text)
	w.flag("wrap", true)
	size := e.Size
	if e.Heading && size == "" {
		size = "Medium" // else the theme makes every heading as large as the title
	}
	w.str("size", size)
	if e.Bold {
		w.str("weight", "Bolder")
	}
	w.str("color", e.Color)
	w.flag("isSubtle", e.Subtle)
	if e.Heading {
		w.str("style", "heading")
	}
	w.str("spacing", e.Spacing)
	w.close('}')
}

// Fact is a label and what it says.
type Fact struct{ Title, Value string }

// FactSet is a list of facts.
type FactSet struct{ Facts []Fact }

func (e FactSet) write(w *writer) {
	w.element("FactSet")
	w.name("facts")
	w.open('[')
	for _, f := range e.Facts {
		w.open('{')
		w.prose("title", f.Title)
		w.prose("value", f.Value)
		w.close('}')
	}
	w.close(']')
	w.close('}')
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

func (e Container) write(w *writer) {
	w.element("Container")
	w.str("id", e.ID)
	w.str("style", e.Style)
	w.hidden(e.Hidden)
	w.flag("separator", e.Separator)
	w.elements("items", e.Items)
	w.close('}')
}

// ColumnSet puts elements beside each other, all of the same width.
type ColumnSet struct{ Columns [][]Element }

func (e ColumnSet) write(w *writer) {
	w.element("ColumnSet")
	w.name("columns")
	w.open('[')
	for _, items := range e.Columns {
		w.element("Column")
		w.str("width", "stretch")
		w.elements("items", items)
		w.close('}')
	}
	w.close(']')
	w.close('}')
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
	// Needed is an input that only the server insists on, because another button of
	// the same card works without it. Its label says so; clients mark Required by
	// themselves.
	Needed    bool
	Multiline bool
	MaxLength int
	Min, Max  string // dates, YYYY-MM-DD
	Choices   []Choice
	Multi     bool
	Expanded  bool
}

func (e Input) write(w *writer) {
	w.element(string(e.Kind))
	w.str("id", e.ID)
	w.str("label", e.Label)
	w.str("value", e.Value)
	w.flag("isRequired", e.Required)
	w.str("errorMessage", e.Error)
	w.flag("isMultiline", e.Multiline)
	w.num("maxLength", e.MaxLength)
	w.str("min", e.Min)
	w.str("max", e.Max)
	if e.Kind == InputChoice {
		e.writeChoices(w)
	}
	w.close('}')
}

func (e Input) writeChoices(w *writer) {
	w.str("style", map[bool]string{true: "expanded", false: "compact"}[e.Expanded])
	w.flag("isMultiSelect", e.Multi)
	w.flag("wrap", true)
	w.name("choices")
	w.open('[')
	for _, c := range e.Choices {
		w.open('{')
		w.str("title", c.Title)
		w.name("value") // an empty value is one, too: "none"
		w.quote(c.Value)
		w.close('}')
	}
	w.close(']')
}

// Action is a button.
type Action interface {
	write(w *writer)
	tell(t *teller)
}

// ActionSet is a row of buttons, six at the most.
type ActionSet struct{ Actions []Action }

func (e ActionSet) write(w *writer) {
	w.element("ActionSet")
	w.name("actions")
	w.open('[')
	for _, a := range e.Actions {
		a.write(w)
	}
	w.close(']')
	w.close('}')
}

// Execute sends the card's inputs with its data. Older clients send the same by
// its fallback.
type Execute struct {
	Title string
	Data  ActionData
}

func (a Execute) write(w *writer) {
	if w.dialog { // which knows no other
		w.element("Action.Submit")
		a.common(w)
		w.close('}')
		return
	}
	w.element("Action.Execute")
	a.common(w)
	w.str("verb", string(a.Data.Verb))
	w.name("fallback")
	w.element("Action.Submit")
	a.common(w)
	w.close('}')
	w.close('}')
}

func (a Execute) common(w *writer) {
	w.str("title", a.Title)
	a.Data.write(w)
}

// ShowCard opens a part of the card with inputs of its own.
type ShowCard struct {
	Title string
	Body  []Element
}

func (a ShowCard) write(w *writer) {
	w.element("Action.ShowCard")
	w.str("title", a.Title)
	w.name("card")
	w.element("AdaptiveCard")
	w.str("version", version)
	w.elements("body", a.Body)
	w.close('}')
	w.close('}')
}

// Toggle shows or hides a container. What stands in a hidden one is sent all the
// same.
type Toggle struct {
	Title  string
	Target string
}

func (a Toggle) write(w *writer) {
	w.element("Action.ToggleVisibility")
	w.str("title", a.Title)
	w.name("targetElements")
	w.open('[')
	w.sep()
	w.quote(a.Target)
	w.close(']')
	w.close('}')
}
