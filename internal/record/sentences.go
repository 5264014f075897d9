package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// describeEvent puts one event into sentences, and lists what was written with it.
func (n *narrator) describeEvent(e challenge.Event, who string) (string, []Fact) {
	rung := n.rungLabel(e.Rung)
	switch b := e.Body.(type) {
	case challenge.Raised:
		return n.describeRaised(b, who)
	case challenge.RungOpened:
		return n.describeRungOpened(e, b, rung)
	case challenge.RoleVacant:
		return fmt.Sprintf("%s was passed over at once, because %s (%s).", rung, vacancyReason(b.Reason), n.formatRoles(b.Roles)), nil
	case challenge.Redated:
		return n.describeRedated(b, rung)
	case challenge.Lapsed:
		return fmt.Sprintf("Nobody answered %s by %s, so its time ended.", rung, n.formatDateTime(b.Due)), nil
	case challenge.Responded:
		what := fmt.Sprintf("%s answered %s%s.", who, rung, formatOnBehalf(b.Response))
		if b.Replaces {
			what = fmt.Sprintf("%s put another answer to %s%s in the place of their own, which nobody had judged.", who, rung, formatOnBehalf(b.Response))
		}
		if b.AfterDue {
			what += " The answer came after the due time and before the time was ended; it counts."
		}
		if len(b.Awaits) > 0 {
			what += " Each of those who were asked must answer; still awaited: " + n.formatPeople(b.Awaits) + "."
		}
		return what, responseFacts(b.Response)
	case challenge.LateResponse:
		return fmt.Sprintf("%s replied to %s%s, %s. The reply is kept and shown; it does not count as the answer.",
			who, rung, formatOnBehalf(b.Response), cmp.Or(lateResponseWords[n.ReasonOfLate(e, b)], "too late")), responseFacts(b.Response)
	case challenge.Judged:
		if !n.IsJudgementOnAnswer(e) {
			return who + " recorded the matter as settled.", nonEmptyFacts(Fact{"Note", b.Reason})
		}
		what := fmt.Sprintf("%s was %s with the answer to %s.", who, cmp.Or(verdictWords[b.Verdict], string(b.Verdict)), rung)
		if len(b.Awaits) > 0 {
			what += " All who decide must be satisfied; still awaited: " + n.formatParties(b.Awaits) + "."
		}
		return what,
			nonEmptyFacts(Fact{"Reason", b.Reason}, shorterTimeFact(b.ShorterWindow))
	case challenge.Held:
		return n.describeHeld(b, rung)
	case challenge.GateRecorded:
		return n.describeGateRecorded(b, who)
	default:
		return n.describeRareEvent(e, who)
	}
}

