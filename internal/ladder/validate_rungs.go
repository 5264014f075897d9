package ladder

import (
	"fmt"
	"maps"
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

func (v *validator) validateRungs() {
	if v.l.FirstRung() == nil {
		v.addError("$.rungs", "there is no rung to start on", "Add a rung whose kind is not exceptional")
	}
	seen := map[string]bool{}
	for i := range v.l.Rungs {
		r := &v.l.Rungs[i]
		path := fmt.Sprintf("$.rungs[%d]", i)
		if r.Label == "" && r.Kind == "" && r.Form == "" {
			v.addError(path, fmt.Sprintf("the rung %q has nothing but an id", r.ID), "Write label:, kind:, source:, respond:, window: and form: under it, or remove the line")
			continue
		}
		v.validateUniqueID(path, "rung", r.ID, seen)
		v.validateLabel(path+".label", "label of the rung", r.Label)
		v.validateLongText(path+".about", r.About)
		v.validateLongText(path+".asks", r.Asks)
		validateOneOf(v, path+".kind", "kind", r.Kind, knownRungKinds)
		validateOneOf(v, path+".form", "form", r.Form, knownForms)
		validateOneOf(v, path+".owner", "owner", r.WindowOwner, knownOwners)
		validateOneOf(v, path+".on_lapse", "on_lapse", r.OnLapse, knownLapses)
		v.validateRole(path+".asked_by", r.AskedBy)
		v.validateRole(path+".judge", r.Judge)
		v.validateRoles(path+".alerted", r.AlertedRoles)
		v.validateJudges(path, r)
		v.validateRoles(path+".may_escalate", r.MayEscalate)
		v.validateRoles(path+".copy_to", r.CopyTo)
		v.validateRespondents(path+".respond", &r.Respondents)
		v.validateWindow(path, r)
		v.validateMeeting(path, r)
		v.validateGates(path, r.Gates, v.l.FirstRung() == r)
		v.validateDirectEntry(path, r)
		v.validateDestination(path+".then", i, r)
	}
}

func (v *validator) validateJudges(path string, r *Rung) {
	v.validateRoles(path+".also_judge", r.AlsoJudge)
	if slices.Contains(r.AlsoJudge, r.Judge) {
		v.addError(path+".also_judge", fmt.Sprintf("%q is the judge already", r.Judge), "Name other roles beside the judge")
	}
	if r.AllMustAgree && len(r.AlsoJudge) == 0 {
		v.addError(path+".all_must_agree", "one judge alone has nobody to agree with", "Name further roles under also_judge:, or remove the line")
	}
	if len(r.MayEscalate) > 0 && v.l.EscalationTarget(r) == nil {
		v.addError(path+".may_escalate", "there is no rung to take the challenge to", "Remove may_escalate from the last rung")
	}
}

func (v *validator) validateRespondents(path string, r *Respondents) {
	if len(r.Roles) == 0 {
		hint := "Write roles: [and who answers]"
		if len(r.ByAgency) > 0 {
			hint = "Write roles: too, for an agency that by_agency does not list"
		}
		v.addError(path, "nobody is asked to answer", hint)
	}
	v.validateRoles(path+".roles", r.Roles)
	if len(r.ByAgency) > 0 && v.l.Party == PartyInternal {
		v.addError(path+".by_agency", "an internal ladder has no agencies", "Remove by_agency, or write party: any")
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		v.validateKey(path+".by_agency."+agency, "agency", agency)
		if len(r.ByAgency[agency]) == 0 {
			v.addError(path+".by_agency."+agency, "nobody is asked to answer for this agency", "Name a role, or remove the line")
		}
		v.validateRoles(path+".by_agency."+agency, r.ByAgency[agency])
	}
	if r.AllAnswer && (r.Responder != "" || len(r.ResponderByAgency) > 0) {
		v.addError(path+".all_answer", "one role replies, and each is to answer", "Remove replier:, or all_answer:")
	}
	if r.AllAnswer && r.OutsideTenant {
		v.addError(path+".all_answer", "the asker records one reply for somebody without an account", "Remove outside:, or all_answer:")
	}
	if r.Responder != "" && !slices.Contains(r.Roles, r.Responder) {
		v.addError(path+".replier", fmt.Sprintf("%q is to reply and is not among who is asked", r.Responder), hintOr(yamlfile.ClosestWord(string(r.Responder), plainTexts(r.Roles)), "Add the role to roles:, or name one that is there"))
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ResponderByAgency)) {
		if !slices.Contains(r.ByAgency[agency], r.ResponderByAgency[agency]) {
			v.addError(path+".replier_by_agency."+agency, fmt.Sprintf("%q is to reply and is not among who is asked", r.ResponderByAgency[agency]), "Add the role to by_agency for this agency")
		}
	}
	if r.Responder != "" {
		for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
			if v.lacksResponder(r, agency) {
				v.addError(path+".by_agency."+agency, fmt.Sprintf("%q is to reply and is not asked for this agency", r.Responder), "Add replier_by_agency for it, or add the role here")
			}
		}
	}
}

