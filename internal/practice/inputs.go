package practice

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Inputs are the values a person puts into the fields of a card, by input id.
type Inputs map[string]string

// ErrInvalidInput is returned when a field does not exist or the client would not submit
// what stands in it.
var ErrInvalidInput = errors.New("practice: the client would not submit this")

// mergeInputs merges the fields of a card with what an action carries, as a client does.
// Untouched fields send their preset value; empty ones are left out.
func (c *Card) mergeInputs(action Button, given Inputs, anyway bool) (map[string]any, error) {
	merged := map[string]any{}
	for key, value := range action.Data {
		merged[key] = value
	}
	gathers := action.sendsInputs()
	used := map[string]bool{}
	for _, in := range c.inputs {
		if !action.path.isWithin(in.path) || !gathers {
			continue
		}
		value, touched := given[in.ID]
		used[in.ID] = touched
		if !touched {
			value = in.Value
		}
		if !anyway {
			if err := in.validate(value); err != nil {
				return nil, err
			}
		}
		if value != "" || touched {
			merged[in.ID] = value
		}
	}
	for id := range given {
		if !used[id] {
			return nil, fmt.Errorf("%w: the card has no field %q for this action", ErrInvalidInput, id)
		}
	}
	return merged, nil
}

// sendsInputs reports whether an action sends fields at all.
func (a Button) sendsInputs() bool {
	return !strings.EqualFold(valueText(a.properties["associatedInputs"]), "none")
}

// validate does what clients check before they submit.
func (in Input) validate(value string) error {
	refuse := func(reason string) error {
		return fmt.Errorf("%w: field %q %s (it shows %q)", ErrInvalidInput, in.ID, reason, in.ErrorMessage)
	}
	if value == "" || in.Type == "Input.Toggle" && value == in.offValue() {
		if in.Required {
			return refuse("is required")
		}
		return nil
	}
	switch in.Type {
	case "Input.Text":
		if limit, ok := in.properties["maxLength"].(float64); ok && len(utf16.Encode([]rune(value))) > int(limit) {
			return refuse("is too long")
		}
		if pattern, ok := in.properties["regex"].(string); ok {
			matched, err := regexp.MatchString(pattern, value)
			if err != nil || !matched {
				return refuse("does not match its pattern")
			}
		}
	case "Input.Number":
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return refuse("is not a number")
		}
		least, hasLeast := in.properties["min"].(float64)
		most, hasMost := in.properties["max"].(float64)
		if hasLeast && number < least || hasMost && number > most {
			return refuse("is out of range")
		}
	case "Input.Date", "Input.Time":
		return in.validateTime(value, refuse)
	case "Input.Toggle":
		if value != in.onValue() {
			return refuse("is neither on nor off")
		}
	case "Input.ChoiceSet":
		return in.validateChoice(value, refuse)
	}
	return nil
}

func (in Input) validateTime(value string, refuse func(string) error) error {
	layout := time.DateOnly
	if in.Type == "Input.Time" {
		layout = "15:04"
	}
	if _, err := time.Parse(layout, value); err != nil {
		return refuse("is not written as " + layout)
	}
	// Both layouts sort as text.
	if least := valueText(in.properties["min"]); least != "" && value < least {
		return refuse("is too early")
	}
	if most := valueText(in.properties["max"]); most != "" && value > most {
		return refuse("is too late")
	}
	return nil
}

// validateChoice checks a selection. With a dataset the client knows further values.
func (in Input) validateChoice(value string, refuse func(string) error) error {
	if in.Dataset != "" {
		return nil
	}
	chosen := []string{value}
	if in.MultiSelect {
		chosen = strings.Split(value, ",")
	}
	for _, one := range chosen {
		if !slices.ContainsFunc(in.Choices, func(c Choice) bool { return c.Value == one }) {
			return refuse("offers no such choice")
		}
	}
	return nil
}
