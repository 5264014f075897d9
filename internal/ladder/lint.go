package ladder

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// LintContext is what lint may know beyond the file. Everything is optional.
type LintContext struct {
	// HasHolder reports whether anybody holds the role; nil: not known.
	HasHolder func(directory.Role) bool
	// Calendar is the authority's, and Today the civil day on which a
	// challenge is raised to see whether the calendar reaches to its end. Only lint
	// with both looks.
	Calendar *workday.Calendar
	Today    workday.Date
	// RemindBefore is how many working days before the due day a first reminder
	// goes out; 0: there is none.
	RemindBefore int
	// PlayTests plays the tests that stand in the ladder and gives those that do not hold.
	PlayTests func(*Ladder) []FailedTest
}

// Lint lists everything that Read would refuse and, beyond it, what would make a
// ladder that can be read disappoint: as errors what strands a challenge, as
// warnings what only looks like an oversight. Of a file that Read refuses it says little beyond: what
// follows from a slip is not said beside it.
func Lint(file string, data []byte, known LintContext) []yamlfile.Problem {
	l, places, problems := readAndValidate(file, data)
	if l == nil {
		return problems
	}
	t := &linter{file: places, l: l, known: known, unfit: len(problems) > 0, problems: problems}
	if !t.unfit { // what is wrong already would be said again by what follows from it
		t.checkReachable()
		t.checkLimits()
		t.checkWeekBands()
		t.checkOpensInTime()
		t.checkWhoAnswers()
		t.checkSources()
	}
	if len(t.problems) == 0 {
		t.checkUnusedRoles()
	}
	t.checkVacantRoles()
	t.checkReminders()
	t.checkCalendarCoverage()
	t.checkExternalReferral()
	t.checkTests()
	t.problems.Sort()
	return t.problems
}

type linter struct {
	file     *yamlfile.File
	l        *Ladder
	known    LintContext
	unfit    bool // Read refuses it
	problems yamlfile.Problems
}

func (t *linter) addProblem(s yamlfile.Severity, path, what, hint string) {
	p := t.file.ProblemAt(path, what, hint)
	p.Severity = s
	t.problems = append(t.problems, p)
}

// checkReachable finds rungs to which neither a judgement, nor silence, nor a skip leads.
func (t *linter) checkReachable() {
	first := t.l.FirstRung()
	if first == nil {
		return
	}
	reached := map[string]bool{}
	ahead := []string{first.ID}
	for _, s := range t.l.Skips {
		ahead = append(ahead, s.To...)
	}
	for len(ahead) > 0 {
		r, ok := t.l.RungByID(ahead[0])
		ahead = ahead[1:]
		if !ok || reached[r.ID] {
			continue
		}
		reached[r.ID] = true
		if next := t.l.EscalationTarget(r); next != nil {
			ahead = append(ahead, next.ID)
		}
	}
	for i, r := range t.l.Rungs {
		if !reached[r.ID] && r.Kind != RungExceptional { // an exceptional rung without a skip is refused already
			t.addProblem(yamlfile.SeverityError, fmt.Sprintf("$.rungs[%d]", i), fmt.Sprintf("no way leads to the rung %q", r.ID), "Remove the then: below it that leads past it, or add a skip")
		}
	}
}

// checkLimits compares each rung's cumulative limit with the one before and each window
// with the limit of the case.
func (t *linter) checkLimits() {
	var before *workday.Window
	for i := range t.l.Rungs {
		r := &t.l.Rungs[i]
		path := fmt.Sprintf("$.rungs[%d]", i)
		if limit := t.l.OverallLimit.Window; limit != nil && r.Window != nil && isShorter(*limit, *r.Window) {
			t.addProblem(yamlfile.SeverityWarning, path+".window", fmt.Sprintf("the window of %s is longer than the case's %s", r.Window, limit), "Shorten the window or lengthen the limit of the case")
		}
		if r.Within == nil {
			continue
		}
		if before != nil && before.Unit == r.Within.Unit && r.Within.N <= before.N {
			t.addProblem(yamlfile.SeverityError, path+".within", fmt.Sprintf("within %s does not grow beyond the %s of the rung below: this rung could be due before it opens", r.Within, before), "Raise it above the limit of the rung below")
		}
		before = r.Within
	}
}

// checkWeekBands finds bands of weeks that do not follow each other.
func (t *linter) checkWeekBands() {
	var before *workday.Window
	for i := range t.l.Rungs {
		w := t.l.Rungs[i].Window
		if w == nil || w.Unit != workday.WeekBand {
			continue
		}
		if before != nil && w.N <= before.N {
			t.addProblem(yamlfile.SeverityError, fmt.Sprintf("$.rungs[%d].window", i), fmt.Sprintf("the %s does not come after the %s of the rung below", w, before), "Name a later week")
		}
		before = w
	}
}

