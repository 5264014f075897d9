package practice

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Card is an Adaptive Card as a reader has it in front of them.
type Card struct {
	raw     json.RawMessage
	object  map[string]any
	inputs  []Input
	buttons []Button
}

// Input is one field of a card.
type Input struct {
	ID, Type, Label string
	// Value is what the field holds before anybody touches it.
	Value        string
	Required     bool
	ErrorMessage string
	Hidden       bool
	Multiline    bool
	Choices      []Choice
	// Dataset is where the client finds further choices, such as people.
	Dataset     string
	MultiSelect bool

	path       cardPath
	properties map[string]any
}

// Choice is one option of a field.
type Choice struct{ Title, Value string }

// Button is one button of a card.
type Button struct {
	Title, Type, Verb, ID, URL string
	// Data is what the button carries besides the fields.
	Data map[string]any
	// Secondary buttons stand in the overflow menu.
	Secondary bool
	Disabled  bool

	path       cardPath
	properties map[string]any
}

// cardPath is the chain of Action.ShowCardButton cards around something; an action gathers
// the fields of its own card and of every card around it.
type cardPath []int

func (p cardPath) isWithin(outer cardPath) bool {
	return len(p) >= len(outer) && slices.Equal(p[:len(outer)], outer)
}

// ErrNoButton is returned when a card has no such button, or several.
var ErrNoButton = errors.New("practice: no such action on the card")

// ParseCard reads a card. It does not check it: that is CheckCard.
func ParseCard(raw []byte) (*Card, error) {
	c := &Card{raw: slices.Clone(raw)}
	if err := json.Unmarshal(raw, &c.object); err != nil {
		return nil, fmt.Errorf("practice: the card is not a JSON object: %w", err)
	}
	shows := 0
	c.collect(c.object, nil, &shows, false)
	return c, nil
}

// JSON is the card as it came.
func (c *Card) JSON() json.RawMessage { return slices.Clone(c.raw) }

// Inputs are the fields, in reading order, hidden ones too.
func (c *Card) Inputs() []Input { return slices.Clone(c.inputs) }

// Buttons are the buttons, in reading order.
func (c *Card) Buttons() []Button { return slices.Clone(c.buttons) }

// Input finds a field by its id.
func (c *Card) Input(id string) (Input, bool) {
	i := slices.IndexFunc(c.inputs, func(in Input) bool { return in.ID == id })
	if i < 0 {
		return Input{}, false
	}
	return c.inputs[i], true
}

// HasButton reports whether there is a button with this title or verb.
func (c *Card) HasButton(titleOrVerb string) bool {
	return slices.ContainsFunc(c.buttons, func(a Button) bool { return a.Title == titleOrVerb || a.Verb == titleOrVerb })
}

// Button finds a button by its title, else by its verb, else by its id.
func (c *Card) Button(name string) (Button, error) {
	for _, is := range []func(Button) bool{
		func(a Button) bool { return a.Title == name },
		func(a Button) bool { return a.Verb == name },
		func(a Button) bool { return a.ID == name },
	} {
		var found []Button
		for _, a := range c.buttons {
			if name != "" && is(a) {
				found = append(found, a)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return Button{}, fmt.Errorf("%w: %d are called %q", ErrNoButton, len(found), name)
		}
	}
	titles := make([]string, len(c.buttons))
	for i, a := range c.buttons {
		titles[i] = a.Title
	}
	return Button{}, fmt.Errorf("%w: %q; it has %q", ErrNoButton, name, titles)
}

// RefreshFor reports whether the card asks for a view of its own for the person
// with this Teams id, and with what.
func (c *Card) RefreshFor(teamsUserID string) (Button, bool) {
	refresh, _ := c.object["refresh"].(map[string]any)
	action, _ := refresh["action"].(map[string]any)
	people, _ := refresh["userIds"].([]any)
	if action == nil || !slices.Contains(people, any(teamsUserID)) {
		return Button{}, false
	}
	return newButton(action, nil), true
}

// FactValue gives the value beside a title in any FactSet.
func (c *Card) FactValue(title string) (string, bool) {
	var value string
	var found bool
	walkObjects(c.object, func(object map[string]any) {
		facts, _ := object["facts"].([]any)
		for _, item := range facts {
			fact, _ := item.(map[string]any)
			if !found && plainText(fact["title"]) == title {
				value, found = plainText(fact["value"]), true
			}
		}
	})
	return value, found
}

// walkObjects visits every object below value.
func walkObjects(value any, visit func(map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(value)
		for _, key := range sortedKeys(value) {
			walkObjects(value[key], visit)
		}
	case []any:
		for _, item := range value {
			walkObjects(item, visit)
		}
	}
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// collect collects fields and buttons in reading order.
func (c *Card) collect(object map[string]any, at cardPath, shows *int, hidden bool) {
	hidden = hidden || object["isVisible"] == false
	kind, _ := object["type"].(string)
	switch {
	case strings.HasPrefix(kind, "Input."):
		c.inputs = append(c.inputs, newInput(object, at, hidden))
	case strings.HasPrefix(kind, "Action."):
		c.buttons = append(c.buttons, newButton(object, at))
	}
	if inner, ok := object["card"].(map[string]any); ok && kind == "Action.ShowCard" {
		*shows++
		c.collect(inner, append(slices.Clone(at), *shows), shows, hidden)
	}
	for _, name := range []string{"body", "items", "columns", "rows", "cells", "images", "inlines", "inlineAction", "selectAction", "actions"} {
		switch child := object[name].(type) {
		case map[string]any:
			c.collect(child, at, shows, hidden)
		case []any:
			for _, item := range child {
				if element, ok := item.(map[string]any); ok {
					c.collect(element, at, shows, hidden)
				}
			}
		}
	}
}

func newInput(object map[string]any, at cardPath, hidden bool) Input {
	in := Input{
		ID: valueText(object["id"]), Type: valueText(object["type"]), Label: plainText(object["label"]), Value: valueText(object["value"]),
		Required: object["isRequired"] == true, ErrorMessage: plainText(object["errorMessage"]), Hidden: hidden,
		Multiline: object["isMultiline"] == true, MultiSelect: object["isMultiSelect"] == true,
		path: at, properties: object,
	}
	choices, _ := object["choices"].([]any)
	for _, item := range choices {
		choice, _ := item.(map[string]any)
		in.Choices = append(in.Choices, Choice{plainText(choice["title"]), valueText(choice["value"])})
	}
	query, _ := object["choices.data"].(map[string]any)
	in.Dataset = valueText(query["dataset"])
	if in.Type == "Input.Toggle" && in.Value == "" {
		in.Value = in.offValue()
	}
	return in
}

// onValue and off are what a toggle sends.
func (in Input) onValue() string  { return orDefault(valueText(in.properties["valueOn"]), "true") }
func (in Input) offValue() string { return orDefault(valueText(in.properties["valueOff"]), "false") }

func newButton(object map[string]any, at cardPath) Button {
	data, _ := object["data"].(map[string]any)
	return Button{
		Title: plainText(object["title"]), Type: valueText(object["type"]), Verb: valueText(object["verb"]), ID: valueText(object["id"]),
		URL: valueText(object["url"]), Data: data, Secondary: strings.EqualFold(valueText(object["mode"]), "secondary"),
		Disabled: object["isEnabled"] == false, path: at, properties: object,
	}
}

// valueText is a value as the client would send it.
func valueText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(encoded)
	}
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