// hintOr asks whether a near word was meant, and otherwise says what to do.
func hintOr(near, otherwise string) string {
	if near == "" {
		return otherwise
	}
	return fmt.Sprintf("Did you mean %q?", near)
}

func (v *validator) lacksResponder(r *Respondents, agency string) bool {
	return !slices.Contains(r.ByAgency[agency], r.ResponderFor(agency)) && r.ResponderByAgency[agency] == ""
}

// validateWindow checks that the rung has one due date that can be reckoned.
func (v *validator) validateWindow(path string, r *Rung) {
	validateOneOf(v, path+".from", "from", r.WindowStart, knownWindowStarts)
	started := v.l.OverallLimit.Starts == LimitFromRaise || r.StartsFormalClock()
	v.validateAskAgain(path+".ask_again", r.AskAgain)
	if a := r.Acknowledge; a != nil && (a.Unit == workday.WeekBand || r.Window != nil && !isShorter(*a, *r.Window) && *a != *r.Window && isShorter(*r.Window, *a)) {
		v.addError(path+".acknowledge", fmt.Sprintf("a question is to be acknowledged within %s, after its answer is due", a), "Give less time than the window")
	}
	if r.Acknowledge != nil && r.Respondents.OutsideTenant {
		v.addError(path+".acknowledge", "somebody without an account cannot acknowledge a card", "Remove acknowledge:, or outside:")
	}
	switch {
	case r.HasNoLimit() && (r.Window != nil || r.Remainder || r.Within != nil || v.l.SharedWindowOf(r.ID) != nil):
		v.addError(path+".ask_again", "a rung has a time in which it is answered, or none and is asked again", "Remove ask_again:, or the window and other limits")
	case r.HasNoLimit():
		return
	case r.Window == nil && !r.Remainder:
		v.addError(path, fmt.Sprintf("the rung %q has no window", r.ID), `Write window: 5 working days, remainder: true for what is left of the case limit, or ask_again: 5 working days where the procedure sets no time`)
	case r.Window != nil && r.Remainder:
		v.addError(path+".remainder", "a rung has a window or the remainder of the case, not both", "Remove one of them")
	case r.Remainder && v.l.SharedWindowOf(r.ID) != nil:
	case r.Remainder && v.l.OverallLimit.Window == nil && v.l.OverallLimit.Hard: // said at the limit
	case r.Remainder && v.l.OverallLimit.Window == nil:
		v.addError(path+".remainder", "nothing remains of a case without a limit", "Add limit: to the case, or give the rung a window")
	case (r.Remainder || r.Within != nil || r.WindowStart == WindowFromLimitStart) && !started:
		v.addError(path, "the rung counts from the start of the case, which begins only with a later, formal rung", "Give it a plain window, or write starts: first-raise")
	case r.Remainder && (r.Within != nil || r.WindowStart != WindowFromReceipt):
		v.addError(path, "the remainder of the case leaves no room for within or from", "Remove them")
	}
	if r.Window == nil {
		return
	}
	if band := r.Window.Unit == workday.WeekBand; band != (r.WindowStart == WindowFromLimitStart) {
		v.addError(path+".from", "weeks are counted from the start of the case, days and hours from receipt or another moment", `Write from: case-start for "end of week"; for days and hours receipt, raise, conference or rung-below`)
	}
	v.validateWindowStart(path, r)
	v.validateDaysOnly(path+".within", r.Within)
	if r.Within != nil && isShorter(*r.Within, *r.Window) {
		v.addError(path+".within", fmt.Sprintf("within %s of the start, the window of %s is never whole", r.Within, r.Window), "Shorten the window, or lengthen within")
	}
	limit := v.l.OverallLimit.Window
	if r.Within != nil && limit != nil && v.l.OverallLimit.Hard && isShorter(*limit, *r.Within) {
		v.addError(path+".within", fmt.Sprintf("within %s is past the hard limit of %s", r.Within, limit), "Keep it inside the limit of the case")
	}
}

