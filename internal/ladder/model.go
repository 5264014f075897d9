package ladder

import (
	"slices"

	"challengebot/internal/workday"
)

// Role names somebody by what they do: "team-manager", "head-of-service". Which
// person that is today is the directory's answer. RoleChair is the person who
// raised the challenge; RoleOversight sees everything that stalls.
type Role string

// Roles that the domain itself speaks to. All others are the ladder's own.
const (
	RoleChair     Role = "chair"
	RoleOversight Role = "oversight"
)

// Plan is the kind of plan a child has, which decides the ladders that apply.
type Plan string

// The two kinds of plan.
const (
	ChildProtection Plan = "child-protection"
	LookedAfter     Plan = "looked-after"
)

// Party says whose practice a ladder challenges.
type Party string

// Internal is the authority's own service, Partner another agency, AnyParty both.
const (
	Internal Party = "internal"
	Partner  Party = "partner"
	AnyParty Party = "any"
)

// Direction says who challenges whom. ServiceToChair is the reverse ladder, on
// which a social work team challenges the chair service.
type Direction string

// The two directions.
const (
	ChairToService Direction = "chair-to-service"
	ServiceToChair Direction = "service-to-chair"
)

// Ladder is one procedure.
type Ladder struct {
	ID        string    `yaml:"ladder" json:"ladder"`
	Version   int       `yaml:"version" json:"version"`
	Title     string    `yaml:"title" json:"title"`
	Authority string    `yaml:"authority" json:"authority"`
	Source    string    `yaml:"source" json:"source"`
	Plans     []Plan    `yaml:"plans" json:"plans"`
	Party     Party     `yaml:"party" json:"party"`
	Direction Direction `yaml:"direction,omitempty" json:"direction,omitempty"`
	// RaisedBy are the roles that may raise a challenge; the chair unless said.
	RaisedBy []Role `yaml:"raised_by,omitempty" json:"raised_by,omitempty"`
	Words    Words  `yaml:"words" json:"words"`
	// Roles gives each role the authority's own name for it: card texts use it.
	Roles      map[Role]string `yaml:"roles" json:"roles"`
	Case       CaseClock       `yaml:"case" json:"case"`
	Categories []Category      `yaml:"categories" json:"categories"`
	Rungs      []Rung          `yaml:"rungs" json:"rungs"`
	Skips      []Skip          `yaml:"skips,omitempty" json:"skips,omitempty"`
	HandOffs   []HandOff       `yaml:"hand_offs,omitempty" json:"hand_offs,omitempty"`
	External   *External       `yaml:"external,omitempty" json:"external,omitempty"`
	// PartnerConcerns says what to do when the concern is about another agency
	// and this ladder does not cover it.
	PartnerConcerns *PartnerConcerns `yaml:"partner_concerns,omitempty" json:"partner_concerns,omitempty"`
	Shorten         *Shorten         `yaml:"shorten,omitempty" json:"shorten,omitempty"`
	Records         []Record         `yaml:"records,omitempty" json:"records,omitempty"`
	Oversight       *Oversight       `yaml:"oversight,omitempty" json:"oversight,omitempty"`
	Notices         []Notice         `yaml:"notices,omitempty" json:"notices,omitempty"`
	Themes          *Themes          `yaml:"themes,omitempty" json:"themes,omitempty"`
	Conference      *Conference      `yaml:"conference,omitempty" json:"conference,omitempty"`
	Reports         []Report         `yaml:"reports,omitempty" json:"reports,omitempty"`
	// GoodPractice says that good practice is recognised beside challenges.
	GoodPractice *Noted `yaml:"good_practice,omitempty" json:"good_practice,omitempty"`
}

// Words are the authority's own labels for the product's terms.
type Words struct {
	Challenge  string `yaml:"challenge" json:"challenge"`                 // "Professional Challenge"
	Rung       string `yaml:"rung" json:"rung"`                           // "stage", "level"
	Chair      string `yaml:"chair" json:"chair"`                         // "IRO / CP chair"
	Child      string `yaml:"child" json:"child"`                         // "child", "child or young person"
	RecordID   string `yaml:"record_id" json:"record_id"`                 // "LCS number", "Protocol ID"
	Conference string `yaml:"conference" json:"conference"`               // "conference", "review"
	Preface    string `yaml:"preface,omitempty" json:"preface,omitempty"` // said on the form before a challenge is raised
}

