package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

const (
	// MaxDigestItems is how many challenges a digest lists before it counts the rest.
	MaxDigestItems = 60
	// limitNearDays is how many working days before its end a time limit is told of.
	limitNearDays = 2
)

// PendingItem is a challenge that waits for somebody, as those who oversee challenges hear
// of it: since when, and for whom.
type PendingItem struct {
	Snapshot challenge.Snapshot
	Since    time.Time
	// MustAct are those who must act, whoever stands in for one today in their place.
	MustAct []challenge.Party
	// Unreachable are those of them to whom Teams refused a message for good.
	Unreachable []challenge.Party
	// LimitNear and StatutoryNear: the time for the whole challenge, and that which the
	// law gives, have passed, or end within two working days.
	LimitNear, StatutoryNear bool
	// Recount is the last move of its date with the calendar, within the last working day.
	Recount *challenge.Recount
}

// NewPendingItem reports whether a challenge belongs in the digest, as things were at a
// moment: it is held, or the top is passed, or its answer has not been judged for a
// working day, or nobody could be asked, or its time stands still after an outage, or a card
// could not be brought to somebody who must act, or nobody is left who could, or its date moved
// with the calendar within the last working day. The case's
// history need hold no more than deliveries, those that failed, and the end of the
// ladder. The words are those of env.Now, the people those of that day.
func NewPendingItem(c challenge.Snapshot, at time.Time, env challenge.Env) (PendingItem, bool) {
	rejectedAt := undeliveredSince(c)
	recount := freshRecount(&c.Challenge, at, env.Calendar)
	since, isPending := pendingSince(c, rejectedAt, recount)
	if !isPending || since.After(at) {
		return PendingItem{}, false
	}
	item := PendingItem{Snapshot: c, Since: since, Recount: recount}
	if c.Challenge.State == challenge.StateAwaitingJudgement && len(rejectedAt)+len(c.Challenge.Gaps) == 0 && sameTimeNextWorkingDay(env.Calendar, since).After(at) {
		return PendingItem{}, false
	}
	for _, p := range partiesToAct(&c.Challenge, env.Directory) {
		if _, isRejected := rejectedAt[p.ID]; isRejected {
			item.Unreachable = append(item.Unreachable, p)
		}
		if by, onLeave := env.Directory.StandInFor(p.ID, c.Challenge.Scope(), env.Today()); onLeave && c.Challenge.State != challenge.StateAwaitingResponse {
			p = challenge.Party{Person: challenge.Person{ID: by.Entra, Name: by.Name}, Role: p.Role, CoverFor: p.Name, CoverForID: p.ID}
		}
		if !slices.ContainsFunc(item.MustAct, func(q challenge.Party) bool { return q.Person == p.Person }) {
			item.MustAct = append(item.MustAct, p)
		}
	}
	item.LimitNear, item.StatutoryNear = areLimitsNear(&c.Challenge, env)
	return item, true
}

// freshRecount is the move of the date that the challenge waits for, if the calendar moved it
// within the last working day.
func freshRecount(c *challenge.Challenge, at time.Time, calendar *workday.Calendar) *challenge.Recount {
	r := c.RecountedDate()
	if r == nil || !sameTimeNextWorkingDay(calendar, r.At).After(at) {
		return nil
	}
	return r
}

