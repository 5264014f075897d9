package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// buildJudgeCard is the card of the one who has the last word on an answer.
func (b *builder) buildJudgeCard() {
	if b.opening == nil {
		b.buildNotice()
		return
	}
	b.addHeading(b.cardTitle(b.opening.Rung))
	mine := b.mayJudge()
	if mine {
		b.summary = fmt.Sprintf(b.words.Judge.Summary, b.Challenge.Ref)
		b.add(TextBlock{Text: b.words.Judge.Question, Size: "Medium", Bold: true})
	} else {
		b.summary = fmt.Sprintf(b.words.Judge.SummaryEnded, b.Challenge.Ref)
		text := b.words.Judge.RecordOnly
		if b.awaitsJudgement() {
			b.summary = fmt.Sprintf(b.words.Judge.Summary, b.Challenge.Ref)
			text = fmt.Sprintf(b.words.Judge.DecidedByOther, b.formatParties(b.opening.Judges()))
		}
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: text + b.describeWhereNow(), Bold: true}}})
	}
	b.addQuestionBriefly()
	b.addAnswer()
	if mine {
		b.addJudgeInputs()
	}
	b.final = !b.awaitsJudgement()
	b.addDetails(func() {
		b.addMatter()
		b.addSteps(b.words.Label.EarlierSteps, b.stepsBeforeOpening())
	})
}

// addQuestionBriefly adds what was asked for, above the answer with which it is compared; all of it is
// among the details.
func (b *builder) addQuestionBriefly() {
	const most = 120
	b.add(TextBlock{Text: b.words.Label.AskedFor + ": " + b.shorten(b.Challenge.Details.Ask, min(most, b.budget.mainText)), Size: "Small"})
}

func (b *builder) awaitsJudgement() bool {
	return b.isCurrent() && b.Challenge.State == challenge.StateAwaitingJudgement
}

func (b *builder) mayJudge() bool {
	return b.awaitsJudgement() && b.may.Judge
}

// isJudge reports whether the reader is one of those who decide on the opening, or decided.
func (b *builder) isJudge() bool {
	return b.opening != nil && slices.ContainsFunc(b.opening.Judges(), func(p challenge.Party) bool { return p.ID == b.opts.ViewerID })
}

// addJudgeInputs asks for the verdict.
func (b *builder) addJudgeInputs() {
	b.mayBeWriting = true
	s := b.newSection(b.buttonData(VerbJudge), append([]string{FieldReason}, shorterTimeFields...)...)
	partly := !b.wasAskedForMore()
	hint := b.words.Judge.NoMoreHint
	if partly {
		hint = b.words.Judge.PartlyHint
	}
	s.addElements(TextBlock{Text: fmt.Sprintf(hint, b.rungWord(), b.describeNotSatisfied())})
	s.addTextInput(FieldReason, b.words.Judge.Reason, false, challenge.MaxText)
	k := b.shorterTimeRule()
	var sooner []Button
	if k != nil {
		sooner = append(sooner, s.addShorterTime(k))
	}
	b.add(Container{Items: s.items, Separator: true})
	button := func(title string, v challenge.Verdict) Button {
		d := s.data
		d.Verdict = v
		return ExecuteButton{Title: title, Data: d}
	}
	as := []Button{button(b.words.Judge.Satisfied, challenge.Satisfied)}
	if partly {
		as = append(as, button(b.words.Judge.PartlyButton, challenge.Partly))
	}
	b.addButtons(append(append(as, button(b.words.Judge.NotSatisfied, challenge.NotSatisfied)), sooner...)...)
	b.addSmallPrint(fmt.Sprintf(b.words.Common.ByTyping, b.judgeCommands(partly, k != nil)))
}

// wasAskedForMore reports whether the opening before ended in "partly" on this rung.
func (b *builder) wasAskedForMore() bool {
	prev := b.Challenge.Opening(b.openingNo - 1)
	return prev != nil && prev.Rung == b.opening.Rung && prev.Verdict == challenge.Partly
}

// describeNotSatisfied says what "not satisfied" leads to.
func (b *builder) describeNotSatisfied() string {
	var next *ladder.Rung
	if r, ok := b.Ladder.RungByID(b.opening.Rung); ok {
		if r.IfNotSatisfied != nil && r.IfNotSatisfied.HandOff != "" {
			return fmt.Sprintf(b.words.Judge.ThenHandOff, b.procedureLabel(r.IfNotSatisfied.HandOff))
		}
		next = b.Ladder.EscalationTarget(r)
	}
	if next == nil {
		return b.words.Judge.ThenNobody
	}
	to := b.words.Judge.ThenNext
	if len(next.Gates) > 0 {
		to = b.words.Judge.ThenGated
	}
	return fmt.Sprintf(to, next.Label+b.formatRungRoles(next))
}

func (b *builder) formatRungRoles(r *ladder.Rung) string {
	var roles []string
	for _, role := range r.Respondents.RolesFor(b.Challenge.Details.Agency) {
		roles = append(roles, b.Ladder.RoleLabel(role))
	}
	if len(roles) == 0 {
		return ""
	}
	return " (" + b.words.JoinList(roles) + ")"
}
