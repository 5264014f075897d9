package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"challengebot/internal/app"
)

type serveCommand struct {
	Config  string `required:"" placeholder:"FILE" help:"The configuration file. Secrets come from the environment: DATABASE_URL, CHALLENGEBOT_APP_PASSWORD and, with pages, CHALLENGEBOT_PAGES_SECRET."`
	Migrate bool   `help:"Bring the database up to date before serving."`
}

const (
	envDatabase = "DATABASE_URL"
	envSecret   = "CHALLENGEBOT_APP_PASSWORD"
	// envPagesSecret is the client secret of the registration that signs people in to the pages.
	envPagesSecret = "CHALLENGEBOT_PAGES_SECRET"
	// envEventKeys are the keys of the events' MACs.
	envEventKeys = "CHALLENGEBOT_EVENT_KEYS"
)

var errNoDatabase = errors.New("DATABASE_URL is not set: set it to the PostgreSQL database, e.g. postgres://user:password@host:5432/challengebot")

// Run serves until SIGTERM or SIGINT: then requests under way end and what the
// engine had claimed is given back. It starts without its database, and with a directory
// file that is broken if it has a copy of the last one that was whole. Files that change
// while it serves are taken without a restart, on SIGHUP at once.
func (c *serveCommand) Run(p *program) error {
	logger := slog.New(slog.NewJSONHandler(p.stderr, nil))
	read := app.NewSettingsReader(c.Config, p.env(envSecret), p.now).ReadToServe
	build := func(ctx context.Context, settings *app.Settings) (*app.App, error) {
		parts, err := settings.AppOptions(p.env(envDatabase), p.env(envSecret), p.now)
		if err != nil {
			return nil, err
		}
		if parts.EventKeys, err = p.readEventKeys(); err != nil {
			return nil, err
		}
		if parts.Pages, err = settings.PagesOptions(p.env(envPagesSecret)); err != nil {
			return nil, err
		}
		switch {
		case parts.DatabaseURL == "" && parts.DirectoryError != nil:
			return nil, parts.DirectoryError // without a database there is no copy of an earlier one
		case parts.DatabaseURL == "":
			return nil, errNoDatabase
		}
		parts.Logger, parts.Migrate = logger, c.Migrate
		bot, err := app.New(ctx, parts)
		if err != nil {
			return nil, fmt.Errorf("the bot cannot start: %w", err)
		}
		return bot, nil
	}
	runner, err := app.NewRunner(p.ctx, read, build, logger)
	if err != nil {
		return err
	}
	defer runner.Close()
	listener, err := net.Listen("tcp", runner.Settings().Config.Listen)
	if err != nil {
		return fmt.Errorf("the bot cannot listen: %w; change listen in %s or end what uses it", err, c.Config)
	}
	p.logStart(logger, c.Config, runner.Settings())
	p.printf("challengebot serves on http://%s\n", listener.Addr())
	reload := p.reload
	if reload == nil {
		reload = reloadSignals(p.ctx)
	}
	if err := runner.Run(p.ctx, listener, reload); err != nil && p.ctx.Err() == nil {
		return err
	}
	p.printf("challengebot has ended\n")
	return nil
}

// reloadSignals has a word for each SIGHUP, several at once being one.
func reloadSignals(ctx context.Context) <-chan func() {
	signals, reload := make(chan os.Signal, 1), make(chan func(), 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				select {
				case reload <- func() {}:
				default:
				}
			}
		}
	}()
	return reload
}