// describeRareEvent tells deliveries, reminders and endings.
func (n *narrator) describeRareEvent(e challenge.Event, who string) (string, []Fact) {
	switch b := e.Body.(type) {
	case challenge.Delivered:
		return fmt.Sprintf("Teams took %s for %s.", cardWords(b.Card), n.formatAddress(b.To)), nil
	case challenge.Undelivered:
		switch {
		case b.Unconfirmed:
			return fmt.Sprintf("It could not be confirmed that Teams took %s for %s (%s).", cardWords(b.Card), n.formatAddress(b.To), b.Code), nil
		case b.Passing:
			return fmt.Sprintf("Teams did not take %s for %s (%s).", cardWords(b.Card), n.formatAddress(b.To), b.Code), nil
		}
		return fmt.Sprintf("Teams refused %s for %s for good (%s).", cardWords(b.Card), n.formatAddress(b.To), b.Code), nil
	case challenge.Reminded:
		return fmt.Sprintf("A reminder was queued for %s: the answer to %s is due by %s.", n.formatReminded(e.Opening, b), n.rungLabel(e.Rung), n.formatDateTime(b.Due)), nil
	case challenge.Nudged:
		if b.InDigest {
			return "It waited still, and was queued in that day's digest for those for whom it waited.", nil
		}
		return "News of it was queued again for those for whom the challenge waits.", nil
	case challenge.CouldNotBeAsked:
		return n.describeCouldNotBeAsked(b, n.rungLabel(e.Rung)), nil
	case challenge.Interrupted:
		return n.describeInterrupted(b, n.rungLabel(e.Rung))
	case challenge.Released:
		return fmt.Sprintf("%s let the time of %s run on: the answer is due by %s.", who, n.rungLabel(e.Rung), n.formatDateTime(b.Deadline.Due)),
			nonEmptyFacts(Fact{"How the date was counted", b.Explanation})
	case challenge.Recounted:
		return n.describeRecounted(b, n.rungLabel(e.Rung))
	case challenge.SkippedTo:
		return fmt.Sprintf("%s went straight to %s: %s.", who, n.rungLabel(b.To), n.groundLabel(b.To, b.Ground)), nonEmptyFacts(Fact{"Grounds", b.Evidence})
	case challenge.Resolved:
		return "The challenge is resolved.", nil
	case challenge.Exhausted:
		return "The last " + cmp.Or(n.Ladder.Words.Rung, "rung") + " was passed without agreement. News of it was queued for the person who raised it and for those who oversee challenges.", nil
	case challenge.EndRequested:
		what := " asked the person who raised the challenge to withdraw it."
		if b.HandOffTo != "" {
			what = " asked the person who raised the challenge to hand it over to " + n.procedureLabel(b.HandOffTo) + "."
		}
		return who + what, nonEmptyFacts(Fact{"Reason", b.Reason})
	case challenge.ChairSucceeded:
		return fmt.Sprintf("%s named %s as the chair of the challenge in the place of %s, who is no longer in the directory.",
			who, b.To.Name, b.From.Name), nil
	case challenge.Restored:
		what := fmt.Sprintf("The database was restored from a backup. What was done from %s to %s may be missing here.", n.formatDateTime(b.Missing.From), n.formatDateTime(b.Missing.To))
		if len(b.Waited) > 0 {
			what += fmt.Sprintf(" The challenge waited for %s, who may have answered then.", n.formatPeople(b.Waited))
		}
		return what, nil
	case challenge.LapseYielded:
		return fmt.Sprintf("An answer to %s had arrived on %s, before its time ended on %s, and could be written only now. It counts.", n.rungLabel(e.Rung),
			n.formatDateTime(b.ArrivedAt), n.formatDateTime(b.Due)), nil
	case challenge.Acknowledged:
		return fmt.Sprintf("%s acknowledged the question of %s.", who, n.rungLabel(e.Rung)), nil
	case challenge.QuestionAsked:
		return fmt.Sprintf("%s asked the person who raised the challenge something about %s.", who, n.rungLabel(e.Rung)), nonEmptyFacts(Fact{"Question", b.Text})
	case challenge.QuestionAnswered:
		return fmt.Sprintf("%s answered the question of %s.", who, b.To.Name), nonEmptyFacts(Fact{"Answer", b.Text})
	case challenge.NotAcknowledged:
		return fmt.Sprintf("Nobody had acknowledged the question of %s by %s. A reminder of it was queued.", n.rungLabel(e.Rung), n.formatDateTime(b.Due)), nil
	case challenge.Escalated:
		return fmt.Sprintf("%s took the challenge further from %s before its time had ended.", who, n.rungLabel(e.Rung)), nonEmptyFacts(Fact{"Reason", b.Reason})
	case challenge.UrgencyLifted:
		return who + " said that the challenge is not urgent any more.", nonEmptyFacts(Fact{"Reason", b.Reason})
	case challenge.Withdrawn:
		return who + " withdrew the challenge.", nonEmptyFacts(Fact{"Reason", b.Reason})
	case challenge.HandedOff:
		if b.To == "" {
			return who + " recorded a concern about a partner agency. Nobody is asked.", nonEmptyFacts(Fact{"Reason", b.Reason})
		}
		return who + " handed the challenge over to " + n.procedureLabel(b.To) + ".", nonEmptyFacts(Fact{"Reason", b.Reason})
	case challenge.MessageChanged:
		return fmt.Sprintf("%s %s the message with which step %d was given, in Teams, after it had been acted on. The record keeps what was sent.",
			who, cmp.Or(messageChangeWords[b.Change], "changed"), b.Seq), nil
	case challenge.AskedOutside:
		return fmt.Sprintf("%s asked the respondent of %s, who has no account here, %s on %s.", who, n.rungLabel(e.Rung), askedHowWords[b.Method], b.On.FormatLong()), nonEmptyFacts(Fact{"Note", b.Note})
	case challenge.HandedOver:
		return n.describeHandover(e.Rung, b), nil
	case challenge.Moved:
		return fmt.Sprintf("%s moved the challenge from %s to %s. The due times stay.", who, n.teamName(b.From), n.teamName(b.To)), nil
	case challenge.NotePasted:
		where := "the other system"
		if b.Rule >= 0 && b.Rule < len(n.Ladder.RecordingRules) {
			where = n.Ladder.RecordingRules[b.Rule].System
		}
		return fmt.Sprintf("%s said that the note about event %d stands in %s.", who, b.Seq, where), nil
	case challenge.Corrected:
		var facts []Fact
		if b.WasRecord != "" {
			facts = append(facts, Fact{"Record number", b.WasRecord + ", corrected to " + b.Record})
		}
		if b.Categories != nil {
			facts = append(facts, Fact{"Categories", strings.Join(b.WasCategories, "; ") + ", corrected to " + strings.Join(b.Categories, "; ")})
		}
		return fmt.Sprintf("%s corrected what was written when the challenge was raised. The due times stay.", who), append(facts, nonEmptyFacts(Fact{"Reason", b.Reason})...)
	case challenge.Unattended:
		return n.describeGaps(b), nil
	case challenge.Referred:
		return fmt.Sprintf("%s referred it to %s on %s.", who, b.Referral.To, b.Referral.On.FormatLong()), n.referralFacts(b.Referral)
	}
	return "An event of a kind that this program does not know.", nil
}

