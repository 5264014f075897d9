package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// cardAnswer is the shape in which Teams takes the answer to a card action.
type cardAnswer struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

// showCard replaces the card for the person who acted.
func showCard(card cards.Card) Reply {
	return Reply{Body: cardAnswer{StatusCode: http.StatusOK, Type: "application/vnd.microsoft.card.adaptive", Value: json.RawMessage(card.JSON())}}
}

// say shows a sentence and leaves the card as it is.
func say(sentence string) Reply {
	return Reply{Body: cardAnswer{StatusCode: http.StatusOK, Type: "application/vnd.microsoft.activity.message", Value: sentence}}
}

// invoked handles a button that was pressed, or a card that refreshes itself. The
// answer carries the new card; nobody else's card waits for it.
func (x turn) invoked(ctx context.Context) (Reply, error) {
	action, err := x.a.InvokeAction()
	if err != nil {
		return say(x.w.Bot.Unreadable), nil
	}
	shown, err := x.act(ctx, action.Data)
	var plain sentence
	switch {
	case errors.As(err, &plain):
		return say(string(plain)), nil
	case err != nil:
		return Reply{}, err
	}
	return showCard(shown.Card), nil
}

// submitted handles the same button from a client that knows no Action.Execute:
// the answer can only be sent as a message, in place of the card.
func (x turn) submitted(ctx context.Context, data json.RawMessage) (Reply, error) {
	shown, err := x.act(ctx, data)
	var plain sentence
	switch {
	case errors.As(err, &plain):
		return Reply{}, x.help(ctx, string(plain))
	case err != nil:
		return Reply{}, err
	}
	return Reply{}, x.reply(ctx, shown.Card, ":card")
}

// sentence is an answer in words, where there is no card to show.
type sentence string

func (s sentence) Error() string { return "answered in words" }

// shown is the card that answers an action. done says so in a sentence when the action
// had its effect and the person has nothing to read or mend on the card.
type shown struct {
	cards.Card
	done string
}

// act does what a card's button asks for and returns the card to show.
func (x turn) act(ctx context.Context, raw json.RawMessage) (shown, error) {
	data, in, err := cards.ReadAction(raw)
	if err != nil {
		return shown{}, sentence(x.w.Bot.Unreadable)
	}
	return x.do(ctx, data, in)
}

func (x turn) do(ctx context.Context, data cards.ActionData, in map[string]string) (shown, error) {
	switch data.Verb {
	case cards.VerbRaise, cards.VerbPreview:
		return x.formSent(ctx, data, in)
	case cards.VerbWaiting:
		card, err := x.digest(ctx)
		return shown{Card: card}, err
	}
	id, err := uuid.Parse(data.Challenge)
	if err != nil {
		return shown{}, sentence(x.w.Bot.NotYours)
	}
	if data.Verb == cards.VerbRefresh {
		return x.refreshed(ctx, id, data)
	}
	build, ok := buttons[data.Verb]
	if !ok {
		return shown{}, sentence(x.w.Bot.OtherVersion)
	}
	return x.pressed(ctx, id, data, in, build)
}

// options are how the answer to an action is drawn.
func (x turn) options(d cards.ActionData) cards.Options {
	return cards.Options{Viewer: x.by.ID, Words: x.w, Dialog: x.dialog, Message: d.Message}
}

// button is how one verb becomes a command, and the card it stands on.
type button struct {
	card    challenge.Card
	command func(x turn, d cards.ActionData, in map[string]string, c challenge.Case) challenge.Command
}

