package challenge_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// The authority and the calendar are read once; both never change.
var (
	office         = challengetest.Directory()
	desertedOffice = challengetest.DesertedDirectory()
	calendar       = challengetest.Calendar()
)

// randomLife is one challenge under random commands: the trail so far and the rules
// that every change is held to.
type randomLife struct {
	env   challenge.Env
	c     challenge.Challenge
	trail []challenge.Event
	made  map[transition]bool // the moves it made
	// teamsThere: Teams takes every card at once. Otherwise cards arrive by random commands.
	teamsThere bool
}

func startRandomLife(t *rapid.T, l *ladder.Ladder) *randomLife {
	d := &randomLife{made: map[transition]bool{}, env: challenge.Env{Calendar: calendar, Ladder: l, Directory: office}}
	d.env.Now = challengetest.At("2026-03-30 08:00").Add(time.Duration(rapid.IntRange(0, 30*24*60).Draw(t, "start"))*time.Minute + 123*time.Nanosecond)
	r, by := challengetest.RandomRaising(t, d.env, 7)
	if rapid.IntRange(0, 19).Draw(t, "deserted at raise") == 0 {
		d.env.Directory = desertedOffice
		if !challenge.MayRaise(l, by.ID, directory.Scope{}, d.env) {
			d.env.Directory = office
		}
	}
	before := asJSON(r)
	change, err := challenge.Raise(r, by, d.env)
	if err != nil {
		t.Fatalf("raising: %v: %+v", err, err)
	}
	if asJSON(r) != before {
		t.Fatal("Raise altered its argument")
	}
	d.checkChange(t, nil, by, change)
	return d
}

// randomStep lets time pass and gives one random command.
func (d *randomLife) randomStep(t *rapid.T) {
	before := d.env.Now
	d.env.Now = challengetest.RandomTime(t, d.c, d.env.Now)
	if d.env.Now.Sub(before) > time.Hour && rapid.IntRange(0, 3).Draw(t, "off") == 0 {
		d.env.Outages = append(d.env.Outages, challenge.Outage{From: before.UTC().Truncate(time.Microsecond), To: d.env.Now.UTC().Truncate(time.Microsecond)})
	}
	d.env.Directory = office
	if rapid.IntRange(0, 19).Draw(t, "deserted") == 0 {
		d.env.Directory = desertedOffice
	}
	if d.env.Now.After(challengetest.At("2028-06-01 00:00")) {
		d.env.Now = challengetest.At("2028-06-01 00:00") // the calendar ends with the year
	}
	cmd, by := challengetest.RandomCommand(t, d.c, d.env)
	d.giveCommand(t, cmd, by)
}

func (d *randomLife) giveCommand(t *rapid.T, cmd challenge.Command, by challenge.Person) challenge.Change {
	before, asked := asFullJSON(d.c), asJSON(cmd)
	change, err := d.c.Decide(cmd, by, d.env)
	if diff := cmp.Diff(before, asFullJSON(d.c)); diff != "" {
		t.Fatalf("Decide altered its receiver (-before +after):\n%s", diff)
	}
	if asJSON(cmd) != asked {
		t.Fatalf("Decide altered the command %T", cmd)
	}
	if err != nil {
		var refusal *challenge.Refusal
		if !errors.As(err, &refusal) || refusal.Sentence == "" || refusal.Code == "" {
			t.Fatalf("%T in %s: %v is no refusal", cmd, d.c.State, err)
		}
		if change.HasEvents() || len(change.Posts) > 0 {
			t.Fatalf("%T was refused and changed something", cmd)
		}
		return challenge.Change{}
	}
	d.checkChange(t, cmd, by, change)
	if d.teamsThere {
		d.deliver(change)
	}
	return change
}

// deliver lets Teams take the cards of a change that ask somebody for something.
func (d *randomLife) deliver(change challenge.Change) {
	c, events := challengetest.Deliver(change, d.env)
	d.c, d.trail = c, append(d.trail, events...)
}

