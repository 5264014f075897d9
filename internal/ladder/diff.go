package ladder

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// Difference is one change between two versions of a ladder, in the words of the
// procedure.
type Difference struct {
	// Where is the part that changed: "Stage 2", or "The ladder" as a whole.
	Where string `json:"where"`
	// What is the change: "the window was 5 working days and is now 3 working days".
	What string `json:"what"`
	// Warning is set when the change lets a challenge wait longer than before.
	Warning string `json:"warning,omitempty"`
}

// String is the difference as one sentence, without its warning.
func (d Difference) String() string { return d.Where + ": " + d.What }

// Diff lists what changed between two versions of a ladder, in the order of a
// ladder's file. Nothing in the model is left out, and two ladders that say the same
// give none. Parts are known by their ids: a part whose id changed was removed and
// added, but for a rung that is otherwise as it was. Running challenges keep the version they started under.
func Diff(old, new *Ladder) []Difference {
	d := &comparison{old: old, new: new}
	s := d.atPart("The ladder")
	d.compareIdentity(s)
	d.compareWords(s)
	d.compareRoleNames(s)
	d.compareOverallLimit(d.atPart("The case"))
	d.compareCategories(s)
	d.compareRungs(s)
	d.compareSharedWindows(s)
	compareOptional(s, "a time in which it is raised", d.old.RaiseWithin, d.new.RaiseWithin, func(_ *Ladder, w *RaiseWithin) string { return w.Window.String() }, func(o, n *RaiseWithin) {
		s.compareWindow("the time in which it is raised", "none", "Raising", &o.Window, &n.Window)
		s.compareText("the source of the time in which it is raised", o.Source, n.Source)
	})
	d.compareOwnSide(s)
	d.compareSubjects(s)
	d.compareUrgencies(s)
	d.compareSkips(s)
	d.compareWaysOut(s)
	d.compareOtherParts(s)
	d.compareTests(s)
	return d.differences
}

// FindUnraisedVersion says that two texts of one ladder differ and have the same version: people who
// read "version 2" in a record would not know which of them held.
func FindUnraisedVersion(old, new *Ladder) (Difference, bool) {
	if old.ID != new.ID || new.Version > old.Version || old.Hash() == new.Hash() {
		return Difference{}, false
	}
	return Difference{Where: "The ladder", What: fmt.Sprintf("the text changed and the version is %d, after %d", new.Version, old.Version),
		Warning: fmt.Sprintf("Write version: %d, so that a record says which text held", old.Version+1)}, true
}

// comparison compares two versions of a ladder.
type comparison struct {
	old, new    *Ladder
	differences []Difference
}

// partComparison writes down the differences of one part.
type partComparison struct {
	*comparison
	where string
}

func (d *comparison) atPart(where string) partComparison { return partComparison{d, where} }

func (s partComparison) atSubpart(part string) partComparison {
	return partComparison{s.comparison, s.where + ", " + part}
}

func (s partComparison) addDifference(format string, args ...any) {
	s.differences = append(s.differences, Difference{Where: s.where, What: fmt.Sprintf(format, args...)})
}

// warnLonger adds to the last difference that a challenge may now wait longer.
func (s partComparison) warnLonger(format string, args ...any) {
	s.differences[len(s.differences)-1].Warning = fmt.Sprintf(format, args...)
}

// compareValue tells one value that changed; an empty one was not said.
func (s partComparison) compareValue(noun, old, new string) {
	switch {
	case old == new:
	case old == "":
		s.addDifference("%s was not said and is now %s", noun, new)
	case new == "":
		s.addDifference("%s was %s and is no longer said", noun, old)
	default:
		s.addDifference("%s was %s and is now %s", noun, old, new)
	}
}

func (s partComparison) compareText(noun, old, new string) {
	s.compareValue(noun, inQuotes(old), inQuotes(new))
}

func inQuotes(text string) string {
	if text == "" {
		return ""
	}
	return "“" + text + "”"
}

// compareFlag tells a switch that changed, in the words for on and for off.
func (s partComparison) compareFlag(old, new bool, on, off string) {
	switch {
	case old == new:
	case new:
		s.addDifference("%s", on)
	default:
		s.addDifference("%s", off)
	}
}

// compareList tells a list of words that changed, in content or in order.
func (s partComparison) compareList(noun string, old, new []string) {
	was, is := strings.Join(old, ", "), strings.Join(new, ", ")
	switch {
	case slices.Equal(old, new):
	case len(old) == 0:
		s.addDifference("%s: there were none, and now there are %s", noun, is)
	case len(new) == 0:
		s.addDifference("%s were %s, and now there are none", noun, was)
	default:
		s.addDifference("%s were %s and are now %s", noun, was, is)
	}
}

