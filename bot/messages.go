package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// maxListed is how many challenges /mine shows of each kind.
const maxListed = 20

// handleMessage answers what a person typed. Whatever it is, it gets a useful answer.
func (rq request) handleMessage(ctx context.Context) error {
	t := parseCommand(rq.activity.CommandText())
	switch t.word {
	case commandChallenge:
		if t.badRef {
			return rq.sendHelp(ctx, rq.words.Bot.BadReference)
		}
		if t.ref == "" {
			return rq.sendForm(ctx)
		}
		if rq.limits.isReached(limitWrongReferences, rq.person.ID, rq.now) {
			return rq.sendHelp(ctx, rq.limitSentence(limitWrongReferences))
		}
		return rq.repostCard(ctx, t.ref)
	case commandMine:
		return rq.handleMine(ctx)
	case commandWaiting:
		return rq.handleWaiting(ctx)
	case commandCover:
		return rq.handleCover(ctx, t.rest)
	case commandNotices:
		return rq.handleNotices(ctx, t.rest)
	case commandHelp, "":
		return rq.sendHelp(ctx, "")
	}
	cmd, ok := commands[t.word]
	if !ok {
		return rq.sendHelp(ctx, rq.words.Bot.NotUnderstood)
	}
	if t.badRef {
		return rq.sendHelp(ctx, rq.words.Bot.BadReference)
	}
	if t.ref == "" {
		return rq.sendHelp(ctx, fmt.Sprintf(rq.words.Bot.GiveReference, t.word))
	}
	if rq.limits.isReached(limitWrongReferences, rq.person.ID, rq.now) {
		return rq.sendHelp(ctx, rq.limitSentence(limitWrongReferences))
	}
	return rq.applyTypedCommand(ctx, t, cmd)
}

// refuseWrongReference answers who asked for a challenge that is not there, or that they may not
// see: both alike.
func (rq request) refuseWrongReference(ctx context.Context) error {
	if err := rq.takeOne(limitWrongReferences); err != nil {
		return rq.sendHelp(ctx, rq.limitSentence(limitWrongReferences))
	}
	return rq.sendHelp(ctx, rq.words.Bot.UnknownReference)
}

// command is how a typed command becomes a command of the domain, and the button
// that does the same.
type command struct {
	verb cards.Verb
	// buildCommand reads the typed text against the case as it stands.
	buildCommand func(x request, c challenge.Snapshot, rest string) challenge.Command
}

var commands = map[string]command{
	commandRespond: {cards.VerbRespond, func(x request, c challenge.Snapshot, rest string) challenge.Command {
		return challenge.Respond{Opening: c.Challenge.OpeningFor(x.person.ID), Response: parseResponse(rest)}
	}},
	commandSatisfied:    judgeFromText(challenge.Satisfied),
	commandPartly:       judgeFromText(challenge.Partly),
	commandNotSatisfied: judgeFromText(challenge.NotSatisfied),
	commandGate:         {cards.VerbGate, gateFromText},
	commandWithdraw: {cards.VerbWithdraw, func(_ request, _ challenge.Snapshot, rest string) challenge.Command {
		return challenge.Withdraw{Reason: rest}
	}},
	commandHandOff: {cards.VerbHandOff, func(_ request, _ challenge.Snapshot, rest string) challenge.Command {
		to, reason := cutWord(rest)
		return challenge.HandOff{To: strings.ToLower(to), Reason: reason}
	}},
	commandSkip: {cards.VerbSkip, func(_ request, _ challenge.Snapshot, rest string) challenge.Command {
		to, rest := cutWord(rest)
		ground, evidence := cutWord(rest)
		return challenge.SkipTo{To: strings.ToLower(to), Ground: strings.ToLower(ground), Evidence: evidence}
	}},
	commandRefer: {cards.VerbRefer, referralFromText},
	commandAsked: {cards.VerbAskedOutside, func(x request, c challenge.Snapshot, rest string) challenge.Command {
		how, rest := cutWord(rest)
		on, note := cutWord(rest)
		return challenge.RecordAskedOutside{Opening: c.Challenge.OpeningFor(x.person.ID), Method: parseHowAsked(how), On: parseDateOrZero(on), Note: note}
	}},
}

func judgeFromText(v challenge.Verdict) command {
	return command{cards.VerbJudge, func(_ request, c challenge.Snapshot, rest string) challenge.Command {
		cmd := challenge.Judge{Opening: len(c.Challenge.Openings), Verdict: v, Reason: rest}
		if parts := strings.Split(rest, "|"); c.Ladder.Shorten != nil && len(parts) == 3 { // reason | working days | why sooner
			cmd.Reason, cmd.ShorterWindow = strings.TrimSpace(parts[0]), parseShorterTime(parts[1], parts[2])
		}
		return cmd
	}}
}

