package cards

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

// newDigest lists what waits in these, two working days later.
func newDigest(t testing.TB, runs ...*run) DigestView {
	t.Helper()
	v := DigestView{TeamNames: map[string]string{"north-locality": "North Locality"}}
	for _, r := range runs {
		v.Now, v.Zone = r.env.Now.Add(48*time.Hour), r.env.Calendar.Location()
		env := r.env
		env.Now = v.Now
		s, ok := digest.NewPendingItem(challenge.Snapshot{Challenge: r.challenge, Ladder: env.Ladder, History: r.events}, v.Now, env)
		if !ok {
			t.Fatalf("%s does not stand still", r.challenge.State)
		}
		v.Add(s)
	}
	return v
}

func unreachedRun(t testing.TB) *run {
	r := raisedRun(t)
	r.decide("", challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: priya}, Code: "Blocked"})
	return r
}

func TestADigestOfAnyLengthFitsAndCountsWhatItLeavesOut(t *testing.T) {
	one := newDigest(t, heldRun(t)).Items[0]
	for _, n := range []int{1, 12, digest.MaxDigestItems, digest.MaxDigestItems + 1, 5000} {
		v := DigestView{Now: one.Since, Zone: time.UTC}
		for range n * 2 {
			v.Unreachable = append(v.Unreachable, digest.UnreachablePerson{Name: "Somebody With A Long Name", Roles: []directory.Role{"team-manager", "line-manager"}, Since: one.Since})
		}
		for i := range n {
			s := one
			s.Snapshot.Challenge.Ref = fmt.Sprintf("CH-%06d", i)
			s.Since = one.Since.Add(time.Duration(n-i) * time.Minute) // the last is the oldest
			v.Add(s)
		}
		c := RenderDigest(v)
		listed := strings.Count(c.Text(), "Waiting since")
		if len(c.JSON()) > MaxBytes || listed == 0 || n <= 12 && listed != n {
			t.Errorf("of %d the card lists %d in %d bytes", n, listed, len(c.JSON()))
		}
		if more := fmt.Sprintf(words.English.Digest.More, n-listed); (n > listed) != strings.Contains(c.Text(), more) {
			t.Errorf("of %d, %d are listed and the card does not count the rest:\n%s", n, listed, c.Text())
		}
		if !strings.Contains(c.Text(), fmt.Sprintf("CH-%06d", n-1)) {
			t.Errorf("of %d the one that waits longest is left out", n)
		}
	}
}

func TestTheDigestSaysNothingOfTheChildAndNothingThatAnybodyWrote(t *testing.T) {
	forEachState(t, func(r *run) {
		env := r.env
		env.Now = env.Now.Add(30 * 24 * time.Hour)
		s, ok := digest.NewPendingItem(challenge.Snapshot{Challenge: r.challenge, Ladder: env.Ladder, History: r.events}, env.Now, env)
		if ok != (r.challenge.State == challenge.StateAwaitingJudgement || r.challenge.State == challenge.StateHeldAtGate || r.challenge.State == challenge.StateExhausted) {
			t.Errorf("%s is listed: %v", r.challenge.State, ok)
		}
		if !ok {
			return
		}
		v := DigestView{Now: env.Now, Zone: time.UTC}
		v.Add(s)
		c := RenderDigest(v)
		for _, secret := range []string{"QZX", "777123", "Drift", "Review child"} {
			if strings.Contains(string(c.JSON()), secret) {
				t.Errorf("%s: the digest shows %s", r.challenge.State, secret)
			}
		}
	})
}
