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
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// listed is how many challenges /mine shows of each kind.
const listed = 20

// said answers what a person typed. Whatever it is, it gets a useful answer.
func (x turn) said(ctx context.Context) error {
	t := parseCommand(x.a.CommandText())
	switch t.word {
	case wordChallenge:
		if t.badRef {
			return x.help(ctx, x.w.Bot.BadReference)
		}
		if t.ref != "" {
			return x.status(ctx, t.ref)
		}
		return x.form(ctx)
	case wordMine:
		return x.mine(ctx)
	case wordWaiting:
		return x.waiting(ctx)
	case wordCover:
		return x.cover(ctx, t.rest)
	case wordNotices:
		return x.notices(ctx, t.rest)
	case wordHelp, "":
		return x.help(ctx, "")
	}
	cmd, ok := commands[t.word]
	if !ok {
		return x.help(ctx, x.w.Bot.NotUnderstood)
	}
	if t.badRef {
		return x.help(ctx, x.w.Bot.BadReference)
	}
	if t.ref == "" {
		return x.help(ctx, fmt.Sprintf(x.w.Bot.GiveReference, t.word))
	}
	return x.command(ctx, t, cmd)
}

// action is how a typed command becomes a command of the domain, and the button
// that does the same.
type action struct {
	verb cards.Verb
	// command reads the typed text against the case as it stands.
	command func(x turn, c challenge.Case, rest string) challenge.Command
}

var commands = map[string]action{
	wordRespond: {cards.VerbRespond, func(x turn, c challenge.Case, rest string) challenge.Command {
		return challenge.Respond{Visit: c.Challenge.VisitFor(x.by.ID), Response: parseResponse(rest)}
	}},
	wordSatisfied: judged(challenge.Satisfied),
	wordPartly:    judged(challenge.Partly),
	wordNot:       judged(challenge.NotSatisfied),
	wordGate:      {cards.VerbGate, typedGate},
	wordWithdraw: {cards.VerbWithdraw, func(_ turn, _ challenge.Case, rest string) challenge.Command {
		return challenge.Withdraw{Reason: rest}
	}},
	wordHandOff: {cards.VerbHandOff, func(_ turn, _ challenge.Case, rest string) challenge.Command {
		to, reason := cut(rest)
		return challenge.HandOff{To: strings.ToLower(to), Reason: reason}
	}},
	wordSkip: {cards.VerbSkip, func(_ turn, _ challenge.Case, rest string) challenge.Command {
		to, rest := cut(rest)
		ground, evidence := cut(rest)
		return challenge.SkipTo{To: strings.ToLower(to), Ground: strings.ToLower(ground), Evidence: evidence}
	}},
	wordRefer: {cards.VerbRefer, typedReferral},
	wordAsked: {cards.VerbAsked, func(x turn, c challenge.Case, rest string) challenge.Command {
		how, rest := cut(rest)
		on, note := cut(rest)
		return challenge.MarkAsked{Visit: c.Challenge.VisitFor(x.by.ID), How: howAsked(how), On: dateOrZero(on), Note: note}
	}},
}

func judged(v challenge.Verdict) action {
	return action{cards.VerbJudge, func(_ turn, c challenge.Case, rest string) challenge.Command {
		cmd := challenge.Judge{Visit: len(c.Challenge.Visits), Verdict: v, Reason: rest}
		if parts := strings.Split(rest, "|"); c.Ladder.Shorten != nil && len(parts) == 3 { // reason | working days | why sooner
			cmd.Reason, cmd.Shorter = strings.TrimSpace(parts[0]), shorterFrom(parts[1], parts[2])
		}
		return cmd
	}}
}

// shown is the card that shows what came of a typed command, and its visit: the one
// that has the button for it as the challenge stands.
func (a action) shown(c challenge.Challenge, id string) (challenge.Card, int) {
	n := len(c.Visits)
	switch {
	case a.verb == cards.VerbRespond, a.verb == cards.VerbAsked:
		return challenge.CardRespond, c.VisitFor(id)
	case a.verb == cards.VerbJudge && c.State == challenge.AwaitingJudgement:
		return challenge.CardJudge, n
	case a.verb == cards.VerbGate && c.State == challenge.HeldAtGate:
		return challenge.CardGate, n
	default:
		return challenge.CardCase, n
	}
}

