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
	"challengebot/internal/storage"
)

// cardReplyBody is the shape in which Teams takes the answer to a card action.
type cardReplyBody struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

// replyWithCard replaces the card for the person who acted.
func replyWithCard(card cards.Card) Reply {
	return Reply{Body: cardReplyBody{StatusCode: http.StatusOK, Type: "application/vnd.microsoft.card.adaptive", Value: json.RawMessage(card.JSON())}}
}

// replyWithText shows a sentence and leaves the card as it is.
func replyWithText(sentence string) Reply {
	return Reply{Body: cardReplyBody{StatusCode: http.StatusOK, Type: "application/vnd.microsoft.activity.message", Value: sentence}}
}

// handleCardAction handles a button that was pressed, or a card that refreshes itself. The
// answer carries the new card; nobody else's card waits for it.
func (rq request) handleCardAction(ctx context.Context) (Reply, error) {
	action, err := rq.activity.CardAction()
	if err != nil {
		return replyWithText(rq.words.Bot.UnreadableCard), nil
	}
	handle := rq.handleButtonData
	if action.Trigger == TriggerAutomatic {
		handle = rq.redrawCard
	}
	shown, err := handle(ctx, action.Data)
	var plain textReply
	switch {
	case errors.As(err, &plain):
		return replyWithText(string(plain)), nil
	case err != nil:
		return Reply{}, err
	}
	return replyWithCard(shown.Card), nil
}

// handleSubmit handles the same button from a client that knows no Action.Execute:
// the answer can only be sent as a message, in place of the card.
func (rq request) handleSubmit(ctx context.Context, data json.RawMessage) (Reply, error) {
	shown, err := rq.handleButtonData(ctx, data)
	var plain textReply
	switch {
	case errors.As(err, &plain):
		return Reply{}, rq.sendHelp(ctx, string(plain))
	case err != nil:
		return Reply{}, err
	}
	return Reply{}, rq.sendCard(ctx, shown.Card, ":card")
}

// textReply is an answer in words, where there is no card to show.
type textReply string

func (s textReply) Error() string { return "answered in words" }

// cardResult is the card that answers an action. done says so in a sentence when the action
// had its effect and the person has nothing to read or mend on the card.
type cardResult struct {
	cards.Card
	closingText string
}

// handleButtonData does what a card's button asks for and returns the card to show.
func (rq request) handleButtonData(ctx context.Context, raw json.RawMessage) (cardResult, error) {
	data, in, err := cards.ParseButtonData(raw)
	if err != nil {
		return cardResult{}, textReply(rq.words.Bot.UnreadableCard)
	}
	return rq.dispatchButton(ctx, data, in)
}

// redrawCard is what a client gets that asks by itself, whatever the verb of the button that it
// names: the card as it now is. Nothing is written, for nobody pressed anything.
func (rq request) redrawCard(ctx context.Context, raw json.RawMessage) (cardResult, error) {
	data, in, err := cards.ParseButtonData(raw)
	if err != nil {
		return cardResult{}, textReply(rq.words.Bot.UnreadableCard)
	}
	switch {
	case data.Verb == cards.VerbWaiting:
	case data.Verb == cards.VerbRaise || data.Card == cards.CardForm:
		data.Verb = cards.VerbPreview
	default:
		data.Verb = cards.VerbRefresh
	}
	return rq.dispatchButton(ctx, data, in)
}

func (rq request) dispatchButton(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	counted := limitPresses
	if slices.Contains([]cards.Verb{cards.VerbPreview, cards.VerbRefresh, cards.VerbWaiting}, data.Verb) {
		counted = limitRefreshes
	}
	if err := rq.takeOne(counted); err != nil {
		return cardResult{}, err
	}
	switch data.Verb {
	case cards.VerbRaise, cards.VerbPreview:
		return rq.handleForm(ctx, data, in)
	case cards.VerbWaiting:
		card, err := rq.renderDigest(ctx)
		return cardResult{Card: card}, err
	}
	id, err := uuid.Parse(data.ChallengeID)
	if err != nil {
		return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
	}
	if data.Verb == cards.VerbRefresh {
		return rq.refreshCard(ctx, id, data)
	}
	build, ok := buttons[data.Verb]
	if !ok {
		return cardResult{}, textReply(rq.words.Bot.OtherVersion)
	}
	return rq.applyButton(ctx, id, data, in, build)
}

// cardOptions are how the answer to an action is drawn.
func (rq request) cardOptions(d cards.ButtonData) cards.Options {
	return cards.Options{ViewerID: rq.person.ID, Words: rq.words, Dialog: rq.inDialog, MessageID: d.MessageID}
}

