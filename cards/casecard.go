package cards

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// stateLine is where the challenge stands, in one line.
func (b *builder) stateLine() string {
	c := &b.Challenge
	switch c.State {
	case challenge.AwaitingResponse:
		v := c.Current()
		return fmt.Sprintf(b.w.Case.Waiting, b.respondents(v), b.when(v.Deadline.Due))
	case challenge.AwaitingJudgement:
		return fmt.Sprintf(b.w.Case.Judging, b.party(c.Current().Judge))
	case challenge.HeldAtGate:
		return fmt.Sprintf(b.w.Case.Held, b.rung(c.Hold.Rung), b.gateLabels(c.Hold.Gates))
	case challenge.Exhausted:
		return fmt.Sprintf(b.w.Case.Exhausted, b.rungWord())
	case challenge.Resolved:
		return fmt.Sprintf(b.w.Case.Resolved, b.on(c.ClosedAt))
	case challenge.Withdrawn:
		return fmt.Sprintf(b.w.Case.Withdrawn, b.on(c.ClosedAt))
	case challenge.HandedOff:
		if challenge.RecordedOnly(b.History) {
			return fmt.Sprintf(b.w.Case.Recorded, b.on(c.ClosedAt))
		}
		return fmt.Sprintf(b.w.Case.HandedOff, b.on(c.ClosedAt))
	}
	return ""
}

// publicState is the same without anybody's name: for toasts and channels.
func (b *builder) publicState() string {
	c := &b.Challenge
	switch c.State {
	case challenge.AwaitingResponse:
		return fmt.Sprintf(b.w.Case.PublicWaiting, b.when(c.Due()))
	case challenge.AwaitingJudgement:
		return b.w.Case.PublicJudging
	case challenge.HeldAtGate:
		return fmt.Sprintf(b.w.Case.PublicHeld, b.rung(c.Rung))
	case challenge.Exhausted:
		return b.w.Case.PublicTop
	default:
		return b.w.Case.PublicClosed
	}
}

// caseCard is the chair's: where it stands, what happened, and what can be done.
// It always shows the challenge as it is now, whatever it was posted for.
func (b *builder) caseCard() {
	c := &b.Challenge
	b.visit, b.at = len(c.Visits), c.Current()
	b.summary = fmt.Sprintf(b.w.Case.Summary, c.Ref, b.publicState())
	b.heading(b.title(c.Rung))
	if c.State == challenge.AwaitingResponse {
		b.due(b.stateLine())
	} else {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.stateLine(), Size: "Medium", Bold: true}}})
	}
	if c.State == challenge.HeldAtGate {
		b.held()
	} else if c.State.Open() && !c.CaseDue.IsZero() {
		b.small(b.caseClock())
	}
	if text := b.statutory(); text != "" && c.State != challenge.HeldAtGate {
		b.small(text)
	}
	if c.State == challenge.AwaitingJudgement {
		b.answered()
	}
	if b.mayJudge() {
		b.judgeInputs()
	}
	b.facts()
	if c.State == challenge.AwaitingResponse || c.State == challenge.HeldAtGate {
		b.meeting(c.Rung)
	}
	b.asked()
	b.steps(b.w.Label.Timeline, b.wholeHistory())
	b.small(fmt.Sprintf(b.w.Case.Procedure, b.Ladder.Title, c.LadderVersion))
	b.caseActions()
}

// caseActions offers what the one who raised the challenge may do now.
func (b *builder) caseActions() {
	c := &b.Challenge
	if b.o.Viewer == "" || b.o.Viewer != c.Chair.ID {
		refers := b.refers() // some procedures leave a referral to another role
		b.final = !c.State.Open() && !refers
		return
	}
	if c.State == challenge.HeldAtGate {
		b.gateInputs()
	}
	if c.State == challenge.AwaitingResponse || c.State == challenge.AwaitingJudgement {
		b.aheadGates()
	}
	if c.State == challenge.Exhausted || c.State == challenge.HeldAtGate {
		b.settled()
	}
	if c.State.Open() && c.State != challenge.Exhausted {
		b.skips()
	}
	refers := b.refers()
	if c.State.Open() {
		b.handOffs()
		b.withdraw()
	}
	b.final = !c.State.Open() && !refers
}

