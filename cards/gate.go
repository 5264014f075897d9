package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
)

// findGate finds a gate before a rung, be it the rung's own, a skip's, or the decision
// to go on that a ladder can ask for after silence.
func (b *builder) findGate(rung, id string) ladder.Gate {
	g, known := challenge.FindGate(b.Ladder, rung, id)
	if !known || g.ID == challenge.GoOnGateID {
		return ladder.Gate{ID: id, Label: b.words.Gate.GoOn, Kind: ladder.GateConfirm, Needs: ladder.TookPlace}
	}
	return g
}

func (b *builder) gateLabels(gates []challenge.GateState) string {
	var labels []string
	for _, g := range gates {
		if !g.IsCleared() {
			labels = append(labels, b.findGate(g.Rung, g.Gate).Label)
		}
	}
	return b.words.JoinList(labels)
}

// buildGateCard tells what holds a challenge before a rung, and takes what is recorded.
func (b *builder) buildGateCard() {
	h := b.Challenge.Hold
	if h == nil || b.Challenge.State != challenge.StateHeldAtGate || b.openingNo != len(b.Challenge.Openings) {
		b.addHeading(b.cardTitle(""))
		b.summary = fmt.Sprintf(b.words.Gate.SummaryEnded, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.words.Gate.NoLongerWaited + b.describeWhereNow(), Bold: true}}})
		b.addSteps(b.words.Label.AllSteps, b.gateSteps())
		b.final = true
		return
	}
	b.summary = fmt.Sprintf(b.words.Gate.Summary, b.Challenge.Ref)
	b.addHeading(b.cardTitle(h.Rung))
	b.addHoldStatus()
	b.addMeeting(h.Rung)
	b.addMatter()
	b.addDetails(func() { b.addSteps(b.words.Label.EarlierSteps, b.stepsBeforeHold()) })
	if !b.addGateInputs() {
		b.addSmallPrint(b.words.Gate.NotForViewer)
	}
	if !b.may.Withdraw { // the chair's own card of the case has it
		b.addReferralSection()
	}
}

// addHoldStatus adds what is waited for, with whom, since when, and the clocks that run on.
func (b *builder) addHoldStatus() {
	h := b.Challenge.Hold
	items := []Element{
		TextBlock{Text: fmt.Sprintf(b.words.Gate.Title, b.rungLabel(h.Rung)), Size: "Medium", Bold: true},
		TextBlock{Text: fmt.Sprintf(b.words.Gate.WaitingSince, b.formatDateTime(h.Since)) + " " + b.describeGoingOn()},
	}
	for _, st := range h.Gates {
		items = append(items, TextBlock{Text: b.describeGate(st)})
	}
	items = append(items, TextBlock{Text: b.describeOverallLimit(), Size: "Small"})
	if text := b.describeStatutoryTime(); text != "" {
		items = append(items, TextBlock{Text: text, Size: "Small"})
	}
	b.add(Container{Style: "emphasis", Items: items})
}

func (b *builder) describeGoingOn() string {
	if at := b.Challenge.Hold.OpensAt; !at.IsZero() {
		return fmt.Sprintf(b.words.Gate.GoesOnByItself, b.formatDateTime(at))
	}
	return b.words.Gate.WaitsUntilRecorded
}

func (b *builder) describeOverallLimit() string {
	switch due := b.Challenge.LimitDue; {
	case due.IsZero() && b.Ladder.OverallLimit.Window != nil:
		return b.words.Gate.LimitNotStarted
	case due.IsZero():
		return b.words.Gate.NoLimit
	case b.Now.After(due):
		return fmt.Sprintf(b.words.Gate.LimitPassed, b.formatDateTime(due))
	default:
		return fmt.Sprintf(b.words.Gate.LimitDue, b.formatDateTime(due))
	}
}

// describeStatutoryTime says of a looked-after child's challenge how it stands to the time that
// the law gives; "" when none runs.
func (b *builder) describeStatutoryTime() string {
	c := &b.Challenge
	if c.StatutoryDue.IsZero() || !c.State.IsOpen() || b.Ladder.OverallLimit.Statutory == nil {
		return ""
	}
	text := fmt.Sprintf(b.words.Gate.StatutoryRuns, b.words.FormatWindow(*b.Ladder.OverallLimit.Statutory), b.formatOnDateTime(c.StatutoryDue))
	switch {
	case b.Now.After(c.StatutoryDue):
		text += b.words.Gate.StatutoryPassed
	case c.OverrunsStatutoryLimit(b.Now):
		text += b.words.Gate.StatutoryWillPass
	}
	return text
}

// describeGate is one gate: what, where it stands, with whom, by whom.
func (b *builder) describeGate(st challenge.GateState) string {
	g := b.findGate(st.Rung, st.Gate)
	line := g.Label + ": " + b.words.Gate.Statuses[st.Status] + "."
	if len(st.Consulted) > 0 {
		line += " " + fmt.Sprintf(b.words.Gate.ConsultedWith, b.formatParties(st.Consulted))
	}
	if !st.IsCleared() && len(st.Openers) > 0 {
		line += " " + fmt.Sprintf(b.words.Gate.RecordedBy, b.formatParties(st.Openers))
	}
	switch {
	case st.IsCleared(), b.words.Gate.NotAgreedButtons[g.Kind] == "", g.Kind == ladder.GateConfirm:
	case st.Needs == ladder.TookPlace:
		line += " " + b.words.Gate.MustTakePlace
	default:
		line += " " + b.words.Gate.MustBeAgreed
	}
	return line
}

