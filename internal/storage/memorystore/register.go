package memorystore

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// ListRegister gives the challenges that a query of the register chooses, each with no more of its
// history than tells whether one that was handed off went to another procedure.
func (s *Store) ListRegister(ctx context.Context, q storage.RegisterQuery) ([]challenge.Snapshot, error) {
	found, err := s.list(ctx, "ListRegister", q.Limit, func(r *challengeRow) bool {
		c := &r.current
		return isReached(c, q.Reach) && s.isChosen(c, q) && (q.After.RaisedAt.IsZero() || comparePlaces(storage.RegisterPlace{RaisedAt: c.RaisedAt, ID: c.ID}, q.After) > 0)
	}, func(a, b *challengeRow) int {
		return comparePlaces(storage.RegisterPlace{RaisedAt: a.current.RaisedAt, ID: a.current.ID}, storage.RegisterPlace{RaisedAt: b.current.RaisedAt, ID: b.current.ID})
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range found {
		for _, e := range s.challenges[found[i].Challenge.ID].events {
			if e.Body.Kind() == challenge.KindHandedOff {
				found[i].History = append(found[i].History, e)
			}
		}
	}
	return found, err
}

// comparePlaces puts what was raised last first.
func comparePlaces(a, b storage.RegisterPlace) int {
	return cmp.Or(b.RaisedAt.Compare(a.RaisedAt), bytes.Compare(b.ID[:], a.ID[:]))
}

func isReached(c *challenge.Challenge, r storage.RegisterReach) bool {
	return r.Everything || c.Chair.ID == r.Chair || slices.Contains(r.Teams, c.Details.Team) || slices.Contains(r.Agencies, c.Details.Agency)
}

func (s *Store) isChosen(c *challenge.Challenge, q storage.RegisterQuery) bool {
	l, _ := s.loadLadder(c.LadderHash)
	switch {
	case q.RecordNumber != "" && !strings.EqualFold(c.Details.RecordNumber, q.RecordNumber),
		q.Ref != "" && c.Ref != q.Ref,
		q.Team != "" && c.Details.Team != q.Team,
		q.Ladder != "" && (l == nil || l.ID != q.Ladder),
		q.Rung != "" && c.Rung != q.Rung,
		q.Person != "" && c.Chair.ID != q.Person && !slices.Contains(c.WaitingFor(), q.Person),
		q.State == storage.RegisterOpen && !c.State.IsOpen(),
		q.State == storage.RegisterEnded && c.State.IsOpen(),
		!q.RaisedFrom.IsZero() && c.RaisedAt.Before(q.RaisedFrom),
		!q.RaisedBefore.IsZero() && !c.RaisedAt.Before(q.RaisedBefore):
		return false
	}
	return true
}
