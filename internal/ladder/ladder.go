package ladder

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// ChildPlan is the kind of plan a child or an adult has, which decides the ladders that apply. A
// ladder may name any; the program gives a meaning of its own to these two alone: they have
// conferences without being told, and a looked-after child may be referred to CAFCASS.
type ChildPlan string

// The kinds of plan that the program knows.
const (
	ChildProtection ChildPlan = "child-protection"
	LookedAfter     ChildPlan = "looked-after"
)

// Party says whose practice a ladder challenges.
type Party string

// PartyInternal is the authority's own service, Partner another agency, PartyAny both.
const (
	PartyInternal Party = "internal"
	PartyPartner  Party = "partner"
	PartyAny      Party = "any"
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
	ID        string      `yaml:"ladder" json:"ladder"`
	Version   int         `yaml:"version" json:"version"`
	Title     string      `yaml:"title" json:"title"`
	Authority string      `yaml:"authority" json:"authority"`
	Source    string      `yaml:"source" json:"source"`
	Plans     []ChildPlan `yaml:"plans" json:"plans"`
	Party     Party       `yaml:"party" json:"party"`
	Direction Direction   `yaml:"direction,omitempty" json:"direction,omitempty"`
	// RaisedBy are the roles that may raise a challenge; the chair unless said.
	RaisedBy []directory.Role `yaml:"raised_by,omitempty" json:"raised_by,omitempty"`
	Words    Words            `yaml:"words" json:"words"`
	// Roles gives each role the authority's own name for it: card texts use it.
	Roles        map[directory.Role]string `yaml:"roles" json:"roles"`
	OverallLimit OverallLimit              `yaml:"case" json:"case"`
	// Subjects are what a challenge can be about, where that is not the conferences of the plans.
	Subjects   []Subject  `yaml:"subjects,omitempty" json:"subjects,omitempty"`
	Categories []Category `yaml:"categories" json:"categories"`
	Rungs      []Rung     `yaml:"rungs" json:"rungs"`
	// OwnSide are roles of this ladder that are held on the side of whoever raises a challenge: in
	// their own team or agency, under the name that the directory has for them.
	OwnSide map[directory.Role]directory.Role `yaml:"own_side,omitempty" json:"own_side,omitempty"`
	// RaiseWithin is the time in which a challenge should be raised.
	RaiseWithin *RaiseWithin `yaml:"raise_within,omitempty" json:"raise_within,omitempty"`
	// SharedWindows are times that several rungs have together.
	SharedWindows []SharedWindow `yaml:"shared_windows,omitempty" json:"shared_windows,omitempty"`
	// Urgencies are the kinds of challenge that cannot wait as long as others.
	Urgencies        []Urgency         `yaml:"urgencies,omitempty" json:"urgencies,omitempty"`
	Skips            []Skip            `yaml:"skips,omitempty" json:"skips,omitempty"`
	HandOffs         []HandOff         `yaml:"hand_offs,omitempty" json:"hand_offs,omitempty"`
	ExternalReferral *ExternalReferral `yaml:"external,omitempty" json:"external,omitempty"`
	// PartnerConcerns says what to do when the concern is about another agency
	// and this ladder does not cover it.
	PartnerConcerns *PartnerConcerns `yaml:"partner_concerns,omitempty" json:"partner_concerns,omitempty"`
	Shorten         *ShortenRule     `yaml:"shorten,omitempty" json:"shorten,omitempty"`
	RecordingRules  []RecordingRule  `yaml:"records,omitempty" json:"records,omitempty"`
	Oversight       *Oversight       `yaml:"oversight,omitempty" json:"oversight,omitempty"`
	Alerts          []Alert          `yaml:"notices,omitempty" json:"notices,omitempty"`
	Register        *RegisterReaders `yaml:"register,omitempty" json:"register,omitempty"`
	Themes          *ThemeNote       `yaml:"themes,omitempty" json:"themes,omitempty"`
	ConferenceList  *ConferenceList  `yaml:"conference,omitempty" json:"conference,omitempty"`
	Reports         []Report         `yaml:"reports,omitempty" json:"reports,omitempty"`
	// GoodPractice says that good practice is recognised beside challenges.
	GoodPractice *GoodPractice `yaml:"good_practice,omitempty" json:"good_practice,omitempty"`
	// Tests are worked examples. They change no procedure: neither its JSON nor its hash has them.
	Tests []Test `yaml:"tests,omitempty" json:"-"`
}

