package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/teamsfailure"
)

// teamsLimits counts as Teams does: a call counts when it arrives, which is at some time while it
// is under way.
type teamsLimits struct {
	mu      sync.Mutex
	draw    *rand.Rand
	longest time.Duration // a call takes up to this
	arrived map[string][]time.Time
	sent    map[string]int
	refused int
	last    time.Time
}

func (l *teamsLimits) during(_ context.Context, c call) {
	l.mu.Lock()
	way, back := rand.N(l.longest/2), rand.N(l.longest/2)
	if l.draw != nil {
		way, back = time.Duration(l.draw.Int64N(int64(l.longest/2))), time.Duration(l.draw.Int64N(int64(l.longest/2)))
	}
	l.mu.Unlock()
	time.Sleep(way)
	l.arrive(c)
	time.Sleep(back)
}

func (l *teamsLimits) arrive(c call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.last = now
	for key, limits := range map[string]map[time.Duration]int{
		"":   {time.Second: 50},
		c.To: {time.Second: 7, 2 * time.Second: 8, 30 * time.Second: 60, time.Hour: 1800},
	} {
		l.arrived[key] = append(l.arrived[key], now)
		for within, most := range limits {
			n := 0
			for _, at := range l.arrived[key] {
				if at.After(now.Add(-within)) {
					n++
				}
			}
			if n > most {
				l.refused++
			}
		}
	}
	if c.Name == "send" {
		l.sent[c.To]++
	}
}

// knows saves somebody's chat, so that a message to them is one call.
func (o *office) knows(person string) {
	o.T.Helper()
	o.Must(o.Store.SaveConversation(o.T.Context(), outbox.ConversationReference{OrderingKey: outbox.OrderingKey(challenge.Address{Person: person}),
		ID: chatOf(person), ServiceURL: serviceURL, SeenAt: o.Now}))
}

func TestACallIsNeverOneTooManyForTeams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		people, each    int
		longest, within time.Duration
		instances       int
	}{
		{"a thousand conversations", 1000, 1, 4 * time.Millisecond, 20 * time.Second, 1},
		{"sixty into one", 1, 60, 4 * time.Millisecond, 14700 * time.Millisecond, 1},
		{"more into one than half a minute takes", 1, 150, 4 * time.Millisecond, 75 * time.Second, 1},
		{"on a slow line", 100, 8, 600 * time.Millisecond, 40 * time.Second, 1},
		{"four instances", 600, 1, 100 * time.Millisecond, 25 * time.Second, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.at("2026-03-07 10:00") // a Saturday: nobody is asked whether they can be reached
				limits := &teamsLimits{draw: rand.New(rand.NewPCG(1, 2)), longest: test.longest, arrived: map[string][]time.Time{}, sent: map[string]int{}}
				o.teams.during = limits.during
				for i := range test.people {
					person := fmt.Sprint("somebody", i)
					o.knows(person)
					for range test.each {
						o.queue(person, outbox.Content{Text: "help"})
					}
				}
				began, from := time.Now(), o.Now
				var running sync.WaitGroup
				ctx, cancel := context.WithCancel(t.Context())
				for i := range test.instances {
					e := o.newEngine(fmt.Sprint("instance ", i))
					e.Now = func() time.Time { return from.Add(time.Since(began)) }
					e.Pace = NewPace()
					running.Go(func() { o.Must(e.Run(ctx)) })
				}
				synctest.Wait()
				time.Sleep(test.within + time.Minute)
				cancel()
				running.Wait()
				if limits.refused > 0 {
					t.Errorf("Teams would refuse %d calls", limits.refused)
				}
				if took := limits.last.Sub(began); took > test.within {
					t.Errorf("the last one arrived after %v, not within %v", took, test.within)
				}
				for _, m := range o.memory.Contents().Messages {
					if m.State != memorystore.StateSent || m.Attempts != 1 {
						t.Fatalf("%+v", m)
					}
				}
			})
		})
	}
}

// What would wait longer than a place in hand is worth waits among the other messages.
func TestAConversationThatHadItsHourWaitsInTheOutbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.engine.Pace = NewPace()
		for range 1800 {
			end, wait, err := o.engine.Pace.begin(t.Context(), "somebody")
			if err != nil || wait > 0 {
				t.Fatalf("within the hour's limit: %v, %v", wait, err)
			}
			end()
		}
		if _, wait, err := o.engine.Pace.begin(t.Context(), "somebody"); err != nil || wait < longestPaceWait {
			t.Errorf("past the hour's limit: %v, %v", wait, err)
		}
		o.knows("somebody")
		o.knows("somebody else")
		o.queue("somebody", outbox.Content{Text: "help"})
		o.queue("somebody else", outbox.Content{Text: "help"})
		stop := o.running()
		o.pass(time.Minute)
		if got := len(o.teams.to("send", chatOf("somebody else"))); got != 1 {
			t.Errorf("somebody else has %d messages", got)
		}
		if got := len(o.teams.to("send", chatOf("somebody"))); got != 0 {
			t.Errorf("who had an hour's messages has %d more", got)
		}
		o.pass(time.Hour)
		if got := len(o.teams.to("send", chatOf("somebody"))); got != 1 {
			t.Errorf("an hour later they have %d", got)
		}
		o.Must(stop())
	})
}

func TestWhoWaitsForAPlaceGoesWhenTheWorkEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newOffice(t).engine
		e.Pace = NewPace()
		e.Pace.share(50)
		end, _, err := e.Pace.begin(t.Context(), "somebody")
		if err != nil {
			t.Fatal(err)
		}
		defer end()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		err = e.callTeams(ctx, "somebody else", time.Second, func(context.Context) error { return errors.New("called") })
		if f := (*teamsfailure.Failure)(nil); !errors.As(err, &f) || f.Kind != teamsfailure.Retryable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
