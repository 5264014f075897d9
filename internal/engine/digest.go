package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// Morning does, once a working day and when it begins, what is due then: running questions
// are handed to who stands in from now on, or back; and each of those who oversee
// challenges gets one message with all that waits in their scope, and with who there cannot
// be reached in Teams, if there is any of it, as it was when the day began. An engine that
// comes back on the same day makes up for it, for days that are over it does not. It
// returns how much it did.
func (e *Engine) Morning(ctx context.Context) (int, error) {
	now := e.Now()
	today := e.Calendar.DateOf(now)
	begins := e.Calendar.StartOf(today)
	if !e.works(today) || now.Before(begins) || e.begun.Load() == int32(today) {
		return 0, nil
	}
	if err := e.Refresh(ctx); err != nil {
		return 0, err
	}
	passed, unpassed := e.passOn(ctx, today)
	if errors.Is(unpassed, challenge.ErrUnavailable) {
		return passed, unpassed
	}
	told, unread, err := e.digest(ctx, begins, now)
	if err != nil {
		return passed, err
	}
	// What cannot be read is said once a day; audit verify tells more.
	e.begun.Store(int32(today))
	return passed + told, errors.Join(unpassed, unread)
}

// digest queues the messages. The receipt names the day and the person, so that any
// number of instances and restarts send one. It returns how many people it is for, and
// what could not be read, without which the rest is sent.
func (e *Engine) digest(ctx context.Context, begins, now time.Time) (told int, unread, err error) {
	digests, unread := e.digests(ctx, begins, now)
	if errors.Is(unread, challenge.ErrUnavailable) {
		return 0, nil, unread
	}
	people, today := e.Directory(), e.Calendar.DateOf(now)
	teams := people.TeamNames()
	for _, person := range slices.Sorted(maps.Keys(digests)) {
		card := cards.Digest(cards.DigestView{Digest: *digests[person], Teams: teams, Now: now, Zone: e.Calendar.Location(),
			Words: words.In(people.Language(person))})
		err := e.Store.Reply(ctx, challenge.Receipt{Key: "digest:" + today.String() + ":" + person, At: now},
			challenge.Reply{To: challenge.Address{Person: person},
				Spec: challenge.ReplySpec{Card: json.RawMessage(card.JSON()), Summary: card.Summary(), Text: card.Text()}})
		if err != nil {
			return 0, nil, err
		}
	}
	return len(digests), unread, nil
}

// digests gathers what waited at a moment for each of those who oversee it.
func (e *Engine) digests(ctx context.Context, at, now time.Time) (map[string]*challenge.Digest, error) {
	people, today := e.Directory(), e.Calendar.DateOf(now)
	digests := map[string]*challenge.Digest{}
	err := e.Store.Standing(ctx, func(c challenge.Case) {
		stall, ok := challenge.Stalled(c, at, challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: people})
		if !ok {
			return
		}
		for _, person := range challenge.Overseers(&c.Challenge, people, today) {
			if digests[person] == nil {
				digests[person] = &challenge.Digest{}
			}
			digests[person].Add(stall)
		}
	})
	away, unknown := e.Store.Unreachables(ctx)
	for person, list := range challenge.AwayFor(away, people, at, today) {
		if digests[person] == nil {
			digests[person] = &challenge.Digest{}
		}
		digests[person].Away = list
	}
	return digests, errors.Join(err, unknown)
}

// works reports whether a day is a working day. Past the calendar's coverage every day
// from Monday to Friday is one: nobody's time depends on a digest.
func (e *Engine) works(d workday.Date) bool {
	if _, err := e.Calendar.Day(d); err != nil {
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	return e.Calendar.Working(d)
}

// NextDue is when the clock, or the work of a morning, must act next; false when it never
// must.
func (e *Engine) NextDue(ctx context.Context) (time.Time, bool, error) {
	due, ok, err := e.Store.NextDue(ctx)
	if err != nil || !ok {
		return due, ok, err // it is about open challenges, and each of those has its time
	}
	morning := e.nextMorning()
	if !morning.Before(due) {
		return due, true, nil
	}
	if len(e.Directory().Covers(e.Calendar.DateOf(e.Now()).String())) > 0 {
		return morning, true, nil // somebody may begin to stand in
	}
	standing, err := e.Store.AnyStanding(ctx)
	if standing {
		due = morning
	}
	return due, true, err
}

// nextMorning is the next beginning of a working day that this instance has not dealt
// with; it has passed when that is late.
func (e *Engine) nextMorning() time.Time {
	day := e.Calendar.DateOf(e.Now())
	if e.begun.Load() == int32(day) {
		day++
	}
	for !e.works(day) {
		day++
	}
	return e.Calendar.StartOf(day).UTC()
}
