package cards

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
)

// A challenge is raised in two steps: the form, and the card on which it is checked and sent
// (form_check.go). Nothing on the second can be changed, so nothing that it says can become untrue.

// LadderChoice is a procedure that can be chosen.
type LadderChoice struct{ ID, Title string }

// TeamChoice is a team, or an agency, that can be chosen.
type TeamChoice struct{ ID, Name string }

// FormView is the form before a challenge is raised.
type FormView struct {
	Ladders  []LadderChoice
	Ladder   *ladder.Ladder // the one chosen; nil: none yet
	Teams    []TeamChoice
	Agencies []TeamChoice // only offered where the ladder reaches partners
	// Values are the inputs as they are, by id.
	Values map[string]string
	Now    time.Time
	Zone   *time.Location
	Nonce  string // says that two presses of one button are the same
	// IsStaff reports whether somebody of that name is in the directory.
	IsStaff func(name string) bool
	// DangerLine is what the authority says to whom a child in danger is known; empty: the usual.
	DangerLine string
}

// formCard draws one FormView.
type formCard struct {
	*builder
	view   FormView
	inputs *section
	more   []Element // what only some need
	opened bool      // something of more is filled in, or wrong
}

// ShownNoProcedure is ButtonData.Shown of a form for which no procedure was chosen.
const ShownNoProcedure = "-"

// moreBox is the id of what only some need.
const moreBox = "more"

// formFields are the inputs of the form.
var formFields = []string{FieldLadder, FieldTeam, FieldAgency, FieldConference, FieldConferenceDate, FieldLookedAfter, FieldRecordNumber, FieldCategories,
	FieldOtherCategories, FieldConcern, FieldEvidence, FieldAsk, FieldAskBy, FieldPartner, FieldUrgency, FieldLateReason, FieldStartAt, FieldStartGround,
	FieldStartReason, FieldShorterDays, FieldShorterReason, FieldUrgent}

// RenderForm draws the first step. The client insists on nothing, because the procedure that is
// chosen decides what else is asked for; the domain does, and the form comes back with what is to
// be put right. Its elements stay in their places then.
func RenderForm(f FormView, o Options) Card {
	if len(o.TypedValues) == 0 {
		o.TypedValues = f.Values
	}
	return renderWithinLimit(func(size sizeBudget) *builder {
		c := newFormCard(f, o, size)
		c.summary = c.words.Form.Summary
		c.layOut()
		return c.builder
	})
}

func newFormCard(f FormView, o Options, size sizeBudget) *formCard {
	b := newBuilder(CardForm, 0, View{Ladder: f.Ladder, Now: f.Now, Zone: f.Zone}, o, size)
	b.nonce, b.noRefresh = f.Nonce, true
	if f.IsStaff == nil {
		f.IsStaff = func(string) bool { return false }
	}
	b.opts.Submitted = ButtonData{}
	return &formCard{builder: b, view: f}
}

func (c *formCard) layOut() {
	words := c.Ladder.Words
	c.addDanger(c.view.DangerLine)
	data := c.buttonData(VerbPreview)
	data.Shown = cmp.Or(c.Ladder.ID, ShownNoProcedure)
	c.inputs = c.newSection(data, formFields...)
	c.inputs.keepsPlaces = true
	c.addFasterWay()
	c.add(c.inputs.items...)
	c.inputs.items = nil
	c.addSmallPrint(c.words.Form.StepOne)
	c.addHeading(c.words.Form.Title + prefixColon(words.Challenge))
	c.add(TextBlock{Text: c.words.Form.Intro, Spacing: "Small"})
	c.addRoutingInputs()
	c.addConcernInputs()
	c.addMoreInputs()
	c.holdUndrawnInputs()
	c.add(c.inputs.items...)
	c.addButtons(append([]Button{ExecuteButton{Title: c.words.Form.Continue, Data: data, Primary: true}}, c.dialogButtons()...)...)
	c.addSmallPrint(c.words.Form.OnlyByCard)
}