// CaseStart says what starts the clock of the whole case.
type CaseStart string

// FirstRaise starts it when the challenge is raised; FirstFormal when the first
// rung of a formal kind opens (the first formal send).
const (
	FirstRaise  CaseStart = "first-raise"
	FirstFormal CaseStart = "first-formal"
)

// CaseClock is the clock of the whole case, beside those of the rungs.
type CaseClock struct {
	Starts CaseStart       `yaml:"starts" json:"starts"`
	Limit  *workday.Window `yaml:"limit,omitempty" json:"limit,omitempty"`
	// Hard limits bind every rung's due date; a target is shown and reported only.
	Hard bool `yaml:"hard,omitempty" json:"hard,omitempty"`
	// Statutory warns when the formal part for a looked-after child passes it.
	Statutory *workday.Window `yaml:"statutory,omitempty" json:"statutory,omitempty"`
	Source    string          `yaml:"source,omitempty" json:"source,omitempty"`
}

// Category is one reason for concern.
type Category struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
	Plans []Plan `yaml:"plans,omitempty" json:"plans,omitempty"` // empty: both
}

// Kind of rung.
type Kind string

// Informal kinds do not start a formal case clock; Exceptional rungs are reached
// only directly; Note is a recorded difference after the decision.
const (
	Informal    Kind = "informal"
	Formal      Kind = "formal"
	Discussion  Kind = "discussion"
	Meeting     Kind = "meeting"
	Exceptional Kind = "exceptional"
	Note        Kind = "note"
)

// Owner says whose time a window is.
type Owner string

// The respondent's window lapses against the respondent. The chair's is a
// deadline for the chair's own step. The escalator's is the time somebody has to
// move a challenge on; it is written on a gate.
const (
	OwnerRespondent Owner = "respondent"
	OwnerChair      Owner = "chair"
)

// From says what moment starts a rung's window.
type From string

// Receipt is when the respondent was sent the card; CaseBegan measures from the
// start of the case (week bands).
const (
	Receipt   From = "receipt"
	CaseBegan From = "case-start"
)

// Rung is one step of a ladder.
type Rung struct {
	ID     string `yaml:"id" json:"id"`
	Label  string `yaml:"label" json:"label"`
	Kind   Kind   `yaml:"kind" json:"kind"`
	Source string `yaml:"source" json:"source"`
	// About is the procedure's wording of what happens here, shown on the card.
	About string `yaml:"about,omitempty" json:"about,omitempty"`
	// Asked is who puts the challenge on this rung; the chair unless said.
	Asked   Role    `yaml:"asked_by,omitempty" json:"asked_by,omitempty"`
	Respond Respond `yaml:"respond" json:"respond"`
	// Alerted are told that the rung opened; they do not answer.
	Alerted []Role `yaml:"alerted,omitempty" json:"alerted,omitempty"`
	// Judge says whether the response satisfies; the chair unless said.
	Judge Role `yaml:"judge,omitempty" json:"judge,omitempty"`

	Window *workday.Window `yaml:"window,omitempty" json:"window,omitempty"`
	// Remainder makes the window what is left of the case limit, one working
	// day at the least.
	Remainder bool  `yaml:"remainder,omitempty" json:"remainder,omitempty"`
	From      From  `yaml:"from,omitempty" json:"from,omitempty"`
	Owner     Owner `yaml:"owner,omitempty" json:"owner,omitempty"`
	// Within is a cumulative limit from the start of the case; the earlier of
	// window and limit holds.
	Within       *workday.Window `yaml:"within,omitempty" json:"within,omitempty"`
	WindowSource string          `yaml:"window_source,omitempty" json:"window_source,omitempty"`
	// WindowInferred marks a window that the procedure does not state.
	WindowInferred bool `yaml:"window_inferred,omitempty" json:"window_inferred,omitempty"`

	Form    Form        `yaml:"form" json:"form"`
	Meeting *MeetingKit `yaml:"meeting,omitempty" json:"meeting,omitempty"`
	Gates   []Gate      `yaml:"gates,omitempty" json:"gates,omitempty"`

	// OnLapse says what silence does; Escalate unless said.
	OnLapse OnLapse `yaml:"on_lapse,omitempty" json:"on_lapse,omitempty"`
	// Then names what follows "not satisfied" where that is not the next rung.
	Then *Then `yaml:"then,omitempty" json:"then,omitempty"`
}

