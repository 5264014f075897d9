package challenge

import (
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// ConferenceType is the meeting a challenge comes from.
type ConferenceType string

// Conference types.
const (
	InitialConference ConferenceType = "initial"    // ICPC
	ReviewConference  ConferenceType = "review"     // RCPC
	CareReview        ConferenceType = "lac-review" // review of a looked-after child's plan
)

// Plan is the kind of plan that the conference looks after.
func (t ConferenceType) Plan() ladder.ChildPlan {
	if t == CareReview {
		return ladder.LookedAfter
	}
	return ladder.ChildProtection
}

// Details are what the chair wrote when raising. They never change, but for the team, to which
// the chair can move the challenge.
type Details struct {
	// RecordNumber is the child's number in the recording system. Never a name.
	RecordNumber   string         `json:"record"`
	Conference     ConferenceType `json:"conference"`
	ConferenceDate workday.Date   `json:"conference_date"`
	Categories     []string       `json:"categories"`
	Concern        string         `json:"concern"`
	Evidence       string         `json:"evidence,omitempty"`
	Ask            string         `json:"ask"`
	AskBy          workday.Date   `json:"ask_by"`
	Team           string         `json:"team"`
	Agency         string         `json:"agency,omitempty"`
	// LookedAfter says that a child whose protection plan this is about is looked
	// after too. A review of a looked-after child's plan says so by itself.
	LookedAfter bool `json:"looked_after,omitempty"`
}

// IsLookedAfter reports whether the child is looked after.
func (d Details) IsLookedAfter() bool {
	return d.LookedAfter || d.Conference.Plan() == ladder.LookedAfter
}

// Scope is what the challenge is about, as far as it decides who holds a role.
func (d Details) Scope() directory.Scope { return directory.Scope{Team: d.Team, Agency: d.Agency} }
