package practice

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu        sync.Mutex
	now       time.Time
	moveCount uint64
	nextMove  chan struct{} // closed at the next move
	moveHooks []func(time.Time)
}

// NewClock makes a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, nextMove: make(chan struct{})}
}

// Now is the time the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, backwards too, and returns after every OnMove
// function has.
func (c *Clock) Set(t time.Time) {
	c.changeTime(func(time.Time) time.Time { return t })
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.changeTime(func(now time.Time) time.Time { return now.Add(d) })
}

func (c *Clock) changeTime(next func(time.Time) time.Time) {
	c.mu.Lock()
	c.now = next(c.now)
	c.moveCount++
	close(c.nextMove)
	c.nextMove = make(chan struct{})
	now, hooks := c.now, append([]func(time.Time){}, c.moveHooks...)
	c.mu.Unlock()
	for _, f := range hooks {
		f(now)
	}
}

// OnMove calls f after each move with the new time.
func (c *Clock) OnMove(f func(time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveHooks = append(c.moveHooks, f)
}

// waitForMove waits until the clock has moved more than seen times, or ctx ends.
func (c *Clock) waitForMove(ctx context.Context, seen uint64) (moves uint64, now time.Time) {
	for {
		c.mu.Lock()
		moves, now = c.moveCount, c.now
		moved := c.nextMove
		c.mu.Unlock()
		if moves > seen {
			return moves, now
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return moves, now
		}
	}
}

// ServeHTTP shows the clock to another process. GET answers with the number of
// moves and the time; ?after=n waits until there have been more than n moves.
func (c *Clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, "the clock is moved by its owner only", http.StatusMethodNotAllowed)
		return
	}
	c.mu.Lock()
	moves, now := c.moveCount, c.now
	c.mu.Unlock()
	if seen, err := strconv.ParseUint(r.FormValue("after"), 10, 64); err == nil {
		moves, now = c.waitForMove(r.Context(), seen)
	}
	fmt.Fprintf(w, "%d %s\n", moves, now.Format(time.RFC3339Nano))
}

// Listen serves the clock on a loopback port of its own until stop is called.
func (c *Clock) Listen() (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("practice: no port for the clock: %w", err)
	}
	server := &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close(); <-done }, nil
}

// ClockFollower is the clock of another process.
type ClockFollower struct {
	url  string
	http *http.Client

	mu        sync.Mutex
	moveCount uint64
	now       time.Time
	moveHooks []func(time.Time)
}

// FollowClock follows the clock at url until ctx ends. It fails if the clock
// cannot be read once.
func FollowClock(ctx context.Context, url string) (*ClockFollower, error) {
	r := &ClockFollower{url: url, http: &http.Client{Transport: &http.Transport{}}}
	if err := r.fetchTime(ctx, ""); err != nil {
		return nil, err
	}
	// Read here: a move may be seen by Now before the following begins.
	go r.followMoves(ctx, r.moveCount)
	return r, nil
}

// Now asks the owner. Once the owner is gone it stays at the last time seen, as a
// clock that nobody moves would.
func (r *ClockFollower) Now() time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = r.fetchTime(ctx, "")
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// OnMove calls f after each move that is noticed; moves in quick succession may be
// noticed as one.
func (r *ClockFollower) OnMove(f func(time.Time)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moveHooks = append(r.moveHooks, f)
}

// followMoves tells of the moves after the first told.
func (r *ClockFollower) followMoves(ctx context.Context, told uint64) {
	defer r.http.CloseIdleConnections()
	for ctx.Err() == nil {
		if r.fetchTime(ctx, "?after="+strconv.FormatUint(told, 10)) != nil {
			return // the owner is gone and nobody will move the clock again
		}
		r.mu.Lock()
		moves, now, hooks := r.moveCount, r.now, append([]func(time.Time){}, r.moveHooks...)
		r.mu.Unlock()
		if moves == told {
			continue
		}
		told = moves
		for _, f := range hooks {
			f(now)
		}
	}
}

func (r *ClockFollower) fetchTime(ctx context.Context, query string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+query, nil)
	if err != nil {
		return fmt.Errorf("practice: the address of the clock: %w", err)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return fmt.Errorf("practice: the clock does not answer: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 200))
	if err != nil {
		return fmt.Errorf("practice: the clock does not answer: %w", err)
	}
	number, text, _ := strings.Cut(strings.TrimSpace(string(body)), " ")
	moves, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return fmt.Errorf("practice: not a clock: %w", err)
	}
	now, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("practice: not a clock: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if moves >= r.moveCount {
		r.moveCount, r.now = moves, now
	}
	return nil
}
