package app

import (
	"context"
	"errors"

	"challengebot/internal/connector"
	"challengebot/internal/engine"
)

// teams lets the engine speak through the connector: it turns the connector's kinds
// of failure into what they mean for a delivery.
type teams struct{ client *connector.Client }

var consequences = map[connector.Kind]engine.Consequence{
	connector.Retry:            engine.Again,
	connector.Ambiguous:        engine.Ambiguous,
	connector.ConversationGone: engine.ConversationGone,
	connector.ActivityGone:     engine.MessageGone,
	connector.Refused:          engine.Refused,
	connector.Unclear:          engine.Unclear,
	connector.BadRequest:       engine.Faulty,
	connector.TooBig:           engine.Faulty,
	// What somebody must mend in the bot's set-up waits for that: giving up would
	// be a missed escalation.
	connector.Unauthorised:  engine.Unmended,
	connector.ForbiddenHost: engine.Unmended,
	connector.Failed:        engine.Unable,
}

func failure(err error) error {
	var e *connector.Error
	if !errors.As(err, &e) {
		return err
	}
	return &engine.Failure{Consequence: consequences[e.Kind], Status: e.Status, Code: e.Code, RetryAfter: e.RetryAfter,
		MSCV: e.MSCV, Remedy: e.Remedy()}
}

func message(m engine.Message) connector.Activity {
	if len(m.Card) == 0 {
		a := connector.TextMessage(m.Text)
		a.TextFormat = "plain"
		return a
	}
	return connector.CardMessage(m.Summary, m.Card)
}

func (t teams) CreatePersonal(ctx context.Context, serviceURL, entraID string) (string, error) {
	id, err := t.client.CreatePersonal(ctx, serviceURL, entraID)
	return id, failure(err)
}

func (t teams) StartThread(ctx context.Context, serviceURL, channel string, m engine.Message) (string, string, error) {
	conversation, activity, err := t.client.StartThread(ctx, serviceURL, channel, message(m))
	return conversation, activity, failure(err)
}

func (t teams) Send(ctx context.Context, p engine.Place, m engine.Message) (string, error) {
	id, err := t.client.Send(ctx, connector.Ref{ServiceURL: p.ServiceURL, ConversationID: p.Conversation}, message(m))
	return id, failure(err)
}

func (t teams) SendOnly(ctx context.Context, p engine.Place, recipient, prompt string, m engine.Message) (string, error) {
	a := message(m)
	if prompt != "" {
		a.Entities = []connector.Entity{connector.AnswersTargeted(prompt)}
	}
	id, err := t.client.SendTargeted(ctx, connector.Ref{ServiceURL: p.ServiceURL, ConversationID: p.Conversation}, recipient, a)
	return id, failure(err)
}

func (t teams) Update(ctx context.Context, p engine.Place, activity string, m engine.Message) error {
	return failure(t.client.Update(ctx, connector.Ref{ServiceURL: p.ServiceURL, ConversationID: p.Conversation}, activity, message(m)))
}
