package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// due adds until when an answer is asked for, with the working behind the date.
func (b *builder) due(sentence string) {
	v := b.at
	items := []Element{TextBlock{Text: sentence, Size: "Medium", Bold: true}}
	if working := b.working(v.N); working != "" {
		items = append(items, TextBlock{Text: fmt.Sprintf(b.w.Common.Working, working), Size: "Small"})
	}
	if v.LimitPassed {
		items = append(items, TextBlock{Text: fmt.Sprintf(b.w.Common.Limit, b.rungWord()), Size: "Small"})
	}
	b.add(Container{Style: "emphasis", Items: items})
}

// working is how the due date of a visit was counted, as it was written down.
func (b *builder) working(visit int) string {
	text := ""
	for _, e := range b.History {
		if e.Visit != visit {
			continue
		}
		switch body := e.Body.(type) {
		case challenge.RungOpened:
			text = body.Working
		case challenge.Redated:
			text = body.Working
		}
	}
	return text
}

// facts adds who asks whom about what. None of it may stand in a channel.
func (b *builder) facts() {
	d := b.Challenge.Details
	facts := []Fact{{b.w.Label.From, b.chair()}}
	if b.at != nil {
		label := b.w.Label.To
		if !b.current() || b.Challenge.State != challenge.AwaitingResponse {
			label = fmt.Sprintf(b.w.Label.WasAsked, b.rung(b.at.Rung))
		}
		facts = append(facts, Fact{label, cmp.Or(b.respondents(b.at), b.w.Common.NotNow)})
		if b.at.Judge.ID != b.Challenge.Chair.ID {
			facts = append(facts, Fact{b.w.Label.Judge, b.party(b.at.Judge)})
		}
	}
	facts = append(facts,
		Fact{b.w.Label.Team, cmp.Or(b.Team, d.Team)},
		Fact{capital(cmp.Or(b.Ladder.Words.RecordID, b.w.Common.RecordNumber)), d.Record},
		Fact{b.w.Label.Conference, cmp.Or(b.w.Case.Conferences[d.Conference], string(d.Conference)) + ", " + b.w.Day(d.ConferenceDate)},
		Fact{b.w.Label.Categories, b.categories(d.Categories)},
	)
	b.add(FactSet{Facts: slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })})
}

func (b *builder) categories(ids []string) string {
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

// asked adds what the chair wrote.
func (b *builder) asked() {
	d := b.Challenge.Details
	b.long(b.w.Label.Concern, d.Concern)
	b.long(b.w.Label.Evidence, d.Evidence)
	b.long(b.w.Label.Ask, d.Ask)
	if d.AskBy != 0 {
		b.add(TextBlock{Text: fmt.Sprintf(b.w.Label.AskedBy, b.w.Day(d.AskBy)), Spacing: "Small"})
	}
	b.whySooner()
}

// response adds an answer with its plan.
func (b *builder) response(r challenge.Response) {
	b.long(b.answerLabel(r.Form), r.Text)
	for _, f := range b.fieldsOf(r) {
		b.long(f.Title, f.Value)
	}
	if len(r.Plan) > 0 {
		b.add(TextBlock{Text: b.w.Label.Plan, Bold: true, Heading: true})
		for i, a := range r.Plan {
			b.add(TextBlock{Text: fmt.Sprintf("%d. ", i+1) + b.planLine(a, b.fit.main), Spacing: "Small"})
		}
	}
}

func (b *builder) planLine(a challenge.Action, most int) string {
	by := ""
	if a.By != 0 {
		by = fmt.Sprintf(b.w.Common.PlanBy, b.w.Day(a.By))
	}
	return b.shorten(a.What, most) + " – " + b.shorten(a.Who, most) + by
}

// fieldsOf are the fields of a response in the order of its form.
func (b *builder) fieldsOf(r challenge.Response) []Fact {
	return b.fieldFacts(b.formFields(r.Form), r.Fields)
}

// formFields are the fields of a form of this bot's own.
func (b *builder) formFields(form ladder.Form) []ladder.Field {
	fields := form.Fields()
	for i := range fields {
		fields[i].Label = b.w.Field(fields[i].Label)
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
		case f.Kind == ladder.DateOn:
			v = b.dateWords(v)
		case f.Kind == ladder.YesNo:
			v = map[string]string{"true": b.w.Common.Yes, "false": b.w.Common.No}[v]
		}
		out = append(out, Fact{f.Label, v})
	}
	return out
}

// fields adds the inputs of a form or a gate.
func (s *section) fields(fields []ladder.Field) {
	for _, f := range fields {
		in := Input{ID: f.ID, Label: f.Label, Required: !f.Optional}
		switch f.Kind {
		case ladder.DateOn:
			in.Kind = InputDate
			if f.Past {
				in.Max = s.b.today().String()
			}
		case ladder.YesNo:
			in.Kind, in.Expanded = InputChoice, true
			in.Choices = []Choice{{s.b.w.Common.Yes, "true"}, {s.b.w.Common.No, "false"}}
		case ladder.Line:
			in.Kind, in.MaxLength = InputText, challenge.MaxText
		default:
			in.Kind, in.MaxLength, in.Multiline = InputText, challenge.MaxText, true
		}
		s.add(in)
	}
}

func fieldIDs(fields []ladder.Field) []string {
	var ids []string
	for _, f := range fields {
		ids = append(ids, f.ID)
	}
	return ids
}
