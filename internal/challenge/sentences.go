package challenge

import (
	"fmt"
	"maps"

	"challengebot/internal/workday"
)

// SentenceKey is the key of a sentence for people, the same in every language. Keys are
// stored with receipts: they are never renamed.
type SentenceKey string

// Translatable is a sentence by its key with what fills it in: what is needed to say it in
// another language. Numbers stand in digits and dates as 2006-01-02; nothing else of
// what fills a sentence in can look like such a date.
type Translatable struct {
	Key  SentenceKey `json:"message"`
	Args []string    `json:"args,omitempty"`
}

// sentences are all refusals in English.
var sentences = map[SentenceKey]string{}

// EnglishSentences lists every refusal: the key, and the English sentence that it stands for.
func EnglishSentences() map[SentenceKey]string { return maps.Clone(sentences) }

func registerSentence(key SentenceKey, english string) SentenceKey {
	sentences[key] = english
	return key
}

// formatSentence puts a message into English, and into what other languages need.
func formatSentence(m SentenceKey, args []any) (string, Translatable) {
	told, in := Translatable{Key: m}, make([]any, len(args))
	for i, arg := range args {
		in[i] = arg
		if d, ok := arg.(workday.Date); ok {
			in[i] = d.FormatLong()
		}
		told.Args = append(told.Args, fmt.Sprint(arg))
	}
	return fmt.Sprintf(sentences[m], in...), told
}

