package ladder

import (
	"fmt"
	"slices"
	"strings"

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
// added. Running challenges keep the version they started under.
func Diff(old, new *Ladder) []Difference {
	d := &differ{old: old, new: new}
	s := d.at("The ladder")
	d.identity(s)
	d.words(s)
	d.roleNames(s)
	d.caseClock(d.at("The case"))
	d.categories(s)
	d.rungs(s)
	d.skips(s)
	d.outside(s)
	d.beside(s)
	return d.found
}

// differ compares two versions of a ladder.
type differ struct {
	old, new *Ladder
	found    []Difference
}

// scope writes down the differences of one part.
type scope struct {
	*differ
	where string
}

func (d *differ) at(where string) scope { return scope{d, where} }

func (s scope) inside(part string) scope { return scope{s.differ, s.where + ", " + part} }

func (s scope) add(format string, args ...any) {
	s.found = append(s.found, Difference{Where: s.where, What: fmt.Sprintf(format, args...)})
}

// warn adds to the last difference that a challenge may now wait longer.
func (s scope) warn(format string, args ...any) {
	s.found[len(s.found)-1].Warning = fmt.Sprintf(format, args...)
}

// was tells one value that changed; an empty one was not said.
func (s scope) was(noun, old, new string) {
	switch {
	case old == new:
	case old == "":
		s.add("%s was not said and is now %s", noun, new)
	case new == "":
		s.add("%s was %s and is no longer said", noun, old)
	default:
		s.add("%s was %s and is now %s", noun, old, new)
	}
}

func (s scope) text(noun, old, new string) { s.was(noun, inQuotes(old), inQuotes(new)) }

func inQuotes(text string) string {
	if text == "" {
		return ""
	}
	return "“" + text + "”"
}

// flag tells a switch that changed, in the words for on and for off.
func (s scope) flag(old, new bool, on, off string) {
	switch {
	case old == new:
	case new:
		s.add("%s", on)
	default:
		s.add("%s", off)
	}
}

// list tells a list of words that changed, in content or in order.
func (s scope) list(noun string, old, new []string) {
	was, is := strings.Join(old, ", "), strings.Join(new, ", ")
	switch {
	case slices.Equal(old, new):
	case len(old) == 0:
		s.add("%s: there were none, and now there are %s", noun, is)
	case len(new) == 0:
		s.add("%s were %s, and now there are none", noun, was)
	default:
		s.add("%s were %s and are now %s", noun, was, is)
	}
}

// role tells a role that changed; roles with one name are told apart by their ids.
func (s scope) role(noun string, old, new Role) {
	was, is := s.named([]Role{old}, []Role{new})
	s.was(noun, was[0], is[0])
}

func (s scope) roles(noun string, old, new []Role) {
	was, is := s.named(old, new)
	s.list(noun, was, is)
}

// named gives the names that two lists of roles have in their ladders. Lists of the
// same roles come out equal, even if the name of a role changed: that is told once.
func (s scope) named(old, new []Role) (was, is []string) {
	plain := func(r Role) string { return string(r) }
	if slices.Equal(old, new) {
		return each(old, plain), each(new, plain)
	}
	was, is = each(old, s.old.roleName), each(new, s.new.roleName)
	if slices.Equal(was, is) {
		withID := func(l *Ladder) func(Role) string {
			return func(r Role) string { return fmt.Sprintf("%s (%s)", l.roleName(r), r) }
		}
		was, is = each(old, withID(s.old)), each(new, withID(s.new))
	}
	return was, is
}

// roleName is a role's name; nobody has none.
func (l *Ladder) roleName(r Role) string {
	if r == "" {
		return ""
	}
	return l.RoleLabel(r)
}

// rungsNamed tells a list of rungs that changed. They are compared by their ids.
func (s scope) rungsNamed(noun string, old, new []string) {
	if !slices.Equal(old, new) {
		s.list(noun, each(old, s.old.rungName), each(new, s.new.rungName))
	}
}

// rungName is a rung's label with its id, or the id alone of a rung that is not there.
func (l *Ladder) rungName(id string) string {
	if r, ok := l.Rung(id); ok && r.Label != id {
		return fmt.Sprintf("%s (%s)", r.Label, id)
	}
	return id
}

// window tells a length of time that changed, and warns of one that grew. Without
// says what its absence means.
func (s scope) window(noun, without, subject string, old, new *workday.Window) {
	was, is := windowOr(old, without), windowOr(new, without)
	if was == is {
		return
	}
	s.was(noun, was, is)
	switch {
	case old != nil && new == nil:
		s.warn("%s may now take longer: nothing limits it here", subject)
	case old != nil && grows(*old, *new):
		s.warn("%s may now take longer", subject)
	}
}

func windowOr(w *workday.Window, without string) string {
	if w == nil || w.IsZero() {
		return without
	}
	return w.String()
}

// grows reports whether the second window can end later than the first.
func grows(old, new workday.Window) bool {
	if old.Unit == new.Unit {
		return new.N > old.N
	}
	_, before := spanOf(old)
	_, after := spanOf(new)
	return after > before
}

// each gives what f makes of each item.
func each[T any](items []T, f func(T) string) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = f(item)
	}
	return all
}

