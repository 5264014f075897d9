package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// tell puts one event into sentences, and lists what was written with it.
func (t *teller) tell(e challenge.Event, who string) (string, []Fact) {
	rung := t.rung(e.Rung)
	switch b := e.Body.(type) {
	case challenge.RaisedBody:
		return t.raised(b, who)
	case challenge.RungOpened:
		return t.opened(b, rung)
	case challenge.RoleVacant:
		return fmt.Sprintf("%s was passed over at once, because %s (%s).", rung, vacancyWords(b.Why), t.roles(b.Roles)), nil
	case challenge.Redated:
		return fmt.Sprintf("The card of %s was received late, so its time was counted again: the answer is due by %s.", rung, t.when(b.Deadline.Due)),
			facts(Fact{"How the date was counted", b.Working})
	case challenge.Lapsed:
		return fmt.Sprintf("Nobody answered %s by %s, so its time ended.", rung, t.when(b.Due)), nil
	case challenge.Responded:
		what := fmt.Sprintf("%s answered %s%s.", who, rung, behalf(b.Response))
		if b.AfterDue {
			what += " The answer came after the due time and before the time was ended; it counts."
		}
		return what, responseFacts(b.Response)
	case challenge.ReplyKept:
		return fmt.Sprintf("%s replied to %s%s, %s. The reply is kept and shown; it does not count as the answer.",
			who, rung, behalf(b.Response), cmp.Or(keptWords[b.Why], "too late")), responseFacts(b.Response)
	case challenge.JudgedBody:
		return fmt.Sprintf("%s was %s with the answer to %s.", who, cmp.Or(verdictWords[b.Verdict], string(b.Verdict)), rung),
			facts(Fact{"Reason", b.Reason}, sooner(b.Shorter))
	case challenge.Held:
		return t.held(b, rung)
	case challenge.GateRecorded:
		return t.gateRecorded(b, who)
	default:
		return t.tellRest(e, who)
	}
}

// tellRest tells deliveries, reminders and endings.
func (t *teller) tellRest(e challenge.Event, who string) (string, []Fact) {
	switch b := e.Body.(type) {
	case challenge.Delivered:
		return fmt.Sprintf("Teams took %s for %s.", cardWords(b.Card), t.address(b.To)), nil
	case challenge.Undelivered:
		return fmt.Sprintf("Teams refused %s for %s for good (%s).", cardWords(b.Card), t.address(b.To), b.Code), nil
	case challenge.Reminded:
		return fmt.Sprintf("A reminder went to %s: the answer to %s is due by %s.", t.repliers(e.Visit), t.rung(e.Rung), t.when(b.Due)), nil
	case challenge.Nudged:
		return "Those for whom the challenge waits were told again.", nil
	case challenge.SkippedTo:
		return fmt.Sprintf("%s went straight to %s: %s.", who, t.rung(b.To), t.ground(b.To, b.Ground)), facts(Fact{"Grounds", b.Evidence})
	case challenge.ResolvedBody:
		return "The challenge is resolved.", nil
	case challenge.ExhaustedBody:
		return "The last " + cmp.Or(t.Ladder.Words.Rung, "rung") + " was passed without agreement. The person who raised it and the oversight role were told.", nil
	case challenge.WithdrawnBody:
		return who + " withdrew the challenge.", facts(Fact{"Reason", b.Reason})
	case challenge.HandedOffBody:
		if b.To == "" {
			return who + " recorded a concern about a partner agency. Nobody is asked.", facts(Fact{"Reason", b.Reason})
		}
		return who + " handed the challenge over to " + t.procedure(b.To) + ".", facts(Fact{"Reason", b.Reason})
	case challenge.MessageChanged:
		return fmt.Sprintf("%s %s the message with which step %d was given, in Teams, after it had been acted on. The record keeps what was sent.",
			who, cmp.Or(messageWords[b.Change], "changed"), b.Seq), nil
	case challenge.AskedOutside:
		return fmt.Sprintf("%s asked the respondent of %s, who has no account here, %s on %s.", who, t.rung(e.Rung), askedWords[b.How], b.On.Long()), facts(Fact{"Note", b.Note})
	case challenge.HandedOver:
		if b.Both {
			return fmt.Sprintf("%s is back and may answer %s as well as %s. The due time stays.", t.party(b.To), t.rung(e.Rung), t.party(b.From)), nil
		}
		return fmt.Sprintf("%s was handed over from %s to %s. The due time stays.", t.rung(e.Rung), t.party(b.From), t.party(b.To)), nil
	case challenge.Referred:
		return fmt.Sprintf("%s referred it to %s on %s.", who, b.Referral.To, b.Referral.On.Long()), t.referral(b.Referral)
	}
	return "An event of a kind that this program does not know.", nil
}

