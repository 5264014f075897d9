package challenge_test

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// worksWith gives the authority other working days from now on.
func (x *life) worksWith(change func(*workday.Settings)) *life {
	x.t.Helper()
	s := workday.Settings{Division: workday.EnglandAndWales}
	change(&s)
	c, err := workday.New(s)
	if err != nil {
		x.t.Fatal(err)
	}
	x.env.Calendar = c
	return x
}

func holidayOn(days ...string) func(*workday.Settings) {
	return func(s *workday.Settings) {
		for _, day := range days {
			s.ExtraHolidays = append(s.ExtraHolidays, workday.NamedDay{Date: challengetest.Date(day), Name: "State funeral"})
		}
	}
}

func closedFrom(from, to string) func(*workday.Settings) {
	return func(s *workday.Settings) {
		s.Closures = []workday.Closure{{From: challengetest.Date(from), To: challengetest.Date(to), Name: "Flood"}}
	}
}

func (x *life) reconcile() *life {
	x.t.Helper()
	change, err := x.c.Decide(challenge.Reconcile{}, challenge.System, x.env)
	if err != nil {
		x.t.Fatal(err)
	}
	if x.last = change; change.HasEvents() {
		x.goOn(change)
	}
	return x
}

// The window of five working days that began on Monday 1 June 2026 ends on Monday 8 June.
func TestAWindowIsCountedAgainWhenTheCalendarChanges(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*workday.Settings)
		due    string // "": as it was
	}{
		"a holiday within it":           {holidayOn("2026-06-04"), "2026-06-09 17:00"},
		"a holiday on its last day":     {holidayOn("2026-06-08"), "2026-06-09 17:00"},
		"two holidays":                  {holidayOn("2026-06-04", "2026-06-05"), "2026-06-10 17:00"},
		"a holiday on the day after it": {holidayOn("2026-06-09"), ""},
		"a holiday before it":           {holidayOn("2026-05-29"), ""},
		"a holiday at the weekend":      {holidayOn("2026-06-06"), ""},
		"a closure over its end":        {closedFrom("2026-06-05", "2026-06-12"), "2026-06-16 17:00"},
		"nothing":                       {func(*workday.Settings) {}, ""},
		"a last day that ends sooner": {func(s *workday.Settings) {
			s.EarlyEnds = []workday.EarlyEnd{{Date: challengetest.Date("2026-06-08"), At: 12 * 60, Name: "Election"}}
		}, ""},
		"a holiday on the day that it began": {holidayOn("2026-06-01"), "2026-06-09 17:00"},
	} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-02 09:00").worksWith(test.change)
		before := x.c
		was, now, moves := challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}.ForecastRecount(x.env)
		if moves != (test.due != "") || moves && (!was.Equal(before.Due()) || !now.Equal(challengetest.At(test.due))) {
			t.Errorf("%s: foretold from %v to %v, %t", name, was, now, moves)
		}
		x.reconcile()
		if test.due == "" {
			if x.last.HasEvents() || !x.c.Due().Equal(before.Due()) {
				t.Errorf("%s: %s, due %v", name, x.eventKinds(), x.c.Due())
			}
			continue
		}
		x.wantDue(test.due)
		if x.eventKinds() != "recounted" || !x.isPosted(challenge.CardNews, "anna") || len(x.last.Posts) != 1 {
			t.Errorf("%s: %s, shown %+v", name, x.eventKinds(), x.last.Posts)
		}
		body := x.last.Events[0].Body.(challenge.Recounted)
		if !body.Was.Equal(before.Due()) || !strings.Contains(body.Explanation, "State funeral") && !strings.Contains(body.Explanation, "Flood") ||
			body.Calendar != x.env.Calendar.Version() {
			t.Errorf("%s: %+v", name, body)
		}
		if x.last.Events[0].By != challenge.System || x.last.Events[0].Rung != "r1" || x.last.Events[0].Opening != 1 {
			t.Errorf("%s: %+v", name, x.last.Events[0])
		}
		// Reminders come before the new end, the first card is not asked for again, and once is
		// enough.
		if o := x.c.CurrentOpening(); len(o.Reminders) != 2 || !o.Reminders[1].Before(x.c.Due()) || x.c.Due().Sub(o.Reminders[1]).Hours() > 8 {
			t.Errorf("%s: reminders at %v", name, o.Reminders)
		}
		if x.reconcile(); x.last.HasEvents() {
			t.Errorf("%s: counted twice: %s", name, x.eventKinds())
		}
		x.tickUntil(test.due).wantState(challenge.StateAwaitingResponse, "r2")
	}
}