// validateWindowStart refuses a time from another moment that cannot be counted, or that a second
// limit would have to share a rung with.
func (v *validator) validateWindowStart(path string, r *Rung) {
	if r.WindowStart == WindowFromReceipt || r.WindowStart == WindowFromLimitStart {
		return
	}
	switch {
	case r.Window.IsDayZero():
		v.addError(path+".from", fmt.Sprintf("%q ends with the day of receipt", r.Window), "Leave from: out, or write a number of days or hours")
	}
}

// validateAskAgain refuses an interval that is not counted in working days.
func (v *validator) validateAskAgain(path string, w *workday.Window) {
	if w != nil && w.Unit != workday.WorkingDays {
		v.addError(path, fmt.Sprintf("people cannot be asked again after each %s", w), "Write it in working days: people are asked again when one begins")
	}
}

// validateDaysOnly refuses hours where days alone are counted.
func (v *validator) validateDaysOnly(path string, w *workday.Window) {
	if w != nil && (w.IsHours() || w.IsDayZero()) {
		v.addError(path, fmt.Sprintf("a limit of %s cannot be counted over several rungs", w), `Write it in days, such as "1 working day", or give each rung its own time; rungs that share hours stand under shared_windows:`)
	}
}

// validateSharedWindows checks the times that several rungs have together.
func (v *validator) validateSharedWindows() {
	seen, ids := map[string]bool{}, map[string]bool{}
	for i, w := range v.l.SharedWindows {
		path := fmt.Sprintf("$.shared_windows[%d]", i)
		v.validateUniqueID(path, "shared time", w.ID, ids)
		if w.Window.IsZero() || w.Window.Unit == workday.WeekBand || w.Window.IsDayZero() {
			v.addError(path+".window", "the rungs share no time", `Write window: and a number of days or hours`)
		}
		if len(w.Rungs) < 2 {
			v.addError(path+".rungs", "a time is shared by two rungs or more", "List the rungs that have it together")
		}
		for j, id := range w.Rungs {
			where := fmt.Sprintf("%s.rungs[%d]", path, j)
			if !v.requireRung(where, id) {
				continue
			}
			if seen[id] {
				v.addError(where, fmt.Sprintf("the rung %q has a share in this or another time already", id), "Name it once")
			}
			seen[id] = true
		}
	}
}

// isShorter reports whether a is certainly shorter than b. Windows of different
// kinds are compared by the fewest calendar days of b and the most of a.
func isShorter(a, b workday.Window) bool {
	if a.Unit == b.Unit {
		return a.N < b.N
	}
	_, most := calendarDaySpan(a)
	fewest, _ := calendarDaySpan(b)
	return most < fewest
}

