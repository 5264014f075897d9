package cards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func (b *builder) today() workday.Date { return workday.DateOf(b.Now.In(b.Zone)) }

func (b *builder) dateWords(s string) string {
	d, err := workday.ParseDate(s)
	if err != nil {
		return s
	}
	return b.w.Day(d)
}

// entry is one step as people are told of it.
type entry struct {
	at   time.Time
	what string
	says []Fact // what was written
	// answer marks the answer that counts, which some cards show in full instead.
	answer bool
}

// earlier are the steps before the card's visit, and replies that came late to one
// of those.
func (b *builder) earlier() []entry {
	var out []entry
	for i, e := range b.History {
		late, isLate := e.Body.(challenge.ReplyKept)
		if _, opening := e.Body.(challenge.RungOpened); opening && e.Visit >= b.visit {
			// From here on only what came late for a visit before.
			for _, rest := range b.History[i+1:] {
				if kept, ok := rest.Body.(challenge.ReplyKept); ok && kept.Visit < b.visit {
					out = b.appendEntry(out, rest)
				}
			}
			return out
		}
		if isLate && late.Visit >= b.visit {
			continue
		}
		if _, raised := e.Body.(challenge.RaisedBody); !raised {
			out = b.appendEntry(out, e)
		}
	}
	return out
}

// ownVisit are the steps of the card's visit after its opening.
func (b *builder) ownVisit() []entry {
	var out []entry
	for _, e := range b.History {
		kept, isKept := e.Body.(challenge.ReplyKept)
		switch e.Body.(type) {
		case challenge.Responded, challenge.JudgedBody, challenge.Lapsed, challenge.Redated, challenge.HandedOver, challenge.AskedOutside:
			if e.Visit == b.visit {
				out = b.appendEntry(out, e)
			}
		default:
			if isKept && kept.Visit == b.visit {
				out = b.appendEntry(out, e)
			}
		}
	}
	return out
}

func (b *builder) wholeHistory() []entry {
	var out []entry
	for _, e := range b.History {
		out = b.appendEntry(out, e)
		if n := len(out); n > 0 && out[n-1].answer && e.Visit == b.visit && b.awaitsJudgement() {
			out[n-1].says = nil // it stands above in full
		}
	}
	return out
}

// steps adds entries under a label: the newest, as many as fit.
func (b *builder) steps(label string, all []entry) {
	if len(all) == 0 {
		return
	}
	b.add(TextBlock{Text: label, Bold: true, Heading: true})
	if left := len(all) - b.fit.entries; left > 0 {
		b.add(TextBlock{Text: b.w.Earlier(left), Bold: true, Spacing: "Small"})
		all = all[left:]
	}
	for _, e := range all {
		items := []Element{
			TextBlock{Text: b.when(e.at), Size: "Small", Subtle: true},
			TextBlock{Text: e.what, Spacing: "None"},
		}
		for _, s := range e.says {
			if s.Value != "" {
				items = append(items, TextBlock{Text: s.Title + ": " + b.shorten(s.Value, b.fit.older), Spacing: "Small"})
			}
		}
		b.add(Container{Items: items, Separator: true})
	}
}

// appendEntry tells one event. What only the machinery did is left to the audit
// trail.
func (b *builder) appendEntry(out []entry, e challenge.Event) []entry {
	rung, by := b.rung(e.Rung), cmp.Or(e.By.Name, b.w.Common.System)
	step := func(says []Fact, format string, args ...any) []entry {
		return append(out, entry{at: e.At, what: fmt.Sprintf(format, args...), says: says})
	}
	switch body := e.Body.(type) {
	case challenge.RaisedBody:
		return step(nil, b.w.Step.Raised, by)
	case challenge.RungOpened:
		return step(b.sooner(body.Shorter), b.openedWords(body), rung, b.openedTo(e.Rung, body), b.when(body.Deadline.Due))
	case challenge.RoleVacant:
		return step(nil, b.w.Step.Vacant, rung, b.vacantWords(body.Why))
	case challenge.Redated:
		return step(nil, b.w.Step.Redated, rung, b.on(body.Deadline.Due), body.Working)
	case challenge.Undelivered:
		return step(nil, b.w.Step.Undelivered, b.addressee(body))
	case challenge.Responded:
		out = step(b.responseSays(body.Response), b.w.Step.Answered, rung, by, b.behalf(body.Response), b.afterDue(body.AfterDue))
		out[len(out)-1].answer = true
		return out
	case challenge.ReplyKept:
		return step(b.responseSays(body.Response), b.w.Step.Kept,
			rung, by, cmp.Or(b.w.Step.Why[body.Why], b.w.Step.Why["moved_on"]))
	case challenge.JudgedBody:
		if !b.judgedAnswer(e) {
			return step([]Fact{{b.w.Label.Note, body.Reason}}, b.w.Step.Settled, by)
		}
		return step([]Fact{{b.w.Label.Reason, body.Reason}}, b.w.Step.Judged, rung, by, b.w.Judge.Verdicts[body.Verdict])
	case challenge.Lapsed:
		return step(nil, b.w.Step.Lapsed, rung, b.when(body.Due))
	case challenge.SkippedTo:
		return step([]Fact{{b.w.Label.Grounds, body.Evidence}}, b.w.Step.Skipped, by, rung, b.ground(body.To, body.Ground))
	default:
		return b.appendLater(out, e)
	}
}

// judgedAnswer reports whether a judgement was on an answer. While a challenge waits
// at a gate or past the top, the chair may find the matter settled without one.
func (b *builder) judgedAnswer(judged challenge.Event) bool {
	waiting := false
	for _, e := range b.History {
		if e.Seq >= judged.Seq {
			break
		}
		switch e.Body.(type) {
		case challenge.Responded:
			waiting = true
		case challenge.JudgedBody, challenge.RungOpened, challenge.Held, challenge.ExhaustedBody:
			waiting = false
		}
	}
	return waiting
}

