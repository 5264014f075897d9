package challenge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Behaviour is how people behave in a simulation.
type Behaviour string

// Silent: nobody answers and nobody opens a gate. Prompt: everybody answers and
// opens gates on the next working morning, and the judge is not satisfied until
// the top. Scripted: people do what Script.Lines say, and nothing else.
const (
	Silent   Behaviour = "silent"
	Prompt   Behaviour = "prompt"
	Scripted Behaviour = "scripted"
)

// Script is what to simulate.
type Script struct {
	Ladder   *ladder.Ladder
	Calendar *workday.Calendar
	// Directory gives the people; without one, each role that the ladder names is
	// one person who bears the role's label as a name.
	Directory *directory.Directory
	// Team and Agency are the child's; the directory's first team if empty.
	Team, Agency string
	// Conference is a type that the ladder is for; chosen if empty.
	Conference ConferenceType
	// Start is when the challenge is raised.
	Start time.Time
	// StartAt raises it directly at a rung, on Ground (the first that is allowed
	// if empty).
	StartAt, Ground string
	Behaviour       Behaviour
	Lines           []ScriptLine
	// Horizon ends the simulation that long after Start; two years if zero.
	Horizon time.Duration
}

// ScriptLine is one thing that somebody does: at a time, or some time after the
// challenge came to the rung.
type ScriptLine struct {
	Rung  string        `json:"rung"`
	At    time.Time     `json:"at,omitzero"`
	After time.Duration `json:"after,omitempty"`
	// Do is respond, satisfied, partly, not-satisfied, withdraw,
	// gate:<id>:agreed, gate:<id>:refused, gate:<id>:override or
	// skip:<rung>:<ground>.
	Do string `json:"do"`
}

// SimStep is one person told one thing.
type SimStep struct {
	At    time.Time  `json:"at"` // on the calendar's wall clock
	Rung  string     `json:"rung"`
	Event string     `json:"event"`
	To    string     `json:"to"`
	Due   *time.Time `json:"due,omitempty"`
	// Gate is the label of the gate that holds the challenge.
	Gate string `json:"gate,omitempty"`
}

// TeamChannel is who is told in SimStep.To when it is the channel.
const TeamChannel = "team channel"

// HeldUntilOpened is the last step of a simulation in which nobody opens a gate.
const HeldUntilOpened = "held until somebody opens the gate"

// ErrScript says that a script cannot be played: what it says is impossible at
// that point, or never came to pass.
var ErrScript = errors.New("the script cannot be played")

// Simulate raises a challenge and lets time and people act on it by the very
// transitions that the program uses, until nothing more would happen or the
// horizon is reached. With an error the steps until then are returned.
func Simulate(s Script) ([]SimStep, error) {
	sim, err := newSimulation(s)
	if err != nil {
		return nil, err
	}
	if err := sim.raise(); err != nil {
		return nil, err
	}
	for {
		more, err := sim.next()
		if err != nil || !more {
			return sim.steps, err
		}
	}
}

// simulation is a script under way.
type simulation struct {
	Script
	env    Env
	c      Challenge
	end    time.Time
	steps  []SimStep
	played []bool    // the lines that were done
	nudged bool      // those for whom the challenge waits were told again
	since  time.Time // when the challenge came to where it is
	turn   time.Time // when it became the turn of those for whom it waits
}

func newSimulation(s Script) (*simulation, error) {
	if s.Directory == nil {
		d, err := oneForEachRole(s.Ladder, s.Agency)
		if err != nil {
			return nil, err
		}
		s.Directory = d
	}
	if s.Team == "" {
		s.Team = s.Directory.Teams()[0].ID // a directory that was read has one
	}
	if s.Horizon == 0 {
		s.Horizon = 2 * 366 * 24 * time.Hour
	}
	sim := &simulation{Script: s, end: s.Start.Add(s.Horizon), played: make([]bool, len(s.Lines))}
	sim.env = Env{Now: s.Start, Calendar: s.Calendar, Ladder: s.Ladder, Directory: s.Directory}
	return sim, nil
}

