package practice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

const (
	cardContentType = "application/vnd.microsoft.card.adaptive"
	// maxMessageSize is the size of a message in bytes as UTF-16 at which Teams
	// refuses it.
	maxMessageSize = 100 << 10
)

// utf16Len is the length of UTF-8 text in UTF-16 units.
func utf16Len(text []byte) int {
	units := 0
	for _, r := range string(text) {
		units += utf16.RuneLen(r)
	}
	return units
}

// outgoingActivity is an activity of the bot's.
type outgoingActivity struct {
	Type             string          `json:"type"`
	ID               string          `json:"id"`
	Text             string          `json:"text"`
	TextFormat       string          `json:"textFormat"`
	Summary          string          `json:"summary"`
	Speak            string          `json:"speak"`
	Locale           string          `json:"locale"`
	Importance       string          `json:"importance"`
	InputHint        string          `json:"inputHint"`
	DeliveryMode     string          `json:"deliveryMode"`
	AttachmentLayout string          `json:"attachmentLayout"`
	ReplyToID        string          `json:"replyToId"`
	ChannelData      map[string]any  `json:"channelData"`
	SuggestedActions json.RawMessage `json:"suggestedActions"`
	Attachments      []struct {
		ContentType string          `json:"contentType"`
		Content     json.RawMessage `json:"content"`
		Name        string          `json:"name"`
	} `json:"attachments"`
	Entities []struct {
		Type      string `json:"type"`
		Text      string `json:"text"`
		MessageID string `json:"messageId"`
		Mentioned struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"mentioned"`
	} `json:"entities"`
	Recipient *struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		AadObjectID string `json:"aadObjectId"`
		Role        string `json:"role"`
	} `json:"recipient"`
	From *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	} `json:"from"`
	Conversation *struct {
		ID               string `json:"id"`
		Name             string `json:"name"`
		IsGroup          bool   `json:"isGroup"`
		ConversationType string `json:"conversationType"`
		TenantID         string `json:"tenantId"`
	} `json:"conversation"`

	raw json.RawMessage
}

// postingMode says how an activity comes.
type postingMode struct {
	targeted  bool
	updatedID string // the id of the message that is replaced
}

// parseActivity reads an activity and lists what is wrong with it.
func (t *Teams) parseActivity(body []byte, c *conversation, as postingMode) (outgoingActivity, []string) {
	a := outgoingActivity{raw: slices.Clone(body)}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		return a, []string{"the activity has an unknown shape: " + err.Error()}
	}
	var found []string
	addIf := func(wrong bool, format string, args ...any) {
		if wrong {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	addIf(!slices.Contains([]string{"message", "typing"}, a.Type), "type %q is unknown", a.Type)
	addIf(a.Type == "message" && a.Text == "" && len(a.Attachments) == 0, "a message needs text or attachments")
	addIf(!slices.Contains([]string{"", "plain", "markdown", "xml"}, a.TextFormat), "textFormat %q is unknown", a.TextFormat)
	addIf(!slices.Contains([]string{"", "low", "normal", "high"}, a.Importance), "importance %q is unknown", a.Importance)
	addIf(as.updatedID != "" && a.ID != "" && a.ID != as.updatedID, "id is not that of the message updated")
	addIf(as.updatedID == "" && a.ID != "", "id is Teams' to give")
	addIf(a.From != nil && a.From.ID != t.botID(), "from.id is not the bot's")
	addIf(a.Conversation != nil && a.Conversation.ID != c.id, "conversation.id is not the one addressed")
	switch {
	case as.targeted && c.person != nil:
		addIf(true, "BadArgument: targeted messages do not exist in personal chats")
	case as.targeted && as.updatedID != "":
		addIf(a.Recipient != nil, "Bad argument: recipient on the update of a targeted message")
	case as.targeted:
		addIf(a.Recipient == nil || a.Recipient.ID == "", "Bad argument: recipient is missing on a targeted message")
	default:
		addIf(a.Recipient != nil && a.Recipient.ID == "", "recipient is empty; leave it out")
	}
	return a, append(found, t.checkContents(a, as)...)
}

// checkContents checks cards, mentions and references of an activity.
func (t *Teams) checkContents(a outgoingActivity, as postingMode) []string {
	var found []string
	for i, attachment := range a.Attachments {
		if attachment.ContentType != cardContentType {
			found = append(found, fmt.Sprintf("attachments[%d]: contentType %q is not an Adaptive Card", i, attachment.ContentType))
			continue
		}
		for _, finding := range CheckCard(attachment.Content) {
			found = append(found, "card: "+finding)
		}
	}
	if len(a.Attachments) > 1 {
		found = append(found, "one card a message: readers miss the second")
	}
	if len(a.Attachments) > 0 && a.Summary == "" && as.updatedID == "" {
		found = append(found, "a card needs a summary, or its notification says nothing")
	}
	tags := map[string]bool{}
	for i, entity := range a.Entities {
		switch entity.Type {
		case "mention":
			tags[entity.Text] = true
			if entity.Mentioned.ID == "" || entity.Text == "" || !strings.Contains(a.Text, entity.Text) {
				found = append(found, fmt.Sprintf("entities[%d]: the mention is not in the text or names nobody", i))
			}
		case "targetedMessageInfo":
			s, ok := t.messagesByID[entity.MessageID]
			if !ok || s.from == nil || s.reader != s.from {
				found = append(found, fmt.Sprintf("entities[%d]: answers no targeted message", i))
			} else if as.targeted && a.Recipient != nil && a.Recipient.ID != s.from.TeamsUserID {
				found = append(found, fmt.Sprintf("entities[%d]: answers somebody else's message", i))
			}
		default:
			found = append(found, fmt.Sprintf("entities[%d]: type %q is unknown", i, entity.Type))
		}
	}
	for _, tag := range mentionTag.FindAllString(a.Text, -1) {
		if !tags[tag] {
			found = append(found, "the text has an <at> tag without its mention")
		}
	}
	return found
}

// asVersion is what readers get of an activity.
func (a outgoingActivity) asVersion(at time.Time) MessageVersion {
	v := MessageVersion{At: at, Text: a.Text, Summary: a.Summary, JSON: a.raw}
	if len(a.Attachments) > 0 {
		// The card was checked, so it parses.
		v.Card, _ = ParseCard(a.Attachments[0].Content)
	}
	return v
}
