package words

import (
	"slices"
	"strings"

	"challengebot/internal/challenge"
)

// A command has one name in the program, and in each language what people type for it, what
// help says of it and what Teams offers while somebody types. What one language calls a command
// is understood from everybody.

// CommandName is a command, whatever a language calls it.
type CommandName string

// Commands that a person may type.
const (
	CommandChallenge      CommandName = "challenge"
	CommandUrgent         CommandName = "urgent"
	CommandMine           CommandName = "mine"
	CommandRespond        CommandName = "respond"
	CommandSatisfied      CommandName = "satisfied"
	CommandPartly         CommandName = "partly"
	CommandNotSatisfied   CommandName = "not-satisfied"
	CommandGate           CommandName = "gate"
	CommandSkip           CommandName = "skip"
	CommandHandOff        CommandName = "hand-off"
	CommandRefer          CommandName = "refer"
	CommandWithdraw       CommandName = "withdraw"
	CommandAsked          CommandName = "asked"
	CommandMove           CommandName = "move"
	CommandCorrect        CommandName = "correct"
	CommandSuccessor      CommandName = "successor"
	CommandWaiting        CommandName = "waiting"
	CommandRegister       CommandName = "register"
	CommandNotes          CommandName = "notes"
	CommandCover          CommandName = "cover"
	CommandNotices        CommandName = "notices"
	CommandRelease        CommandName = "release"
	CommandNotUrgent      CommandName = "not-urgent"
	CommandEscalate       CommandName = "escalate"
	CommandAcknowledge    CommandName = "acknowledge"
	CommandNotMine        CommandName = "not-mine"
	CommandAskBack        CommandName = "ask-back"
	CommandAnswerQuestion CommandName = "answer-question"
	CommandRemind         CommandName = "remind"
	CommandHelp           CommandName = "help"
)

// CommandNames are all commands in the order in which help lists them.
var CommandNames = []CommandName{
	CommandChallenge,
	CommandUrgent,
	CommandMine,
	CommandRespond,
	CommandSatisfied,
	CommandPartly,
	CommandNotSatisfied,
	CommandGate,
	CommandSkip,
	CommandHandOff,
	CommandRefer,
	CommandWithdraw,
	CommandAsked,
	CommandMove,
	CommandCorrect,
	CommandSuccessor,
	CommandWaiting,
	CommandRegister,
	CommandNotes,
	CommandCover,
	CommandNotices,
	CommandRelease,
	CommandNotUrgent,
	CommandEscalate,
	CommandAcknowledge,
	CommandNotMine,
	CommandAskBack,
	CommandAnswerQuestion,
	CommandRemind,
	CommandHelp,
}

// Command is something to type, and what it does. What is typed begins with the slash and the
// word for the command.
type Command struct{ Syntax, Description string }

// Word is the word for the command, without the slash.
func (c Command) Word() string {
	word, _, _ := strings.Cut(c.Syntax, " ")
	return strings.TrimPrefix(word, "/")
}

// HelpLines are what help lists, in its order.
func (w *Catalogue) HelpLines() []Command {
	var all []Command
	for _, name := range CommandNames {
		all = append(all, w.Commands[name]...)
	}
	return all
}

// CommandWord is what this language calls a command.
func (w *Catalogue) CommandWord(name CommandName) string { return w.Commands[name][0].Word() }

// namesByWord finds commands by all that any language calls them, folded.
var namesByWord = func() map[string]CommandName {
	all := map[string]CommandName{}
	for _, c := range catalogues {
		for _, name := range CommandNames {
			known := append([]string{string(name), c.CommandWord(name)}, c.Vocabulary.Commands[name]...)
			for _, offered := range []map[CommandName]Command{c.Package.InChat, c.Package.InTeam} {
				if o, ok := offered[name]; ok {
					known = append(known, o.Word())
				}
			}
			for _, word := range known {
				all[foldWords(word)] = name
			}
		}
	}
	return all
}()

// CommandCalled is the command that a word stands for, in any language.
func CommandCalled(word string) (CommandName, bool) {
	name, ok := namesByWord[foldWords(FoldToken(word))]
	return name, ok
}

// GateStatusCalled is what a word says of a gate.
func GateStatusCalled(word string) (challenge.GateStatus, bool) {
	return lookUpWord(word, func(v *Vocabulary) map[string]challenge.GateStatus { return v.GateStatuses })
}

// ContactMethodCalled is how somebody was asked.
func ContactMethodCalled(word string) (challenge.ContactMethod, bool) {
	return lookUpWord(word, func(v *Vocabulary) map[string]challenge.ContactMethod { return v.ContactMethods })
}

// RegisterStateCalled is what a word says of challenges that are looked for: open or ended.
func RegisterStateCalled(word string) (open, ok bool) {
	return lookUpWord(word, func(v *Vocabulary) map[string]bool { return v.RegisterStates })
}

