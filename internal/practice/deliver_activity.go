package practice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// botTimeout is how long Teams waits for the bot.
const botTimeout = 15 * time.Second

var (
	// ErrBotUnreachable means that the bot gave no answer.
	ErrBotUnreachable = errors.New("practice: the bot cannot be reached")
	// ErrBadStatus means that the bot answered with a status that is no success.
	ErrBadStatus = errors.New("practice: the bot rejected the activity")
	// ErrMalformedAnswer means that the answer to an action is not what a client can show:
	// the person sees "Unable to reach app" although the work may be done.
	ErrMalformedAnswer = errors.New("practice: the bot's answer has the wrong shape")
	// ErrNotDelivered means that Teams would not have told the bot.
	ErrNotDelivered = errors.New("practice: Teams does not deliver this to the bot")
)

// Answer is what came of one delivery to the bot.
type Answer struct {
	// Err says why the person saw an error, nil if they saw none.
	Err error
	// Status and Body are the bot's HTTP answer.
	Status int
	Body   []byte
	// Invoke is the decoded answer to an action.
	Invoke *InvokeAnswer
	// Card is the card that replaced the one clicked on, if one did.
	Card *Card
	// Text is the short text shown instead of a card, if any.
	Text string
	// Dialog is the window that the action opened or that it was made in.
	Dialog *Dialog
	// ActivityID is the id the activity had.
	ActivityID string

	teams      *Teams
	activity   map[string]any
	readAnswer func(*Answer)
}

// InvokeAnswer is the body of an answer to an action.
type InvokeAnswer struct {
	StatusCode int
	Type       string
	Value      json.RawMessage
}

// Redeliver sends the same activity again, as Teams does when an answer is slow.
func (a *Answer) Redeliver(ctx context.Context) *Answer {
	if a.activity == nil {
		return a.teams.failedAnswer(fmt.Errorf("%w: there was no activity to send again", ErrNotDelivered))
	}
	return a.teams.deliverActivity(ctx, a.activity, a.readAnswer)
}

// DeliverCopy sends the same content again as an activity of its own, with a new id
// and time, as Teams does about half a minute later.
func (a *Answer) DeliverCopy(ctx context.Context, newID string) *Answer {
	if a.activity == nil {
		return a.teams.failedAnswer(fmt.Errorf("%w: there was no activity to copy", ErrNotDelivered))
	}
	again := maps.Clone(a.activity)
	again["id"] = newID
	a.teams.stampTime(again)
	return a.teams.deliverActivity(ctx, again, a.readAnswer)
}

func (t *Teams) stampTime(activity map[string]any) {
	now := t.Now()
	activity["timestamp"] = now.UTC().Format("2006-01-02T15:04:05.000Z")
	activity["localTimestamp"] = now.Format("2006-01-02T15:04:05.000Z07:00")
}

// newActivity is what every activity of a person's carries.
func (t *Teams) newActivity(p *Person, c *conversation, kind string) map[string]any {
	t.mu.Lock()
	defer t.mu.Unlock()
	where := map[string]any{"id": c.id, "tenantId": t.options.Tenant, "conversationType": "personal"}
	data := map[string]any{"tenant": map[string]any{"id": t.options.Tenant}}
	if c.channel != nil {
		where["conversationType"], where["isGroup"] = "channel", true
	}
	if c.channel != nil && c.channel.Group {
		where["conversationType"] = "groupChat"
	} else if c.channel != nil {
		team := map[string]any{"id": c.channel.TeamID, "name": c.channel.TeamName}
		if c.channel.TeamTenant != "" {
			team["tenantId"] = c.channel.TeamTenant
		}
		channel := map[string]any{"id": c.channel.ID, "name": c.channel.Name}
		if c.channel.Type != "" {
			channel["type"] = c.channel.Type
		}
		data["team"], data["channel"] = team, channel
	}
	activity := map[string]any{
		"type": kind, "id": "f:" + t.nextMessageIDLocked(), "channelId": "msteams", "serviceUrl": t.ServiceURL(),
		"from":         map[string]any{"id": p.TeamsUserID, "name": p.Name, "aadObjectId": p.ID},
		"recipient":    map[string]any{"id": t.botID(), "name": t.options.BotName},
		"conversation": where, "channelData": data, "locale": "en-GB", "localTimezone": "Europe/London",
		"entities": []any{map[string]any{
			"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Windows", "timezone": "Europe/London"}},
	}
	t.stampTime(activity)
	return activity
}

