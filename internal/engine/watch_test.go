package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/storage/storagetest"
	"challengebot/internal/words"
)

// watchOver lets the watch look for that long, as its loop does. Only this machine's own
// time goes by: the office's clock stands.
func (o *office) watchOver(d time.Duration) {
	o.T.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := o.engine.runWatchRound(o.T.Context()); err != nil {
			o.T.Errorf("the watch could not look: %v", err)
		}
		waitForNews(o.T.Context(), nil, pollInterval)
	}
}

// told are the texts that were queued for somebody, without cards.
func (o *office) told(person string) []string {
	o.T.Helper()
	var texts []string
	for _, m := range o.messages(person) {
		if m.Kind == "reply" {
			texts = append(texts, content(o.T.(*testing.T), m).Text)
		}
	}
	return texts
}

// withText are the texts that hold a word.
func withText(texts []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return !strings.Contains(text, word) })
}

func inOffice(t *testing.T, f func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newOffice(t)) })
}

func TestTheWatchCriesWhenAChallengeIsPastItsTimeAndTellsOversightOnceADay(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.raiseAndDeliver()
		o.Now = storagetest.AfterLapse
		o.watchOver(5 * time.Second)
		if lines := o.log.lines(overdueText); len(lines) > 0 {
			t.Errorf("it cries before it is certain: %q", lines)
		}
		o.watchOver(20 * time.Minute)
		if n := len(o.log.lines(overdueText)); n < 3 || n > 5 {
			t.Errorf("in twenty minutes it was logged %d times", n)
		}
		if lines := o.log.lines(
			overdueText,
		); !strings.Contains(lines[0], `"level":"ERROR"`) ||
			!strings.Contains(lines[0], `"count":1`) {
			t.Errorf("logged: %s", lines[0])
		}
		if got := o.told(
			oversightID,
		); len(got) != 1 ||
			!strings.Contains(got[0], "for which nothing has happened: 1.") {
			t.Errorf("oversight was told %q", got)
		}
		if got := o.metric("challengebot_overdue_challenges"); got != 1 {
			t.Errorf("%v are counted", got)
		}
		for _, person := range []string{chairID, managerID, workerID} {
			if got := o.told(person); len(got) > 0 {
				t.Errorf("%s was told %q", person, got)
			}
		}
		other := o.newEngine("two") // another instance, or this one started again
		o.engine = other
		o.watchOver(time.Minute)
		if got := o.told(oversightID); len(got) != 1 {
			t.Errorf("from another instance oversight was told %q", got)
		}
		o.Now = o.Now.AddDate(0, 0, 1)
		o.watchOver(time.Minute)
		if got := o.told(oversightID); len(got) != 2 {
			t.Errorf("the next day oversight was told %q", got)
		}
	})
}

func TestTheWatchCriesWhenTeamsDoesNotTakeAQuestion(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.Raise()
		o.Now = o.Now.Add(9 * time.Minute)
		o.watchOver(time.Minute)
		if lines := o.log.lines(`"level":"ERROR"`); len(lines) > 0 {
			t.Errorf("after nine minutes: %q", lines)
		}
		o.Now = o.Now.Add(2 * time.Minute)
		o.watchOver(2 * time.Hour)
		if n := len(o.log.lines("Teams does not take messages")); n != 2 {
			t.Errorf("it was logged %d times in two hours", n)
		}
		if got := o.told(oversightID); len(got) > 0 {
			t.Errorf("after eleven minutes oversight was told %q", got)
		}
		o.Now = o.Now.Add(20 * time.Minute)
		o.watchOver(2 * time.Hour)
		if n := len(o.log.lines("nobody has been asked yet")); n != 2 {
			t.Errorf("it was logged %d times in two hours", n)
		}
		if got := o.told(
			oversightID,
		); len(got) != 1 ||
			!strings.Contains(got[0], "2 of them, the oldest for 31 minutes") {
			t.Errorf("oversight was told %q", got)
		}
		if age, n := o.metric(
			"challengebot_question_oldest_seconds",
		), o.metric(
			"challengebot_questions_waiting",
		); age != 31*60 ||
			n != 2 {
			t.Errorf("%v questions of %v seconds", n, age)
		}
		o.deliver()
		o.watchOver(time.Minute)
		if n := o.metric("challengebot_questions_waiting"); n != 0 {
			t.Errorf("when all is taken %v are counted", n)
		}
	})
}

func TestTheWatchCriesWhenALoopIsNoLongerDoneWithARound(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.engine.loops = o.engine.newLoops()
		o.watchOver(50 * time.Second)
		if lines := o.log.lines("for too long"); len(lines) > 0 {
			t.Errorf("within its time: %q", lines)
		}
		o.watchOver(time.Minute)
		lines := o.log.lines("for too long")
		for _, l := range o.engine.loops {
			late := l.alarmAge == time.Minute
			if n := len(withText(lines, `"work":"`+l.work+`"`)); late != (n == 1) {
				t.Errorf("of %s it was logged %d times", l.work, n)
			}
		}
		if len(lines) == 0 || len(withText(lines, `"level":"ERROR"`)) != len(lines) {
			t.Errorf("logged: %q", lines)
		}
		o.watchOver(time.Hour)
		for _, work := range []string{workClock, workMornings, workDeliveries, workProbes} {
			if len(o.log.lines(`"work":"`+work+`"`)) == 0 {
				t.Errorf("nothing was said of %s", work)
			}
		}
	})
}

