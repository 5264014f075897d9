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

func dateWords(s string) string {
	d, err := workday.ParseDate(s)
	if err != nil {
		return s
	}
	return d.Long()
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
		b.add(TextBlock{Text: wordsEarlier(left), Bold: true, Spacing: "Small"})
		all = all[left:]
	}
	for _, e := range all {
		items := []Element{
			TextBlock{Text: b.when(e.at), Size: "Small", Subtle: true},
			TextBlock{Text: e.what, Spacing: "None"},
		}
		for _, s := range e.says {
			if s.Value != "" {
				items = append(items, TextBlock{Text: s.Title + ": " + shorten(s.Value, b.fit.older), Spacing: "Small"})
			}
		}
		b.add(Container{Items: items, Separator: true})
	}
}

// appendEntry tells one event. What only the machinery did is left to the audit
// trail.
func (b *builder) appendEntry(out []entry, e challenge.Event) []entry {
	rung, by := b.rung(e.Rung), cmp.Or(e.By.Name, "The system")
	step := func(says []Fact, format string, args ...any) []entry {
		return append(out, entry{at: e.At, what: fmt.Sprintf(format, args...), says: says})
	}
	switch body := e.Body.(type) {
	case challenge.RaisedBody:
		return step(nil, "%s raised this.", by)
	case challenge.RungOpened:
		return step(sooner(body.Shorter), "%s: %s asked to answer by %s.", rung, b.openedTo(e.Rung, body), b.when(body.Deadline.Due))
	case challenge.RoleVacant:
		return step(nil, "%s: nobody could be asked, because %s. It went on at once.", rung, vacantWords(body.Why))
	case challenge.Redated:
		return step(nil, "%s: the card arrived late, so the time was counted again. The answer is due on %s. %s", rung, b.when(body.Deadline.Due), body.Working)
	case challenge.Undelivered:
		return step(nil, "Teams did not take the message to %s. Please reach them another way.", b.addressee(body.To))
	case challenge.Responded:
		out = step(b.responseSays(body.Response), "%s: %s answered%s%s.", rung, by, behalf(body.Response), afterDue(body.AfterDue))
		out[len(out)-1].answer = true
		return out
	case challenge.ReplyKept:
		return step(b.responseSays(body.Response), "%s: a late reply from %s, %s. It is kept and shown, and does not count as the answer.",
			rung, by, cmp.Or(keptWords[body.Why], "after the challenge had moved on"))
	case challenge.JudgedBody:
		if !b.judgedAnswer(e) {
			return step([]Fact{{labelNote, body.Reason}}, "%s recorded the matter as settled.", by)
		}
		return step([]Fact{{labelReason, body.Reason}}, "%s: %s is %s with the answer.", rung, by, verdictWords[body.Verdict])
	case challenge.Lapsed:
		return step(nil, "%s: no answer had come by %s, so the time ended.", rung, b.when(body.Due))
	case challenge.SkippedTo:
		return step([]Fact{{"Grounds", body.Evidence}}, "%s went straight to %s: %s.", by, rung, b.ground(body.To, body.Ground))
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
	rung, by := b.rung(e.Rung), cmp.Or(e.By.Name, "The system")
	step := func(says []Fact, format string, args ...any) []entry {
		return append(out, entry{at: e.At, what: fmt.Sprintf(format, args...), says: says})
	}
	switch body := e.Body.(type) {
	case challenge.Held:
		return step(nil, "It waits before %s for: %s.", rung, b.gateLabels(body.Gates))
	case challenge.GateRecorded:
		g := b.gate(body.Rung, body.Gate)
		if body.ByItself {
			return step(nil, "%s: the time for this ended, so it went on by itself.", g.Label)
		}
		says := append([]Fact{{labelNote, body.Note}}, fieldFacts(g.Fields, body.Fields)...)
		return step(says, "%s: %s (recorded by %s%s).", g.Label, statusWords[body.Status], by, onDate(body.On))
	case challenge.ResolvedBody:
		return step(nil, "This is settled.")
	case challenge.ExhaustedBody:
		return step(nil, "The last %s was passed without agreement.", b.rungWord())
	case challenge.WithdrawnBody:
		return step([]Fact{{labelReason, body.Reason}}, "%s withdrew this.", by)
	case challenge.HandedOffBody:
		if body.To == "" {
			return step([]Fact{{labelReason, body.Reason}}, "%s recorded this concern about a partner agency. Nobody is asked.", by)
		}
		return step([]Fact{{labelReason, body.Reason}}, "%s handed this over to: %s.", by, b.procedure(body.To))
	case challenge.AskedOutside:
		return step([]Fact{{labelNote, body.Note}}, "%s: %s recorded that the question was put %s on %s.", rung, by, askedWords[body.How], body.On.Long())
	case challenge.HandedOver:
		return step(nil, "%s: handed over from %s to %s. The date stays.", rung, b.party(body.From), b.party(body.To))
	case challenge.Referred:
		return step(b.referralSays(body.Referral), "%s referred this to %s on %s.", by, body.Referral.To, body.Referral.On.Long())
	}
	return out
}

func (b *builder) referralSays(r challenge.Referral) []Fact {
	says := []Fact{{"Contact", r.Contact}, {labelNote, r.Note}}
	for label, who := range map[string]map[string]string{"Informed": r.Informed, "Consulted": r.Consulted} {
		for _, role := range slices.Sorted(maps.Keys(who)) {
			says = append(says, Fact{label + ", " + role, who[role]})
		}
	}
	slices.SortStableFunc(says[2:], func(x, y Fact) int { return cmp.Compare(x.Title, y.Title) })
	return says
}

func (b *builder) responseSays(r challenge.Response) []Fact {
	says := append([]Fact{{answerLabel(r.Form), r.Text}}, fieldsOf(r)...)
	var plan []string
	for i, a := range r.Plan {
		plan = append(plan, fmt.Sprintf("%d. ", i+1)+planLine(a, b.fit.older))
	}
	return append(says, Fact{labelPlan, strings.Join(plan, "\n")})
}

// openedTo is who was asked when a rung opened.
func (b *builder) openedTo(rung string, body challenge.RungOpened) string {
	who := b.respondents(&challenge.Visit{Rung: rung, Respondents: body.Respondents})
	return who + wereAsked(max(1, len(body.Respondents)))
}

// answerLabel is what the text of an answer is called.
func answerLabel(form ladder.Form) string {
	if form == ladder.FormReply || form == ladder.FormPlan || form == "" {
		return labelAnswer
	}
	return respondLabel(form)
}

func wereAsked(n int) string {
	if n == 1 {
		return " was"
	}
	return " were"
}

func vacantWords(why string) string {
	if why == "conflict" {
		return "whoever holds the role has another part in this challenge"
	}
	return "nobody holds the role"
}

func behalf(r challenge.Response) string {
	if r.OnBehalfOf == "" {
		return ""
	}
	return " on behalf of " + r.OnBehalfOf
}

func afterDue(after bool) string {
	if after {
		return " after the time had ended"
	}
	return ""
}

func onDate(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return ", dated " + d.Long()
}

func (b *builder) addressee(to challenge.Address) string {
	if to.Team != "" {
		return "the team's channel"
	}
	return b.name(to.Person)
}

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
