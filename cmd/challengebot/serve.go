package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"challengebot/internal/app"
)

type serveCommand struct {
	Config  string `required:"" placeholder:"FILE" help:"The configuration file. Secrets come from the environment: DATABASE_URL and CHALLENGEBOT_APP_PASSWORD."`
	Migrate bool   `help:"Bring the database up to date before serving."`
}

const (
	envDatabase = "DATABASE_URL"
	envSecret   = "CHALLENGEBOT_APP_PASSWORD"
)

var errNoDatabase = errors.New("DATABASE_URL is not set: set it to the PostgreSQL database, e.g. postgres://user:password@host:5432/challengebot")

// Run serves until SIGTERM or SIGINT: then requests under way end and what the
// engine had claimed is given back. It starts without its database, and with a directory
// file that is broken if it has a copy of the last one that was whole.
func (c *serveCommand) Run(p *program) error {
	settings, err := app.ReadSettingsToServe(c.Config)
	if err != nil {
		return err
	}
	parts, err := settings.AppOptions(p.env(envDatabase), p.env(envSecret), p.now)
	if err != nil {
		return err
	}
	switch {
	case parts.DatabaseURL == "" && parts.DirectoryError != nil:
		return parts.DirectoryError // without a database there is no copy of an earlier one
	case parts.DatabaseURL == "":
		return errNoDatabase
	}
	parts.Logger, parts.Migrate = slog.New(slog.NewJSONHandler(p.stderr, nil)), c.Migrate
	bot, err := app.New(p.ctx, parts)
	if err != nil {
		return fmt.Errorf("the bot cannot start: %w", err)
	}
	defer bot.Close()
	listener, err := net.Listen("tcp", settings.Config.Listen)
	if err != nil {
		return fmt.Errorf("the bot cannot listen: %w; change listen in %s or end what uses it", err, c.Config)
	}
	p.printf("challengebot serves on http://%s\n", listener.Addr())
	if err := bot.Run(p.ctx, listener); err != nil && p.ctx.Err() == nil {
		return err
	}
	p.printf("challengebot has ended\n")
	return nil
}
