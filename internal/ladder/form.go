package ladder

// Form is how a rung is answered.
type Form string

// Response forms.
const (
	FormReply      Form = "reply"
	FormPlan       Form = "plan" // a written reply with an agreed plan
	FormDiscussion Form = "discussion"
	FormMeeting    Form = "meeting"
	FormDecision   Form = "decision"
	FormDifference Form = "difference"
)

// FieldKind is the type of an input.
type FieldKind string

// Field kinds. Dates are civil dates; a Past date may not be in the future.
const (
	Line     FieldKind = "line"
	LongText FieldKind = "text"
	DateOn   FieldKind = "date"
	YesNo    FieldKind = "yes-no"
)

// Field is one thing to fill in.
type Field struct {
	ID       string    `yaml:"id" json:"id"`
	Label    string    `yaml:"label" json:"label"`
	Kind     FieldKind `yaml:"kind" json:"kind"`
	Optional bool      `yaml:"optional,omitempty" json:"optional,omitempty"`
	Past     bool      `yaml:"past,omitempty" json:"past,omitempty"`
}

// MeetingKit is what a meeting rung must arrange.
type MeetingKit struct {
	Chair      Role   `yaml:"chair" json:"chair"`
	MinutedBy  string `yaml:"minuted_by,omitempty" json:"minuted_by,omitempty"`
	Invite     []Role `yaml:"invite,omitempty" json:"invite,omitempty"`
	Exclude    []Role `yaml:"exclude,omitempty" json:"exclude,omitempty"`
	MustAttend []Role `yaml:"must_attend,omitempty" json:"must_attend,omitempty"`
	Optional   []Role `yaml:"optional,omitempty" json:"optional,omitempty"`
	OutputTo   []Role `yaml:"output_to,omitempty" json:"output_to,omitempty"`
	// AdHoc: attendees are decided at the time.
	AdHoc bool `yaml:"ad_hoc,omitempty" json:"ad_hoc,omitempty"`
	// MayHold: the meeting is at the respondent's choice.
	MayHold bool   `yaml:"may_hold,omitempty" json:"may_hold,omitempty"`
	Source  string `yaml:"source,omitempty" json:"source,omitempty"`
}

// Fields are what a form asks for beside the text and the plan.
func (f Form) Fields() []Field {
	switch f {
	case FormDiscussion:
		return []Field{
			{ID: "held_on", Label: "Date of the discussion", Kind: DateOn, Past: true},
			{ID: "present", Label: "Who took part (roles)", Kind: Line},
			{ID: "action", Label: "Action", Kind: LongText},
			{ID: "outcome", Label: "Outcome", Kind: LongText},
		}
	case FormMeeting:
		return []Field{
			{ID: "held_on", Label: "Date of the meeting", Kind: DateOn, Past: true},
			{ID: "present", Label: "Who attended (roles)", Kind: Line},
			{ID: "minuted_by", Label: "Who took the minutes", Kind: Line},
			{ID: "outcome", Label: "Outcome of the meeting", Kind: LongText},
		}
	case FormDecision:
		return []Field{{ID: "decision", Label: "Decision", Kind: LongText}}
	case FormDifference:
		return []Field{
			{ID: "difference", Label: "What differs significantly", Kind: LongText},
			{ID: "decision", Label: "Final agreed decision", Kind: LongText},
		}
	default:
		return nil
	}
}
