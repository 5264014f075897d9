//go:build !serving

package main

import (
	"fmt"

	"challengebot/internal/try"
)

// practiceCommands are the subcommands that a build with the tag "serving" leaves out, and with
// them the practice Teams, the sample authority and the private PostgreSQL.
type practiceCommands struct {
	Try tryCommand `cmd:"" help:"Try it out: a database, a practice Teams and a sample authority on this machine."`
}

type tryCommand struct {
	Demo      bool   `help:"Play one challenge from raise to resolution, print what everybody sees, and end."`
	JSON      bool   `name:"json" help:"With --demo: one JSON object a step."`
	Ladders   string `placeholder:"DIR" help:"Load the ladders of a folder too."`
	Directory string `placeholder:"FILE" help:"Play in the authority of this directory file. Whoever a ladder needs and nobody is, is made up."`
	Port      int    `placeholder:"PORT" help:"Port of the practice page; a free one if not given."`
}

// Run plays the demonstration, or serves the practice page until it is ended.
func (c *tryCommand) Run(p *program) error {
	if c.JSON && !c.Demo {
		return fmt.Errorf("%w: --json goes with --demo", errUsage)
	}
	if c.Directory != "" && c.Demo {
		return fmt.Errorf("%w: the demonstration has its own people; leave out --demo or --directory", errUsage)
	}
	return try.Run(p.ctx, try.Options{Demo: c.Demo, JSON: c.JSON, LadderDir: c.Ladders, DirectoryFile: c.Directory, Port: c.Port,
		Stdout: p.stdout, Stderr: p.stderr})
}
