package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
)

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
	Values   map[string]string
	Forecast *challenge.Forecast
	Now      time.Time
	Zone     *time.Location
	Nonce    string // says that two presses of one button are the same
	// DangerLine is what the authority says to whom a child in danger is known; empty: the usual.
	DangerLine string
}

// formCard draws one FormView.
type formCard struct {
	*builder
	view   FormView
	inputs *section
}

// RenderForm draws the form. Its buttons are "see who will be asked", which brings the
// form back with the forecast, and "send". Because the first, and the window, must work while
// the form is empty, the client insists on nothing; the domain does, and the form comes back
// with what is to be put right.
func RenderForm(f FormView, o Options) Card {
	if len(o.TypedValues) == 0 {
		o.TypedValues = f.Values
	}
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardForm, 0, View{Ladder: f.Ladder, Now: f.Now, Zone: f.Zone}, o, size)
		b.nonce, b.noRefresh, b.summary = f.Nonce, true, b.words.Form.Summary
		b.opts.Submitted = ButtonData{}
		c := &formCard{builder: b, view: f}
		c.layOut()
		return b
	})
}

func (c *formCard) layOut() {
	words := c.Ladder.Words
	c.addHeading(strings.TrimSpace(c.words.Form.Title + prefixColon(words.Challenge)))
	c.addDanger(c.view.DangerLine)
	c.add(TextBlock{Text: cmp.Or(words.Preface, fmt.Sprintf(c.words.Form.Intro, cmp.Or(words.RecordNumber, c.words.Common.RecordWord)))})
	c.inputs = c.newSection(c.buttonData(VerbRaise), FieldLadder, FieldTeam, FieldAgency, FieldConference, FieldConferenceDate, FieldLookedAfter, FieldRecordNumber, FieldCategories,
		FieldConcern, FieldEvidence, FieldAsk, FieldAskBy, FieldPartner, FieldUrgency, FieldLateReason, FieldStartAt, FieldStartGround, FieldStartReason, FieldShorterDays, FieldShorterReason)
	c.addRoutingInputs()
	c.addForecast()
	c.addConcernInputs()
	if c.view.Ladder != nil {
		c.addStartInputs()
		if k := c.Ladder.Shorten; k != nil && slices.Contains(append(c.Ladder.RaiserRoles(), directory.RoleChair), k.By) {
			c.inputs.addShorterTime(k)
		}
	}
	c.holdUndrawnInputs()
	c.add(c.inputs.items...)
	preview := c.inputs.data
	preview.Verb = VerbPreview
	as := []Button{ExecuteButton{Title: c.words.Form.Preview, Data: preview}, ExecuteButton{Title: c.words.Form.Send, Data: c.inputs.data}}
	c.addButtons(append(as, c.dialogButtons()...)...)
	c.addSmallPrint(fmt.Sprintf(c.words.Form.PreviewAgain, c.words.Form.Preview))
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

// addRoutingInputs asks for what decides who will be asked.
func (c *formCard) addRoutingInputs() {
	var ladders, teams, agencies []Choice
	for _, l := range c.view.Ladders {
		ladders = addChoice(ladders, Choice{l.Title, l.ID})
	}
	for _, t := range c.view.Teams {
		teams = addChoice(teams, Choice{t.Name, t.ID})
	}
	chosen := soleChoice(ladders) // of several none is chosen beforehand: it decides where the case goes
	if c.view.Ladder != nil {
		chosen = c.Ladder.ID
	}
	if len(ladders) > 0 {
		c.inputs.addInput(Input{Kind: InputChoice, ID: FieldLadder, Label: c.words.Form.Ladder, RequiredByServer: true, Choices: ladders, Value: chosen})
	}
	if len(teams) > 0 {
		c.inputs.addInput(Input{Kind: InputChoice, ID: FieldTeam, Label: c.words.Form.Team, RequiredByServer: true, Choices: teams, Value: soleChoice(teams)})
	}
	if len(c.Ladder.Urgencies) > 0 {
		urgencies := []Choice{{c.words.Form.Ordinary, ladder.OrdinaryUrgency}}
		for _, u := range c.Ladder.Urgencies {
			urgencies = addChoice(urgencies, Choice{u.Label, u.ID})
		}
		c.inputs.addInput(Input{Kind: InputChoice, ID: FieldUrgency, Label: c.words.Form.Urgency, RequiredByServer: true, Expanded: true, Choices: urgencies})
	}
	p := c.Ladder.PartnerConcerns
	if p != nil {
		c.inputs.addInput(Input{Kind: InputChoice, ID: FieldPartner, Label: c.words.Form.AboutPartner, RequiredByServer: true, Expanded: true,
			Choices: []Choice{{c.words.Common.No, AnswerNo}, {c.words.Common.Yes + ". " + c.describePartnerConcern(p), AnswerYes}}})
	}
	if len(c.view.Agencies) > 0 && c.view.Ladder != nil && (c.Ladder.Party != ladder.PartyInternal || p != nil) {
		needed := challenge.NeedsAgency(c.Ladder)
		in := Input{Kind: InputChoice, ID: FieldAgency, Label: c.words.Form.WhichAgency, RequiredByServer: needed}
		if !needed {
			in.Label, in.Value, agencies = c.words.Form.Agency, NoChoice, []Choice{{c.words.Common.NoneChosen, NoChoice}}
		}
		for _, a := range c.view.Agencies {
			agencies = addChoice(agencies, Choice{a.Name, a.ID})
		}
		in.Choices = agencies
		c.inputs.addInput(in)
	}
}

// addForecast says who will be asked and when the answer is due, before anything is
// sent.
func (c *formCard) addForecast() {
	items := []Element{TextBlock{Text: c.words.Form.ForecastTitle, Bold: true, Heading: true}}
	switch f := c.view.Forecast; {
	case f == nil:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.ChooseLadderAndTeam, c.words.Form.Preview)})
	case challenge.NeedsAgency(c.Ladder) && len(c.view.Agencies) > 0 && c.view.Values[FieldAgency] == "" && f.PartnerRule == nil:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.ChooseAgency, c.words.Form.Preview)})
	case f.PartnerRule != nil:
		items = append(items, TextBlock{Text: c.words.Form.PartnerNobodyAsked + " " + c.describePartnerConcern(f.PartnerRule), Bold: true})
		if f.PartnerRule.Template != "" {
			items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.PartnerTemplate, f.PartnerRule.Template), Size: "Small"})
		}
	case len(f.Gates) > 0:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.WillWaitAtGate, f.Rung.Label, c.gateLabels(f.Gates))})
		for _, g := range f.Gates {
			if !g.IsCleared() && len(g.Openers) > 0 {
				items = append(items, TextBlock{Text: c.findGate(g.Rung, g.Gate).Label + ". " + fmt.Sprintf(c.words.Form.GateRecordedBy, c.formatParties(g.Openers)), Size: "Small"})
			}
		}
	case len(f.Respondents) == 0:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.NobodyToAsk, c.rungWord())})
	case f.Rung.HasNoLimit():
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.WillBeAskedNoLimit, c.formatRespondentsForTeam(f.Respondents)), Bold: true},
			TextBlock{Text: f.Rung.Label + ". " + f.Explanation, Size: "Small"})
	default:
		items = append(items,
			TextBlock{Text: fmt.Sprintf(c.words.Form.WillBeAsked, c.formatRespondentsForTeam(f.Respondents), c.formatDateTime(f.Deadline.Due)), Bold: true},
			TextBlock{Text: f.Rung.Label + ". " + fmt.Sprintf(c.words.Common.DueDateWorking, f.Explanation), Size: "Small"})
	}
	if c.view.Forecast != nil && c.Ladder.PartnerConcerns != nil && c.view.Values[FieldPartner] == "" {
		items = append(items, TextBlock{Text: c.words.Form.PartnerOpen, Size: "Small"})
	}
	c.inputs.addElements(Container{Style: "emphasis", Items: items})
}