// compareRole tells a role that changed; roles with one name are told apart by their ids.
func (s partComparison) compareRole(noun string, old, new directory.Role) {
	was, is := s.roleNamesInBoth([]directory.Role{old}, []directory.Role{new})
	s.compareValue(noun, was[0], is[0])
}

func (s partComparison) compareRoleList(noun string, old, new []directory.Role) {
	was, is := s.roleNamesInBoth(old, new)
	s.compareList(noun, was, is)
}

// roleNamesInBoth gives the names that two lists of roles have in their ladders. Lists of the
// same roles come out equal, even if the name of a role changed: that is told once.
func (s partComparison) roleNamesInBoth(old, new []directory.Role) (was, is []string) {
	plain := func(r directory.Role) string { return string(r) }
	if slices.Equal(old, new) {
		return mapToStrings(old, plain), mapToStrings(new, plain)
	}
	was, is = mapToStrings(old, s.old.roleLabelOrNone), mapToStrings(new, s.new.roleLabelOrNone)
	if slices.Equal(was, is) {
		withID := func(l *Ladder) func(directory.Role) string {
			return func(r directory.Role) string { return fmt.Sprintf("%s (%s)", l.roleLabelOrNone(r), r) }
		}
		was, is = mapToStrings(old, withID(s.old)), mapToStrings(new, withID(s.new))
	}
	return was, is
}

// roleLabelOrNone is a role's name; nobody has none.
func (l *Ladder) roleLabelOrNone(r directory.Role) string {
	if r == "" {
		return ""
	}
	return l.RoleLabel(r)
}

// compareRungList tells a list of rungs that changed. They are compared by their ids.
func (s partComparison) compareRungList(noun string, old, new []string) {
	if !slices.Equal(old, new) {
		s.compareList(noun, mapToStrings(old, s.old.rungLabelWithID), mapToStrings(new, s.new.rungLabelWithID))
	}
}

// rungLabelWithID is a rung's label with its id, or the id alone of a rung that is not there.
func (l *Ladder) rungLabelWithID(id string) string {
	if r, ok := l.RungByID(id); ok && r.Label != id {
		return fmt.Sprintf("%s (%s)", r.Label, id)
	}
	return id
}

// compareWindow tells a length of time that changed, and warns of one that grew. Without
// says what its absence means.
func (s partComparison) compareWindow(noun, without, subject string, old, new *workday.Window) {
	was, is := windowTextOr(old, without), windowTextOr(new, without)
	if was == is {
		return
	}
	s.compareValue(noun, was, is)
	switch {
	case old != nil && new == nil:
		s.warnLonger("%s may now take longer: nothing limits it here", subject)
	case old != nil && canEndLater(*old, *new):
		s.warnLonger("%s may now take longer", subject)
	}
}

func windowTextOr(w *workday.Window, without string) string {
	if w == nil || w.IsZero() {
		return without
	}
	return w.String()
}

// canEndLater reports whether the second window can end later than the first.
func canEndLater(old, new workday.Window) bool {
	if old.Unit == new.Unit {
		return new.N > old.N
	}
	_, before := calendarDaySpan(old)
	_, after := calendarDaySpan(new)
	return after > before
}

// mapToStrings gives what f makes of each item.
func mapToStrings[T any](items []T, f func(T) string) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = f(item)
	}
	return all
}

func allInWords[T ~string](items []T) []string {
	return mapToStrings(items, func(w T) string { return inWords(w) })
}

// inWords is a value of the file as a person would say it.
func inWords[T ~string](value T) string { return strings.ReplaceAll(string(value), "-", " ") }

func (d *comparison) compareIdentity(s partComparison) {
	o, n := d.old, d.new
	s.compareValue("the id", o.ID, n.ID)
	s.compareValue("the version", fmt.Sprint(o.Version), fmt.Sprint(n.Version))
	s.compareText("the title", o.Title, n.Title)
	s.compareText("the authority", o.Authority, n.Authority)
	s.compareText("the source", o.Source, n.Source)
	s.compareList("the plans it is for", allInWords(o.Plans), allInWords(n.Plans))
	s.compareValue("whose practice it challenges", inWords(o.Party), inWords(n.Party))
	s.compareValue("the direction", inWords(o.Direction), inWords(n.Direction))
	s.compareRoleList("those who may raise a challenge", o.RaisedBy, n.RaisedBy)
}

