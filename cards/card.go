package cards

import (
	"strings"

	"challengebot/internal/words"
)

const (
	adaptiveCardVersion = "1.5"
	adaptiveCardSchema  = "http://adaptivecards.io/schemas/adaptive-card.json"
	// MaxBytes is the most bytes that a card has.
	MaxBytes = 25 << 10
	// maxButtonsPerRow is how many buttons Teams shows in a row.
	maxButtonsPerRow = 6
	// maxRefreshUsers is for how many people a card may refresh itself.
	maxRefreshUsers = 60
)

// Card is a drawn card. The zero Card is none.
type Card struct {
	json    []byte
	words   *words.Catalogue
	body    []Element
	summary string
	ref     string
	final   bool
	// mayBeWriting: its reader is asked for a text.
	mayBeWriting bool
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
	t := textWriter{words: c.words}
	t.writeElements(c.body)
	return strings.TrimSpace(t.buf.String()) + "\n"
}

// Summary is what a toast shows: the reference and what is asked.
func (c Card) Summary() string { return c.summary }

// IsFinal reports whether nothing on the card can change or be acted on any more.
func (c Card) IsFinal() bool { return c.final }

// sizeBudget is how much of everything a card holds. Texts are counted in characters.
type sizeBudget struct {
	historyEntries int // entries of the history, the newest
	historyText    int // texts of the history
	mainText       int // what the card is about
	typedText      int // what is put back into inputs
}

const unlimited = 1 << 30

// sizeBudgets are tried one after the other until the card is small enough. Older entries
// give way first, what somebody has just typed last.
var sizeBudgets = []sizeBudget{
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

// renderWithinLimit builds the card once for each fit until it is within the limit.
func renderWithinLimit(build func(sizeBudget) *builder) Card {
	var c Card
	for _, f := range sizeBudgets {
		b := build(f)
		c = b.encode()
		if len(c.json) <= MaxBytes {
			break
		}
	}
	return c
}

// encode writes out what was built.
func (b *builder) encode() Card {
	b.addLeftoverInput()
	b.body = keepFewInSight(b.body)
	w := &jsonWriter{buf: make([]byte, 0, 8<<10), forDialog: b.opts.Dialog}
	w.openElement("AdaptiveCard")
	w.writeString("$schema", adaptiveCardSchema)
	w.writeString("version", adaptiveCardVersion)
	w.writeString("lang", b.words.LanguageTag[:2]) // a language, without its country
	w.writeString("fallbackText", b.summary+b.readAsTextHint())
	w.writeString("speak", b.summary)
	if !b.opts.Dialog {
		w.writeName("msteams")
		w.openBracket('{')
		w.writeString("width", "full")
		w.closeBracket('}')
	}
	b.writeRefresh(w)
	w.writeElements("body", b.body)
	w.closeBracket('}')
	return Card{json: w.buf, words: b.words, body: b.body, summary: b.summary, ref: b.Challenge.Ref, final: b.final, mayBeWriting: b.mayBeWriting}
}

// writeRefresh lets the named people have their own view. Nobody named means that
// the card is refreshed by hand only: without the list Teams would do it for all.
func (b *builder) writeRefresh(w *jsonWriter) {
	if b.noRefresh || b.final || b.opts.Dialog {
		return
	}
	w.writeName("refresh")
	w.openBracket('{')
	w.writeName("action")
	w.openElement("Action.Execute")
	w.writeString("title", b.words.Common.Refresh)
	data := b.buttonData(VerbRefresh)
	w.writeString("verb", string(data.Verb))
	data.writeJSON(w)
	w.closeBracket('}')
	w.writeName("userIds")
	w.openBracket('[')
	for _, id := range b.opts.RefreshFor[:min(len(b.opts.RefreshFor), maxRefreshUsers)] {
		w.writeComma()
		w.writeQuoted(id)
	}
	w.closeBracket(']')
	w.closeBracket('}')
}
