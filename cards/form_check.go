package cards

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/english"
	"challengebot/internal/safetext"
)

// CheckView is the second step: what would be sent, and what would follow.
type CheckView struct {
	FormView
	Raising  challenge.RaiseCommand
	Forecast challenge.Forecast
}

// RenderFormCheck draws the second step. It carries what was filled in out of sight: Send sends it,
// Change gives the form back with it. It is not whole where no card can carry so much.
func RenderFormCheck(v CheckView, o Options) (card Card, whole bool) {
	card = renderWithinLimit(func(size sizeBudget) *builder {
		c := newFormCard(v.FormView, o, size)
		c.typedRestored = true
		c.summary = c.words.Form.CheckSummary
		c.layOutCheck(v)
		return c.builder
	})
	return card, len(card.JSON()) <= MaxBytes
}

func (c *formCard) layOutCheck(v CheckView) {
	c.addSmallPrint(c.words.Form.StepTwo)
	c.addHeading(c.words.Form.CheckTitle)
	doubts := c.askAboutNames(v.Raising)
	c.addForecast(v.Forecast)
	c.addWhatIsSent(v.Raising, v.Forecast)
	d := v.Raising.Details
	for _, text := range []struct{ label, text string }{{c.words.Label.Concern, d.Concern}, {c.words.Label.AskedFor, d.Ask}, {c.words.Label.Evidence, d.Evidence},
		{c.words.Form.StartReason, v.Raising.Reason}, {c.words.Label.RaisedLate, d.LateReason}} {
		c.addLongText(text.label, text.text)
	}
	if s := v.Raising.ShorterWindow; s != nil {
		c.addLongText(c.words.ShorterTime.Label, s.Reason)
	}
	if preface := c.Ladder.Words.Preface; preface != "" {
		c.add(TextBlock{Text: c.words.Form.BeforeYouSend, Bold: true, Heading: true}, TextBlock{Text: preface, Size: "Small", Spacing: "Small"})
	}
	send, change := c.buttonData(VerbRaise), c.buttonData(VerbPreview)
	send.Shown = FingerprintForecast(v.Forecast)
	c.inputs = c.newSection(send)
	for _, id := range formFields {
		if value := c.view.Values[id]; value != "" {
			c.keepOutOfSight(id, value)
		}
	}
	c.add(c.inputs.items...)
	if doubts { // in the place of the other: a second hurried press does no harm
		c.addButtons(ExecuteButton{Title: c.words.Form.Change, Data: change, Primary: true}, ExecuteButton{Title: c.words.Form.SendAsItStands, Data: send})
		return
	}
	c.addButtons(ExecuteButton{Title: c.words.Form.Send, Data: send, Primary: true}, ExecuteButton{Title: c.words.Form.Change, Data: change})
}

// askAboutNames asks, before anything goes anywhere, about what may tell who a child is, and reports
// whether there is such a thing. Whoever wrote it decides.
func (c *formCard) askAboutNames(r challenge.RaiseCommand) bool {
	d := r.Details
	var asks []string
	if safetext.LooksLikePerson(d.RecordNumber, c.Now) {
		asks = append(asks, fmt.Sprintf(c.words.Form.IsRecordAPerson, d.RecordNumber))
	}
	for _, text := range []string{d.Concern, d.Evidence, d.Ask, d.LateReason, r.Reason} {
		for _, found := range safetext.FindPeopleBesideBirth(text, c.Now, c.view.IsStaff) {
			asks = append(asks, fmt.Sprintf(c.words.Form.IsThisAPerson, found))
		}
	}
	if len(asks) == 0 {
		return false
	}
	items := []Element{TextBlock{Text: c.words.Form.DoesItNameAChild, Bold: true}}
	for _, ask := range asks {
		items = append(items, TextBlock{Text: ask, Spacing: "Small"})
	}
	c.add(Container{Style: "warning", Items: items})
	return true
}

