package app

import (
	"context"

	"challengebot/internal/connector"
	"challengebot/internal/engine"
)

// teamsAdapter lets the engine speak through the connector. Failures are the same to both.
type teamsAdapter struct{ client *connector.Client }

func toActivity(m engine.Message) connector.Activity {
	if len(m.Card) == 0 {
		a := connector.NewTextMessage(m.Text)
		a.TextFormat = "plain"
		return a
	}
	return connector.NewCardMessage(m.Summary, m.Card)
}

func (t teamsAdapter) CreatePersonalChat(ctx context.Context, serviceURL, entraID string) (string, error) {
	return t.client.CreatePersonalChat(ctx, serviceURL, entraID)
}

func (t teamsAdapter) StartThread(ctx context.Context, serviceURL, channel string, m engine.Message) (string, string, error) {
	return t.client.StartThread(ctx, serviceURL, channel, toActivity(m))
}

func (t teamsAdapter) Send(ctx context.Context, p engine.Destination, m engine.Message) (string, error) {
	return t.client.Send(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, toActivity(m))
}

func (t teamsAdapter) SendTargeted(ctx context.Context, p engine.Destination, recipient, prompt string, m engine.Message) (string, error) {
	a := toActivity(m)
	if prompt != "" {
		a.Entities = []connector.Entity{connector.NewTargetedReplyInfo(prompt)}
	}
	return t.client.SendTargeted(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, recipient, a)
}

func (t teamsAdapter) Update(ctx context.Context, p engine.Destination, activity string, m engine.Message) error {
	return t.client.Update(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: p.ConversationID}, activity, toActivity(m))
}