func (t *teller) raised(b challenge.RaisedBody, who string) (string, []Fact) {
	d := b.Details
	what := fmt.Sprintf("%s (%s) raised %s %s about the record %s, after the %s of %s.", who, cmp.Or(t.Ladder.Words.Chair, "chair"),
		cmp.Or(t.Ladder.Words.Challenge, "challenge"), b.Ref, d.Record, conferenceWords[d.Conference], d.ConferenceDate.Long())
	if !b.CaseDue.IsZero() {
		what += " The whole challenge is to end by " + t.when(b.CaseDue) + "."
	}
	var reasons []string
	for _, id := range d.Categories {
		label := id
		if i := slices.IndexFunc(t.Ladder.Categories, func(c ladder.Category) bool { return c.ID == id }); i >= 0 {
			label = t.Ladder.Categories[i].Label
		}
		reasons = append(reasons, label)
	}
	return what, facts(
		Fact{"Team", t.team(d.Team)}, Fact{"Agency", d.Agency},
		Fact{"Categories", strings.Join(reasons, "; ")},
		Fact{"The concern", d.Concern}, Fact{"What it rests on", d.Evidence}, Fact{"What is asked for", d.Ask},
		Fact{"Asked for by", d.AskBy.Long()},
		Fact{"Procedure", fmt.Sprintf("%s, version %d (%s)", b.Ladder, b.LadderVersion, b.LadderDigest)},
		Fact{"Calendar", b.Calendar}, sooner(b.Shorter))
}

func (t *teller) opened(b challenge.RungOpened, rung string) (string, []Fact) {
	verb := " was"
	if len(b.Respondents) != 1 {
		verb = " were"
	}
	what := fmt.Sprintf("%s began%s. %s%s asked to answer by %s. %s decides on the answer.",
		rung, causeWords[b.Cause], t.parties(b.Respondents), verb, t.when(b.Deadline.Due), t.party(b.Judge))
	if b.LimitPassed {
		what += " The limit of the whole challenge had passed before, so the shortest time that may be given was given."
	}
	if b.CaseStart != 0 && !b.CaseDue.IsZero() {
		what += " The whole challenge is to end by " + t.when(b.CaseDue) + "."
	}
	return what, facts(Fact{"Told of it", t.parties(b.Alerted)}, Fact{"How the date was counted", b.Working}, sooner(b.Shorter))
}

// sooner is a request for a shorter time, empty without one.
func sooner(s *challenge.Shorter) Fact {
	if s == nil {
		return Fact{}
	}
	return Fact{"Answer asked for within " + workday.Window{N: s.Days}.String(), s.Reason}
}

func (t *teller) held(b challenge.Held, rung string) (string, []Fact) {
	what := fmt.Sprintf("The challenge waits before %s%s.", rung, causeWords[b.Why])
	if !b.Opens.IsZero() {
		what += " It goes on by itself at " + t.when(b.Opens) + "."
	}
	var says []Fact
	for _, g := range b.Gates {
		from := t.parties(g.Openers)
		if len(g.Consulted) > 0 {
			from += "; consulted: " + t.parties(g.Consulted)
		}
		says = append(says, Fact{t.gate(g.Rung, g.Gate).Label, statusWords[g.Status] + " (" + from + ")"})
	}
	return what, facts(says...)
}

func (t *teller) gateRecorded(b challenge.GateRecorded, who string) (string, []Fact) {
	g := t.gate(b.Rung, b.Gate)
	if b.ByItself {
		return fmt.Sprintf("The time for “%s” ended, so the challenge went on by itself.", g.Label), nil
	}
	status := statusWords[b.Status]
	if b.Status == challenge.GatePassed && b.Needs == ladder.Agreed {
		status = "agreed"
	}
	what := fmt.Sprintf("%s recorded “%s”: %s.", who, g.Label, status)
	if b.Ahead {
		what += " This was ahead of " + t.rung(b.Rung) + "."
	}
	says := []Fact{{"Note", b.Note}}
	if b.On != 0 {
		says = append(says, Fact{"On", b.On.Long()})
	}
	labels := map[string]string{}
	for _, f := range g.Fields {
		labels[f.ID] = f.Label
	}
	return what, facts(append(says, fieldFacts(labels, b.Fields)...)...)
}

func responseFacts(r challenge.Response) []Fact {
	says := []Fact{{"The answer", r.Text}}
	labels := map[string]string{}
	for _, f := range r.Form.Fields() {
		labels[f.ID] = f.Label
	}
	says = append(says, fieldFacts(labels, r.Fields)...)
	for i, a := range r.Plan {
		says = append(says, Fact{"Agreed action " + strconv.Itoa(i+1), fmt.Sprintf("%s; %s; by %s", a.What, a.Who, a.By.Long())})
	}
	return facts(says...)
}

