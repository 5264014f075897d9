package challenge

import (
	"fmt"
	"maps"

	"challengebot/internal/workday"
)

// Message is the key of a sentence for people, the same in every language. Keys are
// stored with receipts: they are never renamed.
type Message string

// Told is a sentence by its key with what fills it in: what is needed to say it in
// another language. Numbers stand in digits and dates as 2006-01-02; nothing else of
// what fills a sentence in can look like such a date.
type Told struct {
	Message Message  `json:"message"`
	Args    []string `json:"args,omitempty"`
}

// sentences are all refusals in English.
var sentences = map[Message]string{}

// English lists every refusal: the key, and the English sentence that it stands for.
func English() map[Message]string { return maps.Clone(sentences) }

func sentence(key Message, english string) Message {
	sentences[key] = english
	return key
}

// tell puts a message into English, and into what other languages need.
func tell(m Message, args []any) (string, Told) {
	told, in := Told{Message: m}, make([]any, len(args))
	for i, arg := range args {
		in[i] = arg
		if d, ok := arg.(workday.Date); ok {
			in[i] = d.Long()
		}
		told.Args = append(told.Args, fmt.Sprint(arg))
	}
	return fmt.Sprintf(sentences[m], in...), told
}

// Refusals of a command, and what is wrong with an input.
var (
	sayPutRight          = sentence("put_right", "Please put right what is marked and send it again. Nothing has been recorded yet.")
	sayNoSuchStep        = sentence("no_such_step", "This challenge has no such step. Please use the newest card, or type /challenge %s.")
	sayNotAskedYou       = sentence("not_asked_you", "%s is not waiting for an answer from you, so nothing was recorded.")
	sayCopied            = sentence("copied", "%s was sent to you for information: %s is asked to answer, and nothing is asked of you. Nothing was recorded.")
	sayAnsweredAlready   = sentence("answered_already", "You have answered this already. Your answer stands as it was sent.")
	sayLateHandedOver    = sentence("late_handed_over", "This was handed over to %s, who is asked now. What you wrote is kept on the record, and those who deal with the challenge can read it.")
	sayLateClosed        = sentence("late_closed", "This challenge has ended. What you wrote is kept on the record.")
	sayLateLapsed        = sentence("late_lapsed", "The time for this answer has ended and the challenge has moved on. What you wrote is kept on the record as a late reply, and those who deal with the challenge now can read it.")
	sayLateMovedOn       = sentence("late_moved_on", "This challenge has moved on, so your reply does not count as the answer. It is kept on the record, and those who deal with the challenge now can read it.")
	sayLateOwnAnswer     = sentence("late_own_answer", "You answered this before, and that answer counts. What you wrote now is kept on the record.")
	sayLateOtherAnswered = sentence("late_other_answered", "%s answered first, so that answer counts. What you wrote is kept on the record.")
	sayNotTheJudge       = sentence("not_the_judge", "Only the person who judges %s can do that. Nothing was recorded.")
	sayHasEnded          = sentence("has_ended", "%s has ended; nothing was changed.")
	sayMovedOnSince      = sentence("moved_on_since", "%s has moved on since this card was sent. Please use the newest card.")
	sayNothingToJudge    = sentence("nothing_to_judge", "%s has no response waiting to be judged. Please use the newest card, or type /challenge %s.")
	sayPartlyUsed        = sentence("partly_used", "More has been asked for on this %s once already. Please choose satisfied or not satisfied.")
	sayWithdrawNotYours  = sentence("withdraw_not_yours", "Only the person who raised %s can withdraw it.")
	sayEndedAlready      = sentence("ended_already", "%s has ended already; nothing was changed.")
	sayWhyWithdrawn      = sentence("why_withdrawn", "Please say why the challenge is withdrawn.")
	sayHandOffNotYours   = sentence("hand_off_not_yours", "Only the person who raised %s can hand it to another procedure.")
	sayNoSuchProcedure   = sentence("no_such_procedure", "This procedure names no other procedure of that name to hand a challenge to.")
	sayWhyHandedOff      = sentence("why_handed_off", "Please say why the challenge is handed over.")
	sayRaisedByPerson    = sentence("raised_by_person", "A challenge is raised by a person.")
	sayNotARaiser        = sentence("not_a_raiser", "You are not listed as somebody who may raise challenges under this procedure. Your administrator keeps that list.")
	sayGiveRecord        = sentence("give_record", "Please give the %s.")
	sayRecordOnlyNumber  = sentence("record_only_number", "Please give the %s only: digits, with a short prefix if your system uses one. Names are kept out of challenges.")
	sayConcern           = sentence("say_concern", "Please say what is wrong.")
	sayAsk               = sentence("say_ask", "Please say what you ask for.")
	sayAskByDate         = sentence("ask_by_date", "Please give the date by which you ask for it.")
	sayChooseTeam        = sentence("choose_team", "Please choose the child's team from the list.")
	sayNoPartnerRule     = sentence("no_partner_rule", "This procedure has no rule of its own for a concern about a partner agency.")
	sayCannotStartThere  = sentence("cannot_start_there", "This procedure does not allow starting there on that ground.")
	sayWhyStartThere     = sentence("why_start_there", "Please say why you start there.")
	sayChooseConference  = sentence("choose_conference", "Please choose the type of conference.")
	sayConferenceNotHere = sentence("conference_not_here", "This procedure is not for that type of conference. Please choose another procedure or type.")
	sayConferenceDate    = sentence("conference_date", "Please give the date of the conference.")
	sayConferenceDateFar = sentence("conference_date_far", "Please check the date of the conference: it is more than a year ahead or five years back.")
	sayChooseCategory    = sentence("choose_category", "Please choose at least one category of concern.")
	sayCategoryUnknown   = sentence("category_unknown", "Please choose categories from the list of this procedure.")
	sayCategoryNotHere   = sentence("category_not_here", "The category \u201c%s\u201d is not for that type of conference. Please choose another.")
	sayChooseAgency      = sentence("choose_agency", "Please choose the agency that this is about.")
	sayAgencyNotWanted   = sentence("agency_not_wanted", "This procedure is about the authority's own service. Please leave the agency empty.")
	sayAgencyUnknown     = sentence("agency_unknown", "Please choose the agency from the list.")
	sayWriteResponse     = sentence("write_response", "Please write your response.")
	sayPlanNeeded        = sentence("plan_needed", "Please agree at least one action: what, who, and by when.")
	sayPlanTooLong       = sentence("plan_too_long", "A plan holds at most %v actions.")
	sayPlanWhat          = sentence("plan_what", "Please say what will be done.")
	sayPlanWho           = sentence("plan_who", "Please say who will do it.")
	sayPlanBy            = sentence("plan_by", "Please give the date by which it will be done.")
	sayFillIn            = sentence("fill_in", "Please fill in: %s.")
	sayGiveDate          = sentence("give_date", "Please give a date.")
	sayDateInFuture      = sentence("date_in_future", "This date cannot be in the future.")
	sayYesOrNo           = sentence("yes_or_no", "Please answer yes or no.")
	sayStillMissing      = sentence("still_missing", "Please say what is still missing.")
	sayChooseVerdict     = sentence("choose_verdict", "Please choose satisfied, partly or not satisfied.")
	sayWhyGoOn           = sentence("why_go_on", "Please say why you go on.")
	sayWhyNotAgreed      = sentence("why_not_agreed", "Please say why this was not agreed.")
	sayHowTurned         = sentence("how_turned", "This was refused before. Please say when and how it came to be agreed.")
	sayCallWhen          = sentence("call_when", "Please say when the call was made and with whom.")
	sayInformedWho       = sentence("informed_who", "Please say who was informed, and when.")
	sayConsultedWho      = sentence("consulted_who", "Please say who was consulted, and when.")
	sayReferralDate      = sentence("referral_date", "Please give the date of the referral.")
	sayDatePassed        = sentence("date_passed", "This date has passed. Please give a date from today on.")
	sayDateFar           = sentence("date_far", "Please check this date: it is more than a year and a half away.")
	sayUnreadable        = sentence("unreadable", "This text cannot be read. Please type it again.")
	sayTooLong           = sentence("too_long", "Please keep this to %v characters; it has %v.")
	sayGateOver          = sentence("gate_over", "%s is not waiting for that any more; nothing was changed.")
	sayGateNotWaited     = sentence("gate_not_waited", "%s is not waiting for that. Please use the newest card, or type /challenge %s.")
	sayGateNotWaitedHere = sentence("gate_not_waited_here", "%s is not waiting for that. Please use the newest card.")
	sayGateNotThere      = sentence("gate_not_there", "%s is not at that point. Please use the newest card, or type /challenge %s.")
	sayGateNotYours      = sentence("gate_not_yours", "This step of %s is not yours to record. Nothing was changed.")
	sayRecordedAlready   = sentence("recorded_already", "This is recorded already; nothing was changed.")
	sayNothingToRefuse   = sentence("nothing_to_refuse", "This step can be done or left undone; there is nothing to refuse.")
	sayNoRefusal         = sentence("no_refusal", "There is no refusal here that you could go on against.")
	sayOnlyOpeners       = sentence("only_openers", "Only %s can go on against a refusal.")
	sayAgreedOrRefused   = sentence("agreed_or_refused", "Please say whether this was agreed or refused.")
	saySkipNotYours      = sentence("skip_not_yours", "Only the person who raised %s can take it straight to another %s.")
	sayCannotBeMoved     = sentence("cannot_be_moved", "%s cannot be moved any more; nothing was changed.")
	saySkipNotAllowed    = sentence("skip_not_allowed", "This procedure does not allow going straight there on that ground.")
	sayNotAbove          = sentence("not_above", "%s is not above where %s stands now.")
	sayWhySkip           = sentence("why_skip", "Please say what makes this necessary.")
	sayNoReferral        = sentence("no_referral", "This procedure knows no referral outside the authority.")
	sayOnlyLookedAfter   = sentence("only_looked_after", "A referral to %s is only for a child who is looked after.")
	sayReferralRole      = sentence("referral_role", "Only the role \"%s\" makes a referral to %s.")
	sayReferralAtTop     = sentence("referral_at_top", "The procedure makes a referral to %s only after its last %s.")
	sayHandOverNotAsked  = sentence("hand_over_not_asked", "%s is not waiting for an answer from that person.")
	sayHandOverNotYours  = sentence("hand_over_not_yours", "Only the person who was asked, or somebody who oversees challenges, can hand %s over.")
	sayNobodyStandsIn    = sentence("nobody_stands_in", "Nobody stands in for that person today.")
	sayHandOverRecord    = sentence("hand_over_record", "%s waits for a record by the person who asks, and that is not handed over.")
	sayHandOverRaised    = sentence("hand_over_raised", "%s raised %s, so %s cannot answer it.")
	sayHandOverJudges    = sentence("hand_over_judges", "%s decides on the answer to %s, so %s cannot give it.")
	sayHandOverAsked     = sentence("hand_over_asked", "%s has been asked about %s already.")
	sayHandOverRepeats   = sentence("hand_over_repeats", "%s was asked about %s on an earlier %s, so asking again would be no escalation.")
	sayNoCoverage        = sentence("no_coverage", "The due date cannot be worked out: the official list of bank holidays that this bot has does not reach that far. Nothing was recorded. Please tell your administrator.")
	sayNobodyOutside     = sentence("nobody_outside", "%s has nobody whom you are to ask outside Teams, so nothing was recorded.")
	sayOutsideMovedOn    = sentence("outside_moved_on", "%s is not waiting for that answer any more. Please use the newest card.")
	sayHowAsked          = sentence("how_asked", "Please say whether it was by telephone or by e-mail.")
	sayAskedDate         = sentence("asked_date", "Please give the date.")
	sayNoShorter         = sentence("no_shorter", "This procedure does not let you ask for an answer sooner than it says.")
	sayWhyShorter        = sentence("why_shorter", "Please say why the answer is needed sooner.")
	sayShorterDays       = sentence("shorter_days", "Please give a number of working days, %v at the least.")
	sayNobodyAfter       = sentence("nobody_after", "Nobody is asked after this, so there is no time to shorten.")
	sayNotShorter        = sentence("not_shorter", "The procedure gives until %s. Please ask for less than that, or leave this empty.")
)