// oneForEachRole is a directory in which each role that the ladder names is one
// person with the role's label as a name.
func oneForEachRole(l *ladder.Ladder, agency string) (*directory.Directory, error) {
	roles := slices.Sorted(maps.Keys(l.Roles))
	for _, r := range append(l.Raisers(), ladder.RoleChair, ladder.RoleOversight) {
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	var people, holders strings.Builder
	for i, r := range roles {
		fmt.Fprintf(&people, "  - {id: %s, name: %q, entra: 00000000-0000-4000-8000-%012d}\n", r, l.RoleLabel(r), i+1)
		fmt.Fprintf(&holders, "  %s: %s\n", r, r)
	}
	text := "authority: Simulation\npeople:\n" + people.String() +
		"teams:\n  - {id: team, name: Team, channel: \"19:simulation@thread.tacv2\"}\n"
	if agencies := agenciesOf(l, agency); len(agencies) > 0 {
		text += "agencies:\n"
		for _, a := range agencies {
			text += fmt.Sprintf("  - {id: %s, name: %q}\n", a, a)
		}
	}
	d, err := directory.Read("simulation.yaml", []byte(text+"roles:\n"+holders.String()))
	if err != nil {
		return nil, fmt.Errorf("challenge: the people of a simulation: %w", err)
	}
	return d, nil
}

func agenciesOf(l *ladder.Ladder, named string) []string {
	var ids []string
	if named != "" {
		ids = append(ids, named)
	}
	for _, r := range l.Rungs {
		for _, id := range slices.Sorted(maps.Keys(r.Respond.ByAgency)) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// raise gives the challenge of the script, complete in all its fields.
func (s *simulation) raise() error {
	today := s.env.Today()
	r := Raising{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte("simulation of "+s.Ladder.ID)), Number: 1, StartAt: s.StartAt, Ground: s.Ground,
		Details: Details{Record: "000001", Conference: s.Conference, ConferenceDate: today, Concern: simulated, Ask: simulated,
			AskBy: today.AddDays(28), Team: s.Team, Agency: s.Agency}}
	if r.Details.Conference == "" {
		r.Details.Conference = ReviewConference
		if !slices.Contains(s.Ladder.Plans, ladder.ChildProtection) {
			r.Details.Conference = CareReview
		}
	}
	for _, c := range s.Ladder.Categories {
		if len(r.Details.Categories) == 0 && (len(c.Plans) == 0 || slices.Contains(c.Plans, r.Details.Conference.Plan())) {
			r.Details.Categories = []string{c.ID}
		}
	}
	if agencies := s.Directory.Agencies(); NamesAgency(s.Ladder) && s.Agency == "" && len(agencies) > 0 {
		r.Details.Agency = agencies[0].ID
	}
	if s.StartAt != "" {
		r.Reason = simulated
		if s.Ground == "" {
			r.Ground = firstGround(s.Ladder, s.StartAt)
		}
	}
	by, err := s.raiser()
	if err != nil {
		return err
	}
	change, err := Raise(r, by, s.env)
	if err != nil {
		return scriptError("raising", err)
	}
	s.take(change)
	return nil
}

const simulated = "Simulated"

func firstGround(l *ladder.Ladder, to string) string {
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, to) {
			return sk.Ground[0].ID
		}
	}
	return ""
}

func (s *simulation) raiser() (Person, error) {
	for _, role := range s.Ladder.Raisers() {
		hs := s.Directory.Resolve(string(role), directory.Scope{Team: s.Team, Agency: s.Agency}, s.env.Today().String())
		if len(hs) > 0 {
			return Person{ID: hs[0].Person.Entra, Name: hs[0].Person.Name}, nil
		}
	}
	return Person{}, fmt.Errorf("challenge: %w: nobody in the directory may raise a challenge under %s", ErrScript, s.Ladder.ID)
}

// next lets the earlier of the clock and the people act; false at the end.
func (s *simulation) next() (bool, error) {
	act, people := s.nextAct()
	tick := s.c.NextAt
	clock := s.c.State.Open() && !tick.IsZero()
	if clock && s.onlyNudges() && (s.nudged || s.c.State == Exhausted) {
		clock = people // told again only while somebody may still act
	}
	switch {
	case clock && (!people || tick.Before(act.at) || tick.Equal(act.at) && !s.onlyReminds()):
		return s.tick(tick)
	case people:
		return s.act(act)
	}
	if s.c.State == HeldAtGate {
		s.toHeld(HeldUntilOpened, s.c.NextAt)
	}
	return false, s.unplayed()
}

// onlyNudges reports whether the clock can do no more than tell people again.
func (s *simulation) onlyNudges() bool {
	return s.c.State == AwaitingJudgement || s.c.State == Exhausted || s.c.State == HeldAtGate && s.c.Hold.Opens.IsZero()
}

// onlyReminds reports whether the clock's next act moves nothing: whoever acts at
// that moment is before it.
func (s *simulation) onlyReminds() bool {
	return s.onlyNudges() || s.c.State == AwaitingResponse && s.c.NextAt.Before(s.c.Due())
}

func (s *simulation) tick(at time.Time) (bool, error) {
	if at.After(s.end) {
		return false, s.unplayed()
	}
	if at.After(s.env.Now) {
		s.env.Now = at
	}
	nudges, repeated := s.onlyNudges(), s.nudged
	change, err := s.c.Decide(Tick{}, System, s.env)
	if err != nil {
		return false, scriptError("the clock", err)
	}
	if nudges && repeated {
		s.c = change.Next // told before; it is not written down again
		return true, nil
	}
	s.take(change)
	s.nudged = nudges
	return true, nil
}

// take goes on from a change and writes down who was told what.
func (s *simulation) take(change Change) {
	was, visits := s.c.Rung, len(s.c.Visits)
	held := s.c.Hold != nil
	s.c = change.Next
	if s.c.Rung != was || len(s.c.Visits) != visits || held != (s.c.Hold != nil) {
		s.since = s.env.Now
	}
	if k := change.Events[0].Body.Kind(); k != KindReminded && k != KindNudged {
		s.turn = s.env.Now
	}
	s.nudged = false
	s.write(change)
}

func scriptError(what string, err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		fields := ""
		for _, f := range slices.Sorted(maps.Keys(r.Fields)) {
			fields += "; " + f + ": " + r.Fields[f]
		}
		return fmt.Errorf("challenge: %w: %s: %s%s", ErrScript, what, r.Sentence, fields)
	}
	return fmt.Errorf("challenge: %s: %w", what, err)
}
