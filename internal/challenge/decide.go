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
func Raise(r RaiseCommand, by Person, env Env) (Change, error) {
	if err := validateRaise(&r, by, env); err != nil {
		return Change{}, err
	}
	s := newTransition(Challenge{ID: r.ID}, by, env)
	s.raising = true
	body := Raised{
		Ref: FormatReference(r.Number), Ladder: env.Ladder.ID, LadderVersion: env.Ladder.Version,
		LadderHash: env.Ladder.Hash(), Calendar: env.Calendar.Version(), Details: r.Details,
		ShorterWindow: r.ShorterWindow,
	}
	if env.Ladder.OverallLimit.Starts == ladder.LimitFromRaise {
		var err error
		if body.LimitStart, body.LimitDue, err = startOverallLimit(env, env.Now); err != nil {
			return Change{}, calendarError(err)
		}
	}
	s.emit(body, "", 0)
	s.post(Address{Person: by.ID}, CardChallenge)
	if r.AboutPartner {
		s.endAsPartnerConcern(env.Ladder.PartnerConcerns)
		return s.buildChange(), nil
	}
	if err := s.enterStartingRung(r); err != nil {
		return Change{}, err
	}
	return s.buildChange(), nil
}

// enterStartingRung enters the first rung, or the one the chair goes straight to.
func (tr *transition) enterStartingRung(r RaiseCommand) error {
	if r.StartAt == "" {
		return tr.enterRung(tr.env.Ladder.FirstRung(), CauseRaise, tr.env.Now, nil)
	}
	skip, _ := findSkip(tr.env.Ladder, r.StartAt, r.Ground)
	rung, _ := tr.env.Ladder.RungByID(r.StartAt)
	tr.emit(SkippedTo{To: r.StartAt, Ground: r.Ground, Evidence: r.Reason}, rung.ID, 0)
	return tr.enterRung(rung, CauseSkip, tr.env.Now, skip.Gates)
}

// Decide is the transition of a challenge that exists. A command that does not
// fit is answered by a *Refusal and changes nothing.
func (c Challenge) Decide(cmd Command, by Person, env Env) (Change, error) {
	if _, ok := env.Ladder.RungByID(c.Rung); !ok || env.Ladder.ID != c.Ladder || env.Ladder.Version != c.LadderVersion {
		return Change{}, fmt.Errorf("challenge: %s runs under version %d of the ladder %s, not under version %d of %s",
			c.Ref, c.LadderVersion, c.Ladder, env.Ladder.Version, env.Ladder.ID)
	}
	s := newTransition(c, by, env)
	var err error
	switch cmd := cmd.(type) {
	case Respond:
		err = s.recordResponse(cmd)
	case Judge:
		err = s.recordJudgement(cmd)
	case RecordGate:
		err = s.recordGate(cmd)
	case SkipTo:
		err = s.skipTo(cmd)
	case Withdraw:
		err = s.withdraw(cmd)
	case HandOff:
		err = s.handOff(cmd)
	case RecordAskedOutside:
		err = s.recordAskedOutside(cmd)
	case HandOver:
		err = s.handOver(cmd)
	case RejoinAfterCover:
		err = s.rejoinAfterCover()
	case Refer:
		err = s.recordReferral(cmd)
	case RecordMessageChange:
		err = s.recordMessageChange(cmd)
	case Tick:
		err = s.tick()
	case RecordDelivery:
		err = s.recordDelivery(cmd)
	case RecordRejection:
		err = s.recordRejection(cmd)
	default:
		err = fmt.Errorf("challenge: no transition for %T", cmd)
	}
	if err != nil {
		return Change{}, err
	}
	return s.buildChange(), nil
}

// transition builds one Change: each event is chained and folded as it is emitted.
type transition struct {
	c       Challenge
	by      Person
	env     Env
	events  []Event
	posts   []Post
	refusal *Refusal
	// raising: the chair has just been given the card of the case.
	raising bool
}

