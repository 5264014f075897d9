package cards

import (
	"cmp"
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// respond is the card of the one who is asked: what, until when and why that date,
// by whom, about what, what happened before, and the inputs for the answer.
func (b *builder) respond() {
	if b.at == nil {
		b.notice()
		return
	}
	running := b.current() && b.Challenge.State == challenge.AwaitingResponse
	passed := running && passedOn(b.at, b.o.Viewer)
	open := running && !passed
	due := b.when(b.at.Deadline.Due)
	b.heading(b.title(b.at.Rung))
	switch {
	case open && b.at.MayAnswer(b.o.Viewer):
		b.summary = fmt.Sprintf(b.w.Respond.Summary, b.Challenge.Ref, due)
		b.due(fmt.Sprintf(b.w.Respond.Ask, due))
	case open:
		b.summary = fmt.Sprintf(b.w.Respond.SummaryRead, b.Challenge.Ref, due)
		b.due(fmt.Sprintf(b.w.Respond.AskOther, due))
	default:
		b.summary = fmt.Sprintf(b.w.Respond.SummaryEnded, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{
			TextBlock{Text: b.ended(), Bold: true}, TextBlock{Text: b.w.Respond.Record, Size: "Small"},
		}})
	}
	b.facts()
	if r, ok := b.Ladder.Rung(b.at.Rung); ok && r.About != "" {
		b.small(b.shorten(r.About, b.fit.main))
	}
	b.meeting(b.at.Rung)
	b.asked()
	b.steps(b.w.Label.Earlier, b.earlier())
	switch {
	case open && b.at.MayAnswer(b.o.Viewer):
		b.sinceAsked()
		b.respondInputs()
	case open:
		b.add(TextBlock{Text: fmt.Sprintf(b.w.Respond.Other, b.repliers())})
	default:
		b.answered()
		b.final = !passed && (!b.Challenge.State.Open() || b.at.Outcome != challenge.Answered)
	}
}

// passedOn reports whether somebody passed the question on to a stand-in.
func passedOn(v *challenge.Visit, id string) bool {
	_, passed := v.PassedOn(id)
	return passed
}

// sinceAsked tells what happened since the question was put: how it came to a
// stand-in, and how somebody outside was asked.
func (b *builder) sinceAsked() {
	if len(b.ownVisit()) > 0 {
		b.steps(b.onThis(), b.ownVisit())
	}
}

// answered adds what became of the visit: the answer in full, the rest as steps.
func (b *builder) answered() {
	for _, e := range b.History {
		if r, ok := e.Body.(challenge.Responded); ok && e.Visit == b.visit {
			b.add(TextBlock{Text: fmt.Sprintf(b.w.Respond.Answered, e.By.Name, b.behalf(r.Response), b.on(e.At), b.afterDue(r.AfterDue)), Bold: true})
			b.response(r.Response)
		}
	}
	var rest []entry
	for _, e := range b.ownVisit() {
		if !e.answer {
			rest = append(rest, e)
		}
	}
	b.steps(b.onThis(), rest)
}

// ended says in one sentence why nothing is asked any more, and since when.
func (b *builder) ended() string {
	v := b.at
	switch h, passed := v.PassedOn(b.o.Viewer); {
	case passed && v.Outcome == challenge.Open:
		return fmt.Sprintf(b.w.Respond.Passed, h.To.Name)
	case v.Outcome == challenge.Answered && v.AnsweredBy.ID == b.o.Viewer:
		return fmt.Sprintf(b.w.Respond.EndedYou, b.on(v.AnsweredAt), b.party(v.Judge))
	case v.Outcome == challenge.Answered:
		return fmt.Sprintf(b.w.Respond.EndedOther, v.AnsweredBy.Name, b.on(v.AnsweredAt), b.party(v.Judge))
	case v.Outcome == challenge.LapsedOut:
		return fmt.Sprintf(b.w.Respond.EndedLapsed, b.on(v.Deadline.Due)) + b.whereNow()
	case v.Outcome == challenge.Judged:
		return fmt.Sprintf(b.w.Respond.EndedJudged, v.AnsweredBy.Name, b.on(v.AnsweredAt), b.party(v.Judge), b.w.Judge.Verdicts[v.Verdict]) + b.whereNow()
	default:
		return fmt.Sprintf(b.w.Respond.EndedMoved, b.rungWord()) + b.whereNow()
	}
}

// whereNow says where the challenge stands, for somebody whose part is over.
func (b *builder) whereNow() string {
	c := &b.Challenge
	switch c.State {
	case challenge.Resolved:
		return fmt.Sprintf(b.w.Respond.NowSettled, b.on(c.ClosedAt))
	case challenge.Withdrawn:
		return fmt.Sprintf(b.w.Respond.NowWithdrawn, b.on(c.ClosedAt))
	case challenge.HandedOff:
		return fmt.Sprintf(b.w.Respond.NowHandedOff, b.on(c.ClosedAt))
	case challenge.HeldAtGate:
		return fmt.Sprintf(b.w.Respond.NowHeld, b.rung(c.Rung))
	case challenge.Exhausted:
		return fmt.Sprintf(b.w.Respond.NowTop, b.rungWord())
	}
	if len(c.Visits) > b.visit {
		return fmt.Sprintf(b.w.Respond.NowOn, b.rung(c.Rung))
	}
	return ""
}

