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

// transition builds one Change: each event is chained and folded as it is emitted.
type transition struct {
	c       Challenge
	by      Person
	env     Env
	events  []Event
	posts   []Post
	refusal *Refusal
	// arrivedAt is when what the person gives arrived. What happens by it is written with that time, or
	// with the time of the last event if that is later: the times of a trail never go back.
	arrivedAt time.Time
	// raising: the chair has just been given the card of the case.
	raising bool
}

func newTransition(c Challenge, by Person, env Env) *transition {
	env.Now = env.Now.UTC().Truncate(time.Microsecond)
	by.ID = strings.ToLower(by.ID)
	arrivedAt := env.Now
	if env.Now.Before(c.LastAt) {
		env.Now = c.LastAt
	}
	return &transition{c: c, by: by, env: env, arrivedAt: arrivedAt}
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

// post wants a card posted, once. Nothing goes to a respondent outside the tenant, for whom
// the asker has the card, nor to a team without a channel.
func (tr *transition) post(to Address, card Card) {
	post := Post{To: to, Card: card, Opening: len(tr.c.Openings)}
	if to == (Address{}) || to.Team != "" && tr.env.Directory.NoticeChannel(to.Team) == "" {
		return
	}
	if to.Person != "" && !tr.isListed(to.Person) {
		return // who has left the directory reads nothing more
	}
	for _, have := range tr.posts {
		if have == post {
			return
		}
	}
	tr.posts = append(tr.posts, post)
}

// tellChair tells the chair in one line that something has happened; their card shows the rest. Who
// did it knows.
func (tr *transition) tellChair() {
	if !tr.raising && tr.by.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardNews)
	}
}

// neededPosts are the posts without the news for those to whom a card of the same change shows what
// has happened, and without the cards of which a later one takes the place at once.
func neededPosts(posts []Post) []Post {
	var out []Post
	for i, p := range posts {
		isNeedless := p.Card == CardNews && slices.ContainsFunc(posts, func(other Post) bool { return other.To == p.To && other.Card != CardNews }) ||
			p.To.Person != "" && slices.ContainsFunc(posts[i+1:], func(later Post) bool { return later.To == p.To && slices.Contains(later.Card.Superseded(), p.Card) })
		if !isNeedless {
			out = append(out, p)
		}
	}
	return out
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

// placeOf is under which name, and where, the directory has a role of the ladder: on the side of
// whoever raised the challenge, or where what it is about belongs.
func (tr *transition) placeOf(role directory.Role) (directory.Role, directory.Scope) {
	if held, own := tr.env.Ladder.OwnSide[role]; own {
		return held, tr.c.Details.OwnScope()
	}
	return role, tr.scope()
}

// partiesInRole are the people in a role today, those without an account here among them:
// they have a name and no id.
func (tr *transition) partiesInRole(role directory.Role) []Party {
	if role == directory.RoleChair {
		return []Party{{Person: tr.c.Chair, Role: role}}
	}
	var out []Party
	held, scope := tr.placeOf(role)
	for _, h := range tr.env.Directory.ActingHolders(held, scope, tr.today()) {
		p := Party{Person: Person{ID: h.Person.Entra, Name: h.Person.Name}, Role: role}
		if h.CoverFor != nil {
			p.CoverFor = h.CoverFor.Name
		}
		out = append(out, p)
	}
	return out
}

func (tr *transition) chairParty() Party { return Party{Person: tr.c.Chair, Role: directory.RoleChair} }

func joinNames(ps []Party) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}

// rungAbove is where a challenge goes from a rung, nil past the top.
func (tr *transition) rungAbove(from string) *ladder.Rung {
	if r, ok := tr.env.Ladder.RungByID(from); ok {
		return tr.env.Ladder.EscalationTarget(r)
	}
	return nil
}

// isListed reports whether a person stands in today's directory.
func (tr *transition) isListed(id string) bool {
	_, listed := tr.env.Directory.PersonByEntra(id)
	return listed && id != ""
}
