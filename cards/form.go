package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
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
	Plan     ladder.Plan  // narrows conference types and categories; "": both
	// Values are the inputs as they are, by id.
	Values   map[string]string
	Forecast *challenge.Forecast
	Now      time.Time
	Zone     *time.Location
	Nonce    string // says that two presses of one button are the same
}

// formCard draws one FormView.
type formCard struct {
	*builder
	f FormView
	s *section
}

// Form draws the form. Its buttons are "see who will be asked", which brings the
// form back with the forecast, and "send". Because the first must work while most
// of the form is empty, the client insists on the team only; the domain insists on
// the rest, and the form comes back with what is to be put right.
func Form(f FormView, o Options) Card {
	if len(o.Typed) == 0 {
		o.Typed = f.Values
	}
	return draw(func(size fit) *builder {
		b := newBuilder(CardForm, 0, View{Ladder: f.Ladder, Now: f.Now, Zone: f.Zone}, o, size)
		b.nonce, b.noRefresh, b.summary = f.Nonce, true, b.w.Form.Summary
		b.o.Sent = ActionData{}
		c := &formCard{builder: b, f: f}
		c.draw()
		return b
	})
}

func (c *formCard) draw() {
	words := c.Ladder.Words
	c.heading(strings.TrimSpace(c.w.Form.Title + colon(words.Challenge)))
	c.add(TextBlock{Text: cmp.Or(words.Preface, fmt.Sprintf(c.w.Form.Intro, cmp.Or(words.RecordID, c.w.Common.RecordWord)))})
	c.s = c.section(c.data(VerbRaise), InLadder, InTeam, InAgency, InConference, InConferenceDate, InLookedAfter, InRecord, InCategories,
		InConcern, InEvidence, InAsk, InAskBy, InPartner, InStartAt, InStartGround, InStartReason, InShorterDays, InShorterReason)
	c.who()
	c.forecast()
	if c.f.Ladder != nil {
		c.what()
		c.start()
		if k := c.Ladder.Shorten; k != nil && slices.Contains(append(c.Ladder.Raisers(), ladder.RoleChair), k.By) {
			c.s.shorter(k)
		}
	}
	c.add(c.s.items...)
	preview := c.s.data
	preview.Verb = VerbPreview
	as := []Action{Execute{Title: c.w.Form.Preview, Data: preview}}
	if c.f.Ladder != nil {
		as = append(as, Execute{Title: c.w.Form.Send, Data: c.s.data})
	}
	c.buttons(append(as, c.window()...)...)
	c.small(fmt.Sprintf(c.w.Form.Again, c.w.Form.Preview))
	c.small(c.w.Form.Only)
}

func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func (c *formCard) partnerConcerns(p *ladder.PartnerConcerns) string {
	if p.Mode == ladder.PartnerHandOff {
		return fmt.Sprintf(c.w.Form.GoesTo, cmp.Or(c.procedure(p.To), p.To))
	}
	return c.w.Form.NoteOnly
}

// who asks for what decides who will be asked.
func (c *formCard) who() {
	var ladders, teams, agencies []Choice
	for _, l := range c.f.Ladders {
		ladders = addChoice(ladders, Choice{l.Title, l.ID})
	}
	for _, t := range c.f.Teams {
		teams = addChoice(teams, Choice{t.Name, t.ID})
	}
	chosen := only(ladders)
	if c.f.Ladder != nil {
		chosen = c.Ladder.ID
	}
	if len(ladders) > 0 {
		c.s.add(Input{Kind: InputChoice, ID: InLadder, Label: c.w.Form.Ladder, Needed: true, Choices: ladders, Value: chosen})
	}
	if len(teams) > 0 {
		c.s.add(Input{Kind: InputChoice, ID: InTeam, Label: c.w.Form.Team, Required: true, Choices: teams, Value: only(teams)})
	}
	p := c.Ladder.PartnerConcerns
	if p != nil {
		c.s.add(Input{Kind: InputChoice, ID: InPartner, Label: c.w.Form.Partner, Expanded: true, Value: NoChoice,
			Choices: []Choice{{c.w.Common.No, NoChoice}, {c.w.Common.Yes + ". " + c.partnerConcerns(p), "true"}}})
	}
	if len(c.f.Agencies) > 0 && c.f.Ladder != nil && (c.Ladder.Party != ladder.Internal || p != nil) {
		needed := challenge.NamesAgency(c.Ladder)
		in := Input{Kind: InputChoice, ID: InAgency, Label: c.w.Form.WhichAgency, Needed: needed}
		if !needed {
			in.Label, in.Value, agencies = c.w.Form.Agency, NoChoice, []Choice{{c.w.Common.NotNow, NoChoice}}
		}
		for _, a := range c.f.Agencies {
			agencies = addChoice(agencies, Choice{a.Name, a.ID})
		}
		in.Choices = agencies
		c.s.add(in)
	}
}

