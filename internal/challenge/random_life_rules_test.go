package challenge_test

import (
	"slices"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// checkEvent holds one event to the rules of its kind. before is the challenge as the events before
// it left it, those of the same change among them.
func (d *randomLife) checkEvent(t *rapid.T, by challenge.Person, before challenge.Challenge, e challenge.Event, change challenge.Change) {
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		d.checkRungOpened(t, e, b, change.Next.Chair)
	case challenge.Redated:
		d.checkWindow(t, e, b.Deadline)
		if v := before.Opening(e.Opening); b.Deadline.Due.Before(v.Deadline.Due) {
			t.Fatal("a late receipt shortened the window")
		}
	case challenge.Responded:
		v := before.Opening(e.Opening)
		if !v.MayAnswer(e.By.ID) {
			t.Fatal("somebody who was not asked answered")
		}
		if b.Response.OnBehalfOf == "" && (e.By.ID == before.Chair.ID || e.By.ID == v.Judge.ID) {
			t.Fatal("somebody answered their own challenge, or answers and judges")
		}
	case challenge.Judged:
		v := before.Opening(e.Opening)
		if before.State == challenge.StateAwaitingJudgement && e.By.ID == v.AnsweredBy.ID && v.IsRespondent(e.By.ID) {
			t.Fatal("somebody judged their own answer")
		}
	case challenge.GateRecorded:
		g, ok := findLadderGate(d.env.Ladder, b.Rung, b.Gate)
		if b.Automatic && (g.Kind != ladder.GateEscalation || before.Hold.AwaitsAsking()) {
			t.Fatalf("the gate %s (%s) opened by itself; Teams took its card for %v", b.Gate, g.Kind, before.Hold.AskedIDs)
		}
		if !b.Automatic && (e.By.ID == "" || e.By != by) {
			t.Fatalf("the gate %s was recorded by nobody", b.Gate)
		}
		if !ok && b.Gate != "go_on" {
			t.Fatalf("the gate %s of %s is not in the ladder", b.Gate, b.Rung)
		}
	case challenge.Referred:
		if e.By.ID == "" || before.Details.Conference != challenge.CareReview && d.env.Ladder.ExternalReferral.OnlyLookedAfter {
			t.Fatal("a referral without a person, or for a child who is not looked after")
		}
	case challenge.HandedOver:
		d.checkHandedOver(t, before, e, b)
	case challenge.MessageChanged:
		moved := change.Next.State != before.State || change.Next.Version != before.Version || !change.Next.NextAt.Equal(before.NextAt)
		if b.Seq < 1 || b.Seq >= e.Seq || moved || len(change.Posts) > 0 {
			t.Fatalf("a message changed in Teams moves the challenge, or names step %d of %d", b.Seq, e.Seq)
		}
	case challenge.Interrupted:
		if b.To.After(d.env.Now) || b.Deadline.Date != 0 && (!b.Deadline.Due.After(b.To) || !b.Deadline.Due.After(before.Due())) {
			t.Fatalf("the outage until %v gives until %v, which was due at %v", b.To, b.Deadline.Due, before.Due())
		}
	case challenge.Lapsed:
		for _, out := range d.env.Outages {
			if !b.Due.Before(out.From) && !b.Due.After(out.To) && before.CurrentOpening().OpenedAt.Before(out.To) {
				t.Fatalf("lapsed though the bot was off from %v to %v", out.From, out.To)
			}
		}
		if v := before.Opening(e.Opening); v.AwaitsAsking() {
			t.Fatalf("lapsed though nobody of %v was asked; Teams took it for %v and refused it for %v", v.Responders, v.AskedIDs, v.RejectedFor)
		}
		if d.env.Now.Before(b.Due) || !b.Due.Equal(before.Due()) || e.By != challenge.System {
			t.Fatalf("lapsed at %v though due at %v", d.env.Now, before.Due())
		}
	}
	if d.c.State != "" && !d.c.State.IsOpen() {
		allowed := []challenge.EventKind{challenge.KindLateResponse, challenge.KindDelivered, challenge.KindUndelivered, challenge.KindReferred,
			challenge.KindMessageChanged}
		if !slices.Contains(allowed, e.Body.Kind()) {
			t.Fatalf("a %s challenge has the event %s", d.c.State, e.Body.Kind())
		}
	}
}