// A holiday that is taken away takes no time from anybody.
func TestADateNeverComesSoonerByTheCalendar(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-05-20 10:00") // over the spring bank holiday of 25 May
	x.wantDue("2026-05-28 17:00")
	x.worksWith(func(s *workday.Settings) {
		s.RemovedHolidays = []workday.NamedDay{{Date: challengetest.Date("2026-05-25"), Name: "Moved to June"}}
	}).reconcile()
	if x.last.HasEvents() {
		t.Errorf("%s", x.eventKinds())
	}
	x.wantDue("2026-05-28 17:00")
}

// A bank holiday is announced ten days before it, after many windows were counted over it. The
// clock comes before the morning: it counts again and does not end the window.
func TestTheClockEndsNoWindowOnADayThatBecameAHoliday(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed)).worksWith(holidayOn("2026-06-08"))
	x.at("2026-06-08 17:00").tick()
	if x.wantDue("2026-06-09 17:00"); x.eventKinds() != "recounted" {
		t.Errorf("%s", x.eventKinds())
	}
	x.tickUntil("2026-06-09 16:59").wantState(challenge.StateAwaitingResponse, "r1")
	x.tickUntil("2026-06-09 17:00").wantState(challenge.StateAwaitingResponse, "r2")
	if x.c.CurrentOpening().Deadline.Start != challengetest.Date("2026-06-09") {
		t.Errorf("the next window counts from %v", x.c.CurrentOpening().Deadline.Start)
	}
}

func TestTheLimitOfTheWholeChallengeMovesToo(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 7}, true
		l.Rungs[0].Window, l.Rungs[0].Remainder = nil, true
	})
	x := raiseLife(t, l, "2026-06-01 10:00")
	x.wantDue("2026-06-10 17:00")
	x.at("2026-06-02 09:00").worksWith(holidayOn("2026-06-04")).reconcile()
	x.wantDue("2026-06-11 17:00")
	if want := challengetest.At("2026-06-11 17:00"); !x.c.LimitDue.Equal(want) {
		t.Errorf("the whole challenge is to end by %v", x.c.LimitDue)
	}
	// While a judgement waits the limit alone moves, and nobody has a card for it.
	x.do("tess", x.respond()).worksWith(holidayOn("2026-06-04", "2026-06-05")).reconcile()
	if want := challengetest.At("2026-06-12 17:00"); x.eventKinds() != "recounted" || !x.c.LimitDue.Equal(want) || len(x.last.Posts) > 0 {
		t.Errorf("%s: %v, shown %+v", x.eventKinds(), x.c.LimitDue, x.last.Posts)
	}
}

func TestAnAskedForShorterTimeIsCountedAgainOnItsOwnTerms(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.Shorten = &ladder.ShortenRule{By: "chair", Source: "a test"} })
	x := raiseLife(t, l, "2026-06-01 10:00", func(r *challenge.RaiseCommand) {
		r.ShorterWindow = &challenge.ShorterWindow{Days: 2, Reason: "An unborn child."}
	})
	x.wantDue("2026-06-03 17:00")
	x.at("2026-06-01 11:00").worksWith(holidayOn("2026-06-02")).reconcile()
	x.wantDue("2026-06-04 17:00")
	o := x.c.CurrentOpening()
	if want := challengetest.At("2026-06-09 17:00"); o.ShorterWindow == nil || o.ShorterWindow.Days != 2 || !o.ShorterWindow.OriginalDue.Equal(want) {
		t.Errorf("%+v", o.ShorterWindow)
	}
	if text := x.last.Events[0].Body.(challenge.Recounted).Explanation; !strings.Contains(text, "Tuesday 9 June 2026") || !strings.Contains(text, "A shorter time was asked for") {
		t.Error(text)
	}
}

