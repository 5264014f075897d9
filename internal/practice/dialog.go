package practice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Dialog is a window that a button of a card opened. What stands in it belongs to its
// viewer alone, and no update of the message changes it.
type Dialog struct {
	Title string
	// Closing is what was said when the bot closed it; empty while it is open.
	Closing string

	m    *Message
	card *Card
}

// Card is the card in the window; nil once it has closed.
func (d *Dialog) Card() *Card { return d.card }

// String is the window as its viewer reads it.
func (d *Dialog) String() string {
	if d.card == nil {
		return d.Closing
	}
	return d.card.Text()
}

// opensDialog reports whether a button opens a dialog.
func (a Action) opensDialog() bool {
	settings, _ := a.Data["msteams"].(map[string]any)
	return a.Type == "Action.Submit" && settings["type"] == "task/fetch"
}

// open asks for the dialog of a button.
func (m *Message) open(ctx context.Context, data map[string]any) *Answer {
	d := &Dialog{m: m}
	delete(data, "msteams")
	activity := d.invoke("task/fetch", data)
	activity["replyToId"] = m.ID
	return m.t.deliver(ctx, activity, d.finish)
}

// Click presses a button of the dialog.
func (d *Dialog) Click(ctx context.Context, name string, inputs Inputs) *Answer {
	return d.click(ctx, inputs, func(c *Card) (Action, error) { return c.Action(name) })
}

// Press presses the n-th button of the dialog, from 0 in reading order.
func (d *Dialog) Press(ctx context.Context, n int, inputs Inputs) *Answer {
	return d.click(ctx, inputs, func(c *Card) (Action, error) {
		if n < 0 || n >= len(c.actions) {
			return Action{}, fmt.Errorf("%w: there is no button %d", ErrNoAction, n)
		}
		return c.actions[n], nil
	})
}

func (d *Dialog) click(ctx context.Context, inputs Inputs, find func(*Card) (Action, error)) *Answer {
	t := d.m.t
	if d.card == nil {
		return t.mistake(fmt.Errorf("%w: the dialog is closed", ErrNoAction))
	}
	action, err := find(d.card)
	if err != nil {
		return t.mistake(err)
	}
	data, err := d.card.fill(action, inputs, false)
	if err != nil {
		return t.mistake(err)
	}
	return t.deliver(ctx, d.invoke("task/submit", data), d.finish)
}

func (d *Dialog) invoke(name string, data map[string]any) map[string]any {
	activity := d.m.t.envelope(d.m.viewer, d.m.s.conversation, "invoke")
	activity["name"] = name
	activity["value"] = map[string]any{"data": data, "context": map[string]any{"theme": "default"}}
	return activity
}

// finish reads the answer to a dialog's invoke: a window, a sentence, or nothing,
// which closes it.
func (d *Dialog) finish(a *Answer) {
	var found []string
	d.Title, d.card, d.Closing, found = readDialog(a.Body)
	if len(found) > 0 {
		a.Err = fmt.Errorf("%w: %s", ErrShape, found[0])
		d.m.t.violate("answer to a dialog", found...)
	}
	a.Card, a.Notice, a.Dialog = d.card, d.Closing, d
	d.m.t.shown(d.card, d.m.s, true)
}

func readDialog(body []byte) (title string, card *Card, said string, found []string) {
	if len(strings.TrimSpace(string(body))) == 0 {
		return "", nil, "", nil
	}
	var answer struct {
		Task *struct {
			Type  string          `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"task"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Task == nil {
		return "", nil, "", []string{"the answer to a dialog must be an object with a task"}
	}
	switch answer.Task.Type {
	case "message":
		if json.Unmarshal(answer.Task.Value, &said) != nil || strings.TrimSpace(said) == "" {
			return "", nil, "", []string{"value of a message must be text"}
		}
		return "", nil, said, nil
	case "continue":
		title, card, found = readWindow(answer.Task.Value)
		return title, card, "", found
	}
	return "", nil, "", []string{fmt.Sprintf("task.type %q is neither continue nor message", answer.Task.Type)}
}

func readWindow(raw json.RawMessage) (string, *Card, []string) {
	var window struct {
		Title  string          `json:"title"`
		Height json.RawMessage `json:"height"`
		Width  json.RawMessage `json:"width"`
		Card   struct {
			ContentType string          `json:"contentType"`
			Content     json.RawMessage `json:"content"`
		} `json:"card"`
	}
	var found []string
	if err := json.Unmarshal(raw, &window); err != nil {
		return "", nil, []string{"value of a window has an unknown shape: " + err.Error()}
	}
	if strings.TrimSpace(window.Title) == "" {
		found = append(found, "a window needs a title")
	}
	for name, size := range map[string]string{"height": string(window.Height), "width": string(window.Width)} {
		if _, err := strconv.Atoi(size); err != nil && !slices.Contains([]string{`"small"`, `"medium"`, `"large"`}, size) {
			found = append(found, name+" of a window must be small, medium, large or a number of pixels")
		}
	}
	if window.Card.ContentType != "application/vnd.microsoft.card.adaptive" {
		found = append(found, "a window shows an Adaptive Card")
	}
	for _, finding := range CheckDialogCard(window.Card.Content) {
		found = append(found, "card: "+finding)
	}
	if len(found) > 0 {
		return "", nil, found
	}
	card, _ := ParseCard(window.Card.Content) // checked, so it parses
	return window.Title, card, nil
}

// CheckDialogCard is CheckCard for a card in a dialog, where only Action.Submit says
// anything to the bot and none of its classic settings works.
func CheckDialogCard(raw []byte) []string {
	found := CheckCard(raw)
	var card map[string]any
	if json.Unmarshal(raw, &card) != nil {
		return found
	}
	if _, ok := card["refresh"]; ok {
		found = append(found, "$.refresh does nothing in a dialog")
	}
	walk(card, func(object map[string]any) {
		data, _ := object["data"].(map[string]any)
		switch {
		case object["type"] == "Action.Execute":
			found = append(found, "an Action.Execute does not work in a dialog")
		case object["type"] == "Action.Submit" && data["msteams"] != nil:
			found = append(found, "an Action.Submit in a dialog cannot have msteams settings")
		}
	})
	return found
}
