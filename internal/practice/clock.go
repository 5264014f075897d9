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
	mu     sync.Mutex
	now    time.Time
	moves  uint64
	moved  chan struct{} // closed at the next move
	onMove []func(time.Time)
}

// NewClock makes a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, moved: make(chan struct{})}
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
	c.move(func(time.Time) time.Time { return t })
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.move(func(now time.Time) time.Time { return now.Add(d) })
}

func (c *Clock) move(next func(time.Time) time.Time) {
	c.mu.Lock()
	c.now = next(c.now)
	c.moves++
	close(c.moved)
	c.moved = make(chan struct{})
	now, hooks := c.now, append([]func(time.Time){}, c.onMove...)
	c.mu.Unlock()
	for _, f := range hooks {
		f(now)
	}
}

// OnMove calls f after each move with the new time.
func (c *Clock) OnMove(f func(time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onMove = append(c.onMove, f)
}

// after waits until the clock has moved more than seen times, or ctx ends.
func (c *Clock) after(ctx context.Context, seen uint64) (moves uint64, now time.Time) {
	for {
		c.mu.Lock()
		moves, now = c.moves, c.now
		moved := c.moved
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
	moves, now := c.moves, c.now
	c.mu.Unlock()
	if seen, err := strconv.ParseUint(r.FormValue("after"), 10, 64); err == nil {
		moves, now = c.after(r.Context(), seen)
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

// Remote is the clock of another process.
type Remote struct {
	url  string
	http *http.Client

	mu     sync.Mutex
	moves  uint64
	now    time.Time
	onMove []func(time.Time)
}

// RemoteClock follows the clock at url until ctx ends. It fails if the clock
// cannot be read once.
func RemoteClock(ctx context.Context, url string) (*Remote, error) {
	r := &Remote{url: url, http: &http.Client{Transport: &http.Transport{}}}
	if err := r.read(ctx, ""); err != nil {
		return nil, err
	}
	// Read here: a move may be seen by Now before the following begins.
	go r.follow(ctx, r.moves)
	return r, nil
}

// Now asks the owner. Once the owner is gone it stays at the last time seen, as a
// clock that nobody moves would.
func (r *Remote) Now() time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = r.read(ctx, "")
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// OnMove calls f after each move that is noticed; moves in quick succession may be
// noticed as one.
func (r *Remote) OnMove(f func(time.Time)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onMove = append(r.onMove, f)
}

// follow tells of the moves after the first told.
func (r *Remote) follow(ctx context.Context, told uint64) {
	defer r.http.CloseIdleConnections()
	for ctx.Err() == nil {
		if r.read(ctx, "?after="+strconv.FormatUint(told, 10)) != nil {
			return // the owner is gone and nobody will move the clock again
		}
		r.mu.Lock()
		moves, now, hooks := r.moves, r.now, append([]func(time.Time){}, r.onMove...)
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

func (r *Remote) read(ctx context.Context, query string) error {
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
	if moves >= r.moves {
		r.moves, r.now = moves, now
	}
	return nil
}
