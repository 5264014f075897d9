package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/digest"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// RunMorning does, once a working day and when it begins, what is due then: what challenges
// wait for is compared with the directory of the day; each of those who oversee
// challenges gets one message with all that waits in their scope, and with who there cannot
// be reached in Teams, if there is any of it, as it was when the day began; and each of those
// for whom challenges wait gets one with what is theirs to do. An engine that
// comes back on the same day makes up for it, for days that are over it does not. A
// directory that has changed is compared at any time. It returns how much it did.
func (e *Engine) RunMorning(ctx context.Context) (int, error) {
	now := e.Now()
	today := e.Calendar.DateOf(now)
	begins := e.Calendar.StartOfDay(today)
	if !e.isWorkingDay(today) || now.Before(begins) || e.lastMorning.Load() == int32(today) {
		return e.reconcileIfChanged(ctx)
	}
	if err := e.Refresh(ctx); err != nil {
		return 0, err
	}
	reconciled, reconcileErr := e.Reconcile(ctx)
	if errors.Is(reconcileErr, storage.ErrUnavailable) {
		return reconciled, reconcileErr
	}
	sent, digestErr, err := e.sendDigests(ctx, begins, now)
	if err != nil {
		return reconciled, err
	}
	told, tasksErr, err := e.sendTasks(ctx, begins, now)
	if err != nil {
		return reconciled + sent, err
	}
	// What cannot be read is said once a day; audit verify tells more.
	e.lastMorning.Store(int32(today))
	return reconciled + sent + told, errors.Join(reconcileErr, digestErr, tasksErr)
}

// sendDigests queues the digests of a day. It returns how many people they are for, and what
// could not be read, without which the rest is sent.
func (e *Engine) sendDigests(ctx context.Context, begins, now time.Time) (sent int, readErr, err error) {
	digests, readErr := e.collectDigests(ctx, begins, now, func(*challenge.Challenge) bool { return true })
	if errors.Is(readErr, storage.ErrUnavailable) {
		return 0, nil, readErr
	}
	people, today := e.Directory(), e.Calendar.DateOf(now)
	unreachable, unreachableErr := e.morningStore().ListUnreachable(ctx)
	if errors.Is(unreachableErr, storage.ErrUnavailable) {
		return 0, nil, unreachableErr
	}
	for person, list := range digest.UnreachableByOverseer(unreachable, people, begins, today) {
		if digests[person] == nil {
			digests[person] = &digest.Digest{}
		}
		digests[person].Unreachable = list
	}
	drawErr, err := e.queueDigests(ctx, digests, "digest:"+today.String(), now, nil)
	if err != nil {
		return 0, nil, err
	}
	return len(digests), errors.Join(readErr, unreachableErr, drawErr), nil
}

// sendTasks queues for each of those for whom challenges waited when the day began one message with
// all of them. It returns how many people they are for, and what could not be read, without which the rest is sent.
func (e *Engine) sendTasks(ctx context.Context, begins, now time.Time) (sent int, readErr, err error) {
	people := e.Directory()
	lists := map[string]*digest.TaskList{}
	raised := map[string][]uuid.UUID{} // open challenges by who raised them
	var failed setAsideList
	readErr = e.morningStore().EachOpen(ctx, func(c challenge.Snapshot) {
		recordHeadway(ctx)
		raised[c.Challenge.Chair.ID] = append(raised[c.Challenge.Chair.ID], c.Challenge.ID)
		fault := contain.Run(func() error {
			for person, task := range digest.TasksOf(c, challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: people}) {
				if task.Since.After(begins) {
					continue // its card has only just been sent
				}
				if lists[person] == nil {
					lists[person] = &digest.TaskList{}
				}
				lists[person].Add(task)
			}
			return nil
		})
		if fault != nil {
			failed.add(storage.SetAsideItem{ChallengeID: c.Challenge.ID, Cause: fault})
		}
	})
	if errors.Is(readErr, storage.ErrUnavailable) {
		return 0, nil, readErr
	}
	notes := map[string]int{}
	for person := range lists { // who gets a list anyway: notes alone are no reason to write
		for _, id := range raised[person] {
			recordHeadway(ctx)
			n, err := contain.Value(func() (int, error) { return e.countNotes(ctx, person, id, begins) })
			if errors.Is(err, storage.ErrUnavailable) {
				return 0, nil, err
			} else if err != nil {
				failed.add(storage.SetAsideItem{ChallengeID: id, Cause: err})
			}
			notes[person] += n
		}
	}
	teams := people.TeamNames()
	drawErr, err := e.queueForEach(ctx, slices.Sorted(maps.Keys(lists)), "tasks:"+e.Calendar.DateOf(now).String(), now, func(person string) cards.Card {
		return cards.RenderTasks(cards.TasksView{TaskList: *lists[person], TeamNames: teams, Notes: notes[person], Now: now, Zone: e.Calendar.Location(),
			Words: words.ForLanguage(people.LanguageOf(person))})
	})
	return len(lists), errors.Join(readErr, failed.err(), drawErr), err
}

