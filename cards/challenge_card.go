package cards

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// describeState is where the challenge stands, in one line.
func (b *builder) describeState() string {
	c := &b.Challenge
	switch c.State {
	case challenge.StateAwaitingResponse:
		if b.awaitsAsking() {
			return b.describeNotAsked()
		}
		if b.awaitsRelease() {
			return fmt.Sprintf(b.words.Challenge.StateAwaitsRelease, b.formatRespondents(c.CurrentOpening()))
		}
		v := c.CurrentOpening()
		if b.hasNoLimit(v) {
			return fmt.Sprintf(b.words.Challenge.StateNoLimit, b.formatAwaited(v), b.words.FormatDate(v.Deadline.Date))
		}
		return fmt.Sprintf(b.words.Challenge.StateAwaitingResponse, b.formatAwaited(v), b.formatDateTime(v.Deadline.Due))
	case challenge.StateAwaitingJudgement:
		return fmt.Sprintf(b.words.Challenge.StateAwaitingJudgement, b.formatParties(c.CurrentOpening().Judges()))
	case challenge.StateHeldAtGate:
		return fmt.Sprintf(b.words.Challenge.StateHeldAtGate, b.rungLabel(c.Hold.Rung), b.gateLabels(c.Hold.Gates))
	case challenge.StateExhausted:
		return fmt.Sprintf(b.words.Challenge.StateExhausted, b.rungWord())
	case challenge.StateResolved:
		return fmt.Sprintf(b.words.Challenge.StateResolved, b.formatOnDateTime(c.ClosedAt))
	case challenge.StateWithdrawn:
		return fmt.Sprintf(b.words.Challenge.StateWithdrawn, b.formatOnDateTime(c.ClosedAt))
	case challenge.StateHandedOff:
		if challenge.IsRecordedOnly(b.History) {
			return fmt.Sprintf(b.words.Challenge.StateConcernRecorded, b.formatOnDateTime(c.ClosedAt))
		}
		return fmt.Sprintf(b.words.Challenge.StateHandedOff, b.formatOnDateTime(c.ClosedAt))
	}
	return ""
}

// describeStatePublicly is the same without anybody's name: for toasts and channels.
func (b *builder) describeStatePublicly() string {
	c := &b.Challenge
	switch c.State {
	case challenge.StateAwaitingResponse:
		if b.awaitsAsking() {
			return b.words.Challenge.PublicNotAsked
		}
		if b.awaitsRelease() {
			return b.words.Challenge.PublicAwaitsRelease
		}
		if b.hasNoLimit(c.CurrentOpening()) {
			return b.words.Challenge.PublicNoLimit
		}
		return fmt.Sprintf(b.words.Challenge.PublicAwaitingResponse, b.formatDateTime(c.Due()))
	case challenge.StateAwaitingJudgement:
		return b.words.Challenge.PublicAwaitingJudgement
	case challenge.StateHeldAtGate:
		return fmt.Sprintf(b.words.Challenge.PublicHeldAtGate, b.rungLabel(c.Rung))
	case challenge.StateExhausted:
		return b.words.Challenge.PublicExhausted
	default:
		return b.words.Challenge.PublicClosed
	}
}

// buildChallengeCard is the chair's: where it stands, what happened, and what can be done.
// It always shows the challenge as it is now, whatever it was posted for.
func (b *builder) buildChallengeCard() {
	c := &b.Challenge
	b.openingNo, b.opening = len(c.Openings), c.CurrentOpening()
	b.summary = b.summariseForChair()
	b.addHeading(b.cardTitle(c.Rung))
	if b.mayJudge() {
		b.add(TextBlock{Text: b.words.Judge.Question, Size: "Medium", Bold: true})
	} else if c.State == challenge.StateAwaitingResponse && !b.awaitsAsking() && !b.awaitsRelease() {
		b.addDueDate(b.describeState())
	} else {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.describeState(), Size: "Medium", Bold: true}}})
	}
	b.addGaps()
	if o := c.CurrentOpening(); o != nil && o.AcknowledgedBy.ID != "" && c.State == challenge.StateAwaitingResponse {
		b.addSmallPrint(fmt.Sprintf(b.words.Respond.AcknowledgedBy, o.AcknowledgedBy.Name))
	}
	b.addCallUrgently()
	b.addQuestion()
	if c.State == challenge.StateHeldAtGate {
		b.addHoldStatus()
	} else if c.State.IsOpen() && !c.LimitDue.IsZero() {
		b.addSmallPrint(b.describeOverallLimit())
	}
	if text := b.describeStatutoryTime(); text != "" && c.State != challenge.StateHeldAtGate {
		b.addSmallPrint(text)
	}
	if c.State == challenge.StateAwaitingJudgement {
		b.addQuestionBriefly()
		b.addAnswer()
	}
	if b.mayJudge() {
		b.addJudgeInputs()
	}
	b.addLastStep()
	if c.State == challenge.StateAwaitingResponse || c.State == challenge.StateHeldAtGate {
		b.addMeeting(c.Rung)
	}
	b.addDetails(func() {
		b.addMatter()
		b.addSteps(b.words.Label.AllSteps, b.allSteps())
		b.addSmallPrint(fmt.Sprintf(b.words.Challenge.Procedure, b.Ladder.Title, c.LadderVersion))
	})
	b.addChairSections()
}