func prefixColon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func (c *formCard) describePartnerConcern(p *ladder.PartnerConcerns) string {
	if p.Mode == ladder.PartnerHandOff {
		return fmt.Sprintf(c.words.Form.PartnerHandOff, cmp.Or(c.procedureLabel(p.To), p.To))
	}
	return c.words.Form.PartnerNoteOnly
}

// addFasterWay offers, before all else, what the procedure has for an immediate risk: how urgent it
// is, and the steps at which it allows a challenge to begin, the ground first.
func (c *formCard) addFasterWay() {
	const box = "start_box"
	to := []Choice{{fmt.Sprintf(c.words.Form.UsualStart, c.rungWord()), NoChoice}}
	grounds := []Choice{{c.words.Common.NoneChosen, NoChoice}}
	for _, sk := range c.Ladder.Skips {
		for _, id := range sk.To {
			to = addChoice(to, Choice{c.rungLabel(id), id})
		}
		for _, g := range sk.Grounds {
			grounds = addChoice(grounds, Choice{g.Label, g.ID})
		}
	}
	if len(to) == 1 {
		if c.isUrgentlyAsked() && c.view.Ladder != nil && len(c.Ladder.Urgencies) == 0 {
			c.inputs.addElements(TextBlock{Text: c.words.Form.NoFasterWay, Bold: true})
		}
		return
	}
	c.inputs.addElements(ActionSet{Actions: []Button{ToggleButton{Title: c.words.Form.FasterWay, Target: box}}})
	items := []Element{TextBlock{Text: fmt.Sprintf(c.words.Form.StartLater, c.rungWord()), Bold: true}}
	items = append(items, c.inputs.prepareInput(Input{Kind: InputChoice, ID: FieldStartGround, Label: c.words.Form.StartGround, Choices: grounds, Value: NoChoice})...)
	items = append(items, c.inputs.prepareInput(Input{Kind: InputChoice, ID: FieldStartAt, Label: c.words.Form.StartAt, Choices: to, Value: NoChoice})...)
	items = append(items, c.inputs.prepareInput(Input{Kind: InputText, ID: FieldStartReason, Label: c.words.Form.StartReason, Multiline: true, MaxLength: challenge.MaxText})...)
	shown := c.isUrgentlyAsked() || c.isFilledIn(FieldStartAt, FieldStartGround, FieldStartReason)
	c.inputs.addElements(Container{ID: box, Items: items, Hidden: !shown})
}

// isUrgentlyAsked reports whether the form was asked for by whoever cannot wait.
func (c *formCard) isUrgentlyAsked() bool { return c.opts.TypedValues[FieldUrgent] == AnswerYes }

// isFilledIn reports whether one of these inputs holds something, or is wrong.
func (c *formCard) isFilledIn(ids ...string) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		v := c.opts.TypedValues[id]
		return v != "" && v != NoChoice || c.opts.Refusal != nil && c.opts.Refusal.Fields[id] != ""
	})
}

// ask adds an input in sight where something follows from it, else among those that only some need.
func (c *formCard) ask(needed bool, in Input) {
	if needed {
		in.RequiredByServer = true
		c.inputs.addInput(in)
		return
	}
	in.Label += c.words.Form.Optional
	c.more = append(c.more, c.inputs.prepareInput(in)...)
	c.opened = c.opened || c.isFilledIn(in.ID)
}

