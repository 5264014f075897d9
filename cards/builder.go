package cards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
	"challengebot/internal/words"
)

// builder gathers one card.
type builder struct {
	View
	opts      Options
	may       permission.Rights // the reader's
	words     *words.Catalogue
	budget    sizeBudget
	kind      challenge.Card
	openingNo int // number
	opening   *challenge.Opening
	nonce     string

	body      []Element
	summary   string
	final     bool
	noRefresh bool
	// mayBeWriting: the reader is asked for a text on this card.
	mayBeWriting bool

	inputIDs      map[string]bool // of inputs
	sectionCount  int
	sectionOpened bool // a section came back with something to put right
	typedRestored bool // Typed went back into inputs
	restored      map[string]bool
}

func newBuilder(card challenge.Card, opening int, v View, o Options, f sizeBudget) *builder {
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	if v.Ladder == nil {
		v.Ladder = &ladder.Ladder{}
	}
	b := &builder{View: v, opts: o, words: cmp.Or(o.Words, words.English), budget: f, kind: card, openingNo: opening, inputIDs: map[string]bool{}, restored: map[string]bool{}}
	b.opts.Refusal = b.words.TranslateRefusal(o.Refusal)
	b.opening = b.Challenge.Opening(opening)
	return b
}

func (b *builder) add(es ...Element) { b.body = append(b.body, es...) }

func (b *builder) readAsTextHint() string {
	if b.Challenge.Ref == "" {
		return ""
	}
	return fmt.Sprintf(b.words.Common.ReadInstead, b.Challenge.Ref)
}

// buttonData is what every action of the card carries.
func (b *builder) buttonData(verb Verb) ButtonData {
	d := ButtonData{Verb: verb, Card: b.kind, Ref: b.Challenge.Ref, Opening: b.openingNo, Nonce: b.nonce, MessageID: b.opts.MessageID, Shown: b.opts.AskedAbout}
	if b.Challenge.Ref != "" {
		d.ChallengeID = b.Challenge.ID.String()
	}
	if b.opening != nil {
		d.Rung = b.opening.Rung
	}
	return d
}

// isCurrent reports whether the card's opening is the one under way.
func (b *builder) isCurrent() bool {
	return b.opening != nil && b.openingNo == len(b.Challenge.Openings) && b.Challenge.State.IsOpen()
}

// addHeading opens a card: what it is, and what was said to its reader.
func (b *builder) addHeading(text string) {
	b.add(TextBlock{Text: text, Size: "Large", Bold: true, Heading: true})
	b.addUrgency()
	if b.opts.Confirmation != "" {
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: b.words.Common.Done + " " + b.opts.Confirmation, Bold: true}}})
	}
	if b.opts.Refusal != nil {
		b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.words.Common.PleaseNote + " " + b.opts.Refusal.Sentence, Bold: true}}})
	}
}

// isUrgent reports whether the challenge of the card cannot wait.
func (b *builder) isUrgent() bool { return b.Challenge.Urgent != nil && b.Challenge.State.IsOpen() }

// addUrgency says why it cannot, with what was written for it. A channel is told no more than that
// it is urgent.
func (b *builder) addUrgency() {
	if !b.isUrgent() || b.kind == challenge.CardNotice {
		return
	}
	items := []Element{TextBlock{Text: fmt.Sprintf(b.words.Common.UrgentBecause, b.Challenge.Urgent.Label), Bold: true}}
	for _, e := range slices.Backward(b.History) {
		if skipped, ok := e.Body.(challenge.SkippedTo); ok && skipped.Urgent != nil {
			items = append(items, TextBlock{Text: b.shorten(skipped.Evidence, b.budget.mainText)})
			break
		}
	}
	b.add(Container{Style: "attention", Items: items})
}

// cardTitle is "Professional Challenge CH-7K3QX2 · Stage 1".
func (b *builder) cardTitle(rung string) string {
	t := cmp.Or(b.Ladder.Words.Challenge, b.words.Common.Challenge) + " " + b.Challenge.Ref
	if b.isUrgent() {
		t = b.words.Common.Urgent + ": " + t
	}
	if rung != "" {
		t += " · " + b.rungLabel(rung)
	}
	return english.Capitalise(t) // a procedure's own word may be small
}

func (b *builder) rungLabel(id string) string {
	if r, ok := b.Ladder.RungByID(id); ok {
		return cmp.Or(r.Label, id)
	}
	return id
}

func (b *builder) rungWord() string { return b.words.RungWord(b.Ladder.Words.Rung) }

// formatDateTime is "Wednesday 8 April 2026 at 17:00" where the authority is.
func (b *builder) formatDateTime(t time.Time) string { return b.words.FormatDateTime(t.In(b.Zone)) }

// formatOnDateTime is the same after "on".
func (b *builder) formatOnDateTime(t time.Time) string { return b.words.FormatOnDateTime(t.In(b.Zone)) }

// formatParty is "Priya Shah (Team Manager, standing in for Tom Reed)".
func (b *builder) formatParty(p challenge.Party) string {
	role := b.Ladder.RoleLabel(p.Role)
	if p.CoverFor != "" {
		role = fmt.Sprintf(b.words.Common.StandingIn, role, p.CoverFor)
	}
	return cmp.Or(p.Name, b.words.Common.NobodyNamed) + " (" + role + ")"
}

// formatRespondents are who is asked on an opening; where no one of them is listed, the roles
// that the procedure asks.
func (b *builder) formatRespondents(v *challenge.Opening) string {
	if len(v.Respondents) > 0 {
		return b.formatParties(v.Respondents)
	}
	if r, ok := b.Ladder.RungByID(v.Rung); ok {
		return b.formatRoles(r.Respondents.RolesFor(b.Challenge.Details.Agency)...)
	}
	return ""
}