// addLastStep adds which record it is about, and what happened last; all steps are among the details.
func (b *builder) addLastStep() {
	record := b.recordNumberLabel() + " " + b.Challenge.Details.RecordNumber + ". "
	if all := b.allSteps(); len(all) > 0 {
		last := all[len(all)-1]
		b.addSmallPrint(record + b.formatDateTime(last.at) + ": " + last.sentence)
	}
}

// summariseForChair is the notification: what is asked of the chair, or where it stands.
func (b *builder) summariseForChair() string {
	switch ref := b.Challenge.Ref; {
	case b.mayJudge():
		return fmt.Sprintf(b.words.Judge.Summary, ref)
	case b.Challenge.State == challenge.StateHeldAtGate && slices.Contains(b.Challenge.WaitingFor(), b.opts.ViewerID):
		return fmt.Sprintf(b.words.Gate.Summary, ref)
	default:
		return fmt.Sprintf(b.words.Challenge.Summary, ref, b.describeStatePublicly())
	}
}

// addChairSections offers what the reader may do to the challenge now: most of it is the
// chair's, some procedures leave a referral to another role.
func (b *builder) addChairSections() {
	c := &b.Challenge
	if c.EndRequest != nil && b.may.Withdraw {
		b.addEndRequest(c.EndRequest)
	}
	if c.State == challenge.StateHeldAtGate {
		b.addGateInputs()
	}
	if o := c.CurrentOpening(); b.may.RemindNow && o != nil && !b.awaitsAsking() && !b.awaitsRelease() {
		b.addButtons(ExecuteButton{Title: b.words.Challenge.RemindNow, Data: b.buttonData(VerbRemind)})
	}
	refers := false
	b.addFolded(otherStepsBox, b.words.Challenge.OtherSteps, func() { refers = b.addRareSections() })
	b.final = !c.State.IsOpen() && !refers
}

// addRareSections offers what is done now and then, and reports whether a referral is among it.
func (b *builder) addRareSections() (refers bool) {
	c := &b.Challenge
	if b.may.Withdraw && c.State != challenge.StateHeldAtGate {
		b.addGatesAhead()
	}
	if b.may.Settle {
		b.addSettledSection()
	}
	if b.may.Skip && c.State != challenge.StateExhausted {
		b.addSkipSection()
	}
	refers = b.addReferralSection()
	if b.may.HandOff {
		b.addHandOffSection()
	}
	b.addTakeFurtherSection()
	if b.may.LiftUrgency {
		b.addLiftUrgencySection()
	}
	if b.may.Move {
		b.addMoveSection()
	}
	if b.may.Correct && c.State.IsOpen() {
		b.addCorrectSection()
	}
	b.addOverseerSections()
	return refers
}

// addEndRequest says who asks the chair to end the challenge, and why. The buttons for it
// stand below: the chair decides.
func (b *builder) addEndRequest(r *challenge.EndRequest) {
	text := fmt.Sprintf(b.words.Challenge.EndRequested, r.By.Name)
	if r.HandOffTo != "" {
		text = fmt.Sprintf(b.words.Challenge.HandOffRequested, r.By.Name, b.procedureLabel(r.HandOffTo))
	}
	b.add(Container{Style: "emphasis", Items: []Element{
		TextBlock{Text: text, Bold: true}, TextBlock{Text: b.shorten(r.Reason, b.budget.mainText)},
	}})
}

