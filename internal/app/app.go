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
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"challengebot/bot"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
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
	Ladders     []*ladder.Ladder
	Now         func() time.Time
	Logger      *slog.Logger
	// CallTimeout bounds one call to Teams; the engine's own if zero.
	CallTimeout time.Duration
}

// App is the program, ready to run.
type App struct {
	Store    *postgres.Store
	Engine   *engine.Engine
	Handler  http.Handler
	Registry *prometheus.Registry
	keys     *bot.KeyCache
	logger   *slog.Logger
}

// New connects to the database and joins the parts. The schema must be current:
// see Migrate.
func New(ctx context.Context, p Dependencies) (*App, error) {
	store, err := postgres.Open(ctx, p.DatabaseURL, postgres.Options{Logger: p.Logger})
	if err != nil {
		return nil, err
	}
	if err := store.CheckReady(ctx); err != nil {
		store.Close()
		return nil, err
	}
	a, err := buildApp(ctx, p, store)
	if err != nil {
		store.Close()
		return nil, err
	}
	return a, nil
}

func buildApp(ctx context.Context, p Dependencies, store *postgres.Store) (*App, error) {
	for _, l := range p.Ladders {
		if err := store.SaveLadder(ctx, l); err != nil {
			return nil, fmt.Errorf("the ladder %s could not be stored: %w", l.ID, err)
		}
	}
	people := &liveDirectory{file: p.Directory, store: store, calendar: p.Calendar, now: p.Now}
	if err := people.Refresh(ctx); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registerCredentialExpiry(registry, p.Platform)

	client := connector.New(connector.Config{
		AppID: p.Platform.AppID, Tenant: p.Platform.Tenant, Credential: p.Platform.Credential, Scope: p.Platform.Scope,
		ServiceURLAllowed: p.Platform.ServiceURLAllowed, DefaultServiceURL: p.Platform.ServiceURL, Now: p.Now,
	})
	eng, err := engine.New(engine.Config{
		Store: store, Teams: teamsAdapter{client}, Now: p.Now, Calendar: p.Calendar, Directory: people.Directory, Refresh: people.Refresh,
		Logger: p.Logger, Registry: registry, Owner: uuid.NewString(), ServiceURL: p.Platform.ServiceURL,
		CallTimeout: p.CallTimeout,
	})
	if err != nil {
		return nil, err
	}
	activityHandler, err := bot.NewHandler(bot.HandlerConfig{Stores: bot.OneStore(store), Now: p.Now, Calendar: p.Calendar, Directory: people.Directory, RefreshDirectory: people.Refresh, IsUnreachable: people.IsUnreachable,
		Ladders: p.Ladders, Logger: p.Logger})
	if err != nil {
		return nil, err
	}
	validator, err := bot.NewValidator(bot.ValidatorConfig{
		AppID: p.Platform.AppID, Tenant: p.Platform.Tenant, Issuer: p.Platform.Issuer, MetadataURL: p.Platform.MetadataURL,
		ServiceURLAllowed: p.Platform.ServiceURLAllowed, Now: p.Now, HTTP: &http.Client{Timeout: 10 * time.Second},
	})
	if err != nil {
		return nil, err
	}
	handler, err := bot.NewServer(bot.ServerConfig{
		Validator: validator, Registry: registry, Logger: p.Logger, Now: p.Now,
		NotReadyReasons: func(ctx context.Context) []string {
			if err := store.CheckReady(ctx); err != nil {
				return []string{"the database is not ready"}
			}
			return nil
		},
	}, activityHandler)
	if err != nil {
		return nil, err
	}
	return &App{Store: store, Engine: eng, Handler: handler, Registry: registry, keys: validator.Keys(), logger: p.Logger}, nil
}

// Close ends the connections to the database.
func (a *App) Close() { a.Store.Close() }

// shutdownGrace is how long requests under way have to end.
const shutdownGrace = 15 * time.Second

// Run serves on the listener and runs the engine until the context ends.
func (a *App) Run(ctx context.Context, listener net.Listener) error {
	if err := a.keys.Refresh(ctx); err != nil {
		a.logger.Warn("the keys of the token issuer could not be fetched yet; turns are refused until they can", "error", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Engine.Run(ctx) })
	group.Go(func() error { return a.Serve(ctx, listener) })
	return group.Wait()
}

// Serve answers requests until the context ends and those under way are done.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: a.Handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(a.logger.Handler(), slog.LevelWarn)}
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
