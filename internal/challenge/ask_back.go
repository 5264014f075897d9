package challenge

// AskBack puts a question to whoever raised the challenge before answering. The time runs on.
type AskBack struct {
	Opening int
	Text    string
}

func (cmd AskBack) decide(tr *transition) error { return tr.askBack(cmd) }

// QuestionAsked is the event that somebody who is asked asks back.
type QuestionAsked struct {
	Text string `json:"text"`
}

// KindQuestionAsked is stored.
const KindQuestionAsked EventKind = "question_asked"

// Kind of the event.
func (QuestionAsked) Kind() EventKind { return KindQuestionAsked }

func (QuestionAsked) apply(c *Challenge, e Event) { c.openingToChange().QuestionBy = e.By }

// AnswerQuestion answers who asked back.
type AnswerQuestion struct{ Text string }

func (cmd AnswerQuestion) decide(tr *transition) error { return tr.answerQuestion(cmd) }

// QuestionAnswered is the event that whoever raised the challenge answers who asked back.
type QuestionAnswered struct {
	To   Person `json:"to"`
	Text string `json:"text"`
}

// KindQuestionAnswered is stored.
const KindQuestionAnswered EventKind = "question_answered"

// Kind of the event.
func (QuestionAnswered) Kind() EventKind { return KindQuestionAnswered }

func (QuestionAnswered) apply(c *Challenge, _ Event) { c.openingToChange().QuestionBy = Person{} }

// askBack is for those who are asked; one question waits at a time.
func (tr *transition) askBack(cmd AskBack) error {
	o := tr.c.CurrentOpening()
	switch {
	case !tr.rightsInSomeState().AskBack:
		return newRefusal(CodeNotYours, sayNotAskedYou, tr.c.Ref)
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case cmd.Opening != 0 && cmd.Opening != o.Number, tr.c.State != StateAwaitingResponse:
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	case o.QuestionBy.ID != "":
		return newRefusal(CodeAlreadyDone, sayQuestionWaits, o.QuestionBy.Name)
	}
	f := inputFaults{}
	text := requiredText(f, "reason", sayWriteQuestion, cmd.Text, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(QuestionAsked{Text: text}, o.Rung, o.Number)
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	return nil
}

// answerQuestion is for whoever raised the challenge.
func (tr *transition) answerQuestion(cmd AnswerQuestion) error {
	o := tr.c.CurrentOpening()
	switch {
	case !tr.rightsInSomeState().AnswerQuestion:
		return newRefusal(CodeNotYours, sayAnswerNotYours, tr.c.Ref)
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case tr.c.State != StateAwaitingResponse, o.QuestionBy.ID == "":
		return newRefusal(CodeMovedOn, sayNoQuestionWaits, tr.c.Ref)
	}
	f := inputFaults{}
	text := requiredText(f, "reason", sayWriteAnswer, cmd.Text, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	asked := o.QuestionBy
	tr.emit(QuestionAnswered{To: asked, Text: text}, o.Rung, o.Number)
	tr.post(Address{Person: asked.ID}, CardNews)
	return nil
}
