package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
)

// Trigger says what caused a card action.
type Trigger string

// A person pressed a button, or the client refreshed the card by itself.
const (
	TriggerManual    Trigger = "manual"
	TriggerAutomatic Trigger = "automatic"
)

// CardAction is an Action.Execute. Its data comes from the client: it says what
// somebody wants, never what they may do.
type CardAction struct {
	Verb    string
	Data    json.RawMessage // always an object: the card's data and the inputs
	Trigger Trigger
}

// What CardAction refuses.
var (
	ErrNotCardAction       = errors.New("the activity is not a card action")
	ErrMalformedCardAction = errors.New("the card action has no readable value: an action with an object as its data is expected")
)

// CardAction reads an adaptiveCard/action invoke. A missing or unknown trigger
// counts as manual, absent data as an empty object.
func (a Activity) CardAction() (CardAction, error) {
	if a.Type != TypeInvoke || a.Name != InvokeCardAction {
		return CardAction{}, ErrNotCardAction
	}
	var value struct {
		Action *struct {
			Verb string          `json:"verb"`
			Data json.RawMessage `json:"data"`
		} `json:"action"`
		Trigger string `json:"trigger"`
	}
	if err := jsonv2.Unmarshal(a.Value, &value); err != nil || value.Action == nil {
		return CardAction{}, ErrMalformedCardAction
	}
	action := CardAction{Verb: value.Action.Verb, Data: value.Action.Data, Trigger: TriggerManual}
	if value.Trigger == string(TriggerAutomatic) {
		action.Trigger = TriggerAutomatic
	}
	if isAbsent(action.Data) {
		action.Data = json.RawMessage("{}")
	}
	if !isJSONObject(action.Data) {
		return CardAction{}, ErrMalformedCardAction
	}
	return action, nil
}

// isAutomatic reports whether a client sent the activity by itself: nobody pressed anything.
func (a Activity) isAutomatic() bool {
	action, err := a.CardAction()
	return err == nil && action.Trigger == TriggerAutomatic
}

// SubmitData is what an Action.Submit carries: a message with an object as its
// value and no text. Older clients send it in place of an Action.Execute.
func (a Activity) SubmitData() (json.RawMessage, bool) {
	if a.Type != TypeMessage || strings.TrimSpace(a.Text) != "" || !isJSONObject(a.Value) {
		return nil, false
	}
	return a.Value, true
}

func isAbsent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// isJSONObject looks at JSON that is already known to be valid.
func isJSONObject(raw json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{"))
}
