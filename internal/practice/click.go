package practice

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// refreshGate is how old a person's view must be before a client asks again.
const refreshGate = time.Minute

var (
	// ErrNotTheirs means that the person cannot see the message.
	ErrNotTheirs = errors.New("practice: this person cannot see the message")
	// ErrNoRefresh means that the card does not refresh itself for this person.
	ErrNoRefresh = errors.New("practice: the card has no refresh for this person")
)

// Click presses a button on the card as p sees it: title, verb or id of the action,
// and what p put into the fields. A mistake of the story's (no such button, no such
// field, a value the client would not submit) is told to Options.Errorf, and the
// bot hears nothing.
func (m *Message) Click(ctx context.Context, p *Person, action string, inputs Inputs) *Answer {
	return m.As(p).press(ctx, action, inputs, false)
}

// ClickAnyway presses a button without the checks a client makes on fields: a
// faulty or forged client.
func (m *Message) ClickAnyway(ctx context.Context, p *Person, action string, inputs Inputs) *Answer {
	return m.As(p).press(ctx, action, inputs, true)
}

// mistake is an answer to something the story could not do.
func (t *Teams) mistake(err error) *Answer {
	t.complain("%v", err)
	return &Answer{t: t, Err: err}
}

// button finds an action that the viewer can press now.
func (m *Message) button(name string) (*Card, Action, error) {
	card := m.Card()
	switch {
	case !m.visible():
		return nil, Action{}, fmt.Errorf("%w: %s", ErrNotTheirs, m.viewer.Name)
	case card == nil:
		return nil, Action{}, fmt.Errorf("%w: the message has no card", ErrNoAction)
	}
	action, err := card.Action(name)
	if err == nil && action.Disabled {
		err = fmt.Errorf("%w: %q is disabled", ErrNoAction, name)
	}
	return card, action, err
}

func (m *Message) press(ctx context.Context, name string, inputs Inputs, anyway bool) *Answer {
	card, action, err := m.button(name)
	if err != nil {
		return m.t.mistake(err)
	}
	return m.act(ctx, card, action, inputs, anyway)
}

// act sends what an action of a card sends.
func (m *Message) act(ctx context.Context, card *Card, action Action, inputs Inputs, anyway bool) *Answer {
	data, err := card.fill(action, inputs, anyway)
	if err != nil {
		return m.t.mistake(err)
	}
	switch {
	case action.Type == "Action.Execute":
		return m.execute(ctx, action, data, "manual")
	case action.opensDialog():
		return m.open(ctx, data)
	case action.Type == "Action.Submit":
		return m.submit(ctx, data)
	default:
		return m.t.mistake(fmt.Errorf("%w: %q is an %s and says nothing to the bot", ErrNoAction, action.Title, action.Type))
	}
}

// ClickAsSubmit presses a button in an old client, which knows only the
// Action.Submit that stands in for it. No card can come back.
func (m *Message) ClickAsSubmit(ctx context.Context, p *Person, name string, inputs Inputs) *Answer {
	own := m.As(p)
	card, action, err := own.button(name)
	if err != nil {
		return m.t.mistake(err)
	}
	if action.Type == "Action.Execute" {
		instead, ok := action.property["fallback"].(map[string]any)
		if !ok {
			return m.t.mistake(fmt.Errorf("%w: %q has no Action.Submit", ErrNoAction, name))
		}
		action = newAction(instead, action.place)
	}
	data, err := card.fill(action, inputs, false)
	if err != nil {
		return m.t.mistake(err)
	}
	return own.submit(ctx, data)
}

// submit sends what an Action.Submit sends: a message without text.
func (m *Message) submit(ctx context.Context, data map[string]any) *Answer {
	activity := m.t.envelope(m.viewer, m.s.conversation, "message")
	activity["replyToId"] = m.ID
	delete(data, "msteams")
	activity["value"] = data
	return m.t.deliver(ctx, activity, nil)
}

// execute sends what an Action.Execute sends and shows the viewer what comes back.
func (m *Message) execute(ctx context.Context, action Action, data map[string]any, trigger string) *Answer {
	activity := m.t.envelope(m.viewer, m.s.conversation, "invoke")
	activity["name"] = "adaptiveCard/action"
	activity["replyToId"] = m.ID
	activity["value"] = map[string]any{
		"trigger": trigger,
		"action": map[string]any{
			"type": "Action.Execute", "id": action.ID, "title": action.Title, "verb": action.Verb, "data": data},
	}
	automatic := trigger == "automatic"
	return m.t.deliver(ctx, activity, func(a *Answer) { m.finish(a, automatic) })
}

// finish reads the answer to an action.
func (m *Message) finish(a *Answer, automatic bool) {
	found := a.readInvoke()
	if len(found) == 0 && automatic && a.Card == nil {
		found = []string{"a refresh must be answered with a card, or the old one sticks"}
	}
	if len(found) > 0 {
		a.Err = fmt.Errorf("%w: %s", ErrShape, found[0])
		m.t.violate("answer to an action", found...)
		return
	}
	if a.Card == nil {
		return
	}
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	if m.s.views == nil {
		m.s.views = map[*Person]view{}
	}
	m.s.views[m.viewer] = view{card: a.Card, at: m.t.Now()}
	m.t.shown(a.Card, m.s, false)
}

// visible reports whether the viewer has the message in front of them.
func (m *Message) visible() bool {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	return m.s.visibleTo(m.viewer, m.t.Now())
}

func (s *stored) visibleTo(p *Person, now time.Time) bool {
	switch {
	case s.deleted || s.conversation.gone || s.conversation.channel != nil && s.conversation.channel.gone:
		return false
	case s.conversation.person != nil:
		return s.conversation.person == p
	case s.reader != nil:
		return s.reader == p && now.Sub(s.versions[0].At) < targetedLife
	default:
		return s.conversation.channel.has(p)
	}
}

// Refresh lets p's client ask for p's own view, as on opening the chat.
func (p *Person) Refresh(ctx context.Context, m *Message) *Answer {
	own := m.As(p)
	card := own.Card()
	if !own.visible() || card == nil {
		return p.t.mistake(fmt.Errorf("%w: %s", ErrNotTheirs, p.Name))
	}
	action, ok := card.RefreshFor(p.MRI)
	if !ok {
		return p.t.mistake(fmt.Errorf("%w: %s", ErrNoRefresh, p.Name))
	}
	data := map[string]any{}
	for key, value := range action.Data {
		data[key] = value
	}
	return own.execute(ctx, action, data, "automatic")
}

// Opens opens p's chat with the bot: the client asks anew for every card that
// refreshes itself for p, unless the view it has is younger than a minute.
func (p *Person) Opens(ctx context.Context) []*Answer {
	var answers []*Answer
	for _, m := range p.Inbox() {
		card := m.Card()
		if card == nil {
			continue
		}
		if _, ok := card.RefreshFor(p.MRI); !ok || m.viewAge() < refreshGate {
			continue
		}
		answers = append(answers, p.Refresh(ctx, m))
	}
	return answers
}

// viewAge is how old the viewer's own view is; without one, older than any gate.
func (m *Message) viewAge() time.Duration {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	own, ok := m.s.views[m.viewer]
	if !ok {
		return refreshGate
	}
	return m.t.Now().Sub(own.at)
}

// Reloads restarts p's client: views of p's own are lost and the messages show
// what the bot posted.
func (p *Person) Reloads() {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	for _, s := range p.t.stored {
		delete(s.views, p)
	}
}
