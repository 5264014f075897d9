package cards

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

const (
	caseWithdraw       = "Withdraw"
	caseWithdrawReason = "Why it is withdrawn"
	caseSkip           = "Go straight to a later %s"
	caseSkipTo         = "To"
	caseSkipGround     = "On which ground"
	caseSkipEvidence   = "What makes this necessary"
	caseHandOff        = "Hand over to another procedure"
	caseHandOffTo      = "Which procedure"
	caseHandOffReason  = "Why it is handed over"
	caseRefer          = "Record a referral to %s"
	caseReferIntro     = "A referral to %s is your own decision; this bot never makes one. Record here what you did."
	caseReferContact   = "The call: when, and with whom"
	caseReferOn        = "Date of the referral"
	caseInformed       = "%s was informed: who, and when"
	caseConsulted      = "%s was consulted: who, and when"
	caseSettled        = "The matter is settled"
	caseSettledNote    = "How it was settled"
	caseSettledButton  = "Record as settled"

	caseWaiting     = "Waiting for an answer from %s by %s."
	caseJudging     = "An answer has come. Waiting for %s to decide on it."
	caseHeld        = "It waits before %s for: %s."
	caseExhausted   = "Every %s of this procedure has been passed without agreement. It stays open, and those who oversee challenges know of it, until you record it as settled, withdraw it or hand it over."
	caseResolved    = "Settled on %s."
	caseWithdrawn   = "Withdrawn on %s."
	caseHandedOff   = "Handed over to another procedure on %s."
	caseRecorded    = "Recorded on %s as a concern about a partner agency. This procedure takes it no further, and nobody is asked."
	caseSummary     = "%s: %s"
	caseProcedure   = "It runs under %s, version %d, as that was when it was raised."
	caseForYourTurn = "It is your turn: "
)

// stateLine is where the challenge stands, in one line.
func (b *builder) stateLine() string {
	c := &b.Challenge
	switch c.State {
	case challenge.AwaitingResponse:
		v := c.Current()
		return fmt.Sprintf(caseWaiting, b.respondents(v), b.when(v.Deadline.Due))
	case challenge.AwaitingJudgement:
		return fmt.Sprintf(caseJudging, b.party(c.Current().Judge))
	case challenge.HeldAtGate:
		return fmt.Sprintf(caseHeld, b.rung(c.Hold.Rung), b.gateLabels(c.Hold.Gates))
	case challenge.Exhausted:
		return fmt.Sprintf(caseExhausted, b.rungWord())
	case challenge.Resolved:
		return fmt.Sprintf(caseResolved, b.when(c.ClosedAt))
	case challenge.Withdrawn:
		return fmt.Sprintf(caseWithdrawn, b.when(c.ClosedAt))
	case challenge.HandedOff:
		if challenge.RecordedOnly(b.History) {
			return fmt.Sprintf(caseRecorded, b.when(c.ClosedAt))
		}
		return fmt.Sprintf(caseHandedOff, b.when(c.ClosedAt))
	}
	return ""
}

// publicState is the same without anybody's name: for toasts and channels.
func (b *builder) publicState() string {
	c := &b.Challenge
	switch c.State {
	case challenge.AwaitingResponse:
		return "an answer is due by " + b.when(c.Due()) + "."
	case challenge.AwaitingJudgement:
		return "an answer has come and is being considered."
	case challenge.HeldAtGate:
		return "held before " + b.rung(c.Rung) + "."
	case challenge.Exhausted:
		return "the top of the ladder has been passed."
	default:
		return "closed."
	}
}

// caseCard is the chair's: where it stands, what happened, and what can be done.
// It always shows the challenge as it is now, whatever it was posted for.
func (b *builder) caseCard() {
	c := &b.Challenge
	b.visit, b.at = len(c.Visits), c.Current()
	b.summary = fmt.Sprintf(caseSummary, c.Ref, b.publicState())
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
	b.steps(labelTimeline, b.wholeHistory())
	b.small(fmt.Sprintf(caseProcedure, b.Ladder.Title, c.LadderVersion))
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
	s.text(InReason, caseWithdrawReason, true, challenge.MaxText)
	s.typing(typeWithdraw(b.Challenge.Ref))
	b.form(s, caseWithdraw, caseWithdraw)
}

func (b *builder) settled() {
	s := b.own(VerbJudge, InReason)
	s.data.Verdict = challenge.Satisfied
	s.text(InReason, caseSettledNote, false, challenge.MaxText)
	s.typing("/satisfied " + b.Challenge.Ref + " note")
	b.form(s, caseSettled, caseSettledButton)
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
	s.add(Input{Kind: InputChoice, ID: InTo, Label: caseSkipTo, Required: true, Choices: to, Value: only(to)})
	s.add(Input{Kind: InputChoice, ID: InGround, Label: caseSkipGround, Required: true, Choices: grounds, Value: only(grounds)})
	s.text(InEvidence, caseSkipEvidence, true, challenge.MaxText)
	s.typing(typeSkip(b.Challenge.Ref, to, grounds))
	title := fmt.Sprintf(caseSkip, b.rungWord())
	b.form(s, title, title)
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
	s.add(Input{Kind: InputChoice, ID: InTo, Label: caseHandOffTo, Required: true, Choices: to, Value: only(to)})
	s.text(InReason, caseHandOffReason, true, challenge.MaxText)
	s.typing(typeHandOff(b.Challenge.Ref, to))
	b.form(s, caseHandOff, caseHandOff)
}

// refersFor reports whether the viewer has the role to which the procedure leaves a
// referral, as far as the challenge knows. The domain checks it again.
func (b *builder) refersFor(role ladder.Role) bool {
	c := &b.Challenge
	if role == ladder.RoleChair {
		return b.o.Viewer != "" && b.o.Viewer == c.Chair.ID
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
	s.say(TextBlock{Text: strings.Join(nonEmpty(fmt.Sprintf(caseReferIntro, x.To), x.Advice, x.Contact), " ")})
	for _, r := range x.InformBefore {
		s.text(InformedPrefix+string(r), fmt.Sprintf(caseInformed, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	for _, r := range x.Consult {
		s.text(ConsultedPrefix+string(r), fmt.Sprintf(caseConsulted, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	s.text(InContact, caseReferContact, true, challenge.MaxText)
	s.add(Input{Kind: InputDate, ID: InOn, Label: caseReferOn, Required: true, Max: b.today().String()})
	s.text(InNote, labelNote, false, challenge.MaxText)
	s.typing(typeRefer(c.Ref))
	title := fmt.Sprintf(caseRefer, x.To)
	b.form(s, title, title)
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
			b.gateSection(st, can, false, fmt.Sprintf(gateAhead, g.Label))
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
