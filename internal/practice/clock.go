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
	moveHooks []func(time.Time)
}

// NewClock makes a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start}
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

// ServeHTTP shows the clock to another process: GET answers with the number of moves and the time.
func (c *Clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, "the clock is moved by its owner only", http.StatusMethodNotAllowed)
		return
	}
	c.mu.Lock()
	moves, now := c.moveCount, c.now
	c.mu.Unlock()
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
}

// FollowClock follows the clock at url. It fails if the clock cannot be read once.
func FollowClock(ctx context.Context, url string) (*ClockFollower, error) {
	f := &ClockFollower{url: url, http: &http.Client{Transport: &http.Transport{}}}
	if err := f.fetchTime(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// Now asks the owner. Once the owner is gone it stays at the last time seen, as a
// clock that nobody moves would.
func (f *ClockFollower) Now() time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = f.fetchTime(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *ClockFollower) fetchTime(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return fmt.Errorf("practice: the address of the clock: %w", err)
	}
	resp, err := f.http.Do(req)
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
	f.mu.Lock()
	defer f.mu.Unlock()
	if moves >= f.moveCount {
		f.moveCount, f.now = moves, now
	}
	return nil
}