// formatAwaited names those of whom an answer is still awaited, where each must answer.
func (b *builder) formatAwaited(v *challenge.Opening) string {
	if len(v.Answered) == 0 {
		return b.formatRespondents(v)
	}
	return b.formatParties(slices.DeleteFunc(slices.Clone(v.Respondents), func(p challenge.Party) bool { return !v.MayAnswer(p.ID) }))
}

// maxPeopleNamed is how many people a sentence names before it counts the rest.
const maxPeopleNamed = 10

func (b *builder) formatParties(ps []challenge.Party) string {
	var out []string
	for _, p := range ps[:min(len(ps), maxPeopleNamed)] {
		out = append(out, b.formatParty(p))
	}
	if more := len(ps) - maxPeopleNamed; more > 0 {
		out = append(out, fmt.Sprintf(b.words.Common.MorePeople, more))
	}
	return b.words.JoinList(out)
}

// personName finds the name of somebody who took part.
func (b *builder) personName(id string) string {
	for _, v := range b.Challenge.Openings {
		for _, p := range slices.Concat(v.Respondents, v.Alerted, v.Judges()) {
			if p.ID == id {
				return b.formatParty(p)
			}
		}
	}
	if h := b.Challenge.Hold; h != nil {
		for _, g := range h.Gates {
			for _, p := range slices.Concat(g.Openers, g.Consulted) {
				if p.ID == id {
					return b.formatParty(p)
				}
			}
		}
	}
	if id != "" && id == b.Challenge.Chair.ID {
		return b.formatChair()
	}
	return b.words.Common.Somebody
}

func (b *builder) formatChair() string {
	return b.formatParty(challenge.Party{Person: b.Challenge.Chair, Role: directory.RoleChair})
}

// addSmallPrint adds a line of small print.
func (b *builder) addSmallPrint(text string) {
	b.add(TextBlock{Text: text, Size: "Small", Subtle: true})
}

// addLongText adds a label and what somebody wrote.
func (b *builder) addLongText(label, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true}, TextBlock{Text: b.shorten(text, b.budget.mainText), Spacing: "Small"})
}

// narrowWidth is the width in pixels within a card that is 320 wide. There, buttons that
// do not fit beside each other lose the end of their titles.
const narrowWidth = 280

// buttonRows puts buttons beside each other where a narrow screen has room for them, else
// below one another. What is rare stands behind the dots of the last row.
func buttonRows(all []Button) []Element {
	as := slices.DeleteFunc(slices.Clone(all), isRare)
	rare := slices.DeleteFunc(slices.Clone(all), func(a Button) bool { return !isRare(a) })
	if len(as) == 0 {
		return []Element{ActionSet{Actions: all}}
	}
	const letter, around = 8, 36
	width := 0
	for _, a := range as {
		switch a := a.(type) {
		case ExecuteButton:
			width += letter*len([]rune(a.Title)) + around
		}
	}
	if width <= narrowWidth {
		return []Element{ActionSet{Actions: append(as, rare...)}}
	}
	var out []Element
	for i, a := range as {
		row := []Button{a}
		if i == len(as)-1 {
			row = append(row, rare...)
		}
		out = append(out, ActionSet{Actions: row})
	}
	return out
}

// isRare reports whether a button stands behind the dots.
func isRare(a Button) bool {
	switch a := a.(type) {
	case DialogButton:
		return true
	case ExecuteButton:
		return a.Rare
	case ToggleButton:
		return a.Rare
	}
	return false
}

// addFolded adds what explains, or what is rarely done, behind a button of that title.
func (b *builder) addFolded(id, title string, add func()) {
	above := b.body
	b.body, b.sectionOpened = nil, false
	add()
	items := b.body
	b.body = above
	if len(items) > 0 {
		b.add(ActionSet{Actions: []Button{ToggleButton{Title: title, Target: id}}}, Container{ID: id, Items: items, Hidden: !b.sectionOpened})
	}
}

// addButtons adds actions, six to a row at the most.
func (b *builder) addButtons(as ...Button) {
	for row := range slices.Chunk(as, maxButtonsPerRow) {
		b.add(buttonRows(row)...)
	}
}

// addLeftoverInput shows what somebody typed and what stands in no input of the card: the inputs
// are gone because the challenge moved on, there are not as many, or a choice offers no such
// thing. Nothing that a person wrote is lost.
func (b *builder) addLeftoverInput() {
	if b.kind == challenge.CardNotice || b.isOnRecord() {
		return
	}
	var items []Element
	for _, id := range slices.SortedFunc(maps.Keys(b.opts.TypedValues), compareInputIDs) {
		v, label := strings.TrimSpace(b.opts.TypedValues[id]), b.inputLabel(id)
		if v == "" || b.typedRestored && (b.restored[id] || label == "") {
			continue
		}
		items = append(items, TextBlock{Text: cmp.Or(label, id) + ": " + b.shorten(v, b.budget.typedText)})
	}
	if len(items) > 0 {
		b.add(Container{Style: "emphasis", Items: append([]Element{TextBlock{Text: b.words.Common.YouTyped, Bold: true, Heading: true}}, items...)})
	}
}

// isOnRecord reports whether the reply that the viewer typed stands in the history.
func (b *builder) isOnRecord() bool {
	text := strings.TrimSpace(b.opts.TypedValues[FieldText])
	return text != "" && slices.ContainsFunc(b.History, func(e challenge.Event) bool {
		switch body := e.Body.(type) {
		case challenge.Responded:
			return e.By.ID == b.opts.ViewerID && body.Response.Text == text
		case challenge.LateResponse:
			return e.By.ID == b.opts.ViewerID && body.Response.Text == text
		}
		return false
	})
}
