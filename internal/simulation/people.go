package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// scriptedAct is something that somebody in a simulation will do.
type scriptedAct struct {
	at   time.Time
	line int // of the script, -1 for a prompt person
	do   string
	rung string
	by   directory.Role
}

// nextAct is what people do next, if anything, not later than the horizon.
func (s *simulation) nextAct() (scriptedAct, bool) {
	if !s.c.State.IsOpen() {
		return scriptedAct{}, false
	}
	var next scriptedAct
	found := false
	consider := func(a scriptedAct) {
		if a.at.Before(s.env.Now) {
			a.at = s.env.Now
		}
		if !a.at.After(s.end) && (!found || a.at.Before(next.at)) {
			next, found = a, true
		}
	}
	switch s.Behaviour {
	case BehaviourPrompt:
		if do := s.promptAct(); do != "" {
			consider(scriptedAct{at: s.nextMorning(), line: -1, do: do, rung: s.c.Rung})
		}
	case BehaviourGatesOnly:
		if s.c.State == challenge.StateHeldAtGate {
			consider(scriptedAct{at: s.env.Now, line: -1, do: s.promptAct(), rung: s.c.Rung})
		}
	case BehaviourScripted:
		for i, l := range s.Lines {
			switch {
			case s.playedLines[i]:
			case !l.At.IsZero():
				consider(scriptedAct{at: l.At, line: i, do: l.Do, rung: l.Rung, by: l.By})
			case l.Rung == s.c.Rung && s.c.State != challenge.StateExhausted:
				consider(scriptedAct{at: s.arrivedAt.Add(l.After), line: i, do: l.Do, rung: l.Rung, by: l.By})
			}
		}
	}
	return next, found
}

// nextMorning is the start of the working day after the turn came.
func (s *simulation) nextMorning() time.Time {
	d, err := s.Calendar.AddWorkingDays(s.Calendar.DateOf(s.waitingSince), 1)
	if err != nil {
		return s.waitingSince.AddDate(0, 0, 1)
	}
	return s.Calendar.StartOfDay(d)
}

// promptAct is what a prompt person does in the state of the challenge.
func (s *simulation) promptAct() string {
	switch s.c.State {
	case challenge.StateAwaitingResponse:
		return "respond"
	case challenge.StateAwaitingJudgement:
		if r, ok := s.Ladder.RungByID(s.c.Rung); ok && s.Ladder.EscalationTarget(r) == nil {
			return "satisfied"
		}
		return "not-satisfied"
	case challenge.StateHeldAtGate:
		for _, g := range s.c.Hold.Gates {
			if !g.IsCleared() {
				return "gate:" + g.Gate + ":agreed"
			}
		}
	}
	return ""
}

// performAct lets somebody do it; what the domain refuses ends the simulation.
func (s *simulation) performAct(a scriptedAct) (bool, error) {
	s.env.Now = a.at
	cmd, by, err := s.commandFor(a)
	if err != nil {
		return false, err
	}
	change, err := s.c.Decide(cmd, by, s.env)
	if err != nil {
		return false, scriptError(fmt.Sprintf("%q on %s", a.do, a.rung), err)
	}
	if change.Refusal != nil {
		return false, scriptError(fmt.Sprintf("%q on %s", a.do, a.rung), change.Refusal)
	}
	if a.line >= 0 {
		s.playedLines[a.line] = true
	}
	s.recordChange(change)
	return true, nil
}

// checkAllPlayed complains of lines that never came to pass.
func (s *simulation) checkAllPlayed() error {
	for i, l := range s.Lines {
		if s.Behaviour == BehaviourScripted && !s.playedLines[i] {
			return fmt.Errorf("simulation: %w: line %d, %q on %s, never came to pass", ErrUnplayableScript, i+1, l.Do, l.Rung)
		}
	}
	return nil
}

