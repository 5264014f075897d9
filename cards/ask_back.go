package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
)

// asksForQuestion reports whether the reader has said that they have a question, and not yet which.
func (b *builder) asksForQuestion() bool {
	return b.may.AskBack && b.opts.Submitted.Verb == VerbAskBack && b.opening.QuestionBy.ID == ""
}

// addAskBackSection asks for the question, as addNotMineSection asks whose the question is.
func (b *builder) addAskBackSection() {
	if !b.asksForQuestion() {
		return
	}
	s := b.requiredSection(VerbAskBack, FieldReason)
	s.addTextInput(FieldReason, b.words.Respond.YourQuestion, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.AskBack, b.Challenge.Ref))
	b.addSection(s, fmt.Sprintf(b.words.Respond.AskBack, b.Challenge.Chair.Name), []Button{ExecuteButton{Title: b.words.Respond.SendQuestion, Data: s.data}}, true)
}

// addQuestion shows the chair what somebody who is asked wants to know, and takes the answer.
func (b *builder) addQuestion() {
	o := b.Challenge.CurrentOpening()
	if !b.may.AnswerQuestion || o == nil || o.QuestionBy.ID == "" {
		return
	}
	for _, e := range slices.Backward(b.History) {
		if asked, ok := e.Body.(challenge.QuestionAsked); ok {
			b.add(Container{Style: "emphasis", Items: []Element{
				TextBlock{Text: fmt.Sprintf(b.words.Challenge.Asks, o.QuestionBy.Name), Bold: true},
				TextBlock{Text: b.shorten(asked.Text, b.budget.mainText), Spacing: "Small"},
			}})
			break
		}
	}
	s := b.newSection(b.buttonData(VerbAnswer), FieldReason)
	s.optionalForClient = true // the card has other buttons
	s.addTextInput(FieldReason, b.words.Challenge.YourAnswer, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.AnswerQuestion, b.Challenge.Ref))
	b.add(Container{Items: s.items})
	b.addButtons(ExecuteButton{Title: b.words.Challenge.SendAnswer, Data: s.data, Primary: true})
}