var buttons = map[cards.Verb]button{
	cards.VerbRespond: {challenge.CardRespond, func(_ turn, d cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.Respond{Visit: d.Visit, Response: responseFrom(in)}
	}},
	cards.VerbJudge: {challenge.CardJudge, func(_ turn, d cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.Judge{Visit: d.Visit, Verdict: d.Verdict, Reason: in[cards.InReason],
			Shorter: shorterFrom(in[cards.InShorterDays], in[cards.InShorterReason])}
	}},
	cards.VerbGate: {challenge.CardGate, func(_ turn, d cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.RecordGate{Rung: d.Rung, Gate: d.Gate, Status: d.Status,
			Note: in[cards.InNote], On: dateOrZero(in[cards.InOn]), Fields: in}
	}},
	cards.VerbWithdraw: {challenge.CardCase, func(_ turn, _ cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.Withdraw{Reason: in["reason"]}
	}},
	cards.VerbSkip: {challenge.CardCase, func(_ turn, _ cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.SkipTo{To: in[cards.InTo], Ground: in[cards.InGround], Evidence: in[cards.InEvidence]}
	}},
	cards.VerbHandOff: {challenge.CardCase, func(_ turn, _ cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.HandOff{To: in[cards.InTo], Reason: in[cards.InReason]}
	}},
	cards.VerbAsked: {challenge.CardRespond, func(_ turn, d cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.MarkAsked{Visit: d.Visit, How: challenge.How(in[cards.InHow]), On: dateOrZero(in[cards.InOn]), Note: in[cards.InNote]}
	}},
	cards.VerbRefer: {challenge.CardCase, func(_ turn, _ cards.ActionData, in map[string]string, _ challenge.Case) challenge.Command {
		return challenge.Refer{Referral: referralFrom(in)}
	}},
}

// pressed gives a button's command to the door. Whatever the answer, it is the
// card as it now is, with a sentence and the typed text when it was refused.
func (x turn) pressed(ctx context.Context, id uuid.UUID, d cards.ActionData, in map[string]string, b button) (shown, error) {
	out, seen, err := x.apply(ctx, x.receipt(""), challenge.Key{ID: id}, func(c challenge.Case) (challenge.Command, error) {
		return b.command(x, d, in, c), nil
	})
	o := x.options(d)
	o.Sent = d
	var refusal *challenge.Refusal
	switch {
	case errors.Is(err, challenge.ErrNotFound):
		return shown{}, sentence(x.w.Bot.NotYours)
	case errors.As(err, &refusal):
		if !x.mayRead(seen) {
			return shown{}, sentence(x.w.Bot.NotYours)
		}
		o.Said, o.Typed = refusal, in
	case err != nil:
		return shown{}, err
	default:
		seen, o.Said = out.Case, out.Said
		if out.Said != nil {
			o.Typed = in
		}
	}
	if o.Typed == nil {
		// A card that holds what somebody typed does not refresh itself: that would
		// take the text away. It is brought up to date when the challenge moves on.
		o.Refresh = x.refreshers()
	}
	o.Refers = x.mayRefer(seen)
	visit := d.Visit
	if visit < 1 || visit > len(seen.Challenge.Visits) {
		visit = len(seen.Challenge.Visits)
	}
	// Several cards carry the same button: the one that was pressed comes back.
	card := b.card
	if slices.Contains(challenge.Cards(), d.Card) {
		card = d.Card
	}
	s := shown{Card: cards.Render(card, visit, x.view(seen), o)}
	if o.Said == nil {
		_, s.done = s.Dialog()
	}
	return s, nil
}

// refreshed draws the card again as the challenge now is. It never changes
// anything and never fails for what the client sent.
func (x turn) refreshed(ctx context.Context, id uuid.UUID, d cards.ActionData) (shown, error) {
	c, err := x.Store.Load(ctx, challenge.Key{ID: id})
	if errors.Is(err, challenge.ErrNotFound) || err == nil && !x.mayRead(c) {
		return shown{}, sentence(x.w.Bot.NotYours)
	}
	if err != nil {
		return shown{}, err
	}
	o := x.options(d)
	o.Refresh, o.Refers = x.refreshers(), x.mayRefer(c)
	if !slices.Contains(challenge.Cards(), d.Card) {
		card, visit := c.Challenge.CardFor(x.by.ID)
		return shown{Card: cards.Render(card, visit, x.view(c), o)}, nil
	}
	return shown{Card: cards.Render(d.Card, d.Visit, x.view(c), o)}, nil
}