// button is how one verb becomes a command, and the card it stands on.
type button struct {
	card         challenge.Card
	buildCommand func(x request, d cards.ButtonData, in map[string]string, c challenge.Snapshot) challenge.Command
}

var buttons = map[cards.Verb]button{
	cards.VerbRespond: {challenge.CardRespond, func(_ request, d cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.Respond{Opening: d.Opening, Response: responseFromInputs(in)}
	}},
	cards.VerbJudge: {challenge.CardJudge, func(_ request, d cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.Judge{Opening: d.Opening, Verdict: d.Verdict, Reason: in[cards.FieldReason],
			ShorterWindow: parseShorterTime(in[cards.FieldShorterDays], in[cards.FieldShorterReason])}
	}},
	cards.VerbGate: {challenge.CardGate, func(_ request, d cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.RecordGate{Rung: d.Rung, Gate: d.Gate, Status: d.Status,
			Note: in[cards.FieldNote], On: parseDateOrZero(in[cards.FieldOn]), Fields: in}
	}},
	cards.VerbWithdraw: {challenge.CardChallenge, func(_ request, _ cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.Withdraw{Reason: in["reason"]}
	}},
	cards.VerbSkip: {challenge.CardChallenge, func(_ request, _ cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.SkipTo{To: in[cards.FieldTo], Ground: in[cards.FieldGround], Evidence: in[cards.FieldEvidence]}
	}},
	cards.VerbHandOff: {challenge.CardChallenge, func(_ request, _ cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.HandOff{To: in[cards.FieldTo], Reason: in[cards.FieldReason]}
	}},
	cards.VerbAskedOutside: {challenge.CardRespond, func(_ request, d cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.RecordAskedOutside{Opening: d.Opening, Method: challenge.ContactMethod(in[cards.FieldHow]), On: parseDateOrZero(in[cards.FieldOn]), Note: in[cards.FieldNote]}
	}},
	cards.VerbRefer: {challenge.CardChallenge, func(_ request, _ cards.ButtonData, in map[string]string, _ challenge.Snapshot) challenge.Command {
		return challenge.Refer{Referral: referralFromInputs(in)}
	}},
}

// applyButton gives a button's command to the transaction. Whatever the answer, it is the
// card as it now is, with a sentence and the typed text when it was refused.
func (rq request) applyButton(ctx context.Context, id uuid.UUID, data cards.ButtonData, inputs map[string]string, btn button) (cardResult, error) {
	out, seen, err := rq.applyCommand(ctx, rq.idempotencyKey(""), storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Command, error) {
		return btn.buildCommand(rq, data, inputs, c), nil
	})
	opts := rq.cardOptions(data)
	opts.Submitted = data
	var refusal *challenge.Refusal
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
	case errors.As(err, &refusal):
		if !rq.rights(seen).Read {
			return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
		}
		opts.Refusal, opts.TypedValues = refusal, inputs
	case err != nil:
		return cardResult{}, err
	default:
		seen, opts.Refusal = out.Snapshot, out.Refusal
		if out.Refusal != nil {
			opts.TypedValues = inputs
		}
	}
	if opts.TypedValues == nil {
		// A card that holds what somebody typed does not refresh itself: that would
		// take the text away. It is brought up to date when the challenge moves on.
		opts.RefreshFor = rq.refreshUserIDs()
	}
	opening := data.Opening
	if opening < 1 || opening > len(seen.Challenge.Openings) {
		opening = len(seen.Challenge.Openings)
	}
	// Several cards carry the same button: the one that was pressed comes back.
	card := btn.card
	if slices.Contains(challenge.Cards(), data.Card) {
		card = data.Card
	}
	result := cardResult{Card: cards.Render(card, opening, rq.cardView(seen), opts)}
	if opts.Refusal == nil {
		_, result.closingText = result.DialogTexts()
	}
	return result, nil
}

// refreshCard draws the card again as the challenge now is. It never changes
// anything and never fails for what the client sent.
func (rq request) refreshCard(ctx context.Context, id uuid.UUID, data cards.ButtonData) (cardResult, error) {
	c, err := rq.Store.Load(ctx, storage.LookupKey{ID: id})
	if errors.Is(err, storage.ErrNotFound) || err == nil && !rq.rights(c).Read {
		return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
	}
	if err != nil {
		return cardResult{}, err
	}
	opts := rq.cardOptions(data)
	opts.RefreshFor = rq.refreshUserIDs()
	if !slices.Contains(challenge.Cards(), data.Card) {
		card, opening := c.Challenge.CardFor(rq.person.ID)
		return cardResult{Card: cards.Render(card, opening, rq.cardView(c), opts)}, nil
	}
	return cardResult{Card: cards.Render(data.Card, data.Opening, rq.cardView(c), opts)}, nil
}