// commandFor reads what somebody does and says who that is.
func (s *simulation) commandFor(a scriptedAct) (challenge.Command, challenge.Person, error) {
	parts := strings.Split(a.do, ":")
	opening := s.c.CurrentOpening()
	switch {
	case a.do == "withdraw":
		return challenge.Withdraw{Reason: simulatedText}, s.c.Chair, nil
	case a.do == "respond" && opening != nil:
		rung, _ := s.Ladder.RungByID(opening.Rung)
		return challenge.Respond{Opening: opening.Number, Response: s.simulatedResponse(rung)}, s.findActor(a.by, opening.Responders[0]), nil
	case a.do == "escalate" && opening != nil:
		by := a.by
		if rung, _ := s.Ladder.RungByID(opening.Rung); by == "" && len(rung.MayEscalate) > 0 {
			by = rung.MayEscalate[0]
		}
		return challenge.Escalate{Reason: simulatedText}, s.findActor(by, s.c.Chair.ID), nil
	case (a.do == "satisfied" || a.do == "partly" || a.do == "not-satisfied") && opening != nil:
		return challenge.Judge{Opening: opening.Number, Verdict: challenge.Verdict(strings.ReplaceAll(a.do, "-", "_")), Reason: simulatedText}, s.findActor(a.by, opening.Judge.ID), nil
	case parts[0] == "skip" && len(parts) == 3:
		return challenge.SkipTo{To: parts[1], Ground: parts[2], Evidence: simulatedText}, s.c.Chair, nil
	case parts[0] == "gate" && len(parts) == 3:
		return s.gateCommand(a.rung, parts[1], parts[2])
	}
	return nil, challenge.Person{}, fmt.Errorf("simulation: %w: %q cannot be done on %s", ErrUnplayableScript, a.do, a.rung)
}

func (s *simulation) gateCommand(rung, id, do string) (challenge.Command, challenge.Person, error) {
	status, ok := map[string]challenge.GateStatus{"agreed": challenge.GatePassed, "refused": challenge.GateNotAgreed, "override": challenge.GateOverridden}[do]
	if !ok {
		return nil, challenge.Person{}, fmt.Errorf("simulation: %w: a gate is agreed, refused or override, not %q", ErrUnplayableScript, do)
	}
	g, ok := challenge.FindGate(s.Ladder, rung, id)
	if !ok {
		return nil, challenge.Person{}, fmt.Errorf("simulation: %w: %s has no gate %q", ErrUnplayableScript, rung, id)
	}
	st := s.c.GateBefore(rung, g, s.env)
	if s.c.Hold != nil {
		if i := slices.IndexFunc(s.c.Hold.Gates, func(st challenge.GateState) bool { return st.Rung == rung && st.Gate == id }); i >= 0 {
			st = s.c.Hold.Gates[i]
		}
	}
	by := st.Openers[0].Person
	if len(st.Consulted) > 0 && status != challenge.GateOverridden && len(g.Fields) == 0 {
		by = st.Consulted[0].Person
	}
	return challenge.RecordGate{Rung: rung, Gate: id, Status: status, Note: simulatedText, Fields: s.fillFields(g.Fields)}, by, nil
}

func (s *simulation) simulatedResponse(rung *ladder.Rung) challenge.Response {
	r := challenge.Response{Text: simulatedText, Fields: s.fillFields(rung.Form.Fields())}
	if rung.Form == ladder.FormPlan {
		r.Plan = []challenge.PlannedAction{{What: simulatedText, Who: simulatedText, DueBy: s.env.Today().AddDays(7)}}
	}
	return r
}

func (s *simulation) fillFields(fields []ladder.Field) map[string]string {
	filled := map[string]string{}
	for _, f := range fields {
		switch f.Kind {
		case ladder.FieldDate:
			filled[f.ID] = s.env.Today().String()
		case ladder.FieldYesNo:
			filled[f.ID] = "true"
		default:
			filled[f.ID] = simulatedText
		}
	}
	return filled
}

func (s *simulation) findPerson(id string) challenge.Person {
	if id == s.c.Chair.ID {
		return s.c.Chair
	}
	p, _ := s.Directory.PersonByEntra(id)
	return challenge.Person{ID: id, Name: p.Name}
}

// findActor is who holds a role for this challenge; otherwise, where no role is named or nobody holds
// it, the one with that id.
func (s *simulation) findActor(role directory.Role, otherwise string) challenge.Person {
	if o := s.c.CurrentOpening(); o != nil && role != "" {
		for _, p := range append(append([]challenge.Party{o.Judge}, o.JudgesToo...), o.Respondents...) {
			if p.Role == role {
				return p.Person
			}
		}
	}
	scope := directory.Scope{Team: s.Team, Agency: s.Agency}
	if role != "" && role != directory.RoleChair {
		for _, scope := range append([]directory.Scope{scope}, s.Directory.AllScopes()...) {
			if holders := s.Directory.ActingHolders(role, scope, s.env.Today()); len(holders) > 0 {
				return s.findPerson(holders[0].Person.Entra)
			}
		}
	}
	if role == directory.RoleChair {
		return s.c.Chair
	}
	return s.findPerson(otherwise)
}
