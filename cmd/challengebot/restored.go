package main

import (
	"fmt"
	"log/slog"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/english"
)

type restoredCommand struct {
	Config         string    `required:"" placeholder:"FILE" help:"The configuration file, as for serve."`
	NothingMissing bool      `help:"The database was moved and nothing was lost: say so before the bot starts on it, which otherwise takes it for a restore."`
	From           time.Time `placeholder:"TIME" help:"When what is missing begins, e.g. 2026-11-27T10:30:00Z. Otherwise the bot's last sign of life in the database."`
}

// restoredRecently is how new a sign of life can be only if the bot serves, or served after the
// restore: then it does not tell when the backup was made.
const restoredRecently = 2 * time.Minute

// Run says that the database was restored from a backup: in every open challenge, and to those
// who oversee them.
func (c *restoredCommand) Run(p *program) error {
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	if c.NothingMissing {
		if err := store.KeepPlace(p.ctx); err != nil {
			return err
		}
		p.printf("Nothing is missing: the bot works on this database as before.\n")
		return nil
	}
	clock, err := store.ReadClock(p.ctx)
	from := c.From
	switch {
	case err != nil:
		return err
	case from.IsZero() && clock.NewestSeen.IsZero():
		return fmt.Errorf("%w: no bot has worked on this database yet; say with --from when the backup was made", errUsage)
	case from.IsZero() && clock.Now.Sub(clock.NewestSeen) < restoredRecently:
		return fmt.Errorf("%w: a bot has worked on this database since it was restored; say with --from when the backup was made", errUsage)
	case from.IsZero():
		from = clock.NewestSeen
	case !from.Before(clock.Now):
		return fmt.Errorf("%w: --from lies in the future", errUsage)
	}
	settings, err := app.ReadSettings(p.ctx, c.Config, p.env(envSecret))
	if err != nil {
		return err
	}
	parts, err := settings.AppOptions(p.env(envDatabase), p.env(envSecret), p.now)
	if err != nil {
		return err
	}
	if parts.EventKeys, err = p.readEventKeys(); err != nil {
		return err
	}
	parts.RestoreKnown = true
	parts.Logger = slog.New(slog.NewJSONHandler(p.stderr, nil))
	bot, err := app.New(p.ctx, parts)
	if err != nil {
		return err
	}
	defer bot.Close()
	missing, open, err := bot.RecordRestore(p.ctx, from)
	if err != nil {
		return fmt.Errorf("not everything could be recorded: %w; run it again with --from %s", err, missing.From.Format(time.RFC3339Nano))
	}
	p.printf("Missing: from %s to %s. %s open: each says so in its trail and asks again, and oversight is told when the bot serves.\n",
		missing.From.Format(time.RFC3339), missing.To.Format(time.RFC3339), english.Count(open, "challenge"))
	return nil
}
