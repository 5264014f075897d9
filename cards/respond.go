package cards

import (
	"cmp"
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// buildRespondCard is the card of the one who is asked: what, until when and why that date,
// by whom, about what, what happened before, and the inputs for the answer.
func (b *builder) buildRespondCard() {
	if b.opening == nil {
		b.buildNotice()
		return
	}
	running := b.isCurrent() && b.Challenge.State == challenge.StateAwaitingResponse
	passed := running && hasPassedOn(b.opening, b.opts.ViewerID)
	open := running && !passed
	due := b.formatDateTime(b.opening.Deadline.Due)
	b.addHeading(b.cardTitle(b.opening.Rung))
	switch {
	case open && b.awaitsRelease():
		b.summary = fmt.Sprintf(b.words.Respond.SummaryStandsStill, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.words.Respond.StandsStill, Size: "Medium", Bold: true}}})
	case open && b.hasNoLimit(b.opening) && b.mayAnswer():
		b.summary = fmt.Sprintf(b.words.Respond.SummaryNoLimit, b.Challenge.Ref)
		b.addDueDate(fmt.Sprintf(b.words.Respond.PleaseAnswerNoLimit, b.words.FormatDate(b.opening.Deadline.Date)))
	case open && b.hasNoLimit(b.opening):
		b.summary = fmt.Sprintf(b.words.Respond.SummaryNoLimit, b.Challenge.Ref)
		b.addDueDate(fmt.Sprintf(b.words.Respond.AnswerAskedForNoLimit, b.words.FormatDate(b.opening.Deadline.Date)))
	case open && b.mayAnswer():
		b.summary = fmt.Sprintf(b.words.Respond.Summary, b.Challenge.Ref, due)
		b.addDueDate(fmt.Sprintf(b.words.Respond.PleaseAnswer, due))
	case open:
		b.summary = fmt.Sprintf(b.words.Respond.SummaryRead, b.Challenge.Ref, due)
		b.addDueDate(fmt.Sprintf(b.words.Respond.AnswerAskedFor, due))
	default:
		b.summary = fmt.Sprintf(b.words.Respond.SummaryEnded, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{
			TextBlock{Text: b.describeEnd(), Bold: true}, TextBlock{Text: b.words.Respond.RecordOnly, Size: "Small"},
		}})
	}
	if r, ok := b.Ladder.RungByID(b.opening.Rung); ok && open {
		if r.Asks != "" {
			b.add(TextBlock{Text: b.shorten(r.Asks, b.budget.mainText), Spacing: "Small"})
		}
	}
	b.addMatter()
	since := b.stepsOfOpening()
	if asked := open && b.mayAnswer(); !asked {
		since = nil
	} else if len(since) > 0 {
		b.addSteps(b.thisRungTitle(), since[len(since)-1:]) // how it came to a stand-in, or was counted again
	}
	b.addDetails(func() {
		b.addMeeting(b.opening.Rung)
		if len(since) > 1 {
			b.addSteps(b.thisRungTitle(), since)
		}
		b.addSteps(b.words.Label.EarlierSteps, b.stepsBeforeOpening())
	})
	switch {
	case open && b.mayAnswer():
		b.addResponseInputs()
		b.addNotMineSection()
		b.addAskBackSection()
		b.addTakeFurtherSection()
	case open && b.opening.HasAnswered(b.opts.ViewerID):
		b.add(Container{Style: "good", Items: []Element{TextBlock{Text: fmt.Sprintf(b.words.Respond.YourAnswerIsIn, b.formatPeople(b.opening.Responders)), Bold: true}}})
		b.addAnswer()
	case open:
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Respond.AskedTogether, b.formatPeople(b.opening.Responders))})
	default:
		b.addAnswer()
		b.addReplacementInputs()
		b.final = !passed && (!b.Challenge.State.IsOpen() || b.opening.Outcome != challenge.OutcomeAnswered)
	}
}

// mayAnswer reports whether the reader is among those who are asked on this opening.
func (b *builder) mayAnswer() bool {
	return b.may.Answer && b.opening.MayAnswer(b.opts.ViewerID)
}

// hasPassedOn reports whether somebody passed the question on to a stand-in.
func hasPassedOn(v *challenge.Opening, id string) bool {
	_, passed := v.HandoverFrom(id)
	return passed
}

