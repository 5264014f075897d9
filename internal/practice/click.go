package practice

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// refreshInterval is how old a person's view must be before a client asks again.
const refreshInterval = time.Minute

var (
	// ErrNotAllowed means that the person cannot see the message.
	ErrNotAllowed = errors.New("practice: this person cannot see the message")
	// ErrNoRefresh means that the card does not refresh itself for this person.
	ErrNoRefresh = errors.New("practice: the card has no refresh for this person")
)

// Click presses a button on the card as p sees it: title, verb or id of the action,
// and what p put into the fields. A mistake of the story's (no such button, no such
// field, a value the client would not submit) is told to Options.Errorf, and the
// bot hears nothing.
func (m *Message) Click(ctx context.Context, p *Person, action string, inputs Inputs) *Answer {
	return m.ViewedBy(p).clickNamed(ctx, action, inputs, false)
}

// ClickWithoutValidation presses a button without the checks a client makes on fields: a
// faulty or forged client.
func (m *Message) ClickWithoutValidation(ctx context.Context, p *Person, action string, inputs Inputs) *Answer {
	return m.ViewedBy(p).clickNamed(ctx, action, inputs, true)
}

// failedAnswer is an answer to something the story could not do.
func (t *Teams) failedAnswer(err error) *Answer {
	t.reportError("%v", err)
	return &Answer{teams: t, Err: err}
}

// findButton finds an action that the viewer can press now.
func (m *Message) findButton(name string) (*Card, Button, error) {
	card := m.Card()
	switch {
	case !m.isVisible():
		return nil, Button{}, fmt.Errorf("%w: %s", ErrNotAllowed, m.viewer.Name)
	case card == nil:
		return nil, Button{}, fmt.Errorf("%w: the message has no card", ErrNoButton)
	}
	action, err := card.Button(name)
	if err == nil && action.Disabled {
		err = fmt.Errorf("%w: %q is disabled", ErrNoButton, name)
	}
	return card, action, err
}

func (m *Message) clickNamed(ctx context.Context, name string, inputs Inputs, anyway bool) *Answer {
	card, action, err := m.findButton(name)
	if err != nil {
		return m.teams.failedAnswer(err)
	}
	return m.sendAction(ctx, card, action, inputs, anyway)
}

// sendAction sends what an action of a card sends.
func (m *Message) sendAction(ctx context.Context, card *Card, action Button, inputs Inputs, anyway bool) *Answer {
	data, err := card.mergeInputs(action, inputs, anyway)
	if err != nil {
		return m.teams.failedAnswer(err)
	}
	switch {
	case action.Type == "Action.Execute":
		return m.sendExecute(ctx, action, data, "manual")
	case action.opensDialog():
		return m.openDialog(ctx, data)
	case action.Type == "Action.Submit":
		return m.sendSubmit(ctx, data)
	default:
		return m.teams.failedAnswer(fmt.Errorf("%w: %q is an %s and says nothing to the bot", ErrNoButton, action.Title, action.Type))
	}
}

// ClickAsSubmit presses a button in an old client, which knows only the
// Action.Submit that stands in for it. No card can come back.
func (m *Message) ClickAsSubmit(ctx context.Context, p *Person, name string, inputs Inputs) *Answer {
	own := m.ViewedBy(p)
	card, action, err := own.findButton(name)
	if err != nil {
		return m.teams.failedAnswer(err)
	}
	if action.Type == "Action.Execute" {
		instead, ok := action.properties["fallback"].(map[string]any)
		if !ok {
			return m.teams.failedAnswer(fmt.Errorf("%w: %q has no Action.Submit", ErrNoButton, name))
		}
		action = newButton(instead, action.path)
	}
	data, err := card.mergeInputs(action, inputs, false)
	if err != nil {
		return m.teams.failedAnswer(err)
	}
	return own.sendSubmit(ctx, data)
}

