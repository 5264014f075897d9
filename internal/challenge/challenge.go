package challenge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// State of a challenge; see the picture in the package comment.
type State string

// The states. The last three are closed: nothing but an external referral,
// and what became of a message, is recorded in them.
const (
	AwaitingResponse  State = "awaiting_response"
	AwaitingJudgement State = "awaiting_judgement"
	HeldAtGate        State = "held_at_gate"
	Exhausted         State = "exhausted"
	Resolved          State = "resolved"
	Withdrawn         State = "withdrawn"
	HandedOff         State = "handed_off"
)

// Open reports whether anything can still be asked of anybody.
func (s State) Open() bool {
	return s == AwaitingResponse || s == AwaitingJudgement || s == HeldAtGate || s == Exhausted
}

// Person is somebody as known when an event was written: the Entra object id
// never changes, the name is the one of that day.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// System acts when no person does.
var System = Person{ID: "", Name: "challengebot"}

// Party is a person with the role they were asked in.
type Party struct {
	Person
	Role ladder.Role `json:"role"`
	// CoverFor names the role's holder when this person stands in.
	CoverFor string `json:"cover_for,omitempty"`
}

// ConferenceType is the meeting a challenge comes from.
type ConferenceType string

// Conference types.
const (
	InitialConference ConferenceType = "initial"    // ICPC
	ReviewConference  ConferenceType = "review"     // RCPC
	CareReview        ConferenceType = "lac-review" // review of a looked-after child's plan
)

// Plan is the kind of plan that the conference looks after.
func (t ConferenceType) Plan() ladder.Plan {
	if t == CareReview {
		return ladder.LookedAfter
	}
	return ladder.ChildProtection
}

// Details are what the chair wrote when raising. They never change.
type Details struct {
	// Record is the child's number in the recording system. Never a name.
	Record         string         `json:"record"`
	Conference     ConferenceType `json:"conference"`
	ConferenceDate workday.Date   `json:"conference_date"`
	Categories     []string       `json:"categories"`
	Concern        string         `json:"concern"`
	Evidence       string         `json:"evidence,omitempty"`
	Ask            string         `json:"ask"`
	AskBy          workday.Date   `json:"ask_by"`
	Team           string         `json:"team"`
	Agency         string         `json:"agency,omitempty"`
	// LookedAfter says that a child whose protection plan this is about is looked
	// after too. A review of a looked-after child's plan says so by itself.
	LookedAfter bool `json:"looked_after,omitempty"`
}

// InCare reports whether the child is looked after.
func (d Details) InCare() bool { return d.LookedAfter || d.Conference.Plan() == ladder.LookedAfter }

// Challenge is one challenge as it stands. All of it, Details excepted, is one
// document beside the columns that the database searches by.
type Challenge struct {
	ID            uuid.UUID `json:"id"`
	Ref           string    `json:"ref"`
	Ladder        string    `json:"ladder"`
	LadderVersion int       `json:"ladder_version"`
	LadderDigest  string    `json:"ladder_digest"`
	Calendar      string    `json:"calendar"`
	State         State     `json:"state"`
	// Version counts what people can see; a card shows one version.
	Version int `json:"version"`
	// Seq and Head are the number and the hash of the last event.
	Seq  int  `json:"seq"`
	Head Hash `json:"head"`

	Details  Details   `json:"-"`
	Chair    Person    `json:"chair"`
	RaisedAt time.Time `json:"raised_at"`
	// CaseStart is day 0 of the case clock, 0 until it starts.
	CaseStart workday.Date `json:"case_start,omitempty"`
	// CaseDue is the end of the case limit, zero without one.
	CaseDue time.Time `json:"case_due,omitzero"`
	// StatutoryDue is when the formal part for a looked-after child should have ended.
	// It is a warning only, zero until that part begins.
	StatutoryDue time.Time `json:"statutory_due,omitzero"`

	// Rung is the rung the challenge is on, or waits to enter when held.
	Rung string `json:"rung"`
	// Visits are the openings of rungs, the last one the current.
	Visits []Visit `json:"visits"`
	Hold   *Hold   `json:"hold,omitempty"`
	// Shorter is a shorter time that was asked for the next answer.
	Shorter *Shorter `json:"shorter,omitempty"`
	// Ahead are gates opened before their rung was reached.
	Ahead []GateState `json:"ahead,omitempty"`
	// Thresholds are the views on the threshold that were asked for: once asked, they
	// are not asked for again on a later direct entry.
	Thresholds []ThresholdView `json:"thresholds,omitempty"`
	// NextAt is when the clock must look at the challenge again; zero: never.
	NextAt time.Time `json:"next_at,omitzero"`
	// Referrals counts external referrals recorded beside the states.
	Referrals int `json:"referrals,omitempty"`
	// Unreached are those whose last card Teams refused for good.
	Unreached []Address `json:"unreached,omitempty"`
	ClosedAt  time.Time `json:"closed_at,omitzero"`
}

