package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"challengebot/internal/storage"
)

const (
	// maxClockDifference is how far this machine's clock may be from the database's.
	maxClockDifference = time.Minute
	// maxClockJump is by how much the database's clock may leave the course that it had.
	maxClockJump = time.Minute
	// settleTime is how long a clock that jumped must keep its new course to be believed.
	settleTime = 2 * time.Minute
	// maxUnattendedJump is the jump ahead that nobody believes without a person's word: every
	// window would end at once.
	maxUnattendedJump = 24 * time.Hour
	// acceptedFor is how long a person's word about the clock counts.
	acceptedFor = 15 * time.Minute
	// heartbeatInterval is how often it is kept that this instance works.
	heartbeatInterval = 10 * time.Second
	// maxIdle is how long an instance whose clock is moved by hand may do nothing and has worked
	// all the same.
	maxIdle = 10 * time.Minute
	// maxReadingTime is how long a reading may take and still tell the time.
	maxReadingTime = 5 * time.Second
)

// clockSource is where the database's clock is read.
type clockSource interface {
	ReadClock(ctx context.Context) (storage.ClockReading, error)
	RecordHeartbeat(ctx context.Context, at time.Time, hasWorked bool) error
}

// databaseClock is the one clock by which this program decides: the database's. Between two
// readings it goes on by this machine's own count of seconds, which nobody sets. A reading
// that leaves that course is not believed at once, and one that leaves it by a day not
// without a person's word.
//
// Where the clock is moved by hand (to try things out, in tests) that clock is the one, and
// none of this applies but the comparison with the machine's.
type databaseClock struct {
	source clockSource
	moved  func() time.Time // the clock that is moved by hand, if there is one
	host   func() time.Time // what this machine believes

	mu         sync.Mutex
	base       time.Time // the time that was last read and believed
	baseAt     time.Time // when that was, by the machine's count of seconds
	difference time.Duration
	jump       *clockJump
	behind     time.Duration // by how much the clock is behind what was seen
	lastBeat   time.Time     // when this instance last kept that it works, by the machine's count of seconds
	beatTime   time.Time     // the time that it kept then
	lost       time.Time     // the newest sign of life in a database that no longer knows this instance's; zero: it does
}

// clockJump is a new course that the clock has taken and that is not believed yet.
type clockJump struct {
	by     time.Duration
	base   time.Time
	baseAt time.Time
	since  time.Time
}

// Now is the one time.
func (c *databaseClock) Now() time.Time {
	if c.moved != nil {
		return c.moved()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// now is the course that is believed; before the first reading, the machine's.
func (c *databaseClock) now() time.Time {
	if c.base.IsZero() {
		return c.host()
	}
	return c.base.Add(time.Since(c.baseAt))
}

// Difference is by how much this machine's clock is ahead.
func (c *databaseClock) Difference() time.Duration {
	if c.moved != nil {
		return c.host().Sub(c.moved())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.difference
}

// Measure reads the database's clock and keeps by what time this instance works.
func (c *databaseClock) Measure(ctx context.Context) error {
	if c.moved == nil {
		reading, err := c.source.ReadClock(ctx)
		if err != nil {
			return err
		}
		if reading.Uncertainty > maxReadingTime {
			return errors.New("reading the database's clock took too long to tell the time")
		}
		c.take(reading)
	}
	if c.Fault() != nil {
		return nil
	}
	c.mu.Lock()
	hasWorked := c.moved != nil && !c.lastBeat.IsZero() && time.Since(c.lastBeat) < maxIdle
	c.mu.Unlock()
	now := c.Now()
	if err := c.source.RecordHeartbeat(ctx, now, hasWorked); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastBeat, c.beatTime = time.Now(), now
	return nil
}

// KeepHeartbeat keeps now and then that this instance works. Nothing may be decided by the
// clock before: what an outage has cost people is found by it.
func (c *databaseClock) KeepHeartbeat(ctx context.Context) error {
	now := c.Now()
	c.mu.Lock()
	isRecent := !c.lastBeat.IsZero() && time.Since(c.lastBeat) < heartbeatInterval && absolute(now.Sub(c.beatTime)) < heartbeatInterval
	c.mu.Unlock()
	if isRecent {
		return nil
	}
	if err := c.Measure(ctx); err != nil {
		return err
	}
	return c.Fault()
}

// take judges a reading.
func (c *databaseClock) take(r storage.ClockReading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := time.Now()
	c.difference = c.host().Sub(r.Now)
	wordGiven := !r.AcceptedAt.IsZero() && absolute(r.Now.Sub(r.AcceptedAt)) < acceptedFor
	if c.lost.IsZero() && !r.NewestSeen.IsZero() && r.NewestSeen.Before(c.beatTime.Truncate(time.Microsecond)) && !c.beatTime.After(r.Now) {
		c.lost = r.NewestSeen
	}
	c.behind = 0
	if late := r.NewestSeen.Sub(r.Now); late > maxClockJump && !wordGiven {
		c.behind = late
	}
	if c.base.IsZero() {
		c.believe(r.Now, at)
		return
	}
	by := r.Now.Sub(c.now())
	if absolute(by) <= maxClockJump+r.Uncertainty || wordGiven {
		c.believe(r.Now, at)
		return
	}
	if j := c.jump; j == nil || absolute(r.Now.Sub(j.base.Add(at.Sub(j.baseAt)))) > maxClockJump+r.Uncertainty {
		c.jump = &clockJump{by: by, base: r.Now, baseAt: at, since: at}
		return
	}
	c.jump.by, c.jump.base, c.jump.baseAt = by, r.Now, at
	if at.Sub(c.jump.since) >= settleTime && by < maxUnattendedJump {
		c.believe(r.Now, at)
	}
}

// lostSince reports whether the database has gone back to a time before this instance last wrote,
// and to which.
func (c *databaseClock) lostSince() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost, !c.lost.IsZero()
}

func (c *databaseClock) forgetLost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = time.Time{}
}

func (c *databaseClock) believe(now, at time.Time) { c.base, c.baseAt, c.jump = now, at, nil }

// Fault is why nothing may be decided by the clock now, if it is so. It says what to do.
func (c *databaseClock) Fault() error {
	if d := c.Difference(); absolute(d) > maxClockDifference {
		return fmt.Errorf(
			"the clock of this machine and the database's differ by %s: nothing is decided here until they agree; "+
				"see that both follow a time server",
			roundDuration(d),
		)
	}
	if c.moved != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.behind > 0:
		return fmt.Errorf(
			"the database's clock is %s behind the time by which this bot has worked: nothing is decided until somebody has looked; "+
				"set the clock right or, if it is right, run challengebot clock --accept",
			roundDuration(c.behind),
		)
	case c.jump == nil:
		return nil
	case c.jump.by >= maxUnattendedJump:
		return fmt.Errorf("the database's clock jumped ahead by %s: nothing is decided until somebody has looked; "+
			"set the clock right or, if it is right, run challengebot clock --accept", roundDuration(c.jump.by))
	}
	return fmt.Errorf(
		"the database's clock jumped by %s: nothing is decided until it has kept its new course for %s",
		roundDuration(c.jump.by),
		settleTime,
	)
}

func absolute(d time.Duration) time.Duration { return max(d, -d) }

func roundDuration(d time.Duration) time.Duration { return absolute(d).Round(time.Second) }
