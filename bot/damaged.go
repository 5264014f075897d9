package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/storage"
)

// One row that is damaged, or that this version cannot draw, costs its own line and nobody
// anything else.

// isPartlyUnreadable reports, and logs, that some of what was listed cannot be read; the rest
// was given all the same.
func (rq request) isPartlyUnreadable(err error) bool {
	if err == nil || !errors.Is(err, storage.ErrUnreadable) || errors.Is(err, storage.ErrUnavailable) {
		return false
	}
	rq.Logger.Error("something stored cannot be read and was left out", "activity", rq.activity.ID, "what", err.Error())
	return true
}

// replyUnreadable answers whoever asked for the very challenge that cannot be read.
func (rq request) replyUnreadable(ctx context.Context, err error) (Reply, error) {
	rq.Logger.Error("a challenge cannot be read, so nothing was done to it", "activity", rq.activity.ID, "what", err.Error())
	said := rq.words.Bot.ChallengeUnreadable
	switch rq.activity.Name {
	case InvokeCardAction:
		return replyWithText(said), nil
	case InvokeTaskFetch:
		return replyClosingDialog(said), nil
	case InvokeTaskSubmit:
		raw, _ := rq.activity.DialogData()
		if _, typed, err := cards.ParseButtonData(raw); err == nil && len(typed) > 0 {
			return replyWithDialog(cards.RenderUnsent(said, typed, rq.words)), nil
		}
		return replyClosingDialog(said), nil
	}
	return Reply{}, rq.replyPrivately(ctx, said, ":unreadable")
}

// contain does something for one challenge, and reports false if that panicked.
func (rq request) contain(id uuid.UUID, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			rq.Logger.Error("a challenge cannot be drawn and was left out", "challenge", id, "panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			ok = false
		}
	}()
	f()
	return true
}

// renderMine draws somebody's challenges, without those that cannot be drawn.
func (rq request) renderMine(v cards.MyChallengesView) (card cards.Card) {
	if rq.contain(uuid.Nil, func() { card = cards.RenderMyChallenges(v) }) {
		return card
	}
	broken := func(one cards.View) bool {
		return !rq.contain(one.Challenge.ID, func() {
			cards.RenderMyChallenges(cards.MyChallengesView{WaitingForViewer: []cards.View{one}, Words: v.Words})
		})
	}
	v.WaitingForViewer, v.RaisedByViewer = slices.DeleteFunc(v.WaitingForViewer, broken), slices.DeleteFunc(v.RaisedByViewer, broken)
	v.SomeUnreadable = true
	return cards.RenderMyChallenges(v)
}
