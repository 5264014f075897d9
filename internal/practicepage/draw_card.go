package practicepage

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/practice"
)

// A card as the page's template draws it. Only what an Adaptive Card of version 1.5
// can be is drawn, in the order in which a client shows it, and every field and
// button of it works without a script.

// drawnCard is one card with its form.
type drawnCard struct {
	Message string // whose card it is
	Action  string // where its form goes
	Mark    string // tells which card a button was pressed on
	Parts   []drawnPart
	Wrong   bool // something in its fields is to be put right
}

// drawnPart is one element. Kind picks the piece of the template.
type drawnPart struct {
	Kind    string // text, facts, box, columns, input, buttons, fold, picture, unknown
	Class   string
	Heading bool
	Lines   [][]span
	Facts   []drawnFact
	Parts   []drawnPart
	Columns [][]drawnPart
	Input   drawnInput
	Buttons []drawnButton
	Title   string
	Open    bool
}

type drawnFact struct {
	Title string
	Value [][]span
}

type drawnInput struct {
	ID, Name, Type, Label, Value, Hint, Wrong string
	Required, Multiline, Multi, Expanded      bool
	MaxLength                                 int
	Min, Max                                  string
	Choices                                   []drawnChoice
}

type drawnChoice struct {
	ID, Title, Value string
	Chosen           bool
}

type drawnButton struct {
	N             int
	Title, URL    string
	Primary, More bool
	Disabled      bool
}

// inputNamePrefix is how a field of a card is called in the page's form, so that it
// cannot be taken for one of the page's own.
const inputNamePrefix = "in."

// cardMark names a card by what it holds.
func cardMark(c *practice.Card) string {
	sum := sha256.Sum256(c.JSON())
	return hex.EncodeToString(sum[:8])
}

// cardDrawer goes through one card.
type cardDrawer struct {
	prefix  string // of ids in the page: the same card may stand there twice
	typed   practice.Inputs
	errors  map[string]string
	toggles map[string]string // id of a hidden element -> title of the button that shows it
}

// drawCard draws a card. typed and wrong are what the person had put into its
// fields and what a client would not have sent of it.
func drawCard(c *practice.Card, prefix string, typed practice.Inputs, errors map[string]string) (drawnCard, error) {
	var object map[string]any
	if err := json.Unmarshal(c.JSON(), &object); err != nil {
		return drawnCard{}, fmt.Errorf("the practice page: a card is not JSON: %w", err)
	}
	n := 0
	numberButtons(object, &n)
	d := cardDrawer{prefix: prefix, typed: typed, errors: errors, toggles: map[string]string{}}
	d.findToggles(object)
	return drawnCard{Mark: cardMark(c), Parts: d.drawContents(object), Wrong: len(errors) > 0}, nil
}

// buttonNumberKey is where number writes the place of a button. No card has such a key.
const buttonNumberKey = "\x00n"

// numberButtons gives each button its place in the order of practice.Card.Actions.
func numberButtons(object map[string]any, n *int) {
	if strings.HasPrefix(stringField(object, "type"), "Action.") {
		object[buttonNumberKey] = *n
		*n++
	}
	if inner, ok := object["card"].(map[string]any); ok && stringField(object, "type") == "Action.ShowCard" {
		numberButtons(inner, n)
	}
	for _, name := range []string{"body", "items", "columns", "rows", "cells", "images", "inlines", "inlineAction", "selectAction", "actions"} {
		switch child := object[name].(type) {
		case map[string]any:
			numberButtons(child, n)
		case []any:
			for _, e := range objectsIn(child) {
				numberButtons(e, n)
			}
		}
	}
}

// findToggles learns which elements are shown and hidden by which button.
func (d *cardDrawer) findToggles(object map[string]any) {
	if stringField(object, "type") == "Action.ToggleVisibility" {
		targets, _ := object["targetElements"].([]any)
		for _, t := range targets {
			id, _ := t.(string)
			if o, ok := t.(map[string]any); ok {
				id = stringField(o, "elementId")
			}
			if d.toggles[id] == "" {
				d.toggles[id] = plainText(stringField(object, "title"))
			}
		}
	}
	for _, v := range object {
		switch v := v.(type) {
		case map[string]any:
			d.findToggles(v)
		case []any:
			for _, e := range objectsIn(v) {
				d.findToggles(e)
			}
		}
	}
}