func typedGate(_ turn, c challenge.Case, rest string) challenge.Command {
	gate, status, note := parseGate(rest)
	cmd := challenge.RecordGate{Gate: gate, Status: status, Note: note}
	if h := c.Challenge.Hold; h != nil {
		cmd.Rung = h.Rung
		for _, g := range h.Gates {
			if gate == "" && !g.Done() {
				cmd.Gate = g.Gate
				break
			}
		}
		return cmd
	}
	if next := c.Ladder.Next(c.Challenge.Rung); next != nil {
		cmd.Rung = next.ID
		for _, g := range next.Gates {
			if gate == "" && g.Ahead {
				cmd.Gate = g.ID
				break
			}
		}
	}
	return cmd
}

// typedReferral reads "contact | informed | consulted | note" of a referral made
// today; who was informed and consulted stands once for each role that asks.
func typedReferral(x turn, c challenge.Case, rest string) challenge.Command {
	parts := append(strings.Split(rest, "|"), "", "", "")
	r := challenge.Referral{Contact: strings.TrimSpace(parts[0]), Note: strings.TrimSpace(parts[3]),
		On: x.Calendar.DateOf(x.now), Informed: map[string]string{}, Consulted: map[string]string{}}
	if e := c.Ladder.External; e != nil {
		for _, role := range e.InformBefore {
			r.Informed[string(role)] = strings.TrimSpace(parts[1])
		}
		for _, role := range e.Consult {
			r.Consulted[string(role)] = strings.TrimSpace(parts[2])
		}
	}
	return challenge.Refer{Referral: r}
}

// command gives a typed command to the door and answers with the card it is on:
// done, as a card that is kept up to date; refused, with the text given back.
func (x turn) command(ctx context.Context, t typed, act action) error {
	var seen challenge.Case
	var card challenge.Card
	var visit int
	var cmd challenge.Command
	out, err := x.Store.Apply(ctx, x.receipt(""), challenge.Key{Ref: t.ref}, func(c challenge.Case) (challenge.Change, error) {
		seen, cmd = c, act.command(x, c, t.rest)
		card, visit = act.shown(c.Challenge, x.by.ID)
		change, err := c.Challenge.Decide(cmd, x.by, x.env(c.Ladder))
		me := challenge.Address{Person: x.by.ID}
		told := slices.ContainsFunc(change.Shows, func(s challenge.Show) bool { return s.To == me })
		if err == nil && change.Said == nil && !told {
			change.Shows = append(change.Shows, challenge.Show{To: me, Card: card, Visit: visit})
		}
		return change, err
	})
	o := cards.Options{Viewer: x.by.ID, Words: x.w}
	refusal := (*challenge.Refusal)(nil)
	switch {
	case errors.Is(err, challenge.ErrNotFound), errors.As(err, &refusal) && !x.mayRead(seen):
		return x.help(ctx, x.w.Bot.UnknownReference)
	case refusal != nil:
		o.Said = refusal
	case err != nil:
		return err
	case out.Said == nil || out.Repeated:
		return x.elsewhere(ctx)
	default:
		seen, o.Said = out.Case, out.Said
	}
	o.Refers = x.mayRefer(seen)
	o.Typed, o.Sent = typedInputs(cmd), cards.ActionData{Verb: act.verb}
	if gate, ok := cmd.(challenge.RecordGate); ok {
		o.Sent.Gate = gate.Gate
	}
	return x.reply(ctx, cards.Render(card, visit, x.view(seen), o), ":reply")
}

