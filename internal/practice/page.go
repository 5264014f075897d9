package practice

import (
	"context"
	"fmt"
	"slices"
)

// This file is what a page needs that shows the practice Teams to a person: which
// button was meant on which card, which fields it sends, and what was not yet read.

// Gathers are the fields that a button sends: those of its own card and of every
// card around it, or none.
func (c *Card) Gathers(a Action) []Input {
	return slices.DeleteFunc(slices.Clone(c.inputs), func(in Input) bool {
		return !a.place.within(in.place) || !a.gathers()
	})
}

// Check says what a client would not submit, by the id of the field: the text that
// the card gives for it.
func (c *Card) Check(a Action, given Inputs) map[string]string {
	wrong := map[string]string{}
	for _, in := range c.Gathers(a) {
		value, touched := given[in.ID]
		if !touched {
			value = in.Value
		}
		if err := in.check(value); err != nil {
			wrong[in.ID] = orElse(in.ErrorMessage, "Please check this.")
		}
	}
	return wrong
}

// Cards are all cards that the viewer may have in front of them: their own view or
// the newest first, then what the message showed before, as in a window that was
// left open.
func (m *Message) Cards() []*Card {
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

// Press presses the n-th button, from 0 in reading order, of a card of this message
// that p has or had in front of them.
func (m *Message) Press(ctx context.Context, p *Person, card *Card, n int, inputs Inputs) *Answer {
	own := m.As(p)
	if !own.visible() || !slices.Contains(own.Cards(), card) {
		return m.t.mistake(fmt.Errorf("%w: %s", ErrNotTheirs, p.Name))
	}
	if n < 0 || n >= len(card.actions) || card.actions[n].Disabled {
		return m.t.mistake(fmt.Errorf("%w: there is no button %d that can be pressed", ErrNoAction, n))
	}
	return own.act(ctx, card, card.actions[n], inputs, false)
}

// Unread counts the messages to this person that nobody has taken.
func (p *Person) Unread() int {
	return p.t.unread(func(s *stored) bool { return s.owner() == p })
}

// SeenBy are the messages of the channel as one of its people sees it: those for
// everybody, and those for this person alone.
func (ch *Channel) SeenBy(p *Person) []*Message {
	return ch.t.messages(p, func(s *stored) bool {
		return s.conversation.channel == ch && (s.reader == nil && !s.deleted || s.reader == p && s.visibleTo(p, ch.t.Now()))
	})
}

// Unread counts the messages in the channel that nobody has taken.
func (ch *Channel) Unread() int {
	return ch.t.unread(func(s *stored) bool { return s.conversation.channel == ch && s.reader == nil })
}

func (t *Teams) unread(concerns func(*stored) bool) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting := map[*stored]bool{}
	for _, e := range t.events {
		if !e.taken && !e.stored.deleted && concerns(e.stored) {
			waiting[e.stored] = true
		}
	}
	return len(waiting)
}

// Message finds a message that the person can see by its id, as they see it.
func (p *Person) Message(id string) (*Message, bool) {
	p.t.mu.Lock()
	s, ok := p.t.byID[id]
	p.t.mu.Unlock()
	if !ok {
		return nil, false
	}
	m := p.t.messageOf(s, p)
	return m, m.visible()
}
