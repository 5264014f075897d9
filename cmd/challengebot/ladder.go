package main

import (
	"fmt"
	"os"
	"strings"

	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

type ladderCommand struct {
	List     ladderList     `cmd:"" help:"List the ladders that come with the program."`
	Lint     ladderLint     `cmd:"" help:"List what is wrong with a ladder, with file, line and column."`
	Simulate ladderSimulate `cmd:"" help:"Say who would be told what, and when, if a challenge were raised."`
	Show     ladderShow     `cmd:"" help:"Print a ladder as a page to check against the procedure."`
	New      ladderNew      `cmd:"" help:"Print a ladder to start from, with every part explained."`
	Diff     ladderDiff     `cmd:"" help:"Say what changed between two versions of a ladder."`
	Review   ladderReview   `cmd:"" help:"Write one page for a board: what changes, in words and dates, what it rests on, a line to sign."`
	Explain  ladderExplain  `cmd:"" help:"Say what a key of a ladder means, with an example; without a key, list them all."`
	Schema   ladderSchema   `cmd:"" help:"Print the JSON Schema of a ladder, for an editor that helps to write one."`
}

type ladderList struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// listedLadder is a shipped ladder as a list has it.
type listedLadder struct {
	ID        string       `json:"id"`
	Version   int          `json:"version"`
	Title     string       `json:"title"`
	Authority string       `json:"authority"`
	Party     ladder.Party `json:"party"`
	Rungs     int          `json:"rungs"`
}

// Run prints one ladder a line.
func (c *ladderList) Run(p *program) error {
	var all []listedLadder
	for _, id := range ladder.ShippedIDs() {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			return err
		}
		all = append(all, listedLadder{l.ID, l.Version, l.Title, l.Authority, l.Party, len(l.Rungs)})
	}
	if c.JSON {
		return p.writeJSON(all)
	}
	for _, l := range all {
		p.printf("%-26s version %d  %s, %s: %s (%s)\n", l.ID, l.Version, l.Authority, l.Title, english.Count(l.Rungs, "rung"), l.Party)
	}
	return nil
}

// lintReport is what lint says to a machine.
type lintReport struct {
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Notes    int       `json:"notes"` // parts on which nothing acts yet
	Findings []finding `json:"findings"`
}

// finding is one complaint about a file.
type finding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	What     string `json:"what"`
	Hint     string `json:"hint,omitempty"`
}

func findingsOf(problems yamlfile.Problems) []finding {
	all := []finding{}
	for _, one := range problems {
		all = append(all, finding{one.File, one.Line, one.Column, one.Severity.String(), one.What, one.Hint})
	}
	return all
}

type ladderLint struct {
	Files     []string `arg:"" optional:"" name:"file" help:"Ladder files."`
	Ladder    []string `placeholder:"ID" help:"A shipped ladder."`
	Directory string   `placeholder:"FILE" help:"Also say which roles nobody holds in this directory."`
	JSON      bool     `name:"json" help:"Print what was found as JSON."`
}

// Run prints every complaint. Errors make the exit code 1, warnings do not.
func (c *ladderLint) Run(p *program) error {
	if len(c.Files)+len(c.Ladder) == 0 {
		return fmt.Errorf("%w: name a ladder file, or --ladder and one of %s", errUsage, strings.Join(ladder.ShippedIDs(), ", "))
	}
	known := ladder.LintContext{Today: workday.DateOf(p.now()), PlayTests: simulation.PlayTests}
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
		found := append(yamlfile.Problems(ladder.Lint(file, text, known)), ladder.FindKeptForPage(file, text)...)
		found.Sort()
		problems = append(problems, found...)
	}
	wrong, doubtful := len(problems.Errors()), len(problems.Warnings())
	if c.JSON {
		if err := p.writeJSON(lintReport{wrong, doubtful, len(problems) - wrong - doubtful, findingsOf(problems)}); err != nil {
			return err
		}
		if wrong > 0 {
			return reportedError{exitWrong}
		}
		return nil
	}
	for _, one := range problems {
		p.printf("%s\n", one.Error())
	}
	p.printf("%s, %s in %s\n", english.Count(wrong, "error"), english.Count(doubtful, "warning"), english.Count(len(c.Files)+len(c.Ladder), "ladder"))
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
