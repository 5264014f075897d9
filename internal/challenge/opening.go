package challenge

import (
	"slices"
	"time"

	"challengebot/internal/workday"
)

// Outcome is how an opening of a rung ended.
type Outcome string

// Outcomes of an opening.
const (
	OutcomeOpen     Outcome = "open"
	OutcomeAnswered Outcome = "answered"
	OutcomeJudged   Outcome = "judged"
	OutcomeLapsed   Outcome = "lapsed"
	OutcomeVacant   Outcome = "vacant"
	OutcomeLeft     Outcome = "left" // skipped, withdrawn or handed off before an answer
)

// Verdict is the judge's word on a response.
type Verdict string

// Verdicts. Partly asks for more on the same rung, once.
const (
	Satisfied    Verdict = "satisfied"
	Partly       Verdict = "partly"
	NotSatisfied Verdict = "not_satisfied"
)

// ShorterWindow is a request for an answer sooner than the ladder's window. It can only
// ever bring a date forward: what would not come before the ladder's own date has
// no effect.
type ShorterWindow struct {
	Days   int    `json:"days"` // working days
	Reason string `json:"reason"`
	// OriginalDue is when the answer would have been due under the ladder; zero until the
	// rung opens.
	OriginalDue time.Time `json:"instead,omitzero"`
}

// Opening is one opening of a rung. A rung is visited twice when the chair was
// partly satisfied.
type Opening struct {
	Number      int       `json:"n"`
	Rung        string    `json:"rung"`
	OpenedAt    time.Time `json:"opened_at"`
	Respondents []Party   `json:"respondents"`
	Responders  []string  `json:"repliers"` // ids of those who may answer
	Judge       Party     `json:"judge"`
	// JudgesToo may judge beside Judge: who stands in for them, or is back.
	JudgesToo []Party `json:"judges_too,omitempty"`
	// Answered are those who answered while others still must.
	Answered       []string `json:"answered,omitempty"`
	Alerted        []Party  `json:"alerted,omitempty"`
	MeetingParties []Party  `json:"meeting,omitempty"` // who has a role in the rung's meeting
	// Handovers are the passings on to stand-ins; Respondents are who is asked now.
	Handovers []CoverHandover `json:"handed_over,omitempty"`
	// Named are those of the respondents who are asked because somebody said that the question is
	// theirs, whatever role they hold; empty again when the challenge moves to another team.
	Named    []string         `json:"named,omitempty"`
	Deadline workday.Deadline `json:"deadline"`
	// LimitPassed: the cumulative limit had ended before the rung opened, so the
	// respondent has the one working day that is the least.
	LimitPassed   bool           `json:"limit_passed,omitempty"`
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	Reminders     []time.Time    `json:"reminders,omitempty"` // still to come
	Outcome       Outcome        `json:"outcome"`
	AnsweredBy    Person         `json:"answered_by,omitzero"`
	AnsweredAt    time.Time      `json:"answered_at,omitzero"`
	Verdict       Verdict        `json:"verdict,omitempty"`
	JudgedBy      Person         `json:"judged_by,omitzero"`
	CardReceived  bool           `json:"received,omitempty"` // Teams took a respondent's card
	// RejectedFor are those asked whose card Teams refused for good. When it arrives
	// after all, the date stays: whoever removes the app gains no time by it.
	RejectedFor []string `json:"refused,omitempty"`
	// AskedIDs are those for whom Teams took the question. An opening of before this was kept
	// has CardReceived alone.
	AskedIDs []string `json:"asked,omitempty"`
	// RemindedAt is when who raised the challenge last reminded those who are asked.
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	// AcknowledgeBy is when it is said that nobody has acknowledged the question; zero once
	// somebody did, or it was said.
	AcknowledgeBy  time.Time `json:"acknowledge_by,omitzero"`
	AcknowledgedBy Person    `json:"acknowledged_by,omitzero"`
	// QuestionBy asked whoever raised the challenge something, and waits for the answer to it.
	QuestionBy Person `json:"question_by,omitzero"`
	// CheckAt is when the clock looks whether anybody could be asked; zero once somebody was.
	CheckAt time.Time `json:"ask_check,omitzero"`
	// NotAskedSince: nobody could be asked, and the window has no end until somebody is.
	NotAskedSince time.Time `json:"not_asked_since,omitzero"`
	// AwaitsReleaseSince: the window stands still after a very long outage.
	AwaitsReleaseSince time.Time `json:"awaits_release_since,omitzero"`
	// Fingerprints marks the replies on the record, the one that counts and those that came
	// too late, so that the same one is kept once.
	Fingerprints []string `json:"kept,omitempty"`
}

