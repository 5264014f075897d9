package ladder

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// Events that records and notices can hang on.
var recordEvents = []string{"raise", "response", "judgement", "escalation", "lapse", "skip", "meeting", "close", "any"}

var (
	keyShape    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	knownPlans  = []Plan{ChildProtection, LookedAfter}
	knownKinds  = []Kind{Informal, Formal, Discussion, Meeting, Exceptional, Note}
	knownForms  = []Form{FormReply, FormPlan, FormDiscussion, FormMeeting, FormDecision, FormDifference}
	knownGates  = []GateKind{Dialogue, Consult, Threshold, Inform, Statement, FormFiled, FollowUp, Confirm, EscalateBy}
	knownFields = []FieldKind{Line, LongText, DateOn, YesNo}
)

// longestLabel is the most characters of a label that a card shows on one line
// or two without cutting it; longestAbout keeps a card far below its size limit.
const (
	longestLabel = 160
	longestAbout = 2000
)

// checker holds a ladder to everything that it needs to run.
type checker struct {
	file     *yamlfile.File
	l        *Ladder
	problems yamlfile.Problems
}

func (c *checker) refuse(path, what, mend string) {
	c.problems = append(c.problems, c.file.Problem(path, what, mend))
}

func (c *checker) ladder() {
	l := c.l
	c.key("$.ladder", "ladder", l.ID)
	if l.Version < 1 {
		c.refuse("$.version", "the version must be 1 or more", "Number the versions of a procedure 1, 2, 3")
	}
	c.label("$.title", "title", l.Title)
	c.label("$.authority", "authority", l.Authority)
	c.label("$.source", "source", l.Source)
	if len(l.Plans) == 0 {
		c.refuse("$.plans", "the ladder applies to no plan", "Write plans: [child-protection], [looked-after] or both")
	}
	c.plans("$.plans", l.Plans)
	oneOf(c, "$.party", "party", l.Party, []Party{Internal, Partner, AnyParty})
	oneOf(c, "$.direction", "direction", l.Direction, []Direction{ChairToService, ServiceToChair})
	c.roles("$.raised_by", l.RaisedBy)
	c.words()
	c.roleLabels()
	c.caseClock()
	c.categories()
	c.rungs()
	c.skips()
	c.handOffs()
	c.external()
	c.beside()
}

func (c *checker) words() {
	w := c.l.Words
	for _, word := range []struct{ key, text string }{
		{"challenge", w.Challenge}, {"rung", w.Rung}, {"chair", w.Chair}, {"child", w.Child}, {"record_id", w.RecordID}, {"conference", w.Conference},
	} {
		c.label("$.words."+word.key, word.key, word.text)
	}
	c.about("$.words.preface", w.Preface)
}

func (c *checker) roleLabels() {
	for _, role := range slices.Sorted(maps.Keys(c.l.Roles)) {
		path := "$.roles." + string(role)
		if !keyShape.MatchString(string(role)) {
			c.refuse(path, fmt.Sprintf("the role %q is not a key", role), "Use small letters, digits and single hyphens, as in team-manager")
		}
		c.label(path, "label of the role", c.l.Roles[role])
	}
}

func (c *checker) caseClock() {
	k := c.l.Case
	oneOf(c, "$.case.starts", "start of the case", k.Starts, []CaseStart{FirstRaise, FirstFormal})
	if k.Hard && k.Limit == nil {
		c.refuse("$.case.hard", "a hard limit is set, but no limit", "Add limit: to the case, or remove hard:")
	}
	if k.StatutoryFrom != "" && c.knownRung("$.case.statutory_from", k.StatutoryFrom) && k.Statutory == nil {
		c.refuse("$.case.statutory_from", "it is said where the statutory time begins, but not how long it is", "Add statutory: to the case, or remove statutory_from:")
	}
	formal := func(r Rung) bool { return r.StartsFormalClock() }
	if k.Starts == FirstFormal && !slices.ContainsFunc(c.l.Rungs, formal) {
		c.refuse("$.case.starts", "the case starts with the first formal rung, and there is none", "Write first-raise, or make a rung formal")
	}
}

func (c *checker) categories() {
	if len(c.l.Categories) == 0 {
		c.refuse("$.categories", "there are no categories of concern", "List at least one under categories:")
	}
	seen := map[string]bool{}
	for i, k := range c.l.Categories {
		path := fmt.Sprintf("$.categories[%d]", i)
		c.unique(path, "category", k.ID, seen)
		c.label(path+".label", "label of the category", k.Label)
		c.plans(path+".plans", k.Plans)
		for _, p := range k.Plans {
			if !slices.Contains(c.l.Plans, p) && slices.Contains(knownPlans, p) {
				c.refuse(path+".plans", fmt.Sprintf("the category is for %s, which the ladder is not", p), "Add the plan to the ladder, or remove it here")
			}
		}
	}
}

