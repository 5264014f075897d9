package memorystore

import (
	"maps"
	"slices"
)

// Clone is a store of its own that begins with the same contents, as one that was restored
// from a backup. Nobody has any of its messages in hand but by the leases that are stored.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New()
	c.number = s.number
	c.ladders, c.byRef, c.keys, c.instances = maps.Clone(s.ladders), maps.Clone(s.byRef), maps.Clone(s.keys), maps.Clone(s.instances)
	c.conversations, c.channels, c.unreachable = maps.Clone(s.conversations), maps.Clone(s.channels), maps.Clone(s.unreachable)
	c.covers, c.noticeChannels = slices.Clone(s.covers), slices.Clone(s.noticeChannels)
	c.clock, c.heartbeats, c.clockAcceptedAt, c.directoryCopy = s.clock, maps.Clone(s.heartbeats), s.clockAcceptedAt, s.directoryCopy
	for _, m := range s.messages {
		row := *m
		c.messages = append(c.messages, &row)
	}
	for key, ids := range s.waiting {
		c.waiting[key] = slices.Clone(ids)
	}
	for id, tries := range s.attempts {
		c.attempts[id] = slices.Clone(tries)
	}
	for id, p := range s.posted {
		row := *p
		c.posted[id] = &row
	}
	for id, r := range s.challenges {
		row := *r
		row.events, row.cards = slices.Clone(r.events), nil
		for _, p := range r.cards {
			row.cards = append(row.cards, c.posted[p.messageID])
		}
		c.challenges[id] = &row
	}
	return c
}