// checkChange holds a change to every rule and goes on from it.
func (d *randomLife) checkChange(t *rapid.T, cmd challenge.Command, by challenge.Person, change challenge.Change) {
	if err := (challenge.Snapshot{Challenge: change.Next, Ladder: d.env.Ladder}).CheckConsistency(); err != nil {
		t.Fatalf("after %T: %v", cmd, err)
	}
	if !change.HasEvents() {
		if diff := cmp.Diff(asFullJSON(d.c), asFullJSON(change.Next)); diff != "" {
			t.Fatalf("%T changed the challenge without an event:\n%s", cmd, diff)
		}
		return
	}
	d.checkChain(t, change)
	d.checkTransition(t, cmd, change)
	before := d.c
	for _, e := range change.Events {
		d.checkEvent(t, by, before, e, change)
		d.trail, before = append(d.trail, e), before.Apply(e)
	}
	d.checkPosts(t, change)
	if before := d.c.State; before != "" && !before.IsOpen() && change.Next.State != before {
		t.Fatalf("%s was closed and became %s", before, change.Next.State)
	}
	d.c = change.Next
	d.checkNoDeadEnd(t)
}

// checkChain: numbered without a gap, chained, counted up, in UTC microseconds.
func (d *randomLife) checkChain(t *rapid.T, change challenge.Change) {
	seq, head := d.c.Seq, d.c.Head
	for _, e := range change.Events {
		if seq++; e.Seq != seq || e.Prev != head || e.Hash != e.ChainHash(change.Next.ID) {
			t.Fatalf("event %d (%s) breaks the chain", e.Seq, e.Body.Kind())
		}
		head = e.Hash
		if e.At.Location() != time.UTC || e.At.Nanosecond()%1000 != 0 {
			t.Fatalf("event %d is at %v: not UTC to the microsecond", e.Seq, e.At)
		}
	}
	next := change.Next
	if next.Seq != seq || next.Head != head || next.Version < d.c.Version {
		t.Fatalf("Seq %d, version %d after %d, %d", next.Seq, next.Version, d.c.Seq, d.c.Version)
	}
	for _, at := range []time.Time{next.NextAt, next.LimitDue, next.ClosedAt, next.Due()} {
		if !at.IsZero() && (at.Location() != time.UTC || at.Nanosecond()%1000 != 0) {
			t.Fatalf("%v is not UTC to the microsecond", at)
		}
	}
	// Three things are kept and yet not what was wanted: a late response, a request to end, and
	// that nobody is left to hand something over to.
	kept := []challenge.EventKind{challenge.KindLateResponse, challenge.KindEndRequested, challenge.KindUnattended}
	if change.Refusal != nil && !slices.Contains(kept, change.Events[0].Body.Kind()) {
		t.Fatalf("%s came with the refusal %q", change.Events[0].Body.Kind(), change.Refusal.Code)
	}
}

// checkTransition: every move is in the picture.
func (d *randomLife) checkTransition(t *rapid.T, cmd challenge.Command, change challenge.Change) {
	m, moved := transitionOf(d.c.State, change)
	if !moved {
		if change.Next.State != d.c.State {
			t.Fatalf("%T went from %s to %s for no cause", cmd, d.c.State, change.Next.State)
		}
		return
	}
	if !drawnTransitions(t)[m] {
		t.Fatalf("the picture does not show %s --%s--> %s", m.from, m.cause, m.to)
	}
	d.made[m] = true
}

// checkNoDeadEnd: whatever is open has a time at which the clock looks, and somebody to act.
func (d *randomLife) checkNoDeadEnd(t *rapid.T) {
	if !d.c.State.IsOpen() {
		if !d.c.NextAt.IsZero() || d.c.ClosedAt.IsZero() || d.c.Hold != nil {
			t.Fatalf("%s, and yet the clock looks at %v", d.c.State, d.c.NextAt)
		}
		return
	}
	if d.c.NextAt.IsZero() || len(d.c.WaitingFor()) == 0 || slices.Contains(d.c.WaitingFor(), "") {
		t.Fatalf("a dead end: %s on %s, next at %v, waiting for %v", d.c.State, d.c.Rung, d.c.NextAt, d.c.WaitingFor())
	}
	if (d.c.State == challenge.StateHeldAtGate) != (d.c.Hold != nil) {
		t.Fatalf("%s with the hold %v", d.c.State, d.c.Hold)
	}
}