// Refusals of a command, and what is wrong with an input.
var (
	// SayGiveDate, SayYesOrNo, SayChooseTeam and SayChooseFromList are for inputs that cannot be
	// read; see Unread.
	SayGiveDate       = sayGiveDate
	SayYesOrNo        = sayYesOrNo
	SayChooseTeam     = sayChooseTeam
	SayChooseFromList = registerSentence("choose_from_list", "Please choose from the list.")
	sayStartUnchosen  = registerSentence("start_unchosen", "Please choose where to start, or empty what you wrote about starting later.")

	sayPutRight             = registerSentence("put_right", "Please put right what is marked and send it again. Nothing has been recorded yet.")
	sayNoSuchStep           = registerSentence("no_such_step", "This challenge has no such step. Please use the newest card, or type /challenge %s.")
	sayNotAskedYou          = registerSentence("not_asked_you", "%s is not waiting for an answer from you, so nothing was recorded.")
	sayCopied               = registerSentence("copied", "%s was sent to you for information: %s is asked to answer, and nothing is asked of you. Nothing was recorded.")
	sayAnsweredAlready      = registerSentence("answered_already", "You have answered this already. Your answer stands as it was sent.")
	sayLateHandedOver       = registerSentence("late_handed_over", "This was handed over to %s, who is asked now. What you wrote is kept on the record, and those who deal with the challenge can read it.")
	sayLateClosed           = registerSentence("late_closed", "This challenge has ended. What you wrote is kept on the record.")
	sayLateLapsed           = registerSentence("late_lapsed", "The time for this answer has ended and the challenge has moved on. What you wrote is kept on the record as a late reply, and those who deal with the challenge now can read it.")
	sayLateMovedOn          = registerSentence("late_moved_on", "This challenge has moved on, so your reply does not count as the answer. It is kept on the record, and those who deal with the challenge now can read it.")
	sayLateOwnAnswer        = registerSentence("late_own_answer", "You answered this before, and that answer counts. What you wrote now is kept on the record.")
	sayTooManyLate          = registerSentence("too_many_late", "You have sent %d late replies to this step. They are all kept on the record; this one is not. What you typed is still here. If something new has come up, please speak to whoever raised the challenge.")
	sayTooManySteps         = registerSentence("too_many_steps", "You have recorded %d steps of this kind on this challenge within a day, which is as many as one person can. Nothing more was recorded. Please try again tomorrow.")
	sayLateOtherAnswered    = registerSentence("late_other_answered", "%s answered first, so that answer counts. What you wrote is kept on the record.")
	sayNotTheJudge          = registerSentence("not_the_judge", "Only the person who judges %s can do that. Nothing was recorded.")
	sayHasEnded             = registerSentence("has_ended", "%s has ended; nothing was changed.")
	sayMovedOnSince         = registerSentence("moved_on_since", "%s has moved on since this card was sent. Please use the newest card.")
	saySettledHow           = registerSentence("settled_how", "Please say how it was settled.")
	sayNothingToJudge       = registerSentence("nothing_to_judge", "%s has no response waiting to be judged. Please use the newest card, or type /challenge %s.")
	sayPartlyUsed           = registerSentence("partly_used", "More has been asked for on this %s once already. Please choose satisfied or not satisfied.")
	sayWithdrawNotYours     = registerSentence("withdraw_not_yours", "Only the person who raised %s can withdraw it.")
	sayEndRequested         = registerSentence("end_requested", "Only the person who raised %s can end it. Your request and its reason are on the record, and %s has been asked.")
	sayReleaseNotYours      = registerSentence("release_not_yours", "Only somebody who oversees %s can let its time run on.")
	sayNothingToRelease     = registerSentence("nothing_to_release", "The time of %s does not stand still, so there is nothing to let run on.")
	saySuccessorNotYours    = registerSentence("successor_not_yours", "Only somebody who oversees %s can name a successor of its chair.")
	sayChairHasNotLeft      = registerSentence("chair_has_not_left", "%s is still listed in the directory and stays the chair of %s. If they are away, set cover.")
	saySuccessorMayNotRaise = registerSentence("successor_may_not_raise", "Please name somebody who may raise challenges under this procedure.")
	saySuccessorWasAsked    = registerSentence("successor_was_asked", "%s was asked to answer %s, so they cannot become its chair.")
	sayLateLeft             = registerSentence("late_left", "You are not listed in the directory any more, so this does not count as the answer. What you wrote is kept on the record.")
	sayEndedAlready         = registerSentence("ended_already", "%s has ended already; nothing was changed.")
	sayWhyWithdrawn         = registerSentence("why_withdrawn", "Please say why the challenge is withdrawn.")
	sayHandOffNotYours      = registerSentence("hand_off_not_yours", "Only the person who raised %s can hand it to another procedure.")
	sayNoSuchProcedure      = registerSentence("no_such_procedure", "This procedure names no other procedure of that name to hand a challenge to.")
	sayWhyHandedOff         = registerSentence("why_handed_off", "Please say why the challenge is handed over.")
	sayRaisedByPerson       = registerSentence("raised_by_person", "A challenge is raised by a person.")
	sayNotARaiser           = registerSentence("not_a_raiser", "You are not listed as somebody who may raise challenges under this procedure. Your administrator keeps that list.")
	sayGiveRecord           = registerSentence("give_record", "Please give the %s.")
	sayRecordOnlyNumber     = registerSentence("record_only_number", "Please give the %s only: digits, with a short prefix if your system uses one. Names are kept out of challenges.")
	sayConcern              = registerSentence("say_concern", "Please say what is wrong.")
	sayAsk                  = registerSentence("say_ask", "Please say what you ask for.")
	sayAskByDate            = registerSentence("ask_by_date", "Please give the date by which you ask for it.")
	sayChooseTeam           = registerSentence("choose_team", "Please choose the child's team from the list.")
	sayNoPartnerRule        = registerSentence("no_partner_rule", "This procedure has no rule of its own for a concern about a partner agency.")
	sayCannotStartThere     = registerSentence("cannot_start_there", "This procedure does not allow starting there on that ground.")
	sayWhyStartThere        = registerSentence("why_start_there", "Please say why you start there.")
	sayChooseConference     = registerSentence("choose_conference", "Please choose the type of conference.")
	sayConferenceNotHere    = registerSentence("conference_not_here", "This procedure is not for that type of conference. Please choose another procedure or type.")
	sayConferenceDate       = registerSentence("conference_date", "Please give the date of the conference.")
	sayNoDateWanted         = registerSentence("no_date_wanted", "What you chose has no date. Please leave the date empty.")
	sayConferenceDateFar    = registerSentence("conference_date_far", "Please check the date of the conference: it is more than a year ahead or five years back.")
	sayChooseCategory       = registerSentence("choose_category", "Please choose at least one category of concern.")
	sayCategoryUnknown      = registerSentence("category_unknown", "Please choose categories from the list of this procedure.")
	sayCategoryNotHere      = registerSentence("category_not_here", "The category \u201c%s\u201d is not for that type of conference. Please choose another.")
	sayChooseAgency         = registerSentence("choose_agency", "Please choose the agency that this is about.")
	sayAgencyNotWanted      = registerSentence("agency_not_wanted", "This procedure is about the authority's own service. Please leave the agency empty.")
	sayAgencyUnknown        = registerSentence("agency_unknown", "Please choose the agency from the list.")
	sayWriteResponse        = registerSentence("write_response", "Please write your response.")
	sayPlanNeeded           = registerSentence("plan_needed", "Please agree at least one action: what, who, and by when.")
	sayPlanTooLong          = registerSentence("plan_too_long", "A plan holds at most %v actions.")
	sayPlanWhat             = registerSentence("plan_what", "Please say what will be done.")
	sayPlanWho              = registerSentence("plan_who", "Please say who will do it.")
	sayPlanBy               = registerSentence("plan_by", "Please give the date by which it will be done.")
	sayFillIn               = registerSentence("fill_in", "Please fill in: %s.")
	sayGiveDate             = registerSentence("give_date", "Please give a date.")
	sayDateInFuture         = registerSentence("date_in_future", "This date cannot be in the future.")
	sayYesOrNo              = registerSentence("yes_or_no", "Please answer yes or no.")
	sayStillMissing         = registerSentence("still_missing", "Please say what is still missing.")
	sayChooseVerdict        = registerSentence("choose_verdict", "Please choose satisfied, partly or not satisfied.")
	sayWhyGoOn              = registerSentence("why_go_on", "Please say why you go on.")
	sayWhyNotAgreed         = registerSentence("why_not_agreed", "Please say why this was not agreed.")
	sayHowTurned            = registerSentence("how_turned", "This was refused before. Please say when and how it came to be agreed.")
	sayCallWhen             = registerSentence("call_when", "Please say when the call was made and with whom.")
	sayInformedWho          = registerSentence("informed_who", "Please say who was informed, and when.")
	sayConsultedWho         = registerSentence("consulted_who", "Please say who was consulted, and when.")
	sayReferralDate         = registerSentence("referral_date", "Please give the date of the referral.")
	sayDatePassed           = registerSentence("date_passed", "This date has passed. Please give a date from today on.")
	sayDateFar              = registerSentence("date_far", "Please check this date: it is more than a year and a half away.")
	sayUnreadable           = registerSentence("unreadable", "This text cannot be read. Please type it again.")
	sayTooLong              = registerSentence("too_long", "Please keep this to %v characters; it has %v.")
	sayGateOver             = registerSentence("gate_over", "%s is not waiting for that any more; nothing was changed.")
	sayGateNotWaited        = registerSentence("gate_not_waited", "%s is not waiting for that. Please use the newest card, or type /challenge %s.")
	sayGateNotWaitedHere    = registerSentence("gate_not_waited_here", "%s is not waiting for that. Please use the newest card.")
	sayGateNotThere         = registerSentence("gate_not_there", "%s is not at that point. Please use the newest card, or type /challenge %s.")
	sayGateNotYours         = registerSentence("gate_not_yours", "This step of %s is not yours to record. Nothing was changed.")
	sayRecordedAlready      = registerSentence("recorded_already", "This is recorded already; nothing was changed.")
	sayNothingToRefuse      = registerSentence("nothing_to_refuse", "This step can be done or left undone; there is nothing to refuse.")
	sayNoRefusal            = registerSentence("no_refusal", "There is no refusal here that you could go on against.")
	sayOnlyOpeners          = registerSentence("only_openers", "Only %s can go on against a refusal.")
	sayAgreedOrRefused      = registerSentence("agreed_or_refused", "Please say whether this was agreed or refused.")
	saySkipNotYours         = registerSentence("skip_not_yours", "Only the person who raised %s can take it straight to another %s.")
	sayCannotBeMoved        = registerSentence("cannot_be_moved", "%s cannot be moved any more; nothing was changed.")
	saySkipNotAllowed       = registerSentence("skip_not_allowed", "This procedure does not allow going straight there on that ground.")
	sayNotAbove             = registerSentence("not_above", "%s is not above where %s stands now.")
	sayWhySkip              = registerSentence("why_skip", "Please say what makes this necessary.")
	sayNoReferral           = registerSentence("no_referral", "This procedure knows no referral outside the authority.")
	sayConfirmLookedAfter   = registerSentence("confirm_looked_after", "Please say that the child is looked after: a referral to %s is only for a child who is.")
	sayOnlyLookedAfter      = registerSentence("only_looked_after", "A referral to %s is only for a child who is looked after.")
	sayReferralRole         = registerSentence("referral_role", "Only the role \"%s\" makes a referral to %s.")
	sayReferralAtTop        = registerSentence("referral_at_top", "The procedure makes a referral to %s only after its last %s.")
	sayHandOverNotAsked     = registerSentence("hand_over_not_asked", "%s is not waiting for anything from that person.")
	sayHandOverNotYours     = registerSentence("hand_over_not_yours", "Only the person who was asked, or somebody who oversees challenges, can hand %s over.")
	sayNobodyStandsIn       = registerSentence("nobody_stands_in", "Nobody stands in for that person today.")
	_                       = registerSentence("hand_over_record", "%s waits for a record by the person who asks, and that is not handed over.") // stored with answers of earlier versions
	sayHandOverRaised       = registerSentence("hand_over_raised", "%s raised %s, so %s cannot answer it.")
	sayHandOverJudges       = registerSentence("hand_over_judges", "%s decides on the answer to %s, so %s cannot give it.")
	sayHandOverAsked        = registerSentence("hand_over_asked", "%s has been asked about %s already.")
	sayMoveNotYours         = registerSentence("move_not_yours", "Only the person who raised %s can move it to another team.")
	sayNoSuchTeam           = registerSentence("no_such_team", "Please choose the team of the child.")
	sayOfThatTeam           = registerSentence("of_that_team", "%s is about a child of %s already.")
	sayPlaceGone            = registerSentence("place_gone", "The directory does not list the team or the agency of %s any more, so nobody can be asked. Those who run the bot have to put it back, or the chair has to move the challenge to another team: /move %s TEAM")
	sayHandOverNextRung     = registerSentence("hand_over_next_rung", "%s is asked about %s on the next %s, so asking them before would be no escalation.")
	sayHandOverPartial      = registerSentence("hand_over_partial", "%s is or was asked to answer %s, so they cannot decide on it.")
	sayHandOverUnreachable  = registerSentence("hand_over_unreachable", "Teams delivers no message to %s at present, so %s stays where it is.")
	sayHandOverRepeats      = registerSentence("hand_over_repeats", "%s was asked about %s on an earlier %s, so asking again would be no escalation.")
	sayNoCoverage           = registerSentence("no_coverage", "The due date cannot be worked out: the official list of bank holidays that this bot has does not reach that far. Nothing was recorded. Please tell your administrator.")
	sayNobodyOutside        = registerSentence("nobody_outside", "%s has nobody whom you are to ask outside Teams, so nothing was recorded.")
	sayOutsideMovedOn       = registerSentence("outside_moved_on", "%s is not waiting for that answer any more. Please use the newest card.")
	sayHowAsked             = registerSentence("how_asked", "Please say whether it was by telephone or by e-mail.")
	sayAskedDate            = registerSentence("asked_date", "Please give the date.")
	sayNoShorter            = registerSentence("no_shorter", "This procedure does not let you ask for an answer sooner than it says.")
	sayWhyShorter           = registerSentence("why_shorter", "Please say why the answer is needed sooner.")
	sayShorterDays          = registerSentence("shorter_days", "Please give a number of working days, %v at the least.")
	sayUrgencyNotYours      = registerSentence("urgency_not_yours", "Only the person who raised %s can say that it is not urgent any more.")
	sayNotUrgent            = registerSentence("not_urgent", "%s is not marked as urgent.")
	sayWhyNotUrgent         = registerSentence("why_not_urgent", "Please say why it is not urgent any more.")
	sayEscalateNotYours     = registerSentence("escalate_not_yours", "The procedure does not leave it to you to take %s to the next %s.")
	sayWhyEscalated         = registerSentence("why_escalated", "Please say why it goes further.")
	sayWhyRaisedLate        = registerSentence("why_raised_late", "It should have been raised within %s, by %s. Please say why it is raised later.")
	sayAcknowledgedAlready  = registerSentence("acknowledged_already", "%s has said so already.")
	sayWhoseItIs            = registerSentence("whose_it_is", "Please say whose it is: the name of somebody in the directory. Without a name the question stays with you.")
	sayWhichOwner           = registerSentence("which_owner", "That name fits several people: %s. Please write the whole name.")
	sayQuestionWaits        = registerSentence("question_waits", "A question of %s is waiting for an answer already.")
	sayWriteQuestion        = registerSentence("write_question", "Please write your question.")
	sayWriteAnswer          = registerSentence("write_answer", "Please write your answer.")
	sayAnswerNotYours       = registerSentence("answer_not_yours", "Only the person who raised %s answers a question about it.")
	sayNoQuestionWaits      = registerSentence("no_question_waits", "No question about %s is waiting for you.")
	sayCorrectNotYours      = registerSentence("correct_not_yours", "Only the person who raised %s corrects what was written then.")
	sayWhyCorrected         = registerSentence("why_corrected", "Please write why it is corrected.")
	sayNotesNotYours        = registerSentence("notes_not_yours", "The notes about %s are not yours to write.")
	sayNoSuchNote           = registerSentence("no_such_note", "There is no such note about %s for you. Type /notes.")
	sayNotePastedAlready    = registerSentence("note_pasted_already", "That note about %s was ticked as pasted already.")
	sayNothingCorrected     = registerSentence("nothing_corrected", "%s is written so already; nothing was corrected.")
	sayPassedOnEnough       = registerSentence("passed_on_enough", "The question of %s has been passed on %d times already. Please answer it, or speak to whoever raised it.")
	sayRemindNotYours       = registerSentence("remind_not_yours", "Only the person who raised %s can have a reminder sent.")
	sayNothingToRemind      = registerSentence("nothing_to_remind", "Nobody is asked for an answer to %s now.")
	sayRemindedToday        = registerSentence("reminded_today", "A reminder went to them on this working day already. The next can be sent on the next working day.")
	sayNobodyAskedYet       = registerSentence("nobody_asked_yet", "Teams has not taken the question of %s yet, so there is nobody to remind.")
	sayNoTimeToShorten      = registerSentence("no_time_to_shorten", "The procedure sets no time for the answer that is asked for next, so no shorter one can be asked for.")
	sayNobodyAfter          = registerSentence("nobody_after", "Nobody is asked after this, so there is no time to shorten.")
	sayNotShorter           = registerSentence("not_shorter", "The procedure gives until %s. Please ask for less than that, or leave this empty.")
)