// gateSteps are the gates' part of the history.
func (b *builder) gateSteps() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		switch e.Body.(type) {
		case challenge.Held, challenge.GateRecorded:
			if e.Opening == b.openingNo {
				out = b.appendStep(out, e)
			}
		}
	}
	return out
}

// stepsBeforeHold is what happened up to now, the raising left out.
func (b *builder) stepsBeforeHold() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		if _, raised := e.Body.(challenge.Raised); !raised {
			out = b.appendStep(out, e)
		}
	}
	return out
}

// addGateInputs offers what the viewer may record, and reports whether there is any.
func (b *builder) addGateInputs() bool {
	type task struct {
		st       challenge.GateState
		statuses []challenge.GateStatus
	}
	var tasks []task
	for _, st := range b.Challenge.Hold.Gates {
		if can := b.recordableStatuses(st.Rung, st.Gate); len(can) > 0 {
			tasks = append(tasks, task{st, can})
		}
	}
	for _, t := range tasks {
		// One alone stands open; several open one at a time, because the inputs of
		// the card itself are sent with every button.
		b.addGateSection(t.st, t.statuses, len(tasks) == 1, b.findGate(t.st.Rung, t.st.Gate).Label)
	}
	b.mayBeWriting = len(tasks) > 0
	return b.mayBeWriting
}

// recordableStatuses is what the viewer may say of a gate.
func (b *builder) recordableStatuses(rung, gate string) []challenge.GateStatus {
	may := b.may.Gates[permission.GateKey(rung, gate)]
	var can []challenge.GateStatus
	if may.Pass {
		can = append(can, challenge.GatePassed)
	}
	if may.NotAgreed {
		can = append(can, challenge.GateNotAgreed)
	}
	if may.Override {
		can = append(can, challenge.GateOverridden)
	}
	return can
}

// addGateSection adds the inputs and buttons of one gate, in the open or behind a
// button of that title.
func (b *builder) addGateSection(st challenge.GateState, statuses []challenge.GateStatus, open bool, title string) {
	g := b.findGate(st.Rung, st.Gate)
	d := b.buttonData(VerbGate)
	d.Rung, d.Gate = st.Rung, st.Gate
	s := b.newSection(d, append(fieldIDs(g.Fields), FieldNote, FieldOn)...)
	sent := s.active && b.opts.Submitted.Verb == VerbGate && (b.opts.Refusal != nil || len(b.opts.TypedValues) > 0)
	s.optionalForClient = len(statuses) > 1 || sent && !open // a refusal has no fields to fill in
	if open || sent {
		s.addElements(TextBlock{Text: g.Label, Bold: true, Heading: true})
	} else {
		s.addElements(TextBlock{Text: b.describeGate(st), Size: "Small"})
	}
	s.addFields(g.Fields)
	note := b.words.Gate.PlainNote
	if len(statuses) > 1 || st.Status == challenge.GateNotAgreed { // where something is or can be refused
		note = b.words.Gate.Note
	}
	s.addTextInput(FieldNote, note, false, challenge.MaxText)
	s.addInput(Input{Kind: InputDate, ID: FieldOn, Label: b.words.Gate.TookPlaceOn, Max: b.today().String()})
	if !slices.ContainsFunc(g.Fields, func(f ladder.Field) bool { return !f.Optional }) {
		s.addTypedCommand(b.gateCommand(g.ID, statuses)) // one line cannot hold fields
	}
	var as []Button
	for _, status := range statuses {
		d := s.data
		d.Status = status
		says := b.gateButtonTitle(g.Kind, status)
		if !open { // other gates of the card have such a button too
			says += ": " + strings.TrimSuffix(g.Label, ".")
		}
		as = append(as, ExecuteButton{Title: says, Data: d})
	}
	if len(g.Fields) > 0 && (open || sent) {
		as = append(as, b.dialogButtons()...)
	}
	b.addSection(s, title, as, open || sent)
}

func (b *builder) gateButtonTitle(k ladder.GateKind, status challenge.GateStatus) string {
	switch status {
	case challenge.GateOverridden:
		return b.words.Gate.Override
	case challenge.GateNotAgreed:
		return b.words.Gate.NotAgreedButtons[k]
	default:
		return cmp.Or(b.words.Gate.PassButtons[k], b.words.Gate.RecordDone)
	}
}

// addSection adds a section with its buttons: in the open, or behind a button.
func (b *builder) addSection(s *section, title string, as []Button, open bool) {
	if open {
		b.sectionOpened = true
		b.add(Container{Items: s.items, Separator: true})
		b.addButtons(as...)
		return
	}
	b.addButtons(ShowCardButton{Title: strings.TrimSuffix(title, "."), Body: append(s.items, buttonRows(as)...)})
}
