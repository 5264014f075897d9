package cards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func (b *builder) today() workday.Date { return workday.DateOf(b.Now.In(b.Zone)) }

func (b *builder) formatDateField(s string) string {
	d, err := workday.ParseDate(s)
	if err != nil {
		return s
	}
	return b.words.FormatDate(d)
}

// historyStep is one step as people are told of it.
type historyStep struct {
	at       time.Time
	sentence string
	facts    []Fact // what was written
	// isAnswer marks the answer that counts, which some cards show in full instead.
	isAnswer bool
}

// stepsBeforeOpening are the steps before the card's opening, and replies that came late to one
// of those.
func (b *builder) stepsBeforeOpening() []historyStep {
	var out []historyStep
	for i, e := range b.History {
		late, isLate := e.Body.(challenge.LateResponse)
		if _, opening := e.Body.(challenge.RungOpened); opening && e.Opening >= b.openingNo {
			// From here on only what came late for an opening before.
			for _, rest := range b.History[i+1:] {
				if kept, ok := rest.Body.(challenge.LateResponse); ok && kept.Opening < b.openingNo {
					out = b.appendStep(out, rest)
				}
			}
			return out
		}
		if isLate && late.Opening >= b.openingNo {
			continue
		}
		if _, raised := e.Body.(challenge.Raised); !raised {
			out = b.appendStep(out, e)
		}
	}
	return out
}

// lateResponses are the answers that came late and are kept.
func (b *builder) lateResponses() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		if _, late := e.Body.(challenge.LateResponse); late {
			out = b.appendStep(out, e)
		}
	}
	return out
}

// stepsOfOpening are the steps of the card's opening after it began.
func (b *builder) stepsOfOpening() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		kept, isKept := e.Body.(challenge.LateResponse)
		switch e.Body.(type) {
		case challenge.Responded, challenge.Judged, challenge.Lapsed, challenge.Redated, challenge.CouldNotBeAsked, challenge.Interrupted, challenge.Restored,
			challenge.Released, challenge.Recounted, challenge.HandedOver, challenge.AskedOutside, challenge.QuestionAsked, challenge.QuestionAnswered, challenge.Corrected:
			if _, asksBack := e.Body.(challenge.QuestionAsked); asksBack && b.opts.onlyAsked {
				continue
			}
			if e.Opening == b.openingNo {
				out = b.appendStep(out, e)
			}
		default:
			if isKept && kept.Opening == b.openingNo {
				out = b.appendStep(out, e)
			}
		}
	}
	return out
}

func (b *builder) allSteps() []historyStep {
	var out []historyStep
	for _, e := range b.History {
		out = b.appendStep(out, e)
		if n := len(out); n > 0 && out[n-1].isAnswer && e.Opening == b.openingNo && b.awaitsJudgement() {
			out[n-1].facts = nil // it stands above in full
		}
	}
	return out
}

// addSteps adds entries under a label, the newest first, as many as fit.
func (b *builder) addSteps(label string, all []historyStep) {
	if len(all) == 0 {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true})
	left := max(0, len(all)-b.budget.historyEntries)
	for _, e := range slices.Backward(all[left:]) {
		items := []Element{
			TextBlock{Text: b.formatDateTime(e.at), Size: "Small", Subtle: true},
			TextBlock{Text: e.sentence, Spacing: "None"},
		}
		for _, s := range e.facts {
			if s.Value != "" {
				items = append(items, TextBlock{Text: s.Title + ": " + b.shorten(s.Value, b.budget.historyText), Spacing: "Small"})
			}
		}
		b.add(Container{Items: items, Separator: true})
	}
	if left > 0 {
		b.add(TextBlock{Text: b.words.CountEarlierSteps(left), Bold: true, Spacing: "Small"})
	}
}

