package challenge

import (
	"errors"
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Grace is how long after a window's end, or after sending, the engine may be at
// work without moving anybody's day of receipt: a card that goes out within it
// counts as received at the instant it was due to go out.
const Grace = time.Hour

// leastDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const leastDays = 1

// goOn is the gate that a rung with on_lapse: prompt puts before the next one. No
// gate of a file can have this id: those have no underscore.
const goOn = "go_on"

// enter takes the challenge to a rung: to its gates if any still holds it, or in.
// at is the instant from which whatever opens counts.
func (s *step) enter(r *ladder.Rung, cause Cause, at time.Time, more []ladder.Gate) error {
	gates := s.gateStates(r, cause, more)
	if !slices.ContainsFunc(gates, func(g GateState) bool { return !g.Done() }) {
		return s.open(r, cause, at)
	}
	return s.hold(r, cause, gates, at)
}

// advance leaves a rung upwards. Past the top there is nobody left to ask.
func (s *step) advance(from string, cause Cause, at time.Time) error {
	next := s.rungAbove(from)
	if next == nil {
		return s.exhaust(from, cause)
	}
	return s.enter(next, cause, at, nil)
}

// rungAbove is where a challenge goes from a rung, nil past the top.
func (s *step) rungAbove(from string) *ladder.Rung {
	if r, ok := s.env.Ladder.Rung(from); ok {
		return s.env.Ladder.Above(r)
	}
	return nil
}

// open asks the rung's respondents. A rung on which nobody may answer is passed
// over at once: a child does not wait for a vacancy to be filled.
func (s *step) open(r *ladder.Rung, cause Cause, at time.Time) error {
	asked := s.ask(r)
	if len(asked.repliers) == 0 {
		s.emitBy(System, RoleVacant{Cause: cause, Roles: r.Respond.RolesFor(s.c.Details.Agency), Why: asked.why}, r.ID, 0)
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
		s.showRole(ladder.RoleOversight, CardOversight)
		return s.advance(r.ID, ByVacancy, at)
	}
	body := RungOpened{
		Cause: cause, Respondents: asked.respondents, Repliers: asked.repliers,
		Judge: asked.judge, Alerted: s.alerted(r), Meeting: s.meeting(r),
	}
	var err error
	caseStart := s.c.CaseStart
	if caseStart == 0 && r.StartsFormalClock() {
		if body.CaseStart, body.CaseDue, err = caseClock(s.env, at); err != nil {
			return calendarRefusal(err)
		}
		caseStart = body.CaseStart
	}
	body.Deadline, body.LimitPassed, body.Shorter, err = s.deadline(r, at, caseStart, s.c.Shorter)
	if err != nil {
		return calendarRefusal(err)
	}
	if body.Working, body.Reminders, err = working(s.env, body.Deadline); err != nil {
		return calendarRefusal(err)
	}
	body.Working = shorterWords(s.env, body.Shorter, body.Working)
	if body.StatutoryDue, err = s.statutoryDue(r, at); err != nil {
		return calendarRefusal(err)
	}
	s.emitBy(System, body, r.ID, len(s.c.Visits)+1)
	s.tellOpened()
	if s.c.Overruns(s.env.Now) {
		s.showRole(ladder.RoleOversight, CardOversight)
	}
	return nil
}

// tellOpened posts what the opening of a rung tells to whom.
func (s *step) tellOpened() {
	v := s.c.Current()
	for _, p := range v.Respondents {
		if p.ID != "" {
			s.show(Address{Person: p.ID}, CardRespond)
		}
	}
	for _, id := range v.Repliers {
		s.show(Address{Person: id}, CardRespond)
	}
	for _, p := range v.Alerted {
		s.show(Address{Person: p.ID}, CardAlert)
	}
	if !s.raising {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	if v.Judge.ID != s.c.Chair.ID {
		s.show(Address{Person: v.Judge.ID}, CardAlert)
	}
	s.show(Address{Team: s.c.Details.Team}, CardNotice)
}

// asked is who is asked to answer, who of them may, and who judges.
type asked struct {
	respondents []Party
	repliers    []string
	judge       Party
	why         string
	outside     bool // somebody who may answer has no account here
}

// ask resolves a rung's people. Nobody answers their own challenge, nobody answers
// and judges the same rung, and somebody standing in for another is not asked
// again after having been asked on another rung: that would be no escalation.
func (s *step) ask(r *ladder.Rung) asked {
	a := s.askBut(r, s.judgeOf(r))
	if len(a.repliers) == 0 && a.why == "conflict" {
		// The only one who could answer is the one who was to judge: the chair judges.
		if again := s.askBut(r, s.chair()); len(again.repliers) > 0 {
			a = again
		}
	}
	if len(a.repliers) == 0 && (a.outside || r.Respond.Outside && a.why == "vacant") {
		a.repliers = []string{s.asker(r).ID}
	}
	return a
}

// askBut resolves a rung's respondents other than the chair and the judge.
func (s *step) askBut(r *ladder.Rung, judge Party) asked {
	agency := s.c.Details.Agency
	a := asked{why: "vacant", judge: judge}
	replier := r.Respond.ReplierFor(agency)
	for _, role := range r.Respond.RolesFor(agency) {
		for _, p := range s.named(role) {
			repeats := p.ID != "" && p.CoverFor != "" && s.c.askedBelow(p.ID, r.ID) && !r.Respond.MayRepeat
			if p.ID == s.c.Chair.ID || p.ID == judge.ID || repeats {
				a.why = "conflict"
				continue
			}
			switch answers := replier == "" || role == replier; {
			case answers && p.ID == "":
				a.outside = true
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

// asker is who puts the challenge on the rung, and records the reply of somebody
// who has no account here.
func (s *step) asker(r *ladder.Rung) Party {
	if r.Asked != "" {
		if hs := s.holders(r.Asked); len(hs) > 0 {
			return hs[0]
		}
	}
	return s.chair()
}

func (s *step) chair() Party { return Party{Person: s.c.Chair, Role: ladder.RoleChair} }

// judgeOf is who judges the rung; the chair when the role that should is vacant.
func (s *step) judgeOf(r *ladder.Rung) Party {
	if hs := s.holders(r.JudgeOf()); len(hs) > 0 {
		return hs[0]
	}
	return s.chair()
}

// meeting are those who hold a role in the rung's meeting today, each role once.
func (s *step) meeting(r *ladder.Rung) []Party {
	m := r.Meeting
	if m == nil {
		return nil
	}
	var out []Party
	seen := map[ladder.Role]bool{"": true}
	for _, role := range slices.Concat([]ladder.Role{m.Chair}, m.Invite, m.MustAttend, m.Optional, m.Exclude, m.OutputTo) {
		if !seen[role] {
			seen[role] = true
			out = append(out, s.named(role)...)
		}
	}
	return out
}

func (s *step) alerted(r *ladder.Rung) []Party {
	var out []Party
	for _, role := range r.Alerted {
		out = append(out, s.holders(role)...)
	}
	return out
}

// exhaust: the top of the ladder is passed. It is said aloud.
func (s *step) exhaust(rung string, cause Cause) error {
	nudge := s.nudgeAfter(exhaustedEvery)
	s.emitBy(System, ExhaustedBody{Why: cause, Nudge: nudge}, rung, len(s.c.Visits))
	s.show(Address{Person: s.c.Chair.ID}, CardCase)
	if v := s.c.Current(); v != nil && v.Judge.ID != s.c.Chair.ID {
		s.show(Address{Person: v.Judge.ID}, CardCase)
	}
	s.showRole(ladder.RoleOversight, CardOversight)
	s.show(Address{Team: s.c.Details.Team}, CardNotice)
	return nil
}

// caseClock is day 0 of the case clock and the end of the case limit, if any.
func caseClock(env Env, at time.Time) (workday.Date, time.Time, error) {
	day0, err := env.Calendar.Receipt(at)
	if err != nil || env.Ladder.Case.Limit == nil {
		return day0, time.Time{}, err
	}
	d, err := env.Calendar.Deadline(workday.Terms{Start: day0, Window: *env.Ladder.Case.Limit})
	return day0, d.Due.UTC(), err
}

// deadline is the end of a rung's window that starts at. passed reports that the
// cumulative limit left less than one working day, which is then given.
func deadline(env Env, r *ladder.Rung, at time.Time, caseStart workday.Date) (d workday.Deadline, passed bool, err error) {
	day0, err := env.Calendar.Receipt(at)
	if err != nil {
		return d, false, err
	}
	l := env.Ladder
	terms := workday.Terms{Start: day0, Received: at, AtLeast: leastDays}
	switch {
	case r.Remainder:
		terms = workday.Remainder(day0, caseStart, *l.Case.Limit, leastDays)
		terms.Received = at
	case r.From == ladder.CaseBegan:
		// A band ends when it ends; a rung entered after it has the least.
		terms = workday.Remainder(day0, caseStart, *r.Window, leastDays)
		terms.Received = at
	default:
		terms.Window = *r.Window
		if r.Within != nil {
			terms.Limit = &workday.Limit{Start: caseStart, Window: *r.Within}
		} else if l.Case.Hard && caseStart != 0 {
			terms.Limit = &workday.Limit{Start: caseStart, Window: *l.Case.Limit}
		}
	}
	d, err = env.Calendar.Deadline(terms)
	d.Due = d.Due.UTC()
	return d, d.Bound == workday.BoundMinimum, err
}

// working explains a deadline and plans the reminders before it: on the last day
// when the working day begins, and the same the working day before when the
// window has three or more.
func working(env Env, d workday.Deadline) (string, []time.Time, error) {
	w, err := env.Calendar.Explain(d)
	if err != nil {
		return "", nil, err
	}
	var reminders []time.Time
	days := env.Calendar.Between(d.Start, d.Date)
	if before, err := env.Calendar.OnOrBefore(d.Date - 1); err == nil && days >= 3 {
		reminders = append(reminders, env.Calendar.StartOf(before).UTC())
	}
	reminders = append(reminders, env.Calendar.StartOf(d.Date).UTC())
	reminders = slices.DeleteFunc(reminders, func(t time.Time) bool { return !t.After(env.Now) })
	return w.TextFor(env.Ladder.Words.Rung), reminders, nil
}

func coverage(err error) (*Refusal, bool) {
	if !errors.Is(err, workday.ErrCoverage) {
		return nil, false
	}
	return refuse(NoCoverage, sayNoCoverage), true
}