// calendarDaySpan is the fewest and the most calendar days that a window can take: weekends
// alone, and weekends with every holiday and closure that a year could put there.
func calendarDaySpan(w workday.Window) (fewest, most int) {
	switch w.Unit {
	case workday.WeekBand:
		return w.N*7 - 10, w.N * 7
	case workday.CalendarDays:
		return max(0, w.N-10), w.N
	case workday.Hours:
		return w.N / 24, (w.N + 23) / 24
	case workday.WorkingHours: // a working day has more than four hours and fewer than twelve
		return w.N / 12, (w.N/20+1)*2 + 12 + w.N/4
	case workday.SameDay, workday.AtOnce:
		return 0, 0
	}
	return w.N, w.N + (w.N/5+1)*2 + 12
}

func (v *validator) validateMeeting(path string, r *Rung) {
	k := r.Meeting
	path += ".meeting"
	if k == nil {
		if r.Form == FormMeeting {
			v.addError(path, "the rung is answered by a meeting and says nothing of it", "Add meeting: with the role that chairs it")
		}
		return
	}
	if r.Form != FormMeeting && r.Form != FormDecision && !k.AtRespondentsDiscretion {
		v.addError(path, fmt.Sprintf("a rung answered by %s must not require a meeting", r.Form), "Write form: meeting, or may_hold: true if it is at the respondent's choice")
	}
	v.validateRole(path+".chair", k.Chair)
	for key, roles := range map[string][]directory.Role{"invite": k.Invite, "exclude": k.Exclude, "must_attend": k.MustAttend, "optional": k.MayAttend, "output_to": k.OutputTo} {
		v.validateRoles(path+"."+key, roles)
	}
	for i, role := range k.Exclude {
		if role == k.Chair || slices.Contains(k.Invite, role) || slices.Contains(k.MustAttend, role) || slices.Contains(k.MayAttend, role) {
			v.addError(fmt.Sprintf("%s.exclude[%d]", path, i), fmt.Sprintf("%q is both invited and excluded", role), "Remove it from one of them")
		}
	}
}

// validateGates checks the gates of a rung or of a skip.
func (v *validator) validateGates(owner string, gates []Gate, first bool) {
	seen := map[string]bool{}
	for i, g := range gates {
		path := fmt.Sprintf("%s.gates[%d]", owner, i)
		if g.Label == "" && g.Kind == "" {
			v.addError(path, fmt.Sprintf("the gate %q has neither label nor kind", g.ID), "Write label:, kind: and source: under it, or remove the line")
			continue
		}
		v.validateUniqueID(path, "gate", g.ID, seen)
		v.validateLabel(path+".label", "label of the gate", g.Label)
		validateOneOf(v, path+".kind", "kind of gate", g.Kind, knownGateKinds)
		validateOneOf(v, path+".needs", "outcome", g.Needs, knownRequirements)
		v.validateRole(path+".by", g.OpenedBy)
		if g.Consultee != "" {
			v.validateRole(path+".with", g.Consultee)
		}
		if slices.Contains(knownGateKinds, g.Kind) {
			v.validateGateKind(path, g, first)
		}
		v.validateFields(path, g.Fields)
		if g.OnlyIfNotAgreed != "" {
			v.validateSecondOpinion(path+".only_if_refused", g.OnlyIfNotAgreed, gates[:i])
		}
	}
}

// validateGateKind checks what each kind of gate cannot do without.
func (v *validator) validateGateKind(path string, g Gate, first bool) {
	switch g.Kind {
	case GateConsult, GateThreshold, GateInform:
		if g.Consultee == "" {
			v.addError(path, fmt.Sprintf("a gate of kind %s must say with whom", g.Kind), "Add with: and a role")
		}
	case GateStatement, GateForm:
		if len(g.Fields) == 0 {
			v.addError(path, fmt.Sprintf("a gate of kind %s must say what is written", g.Kind), "Add fields: with id, label and kind")
		}
	case GateEscalation:
		if g.Within == nil {
			v.addError(path, "an escalation gate must say how long the escalator has", "Add within: 1 working day")
		}
		if first {
			v.addError(path, "nothing is escalated to the first rung", "Remove the gate")
		}
	}
	v.validateAskAgain(path+".ask_again", g.AskAgain)
	if g.AskAgain != nil && g.Kind == GateEscalation {
		v.addError(path+".ask_again", "an escalation gate opens by itself after its time", "Remove ask_again, or change the kind")
	}
	if g.WithinInferred && g.Within == nil {
		v.addError(path+".within_inferred", "no time is given that could be inferred", "Remove within_inferred")
	}
	if g.Within != nil && g.Kind != GateEscalation {
		v.addError(path+".within", "only an escalation gate opens by itself after a time", "Remove within, or write kind: escalation")
	}
	if g.Needs == Agreed && g.Kind != GateConsult {
		v.addError(path+".needs", fmt.Sprintf("a gate of kind %s is opened by taking place; it cannot need agreement", g.Kind), "Write needs: held, or kind: consult")
	}
	if g.MayOverride && g.Needs != Agreed {
		v.addError(path+".override", "there is no refusal to override where nothing need be agreed", "Remove override, or write needs: agreed")
	}
}