func (b *builder) appendLater(out []entry, e challenge.Event) []entry {
	rung, by := b.rung(e.Rung), cmp.Or(e.By.Name, b.w.Common.System)
	step := func(says []Fact, format string, args ...any) []entry {
		return append(out, entry{at: e.At, what: fmt.Sprintf(format, args...), says: says})
	}
	switch body := e.Body.(type) {
	case challenge.Held:
		return step(nil, b.w.Step.Held, rung, b.gateLabels(body.Gates))
	case challenge.GateRecorded:
		g := b.gate(body.Rung, body.Gate)
		if body.ByItself {
			return step(nil, b.w.Step.GateByItself, g.Label)
		}
		says := append([]Fact{{b.w.Label.Note, body.Note}}, b.fieldFacts(g.Fields, body.Fields)...)
		return step(says, b.w.Step.Gate, g.Label, b.w.Gate.Status[body.Status], by, b.onDate(body.On))
	case challenge.ResolvedBody:
		return append(out, entry{at: e.At, what: b.w.Step.Resolved})
	case challenge.ExhaustedBody:
		return step(nil, b.w.Step.Exhausted, b.rungWord())
	case challenge.WithdrawnBody:
		return step([]Fact{{b.w.Label.Reason, body.Reason}}, b.w.Step.Withdrawn, by)
	case challenge.HandedOffBody:
		if body.To == "" {
			return step([]Fact{{b.w.Label.Reason, body.Reason}}, b.w.Step.Recorded, by)
		}
		return step([]Fact{{b.w.Label.Reason, body.Reason}}, b.w.Step.HandedOff, by, b.procedure(body.To))
	case challenge.AskedOutside:
		return step([]Fact{{b.w.Label.Note, body.Note}}, b.w.Step.Asked, rung, by, b.w.Step.How[body.How], b.w.OnDay(body.On))
	case challenge.HandedOver:
		if body.Both {
			return step(nil, b.w.Step.BackAgain, rung, b.party(body.To), b.party(body.From))
		}
		return step(nil, b.w.Step.HandedOver, rung, b.party(body.From), b.party(body.To))
	case challenge.Referred:
		return step(b.referralSays(body.Referral), b.w.Step.Referred, by, body.Referral.To, b.w.OnDay(body.Referral.On))
	}
	return out
}

func (b *builder) referralSays(r challenge.Referral) []Fact {
	says := []Fact{{b.w.Label.Contact, r.Contact}, {b.w.Label.Note, r.Note}}
	for label, who := range map[string]map[string]string{b.w.Label.Informed: r.Informed, b.w.Label.Consulted: r.Consulted} {
		for _, role := range slices.Sorted(maps.Keys(who)) {
			says = append(says, Fact{label + ", " + role, who[role]})
		}
	}
	slices.SortStableFunc(says[2:], func(x, y Fact) int { return cmp.Compare(x.Title, y.Title) })
	return says
}

func (b *builder) responseSays(r challenge.Response) []Fact {
	says := append([]Fact{{b.answerLabel(r.Form), r.Text}}, b.fieldsOf(r)...)
	var plan []string
	for i, a := range r.Plan {
		plan = append(plan, fmt.Sprintf("%d. ", i+1)+b.planLine(a, b.fit.older))
	}
	return append(says, Fact{b.w.Label.Plan, strings.Join(plan, "\n")})
}

// openedTo is who was asked when a rung opened.
func (b *builder) openedTo(rung string, body challenge.RungOpened) string {
	return b.respondents(&challenge.Visit{Rung: rung, Respondents: body.Respondents})
}

func (b *builder) openedWords(body challenge.RungOpened) string {
	if len(body.Respondents) > 1 {
		return b.w.Step.OpenedSeveral
	}
	return b.w.Step.Opened
}

// answerLabel is what the text of an answer is called.
func (b *builder) answerLabel(form ladder.Form) string {
	if form == ladder.FormReply || form == ladder.FormPlan || form == "" {
		return b.w.Label.Answer
	}
	return b.respondLabel(form)
}

func (b *builder) vacantWords(why string) string {
	if why == "conflict" {
		return b.w.Step.VacantConflict
	}
	return b.w.Step.VacantRole
}

func (b *builder) behalf(r challenge.Response) string {
	if r.OnBehalfOf == "" {
		return ""
	}
	return fmt.Sprintf(b.w.Respond.Behalf, r.OnBehalfOf)
}

func (b *builder) afterDue(after bool) string {
	if after {
		return b.w.Respond.Late
	}
	return ""
}

func (b *builder) onDate(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf(b.w.Step.Dated, b.w.Day(d))
}

func (b *builder) addressee(u challenge.Undelivered) string {
	switch {
	case u.To.Team != "":
		return b.w.Common.Channel
	case u.Card == challenge.CardOversight:
		return b.w.Common.Overseer
	}
	return b.name(u.To.Person)
}

// onThis heads what happened on the card's own rung.
func (b *builder) onThis() string { return fmt.Sprintf(b.w.Label.OnThis, b.rungWord()) }

func (b *builder) ground(to, id string) string {
	for _, sk := range b.Ladder.Skips {
		for _, g := range sk.Ground {
			if g.ID == id && slices.Contains(sk.To, to) {
				return g.Label
			}
		}
	}
	return id
}

func (b *builder) procedure(id string) string {
	for _, h := range b.Ladder.HandOffs {
		if h.ID == id {
			return h.Label
		}
	}
	return id
}