func lookUpWord[T any](word string, of func(*Vocabulary) map[string]T) (T, bool) {
	word = foldWords(FoldToken(word))
	i := slices.IndexFunc(catalogues, func(c *Catalogue) bool { _, ok := of(c.Vocabulary)[word]; return ok })
	if i < 0 {
		var none T
		return none, false
	}
	return of(catalogues[i].Vocabulary)[word], true
}

var englishCommands = map[CommandName][]Command{
	CommandChallenge: {
		{"/challenge", "raise a challenge: I give you the form"},
		{"/challenge CH-…", "where that challenge stands, and what you can do now"},
	},
	CommandUrgent:         {{"/urgent", "raise a challenge for an immediate risk: the form with the faster ways of the procedure"}},
	CommandMine:           {{"/mine", "what waits for you, and what you raised"}},
	CommandRespond:        {{"/respond CH-… your answer | what; who; YYYY-MM-DD", "answer, with the actions that you agree"}},
	CommandSatisfied:      {{"/satisfied CH-…", "say that an answer is good enough"}},
	CommandPartly:         {{"/partly CH-… reason", "ask for more on the same stage"}},
	CommandNotSatisfied:   {{"/not-satisfied CH-… reason", "take it further"}},
	CommandGate:           {{"/gate CH-… agreed|refused|override note", "record what had to be done before the next stage"}},
	CommandSkip:           {{"/skip CH-… stage ground what makes this necessary", "go straight to a later stage, where the procedure allows it"}},
	CommandHandOff:        {{"/hand-off CH-… procedure reason", "hand a challenge over to another procedure"}},
	CommandRefer:          {{"/refer CH-… the call | who was informed | who was consulted | note", "record a referral outside the authority that you made today"}},
	CommandWithdraw:       {{"/withdraw CH-… reason", "withdraw a challenge that you raised"}},
	CommandAsked:          {{"/asked CH-… phone|e-mail YYYY-MM-DD note", "record that you asked somebody who has no account here"}},
	CommandMove:           {{"/move CH-… TEAM", "say that a challenge that you raised is about a child of another team"}},
	CommandCorrect:        {{"/correct CH-… NUMBER reason", "put right the record number of a challenge that you raised; everybody who knows of it is told"}},
	CommandSuccessor:      {{"/successor CH-… NAME", "name who takes over from a chair who has left, if you oversee challenges"}},
	CommandWaiting:        {{"/waiting", "what waits for others, if you oversee challenges"}},
	CommandRegister:       {{"/register NUMBER|TEAM|NAME", "the challenges that you raised, oversee or keep the register of, open and ended; /register alone lists all"}},
	CommandNotes:          {{"/notes CH-…", "the case notes that you are to copy into the other system, ready to paste; /notes alone gives all that wait"}},
	CommandCover:          {{"/cover NAME YYYY-MM-DD to YYYY-MM-DD", "have somebody stand in for you; /cover alone lists who does"}},
	CommandNotices:        {{"/notices here TEAM-OR-SERVICE", "in a channel, if you oversee challenges: have its notices appear there; /notices alone lists where they do"}},
	CommandRelease:        {{"/release CH-…", "if you oversee challenges: let the time of one run on after a long outage; /release alone does so for all"}},
	CommandRemind:         {{"/remind CH-…", "remind those whom you asked, once a working day"}},
	CommandAcknowledge:    {{"/acknowledge CH-…", "say that you have the question; the time runs on"}},
	CommandAskBack:        {{"/ask CH-… question", "ask the person who raised it something before you answer; the time runs on"}},
	CommandAnswerQuestion: {{"/reply CH-… answer", "answer somebody who asked you something about a challenge that you raised"}},
	CommandNotMine:        {{"/not-mine CH-… NAME", "say whose the question is; they are asked with the time that is left"}},
	CommandEscalate:       {{"/escalate CH-… reason", "take it to the next stage before the time ends, where the procedure leaves that to you"}},
	CommandNotUrgent:      {{"/not-urgent CH-… reason", "say that an urgent challenge that you raised can wait as long as others"}},
	CommandHelp:           {{"/help", "this list"}},
}