func (n *narrator) describeRaised(b challenge.Raised, who string) (string, []Fact) {
	d := b.Details
	what := fmt.Sprintf("%s (%s) raised %s %s about the record %s%s.", who, cmp.Or(n.Ladder.Words.Chair, "chair"),
		cmp.Or(n.Ladder.Words.Challenge, "challenge"), b.Ref, d.RecordNumber, n.describeSubject(d))
	if !b.LimitDue.IsZero() {
		what += " The whole challenge is to end by " + n.formatDateTime(b.LimitDue) + "."
	}
	if b.Urgent != nil {
		what += fmt.Sprintf(" It was marked as urgent (%s): no more than %s for each answer.", b.Urgent.Label, b.Urgent.Window)
	}
	var reasons []string
	for _, id := range d.Categories {
		label := id
		if i := slices.IndexFunc(n.Ladder.Categories, func(c ladder.Category) bool { return c.ID == id }); i >= 0 {
			label = n.Ladder.Categories[i].Label
		}
		reasons = append(reasons, label)
	}
	return what, nonEmptyFacts(
		Fact{"Team", n.teamName(d.Team)}, Fact{"Agency", d.Agency},
		Fact{"Categories", strings.Join(reasons, "; ")},
		Fact{"The concern", d.Concern}, Fact{"What it rests on", d.Evidence}, Fact{"What is asked for", d.Ask}, Fact{"Why it was raised after the time for it", d.LateReason},
		Fact{"Asked for by", formatGivenDate(d.AskBy)},
		Fact{"Procedure", fmt.Sprintf("%s, version %d (%s)", b.Ladder, b.LadderVersion, b.LadderHash)},
		Fact{"Calendar", b.Calendar}, shorterTimeFact(b.ShorterWindow))
}

// describeSubject says what the challenge is about: ", after the review of 2 March 2026".
func (n *narrator) describeSubject(d challenge.Details) string {
	s, _ := n.Ladder.SubjectByID(string(d.Conference))
	switch label := cmp.Or(s.Label, conferenceWords[d.Conference], string(d.Conference)); {
	case label == "":
		return ""
	case d.ConferenceDate == 0:
		return ", about: " + label
	case s.Label != "":
		return ", about: " + label + " of " + d.ConferenceDate.FormatLong()
	default:
		return ", after the " + label + " of " + d.ConferenceDate.FormatLong()
	}
}

// formatGivenDate is a date in words; "" for one that was not given.
func formatGivenDate(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return d.FormatLong()
}

