package challenge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Env is everything a transition may know beside the challenge and the command.
type Env struct {
	// Now is read once for a transaction.
	Now time.Time
	// Calendar measures every window.
	Calendar *workday.Calendar
	// Ladder is the challenge's own copy, as it was when it was raised.
	Ladder    *ladder.Ladder
	Directory *directory.Directory
}

// Today is the civil day of Now where the calendar is.
func (e Env) Today() workday.Date { return e.Calendar.DateOf(e.Now) }

// Raise starts a challenge. The error is a *Refusal, or says that the calendar or
// the ladder cannot be used.
func Raise(r Raising, by Person, env Env) (Change, error) {
	if err := checkRaising(&r, by, env); err != nil {
		return Change{}, err
	}
	s := newStep(Challenge{ID: r.ID}, by, env)
	s.raising = true
	body := RaisedBody{
		Ref: Reference(r.Number), Ladder: env.Ladder.ID, LadderVersion: env.Ladder.Version,
		LadderDigest: env.Ladder.Digest(), Calendar: env.Calendar.Version(), Details: r.Details,
		Shorter: r.Shorter,
	}
	if env.Ladder.Case.Starts == ladder.FirstRaise {
		var err error
		if body.CaseStart, body.CaseDue, err = caseClock(env, env.Now); err != nil {
			return Change{}, calendarRefusal(err)
		}
	}
	s.emit(body, "", 0)
	s.show(Address{Person: by.ID}, CardCase)
	if r.Partner {
		s.endAsPartnerConcern(env.Ladder.PartnerConcerns)
		return s.change(), nil
	}
	if err := s.begin(r); err != nil {
		return Change{}, err
	}
	return s.change(), nil
}

// begin enters the first rung, or the one the chair goes straight to.
func (s *step) begin(r Raising) error {
	if r.StartAt == "" {
		return s.enter(s.env.Ladder.First(), ByRaise, s.env.Now, nil)
	}
	skip, _ := findSkip(s.env.Ladder, r.StartAt, r.Ground)
	rung, _ := s.env.Ladder.Rung(r.StartAt)
	s.emit(SkippedTo{To: r.StartAt, Ground: r.Ground, Evidence: r.Reason}, rung.ID, 0)
	return s.enter(rung, BySkip, s.env.Now, skip.Gates)
}

// Decide is the transition of a challenge that exists. A command that does not
// fit is answered by a *Refusal and changes nothing.
func (c Challenge) Decide(cmd Command, by Person, env Env) (Change, error) {
	if _, ok := env.Ladder.Rung(c.Rung); !ok || env.Ladder.ID != c.Ladder || env.Ladder.Version != c.LadderVersion {
		return Change{}, fmt.Errorf("challenge: %s runs under version %d of the ladder %s, not under version %d of %s",
			c.Ref, c.LadderVersion, c.Ladder, env.Ladder.Version, env.Ladder.ID)
	}
	s := newStep(c, by, env)
	var err error
	switch cmd := cmd.(type) {
	case Respond:
		err = s.respond(cmd)
	case Judge:
		err = s.judge(cmd)
	case RecordGate:
		err = s.gate(cmd)
	case SkipTo:
		err = s.skip(cmd)
	case Withdraw:
		err = s.withdraw(cmd)
	case HandOff:
		err = s.handOff(cmd)
	case MarkAsked:
		err = s.markAsked(cmd)
	case HandOver:
		err = s.handOver(cmd)
	case TakeBack:
		err = s.takeBack()
	case Refer:
		err = s.refer(cmd)
	case NoteMessage:
		err = s.noteMessage(cmd)
	case Tick:
		err = s.tick()
	case Deliver:
		err = s.deliver(cmd)
	case GiveUp:
		err = s.giveUp(cmd)
	default:
		err = fmt.Errorf("challenge: no transition for %T", cmd)
	}
	if err != nil {
		return Change{}, err
	}
	return s.change(), nil
}

