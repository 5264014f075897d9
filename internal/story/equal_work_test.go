package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// Somebody with no part in a challenge asks for it, and for one that does not exist. Neither the
// words nor the time tell which is which, however long the trail has become.
func TestTimesTellNoExistingChallengeFromNone(t *testing.T) {
	s := open(t, "ne-lincolnshire") // alone: it measures
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.tom.types("/respond " + r.ref + " It is done. | Visit; Tom; 2026-04-17")
	s.discardNews()
	by := challenge.Person{ID: s.priya.ID, Name: s.priya.Name}
	for i := range 120 { // a long trail of long texts
		key := storage.IdempotencyKey{Value: fmt.Sprint("long trail ", i), At: s.Clock.Now()}
		_, err := s.App.Store.Apply(t.Context(), key, storage.LookupKey{Ref: r.ref}, func(c challenge.Snapshot) (challenge.Change, error) {
			text := fmt.Sprint(i, strings.Repeat(" was not seen", 300))
			change, err := c.Challenge.Decide(challenge.Respond{Opening: 1, Response: challenge.Response{Text: text}}, by,
				challenge.Env{Now: s.Clock.Now(), Calendar: s.Calendar, Ladder: c.Ladder, Directory: s.Directory})
			change.Posts = nil
			return change, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.load(r.ref).History); n < 120 {
		t.Fatalf("the trail has %d events", n)
	}
	none := "CH-222222"
	if none == r.ref {
		t.Fatal("choose another")
	}
	measure := func(text string) time.Duration {
		activity := s.leah.newMessage(text)
		started := time.Now()
		if got := s.post(activity); got.Status != 200 {
			t.Fatalf("%q: %d %s", text, got.Status, got.Body)
		}
		return time.Since(started)
	}
	for _, command := range []string{"/challenge %s", "/withdraw %s It is settled.", "/respond %s It is done."} {
		var there, notThere []time.Duration
		for i := range 40 { // the clock moves on, for the limit of wrong references
			there = append(there, measure(fmt.Sprintf(command, r.ref)))
			notThere = append(notThere, measure(fmt.Sprintf(command, none)))
			if i%10 == 9 {
				s.Clock.Advance(time.Hour)
			}
		}
		// The fastest of each is what the work itself costs.
		quickest, other := slices.Min(there), slices.Min(notThere)
		t.Logf("%s: %v for one that is there, %v for none", command, quickest, other)
		if quickest > 2*other || other > 2*quickest {
			t.Errorf("%s: the one that is there takes %v, none %v", command, quickest, other)
		}
	}
	s.settle()
	words := map[string]int{}
	for _, m := range s.leah.TakeNew() {
		words[m.String()]++
	}
	if len(words) != 1 {
		t.Errorf("the answers differ: %v", words)
	}
}
