//go:build !race

package faultsim

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

var (
	seeds     = flag.Int("seeds", 0, "how many seeds TestNoSeedBreaksAPromise plays; 60 unless said")
	firstSeed = flag.Uint64("first-seed", 1, "the first of them")
	plants    = flag.Bool("planted", false, "plant the faults of TestPlantedFaultsAreFound, which takes minutes")
	oneSeed   = flag.Uint64("seed", 0, "play this seed alone, and print each call")
)

// ordinarySeeds is how many seeds the ordinary tests play.
const ordinarySeeds = 60

// directoryYAML is the authority.
const directoryYAML = `authority: Exampleshire
people:
  - {id: maya, name: Maya Okafor, entra: 22222222-0000-4000-8000-000000000001}
  - {id: ben, name: Ben Barlow, entra: 22222222-0000-4000-8000-000000000002}
  - {id: tom, name: Tom Reid, entra: 22222222-0000-4000-8000-000000000003}
  - {id: priya, name: Priya Shah, entra: 22222222-0000-4000-8000-000000000004}
  - {id: tara, name: Tara Teal, entra: 22222222-0000-4000-8000-000000000005}
  - {id: ann, name: Ann Lee, entra: 22222222-0000-4000-8000-000000000006}
  - {id: sue, name: Sue West, entra: 22222222-0000-4000-8000-000000000007}
  - {id: dot, name: Dot Hay, entra: 22222222-0000-4000-8000-000000000008}
  - {id: hana, name: Hana Hill, entra: 22222222-0000-4000-8000-000000000009}
  - {id: adil, name: Adil Dean, entra: 22222222-0000-4000-8000-000000000010}
teams:
  - {id: north, name: North, channel: "19:n@thread.tacv2", roles: {social-worker: tom, team-manager: priya, service-manager: ann}}
  - {id: south, name: South, channel: "19:s@thread.tacv2", roles: {social-worker: tom, team-manager: tara, service-manager: ann}}
roles: {chair: [maya, ben], own-service-manager: sue, oversight: dot, nominated-officer: sue, head-of-service: hana, assistant-director: adil,
  qa-manager: sue, qa-senior-manager: hana, director-for-people: adil, iro-team-manager: sue, final-decider: adil, case-monitoring-board: adil}
cover:
  - {for: priya, by: ann, from: 2026-03-12, to: 2026-03-20}
`

// newOffice reads what no run changes.
func newOffice(t testing.TB) office {
	t.Helper()
	var o office
	var err error
	if o.calendar, err = workday.New(workday.Settings{Division: workday.EnglandAndWales}); err != nil {
		t.Fatal(err)
	}
	if o.directory, err = directory.Read("directory.yaml", []byte(directoryYAML)); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"ne-lincolnshire", "rutland", "knowsley", "issues-resolution-cp"} {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		o.ladders = append(o.ladders, l)
	}
	return o
}

// run plays steps in a bubble of made-up time.
func run(t *testing.T, seed uint64, steps []step, o office, p planted, trace func(string, ...any)) (broken string, m measure) {
	synctest.Test(t, func(*testing.T) { broken, m = play(seed, steps, o, p, trace) })
	return broken, m
}

// shorten leaves out each step without which a promise is still broken.
func shorten(t *testing.T, seed uint64, steps []step, o office, p planted) ([]step, string) {
	broken := ""
	for again := true; again; {
		again = false
		for i := len(steps) - 1; i >= 0; i-- {
			fewer := slices.Delete(slices.Clone(steps), i, i+1)
			if found, _ := run(t, seed, fewer, o, p, nil); found != "" {
				steps, broken, again = fewer, found, true
			}
		}
	}
	if broken == "" {
		broken, _ = run(t, seed, steps, o, p, nil)
	}
	return steps, broken
}

// TestNoSeedBreaksAPromise plays many histories. One that breaks a promise is shortened and told.
func TestNoSeedBreaksAPromise(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if *oneSeed != 0 {
		steps := drawSteps(*oneSeed, o)
		broken, _ := run(t, *oneSeed, steps, o, planted{}, func(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) })
		t.Logf("seed %d: %q\n%s", *oneSeed, broken, tell(steps, o))
		return
	}
	n := *seeds
	if n == 0 {
		n = ordinarySeeds
	}
	began := time.Now()
	var next, failed atomic.Int64
	var mu sync.Mutex
	var total measure
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1); i <= int64(n) && failed.Load() < 3; i = next.Add(1) {
				seed := *firstSeed + uint64(i) - 1
				steps := drawSteps(seed, o)
				broken, m := run(t, seed, steps, o, planted{}, nil)
				mu.Lock()
				total.challenges, total.events, total.simulated = total.challenges+m.challenges, total.events+m.events, total.simulated+m.simulated
				mu.Unlock()
				if broken != "" {
					failed.Add(1)
					shortest, why := shorten(t, seed, steps, o, planted{})
					t.Errorf("seed %d breaks a promise: %s\nThe shortest story that still breaks one:\n%s  then: %s\nSee it call by call: go test ./internal/faultsim -run NoSeed -seed %d",
						seed, broken, tell(shortest, o), why, seed)
				}
			}
		})
	}
	workers.Wait()
	took := time.Since(began).Seconds()
	t.Logf("%d seeds in %.1f s: %d challenges, %d events, %.0f simulated hours; %.0f challenges and %.0f simulated hours a second",
		n, took, total.challenges, total.events, total.simulated.Hours(), float64(total.challenges)/took, total.simulated.Hours()/took)
}
