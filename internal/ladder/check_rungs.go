package ladder

import (
	"fmt"
	"maps"
	"slices"

	"challengebot/internal/workday"
)

func (c *checker) rungs() {
	if c.l.First() == nil {
		c.refuse("$.rungs", "there is no rung to start on", "Add a rung whose kind is not exceptional")
	}
	seen := map[string]bool{}
	for i := range c.l.Rungs {
		r := &c.l.Rungs[i]
		path := fmt.Sprintf("$.rungs[%d]", i)
		c.unique(path, "rung", r.ID, seen)
		c.label(path+".label", "label of the rung", r.Label)
		c.about(path+".about", r.About)
		oneOf(c, path+".kind", "kind", r.Kind, knownKinds)
		oneOf(c, path+".form", "form", r.Form, knownForms)
		oneOf(c, path+".owner", "owner", r.Owner, []Owner{OwnerRespondent, OwnerChair})
		oneOf(c, path+".on_lapse", "on_lapse", r.OnLapse, []OnLapse{Escalate, Prompt})
		c.role(path+".asked_by", r.Asked)
		c.role(path+".judge", r.Judge)
		c.roles(path+".alerted", r.Alerted)
		c.respond(path+".respond", &r.Respond)
		c.window(path, r)
		c.meeting(path, r)
		c.gates(path, r.Gates, c.l.First() == r)
		c.entry(path, r)
		c.then(path+".then", i, r)
	}
}

func (c *checker) respond(path string, r *Respond) {
	if len(r.Roles) == 0 {
		mend := "Write roles: [and who answers]"
		if len(r.ByAgency) > 0 {
			mend = "Write roles: too, for an agency that by_agency does not list"
		}
		c.refuse(path, "nobody is asked to answer", mend)
	}
	c.roles(path+".roles", r.Roles)
	if len(r.ByAgency) > 0 && c.l.Party == Internal {
		c.refuse(path+".by_agency", "an internal ladder has no agencies", "Remove by_agency, or write party: any")
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		c.key(path+".by_agency."+agency, "agency", agency)
		if len(r.ByAgency[agency]) == 0 {
			c.refuse(path+".by_agency."+agency, "nobody is asked to answer for this agency", "Name a role, or remove the line")
		}
		c.roles(path+".by_agency."+agency, r.ByAgency[agency])
	}
	if r.Replier != "" && !slices.Contains(r.Roles, r.Replier) {
		c.refuse(path+".replier", fmt.Sprintf("%q is to reply and is not among who is asked", r.Replier), "Add the role to roles:, or name one that is there")
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ReplierByAgency)) {
		if !slices.Contains(r.ByAgency[agency], r.ReplierByAgency[agency]) {
			c.refuse(path+".replier_by_agency."+agency, fmt.Sprintf("%q is to reply and is not among who is asked", r.ReplierByAgency[agency]), "Add the role to by_agency for this agency")
		}
	}
	if r.Replier != "" {
		for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
			if c.repliesNowhere(r, agency) {
				c.refuse(path+".by_agency."+agency, fmt.Sprintf("%q is to reply and is not asked for this agency", r.Replier), "Add replier_by_agency for it, or add the role here")
			}
		}
	}
}

func (c *checker) repliesNowhere(r *Respond, agency string) bool {
	return !slices.Contains(r.ByAgency[agency], r.ReplierFor(agency)) && r.ReplierByAgency[agency] == ""
}