// resultCard is the card that shows what came of a typed command, and its opening: the one
// that has the button for it as the challenge stands.
func (cmd command) resultCard(c challenge.Challenge, id string) (challenge.Card, int) {
	n := len(c.Openings)
	switch {
	case cmd.verb == cards.VerbRespond, cmd.verb == cards.VerbAskedOutside:
		return challenge.CardRespond, c.OpeningFor(id)
	case cmd.verb == cards.VerbJudge && c.State == challenge.StateAwaitingJudgement:
		return challenge.CardJudge, n
	case cmd.verb == cards.VerbGate && c.State == challenge.StateHeldAtGate:
		return challenge.CardGate, n
	default:
		return challenge.CardChallenge, n
	}
}

func gateFromText(_ request, c challenge.Snapshot, rest string) challenge.Command {
	gate, status, note := parseGate(rest)
	cmd := challenge.RecordGate{Gate: gate, Status: status, Note: note}
	if h := c.Challenge.Hold; h != nil {
		cmd.Rung = h.Rung
		for _, g := range h.Gates {
			if gate == "" && !g.IsCleared() {
				cmd.Gate = g.Gate
				break
			}
		}
		return cmd
	}
	if next := c.Ladder.NextRung(c.Challenge.Rung); next != nil {
		cmd.Rung = next.ID
		for _, g := range next.Gates {
			if gate == "" && g.MayOpenAhead {
				cmd.Gate = g.ID
				break
			}
		}
	}
	return cmd
}

// referralFromText reads "contact | informed | consulted | note" of a referral made
// today; who was informed and consulted stands once for each role that asks.
func referralFromText(rq request, c challenge.Snapshot, rest string) challenge.Command {
	parts := append(strings.Split(rest, "|"), "", "", "")
	r := challenge.Referral{Contact: strings.TrimSpace(parts[0]), Note: strings.TrimSpace(parts[3]),
		On: rq.Calendar.DateOf(rq.now), Informed: map[directory.Role]string{}, Consulted: map[directory.Role]string{}}
	if e := c.Ladder.ExternalReferral; e != nil {
		for _, role := range e.InformBefore {
			r.Informed[role] = strings.TrimSpace(parts[1])
		}
		for _, role := range e.Consult {
			r.Consulted[role] = strings.TrimSpace(parts[2])
		}
	}
	return challenge.Refer{Referral: r}
}

// applyTypedCommand gives a typed command to the transaction and answers with the card it is on:
// done, as a card that is kept up to date; refused, with the text given back.
func (rq request) applyTypedCommand(ctx context.Context, t typedCommand, act command) error {
	var seen challenge.Snapshot
	var card challenge.Card
	var opening int
	var cmd challenge.Command
	out, err := rq.Store.Apply(ctx, rq.idempotencyKey(""), storage.LookupKey{Ref: t.ref}, func(c challenge.Snapshot) (challenge.Change, error) {
		seen, cmd = c, act.buildCommand(rq, c, t.rest)
		card, opening = act.resultCard(c.Challenge, rq.person.ID)
		change, err := c.Decide(cmd, rq.person, rq.env(c.Ladder))
		me := challenge.Address{Person: rq.person.ID}
		told := slices.ContainsFunc(change.Posts, func(s challenge.Post) bool { return s.To == me })
		if err == nil && change.Refusal == nil && !told {
			change.Posts = append(change.Posts, challenge.Post{To: me, Card: card, Opening: opening})
		}
		return change, err
	})
	opts := cards.Options{ViewerID: rq.person.ID, Words: rq.words}
	refusal := (*challenge.Refusal)(nil)
	switch {
	case errors.Is(err, storage.ErrNotFound), errors.As(err, &refusal) && !rq.rights(seen).Read:
		return rq.refuseWrongReference(ctx)
	case refusal != nil:
		opts.Refusal = refusal
	case err != nil:
		return err
	case out.Refusal == nil || out.Repeated:
		return rq.pointToPrivateChat(ctx)
	default:
		seen, opts.Refusal = out.Snapshot, out.Refusal
	}
	opts.TypedValues, opts.Submitted = inputsFromCommand(cmd), cards.ButtonData{Verb: act.verb}
	if gate, ok := cmd.(challenge.RecordGate); ok {
		opts.Submitted.Gate = gate.Gate
	}
	return rq.sendCard(ctx, cards.Render(card, opening, rq.cardView(seen), opts), ":reply")
}

