package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"challengebot/internal/directory"
	"challengebot/internal/yamlfile"
)

// Runner serves and, when the files of its settings change, goes on with the new ones without a
// restart: the program is made anew beside the one that runs, takes the requests from then on, and
// the earlier one ends what it had begun. Files that cannot be read, or that take many people
// away at once, change nothing; the log, a metric and those who oversee challenges say so.
type Runner struct {
	read   func(ctx context.Context, atWord bool) (*Settings, error)
	build  func(context.Context, *Settings) (*App, error)
	logger *slog.Logger
	// interval is how often the files are looked at.
	interval time.Duration

	looking sync.Mutex // one look at a time
	// lastSeen are the files of the last look, and refused those that were not taken and why.
	lastSeen, refused Fingerprint
	entraFault        string // the cause that was said

	serving sync.RWMutex
	current *generation
	ended   chan error // what a generation ended with that nobody had ended
	rest    sync.WaitGroup
}

// generation is one program that a Runner runs.
type generation struct {
	app      *App
	settings *Settings
	requests sync.WaitGroup
	stop     context.CancelFunc
	done     chan struct{}
}

// lookInterval is how often the files are looked at. A change is taken at the second look that
// finds it, so that nobody's half-saved file is read.
const lookInterval = 10 * time.Second

// NewRunner makes the first program. read reads the settings anew; they may be ones whose
// Fingerprint alone is set, when it returns an error. build makes a program of them.
func NewRunner(ctx context.Context, read func(ctx context.Context, atWord bool) (*Settings, error), build func(context.Context, *Settings) (*App, error), logger *slog.Logger) (*Runner, error) {
	settings, err := read(ctx, false)
	if err != nil {
		return nil, err
	}
	app, err := build(ctx, settings)
	if err != nil {
		return nil, err
	}
	r := &Runner{read: read, build: build, logger: logger, interval: lookInterval, ended: make(chan error, 1), lastSeen: settings.Fingerprint}
	r.current = &generation{app: app, settings: settings, done: make(chan struct{})}
	r.noteEntra(settings)
	return r, nil
}

// Run serves until the context ends, and looks at the files now and then, and at once when
// reload says so, whose function it calls when it has looked.
func (r *Runner) Run(ctx context.Context, listener net.Listener, reload <-chan func()) error {
	group, ctx := errgroup.WithContext(ctx)
	r.start(ctx, r.current)
	group.Go(func() error { return serveHTTP(ctx, listener, r, r.logger) })
	group.Go(func() error {
		ticker := time.NewTicker(r.interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case err := <-r.ended:
				return err
			case looked := <-reload:
				r.Look(ctx, true)
				looked()
			case <-ticker.C:
				r.Look(ctx, false)
			}
		}
	})
	err := group.Wait()
	r.current.stop()
	r.rest.Wait()
	return err
}

// Settings are what the program that runs was made with.
func (r *Runner) Settings() *Settings { return r.current.settings }

// Close ends the connections of the program that runs.
func (r *Runner) Close() { r.current.app.Close() }

// ServeHTTP lets the program that is the present one answer.
func (r *Runner) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.serving.RLock()
	now := r.current
	now.requests.Add(1)
	r.serving.RUnlock()
	defer now.requests.Done()
	now.app.Handler.ServeHTTP(w, request)
}

func (r *Runner) start(ctx context.Context, g *generation) {
	working, stop := context.WithCancel(ctx)
	g.stop = stop
	r.rest.Go(func() {
		defer close(g.done)
		err := g.app.work(working)
		if working.Err() == nil {
			if err == nil {
				err = errors.New("the bot ended by itself")
			}
			select {
			case r.ended <- err:
			default:
			}
		}
	})
}

