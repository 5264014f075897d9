package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
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
	case data.Verb == cards.VerbWaiting, data.Verb == cards.VerbRegister, data.Verb == cards.VerbNotes:
	case data.Verb == cards.VerbNotePasted:
		data.Verb = cards.VerbNotes
	case data.Verb == cards.VerbRelease && data.ChallengeID == "":
		data.Verb = cards.VerbWaiting
	case data.Verb == cards.VerbRaise || data.Card == cards.CardForm:
		data.Verb = cards.VerbPreview
	default:
		data.Verb = cards.VerbRefresh
	}
	return rq.dispatchButton(ctx, data, in)
}

func (rq request) dispatchButton(ctx context.Context, data cards.ButtonData, in map[string]string) (cardResult, error) {
	counted := limitPresses
	if slices.Contains([]cards.Verb{cards.VerbPreview, cards.VerbRefresh, cards.VerbWaiting, cards.VerbRegister, cards.VerbNotes}, data.Verb) {
		counted = limitRefreshes
	}
	if err := rq.takeOne(counted); err != nil {
		return cardResult{}, err
	}
	switch data.Verb {
	case cards.VerbRaise, cards.VerbPreview:
		return rq.handleForm(ctx, data, in)
	case cards.VerbCover:
		return rq.continueCover(ctx, data, in)
	case cards.VerbWaiting:
		card, err := rq.renderDigest(ctx, "")
		return cardResult{Card: card}, err
	case cards.VerbRegister:
		card, err := rq.searchRegister(ctx, in, data.Shown)
		return cardResult{Card: card}, err
	}
	switch data.Verb {
	case cards.VerbNotes:
		return rq.pressNotes(ctx, data)
	case cards.VerbNotePasted:
		return rq.pressNotePasted(ctx, data)
	}
	if data.Verb == cards.VerbRelease && data.ChallengeID == "" {
		return rq.pressReleaseAll(ctx)
	}
	if data.Verb == cards.VerbPostBelow && data.Card == cards.CardRegister {
		data.ChallengeID = in[cards.FieldOpen]
	}
	id, err := uuid.Parse(data.ChallengeID)
	if err != nil {
		return cardResult{}, textReply(rq.words.Bot.NoSuchChallenge)
	}
	switch data.Verb {
	case cards.VerbRefresh:
		return rq.refreshCard(ctx, id, data)
	case cards.VerbPostBelow:
		return rq.postBelow(ctx, id)
	case cards.VerbDraft:
		return rq.openDraft(ctx, storage.LookupKey{ID: id}, data)
	}
	cmd, ok := command.ByVerb(data.Verb)
	if !ok {
		return cardResult{}, textReply(rq.words.Bot.OtherVersion)
	}
	return rq.applyButton(ctx, id, data, in, cmd)
}

// cardOptions are how the answer to an action is drawn.
func (rq request) cardOptions(d cards.ButtonData) cards.Options {
	return cards.Options{ViewerID: rq.person.ID, Words: rq.words, Dialog: rq.inDialog, MessageID: d.MessageID}
}

// applyButton gives a button's command to the transaction. Whatever the answer, it is the
// card as it now is, with a sentence and the typed text when it was refused.
func (rq request) applyButton(ctx context.Context, id uuid.UUID, data cards.ButtonData, inputs map[string]string, cmd command.Command) (cardResult, error) {
	own, draft := cards.SplitDraft(data.Verb, inputs)
	askedAbout, question := rq.askAboutName(own, data.Shown)
	out, seen, err := rq.applyCommand(ctx, rq.idempotencyKey(""), storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Command, error) {
		if question != nil {
			return nil, question
		}
		return cmd.Build(rq.readInputs(own), data, c), nil
	})
	opts := rq.cardOptions(data)
	opts.Submitted, opts.AskedAbout = data, askedAbout
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
	case out.Refusal != nil && !rq.rights(out.Snapshot).Read: // kept, and they may read nothing of it
		return cardResult{}, textReply(rq.words.TranslateRefusal(out.Refusal).Sentence)
	default:
		seen, opts.Refusal = out.Snapshot, out.Refusal
		if opts.TypedValues = draft; out.Refusal != nil {
			opts.TypedValues = inputs
		}
	}
	if len(opts.TypedValues) == 0 {
		// A card that holds what somebody typed does not refresh itself: that would
		// take the text away. It is brought up to date when the challenge moves on.
		opts.RefreshFor = rq.refreshUserIDs()
	}
	opening := data.Opening
	if opening < 1 || opening > len(seen.Challenge.Openings) {
		opening = len(seen.Challenge.Openings)
	}
	// Several cards carry the same button: the one that was pressed comes back.
	card := cmd.Card
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
	c, err := rq.loadReadable(ctx, storage.LookupKey{ID: id})
	if err != nil {
		return cardResult{}, err
	}
	opts := rq.cardOptions(data)
	opts.RefreshFor = rq.refreshUserIDs()
	if !slices.Contains(challenge.Cards(), data.Card) {
		card, opening := c.Challenge.CardToRead(rq.person.ID, rq.rights(c))
		return cardResult{Card: cards.Render(card, opening, rq.cardView(c), opts)}, nil
	}
	return cardResult{Card: cards.Render(data.Card, data.Opening, rq.cardView(c), opts)}, nil
}

// loadReadable loads a challenge that the person may see. To others there is none.
func (rq request) loadReadable(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error) {
	c, err := rq.Challenges.Load(ctx, key)
	if errors.Is(err, storage.ErrNotFound) || err == nil && !rq.rights(c).Read {
		return challenge.Snapshot{}, textReply(rq.words.Bot.NoSuchChallenge)
	}
	return c, err
}

// refreshUserIDs are those whose client may ask for the card again by itself.
func (rq request) refreshUserIDs() []string {
	if rq.activity.From.ID == "" {
		return nil
	}
	return []string{rq.activity.From.ID}
}