// sendSubmit sends what an Action.Submit sends: a message without text.
func (m *Message) sendSubmit(ctx context.Context, data map[string]any) *Answer {
	activity := m.teams.newActivity(m.viewer, m.stored.conversation, "message")
	activity["replyToId"] = m.ID
	delete(data, "msteams")
	activity["value"] = data
	return m.teams.deliverActivity(ctx, activity, nil)
}

// sendExecute sends what an Action.Execute sends and shows the viewer what comes back.
func (m *Message) sendExecute(ctx context.Context, action Button, data map[string]any, trigger string) *Answer {
	activity := m.teams.newActivity(m.viewer, m.stored.conversation, "invoke")
	activity["name"] = "adaptiveCard/action"
	activity["replyToId"] = m.ID
	activity["value"] = map[string]any{
		"trigger": trigger,
		"action": map[string]any{
			"type": "Action.Execute", "id": action.ID, "title": action.Title, "verb": action.Verb, "data": data},
	}
	automatic := trigger == "automatic"
	return m.teams.deliverActivity(ctx, activity, func(a *Answer) { m.readActionAnswer(a, automatic) })
}

// readActionAnswer reads the answer to an action.
func (m *Message) readActionAnswer(a *Answer, automatic bool) {
	found := a.readInvokeAnswer()
	if len(found) == 0 && automatic && a.Card == nil {
		found = []string{"a refresh must be answered with a card, or the old one sticks"}
	}
	if len(found) > 0 {
		a.Err = fmt.Errorf("%w: %s", ErrMalformedAnswer, found[0])
		m.teams.recordViolation("answer to an action", found...)
		return
	}
	if a.Card == nil {
		return
	}
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	if m.stored.views == nil {
		m.stored.views = map[*Person]personalView{}
	}
	m.stored.views[m.viewer] = personalView{card: a.Card, at: m.teams.Now()}
	m.teams.reportCard(a.Card, m.stored, false)
}

// isVisible reports whether the viewer has the message in front of them.
func (m *Message) isVisible() bool {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	return m.stored.isVisibleTo(m.viewer, m.teams.Now())
}

func (s *storedMessage) isVisibleTo(p *Person, now time.Time) bool {
	switch {
	case s.deleted || s.conversation.historyRemoved || s.conversation.channel != nil && s.conversation.channel.deleted:
		return false
	case s.conversation.person != nil:
		return s.conversation.person == p
	case s.reader != nil:
		return s.reader == p && now.Sub(s.versions[0].At) < targetedMessageLifetime
	default:
		return s.conversation.channel.hasMember(p)
	}
}

// RefreshesCard lets p's client ask for p's own view, as on opening the chat.
func (p *Person) RefreshesCard(ctx context.Context, m *Message) *Answer {
	own := m.ViewedBy(p)
	card := own.Card()
	if !own.isVisible() || card == nil {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s", ErrNotAllowed, p.Name))
	}
	action, ok := card.RefreshFor(p.TeamsUserID)
	if !ok {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s", ErrNoRefresh, p.Name))
	}
	data := map[string]any{}
	for key, value := range action.Data {
		data[key] = value
	}
	return own.sendExecute(ctx, action, data, "automatic")
}

// OpensChat opens p's chat with the bot: the client asks again for every card that
// refreshes itself for p, unless the view it has is younger than a minute.
func (p *Person) OpensChat(ctx context.Context) []*Answer {
	var answers []*Answer
	for _, m := range p.Inbox() {
		card := m.Card()
		if card == nil {
			continue
		}
		if _, ok := card.RefreshFor(p.TeamsUserID); !ok || m.viewAge() < refreshInterval {
			continue
		}
		answers = append(answers, p.RefreshesCard(ctx, m))
	}
	return answers
}

// viewAge is how old the viewer's own view is; without one, older than any gate.
func (m *Message) viewAge() time.Duration {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	own, ok := m.stored.views[m.viewer]
	if !ok {
		return refreshInterval
	}
	return m.teams.Now().Sub(own.at)
}

// ReloadsClient restarts p's client: views of p's own are lost and the messages show
// what the bot posted.
func (p *Person) ReloadsClient() {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	for _, s := range p.teams.allMessages {
		delete(s.views, p)
	}
}
