package ladder

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

var keyShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxLabelLength is the most characters of a label that a card shows on one line
// or two without cutting it; maxTextLength keeps a card far below its size limit.
const (
	maxLabelLength = 160
	maxTextLength  = 2000
)

// validator holds a ladder to everything that it needs to run.
type validator struct {
	file     *yamlfile.File
	l        *Ladder
	problems yamlfile.Problems
	// unknownRungs are the ids of rungs that are not there and that were complained of.
	unknownRungs map[string]bool
}

func (v *validator) addError(path, what, hint string) {
	v.problems = append(v.problems, v.file.ProblemAt(path, what, hint))
}

func (v *validator) validateLadder() {
	l := v.l
	v.validateKey("$.ladder", "ladder", l.ID)
	if l.Version < 1 {
		v.addError("$.version", "the version must be 1 or more", "Number the versions of a procedure 1, 2, 3")
	}
	v.validateLabel("$.title", "title", l.Title)
	v.validateLabel("$.authority", "authority", l.Authority)
	v.validateLabel("$.source", "source", l.Source)
	if len(l.Plans) == 0 {
		v.addError("$.plans", "the ladder applies to no plan", "Write plans: [child-protection], [looked-after], both, or another kind, such as [child-in-need]")
	}
	v.validatePlans("$.plans", l.Plans)
	v.validateSubjects()
	validateOneOf(v, "$.party", "party", l.Party, knownParties)
	validateOneOf(v, "$.direction", "direction", l.Direction, knownDirections)
	v.validateRoles("$.raised_by", l.RaisedBy)
	v.validateWords()
	v.validateRoleLabels()
	v.validateOwnSide()
	v.validateOverallLimit()
	v.validateCategories()
	v.validateRungs()
	v.validateSharedWindows()
	v.validateUrgencies()
	v.validateSkips()
	v.validateHandOffs()
	v.validateExternalReferral()
	v.validateOtherParts()
	v.validateTests()
}

func (v *validator) validateWords() {
	w := v.l.Words
	for _, word := range []struct{ key, text string }{
		{"challenge", w.Challenge}, {"rung", w.Rung}, {"chair", w.Chair}, {"child", w.Child}, {"record_id", w.RecordNumber}, {"conference", w.Conference},
	} {
		v.validateLabel("$.words."+word.key, word.key, word.text)
	}
	v.validateLongText("$.words.preface", w.Preface)
}

func (v *validator) validateRoleLabels() {
	for _, role := range slices.Sorted(maps.Keys(v.l.Roles)) {
		path := "$.roles." + string(role)
		if !keyShape.MatchString(string(role)) {
			v.addError(path, fmt.Sprintf("the role %q is not a key", role), "Use small letters, digits and single hyphens, as in team-manager")
		}
		v.validateLabel(path, "label of the role", v.l.Roles[role])
	}
}

// validateOwnSide checks the roles on the side of whoever raises a challenge.
func (v *validator) validateOwnSide() {
	for _, role := range slices.Sorted(maps.Keys(v.l.OwnSide)) {
		path := "$.own_side." + string(role)
		v.validateRole(path, role)
		if held := v.l.OwnSide[role]; !keyShape.MatchString(string(held)) {
			v.addError(path, fmt.Sprintf("the role %q is not a key", held), "Write the role as the directory has it, such as line-manager")
		}
		if role == directory.RoleChair || role == directory.RoleOversight {
			v.addError(path, fmt.Sprintf("%q is no role of a side", role), "Name another role")
		}
	}
}

func (v *validator) validateOverallLimit() {
	k := v.l.OverallLimit
	if w := v.l.RaiseWithin; w != nil && (w.Window.IsZero() || w.Window.IsHours() || w.Window.IsDayZero() || w.Window.Unit == workday.WeekBand) {
		v.addError("$.raise_within.window", "the time in which a challenge is raised counts days from a date", `Write window: and a number of days, such as "5 working days"`)
	}
	validateOneOf(v, "$.case.starts", "start of the case", k.Starts, knownLimitStarts)
	v.validateDaysOnly("$.case.limit", k.Window)
	v.validateDaysOnly("$.case.statutory", k.Statutory)
	if k.Hard && k.Window == nil {
		v.addError("$.case.hard", "a hard limit is set, but no limit", "Add limit: to the case, or remove hard:")
	}
	if k.StatutoryFrom != "" && v.requireRung("$.case.statutory_from", k.StatutoryFrom) && k.Statutory == nil {
		v.addError("$.case.statutory_from", "it is said where the statutory time begins, but not how long it is", "Add statutory: to the case, or remove statutory_from:")
	}
	formal := func(r Rung) bool { return r.StartsFormalClock() }
	if k.Starts == LimitFromFirstFormal && !slices.ContainsFunc(v.l.Rungs, formal) {
		v.addError("$.case.starts", "the case starts with the first formal rung, and there is none", "Write first-raise, or make a rung formal")
	}
}

