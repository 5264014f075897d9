package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

type ladderSimulate struct {
	Ladder    string `required:"" placeholder:"ID|FILE" help:"A shipped ladder's id, or a file."`
	Raised    string `placeholder:"TIME" help:"When the challenge is raised, e.g. 2026-03-30T10:00; local time of Europe/London unless it names a zone. Now, if not given."`
	Silent    bool   `xor:"behaviour" help:"Nobody ever answers (this is what happens if nothing else is said)."`
	Prompt    bool   `xor:"behaviour" help:"Everybody answers the next working morning, and nobody is satisfied until the top."`
	Gates     bool   `xor:"behaviour" name:"open-gates" help:"Nobody answers, and each step before a rung is done at once: when each rung can come at the soonest."`
	Script    string `xor:"behaviour" placeholder:"FILE" help:"People do what the file says."`
	Calendar  string `default:"england-and-wales" enum:"england-and-wales,scotland,northern-ireland" help:"Whose bank holidays: ${enum}."`
	Closures  string `placeholder:"DAYS" help:"Days on which the authority is closed too, e.g. 2026-12-29..2026-12-31,2027-01-02."`
	StartAt   string `placeholder:"RUNG" help:"Raise it directly at this rung."`
	Ground    string `placeholder:"ID" help:"On which ground; the first that the ladder allows if not given."`
	Directory string `placeholder:"FILE" help:"Use the people of this directory; else each role is one person."`
	Team      string `placeholder:"ID" help:"The child's team in the directory; the first if not given."`
	Agency    string `placeholder:"ID" help:"The partner agency that the concern is about."`
	JSON      bool   `name:"json" help:"An array of {at, rung, event, to, due, gate, working}."`
}

// Run says who would be told what and when, by the same transitions that serve
// uses. Gates that hold are shown as held.
func (c *ladderSimulate) Run(p *program) error {
	script, err := c.buildScript(p)
	if err != nil {
		return err
	}
	steps, err := simulation.Run(script)
	if err != nil {
		return err
	}
	if c.JSON {
		return p.writeJSON(steps)
	}
	p.printHeading(script)
	p.printSteps(steps, script.Ladder, script.Calendar.Location())
	p.printWorkings(steps, script)
	p.printTotal(steps, script)
	return nil
}

// printHeading says what the dates below it come from.
func (p *program) printHeading(s simulation.Script) {
	settings := s.Calendar.Settings()
	p.printf("%s, %s: ladder %s, version %d, text %s\n", s.Ladder.Authority, s.Ladder.Title, s.Ladder.ID, s.Ladder.Version, s.Ladder.Hash())
	_, until := s.Calendar.Coverage()
	closed := "no closures"
	if len(settings.Closures) > 0 {
		var days []string
		for _, c := range settings.Closures {
			days = append(days, strings.TrimSuffix(fmt.Sprintf("%s to %s", c.From, c.To), fmt.Sprintf(" to %s", c.From)))
		}
		closed = "closed on " + strings.Join(days, ", ")
	}
	p.printf("Working days of %s, known until %s, %s. A day ends at %s; what comes after %s counts from the next.\n\n",
		settings.Division, until, closed, settings.DayEnds, settings.Cutoff)
}

// printWorkings says of each date how it was counted, once for all who were asked.
func (p *program) printWorkings(steps []simulation.Step, s simulation.Script) {
	heading := "\nHow each date was counted:\n"
	last := ""
	for _, step := range steps {
		rung, ok := s.Ladder.RungByID(step.Rung)
		line := ""
		if ok && step.Working != "" {
			line = fmt.Sprintf("  %s: %s\n", rung.Label, step.Working)
		}
		if line != "" && line != last {
			p.printf("%s%s", heading, line)
			heading, last = "", line
		}
	}
}

// printTotal says how far the challenge comes, and after how many working days.
func (p *program) printTotal(steps []simulation.Step, s simulation.Script) {
	last := simulation.Step{}
	for _, step := range steps {
		if step.Event == "opened" {
			last = step
		}
	}
	rung, ok := s.Ladder.RungByID(last.Rung)
	if !ok {
		return
	}
	days := s.Calendar.CountWorkingDays(s.Calendar.DateOf(s.Start), s.Calendar.DateOf(last.At))
	p.printf("\nIt reaches %s on %s, after %s.\n", rung.Label, last.At.In(s.Calendar.Location()).Format("Mon 2 Jan 2006"), english.Count(days, "working day"))
}

