package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"challengebot/internal/app"
	"challengebot/internal/challenge"
	"challengebot/internal/report"
	"challengebot/internal/workday"
)

// reportOutput is where a document goes, and from what it is made.
type reportOutput struct {
	Config string `placeholder:"FILE" help:"The configuration file: the calendar that counts working days, and the names of teams and agencies. Without it the calendar is that of England and Wales, and ids stand for names."`
	Output string `short:"o" placeholder:"FILE" help:"Where to write it; its ending says the format: .csv, .xlsx, .html or .txt. Without it the text goes to standard output."`
}

type reportCommand struct {
	From string `required:"" placeholder:"DATE" help:"The first day on which the challenges were raised, e.g. 2026-01-01."`
	To   string `required:"" placeholder:"DATE" help:"The last day."`
	reportOutput
}

// Run makes the figures of a period. Small numbers are hidden in every format alike.
func (c *reportCommand) Run(p *program) error {
	from, err := workday.ParseDate(c.From)
	if err != nil {
		return fmt.Errorf("%w: --from: %w", errUsage, err)
	}
	to, err := workday.ParseDate(c.To)
	if err != nil {
		return fmt.Errorf("%w: --to: %w", errUsage, err)
	}
	if to < from {
		return fmt.Errorf("%w: the period ends on %s, before it begins on %s; exchange --from and --to", errUsage, to, from)
	}
	cases, calendar, err := c.readCases(p)
	if err != nil {
		return err
	}
	return c.write(p, report.Compute(cases, report.Period{From: from, To: to}, p.now(), calendar).Document(calendar.Location()))
}

type registerCommand struct {
	Open bool `help:"Only challenges that have not ended."`
	reportOutput
}

// Run lists every challenge, the latest first, one row each.
func (c *registerCommand) Run(p *program) error {
	cases, calendar, err := c.readCases(p)
	if err != nil {
		return err
	}
	if c.Open {
		cases = slices.DeleteFunc(cases, func(k report.Case) bool { return k.State != report.Open })
	}
	return c.write(p, report.Register(cases, p.now(), calendar.Location()))
}

// readCases reads every challenge, the one raised last first. What cannot be read is told, and
// nothing is written: a register that lacks rows would pass for whole.
func (c *reportOutput) readCases(p *program) ([]report.Case, *workday.Calendar, error) {
	if err := c.checkFormat(); err != nil {
		return nil, nil, err
	}
	calendar, names, err := c.readSettings(p)
	if err != nil {
		return nil, nil, err
	}
	store, err := p.openStore()
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	var cases []report.Case
	err = store.EachChallenge(p.ctx, func(s challenge.Snapshot) { cases = append(cases, report.CaseOf(s, calendar, names)) })
	if err != nil {
		return nil, nil, fmt.Errorf("not every challenge can be read, so nothing is written: %w; challengebot audit verify says which", err)
	}
	report.SortCases(cases)
	return cases, calendar, nil
}

func (c *reportOutput) readSettings(p *program) (*workday.Calendar, report.Names, error) {
	if c.Config == "" {
		calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
		return calendar, report.NamesOf(nil), err
	}
	settings, err := app.ReadSettings(p.ctx, c.Config, p.env(envSecret))
	if err != nil {
		return nil, report.Names{}, err
	}
	return settings.Calendar, report.NamesOf(settings.Directory), nil
}

var reportFormats = map[string]func(report.Document, io.Writer) error{
	".txt": report.Document.WriteText, ".csv": report.Document.WriteCSV, ".xlsx": report.Document.WriteXLSX, ".html": report.Document.WriteHTML,
}

func (c *reportOutput) format() string {
	return strings.ToLower(cmp.Or(filepath.Ext(c.Output), ".txt"))
}

func (c *reportOutput) checkFormat() error {
	if reportFormats[c.format()] == nil {
		return fmt.Errorf("%w: a file that ends in %q cannot be written; use .csv, .xlsx, .html or .txt", errUsage, c.format())
	}
	return nil
}

// write writes the document whole or not at all.
func (c *reportOutput) write(p *program, d report.Document) (err error) {
	if c.Output == "" {
		return d.WriteText(p.stdout)
	}
	file, err := os.CreateTemp(filepath.Dir(c.Output), ".report-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", c.Output, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // what was begun is of no use
		}
	}()
	if err = reportFormats[c.format()](d, file); err == nil {
		err = file.Close()
	}
	if err == nil {
		err = os.Rename(file.Name(), c.Output)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", c.Output, err)
	}
	p.printf("%s written\n", c.Output)
	return nil
}
