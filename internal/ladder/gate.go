package ladder

import (
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// GateKind says what kind of condition a gate is.
type GateKind string

// Gate kinds, as the procedures have them.
const (
	GateDialogue   GateKind = "dialogue"   // a talk with the practitioner was held
	GateConsult    GateKind = "consult"    // somebody was consulted and agreed or refused
	GateThreshold  GateKind = "threshold"  // a view on the threshold was asked for; need not agree
	GateInform     GateKind = "inform"     // somebody was told
	GateStatement  GateKind = "statement"  // a written statement was filed
	GateForm       GateKind = "form"       // the stage's form was completed
	GateFollowUp   GateKind = "follow-up"  // a verbal challenge was followed up in writing
	GateConfirm    GateKind = "confirm"    // a named role decides to go on
	GateEscalation GateKind = "escalation" // a named role has a window of its own to go on
)

// Requirement says what a gate needs: only that it took place, or that it was agreed.
type Requirement string

// Gate outcomes.
const (
	TookPlace Requirement = "held"
	Agreed    Requirement = "agreed"
)

// Gate is a condition that holds a challenge before a rung opens.
type Gate struct {
	ID     string   `yaml:"id" json:"id"`
	Label  string   `yaml:"label" json:"label"`
	Kind   GateKind `yaml:"kind" json:"kind"`
	Source string   `yaml:"source" json:"source"`
	// Consultee is who is consulted, told, or asked for a view; they may record it.
	Consultee directory.Role `yaml:"with,omitempty" json:"with,omitempty"`
	// OpenedBy is who records that it is done; the chair unless said.
	OpenedBy directory.Role `yaml:"by,omitempty" json:"by,omitempty"`
	Needs    Requirement    `yaml:"needs,omitempty" json:"needs,omitempty"`
	// MayOverride lets the person named in By (the chair unless said) go on against
	// a refusal, with a reason.
	MayOverride bool `yaml:"override,omitempty" json:"override,omitempty"`
	// MayOpenAhead lets the gate be opened before the rung below has ended.
	MayOpenAhead bool `yaml:"ahead,omitempty" json:"ahead,omitempty"`
	// Fields are what must be written to open it (statements, forms).
	Fields []Field `yaml:"fields,omitempty" json:"fields,omitempty"`
	// Within is the time an escalator has (GateEscalation); the gate opens by itself
	// at its end. No other gate ever opens by itself.
	Within *workday.Window `yaml:"within,omitempty" json:"within,omitempty"`
	// WithinInferred marks a time that the procedure does not state.
	WithinInferred bool `yaml:"within_inferred,omitempty" json:"within_inferred,omitempty"`
	// AskAgain is after how many working days those for whom the gate waits are told again; each
	// working day unless said.
	AskAgain *workday.Window `yaml:"ask_again,omitempty" json:"ask_again,omitempty"`
	// OnlyIfNotAgreed is a gate before it on the same rung: this one counts only when
	// that one was refused (a second opinion).
	OnlyIfNotAgreed string `yaml:"only_if_refused,omitempty" json:"only_if_refused,omitempty"`
	// DirectEntryOnly says that the gate holds a direct entry only.
	DirectEntryOnly bool `yaml:"direct_only,omitempty" json:"direct_only,omitempty"`
}

// Skip is a discretion to go straight to a rung.
type Skip struct {
	To      []string `yaml:"to" json:"to"`
	Grounds []Ground `yaml:"grounds" json:"grounds"`
	Gates   []Gate   `yaml:"gates,omitempty" json:"gates,omitempty"`
	Source  string   `yaml:"source" json:"source"`
	// OnlyAtRaise allows it only when the challenge is raised.
	OnlyAtRaise bool `yaml:"at_raise,omitempty" json:"at_raise,omitempty"`
}

// Ground is a reason a procedure accepts.
type Ground struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
	// Window makes the challenge urgent: no rung has more from then on, until the chair lifts it.
	Window *workday.Window `yaml:"window,omitempty" json:"window,omitempty"`
	// WindowInferred marks a time that the procedure does not state.
	WindowInferred bool `yaml:"window_inferred,omitempty" json:"window_inferred,omitempty"`
}

// OpenerRole is the role that records that the gate is done.
func (g *Gate) OpenerRole() directory.Role {
	if g.OpenedBy == "" {
		return directory.RoleChair
	}
	return g.OpenedBy
}