func (v *validator) validateCategories() {
	if len(v.l.Categories) == 0 {
		v.addError("$.categories", "there are no categories of concern", "List at least one under categories:")
	}
	seen := map[string]bool{}
	for i, k := range v.l.Categories {
		path := fmt.Sprintf("$.categories[%d]", i)
		v.validateUniqueID(path, "category", k.ID, seen)
		v.validateLabel(path+".label", "label of the category", k.Label)
		v.validatePlans(path+".plans", k.Plans)
		for _, p := range k.Plans {
			if !slices.Contains(v.l.Plans, p) && v.isPlan(p) {
				v.addError(path+".plans", fmt.Sprintf("the category is for %s, which the ladder is not", p), "Add the plan to the ladder, or remove it here")
			}
		}
	}
}

// validateUrgencies checks the kinds of challenge that cannot wait.
func (v *validator) validateUrgencies() {
	seen := map[string]bool{}
	for i, u := range v.l.Urgencies {
		path := fmt.Sprintf("$.urgencies[%d]", i)
		v.validateUniqueID(path, "urgency", u.ID, seen)
		v.validateLabel(path+".label", "label of the urgency", u.Label)
		v.validateUrgentWindow(path, &u.Window)
		if u.ID == OrdinaryUrgency {
			v.addError(path+".id", fmt.Sprintf("%q is what a challenge is without an urgency", u.ID), "Give it another id")
		}
		if u.StartAt != "" {
			v.requireRung(path+".start_at", u.StartAt)
		}
	}
}

func (v *validator) validateUrgentWindow(path string, w *workday.Window) {
	if w.IsZero() || w.Unit == workday.WeekBand {
		v.addError(path+".window", "what cannot wait has no time", `Write window: and a number of hours or days, such as "24 hours" or "next working day"`)
	}
}

func (v *validator) validateSkips() {
	for i, s := range v.l.Skips {
		path := fmt.Sprintf("$.skips[%d]", i)
		if len(s.To) == 0 {
			v.addError(path+".to", "the skip leads nowhere", "Write to: and the ids of the rungs it may lead to")
		}
		for j, id := range s.To {
			where := fmt.Sprintf("%s.to[%d]", path, j)
			if v.requireRung(where, id) && v.l.FirstRung() != nil && v.l.FirstRung().ID == id {
				v.addError(where, fmt.Sprintf("%q is the first rung: nothing is skipped", id), "Name a rung above it")
			}
		}
		if len(s.Grounds) == 0 {
			v.addError(path+".grounds", "the skip has no grounds", "List the reasons that the procedure accepts")
		}
		seen := map[string]bool{}
		for j, g := range s.Grounds {
			where := fmt.Sprintf("%s.grounds[%d]", path, j)
			v.validateUniqueID(where, "ground", g.ID, seen)
			v.validateLabel(where+".label", "label of the ground", g.Label)
			if g.Window != nil {
				v.validateUrgentWindow(where, g.Window)
			} else if g.WindowInferred {
				v.addError(where+".window_inferred", "no time is given that could be inferred", "Remove window_inferred, or add window:")
			}
		}
		v.validateGates(path, s.Gates, false)
		v.validateSkipUnique(path, i)
	}
}

// validateSkipUnique refuses a way that two skips describe, since only the first would be
// found, and a gate that the rung itself has under the same id.
func (v *validator) validateSkipUnique(path string, i int) {
	s := v.l.Skips[i]
	for _, earlier := range v.l.Skips[:i] {
		for j, g := range s.Grounds {
			same := slices.ContainsFunc(earlier.Grounds, func(e Ground) bool { return e.ID == g.ID })
			if same && slices.ContainsFunc(s.To, func(id string) bool { return slices.Contains(earlier.To, id) }) {
				v.addError(fmt.Sprintf("%s.grounds[%d]", path, j), fmt.Sprintf("an earlier skip leads to the same rung on the ground %q", g.ID), "Join the two skips, or tell the grounds apart")
			}
		}
	}
	for _, id := range s.To {
		r, ok := v.l.RungByID(id)
		for j, g := range s.Gates {
			if ok && slices.ContainsFunc(r.Gates, func(o Gate) bool { return o.ID == g.ID }) {
				v.addError(fmt.Sprintf("%s.gates[%d].id", path, j), fmt.Sprintf("the rung %q has a gate %q too", id, g.ID), "Give each its own")
			}
		}
	}
}

