package app

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/storage"
)

// fakeServer is a database whose clock can be set, and a machine whose clock can be, too.
type fakeServer struct {
	ahead    time.Duration // of the database's clock
	newest   time.Time
	accepted time.Time
	beats    []time.Time
}

func (f *fakeServer) now() time.Time { return time.Now().Add(f.ahead) }

func (f *fakeServer) ReadClock(context.Context) (storage.ClockReading, error) {
	return storage.ClockReading{Now: f.now(), NewestSeen: f.newest, AcceptedAt: f.accepted}, nil
}

func (f *fakeServer) RecordHeartbeat(_ context.Context, at time.Time, _ bool) error {
	f.beats = append(f.beats, at)
	if at.After(f.newest) {
		f.newest = at
	}
	return nil
}

// clockStory is a test of the clock: host is by how much the machine's clock is ahead, and
// watch lets time go by as the watch sees it.
type clockStory func(t *testing.T, server *fakeServer, host *time.Duration, c *databaseClock, watch func(time.Duration))

// clockTest runs a test in made-up time.
func clockTest(t *testing.T, f clockStory) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server, host := &fakeServer{}, new(time.Duration)
		c := &databaseClock{source: server, host: func() time.Time { return time.Now().Add(*host) }}
		watch := func(d time.Duration) {
			t.Helper()
			for end := time.Now().Add(d); ; {
				if err := c.Measure(t.Context()); err != nil {
					t.Fatal(err)
				}
				if !time.Now().Before(end) {
					return
				}
				timer := time.NewTimer(min(5*time.Second, time.Until(end)))
				<-timer.C
			}
		}
		f(t, server, host, c, watch)
	})
}

func expectFault(t *testing.T, c *databaseClock, words ...string) {
	t.Helper()
	err := c.Fault()
	if (err != nil) != (len(words) > 0) {
		t.Errorf("the fault is %v, want %q", err, words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the fault is %v, want %q", err, w)
		}
	}
}

func TestTheOneClockIsTheDatabasesWhateverTheMachineBelieves(t *testing.T) {
	t.Parallel()
	clockTest(t, func(t *testing.T, server *fakeServer, host *time.Duration, c *databaseClock, watch func(time.Duration)) {
		server.ahead = 3 * time.Hour
		*host = 3*time.Hour + 20*time.Second
		watch(time.Minute)
		if got := c.Now().Sub(server.now()); got != 0 {
			t.Errorf("the clock is %v ahead of the database's", got)
		}
		if got := c.Difference(); got != 20*time.Second {
			t.Errorf("the difference is %v", got)
		}
		expectFault(t, c)
		for _, wrong := range []time.Duration{3*time.Hour + 5*time.Minute, 3*time.Hour - 5*time.Minute, 0, 24 * 365 * time.Hour} {
			*host = wrong
			watch(5 * time.Second)
			if got := c.Now().Sub(server.now()); got != 0 {
				t.Errorf("with the machine's clock at %v the one clock is %v ahead of the database's", wrong, got)
			}
			expectFault(t, c, "differ by", "time server")
		}
		*host = 3 * time.Hour
		watch(5 * time.Second)
		expectFault(t, c)
	})
}

func TestAClockThatIsWrongForEightSecondsIsNeverBelieved(t *testing.T) {
	t.Parallel()
	for _, wrong := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
		clockTest(t, func(t *testing.T, server *fakeServer, host *time.Duration, c *databaseClock, watch func(time.Duration)) {
			watch(time.Minute)
			server.ahead, *host = wrong, wrong // one machine for both
			watch(8 * time.Second)
			if got := absolute(time.Until(c.Now())); got > time.Second {
				t.Errorf("%v was believed: %v", wrong, got)
			}
			if c.Fault() == nil {
				t.Errorf("%v: nothing is wrong", wrong)
			}
			server.ahead, *host = 0, 0
			watch(10 * time.Second)
			expectFault(t, c)
			for _, beat := range server.beats {
				if absolute(time.Until(beat)) > 2*time.Minute {
					t.Errorf("%v was kept as a time by which the bot worked", beat)
				}
			}
		})
	}
}