// fieldFacts are what stood in the fields of a form, in the order of their ids.
func fieldFacts(labels, values map[string]string) []Fact {
	var out []Fact
	for _, id := range slices.Sorted(maps.Keys(values)) {
		text := values[id]
		if d, err := workday.ParseDate(text); err == nil {
			text = d.Long()
		}
		out = append(out, Fact{cmp.Or(labels[id], id), text})
	}
	return out
}

func (t *teller) referral(r challenge.Referral) []Fact {
	says := []Fact{{"Contact", r.Contact}}
	for _, part := range []struct {
		label string
		who   map[string]string
	}{{"Informed", r.Informed}, {"Consulted", r.Consulted}} {
		for _, role := range slices.Sorted(maps.Keys(part.who)) {
			says = append(says, Fact{part.label + " (" + t.Ladder.RoleLabel(ladder.Role(role)) + ")", part.who[role]})
		}
	}
	return facts(append(says, Fact{"Note", r.Note})...)
}

func (t *teller) repliers(visit int) string {
	v, ok := t.visits[visit]
	if !ok || len(v.Repliers) == 0 {
		return "those who were asked"
	}
	out := make([]string, len(v.Repliers))
	for i, id := range v.Repliers {
		out[i] = t.person(id)
	}
	return list(out)
}

func (t *teller) roles(roles []ladder.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = t.Ladder.RoleLabel(r)
	}
	return list(out)
}

// gate finds a gate before a rung, or one that has only its id left.
func (t *teller) gate(rung, id string) ladder.Gate {
	if r, ok := t.Ladder.Rung(rung); ok {
		for _, g := range r.Gates {
			if g.ID == id {
				return g
			}
		}
	}
	for _, s := range t.Ladder.Skips {
		for _, g := range s.Gates {
			if g.ID == id && slices.Contains(s.To, rung) {
				return g
			}
		}
	}
	if id == "go-on" { // the domain's own, before the rung above one that prompts
		return ladder.Gate{ID: id, Label: "Decide to go on"}
	}
	return ladder.Gate{ID: id, Label: id}
}

func (t *teller) ground(to, id string) string {
	for _, s := range t.Ladder.Skips {
		for _, g := range s.Ground {
			if g.ID == id && slices.Contains(s.To, to) {
				return g.Label
			}
		}
	}
	return id
}

func (t *teller) procedure(id string) string {
	for _, h := range t.Ladder.HandOffs {
		if h.ID == id {
			return h.Label
		}
	}
	return id
}

func behalf(r challenge.Response) string {
	if r.OnBehalfOf == "" {
		return ""
	}
	return " on behalf of " + r.OnBehalfOf
}

func vacancyWords(why string) string {
	if why == "conflict" {
		return "those who hold the role had raised, judged or answered the challenge themselves"
	}
	return "nobody holds the role"
}

func cardWords(c challenge.Card) string {
	return cmp.Or(map[challenge.Card]string{
		challenge.CardRespond: "the card to answer on", challenge.CardReminder: "the reminder",
		challenge.CardJudge: "the card to decide on the answer", challenge.CardGate: "the card of a step before the next rung",
		challenge.CardCase: "the news of where the challenge stands", challenge.CardAlert: "the news that a rung began",
		challenge.CardNotice: "the notice", challenge.CardOversight: "the news of what nobody answers",
	}[c], "a card")
}

var conferenceWords = map[challenge.ConferenceType]string{
	challenge.InitialConference: "initial child protection conference",
	challenge.ReviewConference:  "review child protection conference",
	challenge.CareReview:        "review for a child who is looked after",
}

var verdictWords = map[challenge.Verdict]string{
	challenge.Satisfied: "satisfied", challenge.Partly: "partly satisfied", challenge.NotSatisfied: "not satisfied",
}

var statusWords = map[challenge.GateStatus]string{
	challenge.GateClosed: "still to do", challenge.GatePassed: "done", challenge.GateRefused: "not agreed",
	challenge.GateOverridden: "not agreed, going on all the same",
}

var causeWords = map[challenge.Cause]string{
	challenge.ByLapse:       " because nobody had answered in time",
	challenge.ByVacancy:     " because there was nobody to ask below it",
	challenge.ByUnsatisfied: " because the answer below did not satisfy",
	challenge.ByPartly:      " once more because the answer satisfied in part",
	challenge.BySkip:        " by direct entry",
	challenge.ByGate:        " after what it waited for",
}

var askedWords = map[challenge.How]string{challenge.ByTelephone: "by telephone", challenge.ByEmail: "by e-mail"}

var messageWords = map[challenge.MessageChange]string{
	challenge.MessageEdited: "edited", challenge.MessageDeleted: "deleted", challenge.MessageRestored: "restored",
}

var keptWords = map[string]string{
	"lapsed": "after its time had ended", "answered": "after somebody else had answered",
	"moved_on": "after the challenge had moved on", "closed": "after the challenge had ended",
	"handed_over": "after it had been handed over",
}