// pendingSince is when the waiting began that the digest tells of.
func pendingSince(c challenge.Snapshot, rejectedAt map[string]time.Time, recount *challenge.Recount) (time.Time, bool) {
	switch opening := c.Challenge.CurrentOpening(); c.Challenge.State {
	case challenge.StateHeldAtGate:
		return c.Challenge.Hold.Since, true
	case challenge.StateAwaitingJudgement:
		return opening.AnsweredAt, true
	case challenge.StateExhausted:
		for _, e := range slices.Backward(c.History) {
			if e.Body.Kind() == challenge.KindExhausted {
				return e.At, true
			}
		}
		return c.Challenge.RaisedAt, true
	case challenge.StateAwaitingResponse:
		first := opening.NotAskedSince
		for _, at := range []time.Time{opening.AwaitsReleaseSince, c.Challenge.GapsSince} {
			if !at.IsZero() && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
		for _, at := range rejectedAt {
			if first.IsZero() || at.Before(first) {
				first = at
			}
		}
		if first.IsZero() && recount != nil {
			return recount.At, true
		}
		return first, !first.IsZero()
	}
	return time.Time{}, false
}

// undeliveredSince are those for whom the challenge waits and to whom no card of its present
// step came through since Teams refused one, and when that began.
func undeliveredSince(c challenge.Snapshot) map[string]time.Time {
	waiting, visit := c.Challenge.WaitingFor(), len(c.Challenge.Openings)
	rejected := map[string]time.Time{}
	for _, e := range c.History {
		if e.Opening != visit {
			continue
		}
		switch b := e.Body.(type) {
		case challenge.Delivered:
			delete(rejected, b.To.Person)
		case challenge.Undelivered:
			if _, known := rejected[b.To.Person]; !known && slices.Contains(waiting, b.To.Person) {
				rejected[b.To.Person] = e.At
			}
		}
	}
	return rejected
}

// partiesToAct are those for whom the challenge waits, by name and role.
func partiesToAct(c *challenge.Challenge, d *directory.Directory) []challenge.Party {
	var known []challenge.Party
	if h := c.Hold; h != nil {
		for _, g := range h.Gates {
			if !g.IsCleared() {
				known = append(known, slices.Concat(g.Openers, g.Consulted)...)
			}
		}
	}
	if opening := c.CurrentOpening(); opening != nil {
		known = slices.Concat(known, opening.Respondents, opening.Judges())
	}
	known = append(known, challenge.Party{Person: c.Chair, Role: directory.RoleChair})
	var out []challenge.Party
	for _, id := range c.WaitingFor() {
		i := slices.IndexFunc(known, func(p challenge.Party) bool { return p.ID == id })
		if i >= 0 {
			out = append(out, known[i])
		} else if p, ok := d.PersonByEntra(id); ok { // who asks in the place of somebody without an account
			out = append(out, challenge.Party{Person: challenge.Person{ID: p.Entra, Name: p.Name}})
		}
	}
	return out
}

// sameTimeNextWorkingDay is the same time of the next working day.
func sameTimeNextWorkingDay(c *workday.Calendar, t time.Time) time.Time {
	today := c.DateOf(t)
	next, err := c.AddWorkingDays(today, 1)
	if err != nil {
		next = today + 1 // past the calendar's coverage: nobody's time depends on it
	}
	return t.In(c.Location()).AddDate(0, 0, int(next-today))
}

// areLimitsNear reports whether the time for the whole challenge, and that which the law gives, have
// passed or will soon.
func areLimitsNear(c *challenge.Challenge, env challenge.Env) (limit, statutory bool) {
	return isLimitNear(env, c.LimitDue), c.OverrunsStatutoryLimit(env.Now) || isLimitNear(env, c.StatutoryDue)
}

// isLimitNear reports whether a limit has passed or will within a few working days.
func isLimitNear(env challenge.Env, limit time.Time) bool {
	return !limit.IsZero() && env.Calendar.CountWorkingDays(env.Today(), env.Calendar.DateOf(limit)) <= limitNearDays
}

// CountForRelease is how many challenges of the list stand still after a very long outage.
func (d *Digest) CountForRelease() int {
	n := 0
	for _, item := range d.Items {
		if item.Snapshot.Challenge.AwaitsRelease() {
			n++
		}
	}
	return n
}

// Digest is what waits within what one person oversees, the longest first.
type Digest struct {
	Items []PendingItem
	More  int // not listed
	// Unreachable are those to whom Teams lets the bot write nothing.
	Unreachable []UnreachablePerson
}

// Add puts a challenge in its place. Of very many the longest waiting are kept.
func (d *Digest) Add(s PendingItem) {
	i, _ := slices.BinarySearchFunc(d.Items, s, func(a, b PendingItem) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Snapshot.Challenge.Ref, b.Snapshot.Challenge.Ref))
	})
	d.Items = slices.Insert(d.Items, i, s)
	if len(d.Items) > MaxDigestItems {
		d.Items = d.Items[:MaxDigestItems]
		d.More++
	}
}
