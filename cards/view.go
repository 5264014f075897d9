package cards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
)

// View is a challenge as it is to be drawn. Ladder is the challenge's own copy.
type View struct {
	Challenge challenge.Challenge
	Ladder    *ladder.Ladder
	History   []challenge.Event
	Team      string // name of the team, to be shown
	Now       time.Time
	Zone      *time.Location
}

// Options are what concerns the one who looks.
type Options struct {
	// Words are the reader's language; nil is English.
	Words  *words.Words
	Viewer string // Entra object id
	// Said is shown at the top, its Fields at the inputs.
	Said *challenge.Refusal
	// Typed is put back into the inputs, by id. When those are gone it is shown.
	Typed map[string]string
	// Sent is the action that Said and Typed come from. Without it they belong to
	// the first inputs of the card.
	Sent ActionData
	// Refers: the procedure leaves a referral outside the authority to the viewer.
	Refers bool
	// Done is a plain confirmation.
	Done string
	// Dialog draws the card for a window of its own, opened from message Message.
	Dialog  bool
	Message string
	// Refresh are the people (29:…) for whom Teams refreshes the card by itself.
	Refresh []string
}

// Render draws a card of a challenge. visit is the visit that the card was posted
// for; 0 is before the first.
func Render(card challenge.Card, visit int, v View, o Options) Card {
	return draw(func(f fit) *builder {
		b := newBuilder(card, visit, v, o, f)
		switch card {
		case challenge.CardRespond:
			b.respond()
		case challenge.CardReminder:
			b.reminder()
		case challenge.CardJudge:
			b.judge()
		case challenge.CardGate:
			b.gateCard()
		case challenge.CardCase:
			b.caseCard()
		case challenge.CardAlert:
			b.alert()
		case challenge.CardOversight:
			b.oversight()
		default: // a card that is not known shows no more than a channel may see
			b.notice()
		}
		return b
	})
}

// builder gathers one card.
type builder struct {
	View
	o     Options
	w     *words.Words
	fit   fit
	kind  challenge.Card
	visit int // number
	at    *challenge.Visit
	nonce string

	body      []Element
	summary   string
	final     bool
	noRefresh bool

	ids      map[string]bool // of inputs
	sections int
	used     bool // Typed went back into inputs
}

func newBuilder(card challenge.Card, visit int, v View, o Options, f fit) *builder {
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	if v.Ladder == nil {
		v.Ladder = &ladder.Ladder{}
	}
	b := &builder{View: v, o: o, w: cmp.Or(o.Words, words.English), fit: f, kind: card, visit: visit, ids: map[string]bool{}}
	b.o.Said = b.w.Said(o.Said)
	b.at = b.Challenge.Visit(visit)
	return b
}

func (b *builder) add(es ...Element) { b.body = append(b.body, es...) }

func (b *builder) readInstead() string {
	if b.Challenge.Ref == "" {
		return ""
	}
	return fmt.Sprintf(b.w.Common.ReadInstead, b.Challenge.Ref)
}

// data is what every action of the card carries.
func (b *builder) data(verb Verb) ActionData {
	d := ActionData{Verb: verb, Card: b.kind, Ref: b.Challenge.Ref, Visit: b.visit, Version: b.Challenge.Version, Nonce: b.nonce, Message: b.o.Message}
	if b.Challenge.Ref != "" {
		d.Challenge = b.Challenge.ID.String()
	}
	if b.at != nil {
		d.Rung = b.at.Rung
	}
	return d
}

// current reports whether the card's visit is the one under way.
func (b *builder) current() bool {
	return b.at != nil && b.visit == len(b.Challenge.Visits) && b.Challenge.State.Open()
}

// heading opens a card: what it is, and what was said to its reader.
func (b *builder) heading(text string) {
	b.add(TextBlock{Text: text, Size: "Large", Bold: true, Heading: true})
	if b.o.Done != "" {
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: b.w.Common.Done + " " + b.o.Done, Bold: true}}})
	}
	if b.o.Said != nil {
		b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.w.Common.PleaseNote + " " + b.o.Said.Sentence, Bold: true}}})
	}
}

// title is "Professional Challenge CH-7K3QX2 · Stage 1".
func (b *builder) title(rung string) string {
	t := cmp.Or(b.Ladder.Words.Challenge, b.w.Common.Challenge) + " " + b.Challenge.Ref
	if rung != "" {
		t += " · " + b.rung(rung)
	}
	return capital(t)
}

// capital begins a text with a capital: a procedure's own word may be small.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func (b *builder) rung(id string) string {
	if r, ok := b.Ladder.Rung(id); ok {
		return cmp.Or(r.Label, id)
	}
	return id
}

func (b *builder) rungWord() string { return b.w.Rung(b.Ladder.Words.Rung) }

// when is "Wednesday 8 April 2026 at 17:00" where the authority is.
func (b *builder) when(t time.Time) string { return b.w.Moment(t.In(b.Zone)) }