// step builds one Change: each event is chained and folded as it is emitted.
type step struct {
	c      Challenge
	by     Person
	env    Env
	events []Event
	shows  []Show
	said   *Refusal
	// raising: the chair has just been given the card of the case.
	raising bool
}

func newStep(c Challenge, by Person, env Env) *step {
	env.Now = env.Now.UTC().Truncate(time.Microsecond)
	by.ID = strings.ToLower(by.ID)
	return &step{c: c, by: by, env: env}
}

func (s *step) change() Change {
	s.tellNoticed()
	return Change{Next: s.c, Events: s.events, Shows: s.shows, Said: s.said}
}

// emit appends an event by the person who gave the command.
func (s *step) emit(b Body, rung string, visit int) { s.emitBy(s.by, b, rung, visit) }

// emitBy appends an event. What follows from a person's command by itself is the
// system's.
func (s *step) emitBy(by Person, b Body, rung string, visit int) {
	data, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("challenge: a %s event cannot be written: %v", b.Kind(), err)) // bodies are plain data
	}
	e := Event{Seq: s.c.Seq + 1, At: s.env.Now, By: by, Rung: rung, Visit: visit, Body: b, Data: data, Prev: s.c.Head}
	e.Hash = e.Sum(s.c.ID)
	s.events = append(s.events, e)
	s.c = s.c.Fold(e)
}

func (s *step) show(to Address, card Card) {
	show := Show{To: to, Card: card, Visit: len(s.c.Visits)}
	if to == (Address{}) {
		return // a respondent outside the tenant: the asker has the card
	}
	for _, have := range s.shows {
		if have == show {
			return
		}
	}
	s.shows = append(s.shows, show)
}

// showRole posts a card to everybody who holds a role today.
func (s *step) showRole(role ladder.Role, card Card) {
	for _, p := range s.holders(role) {
		s.show(Address{Person: p.ID}, card)
	}
}

func (s *step) today() string { return s.env.Today().String() }

func (s *step) scope() directory.Scope {
	return scopeOf(&s.c)
}

// holders are the people in a role today whom this bot can reach, the chair being
// whoever raised it.
func (s *step) holders(role ladder.Role) []Party {
	return slices.DeleteFunc(s.named(role), func(p Party) bool { return p.ID == "" })
}

// named are the people in a role today, those without an account here among them:
// they have a name and no id.
func (s *step) named(role ladder.Role) []Party {
	if role == ladder.RoleChair {
		return []Party{{Person: s.c.Chair, Role: role}}
	}
	var out []Party
	for _, h := range s.env.Directory.Resolve(string(role), s.scope(), s.today()) {
		p := Party{Person: Person{ID: h.Person.Entra, Name: h.Person.Name}, Role: role}
		if h.CoverFor != nil {
			p.CoverFor = h.CoverFor.Name
		}
		out = append(out, p)
	}
	return out
}

// isParty reports whether the person who gives the command is one of those, acts
// in the stead of one today, or has come into the role since.
func (s *step) isParty(ps []Party) bool {
	return s.by.ID != "" && slices.ContainsFunc(ps, func(p Party) bool {
		holds := p.Role != ladder.RoleChair && s.env.Directory.Holds(s.by.ID, string(p.Role), s.scope(), s.today())
		return p.ID == s.by.ID || holds || s.actsFor(p.ID)
	})
}

// actsFor reports whether the person who gives the command stands in for another
// today.
func (s *step) actsFor(id string) bool {
	p, ok := s.env.Directory.ActingFor(id, s.today())
	return ok && p.Entra == s.by.ID
}

// isOversight reports whether the person oversees challenges today.
func (s *step) isOversight(id string) bool {
	return s.env.Directory.Holds(id, string(ladder.RoleOversight), s.scope(), s.today())
}

// calendarRefusal turns "past the calendar's coverage" into words for a person.
func calendarRefusal(err error) error {
	if r, ok := coverage(err); ok {
		return r
	}
	return fmt.Errorf("challenge: a due date cannot be computed: %w", err)
}
