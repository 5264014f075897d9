package bot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	jsonv2 "github.com/go-json-experiment/json"

	"challengebot/cards"
)

// A dialog shows a card in a window of its own. It is opened from a button of the card
// in the chat, and its buttons do what those of that card do: the same verbs go the same
// way. Only the shape of the answers differs.

// dialogAnswer is the shape in which Teams takes the answer to a dialog's invoke.
type dialogAnswer struct {
	Task dialogTask `json:"task"`
}

type dialogTask struct {
	Type  string `json:"type"` // continue: Value is a window; message: a sentence, and the window closes
	Value any    `json:"value"`
}

type dialogWindow struct {
	Title  string       `json:"title"`
	Height string       `json:"height"`
	Width  string       `json:"width"`
	Card   dialogAttach `json:"card"`
}

type dialogAttach struct {
	ContentType string     `json:"contentType"`
	Content     cards.Card `json:"content"`
}

// window shows a card in the dialog.
func window(c cards.Card) Reply {
	title, _ := c.Dialog()
	return Reply{Body: dialogAnswer{dialogTask{"continue", dialogWindow{Title: title, Height: "large", Width: "large",
		Card: dialogAttach{"application/vnd.microsoft.card.adaptive", c}}}}}
}

// closing says a sentence and closes the dialog.
func closing(sentence string) Reply {
	return Reply{Body: dialogAnswer{dialogTask{"message", sentence}}}
}

// DialogData is what a dialog's invoke carries: what its button holds and what was typed.
func (a Activity) DialogData() (json.RawMessage, bool) {
	var value struct {
		Data json.RawMessage `json:"data"`
	}
	if err := jsonv2.Unmarshal(a.Value, &value); err != nil || !isObject(value.Data) {
		return nil, false
	}
	return value.Data, true
}

// dialogOpened answers with the card that the button stands on, drawn for a dialog.
// It changes nothing.
func (x turn) dialogOpened(ctx context.Context) (Reply, error) {
	x.dialog = true
	raw, ok := x.a.DialogData()
	if !ok {
		return closing(x.w.Bot.Unreadable), nil
	}
	data, in, err := cards.ReadAction(raw)
	if err != nil || data.Verb != cards.VerbOpen {
		return closing(x.w.Bot.Unreadable), nil
	}
	// What is done in the dialog changes this message too, and what a dialog sends does
	// not say where it was opened.
	data.Message = x.a.ReplyToID
	data.Verb = cards.VerbRefresh
	if data.Card == cards.CardForm {
		data.Verb = cards.VerbPreview
	}
	return dialogReply(x.do(ctx, data, in))
}

// dialogSent does what a dialog's button asks for. The dialog closes when that is
// done, and otherwise comes back with what is to be put right and what was typed.
func (x turn) dialogSent(ctx context.Context) (Reply, error) {
	x.dialog = true
	raw, ok := x.a.DialogData()
	if !ok {
		return closing(x.w.Bot.Unreadable), nil
	}
	data, in, err := cards.ReadAction(raw)
	if err != nil {
		return closing(x.w.Bot.Unreadable), nil
	}
	x.a.ReplyToID = data.Message
	typed := maps.Clone(in)
	s, err := x.do(ctx, data, in)
	var plain sentence
	if errors.As(err, &plain) && len(typed) > 0 { // closed, it would take the text along
		return window(cards.Unsent(string(plain), typed, x.w)), nil
	}
	return dialogReply(s, err)
}

func dialogReply(s shown, err error) (Reply, error) {
	var plain sentence
	switch {
	case errors.As(err, &plain):
		return closing(string(plain)), nil
	case err != nil:
		return Reply{}, err
	case s.done != "":
		return closing(s.done), nil
	}
	return window(s.Card), nil
}
