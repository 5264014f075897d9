package challenge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

const (
	// MostListed is how many challenges a digest lists before it counts the rest.
	MostListed = 60
	// nearDays is how many working days before its end a time limit is told of.
	nearDays = 2
)

// Stall is a challenge that waits for somebody, as those who oversee challenges hear
// of it: since when, and for whom.
type Stall struct {
	Case  Case
	Since time.Time
	// Must are those who must act, whoever stands in for one today in their place.
	Must []Party
	// Unreached are those of them to whom Teams refused a message for good.
	Unreached []Party
	// LimitNear and StatutoryNear: the time for the whole challenge, and that which the
	// law gives, have passed, or end within two working days.
	LimitNear, StatutoryNear bool
}

// Stalled reports whether a challenge belongs in the digest, as things were at a
// moment: it is held, or the top is passed, or its answer has not been judged for a
// working day, or a card could not be brought to somebody who must act. The case's
// history need hold no more than deliveries, those that failed, and the end of the
// ladder. The words are those of env.Now, the people those of that day.
func Stalled(c Case, at time.Time, env Env) (Stall, bool) {
	refusedAt := unreached(c)
	since, stalls := waitsSince(c, refusedAt)
	if !stalls || since.After(at) {
		return Stall{}, false
	}
	st := Stall{Case: c, Since: since}
	if c.Challenge.State == AwaitingJudgement && len(refusedAt) == 0 && dayAfter(env.Calendar, since).After(at) {
		return Stall{}, false
	}
	for _, p := range mustAct(&c.Challenge, env.Directory) {
		if _, refused := refusedAt[p.ID]; refused {
			st.Unreached = append(st.Unreached, p)
		}
		if by, away := env.Directory.ActingFor(p.ID, env.Today().String()); away && c.Challenge.State != AwaitingResponse {
			p = Party{Person: Person{ID: by.Entra, Name: by.Name}, Role: p.Role, CoverFor: p.Name}
		}
		if !slices.ContainsFunc(st.Must, func(q Party) bool { return q.Person == p.Person }) {
			st.Must = append(st.Must, p)
		}
	}
	st.LimitNear = near(env, c.Challenge.CaseDue)
	st.StatutoryNear = c.Challenge.Overruns(env.Now) || near(env, c.Challenge.StatutoryDue)
	return st, true
}

// waitsSince is when the waiting began that the digest tells of.
func waitsSince(c Case, refusedAt map[string]time.Time) (time.Time, bool) {
	switch v := c.Challenge.Current(); c.Challenge.State {
	case HeldAtGate:
		return c.Challenge.Hold.Since, true
	case AwaitingJudgement:
		return v.AnsweredAt, true
	case Exhausted:
		for _, e := range slices.Backward(c.History) {
			if e.Body.Kind() == KindExhausted {
				return e.At, true
			}
		}
		return c.Challenge.RaisedAt, true
	case AwaitingResponse:
		var first time.Time
		for _, at := range refusedAt {
			if first.IsZero() || at.Before(first) {
				first = at
			}
		}
		return first, !first.IsZero()
	}
	return time.Time{}, false
}

// unreached are those for whom the challenge waits and to whom no card of its present
// step came through since Teams refused one, and when that began.
func unreached(c Case) map[string]time.Time {
	waiting, visit := c.Challenge.Waiting(), len(c.Challenge.Visits)
	refused := map[string]time.Time{}
	for _, e := range c.History {
		if e.Visit != visit {
			continue
		}
		switch b := e.Body.(type) {
		case Delivered:
			delete(refused, b.To.Person)
		case Undelivered:
			if _, known := refused[b.To.Person]; !known && slices.Contains(waiting, b.To.Person) {
				refused[b.To.Person] = e.At
			}
		}
	}
	return refused
}

// mustAct are those for whom the challenge waits, by name and role.
func mustAct(c *Challenge, d *directory.Directory) []Party {
	var known []Party
	if h := c.Hold; h != nil {
		for _, g := range h.Gates {
			if !g.Done() {
				known = append(known, slices.Concat(g.Openers, g.Consulted)...)
			}
		}
	}
	if v := c.Current(); v != nil {
		known = slices.Concat(known, v.Respondents, []Party{v.Judge})
	}
	known = append(known, Party{Person: c.Chair, Role: ladder.RoleChair})
	var out []Party
	for _, id := range c.Waiting() {
		i := slices.IndexFunc(known, func(p Party) bool { return p.ID == id })
		if i >= 0 {
			out = append(out, known[i])
		} else if p, ok := d.ByEntra(id); ok { // who asks in the place of somebody without an account
			out = append(out, Party{Person: Person{ID: p.Entra, Name: p.Name}})
		}
	}
	return out
}

// dayAfter is the same time of the next working day.
func dayAfter(c *workday.Calendar, t time.Time) time.Time {
	today := c.DateOf(t)
	next, err := c.Add(today, 1)
	if err != nil {
		next = today + 1 // past the calendar's coverage: nobody's time depends on it
	}
	return t.In(c.Location()).AddDate(0, 0, int(next-today))
}

// near reports whether a limit has passed or will within a few working days.
func near(env Env, limit time.Time) bool {
	return !limit.IsZero() && env.Calendar.Between(env.Today(), env.Calendar.DateOf(limit)) <= nearDays
}

// Overseers are those who oversee a challenge on the day of env.Now: who stands in for
// one who is away in their place.
func Overseers(c *Challenge, d *directory.Directory, on workday.Date) []string {
	var ids []string
	for _, h := range d.Resolve(string(ladder.RoleOversight), scopeOf(c), on.String()) {
		if h.Person.Entra != "" {
			ids = append(ids, h.Person.Entra)
		}
	}
	return ids
}

// Oversees reports whether a person may see what waits in the challenge.
func Oversees(id string, c *Challenge, d *directory.Directory, on workday.Date) bool {
	return d.Holds(id, string(ladder.RoleOversight), scopeOf(c), on.String())
}

func scopeOf(c *Challenge) directory.Scope {
	return directory.Scope{Team: c.Details.Team, Agency: c.Details.Agency}
}

// Digest is what waits within what one person oversees, the longest first.
type Digest struct {
	Stalls []Stall
	More   int // not listed
	// Away are those to whom Teams lets the bot write nothing.
	Away []Away
}

// Add puts a challenge in its place. Of very many the longest waiting are kept.
func (d *Digest) Add(s Stall) {
	i, _ := slices.BinarySearchFunc(d.Stalls, s, func(a, b Stall) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Case.Challenge.Ref, b.Case.Challenge.Ref))
	})
	d.Stalls = slices.Insert(d.Stalls, i, s)
	if len(d.Stalls) > MostListed {
		d.Stalls = d.Stalls[:MostListed]
		d.More++
	}
}