// Respond names who is asked to answer.
type Respond struct {
	// Roles are all sent the card.
	Roles []Role `yaml:"roles,omitempty" json:"roles,omitempty"`
	// ByAgency replaces Roles when the challenge names an agency.
	ByAgency map[string][]Role `yaml:"by_agency,omitempty" json:"by_agency,omitempty"`
	// Replier is the one role that may answer; empty: any of the roles.
	Replier Role `yaml:"replier,omitempty" json:"replier,omitempty"`
	// ReplierByAgency is Replier where it differs by agency.
	ReplierByAgency map[string]Role `yaml:"replier_by_agency,omitempty" json:"replier_by_agency,omitempty"`
	// Outside says that the respondent has no account in the tenant: the asker
	// asks by telephone or e-mail and records the reply on their behalf.
	Outside bool `yaml:"outside,omitempty" json:"outside,omitempty"`
	// MayRepeat lets a person who answered an earlier rung answer this one too.
	MayRepeat bool `yaml:"may_repeat,omitempty" json:"may_repeat,omitempty"`
}

// OnLapse is what a rung does when its window ends in silence.
type OnLapse string

// Escalate moves to the next rung (and waits at its gates). Prompt holds and asks
// the judge to move it on. An external referral is never made by a lapse.
const (
	Escalate OnLapse = "escalate"
	Prompt   OnLapse = "prompt"
)

// Then is where "not satisfied" leads when it does not lead to the next rung.
type Then struct {
	Rung    string `yaml:"rung,omitempty" json:"rung,omitempty"`
	HandOff string `yaml:"hand_off,omitempty" json:"hand_off,omitempty"`
	End     bool   `yaml:"end,omitempty" json:"end,omitempty"`
}

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
	// After is a gate of the same rung that must be opened first and only counts
	// when refused there (a second opinion).
	OnlyIfRefused string `yaml:"only_if_refused,omitempty" json:"only_if_refused,omitempty"`
	// Skipped says that the gate holds a direct entry only.
	DirectOnly bool `yaml:"direct_only,omitempty" json:"direct_only,omitempty"`
}

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

// HandOff names another procedure that a challenge may be handed to.
type HandOff struct {
	ID     string `yaml:"id" json:"id"`
	Label  string `yaml:"label" json:"label"`
	Source string `yaml:"source" json:"source"`
}

// External is a referral outside the authority. Only a person makes it.
type External struct {
	To              string `yaml:"to" json:"to"`
	Source          string `yaml:"source" json:"source"`
	By              Role   `yaml:"by" json:"by"`
	OnlyLookedAfter bool   `yaml:"only_looked_after" json:"only_looked_after"`
	AnyTime         bool   `yaml:"any_time" json:"any_time"`
	InformBefore    []Role `yaml:"inform_before,omitempty" json:"inform_before,omitempty"`
	Consult         []Role `yaml:"consult,omitempty" json:"consult,omitempty"`
	Contact         string `yaml:"contact,omitempty" json:"contact,omitempty"`
	Advice          string `yaml:"advice,omitempty" json:"advice,omitempty"`
}

// PartnerMode says what a ladder does with a concern about another agency.
type PartnerMode string

// RecordOnly keeps a note outside the ladder; PartnerHandOff names a procedure.
const (
	RecordOnly     PartnerMode = "record-only"
	PartnerHandOff PartnerMode = "hand-off"
)

// PartnerConcerns is the ladder's rule for concerns about another agency.
type PartnerConcerns struct {
	Mode     PartnerMode `yaml:"mode" json:"mode"`
	To       string      `yaml:"to,omitempty" json:"to,omitempty"`
	Template string      `yaml:"template,omitempty" json:"template,omitempty"`
	Source   string      `yaml:"source" json:"source"`
}

