package main

import (
	"fmt"
	"os"
	"strings"

	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

type ladderCommand struct {
	Lint     ladderLint     `cmd:"" help:"List what is wrong with a ladder, with file, line and column."`
	Simulate ladderSimulate `cmd:"" help:"Say who would be told what, and when, if a challenge were raised."`
	Show     ladderShow     `cmd:"" help:"Print a ladder as a page to check against the procedure."`
	New      ladderNew      `cmd:"" help:"Print a ladder to start from, with every part explained."`
	Diff     ladderDiff     `cmd:"" help:"Say what changed between two versions of a ladder."`
}

type ladderLint struct {
	Files     []string `arg:"" optional:"" name:"file" help:"Ladder files."`
	Ladder    []string `placeholder:"ID" help:"A shipped ladder."`
	Directory string   `placeholder:"FILE" help:"Also say which roles nobody holds in this directory."`
}

// Run prints every complaint. Errors make the exit code 1, warnings do not.
func (c *ladderLint) Run(p *program) error {
	if len(c.Files)+len(c.Ladder) == 0 {
		return fmt.Errorf("%w: name a ladder file, or --ladder and one of %s", errUsage, strings.Join(ladder.ShippedIDs(), ", "))
	}
	known := ladder.LintContext{Today: workday.DateOf(p.now())}
	if c.Directory != "" {
		people, err := readDirectory(c.Directory)
		if err != nil {
			return err
		}
		known.HasHolder = roleFilledAnywhere(people, known.Today)
	}
	var problems yamlfile.Problems
	for _, name := range append(c.Ladder, c.Files...) {
		file, text, err := readLadderText(name)
		if err != nil {
			return err
		}
		problems = append(problems, ladder.Lint(file, text, known)...)
	}
	for _, one := range problems {
		p.printf("%s\n", one.Error())
	}
	wrong := len(problems.Errors())
	p.printf("%s, %s in %s\n", english.Count(wrong, "error"), english.Count(len(problems)-wrong, "warning"), english.Count(len(c.Files)+len(c.Ladder), "ladder"))
	if wrong > 0 {
		return reportedError{exitWrong}
	}
	return nil
}

// roleFilledAnywhere tells whether somebody holds a role in any team, for any agency.
func roleFilledAnywhere(d *directory.Directory, on workday.Date) func(directory.Role) bool {
	scopes := append(d.AllScopes(), directory.Scope{})
	return func(r directory.Role) bool {
		for _, s := range scopes {
			if len(d.ActingHolders(r, s, on)) > 0 {
				return true
			}
		}
		return false
	}
}

// readLadderText is the text of a shipped ladder, or of a file. A name with a dot or a
// slash in it is a file's.
func readLadderText(name string) (file string, text []byte, err error) {
	if !strings.ContainsAny(name, `./\`) {
		text, err = ladder.ShippedText(name)
		return name + ".yaml", text, err
	}
	if text, err = os.ReadFile(name); err != nil {
		return name, nil, fmt.Errorf("the ladder cannot be read: %w", err)
	}
	return name, text, nil
}

func readLadder(name string) (*ladder.Ladder, error) {
	file, text, err := readLadderText(name)
	if err != nil {
		return nil, err
	}
	return ladder.Read(file, text)
}

type ladderShow struct {
	Ladder  string `arg:"" help:"The id of a shipped ladder, or a file."`
	Mermaid bool   `help:"As a Mermaid flow chart."`
}

// Run prints the ladder.
func (c *ladderShow) Run(p *program) error {
	l, err := readLadder(c.Ladder)
	if err != nil {
		return err
	}
	if c.Mermaid {
		p.printf("%s", ladder.RenderMermaid(l))
	} else {
		p.printf("%s", ladder.RenderText(l))
	}
	return nil
}
