package command

import (
	"slices"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// Command is one thing that a person can do to a challenge, by a button or by typing. Both fill in
// the same inputs, and the inputs become the command of the domain in one place.
type Command struct {
	Name words.CommandName
	Verb cards.Verb
	Card challenge.Card // that the button stands on
	// ReadTyped fills in the inputs, and what the button would carry, from what was typed behind
	// the reference.
	ReadTyped func(Typed) (cards.ButtonData, map[string]string)
	// Build makes the command of the domain out of the inputs.
	Build func(in *Inputs, d cards.ButtonData, c challenge.Snapshot) challenge.Command
}

// table is all of them. Several words may do what one button does.
var table = []Command{
	{words.CommandRespond, cards.VerbRespond, challenge.CardRespond, typedResponse, buildResponse},
	{words.CommandSatisfied, cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.Satisfied), buildVerdict},
	{words.CommandPartly, cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.Partly), buildVerdict},
	{words.CommandNotSatisfied, cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.NotSatisfied), buildVerdict},
	{words.CommandGate, cards.VerbGate, challenge.CardGate, typedGate, buildGateRecord},
	{words.CommandSkip, cards.VerbSkip, challenge.CardChallenge, typedSkip, buildSkip},
	{words.CommandHandOff, cards.VerbHandOff, challenge.CardChallenge, typedHandOff, buildHandOff},
	{words.CommandRefer, cards.VerbRefer, challenge.CardChallenge, typedReferral, buildReferral},
	{words.CommandWithdraw, cards.VerbWithdraw, challenge.CardChallenge, typedReason, buildWithdrawal},
	{words.CommandMove, cards.VerbMove, challenge.CardChallenge, typedMove, buildMove},
	{words.CommandCorrect, cards.VerbCorrect, challenge.CardChallenge, typedCorrection, buildCorrection},
	{words.CommandSuccessor, cards.VerbSuccessor, challenge.CardOversight, typedSuccessor, buildSuccessor},
	{words.CommandRelease, cards.VerbRelease, challenge.CardOversight, typedNothing, buildRelease},
	{words.CommandRemind, cards.VerbRemind, challenge.CardChallenge, typedNothing, buildReminder},
	{words.CommandAcknowledge, cards.VerbAcknowledge, challenge.CardRespond, typedAcknowledgement, buildAcknowledgement},
	{words.CommandNotMine, cards.VerbNotMine, challenge.CardRespond, typedOwner, buildNotMine},
	{words.CommandAskBack, cards.VerbAskBack, challenge.CardRespond, typedReason, buildQuestion},
	{words.CommandAnswerQuestion, cards.VerbAnswer, challenge.CardChallenge, typedReason, buildAnswer},
	{words.CommandEscalate, cards.VerbEscalate, challenge.CardChallenge, typedReason, buildEscalation},
	{words.CommandNotUrgent, cards.VerbLiftUrgency, challenge.CardChallenge, typedReason, buildLiftUrgency},
	{words.CommandAsked, cards.VerbAskedOutside, challenge.CardRespond, typedAskedOutside, buildAskedOutside},
}

// All are the commands that do something to one challenge.
func All() []Command { return slices.Clone(table) }

// ByName finds what a typed command does; false for one that does nothing to one challenge.
func ByName(name words.CommandName) (Command, bool) {
	return find(func(c Command) bool { return c.Name == name })
}

// ByVerb finds what a button does.
func ByVerb(verb cards.Verb) (Command, bool) {
	return find(func(c Command) bool { return c.Verb == verb })
}

func find(is func(Command) bool) (Command, bool) {
	if i := slices.IndexFunc(table, is); i >= 0 {
		return table[i], true
	}
	return Command{}, false
}

// NamesPerson reports whether what is typed behind the reference is a person.
func (cmd Command) NamesPerson() bool {
	return cmd.Verb == cards.VerbSuccessor || cmd.Verb == cards.VerbNotMine
}

// ResultCard is the card that shows what came of a typed command, and its opening: the one that
// has the button for it as the challenge stands.
func (cmd Command) ResultCard(c challenge.Challenge, id string) (challenge.Card, int) {
	n := len(c.Openings)
	switch {
	case cmd.Verb == cards.VerbRespond, cmd.Verb == cards.VerbAskedOutside, cmd.Verb == cards.VerbAcknowledge, cmd.Verb == cards.VerbNotMine, cmd.Verb == cards.VerbAskBack:
		return challenge.CardRespond, c.OpeningFor(id)
	case cmd.Verb == cards.VerbSuccessor:
		return challenge.CardOversight, n
	case cmd.Verb == cards.VerbJudge && c.State == challenge.StateAwaitingJudgement:
		return challenge.CardJudge, n
	case cmd.Verb == cards.VerbRelease:
		return challenge.CardOversight, n
	case cmd.Verb == cards.VerbGate && c.State == challenge.StateHeldAtGate:
		return challenge.CardGate, n
	default:
		return challenge.CardChallenge, n
	}
}