// addAnswer adds what became of the opening: the answer in full, the rest as steps.
func (b *builder) addAnswer() {
	replaced := b.replacedAnswers()
	for _, e := range b.History {
		if r, ok := e.Body.(challenge.Responded); ok && e.Opening == b.openingNo && !replaced[e.Seq] {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Respond.AnsweredBy, e.By.Name, b.formatOnBehalf(r.Response), b.formatOnDateTime(e.At), b.formatAfterDue(r.AfterDue)), Bold: true})
			if r.Replaces {
				b.addSmallPrint(b.words.Respond.Replaces)
			}
			b.addResponse(r.Response)
		}
	}
	var rest []historyStep
	for _, e := range b.stepsOfOpening() {
		if !e.isAnswer {
			rest = append(rest, e)
		}
	}
	b.addSteps(b.thisRungTitle(), rest)
}

// replacedAnswers are the answers in whose place the same person put another, by the number of their
// event.
func (b *builder) replacedAnswers() map[int]bool {
	replaced := map[int]bool{}
	last := map[int]int{} // by opening
	for _, e := range b.History {
		if r, ok := e.Body.(challenge.Responded); ok {
			if r.Replaces {
				replaced[last[e.Opening]] = true
			}
			last[e.Opening] = e.Seq
		}
	}
	return replaced
}

// addReplacementInputs offers, until it is judged, to put another answer in the place of the
// reader's own, which stands in the inputs.
func (b *builder) addReplacementInputs() {
	if !b.may.Replace || !b.isCurrent() {
		return
	}
	const box = "replace_box"
	s, _ := b.newResponseSection()
	s.optionalForClient = true // a required input that is hidden would let nobody send
	replaced := b.replacedAnswers()
	for _, e := range b.History {
		if r, ok := e.Body.(challenge.Responded); ok && e.Opening == b.openingNo && !replaced[e.Seq] {
			s.given = responseValues(r.Response)
		}
	}
	form := b.responseForm()
	s.addElements(TextBlock{Text: b.words.Respond.ReplaceIntro, Spacing: "Small"})
	s.addTextInput(FieldText, b.responseLabel(form), true, challenge.MaxText)
	s.addFields(b.formFields(form))
	s.addPlanInputs(form == ladder.FormPlan)
	s.addElements(buttonRows([]Button{ExecuteButton{Title: b.words.Respond.ReplaceButton, Data: s.data}})...)
	shown := s.active && (len(b.opts.TypedValues) > 0 || b.opts.Refusal != nil)
	b.add(ActionSet{Actions: []Button{ToggleButton{Title: b.words.Respond.Replace, Target: box}}}, Container{ID: box, Items: s.items, Hidden: !shown})
}

// responseValues are an answer as it stands in the inputs.
func responseValues(r challenge.Response) map[string]string {
	values := map[string]string{FieldText: r.Text}
	for id, v := range r.Fields {
		values[id] = v
	}
	for i, a := range r.Plan {
		values[PlanFieldID(i+1, "what")], values[PlanFieldID(i+1, "who")] = a.What, a.Who
		if a.DueBy != 0 {
			values[PlanFieldID(i+1, "by")] = a.DueBy.String()
		}
	}
	return values
}

// describeEnd says in one sentence why nothing is asked any more, and since when.
func (b *builder) describeEnd() string {
	v := b.opening
	switch h, passed := v.HandoverFrom(b.opts.ViewerID); {
	case passed && v.Outcome == challenge.OutcomeOpen:
		return fmt.Sprintf(b.words.Respond.HandedOver, h.To.Name)
	case v.Outcome == challenge.OutcomeAnswered && v.AnsweredBy.ID == b.opts.ViewerID:
		return fmt.Sprintf(b.words.Respond.EndedAnsweredByYou, b.formatOnDateTime(v.AnsweredAt), b.formatParty(v.Judge))
	case v.Outcome == challenge.OutcomeAnswered:
		return fmt.Sprintf(b.words.Respond.EndedAnsweredByOther, v.AnsweredBy.Name, b.formatOnDateTime(v.AnsweredAt), b.formatParty(v.Judge))
	case v.Outcome == challenge.OutcomeLapsed:
		return fmt.Sprintf(b.words.Respond.EndedLapsed, b.formatOnDateTime(v.Deadline.Due)) + b.describeWhereNow()
	case v.Outcome == challenge.OutcomeJudged:
		return fmt.Sprintf(b.words.Respond.EndedJudged, v.AnsweredBy.Name, b.formatOnDateTime(v.AnsweredAt), b.formatParty(v.JudgeWho()), b.words.Judge.Verdicts[v.Verdict]) + b.describeWhereNow()
	default:
		return fmt.Sprintf(b.words.Respond.EndedMovedOn, b.rungWord()) + b.describeWhereNow()
	}
}

