package challenge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/ladder"
)

// act is something that somebody in a simulation will do.
type act struct {
	at   time.Time
	line int // of the script, -1 for a prompt person
	do   string
	rung string
}

// nextAct is what people do next, if anything, not later than the horizon.
func (s *simulation) nextAct() (act, bool) {
	if !s.c.State.Open() {
		return act{}, false
	}
	var next act
	found := false
	consider := func(a act) {
		if a.at.Before(s.env.Now) {
			a.at = s.env.Now
		}
		if !a.at.After(s.end) && (!found || a.at.Before(next.at)) {
			next, found = a, true
		}
	}
	switch s.Behaviour {
	case Prompt:
		if do := s.promptly(); do != "" {
			consider(act{at: s.morning(), line: -1, do: do, rung: s.c.Rung})
		}
	case Scripted:
		for i, l := range s.Lines {
			switch {
			case s.played[i]:
			case !l.At.IsZero():
				consider(act{at: l.At, line: i, do: l.Do, rung: l.Rung})
			case l.Rung == s.c.Rung && s.c.State != Exhausted:
				consider(act{at: s.since.Add(l.After), line: i, do: l.Do, rung: l.Rung})
			}
		}
	}
	return next, found
}

// morning is the start of the working day after the turn came.
func (s *simulation) morning() time.Time {
	d, err := s.Calendar.Add(s.Calendar.DateOf(s.turn), 1)
	if err != nil {
		return s.turn.AddDate(0, 0, 1)
	}
	return s.Calendar.StartOf(d)
}

// promptly is what a prompt person does in the state of the challenge.
func (s *simulation) promptly() string {
	switch s.c.State {
	case AwaitingResponse:
		return "respond"
	case AwaitingJudgement:
		if r, ok := s.Ladder.Rung(s.c.Rung); ok && s.Ladder.Above(r) == nil {
			return "satisfied"
		}
		return "not-satisfied"
	case HeldAtGate:
		for _, g := range s.c.Hold.Gates {
			if !g.Done() {
				return "gate:" + g.Gate + ":agreed"
			}
		}
	}
	return ""
}

// act lets somebody do it; what the domain refuses ends the simulation.
func (s *simulation) act(a act) (bool, error) {
	s.env.Now = a.at
	cmd, by, err := s.command(a)
	if err != nil {
		return false, err
	}
	change, err := s.c.Decide(cmd, by, s.env)
	if err != nil {
		return false, scriptError(fmt.Sprintf("%q on %s", a.do, a.rung), err)
	}
	if change.Said != nil {
		return false, scriptError(fmt.Sprintf("%q on %s", a.do, a.rung), change.Said)
	}
	if a.line >= 0 {
		s.played[a.line] = true
	}
	s.take(change)
	return true, nil
}

// unplayed complains of lines that never came to pass.
func (s *simulation) unplayed() error {
	for i, l := range s.Lines {
		if s.Behaviour == Scripted && !s.played[i] {
			return fmt.Errorf("challenge: %w: line %d, %q on %s, never came to pass", ErrScript, i+1, l.Do, l.Rung)
		}
	}
	return nil
}

// command reads what somebody does and says who that is.
func (s *simulation) command(a act) (Command, Person, error) {
	parts := strings.Split(a.do, ":")
	v := s.c.Current()
	switch {
	case a.do == "withdraw":
		return Withdraw{Reason: simulated}, s.c.Chair, nil
	case a.do == "respond" && v != nil:
		rung, _ := s.Ladder.Rung(v.Rung)
		return Respond{Visit: v.N, Response: s.response(rung)}, s.person(v.Repliers[0]), nil
	case (a.do == "satisfied" || a.do == "partly" || a.do == "not-satisfied") && v != nil:
		return Judge{Visit: v.N, Verdict: Verdict(strings.ReplaceAll(a.do, "-", "_")), Reason: simulated}, s.person(v.Judge.ID), nil
	case parts[0] == "skip" && len(parts) == 3:
		return SkipTo{To: parts[1], Ground: parts[2], Evidence: simulated}, s.c.Chair, nil
	case parts[0] == "gate" && len(parts) == 3:
		return s.gateCommand(a.rung, parts[1], parts[2])
	}
	return nil, Person{}, fmt.Errorf("challenge: %w: %q cannot be done on %s", ErrScript, a.do, a.rung)
}

func (s *simulation) gateCommand(rung, id, do string) (Command, Person, error) {
	status, ok := map[string]GateStatus{"agreed": GatePassed, "refused": GateRefused, "override": GateOverridden}[do]
	if !ok {
		return nil, Person{}, fmt.Errorf("challenge: %w: a gate is agreed, refused or override, not %q", ErrScript, do)
	}
	g, ok := findGate(s.Ladder, rung, id)
	if !ok {
		return nil, Person{}, fmt.Errorf("challenge: %w: %s has no gate %q", ErrScript, rung, id)
	}
	st := newStep(s.c, Person{}, s.env).gateState(rung, g)
	if s.c.Hold != nil {
		if i := slices.IndexFunc(s.c.Hold.Gates, func(st GateState) bool { return st.Rung == rung && st.Gate == id }); i >= 0 {
			st = s.c.Hold.Gates[i]
		}
	}
	by := st.Openers[0].Person
	if len(st.Consulted) > 0 && status != GateOverridden && len(g.Fields) == 0 {
		by = st.Consulted[0].Person
	}
	return RecordGate{Rung: rung, Gate: id, Status: status, Note: simulated, Fields: s.fill(g.Fields)}, by, nil
}

func (s *simulation) response(rung *ladder.Rung) Response {
	r := Response{Text: simulated, Fields: s.fill(rung.Form.Fields())}
	if rung.Form == ladder.FormPlan {
		r.Plan = []Action{{What: simulated, Who: simulated, By: s.env.Today().AddDays(7)}}
	}
	return r
}

func (s *simulation) fill(fields []ladder.Field) map[string]string {
	filled := map[string]string{}
	for _, f := range fields {
		switch f.Kind {
		case ladder.DateOn:
			filled[f.ID] = s.env.Today().String()
		case ladder.YesNo:
			filled[f.ID] = "true"
		default:
			filled[f.ID] = simulated
		}
	}
	return filled
}

func (s *simulation) person(id string) Person {
	if id == s.c.Chair.ID {
		return s.c.Chair
	}
	p, _ := s.Directory.ByEntra(id)
	return Person{ID: id, Name: p.Name}
}
