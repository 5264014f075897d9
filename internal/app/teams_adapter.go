package app

import (
	"context"
	"errors"

	"challengebot/internal/connector"
	"challengebot/internal/engine"
)

// teamsAdapter lets the engine speak through the connector: it turns the connector's kinds
// of failure into what they mean for a delivery.
type teamsAdapter struct{ client *connector.Client }

var consequenceOf = map[connector.Kind]engine.Consequence{
	connector.Retryable:        engine.Retryable,
	connector.Ambiguous:        engine.Ambiguous,
	connector.ConversationGone: engine.ConversationGone,
	connector.ActivityGone:     engine.MessageGone,
	connector.Rejected:         engine.Rejected,
	connector.UnclearRejection: engine.UnclearRejection,
	connector.BadRequest:       engine.OurBug,
	connector.MessageTooBig:    engine.OurBug,
	// What somebody must mend in the bot's set-up waits for that: giving up would
	// be a missed escalation.
	connector.Unauthorised:         engine.Misconfigured,
	connector.ForbiddenHost:        engine.Misconfigured,
	connector.PermanentServerError: engine.PermanentServerError,
}

func toFailure(err error) error {
	var e *connector.Error
	if !errors.As(err, &e) {
		return err
	}
	return &engine.Failure{Consequence: consequenceOf[e.Kind], Status: e.Status, Code: e.Code, RetryAfter: e.RetryAfter,
		MSCV: e.MSCV, Remedy: e.Remedy()}
}

func toActivity(m engine.Message) connector.Activity {
	if len(m.Card) == 0 {
		a := connector.NewTextMessage(m.Text)
		a.TextFormat = "plain"
		return a
	}
	return connector.NewCardMessage(m.Summary, m.Card)
}

func (t teamsAdapter) CreatePersonalChat(ctx context.Context, serviceURL, entraID string) (string, error) {
	id, err := t.client.CreatePersonalChat(ctx, serviceURL, entraID)
	return id, toFailure(err)
}

func (t teamsAdapter) StartThread(ctx context.Context, serviceURL, channel string, m engine.Message) (string, string, error) {
	conversation, activity, err := t.client.StartThread(ctx, serviceURL, channel, toActivity(m))
	return conversation, activity, toFailure(err)
}

func (t teamsAdapter) Send(ctx context.Context, p engine.Destination, m engine.Message) (string, error) {
	id, err := t.client.Send(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, toActivity(m))
	return id, toFailure(err)
}

func (t teamsAdapter) SendTargeted(ctx context.Context, p engine.Destination, recipient, prompt string, m engine.Message) (string, error) {
	a := toActivity(m)
	if prompt != "" {
		a.Entities = []connector.Entity{connector.NewTargetedReplyInfo(prompt)}
	}
	id, err := t.client.SendTargeted(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, recipient, a)
	return id, toFailure(err)
}

func (t teamsAdapter) Update(ctx context.Context, p engine.Destination, activity string, m engine.Message) error {
	return toFailure(t.client.Update(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, activity, toActivity(m)))
}