// form adds a section behind a button, or open when it comes back with something
// to put right.
func (b *builder) form(s *section, title, button string) {
	open := s.active && b.o.Sent.Verb == s.data.Verb && b.o.Sent.Verb != ""
	b.foldable(s, title, []Action{Execute{Title: button, Data: s.data}}, open)
}

// own begins a section whose inputs may be required: it opens by itself.
func (b *builder) own(verb Verb, ids ...string) *section {
	s := b.section(b.data(verb), ids...)
	s.lax = s.active && b.o.Sent.Verb == verb
	return s
}

func (b *builder) withdraw() {
	s := b.own(VerbWithdraw, InReason)
	s.text(InReason, b.w.Case.WithdrawReason, true, challenge.MaxText)
	s.typing(fmt.Sprintf(b.w.Type.Withdraw, b.Challenge.Ref))
	b.form(s, b.w.Case.Withdraw, b.w.Case.WithdrawButton)
}

func (b *builder) settled() {
	s := b.own(VerbJudge, InReason)
	s.data.Verdict = challenge.Satisfied
	s.text(InReason, b.w.Case.SettledNote, false, challenge.MaxText)
	s.typing(fmt.Sprintf(b.w.Type.Settled, b.Challenge.Ref))
	b.form(s, b.w.Case.Settled, b.w.Case.SettledButton)
}