func (v *validator) validateSecondOpinion(path, id string, earlier []Gate) {
	i := slices.IndexFunc(earlier, func(g Gate) bool { return g.ID == id })
	if i < 0 {
		v.addError(path, fmt.Sprintf("no gate before this one has the id %q", id), "Name a gate that stands above it on the same rung")
		return
	}
	if k := earlier[i].Kind; k != GateConsult && k != GateThreshold {
		v.addError(path, fmt.Sprintf("a gate of kind %s is never refused", k), "Name a gate of kind consult or threshold")
	}
}

func (v *validator) validateFields(owner string, fields []Field) {
	seen := map[string]bool{}
	for i, f := range fields {
		path := fmt.Sprintf("%s.fields[%d]", owner, i)
		v.validateUniqueID(path, "field", f.ID, seen)
		v.validateLabel(path+".label", "label of the field", f.Label)
		validateOneOf(v, path+".kind", "kind of field", f.Kind, knownFieldKinds)
		if f.PastOnly && f.Kind != FieldDate {
			v.addError(path+".past", "only a date can be in the past", "Remove past, or write kind: date")
		}
	}
}

// validateDirectEntry checks that an exceptional rung can be entered and that a gate for
// direct entries can matter.
func (v *validator) validateDirectEntry(path string, r *Rung) {
	direct := slices.ContainsFunc(v.l.Skips, func(s Skip) bool { return slices.Contains(s.To, r.ID) })
	if r.Kind == RungExceptional && !direct {
		v.addError(path, fmt.Sprintf("the rung %q is exceptional and no skip leads to it", r.ID), "Add a skip with to: ["+r.ID+"], or change its kind")
	}
	for i, g := range r.Gates {
		if g.DirectEntryOnly && !direct {
			v.addError(fmt.Sprintf("%s.gates[%d].direct_only", path, i), "the gate holds direct entries only, and no skip leads to the rung", "Add a skip, or remove direct_only")
		}
	}
}

func (v *validator) validateDestination(path string, i int, r *Rung) {
	t := r.IfNotSatisfied
	if t == nil {
		return
	}
	destinations := 0
	for _, one := range []bool{t.Rung != "", t.HandOff != "", t.End} {
		if one {
			destinations++
		}
	}
	if destinations != 1 {
		v.addError(path, "then must say one thing: a rung, a hand_off or end: true", "Keep one of them")
		return
	}
	if t.Rung != "" && v.requireRung(path+".rung", t.Rung) {
		if to := slices.IndexFunc(v.l.Rungs, func(o Rung) bool { return o.ID == t.Rung }); to <= i {
			v.addError(path+".rung", fmt.Sprintf("%q does not stand above this rung: the challenge would go round in a circle", t.Rung), "Name a rung that comes later")
		}
		if to, _ := v.l.RungByID(t.Rung); to.Kind == RungExceptional {
			v.addError(path+".rung", fmt.Sprintf("%q is exceptional: only a person's skip leads there", t.Rung), "Name another rung")
		}
	}
	if t.HandOff != "" {
		v.requireHandOff(path+".hand_off", t.HandOff)
	}
}