func (c *ladderSimulate) buildScript(p *program) (s simulation.Script, err error) {
	if s.Ladder, err = readLadder(c.Ladder); err != nil {
		return s, err
	}
	closures, err := parseClosures(c.Closures)
	if err != nil {
		return s, err
	}
	if s.Calendar, err = workday.New(workday.Settings{Division: workday.Division(c.Calendar), Closures: closures}); err != nil {
		return s, fmt.Errorf("the calendar: %w", err)
	}
	zone := s.Calendar.Location()
	s.Start = p.now()
	if c.Raised != "" {
		if s.Start, err = parseTime(c.Raised, zone); err != nil {
			return s, fmt.Errorf("%w: --raised: %w", errUsage, err)
		}
	}
	if c.Directory != "" {
		if s.Directory, err = readDirectory(c.Directory); err != nil {
			return s, err
		}
	}
	s.Team, s.Agency, s.StartAt, s.Ground, s.Behaviour = c.Team, c.Agency, c.StartAt, c.Ground, simulation.BehaviourSilent
	if err := c.validateNames(s); err != nil {
		return s, err
	}
	switch {
	case c.Prompt:
		s.Behaviour = simulation.BehaviourPrompt
	case c.Gates:
		s.Behaviour = simulation.BehaviourGatesOnly
	case c.Script != "":
		s.Behaviour = simulation.BehaviourScripted
		s.Lines, err = readScript(c.Script, s.Ladder, zone)
	}
	return s, err
}

// validateNames reports a team or a rung that does not exist.
func (c *ladderSimulate) validateNames(s simulation.Script) error {
	if c.StartAt != "" {
		if _, ok := s.Ladder.RungByID(c.StartAt); !ok {
			return fmt.Errorf("--start-at: the ladder %s has no rung %q; %s", s.Ladder.ID, c.StartAt, yamlfile.DidYouMean(c.StartAt, rungIDs(s.Ladder)))
		}
	}
	if c.Team == "" {
		return nil
	}
	if s.Directory == nil {
		return fmt.Errorf("%w: --team needs --directory, which names the teams", errUsage)
	}
	if _, ok := s.Directory.TeamByID(c.Team); !ok {
		var ids []string
		for _, t := range s.Directory.Teams() {
			ids = append(ids, t.ID)
		}
		return fmt.Errorf("--team: the directory has no team %q; %s", c.Team, yamlfile.DidYouMean(c.Team, ids))
	}
	return nil
}

func rungIDs(l *ladder.Ladder) []string {
	ids := make([]string, len(l.Rungs))
	for i, r := range l.Rungs {
		ids[i] = r.ID
	}
	return ids
}

// parseTime reads a time with or without a zone; without, it is on the wall clock.
func parseTime(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write it like 2026-03-30T10:00", s)
}

// parseClosures reads single days and runs of days, with commas between.
func parseClosures(s string) ([]workday.Closure, error) {
	var out []workday.Closure
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		first, last, run := strings.Cut(part, "..")
		if !run {
			last = first
		}
		from, err1 := workday.ParseDate(strings.TrimSpace(first))
		to, err2 := workday.ParseDate(strings.TrimSpace(last))
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%w: --closures: %q is no day and no run of days; write 2026-12-29 or 2026-12-29..2026-12-31", errUsage, part)
		}
		out = append(out, workday.Closure{From: from, To: to, Name: "Closure"})
	}
	return out, nil
}

// scriptFile is what --script names: a list of what people do, as in the tests of a ladder.
type scriptFile struct {
	Lines []ladder.Act `yaml:"lines"`
}

func readScript(name string, l *ladder.Ladder, zone *time.Location) ([]simulation.ScriptLine, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the script cannot be read: %w", err)
	}
	var in scriptFile
	file, err := yamlfile.Read(name, text, &in)
	if err != nil {
		return nil, err
	}
	if problems := l.ValidateActs(file, "$.lines", in.Lines); len(problems) > 0 {
		return nil, problems
	}
	return simulation.ScriptLines(in.Lines, zone)
}

// printSteps prints the steps as a table, a line between one moment and the next.
func (p *program) printSteps(steps []simulation.Step, l *ladder.Ladder, zone *time.Location) {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "When\t%s\tWhat\tTo\tDue, or what it waits for\n", english.Capitalise(cmp.Or(l.Words.Rung, "rung")))
	var last time.Time
	for _, s := range steps {
		when := ""
		if !s.At.Equal(last) {
			when = s.At.In(zone).Format("Mon 2 Jan 2006 15:04")
		}
		last = s.At
		due := ""
		if s.Due != nil {
			due = s.Due.In(zone).Format("Mon 2 Jan 2006 15:04")
		}
		label := s.Rung
		if i := slices.IndexFunc(l.Rungs, func(r ladder.Rung) bool { return r.ID == s.Rung }); i >= 0 {
			label = l.Rungs[i].Label
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", when, label, s.Event, s.To, cmp.Or(due, s.Gate))
	}
	_ = w.Flush() // a terminal that is gone is nobody's error
}