// appendStep tells one event. What only the machinery did is left to the audit
// trail.
func (b *builder) appendStep(out []historyStep, e challenge.Event) []historyStep {
	rung, by := b.rungLabel(e.Rung), cmp.Or(e.By.Name, b.words.Common.System)
	step := func(says []Fact, format string, args ...any) []historyStep {
		return append(out, historyStep{at: e.At, sentence: fmt.Sprintf(format, args...), facts: says})
	}
	switch body := e.Body.(type) {
	case challenge.Raised:
		return step(nil, b.words.Step.Raised, by)
	case challenge.RungOpened:
		return append(out, historyStep{at: e.At, sentence: b.describeRungOpened(e, body), facts: b.shorterTimeFacts(body.ShorterWindow)})
	case challenge.RoleVacant:
		return step(nil, b.words.Step.RoleVacant, rung, b.vacancyReason(body.Reason))
	case challenge.Redated:
		return step(nil, b.redatedFormat(body.Reason), rung, b.formatOnDateTime(body.Deadline.Due), body.Explanation)
	case challenge.Undelivered:
		if body.Unconfirmed {
			return step(nil, b.words.Step.Unconfirmed, b.formatAddressee(body))
		}
		return step(nil, b.words.Step.Undelivered, b.formatAddressee(body))
	case challenge.Responded:
		if len(body.Awaits) > 0 {
			out = step(b.responseFacts(body.Response), b.words.Step.RespondedOthersToo, rung, by, b.formatOnBehalf(body.Response), b.formatAfterDue(body.AfterDue))
			out[len(out)-1].isAnswer = !b.replacedAnswers()[e.Seq]
			return out
		}
		format := b.words.Step.Responded
		if body.Replaces {
			format = b.words.Step.Replaced
		}
		out = step(b.responseFacts(body.Response), format, rung, by, b.formatOnBehalf(body.Response), b.formatAfterDue(body.AfterDue))
		out[len(out)-1].isAnswer = !b.replacedAnswers()[e.Seq]
		return out
	case challenge.LateResponse:
		return step(b.responseFacts(body.Response), b.words.Step.LateResponse, rung, by, b.lateBecause(e, body))
	case challenge.Judged:
		if !b.snapshot().IsJudgementOnAnswer(e) {
			return step([]Fact{{b.words.Label.Note, body.Reason}}, b.words.Step.RecordedSettled, by)
		}
		if len(body.Awaits) > 0 {
			return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.JudgedOthersToo, rung, by, b.words.Judge.Verdicts[body.Verdict])
		}
		return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.Judged, rung, b.judgeName(e), b.words.Judge.Verdicts[body.Verdict])
	case challenge.Lapsed:
		return step(nil, b.words.Step.Lapsed, rung, b.formatDateTime(body.Due))
	case challenge.SkippedTo:
		return step([]Fact{{b.words.Label.Grounds, body.Evidence}}, b.words.Step.SkippedTo, by, rung, b.groundLabel(body.To, body.Ground))
	default:
		return b.appendRareStep(out, e)
	}
}

// judgeName is who gave a judgement, and for whom.
func (b *builder) judgeName(judged challenge.Event) string {
	if o := b.Challenge.Opening(judged.Opening); o != nil {
		if p := o.JudgeWho(); p.CoverFor != "" && p.ID == judged.By.ID {
			return b.formatParty(p)
		}
	}
	return cmp.Or(judged.By.Name, b.words.Common.System)
}