// inputsFromCommand are the inputs of the card, filled with what was typed.
func inputsFromCommand(cmd challenge.Command) map[string]string {
	switch cmd := cmd.(type) {
	case challenge.Respond:
		in := map[string]string{cards.FieldText: cmd.Response.Text}
		for i, a := range cmd.Response.Plan {
			in[cards.PlanFieldID(i+1, "what")], in[cards.PlanFieldID(i+1, "who")] = a.What, a.Who
			in[cards.PlanFieldID(i+1, "by")] = formatInputDate(a.DueBy)
		}
		return in
	case challenge.RecordGate:
		return map[string]string{cards.FieldNote: cmd.Note}
	case challenge.SkipTo:
		return map[string]string{cards.FieldTo: cmd.To, cards.FieldGround: cmd.Ground, cards.FieldEvidence: cmd.Evidence}
	case challenge.HandOff:
		return map[string]string{cards.FieldTo: cmd.To, cards.FieldReason: cmd.Reason}
	case challenge.RecordAskedOutside:
		return map[string]string{cards.FieldHow: string(cmd.Method), cards.FieldOn: formatInputDate(cmd.On), cards.FieldNote: cmd.Note}
	case challenge.Withdraw:
		return map[string]string{cards.FieldReason: cmd.Reason}
	case challenge.Judge:
		in := map[string]string{cards.FieldReason: cmd.Reason}
		if cmd.ShorterWindow != nil {
			in[cards.FieldShorterDays], in[cards.FieldShorterReason] = strconv.Itoa(cmd.ShorterWindow.Days), cmd.ShorterWindow.Reason
		}
		return in
	case challenge.Refer:
		r := cmd.Referral
		in := map[string]string{cards.FieldContact: r.Contact, cards.FieldNote: r.Note, cards.FieldOn: formatInputDate(r.On)}
		for role, who := range r.Informed {
			in[cards.FieldInformedPrefix+string(role)] = who
		}
		for role, who := range r.Consulted {
			in[cards.FieldConsultedPrefix+string(role)] = who
		}
		return in
	}
	return nil
}

// formatInputDate is a date as an input holds it.
func formatInputDate(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// repostCard posts the person's own card of a challenge again, as it stands.
func (rq request) repostCard(ctx context.Context, ref string) error {
	c, err := rq.Store.Load(ctx, storage.LookupKey{Ref: ref})
	if errors.Is(err, storage.ErrNotFound) || err == nil && !rq.rights(c).Read {
		return rq.refuseWrongReference(ctx)
	}
	if err != nil {
		return err
	}
	// A card posted again is no step: its idempotency key is not one of the activity's effects.
	repostKey := storage.IdempotencyKey{Value: "shown:" + rq.idempotencyKey("").Value, At: rq.now}
	_, err = rq.Store.Apply(ctx, repostKey, storage.LookupKey{ID: c.Challenge.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
		card, opening := c.Challenge.CardFor(rq.person.ID)
		return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: rq.person.ID}, Card: card, Opening: opening}}}, nil
	})
	if err != nil {
		return err
	}
	return rq.pointToPrivateChat(ctx)
}

// sendForm sends the form on which a challenge is raised.
func (rq request) sendForm(ctx context.Context) error {
	choices := rq.raisableLadders()
	if len(choices) == 0 {
		return rq.sendHelp(ctx, rq.words.Bot.MayNotRaise+" "+rq.words.Bot.SeeMyChallenges)
	}
	o := cards.Options{ViewerID: rq.person.ID, Words: rq.words}
	if !rq.activity.IsPersonal() {
		o.Confirmation = rq.words.Bot.AskedInChannel
	}
	v, err := rq.buildFormView(choices, map[string]string{})
	if err != nil {
		return err
	}
	o.Refusal = v.refusal
	return rq.sendCard(ctx, cards.RenderForm(v.FormView, o), "")
}

// raisableLadders are those under which the person may raise a challenge for some team.
func (rq request) raisableLadders() []*ladder.Ladder {
	return slices.DeleteFunc(slices.Clone(rq.Ladders), func(l *ladder.Ladder) bool { return !rq.mayRaiseUnder(l) })
}

func (rq request) handleMine(ctx context.Context) error {
	v := cards.MyChallengesView{Words: rq.words}
	waiting, err := rq.Store.ListWaitingFor(ctx, rq.person.ID, maxListed)
	if rq.isPartlyUnreadable(err) {
		v.SomeUnreadable = true
	} else if err != nil {
		return err
	}
	raised, err := rq.Store.ListRaisedBy(ctx, rq.person.ID, maxListed)
	if rq.isPartlyUnreadable(err) {
		v.SomeUnreadable = true
	} else if err != nil {
		return err
	}
	for _, c := range waiting {
		v.WaitingForViewer = append(v.WaitingForViewer, rq.cardView(c))
	}
	for _, c := range raised {
		v.RaisedByViewer = append(v.RaisedByViewer, rq.cardView(c))
	}
	return rq.sendCard(ctx, rq.renderMine(v), "")
}

// sendHelp answers with what the bot can do, and one sentence before it. Among others it is
// a message that the person alone sees.
func (rq request) sendHelp(ctx context.Context, sentence string) error {
	if !rq.activity.IsPersonal() {
		return rq.replyPrivately(ctx, rq.helpInChannel(sentence), ":help")
	}
	return rq.sendCard(ctx, cards.RenderHelp(cards.HelpView{Authority: rq.Directory().Authority(), Preface: sentence, Words: rq.words}), ":help")
}
