package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// gate finds a gate before a rung, be it the rung's own, a skip's, or the decision
// to go on that a ladder can ask for after silence.
func (b *builder) gate(rung, id string) ladder.Gate {
	is := func(g ladder.Gate) bool { return g.ID == id }
	if r, ok := b.Ladder.Rung(rung); ok {
		if i := slices.IndexFunc(r.Gates, is); i >= 0 {
			return r.Gates[i]
		}
	}
	for _, sk := range b.Ladder.Skips {
		if i := slices.IndexFunc(sk.Gates, is); i >= 0 && slices.Contains(sk.To, rung) {
			return sk.Gates[i]
		}
	}
	return ladder.Gate{ID: id, Label: b.w.Gate.GoOn, Kind: ladder.Confirm, Needs: ladder.Held}
}

func (b *builder) gateLabels(gates []challenge.GateState) string {
	var labels []string
	for _, g := range gates {
		if !g.Done() {
			labels = append(labels, b.gate(g.Rung, g.Gate).Label)
		}
	}
	return b.w.List(labels)
}

// gateCard tells what holds a challenge before a rung, and takes what is recorded.
func (b *builder) gateCard() {
	h := b.Challenge.Hold
	if h == nil || b.Challenge.State != challenge.HeldAtGate || b.visit != len(b.Challenge.Visits) {
		b.heading(b.title(""))
		b.summary = fmt.Sprintf(b.w.Gate.SummaryEnded, b.Challenge.Ref)
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.w.Gate.Over + b.whereNow(), Bold: true}}})
		b.steps(b.w.Label.Timeline, b.recordedGates())
		b.final = true
		return
	}
	b.summary = fmt.Sprintf(b.w.Gate.Summary, b.Challenge.Ref)
	b.heading(b.title(h.Rung))
	b.held()
	b.facts()
	b.meeting(h.Rung)
	b.asked()
	b.steps(b.w.Label.Earlier, b.beforeHold())
	if !b.gateInputs() {
		b.small(b.w.Gate.NotYou)
	}
	if b.o.Viewer != b.Challenge.Chair.ID { // the chair's own card of the case has it
		b.refers()
	}
}

// held adds what is waited for, with whom, since when, and the clocks that run on.
func (b *builder) held() {
	h := b.Challenge.Hold
	items := []Element{
		TextBlock{Text: fmt.Sprintf(b.w.Gate.Title, b.rung(h.Rung)), Size: "Medium", Bold: true},
		TextBlock{Text: fmt.Sprintf(b.w.Gate.Since, b.when(h.Since)) + " " + b.opens()},
	}
	for _, st := range h.Gates {
		items = append(items, TextBlock{Text: b.gateLine(st)})
	}
	items = append(items, TextBlock{Text: b.caseClock(), Size: "Small"})
	if text := b.statutory(); text != "" {
		items = append(items, TextBlock{Text: text, Size: "Small"})
	}
	b.add(Container{Style: "emphasis", Items: items})
}

func (b *builder) opens() string {
	if at := b.Challenge.Hold.Opens; !at.IsZero() {
		return fmt.Sprintf(b.w.Gate.Opens, b.when(at))
	}
	return b.w.Gate.Stays
}

func (b *builder) caseClock() string {
	switch due := b.Challenge.CaseDue; {
	case due.IsZero() && b.Ladder.Case.Limit != nil:
		return b.w.Gate.NotYet
	case due.IsZero():
		return b.w.Gate.NoCase
	case b.Now.After(due):
		return fmt.Sprintf(b.w.Gate.Passed, b.when(due))
	default:
		return fmt.Sprintf(b.w.Gate.Case, b.when(due))
	}
}

// statutory says of a looked-after child's challenge how it stands to the time that
// the law gives; "" when none runs.
func (b *builder) statutory() string {
	c := &b.Challenge
	if c.StatutoryDue.IsZero() || !c.State.Open() || b.Ladder.Case.Statutory == nil {
		return ""
	}
	text := fmt.Sprintf(b.w.Gate.StatutoryRuns, b.w.Window(*b.Ladder.Case.Statutory), b.on(c.StatutoryDue))
	switch {
	case b.Now.After(c.StatutoryDue):
		text += b.w.Gate.StatutoryPassed
	case c.Overruns(b.Now):
		text += b.w.Gate.StatutoryWill
	}
	return text
}

// gateLine is one gate: what, where it stands, with whom, by whom.
func (b *builder) gateLine(st challenge.GateState) string {
	g := b.gate(st.Rung, st.Gate)
	line := g.Label + ": " + b.w.Gate.Status[st.Status] + "."
	if len(st.Consulted) > 0 {
		line += " " + fmt.Sprintf(b.w.Gate.With, b.parties(st.Consulted))
	}
	if !st.Done() && len(st.Openers) > 0 {
		line += " " + fmt.Sprintf(b.w.Gate.By, b.parties(st.Openers))
	}
	switch {
	case st.Done(), b.w.Gate.Refuse[g.Kind] == "", g.Kind == ladder.Confirm:
	case st.Needs == ladder.Held:
		line += " " + b.w.Gate.Holding
	default:
		line += " " + b.w.Gate.Needs
	}
	return line
}