func (b *builder) appendRareStep(out []historyStep, e challenge.Event) []historyStep {
	rung, by := b.rungLabel(e.Rung), cmp.Or(e.By.Name, b.words.Common.System)
	step := func(says []Fact, format string, args ...any) []historyStep {
		return append(out, historyStep{at: e.At, sentence: fmt.Sprintf(format, args...), facts: says})
	}
	switch body := e.Body.(type) {
	case challenge.Held:
		return step(nil, b.words.Step.HeldAtGate, rung, b.gateLabels(body.Gates))
	case challenge.GateRecorded:
		g := b.findGate(body.Rung, body.Gate)
		if body.Automatic {
			return step(nil, b.words.Step.GateByItself, g.Label)
		}
		says := append([]Fact{{b.words.Label.Note, body.Note}}, b.fieldFacts(g.Fields, body.Fields)...)
		return step(says, b.words.Step.GateRecorded, g.Label, b.words.Gate.Statuses[body.Status], by, b.formatDated(body.On))
	case challenge.CouldNotBeAsked:
		return append(out, historyStep{at: e.At, sentence: b.describeCouldNotBeAsked(e, body)})
	case challenge.Restored:
		return step(nil, b.words.Step.Restored, b.formatOnDateTime(body.Missing.From), b.formatOnDateTime(body.Missing.To))
	case challenge.Interrupted:
		return append(out, historyStep{at: e.At, sentence: b.describeInterrupted(e, body)})
	case challenge.Released:
		return step(nil, b.words.Step.Released, rung, by, b.formatOnDateTime(body.Deadline.Due))
	case challenge.Recounted:
		return append(out, historyStep{at: e.At, sentence: b.describeRecounted(rung, body)})
	case challenge.Resolved:
		return append(out, historyStep{at: e.At, sentence: b.words.Step.Resolved})
	case challenge.Exhausted:
		return step(nil, b.words.Step.Exhausted, b.rungWord())
	case challenge.EndRequested:
		reason := []Fact{{b.words.Label.Reason, body.Reason}}
		if body.HandOffTo != "" {
			return step(reason, b.words.Step.HandOffRequested, by, b.procedureLabel(body.HandOffTo))
		}
		return step(reason, b.words.Step.EndRequested, by)
	case challenge.ChairSucceeded:
		return step(nil, b.words.Step.ChairSucceeded, by, body.To.Name, body.From.Name)
	case challenge.LapseYielded:
		return step(nil, b.words.Step.LapseYielded, rung, b.formatDateTime(body.ArrivedAt))
	case challenge.QuestionAsked:
		return step([]Fact{{b.words.Label.Question, body.Text}}, b.words.Step.QuestionAsked, rung, by)
	case challenge.QuestionAnswered:
		return step([]Fact{{b.words.Label.Answer, body.Text}}, b.words.Step.QuestionAnswered, rung, by, body.To.Name)
	case challenge.Acknowledged:
		return step(nil, b.words.Step.Acknowledged, by, rung)
	case challenge.NotAcknowledged:
		return step(nil, b.words.Step.NotAcknowledged, rung, b.formatDateTime(body.Due))
	case challenge.Escalated:
		return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.Escalated, by, rung)
	case challenge.UrgencyLifted:
		return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.UrgencyLifted, by)
	case challenge.Withdrawn:
		return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.Withdrawn, by)
	case challenge.HandedOff:
		if body.To == "" {
			return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.ConcernRecorded, by)
		}
		return step([]Fact{{b.words.Label.Reason, body.Reason}}, b.words.Step.HandedOff, by, b.procedureLabel(body.To))
	case challenge.AskedOutside:
		return step([]Fact{{b.words.Label.Note, body.Note}}, b.words.Step.AskedOutside, rung, by, b.words.Step.AskedHow[body.Method], b.words.FormatOnDate(body.On))
	case challenge.HandedOver:
		return append(out, historyStep{at: e.At, sentence: b.describeHandover(e.Rung, body)})
	case challenge.Moved:
		return append(out, historyStep{at: e.At, sentence: b.describeMove(by, body)})
	case challenge.Corrected:
		return step(b.correctionFacts(body), b.words.Step.Corrected, by)
	case challenge.Unattended:
		return append(out, historyStep{at: e.At, sentence: b.describeGaps(body.Gaps)})
	case challenge.Referred:
		return step(b.referralFacts(body.Referral), b.words.Step.Referred, by, body.Referral.To, b.words.FormatOnDate(body.Referral.On))
	}
	return out
}

