package cards

import (
	"strings"

	"challengebot/internal/words"
)

const (
	version = "1.5"
	schema  = "http://adaptivecards.io/schemas/adaptive-card.json"
	// Limit is the most bytes that a card has.
	Limit = 25 << 10
	// mostButtons is how many buttons Teams shows in a row.
	mostButtons = 6
	// mostRefreshed is for how many people a card may refresh itself.
	mostRefreshed = 60
)

// Card is a drawn card. The zero Card is none.
type Card struct {
	json    []byte
	words   *words.Words
	body    []Element
	summary string
	ref     string
	final   bool
}

// JSON is the card as Teams takes it. Do not alter it.
func (c Card) JSON() []byte { return c.json }

// MarshalJSON is JSON, for a card within an activity.
func (c Card) MarshalJSON() ([]byte, error) {
	if c.json == nil {
		return []byte("null"), nil
	}
	return c.json, nil
}

// Text is all that the card says, with its inputs and the commands to answer by
// typing. It is plain text, not markdown.
func (c Card) Text() string {
	t := teller{w: c.words}
	t.elements(c.body)
	return strings.TrimSpace(t.b.String()) + "\n"
}

// Summary is what a toast shows: the reference and what is asked.
func (c Card) Summary() string { return c.summary }

// Final reports whether nothing on the card can change or be acted on any more.
func (c Card) Final() bool { return c.final }

// fit is how much of everything a card holds. Texts are counted in characters.
type fit struct {
	entries int // entries of the history, the newest
	older   int // texts of the history
	main    int // what the card is about
	typed   int // what is put back into inputs
}

const unlimited = 1 << 30

// fits are tried one after the other until the card is small enough. Older entries
// give way first, what somebody has just typed last.
var fits = []fit{
	{unlimited, unlimited, unlimited, unlimited},
	{unlimited, 1000, unlimited, unlimited},
	{unlimited, 300, unlimited, unlimited},
	{12, 300, unlimited, unlimited},
	{8, 120, unlimited, unlimited},
	{6, 80, 2500, unlimited},
	{5, 80, 1500, unlimited},
	{4, 80, 800, unlimited},
	{3, 60, 300, unlimited},
	{2, 60, 120, 2000},
	{1, 40, 80, 1000},
	{1, 40, 60, 400},
	{1, 20, 40, 120},
	{1, 20, 30, 60},
	{1, 10, 20, 25},
}

// draw builds the card once for each fit until it is within the limit.
func draw(build func(fit) *builder) Card {
	var c Card
	for _, f := range fits {
		b := build(f)
		c = b.card()
		if len(c.json) <= Limit {
			break
		}
	}
	return c
}

// card writes out what was built.
func (b *builder) card() Card {
	b.leftovers()
	w := &writer{b: make([]byte, 0, 8<<10), dialog: b.o.Dialog}
	w.element("AdaptiveCard")
	w.str("$schema", schema)
	w.str("version", version)
	w.str("lang", b.w.Tag[:2]) // a language, without its country
	w.str("fallbackText", b.summary+b.readInstead())
	w.str("speak", b.summary)
	if !b.o.Dialog {
		w.name("msteams")
		w.open('{')
		w.str("width", "full")
		w.close('}')
	}
	b.writeRefresh(w)
	w.elements("body", b.body)
	w.close('}')
	return Card{json: w.b, words: b.w, body: b.body, summary: b.summary, ref: b.Challenge.Ref, final: b.final}
}

// writeRefresh lets the named people have their own view. Nobody named means that
// the card is refreshed by hand only: without the list Teams would do it for all.
func (b *builder) writeRefresh(w *writer) {
	if b.noRefresh || b.final || b.o.Dialog {
		return
	}
	w.name("refresh")
	w.open('{')
	w.name("action")
	w.element("Action.Execute")
	w.str("title", b.w.Common.Refresh)
	data := b.data(VerbRefresh)
	w.str("verb", string(data.Verb))
	data.write(w)
	w.close('}')
	w.name("userIds")
	w.open('[')
	for _, id := range b.o.Refresh[:min(len(b.o.Refresh), mostRefreshed)] {
		w.sep()
		w.quote(id)
	}
	w.close(']')
	w.close('}')
}