func (d *randomLife) checkRungOpened(t *rapid.T, e challenge.Event, b challenge.RungOpened, chair challenge.Person) {
	rung, _ := d.env.Ladder.RungByID(e.Rung)
	if late := e.At.Sub(b.Deadline.Received); late < 0 || late > challenge.GracePeriod {
		t.Fatalf("%s opened %s counts from %v", e.Rung, e.At, b.Deadline.Received)
	}
	d.checkWindow(t, e, b.Deadline)
	if len(b.Responders) == 0 {
		t.Fatalf("%s opened with nobody who may answer", e.Rung)
	}
	for _, p := range b.Respondents {
		if p.ID == chair.ID || p.ID == b.Judge.ID {
			t.Fatal("the chair or the judge is asked to answer")
		}
	}
	for _, id := range b.Responders {
		asked := slices.ContainsFunc(b.Respondents, func(p challenge.Party) bool { return p.ID == id })
		if !asked && !rung.Respondents.OutsideTenant {
			t.Fatal("somebody who is not asked may reply")
		}
	}
	for _, at := range b.Reminders {
		if !at.After(e.At) || !at.Before(b.Deadline.Due) {
			t.Fatalf("a reminder at %v for a window from %v to %v", at, e.At, b.Deadline.Due)
		}
	}
	d.checkGatesPassed(t, rung, b.Cause)
}

// checkHandedOver: the time stays, and nobody is asked by it who could not have been
// asked when the rung opened, nor decides over what they were asked themselves.
func (d *randomLife) checkHandedOver(t *rapid.T, before challenge.Challenge, e challenge.Event, b challenge.HandedOver) {
	after := before.Apply(e)
	if !after.Due().Equal(before.Due()) || !after.NextAt.Equal(before.NextAt) || after.State != before.State {
		t.Fatal("handing over moved the time, or the challenge")
	}
	// Of several respondents some may only read the question; it is nobody's task then.
	isCopy := b.Task == challenge.TaskAnswer && !before.CurrentOpening().MayAnswer(b.From.ID)
	if !isCopy && !slices.Contains(after.WaitingFor(), b.To.ID) || isCopy && !after.CurrentOpening().IsRespondent(b.To.ID) {
		t.Fatalf("%s has the task %q and is not asked for it", b.To.Name, b.Task)
	}
	if !b.Alongside && slices.Contains(after.WaitingFor(), b.From.ID) && b.Task != challenge.TaskGate {
		t.Fatalf("%s passed it on and is waited for", b.From.Name)
	}
	was, rung := before.CurrentOpening(), e.Rung
	switch b.Task {
	case challenge.TaskAnswer:
		l, _ := d.env.Ladder.RungByID(rung)
		below := b.To.CoverFor != "" && slices.ContainsFunc(before.Openings, func(v challenge.Opening) bool { return v.Rung != rung && v.IsRespondent(b.To.ID) })
		if b.To.ID == before.Chair.ID || b.To.ID == was.Judge.ID || below && !l.Respondents.MayRepeat && !was.IsRespondent(b.To.ID) {
			t.Fatalf("%s is asked by being handed over to", b.To.Name)
		}
	case challenge.TaskJudgement:
		if before.WasRespondent(b.To.ID) {
			t.Fatalf("%s was asked and decides", b.To.Name)
		}
	case challenge.TaskGate:
		if b.To.CoverFor != "" && before.WasRespondent(b.To.ID) {
			t.Fatalf("%s was asked and opens a gate for somebody else", b.To.Name)
		}
	}
}