// checkOpensInTime adds up the windows from the start of the case: a rung whose limit is
// used up before silence can open it would be due at once.
func (t *linter) checkOpensInTime() {
	elapsed := 0
	for i, r := range t.l.Rungs {
		if r.Kind == RungExceptional || t.l.OverallLimit.Starts == LimitFromFirstFormal && !r.StartsFormalClock() {
			continue
		}
		limit := r.Within
		if limit == nil && t.l.OverallLimit.Hard {
			limit = t.l.OverallLimit.Window
		}
		if limit != nil && limit.Unit != workday.WorkingDays || r.Window != nil && r.Window.Unit != workday.WorkingDays {
			return // days of other kinds cannot be added up
		}
		if limit != nil && elapsed >= limit.N {
			t.addProblem(yamlfile.SeverityError, fmt.Sprintf("$.rungs[%d]", i), fmt.Sprintf("the rungs below %q may take %d working days, and it must end within %d: it could be due before it opens", r.ID, elapsed, limit.N), "Shorten the windows below, or lengthen the limit")
			return
		}
		if r.Window != nil {
			elapsed += r.Window.N
		}
		if limit != nil {
			elapsed = min(elapsed, limit.N)
		}
	}
}

// checkVacantRoles finds roles that nobody holds, naming each place once a role and use.
func (t *linter) checkVacantRoles() {
	if t.known.HasHolder == nil {
		return
	}
	reported := map[string]bool{}
	for _, u := range t.l.RolesNeeded() {
		if t.known.HasHolder(u.Role) || u.Role == "" {
			continue
		}
		if u.OpensGate {
			t.addProblem(yamlfile.SeverityError, u.Path, fmt.Sprintf("nobody can open this gate: nobody is %q, who %s", u.Role, u.Why), "Give somebody the role in the directory, or name another role after by:")
			continue
		}
		if key := string(u.Role) + u.Why; !reported[key] {
			reported[key] = true
			t.addProblem(yamlfile.SeverityError, u.Path, fmt.Sprintf("nobody is %q, who %s", u.Role, u.Why), "Give somebody the role in the directory")
		}
	}
}

// checkUnusedRoles finds labels that no part of the ladder uses.
func (t *linter) checkUnusedRoles() {
	used := map[directory.Role]bool{directory.RoleChair: true, directory.RoleOversight: true}
	for _, u := range t.l.RolesNeeded() {
		used[u.Role] = true
	}
	for _, r := range t.l.RaisedBy {
		used[r] = true
	}
	for r, held := range t.l.OwnSide { // what the ladder calls it is used where the directory's name is needed
		used[r] = used[held]
	}
	for _, r := range t.l.Rungs { // respondents outside the tenant need a label, though nobody holds the role
		for _, roles := range append([][]directory.Role{r.Respondents.Roles}, mapValues(r.Respondents.ByAgency)...) {
			for _, role := range roles {
				used[role] = true
			}
		}
		if r.Meeting != nil {
			for _, role := range slices.Concat(r.Meeting.Exclude, r.Meeting.MayAttend) {
				used[role] = true
			}
		}
	}
	for role := range t.l.Roles {
		if !used[role] {
			t.addProblem(yamlfile.SeverityWarning, "$.roles."+string(role), fmt.Sprintf("nothing uses the role %q", role), "Remove the line, or use the role")
		}
	}
	if t.l.Roles[directory.RoleOversight] == "" {
		t.addProblem(yamlfile.SeverityWarning, "$.roles", `the role "oversight" has no label, and whatever stalls is shown to it`, "Add oversight: and the authority's name for it")
	}
}