// Ending is how a visit to a rung ended.
type Ending string

// Outcomes of a visit.
const (
	Open      Ending = "open"
	Answered  Ending = "answered"
	Judged    Ending = "judged"
	LapsedOut Ending = "lapsed"
	Vacant    Ending = "vacant"
	LeftBy    Ending = "left" // skipped, withdrawn or handed off before an answer
)

// Visit is one opening of a rung. A rung is visited twice when the chair was
// partly satisfied.
type Visit struct {
	N           int       `json:"n"`
	Rung        string    `json:"rung"`
	OpenedAt    time.Time `json:"opened_at"`
	Respondents []Party   `json:"respondents"`
	Repliers    []string  `json:"repliers"` // ids of those who may answer
	Judge       Party     `json:"judge"`
	Alerted     []Party   `json:"alerted,omitempty"`
	Meeting     []Party   `json:"meeting,omitempty"` // who has a role in the rung's meeting
	// HandedOver are the passings on to stand-ins; Respondents are who is asked now.
	HandedOver []Handover       `json:"handed_over,omitempty"`
	Deadline   workday.Deadline `json:"deadline"`
	// LimitPassed: the cumulative limit had ended before the rung opened, so the
	// respondent has the one working day that is the least.
	LimitPassed bool        `json:"limit_passed,omitempty"`
	Shorter     *Shorter    `json:"shorter,omitempty"`
	Reminders   []time.Time `json:"reminders,omitempty"` // still to come
	Outcome     Ending      `json:"outcome"`
	AnsweredBy  Person      `json:"answered_by,omitzero"`
	AnsweredAt  time.Time   `json:"answered_at,omitzero"`
	Verdict     Verdict     `json:"verdict,omitempty"`
	Received    bool        `json:"received,omitempty"` // Teams took a respondent's card
	// Refused are those asked whose card Teams refused for good. When it arrives
	// after all, the date stays: whoever removes the app gains no time by it.
	Refused []string `json:"refused,omitempty"`
	// Kept marks the replies on the record, the one that counts and those that came
	// too late, so that the same one is kept once.
	Kept []string `json:"kept,omitempty"`
}

// Hold is a challenge waiting at the gates of the rung it wants to enter.
type Hold struct {
	Rung  string      `json:"rung"`
	Since time.Time   `json:"since"`
	Why   Cause       `json:"why"`
	Gates []GateState `json:"gates"`
	// Opens is when an escalator's window ends and the gate opens by itself.
	Opens time.Time `json:"opens,omitzero"`
}

// Cause is what brought a challenge to a rung.
type Cause string

// Causes.
const (
	ByRaise       Cause = "raise"
	ByLapse       Cause = "lapse"
	ByVacancy     Cause = "vacancy"
	ByUnsatisfied Cause = "not_satisfied"
	ByPartly      Cause = "partly"
	BySkip        Cause = "skip"
	ByGate        Cause = "gate"
)