// window checks that the rung has one due date that can be reckoned.
func (c *checker) window(path string, r *Rung) {
	oneOf(c, path+".from", "from", r.From, []From{Receipt, CaseBegan})
	started := c.l.Case.Starts == FirstRaise || r.StartsFormalClock()
	switch {
	case r.Window == nil && !r.Remainder:
		c.refuse(path, fmt.Sprintf("the rung %q has no window", r.ID), `Write window: 5 working days, or remainder: true for what is left of the case limit`)
	case r.Window != nil && r.Remainder:
		c.refuse(path+".remainder", "a rung has a window or the remainder of the case, not both", "Remove one of them")
	case r.Remainder && c.l.Case.Limit == nil:
		c.refuse(path+".remainder", "nothing remains of a case without a limit", "Add limit: to the case, or give the rung a window")
	case (r.Remainder || r.Within != nil || r.From == CaseBegan) && !started:
		c.refuse(path, "the rung counts from the start of the case, which begins only with a later, formal rung", "Give it a plain window, or write starts: first-raise")
	case r.Remainder && (r.Within != nil || r.From != Receipt):
		c.refuse(path, "the remainder of the case leaves no room for within or from", "Remove them")
	}
	if r.Window == nil {
		return
	}
	if band := r.Window.Unit == workday.WeekBand; band != (r.From == CaseBegan) {
		c.refuse(path+".from", "weeks are counted from the start of the case, days from receipt", `Write from: case-start for "end of week", from: receipt for days`)
	}
	if r.Within != nil && shorter(*r.Within, *r.Window) {
		c.refuse(path+".within", fmt.Sprintf("within %s of the start, the window of %s is never whole", r.Within, r.Window), "Shorten the window, or lengthen within")
	}
	limit := c.l.Case.Limit
	if r.Within != nil && limit != nil && c.l.Case.Hard && shorter(*limit, *r.Within) {
		c.refuse(path+".within", fmt.Sprintf("within %s is past the hard limit of %s", r.Within, limit), "Keep it inside the limit of the case")
	}
}

// shorter reports whether a is certainly shorter than b. Windows of different
// kinds are compared by the fewest calendar days of b and the most of a.
func shorter(a, b workday.Window) bool {
	if a.Unit == b.Unit {
		return a.N < b.N
	}
	_, most := spanOf(a)
	fewest, _ := spanOf(b)
	return most < fewest
}

// spanOf is the fewest and the most calendar days that a window can take: weekends
// alone, and weekends with every holiday and closure that a year could put there.
func spanOf(w workday.Window) (fewest, most int) {
	switch w.Unit {
	case workday.WeekBand:
		return w.N*7 - 10, w.N * 7
	case workday.CalendarDays:
		return max(0, w.N-10), w.N
	}
	return w.N, w.N + (w.N/5+1)*2 + 12
}

func (c *checker) meeting(path string, r *Rung) {
	k := r.Meeting
	path += ".meeting"
	if k == nil {
		if r.Form == FormMeeting {
			c.refuse(path, "the rung is answered by a meeting and says nothing of it", "Add meeting: with the role that chairs it")
		}
		return
	}
	if r.Form != FormMeeting && r.Form != FormDecision && !k.MayHold {
		c.refuse(path, fmt.Sprintf("a rung answered by %s must not require a meeting", r.Form), "Write form: meeting, or may_hold: true if it is at the respondent's choice")
	}
	c.role(path+".chair", k.Chair)
	for key, roles := range map[string][]Role{"invite": k.Invite, "exclude": k.Exclude, "must_attend": k.MustAttend, "optional": k.Optional, "output_to": k.OutputTo} {
		c.roles(path+"."+key, roles)
	}
	for i, role := range k.Exclude {
		if role == k.Chair || slices.Contains(k.Invite, role) || slices.Contains(k.MustAttend, role) || slices.Contains(k.Optional, role) {
			c.refuse(fmt.Sprintf("%s.exclude[%d]", path, i), fmt.Sprintf("%q is both invited and excluded", role), "Remove it from one of them")
		}
	}
}

// gates checks the gates of a rung or of a skip.
func (c *checker) gates(owner string, gates []Gate, first bool) {
	seen := map[string]bool{}
	for i, g := range gates {
		path := fmt.Sprintf("%s.gates[%d]", owner, i)
		c.unique(path, "gate", g.ID, seen)
		c.label(path+".label", "label of the gate", g.Label)
		oneOf(c, path+".kind", "kind of gate", g.Kind, knownGates)
		oneOf(c, path+".needs", "outcome", g.Needs, []Outcome{Held, Agreed})
		c.role(path+".by", g.By)
		if g.With != "" {
			c.role(path+".with", g.With)
		}
		c.gateNeeds(path, g, first)
		c.fields(path, g.Fields)
		if g.OnlyIfRefused != "" {
			c.secondOpinion(path+".only_if_refused", g.OnlyIfRefused, gates[:i])
		}
	}
}

