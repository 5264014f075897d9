package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// Store is what a turn needs of the database: the one door, and what it reads.
type Store interface {
	Raise(ctx context.Context, r challenge.Receipt, decide func(number uint64) (challenge.Change, error)) (challenge.Outcome, error)
	Apply(ctx context.Context, r challenge.Receipt, key challenge.Key, decide func(challenge.Case) (challenge.Change, error)) (challenge.Outcome, error)
	Load(ctx context.Context, key challenge.Key) (challenge.Case, error)
	WaitingFor(ctx context.Context, person string, limit int) ([]challenge.Case, error)
	RaisedBy(ctx context.Context, person string, limit int) ([]challenge.Case, error)
	Standing(ctx context.Context, each func(challenge.Case)) error
	SetCover(ctx context.Context, r challenge.Receipt, c challenge.Cover) error
	EndCover(ctx context.Context, r challenge.Receipt, id int64, by string) error
	BindNotices(ctx context.Context, r challenge.Receipt, n challenge.NoticeChannel) error
	Reply(ctx context.Context, r challenge.Receipt, reply challenge.Reply) error
	SaveConversation(ctx context.Context, c challenge.Conversation) error
	ForgetConversation(ctx context.Context, lane string) error
	MarkUnreachable(ctx context.Context, u challenge.Unreachable) error
	Unreachables(ctx context.Context) ([]challenge.Unreachable, error)
	Returned(ctx context.Context, person string, at time.Time) error
	SaveChannel(ctx context.Context, c challenge.Channel) error
	// Effects are the steps to which an activity led, by the key of its receipt.
	Effects(ctx context.Context, receipt string) ([]challenge.Effect, error)
}

// TurnConfig is what Turns needs. All fields must be set.
type TurnConfig struct {
	Store     Store
	Now       func() time.Time
	Calendar  *workday.Calendar
	Directory func() *directory.Directory
	// Refresh brings the directory up to date with what was said while the bot runs.
	Refresh func(context.Context) error
	// Unreachable reports whether Teams refused somebody when last looked at.
	Unreachable func(entra string) bool
	// Ladders are those under which a challenge can be raised, in the order in
	// which the form offers them.
	Ladders []*ladder.Ladder
	Logger  *slog.Logger
}

// Turns does what authenticated activities ask for.
type Turns struct {
	TurnConfig
	// seen remembers how conversations were last saved, to save them only when they
	// change or that is rememberFor ago. Losing it costs one write.
	seen sync.Map
}

// NewTurns makes the handler of all turns.
func NewTurns(c TurnConfig) (*Turns, error) {
	if c.Store == nil || c.Now == nil || c.Calendar == nil || c.Directory == nil || c.Refresh == nil || c.Unreachable == nil || len(c.Ladders) == 0 || c.Logger == nil {
		return nil, errors.New("bot: every field of TurnConfig and at least one ladder are needed")
	}
	return &Turns{TurnConfig: c}, nil
}

// turn is one activity being handled: who acts, and the one time that counts.
type turn struct {
	*Turns
	a   Activity
	by  challenge.Person
	w   *words.Words // the person's language
	now time.Time
	// dialog: what is answered with is shown in a window of its own.
	dialog bool
}

