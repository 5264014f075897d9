package ladder

import "challengebot/internal/workday"

// GateKind says what kind of condition a gate is.
type GateKind string

// Gate kinds, as the procedures have them.
const (
	Dialogue   GateKind = "dialogue"   // a talk with the practitioner was held
	Consult    GateKind = "consult"    // somebody was consulted and agreed or refused
	Threshold  GateKind = "threshold"  // a view on the threshold was asked for; need not agree
	Inform     GateKind = "inform"     // somebody was told
	Statement  GateKind = "statement"  // a written statement was filed
	FormFiled  GateKind = "form"       // the stage's form was completed
	FollowUp   GateKind = "follow-up"  // a verbal challenge was followed up in writing
	Confirm    GateKind = "confirm"    // a named role decides to go on
	EscalateBy GateKind = "escalation" // a named role has a window of its own to go on
)

// Outcome says what a gate needs: only that it took place, or that it was agreed.
type Outcome string

// Gate outcomes.
const (
	Held   Outcome = "held"
	Agreed Outcome = "agreed"
)

// Gate is a condition that holds a challenge before a rung opens.
type Gate struct {
	ID     string   `yaml:"id" json:"id"`
	Label  string   `yaml:"label" json:"label"`
	Kind   GateKind `yaml:"kind" json:"kind"`
	Source string   `yaml:"source" json:"source"`
	// With is who is consulted, told, or asked for a view; they may record it.
	With Role `yaml:"with,omitempty" json:"with,omitempty"`
	// By is who records that it is done; the chair unless said.
	By    Role    `yaml:"by,omitempty" json:"by,omitempty"`
	Needs Outcome `yaml:"needs,omitempty" json:"needs,omitempty"`
	// Override lets the person named in By (the chair unless said) go on against
	// a refusal, with a reason.
	Override bool `yaml:"override,omitempty" json:"override,omitempty"`
	// Ahead lets the gate be opened before the rung below has ended.
	Ahead bool `yaml:"ahead,omitempty" json:"ahead,omitempty"`
	// Fields are what must be written to open it (statements, forms).
	Fields []Field `yaml:"fields,omitempty" json:"fields,omitempty"`
	// Within is the time an escalator has (EscalateBy); the gate opens by itself
	// at its end. No other gate ever opens by itself.
	Within *workday.Window `yaml:"within,omitempty" json:"within,omitempty"`
	// OnlyIfRefused is a gate before it on the same rung: this one counts only when
	// that one was refused (a second opinion).
	OnlyIfRefused string `yaml:"only_if_refused,omitempty" json:"only_if_refused,omitempty"`
	// DirectOnly says that the gate holds a direct entry only.
	DirectOnly bool `yaml:"direct_only,omitempty" json:"direct_only,omitempty"`
}

// Skip is a discretion to go straight to a rung.
type Skip struct {
	To     []string `yaml:"to" json:"to"`
	Ground []Ground `yaml:"grounds" json:"grounds"`
	Gates  []Gate   `yaml:"gates,omitempty" json:"gates,omitempty"`
	Source string   `yaml:"source" json:"source"`
	// AtRaise allows it only when the challenge is raised.
	AtRaise bool `yaml:"at_raise,omitempty" json:"at_raise,omitempty"`
}

// Ground is a reason a procedure accepts.
type Ground struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
}

// Opener is the role that records that the gate is done.
func (g *Gate) Opener() Role {
	if g.By == "" {
		return RoleChair
	}
	return g.By
}
