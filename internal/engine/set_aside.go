package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	"challengebot/internal/contain"
	"challengebot/internal/storage"
)

// setAsideList gathers what failed by itself while others went on.
type setAsideList struct {
	mu    sync.Mutex
	items []storage.SetAsideItem
}

func (l *setAsideList) add(item storage.SetAsideItem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, item)
}

func (l *setAsideList) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.items) == 0 {
		return nil
	}
	return &storage.SetAsideError{Items: l.items}
}

// reportSetAside logs and counts the challenges that an error says were set aside, and
// returns what else is in it.
func (e *Engine) reportSetAside(ctx context.Context, work string, err error) error {
	items, rest := storage.SplitSetAside(err)
	for _, item := range items {
		var ids []any
		if item.ChallengeID != uuid.Nil {
			ids = append(ids, "challenge", item.ChallengeID)
		}
		if item.MessageID != 0 {
			ids = append(ids, "delivery", item.MessageID)
		}
		e.reportItem(ctx, work, item.Cause, ids...)
	}
	return rest
}

// reportItem logs and counts one challenge or message that failed by itself.
func (e *Engine) reportItem(ctx context.Context, work string, cause error, ids ...any) {
	kind := setAsideError
	args := append([]any{"work", work, "error", cause}, ids...)
	if p := (*contain.PanicError)(nil); errors.As(cause, &p) {
		kind, args = setAsidePanic, append(args, "stack", p.Stack)
	}
	e.metrics.setAside.WithLabelValues(work, kind).Inc()
	e.Logger.ErrorContext(ctx, "something failed by itself and is set aside, to be tried again; the others go on", args...)
}
