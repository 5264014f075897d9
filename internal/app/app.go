package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"challengebot/bot"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/signin"
	"challengebot/internal/workday"
)

// Platform is which Teams the program speaks to, and how both prove who they are.
type Platform struct {
	AppID, Tenant string
	// Issuer and MetadataURL are of the tokens that Teams shows us.
	Issuer, MetadataURL string
	// Credential and Scope are for the tokens that we show Teams.
	Credential azcore.TokenCredential
	Scope      string
	// ServiceURL is where people are reached who never wrote to the bot.
	ServiceURL string
	// ServiceURLAllowed says which service URLs may be spoken to.
	ServiceURLAllowed func(string) bool
}

// Dependencies are what the program is made of.
type Dependencies struct {
	DatabaseURL string
	Platform    Platform
	Calendar    *workday.Calendar
	Directory   *directory.Directory
	// DirectoryText is the file that Directory was read from; it is kept, for a start on a
	// day on which that file is broken. Then Directory is nil and DirectoryError says why.
	DirectoryText  string
	DirectoryError error
	Ladders        []*ladder.Ladder
	// Pages, if set, serves the register as pages; its clock and its client are the program's.
	Pages *signin.Config
	// DangerLine is what the authority says about a child in danger now; empty: the usual.
	DangerLine string
	// Now is a clock that is moved by hand, to try things out and in tests: it is the one
	// clock then. Otherwise nil: the database's is.
	Now func() time.Time
	// HostNow is what this machine believes; the system's clock if nil, or Now if that is set.
	HostNow func() time.Time
	Logger  *slog.Logger
	// RefuseOwnerLogin refuses a login of the database that could change the audit trail.
	RefuseOwnerLogin bool
	// EventKeys sign every event that is written.
	EventKeys postgres.EventKeys
	// Migrate brings the database up to date before anything else.
	Migrate bool
	// OwnDatabase says that the database is for trying things out and ends with the program: nothing is
	// said of its login.
	OwnDatabase bool
	// RestoreKnown says that whoever starts the program records a restore from a backup, or that
	// nothing is missing; otherwise the start looks for one, and records it.
	RestoreKnown bool
	// CallTimeout bounds one call to Teams; the engine's own if zero.
	CallTimeout time.Duration
	// MaxConns bounds the connections to the database; see postgres.Options if zero.
	MaxConns int
}

// App is the program, ready to run.
type App struct {
	Store    *postgres.Store
	Engine   *engine.Engine
	Handler  http.Handler
	Registry *prometheus.Registry
	parts    Dependencies
	people   *liveDirectory
	clock    *databaseClock
	keys     *bot.KeyCache
	logger   *slog.Logger
	state    startState
	// firstTry is the outcome of a first try to prepare the database that takes long.
	firstTry chan error
}

// New joins the parts and prepares the database, whose schema must be current: see Migrate.
// A database that is away is no error: until it comes everybody is answered that the bot
// is not available, and Run goes on waiting for it.
func New(ctx context.Context, p Dependencies) (*App, error) {
	store, err := postgres.Open(ctx, p.DatabaseURL, postgres.Options{Logger: p.Logger, EventKeys: p.EventKeys, MaxConns: p.MaxConns})
	if err != nil {
		return nil, err
	}
	a, err := joinParts(p, store)
	if err != nil {
		store.Close()
		return nil, err
	}
	if err := a.tryToPrepare(ctx); err != nil {
		store.Close()
		return nil, err
	}
	return a, nil
}