// forecast says who will be asked and when the answer is due, before anything is
// sent.
func (c *formCard) forecast() {
	items := []Element{TextBlock{Text: c.w.Form.Who, Bold: true, Heading: true}}
	switch f := c.f.Forecast; {
	case f == nil:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.w.Form.Choose, c.w.Form.Preview)})
	case challenge.NamesAgency(c.Ladder) && len(c.f.Agencies) > 0 && c.f.Values[InAgency] == "" && f.Partner == nil:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.w.Form.ChooseAgency, c.w.Form.Preview)})
	case f.Partner != nil:
		items = append(items, TextBlock{Text: c.w.Form.NobodyAsked + " " + c.partnerConcerns(f.Partner), Bold: true})
		if f.Partner.Template != "" {
			items = append(items, TextBlock{Text: fmt.Sprintf(c.w.Form.Template, f.Partner.Template), Size: "Small"})
		}
	case len(f.Held) > 0:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.w.Form.Held, f.Rung.Label, c.gateLabels(f.Held))})
		for _, g := range f.Held {
			if !g.Done() && len(g.Openers) > 0 {
				items = append(items, TextBlock{Text: c.gate(g.Rung, g.Gate).Label + ". " + fmt.Sprintf(c.w.Form.HeldBy, c.parties(g.Openers)), Size: "Small"})
			}
		}
	case len(f.Respondents) == 0:
		items = append(items, TextBlock{Text: fmt.Sprintf(c.w.Form.Nobody, c.rungWord())})
	default:
		items = append(items,
			TextBlock{Text: fmt.Sprintf(c.w.Form.Will, c.withTeam(f.Respondents), c.when(f.Deadline.Due)), Bold: true},
			TextBlock{Text: f.Rung.Label + ". " + fmt.Sprintf(c.w.Common.Working, f.Working), Size: "Small"})
	}
	c.s.say(Container{Style: "emphasis", Items: items})
}

// withTeam names the respondents and the team that the forecast was made for.
func (c *formCard) withTeam(ps []challenge.Party) string {
	i := slices.IndexFunc(c.f.Teams, func(t TeamChoice) bool { return t.ID == c.o.Typed[InTeam] })
	if i < 0 {
		return c.parties(ps)
	}
	return fmt.Sprintf(c.w.Form.ForTeam, c.parties(ps), c.f.Teams[i].Name)
}

