package challenge

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// recordNumberPattern is what numbers of the recording systems look like: digits, with a
// short prefix at most. Anything with a word in it may be a child's name.
var recordNumberPattern = regexp.MustCompile(`^[A-Za-z]{0,4}[-/ ]?[0-9]{3,12}$`)

// validateRaise refuses a challenge that is not complete, in place of guessing.
func validateRaise(r *RaiseCommand, by Person, env Env) error {
	if by.ID == "" {
		return newRefusal(CodeNotYours, sayRaisedByPerson)
	}
	f := inputFaults{}
	d := &r.Details
	l := env.Ladder
	f.addUnread(r.Unread)
	if _, known := env.Directory.TeamByID(d.Team); !known {
		f.add("team", sayChooseTeam)
	} else if !MayRaise(l, by.ID, d.Scope(), env) {
		return newRefusal(CodeNotYours, sayNotARaiser)
	}
	d.OwnTeam, d.OwnAgency = "", ""
	if len(l.OwnSide) > 0 {
		own, _ := findOwnSide(l, by.ID, env)
		d.OwnTeam, d.OwnAgency = own.Team, own.Agency
	}
	d.RecordNumber = strings.TrimSpace(d.RecordNumber)
	validateRecordNumber(f, d.RecordNumber, l)
	validateConference(f, d, l, env)
	validateCategories(f, d, l)
	d.Concern = requiredText(f, "concern", sayConcern, d.Concern, maxText)
	d.Evidence = optionalText(f, "evidence", d.Evidence, maxText)
	d.Ask = requiredText(f, "ask", sayAsk, d.Ask, maxText)
	if d.AskBy != 0 {
		validateFutureDate(f, "ask_by", sayAskByDate, d.AskBy, env)
	}
	d.LookedAfterUnsaid = d.LookedAfterUnsaid && AsksLookedAfter(l) && !d.IsLookedAfter(l)
	validateAgency(f, d.Agency, r.AboutPartner, l, env)
	if r.AboutPartner {
		if l.PartnerConcerns == nil {
			return newRefusal(CodeNotAllowed, sayNoPartnerRule)
		}
		r.StartAt, r.Ground, r.Reason, r.ShorterWindow = "", "", "", nil // nobody is asked
	}
	if _, known := l.UrgencyByID(d.Urgency); d.Urgency != "" && !known {
		f.add("urgency", SayChooseFromList)
	}
	if err := validateRaisedInTime(f, d, env); err != nil {
		return err
	}
	validateStart(f, r, l)
	if err := validateShorterWindowAtRaise(f, r, by, env); err != nil {
		return err
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}

// validateRaisedInTime wants a reason for a challenge that is raised after the time in which it
// should have been.
func validateRaisedInTime(f inputFaults, d *Details, env Env) error {
	d.LateReason = optionalText(f, "late_reason", d.LateReason, maxText)
	due, err := DueToRaise(env, d.ConferenceDate)
	if err != nil {
		return calendarError(err)
	}
	switch {
	case due.IsZero() || !env.Now.After(due):
		d.LateReason = ""
	case d.LateReason == "":
		f.add("late_reason", sayWhyRaisedLate, env.Ladder.RaiseWithin.Window.String(), env.Calendar.DateOf(due))
	}
	return nil
}

// DueToRaise is the end of the time in which a challenge should be raised about something of that
// date; zero where the ladder sets none, or the date is missing or yet to come.
func DueToRaise(env Env, about workday.Date) (time.Time, error) {
	w := env.Ladder.RaiseWithin
	if w == nil || about == 0 || about > env.Today() {
		return time.Time{}, nil
	}
	d, err := env.Calendar.ComputeDeadline(workday.Terms{Start: about, Window: w.Window})
	return d.Due, err
}

// validateStart refuses a start that the ladder does not allow, and words about one that was not
// chosen: nothing that somebody wrote is left out unseen.
func validateStart(f inputFaults, r *RaiseCommand, l *ladder.Ladder) {
	if r.StartAt == "" {
		if r.Ground != "" || strings.TrimSpace(r.Reason) != "" {
			f.add("start_at", sayStartUnchosen)
		}
		return
	}
	if _, ok := findSkip(l, r.StartAt, r.Ground); !ok {
		f.add("start_at", sayCannotStartThere)
	}
	r.Reason = requiredText(f, "start_reason", sayWhyStartThere, r.Reason, maxText)
}

func validateShorterWindowAtRaise(f inputFaults, r *RaiseCommand, by Person, env Env) error {
	if r.ShorterWindow != nil {
		own := *r.ShorterWindow
		r.ShorterWindow = &own
	}
	return validateShorterWindow(f, r.ShorterWindow, &Challenge{Chair: by, Details: r.Details, Urgent: urgencyOf(env.Ladder, r.Details.Urgency)}, by, startingRung(r, env), env)
}

// startingRung is the rung at which the challenge would begin.
func startingRung(r *RaiseCommand, env Env) *ladder.Rung {
	start := r.StartAt
	if u, ok := env.Ladder.UrgencyByID(r.Details.Urgency); ok && start == "" {
		start = u.StartAt
	}
	if rung, ok := env.Ladder.RungByID(start); ok {
		return rung
	}
	return env.Ladder.FirstRung()
}

func validateConference(f inputFaults, d *Details, l *ladder.Ladder, env Env) {
	if list := l.SubjectList(); d.Conference == "" && len(list) == 1 {
		d.Conference = ConferenceType(list[0].ID)
	}
	subject, known := l.SubjectByID(string(d.Conference))
	switch usual := []ConferenceType{InitialConference, ReviewConference, CareReview}; {
	case known, d.Conference == "" && !NeedsSubject(l):
	case slices.Contains(usual, d.Conference):
		f.add("conference", sayConferenceNotHere)
	default:
		f.add("conference", sayChooseConference)
	}
	today := env.Today()
	switch {
	case known && subject.Date == ladder.DateNone && d.ConferenceDate != 0:
		f.add("conference_date", sayNoDateWanted)
	case d.ConferenceDate == 0 && !(known && NeedsSubjectDate(l, subject)):
	case d.ConferenceDate == 0:
		f.add("conference_date", sayConferenceDate)
	case d.ConferenceDate < today.AddDays(-5*366) || d.ConferenceDate > today.AddDays(366):
		f.add("conference_date", sayConferenceDateFar)
	}
}

func validateRecordNumber(f inputFaults, number string, l *ladder.Ladder) {
	switch {
	case number == "":
		f.add("record", sayGiveRecord, l.Words.RecordNumber)
	case !recordNumberPattern.MatchString(number):
		f.add("record", sayRecordOnlyNumber, l.Words.RecordNumber)
	}
}

func validateCategories(f inputFaults, d *Details, l *ladder.Ladder) {
	if len(d.Categories) == 0 {
		f.add("categories", sayChooseCategory)
	}
	plan := d.Plan(l)
	for _, id := range d.Categories {
		switch i := slices.IndexFunc(l.Categories, func(c ladder.Category) bool { return c.ID == id }); {
		case i < 0:
			f.add("categories", sayCategoryUnknown)
		case plan != "" && len(l.Categories[i].Plans) > 0 && !slices.Contains(l.Categories[i].Plans, plan):
			f.add("categories", sayCategoryNotHere, l.Categories[i].Label)
		}
	}
	d.Categories = slices.Compact(slices.Sorted(slices.Values(d.Categories)))
}

// validateAgency wants an agency that the directory lists where the ladder is about
// one, and none where it is not.
func validateAgency(f inputFaults, agency string, partner bool, l *ladder.Ladder, env Env) {
	_, known := env.Directory.AgencyByID(agency)
	switch {
	case agency == "":
		if (partner || NeedsAgency(l)) && len(env.Directory.Agencies()) > 0 {
			f.add("agency", sayChooseAgency)
		}
	case l.Party == ladder.PartyInternal && !partner:
		f.add("agency", sayAgencyNotWanted)
	case !known:
		f.add("agency", sayAgencyUnknown)
	}
}

// AsksLookedAfter reports whether it must be said under the ladder if a child with a protection
// plan is looked after too: the procedure has a referral for those children only.
func AsksLookedAfter(l *ladder.Ladder) bool {
	x := l.ExternalReferral
	return x != nil && x.OnlyLookedAfter && slices.ContainsFunc(l.Plans, func(p ladder.ChildPlan) bool { return p != ladder.LookedAfter })
}

// NeedsSubject reports whether it must be said under the ladder what a challenge is about, because
// something follows from it: the ladder lists what there is, or a statutory time that some of the
// children have.
func NeedsSubject(l *ladder.Ladder) bool {
	return len(l.Subjects) > 1 || len(l.Plans) > 1 && l.OverallLimit.Statutory != nil || CountsFromSubject(l)
}

// CountsFromSubject reports whether a time of the ladder begins with the date of what a challenge is
// about.
func CountsFromSubject(l *ladder.Ladder) bool {
	return l.RaiseWithin != nil || slices.ContainsFunc(l.Rungs, func(r ladder.Rung) bool { return r.WindowStart == ladder.WindowFromConference })
}

// NeedsSubjectDate reports whether the date of what a challenge is about must be given.
func NeedsSubjectDate(l *ladder.Ladder, s ladder.Subject) bool {
	return s.Date == ladder.DateRequired && (len(l.Subjects) > 0 || CountsFromSubject(l))
}

// NeedsAgency reports whether who is asked depends on the agency, so that without one
// the wrong people would be.
func NeedsAgency(l *ladder.Ladder) bool {
	return l.Party == ladder.PartyPartner || l.Party == ladder.PartyAny &&
		slices.ContainsFunc(l.Rungs, func(r ladder.Rung) bool { return len(r.Respondents.ByAgency) > 0 })
}

// RaiseCommand is the command that starts a challenge.
type RaiseCommand struct {
	ID uuid.UUID
	// Number gives the reference; the store hands each number out once.
	Number  uint64
	Details Details
	// StartAt, Ground and Reason go straight to a rung, as the ladder allows.
	StartAt string
	Ground  string
	Reason  string
	// AboutPartner says that the concern is about a partner agency, where the ladder has a
	// rule for those: then nobody is asked.
	AboutPartner bool
	// ShorterWindow asks for the first answer sooner than the ladder says.
	ShorterWindow *ShorterWindow
	Unread        Unread
}
