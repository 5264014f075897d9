package simulation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Behaviour is how people behave in a simulation.
type Behaviour string

// BehaviourSilent: nobody answers and nobody opens a gate. Prompt: everybody answers and
// opens gates on the next working morning, and the judge is not satisfied until
// the top. GatesOnly: nobody answers, and each gate opens at once. Scripted: people do
// what Script.Lines say, and nothing else.
const (
	BehaviourSilent    Behaviour = "silent"
	BehaviourPrompt    Behaviour = "prompt"
	BehaviourGatesOnly Behaviour = "gates-only"
	BehaviourScripted  Behaviour = "scripted"
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
	Conference challenge.ConferenceType
	// Urgency is one of the ladder's, or empty.
	Urgency string
	// Category is one of the ladder's; the first that fits if empty.
	Category string
	// HeldOn is the day of what it is about; that of the raising if zero.
	HeldOn workday.Date
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
	// Do is respond, satisfied, partly, not-satisfied, escalate, withdraw,
	// gate:<id>:agreed, gate:<id>:refused, gate:<id>:override or
	// skip:<rung>:<ground>.
	Do string `json:"do"`
	// By is the role that does it, where several may.
	By directory.Role `json:"by,omitempty"`
}

// Step is one person told one thing.
type Step struct {
	At    time.Time  `json:"at"` // on the calendar's wall clock
	Rung  string     `json:"rung"`
	Event string     `json:"event"`
	To    string     `json:"to"`
	Due   *time.Time `json:"due,omitempty"`
	// Gate is the label of the gate that holds the challenge.
	Gate string `json:"gate,omitempty"`
	// Working is how Due was counted, where the step sets it: the days counted, and those skipped
	// and why.
	Working string `json:"working,omitempty"`
}

// TeamChannelLabel is who is told in Step.To when it is the channel.
const TeamChannelLabel = "team channel"

// HeldUntilOpened is the last step of a simulation in which nobody opens a gate.
const HeldUntilOpened = "held until somebody opens the gate"

// ErrUnplayableScript says that a script cannot be played: what it says is impossible at
// that point, or never came to pass.
var ErrUnplayableScript = errors.New("the script cannot be played")

// Run raises a challenge and lets time and people act on it by the very
// transitions that the program uses, until nothing more would happen or the
// horizon is reached. With an error the steps until then are returned.
func Run(s Script) ([]Step, error) {
	sim, err := play(s)
	if sim == nil {
		return nil, err
	}
	return sim.steps, err
}

// RunTrail runs a script and gives the challenge that came of it, with its trail.
func RunTrail(s Script) (challenge.Snapshot, error) {
	sim, err := play(s)
	if sim == nil {
		return challenge.Snapshot{}, err
	}
	return challenge.Snapshot{Challenge: sim.c, Ladder: s.Ladder, History: sim.trail}, err
}

// play is a script that was played, to its end or to an error; nil if it could not begin.
func play(s Script) (*simulation, error) {
	sim, err := newSimulation(s)
	if err != nil {
		return nil, err
	}
	if err := sim.raiseChallenge(); err != nil {
		return nil, err
	}
	for {
		more, err := sim.nextStep()
		if err != nil || !more {
			return sim, err
		}
	}
}

// simulation is a script under way.
type simulation struct {
	Script
	env           challenge.Env
	c             challenge.Challenge
	trail         []challenge.Event
	end           time.Time
	steps         []Step
	playedLines   []bool    // the lines that were done
	alreadyNudged bool      // those for whom the challenge waits were told again
	arrivedAt     time.Time // when the challenge came to where it is
	waitingSince  time.Time // when it became the turn of those for whom it waits
	// firstDue is when each opening was due, by its number, when it could first be said.
	firstDue map[int]time.Time
}