// skips offers the rungs above that the procedure lets the chair go straight to.
func (b *builder) skips() {
	at := func(id string) int {
		return slices.IndexFunc(b.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	var to, grounds []Choice
	for _, sk := range b.Ladder.Skips {
		if sk.AtRaise {
			continue
		}
		above := slices.DeleteFunc(slices.Clone(sk.To), func(id string) bool { return at(id) <= at(b.Challenge.Rung) })
		for _, id := range above {
			to = addChoice(to, Choice{b.rung(id), id})
		}
		if len(above) > 0 {
			for _, g := range sk.Ground {
				grounds = addChoice(grounds, Choice{g.Label, g.ID})
			}
		}
	}
	if len(to) == 0 {
		return
	}
	s := b.own(VerbSkip, InTo, InGround, InEvidence)
	s.add(Input{Kind: InputChoice, ID: InTo, Label: b.w.Case.SkipTo, Required: true, Choices: to, Value: only(to)})
	s.add(Input{Kind: InputChoice, ID: InGround, Label: b.w.Case.SkipGround, Required: true, Choices: grounds, Value: only(grounds)})
	s.text(InEvidence, b.w.Case.SkipEvidence, true, challenge.MaxText)
	s.typing(b.typeSkip(to, grounds))
	b.form(s, fmt.Sprintf(b.w.Case.Skip, b.rungWord()), fmt.Sprintf(b.w.Case.SkipButton, b.rungWord()))
}

func (b *builder) handOffs() {
	var to []Choice
	for _, h := range b.Ladder.HandOffs {
		to = addChoice(to, Choice{h.Label, h.ID})
	}
	if len(to) == 0 {
		return
	}
	s := b.own(VerbHandOff, InTo, InReason)
	s.add(Input{Kind: InputChoice, ID: InTo, Label: b.w.Case.HandOffTo, Required: true, Choices: to, Value: only(to)})
	s.text(InReason, b.w.Case.HandOffReason, true, challenge.MaxText)
	s.typing(b.typeHandOff(to))
	b.form(s, b.w.Case.HandOff, b.w.Case.HandOffButton)
}

// refersFor reports whether the viewer has the role to which the procedure leaves a
// referral, as far as the challenge knows. The domain checks it again.
func (b *builder) refersFor(role ladder.Role) bool {
	c := &b.Challenge
	if role == ladder.RoleChair {
		return b.o.Viewer != "" && b.o.Viewer == c.Chair.ID
	}
	if b.o.Refers {
		return true
	}
	is := func(p challenge.Party) bool { return p.ID != "" && p.ID == b.o.Viewer && p.Role == role }
	for _, v := range c.Visits {
		if is(v.Judge) || slices.ContainsFunc(v.Alerted, is) || slices.ContainsFunc(v.Respondents, is) {
			return true
		}
	}
	return c.Hold != nil && slices.ContainsFunc(c.Hold.Gates, func(g challenge.GateState) bool {
		return slices.ContainsFunc(g.Openers, is) || slices.ContainsFunc(g.Consulted, is)
	})
}

// refers offers to record a referral outside the authority, where the procedure
// leaves it to the viewer. It reports whether it did.
func (b *builder) refers() bool {
	x, c := b.Ladder.External, &b.Challenge
	if x == nil || !b.refersFor(x.By) || x.OnlyLookedAfter && !c.Details.InCare() ||
		!x.AnyTime && c.State != challenge.Exhausted {
		return false
	}
	ids := []string{InContact, InOn, InNote}
	for _, r := range x.InformBefore {
		ids = append(ids, InformedPrefix+string(r))
	}
	for _, r := range x.Consult {
		ids = append(ids, ConsultedPrefix+string(r))
	}
	s := b.own(VerbRefer, ids...)
	s.say(TextBlock{Text: strings.Join(nonEmpty(fmt.Sprintf(b.w.Case.ReferIntro, x.To), x.Advice, x.Contact), " ")})
	for _, r := range x.InformBefore {
		s.text(InformedPrefix+string(r), fmt.Sprintf(b.w.Case.Informed, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	for _, r := range x.Consult {
		s.text(ConsultedPrefix+string(r), fmt.Sprintf(b.w.Case.Consulted, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	s.text(InContact, b.w.Case.ReferContact, true, challenge.MaxText)
	s.add(Input{Kind: InputDate, ID: InOn, Label: b.w.Case.ReferOn, Required: true, Max: b.today().String()})
	s.text(InNote, b.w.Label.Note, false, challenge.MaxText)
	s.typing(fmt.Sprintf(b.w.Type.Refer, c.Ref))
	b.form(s, fmt.Sprintf(b.w.Case.Refer, x.To), fmt.Sprintf(b.w.Case.ReferButton, x.To))
	return true
}

// aheadGates offers the gates of the next rung that the chair may open beforehand.
func (b *builder) aheadGates() {
	next := b.Ladder.Next(b.Challenge.Rung)
	if next == nil {
		return
	}
	for _, g := range next.Gates {
		if !g.Ahead || g.DirectOnly || g.Opener() != ladder.RoleChair {
			continue
		}
		st := challenge.GateState{Rung: next.ID, Gate: g.ID, Needs: g.Needs, Status: challenge.GateClosed,
			Openers: []challenge.Party{{Person: b.Challenge.Chair, Role: ladder.RoleChair}}}
		for _, done := range b.Challenge.Ahead {
			if done.Rung == next.ID && done.Gate == g.ID {
				st.Status = done.Status
			}
		}
		if can := b.mayRecord(st); len(can) > 0 {
			b.gateSection(st, can, false, fmt.Sprintf(b.w.Gate.Ahead, g.Label))
		}
	}
}

func addChoice(cs []Choice, c Choice) []Choice {
	if slices.ContainsFunc(cs, func(have Choice) bool { return have.Value == c.Value }) {
		return cs
	}
	return append(cs, c)
}

// only is the value of the one choice that there is.
func only(cs []Choice) string {
	if len(cs) == 1 {
		return cs[0].Value
	}
	return ""
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
