package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/permission"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// HandlerConfig is what a Handler needs. All fields must be set.
type HandlerConfig struct {
	Stores
	Now       func() time.Time
	Calendar  *workday.Calendar
	Directory func() *directory.Directory
	// RefreshDirectory brings the directory up to date with what was said while the bot runs.
	RefreshDirectory func(context.Context) error
	// IsUnreachable reports whether Teams refused somebody when last looked at.
	IsUnreachable func(entra string) bool
	// Ladders are those under which a challenge can be raised, in the order in
	// which the form offers them.
	Ladders []*ladder.Ladder
	// DangerLine is what the authority says about a child in danger now; empty: the usual.
	DangerLine string
	Logger     *slog.Logger
}

// Handler does what authenticated activities ask for.
type Handler struct {
	HandlerConfig
	// savedConversations remembers how conversations were last saved, to save them only when they
	// change or that is resaveConversationAfter ago. Losing it costs one write.
	savedConversations sync.Map
	limits             *limiter
	waiting            *waitingRoom
}

// NewHandler makes the handler of all activities.
func NewHandler(c HandlerConfig) (*Handler, error) {
	if !c.Stores.areSet() || c.Now == nil || c.Calendar == nil || c.Directory == nil || c.RefreshDirectory == nil || c.IsUnreachable == nil || len(c.Ladders) == 0 || c.Logger == nil {
		return nil, errors.New("bot: every field of HandlerConfig and at least one ladder are needed")
	}
	return &Handler{HandlerConfig: c, limits: newLimiter(), waiting: newWaitingRoom()}, nil
}

// request is one activity being handled: who acts, and the one time that counts.
type request struct {
	*Handler
	activity Activity
	person   challenge.Person
	words    *words.Catalogue // the person's language
	now      time.Time
	// inDialog: what is answered with is shown in a window of its own.
	inDialog bool
}