func (v *validator) validateHandOffs() {
	seen := map[string]bool{}
	for i, h := range v.l.HandOffs {
		path := fmt.Sprintf("$.hand_offs[%d]", i)
		v.validateUniqueID(path, "hand-off", h.ID, seen)
		v.validateLabel(path+".label", "label of the hand-off", h.Label)
	}
	if p := v.l.PartnerConcerns; p != nil {
		validateOneOf(v, "$.partner_concerns.mode", "mode", p.Mode, knownPartnerModes)
		if p.Mode == PartnerHandOff {
			v.requireHandOff("$.partner_concerns.to", p.To)
		}
	}
}

func (v *validator) validateExternalReferral() {
	e := v.l.ExternalReferral
	if e == nil {
		return
	}
	v.validateLabel("$.external.to", "external body", e.To)
	v.validateRole("$.external.by", e.ReferredBy)
	v.validateRoles("$.external.inform_before", e.InformBefore)
	v.validateRoles("$.external.consult", e.Consult)
	if !e.OnlyLookedAfter && e.To == "CAFCASS" && !slices.Contains(v.l.Plans, LookedAfter) {
		v.addError("$.external", "an external referral needs a looked-after child, and the ladder has none", "Add only_looked_after: true")
	}
}

// validateOtherParts checks what stands beside the ladder: records, notices, oversight, reports.
func (v *validator) validateOtherParts() {
	for i, r := range v.l.RecordingRules {
		path := fmt.Sprintf("$.records[%d]", i)
		if r.Author == "" && r.System == "" {
			v.addError(path, "the record says neither who writes it nor where", "Write author:, system: and source:, or remove the line")
			continue
		}
		v.validateEvents(path, r.OnEvents)
		v.validateRole(path+".author", r.Author)
		v.validateLabel(path+".system", "system of the record", r.System)
		v.validateRungIDs(path+".rungs", r.Rungs)
		for j, part := range r.Parts {
			validateOneOf(v, fmt.Sprintf("%s.parts[%d]", path, j), "part of a note", part, knownNoteParts)
		}
	}
	for i, n := range v.l.Alerts {
		path := fmt.Sprintf("$.notices[%d]", i)
		v.validateEvents(path, n.OnEvents)
		v.validateRungIDs(path+".rungs", n.Rungs)
		if len(n.To) == 0 {
			v.addError(path+".to", "the notice goes to nobody", "Write to: and the roles to tell")
		}
		v.validateRoles(path+".to", n.To)
	}
	if s := v.l.Shorten; s != nil {
		v.validateRole("$.shorten.by", s.By)
		if s.Minimum != nil && s.Minimum.Unit != workday.WorkingDays {
			v.addError("$.shorten.minimum", fmt.Sprintf("the shortest time is %s", s.Minimum), "Write it in working days: a shorter time is asked for in those")
		}
	}
	if o := v.l.Oversight; o != nil {
		v.validateRole("$.oversight.role", o.Role)
		if o.ResolveBefore != "" {
			v.requireRung("$.oversight.resolve_before", o.ResolveBefore)
		}
	}
	if r := v.l.Register; r != nil {
		if len(r.Roles) == 0 {
			v.addError("$.register.roles", "nobody reads the register", "Write roles: and who keeps it or watches it")
		}
		v.validateRoles("$.register.roles", r.Roles)
		if r.From != "" {
			v.requireRung("$.register.from", r.From)
		}
	}
	if t := v.l.Themes; t != nil {
		v.validateRole("$.themes.to", t.To)
	}
	for i, r := range v.l.Reports {
		path := fmt.Sprintf("$.reports[%d]", i)
		validateOneOf(v, path+".every", "period", r.Every, knownPeriods)
		v.validateRole(path+".by", r.By)
		v.validateLabel(path+".to", "reader of the report", r.To)
	}
	if g := v.l.GoodPractice; g != nil {
		v.validateLabel("$.good_practice.about", "text", g.About)
	}
}

func (v *validator) validateEvents(path string, on []string) {
	if len(on) == 0 {
		v.addError(path+".on", "no event is named", "Write on: and one or more of: "+strings.Join(knownEvents, ", "))
	}
	for i, e := range on {
		validateOneOf(v, fmt.Sprintf("%s.on[%d]", path, i), "event", e, knownEvents)
	}
}

