package challenge

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Limits of what a person may write, in characters.
const (
	maxText       = 4000
	maxActionText = 500
	maxName       = 100
	maxActions    = 5
)

// The same limits for those who draw inputs.
const (
	MaxText       = maxText
	MaxActionText = maxActionText
	MaxName       = maxName
	MaxActions    = maxActions
)

func requiredText(f inputFaults, field string, missing SentenceKey, v string, most int) string {
	v = optionalText(f, field, v, most)
	if v == "" {
		f.add(field, missing)
	}
	return v
}

func optionalText(f inputFaults, field, v string, most int) string {
	if !utf8.ValidString(v) {
		f.add(field, sayUnreadable)
	}
	v = cleanText(v)
	if n := utf8.RuneCountInString(v); n > most {
		f.add(field, sayTooLong, most, n)
	}
	return v
}

// cleanText is a text as it is kept: without space around it, with one kind of line
// end, and without control characters, which no keyboard types and the database
// does not take.
func cleanText(v string) string {
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

// clipText is a text as it is kept, cut to that many characters.
func clipText(s string, most int) string {
	s = cleanText(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most]))
}

// validateFutureDate wants a date from today on, within a year and a half.
func validateFutureDate(f inputFaults, field string, missing SentenceKey, d workday.Date, env Env) {
	switch today := env.Today(); {
	case d == 0:
		f.add(field, missing)
	case d < today:
		f.add(field, sayDatePassed)
	case d > today.AddDays(550):
		f.add(field, sayDateFar)
	}
}

