package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"challengebot/bot"
	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/postgres"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"challengebot/internal/yamlfile"
)

// startState is how far the start has come.
type startState struct {
	prepared atomic.Bool
	// directoryCopy is when the copy of the directory was kept that is used in place of a
	// file that cannot be read; nil: the file is used.
	directoryCopy atomic.Pointer[time.Time]
	// refused is why the files as they are now are not taken; nil: they are what runs.
	refused atomic.Pointer[refusedSettings]
	// entraStale is why Entra cannot be asked and an earlier reading is used; nil: it can.
	entraStale atomic.Pointer[staleGroups]
	// placeKept is when it was last kept where the database stands.
	placeKept atomic.Pointer[time.Time]
}

// staleGroups is an earlier reading of Entra.
type staleGroups struct {
	err    error
	readAt time.Time
}

// refusedSettings is why changed files were not taken.
type refusedSettings struct{ err error }

const (
	// prepareInterval is the time between two tries to prepare the database.
	prepareInterval = 2 * time.Second
	// firstTryTimeout is how long the start waits for the database before it serves: a
	// migration may take much longer.
	firstTryTimeout = 10 * time.Second
	// reportInterval is how often the log says that the database is still away.
	reportInterval = time.Minute
)

// Prepare makes sure of everything that serving needs of the database. An error that is a
// storage.ErrUnavailable passes by itself; any other needs somebody.
func (a *App) Prepare(ctx context.Context) error {
	if a.parts.Migrate {
		if err := postgres.Migrate(ctx, a.parts.DatabaseURL); err != nil {
			return err
		}
	}
	if err := a.Store.CheckReady(ctx); err != nil {
		return err
	}
	if a.parts.RefuseOwnerLogin {
		if err := a.refuseOwnerLogin(ctx); err != nil {
			return err
		}
	}
	if err := a.warnOfRisks(ctx); err != nil {
		return err
	}
	for _, l := range a.parts.Ladders {
		if err := a.Store.SaveLadder(ctx, l); err != nil {
			return fmt.Errorf("the ladder %s could not be stored: %w", l.ID, err)
		}
	}
	missingFrom, restored, err := a.findRestore(ctx) // the clock's first heartbeat hides it
	if err != nil {
		return err
	}
	if err := a.clock.Measure(ctx); err != nil {
		return err
	}
	if err := a.prepareDirectory(ctx); err != nil {
		return err
	}
	if err := a.people.Refresh(ctx); err != nil {
		return err
	}
	if err := a.Store.ForgetOldHeartbeats(ctx); err != nil {
		return err
	}
	if restored {
		if err := a.recordFoundRestore(ctx, missingFrom); err != nil {
			return err
		}
	}
	if !a.parts.RestoreKnown {
		if err := a.keepPlace(ctx); err != nil {
			return err
		}
	}
	a.state.prepared.Store(true)
	return nil
}

// warnOfRisks says what is unsafe about how the database is used.
func (a *App) warnOfRisks(ctx context.Context) error {
	if a.parts.OwnDatabase {
		return nil
	}
	risks, err := a.Store.ListRisks(ctx)
	for _, risk := range risks {
		a.logger.Warn("database: " + risk)
	}
	return err
}

// ErrOwnerLogin says that the bot could change its own audit trail.
var ErrOwnerLogin = errors.New("the login of DATABASE_URL could change the audit trail")

func (a *App) refuseOwnerLogin(ctx context.Context) error {
	switch can, err := a.Store.CanChangeTrail(ctx); {
	case err != nil:
		return err
	case can:
		return fmt.Errorf("%w: serve with one that is only a member of challengebot_app, as the README says under PostgreSQL; allow: [%s] starts all the same",
			ErrOwnerLogin, OwnerLogin)
	}
	return nil
}

// prepareDirectory keeps a copy of a directory that is whole, and takes the last copy in
// place of one that is not.
func (a *App) prepareDirectory(ctx context.Context) error {
	if a.parts.Directory != nil {
		a.people.file.Store(a.parts.Directory)
		if a.parts.DirectoryText == "" {
			return nil
		}
		return a.Store.SaveDirectoryCopy(ctx, a.parts.DirectoryText, a.clock.Now())
	}
	text, keptAt, err := a.Store.LoadDirectoryCopy(ctx)
	if errors.Is(err, storage.ErrNotFound) {
		return a.parts.DirectoryError
	}
	if err != nil {
		return err
	}
	d, err := directory.Read("the copy of the directory", []byte(text))
	if err != nil {
		return a.parts.DirectoryError
	}
	a.people.file.Store(d)
	a.state.directoryCopy.Store(&keptAt)
	a.logger.Error(a.directoryFault().Error())
	return nil
}

// directoryFault says where the directory file is wrong, and nothing of what is in it.
func (a *App) directoryFault() error {
	where := "the directory file"
	if problems := yamlfile.ProblemsOf(a.parts.DirectoryError); len(problems) > 0 {
		where = fmt.Sprintf("%s:%d:%d", problems[0].File, problems[0].Line, problems[0].Column)
	}
	return fmt.Errorf(
		"the directory cannot be read (%s): the bot works with the copy kept at %s, and later changes do not count; "+
			"run challengebot check and put the file right",
		where,
		a.state.directoryCopy.Load().Format(time.RFC3339),
	)
}

