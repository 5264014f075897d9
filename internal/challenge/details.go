package challenge

import (
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// ConferenceType is what a challenge is about: the id of a subject of its ladder, in most of them a
// conference or a review.
type ConferenceType string

// The types of ladders that list no other subjects.
const (
	InitialConference ConferenceType = ladder.InitialConference
	ReviewConference  ConferenceType = ladder.ReviewConference
	CareReview        ConferenceType = ladder.CareReview
)

// Details are what the chair wrote when raising. They never change, but for the team, to which
// the chair can move the challenge, and for what the chair corrects.
type Details struct {
	// RecordNumber is the child's number in the recording system. Never a name.
	RecordNumber   string         `json:"record"`
	Conference     ConferenceType `json:"conference"`      // may be empty where NeedsSubject says so
	ConferenceDate workday.Date   `json:"conference_date"` // 0: not given
	Categories     []string       `json:"categories"`
	Concern        string         `json:"concern"`
	Evidence       string         `json:"evidence,omitempty"`
	Ask            string         `json:"ask"`
	AskBy          workday.Date   `json:"ask_by"` // 0: not given
	Team           string         `json:"team"`
	Agency         string         `json:"agency,omitempty"`
	// LateReason says why it is raised after the time in which it should have been.
	LateReason string `json:"late_reason,omitempty"`
	// OwnTeam and OwnAgency are where whoever raised it belongs, under a ladder that has roles on
	// their side; at most one of them is set.
	OwnTeam   string `json:"own_team,omitempty"`
	OwnAgency string `json:"own_agency,omitempty"`
	// Urgency is the id of one of the ladder's; empty when the challenge can wait.
	Urgency string `json:"urgency,omitempty"`
	// LookedAfter says that a child whose protection plan this is about is looked
	// after too. A review of a looked-after child's plan says so by itself.
	LookedAfter bool `json:"looked_after,omitempty"`
	// LookedAfterUnsaid says that the question was asked and left open: then whoever makes a referral
	// for looked-after children only says it.
	LookedAfterUnsaid bool `json:"looked_after_unsaid,omitempty"`
}

// Plan is the kind of plan that the challenge is about, under its ladder; "" when that was not said
// and the ladder is for several.
func (d Details) Plan(l *ladder.Ladder) ladder.ChildPlan {
	if d.Conference == "" && len(l.Plans) == 1 {
		return l.Plans[0]
	}
	return l.PlanOf(string(d.Conference))
}

// IsLookedAfter reports whether the child is looked after.
func (d Details) IsLookedAfter(l *ladder.Ladder) bool {
	return d.LookedAfter || d.Plan(l) == ladder.LookedAfter
}

// OwnScope is where whoever raised it belongs.
func (d Details) OwnScope() directory.Scope {
	return directory.Scope{Team: d.OwnTeam, Agency: d.OwnAgency}
}

// Scope is what the challenge is about, as far as it decides who holds a role.
func (d Details) Scope() directory.Scope { return directory.Scope{Team: d.Team, Agency: d.Agency} }

// Correction is what was put right of the details, and how it was written at first.
type Correction struct {
	Record           string   `json:"record"` // first: the register finds it there
	RaisedRecord     string   `json:"raised_record"`
	Categories       []string `json:"categories"`
	RaisedCategories []string `json:"raised_categories"`
}