// refreshUserIDs are those whose client may ask for the card again by itself.
func (rq request) refreshUserIDs() []string {
	if rq.activity.From.ID == "" {
		return nil
	}
	return []string{rq.activity.From.ID}
}

func responseFromInputs(in map[string]string) challenge.Response {
	r := challenge.Response{Text: in[cards.FieldText], Fields: in}
	for n := 1; n <= challenge.MaxActions; n++ {
		what, who, by := in[cards.PlanFieldID(n, "what")], in[cards.PlanFieldID(n, "who")], in[cards.PlanFieldID(n, "by")]
		if strings.TrimSpace(what+who+by) != "" {
			r.Plan = append(r.Plan, challenge.PlannedAction{What: what, Who: who, DueBy: parseDateOrZero(by)})
		}
	}
	return r
}

func referralFromInputs(in map[string]string) challenge.Referral {
	r := challenge.Referral{Contact: in[cards.FieldContact], Note: in[cards.FieldNote], On: parseDateOrZero(in[cards.FieldOn]),
		Informed: map[directory.Role]string{}, Consulted: map[directory.Role]string{}}
	for k, v := range in {
		if role, ok := strings.CutPrefix(k, cards.FieldInformedPrefix); ok {
			r.Informed[directory.Role(role)] = v
		}
		if role, ok := strings.CutPrefix(k, cards.FieldConsultedPrefix); ok {
			r.Consulted[directory.Role(role)] = v
		}
	}
	return r
}

// handleForm handles the form: "see who will be asked" draws it again with the
// answer, "send" raises the challenge.
func (rq request) handleForm(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	choices := rq.raisableLadders()
	if len(choices) == 0 {
		return cardResult{}, textReply(rq.words.Bot.MayNotRaise)
	}
	view, err := rq.buildFormView(choices, in)
	if err != nil {
		return cardResult{}, err
	}
	view.Nonce = rq.formNonce(data.Nonce)
	opts := rq.cardOptions(data)
	if data.Verb == cards.VerbPreview {
		opts.Refusal = view.refusal
		return cardResult{Card: cards.RenderForm(view.FormView, opts)}, nil
	}
	if over := rq.limits.take(limitRaises, rq.person.ID, rq.now); over > 0 {
		opts.Refusal, opts.TypedValues = newRefusal(challenge.CodeNotAllowed, rq.limitSentence(limitRaises)), in
		return cardResult{Card: cards.RenderForm(view.FormView, opts)}, nil
	}
	raising := raisingFromInputs(in)
	// The form's nonce is the idempotency key: the same form sent twice, by Teams or by a
	// thumb, is one challenge.
	key := storage.IdempotencyKey{Value: "form:" + view.Nonce + ":" + rq.person.ID, At: rq.now}
	out, err := rq.Store.Raise(ctx, key, func(number uint64) (challenge.Change, error) {
		raising.Number = number
		return challenge.Raise(raising, rq.person, rq.env(view.ladder))
	})
	if err != nil || out.Repeated {
		rq.limits.giveBack(limitRaises, rq.person.ID)
	}
	var refusal *challenge.Refusal
	if errors.As(err, &refusal) {
		opts.Refusal, opts.TypedValues = refusal, in
		return cardResult{Card: cards.RenderForm(view.FormView, opts)}, nil
	}
	if err != nil {
		return cardResult{}, err
	}
	sentOpts := cards.Options{ViewerID: rq.person.ID, Words: rq.words}
	if out.Repeated {
		sentOpts.TypedValues = unsentInputs(in, out.Snapshot.Challenge.Details)
	}
	sent := cards.RenderFormSent(rq.cardView(out.Snapshot), sentOpts)
	result := cardResult{Card: sent}
	if len(sentOpts.TypedValues) == 0 {
		result.closingText = sent.Summary()
	}
	return result, rq.replaceMessage(ctx, sent, ":form")
}

// unsentInputs is what a form that was sent before holds and that challenge does not: it was
// typed on another device, or between two presses, and goes nowhere.
func unsentInputs(in map[string]string, d challenge.Details) map[string]string {
	typed := map[string]string{}
	for id, went := range map[string]string{cards.FieldConcern: d.Concern, cards.FieldEvidence: d.Evidence, cards.FieldAsk: d.Ask} {
		if !slices.Equal(strings.Fields(in[id]), strings.Fields(went)) {
			typed[id] = in[id]
		}
	}
	return typed
}