// Turn handles one activity. One of a type, or an invoke of a name, that the bot has no
// use for is answered with 200 and nothing in it, and nothing is done: so does Microsoft's
// Teams SDK (the older Bot Framework said 501, but what Teams delivers again after a 5xx
// is not documented).
func (t *Turns) Turn(ctx context.Context, a Activity) (Reply, error) {
	reply, err := t.route(ctx, a)
	if errors.Is(err, challenge.ErrUnavailable) {
		if action, not := a.InvokeAction(); not == nil && action.Trigger == Automatic {
			// Nobody pressed anything, and a card whose refresh fails may never ask again.
			t.Logger.Error("a card could not be refreshed: temporarily unavailable", "activity", a.ID)
			return say(words.In(t.Directory().Language(a.From.AADObjectID)).Bot.NotNow), nil
		}
		return Reply{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return reply, err
}

func (t *Turns) route(ctx context.Context, a Activity) (Reply, error) {
	if err := t.place(ctx, a); err != nil {
		return Reply{}, err
	}
	person := strings.ToLower(a.From.AADObjectID)
	if person == "" {
		return t.nobody(a), nil
	}
	x := turn{Turns: t, a: a, now: t.Now(), w: words.In(t.Directory().Language(person)), by: challenge.Person{ID: person, Name: a.From.Name}}
	if p, ok := t.Directory().ByEntra(person); ok {
		x.by.Name = p.Name
	}
	if err := x.reach(ctx); err != nil {
		return Reply{}, err
	}
	switch a.Type {
	case TypeInvoke:
		switch a.Name {
		case InvokeCardAction:
			return x.invoked(ctx)
		case InvokeTaskFetch:
			return x.dialogOpened(ctx)
		case InvokeTaskSubmit:
			return x.dialogSent(ctx)
		}
	case TypeMessage:
		if data, ok := a.SubmitData(); ok {
			return x.submitted(ctx, data)
		}
		return Reply{}, x.said(ctx)
	case TypeMessageUpdate, TypeMessageDelete:
		return Reply{}, x.messageChanged(ctx)
	case TypeInstallationUpdate:
		if a.Action == "add" && a.Personal() {
			return Reply{}, x.welcome(ctx)
		}
	}
	return Reply{}, nil
}

// nobody answers whoever has no identity in the tenant: nothing can be done for them,
// and who pressed a button is told so.
func (t *Turns) nobody(a Activity) Reply {
	said := words.In(t.Directory().Language("")).Bot.WhoAreYou
	switch a.Name {
	case InvokeCardAction:
		return say(said)
	case InvokeTaskFetch, InvokeTaskSubmit:
		return closing(said)
	}
	return Reply{}
}

// rememberFor is how long a saved conversation is believed to be there still: the engine,
// or another instance that heard of a removal, may have dropped it.
const rememberFor = 10 * time.Minute

// remember keeps how to reach the person: every authenticated activity from their
// own chat says so anew.
func (x turn) remember(ctx context.Context) error {
	if !x.a.Personal() || x.a.Conversation.ID == "" {
		return nil
	}
	c := challenge.Conversation{Lane: challenge.Address{Person: x.by.ID}.Lane(), ID: x.a.Conversation.ID,
		ServiceURL: x.a.ServiceURL, MRI: x.a.From.ID}
	if v, ok := x.seen.Load(c.Lane); ok {
		last := v.(challenge.Conversation)
		c.SeenAt = last.SeenAt
		if last == c && x.now.Sub(last.SeenAt) < rememberFor {
			return nil
		}
	}
	c.SeenAt = x.now
	if err := x.Store.SaveConversation(ctx, c); err != nil {
		return err
	}
	x.seen.Store(c.Lane, c)
	return nil
}

// receipt marks this activity: delivered again, it has no second effect.
func (x turn) receipt(part string) challenge.Receipt {
	return challenge.Receipt{Key: "activity:" + x.a.Conversation.ID + ":" + x.a.ID + part, At: x.now}
}

func (x turn) env(l *ladder.Ladder) challenge.Env {
	return challenge.Env{Now: x.now, Calendar: x.Calendar, Ladder: l, Directory: x.Directory()}
}

// apply gives one command to the one door. seen is the case as it was read there,
// whatever became of the command.
func (x turn) apply(ctx context.Context, r challenge.Receipt, key challenge.Key, cmd func(challenge.Case) (challenge.Command, error)) (out challenge.Outcome, seen challenge.Case, err error) {
	out, err = x.Store.Apply(ctx, r, key, func(c challenge.Case) (challenge.Change, error) {
		seen = c
		command, err := cmd(c)
		if err != nil {
			return challenge.Change{}, err
		}
		return c.Challenge.Decide(command, x.by, x.env(c.Ladder))
	})
	return out, seen, err
}

// view is a case as cards are drawn from it.
func (x turn) view(c challenge.Case) cards.View {
	team, _ := x.Directory().Team(c.Challenge.Details.Team)
	return cards.View{Challenge: c.Challenge, Ladder: c.Ladder, History: c.History, Team: team.Name,
		Now: x.now, Zone: x.Calendar.Location()}
}

// reply queues a card for the person's own chat. What was asked where others read is
// answered there too, and the person is told: nothing about a child is said elsewhere.
func (x turn) reply(ctx context.Context, card cards.Card, part string) error {
	err := x.Store.Reply(ctx, x.receipt(part), challenge.Reply{To: challenge.Address{Person: x.by.ID}, Spec: spec(card)})
	if err != nil {
		return err
	}
	return x.elsewhere(ctx)
}

// replace queues a card that takes the place of the message that was acted on, in the
// private chat only.
func (x turn) replace(ctx context.Context, card cards.Card, part string) error {
	if x.a.ReplyToID == "" || !x.a.Personal() {
		return nil
	}
	return x.Store.Reply(ctx, x.receipt(part), challenge.Reply{
		To: challenge.Address{Person: x.by.ID}, Replaces: x.a.ReplyToID,
		Conversation: x.a.Conversation.ID, ServiceURL: x.a.ServiceURL, Spec: spec(card)})
}

func spec(card cards.Card) challenge.ReplySpec {
	return challenge.ReplySpec{Card: json.RawMessage(card.JSON()), Summary: card.Summary(), Text: card.Text()}
}

// mayRead reports whether somebody may see a whole challenge: who raised it, who
// was asked, who judges or was needed at a gate, who was alerted, who acts for one of
// them today, who may refer it outside, and the oversight role.
func (x turn) mayRead(c challenge.Case) bool {
	d, today := x.Directory(), x.Calendar.DateOf(x.now).String()
	scope := directory.Scope{Team: c.Challenge.Details.Team, Agency: c.Challenge.Details.Agency}
	if tookPart(c, x.by.ID) || x.mayRefer(c) || d.Holds(x.by.ID, string(ladder.RoleOversight), scope, today) {
		return true
	}
	if h := c.Challenge.Hold; h != nil {
		for _, g := range h.Gates { // whoever has come into the role since may open it
			for _, p := range slices.Concat(g.Openers, g.Consulted) {
				if p.Role != ladder.RoleChair && d.Holds(x.by.ID, string(p.Role), scope, today) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(d.People(), func(p directory.Person) bool {
		acting, away := d.ActingFor(p.Entra, today)
		return away && acting.Entra == x.by.ID && tookPart(c, p.Entra)
	})
}

// mayRefer reports whether the procedure leaves a referral outside to the person now.
func (x turn) mayRefer(c challenge.Case) bool {
	return c.Ladder != nil && challenge.MayRefer(x.by.ID, &c.Challenge, c.Ladder, x.Directory(), x.Calendar.DateOf(x.now))
}

// tookPart reports whether the challenge has been any of that person's business.
func tookPart(c challenge.Case, id string) bool {
	return id != "" && (c.Challenge.Concerns(id) || slices.ContainsFunc(c.History, func(e challenge.Event) bool {
		held, ok := e.Body.(challenge.Held)
		return e.By.ID == id || ok && slices.ContainsFunc(held.Gates, func(g challenge.GateState) bool {
			return slices.ContainsFunc(slices.Concat(g.Openers, g.Consulted), func(p challenge.Party) bool { return p.ID == id })
		})
	}))
}