func (c *checker) skips() {
	for i, s := range c.l.Skips {
		path := fmt.Sprintf("$.skips[%d]", i)
		if len(s.To) == 0 {
			c.refuse(path+".to", "the skip leads nowhere", "Write to: and the ids of the rungs it may lead to")
		}
		for j, id := range s.To {
			where := fmt.Sprintf("%s.to[%d]", path, j)
			if c.knownRung(where, id) && c.l.First() != nil && c.l.First().ID == id {
				c.refuse(where, fmt.Sprintf("%q is the first rung: nothing is skipped", id), "Name a rung above it")
			}
		}
		if len(s.Ground) == 0 {
			c.refuse(path+".grounds", "the skip has no grounds", "List the reasons that the procedure accepts")
		}
		seen := map[string]bool{}
		for j, g := range s.Ground {
			where := fmt.Sprintf("%s.grounds[%d]", path, j)
			c.unique(where, "ground", g.ID, seen)
			c.label(where+".label", "label of the ground", g.Label)
		}
		c.gates(path, s.Gates, false)
		c.skipOnce(path, i)
	}
}

// skipOnce refuses a way that two skips describe, since only the first would be
// found, and a gate that the rung itself has under the same id.
func (c *checker) skipOnce(path string, i int) {
	s := c.l.Skips[i]
	for _, earlier := range c.l.Skips[:i] {
		for j, g := range s.Ground {
			same := slices.ContainsFunc(earlier.Ground, func(e Ground) bool { return e.ID == g.ID })
			if same && slices.ContainsFunc(s.To, func(id string) bool { return slices.Contains(earlier.To, id) }) {
				c.refuse(fmt.Sprintf("%s.grounds[%d]", path, j), fmt.Sprintf("an earlier skip leads to the same rung on the ground %q", g.ID), "Join the two skips, or tell the grounds apart")
			}
		}
	}
	for _, id := range s.To {
		r, ok := c.l.Rung(id)
		for j, g := range s.Gates {
			if ok && slices.ContainsFunc(r.Gates, func(o Gate) bool { return o.ID == g.ID }) {
				c.refuse(fmt.Sprintf("%s.gates[%d].id", path, j), fmt.Sprintf("the rung %q has a gate %q too", id, g.ID), "Give each its own")
			}
		}
	}
}

func (c *checker) handOffs() {
	seen := map[string]bool{}
	for i, h := range c.l.HandOffs {
		path := fmt.Sprintf("$.hand_offs[%d]", i)
		c.unique(path, "hand-off", h.ID, seen)
		c.label(path+".label", "label of the hand-off", h.Label)
	}
	if p := c.l.PartnerConcerns; p != nil {
		oneOf(c, "$.partner_concerns.mode", "mode", p.Mode, []PartnerMode{RecordOnly, PartnerHandOff})
		if p.Mode == PartnerHandOff {
			c.knownHandOff("$.partner_concerns.to", p.To)
		}
	}
}

func (c *checker) external() {
	e := c.l.External
	if e == nil {
		return
	}
	c.label("$.external.to", "external body", e.To)
	c.role("$.external.by", e.By)
	c.roles("$.external.inform_before", e.InformBefore)
	c.roles("$.external.consult", e.Consult)
	if !e.OnlyLookedAfter && !slices.Contains(c.l.Plans, LookedAfter) {
		c.refuse("$.external", "an external referral needs a looked-after child, and the ladder has none", "Add only_looked_after: true")
	}
}

// beside checks what stands beside the ladder: records, notices, oversight, reports.
func (c *checker) beside() {
	for i, r := range c.l.Records {
		path := fmt.Sprintf("$.records[%d]", i)
		c.events(path, r.On)
		c.role(path+".author", r.Author)
		c.label(path+".system", "system of the record", r.System)
		c.rungIDs(path+".rungs", r.Rungs)
	}
	for i, n := range c.l.Notices {
		path := fmt.Sprintf("$.notices[%d]", i)
		c.events(path, n.On)
		c.rungIDs(path+".rungs", n.Rungs)
		if len(n.To) == 0 {
			c.refuse(path+".to", "the notice goes to nobody", "Write to: and the roles to tell")
		}
		c.roles(path+".to", n.To)
	}
	if s := c.l.Shorten; s != nil {
		c.role("$.shorten.by", s.By)
		if s.Minimum != nil && s.Minimum.Unit != workday.WorkingDays {
			c.refuse("$.shorten.minimum", fmt.Sprintf("the shortest time is %s", s.Minimum), "Write it in working days: a shorter time is asked for in those")
		}
	}
	if o := c.l.Oversight; o != nil {
		c.role("$.oversight.role", o.Role)
		if o.ResolveBefore != "" {
			c.knownRung("$.oversight.resolve_before", o.ResolveBefore)
		}
	}
	if t := c.l.Themes; t != nil {
		c.role("$.themes.to", t.To)
	}
	for i, r := range c.l.Reports {
		path := fmt.Sprintf("$.reports[%d]", i)
		oneOf(c, path+".every", "period", r.Every, []string{"month", "quarter", "year"})
		c.role(path+".by", r.By)
		c.label(path+".to", "reader of the report", r.To)
	}
	if g := c.l.GoodPractice; g != nil {
		c.label("$.good_practice.about", "text", g.About)
	}
}