// Cause is what brought a challenge to a rung.
type Cause string

// Causes.
const (
	CauseRaise        Cause = "raise"
	CauseLapse        Cause = "lapse"
	CauseVacancy      Cause = "vacancy"
	CauseNotSatisfied Cause = "not_satisfied"
	CausePartly       Cause = "partly"
	CauseSkip         Cause = "skip"
	CauseInTime       Cause = "in_time" // an answer arrived before the window ended, and was written later
	CauseGate         Cause = "gate"
	CauseEscalated    Cause = "escalated"
)

// MayAnswer reports whether that person is one of those asked on the opening.
func (o *Opening) MayAnswer(id string) bool { return slices.Contains(o.Responders, id) }

// HasAnswered reports whether that person answered while others still must.
func (o *Opening) HasAnswered(id string) bool { return slices.Contains(o.Answered, id) }

// IsRespondent reports whether the opening's card went to that person.
func (o *Opening) IsRespondent(id string) bool {
	return slices.ContainsFunc(o.Respondents, func(p Party) bool { return p.ID == id })
}

// wasRespondent reports whether that person was asked on the opening at any time. Who only recorded
// for somebody without an account was not.
func (o *Opening) wasRespondent(id string) bool {
	h, passed := o.HandoverFrom(id)
	return passed && h.Task != TaskRecording || o.IsRespondent(id)
}

// wasRejectedFor reports whether Teams refused the opening's card to that person, or to
// somebody for whom, in the end, they stand in.
func (o *Opening) wasRejectedFor(id string) bool {
	if slices.Contains(o.RejectedFor, id) {
		return true
	}
	for _, h := range slices.Backward(o.Handovers) {
		if h.To.ID != id {
			continue
		}
		if id = h.From.ID; slices.Contains(o.RejectedFor, id) {
			return true
		}
	}
	return false
}

// Judges are all who may judge the answer.
func (o *Opening) Judges() []Party { return append([]Party{o.Judge}, o.JudgesToo...) }

// JudgeWho is who of them judged the answer; before that, the first of them.
func (o *Opening) JudgeWho() Party {
	for _, p := range o.Judges() {
		if p.ID == o.JudgedBy.ID {
			return p
		}
	}
	p := o.Judge
	if o.JudgedBy.ID != "" {
		p.Person = o.JudgedBy
	}
	return p
}

func (o *Opening) judgeIDs() []string {
	var ids []string
	for _, p := range o.Judges() {
		ids = append(ids, p.ID)
	}
	return ids
}

// standsStill reports whether the window has no end for the time being.
func (o *Opening) standsStill() bool {
	return !o.NotAskedSince.IsZero() || !o.AwaitsReleaseSince.IsZero()
}

// nextAt is the opening's next reminder, or its end. Before anybody was asked it is when the
// clock looks whether they were, and nothing else once they could not be.
func (o *Opening) nextAt() time.Time {
	if o.standsStill() {
		return o.CheckAt
	}
	next := o.Deadline.Due
	if len(o.Reminders) > 0 {
		next = o.Reminders[0]
	}
	if !o.AcknowledgeBy.IsZero() && o.AcknowledgeBy.Before(next) {
		next = o.AcknowledgeBy
	}
	if !o.CheckAt.IsZero() && o.CheckAt.Before(next) {
		next = o.CheckAt
	}
	return next
}

// HandoverFrom is the last passing on by that person on the opening, if they are not asked
// any more.
func (o *Opening) HandoverFrom(id string) (CoverHandover, bool) {
	for _, h := range slices.Backward(o.Handovers) {
		if h.From.ID == id && !o.IsRespondent(id) && !o.MayAnswer(id) {
			return h, true
		}
	}
	return CoverHandover{}, false
}
