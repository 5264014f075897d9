package try

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
)

// faultRecorder is a log handler that remembers what must not happen in a demonstration:
// an error of the program's, or something that Teams would not have accepted.
type faultRecorder struct {
	next slog.Handler

	mu    sync.Mutex
	first error
}

func (f *faultRecorder) Enabled(ctx context.Context, l slog.Level) bool {
	return f.next.Enabled(ctx, l)
}

func (f *faultRecorder) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		f.recordFault(fmt.Errorf("the program logged an error: %s", r.Message))
	}
	return f.next.Handle(ctx, r)
}

// WithAttrs and WithGroup give a handler that remembers into the same place.
func (f *faultRecorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	return derivedHandler{f, f.next.WithAttrs(attrs)}
}

func (f *faultRecorder) WithGroup(name string) slog.Handler {
	return derivedHandler{f, f.next.WithGroup(name)}
}

// recordRuleBreach hears of what Teams would not have accepted.
func (f *faultRecorder) recordRuleBreach(format string, args ...any) {
	f.recordFault(fmt.Errorf(format, args...))
}

func (f *faultRecorder) recordFault(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
}

func (f *faultRecorder) firstFault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

type derivedHandler struct {
	recorder *faultRecorder
	next     slog.Handler
}

func (b derivedHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return b.next.Enabled(ctx, l)
}

func (b derivedHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		b.recorder.recordFault(fmt.Errorf("the program logged an error: %s", r.Message))
	}
	return b.next.Handle(ctx, r)
}

func (b derivedHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return derivedHandler{b.recorder, b.next.WithAttrs(attrs)}
}

func (b derivedHandler) WithGroup(name string) slog.Handler {
	return derivedHandler{b.recorder, b.next.WithGroup(name)}
}