// describeWhereNow says where the challenge stands, for somebody whose part is over.
func (b *builder) describeWhereNow() string {
	c := &b.Challenge
	switch c.State {
	case challenge.StateResolved:
		return fmt.Sprintf(b.words.Respond.NowSettled, b.formatOnDateTime(c.ClosedAt))
	case challenge.StateWithdrawn:
		return fmt.Sprintf(b.words.Respond.NowWithdrawn, b.formatOnDateTime(c.ClosedAt))
	case challenge.StateHandedOff:
		return fmt.Sprintf(b.words.Respond.NowHandedOff, b.formatOnDateTime(c.ClosedAt))
	case challenge.StateHeldAtGate:
		return fmt.Sprintf(b.words.Respond.NowHeldAtGate, b.rungLabel(c.Rung))
	case challenge.StateExhausted:
		return fmt.Sprintf(b.words.Respond.NowExhausted, b.rungWord())
	}
	if len(c.Openings) > b.openingNo {
		return fmt.Sprintf(b.words.Respond.NowOnRung, b.rungLabel(c.Rung))
	}
	return ""
}

// addResponseInputs asks for what the rung's form holds.
func (b *builder) addResponseInputs() {
	form, behalf := b.responseForm(), !b.opening.IsRespondent(b.opts.ViewerID)
	s, fields := b.newResponseSection()
	intro := b.words.Respond.Intros[form]
	if intro == "" {
		intro = b.words.Respond.Intro
	}
	// The buttons for anything else on this card send these inputs too, and they come back.
	s.optionalForClient = true
	if standsBesideAnswer(b.opts.Submitted.Verb) {
		s.active, b.typedRestored = true, true
	}
	b.mayBeWriting = true
	if behalf {
		intro = fmt.Sprintf(b.words.Respond.OnBehalfIntro, b.formatRespondents(b.opening))
	}
	s.addElements(TextBlock{Text: b.words.Respond.ResponseLabel, Bold: true, Heading: true}, TextBlock{Text: intro, Spacing: "Small"})
	s.addTextInput(FieldText, b.responseLabel(form), true, challenge.MaxText)
	s.addFields(fields)
	s.addPlanInputs(form == ladder.FormPlan)
	b.add(Container{Items: s.items, Separator: true})
	as := []Button{ExecuteButton{Title: b.words.Respond.Send, Data: s.data, Primary: true}}
	if isLongForm(form) {
		as = append(as, b.dialogButtons()...)
	}
	switch by := b.opening.AcknowledgedBy; {
	case b.opts.onlyAsked && (by.ID == "" || by.ID == b.opts.ViewerID): // one's own press changes nothing of what is asked
	case b.may.Acknowledge && by.ID == "":
		as = append(as, ExecuteButton{Title: b.words.Respond.Acknowledge, Data: b.buttonData(VerbAcknowledge), Rare: true})
	case by.ID != "":
		b.addSmallPrint(fmt.Sprintf(b.words.Respond.AcknowledgedBy, by.Name))
	}
	if b.may.AskBack && !b.asksForQuestion() && b.opening.QuestionBy.ID == "" && !b.opts.onlyAsked {
		as = append(as, ExecuteButton{Title: fmt.Sprintf(b.words.Respond.AskBack, b.Challenge.Chair.Name), Data: b.buttonData(VerbAskBack), Rare: true})
	}
	if b.may.PassOn && !b.asksForOwner() {
		as = append(as, ExecuteButton{Title: b.words.StandIn.NotMine, Data: b.buttonData(VerbNotMine), Rare: true})
	}
	b.addButtons(as...)
	b.addSmallPrint(b.typedAnswerHint(form))
	if behalf {
		b.addAskedOutsideSection()
	}
}

// responseForm is what the opening's rung asks for.
func (b *builder) responseForm() ladder.ResponseForm {
	if r, ok := b.Ladder.RungByID(b.opening.Rung); ok {
		return r.Form
	}
	return ladder.FormWritten
}