// gateNeeds checks what each kind of gate cannot do without.
func (c *checker) gateNeeds(path string, g Gate, first bool) {
	switch g.Kind {
	case Consult, Threshold, Inform:
		if g.With == "" {
			c.refuse(path, fmt.Sprintf("a gate of kind %s must say with whom", g.Kind), "Add with: and a role")
		}
	case Statement, FormFiled:
		if len(g.Fields) == 0 {
			c.refuse(path, fmt.Sprintf("a gate of kind %s must say what is written", g.Kind), "Add fields: with id, label and kind")
		}
	case EscalateBy:
		if g.Within == nil {
			c.refuse(path, "an escalation gate must say how long the escalator has", "Add within: 1 working day")
		}
		if first {
			c.refuse(path, "nothing is escalated to the first rung", "Remove the gate")
		}
	}
	if g.Within != nil && g.Kind != EscalateBy {
		c.refuse(path+".within", "only an escalation gate opens by itself after a time", "Remove within, or write kind: escalation")
	}
	if g.Needs == Agreed && g.Kind != Consult {
		c.refuse(path+".needs", fmt.Sprintf("a gate of kind %s is opened by taking place; it cannot need agreement", g.Kind), "Write needs: held, or kind: consult")
	}
	if g.Override && g.Needs != Agreed {
		c.refuse(path+".override", "there is no refusal to override where nothing need be agreed", "Remove override, or write needs: agreed")
	}
}

func (c *checker) secondOpinion(path, id string, earlier []Gate) {
	i := slices.IndexFunc(earlier, func(g Gate) bool { return g.ID == id })
	if i < 0 {
		c.refuse(path, fmt.Sprintf("no gate before this one has the id %q", id), "Name a gate that stands above it on the same rung")
		return
	}
	if k := earlier[i].Kind; k != Consult && k != Threshold {
		c.refuse(path, fmt.Sprintf("a gate of kind %s is never refused", k), "Name a gate of kind consult or threshold")
	}
}

func (c *checker) fields(owner string, fields []Field) {
	seen := map[string]bool{}
	for i, f := range fields {
		path := fmt.Sprintf("%s.fields[%d]", owner, i)
		c.unique(path, "field", f.ID, seen)
		c.label(path+".label", "label of the field", f.Label)
		oneOf(c, path+".kind", "kind of field", f.Kind, knownFields)
		if f.Past && f.Kind != DateOn {
			c.refuse(path+".past", "only a date can be in the past", "Remove past, or write kind: date")
		}
	}
}

// entry checks that an exceptional rung can be entered and that a gate for
// direct entries can matter.
func (c *checker) entry(path string, r *Rung) {
	direct := slices.ContainsFunc(c.l.Skips, func(s Skip) bool { return slices.Contains(s.To, r.ID) })
	if r.Kind == Exceptional && !direct {
		c.refuse(path, fmt.Sprintf("the rung %q is exceptional and no skip leads to it", r.ID), "Add a skip with to: ["+r.ID+"], or change its kind")
	}
	for i, g := range r.Gates {
		if g.DirectOnly && !direct {
			c.refuse(fmt.Sprintf("%s.gates[%d].direct_only", path, i), "the gate holds direct entries only, and no skip leads to the rung", "Add a skip, or remove direct_only")
		}
	}
}

func (c *checker) then(path string, i int, r *Rung) {
	t := r.Then
	if t == nil {
		return
	}
	said := 0
	for _, one := range []bool{t.Rung != "", t.HandOff != "", t.End} {
		if one {
			said++
		}
	}
	if said != 1 {
		c.refuse(path, "then must say one thing: a rung, a hand_off or end: true", "Keep one of them")
	}
	if t.Rung != "" && c.knownRung(path+".rung", t.Rung) {
		if to := slices.IndexFunc(c.l.Rungs, func(o Rung) bool { return o.ID == t.Rung }); to <= i {
			c.refuse(path+".rung", fmt.Sprintf("%q does not stand above this rung: the challenge would go round in a circle", t.Rung), "Name a rung that comes later")
		}
		if to, _ := c.l.Rung(t.Rung); to.Kind == Exceptional {
			c.refuse(path+".rung", fmt.Sprintf("%q is exceptional: only a person's skip leads there", t.Rung), "Name another rung")
		}
	}
	if t.HandOff != "" {
		c.knownHandOff(path+".hand_off", t.HandOff)
	}
}