// Words are the authority's own labels for the product's terms.
type Words struct {
	Challenge    string `yaml:"challenge" json:"challenge"`                 // "Professional Challenge"
	Rung         string `yaml:"rung" json:"rung"`                           // "stage", "level"
	Chair        string `yaml:"chair" json:"chair"`                         // "IRO / CP chair"
	Child        string `yaml:"child" json:"child"`                         // "child", "child or young person"
	RecordNumber string `yaml:"record_id" json:"record_id"`                 // "LCS number", "Protocol ID"
	Conference   string `yaml:"conference" json:"conference"`               // "conference", "review"
	Preface      string `yaml:"preface,omitempty" json:"preface,omitempty"` // said on the form before a challenge is raised
}

// LimitStart says what starts the clock of the whole case.
type LimitStart string

// LimitFromRaise starts it when the challenge is raised; LimitFromFirstFormal when the first
// rung of a formal kind opens (the first formal send).
const (
	LimitFromRaise       LimitStart = "first-raise"
	LimitFromFirstFormal LimitStart = "first-formal"
)

// OverallLimit is the clock of the whole case, beside those of the rungs.
type OverallLimit struct {
	Starts LimitStart      `yaml:"starts" json:"starts"`
	Window *workday.Window `yaml:"limit,omitempty" json:"limit,omitempty"`
	// Hard limits bind every rung's due date; a target is shown and reported only.
	Hard bool `yaml:"hard,omitempty" json:"hard,omitempty"`
	// Statutory warns when the formal part for a looked-after child passes it.
	Statutory *workday.Window `yaml:"statutory,omitempty" json:"statutory,omitempty"`
	// StatutoryFrom is the rung with which that part begins; the first that is not
	// informal unless said.
	StatutoryFrom string `yaml:"statutory_from,omitempty" json:"statutory_from,omitempty"`
	Source        string `yaml:"source,omitempty" json:"source,omitempty"`
}

// RaiseWithin is the time in which a challenge should be raised, counted from the date of what it is
// about. Later is allowed with a reason.
type RaiseWithin struct {
	Window workday.Window `yaml:"window" json:"window"`
	Source string         `yaml:"source" json:"source"`
}

// Category is one reason for concern.
type Category struct {
	ID    string      `yaml:"id" json:"id"`
	Label string      `yaml:"label" json:"label"`
	Plans []ChildPlan `yaml:"plans,omitempty" json:"plans,omitempty"` // empty: both
}

// RungByID returns the rung with that id.
func (l *Ladder) RungByID(id string) (*Rung, bool) {
	i := slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return &l.Rungs[i], true
}

// FirstRung is the rung on which a challenge starts.
func (l *Ladder) FirstRung() *Rung {
	for i := range l.Rungs {
		if l.Rungs[i].Kind != RungExceptional {
			return &l.Rungs[i]
		}
	}
	return nil
}

// NextRung is the rung above, or nil at the top. Exceptional rungs are passed over:
// they are reached only directly.
func (l *Ladder) NextRung(id string) *Rung {
	i := slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.ID == id })
	if i < 0 || l.Rungs[i].Kind == RungExceptional {
		return nil
	}
	for i++; i < len(l.Rungs); i++ {
		if l.Rungs[i].Kind != RungExceptional {
			return &l.Rungs[i]
		}
	}
	return nil
}

// EscalationTarget is where a rung leads when it did not settle the matter, by judgement or
// by silence: where its Then says, or else to the next rung. nil is the end of the
// ladder or a hand-off to another procedure.
func (l *Ladder) EscalationTarget(r *Rung) *Rung {
	if r.IfNotSatisfied == nil {
		return l.NextRung(r.ID)
	}
	to, _ := l.RungByID(r.IfNotSatisfied.Rung)
	return to
}

// RaiserRoles are the roles that may raise a challenge under the ladder.
func (l *Ladder) RaiserRoles() []directory.Role {
	if len(l.RaisedBy) == 0 {
		return []directory.Role{directory.RoleChair}
	}
	return l.RaisedBy
}

// IsRaisedAnywhere reports whether whoever raises a challenge may belong to any team or agency, and
// not only to what it is about.
func (l *Ladder) IsRaisedAnywhere() bool {
	return len(l.OwnSide) > 0 || len(l.RaisedBy) > 0 && l.Party != PartyInternal
}

// RoleLabel is the authority's name for a role.
func (l *Ladder) RoleLabel(r directory.Role) string {
	if s := l.Roles[r]; s != "" {
		return s
	}
	if r == directory.RoleChair {
		return l.Words.Chair
	}
	return string(r)
}