func TestTheWatchSaysThatItCannotLook(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.faults.errors["CountOverdue"] = errBroken
		if err := o.engine.runWatchRound(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	})
}

func TestByAClockThatIsNotTrustedNothingIsDecided(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		c := o.raiseAndDeliver()
		o.Now = storagetest.AfterLapse
		fault := errors.New("the clock jumped")
		o.engine.Faults = func() []Fault {
			return []Fault{
				{Kind: ClockFault, Err: fault, Tell: func(w *words.Catalogue) string { return w.Watch.ClockFault }},
			}
		}
		if err := o.engine.runClockRound(t.Context()); !errors.Is(err, fault) {
			t.Errorf("the clock's round: %v", err)
		}
		if err := o.engine.runMorningRound(t.Context()); !errors.Is(err, fault) {
			t.Errorf("the morning's round: %v", err)
		}
		if o.Load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
			t.Error("something was decided")
		}
		o.watchOver(time.Minute)
		if len(o.log.lines("the clock jumped")) != 1 {
			t.Errorf("logged: %q", o.log.lines("clock"))
		}
		if got := o.told(
			oversightID,
		); len(got) != 2 ||
			!strings.Contains(strings.Join(got, " "), "does not trust its clock") {
			t.Errorf("oversight was told %q", got)
		}
		o.engine.Faults = nil
		if err := o.engine.runClockRound(
			t.Context(),
		); err != nil ||
			o.Load(c.Challenge.ID).Challenge.Rung != "stage-1" {
			t.Errorf("when it is trusted again: %v", err)
		}
	})
}

func TestTheWatchMeasuresTheClockEachTime(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		n := 0
		o.engine.MeasureClock = func(context.Context) error { n++; return errBroken }
		if err := o.engine.runWatchRound(t.Context()); !errors.Is(err, errBroken) || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestTheEndOfTheCalendarIsToldBeforeAndWhenAChallengeMeetsIt(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		c := o.raiseAndDeliver()
		o.at("2028-10-31 10:00") // the calendar ends with the year
		o.watchOver(time.Minute)
		if got := withText(o.told(oversightID), "calendar"); len(got) > 0 {
			t.Errorf("61 days before, oversight was told %q", got)
		}
		o.at("2028-11-01 10:00")
		o.watchOver(time.Minute)
		o.Now = o.Now.AddDate(0, 0, 1)
		o.watchOver(time.Minute)
		for _, person := range []string{oversightID, chairID} { // oversight hears each day of the challenge that is overdue, too
			if got := withText(
				o.told(person),
				"calendar",
			); len(got) != 1 ||
				!strings.Contains(got[0], "ends on Sunday 31 December 2028") {
				t.Errorf("%s was told %q", person, got)
			}
		}
		if lines := o.log.lines("calendar.coverage_until"); len(lines) != 1 {
			t.Errorf("logged: %q", lines)
		}
		o.at("2028-12-29 10:00")
		if err := o.engine.runClockRound(t.Context()); err != nil {
			t.Errorf("one challenge made the round a failure: %v", err)
		}
		for _, person := range []string{oversightID, chairID} {
			if got := withText(
				o.told(person),
				"calendar",
			); len(got) != 2 ||
				!strings.Contains(got[1], c.Challenge.Ref+" stands still") {
				t.Errorf("%s was told %q", person, got)
			}
		}
		o.Now = o.Now.Add(2 * time.Minute)
		if err := o.engine.runClockRound(t.Context()); err != nil {
			t.Error(err)
		}
		if got := withText(o.told(chairID), "calendar"); len(got) != 2 {
			t.Errorf("the chair was told again: %q", got)
		}
	})
}

func TestAChallengeThatFailsByItselfIsReportedAndIsNoFailureOfTheRound(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		bad, good := o.RaiseAsked(), o.RaiseAsked()
		o.memory.Corrupt(bad.Challenge.ID)
		o.Now = storagetest.AfterLapse
		if err := o.engine.runClockRound(t.Context()); err != nil {
			t.Error(err)
		}
		if o.Load(good.Challenge.ID).Challenge.Rung != "stage-1" {
			t.Error("the other challenge did not move")
		}
		if n := o.metric(`challengebot_engine_set_aside_total{cause="error",work="clock"}`); n != 1 {
			t.Errorf("%v were counted", n)
		}
		if lines := o.log.lines(
			bad.Challenge.ID.String(),
		); len(lines) != 1 ||
			strings.Contains(lines[0], o.Details().Concern) {
			t.Errorf("logged: %q", lines)
		}
	})
}