// typedInputs are the inputs of the card, filled with what was typed.
func typedInputs(cmd challenge.Command) map[string]string {
	switch cmd := cmd.(type) {
	case challenge.Respond:
		in := map[string]string{cards.InText: cmd.Response.Text}
		for i, a := range cmd.Response.Plan {
			in[cards.PlanInput(i+1, "what")], in[cards.PlanInput(i+1, "who")] = a.What, a.Who
			in[cards.PlanInput(i+1, "by")] = dateText(a.By)
		}
		return in
	case challenge.RecordGate:
		return map[string]string{cards.InNote: cmd.Note}
	case challenge.SkipTo:
		return map[string]string{cards.InTo: cmd.To, cards.InGround: cmd.Ground, cards.InEvidence: cmd.Evidence}
	case challenge.HandOff:
		return map[string]string{cards.InTo: cmd.To, cards.InReason: cmd.Reason}
	case challenge.MarkAsked:
		return map[string]string{cards.InHow: string(cmd.How), cards.InOn: dateText(cmd.On), cards.InNote: cmd.Note}
	case challenge.Withdraw:
		return map[string]string{cards.InReason: cmd.Reason}
	case challenge.Judge:
		in := map[string]string{cards.InReason: cmd.Reason}
		if cmd.Shorter != nil {
			in[cards.InShorterDays], in[cards.InShorterReason] = strconv.Itoa(cmd.Shorter.Days), cmd.Shorter.Reason
		}
		return in
	case challenge.Refer:
		r := cmd.Referral
		in := map[string]string{cards.InContact: r.Contact, cards.InNote: r.Note, cards.InOn: dateText(r.On)}
		for role, who := range r.Informed {
			in[cards.InformedPrefix+role] = who
		}
		for role, who := range r.Consulted {
			in[cards.ConsultedPrefix+role] = who
		}
		return in
	}
	return nil
}

// dateText is a date as an input holds it.
func dateText(d workday.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// status posts the person's own card of a challenge anew, as it stands.
func (x turn) status(ctx context.Context, ref string) error {
	c, err := x.Store.Load(ctx, challenge.Key{Ref: ref})
	if errors.Is(err, challenge.ErrNotFound) || err == nil && !x.mayRead(c) {
		return x.help(ctx, x.w.Bot.UnknownReference)
	}
	if err != nil {
		return err
	}
	// A card posted anew is no step: its receipt is not one of the activity's effects.
	shown := challenge.Receipt{Key: "shown:" + x.receipt("").Key, At: x.now}
	_, err = x.Store.Apply(ctx, shown, challenge.Key{ID: c.Challenge.ID}, func(c challenge.Case) (challenge.Change, error) {
		card, visit := c.Challenge.CardFor(x.by.ID)
		return challenge.Change{Next: c.Challenge, Shows: []challenge.Show{{To: challenge.Address{Person: x.by.ID}, Card: card, Visit: visit}}}, nil
	})
	if err != nil {
		return err
	}
	return x.elsewhere(ctx)
}

// form sends the form on which a challenge is raised.
func (x turn) form(ctx context.Context) error {
	choices := x.ladders()
	if len(choices) == 0 {
		return x.help(ctx, x.w.Bot.NotARaiser+" "+x.w.Bot.MineShows)
	}
	o := cards.Options{Viewer: x.by.ID, Words: x.w}
	if !x.a.Personal() {
		o.Done = x.w.Bot.AskedInChannel
	}
	v, err := x.formView(choices, map[string]string{})
	if err != nil {
		return err
	}
	o.Said = v.refused
	return x.reply(ctx, cards.Form(v.FormView, o), "")
}

// ladders are those under which the person may raise a challenge for some team.
func (x turn) ladders() []*ladder.Ladder {
	return slices.DeleteFunc(slices.Clone(x.Ladders), func(l *ladder.Ladder) bool { return !x.mayRaise(l) })
}

func (x turn) mine(ctx context.Context) error {
	waiting, err := x.Store.WaitingFor(ctx, x.by.ID, listed)
	if err != nil {
		return err
	}
	raised, err := x.Store.RaisedBy(ctx, x.by.ID, listed)
	if err != nil {
		return err
	}
	v := cards.MineView{Words: x.w}
	for _, c := range waiting {
		v.Waiting = append(v.Waiting, x.view(c))
	}
	for _, c := range raised {
		v.Raised = append(v.Raised, x.view(c))
	}
	return x.reply(ctx, cards.Mine(v), "")
}

// help answers with what the bot can do, and one sentence before it. Among others it is
// a message that the person alone sees.
func (x turn) help(ctx context.Context, sentence string) error {
	if !x.a.Personal() {
		return x.aside(ctx, x.asideHelp(sentence), ":help")
	}
	return x.reply(ctx, cards.Help(cards.HelpView{Authority: x.Directory().Authority(), Sentence: sentence, Words: x.w}), ":help")
}