// hasNoLimit reports whether the procedure sets no time for a rung.
func (n *narrator) hasNoLimit(rung string) bool {
	r, known := n.Ladder.RungByID(rung)
	return known && r.HasNoLimit()
}

func (n *narrator) describeRungOpened(opened challenge.Event, b challenge.RungOpened, rung string) (string, []Fact) {
	due := "The answer is due by " + n.formatDateTime(b.Deadline.Due) + "."
	if n.hasNoLimit(opened.Rung) {
		due = "The procedure sets no time for the answer; it is asked for again on " + n.formatDateTime(b.Deadline.Due) + "."
	}
	what := fmt.Sprintf("%s began%s. %s %s %s decides on the answer.", rung, openingCauseWords[b.Cause], n.describeQueued(b), due, n.formatParty(b.Judge))
	if b.LimitPassed {
		what += " The limit of the whole challenge had passed before, so the shortest time that may be given was given."
	}
	if b.LimitStart != 0 && !b.LimitDue.IsZero() {
		what += " The whole challenge is to end by " + n.formatDateTime(b.LimitDue) + "."
	}
	return what, nonEmptyFacts(Fact{"To be told of it", n.formatParties(b.Alerted)}, Fact{"How the date was counted", b.Explanation}, shorterTimeFact(b.ShorterWindow))
}

// shorterTimeFact is a request for a shorter time, empty without one.
func shorterTimeFact(s *challenge.ShorterWindow) Fact {
	if s == nil {
		return Fact{}
	}
	return Fact{"Answer asked for within " + workday.Window{N: s.Days}.String(), s.Reason}
}

func (n *narrator) describeHeld(b challenge.Held, rung string) (string, []Fact) {
	what := fmt.Sprintf("The challenge waits before %s%s.", rung, openingCauseWords[b.Cause])
	if !b.OpensAt.IsZero() {
		what += " It goes on by itself at " + n.formatDateTime(b.OpensAt) + "."
	}
	var says []Fact
	for _, g := range b.Gates {
		from := n.formatParties(g.Openers)
		if len(g.Consulted) > 0 {
			from += "; consulted: " + n.formatParties(g.Consulted)
		}
		says = append(says, Fact{n.findGate(g.Rung, g.Gate).Label, gateStatusWords[g.Status] + " (" + from + ")"})
	}
	return what, nonEmptyFacts(says...)
}

func (n *narrator) describeGateRecorded(b challenge.GateRecorded, who string) (string, []Fact) {
	g := n.findGate(b.Rung, b.Gate)
	if b.Automatic {
		return fmt.Sprintf("The time for “%s” ended, so the challenge went on by itself.", g.Label), nil
	}
	status := gateStatusWords[b.Status]
	if b.Status == challenge.GatePassed && b.Needs == ladder.Agreed {
		status = "agreed"
	}
	what := fmt.Sprintf("%s recorded “%s”: %s.", who, g.Label, status)
	if b.Ahead {
		what += " This was ahead of " + n.rungLabel(b.Rung) + "."
	}
	says := []Fact{{"Note", b.Note}}
	if b.On != 0 {
		says = append(says, Fact{"On", b.On.FormatLong()})
	}
	labels := map[string]string{}
	for _, f := range g.Fields {
		labels[f.ID] = f.Label
	}
	return what, nonEmptyFacts(append(says, fieldFacts(labels, b.Fields)...)...)
}

// ActionLabel begins the label of each action of an agreed plan; its number follows.
const ActionLabel = "Agreed action "

func responseFacts(r challenge.Response) []Fact {
	says := []Fact{{"The answer", r.Text}}
	labels := map[string]string{}
	for _, f := range r.Form.Fields() {
		labels[f.ID] = f.Label
	}
	says = append(says, fieldFacts(labels, r.Fields)...)
	for i, a := range r.Plan {
		says = append(says, Fact{ActionLabel + strconv.Itoa(i+1), fmt.Sprintf("%s; %s; by %s", a.What, a.Who, a.DueBy.FormatLong())})
	}
	return nonEmptyFacts(says...)
}

