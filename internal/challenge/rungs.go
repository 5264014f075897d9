package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// RungOpened is the event that the question is queued for the respondents, the window runs.
type RungOpened struct {
	Cause       Cause    `json:"cause"`
	Respondents []Party  `json:"respondents"`
	Responders  []string `json:"repliers"`
	// Named as in Opening.
	Named []string `json:"named,omitempty"`
	Judge Party    `json:"judge"`
	// JudgesToo judge beside Judge, as the ladder says.
	JudgesToo []Party `json:"judges_too,omitempty"`
	Alerted   []Party `json:"alerted,omitempty"`
	// MeetingParties are those who hold a role in the rung's meeting, as they were known then.
	MeetingParties []Party          `json:"meeting,omitempty"`
	Deadline       workday.Deadline `json:"deadline"`
	// Explanation is how the due date was counted, in words, as it was shown.
	Explanation   string         `json:"working"`
	LimitPassed   bool           `json:"limit_passed,omitempty"`
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	Reminders     []time.Time    `json:"reminders,omitempty"`
	// AcknowledgeBy is the end of the time in which somebody should acknowledge the question.
	AcknowledgeBy time.Time `json:"acknowledge_by,omitzero"`
	// CheckAt is when the clock looks whether Teams has taken the question.
	CheckAt    time.Time    `json:"ask_check,omitzero"`
	LimitStart workday.Date `json:"case_start,omitempty"`
	LimitDue   time.Time    `json:"case_due,omitzero"`
	// StatutoryDue as in Challenge, when it begins to run with this rung.
	StatutoryDue time.Time `json:"statutory_due,omitzero"`
}

// KindRungOpened is stored.
const KindRungOpened EventKind = "rung_opened"

// Kind of the event.
func (RungOpened) Kind() EventKind { return KindRungOpened }

func (b RungOpened) apply(c *Challenge, e Event) {
	c.State, c.Rung, c.Hold, c.ShorterWindow = StateAwaitingResponse, e.Rung, nil, nil
	if b.LimitStart != 0 {
		c.LimitStart, c.LimitDue = b.LimitStart, b.LimitDue
	}
	if !b.StatutoryDue.IsZero() {
		c.StatutoryDue = b.StatutoryDue
	}
	c.GatesAhead = slices.DeleteFunc(c.GatesAhead, func(g GateState) bool { return g.Rung == e.Rung })
	c.Openings = append(c.Openings, Opening{
		Number: e.Opening, Rung: e.Rung, OpenedAt: e.At, Respondents: b.Respondents, Responders: b.Responders, Named: b.Named,
		Judge: b.Judge, JudgesToo: b.JudgesToo, Alerted: b.Alerted, MeetingParties: b.MeetingParties, Deadline: b.Deadline, LimitPassed: b.LimitPassed,
		ShorterWindow: b.ShorterWindow, Reminders: b.Reminders, AcknowledgeBy: b.AcknowledgeBy, CheckAt: b.CheckAt, Outcome: OutcomeOpen,
	})
	c.NextAt = c.CurrentOpening().nextAt()
}

// RoleVacant is the event that nobody may answer on the rung, so it is passed over at once.
type RoleVacant struct {
	Cause  Cause            `json:"cause"`
	Roles  []directory.Role `json:"roles"`
	Reason string           `json:"why"` // vacant, conflict
}

// KindRoleVacant is stored.
const KindRoleVacant EventKind = "role_vacant"

// Kind of the event.
func (RoleVacant) Kind() EventKind { return KindRoleVacant }

func (RoleVacant) apply(c *Challenge, e Event) {
	c.Rung, c.Hold = e.Rung, nil
}

type Exhausted struct {
	Cause   Cause     `json:"why"`
	NudgeAt time.Time `json:"nudge,omitzero"`
}

// KindExhausted is stored.
const KindExhausted EventKind = "exhausted"

// Kind of the event.
func (Exhausted) Kind() EventKind { return KindExhausted }

func (b Exhausted) apply(c *Challenge, _ Event) {
	c.State, c.Hold, c.NextAt = StateExhausted, nil, b.NudgeAt
}

// enterRung takes the challenge to a rung: to its gates if any still holds it, or in.
// at is the instant from which whatever opens counts.
func (tr *transition) enterRung(r *ladder.Rung, cause Cause, at time.Time, more []ladder.Gate) error {
	if !tr.isPlaceKnown() {
		return newRefusal(CodeNotAllowed, sayPlaceGone, tr.c.Ref, tr.c.Ref)
	}
	gates := tr.gatesOnEntry(r, cause, more)
	if !slices.ContainsFunc(gates, func(g GateState) bool { return !g.IsCleared() }) {
		return tr.openRung(r, cause, at)
	}
	return tr.holdAtGates(r, cause, gates, at)
}

