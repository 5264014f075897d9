package ladder

import "slices"

// The conferences and the review that a challenge can be about where a ladder lists nothing else.
const (
	InitialConference = "initial"    // ICPC
	ReviewConference  = "review"     // RCPC
	CareReview        = "lac-review" // review of a looked-after child's plan
)

// SubjectDate says whether what a challenge is about has a date.
type SubjectDate string

// Whether a date must be given, may be, or is not asked for.
const (
	DateRequired SubjectDate = "required"
	DateOptional SubjectDate = "optional"
	DateNone     SubjectDate = "none"
)

// Subject is something that a challenge can be about: a conference, a review, another meeting, a
// referral, or nothing that was held.
type Subject struct {
	ID string `yaml:"id" json:"id"`
	// Label is what people read; for the conferences of every ladder the program has one.
	Label string `yaml:"label" json:"label"`
	// Plan is the child's; the first of the ladder's unless said.
	Plan ChildPlan `yaml:"plan,omitempty" json:"plan,omitempty"`
	// Date says whether it has one; required unless said.
	Date SubjectDate `yaml:"date,omitempty" json:"date,omitempty"`
}

// SubjectList is what a challenge under the ladder can be about: what the file lists, or the
// conferences of its plans.
func (l *Ladder) SubjectList() []Subject {
	if len(l.Subjects) > 0 {
		return l.Subjects
	}
	usual := []Subject{
		{ID: InitialConference, Plan: ChildProtection, Date: DateRequired}, {ID: ReviewConference, Plan: ChildProtection, Date: DateRequired},
		{ID: CareReview, Plan: LookedAfter, Date: DateRequired},
	}
	return slices.DeleteFunc(usual, func(s Subject) bool { return !slices.Contains(l.Plans, s.Plan) })
}

// SubjectByID is what a challenge can be about under that id.
func (l *Ladder) SubjectByID(id string) (Subject, bool) {
	list := l.SubjectList()
	i := slices.IndexFunc(list, func(s Subject) bool { return s.ID == id })
	if i < 0 {
		return Subject{}, false
	}
	return list[i], true
}

// PlanOf is the kind of plan of a child whose challenge is about a subject; "" if there is none
// such.
func (l *Ladder) PlanOf(subject string) ChildPlan {
	s, _ := l.SubjectByID(subject)
	return s.Plan
}