func (d *cardDrawer) drawContents(object map[string]any) []drawnPart {
	parts := d.drawElements(object["body"])
	return append(parts, d.drawActions(object["actions"])...)
}

func (d *cardDrawer) drawElements(value any) []drawnPart {
	var out []drawnPart
	items, _ := value.([]any)
	for _, e := range objectsIn(items) {
		parts := d.drawElement(e)
		id := stringField(e, "id")
		title, toggled := d.toggles[id]
		switch hidden := e["isVisible"] == false; {
		case toggled && id != "":
			out = append(out, drawnPart{Kind: "fold", Title: title, Parts: parts, Open: !hidden || d.anyInvalid(parts)})
		case !hidden:
			out = append(out, parts...)
		}
	}
	return out
}

func (d *cardDrawer) anyInvalid(parts []drawnPart) bool {
	return slices.ContainsFunc(parts, func(p drawnPart) bool {
		return p.Input.Wrong != "" || d.anyInvalid(p.Parts) || slices.ContainsFunc(p.Columns, d.anyInvalid)
	})
}

func (d *cardDrawer) drawElement(e map[string]any) []drawnPart {
	kind := stringField(e, "type")
	class := cssClasses(e)
	switch kind {
	case "TextBlock":
		return []drawnPart{{Kind: "text", Class: class, Heading: strings.EqualFold(stringField(e, "style"), "heading"), Lines: markdownLines(stringField(e, "text"))}}
	case "RichTextBlock":
		return []drawnPart{{Kind: "text", Class: class, Lines: [][]span{richTextSpans(e["inlines"])}}}
	case "FactSet":
		return []drawnPart{{Kind: "facts", Class: class, Facts: drawFacts(e)}}
	case "Container", "TableCell":
		return []drawnPart{{Kind: "box", Class: class, Parts: d.drawElements(e["items"])}}
	case "ColumnSet":
		return []drawnPart{{Kind: "columns", Class: class, Columns: d.drawColumns(e["columns"], "items")}}
	case "Table":
		p := drawnPart{Kind: "box", Class: class}
		rows, _ := e["rows"].([]any)
		for _, row := range objectsIn(rows) {
			p.Parts = append(p.Parts, drawnPart{Kind: "columns", Columns: d.drawColumns(row["cells"], "items")})
		}
		return []drawnPart{p}
	case "ActionSet":
		return d.drawActions(e["actions"])
	case "Image":
		return []drawnPart{{Kind: "picture", Title: plainText(stringField(e, "altText"))}}
	}
	if strings.HasPrefix(kind, "Input.") {
		return []drawnPart{{Kind: "input", Class: class, Input: d.drawInput(e)}}
	}
	return []drawnPart{{Kind: "unknown", Title: kind}}
}

func (d *cardDrawer) drawColumns(value any, inside string) [][]drawnPart {
	var out [][]drawnPart
	all, _ := value.([]any)
	for _, c := range objectsIn(all) {
		if c["isVisible"] != false {
			out = append(out, d.drawElements(c[inside]))
		}
	}
	return out
}

// drawActions are a row of buttons, and below it what some of them unfold.
func (d *cardDrawer) drawActions(value any) []drawnPart {
	row := drawnPart{Kind: "buttons"}
	var folds []drawnPart
	all, _ := value.([]any)
	for _, a := range objectsIn(all) {
		title := plainText(stringField(a, "title"))
		switch stringField(a, "type") {
		case "Action.ToggleVisibility": // drawn where the thing is that it shows
		case "Action.ShowCard":
			inner, _ := a["card"].(map[string]any)
			parts := d.drawContents(inner)
			folds = append(folds, drawnPart{Kind: "fold", Class: "show", Title: title, Parts: parts, Open: d.anyInvalid(parts)})
		default:
			n, _ := a[buttonNumberKey].(int)
			row.Buttons = append(row.Buttons, drawnButton{N: n, Title: title, URL: stringField(a, "url"),
				Primary: strings.EqualFold(stringField(a, "style"), "positive"), Disabled: a["isEnabled"] == false})
		}
	}
	if len(row.Buttons) == 0 {
		return folds
	}
	return append([]drawnPart{row}, folds...)
}

