package memorystore

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

func (e *RefusedError) Error() string { return "memorystore: a row is refused: " + e.Rule }

// transition is a challenge as it was read, zero if it is new, and what was decided on it,
// ready to be written.
type transition struct {
	from        challenge.Challenge
	change      challenge.Change
	row         challengeRow // as it will be; its events are the new ones only
	requestedAt time.Time    // when it was asked for, if it has no events
}

// newTransition checks all that could refuse a change, before anything is written.
func (s *Store) newTransition(from challenge.Challenge, change challenge.Change, requestedAt time.Time) (*transition, error) {
	t := &transition{from: from, change: change, requestedAt: stamp(requestedAt)}
	for _, post := range change.Posts {
		if err := checkPost(post); err != nil {
			return nil, err
		}
	}
	if !change.HasEvents() {
		return t, nil
	}
	var err error
	if t.row.doc, err = json.Marshal(change.Next); err != nil {
		return nil, fmt.Errorf("memorystore: the document of challenge %s cannot be written: %T", change.Next.ID, err)
	}
	if t.row.details, err = json.Marshal(change.Next.Details); err != nil {
		return nil, fmt.Errorf("memorystore: the details of challenge %s cannot be written: %T", change.Next.ID, err)
	}
	t.row.current = change.Next
	if t.row.current, err = t.row.read(); err != nil {
		return nil, err
	}
	if err := s.checkRow(from, t.row.current); err != nil {
		return nil, err
	}
	for i, e := range change.Events {
		if e, err = storedEvent(e); err != nil {
			return nil, err
		}
		if e.Seq != from.Seq+i+1 {
			return nil, &RefusedError{"an event has a number that is not the next"}
		}
		t.row.events = append(t.row.events, e)
	}
	return t, nil
}

// storedEvent is an event as it is read back.
func storedEvent(e challenge.Event) (challenge.Event, error) {
	body, err := challenge.DecodeBody(e.Body.Kind(), e.Data)
	if err != nil {
		return e, &RefusedError{"an event is of no known kind, or cannot be read"}
	}
	if (e.Seq == 1) != (e.Body.Kind() == challenge.KindRaised) || (e.Seq == 1) != (e.Prev == challenge.Hash{}) {
		return e, &RefusedError{"a trail begins with one raised event, which follows nothing"}
	}
	e.At, e.Body, e.Data = stamp(e.At), body, slices.Clone(e.Data)
	return e, nil
}

var referenceForm = regexp.MustCompile(`^CH-[0-9A-Z]{6}$`)

// checkRow holds what the CHECKs of the tables hold.
func (s *Store) checkRow(from, c challenge.Challenge) error {
	awaited := c.State == challenge.StateAwaitingResponse
	known := c.State.IsOpen() || c.State == challenge.StateResolved || c.State == challenge.StateWithdrawn || c.State == challenge.StateHandedOff
	_, taken := s.byRef[c.Ref]
	_, stored := s.challenges[c.ID]
	for _, rule := range []struct {
		broken bool
		name   string
	}{
		{from.Seq == 0 && (taken || stored), "a reference and an id are used once"},
		{from.Seq > 0 && !stored, "what is changed is stored"},
		{!referenceForm.MatchString(c.Ref), "a reference has its form"},
		{c.Chair.ID == "" || c.Details.Team == "", "a challenge has a chair and a team"},
		{!known, "a state is one of those known"},
		{c.Version < 1 || c.Version > c.Seq, "a version counts events"},
		{len(c.Openings) == 0 && (awaited || c.State == challenge.StateAwaitingJudgement), "an answer is awaited on a rung"},
		{awaited == c.Due().IsZero(), "an answer is due while it is awaited"},
		{awaited && len(c.WaitingFor()) == 0, "an answer is awaited from somebody"},
		{c.State.IsOpen() != c.ClosedAt.IsZero(), "a closed challenge has ended"},
		{!c.State.IsOpen() && len(c.WaitingFor()) > 0, "a closed challenge waits for nobody"},
		{c.State.IsOpen() == c.NextAt.IsZero(), "an open challenge has a next look"},
	} {
		if rule.broken {
			return &RefusedError{rule.name}
		}
	}
	return nil
}

func checkPost(p challenge.Post) error {
	if p.Card == "" || p.Opening < 0 || p.To.Person == "" && p.To.Team == "" {
		return &RefusedError{"a post is a card for somebody"}
	}
	return nil
}

// madeAt is when the move was made.
func (t *transition) madeAt() time.Time {
	if !t.change.HasEvents() {
		return t.requestedAt
	}
	return t.row.events[len(t.row.events)-1].At
}

// write stores transitions that were checked: their rows and trails, then their posts, then
// the updates of cards that they make stale.
func (s *Store) write(all ...*transition) {
	for _, t := range all {
		if id := t.change.Next.ID; t.change.HasEvents() {
			if earlier, ok := s.challenges[id]; ok {
				t.row.details, t.row.cards, t.row.events = earlier.details, earlier.cards, append(earlier.events, t.row.events...)
			}
			s.challenges[id], s.byRef[t.change.Next.Ref] = &t.row, id
		}
	}
	for _, t := range all {
		s.queuePosts(t)
	}
	var stale []staleCard
	for _, t := range all {
		if t.from.Seq == 0 || t.change.Next.Version <= t.from.Version {
			continue
		}
		for _, p := range t.row.cards {
			if p.Version < t.change.Next.Version {
				stale = append(stale, staleCard{p, t.madeAt()})
			}
		}
	}
	slices.SortFunc(stale, func(a, b staleCard) int { return cmp.Compare(a.messageID, b.messageID) })
	for _, c := range stale {
		s.queueUpdate(c.postedRow, c.at)
	}
}

// staleCard shows less than what is to be seen since at.
type staleCard struct {
	*postedRow
	at time.Time
}

// queuePosts queues what the change asks to be posted, unless a card like it waits unclaimed
// for the same person.
func (s *Store) queuePosts(t *transition) {
	for _, p := range t.change.Posts {
		if s.waitsLike(t.change.Next.ID, p) {
			continue
		}
		s.queue(messageRow{kind: outbox.PostMessage, challengeID: t.change.Next.ID, card: p.Card, opening: p.Opening, to: p.To, createdAt: t.madeAt()})
	}
}

// waitsLike reports whether a card waits unclaimed that will show what a new one would.
func (s *Store) waitsLike(id uuid.UUID, p challenge.Post) bool {
	showsAll := p.Card == challenge.CardChallenge || p.Card == challenge.CardNews || p.Card == challenge.CardOversight
	return p.To.Person != "" && slices.ContainsFunc(s.waiting[outbox.OrderingKey(p.To)], func(waiting int64) bool {
		m := s.message(waiting)
		return m.kind == outbox.PostMessage && m.state == StateWaiting && m.leaseUntil.IsZero() && m.challengeID == id &&
			m.card == p.Card && (m.opening == p.Opening || showsAll)
	})
}

// queueUpdate queues an update of a posted card. One that waits unclaimed will show what is
// true when it goes out. One that is claimed may have been rendered before, so another follows.
func (s *Store) queueUpdate(p *postedRow, at time.Time) {
	if p.Final || slices.ContainsFunc(s.waiting[outbox.OrderingKey(p.to)], func(id int64) bool {
		m := s.message(id)
		return m.posted == p.messageID && m.state == StateWaiting && m.leaseUntil.IsZero()
	}) {
		return
	}
	s.queue(messageRow{kind: outbox.UpdateMessage, challengeID: p.challengeID, card: p.card, opening: p.opening, to: p.to, posted: p.messageID, createdAt: at})
}
