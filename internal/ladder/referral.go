package ladder

import "challengebot/internal/directory"

// HandOff names another procedure that a challenge may be handed to.
type HandOff struct {
	ID     string `yaml:"id" json:"id"`
	Label  string `yaml:"label" json:"label"`
	Source string `yaml:"source" json:"source"`
}

// ExternalReferral is a referral outside the authority. Only a person makes it.
type ExternalReferral struct {
	To              string           `yaml:"to" json:"to"`
	Source          string           `yaml:"source" json:"source"`
	ReferredBy      directory.Role   `yaml:"by" json:"by"`
	OnlyLookedAfter bool             `yaml:"only_looked_after" json:"only_looked_after"`
	AnyTime         bool             `yaml:"any_time" json:"any_time"`
	InformBefore    []directory.Role `yaml:"inform_before,omitempty" json:"inform_before,omitempty"`
	Consult         []directory.Role `yaml:"consult,omitempty" json:"consult,omitempty"`
	Contact         string           `yaml:"contact,omitempty" json:"contact,omitempty"`
	Advice          string           `yaml:"advice,omitempty" json:"advice,omitempty"`
}

// PartnerMode says what a ladder does with a concern about another agency.
type PartnerMode string

// PartnerRecordOnly keeps a note outside the ladder; PartnerHandOff names a procedure.
const (
	PartnerRecordOnly PartnerMode = "record-only"
	PartnerHandOff    PartnerMode = "hand-off"
)

// PartnerConcerns is the ladder's rule for concerns about another agency.
type PartnerConcerns struct {
	Mode     PartnerMode `yaml:"mode" json:"mode"`
	To       string      `yaml:"to,omitempty" json:"to,omitempty"`
	Template string      `yaml:"template,omitempty" json:"template,omitempty"`
	Source   string      `yaml:"source" json:"source"`
}