// Shorten lets the chair ask for less than the window, never for more.
type Shorten struct {
	By      Role            `yaml:"by" json:"by"`
	Minimum *workday.Window `yaml:"minimum,omitempty" json:"minimum,omitempty"`
	Source  string          `yaml:"source" json:"source"`
}

// Record is a note that the procedure wants in another system.
type Record struct {
	On       []string `yaml:"on" json:"on"` // raise, response, judgement, lapse, skip, close, any
	Author   Role     `yaml:"author" json:"author"`
	Rungs    []string `yaml:"rungs,omitempty" json:"rungs,omitempty"`
	System   string   `yaml:"system" json:"system"`
	Location string   `yaml:"location,omitempty" json:"location,omitempty"`
	Template string   `yaml:"template,omitempty" json:"template,omitempty"`
	Mailbox  string   `yaml:"mailbox,omitempty" json:"mailbox,omitempty"`
	Source   string   `yaml:"source" json:"source"`
}

// Oversight is what the overseeing role is asked to watch.
type Oversight struct {
	Role          Role   `yaml:"role" json:"role"`
	ResolveBefore string `yaml:"resolve_before,omitempty" json:"resolve_before,omitempty"`
	Source        string `yaml:"source" json:"source"`
}

// Rung returns the rung with that id.
func (l *Ladder) Rung(id string) (*Rung, bool) {
	i := slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return &l.Rungs[i], true
}

// First is the rung on which a challenge starts.
func (l *Ladder) First() *Rung {
	for i := range l.Rungs {
		if l.Rungs[i].Kind != Exceptional {
			return &l.Rungs[i]
		}
	}
	return nil
}

// Next is the rung above, or nil at the top. Exceptional rungs are passed over:
// they are reached only directly.
func (l *Ladder) Next(id string) *Rung {
	i := slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.ID == id })
	if i < 0 || l.Rungs[i].Kind == Exceptional {
		return nil
	}
	for i++; i < len(l.Rungs); i++ {
		if l.Rungs[i].Kind != Exceptional {
			return &l.Rungs[i]
		}
	}
	return nil
}

// Above is where a rung leads when it did not settle the matter, by judgement or
// by silence: where its Then says, or else to the next rung. nil is the end of the
// ladder or a hand-off to another procedure.
func (l *Ladder) Above(r *Rung) *Rung {
	if r.Then == nil {
		return l.Next(r.ID)
	}
	to, _ := l.Rung(r.Then.Rung)
	return to
}

// Raisers are the roles that may raise a challenge under the ladder.
func (l *Ladder) Raisers() []Role {
	if len(l.RaisedBy) == 0 {
		return []Role{RoleChair}
	}
	return l.RaisedBy
}

// JudgeOf is the role that judges a response on the rung.
func (r *Rung) JudgeOf() Role {
	if r.Judge == "" {
		return RoleChair
	}
	return r.Judge
}

// StartsFormalClock reports whether opening the rung starts a FirstFormal case.
func (r *Rung) StartsFormalClock() bool { return r.Kind != Informal }

// RolesFor are the roles asked to answer for a challenge about that agency.
func (r *Respond) RolesFor(agency string) []Role {
	if roles, ok := r.ByAgency[agency]; ok && agency != "" {
		return roles
	}
	return r.Roles
}

// ReplierFor is the one role that may answer, or "" for any of RolesFor.
func (r *Respond) ReplierFor(agency string) Role {
	if role, ok := r.ReplierByAgency[agency]; ok && agency != "" {
		return role
	}
	return r.Replier
}

// Opener is the role that records that the gate is done.
func (g *Gate) Opener() Role {
	if g.By == "" {
		return RoleChair
	}
	return g.By
}

// RoleLabel is the authority's name for a role.
func (l *Ladder) RoleLabel(r Role) string {
	if s := l.Roles[r]; s != "" {
		return s
	}
	if r == RoleChair {
		return l.Words.Chair
	}
	return string(r)
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