func (v *validator) validateRungIDs(path string, ids []string) {
	for i, id := range ids {
		v.requireRung(fmt.Sprintf("%s[%d]", path, i), id)
	}
}

// requireRung complains of a rung that is not there: once, and not where a rung without an id of its
// own may be the one that is meant.
func (v *validator) requireRung(path, id string) bool {
	_, ok := v.l.RungByID(id)
	if !ok && !v.unknownRungs[id] {
		var ids []string
		for _, r := range v.l.Rungs {
			if !keyShape.MatchString(r.ID) || slices.Contains(ids, r.ID) {
				return false
			}
			ids = append(ids, r.ID)
		}
		if len(ids) == 0 {
			return false
		}
		if v.unknownRungs == nil {
			v.unknownRungs = map[string]bool{}
		}
		v.unknownRungs[id] = true
		v.addError(path, fmt.Sprintf("there is no rung %q", id), yamlfile.DidYouMean(id, ids))
	}
	return ok
}

func (v *validator) requireHandOff(path, id string) {
	var ids []string
	for _, h := range v.l.HandOffs {
		ids = append(ids, h.ID)
	}
	if !slices.Contains(ids, id) {
		hint := yamlfile.DidYouMean(id, ids)
		if hint == "" {
			hint = "List the procedure under hand_offs:"
		}
		v.addError(path, fmt.Sprintf("there is no hand-off %q", id), hint)
	}
}

// validateRoles checks a list of roles: each labelled, none twice.
func (v *validator) validateRoles(path string, roles []directory.Role) {
	for i, r := range roles {
		where := fmt.Sprintf("%s[%d]", path, i)
		v.validateRole(where, r)
		if slices.Index(roles, r) < i {
			v.addError(where, fmt.Sprintf("the role %q stands twice", r), "Remove one of them")
		}
	}
}

// validateRole refuses a role without a label: a card could not name it.
func (v *validator) validateRole(path string, r directory.Role) {
	switch {
	case r == "":
		v.addError(path, "no role is named", "Write a role from roles:")
	case r != directory.RoleChair && v.l.Roles[r] == "":
		var known []string
		for k := range v.l.Roles {
			known = append(known, string(k))
		}
		hint := fmt.Sprintf("Add %s: and the authority's name for it under roles:", r)
		if near := yamlfile.ClosestWord(string(r), known); near != "" {
			hint = fmt.Sprintf("Did you mean %q?", near)
		}
		v.addError(path, fmt.Sprintf("the role %q has no label", r), hint)
	}
}

func (v *validator) validateKey(path, thing, id string) {
	if !keyShape.MatchString(id) {
		v.addError(path, fmt.Sprintf("the %s's id %q is not a key", thing, id), "Use small letters, digits and single hyphens")
	}
}

func (v *validator) validateUniqueID(path, thing, id string, seen map[string]bool) {
	if id == "" {
		v.addError(path+".id", fmt.Sprintf("the %s has no id", thing), "Add id: and a short name of its own, in small letters, digits and single hyphens")
		return
	}
	v.validateKey(path+".id", thing, id)
	if seen[id] && id != "" {
		v.addError(path+".id", fmt.Sprintf("the id %q belongs to another %s too", id, thing), "Give each its own")
	}
	seen[id] = true
}

func (v *validator) validateLabel(path, thing, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		v.addError(path, fmt.Sprintf("the %s is empty", thing), "Write what people are to read")
	case utf8.RuneCountInString(text) > maxLabelLength:
		v.addError(path, fmt.Sprintf("the %s is longer than %d characters", thing, maxLabelLength), "Say it more briefly")
	}
}

func (v *validator) validateLongText(path, text string) {
	if utf8.RuneCountInString(text) > maxTextLength {
		v.addError(path, fmt.Sprintf("the text is longer than %d characters", maxTextLength), "Say it more briefly")
	}
}

func validateOneOf[T ~string](v *validator, path, thing string, value T, known []T) {
	if slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	if value == "" {
		key := path[strings.LastIndexByte(path, '.')+1:]
		v.addError(path, fmt.Sprintf("no %s is given", thing), fmt.Sprintf("Add %s: and one of: %s", key, strings.Join(slices.Sorted(slices.Values(words)), ", ")))
		return
	}
	v.addError(path, fmt.Sprintf("the %s %q is not known", thing, value), yamlfile.DidYouMean(string(value), words))
}
