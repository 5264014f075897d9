package cards

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// RegisterView is a page of the challenges that somebody finds in the register.
type RegisterView struct {
	Rows []View
	// Next is the place after which the next page begins, as its button carries it; empty: this is the
	// last.
	Next           string
	IsLaterPage    bool
	SomeUnreadable bool

	// What the reader sees here: what they raised, oversee, or keep the register of.
	Raises, Oversees, Keeps bool

	// Search is what was searched by, by the ids of the inputs, and Faults what of it was not
	// understood.
	Search map[string]string
	Faults map[string]string
	// Teams, Procedures and Stages are what can be chosen.
	Teams, Procedures, Stages []Choice
	// ToRaiseAnother is the command that raises another challenge about the number searched by, if
	// the reader may.
	ToRaiseAnother string

	TeamNames map[string]string // by id
	Now       time.Time
	Zone      *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderRegister lists challenges, open and ended, the one raised last first: each with its reference,
// the child's number, its team, where it stands and who raised it when. One of them can be opened: its card is
// posted below. Nothing that anybody wrote stands in it.
func RenderRegister(v RegisterView) Card {
	return renderWithinLimit(func(size sizeBudget) *builder {
		w := cmp.Or(v.Words, words.English)
		o := Options{Words: v.Words, TypedValues: v.Search, Submitted: ButtonData{Verb: VerbRegister}}
		if len(v.Faults) > 0 {
			o.Refusal = &challenge.Refusal{Code: challenge.CodeBadInput, Sentence: w.Register.PutRight, Fields: v.Faults}
		}
		b := newBuilder(CardRegister, 0, View{Now: v.Now, Zone: v.Zone}, o, size)
		b.noRefresh, b.final = true, true
		b.summary = b.words.Register.Title
		b.addHeading(b.words.Register.Title)
		b.addSmallPrint(v.describeReader(b))
		b.add(TextBlock{Text: v.describeSearch(b), Bold: true})
		if v.SomeUnreadable {
			b.add(Container{Style: "warning", Items: []Element{TextBlock{Text: b.words.MyChallenges.SomeUnreadable}}})
		}
		if len(v.Rows) == 0 && len(v.Faults) == 0 {
			b.add(TextBlock{Text: b.words.Register.Nothing})
		}
		for _, row := range v.Rows {
			b.addRegisterRow(v, row)
		}
		b.addOpenRow(v.Rows)
		search := b.buildSearch(v)
		if v.Next != "" {
			next := search.data
			next.Shown = v.Next
			b.addButtons(ExecuteButton{Title: b.words.Register.More, Data: next})
		}
		if v.ToRaiseAnother != "" {
			b.addSmallPrint(fmt.Sprintf(b.words.Register.RaiseAnother, v.ToRaiseAnother))
		}
		b.addFolded(searchBox, b.words.Register.Search, func() {
			b.sectionOpened = len(v.Faults) > 0
			b.add(search.items...)
			b.addButtons(ExecuteButton{Title: b.words.Register.Show, Data: search.data})
		})
		return b
	})
}

const searchBox = "search"

// describeReader says what of the register the reader sees.
func (v RegisterView) describeReader(b *builder) string {
	var parts []string
	for _, part := range []struct {
		is   bool
		text string
	}{{v.Raises, b.words.Register.Raised}, {v.Oversees, b.words.Register.Overseen}, {v.Keeps, b.words.Register.Kept}} {
		if part.is {
			parts = append(parts, part.text)
		}
	}
	return fmt.Sprintf(b.words.Register.YouSee, b.words.JoinList(parts))
}

// describeSearch says in words what is listed.
func (v RegisterView) describeSearch(b *builder) string {
	w := b.words.Register
	parts := []string{map[string]string{RegisterOpen: w.Open, RegisterEnded: w.Ended}[v.Search[FieldRegisterState]]}
	if parts[0] == "" {
		parts[0] = w.OpenAndEnded
	}
	add := func(id, format string, choices []Choice) {
		value := v.Search[id]
		for _, c := range choices {
			if c.Value == value {
				value = c.Title
			}
		}
		if value != "" && v.Faults[id] == "" {
			parts = append(parts, fmt.Sprintf(format, b.shorten(value, b.budget.typedText)))
		}
	}
	add(FieldRecordNumber, w.ByNumber, nil)
	add(FieldTeam, "%s", v.Teams)
	add(FieldLadder, "%s", v.Procedures)
	add(FieldStage, w.ByStage, v.Stages)
	add(FieldPerson, w.ByPerson, nil)
	addDay := func(id, format string) {
		if day, err := workday.ParseDate(v.Search[id]); err == nil {
			parts = append(parts, fmt.Sprintf(format, b.words.FormatDate(day)))
		}
	}
	addDay(FieldRaisedFrom, w.Since)
	addDay(FieldRaisedTo, w.Until)
	text := strings.Join(parts, ", ")
	if v.IsLaterPage {
		text += ", " + w.Continued
	}
	return text
}

func (b *builder) addRegisterRow(v RegisterView, row View) {
	row.Now, row.Zone = v.Now, v.Zone
	c := &row.Challenge
	one := newBuilder(CardRegister, len(c.Openings), row, Options{Words: b.words}, b.budget)
	head := strings.Join(nonEmpty(c.Ref, c.Details.RecordNumber, v.TeamNames[c.Details.Team]), " · ")
	if one.isUrgent() {
		head = b.words.Common.Urgent + ": " + head
	}
	place := one.rungLabel(c.Rung) + ": " + one.describeState()
	raised := fmt.Sprintf(b.words.Register.RaisedBy, b.words.FormatOnDate(workday.DateOf(c.RaisedAt.In(b.Zone))), c.Chair.Name)
	b.add(Container{Separator: true, Items: []Element{TextBlock{Text: head, Bold: true, Heading: true}, TextBlock{Text: place, Spacing: "Small"},
		TextBlock{Text: strings.Join(nonEmpty(raised, row.Ladder.Title), " · "), Size: "Small", Subtle: true, Spacing: "Small"}}})
}

// addOpenRow offers to open one of the rows: a button for one row, else a choice between them, since
// ten buttons are more than a reader takes in.
func (b *builder) addOpenRow(rows []View) {
	switch len(rows) {
	case 0:
		return
	case 1:
		b.addButtons(ExecuteButton{Title: fmt.Sprintf(b.words.MyChallenges.Open, rows[0].Challenge.Ref), Data: openBelowData(&rows[0].Challenge)})
		return
	}
	var choices []Choice
	for _, row := range rows {
		c := &row.Challenge
		choices = append(choices, Choice{strings.Join(nonEmpty(c.Ref, c.Details.RecordNumber), " · "), c.ID.String()})
	}
	s := b.newSection(ButtonData{Verb: VerbPostBelow, Card: CardRegister}, FieldOpen)
	s.addInput(Input{Kind: InputChoice, ID: FieldOpen, Label: b.words.Register.WhichToOpen, Value: choices[0].Value, Choices: choices})
	b.add(s.items...)
	b.addButtons(ExecuteButton{Title: b.words.News.Open, Data: s.data})
}

// RegisterInputs are the ids of the inputs by which the register is searched.
var RegisterInputs = []string{FieldRecordNumber, FieldRegisterState, FieldTeam, FieldLadder, FieldStage, FieldPerson, FieldRaisedFrom, FieldRaisedTo}

// RegisterStates are the choices between open and ended.
func RegisterStates(w *words.Catalogue) []Choice {
	return []Choice{{w.Register.Open, RegisterOpen}, {w.Register.Ended, RegisterEnded}}
}

// buildSearch makes the inputs by which the register is searched.
func (b *builder) buildSearch(v RegisterView) *section {
	w := b.words.Register
	s := b.newSection(ButtonData{Verb: VerbRegister, Card: CardRegister}, RegisterInputs...)
	any := func(choices []Choice) []Choice { return append([]Choice{{w.Any, NoChoice}}, choices...) }
	choose := func(id, label string, choices []Choice) {
		if len(choices) > 1 {
			s.addInput(Input{Kind: InputChoice, ID: id, Label: label, Value: NoChoice, Choices: any(choices)})
		}
	}
	s.addInput(Input{Kind: InputText, ID: FieldRecordNumber, Label: w.NumberLabel, MaxLength: maxRecordNumber})
	choose(FieldRegisterState, w.StateLabel, RegisterStates(b.words))
	choose(FieldTeam, b.words.Label.Team, v.Teams)
	choose(FieldLadder, w.ProcedureLabel, v.Procedures)
	choose(FieldStage, w.StageLabel, v.Stages)
	s.addInput(Input{Kind: InputText, ID: FieldPerson, Label: w.PersonLabel, MaxLength: maxPersonName})
	s.addInput(Input{Kind: InputDate, ID: FieldRaisedFrom, Label: w.SinceLabel})
	s.addInput(Input{Kind: InputDate, ID: FieldRaisedTo, Label: w.UntilLabel})
	return s
}

// maxRecordNumber is how long a number or a reference may be that is searched by, and maxPersonName how
// long a name.
const (
	maxRecordNumber = 40
	maxPersonName   = 100
)
