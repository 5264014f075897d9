package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/localpg"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// TestTheDatabaseHoldsWhatTheDomainDecides leads one challenge two lives at once: one
// in memory by the pure domain, one through PostgreSQL. Random people give random
// commands at random times on the shipped ladders and on random ones. Whatever
// comes of a command must be the same in both, to the byte of every event.
func TestTheDatabaseHoldsWhatTheDomainDecides(t *testing.T) {
	t.Parallel()
	shipped := challengetest.ShippedLadders(t)
	rapid.Check(t, func(rt *rapid.T) {
		l := rapid.SampledFrom(shipped).Draw(rt, "shipped ladder")
		if rapid.Bool().Draw(rt, "a random ladder") {
			l = challengetest.RandomLadder(rt)
		}
		x := &twinChallenge{rt: rt, ctx: t.Context(), env: challengetest.Env(l, "2026-03-30 10:00")}
		s, err := Open(x.ctx, localpg.NewTestDatabase(t, SchemaFingerprint(), Migrate), Options{MaxConns: 4})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		x.store = s
		if !x.raiseBoth(l) {
			return // a challenge that may not be raised has no life
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			x.env.Now = challengetest.RandomTime(rt, x.pure, x.env.Now)
			if rapid.IntRange(0, 2).Draw(rt, "who moves") == 0 {
				x.tickBoth()
				continue
			}
			x.runRandomCommand()
		}
		x.verifyBoth()
	})
}

// twinChallenge is one challenge in memory and in the database.
type twinChallenge struct {
	rt      *rapid.T
	ctx     context.Context
	store   *Store
	env     challenge.Env
	pure    challenge.Challenge
	history []challenge.Event
}

// raiseBoth raises the challenge in both. False means that both refuse it.
func (tc *twinChallenge) raiseBoth(l *ladder.Ladder) bool {
	if err := tc.store.SaveLadder(tc.ctx, l); err != nil {
		tc.rt.Fatal(err)
	}
	r, by := challengetest.RandomRaising(tc.rt, tc.env, 0)
	r.ID = uuid.New()
	out, err := tc.store.Raise(tc.ctx, storage.IdempotencyKey{}, func(number uint64) (challenge.Change, error) {
		r.Number = number
		return challenge.Raise(r, by, tc.env)
	})
	change, refused := challenge.Raise(r, by, tc.env)
	if (err == nil) != (refused == nil) {
		tc.rt.Fatalf("the database said %v, the domain %v", err, refused)
	}
	if refused != nil {
		return false
	}
	tc.recordChange(change)
	tc.compareBoth(out.Snapshot.Challenge)
	return true
}

func (tc *twinChallenge) recordChange(change challenge.Change) {
	tc.pure, tc.history = change.Next, append(tc.history, change.Events...)
}

// runRandomCommand has somebody give a random command to both.
func (tc *twinChallenge) runRandomCommand() {
	cmd, by := challengetest.RandomCommand(tc.rt, tc.pure, tc.env)
	if d, ok := cmd.(challenge.RecordDelivery); ok {
		d.MessageID = 1
		cmd = d
	}
	out, err := tc.store.Apply(tc.ctx, storage.IdempotencyKey{}, storage.LookupKey{ID: tc.pure.ID}, func(c challenge.Snapshot) (challenge.Change, error) {
		env := tc.env
		env.Ladder = c.Ladder
		return c.Challenge.Decide(cmd, by, env)
	})
	change, refused := tc.pure.Decide(cmd, by, tc.env)
	var a, b *challenge.Refusal
	if errors.As(err, &a) != errors.As(refused, &b) || a != nil && a.Code != b.Code || (err == nil) != (refused == nil) {
		tc.rt.Fatalf("%T: the database said %v, the domain %v", cmd, err, refused)
	}
	if refused == nil {
		tc.recordChange(change)
		tc.compareBoth(out.Snapshot.Challenge)
	}
}

// tickBoth lets the clock act on both, until nothing is due.
func (tc *twinChallenge) tickBoth() {
	for {
		n, err := tc.store.Tick(tc.ctx, tc.env.Now, 10, func(c challenge.Snapshot) (challenge.Change, error) {
			env := tc.env
			env.Ladder = c.Ladder
			return c.Challenge.Decide(challenge.Tick{}, challenge.System, env)
		})
		if err != nil {
			tc.rt.Fatal(err)
		}
		change, err := tc.pure.Decide(challenge.Tick{}, challenge.System, tc.env)
		if err != nil {
			tc.rt.Fatal(err)
		}
		if (n > 0) != change.HasEvents() {
			tc.rt.Fatalf("the database acted on %d, the domain wrote %d events", n, len(change.Events))
		}
		if n == 0 {
			return
		}
		tc.recordChange(change)
	}
}

// compareBoth holds the two lives against one another.
func (tc *twinChallenge) compareBoth(got challenge.Challenge) {
	if want, have := marshalChallenge(tc.rt, tc.pure), marshalChallenge(tc.rt, got); want != have {
		tc.rt.Fatalf("the database holds\n%s\nthe domain\n%s", have, want)
	}
}

// verifyBoth reads the challenge back: row and trail are those of memory, every chain
// holds, and no rung was given more time than its ladder says.
func (tc *twinChallenge) verifyBoth() {
	c, err := tc.store.Load(tc.ctx, storage.LookupKey{ID: tc.pure.ID})
	if err != nil {
		tc.rt.Fatal(err)
	}
	tc.compareBoth(c.Challenge)
	if len(c.History) != len(tc.history) {
		tc.rt.Fatalf("the trail has %d events, the domain wrote %d", len(c.History), len(tc.history))
	}
	for i, e := range c.History {
		if e.Hash != tc.history[i].Hash || string(e.Data) != string(tc.history[i].Data) {
			tc.rt.Fatalf("event %d is not the one that the domain wrote", e.Seq)
		}
	}
	sum, err := tc.store.Verify(tc.ctx, func(r VerifyResult) {
		for _, p := range r.Problems {
			tc.rt.Errorf("event %d: %s", p.Seq, p.What)
		}
	})
	if err != nil || !sum.IsIntact() {
		tc.rt.Fatalf("the trail does not hold: %+v, %v", sum, err)
	}
	for _, v := range c.Challenge.Openings {
		rung, _ := c.Ladder.RungByID(v.Rung)
		if w := rung.Window; w != nil && w.Unit == workday.WorkingDays && rung.WindowStart != ladder.WindowFromLimitStart {
			if days := tc.env.Calendar.CountWorkingDays(v.Deadline.Start, v.Deadline.Date); days > w.N {
				tc.rt.Errorf("%s was given %d working days, its ladder says %d", v.Rung, days, w.N)
			}
		}
	}
}

func marshalChallenge(t *rapid.T, c challenge.Challenge) string {
	data, err := json.MarshalIndent(struct {
		challenge.Challenge
		Details challenge.Details
	}{c, c.Details}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
