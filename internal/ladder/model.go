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
	// StatutoryFrom is the rung with which that part begins; the first that is not
	// informal unless said.
	StatutoryFrom string `yaml:"statutory_from,omitempty" json:"statutory_from,omitempty"`
	Source        string `yaml:"source,omitempty" json:"source,omitempty"`
}

// Category is one reason for concern.
type Category struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
	Plans []Plan `yaml:"plans,omitempty" json:"plans,omitempty"` // empty: both
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