func mapValues[K comparable, V any](m map[K]V) []V {
	var all []V
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// checkSources finds parts that do not say where the procedure states them.
func (t *linter) checkSources() {
	missing := func(path, thing, source string) {
		if strings.TrimSpace(source) == "" {
			t.addProblem(yamlfile.SeverityWarning, path, thing+" does not say where the procedure states it", "Add source: with the section or heading")
		}
	}
	gates := func(owner string, gates []Gate) {
		for i, g := range gates {
			missing(fmt.Sprintf("%s.gates[%d]", owner, i), fmt.Sprintf("the gate %q", g.ID), g.Source)
		}
	}
	if w := t.l.RaiseWithin; w != nil {
		missing("$.raise_within", "the time in which a challenge is raised", w.Source)
	}
	for i, u := range t.l.Urgencies {
		missing(fmt.Sprintf("$.urgencies[%d]", i), fmt.Sprintf("the urgency %q", u.ID), u.Source)
	}
	for i, w := range t.l.SharedWindows {
		missing(fmt.Sprintf("$.shared_windows[%d]", i), "the shared time", w.Source)
	}
	if t.l.OverallLimit.Window != nil {
		missing("$.case", "the limit of the case", t.l.OverallLimit.Source)
	}
	for i, r := range t.l.Rungs {
		path := fmt.Sprintf("$.rungs[%d]", i)
		missing(path, fmt.Sprintf("the rung %q", r.ID), r.Source)
		gates(path, r.Gates)
		if r.WindowInferred && r.WindowSource == "" {
			t.addProblem(yamlfile.SeverityWarning, path, fmt.Sprintf("the window of the rung %q is inferred and does not say from what", r.ID), "Add window_source:")
		}
	}
	for i, s := range t.l.Skips {
		path := fmt.Sprintf("$.skips[%d]", i)
		missing(path, "the skip", s.Source)
		gates(path, s.Gates)
	}
	for i, h := range t.l.HandOffs {
		missing(fmt.Sprintf("$.hand_offs[%d]", i), fmt.Sprintf("the hand-off %q", h.ID), h.Source)
	}
	for i, r := range t.l.RecordingRules {
		missing(fmt.Sprintf("$.records[%d]", i), "the record", r.Source)
	}
	if t.l.ExternalReferral != nil {
		missing("$.external", "the external referral", t.l.ExternalReferral.Source)
	}
	if t.l.PartnerConcerns != nil {
		missing("$.partner_concerns", "the rule for partner concerns", t.l.PartnerConcerns.Source)
	}
}

// checkReminders finds windows that end before their reminder could go out.
func (t *linter) checkReminders() {
	n := t.known.RemindBefore
	if n <= 0 {
		return
	}
	for i, r := range t.l.Rungs {
		if r.Window != nil && r.Window.Unit == workday.WorkingDays && r.Window.N <= n {
			t.addProblem(yamlfile.SeverityWarning, fmt.Sprintf("$.rungs[%d].window", i), fmt.Sprintf("a reminder %s before it is due is impossible in a window of %s", workday.Window{N: n}, r.Window), "Nothing need be done: the reminder goes out on the due day only")
		}
	}
}

// checkCalendarCoverage raises a challenge today, on the first rung and on each that can be
// entered directly, and lets every window run out: a due date for which the calendar
// does not reach would be refused when a child's case needs it.
func (t *linter) checkCalendarCoverage() {
	if t.known.Calendar == nil || t.known.Today.IsZero() || t.unfit {
		return
	}
	starts := []string{t.l.FirstRung().ID}
	for _, s := range t.l.Skips {
		starts = append(starts, s.To...)
	}
	reported := map[string]bool{}
	for _, id := range starts {
		r, err := t.l.runToEnd(t.known.Calendar, id, t.known.Today)
		if err == nil || reported[r.ID] {
			continue
		}
		reported[r.ID] = true
		_, until := t.known.Calendar.Coverage()
		i := slices.IndexFunc(t.l.Rungs, func(o Rung) bool { return o.ID == r.ID })
		t.addProblem(yamlfile.SeverityError, fmt.Sprintf("$.rungs[%d].window", i), fmt.Sprintf("the calendar ends on %s, before a challenge raised today would have run out on %s", until, r.Label), "Set coverage_until of the calendar to a later day, or install a newer version of the program")
	}
}

// runToEnd lets a challenge run out from a rung on, with no time lost at gates. The
// error is the calendar's; then the rung is the one whose due date it refused.
func (l *Ladder) runToEnd(c *workday.Calendar, from string, at workday.Date) (*Rung, error) {
	moments := Moments{Conference: at}
	shared := map[*SharedWindow]Moment{}
	r, _ := l.RungByID(from)
	for ; r != nil; r = l.EscalationTarget(r) {
		day0, err := c.WorkingDayOnOrAfter(at)
		if err != nil {
			return r, err
		}
		moments.RungBelow = Moment{c.StartOfDay(day0), day0}
		if moments.Raise.Day == 0 {
			moments.Raise = moments.RungBelow
		}
		if moments.LimitStart == 0 && (l.OverallLimit.Starts == LimitFromRaise || r.StartsFormalClock()) {
			moments.LimitStart = day0
		}
		for _, g := range r.Gates {
			if g.Kind == GateEscalation && day0 != moments.LimitStart {
				d, err := c.ComputeDeadline(workday.Terms{Start: day0, Window: *g.Within})
				if err != nil {
					return r, err
				}
				day0 = d.Date
			}
		}
		moments.Receipt = Moment{c.StartOfDay(day0), day0}
		if w := l.SharedWindowOf(r.ID); w != nil {
			if shared[w].Day == 0 {
				shared[w] = moments.Receipt
			}
			moments.Shared = shared[w]
		}
		d, err := l.ComputeDeadline(c, r, moments)
		if err != nil {
			return r, err
		}
		at = d.Date
	}
	return nil, nil
}

// checkExternalReferral warns of a referral that a procedure cannot mean.
func (t *linter) checkExternalReferral() {
	e := t.l.ExternalReferral
	if e == nil {
		return
	}
	if !e.OnlyLookedAfter {
		t.addProblem(yamlfile.SeverityWarning, "$.external", fmt.Sprintf("the referral to %s is open for children who are not looked after", e.To), "Add only_looked_after: true")
	}
}

// checkTests plays the tests of a ladder that is fit to run.
func (t *linter) checkTests() {
	if t.known.PlayTests == nil || len(t.problems.Errors()) > 0 {
		return
	}
	for _, f := range t.known.PlayTests(t.l) {
		t.addProblem(yamlfile.SeverityError, f.Path, f.What, f.Hint)
	}
}
