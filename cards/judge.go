package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

const (
	judgeAsk    = "Is the answer good enough for the child?"
	judgeRecord = "The decision on this answer was made, or the challenge has moved on. This is a record."
	judgeOther  = "%s decides on this answer."
	judgeReason = "What is still missing (needed unless you are satisfied)"
	judgePartly = "Partly satisfied asks for more on the same %s, once. Not satisfied: %s"
	judgeNoMore = "More has been asked for once on this %s already. Not satisfied: %s"

	judgeSatisfied    = "Satisfied"
	judgePartlyButton = "Partly satisfied"
	judgeNotSatisfied = "Not satisfied"

	judgeSummary      = "%s: an answer has come. Please say whether it is good enough."
	judgeSummaryEnded = "%s: the answer has been decided on, or the challenge has moved on."
)

// judge is the card of the one who has the last word on an answer.
func (b *builder) judge() {
	if b.at == nil {
		b.notice()
		return
	}
	b.heading(b.title(b.at.Rung))
	mine := b.mayJudge()
	if mine {
		b.summary = fmt.Sprintf(judgeSummary, b.Challenge.Ref)
		b.add(TextBlock{Text: judgeAsk, Size: "Medium", Bold: true})
	} else {
		b.summary = fmt.Sprintf(judgeSummaryEnded, b.Challenge.Ref)
		text := judgeRecord
		if b.awaitsJudgement() {
			b.summary = fmt.Sprintf(judgeSummary, b.Challenge.Ref)
			text = fmt.Sprintf(judgeOther, b.party(b.at.Judge))
		}
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: text + b.whereNow(), Bold: true}}})
	}
	b.answered()
	if mine {
		b.judgeInputs()
	}
	b.final = !b.awaitsJudgement()
	b.facts()
	b.asked()
	b.steps(labelEarlier, b.earlier())
}

func (b *builder) awaitsJudgement() bool {
	return b.current() && b.Challenge.State == challenge.AwaitingJudgement
}

func (b *builder) mayJudge() bool {
	return b.awaitsJudgement() && b.o.Viewer != "" && b.at.Judge.ID == b.o.Viewer
}

// judgeInputs asks for the verdict.
func (b *builder) judgeInputs() {
	s := b.section(b.data(VerbJudge), append([]string{InReason}, shorterIDs...)...)
	partly := !b.askedForMore()
	hint := judgeNoMore
	if partly {
		hint = judgePartly
	}
	s.say(TextBlock{Text: fmt.Sprintf(hint, b.rungWord(), b.afterUnsatisfied())})
	s.text(InReason, judgeReason, false, challenge.MaxText)
	k := b.shortens()
	if k != nil {
		s.shorter(k)
	}
	b.add(Container{Items: s.items, Separator: true})
	button := func(title string, v challenge.Verdict) Action {
		d := s.data
		d.Verdict = v
		return Execute{Title: title, Data: d}
	}
	as := []Action{button(judgeSatisfied, challenge.Satisfied)}
	if partly {
		as = append(as, button(judgePartlyButton, challenge.Partly))
	}
	b.buttons(append(as, button(judgeNotSatisfied, challenge.NotSatisfied))...)
	b.small(fmt.Sprintf(wordsTyping, typeJudge(b.Challenge.Ref, partly, k != nil)))
}

// askedForMore reports whether the visit before ended in "partly" on this rung.
func (b *builder) askedForMore() bool {
	prev := b.Challenge.Visit(b.visit - 1)
	return prev != nil && prev.Rung == b.at.Rung && prev.Verdict == challenge.Partly
}

// afterUnsatisfied says what "not satisfied" leads to.
func (b *builder) afterUnsatisfied() string {
	var next *ladder.Rung
	if r, ok := b.Ladder.Rung(b.at.Rung); ok {
		if r.Then != nil && r.Then.HandOff != "" {
			return "it is handed over to " + b.procedure(r.Then.HandOff) + "."
		}
		next = b.Ladder.Above(r)
	}
	if next == nil {
		return "there is nobody further to ask on this procedure; you and those who oversee challenges are told."
	}
	to := "it goes on to " + next.Label + b.rolesOf(next)
	if len(next.Gates) > 0 {
		to += ", once what comes before it is done"
	}
	return to + "."
}

func (b *builder) rolesOf(r *ladder.Rung) string {
	var roles []string
	for _, role := range r.Respond.RolesFor(b.Challenge.Details.Agency) {
		roles = append(roles, b.Ladder.RoleLabel(role))
	}
	if len(roles) == 0 {
		return ""
	}
	return " (" + list(roles) + ")"
}