// tryToPrepare prepares the database, and leaves one that is away, or that takes long, to
// waitUntilPrepared. Its error is one that does not pass.
func (a *App) tryToPrepare(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- a.Prepare(ctx) }()
	select {
	case err := <-done:
		if !errors.Is(err, storage.ErrUnavailable) {
			return err
		}
		a.reportWaiting(err)
	case <-time.After(firstTryTimeout):
		a.firstTry = done
		a.reportWaiting(context.DeadlineExceeded)
	}
	return nil
}

// waitUntilPrepared waits for a database that is away. Its error is one that does not pass.
func (a *App) waitUntilPrepared(ctx context.Context) error {
	reported := time.Now() // New has said it
	for !a.state.prepared.Load() {
		err := a.prepareAgain(ctx)
		switch {
		case err == nil:
			a.logger.Info("the database is there; the bot works")
			return nil
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, storage.ErrUnavailable):
			return fmt.Errorf("the bot cannot start: %w", err)
		case time.Since(reported) >= reportInterval:
			a.reportWaiting(err)
			reported = time.Now()
		}
		select {
		case <-ctx.Done():
		case <-time.After(prepareInterval):
		}
	}
	return nil
}

// prepareAgain waits for the first try, if that goes on, or makes another.
func (a *App) prepareAgain(ctx context.Context) error {
	if a.firstTry == nil {
		return a.Prepare(ctx)
	}
	select {
	case err := <-a.firstTry:
		a.firstTry = nil
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *App) reportWaiting(err error) {
	a.logger.Error(
		"the database is not available; the bot waits for it and answers 503 until it comes",
		"reason",
		storage.FailureReason(err),
	)
}

// requestTripLimit is how long one round trip to the database may take for a person who waits.
const requestTripLimit = 6 * time.Second

// preparedHandler asks Teams to come again while nothing is prepared.
type preparedHandler struct {
	state *startState
	next  bot.ActivityHandler
}

func (h preparedHandler) HandleActivity(ctx context.Context, activity bot.Activity) (bot.Reply, error) {
	if !h.state.prepared.Load() {
		return bot.Reply{}, fmt.Errorf("%w: %w", bot.ErrUnavailable, storage.ErrUnavailable)
	}
	return h.next.HandleActivity(postgres.WithTripLimit(ctx, requestTripLimit), activity)
}

// notReadyReasons are public.
func (a *App) notReadyReasons(ctx context.Context) []string {
	if !a.state.prepared.Load() {
		return []string{"the database has not been ready since the start"}
	}
	var reasons []string
	if err := a.Store.CheckReady(ctx); err != nil {
		reasons = append(reasons, "the database is not ready")
	}
	if a.clock.Fault() != nil {
		reasons = append(reasons, "the clock is not trusted")
	}
	return reasons
}

// faults are what is wrong with the set-up of this instance now.
func (a *App) faults() []engine.Fault {
	var found []engine.Fault
	if err := a.clock.Fault(); err != nil {
		found = append(
			found,
			engine.Fault{
				Kind: engine.ClockFault,
				Err:  err,
				Tell: func(w *words.Catalogue) string { return w.Watch.ClockFault },
			},
		)
	}
	if keptAt := a.state.directoryCopy.Load(); keptAt != nil {
		found = append(
			found,
			engine.Fault{Kind: "directory", Err: a.directoryFault(), Tell: func(w *words.Catalogue) string {
				return fmt.Sprintf(w.Watch.DirectoryCopy, w.FormatOnDateTime(keptAt.In(a.parts.Calendar.Location())))
			}},
		)
	}
	if refused := a.state.refused.Load(); refused != nil {
		found = append(found, engine.Fault{Kind: "settings", Err: refused.err, Tell: func(w *words.Catalogue) string { return w.Watch.SettingsRefused }})
	}
	if stale := a.state.entraStale.Load(); stale != nil {
		found = append(found, engine.Fault{Kind: "entra", Err: stale.err, Tell: func(w *words.Catalogue) string {
			return fmt.Sprintf(w.Watch.DirectoryCopy, w.FormatOnDateTime(stale.readAt.In(a.parts.Calendar.Location())))
		}})
	}
	return found
}

func (a *App) registerMetrics() {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	a.Registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("challengebot_prepared", "1 once the database was ready since the start. Alarm while it is 0.",
			func() float64 { return asNumber(a.state.prepared.Load()) }),
		gauge(
			"challengebot_clock_difference_seconds",
			"By how much this machine's clock is ahead of the one that counts. Alarm from 30 on, either way.",
			func() float64 { return a.clock.Difference().Seconds() },
		),
		gauge(
			"challengebot_clock_fault",
			"1 while the clock is not trusted and nothing is decided by it. Alarm above 0.",
			func() float64 { return asNumber(a.clock.Fault() != nil) },
		),
		gauge(
			"challengebot_directory_copy_in_use",
			"1 while the directory file cannot be read and an earlier copy is used. Alarm above 0.",
			func() float64 { return asNumber(a.state.directoryCopy.Load() != nil) },
		),
		gauge(
			"challengebot_settings_refused",
			"1 while changed files are not taken and the bot works with the earlier ones. Alarm above 0.",
			func() float64 { return asNumber(a.state.refused.Load() != nil) },
		),
		gauge(
			"challengebot_entra_stale",
			"1 while Entra cannot be asked and an earlier reading is used. Alarm above 0 for an hour.",
			func() float64 { return asNumber(a.state.entraStale.Load() != nil) },
		),
	)
	registerCredentialExpiry(a.Registry, a.parts.Platform)
}

func asNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