// recordedGates are the gates' part of the history.
func (b *builder) recordedGates() []entry {
	var out []entry
	for _, e := range b.History {
		switch e.Body.(type) {
		case challenge.Held, challenge.GateRecorded:
			if e.Visit == b.visit {
				out = b.appendEntry(out, e)
			}
		}
	}
	return out
}

// beforeHold is what happened up to now, the raising left out.
func (b *builder) beforeHold() []entry {
	var out []entry
	for _, e := range b.History {
		if _, raised := e.Body.(challenge.RaisedBody); !raised {
			out = b.appendEntry(out, e)
		}
	}
	return out
}

// gateInputs offers what the viewer may record, and reports whether there is any.
func (b *builder) gateInputs() bool {
	type task struct {
		st       challenge.GateState
		statuses []challenge.GateStatus
	}
	var tasks []task
	for _, st := range b.Challenge.Hold.Gates {
		if can := b.mayRecord(st); len(can) > 0 {
			tasks = append(tasks, task{st, can})
		}
	}
	for _, t := range tasks {
		// One alone stands open; several open one at a time, because the inputs of
		// the card itself are sent with every button.
		b.gateSection(t.st, t.statuses, len(tasks) == 1, b.gate(t.st.Rung, t.st.Gate).Label)
	}
	return len(tasks) > 0
}

// mayRecord is what the viewer may say of a gate. The domain checks it again.
func (b *builder) mayRecord(st challenge.GateState) []challenge.GateStatus {
	is := func(p challenge.Party) bool { return p.ID != "" && p.ID == b.o.Viewer }
	opener := slices.ContainsFunc(st.Openers, is)
	if !opener && !slices.ContainsFunc(st.Consulted, is) || st.Done() {
		return nil
	}
	g := b.gate(st.Rung, st.Gate)
	can := []challenge.GateStatus{challenge.GatePassed}
	if st.Status == challenge.GateClosed && b.w.Gate.Refuse[g.Kind] != "" {
		can = append(can, challenge.GateRefused)
	}
	if opener && st.Status == challenge.GateRefused && g.Override {
		can = append(can, challenge.GateOverridden)
	}
	return can
}

// gateSection adds the inputs and buttons of one gate, in the open or behind a
// button of that title.
func (b *builder) gateSection(st challenge.GateState, statuses []challenge.GateStatus, open bool, title string) {
	g := b.gate(st.Rung, st.Gate)
	d := b.data(VerbGate)
	d.Rung, d.Gate = st.Rung, st.Gate
	s := b.section(d, append(fieldIDs(g.Fields), InNote, InOn)...)
	sent := s.active && b.o.Sent.Verb == VerbGate
	s.lax = len(statuses) > 1 || sent && !open // a refusal has no fields to fill in
	if open || sent {
		s.say(TextBlock{Text: g.Label, Bold: true, Heading: true})
	} else {
		s.say(TextBlock{Text: b.gateLine(st), Size: "Small"})
	}
	s.fields(g.Fields)
	note := b.w.Gate.PlainNote
	if len(statuses) > 1 || st.Status == challenge.GateRefused { // where something is or can be refused
		note = b.w.Gate.Note
	}
	s.text(InNote, note, false, challenge.MaxText)
	s.add(Input{Kind: InputDate, ID: InOn, Label: b.w.Gate.On, Max: b.today().String()})
	if !slices.ContainsFunc(g.Fields, func(f ladder.Field) bool { return !f.Optional }) {
		s.typing(b.typeGate(g.ID, statuses)) // one line cannot hold fields
	}
	var as []Action
	for _, status := range statuses {
		d := s.data
		d.Status = status
		says := b.gateButton(g.Kind, status)
		if !open { // other gates of the card have such a button too
			says += ": " + strings.TrimSuffix(g.Label, ".")
		}
		as = append(as, Execute{Title: says, Data: d})
	}
	if len(g.Fields) > 0 && (open || sent) {
		as = append(as, b.window()...)
	}
	b.foldable(s, title, as, open || sent)
}

func (b *builder) gateButton(k ladder.GateKind, status challenge.GateStatus) string {
	switch status {
	case challenge.GateOverridden:
		return b.w.Gate.Override
	case challenge.GateRefused:
		return b.w.Gate.Refuse[k]
	default:
		return cmp.Or(b.w.Gate.Pass[k], b.w.Gate.Done)
	}
}

// foldable adds a section with its buttons: in the open, or behind a button.
func (b *builder) foldable(s *section, title string, as []Action, open bool) {
	if open {
		b.add(Container{Items: s.items, Separator: true})
		b.buttons(as...)
		return
	}
	b.buttons(ShowCard{Title: strings.TrimSuffix(title, "."), Body: append(s.items, rows(as)...)})
}