func (d *comparison) compareWords(s partComparison) {
	o, n := d.old.Words, d.new.Words
	s.compareText("the word for a challenge", o.Challenge, n.Challenge)
	s.compareText("the word for a rung", o.Rung, n.Rung)
	s.compareText("the word for the chair", o.Chair, n.Chair)
	s.compareText("the word for a child", o.Child, n.Child)
	s.compareText("the word for the number of a child's record", o.RecordNumber, n.RecordNumber)
	s.compareText("the word for a conference", o.Conference, n.Conference)
	s.compareText("the text said before raising", o.Preface, n.Preface)
}

func (d *comparison) compareRoleNames(s partComparison) {
	for _, r := range unionOfKeys(d.old.Roles, d.new.Roles) {
		was, old := d.old.Roles[r]
		is, new := d.new.Roles[r]
		switch {
		case !old:
			s.addDifference("the role “%s” (%s) was added", is, r)
		case !new:
			s.addDifference("the role “%s” (%s) was removed", was, r)
		default:
			s.compareText("the name of the role "+string(r), was, is)
		}
	}
}

func (d *comparison) compareOverallLimit(s partComparison) {
	o, n := d.old.OverallLimit, d.new.OverallLimit
	s.compareValue("the start of its clock", limitStartText(o.Starts), limitStartText(n.Starts))
	s.compareWindow("its limit", "none", "The whole case", o.Window, n.Window)
	s.compareFlag(o.Hard, n.Hard, "its limit now binds every due date; it was a target", "its limit is now a target; it bound every due date")
	if o.Hard && !n.Hard {
		s.warnLonger("Due dates may now lie past the limit of the case")
	}
	s.compareValue("the statutory limit that is warned of", windowTextOr(o.Statutory, ""), windowTextOr(n.Statutory, ""))
	s.compareValue("where the statutory limit begins", o.StatutoryFrom, n.StatutoryFrom)
	s.compareText("the source of its limit", o.Source, n.Source)
}

func limitStartText(c LimitStart) string {
	switch c {
	case LimitFromRaise:
		return "the raising"
	case LimitFromFirstFormal:
		return "the first formal rung"
	}
	return string(c)
}

func (d *comparison) compareOwnSide(s partComparison) {
	for _, role := range unionOfKeys(d.old.OwnSide, d.new.OwnSide) {
		s.compareValue("who stands on the side of whoever raises a challenge, as "+string(role), string(d.old.OwnSide[role]), string(d.new.OwnSide[role]))
	}
}

func (d *comparison) compareUrgencies(s partComparison) {
	compareParts(s, "urgency", "urgencies", d.old.Urgencies, d.new.Urgencies,
		func(u Urgency) string { return u.ID },
		func(_ *Ladder, u Urgency) string {
			return fmt.Sprintf("%s (%s), %s", inQuotes(u.Label), u.ID, u.Window)
		},
		func(o, n Urgency) {
			s := d.atPart("Urgency " + inQuotes(n.Label))
			s.compareText("the label", o.Label, n.Label)
			s.compareWindow("the most that a rung has", "none", "What is urgent", &o.Window, &n.Window)
			s.compareValue("where it begins", d.old.rungListText(nonEmptyIDs(o.StartAt)), d.new.rungListText(nonEmptyIDs(n.StartAt)))
			s.compareFlag(o.WindowInferred, n.WindowInferred, "its time is now marked as inferred", "its time is no longer marked as inferred")
			s.compareText("the source", o.Source, n.Source)
		})
}

func nonEmptyIDs(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

func (d *comparison) compareSubjects(s partComparison) {
	compareParts(s, "subject", "subjects", d.old.Subjects, d.new.Subjects,
		func(s Subject) string { return s.ID },
		func(_ *Ladder, s Subject) string { return inQuotes(s.Label) + " (" + s.ID + ")" },
		func(o, n Subject) {
			s := d.atPart("Subject " + inQuotes(n.Label))
			s.compareText("the label", o.Label, n.Label)
			s.compareValue("the plan", inWords(o.Plan), inWords(n.Plan))
			s.compareValue("whether it has a date", inWords(o.Date), inWords(n.Date))
		})
}

func (d *comparison) compareCategories(s partComparison) {
	compareParts(s, "category", "categories", d.old.Categories, d.new.Categories,
		func(c Category) string { return c.ID },
		func(_ *Ladder, c Category) string { return inQuotes(c.Label) + " (" + c.ID + ")" },
		func(o, n Category) {
			s := d.atPart("Category " + inQuotes(n.Label))
			s.compareValue("the id", o.ID, n.ID)
			s.compareText("the label", o.Label, n.Label)
			s.compareList("the plans it is for", allInWords(o.Plans), allInWords(n.Plans))
		})
}
