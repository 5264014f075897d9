package challenge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// State of a challenge; see the picture in the package comment.
type State string

// The states. The last three are closed: nothing but an external referral,
// and what became of a message, is recorded in them.
const (
	StateAwaitingResponse  State = "awaiting_response"
	StateAwaitingJudgement State = "awaiting_judgement"
	StateHeldAtGate        State = "held_at_gate"
	StateExhausted         State = "exhausted"
	StateResolved          State = "resolved"
	StateWithdrawn         State = "withdrawn"
	StateHandedOff         State = "handed_off"
)

// IsOpen reports whether anything can still be asked of anybody.
func (s State) IsOpen() bool {
	return s == StateAwaitingResponse || s == StateAwaitingJudgement || s == StateHeldAtGate || s == StateExhausted
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
	Role directory.Role `json:"role"`
	// CoverFor names the role's holder when this person stands in; CoverForID is their Entra
	// object id, which parties recorded by an earlier version lack.
	CoverFor   string `json:"cover_for,omitempty"`
	CoverForID string `json:"cover_for_id,omitempty"`
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
func (t ConferenceType) Plan() ladder.ChildPlan {
	if t == CareReview {
		return ladder.LookedAfter
	}
	return ladder.ChildProtection
}

// Details are what the chair wrote when raising. They never change, but for the team, to which
// the chair can move the challenge.
type Details struct {
	// RecordNumber is the child's number in the recording system. Never a name.
	RecordNumber   string         `json:"record"`
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

// IsLookedAfter reports whether the child is looked after.
func (d Details) IsLookedAfter() bool {
	return d.LookedAfter || d.Conference.Plan() == ladder.LookedAfter
}

// Scope is what the challenge is about, as far as it decides who holds a role.
func (d Details) Scope() directory.Scope { return directory.Scope{Team: d.Team, Agency: d.Agency} }

// Challenge is one challenge as it stands. All of it, Details excepted, is one
// document beside the columns that the database searches by.
type Challenge struct {
	ID            uuid.UUID `json:"id"`
	Ref           string    `json:"ref"`
	Ladder        string    `json:"ladder"`
	LadderVersion int       `json:"ladder_version"`
	LadderHash    string    `json:"ladder_digest"`
	Calendar      string    `json:"calendar"`
	State         State     `json:"state"`
	// Version counts what people can see; a card shows one version.
	Version int `json:"version"`
	// Seq and Head are the number and the hash of the last event.
	Seq  int  `json:"seq"`
	Head Hash `json:"head"`

	Details Details `json:"-"`
	// Team is the one that the challenge was moved to, and RaisedTeam the one that it was
	// raised about; both empty while it was never moved. Details has the first.
	Team       string    `json:"team,omitempty"`
	RaisedTeam string    `json:"raised_team,omitempty"`
	Chair      Person    `json:"chair"`
	RaisedAt   time.Time `json:"raised_at"`
	// LimitStart is day 0 of the case clock, 0 until it starts.
	LimitStart workday.Date `json:"case_start,omitempty"`
	// LimitDue is the end of the case limit, zero without one.
	LimitDue time.Time `json:"case_due,omitzero"`
	// StatutoryDue is when the formal part for a looked-after child should have ended.
	// It is a warning only, zero until that part begins.
	StatutoryDue time.Time `json:"statutory_due,omitzero"`

	// Rung is the rung the challenge is on, or waits to enter when held.
	Rung string `json:"rung"`
	// Openings are the openings of rungs, the last one the current.
	Openings []Opening `json:"visits"`
	Hold     *Hold     `json:"hold,omitempty"`
	// ShorterWindow is a shorter time that was asked for the next answer.
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	// GatesAhead are gates opened before their rung was reached.
	GatesAhead []GateState `json:"ahead,omitempty"`
	// ThresholdViews are the views on the threshold that were asked for: once asked, they
	// are not asked for again on a later direct entry.
	ThresholdViews []ThresholdView `json:"thresholds,omitempty"`
	// EndRequest is what an overseer asks of the chair, who decides.
	EndRequest *EndRequest `json:"end_request,omitempty"`
	// Gaps are where nobody is left who could do what the challenge waits for, and GapsSince
	// is when that began.
	Gaps      []Gap     `json:"gaps,omitempty"`
	GapsSince time.Time `json:"gaps_since,omitzero"`
	// NextAt is when the clock must look at the challenge again; zero: never.
	NextAt time.Time `json:"next_at,omitzero"`
	// InterruptedUntil is the end of the last outage that is on the record.
	InterruptedUntil time.Time `json:"interrupted_until,omitzero"`
	// ReferralCount counts external referrals recorded beside the states.
	ReferralCount int `json:"referrals,omitempty"`
	// Untaken are the cards that Teams did not take, each until one like it arrives or it has
	// nothing to ask any more.
	Untaken []UntakenCard `json:"untaken,omitempty"`
	// UnreachableAddresses are those whose last card Teams refused for good.
	UnreachableAddresses []Address `json:"unreached,omitempty"`
	ClosedAt             time.Time `json:"closed_at,omitzero"`
}

// Scope is what the challenge is about, as far as it decides who holds a role.
func (c *Challenge) Scope() directory.Scope { return c.Details.Scope() }

// CurrentOpening is the opening under way, or the last one; nil before the first.
func (c *Challenge) CurrentOpening() *Opening {
	if len(c.Openings) == 0 {
		return nil
	}
	return &c.Openings[len(c.Openings)-1]
}

// Opening returns opening n.
func (c *Challenge) Opening(n int) *Opening {
	if n < 1 || n > len(c.Openings) {
		return nil
	}
	return &c.Openings[n-1]
}

// Due is when the current window ends; zero unless a response is awaited.
func (c *Challenge) Due() time.Time {
	opening := c.CurrentOpening()
	if c.State != StateAwaitingResponse || opening == nil {
		return time.Time{}
	}
	return opening.Deadline.Due
}

// WasRespondent reports whether that person was a respondent on any opening.
func (c *Challenge) WasRespondent(id string) bool {
	return slices.ContainsFunc(c.Openings, func(opening Opening) bool { return opening.wasRespondent(id) })
}

// wasRespondentOnOtherRung reports whether that person was a respondent on another rung.
func (c *Challenge) wasRespondentOnOtherRung(id, rung string) bool {
	return slices.ContainsFunc(c.Openings, func(opening Opening) bool { return opening.Rung != rung && opening.wasRespondent(id) })
}

// WaitingFor are the people whom the challenge waits for now.
func (c *Challenge) WaitingFor() []string {
	switch c.State {
	case StateAwaitingResponse:
		if opening := c.CurrentOpening(); opening != nil {
			return opening.Responders
		}
		return nil
	case StateAwaitingJudgement, StateExhausted:
		if opening := c.CurrentOpening(); opening != nil {
			return opening.judgeIDs()
		}
		return []string{c.Chair.ID}
	case StateHeldAtGate:
		if c.Hold == nil {
			return nil
		}
		var ids []string
		for _, g := range c.Hold.Gates {
			if g.IsCleared() {
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
	c.Openings = slices.Clone(c.Openings)
	c.GatesAhead = slices.Clone(c.GatesAhead)
	c.ThresholdViews = slices.Clone(c.ThresholdViews)
	if c.Hold != nil {
		h := *c.Hold
		h.Gates = slices.Clone(h.Gates)
		c.Hold = &h
	}
	return c
}
