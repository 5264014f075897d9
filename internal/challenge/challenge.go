package challenge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/directory"
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
	// LastAt is the time of the last event. None is written with an earlier one.
	LastAt time.Time `json:"last_at,omitzero"`

	Details Details `json:"-"`
	// Team is the one that the challenge was moved to, and RaisedTeam the one that it was
	// raised about; both empty while it was never moved. Details has the first.
	Team       string `json:"team,omitempty"`
	RaisedTeam string `json:"raised_team,omitempty"`
	// Correction is what was put right of the details since; nil: nothing.
	Correction *Correction `json:"corrected,omitempty"`
	Chair      Person      `json:"chair"`
	RaisedAt   time.Time   `json:"raised_at"`
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
	// Urgent bounds the time of every rung; nil when the challenge can wait.
	Urgent *Urgent `json:"urgent,omitempty"`
	// EndRequest is what an overseer asks of the chair, who decides.
	EndRequest *EndRequest `json:"end_request,omitempty"`
	// Gaps are where nobody is left who could do what the challenge waits for, and GapsSince
	// is when that began.
	Gaps      []Gap     `json:"gaps,omitempty"`
	GapsSince time.Time `json:"gaps_since,omitzero"`
	// NextAt is when the clock must look at the challenge again; zero: never.
	NextAt time.Time `json:"next_at,omitzero"`
	// Recount is the last move of a date with the calendar.
	Recount *Recount `json:"recount,omitempty"`
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
	// PastedNotes are the notes that stand in the other system.
	PastedNotes []NoteKey `json:"pasted_notes,omitempty"`
}

// NoteKey names one note that the procedure wants in another system: which of the ladder's rules, and
// the first event of the moment that it is about.
type NoteKey struct {
	Rule int `json:"rule"`
	Seq  int `json:"seq"`
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

// IsToldInTheMorning reports whether the chair hears of the current opening in the next digest and
// not at once: it followed a window that ended in silence, at a time when nobody works.
func (c *Challenge) IsToldInTheMorning(calendar *workday.Calendar) bool {
	opening, before := c.CurrentOpening(), c.Opening(len(c.Openings)-1)
	if c.Urgent != nil || before == nil || before.Outcome != OutcomeLapsed {
		return false
	}
	day := calendar.DateOf(opening.OpenedAt)
	return !calendar.IsWorkingDay(day) || opening.OpenedAt.Before(calendar.StartOfDay(day)) || !opening.OpenedAt.Before(calendar.EndOfDay(day))
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

// Recount is the last time that the end of a window, or of an escalator's time, moved with
// the calendar.
type Recount struct {
	At  time.Time `json:"at"`
	Was time.Time `json:"was"`
	Now time.Time `json:"now"`
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

// EndRequest is a request to end the challenge that its chair has not followed.
type EndRequest struct {
	By        Person    `json:"by"`
	At        time.Time `json:"at"`
	Reason    string    `json:"reason"`
	HandOffTo string    `json:"hand_off_to,omitempty"`
}

// leaveOpening ends the current opening, if it waits, without an answer or a judgement.
func (c *Challenge) leaveOpening() {
	if opening := c.CurrentOpening(); opening != nil && opening.Outcome == OutcomeOpen {
		opening.Outcome, opening.Reminders = OutcomeLeft, nil
	}
	c.Hold = nil
}

// openingToChange is the current opening for an event to change. Only a forged trail has
// such an event before the first opening; what it changes is then dropped.
func (c *Challenge) openingToChange() *Opening {
	if o := c.CurrentOpening(); o != nil {
		return o
	}
	return new(Opening)
}

func (c *Challenge) closeAs(s State, at time.Time) {
	c.Gaps, c.GapsSince = nil, time.Time{}
	c.State, c.Hold, c.NextAt, c.ClosedAt = s, nil, time.Time{}, at
}

// forgetUntaken takes a card off those that were not taken.
func (c *Challenge) forgetUntaken(card Card, to Address) {
	c.keepUntaken(func(u UntakenCard) bool { return u.Card != card || u.To != to })
}

func (c *Challenge) keepUntaken(wanted func(UntakenCard) bool) {
	if !slices.ContainsFunc(c.Untaken, func(u UntakenCard) bool { return !wanted(u) }) {
		return
	}
	c.Untaken = slices.DeleteFunc(slices.Clone(c.Untaken), func(u UntakenCard) bool { return !wanted(u) })
	if len(c.Untaken) == 0 {
		c.Untaken = nil
	}
}

// StillAsks reports whether a card that was not taken still has something to ask or to tell:
// a question while its window runs, a judgement or a gate while it waits for the person. A
// reminder has not: the question itself says more.
func (c *Challenge) StillAsks(u UntakenCard) bool {
	switch u.Card {
	case CardReminder:
		return false
	case CardRespond:
		return c.State == StateAwaitingResponse && u.Opening == len(c.Openings) && slices.Contains(c.WaitingFor(), u.To.Person)
	case CardJudge:
		return c.State == StateAwaitingJudgement && u.Opening == len(c.Openings)
	case CardGate:
		return c.State == StateHeldAtGate && slices.Contains(c.WaitingFor(), u.To.Person)
	}
	return c.ClosedAt.IsZero()
}

// markReachable takes an address off those that cannot be reached.
func (c *Challenge) markReachable(a Address) {
	if slices.Contains(c.UnreachableAddresses, a) {
		c.UnreachableAddresses = slices.DeleteFunc(slices.Clone(c.UnreachableAddresses), func(u Address) bool { return u == a })
	}
}
