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

// ErrInput is returned when a field does not exist or the client would not submit
// what stands in it.
var ErrInput = errors.New("practice: the client would not submit this")

// fill merges the fields of a card with what an action carries, as a client does.
// Untouched fields send their preset value; empty ones are left out.
func (c *Card) fill(action Action, given Inputs, anyway bool) (map[string]any, error) {
	merged := map[string]any{}
	for key, value := range action.Data {
		merged[key] = value
	}
	gathers := action.gathers()
	used := map[string]bool{}
	for _, in := range c.inputs {
		if !action.place.within(in.place) || !gathers {
			continue
		}
		value, touched := given[in.ID]
		used[in.ID] = touched
		if !touched {
			value = in.Value
		}
		if !anyway {
			if err := in.check(value); err != nil {
				return nil, err
			}
		}
		if value != "" || touched {
			merged[in.ID] = value
		}
	}
	for id := range given {
		if !used[id] {
			return nil, fmt.Errorf("%w: the card has no field %q for this action", ErrInput, id)
		}
	}
	return merged, nil
}

// gathers reports whether an action sends fields at all.
func (a Action) gathers() bool {
	return !strings.EqualFold(text(a.property["associatedInputs"]), "none")
}

// check does what clients check before they submit.
func (in Input) check(value string) error {
	refuse := func(reason string) error {
		return fmt.Errorf("%w: field %q %s (it shows %q)", ErrInput, in.ID, reason, in.ErrorMessage)
	}
	if value == "" || in.Type == "Input.Toggle" && value == in.off() {
		if in.Required {
			return refuse("is required")
		}
		return nil
	}
	switch in.Type {
	case "Input.Text":
		if limit, ok := in.property["maxLength"].(float64); ok && len(utf16.Encode([]rune(value))) > int(limit) {
			return refuse("is too long")
		}
		if pattern, ok := in.property["regex"].(string); ok {
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
		least, hasLeast := in.property["min"].(float64)
		most, hasMost := in.property["max"].(float64)
		if hasLeast && number < least || hasMost && number > most {
			return refuse("is out of range")
		}
	case "Input.Date", "Input.Time":
		return in.checkTime(value, refuse)
	case "Input.Toggle":
		if value != in.on() {
			return refuse("is neither on nor off")
		}
	case "Input.ChoiceSet":
		return in.checkChoice(value, refuse)
	}
	return nil
}

func (in Input) checkTime(value string, refuse func(string) error) error {
	layout := time.DateOnly
	if in.Type == "Input.Time" {
		layout = "15:04"
	}
	if _, err := time.Parse(layout, value); err != nil {
		return refuse("is not written as " + layout)
	}
	// Both layouts sort as text.
	if least := text(in.property["min"]); least != "" && value < least {
		return refuse("is too early")
	}
	if most := text(in.property["max"]); most != "" && value > most {
		return refuse("is too late")
	}
	return nil
}

// checkChoice checks a selection. With a dataset the client knows further values.
func (in Input) checkChoice(value string, refuse func(string) error) error {
	if in.Dataset != "" {
		return nil
	}
	chosen := []string{value}
	if in.Multi {
		chosen = strings.Split(value, ",")
	}
	for _, one := range chosen {
		if !slices.ContainsFunc(in.Choices, func(c Choice) bool { return c.Value == one }) {
			return refuse("offers no such choice")
		}
	}
	return nil
}
