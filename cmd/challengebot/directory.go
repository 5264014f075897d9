package main

import (
	"errors"
	"os"

	"challengebot/internal/app"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/storage"
)

type directoryCommand struct {
	Export directoryExportCommand `cmd:"" help:"Write the directory that the configuration names as one YAML file: people, teams, roles and cover."`
	Diff   directoryDiffCommand   `cmd:"" help:"Say what the directory as it is in its files now would change."`
}

type directoryExportCommand struct {
	Config string `required:"" placeholder:"FILE" help:"The configuration file."`
}

// Run writes what serve would load.
func (c *directoryExportCommand) Run(p *program) error {
	settings, err := app.ReadSettings(p.ctx, c.Config, p.env(envSecret))
	if err != nil {
		return err
	}
	p.printf("%s", directory.Export(settings.Directory))
	return nil
}

type directoryDiffCommand struct {
	Config string `required:"" placeholder:"FILE" help:"The configuration file."`
	Before string `arg:"" optional:"" placeholder:"FILE" help:"An earlier directory file to compare with. Without it: what the bot works with, from the database that DATABASE_URL names."`
}

// Run prints one change a line. The exit code is 0 whether or not there is one.
func (c *directoryDiffCommand) Run(p *program) error {
	settings, err := app.ReadSettings(p.ctx, c.Config, p.env(envSecret))
	if err != nil {
		return err
	}
	name, text, err := c.readBefore(p)
	if err != nil {
		return err
	}
	before, err := directory.Read(name, text)
	if err != nil {
		return err
	}
	difference := directory.Diff(before, settings.Directory)
	for _, line := range difference.Lines {
		p.printf("%s\n", line)
	}
	p.printf("%s; %s of %s would leave\n", english.Count(len(difference.Lines), "change"), english.CountOf(len(difference.Left), "person", "people"), english.CountOf(len(before.People()), "person", "people"))
	return nil
}

func (c *directoryDiffCommand) readBefore(p *program) (name string, text []byte, err error) {
	if c.Before != "" {
		text, err = os.ReadFile(c.Before)
		return c.Before, text, err
	}
	if p.env(envDatabase) == "" {
		return "", nil, errNoDatabase
	}
	store, err := p.openDatabase()
	if err != nil {
		return "", nil, err
	}
	defer store.Close()
	copied, _, err := store.LoadDirectoryCopy(p.ctx)
	if errors.Is(err, storage.ErrNotFound) {
		return "", nil, errors.New("the bot has not served yet, so there is nothing to compare with; name an earlier file")
	}
	return "the copy in the database", []byte(copied), err
}