// formatRespondentsForTeam names the respondents and the team that the forecast was made for.
func (c *formCard) formatRespondentsForTeam(ps []challenge.Party) string {
	i := slices.IndexFunc(c.view.Teams, func(t TeamChoice) bool { return t.ID == c.opts.TypedValues[FieldTeam] })
	if i < 0 {
		return c.formatParties(ps)
	}
	return fmt.Sprintf(c.words.Form.RespondentsForTeam, c.formatParties(ps), c.view.Teams[i].Name)
}

// addConcernInputs asks for the concern itself.
func (c *formCard) addConcernInputs() {
	words := c.Ladder.Words
	conference := cmp.Or(words.Conference, c.words.Common.Conference)
	today := c.today()
	s := c.inputs
	if choices := c.subjectChoices(); len(choices) > 0 {
		s.addInput(Input{Kind: InputChoice, ID: FieldConference, Label: fmt.Sprintf(c.words.Form.ConferenceType, conference), RequiredByServer: true, Choices: choices})
	}
	if dated, always := c.asksSubjectDate(); dated {
		s.addInput(Input{Kind: InputDate, ID: FieldConferenceDate, Label: fmt.Sprintf(c.words.Form.ConferenceDate, conference), RequiredByServer: always,
			Min: today.AddDays(-5 * 366).String(), Max: today.AddDays(366).String()})
	}
	if w := c.Ladder.RaiseWithin; w != nil {
		s.addInput(Input{Kind: InputText, ID: FieldLateReason, Label: fmt.Sprintf(c.words.Form.LateReason, c.words.FormatWindow(w.Window)), Multiline: true, MaxLength: challenge.MaxText})
	}
	if challenge.AsksLookedAfter(c.Ladder) {
		s.addInput(Input{Kind: InputChoice, ID: FieldLookedAfter, Label: fmt.Sprintf(c.words.Form.AlsoLookedAfter, c.Ladder.ExternalReferral.To), RequiredByServer: true, Expanded: true,
			Choices: []Choice{{c.words.Common.No, AnswerNo}, {c.words.Common.Yes, AnswerYes}}})
	}
	s.addInput(Input{Kind: InputText, ID: FieldRecordNumber, Label: english.Capitalise(fmt.Sprintf(c.words.Form.RecordNumber, cmp.Or(words.RecordNumber, c.words.Common.RecordNumber))), RequiredByServer: true, MaxLength: 20})
	if cats := c.categoryChoices(); len(cats) > 0 {
		s.addInput(Input{Kind: InputChoice, ID: FieldCategories, Label: c.words.Form.Categories, RequiredByServer: true, MultiSelect: true, Expanded: true, Choices: cats})
	}
	for _, in := range []struct {
		id, label string
		needed    bool
	}{{FieldConcern, c.words.Form.Concern, true}, {FieldEvidence, c.words.Form.Evidence, false}, {FieldAsk, c.words.Form.Ask, true}} {
		s.addInput(Input{Kind: InputText, ID: in.id, Label: in.label, RequiredByServer: in.needed, Multiline: true, MaxLength: challenge.MaxText})
	}
	s.addInput(Input{Kind: InputDate, ID: FieldAskBy, Label: c.words.Form.AskBy, RequiredByServer: true, Min: today.String(), Max: today.AddDays(550).String()})
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
// whether everything under the ladder has one.
func (c *formCard) asksSubjectDate() (dated, always bool) {
	list := c.Ladder.SubjectList()
	dated, always = len(list) == 0, true // no procedure is chosen yet
	for _, s := range list {
		dated, always = dated || s.Date != ladder.DateNone, always && s.Date == ladder.DateRequired
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

// holdUndrawnInputs keeps, out of sight, what was filled in under a procedure that is not chosen
// any more: once one is, it stands there again.
func (c *formCard) holdUndrawnInputs() {
	if c.view.Ladder != nil {
		return
	}
	const box = "held_box"
	var items []Element
	for _, id := range []string{FieldPartner, FieldUrgency, FieldLateReason, FieldAgency, FieldConference, FieldLookedAfter, FieldCategories, FieldStartAt, FieldStartGround, FieldStartReason, FieldShorterDays, FieldShorterReason} {
		if c.opts.TypedValues[id] != "" {
			items = append(items, c.inputs.prepareInput(Input{Kind: InputText, ID: id, Label: id, MaxLength: challenge.MaxText})...)
		}
	}
	if len(items) > 0 {
		c.inputs.addElements(Container{ID: box, Items: items, Hidden: true})
	}
}

// addStartInputs offers the rungs at which the procedure allows a challenge to begin.
func (c *formCard) addStartInputs() {
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
		return
	}
	const box = "start_box"
	c.inputs.addElements(ActionSet{Actions: []Button{ToggleButton{Title: fmt.Sprintf(c.words.Form.StartLater, c.rungWord()), Target: box}}})
	var items []Element
	items = append(items, c.inputs.prepareInput(Input{Kind: InputChoice, ID: FieldStartAt, Label: c.words.Form.StartAt, Choices: to, Value: NoChoice})...)
	items = append(items, c.inputs.prepareInput(Input{Kind: InputChoice, ID: FieldStartGround, Label: c.words.Form.StartGround, Choices: grounds, Value: NoChoice})...)
	items = append(items, c.inputs.prepareInput(Input{Kind: InputText, ID: FieldStartReason, Label: c.words.Form.StartReason, Multiline: true, MaxLength: challenge.MaxText})...)
	c.inputs.addElements(Container{ID: box, Items: items, Hidden: !c.hasTypedStart()})
}

func (c *formCard) hasTypedStart() bool {
	for _, id := range []string{FieldStartAt, FieldStartGround, FieldStartReason} {
		if v := c.opts.TypedValues[id]; v != "" && v != NoChoice || c.opts.Refusal != nil && c.opts.Refusal.Fields[id] != "" {
			return true
		}
	}
	return false
}