func (c *checker) events(path string, on []string) {
	if len(on) == 0 {
		c.refuse(path+".on", "no event is named", "Write on: and one or more of: "+strings.Join(recordEvents, ", "))
	}
	for i, e := range on {
		oneOf(c, fmt.Sprintf("%s.on[%d]", path, i), "event", e, recordEvents)
	}
}

func (c *checker) plans(path string, plans []Plan) {
	for i, p := range plans {
		oneOf(c, fmt.Sprintf("%s[%d]", path, i), "plan", p, knownPlans)
		if slices.Index(plans, p) < i {
			c.refuse(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("the plan %q stands twice", p), "Remove one of them")
		}
	}
}

func (c *checker) rungIDs(path string, ids []string) {
	for i, id := range ids {
		c.knownRung(fmt.Sprintf("%s[%d]", path, i), id)
	}
}

func (c *checker) knownRung(path, id string) bool {
	_, ok := c.l.Rung(id)
	if !ok {
		var ids []string
		for _, r := range c.l.Rungs {
			ids = append(ids, r.ID)
		}
		c.refuse(path, fmt.Sprintf("there is no rung %q", id), yamlfile.DidYouMean(id, ids))
	}
	return ok
}

func (c *checker) knownHandOff(path, id string) {
	var ids []string
	for _, h := range c.l.HandOffs {
		ids = append(ids, h.ID)
	}
	if !slices.Contains(ids, id) {
		mend := yamlfile.DidYouMean(id, ids)
		if mend == "" {
			mend = "List the procedure under hand_offs:"
		}
		c.refuse(path, fmt.Sprintf("there is no hand-off %q", id), mend)
	}
}

// roles checks a list of roles: each labelled, none twice.
func (c *checker) roles(path string, roles []Role) {
	for i, r := range roles {
		where := fmt.Sprintf("%s[%d]", path, i)
		c.role(where, r)
		if slices.Index(roles, r) < i {
			c.refuse(where, fmt.Sprintf("the role %q stands twice", r), "Remove one of them")
		}
	}
}

// role refuses a role without a label: a card could not name it.
func (c *checker) role(path string, r Role) {
	switch {
	case r == "":
		c.refuse(path, "no role is named", "Write a role from roles:")
	case r != RoleChair && c.l.Roles[r] == "":
		var known []string
		for k := range c.l.Roles {
			known = append(known, string(k))
		}
		mend := fmt.Sprintf("Add %s: and the authority's name for it under roles:", r)
		if near := yamlfile.Closest(string(r), known); near != "" {
			mend = fmt.Sprintf("Did you mean %q?", near)
		}
		c.refuse(path, fmt.Sprintf("the role %q has no label", r), mend)
	}
}

func (c *checker) key(path, thing, id string) {
	if !keyShape.MatchString(id) {
		c.refuse(path, fmt.Sprintf("the %s's id %q is not a key", thing, id), "Use small letters, digits and single hyphens")
	}
}

func (c *checker) unique(path, thing, id string, seen map[string]bool) {
	c.key(path+".id", thing, id)
	if seen[id] && id != "" {
		c.refuse(path+".id", fmt.Sprintf("the id %q belongs to another %s too", id, thing), "Give each its own")
	}
	seen[id] = true
}

func (c *checker) label(path, thing, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		c.refuse(path, fmt.Sprintf("the %s is empty", thing), "Write what people are to read")
	case utf8.RuneCountInString(text) > longestLabel:
		c.refuse(path, fmt.Sprintf("the %s is longer than %d characters", thing, longestLabel), "Say it more briefly")
	}
}

func (c *checker) about(path, text string) {
	if utf8.RuneCountInString(text) > longestAbout {
		c.refuse(path, fmt.Sprintf("the text is longer than %d characters", longestAbout), "Say it more briefly")
	}
}

func oneOf[T ~string](c *checker, path, thing string, value T, known []T) {
	if slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	c.refuse(path, fmt.Sprintf("the %s %q is not known", thing, value), yamlfile.DidYouMean(string(value), words))
}
