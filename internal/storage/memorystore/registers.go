package memorystore

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// The forms that the tables hold.
var (
	orderingKeyForm = regexp.MustCompile(`^(person|team|thread):.`)
	channelForm     = regexp.MustCompile(`^19:[^;]+$`)
	unitForm        = regexp.MustCompile(`^(team|service):.`)
)

// SaveConversation keeps how to reach a person or a thread. An older sight never takes the
// place of a newer one.
func (s *Store) SaveConversation(ctx context.Context, c outbox.ConversationReference) error {
	if c.ID == "" || c.ServiceURL == "" || !orderingKeyForm.MatchString(c.OrderingKey) {
		return &RefusedError{"a conversation has an id and an address, and is somebody's"}
	}
	if err := s.begin(ctx, "SaveConversation"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if err := checkKeys(c.OrderingKey, c.ID); err != nil {
		return err
	}
	s.saveConversation(c)
	return nil
}

func (s *Store) saveConversation(c outbox.ConversationReference) {
	c.SeenAt = stamp(c.SeenAt)
	if earlier, known := s.conversations[c.OrderingKey]; known {
		if earlier.SeenAt.After(c.SeenAt) {
			return
		}
		c.TeamsUserID = cmp.Or(c.TeamsUserID, earlier.TeamsUserID)
	}
	s.conversations[c.OrderingKey] = c
}

// SaveOwnChat keeps the one-to-one chat in which a person wrote. The error is
// storage.ErrSomebodyElsesChat, and nothing is kept, if it is known as another person's.
func (s *Store) SaveOwnChat(ctx context.Context, c outbox.ConversationReference) error {
	return s.changeOwnChat(ctx, "SaveOwnChat", c.OrderingKey, c.ID, func() { s.saveConversation(c) })
}

// ForgetOwnChat drops how to reach a person who removed the app in that chat. The error is
// storage.ErrSomebodyElsesChat, and nothing is dropped, if it is known as another person's.
func (s *Store) ForgetOwnChat(ctx context.Context, orderingKey, conversationID string) error {
	return s.changeOwnChat(ctx, "ForgetOwnChat", orderingKey, conversationID, func() { delete(s.conversations, orderingKey) })
}

// changeOwnChat does what is asked unless the chat is another person's. Two people who were
// kept with one chat go on as they were, for neither can be told from the other.
func (s *Store) changeOwnChat(ctx context.Context, operation string, orderingKey, conversationID string, do func()) error {
	if err := s.begin(ctx, operation); err != nil {
		return err
	}
	defer s.mu.Unlock()
	others, own := 0, false
	for key, c := range s.conversations {
		switch {
		case c.ID != conversationID || !strings.HasPrefix(key, "person:"):
		case key == orderingKey:
			own = true
		default:
			others++
		}
	}
	if err := checkKeys(orderingKey, conversationID); err != nil {
		return err
	}
	if others > 0 && !own {
		return storage.ErrSomebodyElsesChat
	}
	do()
	return nil
}

// FindConversation is how to reach a person or a thread, if that is known.
func (s *Store) FindConversation(ctx context.Context, orderingKey string) (outbox.ConversationReference, bool, error) {
	if err := s.begin(ctx, "FindConversation"); err != nil {
		return outbox.ConversationReference{}, false, err
	}
	defer s.mu.Unlock()
	c, ok := s.conversations[orderingKey]
	return c, ok, nil
}

// FindPersonByTeamsID is the Entra object id of the person whose own chat came with that id of
// Teams; "" with true when several did.
func (s *Store) FindPersonByTeamsID(ctx context.Context, teamsID string) (person string, known bool, err error) {
	if err := s.begin(ctx, "FindPersonByTeamsID"); err != nil {
		return "", false, err
	}
	defer s.mu.Unlock()
	for key, c := range s.conversations {
		id, own := strings.CutPrefix(key, "person:")
		if !own || teamsID == "" || c.TeamsUserID != teamsID {
			continue
		}
		if known {
			return "", true, nil
		}
		person, known = id, true
	}
	return person, known, nil
}

// ForgetConversation drops what Teams says is gone.
func (s *Store) ForgetConversation(ctx context.Context, orderingKey string) error {
	if err := s.begin(ctx, "ForgetConversation"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	delete(s.conversations, orderingKey)
	return nil
}

// SaveChannel keeps what Teams told of a channel or, without an id, of every channel that is
// known of a team, but for those that were deleted before.
func (s *Store) SaveChannel(ctx context.Context, c outbox.Channel) error {
	if err := s.begin(ctx, "SaveChannel"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if err := checkKeys(c.ID, c.Team); err != nil {
		return err
	}
	c.SeenAt = stamp(c.SeenAt)
	if c.ID != "" {
		earlier, known := s.channels[c.ID]
		if known && earlier.SeenAt.After(c.SeenAt) {
			return nil
		}
		c.Team = cmp.Or(c.Team, earlier.Team)
		s.channels[c.ID] = c
		return nil
	}
	for id, earlier := range s.channels {
		if earlier.Team == c.Team && !earlier.SeenAt.After(c.SeenAt) && earlier.Loss != outbox.ChannelDeleted {
			earlier.Loss, earlier.SeenAt = c.Loss, c.SeenAt
			s.channels[id] = earlier
		}
	}
	return nil
}

// FindChannelLoss is why a channel is gone, as Teams told it; empty when it is there, or when
// Teams never told of it.
func (s *Store) FindChannelLoss(ctx context.Context, id string) (outbox.ChannelLoss, error) {
	if err := s.begin(ctx, "FindChannelLoss"); err != nil {
		return "", err
	}
	defer s.mu.Unlock()
	return s.channels[id].Loss, nil
}

// ListEffects are the steps to which an activity led, by its idempotency key: every part of an
// activity's handling has a key of its own, named after the activity's.
func (s *Store) ListEffects(ctx context.Context, idempotencyKey string) ([]storage.ActivityEffect, error) {
	if err := s.begin(ctx, "ListEffects"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var found []storage.ActivityEffect
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		if row := s.keys[key]; row.id != uuid.Nil && (key == idempotencyKey || strings.HasPrefix(key, idempotencyKey+":")) {
			found = append(found, storage.ActivityEffect{ChallengeID: row.id, Seq: row.seq, At: row.at})
		}
	}
	return found, nil
}

// SetCover keeps who stands in for whom. A repeated key has no second effect.
func (s *Store) SetCover(ctx context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error {
	broken := r.Value == "" || c.Person == "" || c.StandIn == "" || c.Person == c.StandIn || c.SetBy == "" || c.To < c.From
	return s.register(ctx, "SetCover", r, broken, "a cover has a key, is by another, and ends after it begins", func() {
		c.ID, c.SetAt = int64(len(s.covers)+1), stamp(r.At)
		s.covers = append(s.covers, coverRow{CoverSetting: c})
	})
}

// EndCover revokes cover that was set. One that is revoked already stays so.
func (s *Store) EndCover(ctx context.Context, r storage.IdempotencyKey, id int64, _ string) error {
	return s.register(ctx, "EndCover", r, r.Value == "", "an end of cover has a key", func() {
		if id >= 1 && id <= int64(len(s.covers)) {
			s.covers[id-1].revoked = true
		}
	})
}

// ListCovers lists the cover that is not revoked and has not ended before that day, in the
// order in which it was set.
func (s *Store) ListCovers(ctx context.Context, on workday.Date) ([]directory.CoverSetting, error) {
	if err := s.begin(ctx, "ListCovers"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var all []directory.CoverSetting
	for _, c := range s.covers {
		if !c.revoked && c.To >= on {
			all = append(all, c.CoverSetting)
		}
	}
	return all, nil
}

// BindNoticeChannel keeps in which channel a unit's notices appear from now on.
func (s *Store) BindNoticeChannel(ctx context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error {
	isChannel := n.ChannelID == "" || channelForm.MatchString(n.ChannelID)
	broken := r.Value == "" || n.SetBy == "" || !isChannel || !unitForm.MatchString(string(n.Unit))
	return s.register(ctx, "BindNoticeChannel", r, broken, "a channel for notices is a channel, no thread, and a unit's", func() {
		n.SetAt = stamp(r.At)
		s.noticeChannels = append(s.noticeChannels, n)
	})
}

// ListNoticeChannels lists what is bound now, in the order in which it was.
func (s *Store) ListNoticeChannels(ctx context.Context) ([]directory.NoticeChannelSetting, error) {
	if err := s.begin(ctx, "ListNoticeChannels"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var bound []directory.NoticeChannelSetting
	for i, n := range s.noticeChannels {
		replaced := slices.ContainsFunc(s.noticeChannels[i+1:], func(later directory.NoticeChannelSetting) bool { return later.Unit == n.Unit })
		if !replaced && n.ChannelID != "" {
			bound = append(bound, n)
		}
	}
	return bound, nil
}

// MarkUnreachable keeps that Teams refused a person for good. Whoever was refused before stays
// so since then; a return that came after this refusal stands.
func (s *Store) MarkUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.register(ctx, "MarkUnreachable", storage.IdempotencyKey{}, u.Person == "" || checkKeys(u.Person) != nil, "somebody who cannot be reached has an id", func() {
		u.Since, u.ReachableAgainAt, u.Accepted = stamp(u.Since), time.Time{}, false
		earlier, known := s.unreachable[u.Person]
		if !known || !earlier.ReachableAgainAt.IsZero() && earlier.ReachableAgainAt.Before(u.Since) {
			s.unreachable[u.Person] = u
		}
	})
}

// MarkReachable keeps that an unreachable person was heard of; of anybody else nothing is kept.
func (s *Store) MarkReachable(ctx context.Context, person string, at time.Time) error {
	return s.register(ctx, "MarkReachable", storage.IdempotencyKey{}, false, "", func() { s.markBack(person, at, false) })
}

// markBack keeps that an unreachable person can be reached again, or that Teams has accepted
// something for them.
func (s *Store) markBack(person string, at time.Time, accepted bool) {
	if u, known := s.unreachable[person]; known && u.ReachableAgainAt.IsZero() {
		u.ReachableAgainAt, u.Accepted = stamp(at), accepted
		s.unreachable[person] = u
	}
}

// ListUntaken lists the cards of open challenges that were not taken for a person, nor another
// like them since, where no message of the challenge waits for the person; those of everybody
// if person is empty.
func (s *Store) ListUntaken(ctx context.Context, person string) ([]outbox.Untaken, error) {
	if err := s.begin(ctx, "ListUntaken"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var all []outbox.Untaken
	for id, row := range s.challenges {
		if !row.current.ClosedAt.IsZero() {
			continue
		}
		for _, card := range row.current.Untaken {
			waits := slices.ContainsFunc(s.waitingMessages(outbox.OrderingKey(card.To)), func(m *messageRow) bool {
				return m.challengeID == id && m.kind == outbox.PostMessage
			})
			if card.To.Person != "" && (person == "" || card.To.Person == person) && !waits {
				all = append(all, outbox.Untaken{ChallengeID: id, Card: card})
			}
		}
	}
	slices.SortFunc(all, func(a, b outbox.Untaken) int {
		return cmp.Or(strings.Compare(a.ChallengeID.String(), b.ChallengeID.String()), cmp.Compare(a.Card.Seq, b.Card.Seq))
	})
	return all, nil
}

// ListUnreachable lists whom Teams refuses, and of those who are back the ones not yet welcomed.
func (s *Store) ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error) {
	if err := s.begin(ctx, "ListUnreachable"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.unreachable), func(a, b outbox.Unreachable) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Person, b.Person))
	}), nil
}

// ForgetUnreachable ends what is known of somebody who is back. If Teams refused them again
// meanwhile, that stands.
func (s *Store) ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.register(ctx, "ForgetUnreachable", storage.IdempotencyKey{}, false, "", func() {
		if known := s.unreachable[u.Person]; known.ReachableAgainAt.Equal(stamp(u.ReachableAgainAt)) && !known.ReachableAgainAt.IsZero() {
			delete(s.unreachable, u.Person)
		}
	})
}