// GateStatus is where one gate stands.
type GateStatus string

// Gate states. Overridden is a refusal that the chair went on against.
const (
	GateClosed     GateStatus = "closed"
	GatePassed     GateStatus = "passed"
	GateRefused    GateStatus = "refused"
	GateOverridden GateStatus = "overridden"
)

// GateState is one gate of a rung and where it stands.
type GateState struct {
	Rung string `json:"rung"`
	Gate string `json:"gate"`
	// Needs is copied from the ladder: whether a refusal holds the challenge.
	Needs  ladder.Outcome `json:"needs"`
	Status GateStatus     `json:"status"`
	// Openers may record the gate; Consulted may record their own view.
	Openers   []Party `json:"openers,omitempty"`
	Consulted []Party `json:"consulted,omitempty"`
}

// ThresholdView is what somebody consulted on the threshold said.
type ThresholdView struct {
	Role   ladder.Role `json:"role"`
	Status GateStatus  `json:"status"`
}

// Done reports whether the gate no longer holds.
func (g GateState) Done() bool {
	return g.Status == GatePassed || g.Status == GateOverridden || (g.Status == GateRefused && g.Needs == ladder.Held)
}

// Current is the visit under way, or the last one; nil before the first.
func (c *Challenge) Current() *Visit {
	if len(c.Visits) == 0 {
		return nil
	}
	return &c.Visits[len(c.Visits)-1]
}

// Visit returns visit n.
func (c *Challenge) Visit(n int) *Visit {
	if n < 1 || n > len(c.Visits) {
		return nil
	}
	return &c.Visits[n-1]
}

// Due is when the current window ends; zero unless a response is awaited.
func (c *Challenge) Due() time.Time {
	v := c.Current()
	if c.State != AwaitingResponse || v == nil {
		return time.Time{}
	}
	return v.Deadline.Due
}

// MayAnswer reports whether that person is one of those asked on the visit.
func (v *Visit) MayAnswer(id string) bool { return slices.Contains(v.Repliers, id) }

// Asked reports whether the visit's card went to that person.
func (v *Visit) Asked(id string) bool {
	return slices.ContainsFunc(v.Respondents, func(p Party) bool { return p.ID == id })
}

// WasAsked reports whether that person was a respondent on any visit.
func (c *Challenge) WasAsked(id string) bool {
	return slices.ContainsFunc(c.Visits, func(v Visit) bool { return v.wasAsked(id) })
}

// askedBelow reports whether that person was a respondent on another rung.
func (c *Challenge) askedBelow(id, rung string) bool {
	return slices.ContainsFunc(c.Visits, func(v Visit) bool { return v.Rung != rung && v.wasAsked(id) })
}

// Waiting are the people whom the challenge waits for now.
func (c *Challenge) Waiting() []string {
	switch c.State {
	case AwaitingResponse:
		if v := c.Current(); v != nil {
			return v.Repliers
		}
		return nil
	case AwaitingJudgement, Exhausted:
		if v := c.Current(); v != nil {
			return []string{v.Judge.ID}
		}
		return []string{c.Chair.ID}
	case HeldAtGate:
		if c.Hold == nil {
			return nil
		}
		var ids []string
		for _, g := range c.Hold.Gates {
			if g.Done() {
				continue
			}
			for _, p := range slices.Concat(g.Openers, g.Consulted) {
				if !slices.Contains(ids, p.ID) {
					ids = append(ids, p.ID)
				}
			}
		}
		return ids
	default:
		return nil
	}
}

// clone copies what fold changes, so that a transition never alters its argument.
func (c Challenge) clone() Challenge {
	c.Visits = slices.Clone(c.Visits)
	c.Ahead = slices.Clone(c.Ahead)
	c.Thresholds = slices.Clone(c.Thresholds)
	if c.Hold != nil {
		h := *c.Hold
		h.Gates = slices.Clone(h.Gates)
		c.Hold = &h
	}
	return c
}