func (b *builder) referralFacts(r challenge.Referral) []Fact {
	says := []Fact{{b.words.Label.Contact, r.Contact}, {b.words.Label.Note, r.Note}}
	if r.LookedAfter {
		says = append(says, Fact{b.words.Label.LookedAfter, b.words.Common.Yes})
	}
	for label, who := range map[string]map[directory.Role]string{b.words.Label.Informed: r.Informed, b.words.Label.Consulted: r.Consulted} {
		for _, role := range slices.Sorted(maps.Keys(who)) {
			says = append(says, Fact{label + ", " + string(role), who[role]})
		}
	}
	slices.SortStableFunc(says[2:], func(x, y Fact) int { return cmp.Compare(x.Title, y.Title) })
	return says
}

// correctionFacts say what was put right, as it was and as it is.
func (b *builder) correctionFacts(c challenge.Corrected) []Fact {
	var facts []Fact
	if c.WasRecord != "" {
		facts = append(facts, Fact{b.recordNumberLabel(), fmt.Sprintf(b.words.Step.CorrectedTo, c.WasRecord, c.Record)})
	}
	if c.Categories != nil {
		facts = append(facts, Fact{b.words.Label.Categories, fmt.Sprintf(b.words.Step.CorrectedTo, b.categoryLabels(c.WasCategories), b.categoryLabels(c.Categories))})
	}
	return append(facts, Fact{b.words.Label.Reason, c.Reason})
}

func (b *builder) responseFacts(r challenge.Response) []Fact {
	says := append([]Fact{{b.answerLabel(r.Form), r.Text}}, b.responseFieldFacts(r)...)
	var plan []string
	for i, a := range r.Plan {
		plan = append(plan, fmt.Sprintf("%d. ", i+1)+b.formatPlanLine(a, b.budget.historyText))
	}
	return append(says, Fact{b.words.Label.Plan, strings.Join(plan, "\n")})
}

// formatAskedAtOpening is who was asked when a rung opened.
func (b *builder) formatAskedAtOpening(rung string, body challenge.RungOpened) string {
	return b.formatRespondents(&challenge.Opening{Rung: rung, Respondents: body.Respondents})
}

// answerLabel is what the text of an answer is called.
func (b *builder) answerLabel(form ladder.ResponseForm) string {
	if form == ladder.FormWritten || form == ladder.FormPlan || form == "" {
		return b.words.Label.Answer
	}
	return b.responseLabel(form)
}

func (b *builder) vacancyReason(why string) string {
	if why == "conflict" {
		return b.words.Step.VacantByConflict
	}
	return b.words.Step.VacantByDirectory
}

func (b *builder) formatOnBehalf(r challenge.Response) string {
	if r.OnBehalfOf == "" {
		return ""
	}
	return fmt.Sprintf(b.words.Respond.OnBehalfOf, r.OnBehalfOf)
}

func (b *builder) formatAfterDue(after bool) string {
	if after {
		return b.words.Respond.AfterDue
	}
	return ""
}

func (b *builder) formatDated(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf(b.words.Step.GateDated, b.words.FormatDate(d))
}

func (b *builder) formatAddressee(u challenge.Undelivered) string {
	switch {
	case u.To.Team != "":
		return b.words.Common.Channel
	case u.Card == challenge.CardOversight:
		return b.words.Common.Overseer
	}
	return b.personName(u.To.Person)
}

// thisRungTitle heads what happened on the card's own rung.
func (b *builder) thisRungTitle() string { return fmt.Sprintf(b.words.Label.OnThisRung, b.rungWord()) }

func (b *builder) groundLabel(to, id string) string {
	for _, sk := range b.Ladder.Skips {
		for _, g := range sk.Grounds {
			if g.ID == id && slices.Contains(sk.To, to) {
				return g.Label
			}
		}
	}
	return id
}

func (b *builder) procedureLabel(id string) string {
	for _, h := range b.Ladder.HandOffs {
		if h.ID == id {
			return h.Label
		}
	}
	return id
}
