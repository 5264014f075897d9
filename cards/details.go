package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
)

// addDueDate adds until when an answer is asked for. The working behind the date is among the details.
func (b *builder) addDueDate(sentence string) {
	v := b.opening
	items := []Element{TextBlock{Text: sentence, Size: "Medium", Bold: true}}
	if v.LimitPassed {
		items = append(items, TextBlock{Text: fmt.Sprintf(b.words.Common.LimitPassed, b.rungWord()), Size: "Small"})
	}
	b.add(Container{Style: "emphasis", Items: items})
}

// addAbout adds the procedure's wording of what happens on the rung.
func (b *builder) addAbout() {
	id := b.Challenge.Rung
	if b.opening != nil {
		id = b.opening.Rung
	}
	if r, ok := b.Ladder.RungByID(id); ok && r.About != "" {
		b.addSmallPrint(b.shorten(r.About, b.budget.mainText))
	}
}

// addDueDateWorking adds how the due date was counted.
func (b *builder) addDueDateWorking() {
	if b.opening == nil {
		return
	}
	if working := b.dueDateWorking(b.opening.Number); working != "" {
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Common.DueDateWorking, working), Size: "Small"})
	}
}

// dueDateWorking is how the due date of an opening was counted, as it was written down.
func (b *builder) dueDateWorking(opening int) string {
	text := ""
	for _, e := range b.History {
		if e.Opening != opening {
			continue
		}
		switch body := e.Body.(type) {
		case challenge.RungOpened:
			text = body.Explanation
		case challenge.Redated:
			text = body.Explanation
		case challenge.Interrupted:
			text = cmp.Or(body.Explanation, text)
		case challenge.Released:
			text = body.Explanation
		case challenge.Recounted:
			text = cmp.Or(body.Explanation, text)
		}
	}
	return text
}

// addMatter adds what must be read before anything is done: from whom, which child's record, the
// concern and what is asked for.
func (b *builder) addMatter() {
	d := b.Challenge.Details
	b.add(FactSet{Facts: []Fact{{b.words.Label.From, b.formatChair()},
		{b.recordNumberLabel(), d.RecordNumber}}})
	b.addLongText(b.words.Label.Concern, d.Concern)
	b.addLongText(b.words.Label.AskedFor, d.Ask)
	if d.AskBy != 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Label.AskedForBy, b.words.FormatDate(d.AskBy)), Spacing: "Small"})
	}
}

// recordNumberLabel is the procedure's name for the child's number.
func (b *builder) recordNumberLabel() string {
	return english.Capitalise(cmp.Or(b.Ladder.Words.RecordNumber, b.words.Common.RecordNumber))
}

// addDetails adds, behind a button, all that explains: how the date was counted, the facts, what the
// concern rests on, and the steps that add adds.
func (b *builder) addDetails(add func()) {
	if b.opts.onlyAsked { // who is asked now must see what came late
		b.addSteps(b.words.Label.AllSteps, b.lateResponses())
		return
	}
	b.addFolded(detailsBox, b.words.Common.Details, func() {
		b.addDueDateWorking()
		b.addAbout()
		b.addFacts()
		b.addGrounds()
		add()
	})
}

// addFacts adds whom it was asked and about what. None of it may stand in a channel.
func (b *builder) addFacts() {
	d := b.Challenge.Details
	var facts []Fact
	if b.opening != nil {
		label := b.words.Label.AskedToAnswer
		if !b.isCurrent() || b.Challenge.State != challenge.StateAwaitingResponse {
			label = fmt.Sprintf(b.words.Label.AskedOnRung, b.rungLabel(b.opening.Rung))
		}
		facts = append(facts, Fact{label, cmp.Or(b.formatRespondents(b.opening), b.words.Common.NoneChosen)})
		if b.opening.Judge.ID != b.Challenge.Chair.ID {
			facts = append(facts, Fact{b.words.Label.WhoDecides, b.formatParty(b.opening.Judge)})
		}
	}
	facts = append(facts,
		Fact{b.words.Label.Team, cmp.Or(b.TeamName, d.Team)},
		Fact{b.words.Label.Conference, b.formatSubject(d)},
		Fact{b.words.Label.Categories, b.categoryLabels(d.Categories)},
	)
	b.add(FactSet{Facts: slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })})
}

