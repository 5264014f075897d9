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
		items = append(items, TextBlock{Text: fmt.Sprintf(wordsWorking, working), Size: "Small"})
	}
	if v.LimitPassed {
		items = append(items, TextBlock{Text: fmt.Sprintf(wordsLimit, b.rungWord()), Size: "Small"})
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
	facts := []Fact{{labelFrom, b.chair()}}
	if b.at != nil {
		label := labelTo
		if !b.current() || b.Challenge.State != challenge.AwaitingResponse {
			label = fmt.Sprintf(labelWasAsked, b.rung(b.at.Rung))
		}
		facts = append(facts, Fact{label, cmp.Or(b.respondents(b.at), wordsNotNow)})
		if b.at.Judge.ID != b.Challenge.Chair.ID {
			facts = append(facts, Fact{labelJudge, b.party(b.at.Judge)})
		}
	}
	facts = append(facts,
		Fact{labelTeam, cmp.Or(b.Team, d.Team)},
		Fact{cmp.Or(b.Ladder.Words.RecordID, "Record number"), d.Record},
		Fact{labelConference, cmp.Or(conferenceWords[d.Conference], string(d.Conference)) + ", " + d.ConferenceDate.Long()},
		Fact{labelCategories, b.categories(d.Categories)},
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
	b.long(labelConcern, d.Concern)
	b.long(labelEvidence, d.Evidence)
	b.long(labelAsk, d.Ask)
	if d.AskBy != 0 {
		b.add(TextBlock{Text: "Asked for by " + d.AskBy.Long() + ".", Spacing: "Small"})
	}
	b.whySooner()
}

// response adds an answer with its plan.
func (b *builder) response(r challenge.Response) {
	b.long(answerLabel(r.Form), r.Text)
	for _, f := range fieldsOf(r) {
		b.long(f.Title, f.Value)
	}
	if len(r.Plan) > 0 {
		b.add(TextBlock{Text: labelPlan, Bold: true, Heading: true})
		for i, a := range r.Plan {
			b.add(TextBlock{Text: fmt.Sprintf("%d. ", i+1) + planLine(a, b.fit.main), Spacing: "Small"})
		}
	}
}

func planLine(a challenge.Action, most int) string {
	by := ""
	if a.By != 0 {
		by = ", by " + a.By.Long()
	}
	return shorten(a.What, most) + " – " + shorten(a.Who, most) + by
}

// fieldsOf are the fields of a response in the order of its form.
func fieldsOf(r challenge.Response) []Fact { return fieldFacts(r.Form.Fields(), r.Fields) }

func fieldFacts(fields []ladder.Field, values map[string]string) []Fact {
	var out []Fact
	for _, f := range fields {
		v := values[f.ID]
		switch {
		case v == "":
			continue
		case f.Kind == ladder.DateOn:
			v = dateWords(v)
		case f.Kind == ladder.YesNo:
			v = map[string]string{"true": "Yes", "false": "No"}[v]
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
			in.Choices = []Choice{{"Yes", "true"}, {"No", "false"}}
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
