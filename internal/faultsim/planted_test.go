package faultsim

import (
	"slices"
	"time"

	"challengebot/internal/challenge"
)

// planted are faults of the program that a test plants: each as its author could have made it.
type planted struct {
	endsUnasked          bool // the guard is gone by which no window ends before somebody was asked
	recordsBeforeSending bool // a message is recorded as sent, whatever Teams then says
	forgetsLease         bool // what one instance has claimed another claims too
	ignoresRetryAfter    bool // what is to be tried again is tried at once
	forgetsCopies        bool // attempts by which Teams may have the message are not counted
	forgetsKeys          bool // an activity that is delivered twice takes effect twice
	thanksTooSoon        bool // somebody is told that it is stored before it is
	believesPages        bool // a proxy's page is believed to be a refusal of Teams'
	watchesNothing       bool // the watch sees nothing
	ownClock             bool // a machine decides by its own clock
	losesPosts           bool // a step of the clock is stored without the messages that tell of it
	forgetsUntaken       bool // what was given up is not sent again
}

// asIfAsked drops the guard of silence.
func asIfAsked(decide decideFunc) decideFunc {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		if o := c.Challenge.CurrentOpening(); o != nil && c.Challenge.State == challenge.StateAwaitingResponse && o.AwaitsAsking() {
			c.Challenge.Openings = slices.Clone(c.Challenge.Openings)
			last := &c.Challenge.Openings[len(c.Challenge.Openings)-1]
			last.AskedIDs, last.NotAskedSince, last.CheckAt = last.Responders, time.Time{}, time.Time{}
		}
		return decide(c)
	}
}

// withoutPosts stores what was decided and loses the messages that tell of it.
func withoutPosts(decide decideFunc) decideFunc {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		change, err := decide(c)
		change.Posts = nil
		return change, err
	}
}