// on is the same after "on".
func (b *builder) on(t time.Time) string { return b.w.OnMoment(t.In(b.Zone)) }

// party is "Priya Shah (Team Manager, standing in for Tom Reed)".
func (b *builder) party(p challenge.Party) string {
	role := b.Ladder.RoleLabel(p.Role)
	if p.CoverFor != "" {
		role = fmt.Sprintf(b.w.Common.StandingIn, role, p.CoverFor)
	}
	return cmp.Or(p.Name, b.w.Common.NobodyNamed) + " (" + role + ")"
}

// respondents are who is asked on a visit; where no one of them is listed, the roles
// that the procedure asks.
func (b *builder) respondents(v *challenge.Visit) string {
	if len(v.Respondents) > 0 {
		return b.parties(v.Respondents)
	}
	if r, ok := b.Ladder.Rung(v.Rung); ok {
		return b.roles(r.Respond.RolesFor(b.Challenge.Details.Agency)...)
	}
	return ""
}

// mostNamed is how many people a sentence names before it counts the rest.
const mostNamed = 10

func (b *builder) parties(ps []challenge.Party) string {
	var out []string
	for _, p := range ps[:min(len(ps), mostNamed)] {
		out = append(out, b.party(p))
	}
	if more := len(ps) - mostNamed; more > 0 {
		out = append(out, fmt.Sprintf(b.w.Common.More, more))
	}
	return b.w.List(out)
}

// name finds the name of somebody who took part.
func (b *builder) name(id string) string {
	for _, v := range b.Challenge.Visits {
		for _, p := range slices.Concat(v.Respondents, v.Alerted, []challenge.Party{v.Judge}) {
			if p.ID == id {
				return b.party(p)
			}
		}
	}
	if h := b.Challenge.Hold; h != nil {
		for _, g := range h.Gates {
			for _, p := range slices.Concat(g.Openers, g.Consulted) {
				if p.ID == id {
					return b.party(p)
				}
			}
		}
	}
	if id != "" && id == b.Challenge.Chair.ID {
		return b.chair()
	}
	return b.w.Common.Somebody
}

func (b *builder) chair() string {
	return b.party(challenge.Party{Person: b.Challenge.Chair, Role: ladder.RoleChair})
}

// small adds a line of small print.
func (b *builder) small(text string) {
	b.add(TextBlock{Text: text, Size: "Small", Subtle: true})
}

// long adds a label and what somebody wrote.
func (b *builder) long(label, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true}, TextBlock{Text: b.shorten(text, b.fit.main), Spacing: "Small"})
}

// narrowest is the width in pixels within a card that is 320 wide. There, buttons that
// do not fit beside each other lose the end of their titles.
const narrowest = 280

// rows puts buttons beside each other where a narrow screen has room for them, else
// below one another.
func rows(as []Action) []Element {
	const letter, around = 8, 36
	width := 0
	for _, a := range as {
		switch a := a.(type) {
		case Execute:
			width += letter*len([]rune(a.Title)) + around
		case OpenDialog:
			width += letter*len([]rune(a.Title)) + around
		}
	}
	if width <= narrowest {
		return []Element{ActionSet{Actions: as}}
	}
	var out []Element
	for _, a := range as {
		out = append(out, ActionSet{Actions: []Action{a}})
	}
	return out
}

// buttons adds actions, six to a row at the most.
func (b *builder) buttons(as ...Action) {
	for row := range slices.Chunk(as, mostButtons) {
		b.add(rows(row)...)
	}
}

// leftovers shows what somebody typed into inputs that are gone: nothing that a
// person wrote is lost because a challenge moved on meanwhile.
func (b *builder) leftovers() {
	if b.used || b.kind == challenge.CardNotice || b.onRecord() {
		return
	}
	var items []Element
	for _, id := range slices.Sorted(maps.Keys(b.o.Typed)) {
		if v := strings.TrimSpace(b.o.Typed[id]); v != "" {
			items = append(items, TextBlock{Text: cmp.Or(b.typedLabel(id), id) + ": " + b.shorten(v, b.fit.typed)})
		}
	}
	if len(items) > 0 {
		b.add(Container{Style: "emphasis", Items: append([]Element{TextBlock{Text: b.w.Common.YouTyped, Bold: true, Heading: true}}, items...)})
	}
}

// onRecord reports whether the reply that the viewer typed stands in the history.
func (b *builder) onRecord() bool {
	text := strings.TrimSpace(b.o.Typed[InText])
	return text != "" && slices.ContainsFunc(b.History, func(e challenge.Event) bool {
		switch body := e.Body.(type) {
		case challenge.Responded:
			return e.By.ID == b.o.Viewer && body.Response.Text == text
		case challenge.ReplyKept:
			return e.By.ID == b.o.Viewer && body.Response.Text == text
		}
		return false
	})
}
