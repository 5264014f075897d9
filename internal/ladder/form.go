package ladder

import "challengebot/internal/directory"

// ResponseForm is how a rung is answered.
type ResponseForm string

// Response forms.
const (
	FormWritten    ResponseForm = "reply"
	FormPlan       ResponseForm = "plan" // a written reply with an agreed plan
	FormDiscussion ResponseForm = "discussion"
	FormMeeting    ResponseForm = "meeting"
	FormDecision   ResponseForm = "decision"
	FormDifference ResponseForm = "difference"
)

// FieldKind is the type of an input.
type FieldKind string

// Field kinds. Dates are civil dates; a Past date may not be in the future.
const (
	FieldLine     FieldKind = "line"
	FieldLongText FieldKind = "text"
	FieldDate     FieldKind = "date"
	FieldYesNo    FieldKind = "yes-no"
)

// Field is one thing to fill in.
type Field struct {
	ID       string    `yaml:"id" json:"id"`
	Label    string    `yaml:"label" json:"label"`
	Kind     FieldKind `yaml:"kind" json:"kind"`
	Optional bool      `yaml:"optional,omitempty" json:"optional,omitempty"`
	PastOnly bool      `yaml:"past,omitempty" json:"past,omitempty"`
}

// MeetingRules is what a meeting rung must arrange.
type MeetingRules struct {
	Chair      directory.Role   `yaml:"chair" json:"chair"`
	MinutedBy  string           `yaml:"minuted_by,omitempty" json:"minuted_by,omitempty"`
	Invite     []directory.Role `yaml:"invite,omitempty" json:"invite,omitempty"`
	Exclude    []directory.Role `yaml:"exclude,omitempty" json:"exclude,omitempty"`
	MustAttend []directory.Role `yaml:"must_attend,omitempty" json:"must_attend,omitempty"`
	MayAttend  []directory.Role `yaml:"optional,omitempty" json:"optional,omitempty"`
	OutputTo   []directory.Role `yaml:"output_to,omitempty" json:"output_to,omitempty"`
	// AttendeesAdHoc: attendees are decided at the time.
	AttendeesAdHoc bool `yaml:"ad_hoc,omitempty" json:"ad_hoc,omitempty"`
	// AtRespondentsDiscretion: the meeting is at the respondent's choice.
	AtRespondentsDiscretion bool   `yaml:"may_hold,omitempty" json:"may_hold,omitempty"`
	Source                  string `yaml:"source,omitempty" json:"source,omitempty"`
}

// Fields are what a form asks for beside the text and the plan.
func (f ResponseForm) Fields() []Field {
	switch f {
	case FormDiscussion:
		return []Field{
			{ID: "held_on", Label: "Date of the discussion", Kind: FieldDate, PastOnly: true},
			{ID: "present", Label: "Who took part (roles)", Kind: FieldLine},
			{ID: "action", Label: "Action", Kind: FieldLongText},
			{ID: "outcome", Label: "Outcome", Kind: FieldLongText},
		}
	case FormMeeting:
		return []Field{
			{ID: "held_on", Label: "Date of the meeting", Kind: FieldDate, PastOnly: true},
			{ID: "present", Label: "Who attended (roles)", Kind: FieldLine},
			{ID: "minuted_by", Label: "Who took the minutes", Kind: FieldLine},
			{ID: "outcome", Label: "Outcome of the meeting", Kind: FieldLongText},
		}
	case FormDecision:
		return []Field{{ID: "decision", Label: "Decision", Kind: FieldLongText}}
	case FormDifference:
		return []Field{
			{ID: "difference", Label: "What differs significantly", Kind: FieldLongText},
			{ID: "decision", Label: "Final agreed decision", Kind: FieldLongText},
		}
	default:
		return nil
	}
}
