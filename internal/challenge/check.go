package challenge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Limits of what a person may write, in characters.
const (
	maxLong    = 4000
	maxAction  = 500
	maxName    = 100
	maxActions = 5
)

// The same limits for those who draw inputs.
const (
	MaxText       = maxLong
	MaxActionText = maxAction
	MaxName       = maxName
	MaxActions    = maxActions
)

// recordNumber is what numbers of the recording systems look like: digits, with a
// short prefix at most. Anything with a word in it may be a child's name.
var recordNumber = regexp.MustCompile(`^[A-Za-z]{0,4}[-/ ]?[0-9]{3,12}$`)

// checkRaising refuses a challenge that is not complete, in place of guessing.
func checkRaising(r *Raising, by Person, env Env) error {
	if by.ID == "" {
		return refuse(NotYours, "A challenge is raised by a person.")
	}
	f := faults{}
	d := &r.Details
	l := env.Ladder
	if !MayRaise(l, by.ID, directory.Scope{Team: d.Team, Agency: d.Agency}, env) {
		return refuse(NotYours, "You are not listed as somebody who may raise challenges under this procedure. Your administrator keeps that list.")
	}
	d.Record = strings.TrimSpace(d.Record)
	switch {
	case d.Record == "":
		f.add("record", "Please give the %s.", l.Words.RecordID)
	case !recordNumber.MatchString(d.Record):
		f.add("record", "Please give the %s only: digits, with a short prefix if your system uses one. Names are kept out of challenges.", l.Words.RecordID)
	}
	checkConference(f, d, l, env)
	checkCategories(f, d, l)
	d.Concern = requiredText(f, "concern", "Please say what is wrong.", d.Concern, maxLong)
	d.Evidence = optionalText(f, "evidence", d.Evidence, maxLong)
	d.Ask = requiredText(f, "ask", "Please say what you ask for.", d.Ask, maxLong)
	checkAhead(f, "ask_by", "Please give the date by which you ask for it.", d.AskBy, env)
	if _, ok := env.Directory.Team(d.Team); !ok {
		f.add("team", "Please choose the child's team from the list.")
	}
	checkAgency(f, d.Agency, r.Partner, l, env)
	if r.Partner {
		if l.PartnerConcerns == nil {
			return refuse(NotAllowed, "This procedure has no rule of its own for a concern about a partner agency.")
		}
		r.StartAt, r.Ground, r.Reason, r.Shorter = "", "", "", nil // nobody is asked
	}
	if r.StartAt != "" {
		if _, ok := findSkip(l, r.StartAt, r.Ground); !ok {
			f.add("start_at", "This procedure does not allow starting there on that ground.")
		}
		r.Reason = requiredText(f, "start_reason", "Please say why you start there.", r.Reason, maxLong)
	}
	if err := checkShorterAtRaise(f, r, by, env); err != nil {
		return err
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

func checkShorterAtRaise(f faults, r *Raising, by Person, env Env) error {
	first := env.Ladder.First()
	if rung, ok := env.Ladder.Rung(r.StartAt); ok {
		first = rung
	}
	if r.Shorter != nil {
		own := *r.Shorter
		r.Shorter = &own
	}
	return checkShorter(f, r.Shorter, &Challenge{Chair: by, Details: r.Details}, by, first, env)
}

// MayRaise reports whether a person may raise a challenge under the ladder.
func MayRaise(l *ladder.Ladder, id string, scope directory.Scope, env Env) bool {
	return slices.ContainsFunc(l.Raisers(), func(r ladder.Role) bool {
		return env.Directory.Holds(id, string(r), scope, env.Today().String())
	})
}

func checkConference(f faults, d *Details, l *ladder.Ladder, env Env) {
	if !slices.Contains([]ConferenceType{InitialConference, ReviewConference, CareReview}, d.Conference) {
		f.add("conference", "Please choose the type of conference.")
	} else if !slices.Contains(l.Plans, d.Conference.Plan()) {
		f.add("conference", "This procedure is not for that type of conference. Please choose another procedure or type.")
	}
	today := env.Today()
	if d.ConferenceDate == 0 {
		f.add("conference_date", "Please give the date of the conference.")
	} else if d.ConferenceDate < today.AddDays(-5*366) || d.ConferenceDate > today.AddDays(366) {
		f.add("conference_date", "Please check the date of the conference: it is more than a year ahead or five years back.")
	}
}

func checkCategories(f faults, d *Details, l *ladder.Ladder) {
	if len(d.Categories) == 0 {
		f.add("categories", "Please choose at least one category of concern.")
	}
	plan := d.Conference.Plan()
	for _, id := range d.Categories {
		switch i := slices.IndexFunc(l.Categories, func(c ladder.Category) bool { return c.ID == id }); {
		case i < 0:
			f.add("categories", "Please choose categories from the list of this procedure.")
		case len(l.Categories[i].Plans) > 0 && !slices.Contains(l.Categories[i].Plans, plan):
			f.add("categories", "The category \u201c%s\u201d is not for that type of conference. Please choose another.", l.Categories[i].Label)
		}
	}
	d.Categories = slices.Compact(slices.Sorted(slices.Values(d.Categories)))
}

// checkAgency wants an agency that the directory lists where the ladder is about
// one, and none where it is not.
func checkAgency(f faults, agency string, partner bool, l *ladder.Ladder, env Env) {
	_, known := env.Directory.Agency(agency)
	switch {
	case agency == "":
		if (partner || NamesAgency(l)) && len(env.Directory.Agencies()) > 0 {
			f.add("agency", "Please choose the agency that this is about.")
		}
	case l.Party == ladder.Internal && !partner:
		f.add("agency", "This procedure is about the authority's own service. Please leave the agency empty.")
	case !known:
		f.add("agency", "Please choose the agency from the list.")
	}
}

// NamesAgency reports whether who is asked depends on the agency, so that without one
// the wrong people would be.
func NamesAgency(l *ladder.Ladder) bool {
	return l.Party == ladder.Partner || l.Party == ladder.AnyParty &&
		slices.ContainsFunc(l.Rungs, func(r ladder.Rung) bool { return len(r.Respond.ByAgency) > 0 })
}

// raiseUnchecked is Raise for a form that is not filled in yet.
func raiseUnchecked(r Raising, by Person, env Env) (Change, error) {
	s := newStep(Challenge{ID: r.ID}, by, env)
	body := RaisedBody{Details: r.Details}
	if r.Shorter != nil && r.Shorter.Days > 0 && mayShorten(env, &Challenge{Chair: by, Details: r.Details}, by) {
		body.Shorter = r.Shorter
	}
	if env.Ladder.Case.Starts == ladder.FirstRaise {
		var err error
		if body.CaseStart, body.CaseDue, err = caseClock(env, env.Now); err != nil {
			return Change{}, calendarRefusal(err)
		}
	}
	s.emit(body, "", 0)
	if r.StartAt != "" {
		if _, ok := findSkip(env.Ladder, r.StartAt, r.Ground); !ok {
			r.StartAt = ""
		}
	}
	if err := s.begin(r); err != nil {
		return Change{}, err
	}
	return s.change(), nil
}

// checkResponse refuses an answer that is not complete.
func checkResponse(r *Response, rung *ladder.Rung, env Env) error {
	f := faults{}
	r.Form = rung.Form
	r.Text = requiredText(f, "text", "Please write your response.", r.Text, maxLong)
	r.Plan = filledIn(r.Plan)
	if rung.Form == ladder.FormPlan && len(r.Plan) == 0 {
		f.add("plan_1_what", "Please agree at least one action: what, who, and by when.")
	}
	if len(r.Plan) > maxActions {
		f.add("plan_5_what", "A plan holds at most %d actions.", maxActions)
	}
	for i := range r.Plan {
		a, n := &r.Plan[i], string(rune('1'+i))
		a.What = requiredText(f, "plan_"+n+"_what", "Please say what will be done.", a.What, maxAction)
		a.Who = requiredText(f, "plan_"+n+"_who", "Please say who will do it.", a.Who, maxName)
		checkAhead(f, "plan_"+n+"_by", "Please give the date by which it will be done.", a.By, env)
	}
	r.Fields = checkFields(f, r.Fields, rung.Form.Fields(), env)
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

// trimResponse keeps what can be kept of a reply that is not checked.
func trimResponse(r *Response, rung *ladder.Rung) {
	r.Form = rung.Form
	r.Text = clip(r.Text, maxLong)
	r.Plan = filledIn(r.Plan)
	if len(r.Plan) > maxActions {
		r.Plan = r.Plan[:maxActions]
	}
	for i := range r.Plan {
		r.Plan[i].What, r.Plan[i].Who = clip(r.Plan[i].What, maxAction), clip(r.Plan[i].Who, maxName)
	}
	kept := map[string]string{}
	for _, field := range rung.Form.Fields() {
		if v := clip(r.Fields[field.ID], maxLong); v != "" {
			kept[field.ID] = v
		}
	}
	r.Fields = kept
}

// filledIn are the lines of a plan in which anything stands.
func filledIn(plan []Action) []Action {
	return slices.DeleteFunc(slices.Clone(plan), func(a Action) bool {
		return strings.TrimSpace(a.What) == "" && strings.TrimSpace(a.Who) == "" && a.By == 0
	})
}

func checkFields(f faults, in map[string]string, fields []ladder.Field, env Env) map[string]string {
	var out map[string]string
	for _, field := range fields {
		v := optionalText(f, field.ID, in[field.ID], maxLong)
		switch {
		case v == "" && field.Optional:
			continue
		case v == "":
			f.add(field.ID, "Please fill in: %s.", field.Label)
			continue
		case field.Kind == ladder.DateOn:
			d, err := workday.ParseDate(v)
			if err != nil {
				f.add(field.ID, "Please give a date.")
			} else if field.Past && d > env.Today() {
				f.add(field.ID, "This date cannot be in the future.")
			}
		case field.Kind == ladder.YesNo && v != "true" && v != "false":
			f.add(field.ID, "Please answer yes or no.")
		}
		if out == nil {
			out = map[string]string{}
		}
		out[field.ID] = v
	}
	return out
}

// checkJudgement refuses a word of the judge on visit v that is not complete. A
// shorter time is asked for what follows it, so being satisfied asks for none.
func (s *step) checkJudgement(cmd *Judge, v *Visit) error {
	f := faults{}
	switch cmd.Verdict {
	case Satisfied:
		cmd.Shorter = nil
		cmd.Reason = optionalText(f, "reason", cmd.Reason, maxLong)
	case Partly, NotSatisfied:
		cmd.Reason = requiredText(f, "reason", "Please say what is still missing.", cmd.Reason, maxLong)
	default:
		f.add("verdict", "Please choose satisfied, partly or not satisfied.")
	}
	if cmd.Shorter != nil && v != nil {
		own := *cmd.Shorter
		cmd.Shorter = &own
		if err := checkShorter(f, cmd.Shorter, &s.c, s.by, s.afterVerdict(v, cmd.Verdict), s.env); err != nil {
			return err
		}
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

// checkGate refuses a record of a gate that is not complete. turned: it was refused
// before, and somebody else now says that it is agreed.
func checkGate(cmd *RecordGate, g ladder.Gate, turned bool, env Env) error {
	f := faults{}
	fields := cmd.Fields
	cmd.Fields = nil
	switch {
	case cmd.Status == GateOverridden:
		cmd.Note = requiredText(f, "note", "Please say why you go on.", cmd.Note, maxLong)
	case cmd.Status == GateRefused:
		cmd.Note = requiredText(f, "note", "Please say why this was not agreed.", cmd.Note, maxLong)
	default:
		cmd.Note = optionalText(f, "note", cmd.Note, maxLong)
		if turned && cmd.Note == "" {
			f.add("note", "This was refused before. Please say when and how it came to be agreed.")
		}
		cmd.Fields = checkFields(f, fields, g.Fields, env)
	}
	if cmd.On == 0 {
		cmd.On = env.Today()
	}
	if cmd.On > env.Today() {
		f.add("on", "This date cannot be in the future.")
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

func checkReferral(r *Referral, x *ladder.External, env Env) error {
	f := faults{}
	r.Contact = requiredText(f, "contact", "Please say when the call was made and with whom.", r.Contact, maxLong)
	r.Note = optionalText(f, "note", r.Note, maxLong)
	r.Informed = checkRoles(f, "informed_", "Please say who was informed, and when.", r.Informed, x.InformBefore)
	r.Consulted = checkRoles(f, "consulted_", "Please say who was consulted, and when.", r.Consulted, x.Consult)
	if r.On == 0 {
		f.add("on", "Please give the date of the referral.")
	} else if r.On > env.Today() {
		f.add("on", "This date cannot be in the future.")
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

// checkRoles wants a text for each of the roles, and keeps no other.
func checkRoles(f faults, prefix, missing string, in map[string]string, roles []ladder.Role) map[string]string {
	var out map[string]string
	for _, role := range roles {
		if out == nil {
			out = map[string]string{}
		}
		out[string(role)] = requiredText(f, prefix+string(role), missing, in[string(role)], maxLong)
	}
	return out
}

// checkAhead wants a date from today on, within a year and a half.
func checkAhead(f faults, field, missing string, d workday.Date, env Env) {
	switch today := env.Today(); {
	case d == 0:
		f.add(field, "%s", missing)
	case d < today:
		f.add(field, "This date has passed. Please give a date from today on.")
	case d > today.AddDays(550):
		f.add(field, "Please check this date: it is more than a year and a half away.")
	}
}

func requiredText(f faults, field, missing, v string, most int) string {
	v = optionalText(f, field, v, most)
	if v == "" {
		f.add(field, "%s", missing)
	}
	return v
}

func optionalText(f faults, field, v string, most int) string {
	if !utf8.ValidString(v) {
		f.add(field, "This text cannot be read. Please type it again.")
	}
	v = plain(v)
	if n := utf8.RuneCountInString(v); n > most {
		f.add(field, "Please keep this to %d characters; it has %d.", most, n)
	}
	return v
}

// plain is a text as it is kept: without space around it, with one kind of line
// end, and without control characters, which no keyboard types and the database
// does not take.
func plain(v string) string {
	v = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\r\n", "\n")
	v = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, v)
	return strings.TrimSpace(v)
}

// clip is a text as it is kept, cut to that many characters.
func clip(s string, most int) string {
	s = plain(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most]))
}
