package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

const (
	respondAsk       = "Please answer by %s"
	respondAskOther  = "An answer is asked for by %s"
	respondOther     = "You were asked together with those who may answer. One answer counts: %s can give it."
	respondIntro     = "Please say how you see it, what will be done for the child, and by when. A short talk with the person who asks often helps; record here what you agree."
	respondOnBehalf  = "Please ask %s by telephone or e-mail, and record their answer here."
	respondSend      = "Send the answer"
	respondText      = "Your response"
	respondMore      = "Add or hide action %d"
	respondWhat      = "Action %d: what will be done"
	respondWho       = "Action %d: who will do it (role or name of a professional)"
	respondBy        = "Action %d: by when"
	respondNoLine    = "This %s asks for more than one line can hold. Please fill in the card; to see it again type %s"
	respondAsked     = "Record that you have asked them"
	respondHow       = "How they were asked"
	respondAskedOn   = "On which day"
	respondAskedNote = "Whom you reached, and what was said"
	respondPassed    = "This was handed over to %s, who stands in for you and is asked now. The date stays, and nothing is asked of you any more."
	respondRecord    = "This is a record of what was asked and answered. It cannot be changed."

	respondSummary      = "%s: please answer by %s."
	respondSummaryRead  = "%s: an answer is asked for by %s."
	respondSummaryEnded = "%s: nothing is asked of you any more."
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
		b.summary = fmt.Sprintf(respondSummary, b.Challenge.Ref, due)
		b.due(fmt.Sprintf(respondAsk, due))
	case open:
		b.summary = fmt.Sprintf(respondSummaryRead, b.Challenge.Ref, due)
		b.due(fmt.Sprintf(respondAskOther, due))
	default:
		b.summary = fmt.Sprintf(respondSummaryEnded, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{
			TextBlock{Text: b.ended(), Bold: true}, TextBlock{Text: respondRecord, Size: "Small"},
		}})
	}
	b.facts()
	if r, ok := b.Ladder.Rung(b.at.Rung); ok && r.About != "" {
		b.small(shorten(r.About, b.fit.main))
	}
	b.meeting(b.at.Rung)
	b.asked()
	b.steps(labelEarlier, b.earlier())
	switch {
	case open && b.at.MayAnswer(b.o.Viewer):
		b.sinceAsked()
		b.respondInputs()
	case open:
		b.add(TextBlock{Text: fmt.Sprintf(respondOther, b.repliers())})
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
		b.steps("What happened on this "+b.rungWord(), b.ownVisit())
	}
}

// answered adds what became of the visit: the answer in full, the rest as steps.
func (b *builder) answered() {
	for _, e := range b.History {
		if r, ok := e.Body.(challenge.Responded); ok && e.Visit == b.visit {
			b.add(TextBlock{Text: fmt.Sprintf("%s answered%s on %s%s.", e.By.Name, behalf(r.Response), b.when(e.At), afterDue(r.AfterDue)), Bold: true})
			b.response(r.Response)
		}
	}
	var rest []entry
	for _, e := range b.ownVisit() {
		if !e.answer {
			rest = append(rest, e)
		}
	}
	b.steps("What happened on this "+b.rungWord(), rest)
}

// ended says in one sentence why nothing is asked any more, and since when.
func (b *builder) ended() string {
	v := b.at
	switch h, passed := v.PassedOn(b.o.Viewer); {
	case passed && v.Outcome == challenge.Open:
		return fmt.Sprintf(respondPassed, h.To.Name)
	case v.Outcome == challenge.Answered && v.AnsweredBy.ID == b.o.Viewer:
		return "You answered on " + b.when(v.AnsweredAt) + ". Thank you. The answer is now with " + b.party(v.Judge) + "."
	case v.Outcome == challenge.Answered:
		return v.AnsweredBy.Name + " answered on " + b.when(v.AnsweredAt) + ", so no other answer is needed. It is now with " + b.party(v.Judge) + "."
	case v.Outcome == challenge.LapsedOut:
		return "The time for an answer ended on " + b.when(v.Deadline.Due) + ", and the challenge has moved on." + b.whereNow()
	case v.Outcome == challenge.Judged:
		return v.AnsweredBy.Name + " answered on " + b.when(v.AnsweredAt) + ". " + b.party(v.Judge) + " was " + verdictWords[v.Verdict] + "." + b.whereNow()
	default:
		return "No answer is needed on this " + b.rungWord() + " any more: the challenge has moved on." + b.whereNow()
	}
}

// whereNow says where the challenge stands, for somebody whose part is over.
func (b *builder) whereNow() string {
	c := &b.Challenge
	switch c.State {
	case challenge.Resolved:
		return " It was settled on " + b.when(c.ClosedAt) + "."
	case challenge.Withdrawn:
		return " It was withdrawn on " + b.when(c.ClosedAt) + "."
	case challenge.HandedOff:
		return " It was handed over to another procedure on " + b.when(c.ClosedAt) + "."
	case challenge.HeldAtGate:
		return " It waits before " + b.rung(c.Rung) + "."
	case challenge.Exhausted:
		return " The last " + b.rungWord() + " has been passed."
	}
	if len(c.Visits) > b.visit {
		return " It is now on " + b.rung(c.Rung) + "."
	}
	return ""
}