// FingerprintForecast tells one forecast from another: who would be asked, and by when.
func FingerprintForecast(f challenge.Forecast) string {
	shown := []string{f.Rung.ID, f.Deadline.Due.UTC().Format(time.RFC3339)}
	for _, p := range f.Respondents {
		shown = append(shown, p.ID, string(p.Role))
	}
	for _, g := range f.Gates {
		shown = append(shown, g.Gate, string(g.Status))
	}
	return FingerprintShown(shown...)
}

// FingerprintShown is ButtonData.Shown of something that a card showed.
func FingerprintShown(shown ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(shown, "\n")))
	return hex.EncodeToString(sum[:8])
}

// addWhatIsSent lists what was chosen, and what was left open.
func (c *formCard) addWhatIsSent(r challenge.RaiseCommand, f challenge.Forecast) {
	d := r.Details
	var facts []Fact
	add := func(title, value string) {
		if value != "" {
			facts = append(facts, Fact{title, value})
		}
	}
	add(c.words.Label.Team, c.teamName(d.Team))
	add(english.Capitalise(cmp.Or(c.Ladder.Words.RecordNumber, c.words.Common.RecordNumber)), d.RecordNumber)
	add(c.words.Label.Conference, c.formatSubject(d))
	add(c.words.Label.Categories, c.categoryLabels(d.Categories))
	if c.Ladder.PartnerConcerns != nil {
		add(c.words.Form.AboutPartner, c.yesOrNo(r.AboutPartner))
	}
	for _, a := range c.view.Agencies {
		if a.ID == d.Agency {
			add(c.words.Form.WhichAgency, a.Name)
		}
	}
	if challenge.AsksLookedAfter(c.Ladder) && !d.IsLookedAfter(c.Ladder) && d.LookedAfterUnsaid {
		add(c.words.Label.LookedAfter, c.words.Form.NotSaid)
	} else if challenge.AsksLookedAfter(c.Ladder) {
		add(c.words.Label.LookedAfter, c.yesOrNo(d.IsLookedAfter(c.Ladder)))
	}
	if u, ok := c.Ladder.UrgencyByID(d.Urgency); ok {
		add(c.words.Form.Urgency, u.Label)
	}
	if d.AskBy != 0 {
		add(c.words.Form.AskBy, c.words.FormatDate(d.AskBy))
	}
	if r.StartAt != "" {
		add(c.words.Form.StartAt, c.rungLabel(r.StartAt))
		add(c.words.Form.StartGround, c.groundLabel(r.Ground))
	} else if f.PartnerRule == nil {
		add(c.words.Form.StartAt, f.Rung.Label)
	}
	add(c.words.Form.Ladder, c.Ladder.Title+" ("+c.Ladder.Authority+")")
	c.add(FactSet{Facts: facts})
}

func (c *formCard) groundLabel(id string) string {
	for _, sk := range c.Ladder.Skips {
		for _, g := range sk.Grounds {
			if g.ID == id {
				return g.Label
			}
		}
	}
	return id
}

func (c *formCard) yesOrNo(v bool) string {
	if v {
		return c.words.Common.Yes
	}
	return c.words.Common.No
}

func (c *formCard) teamName(id string) string {
	for _, t := range c.view.Teams {
		if t.ID == id {
			return t.Name
		}
	}
	return id
}

// addForecast says who will be asked and when the answer is due, before anything is sent.
func (c *formCard) addForecast(f challenge.Forecast) {
	items := []Element{TextBlock{Text: c.words.Form.ForecastTitle, Bold: true, Heading: true}}
	switch {
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
		items = append(items, TextBlock{Text: fmt.Sprintf(c.words.Form.WillBeAskedNoLimit, c.formatParties(f.Respondents)), Bold: true},
			TextBlock{Text: f.Rung.Label + ". " + f.Explanation, Size: "Small"})
	default:
		items = append(items,
			TextBlock{Text: fmt.Sprintf(c.words.Form.WillBeAsked, c.formatParties(f.Respondents), c.formatDateTime(f.Deadline.Due)), Bold: true},
			TextBlock{Text: f.Rung.Label + ". " + fmt.Sprintf(c.words.Common.DueDateWorking, f.Explanation), Size: "Small"})
	}
	c.add(Container{Style: "emphasis", Items: items})
}
