package practice_test

import (
	"net/http"
	"testing"
	"time"

	"challengebot/internal/practice"
)

func TestTheClockMovesOnlyWhenMoved(t *testing.T) {
	t.Parallel()
	clock := practice.NewClock(monday)
	var told []time.Time
	clock.OnMove(func(now time.Time) { told = append(told, now, clock.Now()) })
	clock.Advance(time.Hour)
	clock.Set(monday)
	want := []time.Time{monday.Add(time.Hour), monday.Add(time.Hour), monday, monday}
	if len(told) != len(want) {
		t.Fatalf("told %v", told)
	}
	for i := range want {
		if !told[i].Equal(want[i]) {
			t.Errorf("told %v, want %v", told, want)
		}
	}
}

func TestAnotherProcessFollowsTheClock(t *testing.T) {
	t.Parallel()
	clock := practice.NewClock(monday)
	url, stop, err := clock.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	remote, err := practice.FollowClock(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if !remote.Now().Equal(monday) {
		t.Errorf("starts at %s", remote.Now())
	}
	clock.Advance(time.Hour)
	if got := remote.Now(); !got.Equal(monday.Add(time.Hour)) {
		t.Errorf("after the move: %s", got)
	}
	resp, err := http.Post(url, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a stranger may move the clock: %d", resp.StatusCode)
	}
	stop()
	if got := remote.Now(); !got.Equal(monday.Add(time.Hour)) {
		t.Errorf("without its owner: %s", got)
	}
	if _, err := practice.FollowClock(t.Context(), url); err == nil {
		t.Error("a clock that is gone was found")
	}
}

func TestTheClockIsServedOnALineThatCannotBeCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	remote, err := practice.FollowClock(t.Context(), w.ClockURL())
	if err != nil {
		t.Fatal(err)
	}
	w.CutConnections()
	w.clock.Advance(48 * time.Hour)
	if !remote.Now().Equal(w.Now()) {
		t.Errorf("%s, want %s", remote.Now(), w.Now())
	}
}
