package cards

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// digestOf lists what waits in these, two working days later.
func digestOf(t testing.TB, runs ...*run) DigestView {
	t.Helper()
	v := DigestView{Teams: map[string]string{"north-locality": "North Locality"}}
	for _, r := range runs {
		v.Now, v.Zone = r.env.Now.Add(48*time.Hour), r.env.Calendar.Location()
		env := r.env
		env.Now = v.Now
		s, ok := challenge.Stalled(challenge.Case{Challenge: r.c, Ladder: env.Ladder, History: r.log}, v.Now, env)
		if !ok {
			t.Fatalf("%s does not stand still", r.c.State)
		}
		v.Add(s)
	}
	return v
}

func unreachedRun(t testing.TB) *run {
	r := raised(t)
	r.do("", challenge.GiveUp{Delivery: 1, Card: challenge.CardRespond, Visit: 1, To: challenge.Address{Person: priya}, Code: "Blocked"})
	return r
}

func TestADigestOfAnyLengthFitsAndCountsWhatItLeavesOut(t *testing.T) {
	one := digestOf(t, heldRun(t)).Stalls[0]
	for _, n := range []int{1, 12, challenge.MostListed, challenge.MostListed + 1, 5000} {
		v := DigestView{Now: one.Since, Zone: time.UTC}
		for range n * 2 {
			v.Away = append(v.Away, challenge.Away{Name: "Somebody With A Long Name", Roles: []string{"team-manager", "line-manager"}, Since: one.Since})
		}
		for i := range n {
			s := one
			s.Case.Challenge.Ref = fmt.Sprintf("CH-%06d", i)
			s.Since = one.Since.Add(time.Duration(n-i) * time.Minute) // the last is the oldest
			v.Add(s)
		}
		c := Digest(v)
		listed := strings.Count(c.Text(), "Waiting since")
		if len(c.JSON()) > Limit || listed == 0 || n <= 12 && listed != n {
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
	everyState(t, func(r *run) {
		env := r.env
		env.Now = env.Now.Add(30 * 24 * time.Hour)
		s, ok := challenge.Stalled(challenge.Case{Challenge: r.c, Ladder: env.Ladder, History: r.log}, env.Now, env)
		if ok != (r.c.State == challenge.AwaitingJudgement || r.c.State == challenge.HeldAtGate || r.c.State == challenge.Exhausted) {
			t.Errorf("%s is listed: %v", r.c.State, ok)
		}
		if !ok {
			return
		}
		v := DigestView{Now: env.Now, Zone: time.UTC}
		v.Add(s)
		c := Digest(v)
		for _, secret := range []string{"QZX", "777123", "Drift", "Review child"} {
			if strings.Contains(string(c.JSON()), secret) {
				t.Errorf("%s: the digest shows %s", r.c.State, secret)
			}
		}
	})
}
