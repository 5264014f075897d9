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
	// ClosingText is what was said when the bot closed it; empty while it is open.
	ClosingText string

	message *Message
	card    *Card
}

// Card is the card in the window; nil once it has closed.
func (d *Dialog) Card() *Card { return d.card }

// String is the window as its viewer reads it.
func (d *Dialog) String() string {
	if d.card == nil {
		return d.ClosingText
	}
	return d.card.Text()
}

// opensDialog reports whether a button opens a dialog.
func (a Button) opensDialog() bool {
	settings, _ := a.Data["msteams"].(map[string]any)
	return a.Type == "Action.Submit" && settings["type"] == "task/fetch"
}

// openDialog asks for the dialog of a button.
func (m *Message) openDialog(ctx context.Context, data map[string]any) *Answer {
	d := &Dialog{message: m}
	delete(data, "msteams")
	activity := d.newInvoke("task/fetch", data)
	activity["replyToId"] = m.ID
	return m.teams.deliverActivity(ctx, activity, d.readAnswer)
}

// Click presses a button of the dialog.
func (d *Dialog) Click(ctx context.Context, name string, inputs Inputs) *Answer {
	return d.submitButton(ctx, inputs, func(c *Card) (Button, error) { return c.Button(name) })
}

// PressButton presses the n-th button of the dialog, from 0 in reading order.
func (d *Dialog) PressButton(ctx context.Context, n int, inputs Inputs) *Answer {
	return d.submitButton(ctx, inputs, func(c *Card) (Button, error) {
		if n < 0 || n >= len(c.buttons) {
			return Button{}, fmt.Errorf("%w: there is no button %d", ErrNoButton, n)
		}
		return c.buttons[n], nil
	})
}

func (d *Dialog) submitButton(ctx context.Context, inputs Inputs, find func(*Card) (Button, error)) *Answer {
	t := d.message.teams
	if d.card == nil {
		return t.failedAnswer(fmt.Errorf("%w: the dialog is closed", ErrNoButton))
	}
	action, err := find(d.card)
	if err != nil {
		return t.failedAnswer(err)
	}
	data, err := d.card.mergeInputs(action, inputs, false)
	if err != nil {
		return t.failedAnswer(err)
	}
	return t.deliverActivity(ctx, d.newInvoke("task/submit", data), d.readAnswer)
}

func (d *Dialog) newInvoke(name string, data map[string]any) map[string]any {
	activity := d.message.teams.newActivity(d.message.viewer, d.message.stored.conversation, "invoke")
	activity["name"] = name
	activity["value"] = map[string]any{"data": data, "context": map[string]any{"theme": "default"}}
	return activity
}

// readAnswer reads the answer to a dialog's invoke: a window, a sentence, or nothing,
// which closes it.
func (d *Dialog) readAnswer(a *Answer) {
	var found []string
	d.Title, d.card, d.ClosingText, found = readDialog(a.Body)
	if len(found) > 0 {
		a.Err = fmt.Errorf("%w: %s", ErrMalformedAnswer, found[0])
		d.message.teams.recordViolation("answer to a dialog", found...)
	}
	a.Card, a.Text, a.Dialog = d.card, d.ClosingText, d
	d.message.teams.reportCard(d.card, d.message.stored, true)
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
		title, card, found = readDialogContent(answer.Task.Value)
		return title, card, "", found
	}
	return "", nil, "", []string{fmt.Sprintf("task.type %q is neither continue nor message", answer.Task.Type)}
}

func readDialogContent(raw json.RawMessage) (string, *Card, []string) {
	var content struct {
		Title  string          `json:"title"`
		Height json.RawMessage `json:"height"`
		Width  json.RawMessage `json:"width"`
		Card   struct {
			ContentType string          `json:"contentType"`
			Content     json.RawMessage `json:"content"`
		} `json:"card"`
	}
	var found []string
	if err := json.Unmarshal(raw, &content); err != nil {
		return "", nil, []string{"value of a window has an unknown shape: " + err.Error()}
	}
	if strings.TrimSpace(content.Title) == "" {
		found = append(found, "a window needs a title")
	}
	for name, size := range map[string]string{"height": string(content.Height), "width": string(content.Width)} {
		if _, err := strconv.Atoi(size); err != nil && !slices.Contains([]string{`"small"`, `"medium"`, `"large"`}, size) {
			found = append(found, name+" of a window must be small, medium, large or a number of pixels")
		}
	}
	if content.Card.ContentType != "application/vnd.microsoft.card.adaptive" {
		found = append(found, "a window shows an Adaptive Card")
	}
	for _, finding := range CheckDialogCard(content.Card.Content) {
		found = append(found, "card: "+finding)
	}
	if len(found) > 0 {
		return "", nil, found
	}
	card, _ := ParseCard(content.Card.Content) // checked, so it parses
	return content.Title, card, nil
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
	walkObjects(card, func(object map[string]any) {
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