// checkPosts: a channel gets notices only, a question goes to those it is for.
func (d *randomLife) checkPosts(t *rapid.T, change challenge.Change) {
	for _, s := range change.Posts {
		if (s.To.Team != "") == (s.To.Person != "") {
			t.Fatalf("%s goes to %+v", s.Card, s.To)
		}
		if s.To.Team != "" && s.Card != challenge.CardNotice {
			t.Fatalf("the card %s goes to a channel", s.Card)
		}
		v := change.Next.Opening(s.Opening)
		if s.Card == challenge.CardRespond && !v.IsRespondent(s.To.Person) && !v.MayAnswer(s.To.Person) {
			t.Fatal("somebody who is not asked is shown the card to respond")
		}
	}
}

// runClockUntilIdle lets the clock do all that is due now; it must come to an end.
func (d *randomLife) runClockUntilIdle(t *rapid.T) {
	for range 100 {
		if !d.giveCommand(t, challenge.Tick{}, challenge.System).HasEvents() {
			if d.c.State.IsOpen() && !d.c.NextAt.After(d.env.Now) {
				t.Fatalf("%s is due at %v, and at %v the clock does nothing", d.c.State, d.c.NextAt, d.env.Now)
			}
			return
		}
	}
	t.Fatalf("the clock does not come to rest in %s", d.c.State)
}

// checkReplay replays the trail, as it is stored, and looks for any difference.
func (d *randomLife) checkReplay(t *rapid.T) {
	stored := make([]challenge.Event, len(d.trail))
	for i, e := range d.trail {
		body, err := challenge.DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			t.Fatal(err)
		}
		e.Body = body
		stored[i] = e
	}
	again, err := challenge.Replay(d.c.ID, stored)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.c, again, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("replaying gives another challenge (-is +replayed):\n%s", diff)
	}
	var row challenge.Challenge
	if err := json.Unmarshal([]byte(asJSON(d.c)), &row); err != nil {
		t.Fatal(err)
	}
	row.Details = d.c.Details
	if diff := cmp.Diff(d.c, row, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("the stored row is another challenge (-is +stored):\n%s", diff)
	}
}

// asFullJSON is everything of a challenge, Details included, as text.
func asFullJSON(c challenge.Challenge) string { return asJSON(c) + asJSON(c.Details) }

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// randomLadder is one of the shipped ladders or a random small one.
func randomLadder(t *rapid.T, shipped []*ladder.Ladder) *ladder.Ladder {
	if rapid.Bool().Draw(t, "shipped") {
		return rapid.SampledFrom(shipped).Draw(t, "ladder")
	}
	return challengetest.RandomLadder(t)
}

func TestEveryRandomLifeKeepsThePromises(t *testing.T) {
	shipped := challengetest.ShippedLadders(t)
	rapid.Check(t, func(t *rapid.T) {
		d := startRandomLife(t, randomLadder(t, shipped))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			d.randomStep(t)
		}
		d.env.Directory = office
		d.runClockUntilIdle(t)
		d.checkReplay(t)
	})
}

// Silence and an engine that comes back after months must lead every challenge to
// an end that somebody sees, one step at a time.
func TestALongOutageIsMadeGoodStepByStep(t *testing.T) {
	shipped := challengetest.ShippedLadders(t)
	rapid.Check(t, func(t *rapid.T) {
		d := startRandomLife(t, randomLadder(t, shipped))
		d.teamsThere = true
		for range rapid.IntRange(1, 12).Draw(t, "outages") {
			d.env.Now = d.env.Now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(t, "days"))
			d.runClockUntilIdle(t)
		}
		d.checkReplay(t)
	})
}

func windowEnd(t *rapid.T, start workday.Date, w workday.Window) workday.Date {
	d, err := calendar.ComputeDeadline(workday.Terms{Start: start, Window: w})
	if err != nil {
		t.Fatal(err)
	}
	return d.Date
}
