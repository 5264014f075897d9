package bot

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Rate limits: how much one person may ask of the bot. They are far above what anybody needs in a
// day's work, and keep one account, or a client gone wrong, from taking the others' time.
//
// They are counted in the memory of each instance. A restart forgets them, and behind a balancer a
// person has them once for each instance; nothing that must hold rests on them.

// limitKind is what is counted.
type limitKind string

const (
	limitCommands        limitKind = "commands"         // messages to the bot
	limitPresses         limitKind = "presses"          // buttons that change something
	limitRefreshes       limitKind = "refreshes"        // cards and windows asked for, by a person or a client
	limitRaises          limitKind = "raises"           // challenges raised
	limitCovers          limitKind = "covers"           // cover set
	limitWrongReferences limitKind = "wrong references" // challenges asked for that are not there, or not theirs
)

// limitRule is how many within what time.
type limitRule struct {
	most   int
	within time.Duration
}

// limitRules are the limits of each person. How many late responses one may give to one opening
// is the domain's: challenge.MaxLateResponses.
var limitRules = map[limitKind]limitRule{
	limitCommands:        {120, time.Minute},
	limitPresses:         {120, time.Minute},
	limitRefreshes:       {300, time.Minute},
	limitRaises:          {50, 24 * time.Hour},
	limitCovers:          {50, 24 * time.Hour},
	limitWrongReferences: {30, time.Hour},
}

// maxAtOnce is how many activities of one person are handled at the same time. The others of
// theirs wait, and other people's do not.
const maxAtOnce = 4

type limitKey struct {
	kind   limitKind
	person string
}

// limitCount is what was counted since a time.
type limitCount struct {
	since time.Time
	n     int
}

// limiter counts what people ask for.
type limiter struct {
	mu     sync.Mutex
	counts map[limitKey]limitCount
	// sweepAt is how many counts there are when those whose time is over are dropped.
	sweepAt int
}

const firstSweep = 1000

func newLimiter() *limiter { return &limiter{counts: map[limitKey]limitCount{}, sweepAt: firstSweep} }

// take counts one more. over is how far beyond the limit that is: zero while it is allowed.
func (l *limiter) take(kind limitKind, person string, now time.Time) (over int) {
	rule, key := limitRules[kind], limitKey{kind, person}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts[key]
	if now.Sub(c.since) >= rule.within {
		c = limitCount{since: now}
		l.sweep(now)
	}
	c.n++
	l.counts[key] = c
	return max(0, c.n-rule.most)
}

// giveBack takes back one that came to nothing.
func (l *limiter) giveBack(kind limitKind, person string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.counts[limitKey{kind, person}]; ok && c.n > 0 {
		c.n--
		l.counts[limitKey{kind, person}] = c
	}
}

// isReached reports whether there is none left.
func (l *limiter) isReached(kind limitKind, person string, now time.Time) bool {
	rule := limitRules[kind]
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts[limitKey{kind, person}]
	return c.n >= rule.most && now.Sub(c.since) < rule.within
}

// sweep drops what no longer counts, when there is much of it.
func (l *limiter) sweep(now time.Time) {
	if len(l.counts) < l.sweepAt {
		return
	}
	for key, c := range l.counts {
		if now.Sub(c.since) >= limitRules[key.kind].within {
			delete(l.counts, key)
		}
	}
	l.sweepAt = max(firstSweep, 2*len(l.counts))
}

// takeOne counts one more for the person who asks. The error is a textReply that says why there
// is none left.
func (rq request) takeOne(kind limitKind) error {
	over := rq.limits.take(kind, rq.person.ID, rq.now)
	if over == 0 {
		return nil
	}
	if over == 1 {
		rq.logLimit(kind)
	}
	return textReply(rq.limitSentence(kind))
}

// limitSentence tells the person of a limit that they reached.
func (rq request) limitSentence(kind limitKind) string {
	said := rq.words.Bot
	switch kind {
	case limitCommands:
		return said.TooManyMessages
	case limitRaises:
		return fmt.Sprintf(said.TooManyRaised, limitRules[kind].most)
	case limitCovers:
		return fmt.Sprintf(said.TooManyCovers, limitRules[kind].most)
	case limitWrongReferences:
		return said.TooManyWrongReferences
	}
	return said.TooManyPresses
}

// takeMessage counts a message to the bot. Beyond the limit it is not handled, and the person is
// told once: an answer to each would be a flood of its own.
func (rq request) takeMessage(ctx context.Context) (ok bool, err error) {
	switch over := rq.limits.take(limitCommands, rq.person.ID, rq.now); over {
	case 0:
		return true, nil
	case 1:
		err := rq.replyPrivately(ctx, rq.limitSentence(limitCommands), ":limit")
		if err != nil { // delivered again, it is told then
			rq.limits.giveBack(limitCommands, rq.person.ID)
			return false, err
		}
		rq.logLimit(limitCommands)
	}
	return false, nil
}

func (rq request) logLimit(kind limitKind) {
	rq.Logger.Warn("somebody reached a limit; until it is over the rest of it is not done", "limit", string(kind), "activity", rq.activity.ID)
}

// waitingRoom lets a few of each person's activities through at a time.
type waitingRoom struct {
	mu     sync.Mutex
	people map[string]*personQueue
}

type personQueue struct {
	slots chan struct{}
	users int // those handled and those waiting
}

func newWaitingRoom() *waitingRoom { return &waitingRoom{people: map[string]*personQueue{}} }

// enter waits until it is an activity's turn among those of the same person. leave must be called
// when it has been handled; the error is that of the context.
func (w *waitingRoom) enter(ctx context.Context, person string) (leave func(), err error) {
	w.mu.Lock()
	q := w.people[person]
	if q == nil {
		q = &personQueue{slots: make(chan struct{}, maxAtOnce)}
		w.people[person] = q
	}
	q.users++
	w.mu.Unlock()
	select {
	case q.slots <- struct{}{}:
		return func() { <-q.slots; w.drop(person, q) }, nil
	case <-ctx.Done():
		w.drop(person, q)
		return nil, ctx.Err()
	}
}

// drop forgets a person of whom nothing is left.
func (w *waitingRoom) drop(person string, q *personQueue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(w.people, person)
	}
}
