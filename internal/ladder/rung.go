package ladder

import (
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// RungKind of rung.
type RungKind string

// RungInformal kinds do not start a formal case clock; Exceptional rungs are reached
// only directly; Note is a recorded difference after the decision.
const (
	RungInformal    RungKind = "informal"
	RungFormal      RungKind = "formal"
	RungDiscussion  RungKind = "discussion"
	RungMeeting     RungKind = "meeting"
	RungExceptional RungKind = "exceptional"
	RungNote        RungKind = "note"
)

// WindowOwner says whose time a window is.
type WindowOwner string

// The respondent's window lapses against the respondent. The chair's is a
// deadline for the chair's own step. The escalator's is the time somebody has to
// move a challenge on; it is written on a gate.
const (
	OwnerRespondent WindowOwner = "respondent"
	OwnerChair      WindowOwner = "chair"
)

// WindowStart says what moment starts a rung's window.
type WindowStart string

// WindowFromReceipt is when the respondent was sent the card; WindowFromLimitStart measures from
// the start of the case (week bands); the others from another moment, and leave a working day at
// the least.
const (
	WindowFromReceipt    WindowStart = "receipt"
	WindowFromLimitStart WindowStart = "case-start"
	WindowFromRaise      WindowStart = "raise"
	WindowFromConference WindowStart = "conference" // or whatever else the challenge is about
	WindowFromRungBelow  WindowStart = "rung-below" // running on while a gate is shut
)

// Rung is one step of a ladder.
type Rung struct {
	ID     string   `yaml:"id" json:"id"`
	Label  string   `yaml:"label" json:"label"`
	Kind   RungKind `yaml:"kind" json:"kind"`
	Source string   `yaml:"source" json:"source"`
	// About is the procedure's wording of what happens here, for whoever raises a challenge.
	About string `yaml:"about,omitempty" json:"about,omitempty"`
	// Asks is what whoever answers is asked to do, said to them on their card.
	Asks string `yaml:"asks,omitempty" json:"asks,omitempty"`
	// AskedBy is who puts the challenge on this rung; the chair unless said.
	AskedBy     directory.Role `yaml:"asked_by,omitempty" json:"asked_by,omitempty"`
	Respondents Respondents    `yaml:"respond" json:"respond"`
	// AlertedRoles are told that the rung opened; they do not answer.
	AlertedRoles []directory.Role `yaml:"alerted,omitempty" json:"alerted,omitempty"`
	// Judge says whether the response satisfies; the chair unless said.
	Judge directory.Role `yaml:"judge,omitempty" json:"judge,omitempty"`
	// AlsoJudge are further roles that say so: any one of them and Judge, or each.
	AlsoJudge []directory.Role `yaml:"also_judge,omitempty" json:"also_judge,omitempty"`
	// AllMustAgree: the answer satisfies when every judge says so; one who does not decides.
	AllMustAgree bool `yaml:"all_must_agree,omitempty" json:"all_must_agree,omitempty"`
	// MayEscalate are the roles that may take the challenge to the next rung before the time ends.
	MayEscalate []directory.Role `yaml:"may_escalate,omitempty" json:"may_escalate,omitempty"`
	// CopyTo are the roles that read the answer; they do nothing.
	CopyTo []directory.Role `yaml:"copy_to,omitempty" json:"copy_to,omitempty"`

	Window *workday.Window `yaml:"window,omitempty" json:"window,omitempty"`
	// Acknowledge is the time in which somebody who was asked says that they have the question. When
	// nobody does, who asked is told; the window runs on.
	Acknowledge *workday.Window `yaml:"acknowledge,omitempty" json:"acknowledge,omitempty"`
	// AskAgain takes the place of a window where the procedure sets no time: whoever is asked is
	// asked again after each so many working days, and nothing lapses.
	AskAgain *workday.Window `yaml:"ask_again,omitempty" json:"ask_again,omitempty"`
	// Remainder makes the window what is left of the case limit, one working
	// day at the least.
	Remainder   bool        `yaml:"remainder,omitempty" json:"remainder,omitempty"`
	WindowStart WindowStart `yaml:"from,omitempty" json:"from,omitempty"`
	WindowOwner WindowOwner `yaml:"owner,omitempty" json:"owner,omitempty"`
	// Within is a cumulative limit from the start of the case; the earlier of
	// window and limit holds.
	Within       *workday.Window `yaml:"within,omitempty" json:"within,omitempty"`
	WindowSource string          `yaml:"window_source,omitempty" json:"window_source,omitempty"`
	// WindowInferred marks a window that the procedure does not state.
	WindowInferred bool `yaml:"window_inferred,omitempty" json:"window_inferred,omitempty"`

	Form    ResponseForm  `yaml:"form" json:"form"`
	Meeting *MeetingRules `yaml:"meeting,omitempty" json:"meeting,omitempty"`
	Gates   []Gate        `yaml:"gates,omitempty" json:"gates,omitempty"`

	// LapseEffect says what silence does; Escalate unless said.
	OnLapse LapseEffect `yaml:"on_lapse,omitempty" json:"on_lapse,omitempty"`
	// IfNotSatisfied names what follows "not satisfied" where that is not the next rung.
	IfNotSatisfied *Destination `yaml:"then,omitempty" json:"then,omitempty"`
}

// Respondents names who is asked to answer.
type Respondents struct {
	// Roles are all sent the card.
	Roles []directory.Role `yaml:"roles,omitempty" json:"roles,omitempty"`
	// ByAgency replaces Roles when the challenge names an agency.
	ByAgency map[string][]directory.Role `yaml:"by_agency,omitempty" json:"by_agency,omitempty"`
	// Responder is the one role that may answer; empty: any of the roles.
	Responder directory.Role `yaml:"replier,omitempty" json:"replier,omitempty"`
	// ResponderByAgency is Replier where it differs by agency.
	ResponderByAgency map[string]directory.Role `yaml:"replier_by_agency,omitempty" json:"replier_by_agency,omitempty"`
	// OutsideTenant says that the respondent has no account in the tenant: the asker
	// asks by telephone or e-mail and records the reply on their behalf.
	OutsideTenant bool `yaml:"outside,omitempty" json:"outside,omitempty"`
	// AllAnswer: each of the roles answers, and what one answers does not stand for another.
	AllAnswer bool `yaml:"all_answer,omitempty" json:"all_answer,omitempty"`
	// MayRepeat lets a person who answered an earlier rung answer this one too.
	MayRepeat bool `yaml:"may_repeat,omitempty" json:"may_repeat,omitempty"`
}

// ShortenRule lets the chair ask for less than the window, never for more.
type ShortenRule struct {
	By      directory.Role  `yaml:"by" json:"by"`
	Minimum *workday.Window `yaml:"minimum,omitempty" json:"minimum,omitempty"`
	Source  string          `yaml:"source" json:"source"`
}

// LapseEffect is what a rung does when its window ends in silence.
type LapseEffect string

// EscalateOnLapse moves to the next rung (and waits at its gates). Prompt holds and asks
// the judge to move it on. An external referral is never made by a lapse.
const (
	EscalateOnLapse LapseEffect = "escalate"
	PromptOnLapse   LapseEffect = "prompt"
)

// Destination is where "not satisfied" leads when it does not lead to the next rung.
type Destination struct {
	Rung    string `yaml:"rung,omitempty" json:"rung,omitempty"`
	HandOff string `yaml:"hand_off,omitempty" json:"hand_off,omitempty"`
	End     bool   `yaml:"end,omitempty" json:"end,omitempty"`
}

// HasNoLimit reports whether the procedure sets no time for the rung.
func (r *Rung) HasNoLimit() bool { return r.AskAgain != nil }

// JudgeRole is the role that judges a response on the rung.
func (r *Rung) JudgeRole() directory.Role {
	if r.Judge == "" {
		return directory.RoleChair
	}
	return r.Judge
}

// StartsFormalClock reports whether opening the rung starts a LimitFromFirstFormal case.
func (r *Rung) StartsFormalClock() bool { return r.Kind != RungInformal }

// RolesFor are the roles asked to answer for a challenge about that agency.
func (r *Respondents) RolesFor(agency string) []directory.Role {
	if roles, ok := r.ByAgency[agency]; ok && agency != "" {
		return roles
	}
	return r.Roles
}

// ResponderFor is the one role that may answer, or "" for any of RolesFor.
func (r *Respondents) ResponderFor(agency string) directory.Role {
	if role, ok := r.ResponderByAgency[agency]; ok && agency != "" {
		return role
	}
	return r.Responder
}