// addRoutingInputs asks for what decides who will be asked.
func (c *formCard) addRoutingInputs() {
	var ladders, teams, agencies []Choice
	for _, l := range c.view.Ladders {
		ladders = addChoice(ladders, Choice{l.Title, l.ID})
	}
	for _, t := range c.view.Teams {
		teams = addChoice(teams, Choice{t.Name, t.ID})
	}
	chosen := "" // of several none is chosen beforehand: it decides where the case goes
	if c.view.Ladder != nil {
		chosen = c.Ladder.ID
	}
	if len(ladders) > 1 || len(ladders) == 1 && c.view.Ladder == nil {
		c.ask(true, Input{Kind: InputChoice, ID: FieldLadder, Label: c.words.Form.Ladder, Choices: ladders, Value: chosen})
	}
	if len(teams) > 0 {
		c.ask(true, Input{Kind: InputChoice, ID: FieldTeam, Label: c.words.Form.Team, Choices: teams, Value: soleChoice(teams)})
	}
	if len(c.Ladder.Urgencies) > 0 {
		urgencies := []Choice{{c.words.Form.Ordinary, ladder.OrdinaryUrgency}}
		for _, u := range c.Ladder.Urgencies {
			urgencies = addChoice(urgencies, Choice{u.Label, u.ID})
		}
		c.ask(true, Input{Kind: InputChoice, ID: FieldUrgency, Label: c.words.Form.Urgency, Expanded: true, Choices: urgencies})
	}
	p := c.Ladder.PartnerConcerns
	if p != nil {
		c.ask(false, Input{Kind: InputChoice, ID: FieldPartner, Label: c.words.Form.AboutPartner, Expanded: true,
			Choices: []Choice{{c.words.Common.No, AnswerNo}, {c.words.Common.Yes + ". " + c.describePartnerConcern(p), AnswerYes}}})
	}
	if len(c.view.Agencies) > 0 && c.view.Ladder != nil && (c.Ladder.Party != ladder.PartyInternal || p != nil) {
		needed := challenge.NeedsAgency(c.Ladder)
		in := Input{Kind: InputChoice, ID: FieldAgency, Label: c.words.Form.WhichAgency}
		if !needed {
			in.Label, in.Value, agencies = c.words.Form.Agency, NoChoice, []Choice{{c.words.Common.NoneChosen, NoChoice}}
		}
		for _, a := range c.view.Agencies {
			agencies = addChoice(agencies, Choice{a.Name, a.ID})
		}
		in.Choices = agencies
		c.ask(needed, in)
	}
}

// addConcernInputs asks for the concern itself.
func (c *formCard) addConcernInputs() {
	words := c.Ladder.Words
	conference := cmp.Or(words.Conference, c.words.Common.Conference)
	today := c.today()
	s := c.inputs
	if choices := c.subjectChoices(); len(choices) > 1 || len(choices) == 1 && c.isFilledIn(FieldConference) {
		needed := challenge.NeedsSubject(c.Ladder)
		in := Input{Kind: InputChoice, ID: FieldConference, Label: fmt.Sprintf(c.words.Form.ConferenceType, conference), Choices: choices}
		if !needed {
			in.Value, in.Choices = NoChoice, append([]Choice{{c.words.Common.NoneChosen, NoChoice}}, choices...)
		}
		c.ask(needed, in)
	}
	if dated, always := c.asksSubjectDate(); dated {
		c.ask(always, Input{Kind: InputDate, ID: FieldConferenceDate, Label: fmt.Sprintf(c.words.Form.ConferenceDate, conference),
			Min: today.AddDays(-5 * 366).String(), Max: today.AddDays(366).String()})
	}
	if w := c.Ladder.RaiseWithin; w != nil {
		s.addInput(Input{Kind: InputText, ID: FieldLateReason, Label: fmt.Sprintf(c.words.Form.LateReason, c.words.FormatWindow(w.Window)), Multiline: true, MaxLength: challenge.MaxText})
	}
	number := cmp.Or(words.RecordNumber, c.words.Common.RecordNumber)
	c.ask(true, Input{Kind: InputText, ID: FieldRecordNumber, Label: english.Capitalise(fmt.Sprintf(c.words.Form.RecordNumber, number)), MaxLength: 20})
	if cats := c.categoryChoices(); len(cats) > 0 {
		c.ask(true, Input{Kind: InputChoice, ID: FieldCategories, Label: c.words.Form.Categories, Choices: cats})
	}
	s.addElements(TextBlock{Text: fmt.Sprintf(c.words.Form.NameNobody, cmp.Or(words.RecordNumber, c.words.Common.RecordWord)), Size: "Small", Bold: true})
	c.ask(true, Input{Kind: InputText, ID: FieldConcern, Label: c.words.Form.Concern, Multiline: true, MaxLength: challenge.MaxText})
	c.ask(true, Input{Kind: InputText, ID: FieldAsk, Label: c.words.Form.Ask, Multiline: true, MaxLength: challenge.MaxText})
}