// addCommandSection adds a section behind a button, or open when it comes back with something
// to put right or to fill in.
func (b *builder) addCommandSection(s *section, title, button string) {
	unfinished := b.opts.Refusal != nil || len(b.opts.TypedValues) > 0 || s.data.Verb == VerbNotMine
	open := s.active && unfinished && b.opts.Submitted.Verb == s.data.Verb && b.opts.Submitted.Verb != ""
	b.addSection(s, title, []Button{ExecuteButton{Title: button, Data: s.data}}, open)
}

// requiredSection begins a section whose inputs may be required: it opens by itself.
func (b *builder) requiredSection(verb Verb, ids ...string) *section {
	s := b.newSection(b.buttonData(verb), ids...)
	s.optionalForClient = s.active && b.opts.Submitted.Verb == verb
	return s
}

// addCallUrgently asks the chair not to leave what is urgent to a card.
func (b *builder) addCallUrgently() {
	if b.isUrgent() && b.Challenge.State == challenge.StateAwaitingResponse && b.opts.ViewerID == b.Challenge.Chair.ID {
		b.add(TextBlock{Text: fmt.Sprintf(b.words.Challenge.CallUrgently, b.formatAwaited(b.Challenge.CurrentOpening())), Bold: true})
	}
}

// addTakeFurtherSection offers the next rung before the time ends, where the procedure leaves that
// to the reader.
func (b *builder) addTakeFurtherSection() {
	if !b.may.Escalate {
		return
	}
	s := b.requiredSection(VerbEscalate, FieldReason)
	s.addTextInput(FieldReason, b.words.Challenge.TakeFurtherReason, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Escalate, b.Challenge.Ref))
	b.addCommandSection(s, b.words.Challenge.TakeFurther, b.words.Challenge.TakeFurtherButton)
}

func (b *builder) addLiftUrgencySection() {
	s := b.requiredSection(VerbLiftUrgency, FieldReason)
	s.addTextInput(FieldReason, b.words.Challenge.NotUrgentReason, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.NotUrgent, b.Challenge.Ref))
	b.addCommandSection(s, b.words.Challenge.NotUrgent, b.words.Challenge.NotUrgentButton)
}

func (b *builder) addWithdrawSection() {
	s := b.requiredSection(VerbWithdraw, FieldReason)
	s.addTextInput(FieldReason, b.words.Challenge.WithdrawReason, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Withdraw, b.Challenge.Ref))
	b.addCommandSection(s, b.words.Challenge.Withdraw, b.words.Challenge.WithdrawButton)
}

func (b *builder) addSettledSection() {
	s := b.requiredSection(VerbJudge, FieldReason)
	s.data.Verdict = challenge.Satisfied
	s.addTextInput(FieldReason, b.words.Challenge.SettledNote, false, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.SatisfiedWithNote, b.Challenge.Ref))
	b.addCommandSection(s, b.words.Challenge.RecordSettled, b.words.Challenge.SettledButton)
}