func words[T ~string](items []T) []string {
	return each(items, func(w T) string { return inWords(w) })
}

// inWords is a value of the file as a person would say it.
func inWords[T ~string](value T) string { return strings.ReplaceAll(string(value), "-", " ") }

func (d *differ) identity(s scope) {
	o, n := d.old, d.new
	s.was("the id", o.ID, n.ID)
	s.was("the version", fmt.Sprint(o.Version), fmt.Sprint(n.Version))
	s.text("the title", o.Title, n.Title)
	s.text("the authority", o.Authority, n.Authority)
	s.text("the source", o.Source, n.Source)
	s.list("the plans it is for", words(o.Plans), words(n.Plans))
	s.was("whose practice it challenges", inWords(o.Party), inWords(n.Party))
	s.was("the direction", inWords(o.Direction), inWords(n.Direction))
	s.roles("those who may raise a challenge", o.RaisedBy, n.RaisedBy)
}

func (d *differ) words(s scope) {
	o, n := d.old.Words, d.new.Words
	s.text("the word for a challenge", o.Challenge, n.Challenge)
	s.text("the word for a rung", o.Rung, n.Rung)
	s.text("the word for the chair", o.Chair, n.Chair)
	s.text("the word for a child", o.Child, n.Child)
	s.text("the word for the number of a child's record", o.RecordID, n.RecordID)
	s.text("the word for a conference", o.Conference, n.Conference)
	s.text("the text said before raising", o.Preface, n.Preface)
}

func (d *differ) roleNames(s scope) {
	for _, r := range keysOf(d.old.Roles, d.new.Roles) {
		was, old := d.old.Roles[r]
		is, new := d.new.Roles[r]
		switch {
		case !old:
			s.add("the role “%s” (%s) was added", is, r)
		case !new:
			s.add("the role “%s” (%s) was removed", was, r)
		default:
			s.text("the name of the role "+string(r), was, is)
		}
	}
}

func (d *differ) caseClock(s scope) {
	o, n := d.old.Case, d.new.Case
	s.was("the start of its clock", caseStartText(o.Starts), caseStartText(n.Starts))
	s.window("its limit", "none", "The whole case", o.Limit, n.Limit)
	s.flag(o.Hard, n.Hard, "its limit now binds every due date; it was a target", "its limit is now a target; it bound every due date")
	if o.Hard && !n.Hard {
		s.warn("Due dates may now lie past the limit of the case")
	}
	s.was("the statutory limit that is warned of", windowOr(o.Statutory, ""), windowOr(n.Statutory, ""))
	s.was("where the statutory limit begins", o.StatutoryFrom, n.StatutoryFrom)
	s.text("the source of its limit", o.Source, n.Source)
}

func caseStartText(c CaseStart) string {
	switch c {
	case FirstRaise:
		return "the raising"
	case FirstFormal:
		return "the first formal rung"
	}
	return string(c)
}

func (d *differ) categories(s scope) {
	parts(s, "category", "categories", d.old.Categories, d.new.Categories,
		func(c Category) string { return c.ID },
		func(_ *Ladder, c Category) string { return inQuotes(c.Label) + " (" + c.ID + ")" },
		func(o, n Category) {
			s := d.at("Category " + inQuotes(n.Label))
			s.was("the id", o.ID, n.ID)
			s.text("the label", o.Label, n.Label)
			s.list("the plans it is for", words(o.Plans), words(n.Plans))
		})
}
