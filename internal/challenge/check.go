package challenge

import (
	"regexp"
	"slices"
	"strings"
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
		return refuse(NotYours, "You are not listed as somebody who may raise a %s under this procedure. Your administrator keeps that list.", l.Words.Challenge)
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
	d.Concern = requiredText(f, "concern", "what is wrong", d.Concern, maxLong)
	d.Evidence = optionalText(f, "evidence", d.Evidence, maxLong)
	d.Ask = requiredText(f, "ask", "what you ask for", d.Ask, maxLong)
	checkAhead(f, "ask_by", "by when you ask for it", d.AskBy, env)
	if _, ok := env.Directory.Team(d.Team); !ok {
		f.add("team", "Please choose the child's team from the list.")
	}
	if r.StartAt != "" {
		if _, ok := findSkip(l, r.StartAt, r.Ground); !ok {
			f.add("start_at", "This procedure does not allow starting there on that ground.")
		}
		r.Reason = requiredText(f, "start_reason", "why you start there", r.Reason, maxLong)
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
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
	for _, id := range d.Categories {
		if !slices.ContainsFunc(l.Categories, func(c ladder.Category) bool { return c.ID == id }) {
			f.add("categories", "Please choose categories from the list of this procedure.")
		}
	}
	slices.Sort(d.Categories)
	d.Categories = slices.Compact(d.Categories)
}

// raiseUnchecked is Raise for a form that is not filled in yet.
func raiseUnchecked(r Raising, by Person, env Env) (Change, error) {
	s := newStep(Challenge{ID: r.ID}, by, env)
	body := RaisedBody{Details: r.Details}
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
	r.Text = requiredText(f, "text", "your response", r.Text, maxLong)
	r.Plan = slices.DeleteFunc(slices.Clone(r.Plan), func(a Action) bool {
		return strings.TrimSpace(a.What) == "" && strings.TrimSpace(a.Who) == "" && a.By == 0
	})
	if rung.Form == ladder.FormPlan && len(r.Plan) == 0 {
		f.add("plan_1_what", "Please agree at least one action: what, who, and by when.")
	}
	if len(r.Plan) > maxActions {
		f.add("plan_5_what", "A plan holds at most %d actions.", maxActions)
	}
	for i := range r.Plan {
		a, n := &r.Plan[i], string(rune('1'+i))
		a.What = requiredText(f, "plan_"+n+"_what", "what will be done", a.What, maxAction)
		a.Who = requiredText(f, "plan_"+n+"_who", "who will do it", a.Who, maxName)
		checkAhead(f, "plan_"+n+"_by", "by when it will be done", a.By, env)
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
	r.Text = clip(strings.TrimSpace(r.Text), maxLong)
	r.Plan = slices.DeleteFunc(slices.Clone(r.Plan), func(a Action) bool {
		return strings.TrimSpace(a.What) == "" && strings.TrimSpace(a.Who) == "" && a.By == 0
	})
	if len(r.Plan) > maxActions {
		r.Plan = r.Plan[:maxActions]
	}
	for i := range r.Plan {
		r.Plan[i].What, r.Plan[i].Who = clip(r.Plan[i].What, maxAction), clip(r.Plan[i].Who, maxName)
	}
	kept := map[string]string{}
	for _, field := range rung.Form.Fields() {
		if v := clip(strings.TrimSpace(r.Fields[field.ID]), maxLong); v != "" {
			kept[field.ID] = v
		}
	}
	r.Fields = kept
}

func checkFields(f faults, in map[string]string, fields []ladder.Field, env Env) map[string]string {
	var out map[string]string
	for _, field := range fields {
		v := strings.TrimSpace(in[field.ID])
		switch {
		case v == "" && field.Optional:
			continue
		case v == "":
			f.add(field.ID, "Please fill in: %s.", field.Label)
			continue
		case utf8.RuneCountInString(v) > maxLong:
			f.add(field.ID, "Please keep this to %d characters.", maxLong)
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

func checkJudgement(cmd Judge) error {
	f := faults{}
	switch cmd.Verdict {
	case Satisfied:
		optionalText(f, "reason", cmd.Reason, maxLong)
	case Partly, NotSatisfied:
		requiredText(f, "reason", "what is still missing", cmd.Reason, maxLong)
	default:
		f.add("verdict", "Please choose satisfied, partly or not satisfied.")
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

func checkGate(cmd *RecordGate, g ladder.Gate, env Env) error {
	f := faults{}
	cmd.Note = strings.TrimSpace(cmd.Note)
	switch {
	case cmd.Status == GateOverridden:
		requiredText(f, "note", "why you go on", cmd.Note, maxLong)
	case cmd.Status == GateRefused:
		requiredText(f, "note", "why this was not agreed", cmd.Note, maxLong)
	default:
		optionalText(f, "note", cmd.Note, maxLong)
		cmd.Fields = checkFields(f, cmd.Fields, g.Fields, env)
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
	r.Contact = requiredText(f, "contact", "when the call was made and with whom", r.Contact, maxLong)
	r.Note = optionalText(f, "note", r.Note, maxLong)
	for _, role := range x.InformBefore {
		requiredText(f, "informed_"+string(role), "who was informed, and when", r.Informed[string(role)], maxLong)
	}
	for _, role := range x.Consult {
		requiredText(f, "consulted_"+string(role), "who was consulted, and when", r.Consulted[string(role)], maxLong)
	}
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

// checkAhead wants a date from today on, within a year and a half.
func checkAhead(f faults, field, what string, d workday.Date, env Env) {
	switch today := env.Today(); {
	case d == 0:
		f.add(field, "Please give the date %s.", what)
	case d < today:
		f.add(field, "This date has passed. Please give a date from today on.")
	case d > today.AddDays(550):
		f.add(field, "Please check this date: it is more than a year and a half away.")
	}
}

func requiredText(f faults, field, what, v string, most int) string {
	v = strings.TrimSpace(v)
	if v == "" {
		f.add(field, "Please say %s.", what)
	}
	return optionalText(f, field, v, most)
}

func optionalText(f faults, field, v string, most int) string {
	v = strings.TrimSpace(v)
	if n := utf8.RuneCountInString(v); n > most {
		f.add(field, "Please keep this to %d characters; it has %d.", most, n)
	}
	if !utf8.ValidString(v) {
		f.add(field, "This text cannot be read. Please type it again.")
	}
	return v
}

// clip cuts a text to that many characters.
func clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}
