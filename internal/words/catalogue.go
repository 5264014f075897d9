// Package words holds every text that a person reads on a card, in a message or in an answer of the
// bot, once for each language.
//
// It is the localisation: to add a language is to add one file here. It is data: nothing here
// decides, and nothing can fail at run time. [English] and [Welsh] have the same fields; the tests
// hold that none is empty and that a text takes the same arguments in both. What an authority
// writes itself (the labels of its ladder, names, what people typed) is never translated, and what
// the record holds stays as it was recorded.
package words

import (
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Catalogue are all texts in one language. %s and %d are filled in by who shows the text.
type Catalogue struct {
	LanguageTag string // of the language, as a card's lang; see package languages
	Grammar
	Vocabulary *Vocabulary               // what of this language is understood
	Commands   map[CommandName][]Command // in several forms where help lists them apart
	Package    PackageWords

	Challenge      ChallengeWords
	Cover          CoverWords
	StandIn        StandInWords
	Form           FormWords
	Gate           GateWords
	NoticeChannels NoticeChannelWords
	Help           HelpWords
	MyChallenges   MyChallengesWords
	Judge          JudgeWords
	Meeting        MeetingWords
	Respond        RespondWords
	FormSent       FormSentWords
	Dialog         DialogWords
	ShorterTime    ShorterTimeWords
	Common         CommonWords
	Label          LabelWords
	InputError     InputErrorWords
	Notice         NoticeWords
	Reminder       ReminderWords
	Alert          AlertWords
	Draft          DraftWords
	Oversight      OversightWords
	Digest         DigestWords
	Tasks          TasksWords
	Register       RegisterWords
	Notes          NotesWords
	News           NewsWords
	Watch          WatchWords
	TypedCommand   TypedCommandWords
	PlainText      PlainTextWords
	Bot            BotWords
	// Refusals are those of the domain by key; English has them with the domain.
	Refusals map[challenge.SentenceKey]string
	Step     StepWords
}

// Grammar is what a language does with dates, numbers and lists.
type Grammar struct {
	// FormatDateTime is a day and a time, and FormatOnDateTime the same after "on"; Day and
	// FormatOnDate are a day alone.
	FormatDateTime, FormatOnDateTime func(time.Time) string
	FormatDate, FormatOnDate         func(workday.Date) string
	// FormatWindow is "10 working days".
	FormatWindow func(workday.Window) string
	// JoinList is "a, b and c".
	JoinList func([]string) string
	// CountEarlierSteps tells how many steps of the history are left out.
	CountEarlierSteps func(n int) string
	// RungWord is what a rung is called, when the ladder calls it own.
	RungWord func(own string) string
	// FieldLabel is the label of an input of a form of this bot's own.
	FieldLabel func(label string) string
}

// ChallengeWords are the texts of the chair's card of a challenge.
type ChallengeWords struct {
	WithdrawButton, SkipButton, HandOffButton, ReferButton                                                                                                                                                                       string
	CallUrgently, RemindNow, TakeFurther, TakeFurtherReason, TakeFurtherButton, NotUrgent, NotUrgentReason, NotUrgentButton, Withdraw, WithdrawReason, Skip, SkipTo, SkipGround, SkipEvidence, HandOff, HandOffTo, HandOffReason string
	OtherSteps, Asks, YourAnswer, SendAnswer, Refer, ReferIntro, ReferContact, ReferOn, ReferInformed, ReferConsulted, RecordSettled, SettledNote, SettledButton                                                                 string
	StateAwaitingResponse, StateNoLimit, StateNotAsked, StateAwaitsRelease, StateAwaitingJudgement, StateHeldAtGate, StateExhausted, StateResolved, StateWithdrawn, StateHandedOff, StateConcernRecorded, Summary, Procedure     string
	EndRequested, HandOffRequested                                                                                                                                                                                               string
	PublicAwaitingResponse, PublicNoLimit, PublicNotAsked, PublicAwaitsRelease, PublicAwaitingJudgement, PublicHeldAtGate, PublicExhausted, PublicClosed                                                                         string
	Conferences                                                                                                                                                                                                                  map[challenge.ConferenceType]string
}

// CoverWords are the texts of the list of who stands in.
type CoverWords struct {
	Title, Nobody, Period, HowToEnd, FromDirectory, HandedOver, HowTo, Summary, ForPerson, NotHandedOver string
}

// FormWords are the texts of the form on which a challenge is raised.
type FormWords struct {
	// DangerNow and DangerThen stand before anything else; the authority can say DangerThen itself.
	DangerNow, DangerThen                                                                                                                                                                                                                                                string
	StepOne, StepTwo, Continue, Change, CheckTitle, CheckSummary, More, Optional, OtherCategories, NameNobody, FasterWay, NoFasterWay, BeforeYouSend, NotSaid, ForecastChanged, TooMuchText, DoesItNameAChild, IsRecordAPerson, IsThisAPerson, SendAsItStands, SendAgain string
	Title, Intro, Ladder, Team, Agency, WhichAgency, ConferenceType, ConferenceDate, RecordNumber, Categories, Concern, Evidence                                                                                                                                         string
	Ask, AskBy, AlsoLookedAfter, StartLater, StartAt, StartGround, StartReason, UsualStart, ForecastTitle, Urgency, Ordinary, LateReason, Send, WillBeAsked, WillBeAskedNoLimit                                                                                          string
	NobodyToAsk, WillWaitAtGate, GateRecordedBy, OnlyByCard, AboutPartner, PartnerNobodyAsked, PartnerTemplate, Summary, PartnerNoteOnly, PartnerHandOff                                                                                                                 string
}

// GateWords are the texts of what must be done before a rung.
type GateWords struct {
	Title, NoLongerWaited, Note, PlainNote, TookPlaceOn, WaitingSince, GoesOnByItself, WaitsUntilRecorded, LimitDue, LimitPassed, NotForViewer, RecordAhead, GoOn, ConsultedWith, RecordedBy, MustBeAgreed string
	MustTakePlace, StatutoryRuns, StatutoryPassed, StatutoryWillPass, LimitNotStarted, NoLimit, Summary, SummaryEnded                                                                                      string
	Override, RecordDone                                                                                                                                                                                   string
	Statuses                                                                                                                                                                                               map[challenge.GateStatus]string
	PassButtons                                                                                                                                                                                            map[ladder.GateKind]string
	NotAgreedButtons                                                                                                                                                                                       map[ladder.GateKind]string
}

// NoticeChannelWords are the texts of in which channel notices appear.
type NoticeChannelWords struct {
	Title, Nothing                              string
	ChosenByCommand                             string // the channel, and the team or service
	FromDirectory                               string // the channel
	ViaService                                  string // the service whose channel it is
	TeamHasNone, ServiceHasNone, HowTo, Summary string
}

// HelpWords are the texts of what the bot can do.
type HelpWords struct {
	Title, Intro, Privacy, Summary, SetUpFor, Everything string
}

// MyChallengesWords are the texts of somebody's challenges.
type MyChallengesWords struct {
	Title, WaitingForViewer, RaisedByViewer, NothingOpen, SomeUnreadable, Open, More, Summary, OpenByTyping string
}

// JudgeWords are the texts of the card of who decides on an answer.
type JudgeWords struct {
	Question, RecordOnly, DecidedByOther, Reason, PartlyHint, NoMoreHint, Satisfied, PartlyButton, NotSatisfied, Summary string
	SummaryEnded, ThenHandOff, ThenNobody, ThenNext, ThenGated                                                           string
	Verdicts                                                                                                             map[challenge.Verdict]string
}

// MeetingWords are the texts of a rung's meeting.
type MeetingWords struct {
	Title, MayBeHeld, FilesStatement, AdHoc, ChairedBy, MinutedBy, Invited, MustAttend, MayAttend, DoesNotAttend, HoldBy, OutcomeTo, Attendees string
}

// RespondWords are the texts of the card of who is asked, and of what became of the question.
type RespondWords struct {
	StandsStill, SummaryStandsStill, PleaseAnswer, AnswerAskedFor, PleaseAnswerNoLimit, YourAnswerIsIn, Acknowledge, AcknowledgedBy, AnswerAskedForNoLimit, SummaryNoLimit, AskedTogether, Intro, OnBehalfIntro, Send, ResponseLabel, ToggleAction, ActionWhat, ActionWho, ActionBy, NotByTyping, RecordAsked, AskedHow, AskedOn, AskBack, YourQuestion, SendQuestion, Replace, ReplaceIntro, ReplaceButton, Replaces string
	AskedNote, HandedOver, RecordOnly, Summary, SummaryRead, SummaryEnded, AnsweredBy, OnBehalfOf, AfterDue, EndedAnsweredByYou                                                                                                                                                                                                                                                                                       string
	EndedAnsweredByOther, EndedLapsed, EndedJudged, EndedMovedOn, NowSettled, NowWithdrawn, NowHandedOff, NowHeldAtGate                                                                                                                                                                                                                                                                                               string
	NowExhausted, NowOnRung, AskedButton                                                                                                                                                                                                                                                                                                                                                                              string
	Intros                                                                                                                                                                                                                                                                                                                                                                                                            map[ladder.ResponseForm]string
	ResponseLabels                                                                                                                                                                                                                                                                                                                                                                                                    map[ladder.ResponseForm]string
}

// FormSentWords are the texts of the card in place of a form that was sent.
type FormSentWords struct {
	Title, AskedToAnswer, AskedNoLimit, HeldAtGate, NobodyAsked, WhatFollows, Summary string
}

// DialogWords are the texts of a card in a window of its own.
type DialogWords struct {
	Open, Title, IsRecorded string
}

// ShorterTimeWords are the texts of a request for an answer sooner.
type ShorterTimeWords struct {
	Open, Days, Reason, Label, NeverLater string
}

// CommonWords are the texts of what several cards say.
type CommonWords struct {
	TextShortened, RequiredMark, Refresh, NoneChosen, Done, PleaseNote, PutRight, YouTyped, ByTyping, DueDateWorking, Details, LimitPassed, Urgent, UrgentBecause string
	RecordOnly, ReadInstead, Yes, No, ByTelephone, ByEmail, Challenge, RecordNumber, RecordWord                                                                   string
	Conference, NobodyNamed, Somebody, StandingIn, MorePeople, System, Channel, Overseer, PlanBy                                                                  string
}

// LabelWords are the texts of headings and labels of facts.
type LabelWords struct {
	From, AskedToAnswer, AskedOnRung, WhoDecides, Team, Conference, Categories, Concern, Evidence, AskedFor, RaisedLate, EarlierSteps, AllSteps string
	Plan, Answer, Reason, Note, OnThisRung, AskedForBy, RaisedBy, RaisedOn, WaitingSince, MustAct, TimeLimit                                    string
	StatutoryTime, Obstacles, Contact, Question, LookedAfter, Informed, Consulted, Grounds                                                      string
}

// InputErrorWords are the texts of what a client says of an input.
type InputErrorWords struct {
	Missing, TooLong, BadDate, NothingChosen string
	UnreadDate                               string // what was written
}

// NoticeWords are the texts of the notice in a channel.
type NoticeWords struct {
	Summary, AwaitingResponse, NoLimit, NotAsked, AwaitsRelease, AwaitingJudgement, HeldAtGate, Exhausted, Closed, MovedOn string
}

// ReminderWords are the texts of the reminder.
type ReminderWords struct {
	Title, PleaseAnswer, WhereToAnswer, Open, NoLongerNeeded, Summary string
	DaysLeft, OneDayLeft, LastDay                                     string // on the day of the reminder
}

// AlertWords are the texts of the card of who is told and not asked.
type AlertWords struct {
	Intro, Summary string
}

// DraftWords are the texts of what is said to somebody who is asked something and typed plain
// words.
type DraftWords struct {
	Title, Summary                                     string
	WaitsForAnswer                                     string // the reference, and until when
	WaitsNoLimit                                       string // the reference
	WaitsForDecision, WaitsForRecord                   string // the reference
	UseAsAnswer, UseAsReason, UseAsNote                string // the reference: a button
	HowToUse, HowToOpen, TooLong, More, WriteInPrivate string
	AttachmentNotKept                                  string
	WhoIsMeant, ThisPerson, ContinueCover              string // where a name fits several people
}

// OversightWords are the texts of the card of who oversees challenges.
type OversightWords struct {
	Title, Summary, NobodyToAsk, Exhausted, NobodyHolds, Release string
}

// DigestWords are the texts of what waits within what somebody oversees.
type DigestWords struct {
	Title, AsOf, LongestFirst, Nothing, NotDelivered, NotDeliveredHint, More, HowTo, SummaryOne, Summary string
	Unreachable, UnreachableHint                                                                         string
	UnreachableSince                                                                                     string // since when, and the roles
	UnreachableMore, UnreachableSummary                                                                  string // how many
	DateMoved, DateMovedFromTo                                                                           string // with the calendar
	OutageTitle, OutageSummary, StandStill, ReleaseAll, HowToRelease                                     string // after a very long outage
}

// TasksWords are the texts of the morning's digest of what waits for one person.
type TasksWords struct {
	Title, Waiting, WaitingOne, WaitingNone, MovedOn, More, Since, Judge, Gate, Decide, End, Question, StandsStill, EndsToday string
}

// RegisterWords are the texts of the register.
type RegisterWords struct {
	Title, YouSee, WhichToOpen, Raised, Overseen, Kept, Nothing, RaisedBy, More, Continued, Search, Show, RaiseAnother, NotYours string
	OpenAndEnded, Open, Ended, Any                                                                                               string
	ByNumber, ByStage, ByPerson, Since, Until                                                                                    string // what is listed
	NumberLabel, StateLabel, ProcedureLabel, StageLabel, PersonLabel, SinceLabel, UntilLabel                                     string // of the inputs
	PutRight, UnknownPerson, SeveralPeople, UnknownChoice, OtherProcedure, UnknownDate, EndsBeforeItBegins                       string // what is wrong with one
}

// NotesWords are the texts of the case notes to be pasted elsewhere.
type NotesWords struct {
	Title, None, Left, For, HowToCopy, Cut, Pasted, PastedBy, Next, More, Waiting, WaitingOne string
}

// NewsWords are the texts of a line of news.
type NewsWords struct {
	Open, StandsBelow, NewerBelow, SummarySuperseded string
}

// TypedCommandWords are the texts of commands as they are typed.
type TypedCommandWords struct {
	Open, Respond, PlanLines, Satisfied, SatisfiedWithNote, Partly, NotSatisfied, ShorterTime, OrSeparator, Gate, AskedOutside, Withdraw, NotUrgent, Escalate string
	Refer, Skip, HandOff, Move, Correct, Successor, AskBack, AnswerQuestion, NotMine                                                                          string
	GateStatuses                                                                                                                                              map[challenge.GateStatus]string
}

// PlainTextWords are the texts of what only the text form of a card says.
type PlainTextWords struct {
	Required, UpTo, Date, Several, CurrentValue string
}

// StepWords are the texts of the steps of the history.
type StepWords struct {
	Raised, RungOpened, RungOpenedForSeveral, RoleVacant, VacantByConflict, VacantByDirectory, Redated, Undelivered, Unconfirmed, Responded                                                                                       string
	LateResponse, RecordedSettled, Judged, Lapsed, SkippedTo, HeldAtGate, GateByItself, GateRecorded, GateDated, Resolved, Exhausted                                                                                              string
	EndRequested, HandOffRequested, UrgencyLifted, Escalated, Acknowledged, QuestionAsked, QuestionAnswered, Corrected, CorrectedTo, NotAcknowledged, LapseYielded, Replaced, RespondedOthersToo, JudgedOthersToo, ChairSucceeded string
	RungQueued, AlsoQueued, CouldNotBeAsked, NotEndedUnasked, RedatedAfterRefusal, AskedAgain, Interrupted, Restored, Prolonged, OpensLater, StandsStill, Released                                                                string
	// Recounted, RecountedGate and RecountedLimit: the calendar of working days changed.
	Recounted, RecountedGate, RecountedLimit                      string
	Withdrawn, ConcernRecorded, HandedOff, AskedOutside, Referred string
	AskedHow                                                      map[challenge.ContactMethod]string
	LateBecause                                                   map[string]string
}

// BotWords are the texts of answers in words, where no card says it.
type BotWords struct {
	BadReference, UnknownReference, NotUnderstood, GiveReference, MayNotRaise, SeeMyChallenges, AskedInChannel                                     string
	UnreadableCard, NoSuchChallenge, OtherVersion, UnknownSender, WaitingOverseersOnly, DigestOverseersOnly, CannotRefreshNow, ChallengeUnreadable string
	// Limits for each person; the texts with a number take it.
	TooManyMessages, TooManyPresses, TooManyRaised, TooManyCovers, TooManyWrongReferences string
	// Among others: what help says there, where the answer is, and who could read the question.
	ChannelHelp, AnswerInPrivateChat, ReadByEverybody string
	// MessageChanged: what is said of a message that was changed after it had its effect.
	MessageChanged map[challenge.MessageChange]string
	ChannelWelcome string // in the channel of a team; who reads it may know nothing of challenges

	CoverUsage, CoverUnknownPerson, CoverBadDates, CoverOverseersOnly, CoverNotOneself, CoverNotFound, CoverNoted, CoverEnded string

	ReleaseOverseersOnly, NothingToRelease, ReleasedCount string

	NoticesUsage, NoticesTypeInChannel, NoticesSharedChannel, NoticesForeignChannel, NoticesUnknownName, NoticesAmbiguousName      string
	NoticesOverseersOnly, NoticesChannelChosen, NoticesChannelRemoved, NoticesNothingToRemove, ChannelInTeam, GeneralChannelInTeam string
}