// what asks for the concern itself.
func (c *formCard) what() {
	words := c.Ladder.Words
	conference := cmp.Or(words.Conference, c.w.Common.Conference)
	today := c.today()
	s := c.s
	s.add(Input{Kind: InputChoice, ID: InConference, Label: fmt.Sprintf(c.w.Form.Conf, conference), Needed: true, Choices: c.conferences()})
	s.add(Input{Kind: InputDate, ID: InConferenceDate, Label: fmt.Sprintf(c.w.Form.ConfDate, conference), Needed: true,
		Min: today.AddDays(-5 * 366).String(), Max: today.AddDays(366).String()})
	if x := c.Ladder.External; x != nil && x.OnlyLookedAfter && c.fits(ladder.ChildProtection) {
		s.add(Input{Kind: InputChoice, ID: InLookedAfter, Label: fmt.Sprintf(c.w.Form.InCare, x.To), Expanded: true, Value: NoChoice,
			Choices: []Choice{{c.w.Common.No, NoChoice}, {c.w.Common.Yes, "true"}}})
	}
	s.add(Input{Kind: InputText, ID: InRecord, Label: capital(fmt.Sprintf(c.w.Form.Record, cmp.Or(words.RecordID, c.w.Common.RecordNumber))), Needed: true, MaxLength: 20})
	if cats := c.categoryChoices(); len(cats) > 0 {
		s.add(Input{Kind: InputChoice, ID: InCategories, Label: c.w.Form.Cats, Needed: true, Multi: true, Expanded: true, Choices: cats})
	}
	for _, in := range []struct {
		id, label string
		needed    bool
	}{{InConcern, c.w.Form.Concern, true}, {InEvidence, c.w.Form.Evidence, false}, {InAsk, c.w.Form.Ask, true}} {
		s.add(Input{Kind: InputText, ID: in.id, Label: in.label, Needed: in.needed, Multiline: true, MaxLength: challenge.MaxText})
	}
	s.add(Input{Kind: InputDate, ID: InAskBy, Label: c.w.Form.AskBy, Needed: true, Min: today.String(), Max: today.AddDays(550).String()})
}

// fits reports whether something for those plans belongs on the form.
func (c *formCard) fits(p ladder.Plan) bool {
	return (c.f.Plan == "" || c.f.Plan == p) && slices.Contains(c.Ladder.Plans, p)
}

func (c *formCard) conferences() []Choice {
	var out []Choice
	for _, t := range []challenge.ConferenceType{challenge.InitialConference, challenge.ReviewConference, challenge.CareReview} {
		if c.fits(t.Plan()) {
			out = append(out, Choice{c.w.Case.Conferences[t], string(t)})
		}
	}
	return out
}

func (c *formCard) categoryChoices() []Choice {
	var out []Choice
	for _, cat := range c.Ladder.Categories {
		if len(cat.Plans) == 0 || slices.ContainsFunc(cat.Plans, c.fits) {
			out = addChoice(out, Choice{cat.Label, cat.ID})
		}
	}
	return out
}

// start offers the rungs at which the procedure allows a challenge to begin.
func (c *formCard) start() {
	to := []Choice{{fmt.Sprintf(c.w.Form.Usual, c.rungWord()), NoChoice}}
	grounds := []Choice{{c.w.Common.NotNow, NoChoice}}
	for _, sk := range c.Ladder.Skips {
		for _, id := range sk.To {
			to = addChoice(to, Choice{c.rung(id), id})
		}
		for _, g := range sk.Ground {
			grounds = addChoice(grounds, Choice{g.Label, g.ID})
		}
	}
	if len(to) == 1 {
		return
	}
	const box = "start_box"
	c.s.say(ActionSet{Actions: []Action{Toggle{Title: fmt.Sprintf(c.w.Form.Start, c.rungWord()), Target: box}}})
	var items []Element
	items = append(items, c.s.input(Input{Kind: InputChoice, ID: InStartAt, Label: c.w.Form.StartAt, Choices: to, Value: NoChoice})...)
	items = append(items, c.s.input(Input{Kind: InputChoice, ID: InStartGround, Label: c.w.Form.Ground, Choices: grounds, Value: NoChoice})...)
	items = append(items, c.s.input(Input{Kind: InputText, ID: InStartReason, Label: c.w.Form.Reason, Multiline: true, MaxLength: challenge.MaxText})...)
	c.s.say(Container{ID: box, Items: items, Hidden: !c.startTyped()})
}

func (c *formCard) startTyped() bool {
	for _, id := range []string{InStartAt, InStartGround, InStartReason} {
		if v := c.o.Typed[id]; v != "" && v != NoChoice || c.o.Said != nil && c.o.Said.Fields[id] != "" {
			return true
		}
	}
	return false
}