// Look reads the files and goes on with them, if they have changed and are whole. At a word
// of the administrator's (SIGHUP) it does so at once, and takes them however many people they
// take away.
func (r *Runner) Look(ctx context.Context, atWord bool) {
	r.looking.Lock()
	defer r.looking.Unlock()
	settings, err := r.read(ctx, atWord)
	seen := settings.Fingerprint
	isStill := seen == r.lastSeen
	r.lastSeen = seen
	r.noteEntra(settings)
	switch {
	case seen == r.current.settings.Fingerprint:
		if r.current.app.state.refused.Swap(nil) != nil {
			r.refused = Fingerprint{}
			r.logger.Info("the files are again those that the bot works with")
		} else if atWord {
			r.logger.Info("the files have not changed")
		}
		return
	case !atWord && (!isStill || seen == r.refused):
		return
	}
	if err == nil {
		err = settings.DirectoryError
	}
	if err == nil && !atWord {
		err = checkLeavers(r.current.app.people.file.Load(), settings.Directory)
	}
	if err != nil {
		r.refuse(seen, err)
		return
	}
	if settings.Config.Listen != r.current.settings.Config.Listen {
		r.logger.Warn("listen has changed: that alone needs a restart")
	}
	next, err := r.prepareNext(ctx, settings)
	if err != nil {
		if ctx.Err() == nil {
			r.refuse(Fingerprint{}, err) // tried again at the next look
		}
		return
	}
	r.replace(ctx, next)
}

// prepareNext makes a program that can take over at once.
func (r *Runner) prepareNext(ctx context.Context, s *Settings) (*generation, error) {
	app, err := r.build(ctx, s)
	if err != nil {
		return nil, err
	}
	err = app.keys.Refresh(ctx)
	if err == nil && !app.state.prepared.Load() {
		err = errors.New("the database is not available")
	}
	if err != nil {
		app.Close()
		return nil, err
	}
	return &generation{app: app, settings: s, done: make(chan struct{})}, nil
}

// replace lets the next program take over, and the earlier one end what it had begun.
func (r *Runner) replace(ctx context.Context, next *generation) {
	before := r.current
	people := directory.Difference{}
	if was := before.app.people.file.Load(); was != nil {
		people = directory.Diff(was, next.settings.Directory)
	}
	r.start(ctx, next)
	r.serving.Lock()
	r.current = next
	r.serving.Unlock()
	r.refused = Fingerprint{}
	r.noteEntra(next.settings)
	before.stop()
	r.rest.Go(func() {
		<-before.done
		before.requests.Wait()
		before.app.Close()
	})
	r.logger.Info("the changed files are taken", "people_joined", len(people.Joined), "people_left", len(people.Left), "directory_changes", len(people.Lines),
		"ladders", len(next.settings.Ladders), "calendar", next.settings.Calendar.Version())
}

// noteEntra says whether Entra can be asked.
func (r *Runner) noteEntra(s *Settings) {
	state := &r.current.app.state.entraStale
	if s.EntraFault == nil {
		state.Store(nil)
		r.entraFault = ""
		return
	}
	state.Store(&staleGroups{s.EntraFault, s.EntraReadAt})
	if cause := rootCause(s.EntraFault).Error(); cause != r.entraFault { // whichever question met it
		r.entraFault = cause
		r.logger.Error("Entra cannot be asked who holds which role, and the bot works with the last whole reading", "error", s.EntraFault, "read_at", s.EntraReadAt)
	}
}

// rootCause is the innermost error.
func rootCause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// refuse says that the files as they are now are not taken.
func (r *Runner) refuse(seen Fingerprint, err error) {
	where := ""
	if problems := yamlfile.ProblemsOf(err); len(problems) > 0 { // what is in the file is nobody's in a log
		problems.Sort()
		where = fmt.Sprintf(" (%s:%d:%d)", problems[0].File, problems[0].Line, problems[0].Column)
	} else {
		where = fmt.Sprintf(" (%v)", err)
	}
	fault := fmt.Errorf("the changed files are not taken%s, and the bot works with the earlier ones: run challengebot check and put them right", where)
	r.refused = seen
	before := r.current.app.state.refused.Swap(&refusedSettings{fault})
	if before == nil || before.err.Error() != fault.Error() {
		r.logger.Error(fault.Error())
	}
}

const (
	// maxLeaverShare is which part of the people may leave at once without a word of the
	// administrator's, as one in so many, and minLeavers how many always may.
	maxLeaverShare = 5
	minLeavers     = 3
)

// errManyLeave is of a change that takes many people away.
var errManyLeave = errors.New("they take many people away at once")

// checkLeavers refuses a directory that takes many people away: more often a file that was cut
// off than a day on which so many left.
func checkLeavers(was, now *directory.Directory) error {
	if was == nil {
		return nil
	}
	left, of := len(directory.Diff(was, now).Left), len(was.People())
	if left <= minLeavers || left*maxLeaverShare <= of {
		return nil
	}
	return fmt.Errorf("%w, %d of %d; see challengebot directory diff, and if it is meant, send SIGHUP", errManyLeave, left, of)
}