// deliverActivity signs an activity and posts it to the bot. finish reads the answer to an
// action; it is nil for everything else.
func (t *Teams) deliverActivity(ctx context.Context, activity map[string]any, finish func(*Answer)) *Answer {
	a := &Answer{teams: t, activity: activity, readAnswer: finish}
	a.ActivityID, _ = activity["id"].(string)
	t.postAuthorised(ctx, a, mustJSON(activity), "Bearer "+t.SignToken(t.ActivityClaims()))
	if a.Err == nil && finish != nil {
		finish(a)
	}
	return a
}

// PostRaw sends any bytes with any Authorization header to the bot: what somebody who
// is not Teams may try. The answer's status is not judged.
func (t *Teams) PostRaw(ctx context.Context, body []byte, authorization string) *Answer {
	a := &Answer{teams: t}
	t.postToBot(ctx, a, body, authorization)
	return a
}

func (t *Teams) postAuthorised(ctx context.Context, a *Answer, body []byte, authorization string) {
	t.postToBot(ctx, a, body, authorization)
	if a.Err == nil && (a.Status < 200 || a.Status > 299) {
		a.Err = fmt.Errorf("%w with status %d", ErrBadStatus, a.Status)
		t.recordViolation("delivery", fmt.Sprintf("a rightful activity of type %v was answered with status %d", a.activity["type"], a.Status))
	}
}

func (t *Teams) postToBot(ctx context.Context, a *Answer, body []byte, authorization string) {
	t.mu.Lock()
	bot := t.botURL
	t.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, bot+"/api/messages", bytes.NewReader(body))
	if err != nil {
		a.Err = fmt.Errorf("%w: %w", ErrBotUnreachable, err)
		return
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := t.client.Do(req)
	if err != nil {
		a.Err = fmt.Errorf("%w: %w", ErrBotUnreachable, err)
		return
	}
	defer resp.Body.Close()
	a.Status = resp.StatusCode
	if a.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxBodySize)); err != nil {
		a.Err = fmt.Errorf("%w: %w", ErrBotUnreachable, err)
	}
}

// The documented answers to an action: status code and type.
var invokeStatusCodes = map[string][]int{
	invokeTypeCard:    {200},
	invokeTypeMessage: {200},
	invokeTypeError:   {400, 500},
	"application/vnd.microsoft.activity.loginRequest":    {401},
	"application/vnd.microsoft.error.incorrectAuthCode":  {401},
	"application/vnd.microsoft.error.preconditionFailed": {412},
}

const (
	invokeTypeCard    = cardContentType
	invokeTypeMessage = "application/vnd.microsoft.activity.message"
	invokeTypeError   = "application/vnd.microsoft.error"
)

// readInvokeAnswer decodes the answer to an action and lists what is wrong with it.
func (a *Answer) readInvokeAnswer() []string {
	var wire struct {
		StatusCode *int            `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if a.Status != http.StatusOK {
		return []string{fmt.Sprintf("the status is %d; it must be 200 whenever the bot's code ran", a.Status)}
	}
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return []string{"the body is not {statusCode, type, value}: " + err.Error()}
	}
	a.Invoke = &InvokeAnswer{StatusCode: http.StatusOK, Type: wire.Type, Value: wire.Value}
	if wire.StatusCode != nil {
		a.Invoke.StatusCode = *wire.StatusCode
	}
	codes, known := invokeStatusCodes[wire.Type]
	if !known {
		return []string{fmt.Sprintf("type %q is unknown", wire.Type)}
	}
	if !slices.Contains(codes, a.Invoke.StatusCode) {
		return []string{fmt.Sprintf("statusCode %d does not go with type %q", a.Invoke.StatusCode, wire.Type)}
	}
	return a.readInvokeValue()
}

func (a *Answer) readInvokeValue() []string {
	switch a.Invoke.Type {
	case invokeTypeCard:
		var found []string
		for _, finding := range CheckCard(a.Invoke.Value) {
			found = append(found, "card: "+finding)
		}
		if len(found) == 0 {
			// Checked, so it parses.
			a.Card, _ = ParseCard(a.Invoke.Value)
		}
		return found
	case invokeTypeMessage:
		if json.Unmarshal(a.Invoke.Value, &a.Text) != nil || strings.TrimSpace(a.Text) == "" {
			return []string{"value of a message must be text"}
		}
	case invokeTypeError:
		var value struct{ Code, Message string }
		if json.Unmarshal(a.Invoke.Value, &value) != nil || value.Code == "" || value.Message == "" {
			return []string{"value of an error must have code and message"}
		}
	}
	return nil
}
