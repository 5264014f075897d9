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
		return refuse(NotYours, sayRaisedByPerson)
	}
	f := faults{}
	d := &r.Details
	l := env.Ladder
	if !MayRaise(l, by.ID, directory.Scope{Team: d.Team, Agency: d.Agency}, env) {
		return refuse(NotYours, sayNotARaiser)
	}
	d.Record = strings.TrimSpace(d.Record)
	switch {
	case d.Record == "":
		f.add("record", sayGiveRecord, l.Words.RecordID)
	case !recordNumber.MatchString(d.Record):
		f.add("record", sayRecordOnlyNumber, l.Words.RecordID)
	}
	checkConference(f, d, l, env)
	checkCategories(f, d, l)
	d.Concern = requiredText(f, "concern", sayConcern, d.Concern, maxLong)
	d.Evidence = optionalText(f, "evidence", d.Evidence, maxLong)
	d.Ask = requiredText(f, "ask", sayAsk, d.Ask, maxLong)
	checkAhead(f, "ask_by", sayAskByDate, d.AskBy, env)
	if _, ok := env.Directory.Team(d.Team); !ok {
		f.add("team", sayChooseTeam)
	}
	checkAgency(f, d.Agency, r.Partner, l, env)
	if r.Partner {
		if l.PartnerConcerns == nil {
			return refuse(NotAllowed, sayNoPartnerRule)
		}
		r.StartAt, r.Ground, r.Reason, r.Shorter = "", "", "", nil // nobody is asked
	}
	if r.StartAt != "" {
		if _, ok := findSkip(l, r.StartAt, r.Ground); !ok {
			f.add("start_at", sayCannotStartThere)
		}
		r.Reason = requiredText(f, "start_reason", sayWhyStartThere, r.Reason, maxLong)
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
		f.add("conference", sayChooseConference)
	} else if !slices.Contains(l.Plans, d.Conference.Plan()) {
		f.add("conference", sayConferenceNotHere)
	}
	today := env.Today()
	if d.ConferenceDate == 0 {
		f.add("conference_date", sayConferenceDate)
	} else if d.ConferenceDate < today.AddDays(-5*366) || d.ConferenceDate > today.AddDays(366) {
		f.add("conference_date", sayConferenceDateFar)
	}
}

func checkCategories(f faults, d *Details, l *ladder.Ladder) {
	if len(d.Categories) == 0 {
		f.add("categories", sayChooseCategory)
	}
	plan := d.Conference.Plan()
	for _, id := range d.Categories {
		switch i := slices.IndexFunc(l.Categories, func(c ladder.Category) bool { return c.ID == id }); {
		case i < 0:
			f.add("categories", sayCategoryUnknown)
		case len(l.Categories[i].Plans) > 0 && !slices.Contains(l.Categories[i].Plans, plan):
			f.add("categories", sayCategoryNotHere, l.Categories[i].Label)
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
			f.add("agency", sayChooseAgency)
		}
	case l.Party == ladder.Internal && !partner:
		f.add("agency", sayAgencyNotWanted)
	case !known:
		f.add("agency", sayAgencyUnknown)
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
	r.Text = requiredText(f, "text", sayWriteResponse, r.Text, maxLong)
	r.Plan = filledIn(r.Plan)
	if rung.Form == ladder.FormPlan && len(r.Plan) == 0 {
		f.add("plan_1_what", sayPlanNeeded)
	}
	if len(r.Plan) > maxActions {
		f.add("plan_5_what", sayPlanTooLong, maxActions)
	}
	for i := range r.Plan {
		a, n := &r.Plan[i], string(rune('1'+i))
		a.What = requiredText(f, "plan_"+n+"_what", sayPlanWhat, a.What, maxAction)
		a.Who = requiredText(f, "plan_"+n+"_who", sayPlanWho, a.Who, maxName)
		checkAhead(f, "plan_"+n+"_by", sayPlanBy, a.By, env)
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
			f.add(field.ID, sayFillIn, field.Label)
			continue
		case field.Kind == ladder.DateOn:
			d, err := workday.ParseDate(v)
			if err != nil {
				f.add(field.ID, sayGiveDate)
			} else if field.Past && d > env.Today() {
				f.add(field.ID, sayDateInFuture)
			}
		case field.Kind == ladder.YesNo && v != "true" && v != "false":
			f.add(field.ID, sayYesOrNo)
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
		cmd.Reason = requiredText(f, "reason", sayStillMissing, cmd.Reason, maxLong)
	default:
		f.add("verdict", sayChooseVerdict)
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
		cmd.Note = requiredText(f, "note", sayWhyGoOn, cmd.Note, maxLong)
	case cmd.Status == GateRefused:
		cmd.Note = requiredText(f, "note", sayWhyNotAgreed, cmd.Note, maxLong)
	default:
		cmd.Note = optionalText(f, "note", cmd.Note, maxLong)
		if turned && cmd.Note == "" {
			f.add("note", sayHowTurned)
		}
		cmd.Fields = checkFields(f, fields, g.Fields, env)
	}
	if cmd.On == 0 {
		cmd.On = env.Today()
	}
	if cmd.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

func checkReferral(r *Referral, x *ladder.External, env Env) error {
	f := faults{}
	r.Contact = requiredText(f, "contact", sayCallWhen, r.Contact, maxLong)
	r.Note = optionalText(f, "note", r.Note, maxLong)
	r.Informed = checkRoles(f, "informed_", sayInformedWho, r.Informed, x.InformBefore)
	r.Consulted = checkRoles(f, "consulted_", sayConsultedWho, r.Consulted, x.Consult)
	if r.On == 0 {
		f.add("on", sayReferralDate)
	} else if r.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.refusal(); err != nil {
		return err
	}
	return nil
}

// checkRoles wants a text for each of the roles, and keeps no other.
func checkRoles(f faults, prefix string, missing Message, in map[string]string, roles []ladder.Role) map[string]string {
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
func checkAhead(f faults, field string, missing Message, d workday.Date, env Env) {
	switch today := env.Today(); {
	case d == 0:
		f.add(field, missing)
	case d < today:
		f.add(field, sayDatePassed)
	case d > today.AddDays(550):
		f.add(field, sayDateFar)
	}
}

func requiredText(f faults, field string, missing Message, v string, most int) string {
	v = optionalText(f, field, v, most)
	if v == "" {
		f.add(field, missing)
	}
	return v
}

func optionalText(f faults, field, v string, most int) string {
	if !utf8.ValidString(v) {
		f.add(field, sayUnreadable)
	}
	v = plain(v)
	if n := utf8.RuneCountInString(v); n > most {
		f.add(field, sayTooLong, most, n)
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
