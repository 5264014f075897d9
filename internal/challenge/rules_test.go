package challenge_test

import (
	"slices"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// holdEvent holds one event to the rules of its kind.
func (d *drive) holdEvent(t *rapid.T, by challenge.Person, e challenge.Event, change challenge.Change) {
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		d.holdOpened(t, e, b, change.Next.Chair)
	case challenge.Redated:
		d.holdWindow(t, e, b.Deadline)
		if v := d.c.Visit(e.Visit); b.Deadline.Due.Before(v.Deadline.Due) {
			t.Fatal("a late receipt shortened the window")
		}
	case challenge.Responded:
		v := d.c.Visit(e.Visit)
		if !v.MayAnswer(e.By.ID) {
			t.Fatal("somebody who was not asked answered")
		}
		if b.Response.OnBehalfOf == "" && (e.By.ID == d.c.Chair.ID || e.By.ID == v.Judge.ID) {
			t.Fatal("somebody answered their own challenge, or answers and judges")
		}
	case challenge.JudgedBody:
		v := d.c.Visit(e.Visit)
		if d.c.State == challenge.AwaitingJudgement && e.By.ID == v.AnsweredBy.ID && v.Asked(e.By.ID) {
			t.Fatal("somebody judged their own answer")
		}
	case challenge.GateRecorded:
		g, ok := gate(d.env.Ladder, b.Rung, b.Gate)
		if b.ByItself && g.Kind != ladder.EscalateBy {
			t.Fatalf("the gate %s (%s) opened by itself", b.Gate, g.Kind)
		}
		if !b.ByItself && (e.By.ID == "" || e.By != by) {
			t.Fatalf("the gate %s was recorded by nobody", b.Gate)
		}
		if !ok && b.Gate != "go_on" {
			t.Fatalf("the gate %s of %s is not in the ladder", b.Gate, b.Rung)
		}
	case challenge.Referred:
		if e.By.ID == "" || d.c.Details.Conference != challenge.CareReview && d.env.Ladder.External.OnlyLookedAfter {
			t.Fatal("a referral without a person, or for a child who is not looked after")
		}
	case challenge.HandedOver:
		d.holdHandedOver(t, e, b, change.Next)
	case challenge.MessageChanged:
		moved := change.Next.State != d.c.State || change.Next.Version != d.c.Version || !change.Next.NextAt.Equal(d.c.NextAt)
		if b.Seq < 1 || b.Seq >= e.Seq || moved || len(change.Shows) > 0 {
			t.Fatalf("a message changed in Teams moves the challenge, or names step %d of %d", b.Seq, e.Seq)
		}
	case challenge.Lapsed:
		if d.env.Now.Before(b.Due) || !b.Due.Equal(d.c.Due()) || e.By != challenge.System {
			t.Fatalf("lapsed at %v though due at %v", d.env.Now, d.c.Due())
		}
	}
	if before := d.c.State; before != "" && !before.Open() {
		allowed := []challenge.Kind{challenge.KindReplyKept, challenge.KindDelivered, challenge.KindUndelivered, challenge.KindReferred,
			challenge.KindMessageChanged}
		if !slices.Contains(allowed, e.Body.Kind()) {
			t.Fatalf("a %s challenge has the event %s", before, e.Body.Kind())
		}
	}
}

func (d *drive) holdOpened(t *rapid.T, e challenge.Event, b challenge.RungOpened, chair challenge.Person) {
	rung, _ := d.env.Ladder.Rung(e.Rung)
	if late := e.At.Sub(b.Deadline.Received); late < 0 || late > challenge.Grace {
		t.Fatalf("%s opened %s counts from %v", e.Rung, e.At, b.Deadline.Received)
	}
	d.holdWindow(t, e, b.Deadline)
	if len(b.Repliers) == 0 {
		t.Fatalf("%s opened with nobody who may answer", e.Rung)
	}
	for _, p := range b.Respondents {
		if p.ID == chair.ID || p.ID == b.Judge.ID {
			t.Fatal("the chair or the judge is asked to answer")
		}
	}
	for _, id := range b.Repliers {
		asked := slices.ContainsFunc(b.Respondents, func(p challenge.Party) bool { return p.ID == id })
		if !asked && !rung.Respond.Outside {
			t.Fatal("somebody who is not asked may reply")
		}
	}
	for _, at := range b.Reminders {
		if !at.After(e.At) || !at.Before(b.Deadline.Due) {
			t.Fatalf("a reminder at %v for a window from %v to %v", at, e.At, b.Deadline.Due)
		}
	}
	d.holdGates(t, rung, b.Cause)
}