func (b *builder) repliers() string {
	var names []string
	for _, id := range b.at.Repliers {
		names = append(names, b.name(id))
	}
	return list(names)
}

// respondInputs asks for what the rung's form holds.
func (b *builder) respondInputs() {
	form, behalf := ladder.FormReply, !b.at.Asked(b.o.Viewer)
	if r, ok := b.Ladder.Rung(b.at.Rung); ok {
		form = r.Form
	}
	fields := form.Fields()
	ids := append([]string{InText}, fieldIDs(fields)...)
	if form == ladder.FormPlan {
		for n := 1; n <= challenge.MaxActions; n++ {
			ids = append(ids, PlanInput(n, "what"), PlanInput(n, "who"), PlanInput(n, "by"))
		}
	}
	s := b.section(b.data(VerbRespond), ids...)
	intro := respondIntros[form]
	if intro == "" {
		intro = respondIntro
	}
	if behalf {
		s.lax = true // the button that marks them as asked sends these inputs too
		intro = fmt.Sprintf(respondOnBehalf, b.respondents(b.at))
	}
	s.say(TextBlock{Text: respondText, Size: "Medium", Bold: true, Heading: true}, TextBlock{Text: intro, Spacing: "Small"})
	s.text(InText, respondLabel(form), true, challenge.MaxText)
	s.fields(fields)
	if form == ladder.FormPlan {
		s.plan()
	}
	b.add(Container{Items: s.items, Separator: true})
	b.buttons(Execute{Title: respondSend, Data: s.data})
	b.small(b.howToType(form))
	if behalf {
		b.askedOutside()
	}
}

// askedOutside offers to record that somebody without an account has been asked.
func (b *builder) askedOutside() {
	s := b.own(VerbAsked, InHow, InOn, InNote)
	s.add(Input{Kind: InputChoice, ID: InHow, Label: respondHow, Required: true,
		Choices: []Choice{{"By telephone", string(challenge.ByTelephone)}, {"By e-mail", string(challenge.ByEmail)}}})
	s.add(Input{Kind: InputDate, ID: InOn, Label: respondAskedOn, Required: true, Max: b.today().String()})
	s.text(InNote, respondAskedNote, false, challenge.MaxText)
	s.typing(typeAsked(b.Challenge.Ref))
	b.form(s, respondAsked, respondAsked)
}

// respondIntros stand over the forms that are more than a written reply.
var respondIntros = map[ladder.Form]string{
	ladder.FormDiscussion: "Please talk with the person who asks, and record here what was raised, what will be done and what came of it.",
	ladder.FormMeeting:    "Please hold the meeting, and record here what was discussed and its outcome.",
	ladder.FormDecision:   "Please record your decision and what it rests on.",
	ladder.FormDifference: "Please say what differs significantly, and note the final agreed decision.",
}

// respondLabel is what the text of a form is called: each form is told in the
// procedure's own order, as query, action, outcome.
func respondLabel(form ladder.Form) string {
	switch form {
	case ladder.FormDiscussion:
		return "Query: what was raised and discussed"
	case ladder.FormMeeting:
		return "What was discussed at the meeting"
	case ladder.FormDecision:
		return "What was considered, and the reasons for the decision"
	case ladder.FormDifference:
		return "What was considered in upholding the difference or not"
	default:
		return respondText
	}
}

// howToType is the command that answers, where one line can hold the answer.
func (b *builder) howToType(form ladder.Form) string {
	if len(form.Fields()) > 0 {
		return fmt.Sprintf(respondNoLine, b.rungWord(), typeOpen(b.Challenge.Ref))
	}
	return fmt.Sprintf(wordsTyping, typeRespond(b.Challenge.Ref, form == ladder.FormPlan))
}

// plan asks for the actions: the first in sight, each further one behind a button.
// Only the first is required by the client, since a required input that is hidden
// would let nobody send.
func (s *section) plan() {
	s.say(TextBlock{Text: labelPlan, Bold: true, Heading: true})
	s.say(s.action(1)...)
	s.say(s.further(2)...)
}

func (s *section) further(n int) []Element {
	if n > challenge.MaxActions {
		return nil
	}
	id := fmt.Sprintf("%saction_%d", s.data.Inputs, n)
	box := Container{ID: id, Items: append(s.action(n), s.further(n+1)...), Hidden: !s.typed(n)}
	return []Element{ActionSet{Actions: []Action{Toggle{Title: fmt.Sprintf(respondMore, n), Target: id}}}, box}
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
	what := s.input(Input{Kind: InputText, ID: PlanInput(n, "what"), Label: fmt.Sprintf(respondWhat, n), Required: first, Multiline: true, MaxLength: challenge.MaxActionText})
	who := s.input(Input{Kind: InputText, ID: PlanInput(n, "who"), Label: fmt.Sprintf(respondWho, n), Required: first, MaxLength: challenge.MaxName})
	by := s.input(Input{Kind: InputDate, ID: PlanInput(n, "by"), Label: fmt.Sprintf(respondBy, n), Required: first, Min: s.b.today().String()})
	return append(what, ColumnSet{Columns: [][]Element{who, by}})
}