func (b *builder) repliers() string {
	var names []string
	for _, id := range b.at.Repliers {
		names = append(names, b.name(id))
	}
	return b.w.List(names)
}

// respondInputs asks for what the rung's form holds.
func (b *builder) respondInputs() {
	form, behalf := ladder.FormReply, !b.at.Asked(b.o.Viewer)
	if r, ok := b.Ladder.Rung(b.at.Rung); ok {
		form = r.Form
	}
	fields := b.formFields(form)
	ids := append([]string{InText}, fieldIDs(fields)...)
	if form == ladder.FormPlan {
		for n := 1; n <= challenge.MaxActions; n++ {
			ids = append(ids, PlanInput(n, "what"), PlanInput(n, "who"), PlanInput(n, "by"))
		}
	}
	s := b.section(b.data(VerbRespond), ids...)
	intro := b.w.Respond.Intros[form]
	if intro == "" {
		intro = b.w.Respond.Intro
	}
	if behalf {
		s.lax = true // the button that marks them as asked sends these inputs too
		intro = fmt.Sprintf(b.w.Respond.OnBehalf, b.respondents(b.at))
	}
	s.say(TextBlock{Text: b.w.Respond.Text, Bold: true, Heading: true}, TextBlock{Text: intro, Spacing: "Small"})
	s.text(InText, b.respondLabel(form), true, challenge.MaxText)
	s.fields(fields)
	if form == ladder.FormPlan {
		s.plan()
	}
	b.add(Container{Items: s.items, Separator: true})
	as := []Action{Execute{Title: b.w.Respond.Send, Data: s.data}}
	if long(form) {
		as = append(as, b.window()...)
	}
	b.buttons(as...)
	b.small(b.howToType(form))
	if behalf {
		b.askedOutside()
	}
}

// askedOutside offers to record that somebody without an account has been asked.
func (b *builder) askedOutside() {
	s := b.own(VerbAsked, InHow, InOn, InNote)
	s.add(Input{Kind: InputChoice, ID: InHow, Label: b.w.Respond.How, Required: true,
		Choices: []Choice{{b.w.Common.ByTelephone, string(challenge.ByTelephone)}, {b.w.Common.ByEmail, string(challenge.ByEmail)}}})
	s.add(Input{Kind: InputDate, ID: InOn, Label: b.w.Respond.AskedOn, Required: true, Max: b.today().String()})
	s.text(InNote, b.w.Respond.AskedNote, false, challenge.MaxText)
	s.typing(fmt.Sprintf(b.w.Type.Asked, b.Challenge.Ref))
	b.form(s, b.w.Respond.Asked, b.w.Respond.AskedButton)
}

// respondLabel is what the text of a form is called: each form is told in the
// procedure's own order, as query, action, outcome.
func (b *builder) respondLabel(form ladder.Form) string {
	return cmp.Or(b.w.Respond.Texts[form], b.w.Respond.Text)
}

// howToType is the command that answers, where one line can hold the answer.
func (b *builder) howToType(form ladder.Form) string {
	if len(form.Fields()) > 0 {
		return fmt.Sprintf(b.w.Respond.NoLine, b.rungWord(), b.typeOpen())
	}
	return fmt.Sprintf(b.w.Common.Typing, b.typeRespond(form == ladder.FormPlan))
}

// plan asks for the actions: the first in sight, each further one behind a button.
// Only the first is required by the client, since a required input that is hidden
// would let nobody send.
func (s *section) plan() {
	s.say(TextBlock{Text: s.b.w.Label.Plan, Bold: true, Heading: true})
	s.say(s.action(1)...)
	s.say(s.further(2)...)
}

func (s *section) further(n int) []Element {
	if n > challenge.MaxActions {
		return nil
	}
	id := fmt.Sprintf("%saction_%d", s.data.Inputs, n)
	box := Container{ID: id, Items: append(s.action(n), s.further(n+1)...), Hidden: !s.typed(n)}
	return []Element{ActionSet{Actions: []Action{Toggle{Title: fmt.Sprintf(s.b.w.Respond.More, n), Target: id}}}, box}
}

// typed reports whether line n, or one after it, has something to show.
func (s *section) typed(n int) bool {
	if !s.active {
		return false
	}
	for ; n <= challenge.MaxActions; n++ {
		for _, part := range []string{"what", "who", "by"} {
			id := PlanInput(n, part)
			if s.b.o.Typed[id] != "" || s.b.o.Said != nil && s.b.o.Said.Fields[id] != "" {
				return true
			}
		}
	}
	return false
}

func (s *section) action(n int) []Element {
	first := n == 1
	what := s.input(Input{Kind: InputText, ID: PlanInput(n, "what"), Label: fmt.Sprintf(s.b.w.Respond.What, n), Required: first, Multiline: true, MaxLength: challenge.MaxActionText})
	who := s.input(Input{Kind: InputText, ID: PlanInput(n, "who"), Label: fmt.Sprintf(s.b.w.Respond.Who, n), Required: first, MaxLength: challenge.MaxName})
	by := s.input(Input{Kind: InputDate, ID: PlanInput(n, "by"), Label: fmt.Sprintf(s.b.w.Respond.By, n), Required: first, Min: s.b.today().String()})
	return append(what, ColumnSet{Columns: [][]Element{who, by}})
}