// formatSubject is what a challenge is about, with its date if it has one.
func (b *builder) formatSubject(d challenge.Details) string {
	if d.ConferenceDate == 0 {
		return b.subjectLabel(d.Conference)
	}
	return b.subjectLabel(d.Conference) + ", " + b.words.FormatDate(d.ConferenceDate)
}

// subjectLabel is the ladder's name for what a challenge is about, or the usual one.
func (b *builder) subjectLabel(id challenge.ConferenceType) string {
	s, _ := b.Ladder.SubjectByID(string(id))
	return cmp.Or(s.Label, b.words.Challenge.Conferences[id], string(id))
}

func (b *builder) categoryLabels(ids []string) string {
	var labels []string
	for _, id := range ids {
		label := id
		if i := slices.IndexFunc(b.Ladder.Categories, func(c ladder.Category) bool { return c.ID == id }); i >= 0 {
			label = b.Ladder.Categories[i].Label
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, "; ")
}

// addGrounds adds what the concern rests on, and why it comes late or is asked sooner.
func (b *builder) addGrounds() {
	d := b.Challenge.Details
	b.addLongText(b.words.Label.Evidence, d.Evidence)
	b.addLongText(b.words.Label.RaisedLate, d.LateReason)
	b.addShorterTimeReason()
}

// addResponse adds an answer with its plan.
func (b *builder) addResponse(r challenge.Response) {
	b.addLongText(b.answerLabel(r.Form), r.Text)
	for _, f := range b.responseFieldFacts(r) {
		b.addLongText(f.Title, f.Value)
	}
	if len(r.Plan) > 0 {
		b.add(TextBlock{Text: b.words.Label.Plan, Bold: true, Heading: true})
		for i, a := range r.Plan {
			b.add(TextBlock{Text: fmt.Sprintf("%d. ", i+1) + b.formatPlanLine(a, b.budget.mainText), Spacing: "Small"})
		}
	}
}

func (b *builder) formatPlanLine(a challenge.PlannedAction, most int) string {
	by := ""
	if a.DueBy != 0 {
		by = fmt.Sprintf(b.words.Common.PlanBy, b.words.FormatDate(a.DueBy))
	}
	return b.shorten(a.What, most) + " – " + b.shorten(a.Who, most) + by
}

// responseFieldFacts are the fields of a response in the order of its form.
func (b *builder) responseFieldFacts(r challenge.Response) []Fact {
	return b.fieldFacts(b.formFields(r.Form), r.Fields)
}

// formFields are the fields of a form of this bot's own.
func (b *builder) formFields(form ladder.ResponseForm) []ladder.Field {
	fields := form.Fields()
	for i := range fields {
		fields[i].Label = b.words.FieldLabel(fields[i].Label)
	}
	return fields
}

func (b *builder) fieldFacts(fields []ladder.Field, values map[string]string) []Fact {
	var out []Fact
	for _, f := range fields {
		v := values[f.ID]
		switch {
		case v == "":
			continue
		case f.Kind == ladder.FieldDate:
			v = b.formatDateField(v)
		case f.Kind == ladder.FieldYesNo:
			v = map[string]string{"true": b.words.Common.Yes, "false": b.words.Common.No}[v]
		}
		out = append(out, Fact{f.Label, v})
	}
	return out
}

// addFields adds the inputs of a form or a gate.
func (s *section) addFields(fields []ladder.Field) {
	for _, f := range fields {
		in := Input{ID: f.ID, Label: f.Label, Required: !f.Optional}
		switch f.Kind {
		case ladder.FieldDate:
			in.Kind = InputDate
			if f.PastOnly {
				in.Max = s.b.today().String()
			}
		case ladder.FieldYesNo:
			in.Kind, in.Expanded = InputChoice, true
			in.Choices = []Choice{{s.b.words.Common.Yes, "true"}, {s.b.words.Common.No, "false"}}
		case ladder.FieldLine:
			in.Kind, in.MaxLength = InputText, challenge.MaxText
		default:
			in.Kind, in.MaxLength, in.Multiline = InputText, challenge.MaxText, true
		}
		s.addInput(in)
	}
}

func fieldIDs(fields []ladder.Field) []string {
	var ids []string
	for _, f := range fields {
		ids = append(ids, f.ID)
	}
	return ids
}