// addSkipSection offers the rungs above that the procedure lets the chair go straight to.
func (b *builder) addSkipSection() {
	at := func(id string) int {
		return slices.IndexFunc(b.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	var to, grounds []Choice
	for _, sk := range b.Ladder.Skips {
		if sk.OnlyAtRaise {
			continue
		}
		above := slices.DeleteFunc(slices.Clone(sk.To), func(id string) bool { return at(id) <= at(b.Challenge.Rung) })
		for _, id := range above {
			to = addChoice(to, Choice{b.rungLabel(id), id})
		}
		if len(above) > 0 {
			for _, g := range sk.Grounds {
				grounds = addChoice(grounds, Choice{g.Label, g.ID})
			}
		}
	}
	if len(to) == 0 {
		return
	}
	s := b.requiredSection(VerbSkip, FieldTo, FieldGround, FieldEvidence)
	s.addInput(Input{Kind: InputChoice, ID: FieldTo, Label: b.words.Challenge.SkipTo, Required: true, Choices: to, Value: soleChoice(to)})
	s.addInput(Input{Kind: InputChoice, ID: FieldGround, Label: b.words.Challenge.SkipGround, Required: true, Choices: grounds, Value: soleChoice(grounds)})
	s.addTextInput(FieldEvidence, b.words.Challenge.SkipEvidence, true, challenge.MaxText)
	s.addTypedCommand(b.skipCommand(to, grounds))
	b.addCommandSection(s, fmt.Sprintf(b.words.Challenge.Skip, b.rungWord()), fmt.Sprintf(b.words.Challenge.SkipButton, b.rungWord()))
}

func (b *builder) addHandOffSection() {
	var to []Choice
	for _, h := range b.Ladder.HandOffs {
		to = addChoice(to, Choice{h.Label, h.ID})
	}
	if len(to) == 0 {
		return
	}
	s := b.requiredSection(VerbHandOff, FieldTo, FieldReason)
	s.addInput(Input{Kind: InputChoice, ID: FieldTo, Label: b.words.Challenge.HandOffTo, Required: true, Choices: to, Value: soleChoice(to)})
	s.addTextInput(FieldReason, b.words.Challenge.HandOffReason, true, challenge.MaxText)
	s.addTypedCommand(b.handOffCommand(to))
	b.addCommandSection(s, b.words.Challenge.HandOff, b.words.Challenge.HandOffButton)
}

// addReferralSection offers to record a referral outside the authority, where the procedure
// leaves it to the viewer. It reports whether it did.
func (b *builder) addReferralSection() bool {
	x := b.Ladder.ExternalReferral
	if !b.may.Refer {
		return false
	}
	ids := []string{FieldContact, FieldOn, FieldNote, FieldLookedAfter}
	for _, r := range x.InformBefore {
		ids = append(ids, FieldInformedPrefix+string(r))
	}
	for _, r := range x.Consult {
		ids = append(ids, FieldConsultedPrefix+string(r))
	}
	s := b.requiredSection(VerbRefer, ids...)
	s.addElements(TextBlock{Text: strings.Join(nonEmpty(fmt.Sprintf(b.words.Challenge.ReferIntro, x.To), x.Advice, x.Contact), " ")})
	for _, r := range x.InformBefore {
		s.addTextInput(FieldInformedPrefix+string(r), fmt.Sprintf(b.words.Challenge.ReferInformed, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	for _, r := range x.Consult {
		s.addTextInput(FieldConsultedPrefix+string(r), fmt.Sprintf(b.words.Challenge.ReferConsulted, b.Ladder.RoleLabel(r)), true, challenge.MaxText)
	}
	s.addTextInput(FieldContact, b.words.Challenge.ReferContact, true, challenge.MaxText)
	s.addInput(Input{Kind: InputDate, ID: FieldOn, Label: b.words.Challenge.ReferOn, Required: true, Max: b.today().String()})
	if x.OnlyLookedAfter && b.Challenge.Details.LookedAfterUnsaid {
		s.addInput(Input{Kind: InputChoice, ID: FieldLookedAfter, Label: fmt.Sprintf(b.words.Form.AlsoLookedAfter, x.To), Required: true, Expanded: true,
			Choices: []Choice{{b.words.Common.Yes, AnswerYes}, {b.words.Common.No, AnswerNo}}})
	}
	s.addTextInput(FieldNote, b.words.Label.Note, false, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Refer, b.Challenge.Ref))
	b.addCommandSection(s, fmt.Sprintf(b.words.Challenge.Refer, x.To), fmt.Sprintf(b.words.Challenge.ReferButton, x.To))
	return true
}

// addGatesAhead offers the gates of the next rung that the viewer may open beforehand.
func (b *builder) addGatesAhead() {
	next := b.Ladder.NextRung(b.Challenge.Rung)
	if next == nil {
		return
	}
	for _, g := range next.Gates {
		if g.DirectEntryOnly || g.OpenerRole() != directory.RoleChair {
			continue
		}
		if can := b.recordableStatuses(next.ID, g.ID); len(can) > 0 {
			st := challenge.GateState{Rung: next.ID, Gate: g.ID, Needs: g.Needs, Status: b.statusAhead(next.ID, g.ID),
				Openers: []challenge.Party{{Person: b.Challenge.Chair, Role: directory.RoleChair}}}
			b.addGateSection(st, can, false, fmt.Sprintf(b.words.Gate.RecordAhead, g.Label))
		}
	}
}

// statusAhead is where a gate stands that has not been reached.
func (b *builder) statusAhead(rung, gate string) challenge.GateStatus {
	for _, done := range b.Challenge.GatesAhead {
		if done.Rung == rung && done.Gate == gate {
			return done.Status
		}
	}
	return challenge.GateClosed
}

func addChoice(cs []Choice, c Choice) []Choice {
	if slices.ContainsFunc(cs, func(have Choice) bool { return have.Value == c.Value }) {
		return cs
	}
	return append(cs, c)
}

// soleChoice is the value of the one choice that there is.
func soleChoice(cs []Choice) string {
	if len(cs) == 1 {
		return cs[0].Value
	}
	return ""
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