var welshCommands = map[CommandName][]Command{
	CommandChallenge: {
		{"/her", "codi her: cewch y ffurflen gennyf"},
		{"/her CH-…", "sefyllfa'r her honno, a'r hyn y gallwch ei wneud yn awr"},
	},
	CommandUrgent:         {{"/brys", "codi her am berygl uniongyrchol: y ffurflen gyda ffyrdd cyflymach y weithdrefn"}},
	CommandMine:           {{"/fy-heriau", "yr heriau sy'n aros amdanoch, a'r rhai a godwyd gennych"}},
	CommandRespond:        {{"/ateb CH-… eich ateb | beth; pwy; BBBB-MM-DD", "ateb, gyda'r camau yr ydych yn cytuno arnynt"}},
	CommandSatisfied:      {{"/bodlon CH-…", "dweud bod ateb yn ddigon da"}},
	CommandPartly:         {{"/rhannol CH-… rheswm", "gofyn am ragor ar yr un cam"}},
	CommandNotSatisfied:   {{"/anfodlon CH-… rheswm", "mynd â'r her ymhellach"}},
	CommandGate:           {{"/porth CH-… cytunwyd|gwrthodwyd|bwrw-ymlaen nodyn", "cofnodi'r hyn yr oedd yn rhaid ei wneud cyn y cam nesaf"}},
	CommandSkip:           {{"/neidio CH-… cam sail beth sy'n gwneud hyn yn angenrheidiol", "mynd yn syth i gam diweddarach, lle mae'r weithdrefn yn caniatáu hynny"}},
	CommandHandOff:        {{"/trosglwyddo CH-… gweithdrefn rheswm", "trosglwyddo her i weithdrefn arall"}},
	CommandRefer:          {{"/atgyfeirio CH-… yr alwad | pwy a hysbyswyd | gyda phwy yr ymgynghorwyd | nodyn", "cofnodi atgyfeiriad y tu allan i'r awdurdod a wnaethoch heddiw"}},
	CommandWithdraw:       {{"/tynnu-yn-ôl CH-… rheswm", "tynnu'n ôl her a godwyd gennych"}},
	CommandAsked:          {{"/gofynnwyd CH-… ffôn|e-bost BBBB-MM-DD nodyn", "cofnodi eich bod wedi gofyn i rywun nad oes ganddo gyfrif yma"}},
	CommandMove:           {{"/symud CH-… TÎM", "dweud bod her a godwyd gennych yn ymwneud â phlentyn o dîm arall"}},
	CommandCorrect:        {{"/cywiro CH-… RHIF rheswm", "cywiro rhif cofnod her a godwyd gennych; dywedir wrth bawb sy'n gwybod amdani"}},
	CommandSuccessor:      {{"/olynydd CH-… ENW", "enwi pwy sy'n cymryd lle cadeirydd sydd wedi gadael, os ydych yn goruchwylio heriau"}},
	CommandWaiting:        {{"/yn-aros", "yr hyn sy'n aros am bobl eraill, os ydych yn goruchwylio heriau"}},
	CommandRegister:       {{"/cofrestr RHIF|TÎM|ENW", "yr heriau a godwyd gennych, yr ydych yn eu goruchwylio neu'n cadw eu cofrestr, yn agored neu wedi dod i ben; mae /cofrestr ar ei ben ei hun yn rhestru pob un"}},
	CommandNotes:          {{"/nodiadau CH-…", "y nodiadau achos yr ydych i'w copïo i'r system arall, yn barod i'w gludo; mae /nodiadau ar ei ben ei hun yn rhoi pob un sy'n aros"}},
	CommandCover:          {{"/cyflenwi ENW 1/4/2026 i 17/4/2026", "cael rhywun i gymryd eich lle; mae /cyflenwi ar ei ben ei hun yn rhestru pwy sy'n gwneud"}},
	CommandNotices:        {{"/hysbysiadau yma TÎM-NEU-WASANAETH", "mewn sianel, os ydych yn goruchwylio heriau: cael ei hysbysiadau i ymddangos yno; mae /hysbysiadau ar ei ben ei hun yn rhestru ble maent"}},
	CommandRelease:        {{"/rhyddhau CH-…", "os ydych yn goruchwylio heriau: gadael i amser un redeg ar ôl toriad hir; mae /rhyddhau ar ei ben ei hun yn gwneud hynny ar gyfer pob un"}},
	CommandRemind:         {{"/atgoffa CH-…", "atgoffa'r rhai y gofynnoch iddynt, unwaith bob diwrnod gwaith"}},
	CommandAcknowledge:    {{"/cydnabod CH-…", "dweud bod y cwestiwn gennych; mae'r amser yn dal i redeg"}},
	CommandAskBack:        {{"/holi CH-… cwestiwn", "gofyn rhywbeth i'r sawl a'i cododd cyn i chi ateb; mae'r amser yn dal i redeg"}},
	CommandAnswerQuestion: {{"/ymateb CH-… ateb", "ateb rhywun a ofynnodd rywbeth i chi am her a godwyd gennych"}},
	CommandNotMine:        {{"/nid-fi CH-… ENW", "dweud cwestiwn pwy ydyw; gofynnir iddynt hwy, gyda'r amser sydd ar ôl"}},
	CommandEscalate:       {{"/uwchgyfeirio CH-… rheswm", "mynd â hi i'r cam nesaf cyn i'r amser ddod i ben, lle mae'r weithdrefn yn gadael hynny i chi"}},
	CommandNotUrgent:      {{"/dim-brys CH-… rheswm", "dweud y gall her frys a godwyd gennych aros gyhyd â heriau eraill"}},
	CommandHelp:           {{"/cymorth", "y rhestr hon"}},
}
