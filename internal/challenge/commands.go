package challenge

import (
	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Verdict is the judge's word on a response.
type Verdict string

// Verdicts. Partly asks for more on the same rung, once.
const (
	Satisfied    Verdict = "satisfied"
	Partly       Verdict = "partly"
	NotSatisfied Verdict = "not_satisfied"
)

// PlannedAction is one line of an agreed plan.
type PlannedAction struct {
	What  string       `json:"what"`
	Who   string       `json:"who"`
	DueBy workday.Date `json:"by"`
}

// Response is what a respondent wrote.
type Response struct {
	Form ladder.ResponseForm `json:"form"`
	Text string              `json:"text"`
	Plan []PlannedAction     `json:"plan,omitempty"`
	// Fields are what the form asks for beside text and plan, by field id.
	Fields map[string]string `json:"fields,omitempty"`
	// OnBehalfOf names the respondent when somebody recorded their reply.
	OnBehalfOf string `json:"on_behalf_of,omitempty"`
}

// Referral is an external referral as the person who made it records it.
type Referral struct {
	To        string                    `json:"to"`
	Informed  map[directory.Role]string `json:"informed,omitempty"`  // role: who and when
	Consulted map[directory.Role]string `json:"consulted,omitempty"` // role: who and when
	Contact   string                    `json:"contact"`             // the call: when, with whom
	On        workday.Date              `json:"on"`
	Note      string                    `json:"note,omitempty"`
}

// RaiseCommand is the command that starts a challenge.
type RaiseCommand struct {
	ID uuid.UUID
	// Number gives the reference; the store hands each number out once.
	Number  uint64
	Details Details
	// StartAt, Ground and Reason go straight to a rung, as the ladder allows.
	StartAt string
	Ground  string
	Reason  string
	// AboutPartner says that the concern is about a partner agency, where the ladder has a
	// rule for those: then nobody is asked.
	AboutPartner bool
	// ShorterWindow asks for the first answer sooner than the ladder says.
	ShorterWindow *ShorterWindow
}

// Command is what a person or the clock wants of a challenge.
type Command interface{ command() }

// Commands.
type (
	// Respond answers visit Visit of the challenge.
	Respond struct {
		Opening  int
		Response Response
	}
	// Judge says whether the response to visit Visit satisfies. Not satisfied
	// and partly need a reason.
	Judge struct {
		Opening int
		Verdict Verdict
		Reason  string
		// ShorterWindow asks for the next answer sooner than the ladder says.
		ShorterWindow *ShorterWindow
	}
	// RecordGate records where a gate stands. Overriding needs a reason (Note).
	RecordGate struct {
		Rung   string
		Gate   string
		Status GateStatus
		Note   string
		On     workday.Date
		Fields map[string]string
	}
	// SkipTo goes straight to a rung.
	SkipTo struct {
		To       string
		Ground   string
		Evidence string
	}
	// Withdraw ends the challenge with a reason.
	Withdraw struct{ Reason string }
	// HandOff ends it by handing it to another procedure of the ladder.
	HandOff struct {
		To     string
		Reason string
	}
	// Refer records an external referral.
	Refer struct{ Referral Referral }
	// Tick lets the clock do the one thing that is due now, if anything is.
	Tick struct{}
	// RecordDelivery records that Teams took a card.
	RecordDelivery struct {
		MessageID      int64
		Card           Card
		Opening        int
		To             Address
		ConversationID string
		ActivityID     string
	}
	// RecordRejection records that Teams refused a card for good.
	RecordRejection struct {
		MessageID int64
		Card      Card
		Opening   int
		To        Address
		Code      string
	}
)

func (Respond) command()         {}
func (Judge) command()           {}
func (RecordGate) command()      {}
func (SkipTo) command()          {}
func (Withdraw) command()        {}
func (HandOff) command()         {}
func (Refer) command()           {}
func (Tick) command()            {}
func (RecordDelivery) command()  {}
func (RecordRejection) command() {}
