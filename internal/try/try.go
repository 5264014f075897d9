// Package try lets one person try the product out on their own machine: a database that is thrown
// away, the bot, a practice Teams and a sample authority, in one process.
//
// It is linked into the command try and into nothing that serves: a build with the tag "serving"
// leaves it out, and with it internal/localpg, internal/practice, internal/practicepage and
// internal/story. internal/arrows_test.go holds that.
//
// What [Run] started is gone when it returns, also after Ctrl-C: the database, the practice Teams
// and the bot. A database server that DATABASE_URL names is used and left as it was.
package try

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/practicepage"
	"challengebot/internal/story"
)

// Options are what a person may ask for.
type Options struct {
	// Demo plays the demonstration; without it the practice page is served.
	Demo bool
	// JSON prints each step of the demonstration as one JSON object.
	JSON bool
	// LadderDir is a folder of ladders to load beside the shipped ones.
	LadderDir string
	// DirectoryFile is a directory in place of the sample authority's.
	DirectoryFile string
	// Port is the practice page's; a free one if zero.
	Port int

	Stdout, Stderr io.Writer
}

// printf writes for the person who asked. A terminal that is gone is nobody's error.
func (o Options) printf(format string, args ...any) { _, _ = fmt.Fprintf(o.Stdout, format, args...) }

// Run plays the demonstration, or serves the practice page until the context ends.
func Run(ctx context.Context, o Options) (err error) {
	ladders, err := o.loadLadders()
	if err != nil {
		return err
	}
	people, err := o.readPeople(ladders)
	if err != nil {
		return err
	}
	if !o.Demo {
		o.printf("Starting a database, the bot and the practice Teams…\n")
	}
	db, err := createDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.drop()) }()
	if err := postgres.Migrate(ctx, db.dsn); err != nil {
		return err
	}
	faults := &faultRecorder{next: slog.NewTextHandler(o.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})}
	world, err := story.Open(ctx, story.Options{DatabaseURL: db.dsn, Directory: people, Ladders: ladders, Logger: slog.New(faults), Pages: !o.Demo,
		Errorf: faults.recordRuleBreach})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if o.Demo {
		return o.playDemo(ctx, world, faults)
	}
	return o.servePage(ctx, world)
}

// readPeople is the directory that is tried with: each role that a ladder needs and nobody holds
// has somebody made up, and who that is is said.
func (o Options) readPeople(ladders []*ladder.Ladder) ([]byte, error) {
	name, text := "authority.yaml", story.SampleDirectory()
	if o.DirectoryFile != "" {
		var err error
		name = o.DirectoryFile
		if text, err = os.ReadFile(name); err != nil {
			return nil, fmt.Errorf("the directory cannot be read: %w", err)
		}
	}
	d, err := directory.Read(name, text)
	if err != nil {
		return nil, err
	}
	var needs []directory.RoleNeed
	var raisers []directory.Role
	for _, l := range ladders {
		for _, need := range l.RolesNeeded() {
			needs = append(needs, need.RoleNeed)
		}
		raisers = append(raisers, l.RaiserRoles()...)
	}
	filled, added := d.WithMadeUpPeople(append(needs, directory.RoleNeed{Role: directory.RoleOversight, NeedsAccount: true}), raisers...)
	for _, p := range added {
		o.printf("Nobody holds a role that a ladder needs, so somebody is made up: %s\n", p.Name)
	}
	return directory.Export(filled), nil
}

// loadLadders gives the shipped ladders and those of the folder, which win over a shipped
// one of the same id. The demonstration needs its own only.
func (o Options) loadLadders() ([]*ladder.Ladder, error) {
	var own []*ladder.Ladder
	shipped := []string{story.DemoLadder} // offered first
	if !o.Demo {
		shipped = append(shipped, slices.DeleteFunc(ladder.ShippedIDs(), func(id string) bool { return id == story.DemoLadder })...)
	}
	if o.LadderDir != "" {
		var err error
		if own, err = ladder.LoadDir(o.LadderDir); err != nil {
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

// playDemo plays the demonstration. The first thing that is not as it should be ends it.
func (o Options) playDemo(ctx context.Context, w *story.World, faults *faultRecorder) error {
	printer := stepPrinter{Options: o, shown: map[string]map[string]bool{}}
	printStep := printer.printStep
	if o.JSON {
		printStep = printer.printStepJSON
	}
	started := time.Now()
	if !o.JSON {
		o.printf("%s", demoHeading)
	}
	err := story.PlayDemo(ctx, w, func(step story.Step) error {
		printStep(step)
		return faults.firstFault()
	})
	if err != nil {
		return err
	}
	if !o.JSON {
		o.printf("\nAll as expected, in %.1f s. To play it yourself: go run ./cmd/challengebot try\n", time.Since(started).Seconds())
	}
	return nil
}

// servePage serves the practice page until the context ends.
func (o Options) servePage(ctx context.Context, w *story.World) error {
	handler, err := practicepage.New(w, func(err error) { _, _ = fmt.Fprintf(o.Stderr, "challengebot: %v\n", err) })
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return fmt.Errorf("the practice page cannot listen: %w; give another --port", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	o.printf("\nThe practice page: http://%s\nThe register as pages: %s/register (sign in as anybody; a clock that is moved on ends a session)\nEnd it with Ctrl-C; nothing is kept.\n",
		listener.Addr(), w.BotURL())
	select {
	case err := <-done:
		return fmt.Errorf("the practice page ended: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if server.Shutdown(end) != nil {
		_ = server.Close() // a window that keeps its connection open does not keep the program
	}
	o.printf("Ended; nothing is left running.\n")
	return nil
}
