// Package words holds every text that a person reads on a card, in a message or in
// an answer of the bot, once for each language.
//
// It is data: nothing here decides, and nothing can fail at run time. [English] and
// [Welsh] have the same fields; the tests hold that none is empty and that a text
// takes the same arguments in both. What an authority writes itself (the labels of
// its ladder, names, what people typed) is never translated, and what the record
// holds stays as it was recorded.
package words

import (
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Words are all texts in one language. %s and %d are filled in by who shows the text.
type Words struct {
	Tag string // of the language, as a card's lang
	Grammar

	Case      CaseWords
	Cover     CoverWords
	Form      FormWords
	Gate      GateWords
	Channels  ChannelsWords
	Help      HelpWords
	Mine      MineWords
	Judge     JudgeWords
	Meeting   MeetingWords
	Respond   RespondWords
	Sent      SentWords
	Dialog    DialogWords
	Shorter   ShorterWords
	Common    CommonWords
	Label     LabelWords
	Fault     FaultWords
	Notice    NoticeWords
	Reminder  ReminderWords
	Alert     AlertWords
	Oversight OversightWords
	Digest    DigestWords
	Type      TypeWords
	Text      TextWords
	Bot       BotWords
	// Refusals are those of the domain by key; English has them with the domain.
	Refusals map[challenge.Message]string
	Step     StepWords
}

// Grammar is what a language does with dates, numbers and lists.
type Grammar struct {
	// Moment is a day and a time, and OnMoment the same after "on"; Day and OnDay
	// are a day alone.
	Moment, OnMoment func(time.Time) string
	Day, OnDay       func(workday.Date) string
	// Window is "10 working days".
	Window func(workday.Window) string
	// List is "a, b and c".
	List func([]string) string
	// Earlier tells how many steps of the history are left out.
	Earlier func(n int) string
	// Rung is what a rung is called, when the ladder calls it own.
	Rung func(own string) string
	// Field is the label of an input of a form of this bot's own.
	Field func(label string) string
}

// Command is something to type, and what it does.
type Command struct{ Type, Does string }

// CaseWords: the chair's card of a challenge.
type CaseWords struct {
	WithdrawButton, SkipButton, HandOffButton, ReferButton                                              string
	Withdraw, WithdrawReason, Skip, SkipTo, SkipGround, SkipEvidence, HandOff, HandOffTo, HandOffReason string
	Refer, ReferIntro, ReferContact, ReferOn, Informed, Consulted, Settled, SettledNote, SettledButton  string
	Waiting, Judging, Held, Exhausted, Resolved, Withdrawn, HandedOff, Recorded, Summary, Procedure     string
	PublicWaiting, PublicJudging, PublicHeld, PublicTop, PublicClosed                                   string
	Conferences                                                                                         map[challenge.ConferenceType]string
}

// CoverWords: the list of who stands in.
type CoverWords struct {
	Title, Nobody, Line, End, File, Handed, HowTo, Summary, For, Kept string
}

// FormWords: the form on which a challenge is raised.
type FormWords struct {
	Title, Intro, Ladder, Team, Agency, WhichAgency, Conf, ConfDate, Record, Cats, Concern, Evidence                 string
	Ask, AskBy, InCare, Start, StartAt, Ground, Reason, Usual, Who, Choose, ChooseAgency, Preview, Send, Again, Will string
	Nobody, Held, HeldBy, Only, Partner, NobodyAsked, Template, Summary, NoteOnly, GoesTo, ForTeam                   string
}

// GateWords: what must be done before a rung.
type GateWords struct {
	Title, Over, Note, PlainNote, On, Since, Opens, Stays, Case, Passed, NotYou, Ahead, GoOn, With, By, Needs string
	Holding, StatutoryRuns, StatutoryPassed, StatutoryWill, NotYet, NoCase, Summary, SummaryEnded             string
	Override, Done                                                                                            string
	Status                                                                                                    map[challenge.GateStatus]string
	Pass                                                                                                      map[ladder.GateKind]string
	Refuse                                                                                                    map[ladder.GateKind]string
}

// ChannelsWords: in which channel notices appear.
type ChannelsWords struct {
	Title, Nothing                string
	Bound                         string // the channel, and the team or service
	File                          string // the channel
	Service                       string // the service whose channel it is
	Nowhere, None, HowTo, Summary string
}

// HelpWords: what the bot can do.
type HelpWords struct {
	Title, Intro, Privacy, Summary, SetUpFor string
	Commands                                 []Command
}

// MineWords: somebody's challenges.
type MineWords struct {
	Title, Waiting, Raised, None, Open, More, Summary, Typing string
}

// JudgeWords: the card of who decides on an answer.
type JudgeWords struct {
	Ask, Record, Other, Reason, Partly, NoMore, Satisfied, PartlyButton, NotSatisfied, Summary string
	SummaryEnded, ThenHandOff, ThenNobody, ThenNext, ThenGated                                 string
	Verdicts                                                                                   map[challenge.Verdict]string
}

// MeetingWords: a rung's meeting.
type MeetingWords struct {
	Title, May, Stands, AdHoc, Chair, Minutes, Invited, Must, Optional, Not, HoldBy, Output, Attended string
}

// RespondWords: the card of who is asked, and of what became of the question.
type RespondWords struct {
	Ask, AskOther, Other, Intro, OnBehalf, Send, Text, More, What, Who, By, NoLine, Asked, How, AskedOn string
	AskedNote, Passed, Record, Summary, SummaryRead, SummaryEnded, Answered, Behalf, Late, EndedYou     string
	EndedOther, EndedLapsed, EndedJudged, EndedMoved, NowSettled, NowWithdrawn, NowHandedOff, NowHeld   string
	NowTop, NowOn, AskedButton                                                                          string
	Intros                                                                                              map[ladder.Form]string
	Texts                                                                                               map[ladder.Form]string
}

// SentWords: the card in place of a form that was sent.
type SentWords struct {
	Title, Asked, Held, Nobody, Follow, Summary string
}

// DialogWords: a card in a window of its own.
type DialogWords struct {
	Open, Title, Recorded string
}

// ShorterWords: a request for an answer sooner.
type ShorterWords struct {
	Open, Days, Reason, Label, Never string
}

// CommonWords: what several cards say.
type CommonWords struct {
	Shortened, Required, Refresh, NotNow, Done, PleaseNote, PutRight, YouTyped, Typing, Working, Limit string
	RecordOnly, ReadInstead, Yes, No, ByTelephone, ByEmail, Challenge, RecordNumber, RecordWord        string
	Conference, NobodyNamed, Somebody, StandingIn, More, System, Channel, Overseer, PlanBy             string
}

// LabelWords: headings and labels of facts.
type LabelWords struct {
	From, To, WasAsked, Judge, Team, Conference, Categories, Concern, Evidence, Ask, Earlier, Timeline string
	Plan, Answer, Reason, Note, OnThis, AskedBy, RaisedBy, RaisedOn, WaitingSince, MustAct, TimeLimit  string
	Statutory, InTheWay, Contact, Informed, Consulted, Grounds                                         string
}

// FaultWords: what a client says of an input.
type FaultWords struct {
	Required, Long, Date, Choose string
}

// NoticeWords: the notice in a channel.
type NoticeWords struct {
	Summary, Due, Answer, Held, Top, Closed, MovedOn string
}

// ReminderWords: the reminder.
type ReminderWords struct {
	Title, Ask, Where, Open, Over, Summary string
}

// AlertWords: the card of who is told and not asked.
type AlertWords struct {
	Intro, Summary string
}

// OversightWords: the card of who oversees challenges.
type OversightWords struct {
	Title, Summary, Nobody, Exhausted, Vacant string
}

// DigestWords: what waits within what somebody oversees.
type DigestWords struct {
	Title, AsOf, Order, Nothing, Refused, RefusedSays, More, HowTo, One, Summary string
	Away, AwayHow                                                                string
	AwaySince                                                                    string // since when, and the roles
	AwayMore, AwaySummary                                                        string // how many
}

// TypeWords: commands as they are typed.
type TypeWords struct {
	Open, Respond, Plan, Satisfied, Settled, Partly, NotSatisfied, Sooner, Or, Gate, Asked, Withdraw string
	Refer, Skip, HandOff                                                                             string
	Status                                                                                           map[challenge.GateStatus]string
}

// TextWords: what only the text form of a card says.
type TextWords struct {
	Required, UpTo, Date, Several, Now string
}

// StepWords: the steps of the history.
type StepWords struct {
	Raised, Opened, OpenedSeveral, Vacant, VacantConflict, VacantRole, Redated, Undelivered, Answered string
	Kept, Settled, Judged, Lapsed, Skipped, Held, GateByItself, Gate, Dated, Resolved, Exhausted      string
	Withdrawn, Recorded, HandedOff, Asked, HandedOver, BackAgain, Referred                            string
	How                                                                                               map[challenge.How]string
	Why                                                                                               map[string]string
}

// BotWords: answers in words, where no card says it.
type BotWords struct {
	BadReference, UnknownReference, NotUnderstood, GiveReference, NotARaiser, MineShows, AskedInChannel string
	Unreadable, NotYours, OtherVersion, WhoAreYou, WaitingNotYou, DigestNotYou, NotNow                  string
	// Among others: what help says there, where the answer is, and who could read the question.
	AsideHelp, AsideElsewhere, AsidePublic string
	// MessageChanged: what is said of a message that was changed after it had its effect.
	MessageChanged map[challenge.MessageChange]string
	Welcome        string // in the channel of a team; who reads it may know nothing of challenges

	CoverHow, CoverUnknown, CoverDates, CoverNotYou, CoverSelf, CoverNone, CoverNoted, CoverEnded string

	NoticesHow, NoticesWhere, NoticesShared, NoticesForeign, NoticesUnknown, NoticesTwice string
	NoticesNotYou, NoticesDone, NoticesOff, NoticesOffNone, ChannelIn, GeneralIn          string
}