// refreshers are those whose client may ask for the card again by itself.
func (x turn) refreshers() []string {
	if x.a.From.ID == "" {
		return nil
	}
	return []string{x.a.From.ID}
}

func responseFrom(in map[string]string) challenge.Response {
	r := challenge.Response{Text: in[cards.InText], Fields: in}
	for n := 1; n <= challenge.MaxActions; n++ {
		what, who, by := in[cards.PlanInput(n, "what")], in[cards.PlanInput(n, "who")], in[cards.PlanInput(n, "by")]
		if strings.TrimSpace(what+who+by) != "" {
			r.Plan = append(r.Plan, challenge.Action{What: what, Who: who, By: dateOrZero(by)})
		}
	}
	return r
}

func referralFrom(in map[string]string) challenge.Referral {
	r := challenge.Referral{Contact: in[cards.InContact], Note: in[cards.InNote], On: dateOrZero(in[cards.InOn]),
		Informed: map[string]string{}, Consulted: map[string]string{}}
	for k, v := range in {
		if role, ok := strings.CutPrefix(k, cards.InformedPrefix); ok {
			r.Informed[role] = v
		}
		if role, ok := strings.CutPrefix(k, cards.ConsultedPrefix); ok {
			r.Consulted[role] = v
		}
	}
	return r
}

// formSent handles the form: "see who will be asked" draws it again with the
// answer, "send" raises the challenge.
func (x turn) formSent(ctx context.Context, d cards.ActionData, in map[string]string) (shown, error) {
	choices := x.ladders()
	if len(choices) == 0 {
		return shown{}, sentence(x.w.Bot.NotARaiser)
	}
	v, err := x.formView(choices, in)
	if err != nil {
		return shown{}, err
	}
	v.Nonce = x.nonce(d.Nonce)
	o := x.options(d)
	if d.Verb == cards.VerbPreview {
		o.Said = v.refused
		return shown{Card: cards.Form(v.FormView, o)}, nil
	}
	r := raisingFrom(in)
	// The form's nonce is the receipt: the same form sent twice, by Teams or by a
	// thumb, is one challenge.
	receipt := challenge.Receipt{Key: "form:" + v.Nonce + ":" + x.by.ID, At: x.now}
	out, err := x.Store.Raise(ctx, receipt, func(number uint64) (challenge.Change, error) {
		r.Number = number
		return challenge.Raise(r, x.by, x.env(v.ladder))
	})
	var refusal *challenge.Refusal
	if errors.As(err, &refusal) {
		o.Said, o.Typed = refusal, in
		return shown{Card: cards.Form(v.FormView, o)}, nil
	}
	if err != nil {
		return shown{}, err
	}
	so := cards.Options{Viewer: x.by.ID, Words: x.w}
	if out.Repeated {
		so.Typed = unsent(in, out.Case.Challenge.Details)
	}
	sent := cards.Sent(x.view(out.Case), so)
	s := shown{Card: sent}
	if len(so.Typed) == 0 {
		s.done = sent.Summary()
	}
	return s, x.replace(ctx, sent, ":form")
}

// unsent is what a form that was sent before holds and that challenge does not: it was
// typed on another device, or between two presses, and goes nowhere.
func unsent(in map[string]string, d challenge.Details) map[string]string {
	typed := map[string]string{}
	for id, went := range map[string]string{cards.InConcern: d.Concern, cards.InEvidence: d.Evidence, cards.InAsk: d.Ask} {
		if !slices.Equal(strings.Fields(in[id]), strings.Fields(went)) {
			typed[id] = in[id]
		}
	}
	return typed
}

