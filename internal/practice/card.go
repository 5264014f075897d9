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
	actions []Action
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
	Dataset string
	Multi   bool

	place    place
	property map[string]any
}

// Choice is one option of a field.
type Choice struct{ Title, Value string }

// Action is one button of a card.
type Action struct {
	Title, Type, Verb, ID, URL string
	// Data is what the button carries besides the fields.
	Data map[string]any
	// Secondary buttons stand in the overflow menu.
	Secondary bool
	Disabled  bool

	place    place
	property map[string]any
}

// place is the chain of Action.ShowCard cards around something; an action gathers
// the fields of its own card and of every card around it.
type place []int

func (p place) within(outer place) bool {
	return len(p) >= len(outer) && slices.Equal(p[:len(outer)], outer)
}

// ErrNoAction is returned when a card has no such button, or several.
var ErrNoAction = errors.New("practice: no such action on the card")

// ParseCard reads a card. It does not check it: that is CheckCard.
func ParseCard(raw []byte) (*Card, error) {
	c := &Card{raw: slices.Clone(raw)}
	if err := json.Unmarshal(raw, &c.object); err != nil {
		return nil, fmt.Errorf("practice: the card is not a JSON object: %w", err)
	}
	shows := 0
	c.gather(c.object, nil, &shows, false)
	return c, nil
}

// JSON is the card as it came.
func (c *Card) JSON() json.RawMessage { return slices.Clone(c.raw) }

// Inputs are the fields, in reading order, hidden ones too.
func (c *Card) Inputs() []Input { return slices.Clone(c.inputs) }

// Actions are the buttons, in reading order.
func (c *Card) Actions() []Action { return slices.Clone(c.actions) }

// Input finds a field by its id.
func (c *Card) Input(id string) (Input, bool) {
	i := slices.IndexFunc(c.inputs, func(in Input) bool { return in.ID == id })
	if i < 0 {
		return Input{}, false
	}
	return c.inputs[i], true
}

// HasAction reports whether there is a button with this title or verb.
func (c *Card) HasAction(titleOrVerb string) bool {
	return slices.ContainsFunc(c.actions, func(a Action) bool { return a.Title == titleOrVerb || a.Verb == titleOrVerb })
}

// Action finds a button by its title, else by its verb, else by its id.
func (c *Card) Action(name string) (Action, error) {
	for _, is := range []func(Action) bool{
		func(a Action) bool { return a.Title == name },
		func(a Action) bool { return a.Verb == name },
		func(a Action) bool { return a.ID == name },
	} {
		var found []Action
		for _, a := range c.actions {
			if name != "" && is(a) {
				found = append(found, a)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return Action{}, fmt.Errorf("%w: %d are called %q", ErrNoAction, len(found), name)
		}
	}
	titles := make([]string, len(c.actions))
	for i, a := range c.actions {
		titles[i] = a.Title
	}
	return Action{}, fmt.Errorf("%w: %q; it has %q", ErrNoAction, name, titles)
}

// RefreshFor reports whether the card asks for a view of its own for the person
// with this Teams id, and with what.
func (c *Card) RefreshFor(mri string) (Action, bool) {
	refresh, _ := c.object["refresh"].(map[string]any)
	action, _ := refresh["action"].(map[string]any)
	people, _ := refresh["userIds"].([]any)
	if action == nil || !slices.Contains(people, any(mri)) {
		return Action{}, false
	}
	return newAction(action, nil), true
}

// Fact gives the value beside a title in any FactSet.
func (c *Card) Fact(title string) (string, bool) {
	var value string
	var found bool
	walk(c.object, func(object map[string]any) {
		facts, _ := object["facts"].([]any)
		for _, item := range facts {
			fact, _ := item.(map[string]any)
			if !found && readable(fact["title"]) == title {
				value, found = readable(fact["value"]), true
			}
		}
	})
	return value, found
}

// walk visits every object below value.
func walk(value any, visit func(map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(value)
		for _, key := range sortedKeys(value) {
			walk(value[key], visit)
		}
	case []any:
		for _, item := range value {
			walk(item, visit)
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

// gather collects fields and buttons in reading order.
func (c *Card) gather(object map[string]any, at place, shows *int, hidden bool) {
	hidden = hidden || object["isVisible"] == false
	kind, _ := object["type"].(string)
	switch {
	case strings.HasPrefix(kind, "Input."):
		c.inputs = append(c.inputs, newInput(object, at, hidden))
	case strings.HasPrefix(kind, "Action."):
		c.actions = append(c.actions, newAction(object, at))
	}
	if inner, ok := object["card"].(map[string]any); ok && kind == "Action.ShowCard" {
		*shows++
		c.gather(inner, append(slices.Clone(at), *shows), shows, hidden)
	}
	for _, name := range []string{"body", "items", "columns", "rows", "cells", "images", "inlines", "inlineAction", "selectAction", "actions"} {
		switch child := object[name].(type) {
		case map[string]any:
			c.gather(child, at, shows, hidden)
		case []any:
			for _, item := range child {
				if element, ok := item.(map[string]any); ok {
					c.gather(element, at, shows, hidden)
				}
			}
		}
	}
}

func newInput(object map[string]any, at place, hidden bool) Input {
	in := Input{
		ID: text(object["id"]), Type: text(object["type"]), Label: readable(object["label"]), Value: text(object["value"]),
		Required: object["isRequired"] == true, ErrorMessage: readable(object["errorMessage"]), Hidden: hidden,
		Multiline: object["isMultiline"] == true, Multi: object["isMultiSelect"] == true,
		place: at, property: object,
	}
	choices, _ := object["choices"].([]any)
	for _, item := range choices {
		choice, _ := item.(map[string]any)
		in.Choices = append(in.Choices, Choice{readable(choice["title"]), text(choice["value"])})
	}
	query, _ := object["choices.data"].(map[string]any)
	in.Dataset = text(query["dataset"])
	if in.Type == "Input.Toggle" && in.Value == "" {
		in.Value = in.off()
	}
	return in
}

// on and off are what a toggle sends.
func (in Input) on() string  { return orElse(text(in.property["valueOn"]), "true") }
func (in Input) off() string { return orElse(text(in.property["valueOff"]), "false") }

func newAction(object map[string]any, at place) Action {
	data, _ := object["data"].(map[string]any)
	return Action{
		Title: readable(object["title"]), Type: text(object["type"]), Verb: text(object["verb"]), ID: text(object["id"]),
		URL: text(object["url"]), Data: data, Secondary: strings.EqualFold(text(object["mode"]), "secondary"),
		Disabled: object["isEnabled"] == false, place: at, property: object,
	}
}

// text is a value as the client would send it.
func text(value any) string {
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

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