// addMoreInputs asks for what only some need, behind a button. Of a procedure that is still to be
// chosen nothing is known.
func (c *formCard) addMoreInputs() {
	c.ask(false, Input{Kind: InputText, ID: FieldEvidence, Label: c.words.Form.Evidence, Multiline: true, MaxLength: challenge.MaxText})
	c.ask(false, Input{Kind: InputDate, ID: FieldAskBy, Label: c.words.Form.AskBy, Min: c.today().String(), Max: c.today().AddDays(550).String()})
	if cats := c.categoryChoices(); len(cats) > 1 {
		c.ask(false, Input{Kind: InputChoice, ID: FieldOtherCategories, Label: c.words.Form.OtherCategories, MultiSelect: true, Expanded: true, Choices: cats})
	}
	if challenge.AsksLookedAfter(c.Ladder) {
		c.ask(false, Input{Kind: InputChoice, ID: FieldLookedAfter, Label: fmt.Sprintf(c.words.Form.AlsoLookedAfter, c.Ladder.ExternalReferral.To), Expanded: true,
			Choices: []Choice{{c.words.Common.No, AnswerNo}, {c.words.Common.Yes, AnswerYes}}})
	}
	if k := c.Ladder.Shorten; c.view.Ladder != nil && k != nil && slices.Contains(append(c.Ladder.RaiserRoles(), directory.RoleChair), k.By) {
		c.more = append(c.more, c.inputs.shorterTimeInputs(k)...)
		c.opened = c.opened || c.isFilledIn(shorterTimeFields...)
	}
	c.inputs.addElements(ActionSet{Actions: []Button{ToggleButton{Title: c.words.Form.More, Target: moreBox}}}, Container{ID: moreBox, Items: c.more, Hidden: !c.opened})
}

// subjectChoices are what a challenge under the ladder can be about.
func (c *formCard) subjectChoices() []Choice {
	var out []Choice
	for _, s := range c.Ladder.SubjectList() {
		out = addChoice(out, Choice{c.subjectLabel(challenge.ConferenceType(s.ID)), s.ID})
	}
	return out
}

// asksSubjectDate reports whether the form asks for a date of what the challenge is about, and
// whether something follows from it whatever that is.
func (c *formCard) asksSubjectDate() (dated, always bool) {
	list := c.Ladder.SubjectList()
	if len(list) == 0 {
		return true, false // no procedure is chosen yet
	}
	always = true
	for _, s := range list {
		dated, always = dated || s.Date != ladder.DateNone, always && challenge.NeedsSubjectDate(c.Ladder, s)
	}
	return dated, always
}

func (c *formCard) categoryChoices() []Choice {
	var out []Choice
	for _, cat := range c.Ladder.Categories {
		out = addChoice(out, Choice{cat.Label, cat.ID})
	}
	return out
}

// holdUndrawnInputs keeps, out of sight, what was filled in and stands in no input of the form: under
// a procedure that is not chosen any more it stands there again once it is.
func (c *formCard) holdUndrawnInputs() {
	for _, id := range formFields {
		if v := c.opts.TypedValues[id]; v != "" && !c.inputs.drawn[id] {
			c.keepOutOfSight(id, v)
		}
	}
}

// keepOutOfSight holds a value that the next press sends again.
func (c *formCard) keepOutOfSight(id, value string) {
	c.restored[id] = true
	c.inputs.addElements(Input{Kind: InputText, ID: id, Label: id, Value: cleanInput(value), Hidden: true})
}
