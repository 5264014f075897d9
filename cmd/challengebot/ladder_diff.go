package main

import (
	"challengebot/internal/english"
	"challengebot/internal/ladder"
)

type ladderDiff struct {
	Old  string `arg:"" help:"The id of a shipped ladder, or a file: as it was."`
	New  string `arg:"" help:"The id of a shipped ladder, or a file: as it is now."`
	JSON bool   `name:"json" help:"An array of {where, what, warning}."`
}

// Run says what changed, in the words of the procedure, and warns of what lets a
// challenge wait longer and of a version that was left as it was. Differences are no fault: the exit code is 0.
func (c *ladderDiff) Run(p *program) error {
	was, err := readLadder(c.Old)
	if err != nil {
		return err
	}
	is, err := readLadder(c.New)
	if err != nil {
		return err
	}
	found := ladder.Diff(was, is)
	if left, ok := ladder.FindUnraisedVersion(was, is); ok {
		found = append([]ladder.Difference{left}, found...)
	}
	if c.JSON {
		if found == nil {
			found = []ladder.Difference{}
		}
		return p.writeJSON(found)
	}
	if len(found) == 0 {
		p.printf("The two ladders say the same.\n")
		return nil
	}
	warnings := 0
	for _, d := range found {
		p.printf("%s\n", d)
		if d.Warning != "" {
			warnings++
			p.printf("  warning: %s\n", d.Warning)
		}
	}
	p.printf("%s, %s\n", english.Count(len(found), "difference"), english.Count(warnings, "warning"))
	p.printf("Challenges that are running keep the ladder under which they were raised.\n")
	return nil
}
