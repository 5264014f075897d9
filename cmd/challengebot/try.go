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
	ladders, err := c.load()
	if err != nil {
		return err
	}
	if !c.Demo {
		p.printf("Starting a database, the bot and the practice Teams…\n")
	}
	db, err := ownDatabase(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.drop()) }()
	if err := postgres.Migrate(p.ctx, db.dsn); err != nil {
		return err
	}
	faults := &faults{next: slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})}
	world, err := story.Open(p.ctx, story.Options{DatabaseURL: db.dsn, Ladders: ladders, Logger: slog.New(faults),
		Errorf: faults.rule})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if c.Demo {
		return c.demo(p, world, faults)
	}
	return c.page(p, world)
}

// load gives the shipped ladders and those of the folder, which win over a shipped
// one of the same id. The demonstration needs its own only.
func (c *tryCommand) load() ([]*ladder.Ladder, error) {
	var own []*ladder.Ladder
	shipped := []string{story.DemoLadder} // offered first
	if !c.Demo {
		shipped = append(shipped, slices.DeleteFunc(ladder.Shipped(), func(id string) bool { return id == story.DemoLadder })...)
	}
	if c.Ladders != "" {
		var err error
		if own, err = ladder.LoadDir(c.Ladders); err != nil {
			return nil, err
		}
	}
	taken := map[string]bool{}
	for _, l := range own {
		taken[l.ID] = true
	}
	for _, id := range shipped {
		if taken[id] {
			continue
		}
		l, err := ladder.Load(id)
		if err != nil {
			return nil, err
		}
		own = append(own, l)
	}
	return own, nil
}

// demo plays the demonstration. The first thing that is not as it should be ends it.
func (c *tryCommand) demo(p *program, w *story.World, faults *faults) error {
	tell := (&teller{program: p, shown: map[string]map[string]bool{}}).step
	if c.JSON {
		tell = p.tellStepJSON
	}
	started := time.Now()
	if !c.JSON {
		p.printf("%s", demoHeading)
	}
	err := story.PlayDemo(p.ctx, w, func(s story.Step) error {
		tell(s)
		return faults.err()
	})
	if err != nil {
		return err
	}
	if !c.JSON {
		p.printf("\nAll as expected, in %.1f s. To play it yourself: go run ./cmd/challengebot try\n", time.Since(started).Seconds())
	}
	return nil
}

// page serves the practice page until the context ends.
func (c *tryCommand) page(p *program, w *story.World) error {
	handler, err := story.NewPage(w, func(err error) { p.complain("challengebot: %v", err) })
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

// faults is a log handler that remembers what must not happen in a demonstration:
// an error of the program's, or something that Teams would not have accepted.
type faults struct {
	next slog.Handler

	mu    sync.Mutex
	first error
}

func (f *faults) Enabled(ctx context.Context, l slog.Level) bool { return f.next.Enabled(ctx, l) }

func (f *faults) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		f.note(fmt.Errorf("the program logged an error: %s", r.Message))
	}
	return f.next.Handle(ctx, r)
}

// WithAttrs and WithGroup give a handler that remembers into the same place.
func (f *faults) WithAttrs(attrs []slog.Attr) slog.Handler { return branch{f, f.next.WithAttrs(attrs)} }

func (f *faults) WithGroup(name string) slog.Handler { return branch{f, f.next.WithGroup(name)} }

// rule hears of what Teams would not have accepted.
func (f *faults) rule(format string, args ...any) { f.note(fmt.Errorf(format, args...)) }

func (f *faults) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
}

func (f *faults) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

type branch struct {
	f    *faults
	next slog.Handler
}

func (b branch) Enabled(ctx context.Context, l slog.Level) bool { return b.next.Enabled(ctx, l) }

func (b branch) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		b.f.note(fmt.Errorf("the program logged an error: %s", r.Message))
	}
	return b.next.Handle(ctx, r)
}

func (b branch) WithAttrs(attrs []slog.Attr) slog.Handler {
	return branch{b.f, b.next.WithAttrs(attrs)}
}

func (b branch) WithGroup(name string) slog.Handler { return branch{b.f, b.next.WithGroup(name)} }
