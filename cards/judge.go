package cards

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
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
		b.summary = fmt.Sprintf(b.w.Judge.Summary, b.Challenge.Ref)
		b.add(TextBlock{Text: b.w.Judge.Ask, Size: "Medium", Bold: true})
	} else {
		b.summary = fmt.Sprintf(b.w.Judge.SummaryEnded, b.Challenge.Ref)
		text := b.w.Judge.Record
		if b.awaitsJudgement() {
			b.summary = fmt.Sprintf(b.w.Judge.Summary, b.Challenge.Ref)
			text = fmt.Sprintf(b.w.Judge.Other, b.party(b.at.Judge))
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
	b.steps(b.w.Label.Earlier, b.earlier())
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
	hint := b.w.Judge.NoMore
	if partly {
		hint = b.w.Judge.Partly
	}
	s.say(TextBlock{Text: fmt.Sprintf(hint, b.rungWord(), b.afterUnsatisfied())})
	s.text(InReason, b.w.Judge.Reason, false, challenge.MaxText)
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
	as := []Action{button(b.w.Judge.Satisfied, challenge.Satisfied)}
	if partly {
		as = append(as, button(b.w.Judge.PartlyButton, challenge.Partly))
	}
	b.buttons(append(as, button(b.w.Judge.NotSatisfied, challenge.NotSatisfied))...)
	b.small(fmt.Sprintf(b.w.Common.Typing, b.typeJudge(partly, k != nil)))
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
			return fmt.Sprintf(b.w.Judge.ThenHandOff, b.procedure(r.Then.HandOff))
		}
		next = b.Ladder.Above(r)
	}
	if next == nil {
		return b.w.Judge.ThenNobody
	}
	to := b.w.Judge.ThenNext
	if len(next.Gates) > 0 {
		to = b.w.Judge.ThenGated
	}
	return fmt.Sprintf(to, next.Label+b.rolesOf(next))
}

func (b *builder) rolesOf(r *ladder.Rung) string {
	var roles []string
	for _, role := range r.Respond.RolesFor(b.Challenge.Details.Agency) {
		roles = append(roles, b.Ladder.RoleLabel(role))
	}
	if len(roles) == 0 {
		return ""
	}
	return " (" + b.w.List(roles) + ")"
}
