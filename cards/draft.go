package cards

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// besideAnswer are the buttons that stand beside the inputs of an answer and do something else, each
// with what it asks for itself. A client sends the half-written answer with them.
var besideAnswer = map[Verb][]string{VerbAcknowledge: nil, VerbAskBack: {FieldReason}, VerbNotMine: {FieldOwner}}

func standsBesideAnswer(v Verb) bool {
	_, beside := besideAnswer[v]
	return beside
}

// SplitDraft splits the inputs that a button sent into those that it asks for and a half-written
// answer beside it, which is to come back as it was.
func SplitDraft(v Verb, inputs map[string]string) (own, draft map[string]string) {
	asked, beside := besideAnswer[v]
	if !beside {
		return inputs, nil
	}
	own, draft = map[string]string{}, map[string]string{}
	for id, value := range inputs {
		switch {
		case slices.Contains(asked, id):
			own[id] = value
		case strings.TrimSpace(value) != "":
			draft[id] = value
		}
	}
	return own, draft
}

// maxDrafts is to how many challenges plain words are offered as an answer.
const maxDrafts = 3

// DraftView is what somebody typed as a message where a form was asked for.
type DraftView struct {
	Preface string // said first
	Typed   string // the words
	Waiting []View // what waits for them
	More    int    // how many more wait
	Words   *words.Catalogue
	// ViewerID is who typed it.
	ViewerID string
}

// RenderDraftOffer says that nothing was recorded and what waits, and offers the words as the
// draft of an answer. It repeats nothing of them: they may hold a name, and stand in the chat.
func RenderDraftOffer(v DraftView) Card {
	return renderWithinLimit(func(f sizeBudget) *builder {
		b := newBuilder("draft", 0, View{}, Options{Words: v.Words, ViewerID: v.ViewerID}, f)
		b.noRefresh, b.summary = true, b.words.Draft.Summary
		b.addHeading(b.words.Draft.Title)
		b.add(TextBlock{Text: v.Preface, Bold: true})
		var buttons []Button
		for _, w := range v.Waiting[:min(len(v.Waiting), maxDrafts)] {
			one := newBuilder("draft", 0, w, Options{Words: v.Words, ViewerID: v.ViewerID}, f)
			b.add(TextBlock{Text: one.describeWaiting()})
			if d, title := one.draftButton(v.Typed); fitsDraft(v.Typed) {
				buttons = append(buttons, ExecuteButton{Title: title, Data: d})
			} else {
				b.addSmallPrint(fmt.Sprintf(b.words.Draft.HowToOpen, one.openCommand()))
			}
		}
		if more := v.More + max(0, len(v.Waiting)-maxDrafts); more > 0 {
			b.addSmallPrint(fmt.Sprintf(b.words.Draft.More, more))
		}
		switch {
		case len(buttons) > 0:
			b.add(TextBlock{Text: b.words.Draft.HowToUse})
			b.addButtons(buttons...)
		case v.Typed != "":
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Draft.TooLong, utf8.RuneCountInString(v.Typed), challenge.MaxText)})
		}
		return b
	})
}

// maxDraftBytes keeps the card, which carries the words once for each challenge, within its limit.
const maxDraftBytes = 6 << 10

func fitsDraft(typed string) bool {
	return typed != "" && utf8.RuneCountInString(typed) <= challenge.MaxText && len(typed) <= maxDraftBytes
}

// DescribeWaiting says in a sentence what of a challenge waits for somebody.
func DescribeWaiting(v View, viewer string, w *words.Catalogue) string {
	return newBuilder("draft", 0, v, Options{Words: w, ViewerID: viewer}, sizeBudget{}).describeWaiting()
}

func (b *builder) describeWaiting() string {
	switch c := &b.Challenge; c.State {
	case challenge.StateAwaitingResponse:
		if b.hasNoLimit(c.CurrentOpening()) {
			return fmt.Sprintf(b.words.Draft.WaitsNoLimit, c.Ref)
		}
		return fmt.Sprintf(b.words.Draft.WaitsForAnswer, c.Ref, b.formatDateTime(c.Due()))
	case challenge.StateAwaitingJudgement:
		return fmt.Sprintf(b.words.Draft.WaitsForDecision, c.Ref)
	default:
		return fmt.Sprintf(b.words.Draft.WaitsForRecord, c.Ref)
	}
}

// draftButton opens the viewer's own card of the challenge with the words in it.
func (b *builder) draftButton(typed string) (ButtonData, string) {
	d := b.buttonData(VerbDraft)
	d.Card, d.Opening = DraftCard(&b.Challenge, b.opts.ViewerID)
	d.Typed = typed
	title := b.words.Draft.UseAsNote
	switch d.Card {
	case challenge.CardRespond:
		title = b.words.Draft.UseAsAnswer
	case challenge.CardJudge:
		title = b.words.Draft.UseAsReason
	}
	return d, fmt.Sprintf(title, b.Challenge.Ref)
}

// DraftCard is the card on which somebody does what waits for them, and its opening.
func DraftCard(c *challenge.Challenge, viewer string) (challenge.Card, int) {
	if c.State == challenge.StateAwaitingResponse && slices.Contains(c.WaitingFor(), viewer) {
		return challenge.CardRespond, c.OpeningFor(viewer)
	}
	return c.CardFor(viewer)
}

// FillDraft puts the words where they belong on the card: into an input, as if the button that
// sends it had been pressed. A card without a place for them shows them beside what it says.
func (o *Options) FillDraft(card challenge.Card, c *challenge.Challenge, typed string) {
	field, verb := FieldReason, VerbJudge
	switch card {
	case challenge.CardRespond:
		field, verb = FieldText, VerbRespond
	case challenge.CardGate:
		field, verb = FieldNote, VerbGate
	}
	o.TypedValues, o.Submitted = map[string]string{field: typed}, ButtonData{Verb: verb}
	if c.Hold == nil || card != challenge.CardGate {
		return
	}
	is := func(p challenge.Party) bool { return p.ID == o.ViewerID }
	for _, g := range c.Hold.Gates {
		if !g.IsCleared() && (slices.ContainsFunc(g.Openers, is) || slices.ContainsFunc(g.Consulted, is)) {
			o.Submitted.Gate = g.Gate
			return
		}
	}
}