func validateFields(f inputFaults, in map[string]string, fields []ladder.Field, env Env) map[string]string {
	var out map[string]string
	for _, field := range fields {
		v := optionalText(f, field.ID, in[field.ID], maxText)
		switch {
		case v == "" && field.Optional:
			continue
		case v == "":
			f.add(field.ID, sayFillIn, field.Label)
			continue
		case field.Kind == ladder.FieldDate:
			d, err := workday.ParseDate(v)
			if err != nil {
				f.add(field.ID, sayGiveDate)
			} else if field.PastOnly && d > env.Today() {
				f.add(field.ID, sayDateInFuture)
			}
		case field.Kind == ladder.FieldYesNo && v != "true" && v != "false":
			f.add(field.ID, sayYesOrNo)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[field.ID] = v
	}
	return out
}

// validateRoleNotes wants a text for each of the roles, and keeps no other.
func validateRoleNotes(f inputFaults, prefix string, missing SentenceKey, in map[directory.Role]string, roles []directory.Role) map[directory.Role]string {
	var out map[directory.Role]string
	for _, role := range roles {
		if out == nil {
			out = map[directory.Role]string{}
		}
		out[role] = requiredText(f, prefix+string(role), missing, in[role], maxText)
	}
	return out
}

// validateResponse refuses an answer that is not complete.
func validateResponse(r *Response, rung *ladder.Rung, env Env) error {
	f := inputFaults{}
	r.Form = rung.Form
	r.Text = requiredText(f, "text", sayWriteResponse, r.Text, maxText)
	r.Plan = dropEmptyActions(r.Plan)
	if rung.Form == ladder.FormPlan && len(r.Plan) == 0 {
		f.add("plan_1_what", sayPlanNeeded)
	}
	if len(r.Plan) > maxActions {
		f.add("plan_5_what", sayPlanTooLong, maxActions)
	}
	for i := range r.Plan {
		a, n := &r.Plan[i], strconv.Itoa(i+1)
		a.What = requiredText(f, "plan_"+n+"_what", sayPlanWhat, a.What, maxActionText)
		a.Who = requiredText(f, "plan_"+n+"_who", sayPlanWho, a.Who, maxName)
		validateFutureDate(f, "plan_"+n+"_by", sayPlanBy, a.DueBy, env)
	}
	r.Fields = validateFields(f, r.Fields, rung.Form.Fields(), env)
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

// trimResponse keeps what can be kept of a reply that is not checked.
func trimResponse(r *Response, rung *ladder.Rung) {
	r.Form = rung.Form
	r.Plan = dropEmptyActions(r.Plan)
	for i, a := range r.Plan {
		if a.DueText != "" {
			r.Plan[i].What, r.Plan[i].DueText = strings.TrimSpace(a.What+" ("+a.DueText+")"), ""
		}
	}
	for len(r.Plan) > maxActions { // what is more than a plan holds stands among the words
		a, due := r.Plan[maxActions], ""
		if a.DueBy != 0 {
			due = a.DueBy.String()
		}
		r.Text += "\n" + strings.Trim(strings.Join([]string{a.What, a.Who, due}, "; "), "; ")
		r.Plan = slices.Delete(r.Plan, maxActions, maxActions+1)
	}
	r.Text = clipText(r.Text, maxText)
	for i := range r.Plan {
		r.Plan[i].What, r.Plan[i].Who = clipText(r.Plan[i].What, maxActionText), clipText(r.Plan[i].Who, maxName)
	}
	filled := map[string]string{}
	for _, field := range rung.Form.Fields() {
		if v := clipText(r.Fields[field.ID], maxText); v != "" {
			filled[field.ID] = v
		}
	}
	r.Fields = filled
}

// dropEmptyActions are the lines of a plan in which anything stands.
func dropEmptyActions(plan []PlannedAction) []PlannedAction {
	return slices.DeleteFunc(slices.Clone(plan), func(a PlannedAction) bool {
		return strings.TrimSpace(a.What) == "" && strings.TrimSpace(a.Who) == "" && a.DueBy == 0 && a.DueText == ""
	})
}

// validateJudgement refuses a word of the judge on opening that is not complete. A
// shorter time is asked for what follows it, so being satisfied asks for none.
func (tr *transition) validateJudgement(cmd *Judge, opening *Opening) error {
	f := inputFaults{}
	switch cmd.Verdict {
	case Satisfied:
		cmd.ShorterWindow = nil
		cmd.Reason = optionalText(f, "reason", cmd.Reason, maxText)
	case Partly, NotSatisfied:
		cmd.Reason = requiredText(f, "reason", sayStillMissing, cmd.Reason, maxText)
	default:
		f.add("verdict", sayChooseVerdict)
	}
	if cmd.ShorterWindow != nil && opening != nil {
		own := *cmd.ShorterWindow
		cmd.ShorterWindow = &own
		if err := validateShorterWindow(f, cmd.ShorterWindow, &tr.c, tr.by, tr.rungAfterVerdict(opening, cmd.Verdict), tr.env); err != nil {
			return err
		}
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

// validateGate refuses a record of a gate that is not complete. turned: it was refused
// before, and somebody else now says that it is agreed.
func validateGate(cmd *RecordGate, g ladder.Gate, wasNotAgreed bool, env Env) error {
	f := inputFaults{}
	f.addUnread(cmd.Unread)
	fields := cmd.Fields
	cmd.Fields = nil
	switch {
	case cmd.Status == GateOverridden:
		cmd.Note = requiredText(f, "note", sayWhyGoOn, cmd.Note, maxText)
	case cmd.Status == GateNotAgreed:
		cmd.Note = requiredText(f, "note", sayWhyNotAgreed, cmd.Note, maxText)
	default:
		cmd.Note = optionalText(f, "note", cmd.Note, maxText)
		if wasNotAgreed && cmd.Note == "" {
			f.add("note", sayHowTurned)
		}
		cmd.Fields = validateFields(f, fields, g.Fields, env)
	}
	if cmd.On == 0 {
		cmd.On = env.Today()
	}
	if cmd.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

func validateReferral(r *Referral, x *ladder.ExternalReferral, env Env) error {
	f := inputFaults{}
	r.Contact = requiredText(f, "contact", sayCallWhen, r.Contact, maxText)
	r.Note = optionalText(f, "note", r.Note, maxText)
	r.Informed = validateRoleNotes(f, "informed_", sayInformedWho, r.Informed, x.InformBefore)
	r.Consulted = validateRoleNotes(f, "consulted_", sayConsultedWho, r.Consulted, x.Consult)
	if r.On == 0 {
		f.add("on", sayReferralDate)
	} else if r.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}
