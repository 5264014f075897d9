package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// What several cards say. What one card alone says stands at the head of its file.
const (
	wordsShortened = " … (shortened; all of it is in the audit trail)"
	wordsRequired  = " (required)"
	wordsRefresh   = "Show as it stands now"
	wordsNotNow    = "None"

	wordsDone       = "Done."
	wordsPleaseNote = "Please note."
	wordsPutRight   = "Please put right: %s"
	wordsYouTyped   = "What you had typed"
	wordsTyping     = "To do this by typing: %s"
	wordsWorking    = "How the date was counted: %s"
	wordsLimit      = "The time limit for the whole challenge had passed before this %s began, so this is the shortest time that may be given."
	wordsRecordOnly = "Nothing is asked of you on this card."

	labelFrom       = "From"
	labelTo         = "Asked to answer"
	labelWasAsked   = "Asked on %s"
	labelJudge      = "Who decides on the answer"
	labelTeam       = "Team"
	labelConference = "Conference"
	labelCategories = "Categories"
	labelConcern    = "The concern"
	labelEvidence   = "What it rests on"
	labelAsk        = "What is asked for"
	labelEarlier    = "What happened before"
	labelTimeline   = "What happened so far"
	labelPlan       = "Agreed plan"
	labelAnswer     = "The answer"
	labelReason     = "Reason"
	labelNote       = "Note"

	errorRequired = "Please fill this in."
	errorLong     = "Please keep to the length given."
	errorDate     = "Please give a date within the time allowed."
	errorChoose   = "Please choose."
)

// Earlier tells how many steps are left out.
func wordsEarlier(n int) string {
	if n == 1 {
		return "… 1 earlier step; the full record is in the audit trail."
	}
	return fmt.Sprintf("… %d earlier steps; the full record is in the audit trail.", n)
}

func wordsReadInstead(ref string) string {
	return " If you cannot see the card, type /challenge " + ref + " to read it as text."
}

var conferenceWords = map[challenge.ConferenceType]string{
	challenge.InitialConference: "Initial child protection conference",
	challenge.ReviewConference:  "Review child protection conference",
	challenge.CareReview:        "Review for a child who is looked after",
}

var verdictWords = map[challenge.Verdict]string{
	challenge.Satisfied:    "satisfied",
	challenge.Partly:       "partly satisfied",
	challenge.NotSatisfied: "not satisfied",
}

var statusWords = map[challenge.GateStatus]string{
	challenge.GateClosed:     "still to do",
	challenge.GatePassed:     "done",
	challenge.GateRefused:    "not agreed",
	challenge.GateOverridden: "not agreed; going on all the same",
}

// gateWords are the buttons of a gate: what passing it and refusing it is called.
// A kind that cannot be refused has no second word.
var gateWords = map[ladder.GateKind][2]string{
	ladder.Dialogue:   {"Record that the talk was held"},
	ladder.Consult:    {"Agreed", "Not agreed"},
	ladder.Threshold:  {"Agreed", "Not agreed"},
	ladder.Inform:     {"Record that they were told"},
	ladder.Statement:  {"File the statement"},
	ladder.FormFiled:  {"File the form"},
	ladder.FollowUp:   {"Record that it was followed up"},
	ladder.Confirm:    {"Go on", "Do not go on"},
	ladder.EscalateBy: {"Go on now"},
}

const gateOverride = "Go on against the refusal"

var askedWords = map[challenge.How]string{challenge.ByTelephone: "by telephone", challenge.ByEmail: "by e-mail"}

var keptWords = map[string]string{
	"lapsed":   "after the time had ended",
	"answered": "after somebody else had answered",
	"moved_on": "after the challenge had moved on",
	"closed":   "after the challenge had ended",

	"handed_over": "after it had been handed over",
}

// typedLabels name what is put back when its input is gone.
var typedLabels = map[string]string{
	InText: "Your response", InReason: labelReason, InNote: labelNote, InEvidence: labelEvidence,
	InConcern: labelConcern, InAsk: labelAsk, InContact: "Contact",
	InShorterReason: shorterLabel,
}

// Commands by typing.
func typeRespond(ref string, plan bool) string {
	if plan {
		return "/respond " + ref + " your answer | what; who; YYYY-MM-DD | what; who; YYYY-MM-DD"
	}
	return "/respond " + ref + " your answer"
}

func typeJudge(ref string, partly, shorter bool) string {
	reason := " reason"
	if shorter {
		reason += " [| working days | why sooner]"
	}
	s := "/satisfied " + ref
	if partly {
		s += "  or  /partly " + ref + reason
	}
	return s + "  or  /not-satisfied " + ref + reason
}

func typeGate(ref, gate string, statuses []challenge.GateStatus) string {
	var words []string
	for _, s := range statuses {
		words = append(words, map[challenge.GateStatus]string{
			challenge.GatePassed: "agreed", challenge.GateRefused: "refused", challenge.GateOverridden: "override"}[s])
	}
	return "/gate " + ref + " " + gate + " " + strings.Join(words, "|") + " note"
}

func typeAsked(ref string) string    { return "/asked " + ref + " phone|e-mail YYYY-MM-DD note" }
func typeWithdraw(ref string) string { return "/withdraw " + ref + " reason" }
func typeRefer(ref string) string {
	return "/refer " + ref + " the call | who was informed | who was consulted | note"
}

func typeSkip(ref string, to, grounds []Choice) string {
	return "/skip " + ref + " " + values(to) + " " + values(grounds) + " what makes this necessary"
}

func typeHandOff(ref string, to []Choice) string {
	return "/hand-off " + ref + " " + values(to) + " reason"
}

func values(cs []Choice) string {
	var vs []string
	for _, c := range cs {
		vs = append(vs, c.Value)
	}
	return strings.Join(vs, "|")
}

func typeOpen(ref string) string { return "/challenge " + ref }
