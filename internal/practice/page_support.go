package practice

import (
	"context"
	"fmt"
	"slices"
)

// This file is what a page needs that shows the practice Teams to a person: which
// button was meant on which card, which fields it sends, and what was not yet read.

// SubmittedInputs are the fields that a button sends: those of its own card and of every
// card around it, or none.
func (c *Card) SubmittedInputs(a Button) []Input {
	return slices.DeleteFunc(slices.Clone(c.inputs), func(in Input) bool {
		return !a.path.isWithin(in.path) || !a.sendsInputs()
	})
}

// ValidateInputs says what a client would not submit, by the id of the field: the text that
// the card gives for it.
func (c *Card) ValidateInputs(a Button, given Inputs) map[string]string {
	wrong := map[string]string{}
	for _, in := range c.SubmittedInputs(a) {
		value, touched := given[in.ID]
		if !touched {
			value = in.Value
		}
		if err := in.validate(value); err != nil {
			wrong[in.ID] = orDefault(in.ErrorMessage, "Please check this.")
		}
	}
	return wrong
}

// ShownCards are all cards that the viewer may have in front of them: their own view or
// the newest first, then what the message showed before, as in a window that was
// left open.
func (m *Message) ShownCards() []*Card {
	var cards []*Card
	if c := m.Card(); c != nil {
		cards = append(cards, c)
	}
	for _, v := range slices.Backward(m.History()) {
		if v.Card != nil && !slices.Contains(cards, v.Card) {
			cards = append(cards, v.Card)
		}
	}
	return cards
}

// PressButton presses the n-th button, from 0 in reading order, of a card of this message
// that p has or had in front of them.
func (m *Message) PressButton(ctx context.Context, p *Person, card *Card, n int, inputs Inputs) *Answer {
	own := m.ViewedBy(p)
	if !own.isVisible() || !slices.Contains(own.ShownCards(), card) {
		return m.teams.failedAnswer(fmt.Errorf("%w: %s", ErrNotAllowed, p.Name))
	}
	if n < 0 || n >= len(card.buttons) || card.buttons[n].Disabled {
		return m.teams.failedAnswer(fmt.Errorf("%w: there is no button %d that can be pressed", ErrNoButton, n))
	}
	return own.sendAction(ctx, card, card.buttons[n], inputs, false)
}

// UnreadCount counts the messages to this person that nobody has taken.
func (p *Person) UnreadCount() int {
	return p.teams.countUnread(func(s *storedMessage) bool { return s.soleReader() == p })
}

// MessagesFor are the messages of the channel as one of its people sees it: those for
// everybody, and those for this person alone.
func (ch *Channel) MessagesFor(p *Person) []*Message {
	return ch.teams.listMessages(p, func(s *storedMessage) bool {
		return s.conversation.channel == ch && (s.reader == nil && !s.deleted || s.reader == p && s.isVisibleTo(p, ch.teams.Now()))
	})
}

// UnreadCount counts the messages in the channel that nobody has taken.
func (ch *Channel) UnreadCount() int {
	return ch.teams.countUnread(func(s *storedMessage) bool { return s.conversation.channel == ch && s.reader == nil })
}

func (t *Teams) countUnread(concerns func(*storedMessage) bool) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting := map[*storedMessage]bool{}
	for _, e := range t.events {
		if !e.taken && !e.message.deleted && concerns(e.message) {
			waiting[e.message] = true
		}
	}
	return len(waiting)
}

// FindMessage finds a message that the person can see by its id, as they see it.
func (p *Person) FindMessage(id string) (*Message, bool) {
	p.teams.mu.Lock()
	s, ok := p.teams.messagesByID[id]
	p.teams.mu.Unlock()
	if !ok {
		return nil, false
	}
	m := p.teams.messageOf(s, p)
	return m, m.isVisible()
}
