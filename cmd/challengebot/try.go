package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/story"
)

type tryCommand struct {
	Demo    bool   `help:"Play one challenge from raise to resolution, print what everybody sees, and end."`
	JSON    bool   `name:"json" help:"With --demo: one JSON object a step."`
	Ladders string `placeholder:"DIR" help:"Load the ladders of a folder too."`
	Port    int    `placeholder:"PORT" help:"Port of the practice page; a free one if not given."`
}

// Run plays the demonstration, or serves the practice page until it is ended. What
// it started is gone when it returns: the database, the practice Teams, the bot.
func (c *tryCommand) Run(p *program) (err error) {
	if c.JSON && !c.Demo {
		return fmt.Errorf("%w: --json goes with --demo", errUsage)
	}
	ladders, err := c.loadLadders()
	if err != nil {
		return err
	}
	if !c.Demo {
		p.printf("Starting a database, the bot and the practice Teams…\n")
	}
	db, err := createTryDatabase(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.drop()) }()
	if err := postgres.Migrate(p.ctx, db.dsn); err != nil {
		return err
	}
	faults := &faultRecorder{next: slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})}
	world, err := story.Open(p.ctx, story.Options{DatabaseURL: db.dsn, Ladders: ladders, Logger: slog.New(faults),
		Errorf: faults.recordRuleBreach})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if c.Demo {
		return c.runDemo(p, world, faults)
	}
	return c.servePage(p, world)
}

// loadLadders gives the shipped ladders and those of the folder, which win over a shipped
// one of the same id. The demonstration needs its own only.
func (c *tryCommand) loadLadders() ([]*ladder.Ladder, error) {
	var own []*ladder.Ladder
	shipped := []string{story.DemoLadder} // offered first
	if !c.Demo {
		shipped = append(shipped, slices.DeleteFunc(ladder.ShippedIDs(), func(id string) bool { return id == story.DemoLadder })...)
	}
	if c.Ladders != "" {
		var err error
		if own, err = ladder.LoadDir(c.Ladders); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{}
	for _, l := range own {
		seen[l.ID] = true
	}
	for _, id := range shipped {
		if seen[id] {
			continue
		}
		l, err := ladder.LoadShipped(id)
		if err != nil {
			return nil, err
		}
		own = append(own, l)
	}
	return own, nil
}

// runDemo plays the demonstration. The first thing that is not as it should be ends it.
func (c *tryCommand) runDemo(p *program, w *story.World, faults *faultRecorder) error {
	printStep := (&stepPrinter{program: p, shown: map[string]map[string]bool{}}).printStep
	if c.JSON {
		printStep = p.printStepJSON
	}
	started := time.Now()
	if !c.JSON {
		p.printf("%s", demoHeading)
	}
	err := story.PlayDemo(p.ctx, w, func(s story.Step) error {
		printStep(s)
		return faults.firstFault()
	})
	if err != nil {
		return err
	}
	if !c.JSON {
		p.printf("\nAll as expected, in %.1f s. To play it yourself: go run ./cmd/challengebot try\n", time.Since(started).Seconds())
	}
	return nil
}

// servePage serves the practice page until the context ends.
func (c *tryCommand) servePage(p *program, w *story.World) error {
	handler, err := story.NewPage(w, func(err error) { p.printError("challengebot: %v", err) })
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return fmt.Errorf("the practice page cannot listen: %w; give another --port", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	p.printf("\nThe practice page: http://%s\nEnd it with Ctrl-C; nothing is kept.\n", listener.Addr())
	select {
	case err := <-done:
		return fmt.Errorf("the practice page ended: %w", err)
	case <-p.ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 5*time.Second)
	defer cancel()
	if server.Shutdown(end) != nil {
		_ = server.Close() // a window that keeps its connection open does not keep the program
	}
	p.printf("Ended; nothing is left running.\n")
	return nil
}

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
