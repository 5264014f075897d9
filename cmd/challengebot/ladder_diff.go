package main

import (
	"cmp"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
)

type ladderDiff struct {
	Old      string `arg:"" help:"The id of a shipped ladder, or a file: as it was."`
	New      string `arg:"" help:"The id of a shipped ladder, or a file: as it is now."`
	Calendar string `default:"england-and-wales" enum:"england-and-wales,scotland,northern-ireland" help:"Whose bank holidays the dates go by: ${enum}."`
	JSON     bool   `name:"json" help:"An array of {where, what, warning}; without the dates."`
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
	if err := p.printDueDates(was, is, workday.Division(c.Calendar)); err != nil {
		return err
	}
	p.printf("Challenges that are running keep the ladder under which they were raised.\n")
	return nil
}

// printDueDates prints the due dates of both ladders side by side, and marks those that moved.
func (p *program) printDueDates(was, is *ladder.Ladder, division workday.Division) error {
	calendar, err := workday.New(workday.Settings{Division: division})
	if err != nil {
		return fmt.Errorf("the calendar: %w", err)
	}
	p.printf("\nDue dates if nobody answers and each gate opens at once (* moved):\n")
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "Raised\t%s\tWas due\tIs due\n", english.Capitalise(cmp.Or(is.Words.Rung, "rung")))
	for _, start := range simulation.StandardStarts {
		raised, err := parseTime(start.Clock, calendar.Location())
		if err != nil {
			return err
		}
		rows, err := compareDueDates(was, is, calendar, raised)
		name := start.Name + ", " + raised.Format("Mon 2 Jan 2006 15:04")
		if err != nil {
			fmt.Fprintf(w, "%s\tcannot be worked out: %s\t\t\n", name, err)
			continue
		}
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s%s\n", name, r.label, cmp.Or(r.was, "none"), cmp.Or(r.is, "none"), r.mark())
			name = ""
		}
	}
	_ = w.Flush() // a terminal that is gone is nobody's error
	return nil
}

// dueRow is a rung's due date under both ladders.
type dueRow struct{ label, was, is string }

func (r dueRow) mark() string {
	if r.was != r.is {
		return " *"
	}
	return ""
}

// compareDueDates are the due dates of both ladders by the label of the rung, in the order of the new
// one; what it has no more stands at the end.
func compareDueDates(was, is *ladder.Ladder, c *workday.Calendar, raised time.Time) ([]dueRow, error) {
	var rows []dueRow
	for _, l := range []*ladder.Ladder{is, was} {
		dues, err := simulation.ComputeDueDates(l, c, raised)
		if err != nil {
			return nil, err
		}
		for _, d := range dues {
			r, _ := l.RungByID(d.Rung)
			i := slices.IndexFunc(rows, func(row dueRow) bool { return row.label == r.Label })
			if i < 0 {
				i, rows = len(rows), append(rows, dueRow{label: r.Label})
			}
			due := d.Due.In(c.Location()).Format("Mon 2 Jan 2006 15:04")
			if l == is {
				rows[i].is = due
			} else {
				rows[i].was = due
			}
		}
	}
	return rows, nil
}
