package bot

import (
	"strconv"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// Words a person may type.
const (
	commandChallenge    = "challenge"
	commandMine         = "mine"
	commandHelp         = "help"
	commandRespond      = "respond"
	commandSatisfied    = "satisfied"
	commandPartly       = "partly"
	commandNotSatisfied = "not-satisfied"
	commandGate         = "gate"
	commandWithdraw     = "withdraw"
	commandSkip         = "skip"
	commandHandOff      = "hand-off"
	commandRefer        = "refer"
	commandCover        = "cover"
	commandAsked        = "asked"
	commandNotices      = "notices"
	commandWaiting      = "waiting"
)

// command is one thing that a person can do to a challenge, by a button or by typing. Both fill
// in the same inputs, and the inputs become the command of the domain in one place.
type command struct {
	verb cards.Verb
	card challenge.Card // that the button stands on
	// readTyped fills in the inputs, and what the button would carry, from what was typed behind
	// the reference.
	readTyped typedReader
	build     func(in *inputReader, d cards.ButtonData, c challenge.Snapshot) challenge.Command
}

// commands are all of them, by the word that is typed. Several words may do what one button does.
var commands = map[string]command{
	commandRespond:      {cards.VerbRespond, challenge.CardRespond, typedResponse, buildResponse},
	commandSatisfied:    {cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.Satisfied), buildVerdict},
	commandPartly:       {cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.Partly), buildVerdict},
	commandNotSatisfied: {cards.VerbJudge, challenge.CardJudge, typedVerdict(challenge.NotSatisfied), buildVerdict},
	commandGate:         {cards.VerbGate, challenge.CardGate, typedGate, buildGateRecord},
	commandWithdraw: {cards.VerbWithdraw, challenge.CardChallenge, typedOneText(cards.FieldReason), func(in *inputReader, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
		return challenge.Withdraw{Reason: in.text(cards.FieldReason)}
	}},
	commandSkip: {cards.VerbSkip, challenge.CardChallenge, typedSkip, func(in *inputReader, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
		return challenge.SkipTo{To: in.text(cards.FieldTo), Ground: in.text(cards.FieldGround), Evidence: in.text(cards.FieldEvidence)}
	}},
	commandHandOff: {cards.VerbHandOff, challenge.CardChallenge, typedHandOff, func(in *inputReader, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
		return challenge.HandOff{To: in.text(cards.FieldTo), Reason: in.text(cards.FieldReason)}
	}},
	commandAsked: {cards.VerbAskedOutside, challenge.CardRespond, typedAskedOutside, func(in *inputReader, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
		return challenge.RecordAskedOutside{Opening: d.Opening, Method: challenge.ContactMethod(in.text(cards.FieldHow)),
			On: in.date(cards.FieldOn, words.Behind), Note: in.text(cards.FieldNote)}
	}},
	commandRefer: {cards.VerbRefer, challenge.CardChallenge, typedReferral, buildReferral},
}

// commandForVerb is what a button does.
func commandForVerb(v cards.Verb) (command, bool) {
	for _, c := range commands {
		if c.verb == v {
			return c, true
		}
	}
	return command{}, false
}

// inputReader reads the inputs of one command. What it can read it puts in order, so that a
// card that comes back shows a date as the date that was understood; what it cannot it leaves
// as typed and notes in unread.
type inputReader struct {
	values map[string]string
	days   words.Days
	unread challenge.Unread
}

func (rq request) newInputReader(values map[string]string) *inputReader {
	return &inputReader{values: values, days: words.Days{Today: rq.Calendar.DateOf(rq.now), Zone: rq.Calendar.Location()}, unread: challenge.Unread{}}
}

func (in *inputReader) text(id string) string { return in.values[id] }