// countNotes counts the case notes that a person has still to paste about what happened in a challenge
// before a moment.
func (e *Engine) countNotes(ctx context.Context, person string, id uuid.UUID, before time.Time) (n int, err error) {
	c, err := e.morningStore().Load(ctx, storage.LookupKey{ID: id})
	if err != nil {
		return 0, err
	}
	env := challenge.Env{Now: e.Now(), Calendar: e.Calendar, Ladder: c.Ladder, Directory: e.Directory()}
	for _, m := range c.ListNoteMoments() {
		if m.At.Before(before) && !slices.Contains(c.Challenge.PastedNotes, m.NoteKey) && c.WritesNote(m.Record, person, env) {
			n++
		}
	}
	return n, nil
}

// queueDigests queues a list for each of those who oversee challenges, of the day or of a very
// long outage.
func (e *Engine) queueDigests(ctx context.Context, digests map[string]*digest.Digest, key string, now time.Time, out *challenge.Outage) (drawErr, err error) {
	people := e.Directory()
	teams := people.TeamNames()
	return e.queueForEach(ctx, slices.Sorted(maps.Keys(digests)), key, now, func(person string) cards.Card {
		return cards.RenderDigest(cards.DigestView{Digest: *digests[person], Outage: out, TeamNames: teams, Now: now, Zone: e.Calendar.Location(),
			Words: words.ForLanguage(people.LanguageOf(person))})
	})
}

// queueForEach queues a card for each of several people. The idempotency key names the occasion and
// the person, so that any number of instances and restarts send one. What could not be drawn keeps
// the others back from nobody.
func (e *Engine) queueForEach(ctx context.Context, people []string, key string, now time.Time, render func(person string) cards.Card) (drawErr, err error) {
	for _, person := range people {
		recordHeadway(ctx)
		card, err := contain.Value(func() (cards.Card, error) { return render(person), nil })
		if err != nil {
			drawErr = errors.Join(drawErr, err)
			continue
		}
		err = e.morningStore().QueueDirectMessage(ctx, storage.IdempotencyKey{Value: key + ":" + person, At: now},
			outbox.DirectMessage{To: challenge.Address{Person: person}, Unprompted: true,
				Content: outbox.Content{Card: json.RawMessage(card.JSON()), Summary: card.Summary(), Text: card.Text()}})
		if err != nil {
			return drawErr, err
		}
	}
	return drawErr, nil
}

// collectDigests gathers what waited at a moment, as far as it belongs, for each of those who
// oversee it.
func (e *Engine) collectDigests(ctx context.Context, at, now time.Time, belongs func(*challenge.Challenge) bool) (map[string]*digest.Digest, error) {
	people, today := e.Directory(), e.Calendar.DateOf(now)
	digests := map[string]*digest.Digest{}
	var failed setAsideList
	err := e.morningStore().EachPending(ctx, func(c challenge.Snapshot) {
		recordHeadway(ctx)
		fault := contain.Run(func() error {
			item, ok := digest.NewPendingItem(c, at, challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: people})
			if !ok || !belongs(&c.Challenge) {
				return nil
			}
			for _, person := range challenge.Overseers(&c.Challenge, people, today) {
				if digests[person] == nil {
					digests[person] = &digest.Digest{}
				}
				digests[person].Add(item)
			}
			return nil
		})
		if fault != nil {
			failed.add(storage.SetAsideItem{ChallengeID: c.Challenge.ID, Cause: fault})
		}
	})
	return digests, errors.Join(err, failed.err())
}

// isWorkingDay reports whether a day is a working day. Past the calendar's coverage every day
// from Monday to Friday is one: nobody's time depends on a digest.
func (e *Engine) isWorkingDay(d workday.Date) bool {
	if _, err := e.Calendar.LookUp(d); err != nil {
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	return e.Calendar.IsWorkingDay(d)
}

// NextDue is when the clock, or the work of a morning, must act next; false when it never
// must.
func (e *Engine) NextDue(ctx context.Context) (time.Time, bool, error) {
	due, ok, err := e.clockStore().NextDue(ctx)
	if err != nil || !ok {
		return due, ok, err // it is about open challenges, and each of those has its time
	}
	if again, ok, err := e.nextAgain(ctx); err != nil {
		return due, true, err
	} else if ok && again.Before(due) {
		due = again
	}
	morning := e.nextMorning()
	if !morning.Before(due) {
		return due, true, nil
	}
	if len(e.Directory().CurrentCover(e.Calendar.DateOf(e.Now()))) > 0 {
		return morning, true, nil // somebody may begin to stand in
	}
	pending, err := e.morningStore().AnyPending(ctx)
	if pending {
		due = morning
	}
	return due, true, err
}

// nextMorning is the next beginning of a working day that this instance has not dealt
// with; it has passed when that is late.
func (e *Engine) nextMorning() time.Time {
	day := e.Calendar.DateOf(e.Now())
	if e.lastMorning.Load() == int32(day) {
		day++
	}
	for !e.isWorkingDay(day) {
		day++
	}
	return e.Calendar.StartOfDay(day).UTC()
}