func newSimulation(s Script) (*simulation, error) {
	if s.Directory == nil {
		d, err := directoryFromRoles(s.Ladder, s.Agency)
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
	sim := &simulation{Script: s, end: s.Start.Add(s.Horizon), playedLines: make([]bool, len(s.Lines)), firstDue: map[int]time.Time{}}
	sim.env = challenge.Env{Now: s.Start, Calendar: s.Calendar, Ladder: s.Ladder, Directory: s.Directory}
	return sim, nil
}

// directoryFromRoles is a directory in which each role that the ladder names is one
// person with the role's label as a name.
func directoryFromRoles(l *ladder.Ladder, agency string) (*directory.Directory, error) {
	roles := slices.Sorted(maps.Keys(l.Roles))
	for _, r := range append(l.RaiserRoles(), directory.RoleChair, directory.RoleOversight) {
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	var people, holders, ownSide strings.Builder
	for i, r := range roles {
		fmt.Fprintf(&people, "  - {id: %s, name: %q, entra: 00000000-0000-4000-8000-%012d}\n", r, l.RoleLabel(r), i+1)
		switch held, own := l.OwnSide[r]; {
		case own:
			fmt.Fprintf(&ownSide, "      %s: %s\n", held, r)
		case len(l.OwnSide) > 0 && slices.Contains(l.RaiserRoles(), r):
			fmt.Fprintf(&ownSide, "      %s: %s\n", r, r)
		default:
			fmt.Fprintf(&holders, "  %s: %s\n", r, r)
		}
	}
	text := "authority: Simulation\npeople:\n" + people.String() +
		"teams:\n  - {id: team, name: Team, channel: \"19:simulation@thread.tacv2\"}\n"
	agencies := agenciesOf(l, agency)
	if len(agencies) > 0 || ownSide.Len() > 0 {
		text += "agencies:\n"
		if ownSide.Len() > 0 {
			text += "  - id: own-side\n    name: The agency of whoever raises it\n    roles:\n" + ownSide.String()
		}
		for _, a := range agencies {
			text += fmt.Sprintf("  - {id: %s, name: %q}\n", a, a)
		}
	}
	d, err := directory.Read("simulation.yaml", []byte(text+"roles:\n"+holders.String()))
	if err != nil {
		return nil, fmt.Errorf("simulation: the people of a simulation: %w", err)
	}
	return d, nil
}

func agenciesOf(l *ladder.Ladder, named string) []string {
	var ids []string
	if named != "" {
		ids = append(ids, named)
	}
	for _, r := range l.Rungs {
		for _, id := range slices.Sorted(maps.Keys(r.Respondents.ByAgency)) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// raiseChallenge gives the challenge of the script, complete in all its fields.
func (s *simulation) raiseChallenge() error {
	today := s.env.Today()
	r := challenge.RaiseCommand{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte("simulation of "+s.Ladder.ID)), Number: 1, StartAt: s.StartAt, Ground: s.Ground,
		Details: challenge.Details{RecordNumber: "000001", Conference: s.Conference, ConferenceDate: today, LateReason: simulatedText, Concern: simulatedText, Ask: simulatedText,
			AskBy: today.AddDays(28), Urgency: s.Urgency, Team: s.Team, Agency: s.Agency}}
	if r.Details.Conference == "" {
		r.Details.Conference = challenge.ReviewConference
		if list := s.Ladder.SubjectList(); !slices.ContainsFunc(list, func(s ladder.Subject) bool { return s.ID == ladder.ReviewConference }) && len(list) > 0 {
			r.Details.Conference = challenge.ConferenceType(list[0].ID)
		}
	}
	if s.HeldOn != 0 {
		r.Details.ConferenceDate = s.HeldOn
	}
	if s.Category != "" {
		r.Details.Categories = []string{s.Category}
	}
	if subject, _ := s.Ladder.SubjectByID(string(r.Details.Conference)); subject.Date == ladder.DateNone {
		r.Details.ConferenceDate = 0
	}
	for _, c := range s.Ladder.Categories {
		if len(r.Details.Categories) == 0 && (len(c.Plans) == 0 || slices.Contains(c.Plans, r.Details.Plan(s.Ladder))) {
			r.Details.Categories = []string{c.ID}
		}
	}
	if agencies := s.Directory.Agencies(); challenge.NeedsAgency(s.Ladder) && s.Agency == "" && len(agencies) > 0 {
		r.Details.Agency = agencies[0].ID
	}
	if s.StartAt != "" {
		r.Reason = simulatedText
		if s.Ground == "" {
			r.Ground = firstGround(s.Ladder, s.StartAt)
		}
	}
	by, err := s.findRaiser()
	if err != nil {
		return err
	}
	change, err := challenge.Raise(r, by, s.env)
	if err != nil {
		return scriptError("raising", err)
	}
	s.recordChange(change)
	return nil
}

const simulatedText = "Simulated"

func firstGround(l *ladder.Ladder, to string) string {
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, to) {
			return sk.Grounds[0].ID
		}
	}
	return ""
}

func (s *simulation) findRaiser() (challenge.Person, error) {
	for _, role := range s.Ladder.RaiserRoles() {
		hs := s.Directory.ActingHolders(role, directory.Scope{Team: s.Team, Agency: s.Agency}, s.env.Today())
		for _, scope := range s.Directory.AllScopes() {
			if len(hs) == 0 && s.Ladder.IsRaisedAnywhere() {
				hs = s.Directory.ActingHolders(role, scope, s.env.Today())
			}
		}
		if len(hs) > 0 {
			return challenge.Person{ID: hs[0].Person.Entra, Name: hs[0].Person.Name}, nil
		}
	}
	return challenge.Person{}, fmt.Errorf("simulation: %w: nobody in the directory may raise a challenge under %s", ErrUnplayableScript, s.Ladder.ID)
}

// nextStep lets the earlier of the clock and the people act; false at the end.
func (s *simulation) nextStep() (bool, error) {
	act, people := s.nextAct()
	tick := s.c.NextAt
	clock := s.c.State.IsOpen() && !tick.IsZero()
	if clock && s.canOnlyNudge() && (s.alreadyNudged || s.c.State == challenge.StateExhausted) {
		clock = people // told again only while somebody may still act
	}
	switch {
	case clock && (!people || tick.Before(act.at) || tick.Equal(act.at) && !s.canOnlyRemind()):
		return s.runClock(tick)
	case people:
		return s.performAct(act)
	}
	if s.c.State == challenge.StateHeldAtGate {
		s.tellHeld(HeldUntilOpened, s.c.NextAt)
	}
	return false, s.checkAllPlayed()
}

// canOnlyNudge reports whether the clock can do no more than tell people again.
func (s *simulation) canOnlyNudge() bool {
	return s.c.State == challenge.StateAwaitingJudgement || s.c.State == challenge.StateExhausted || s.c.State == challenge.StateHeldAtGate && s.c.Hold.OpensAt.IsZero()
}

// canOnlyRemind reports whether the clock's next act moves nothing: whoever acts at
// that moment is before it.
func (s *simulation) canOnlyRemind() bool {
	return s.canOnlyNudge() || s.c.State == challenge.StateAwaitingResponse && s.c.NextAt.Before(s.c.Due())
}

func (s *simulation) runClock(at time.Time) (bool, error) {
	if at.After(s.end) {
		return false, s.checkAllPlayed()
	}
	if at.After(s.env.Now) {
		s.env.Now = at
	}
	nudges, repeated := s.canOnlyNudge(), s.alreadyNudged
	change, err := s.c.Decide(challenge.Tick{}, challenge.System, s.env)
	if err != nil {
		return false, scriptError("the clock", err)
	}
	if nudges && repeated {
		s.c, s.trail = change.Next, append(s.trail, change.Events...) // told before; no step of its own
		return true, nil
	}
	s.recordChange(change)
	s.alreadyNudged = nudges
	return true, nil
}

// recordChange goes on from a change and writes down who was told what.
func (s *simulation) recordChange(change challenge.Change) {
	was, visits := s.c.Rung, len(s.c.Openings)
	held := s.c.Hold != nil
	s.c, s.trail = change.Next, append(s.trail, change.Events...)
	if s.c.Rung != was || len(s.c.Openings) != visits || held != (s.c.Hold != nil) {
		s.arrivedAt = s.env.Now
	}
	if k := change.Events[0].Body.Kind(); k != challenge.KindReminded && k != challenge.KindNudged {
		s.waitingSince = s.env.Now
	}
	s.alreadyNudged = false
	s.reportChange(change)
	s.deliverQuestions(change)
	if o := s.c.CurrentOpening(); o != nil && s.firstDue[o.Number].IsZero() {
		s.firstDue[o.Number] = s.c.Due()
	}
}

// deliverQuestions lets Teams take, at once, what asks somebody for something: nobody's
// time runs before that.
func (s *simulation) deliverQuestions(change challenge.Change) {
	for _, post := range change.Posts {
		if post.Card != challenge.CardRespond && post.Card != challenge.CardGate {
			continue
		}
		taken, err := s.c.Decide(challenge.RecordDelivery{Card: post.Card, Opening: post.Opening, To: post.To}, challenge.System, s.env)
		if err == nil { // what Teams took is never refused
			s.c, s.trail = taken.Next, append(s.trail, taken.Events...)
		}
	}
}

func scriptError(what string, err error) error {
	var r *challenge.Refusal
	if errors.As(err, &r) {
		fields := ""
		for _, f := range slices.Sorted(maps.Keys(r.Fields)) {
			fields += "; " + f + ": " + r.Fields[f]
		}
		return fmt.Errorf("simulation: %w: %s: %s%s", ErrUnplayableScript, what, r.Sentence, fields)
	}
	return fmt.Errorf("simulation: %s: %w", what, err)
}