func TestASmallJumpIsBelievedWhenItLastsAndADayNotWithoutAPerson(t *testing.T) {
	t.Parallel()
	clockTest(t, func(t *testing.T, server *fakeServer, host *time.Duration, c *databaseClock, watch func(time.Duration)) {
		watch(time.Minute)
		server.ahead, *host = time.Hour, time.Hour
		watch(settleTime - time.Second)
		expectFault(t, c, "jumped by 1h0m0s", "until it has kept")
		watch(10 * time.Second)
		expectFault(t, c)
		if got := c.Now().Sub(server.now()); got != 0 {
			t.Errorf("the clock is %v ahead", got)
		}

		server.ahead, *host = 49*time.Hour, 49*time.Hour
		watch(3 * time.Hour)
		expectFault(t, c, "jumped ahead by 48h0m0s", "challengebot clock --accept")
		server.accepted = server.now()
		watch(5 * time.Second)
		expectFault(t, c)
		if got := c.Now().Sub(server.now()); got != 0 {
			t.Errorf("after somebody's word the clock is %v ahead", got)
		}
		watch(time.Hour) // their word has an end, and what was believed stays
		expectFault(t, c)
		server.ahead += 25 * time.Hour
		*host = server.ahead
		watch(time.Hour)
		expectFault(t, c, "jumped ahead")
	})
}

func TestAClockBehindWhatWasSeenDecidesNothing(t *testing.T) {
	t.Parallel()
	clockTest(t, func(t *testing.T, server *fakeServer, host *time.Duration, c *databaseClock, watch func(time.Duration)) {
		server.newest = time.Now().Add(time.Hour) // as another instance worked, before this one started
		watch(30 * time.Minute)
		expectFault(t, c, "behind", "challengebot clock --accept")
		if len(server.beats) > 0 {
			t.Errorf("it works all the same: %v", server.beats)
		}
		watch(31 * time.Minute)
		expectFault(t, c)
		server.newest = time.Now().Add(time.Hour)
		watch(5 * time.Second)
		expectFault(t, c, "behind")
		server.accepted, server.newest = server.now(), time.Now()
		watch(time.Hour)
		expectFault(t, c)
	})
}

func TestAClockThatIsMovedByHandIsTheOneClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)
	server, ahead := &fakeServer{}, time.Duration(0)
	c := &databaseClock{source: server, moved: func() time.Time { return at },
		host: func() time.Time { return at.Add(ahead) }}
	for _, to := range []time.Time{at.AddDate(1, 0, 0), at, at.AddDate(0, 0, -3)} {
		at = to
		if err := c.Measure(t.Context()); err != nil || !c.Now().Equal(to) {
			t.Errorf("it is %v, %v; want %v", c.Now(), err, to)
		}
		expectFault(t, c)
	}
	if len(server.beats) != 3 || !server.beats[2].Equal(at) {
		t.Errorf("kept were %v", server.beats)
	}
	ahead = -5 * time.Minute
	expectFault(t, c, "differ by 5m0s")
	if !c.Now().Equal(at) {
		t.Error("the machine's clock was believed")
	}
}

func TestADatabaseThatWentBackBeneathTheBotIsKnown(t *testing.T) {
	t.Parallel()
	clockTest(t, func(t *testing.T, server *fakeServer, _ *time.Duration, c *databaseClock, watch func(time.Duration)) {
		watch(time.Minute)
		if at, lost := c.lostSince(); lost {
			t.Errorf("a database that lost nothing goes back to %v", at)
		}
		server.newest = server.newest.Add(time.Minute) // another instance
		watch(time.Second)
		if at, lost := c.lostSince(); lost {
			t.Errorf("beside another instance it goes back to %v", at)
		}
		backup := time.Now().Add(-time.Hour)
		server.newest = backup
		watch(time.Minute)
		if at, lost := c.lostSince(); !lost || !at.Equal(backup) {
			t.Errorf("it goes back to %v, %v", at, lost)
		}
		c.forgetLost()
		watch(time.Minute)
		if at, lost := c.lostSince(); lost {
			t.Errorf("after that it goes back to %v", at)
		}
	})
}
