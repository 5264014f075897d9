//go:build !race

package faultsim

import (
	"testing"

	"challengebot/internal/challenge"
)

// planted are faults of the program that a test plants: each as its author could have made it.
type planted struct {
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
}

// withoutPosts stores what was decided and loses the messages that tell of it.
func withoutPosts(decide decideFunc) decideFunc {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		change, err := decide(c)
		change.Posts = nil
		return change, err
	}
}

// plantedSeeds is how many seeds look for each planted fault.
const plantedSeeds = 20

// TestPlantedFaultsAreFound plants one fault after the other and counts the seeds that find it. A
// fault that none finds is one that the model does not see.
func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	if !*plants {
		t.Skip("a run of its own: go test ./internal/faultsim -run Planted -planted -v")
	}
	o := newOffice(t)
	for _, fault := range []struct {
		name    string
		planted planted
	}{
		{"recorded as sent before it is", planted{recordsBeforeSending: true}},
		{"a lease that does not last", planted{forgetsLease: true}},
		{"Retry-After is not kept", planted{ignoresRetryAfter: true}},
		{"copies are not counted", planted{forgetsCopies: true}},
		{"idempotency keys are not kept", planted{forgetsKeys: true}},
		{"acknowledged before it is stored", planted{thanksTooSoon: true}},
		{"a proxy's page is believed to be Teams' word", planted{believesPages: true}},
		{"the watch sees nothing", planted{watchesNothing: true}},
		{"each machine decides by its own clock", planted{ownClock: true}},
		{"a step of the clock is stored without its messages", planted{losesPosts: true}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			seeds, found, first, why := plantedSeeds, 0, uint64(0), ""
			for n := 1; n <= seeds || found == 0 && n <= 10*seeds; n++ {
				seed := uint64(n)
				broken, _ := run(t, seed, drawSteps(seed, o), o, fault.planted, nil)
				if broken == "" {
					continue
				}
				if found++; found == 1 {
					first, why = seed, broken
				}
				seeds = max(seeds, n)
			}
			if found == 0 {
				t.Fatalf("none of %d seeds finds it", 10*seeds)
			}
			t.Logf("%d of %d seeds find it, the first is %d: %s", found, seeds, first, why)
		})
	}
}