// fieldFacts are what stood in the fields of a form, in the order of their ids.
func fieldFacts(labels, values map[string]string) []Fact {
	var out []Fact
	for _, id := range slices.Sorted(maps.Keys(values)) {
		text := values[id]
		if d, err := workday.ParseDate(text); err == nil {
			text = d.FormatLong()
		}
		out = append(out, Fact{cmp.Or(labels[id], id), text})
	}
	return out
}

func (n *narrator) referralFacts(r challenge.Referral) []Fact {
	says := []Fact{{"Contact", r.Contact}}
	if r.LookedAfter {
		says = append(says, Fact{"Looked after", "Yes, said with the referral"})
	}
	for _, part := range []struct {
		label string
		who   map[directory.Role]string
	}{{"Informed", r.Informed}, {"Consulted", r.Consulted}} {
		for _, role := range slices.Sorted(maps.Keys(part.who)) {
			says = append(says, Fact{part.label + " (" + n.Ladder.RoleLabel(role) + ")", part.who[role]})
		}
	}
	return nonEmptyFacts(append(says, Fact{"Note", r.Note})...)
}

func (n *narrator) formatRoles(roles []directory.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = n.Ladder.RoleLabel(r)
	}
	return english.JoinList(out)
}

// findGate finds a gate before a rung, or one that has only its id left.
func (n *narrator) findGate(rung, id string) ladder.Gate {
	if g, ok := challenge.FindGate(n.Ladder, rung, id); ok {
		return g
	}
	return ladder.Gate{ID: id, Label: id}
}

func (n *narrator) groundLabel(to, id string) string {
	for _, s := range n.Ladder.Skips {
		for _, g := range s.Grounds {
			if g.ID == id && slices.Contains(s.To, to) {
				return g.Label
			}
		}
	}
	return id
}

func (n *narrator) procedureLabel(id string) string {
	for _, h := range n.Ladder.HandOffs {
		if h.ID == id {
			return h.Label
		}
	}
	return id
}

func formatOnBehalf(r challenge.Response) string {
	if r.OnBehalfOf == "" {
		return ""
	}
	return " on behalf of " + r.OnBehalfOf
}

func vacancyReason(why string) string {
	if why == "conflict" {
		return "those who hold the role had raised, judged or answered the challenge themselves"
	}
	return "nobody holds the role"
}

func cardWords(c challenge.Card) string {
	return cmp.Or(map[challenge.Card]string{
		challenge.CardRespond: "the card to answer on", challenge.CardReminder: "the reminder",
		challenge.CardJudge: "the card to decide on the answer", challenge.CardGate: "the card of a step before the next rung",
		challenge.CardChallenge: "the news of where the challenge stands", challenge.CardAlert: "the news that a rung began",
		challenge.CardNews:   "a line of news",
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

var gateStatusWords = map[challenge.GateStatus]string{
	challenge.GateClosed: "still to do", challenge.GatePassed: "done", challenge.GateNotAgreed: "not agreed",
	challenge.GateOverridden: "not agreed, going on all the same",
}

var openingCauseWords = map[challenge.Cause]string{
	challenge.CauseLapse:        " because nobody had answered in time",
	challenge.CauseVacancy:      " because there was nobody to ask below it",
	challenge.CauseNotSatisfied: " because the answer below did not satisfy",
	challenge.CausePartly:       " once more because the answer satisfied in part",
	challenge.CauseSkip:         " by direct entry",
	challenge.CauseEscalated:    " because one side took it further",
	challenge.CauseInTime:       " once more for it",
	challenge.CauseGate:         " after what it waited for",
}

var askedHowWords = map[challenge.ContactMethod]string{challenge.ContactByTelephone: "by telephone", challenge.ContactByEmail: "by e-mail"}

var messageChangeWords = map[challenge.MessageChange]string{
	challenge.MessageEdited: "edited", challenge.MessageDeleted: "deleted", challenge.MessageRestored: "restored",
}

var lateResponseWords = map[string]string{
	challenge.LateLapsed: "after its time had ended", challenge.LateAnswered: "after somebody else had answered",
	challenge.LateAnsweredBefore: "after they had answered already",
	challenge.LateMovedOn:        "after the challenge had moved on", challenge.LateClosed: "after the challenge had ended",
	challenge.LateHandedOver: "after it had been handed over", challenge.LateLeft: "after they had left the directory",
}
