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
	"challengebot/internal/workday"
)

// TestTheDatabaseHoldsWhatTheDomainDecides leads one challenge two lives at once: one
// in memory by the pure domain, one through PostgreSQL. Random people give random
// commands at random times on the shipped ladders and on random ones. Whatever
// comes of a command must be the same in both, to the byte of every event.
func TestTheDatabaseHoldsWhatTheDomainDecides(t *testing.T) {
	t.Parallel()
	shipped := challengetest.Shipped(t)
	rapid.Check(t, func(rt *rapid.T) {
		l := rapid.SampledFrom(shipped).Draw(rt, "shipped ladder")
		if rapid.Bool().Draw(rt, "a random ladder") {
			l = challengetest.RandomLadder(rt)
		}
		x := &twoLives{rt: rt, ctx: t.Context(), env: challengetest.Env(l, "2026-03-30 10:00")}
		s, err := Open(x.ctx, localpg.TestDatabase(t, Fingerprint(), Migrate), Options{MaxConns: 4})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		x.store = s
		if !x.begin(l) {
			return // a challenge that may not be raised has no life
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			x.env.Now = challengetest.RandomTime(rt, x.pure, x.env.Now)
			if rapid.IntRange(0, 2).Draw(rt, "who moves") == 0 {
				x.clock()
				continue
			}
			x.command()
		}
		x.end()
	})
}

// twoLives is one challenge in memory and in the database.
type twoLives struct {
	rt      *rapid.T
	ctx     context.Context
	store   *Store
	env     challenge.Env
	pure    challenge.Challenge
	history []challenge.Event
}

// begin raises the challenge in both. False means that both refuse it.
func (x *twoLives) begin(l *ladder.Ladder) bool {
	if err := x.store.SaveLadder(x.ctx, l); err != nil {
		x.rt.Fatal(err)
	}
	r, by := challengetest.RandomRaising(x.rt, x.env, 0)
	r.ID = uuid.New()
	out, err := x.store.Raise(x.ctx, challenge.Receipt{}, func(number uint64) (challenge.Change, error) {
		r.Number = number
		return challenge.Raise(r, by, x.env)
	})
	change, refused := challenge.Raise(r, by, x.env)
	if (err == nil) != (refused == nil) {
		x.rt.Fatalf("the database said %v, the domain %v", err, refused)
	}
	if refused != nil {
		return false
	}
	x.moved(change)
	x.same(out.Case.Challenge)
	return true
}

func (x *twoLives) moved(change challenge.Change) {
	x.pure, x.history = change.Next, append(x.history, change.Events...)
}

// command has somebody give a random command to both.
func (x *twoLives) command() {
	cmd, by := challengetest.RandomCommand(x.rt, x.pure, x.env)
	if d, ok := cmd.(challenge.Deliver); ok {
		d.Delivery = 1
		cmd = d
	}
	out, err := x.store.Apply(x.ctx, challenge.Receipt{}, challenge.Key{ID: x.pure.ID}, func(c challenge.Case) (challenge.Change, error) {
		env := x.env
		env.Ladder = c.Ladder
		return c.Challenge.Decide(cmd, by, env)
	})
	change, refused := x.pure.Decide(cmd, by, x.env)
	var a, b *challenge.Refusal
	if errors.As(err, &a) != errors.As(refused, &b) || a != nil && a.Code != b.Code || (err == nil) != (refused == nil) {
		x.rt.Fatalf("%T: the database said %v, the domain %v", cmd, err, refused)
	}
	if refused == nil {
		x.moved(change)
		x.same(out.Case.Challenge)
	}
}

// clock lets the clock act on both, until nothing is due.
func (x *twoLives) clock() {
	for {
		n, err := x.store.Tick(x.ctx, x.env.Now, 10, func(c challenge.Case) (challenge.Change, error) {
			env := x.env
			env.Ladder = c.Ladder
			return c.Challenge.Decide(challenge.Tick{}, challenge.System, env)
		})
		if err != nil {
			x.rt.Fatal(err)
		}
		change, err := x.pure.Decide(challenge.Tick{}, challenge.System, x.env)
		if err != nil {
			x.rt.Fatal(err)
		}
		if (n > 0) != change.Changed() {
			x.rt.Fatalf("the database acted on %d, the domain wrote %d events", n, len(change.Events))
		}
		if n == 0 {
			return
		}
		x.moved(change)
	}
}

// same holds the two lives against one another.
func (x *twoLives) same(got challenge.Challenge) {
	if want, have := written(x.rt, x.pure), written(x.rt, got); want != have {
		x.rt.Fatalf("the database holds\n%s\nthe domain\n%s", have, want)
	}
}

// end reads the challenge back: row and trail are those of memory, every chain
// holds, and no rung was given more time than its ladder says.
func (x *twoLives) end() {
	c, err := x.store.Load(x.ctx, challenge.Key{ID: x.pure.ID})
	if err != nil {
		x.rt.Fatal(err)
	}
	x.same(c.Challenge)
	if len(c.History) != len(x.history) {
		x.rt.Fatalf("the trail has %d events, the domain wrote %d", len(c.History), len(x.history))
	}
	for i, e := range c.History {
		if e.Hash != x.history[i].Hash || string(e.Data) != string(x.history[i].Data) {
			x.rt.Fatalf("event %d is not the one that the domain wrote", e.Seq)
		}
	}
	sum, err := x.store.Verify(x.ctx, func(r VerifyResult) {
		for _, p := range r.Problems {
			x.rt.Errorf("event %d: %s", p.Seq, p.What)
		}
	})
	if err != nil || !sum.Held() {
		x.rt.Fatalf("the trail does not hold: %+v, %v", sum, err)
	}
	for _, v := range c.Challenge.Visits {
		rung, _ := c.Ladder.Rung(v.Rung)
		if w := rung.Window; w != nil && w.Unit == workday.WorkingDays && rung.From != ladder.CaseBegan {
			if days := x.env.Calendar.Between(v.Deadline.Start, v.Deadline.Date); days > w.N {
				x.rt.Errorf("%s was given %d working days, its ladder says %d", v.Rung, days, w.N)
			}
		}
	}
}

func written(t *rapid.T, c challenge.Challenge) string {
	data, err := json.MarshalIndent(struct {
		challenge.Challenge
		Details challenge.Details
	}{c, c.Details}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
