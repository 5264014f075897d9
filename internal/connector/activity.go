package connector

import "encoding/json"

const (
	// CardContentType marks an attachment as an Adaptive Card.
	CardContentType = "application/vnd.microsoft.card.adaptive"
	// TypeMessage is the type of an ordinary message.
	TypeMessage = "message"
)

// Destination says where a message goes: a conversation, behind the service URL that the
// last authenticated activity from it named.
type Destination struct {
	ServiceURL     string
	ConversationID string
}

// Activity is an outgoing message. It is a type of its own because the library's
// writes zero dates and an empty recipient, which Teams takes for real ones.
type Activity struct {
	Type       string `json:"type"`
	Text       string `json:"text,omitempty"`
	TextFormat string `json:"textFormat,omitempty"` // plain, markdown or xml
	// Summary is the text of the notification a person sees for a card.
	Summary     string       `json:"summary,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Entities    []Entity     `json:"entities,omitempty"`
	// Recipient is set on a new targeted message only; Update removes it.
	Recipient *Account `json:"recipient,omitempty"`

	// From and Conversation are filled in by the client.
	From         *Account             `json:"from,omitempty"`
	Conversation *ConversationAccount `json:"conversation,omitempty"`
}

// Attachment is a card on a message.
type Attachment struct {
	ContentType string          `json:"contentType"`
	Content     json.RawMessage `json:"content"`
}

// Account names a person or bot by its Teams id (29:… or 28:…); in a mention the
// id may be an Entra object id.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// ConversationAccount names a conversation inside an activity.
type ConversationAccount struct {
	ID string `json:"id"`
}

// Entity is a pointer to the targeted message that is answered.
type Entity struct {
	Type      string `json:"type"`
	MessageID string `json:"messageId,omitempty"`
}

// NewTargetedReplyInfo shows the person's own targeted message above the answer.
func NewTargetedReplyInfo(messageID string) Entity {
	return Entity{Type: "targetedMessageInfo", MessageID: messageID}
}

// NewCardMessage is a message that carries one card. summary is what the
// notification says and must not hold more than the reader may see on a locked
// phone.
func NewCardMessage(summary string, card json.RawMessage) Activity {
	return Activity{
		Type:        TypeMessage,
		Summary:     summary,
		Attachments: []Attachment{{ContentType: CardContentType, Content: card}},
	}
}

// NewTextMessage is a message of words only.
func NewTextMessage(text string) Activity {
	return Activity{Type: TypeMessage, Text: text}
}