// formNonce keeps a form's mark if it is one of ours in shape, or makes one of this
// activity: delivered again, it is the same.
func (rq request) formNonce(s string) string {
	if id, err := uuid.Parse(s); err == nil {
		return id.String()
	}
	return uuid.NewSHA1(uuid.Nil, []byte(rq.idempotencyKey(":form").Value)).String()
}

func raisingFromInputs(in map[string]string) challenge.RaiseCommand {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // no time-ordered id is available: any unique one will do
	}
	return challenge.RaiseCommand{
		ID: id, StartAt: in[cards.FieldStartAt], Ground: in[cards.FieldStartGround], Reason: in[cards.FieldStartReason],
		AboutPartner: in[cards.FieldPartner] == "true", ShorterWindow: parseShorterTime(in[cards.FieldShorterDays], in[cards.FieldShorterReason]),
		Details: challenge.Details{
			RecordNumber: in[cards.FieldRecordNumber], Conference: challenge.ConferenceType(in[cards.FieldConference]),
			ConferenceDate: parseDateOrZero(in[cards.FieldConferenceDate]), Categories: splitChoices(in[cards.FieldCategories]),
			Concern: in[cards.FieldConcern], Evidence: in[cards.FieldEvidence],
			Ask: in[cards.FieldAsk], AskBy: parseDateOrZero(in[cards.FieldAskBy]),
			Team: in[cards.FieldTeam], Agency: in[cards.FieldAgency], LookedAfter: in[cards.FieldLookedAfter] == "true",
		},
	}
}

// parseShorterTime reads a request for a shorter time. What is no number of days is
// refused by the domain's check, at the input.
func parseShorterTime(days, reason string) *challenge.ShorterWindow {
	days, reason = strings.TrimSpace(days), strings.TrimSpace(reason)
	if days == "" && reason == "" {
		return nil
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		n = 0
	}
	return &challenge.ShorterWindow{Days: n, Reason: reason}
}

// splitChoices reads the value of a choice of several.
func splitChoices(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(v string) bool { return strings.TrimSpace(v) == "" })
}

// buildFormView is the form as it should look with these values: in the ladder's own
// words, and with who will be asked and when the answer is due.
func (rq request) buildFormView(choices []*ladder.Ladder, in map[string]string) (raiseForm, error) {
	view := raiseForm{ladder: choices[0], FormView: cards.FormView{Values: in, Now: rq.now, Zone: rq.Calendar.Location(), Nonce: uuid.NewString()}}
	for _, l := range choices {
		view.Ladders = append(view.Ladders, cards.LadderChoice{ID: l.ID, Title: l.Title + " (" + l.Authority + ")"})
		if l.ID == in[cards.FieldLadder] {
			view.ladder = l
		}
	}
	view.Ladder = view.ladder
	for _, t := range rq.Directory().Teams() {
		scope := directory.Scope{Team: t.ID, Agency: in[cards.FieldAgency]}
		if challenge.MayRaise(view.ladder, rq.person.ID, scope, rq.env(view.ladder)) {
			view.Teams = append(view.Teams, cards.TeamChoice{ID: t.ID, Name: t.Name})
		}
	}
	for _, a := range rq.Directory().Agencies() {
		view.Agencies = append(view.Agencies, cards.TeamChoice{ID: a.ID, Name: a.Name})
	}
	raising := raisingFromInputs(in)
	if raising.Details.Team == "" && len(view.Teams) > 0 {
		raising.Details.Team = view.Teams[0].ID
		in[cards.FieldTeam] = raising.Details.Team
	}
	forecast, err := challenge.ForecastRaise(raising, rq.person, rq.env(view.ladder))
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		view.refusal = refusal
		return view, nil
	}
	view.Forecast = &forecast
	return view, err
}

// raiseForm is the form with the ladder that it is for, and why nothing can be foreseen
// if so.
type raiseForm struct {
	cards.FormView
	ladder  *ladder.Ladder
	refusal *challenge.Refusal
}

// mayRaiseUnder reports whether the person may raise a challenge under the ladder for
// at least one team.
func (rq request) mayRaiseUnder(l *ladder.Ladder) bool {
	return slices.ContainsFunc(rq.Directory().Teams(), func(t directory.Team) bool {
		return challenge.MayRaise(l, rq.person.ID, directory.Scope{Team: t.ID}, rq.env(l))
	})
}