func (d *cardDrawer) drawInput(e map[string]any) drawnInput {
	id := stringField(e, "id")
	in := drawnInput{ID: d.prefix + id, Name: inputNamePrefix + id, Type: strings.TrimPrefix(stringField(e, "type"), "Input."),
		Label: plainText(stringField(e, "label")), Value: stringField(e, "value"), Hint: plainText(stringField(e, "placeholder")), Wrong: d.errors[id],
		Required: e["isRequired"] == true, Multiline: e["isMultiline"] == true, Multi: e["isMultiSelect"] == true,
		Expanded: strings.EqualFold(stringField(e, "style"), "expanded"), Min: stringField(e, "min"), Max: stringField(e, "max")}
	if most, ok := e["maxLength"].(float64); ok {
		in.MaxLength = int(most)
	}
	if v, ok := d.typed[id]; ok {
		in.Value = v
	}
	if in.Type == "Toggle" {
		on := stringField(e, "valueOn")
		if on == "" {
			on = "true"
		}
		in.Choices = []drawnChoice{{ID: in.ID, Title: plainText(stringField(e, "title")), Value: on, Chosen: in.Value == on}}
		return in
	}
	choices, _ := e["choices"].([]any)
	for i, c := range objectsIn(choices) {
		value := stringField(c, "value")
		chosen := value == in.Value
		if in.Multi {
			chosen = slices.Contains(strings.Split(in.Value, ","), value)
		}
		in.Choices = append(in.Choices, drawnChoice{ID: fmt.Sprintf("%s-%d", in.ID, i), Title: plainText(stringField(c, "title")), Value: value, Chosen: chosen})
	}
	if _, listed := e["choices.data"]; listed && in.Type == "ChoiceSet" {
		in.Hint = "The client would offer a search here; type the value."
	}
	return in
}

func drawFacts(e map[string]any) []drawnFact {
	var out []drawnFact
	all, _ := e["facts"].([]any)
	for _, f := range objectsIn(all) {
		out = append(out, drawnFact{Title: strings.TrimSuffix(plainText(stringField(f, "title")), ":"), Value: markdownLines(stringField(f, "value"))})
	}
	return out
}

// richTextSpans are the pieces of a rich text.
func richTextSpans(value any) []span {
	var out []span
	all, _ := value.([]any)
	for _, item := range all {
		switch item := item.(type) {
		case string:
			out = append(out, span{Text: item})
		case map[string]any:
			out = append(out, span{Text: stringField(item, "text"), Bold: strings.EqualFold(stringField(item, "weight"), "bolder"), Italic: item["italic"] == true})
		}
	}
	return out
}

// cssClasses names an element's styles for the style sheet. Only words that the card
// format knows become names, in lower case.
func cssClasses(e map[string]any) string {
	var names []string
	for _, key := range []string{"style", "size", "weight", "color", "spacing", "horizontalAlignment"} {
		v := strings.ToLower(stringField(e, key))
		if v != "" && strings.IndexFunc(v, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
			names = append(names, strings.ToLower(key)+"-"+v)
		}
	}
	if e["isSubtle"] == true {
		names = append(names, "subtle")
	}
	if e["separator"] == true {
		names = append(names, "separated")
	}
	return strings.Join(names, " ")
}

func objectsIn(list []any) []map[string]any {
	var out []map[string]any
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func stringField(e map[string]any, key string) string {
	switch v := e[key].(type) {
	case string:
		return v
	case float64, bool:
		return fmt.Sprint(v)
	}
	return ""
}