// checkGatesPassed: whoever opens a rung has every gate of it on the trail, by a person.
func (d *randomLife) checkGatesPassed(t *rapid.T, rung *ladder.Rung, cause challenge.Cause) {
	skipped := slices.ContainsFunc(d.trail, func(e challenge.Event) bool {
		s, ok := e.Body.(challenge.SkippedTo)
		return ok && s.To == rung.ID
	}) || cause == challenge.CauseSkip
	for _, g := range rung.Gates {
		if g.DirectEntryOnly || g.OnlyIfNotAgreed != "" || skipped && g.Kind == ladder.GateEscalation {
			continue
		}
		if !slices.ContainsFunc(d.trail, func(e challenge.Event) bool {
			b, ok := e.Body.(challenge.GateRecorded)
			// Whoever gave their view on the threshold is not asked for it again.
			view := g.Kind == ladder.GateThreshold && b.Threshold == g.Consultee
			return ok && (b.Rung == rung.ID && b.Gate == g.ID || view) && opensGate(b, g)
		}) {
			t.Fatalf("%s opened past its gate %s (%s)", rung.ID, g.ID, g.Kind)
		}
	}
}

func opensGate(b challenge.GateRecorded, g ladder.Gate) bool {
	refusedAndOnlyAsked := b.Status == challenge.GateNotAgreed && g.Needs == ladder.TookPlace && g.Kind != ladder.GateConfirm
	return b.Status == challenge.GatePassed || b.Status == challenge.GateOverridden || refusedAndOnlyAsked
}

// checkWindow measures a deadline again from the day of receipt: it is never later
// than the ladder says.
func (d *randomLife) checkWindow(t *rapid.T, e challenge.Event, deadline workday.Deadline) {
	rung, _ := d.env.Ladder.RungByID(e.Rung)
	day0, err := calendar.ReceiptDay(deadline.Received)
	if err != nil {
		t.Fatal(err)
	}
	least, err := calendar.AddWorkingDays(day0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if deadline.Date < day0 || !deadline.Due.Equal(calendar.EndOfDay(deadline.Date)) {
		t.Fatalf("day 0 is %s and the answer is due %v", day0, deadline.Due)
	}
	caseStart := d.c.LimitStart
	switch b := e.Body.(type) {
	case challenge.RungOpened:
		caseStart = max(caseStart, b.LimitStart)
	}
	if caseStart == 0 { // raised in this very change
		caseStart, _ = calendar.ReceiptDay(e.At)
	}
	var latest workday.Date
	switch {
	case rung.Remainder:
		latest = max(least, windowEnd(t, caseStart, *d.env.Ladder.OverallLimit.Window))
	case rung.WindowStart == ladder.WindowFromLimitStart:
		latest = max(least, windowEnd(t, caseStart, *rung.Window))
	default:
		latest = windowEnd(t, day0, *rung.Window)
		if rung.Within != nil {
			latest = min(latest, max(least, windowEnd(t, caseStart, *rung.Within)))
		} else if d.env.Ladder.OverallLimit.Hard && (d.env.Ladder.OverallLimit.Starts == ladder.LimitFromRaise || rung.Kind != ladder.RungInformal) {
			latest = min(latest, max(least, windowEnd(t, caseStart, *d.env.Ladder.OverallLimit.Window)))
		}
	}
	if asked := shorterWindowOf(e.Body); asked != nil { // sooner only, and by the days that were asked for
		sooner := windowEnd(t, day0, workday.Window{N: asked.Days})
		if deadline.Date >= latest || deadline.Date > sooner || !deadline.Due.Before(asked.OriginalDue) {
			t.Fatalf("%s is due %s: asked for by %s, and the ladder gives until %s", e.Rung, deadline.Date, sooner, latest)
		}
	}
	if deadline.Date > latest {
		t.Fatalf("%s is due %s, later than %s: received %v, case from %s", e.Rung, deadline.Date, latest, deadline.Received, caseStart)
	}
}

func shorterWindowOf(b challenge.Body) *challenge.ShorterWindow {
	switch b := b.(type) {
	case challenge.RungOpened:
		return b.ShorterWindow
	case challenge.Redated:
		return b.ShorterWindow
	}
	return nil
}

func findLadderGate(l *ladder.Ladder, rung, id string) (ladder.Gate, bool) {
	gates := []ladder.Gate{}
	if r, ok := l.RungByID(rung); ok {
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
