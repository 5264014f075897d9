package main

import (
	"bytes"
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

//go:embed ladder_review.html
var reviewPage string

var reviewTemplate = template.Must(template.New("review").Parse(reviewPage))

type ladderReview struct {
	Old       string `arg:"" help:"The id of a shipped ladder, or a file: as it was."`
	New       string `arg:"" help:"The id of a shipped ladder, or a file: as it is to be."`
	Output    string `short:"o" required:"" placeholder:"FILE" help:"The page to write: HTML, to read or to print."`
	Directory string `placeholder:"FILE" help:"Also say which roles nobody holds in this directory."`
	Calendar  string `default:"england-and-wales" enum:"england-and-wales,scotland,northern-ireland" help:"Whose bank holidays the dates go by: ${enum}."`
}

// divisionNames are the parts of the United Kingdom as people read them.
var divisionNames = map[workday.Division]string{workday.EnglandAndWales: "England and Wales", workday.Scotland: "Scotland", workday.NorthernIreland: "Northern Ireland"}

// reviewed is what a board reads before it approves a change.
type reviewed struct {
	Was, Is       *ladder.Ladder
	Differences   []ladder.Difference
	Starts        []reviewedStart
	Inferred      []ladder.InferredTime
	Unsourced     yamlfile.Problems
	Faults        yamlfile.Problems // what lint says beside that
	HasDirectory  bool
	Vacant        []ladder.RoleNeed
	Steps         []ladder.DiagramStep
	Day, Calendar string
}

// reviewedStart is a challenge raised at one moment, with its due dates under both ladders.
type reviewedStart struct {
	Name string
	Rows []reviewedRow
	Err  string
}

type reviewedRow struct {
	Label, Was, Is string
	Moved          bool
}

// Run writes one document for a board: what changes, in words and in dates, and what the new ladder
// rests on.
func (c *ladderReview) Run(p *program) error {
	was, err := readLadder(c.Old)
	if err != nil {
		return err
	}
	file, text, err := readLadderText(c.New)
	if err != nil {
		return err
	}
	is, err := ladder.Read(file, text)
	if err != nil {
		return err
	}
	today := workday.DateOf(p.now())
	page := reviewed{Was: was, Is: is, Differences: ladder.Diff(was, is), Inferred: ladder.FindInferredTimes(is), Steps: ladder.DiagramSteps(is),
		Unsourced: ladder.FindWithoutSource(file, text), Day: today.FormatLong(), Calendar: divisionNames[workday.Division(c.Calendar)]}
	if left, ok := ladder.FindUnraisedVersion(was, is); ok {
		page.Differences = append([]ladder.Difference{left}, page.Differences...)
	}
	for _, one := range ladder.Lint(file, text, ladder.LintContext{PlayTests: simulation.PlayTests}) {
		if !slices.Contains(page.Unsourced, one) {
			page.Faults = append(page.Faults, one)
		}
	}
	if c.Directory != "" {
		people, err := readDirectory(c.Directory)
		if err != nil {
			return err
		}
		page.HasDirectory, page.Vacant = true, findVacantRoles(is, roleFilledAnywhere(people, today))
	}
	if page.Starts, err = reviewStarts(was, is, workday.Division(c.Calendar)); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := reviewTemplate.Execute(&b, page); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if err := os.WriteFile(filepath.Clean(c.Output), b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("the page cannot be written: %w", err)
	}
	p.printf("%s is written.\n", c.Output)
	return nil
}

// findVacantRoles are the roles that the ladder needs and nobody holds, each once.
func findVacantRoles(l *ladder.Ladder, isHeld func(directory.Role) bool) []ladder.RoleNeed {
	var vacant []ladder.RoleNeed
	for _, need := range l.RolesNeeded() {
		said := slices.ContainsFunc(vacant, func(v ladder.RoleNeed) bool { return v.Role == need.Role })
		if need.Role != "" && !said && !isHeld(need.Role) {
			vacant = append(vacant, need)
		}
	}
	return vacant
}

// reviewStarts works out the due dates of both ladders for each of the standard starts.
func reviewStarts(was, is *ladder.Ladder, division workday.Division) ([]reviewedStart, error) {
	calendar, err := workday.New(workday.Settings{Division: division})
	if err != nil {
		return nil, fmt.Errorf("the calendar: %w", err)
	}
	var all []reviewedStart
	for _, start := range simulation.StandardStarts {
		raised, err := parseTime(start.Clock, calendar.Location())
		if err != nil {
			return nil, err
		}
		one := reviewedStart{Name: start.Name + ", " + raised.Format("Mon 2 Jan 2006 15:04")}
		rows, err := compareDueDates(was, is, calendar, raised)
		if err != nil {
			one.Err = err.Error()
		}
		for _, r := range rows {
			one.Rows = append(one.Rows, reviewedRow{Label: r.label, Was: r.was, Is: r.is, Moved: r.was != r.is})
		}
		all = append(all, one)
	}
	return all, nil
}