// An escalator's working day that became a holiday is another day.
func TestAnEscalatorsTimeIsCountedAgain(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = []ladder.Gate{{ID: "go", Label: "Escalate", Kind: ladder.GateEscalation, OpenedBy: "own-service-manager",
			Needs: ladder.TookPlace, Within: &workday.Window{N: 1}, Source: "a test"}}
	})
	held := func() *life {
		x := raiseLife(t, l, "2026-06-01 10:00").tickUntil("2026-06-08 17:00")
		x.wantState(challenge.StateHeldAtGate, "r2")
		return x
	}
	opens := func(x *life, want string) {
		t.Helper()
		if !x.c.Hold.OpensAt.Equal(challengetest.At(want)) {
			t.Errorf("opens at %v, want %s", x.c.Hold.OpensAt, want)
		}
	}
	x := held()
	opens(x, "2026-06-09 17:00")
	x.worksWith(holidayOn("2026-06-09")).reconcile()
	opens(x, "2026-06-10 17:00")
	if x.eventKinds() != "recounted" || !x.isPosted(challenge.CardNews, "anna") || !x.last.Events[0].Body.(challenge.Recounted).Was.Equal(challengetest.At("2026-06-09 17:00")) {
		t.Errorf("%s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	if x.reconcile(); x.last.HasEvents() {
		t.Errorf("counted twice: %s", x.eventKinds())
	}
	x.tickUntil("2026-06-10 16:59").wantState(challenge.StateHeldAtGate, "r2")
	x.tickUntil("2026-06-10 17:00").wantState(challenge.StateAwaitingResponse, "r2")

	// The clock alone, and a hold of a version that did not keep when its time began.
	x = held().worksWith(holidayOn("2026-06-09"))
	x.at("2026-06-09 17:00").tick()
	opens(x, "2026-06-10 17:00")
	x = held().worksWith(holidayOn("2026-06-09"))
	x.c.Hold.CountsFrom = time.Time{}
	x.reconcile()
	opens(x, "2026-06-10 17:00")

	// Its end after an outage is the next working day, whatever day that becomes.
	x = held()
	x.off("2026-06-09 15:00", "2026-06-09 18:00").tick()
	opens(x, "2026-06-10 17:00")
	x.worksWith(holidayOn("2026-06-10")).reconcile()
	opens(x, "2026-06-11 17:00")
}

// What stands still has no date to count: it counts from when it runs again, by the calendar of
// then.
func TestWhatStandsStillIsNotCountedAgain(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-01 10:30").tick()
	x.worksWith(holidayOn("2026-06-04")).reconcile()
	if x.last.HasEvents() {
		t.Errorf("%s", x.eventKinds())
	}
	x.teamsAway = false
	x.at("2026-06-02 10:00").take(challenge.CardRespond, "tess").wantDue("2026-06-10 17:00")
}

// Past the end of the calendar a date stays as it was given.
func TestADateThatCannotBeCountedAgainStays(t *testing.T) {
	x := raiseLife(t, smallLadder, "2028-12-11 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.wantDue("2028-12-18 17:00")
	x.worksWith(closedFrom("2028-12-13", "2028-12-31")).reconcile()
	x.wantDue("2028-12-18 17:00")
	if x.eventKinds() != "" && strings.Contains(x.eventKinds(), "recounted") {
		t.Errorf("%s", x.eventKinds())
	}
}

// Those who oversee challenges find the moved date in the digest of the day, once.
func TestTheDigestListsADateThatMoved(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 09:00").worksWith(holidayOn("2026-06-04")).reconcile()
	listed := func(clock string) (digest.PendingItem, bool) {
		x.at(clock)
		return digest.NewPendingItem(challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}, x.env.Now, x.env)
	}
	item, ok := listed("2026-06-02 09:00")
	if !ok || item.Recount == nil || !item.Recount.Was.Equal(challengetest.At("2026-06-08 17:00")) || !item.Recount.Now.Equal(challengetest.At("2026-06-09 17:00")) ||
		!item.Since.Equal(x.c.Recount.At) || len(item.MustAct) != 2 {
		t.Errorf("%t: %+v", ok, item)
	}
	if item, ok := listed("2026-06-03 09:00"); ok {
		t.Errorf("the day after: %+v", item)
	}
	if _, ok := listed("2026-06-03 08:59"); !ok {
		t.Error("it is not in the digest of the next morning either")
	}
	// A date that was given since is another date.
	x.do("tess", x.respond())
	if x.c.RecountedDate() != nil {
		t.Errorf("%+v", x.c.RecountedDate())
	}
}