// date reads the date in an input. 0 is none, or one that cannot be read.
func (in *inputReader) date(id string, lies words.Side) workday.Date {
	typed := strings.TrimSpace(in.values[id])
	if typed == "" {
		return 0
	}
	days := in.days
	days.Lies = lies
	d, ok := words.ReadDate(typed, days)
	if !ok {
		in.unread[id] = challenge.SayGiveDate
		return 0
	}
	in.values[id] = d.String()
	return d
}

// readFields puts the dates among a form's own fields in order. The domain checks them.
func (in *inputReader) readFields(fields []ladder.Field) {
	for _, f := range fields {
		if f.Kind != ladder.FieldDate {
			continue
		}
		if f.PastOnly {
			in.date(f.ID, words.Behind)
		} else {
			in.date(f.ID, words.Either)
		}
	}
}

func buildResponse(in *inputReader, d cards.ButtonData, c challenge.Snapshot) challenge.Command {
	if opening := c.Challenge.Opening(d.Opening); opening != nil && c.Ladder != nil {
		if rung, ok := c.Ladder.RungByID(opening.Rung); ok {
			in.readFields(rung.Form.Fields())
		}
	}
	r := challenge.Response{Text: in.text(cards.FieldText), Fields: in.values}
	for n := 1; n <= maxTypedActions; n++ {
		what, who, by := cards.PlanFieldID(n, "what"), cards.PlanFieldID(n, "who"), cards.PlanFieldID(n, "by")
		if strings.TrimSpace(in.text(what)+in.text(who)+in.text(by)) == "" {
			continue
		}
		a := challenge.PlannedAction{What: in.text(what), Who: in.text(who), DueBy: in.date(by, words.Ahead)}
		if a.DueBy == 0 {
			a.DueText = strings.TrimSpace(in.text(by))
		}
		r.Plan = append(r.Plan, a)
	}
	return challenge.Respond{Opening: d.Opening, Response: r}
}

func buildVerdict(in *inputReader, d cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	return challenge.Judge{Opening: d.Opening, Verdict: d.Verdict, Reason: in.text(cards.FieldReason), ShorterWindow: in.shorterWindow()}
}

// shorterWindow reads a request for a shorter time. What is no number of days is
// refused by the domain's check, at the input.
func (in *inputReader) shorterWindow() *challenge.ShorterWindow {
	days, reason := strings.TrimSpace(in.text(cards.FieldShorterDays)), strings.TrimSpace(in.text(cards.FieldShorterReason))
	if days == "" && reason == "" {
		return nil
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		n = 0
	}
	return &challenge.ShorterWindow{Days: n, Reason: reason}
}

func buildGateRecord(in *inputReader, d cards.ButtonData, c challenge.Snapshot) challenge.Command {
	if gate, ok := challenge.FindGate(c.Ladder, d.Rung, d.Gate); ok {
		in.readFields(gate.Fields)
	}
	cmd := challenge.RecordGate{Rung: d.Rung, Gate: d.Gate, Status: d.Status, Note: in.text(cards.FieldNote), Fields: in.values}
	if cmd.On = in.date(cards.FieldOn, words.Behind); cmd.On == 0 && in.unread[cards.FieldOn] != "" {
		// Without a date it took place today: one that cannot be read is not that.
		cmd.Unread = challenge.Unread{cards.FieldOn: in.unread[cards.FieldOn]}
	}
	return cmd
}

func buildReferral(in *inputReader, _ cards.ButtonData, _ challenge.Snapshot) challenge.Command {
	r := challenge.Referral{Contact: in.text(cards.FieldContact), Note: in.text(cards.FieldNote), On: in.date(cards.FieldOn, words.Behind),
		Informed: map[directory.Role]string{}, Consulted: map[directory.Role]string{}}
	for k, v := range in.values {
		if role, ok := strings.CutPrefix(k, cards.FieldInformedPrefix); ok {
			r.Informed[directory.Role(role)] = v
		}
		if role, ok := strings.CutPrefix(k, cards.FieldConsultedPrefix); ok {
			r.Consulted[directory.Role(role)] = v
		}
	}
	return challenge.Refer{Referral: r}
}