// holdHandedOver: the time stays, and nobody is asked by it who could not have been
// asked when the rung opened.
func (d *drive) holdHandedOver(t *rapid.T, e challenge.Event, b challenge.HandedOver, next challenge.Challenge) {
	was, is := d.c.Visit(e.Visit), next.Visit(e.Visit)
	if !is.Deadline.Due.Equal(was.Deadline.Due) || !next.NextAt.Equal(d.c.NextAt) {
		t.Fatal("handing over moved the time")
	}
	rung, _ := d.env.Ladder.Rung(e.Rung)
	below := slices.ContainsFunc(d.c.Visits, func(v challenge.Visit) bool { return v.Rung != e.Rung && v.Asked(b.To.ID) })
	if b.To.ID == d.c.Chair.ID || b.To.ID == is.Judge.ID || was.Asked(b.To.ID) || below && !rung.Respond.MayRepeat {
		t.Fatalf("%s is asked by being handed over to", b.To.Name)
	}
	if !is.MayAnswer(b.To.ID) || is.MayAnswer(b.From.ID) {
		t.Fatal("who handed over may still answer, or the stand-in may not")
	}
}

// holdGates: whoever opens a rung has every gate of it on the trail, by a person.
func (d *drive) holdGates(t *rapid.T, rung *ladder.Rung, cause challenge.Cause) {
	skipped := slices.ContainsFunc(d.trail, func(e challenge.Event) bool {
		s, ok := e.Body.(challenge.SkippedTo)
		return ok && s.To == rung.ID
	}) || cause == challenge.BySkip
	for _, g := range rung.Gates {
		if g.DirectOnly || g.OnlyIfRefused != "" || skipped && g.Kind == ladder.EscalateBy {
			continue
		}
		if !slices.ContainsFunc(d.trail, func(e challenge.Event) bool {
			b, ok := e.Body.(challenge.GateRecorded)
			// Whoever gave their view on the threshold is not asked for it again.
			view := g.Kind == ladder.Threshold && b.Threshold == g.With
			return ok && (b.Rung == rung.ID && b.Gate == g.ID || view) && opens(b, g)
		}) {
			t.Fatalf("%s opened past its gate %s (%s)", rung.ID, g.ID, g.Kind)
		}
	}
}

func opens(b challenge.GateRecorded, g ladder.Gate) bool {
	refusedAndOnlyAsked := b.Status == challenge.GateRefused && g.Needs == ladder.Held && g.Kind != ladder.Confirm
	return b.Status == challenge.GatePassed || b.Status == challenge.GateOverridden || refusedAndOnlyAsked
}

// holdWindow measures a deadline anew from the day of receipt: it is never later
// than the ladder says.
func (d *drive) holdWindow(t *rapid.T, e challenge.Event, deadline workday.Deadline) {
	rung, _ := d.env.Ladder.Rung(e.Rung)
	day0, err := calendar.Receipt(deadline.Received)
	if err != nil {
		t.Fatal(err)
	}
	least, err := calendar.Add(day0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if deadline.Date < day0 || !deadline.Due.Equal(calendar.EndOf(deadline.Date)) {
		t.Fatalf("day 0 is %s and the answer is due %v", day0, deadline.Due)
	}
	caseStart := d.c.CaseStart
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		caseStart = max(caseStart, b.CaseStart)
	}
	if caseStart == 0 { // raised in this very change
		caseStart, _ = calendar.Receipt(e.At)
	}
	var latest workday.Date
	switch {
	case rung.Remainder:
		latest = max(least, windowEnd(t, caseStart, *d.env.Ladder.Case.Limit))
	case rung.From == ladder.CaseBegan:
		latest = max(least, windowEnd(t, caseStart, *rung.Window))
	default:
		latest = windowEnd(t, day0, *rung.Window)
		if rung.Within != nil {
			latest = min(latest, max(least, windowEnd(t, caseStart, *rung.Within)))
		} else if d.env.Ladder.Case.Hard && (d.env.Ladder.Case.Starts == ladder.FirstRaise || rung.Kind != ladder.Informal) {
			latest = min(latest, max(least, windowEnd(t, caseStart, *d.env.Ladder.Case.Limit)))
		}
	}
	if asked := shorterOf(e.Body); asked != nil { // sooner only, and by the days that were asked for
		sooner := windowEnd(t, day0, workday.Window{N: asked.Days})
		if deadline.Date >= latest || deadline.Date > sooner || !deadline.Due.Before(asked.Instead) {
			t.Fatalf("%s is due %s: asked for by %s, and the ladder gives until %s", e.Rung, deadline.Date, sooner, latest)
		}
	}
	if deadline.Date > latest {
		t.Fatalf("%s is due %s, later than %s: received %v, case from %s", e.Rung, deadline.Date, latest, deadline.Received, caseStart)
	}
}

func shorterOf(b challenge.Body) *challenge.Shorter {
	switch b := b.(type) {
	case challenge.RungOpened:
		return b.Shorter
	case challenge.Redated:
		return b.Shorter
	}
	return nil
}

func gate(l *ladder.Ladder, rung, id string) (ladder.Gate, bool) {
	gates := []ladder.Gate{}
	if r, ok := l.Rung(rung); ok {
		gates = append(gates, r.Gates...)
	}
	for _, s := range l.Skips {
		if slices.Contains(s.To, rung) {
			gates = append(gates, s.Gates...)
		}
	}
	i := slices.IndexFunc(gates, func(g ladder.Gate) bool { return g.ID == id })
	if i < 0 {
		return ladder.Gate{}, false
	}
	return gates[i], true
}