// nonce keeps a form's mark if it is one of ours in shape, or makes one of this
// activity: delivered again, it is the same.
func (x turn) nonce(s string) string {
	if id, err := uuid.Parse(s); err == nil {
		return id.String()
	}
	return uuid.NewSHA1(uuid.Nil, []byte(x.receipt(":form").Key)).String()
}

func raisingFrom(in map[string]string) challenge.Raising {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // no time-ordered id to be had: any unique one will do
	}
	return challenge.Raising{
		ID: id, StartAt: in[cards.InStartAt], Ground: in[cards.InStartGround], Reason: in[cards.InStartReason],
		Partner: in[cards.InPartner] == "true", Shorter: shorterFrom(in[cards.InShorterDays], in[cards.InShorterReason]),
		Details: challenge.Details{
			Record: in[cards.InRecord], Conference: challenge.ConferenceType(in[cards.InConference]),
			ConferenceDate: dateOrZero(in[cards.InConferenceDate]), Categories: list(in[cards.InCategories]),
			Concern: in[cards.InConcern], Evidence: in[cards.InEvidence],
			Ask: in[cards.InAsk], AskBy: dateOrZero(in[cards.InAskBy]),
			Team: in[cards.InTeam], Agency: in[cards.InAgency], LookedAfter: in[cards.InLookedAfter] == "true",
		},
	}
}

// shorterFrom reads a request for a shorter time. What is no number of days is
// refused by the domain's check, at the input.
func shorterFrom(days, reason string) *challenge.Shorter {
	days, reason = strings.TrimSpace(days), strings.TrimSpace(reason)
	if days == "" && reason == "" {
		return nil
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		n = 0
	}
	return &challenge.Shorter{Days: n, Reason: reason}
}

// list reads the value of a choice of several.
func list(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(v string) bool { return strings.TrimSpace(v) == "" })
}

// formView is the form as it should look with these values: in the ladder's own
// words, and with who will be asked and when the answer is due.
func (x turn) formView(choices []*ladder.Ladder, in map[string]string) (form, error) {
	f := form{ladder: choices[0], FormView: cards.FormView{Values: in, Now: x.now, Zone: x.Calendar.Location(), Nonce: uuid.NewString()}}
	for _, l := range choices {
		f.Ladders = append(f.Ladders, cards.LadderChoice{ID: l.ID, Title: l.Title + " (" + l.Authority + ")"})
		if l.ID == in[cards.InLadder] {
			f.ladder = l
		}
	}
	f.Ladder = f.ladder
	for _, t := range x.Directory().Teams() {
		scope := directory.Scope{Team: t.ID, Agency: in[cards.InAgency]}
		if challenge.MayRaise(f.ladder, x.by.ID, scope, x.env(f.ladder)) {
			f.Teams = append(f.Teams, cards.TeamChoice{ID: t.ID, Name: t.Name})
		}
	}
	for _, a := range x.Directory().Agencies() {
		f.Agencies = append(f.Agencies, cards.TeamChoice{ID: a.ID, Name: a.Name})
	}
	r := raisingFrom(in)
	if r.Details.Team == "" && len(f.Teams) > 0 {
		r.Details.Team = f.Teams[0].ID
		in[cards.InTeam] = r.Details.Team
	}
	forecast, err := challenge.Foresee(r, x.by, x.env(f.ladder))
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		f.refused = refusal
		return f, nil
	}
	f.Forecast = &forecast
	return f, err
}

// form is the form with the ladder that it is for, and why nothing can be foreseen
// if so.
type form struct {
	cards.FormView
	ladder  *ladder.Ladder
	refused *challenge.Refusal
}

// mayRaise reports whether the person may raise a challenge under the ladder for
// at least one team.
func (x turn) mayRaise(l *ladder.Ladder) bool {
	return slices.ContainsFunc(x.Directory().Teams(), func(t directory.Team) bool {
		return challenge.MayRaise(l, x.by.ID, directory.Scope{Team: t.ID}, x.env(l))
	})
}
