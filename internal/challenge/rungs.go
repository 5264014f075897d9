package challenge

import (
	"errors"
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// GracePeriod is how long after a window's end, or after sending, the engine may be at
// work without moving anybody's day of receipt: a card that goes out within it
// counts as received at the instant it was due to go out.
const GracePeriod = time.Hour

// minimumDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const minimumDays = 1

// goOnGateID is the gate that a rung with on_lapse: prompt puts before the next one. No
// gate of a file can have this id: those have no underscore.
const goOnGateID = "go_on"

// enterRung takes the challenge to a rung: to its gates if any still holds it, or in.
// at is the instant from which whatever opens counts.
func (tr *transition) enterRung(r *ladder.Rung, cause Cause, at time.Time, more []ladder.Gate) error {
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

// rungAbove is where a challenge goes from a rung, nil past the top.
func (tr *transition) rungAbove(from string) *ladder.Rung {
	if r, ok := tr.env.Ladder.RungByID(from); ok {
		return tr.env.Ladder.EscalationTarget(r)
	}
	return nil
}

// openRung asks the rung's respondents. A rung on which nobody may answer is passed
// over at once: a child does not wait for a vacancy to be filled.
func (tr *transition) openRung(r *ladder.Rung, cause Cause, at time.Time) error {
	asked := tr.resolveRespondents(r)
	if len(asked.repliers) == 0 {
		tr.emitBy(System, RoleVacant{Cause: cause, Roles: r.Respondents.RolesFor(tr.c.Details.Agency), Reason: asked.reason}, r.ID, 0)
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
		tr.postToRole(directory.RoleOversight, CardOversight)
		return tr.advanceFrom(r.ID, CauseVacancy, at)
	}
	body := RungOpened{
		Cause: cause, Respondents: asked.respondents, Responders: asked.repliers,
		Judge: asked.judge, Alerted: tr.alertedParties(r), MeetingParties: tr.meetingParties(r),
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
	if body.Explanation, body.Reminders, err = explainAndPlanReminders(tr.env, body.Deadline); err != nil {
		return calendarError(err)
	}
	body.Explanation = explainShorterWindow(tr.env, body.ShorterWindow, body.Explanation)
	if body.StatutoryDue, err = tr.computeStatutoryDue(r, at); err != nil {
		return calendarError(err)
	}
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
	if !tr.raising {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	if opening.Judge.ID != tr.c.Chair.ID {
		tr.post(Address{Person: opening.Judge.ID}, CardAlert)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
}

// askedParties is who is asked to answer, who of them may, and who judges.
type askedParties struct {
	respondents []Party
	repliers    []string
	judge       Party
	reason      string
	hasOutsider bool // somebody who may answer has no account here
}

// resolveRespondents resolves a rung's people. Nobody answers their own challenge, nobody answers
// and judges the same rung, and somebody standing in for another is not asked
// again after having been asked on another rung: that would be no escalation.
func (tr *transition) resolveRespondents(r *ladder.Rung) askedParties {
	a := tr.resolveRespondentsExcept(r, tr.judgeFor(r))
	if len(a.repliers) == 0 && a.reason == "conflict" {
		// The only one who could answer is the one who was to judge: the chair judges.
		if again := tr.resolveRespondentsExcept(r, tr.chairParty()); len(again.repliers) > 0 {
			a = again
		}
	}
	if len(a.repliers) == 0 && (a.hasOutsider || r.Respondents.OutsideTenant && a.reason == "vacant") {
		a.repliers = []string{tr.partyWhoAsks(r).ID}
	}
	return a
}

// resolveRespondentsExcept resolves a rung's respondents other than the chair and the judge.
func (tr *transition) resolveRespondentsExcept(r *ladder.Rung, judge Party) askedParties {
	agency := tr.c.Details.Agency
	a := askedParties{reason: "vacant", judge: judge}
	replier := r.Respondents.ResponderFor(agency)
	for _, role := range r.Respondents.RolesFor(agency) {
		for _, p := range tr.partiesInRole(role) {
			repeats := p.ID != "" && p.CoverFor != "" && tr.c.wasRespondentOnOtherRung(p.ID, r.ID) && !r.Respondents.MayRepeat
			if p.ID == tr.c.Chair.ID || p.ID == judge.ID || repeats {
				a.reason = "conflict"
				continue
			}
			switch answers := replier == "" || role == replier; {
			case answers && p.ID == "":
				a.hasOutsider = true
			case answers && !slices.Contains(a.repliers, p.ID):
				a.repliers = append(a.repliers, p.ID)
			}
			if !slices.ContainsFunc(a.respondents, func(q Party) bool { return q.Person == p.Person }) {
				a.respondents = append(a.respondents, p)
			}
		}
	}
	return a
}

// partyWhoAsks is who puts the challenge on the rung, and records the reply of somebody
// who has no account here.
func (tr *transition) partyWhoAsks(r *ladder.Rung) Party {
	if r.AskedBy != "" {
		if hs := tr.reachableInRole(r.AskedBy); len(hs) > 0 {
			return hs[0]
		}
	}
	return tr.chairParty()
}

func (tr *transition) chairParty() Party { return Party{Person: tr.c.Chair, Role: directory.RoleChair} }

// judgeFor is who judges the rung; the chair when the role that should is vacant.
func (tr *transition) judgeFor(r *ladder.Rung) Party {
	if hs := tr.reachableInRole(r.JudgeRole()); len(hs) > 0 {
		return hs[0]
	}
	return tr.chairParty()
}

// meetingParties are those who hold a role in the rung's meeting today, each role once.
func (tr *transition) meetingParties(r *ladder.Rung) []Party {
	m := r.Meeting
	if m == nil {
		return nil
	}
	var out []Party
	seen := map[directory.Role]bool{"": true}
	for _, role := range slices.Concat([]directory.Role{m.Chair}, m.Invite, m.MustAttend, m.MayAttend, m.Exclude, m.OutputTo) {
		if !seen[role] {
			seen[role] = true
			out = append(out, tr.partiesInRole(role)...)
		}
	}
	return out
}

func (tr *transition) alertedParties(r *ladder.Rung) []Party {
	var out []Party
	for _, role := range r.AlertedRoles {
		out = append(out, tr.reachableInRole(role)...)
	}
	return out
}

// exhaustLadder: the top of the ladder is passed. It is said aloud.
func (tr *transition) exhaustLadder(rung string, cause Cause) error {
	nudge := tr.nudgeTime(exhaustedNudgeDays)
	tr.emitBy(System, Exhausted{Cause: cause, NudgeAt: nudge}, rung, len(tr.c.Openings))
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	if opening := tr.c.CurrentOpening(); opening != nil && opening.Judge.ID != tr.c.Chair.ID {
		tr.post(Address{Person: opening.Judge.ID}, CardChallenge)
	}
	tr.postToRole(directory.RoleOversight, CardOversight)
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

// startOverallLimit is day 0 of the case clock and the end of the case limit, if any.
func startOverallLimit(env Env, at time.Time) (workday.Date, time.Time, error) {
	day0, err := env.Calendar.ReceiptDay(at)
	if err != nil || env.Ladder.OverallLimit.Window == nil {
		return day0, time.Time{}, err
	}
	d, err := env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Window: *env.Ladder.OverallLimit.Window})
	return day0, d.Due.UTC(), err
}

// computeDeadline is the end of a rung's window that starts at. passed reports that the
// cumulative limit left less than one working day, which is then given.
func computeDeadline(env Env, r *ladder.Rung, at time.Time, limitStart workday.Date) (d workday.Deadline, passed bool, err error) {
	day0, err := env.Calendar.ReceiptDay(at)
	if err != nil {
		return d, false, err
	}
	l := env.Ladder
	terms := workday.Terms{Start: day0, Received: at, AtLeast: minimumDays}
	switch {
	case r.Remainder:
		terms = workday.RemainderTerms(day0, limitStart, *l.OverallLimit.Window, minimumDays)
		terms.Received = at
	case r.WindowStart == ladder.WindowFromLimitStart:
		// A band ends when it ends; a rung entered after it has the least.
		terms = workday.RemainderTerms(day0, limitStart, *r.Window, minimumDays)
		terms.Received = at
	default:
		terms.Window = *r.Window
		if r.Within != nil {
			terms.Limit = &workday.Limit{Start: limitStart, Window: *r.Within}
		} else if l.OverallLimit.Hard && limitStart != 0 {
			terms.Limit = &workday.Limit{Start: limitStart, Window: *l.OverallLimit.Window}
		}
	}
	d, err = env.Calendar.ComputeDeadline(terms)
	d.Due = d.Due.UTC()
	return d, d.Bound == workday.BoundMinimum, err
}

// explainAndPlanReminders explains a deadline and plans the reminders before it: on the last day
// when the working day begins, and the same the working day before when the
// window has three or more.
func explainAndPlanReminders(env Env, d workday.Deadline) (string, []time.Time, error) {
	w, err := env.Calendar.Explain(d)
	if err != nil {
		return "", nil, err
	}
	var reminders []time.Time
	days := env.Calendar.CountWorkingDays(d.Start, d.Date)
	if before, err := env.Calendar.WorkingDayOnOrBefore(d.Date - 1); err == nil && days >= 3 {
		reminders = append(reminders, env.Calendar.StartOfDay(before).UTC())
	}
	reminders = append(reminders, env.Calendar.StartOfDay(d.Date).UTC())
	reminders = slices.DeleteFunc(reminders, func(t time.Time) bool { return !t.After(env.Now) })
	return w.TextFor(env.Ladder.Words.Rung), reminders, nil
}

func coverageRefusal(err error) (*Refusal, bool) {
	if !errors.Is(err, workday.ErrCoverage) {
		return nil, false
	}
	return newRefusal(CodeNoCoverage, sayNoCoverage), true
}
