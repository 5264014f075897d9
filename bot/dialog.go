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

// dialogReplyBody is the shape in which Teams takes the answer to a dialog's invoke.
type dialogReplyBody struct {
	Task dialogTask `json:"task"`
}

type dialogTask struct {
	Type  string `json:"type"` // continue: Value is a window; message: a sentence, and the window closes
	Value any    `json:"value"`
}

type dialogWindow struct {
	Title  string           `json:"title"`
	Height string           `json:"height"`
	Width  string           `json:"width"`
	Card   dialogAttachment `json:"card"`
}

type dialogAttachment struct {
	ContentType string     `json:"contentType"`
	Content     cards.Card `json:"content"`
}

// replyWithDialog shows a card in the dialog.
func replyWithDialog(c cards.Card) Reply {
	title, _ := c.DialogTexts()
	return Reply{Body: dialogReplyBody{dialogTask{"continue", dialogWindow{Title: title, Height: "large", Width: "large",
		Card: dialogAttachment{"application/vnd.microsoft.card.adaptive", c}}}}}
}

// replyClosingDialog says a sentence and closes the dialog.
func replyClosingDialog(sentence string) Reply {
	return Reply{Body: dialogReplyBody{dialogTask{"message", sentence}}}
}

// DialogData is what a dialog's invoke carries: what its button holds and what was typed.
func (a Activity) DialogData() (json.RawMessage, bool) {
	var value struct {
		Data json.RawMessage `json:"data"`
	}
	if err := jsonv2.Unmarshal(a.Value, &value); err != nil || !isJSONObject(value.Data) {
		return nil, false
	}
	return value.Data, true
}

// openDialog answers with the card that the button stands on, drawn for a dialog.
// It changes nothing.
func (rq request) openDialog(ctx context.Context) (Reply, error) {
	rq.inDialog = true
	raw, ok := rq.activity.DialogData()
	if !ok {
		return replyClosingDialog(rq.words.Bot.UnreadableCard), nil
	}
	data, in, err := cards.ParseButtonData(raw)
	if err != nil || data.Verb != cards.VerbOpenDialog {
		return replyClosingDialog(rq.words.Bot.UnreadableCard), nil
	}
	// What is done in the dialog changes this message too, and what a dialog sends does
	// not say where it was opened.
	data.MessageID = rq.activity.ReplyToID
	data.Verb = cards.VerbRefresh
	if data.Card == cards.CardForm {
		data.Verb = cards.VerbPreview
	}
	return dialogReply(rq.dispatchButton(ctx, data, in))
}

// submitDialog does what a dialog's button asks for. The dialog closes when that is
// done, and otherwise comes back with what is to be put right and what was typed.
func (rq request) submitDialog(ctx context.Context) (Reply, error) {
	rq.inDialog = true
	raw, ok := rq.activity.DialogData()
	if !ok {
		return replyClosingDialog(rq.words.Bot.UnreadableCard), nil
	}
	data, in, err := cards.ParseButtonData(raw)
	if err != nil {
		return replyClosingDialog(rq.words.Bot.UnreadableCard), nil
	}
	rq.activity.ReplyToID = data.MessageID
	typed := maps.Clone(in)
	s, err := rq.dispatchButton(ctx, data, in)
	var plain textReply
	if errors.As(err, &plain) && len(typed) > 0 { // closed, it would take the text along
		return replyWithDialog(cards.RenderUnsent(string(plain), typed, rq.words)), nil
	}
	return dialogReply(s, err)
}

func dialogReply(s cardResult, err error) (Reply, error) {
	var plain textReply
	switch {
	case errors.As(err, &plain):
		return replyClosingDialog(string(plain)), nil
	case err != nil:
		return Reply{}, err
	case s.closingText != "":
		return replyClosingDialog(s.closingText), nil
	}
	return replyWithDialog(s.Card), nil
}
