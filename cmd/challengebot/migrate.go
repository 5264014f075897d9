package main

import "challengebot/internal/postgres"

type migrateCommand struct{}

// Run brings the database up to date. It is safe to run beside a serving bot, and
// by several instances at once.
func (c *migrateCommand) Run(p *program) error {
	dsn := p.env(envDatabase)
	if dsn == "" {
		return errNoDatabase
	}
	tell := func(waiting string) { p.printError("%s", waiting) }
	if err := postgres.MigrateAndTell(p.ctx, dsn, tell); err != nil {
		return err
	}
	p.printf("The database is at version %d, which is what this program needs.\n", postgres.SchemaVersion())
	return nil
}