// advanceFrom leaves a rung upwards. Past the top there is nobody left to ask.
func (tr *transition) advanceFrom(from string, cause Cause, at time.Time) error {
	next := tr.rungAbove(from)
	if next == nil {
		return tr.exhaustLadder(from, cause)
	}
	return tr.enterRung(next, cause, at, nil)
}

// keepNamed asks those again who were named on the opening before, where it was of the same rung, in
// the place of those who said that the question is not theirs.
func (tr *transition) keepNamed(r *ladder.Rung, a askedParties) askedParties {
	before := tr.c.CurrentOpening()
	if before == nil || before.Rung != r.ID || len(before.Named) == 0 {
		return a
	}
	var after Opening
	after.Respondents, after.Responders = a.respondents, a.repliers
	for _, h := range before.Handovers {
		fits := tr.isListed(h.To.ID) && tr.obstacleToAsking(r, a.judge, h.To.ID, false) == ""
		if h.Reason == ReasonNotMine && fits && after.IsRespondent(h.From.ID) {
			after.applyHandover(h)
		}
	}
	a.respondents, a.repliers, a.named = after.Respondents, after.Responders, after.Named
	return a
}

// openRung asks the rung's respondents. A rung on which nobody may answer is passed
// over at once: a child does not wait for a vacancy to be filled.
func (tr *transition) openRung(r *ladder.Rung, cause Cause, at time.Time) error {
	if !tr.isPlaceKnown() {
		return newRefusal(CodeNotAllowed, sayPlaceGone, tr.c.Ref, tr.c.Ref)
	}
	asked := tr.keepNamed(r, tr.resolveRespondents(r))
	if len(asked.repliers) == 0 {
		tr.emitBy(System, RoleVacant{Cause: cause, Roles: r.Respondents.RolesFor(tr.c.Details.Agency), Reason: asked.reason}, r.ID, 0)
		tr.tellChair()
		tr.postToRole(directory.RoleOversight, CardOversight)
		return tr.advanceFrom(r.ID, CauseVacancy, at)
	}
	body := RungOpened{
		Cause: cause, Respondents: asked.respondents, Responders: asked.repliers, Named: asked.named,
		Judge: asked.judge, JudgesToo: tr.judgesBeside(r, asked.judge), Alerted: tr.alertedParties(r), MeetingParties: tr.meetingParties(r),
	}
	var err error
	limitStart := tr.c.LimitStart
	if limitStart == 0 && r.StartsFormalClock() {
		if body.LimitStart, body.LimitDue, err = startOverallLimit(tr.env, at); err != nil {
			return calendarError(err)
		}
		limitStart = body.LimitStart
	}
	body.Deadline, body.LimitPassed, body.ShorterWindow, err = tr.deadlineWithShorter(r, at, limitStart, tr.c.ShorterWindow)
	if err != nil {
		return calendarError(err)
	}
	if body.Explanation, body.Reminders, err = tr.explainAndPlanReminders(r, body.Deadline); err != nil {
		return calendarError(err)
	}
	body.Explanation = explainShorterWindow(tr.env, body.ShorterWindow, body.Explanation)
	if body.StatutoryDue, err = tr.computeStatutoryDue(r, at); err != nil {
		return calendarError(err)
	}
	if body.AcknowledgeBy, err = tr.acknowledgeBy(r, body.Deadline); err != nil {
		return calendarError(err)
	}
	body.CheckAt = tr.askCheckTime()
	tr.emitBy(System, body, r.ID, len(tr.c.Openings)+1)
	tr.postRungOpened()
	if tr.c.OverrunsStatutoryLimit(tr.env.Now) {
		tr.postToRole(directory.RoleOversight, CardOversight)
	}
	return nil
}

// postRungOpened posts what the opening of a rung tells to whom.
func (tr *transition) postRungOpened() {
	opening := tr.c.CurrentOpening()
	for _, p := range opening.Respondents {
		if p.ID != "" {
			tr.post(Address{Person: p.ID}, CardRespond)
		}
	}
	for _, id := range opening.Responders {
		tr.post(Address{Person: id}, CardRespond)
	}
	for _, p := range opening.Alerted {
		tr.post(Address{Person: p.ID}, CardAlert)
	}
	if !tr.c.IsToldInTheMorning(tr.env.Calendar) {
		tr.tellChair()
	}
	for _, p := range opening.Judges() {
		if p.ID != tr.c.Chair.ID {
			tr.post(Address{Person: p.ID}, CardAlert)
		}
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
}

// exhaustLadder: the top of the ladder is passed. It is said aloud.
func (tr *transition) exhaustLadder(rung string, cause Cause) error {
	nudge := tr.nudgeTime(exhaustedNudgeDays)
	tr.emitBy(System, Exhausted{Cause: cause, NudgeAt: nudge}, rung, len(tr.c.Openings))
	tr.applyHandovers(System, tr.planHandovers())
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	for _, id := range tr.c.WaitingFor() {
		tr.post(Address{Person: id}, CardChallenge)
	}
	tr.postToRole(directory.RoleOversight, CardOversight)
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}