// HandleActivity handles one activity. One of a type, or an invoke of a name, that the bot has no
// use for is answered with 200 and nothing in it, and nothing is done: so does Microsoft's
// Teams SDK (the older Bot Framework said 501, but what Teams delivers again after a 5xx
// is not documented).
func (h *Handler) HandleActivity(ctx context.Context, a Activity) (Reply, error) {
	leave, err := h.waiting.enter(ctx, a.From.personID())
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer leave()
	reply, err := h.routeActivity(ctx, a)
	if errors.Is(err, storage.ErrUnavailable) {
		if a.isAutomatic() {
			// Nobody pressed anything, and a card whose refresh fails may never ask again.
			h.Logger.Error("a card could not be refreshed: temporarily unavailable", "activity", a.ID)
			return replyWithText(words.ForLanguage(h.Directory().LanguageOf(a.From.personID())).Bot.CannotRefreshNow), nil
		}
		return Reply{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return reply, err
}

func (h *Handler) routeActivity(ctx context.Context, a Activity) (Reply, error) {
	person := a.From.personID()
	if person == "" {
		return h.replyToUnknownSender(a), h.recordChannel(ctx, a)
	}
	rq := request{Handler: h, activity: a, now: h.Now(), words: words.ForLanguage(h.Directory().LanguageOf(person)), person: challenge.Person{ID: person, Name: a.From.Name}}
	if p, ok := h.Directory().PersonByEntra(person); ok {
		rq.person.Name = p.Name
	}
	if a.isAutomatic() {
		reply, err := rq.handleCardAction(ctx)
		if errors.Is(err, storage.ErrUnreadable) {
			return rq.replyUnreadable(ctx, err)
		}
		return reply, err
	}
	switch a.Type {
	case TypeMessage, TypeMessageUpdate, TypeMessageDelete:
		if ok, err := rq.takeMessage(ctx); !ok || err != nil {
			return Reply{}, err
		}
	}
	if err := h.recordChannel(ctx, a); err != nil {
		return Reply{}, err
	}
	err := rq.updateReachability(ctx)
	if errors.Is(err, storage.ErrSomebodyElsesChat) {
		h.Logger.Warn("an activity came from a one-to-one chat that is another person's: nothing was done for it", "activity", a.ID)
		return h.replyToUnknownSender(a), nil
	}
	if err != nil {
		return Reply{}, err
	}
	reply, err := rq.dispatchActivity(ctx)
	if errors.Is(err, storage.ErrUnreadable) && !errors.Is(err, storage.ErrUnavailable) {
		return rq.replyUnreadable(ctx, err)
	}
	return reply, err
}

// dispatchActivity hands an activity to whoever handles its kind.
func (rq request) dispatchActivity(ctx context.Context) (Reply, error) {
	a := rq.activity
	switch a.Type {
	case TypeInvoke:
		switch a.Name {
		case InvokeCardAction:
			return rq.handleCardAction(ctx)
		case InvokeTaskFetch:
			return rq.openDialog(ctx)
		case InvokeTaskSubmit:
			return rq.submitDialog(ctx)
		}
	case TypeMessage:
		if data, ok := a.SubmitData(); ok {
			return rq.handleSubmit(ctx, data)
		}
		return Reply{}, rq.handleMessage(ctx)
	case TypeMessageUpdate, TypeMessageDelete:
		return Reply{}, rq.recordMessageChange(ctx)
	case TypeInstallationUpdate:
		if a.InstallationAction == "add" && a.IsPersonal() {
			return Reply{}, rq.sendWelcome(ctx)
		}
	}
	return Reply{}, nil
}

// replyToUnknownSender answers whoever has no identity in the tenant: nothing can be done for them,
// and who pressed a button is told so.
func (h *Handler) replyToUnknownSender(a Activity) Reply {
	said := words.ForLanguage(h.Directory().LanguageOf("")).Bot.UnknownSender
	switch a.Name {
	case InvokeCardAction:
		return replyWithText(said)
	case InvokeTaskFetch, InvokeTaskSubmit:
		return replyClosingDialog(said)
	}
	return Reply{}
}

// resaveConversationAfter is how long a saved conversation is believed to be there still: the
// engine, or another instance that heard of a removal, may have dropped it.
const resaveConversationAfter = 10 * time.Minute

// saveConversation keeps how to reach the person: every authenticated activity from their
// own chat says so again.
func (rq request) saveConversation(ctx context.Context) error {
	if !rq.activity.IsPersonal() || rq.activity.Conversation.ID == "" {
		return nil
	}
	c := outbox.ConversationReference{OrderingKey: outbox.OrderingKey(challenge.Address{Person: rq.person.ID}), ID: rq.activity.Conversation.ID,
		ServiceURL: rq.activity.ServiceURL, TeamsUserID: rq.activity.From.ID}
	if v, ok := rq.savedConversations.Load(c.OrderingKey); ok {
		last := v.(outbox.ConversationReference)
		c.SeenAt = last.SeenAt
		if last == c && rq.now.Sub(last.SeenAt) < resaveConversationAfter {
			return nil
		}
	}
	c.SeenAt = rq.now
	if err := rq.Contacts.SaveOwnChat(ctx, c); err != nil {
		return err
	}
	rq.savedConversations.Store(c.OrderingKey, c)
	return nil
}

// idempotencyKey marks this activity: delivered again, it has no second effect.
func (rq request) idempotencyKey(part string) storage.IdempotencyKey {
	return storage.IdempotencyKey{Value: "activity:" + rq.activity.Conversation.ID + ":" + rq.activity.ID + part, At: rq.now}
}

// days are what dates are written against.
func (rq request) days() words.Days {
	return words.Days{Today: rq.today(), Zone: rq.Calendar.Location()}
}

func (rq request) readInputs(values map[string]string) *command.Inputs {
	return command.NewInputs(values, rq.days())
}

func (rq request) env(l *ladder.Ladder) challenge.Env {
	return challenge.Env{Now: rq.now, Calendar: rq.Calendar, Ladder: l, Directory: rq.Directory()}
}

// applyCommand gives one command to the one transaction. seen is the case as it was read there,
// whatever became of the command.
func (rq request) applyCommand(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, cmd func(challenge.Snapshot) (challenge.Command, error)) (result storage.ApplyResult, seen challenge.Snapshot, err error) {
	result, err = rq.Challenges.Apply(ctx, r, key, func(c challenge.Snapshot) (challenge.Change, error) {
		seen = c
		command, err := cmd(c)
		if err != nil {
			return challenge.Change{}, err
		}
		return c.Decide(command, rq.person, rq.env(c.Ladder))
	})
	return result, seen, err
}

// cardView is a case as cards are drawn from it.
func (rq request) cardView(c challenge.Snapshot) cards.View {
	team, _ := rq.Directory().TeamByID(c.Challenge.Details.Team)
	return cards.View{Challenge: c.Challenge, Ladder: c.Ladder, History: c.History, TeamName: team.Name,
		Now: rq.now, Zone: rq.Calendar.Location(), Calendar: rq.Calendar, Directory: rq.Directory()}
}

// sendCard queues a card for the person's own chat. What was asked where others read is
// answered there too, and the person is told: nothing about a child is said elsewhere.
func (rq request) sendCard(ctx context.Context, card cards.Card, part string) error {
	err := rq.Messages.QueueDirectMessage(ctx, rq.idempotencyKey(part), outbox.DirectMessage{To: challenge.Address{Person: rq.person.ID}, Content: messageContent(card)})
	if err != nil {
		return err
	}
	return rq.pointToPrivateChat(ctx)
}

// replaceMessage queues a card that takes the place of the message that was acted on, in the
// private chat only.
func (rq request) replaceMessage(ctx context.Context, card cards.Card, part string) error {
	if rq.activity.ReplyToID == "" || !rq.activity.IsPersonal() {
		return nil
	}
	return rq.Messages.QueueDirectMessage(ctx, rq.idempotencyKey(part), outbox.DirectMessage{
		To: challenge.Address{Person: rq.person.ID}, ReplacesActivityID: rq.activity.ReplyToID,
		ConversationID: rq.activity.Conversation.ID, ServiceURL: rq.activity.ServiceURL, Content: messageContent(card)})
}

func messageContent(card cards.Card) outbox.Content {
	return outbox.Content{Card: json.RawMessage(card.JSON()), Summary: card.Summary(), Text: card.Text()}
}

// rights are what the person may do to a challenge now, and whether they may read it.
func (rq request) rights(c challenge.Snapshot) permission.Rights {
	return c.RightsOf(rq.person.ID, rq.env(c.Ladder))
}
