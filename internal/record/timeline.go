package record

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/safetext"
)

// Entry is one event as a person reads it.
type Entry struct {
	Seq       int
	At        time.Time // in the zone that was asked for
	Actor     string    // who acted; the system acts when no person does
	Rung      string    // the rung's label; empty before the first
	Sentences string    // one or more sentences
	Facts     []Fact    // what was written, and how dates were counted
	Hash      string
}

// Fact is something written, under its label.
type Fact struct{ Label, Text string }

// NameLookup puts words to what a trail knows by id alone.
type NameLookup struct {
	// TeamName gives a team's name; nil or "": its id is told.
	TeamName func(id string) string
	// PersonName gives somebody's name who appears nowhere in the trail by name.
	PersonName func(entra string) string
}

// SystemActor is who acts when no person does.
const SystemActor = "The system"

// Timeline tells a whole trail, event by event.
func Timeline(c challenge.Snapshot, names NameLookup, zone *time.Location) []Entry {
	t := &narrator{Snapshot: c, lookup: names, zone: zone, namesByID: map[string]string{},
		openings: map[int]challenge.RungOpened{}}
	if t.Ladder == nil {
		t.Ladder = &ladder.Ladder{}
	}
	out := make([]Entry, 0, len(c.History))
	for _, e := range c.History {
		t.learnNames(e)
		entry := Entry{Seq: e.Seq, At: e.At.In(zone), Actor: cmp.Or(e.By.Name, SystemActor), Hash: e.Hash.String()}
		if e.By.ID == "" {
			entry.Actor = SystemActor
		}
		if e.Rung != "" {
			entry.Rung = t.rungLabel(e.Rung)
		}
		entry.Sentences, entry.Facts = t.describeEvent(e, entry.Actor)
		out = append(out, entry.showHidden())
	}
	return out
}

// showHidden is the entry with a sign for every character that a reader does not see. Only what
// was typed has lines.
func (e Entry) showHidden() Entry {
	for _, line := range []*string{&e.Actor, &e.Rung, &e.Sentences} {
		*line = safetext.ShowHidden(strings.Join(strings.Fields(*line), " "))
	}
	for i, f := range e.Facts {
		e.Facts[i] = Fact{safetext.ShowHidden(strings.Join(strings.Fields(f.Label), " ")), safetext.ShowHidden(strings.ReplaceAll(f.Text, "\r\n", "\n"))}
	}
	return e
}

// FormatText is the timeline as plain text. No typed text can look like a line of it: each of
// its lines but the first, which has its label, has a bar before it, and a terminal that breaks
// a long line finds neither the double spaces nor the last line of a trail in it.
func FormatText(c challenge.Snapshot, entries []Entry) string {
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
		fmt.Fprintf(&b, "\n     %s\n", e.Sentences)
		for _, f := range e.Facts {
			lines := typedLines(f.Label + ": " + strings.TrimSpace(f.Text))
			b.WriteString("       " + lines[0] + "\n")
			for _, line := range lines[1:] {
				b.WriteString("       | " + line + "\n")
			}
		}
	}
	return b.String()
}

var (
	manySpaces = regexp.MustCompile(`(\S)[\t ]{2,}`)
	deepIndent = regexp.MustCompile(`(?m)^[\t ]{9,}`)
	// trailEnd is how the last line begins that is printed below a trail.
	trailEnd = regexp.MustCompile(`(?i)\schains?\s+(?:verified|broken|of)`)
)

// typedLines are the lines of a text as they can stand in the timeline.
func typedLines(s string) []string {
	s = deepIndent.ReplaceAllString(manySpaces.ReplaceAllString(s, "$1 "), "        ")
	s = trailEnd.ReplaceAllStringFunc(s, func(found string) string { return "\n" + strings.TrimSpace(found) })
	return strings.Split(s, "\n")
}

// narrator goes through a trail and remembers who is who.
type narrator struct {
	challenge.Snapshot
	lookup    NameLookup
	zone      *time.Location
	namesByID map[string]string            // id -> name as last written
	openings  map[int]challenge.RungOpened // with those who may answer now
}

// learnNames takes the names that an event brings.
func (n *narrator) learnNames(e challenge.Event) {
	know := func(parties ...challenge.Party) {
		for _, p := range parties {
			if p.ID != "" && p.Name != "" {
				n.namesByID[p.ID] = p.Name
			}
		}
	}
	know(challenge.Party{Person: e.By})
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		n.openings[e.Opening] = b
		know(b.Respondents...)
		know(b.Alerted...)
		know(b.Judge)
	case challenge.HandedOver:
		n.handOver(e.Opening, b)
		know(b.From, b.To)
	case challenge.Held:
		for _, g := range b.Gates {
			know(g.Openers...)
			know(g.Consulted...)
		}
	}
}

// handOver takes note of who may answer from then on.
func (n *narrator) handOver(opening int, b challenge.HandedOver) {
	v := n.openings[opening]
	v.Responders = slices.DeleteFunc(slices.Clone(v.Responders), func(id string) bool { return id == b.From.ID && !b.Alongside })
	v.Responders = append(v.Responders, b.To.ID)
	n.openings[opening] = v
}

func (n *narrator) personName(id string) string {
	if name := n.namesByID[id]; name != "" {
		return name
	}
	if n.lookup.PersonName != nil {
		if name := n.lookup.PersonName(id); name != "" {
			return name
		}
	}
	return "somebody (" + id + ")"
}

func (n *narrator) teamName(id string) string {
	if n.lookup.TeamName != nil {
		if name := n.lookup.TeamName(id); name != "" {
			return name
		}
	}
	return id
}

func (n *narrator) formatAddress(a challenge.Address) string {
	if a.Person != "" {
		return n.personName(a.Person)
	}
	return "the channel of " + n.teamName(a.Team)
}

// formatParty is "Priya Shah (Team Manager, standing in for Tom Reid)".
func (n *narrator) formatParty(p challenge.Party) string {
	role := n.Ladder.RoleLabel(p.Role)
	if p.CoverFor != "" {
		role += ", standing in for " + p.CoverFor
	}
	return cmp.Or(p.Name, "somebody outside the authority") + " (" + role + ")"
}

func (n *narrator) formatParties(ps []challenge.Party) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = n.formatParty(p)
	}
	return english.JoinList(out)
}

func (n *narrator) rungLabel(id string) string {
	if r, ok := n.Ladder.RungByID(id); ok {
		return cmp.Or(r.Label, id)
	}
	return id
}

func (n *narrator) formatDateTime(at time.Time) string {
	return at.In(n.zone).Format("Monday 2 January 2006 at 15:04")
}

// nonEmptyFacts keeps those that say something.
func nonEmptyFacts(all ...Fact) []Fact {
	var out []Fact
	for _, f := range all {
		if strings.TrimSpace(f.Text) != "" {
			out = append(out, f)
		}
	}
	return out
}
