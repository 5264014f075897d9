package record

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// Entry is one event as a person reads it.
type Entry struct {
	Seq  int
	At   time.Time // in the zone that was asked for
	Who  string    // who acted; the system acts when no person does
	Rung string    // the rung's label; empty before the first
	What string    // one or more sentences
	Says []Fact    // what was written, and how dates were counted
	Hash string
}

// Fact is something written, under its label.
type Fact struct{ Label, Text string }

// Names puts words to what a trail knows by id alone.
type Names struct {
	// Team gives a team's name; nil or "": its id is told.
	Team func(id string) string
	// Person gives somebody's name who appears nowhere in the trail by name.
	Person func(entra string) string
}

// System is who acts when no person does.
const System = "The system"

// Timeline tells a whole trail, event by event.
func Timeline(c challenge.Case, names Names, zone *time.Location) []Entry {
	t := &teller{Case: c, names: names, zone: zone, people: map[string]string{}, visits: map[int]challenge.RungOpened{}}
	if t.Ladder == nil {
		t.Ladder = &ladder.Ladder{}
	}
	out := make([]Entry, 0, len(c.History))
	for _, e := range c.History {
		t.learn(e)
		entry := Entry{Seq: e.Seq, At: e.At.In(zone), Who: cmp.Or(e.By.Name, System), Hash: e.Hash.String()}
		if e.By.ID == "" {
			entry.Who = System
		}
		if e.Rung != "" {
			entry.Rung = t.rung(e.Rung)
		}
		entry.What, entry.Says = t.tell(e, entry.Who)
		out = append(out, entry)
	}
	return out
}

// Text is the timeline as plain text.
func Text(c challenge.Case, entries []Entry) string {
	var b strings.Builder
	word := "Challenge"
	if c.Ladder != nil {
		word = cmp.Or(c.Ladder.Words.Challenge, word)
	}
	fmt.Fprintf(&b, "%s %s\n", word, c.Challenge.Ref)
	for _, e := range entries {
		fmt.Fprintf(&b, "\n%3d  %s", e.Seq, e.At.Format("Monday 2 January 2006, 15:04 MST"))
		if e.Rung != "" {
			b.WriteString("  ·  " + e.Rung)
		}
		fmt.Fprintf(&b, "\n     %s\n", e.What)
		for _, f := range e.Says {
			lines := strings.Split(strings.TrimSpace(f.Text), "\n")
			fmt.Fprintf(&b, "       %s: %s\n", f.Label, lines[0])
			for _, line := range lines[1:] {
				b.WriteString("         " + line + "\n")
			}
		}
	}
	return b.String()
}

// teller goes through a trail and remembers who is who.
type teller struct {
	challenge.Case
	names  Names
	zone   *time.Location
	people map[string]string // id -> name as last written
	visits map[int]challenge.RungOpened
}

// learn takes the names that an event brings.
func (t *teller) learn(e challenge.Event) {
	know := func(parties ...challenge.Party) {
		for _, p := range parties {
			if p.ID != "" && p.Name != "" {
				t.people[p.ID] = p.Name
			}
		}
	}
	know(challenge.Party{Person: e.By})
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		t.visits[e.Visit] = b
		know(b.Respondents...)
		know(b.Alerted...)
		know(b.Judge)
	case challenge.Held:
		for _, g := range b.Gates {
			know(g.Openers...)
			know(g.Consulted...)
		}
	}
}

func (t *teller) person(id string) string {
	if name := t.people[id]; name != "" {
		return name
	}
	if t.names.Person != nil {
		if name := t.names.Person(id); name != "" {
			return name
		}
	}
	return "somebody (" + id + ")"
}

func (t *teller) team(id string) string {
	if t.names.Team != nil {
		if name := t.names.Team(id); name != "" {
			return name
		}
	}
	return id
}

func (t *teller) address(a challenge.Address) string {
	if a.Person != "" {
		return t.person(a.Person)
	}
	return "the channel of " + t.team(a.Team)
}

// party is "Priya Shah (Team Manager, standing in for Tom Reid)".
func (t *teller) party(p challenge.Party) string {
	role := t.Ladder.RoleLabel(p.Role)
	if p.CoverFor != "" {
		role += ", standing in for " + p.CoverFor
	}
	return cmp.Or(p.Name, "somebody outside the authority") + " (" + role + ")"
}

func (t *teller) parties(ps []challenge.Party) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = t.party(p)
	}
	return list(out)
}

func (t *teller) rung(id string) string {
	if r, ok := t.Ladder.Rung(id); ok {
		return cmp.Or(r.Label, id)
	}
	return id
}

func (t *teller) when(at time.Time) string {
	return at.In(t.zone).Format("Monday 2 January 2006 at 15:04")
}

// list is "a, b and c".
func list(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// facts keeps those that say something.
func facts(all ...Fact) []Fact {
	var out []Fact
	for _, f := range all {
		if strings.TrimSpace(f.Text) != "" {
			out = append(out, f)
		}
	}
	return out
}