func newTransition(c Challenge, by Person, env Env) *transition {
	env.Now = env.Now.UTC().Truncate(time.Microsecond)
	by.ID = strings.ToLower(by.ID)
	return &transition{c: c, by: by, env: env}
}

func (tr *transition) buildChange() Change {
	tr.postAlerts()
	return Change{Next: tr.c, Events: tr.events, Posts: tr.posts, Refusal: tr.refusal}
}

// emit appends an event by the person who gave the command.
func (tr *transition) emit(b Body, rung string, visit int) { tr.emitBy(tr.by, b, rung, visit) }

// emitBy appends an event. What follows from a person's command by itself is the
// system's.
func (tr *transition) emitBy(by Person, b Body, rung string, visit int) {
	data, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("challenge: a %s event cannot be written: %v", b.Kind(), err)) // bodies are plain data
	}
	e := Event{Seq: tr.c.Seq + 1, At: tr.env.Now, By: by, Rung: rung, Opening: visit, Body: b, Data: data, Prev: tr.c.Head}
	e.Hash = e.ChainHash(tr.c.ID)
	tr.events = append(tr.events, e)
	tr.c = tr.c.Apply(e)
}

func (tr *transition) post(to Address, card Card) {
	post := Post{To: to, Card: card, Opening: len(tr.c.Openings)}
	if to == (Address{}) {
		return // a respondent outside the tenant: the asker has the card
	}
	for _, have := range tr.posts {
		if have == post {
			return
		}
	}
	tr.posts = append(tr.posts, post)
}

// postToRole posts a card to everybody who holds a role today.
func (tr *transition) postToRole(role directory.Role, card Card) {
	for _, p := range tr.reachableInRole(role) {
		tr.post(Address{Person: p.ID}, card)
	}
}

func (tr *transition) today() workday.Date { return tr.env.Today() }

func (tr *transition) scope() directory.Scope {
	return tr.c.Scope()
}

// reachableInRole are the people in a role today whom this bot can reach, the chair being
// whoever raised it.
func (tr *transition) reachableInRole(role directory.Role) []Party {
	return slices.DeleteFunc(tr.partiesInRole(role), func(p Party) bool { return p.ID == "" })
}

// partiesInRole are the people in a role today, those without an account here among them:
// they have a name and no id.
func (tr *transition) partiesInRole(role directory.Role) []Party {
	if role == directory.RoleChair {
		return []Party{{Person: tr.c.Chair, Role: role}}
	}
	var out []Party
	for _, h := range tr.env.Directory.ActingHolders(role, tr.scope(), tr.today()) {
		p := Party{Person: Person{ID: h.Person.Entra, Name: h.Person.Name}, Role: role}
		if h.CoverFor != nil {
			p.CoverFor = h.CoverFor.Name
		}
		out = append(out, p)
	}
	return out
}

// isOneOf reports whether the person who gives the command is one of those, acts
// in the stead of one today, or has come into the role since.
func (tr *transition) isOneOf(ps []Party) bool {
	return tr.by.ID != "" && slices.ContainsFunc(ps, func(p Party) bool {
		holds := p.Role != directory.RoleChair && tr.env.Directory.MayActIn(tr.by.ID, p.Role, tr.scope(), tr.today())
		return p.ID == tr.by.ID || holds || tr.isActingFor(p.ID)
	})
}

// isActingFor reports whether the person who gives the command stands in for another
// today.
func (tr *transition) isActingFor(id string) bool {
	p, ok := tr.env.Directory.StandInFor(id, tr.today())
	return ok && p.Entra == tr.by.ID
}

// isOverseer reports whether the person oversees challenges today.
func (tr *transition) isOverseer(id string) bool {
	return tr.env.Directory.MayActIn(id, directory.RoleOversight, tr.scope(), tr.today())
}

// calendarError turns "past the calendar's coverage" into words for a person.
func calendarError(err error) error {
	if r, ok := coverageRefusal(err); ok {
		return r
	}
	return fmt.Errorf("challenge: a due date cannot be computed: %w", err)
}