// newResponseSection begins the inputs of an answer.
func (b *builder) newResponseSection() (*section, []ladder.Field) {
	fields := b.formFields(b.responseForm())
	ids := append([]string{FieldText}, fieldIDs(fields)...)
	for n := 1; n <= challenge.MaxActions; n++ {
		ids = append(ids, PlanFieldID(n, "what"), PlanFieldID(n, "who"), PlanFieldID(n, "by"))
	}
	return b.newSection(b.buttonData(VerbRespond), ids...), fields
}

// addAskedOutsideSection offers to record that somebody without an account has been asked.
func (b *builder) addAskedOutsideSection() {
	s := b.requiredSection(VerbAskedOutside, FieldHow, FieldOn, FieldNote)
	s.addInput(Input{Kind: InputChoice, ID: FieldHow, Label: b.words.Respond.AskedHow, Required: true,
		Choices: []Choice{{b.words.Common.ByTelephone, string(challenge.ContactByTelephone)}, {b.words.Common.ByEmail, string(challenge.ContactByEmail)}}})
	s.addInput(Input{Kind: InputDate, ID: FieldOn, Label: b.words.Respond.AskedOn, Required: true, Max: b.today().String()})
	s.addTextInput(FieldNote, b.words.Respond.AskedNote, false, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.AskedOutside, b.Challenge.Ref))
	b.addCommandSection(s, b.words.Respond.RecordAsked, b.words.Respond.AskedButton)
}

// responseLabel is what the text of a form is called: each form is told in the
// procedure's own order, as query, action, outcome.
func (b *builder) responseLabel(form ladder.ResponseForm) string {
	return cmp.Or(b.words.Respond.ResponseLabels[form], b.words.Respond.ResponseLabel)
}

// typedAnswerHint is the command that answers, where one line can hold the answer.
func (b *builder) typedAnswerHint(form ladder.ResponseForm) string {
	if len(form.Fields()) > 0 {
		return fmt.Sprintf(b.words.Respond.NotByTyping, b.rungWord(), b.openCommand())
	}
	return fmt.Sprintf(b.words.Common.ByTyping, b.respondCommand(form == ladder.FormPlan))
}

// addPlanInputs asks for the actions: the first in sight, each further one behind a button.
// Only the first is required by the client, since a required input that is hidden
// would let nobody send.
func (s *section) addPlanInputs(required bool) {
	if !required {
		s.addElements(s.planLinesFrom(1)...)
		return
	}
	s.addElements(TextBlock{Text: s.b.words.Label.Plan, Bold: true, Heading: true})
	s.addElements(s.planLineInputs(1, true)...)
	s.addElements(s.planLinesFrom(2)...)
}

func (s *section) planLinesFrom(n int) []Element {
	if n > challenge.MaxActions {
		return nil
	}
	id := fmt.Sprintf("%saction_%d", s.data.InputPrefix, n)
	box := Container{ID: id, Items: append(s.planLineInputs(n, false), s.planLinesFrom(n+1)...), Hidden: !s.hasTypedLineFrom(n)}
	return []Element{ActionSet{Actions: []Button{ToggleButton{Title: fmt.Sprintf(s.b.words.Respond.ToggleAction, n), Target: id}}}, box}
}

// hasTypedLineFrom reports whether line n, or one after it, has something to show.
func (s *section) hasTypedLineFrom(n int) bool {
	for ; n <= challenge.MaxActions; n++ {
		for _, part := range []string{"what", "who", "by"} {
			id := PlanFieldID(n, part)
			if s.given[id] != "" {
				return true
			}
			if !s.active {
				continue
			}
			if s.b.opts.TypedValues[id] != "" || s.b.opts.Refusal != nil && s.b.opts.Refusal.Fields[id] != "" {
				return true
			}
		}
	}
	return false
}

func (s *section) planLineInputs(n int, required bool) []Element {
	what := s.prepareInput(Input{Kind: InputText, ID: PlanFieldID(n, "what"), Label: fmt.Sprintf(s.b.words.Respond.ActionWhat, n), Required: required, Multiline: true, MaxLength: challenge.MaxActionText})
	who := s.prepareInput(Input{Kind: InputText, ID: PlanFieldID(n, "who"), Label: fmt.Sprintf(s.b.words.Respond.ActionWho, n), Required: required, MaxLength: challenge.MaxName})
	by := s.prepareInput(Input{Kind: InputDate, ID: PlanFieldID(n, "by"), Label: fmt.Sprintf(s.b.words.Respond.ActionBy, n), Required: required, Min: s.b.today().String()})
	return append(what, ColumnSet{Columns: [][]Element{who, by}})
}