// joinParts makes the program. Nothing is asked of the database yet.
func joinParts(p Dependencies, store *postgres.Store) (*App, error) {
	if p.HostNow == nil {
		p.HostNow = time.Now
		if p.Now != nil {
			p.HostNow = p.Now
		}
	}
	if p.Logger == nil {
		p.Logger = slog.Default()
	}
	clock := &databaseClock{source: store, moved: p.Now, host: p.HostNow}
	people := &liveDirectory{store: store, calendar: p.Calendar, now: clock.Now}
	a := &App{
		Store:    store,
		Registry: prometheus.NewRegistry(),
		parts:    p,
		people:   people,
		clock:    clock,
		logger:   p.Logger,
	}
	a.registerMetrics()

	client := connector.New(connector.Config{
		AppID: p.Platform.AppID, Tenant: p.Platform.Tenant, Credential: p.Platform.Credential, Scope: p.Platform.Scope,
		ServiceURLAllowed: p.Platform.ServiceURLAllowed, DefaultServiceURL: p.Platform.ServiceURL, Now: clock.Now,
	})
	var pace *engine.Pace // a practice Teams has no limits but those that a test sets
	if p.Now == nil {
		pace = engine.NewPace()
	}
	var err error
	a.Engine, err = engine.New(engine.Config{
		Store:         store,
		Teams:         teamsAdapter{client},
		Now:           clock.Now,
		Calendar:      p.Calendar,
		Directory:     people.Directory,
		Refresh:       people.Refresh,
		Faults:        a.faults,
		MeasureClock:  clock.Measure,
		KeepHeartbeat: a.keepHeartbeat,
		Logger:        p.Logger,
		Registry:      a.Registry,
		Owner:         uuid.NewString(),
		ServiceURL:    p.Platform.ServiceURL,
		CallTimeout:   p.CallTimeout,
		Pace:          pace,
	})
	if err != nil {
		return nil, err
	}
	activityHandler, err := bot.NewHandler(
		bot.HandlerConfig{
			Stores:           bot.OneStore(store),
			Now:              clock.Now,
			Calendar:         p.Calendar,
			Directory:        people.Directory,
			RefreshDirectory: people.Refresh,
			IsUnreachable:    people.IsUnreachable,
			Ladders:          p.Ladders,
			DangerLine:       p.DangerLine,
			Logger:           p.Logger,
		},
	)
	if err != nil {
		return nil, err
	}
	validator, err := bot.NewValidator(bot.ValidatorConfig{
		AppID:             p.Platform.AppID,
		Tenant:            p.Platform.Tenant,
		Issuer:            p.Platform.Issuer,
		MetadataURL:       p.Platform.MetadataURL,
		ServiceURLAllowed: p.Platform.ServiceURLAllowed,
		Now:               clock.Now,
		HTTP:              &http.Client{Timeout: 10 * time.Second},
	})
	if err != nil {
		return nil, err
	}
	a.keys = validator.Keys()
	a.Handler, err = bot.NewServer(bot.ServerConfig{
		Validator:       validator,
		Registry:        a.Registry,
		Logger:          p.Logger,
		Now:             clock.Now,
		NotReadyReasons: a.notReadyReasons,
		SilentFor:       store.SilentFor,
	}, preparedHandler{&a.state, activityHandler})
	if err == nil && p.Pages != nil {
		err = a.servePages(*p.Pages)
	}
	return a, err
}

// Close ends the connections to the database.
func (a *App) Close() { a.Store.Close() }

// shutdownGrace is how long requests under way have to end.
const shutdownGrace = 15 * time.Second

// Run serves on the listener and, once the database is prepared, runs the engine, until the
// context ends.
func (a *App) Run(ctx context.Context, listener net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Serve(ctx, listener) })
	group.Go(func() error { return a.work(ctx) })
	return group.Wait()
}

// work is everything but serving: it fetches the keys of the token issuer and, once the database
// is prepared, runs the engine, until the context ends.
func (a *App) work(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := a.keys.Refresh(ctx); err != nil && ctx.Err() == nil {
			a.logger.Warn(
				"the keys of the token issuer could not be fetched yet; turns are refused until they can",
				"error",
				err,
			)
		}
		return nil
	})
	group.Go(func() error {
		if err := a.waitUntilPrepared(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		return a.Engine.Run(ctx)
	})
	return group.Wait()
}

// Serve answers requests until the context ends and those under way are done.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	return serveHTTP(ctx, listener, a.Handler, a.logger)
}

func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn)}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		done <- server.Shutdown(end)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the bot could not serve: %w", err)
	}
	return <-done
}
