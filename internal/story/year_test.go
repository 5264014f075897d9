package story

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/challenge"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/practice"
	"challengebot/internal/workday"
)

// year is a year of an office in which challenges wait while people, roles, teams and days change.
type year struct {
	*stage
	people   []byte
	calendar app.CalendarConfig
	// strandedSince is since when a challenge has had nobody who can act, without oversight
	// knowing.
	strandedSince map[string]time.Time
	looked        int
}

// change starts the program anew with what the directory and the calendar say now.
func (y *year) change(replaced ...string) {
	y.t.Helper()
	for i := 0; i+1 < len(replaced); i += 2 {
		if !bytes.Contains(y.people, []byte(replaced[i])) {
			y.t.Fatalf("the directory has no %q", replaced[i])
		}
		y.people = bytes.ReplaceAll(y.people, []byte(replaced[i]), []byte(replaced[i+1]))
	}
	d, err := directory.Read("authority.yaml", y.people)
	if err != nil {
		y.t.Fatal(err)
	}
	c, err := y.calendar.BuildCalendar()
	if err != nil {
		y.t.Fatal(err)
	}
	y.restart(func() { y.Directory, y.Calendar = d, c })
}

// goOnTo moves the clock day by day and looks at noon of each working day whether something is
// stranded.
func (y *year) goOnTo(local string) {
	y.t.Helper()
	to, err := time.ParseInLocation("2 Jan 2006 15:04", local, y.Calendar.Location())
	if err != nil {
		y.t.Fatal(err)
	}
	for day := y.Calendar.DateOf(y.Clock.Now()); ; day++ {
		noon := day.Midnight(y.Calendar.Location()).Add(12 * time.Hour)
		if noon.After(to) {
			break
		}
		if !noon.After(y.Clock.Now()) || !y.Calendar.IsWorkingDay(day) {
			continue
		}
		if err := y.MoveClockTo(y.t.Context(), noon); err != nil {
			y.t.Fatal(err)
		}
		y.lookForStranded()
	}
	if err := y.MoveClockTo(y.t.Context(), to); err != nil {
		y.t.Fatal(err)
	}
	y.discardNews()
}

// lookForStranded holds that whatever waits has somebody in the directory for whom it waits, or is
// on the list of somebody who oversees it, or was so a working day ago.
func (y *year) lookForStranded() {
	y.t.Helper()
	now := y.Clock.Now()
	d, err := app.LoadLiveDirectory(y.t.Context(), y.Directory, y.App.Store, y.Calendar, y.Clock.Now)
	if err != nil {
		y.t.Fatal(err)
	}
	err = y.App.Store.EachOpen(y.t.Context(), func(c challenge.Snapshot) {
		y.looked++
		ref := c.Challenge.Ref
		canAct := false
		for _, id := range c.Challenge.WaitingFor() {
			_, listed := d.PersonByEntra(id)
			canAct = canAct || listed
		}
		_, overseen := digest.NewPendingItem(c, now, challenge.Env{Now: now, Calendar: y.Calendar, Ladder: c.Ladder, Directory: d})
		switch since, was := y.strandedSince[ref]; {
		case canAct || overseen && len(challenge.Overseers(&c.Challenge, d, y.Calendar.DateOf(now))) > 0:
			delete(y.strandedSince, ref)
		case !was:
			y.strandedSince[ref] = now
		case y.Calendar.DateOf(now)-y.Calendar.DateOf(since) > 1:
			y.t.Errorf("%s: %s (%s) has had nobody who can act since %s, and oversight does not know", now.Format(time.DateTime), ref, c.Challenge.State, since.Format(time.DateTime))
		}
		if due := c.Challenge.Due(); !due.IsZero() && c.Challenge.State == challenge.StateAwaitingResponse && !y.Calendar.IsWorkingDay(y.Calendar.DateOf(due)) {
			y.t.Errorf("%s: %s is due on %s, which is no working day", now.Format(time.DateTime), ref, y.Calendar.DateOf(due).FormatLong())
		}
	})
	if err != nil {
		y.t.Fatal(err)
	}
}

// raises has a chair raise a challenge about the northern team.
func (y *year) raises(by *actor) string {
	y.t.Helper()
	today := y.Calendar.DateOf(y.Clock.Now())
	r := y.beginChallenge(by, atStage1(practice.Inputs{"ask_by": (today + 11).String(), "conference_date": today.String()}))
	y.discardNews()
	return r.ref
}

func TestAYearOfChangesStrandsNothing(t *testing.T) {
	t.Parallel()
	y := &year{stage: open(t, "ne-lincolnshire"), people: sampleAuthority, calendar: app.CalendarConfig{Division: workday.EnglandAndWales}, strandedSince: map[string]time.Time{}}
	first := y.raises(y.maya)

	y.goOnTo("1 Apr 2026 10:00") // the team's manager leaves, another comes
	y.people = withoutPerson(y.people, "priya", "alex")
	y.change()
	y.goOnTo("5 May 2026 10:00") // the first has climbed, unanswered
	y.raises(y.sam)

	y.goOnTo("12 May 2026 10:00") // a bank holiday is announced ten days ahead, as a question runs
	y.calendar.ExtraHolidays = append(y.calendar.ExtraHolidays, workday.NamedDay{Date: workday.NewDate(2026, time.May, 22), Name: "Day of mourning"})
	y.change()
	y.goOnTo("8 Jun 2026 10:00") // the head of service has left and nobody follows for a while
	y.change("  head-of-service: aisha\n", "")
	y.raises(y.maya)
	y.goOnTo("29 Jun 2026 10:00")
	y.change("  assistant-director: helen\n", "  assistant-director: helen\n  head-of-service: diane\n")

	y.goOnTo("20 Jul 2026 10:00") // a manager goes on leave; nobody is at the place of who stands in, later
	y.actorNamed("Daniel Hughes").types("/cover Alex Byrne 2026-07-27 to 2026-08-14")
	y.goOnTo("3 Aug 2026 10:00")
	y.raises(y.sam)
	y.goOnTo("1 Sep 2026 10:00") // teams are merged: the southern one goes
	south := string(y.people)[strings.Index(string(y.people), "  - id: south-locality"):strings.Index(string(y.people), "services:")]
	y.change(south, "", "name: North Locality", "name: Whole Locality")
	y.raises(y.maya)

	y.goOnTo("5 Oct 2026 10:00") // somebody blocks the app for a day
	y.actorNamed("Helen Clarke").BlocksBot()
	y.raises(y.maya)
	y.goOnTo("6 Oct 2026 10:00")
	y.actorNamed("Helen Clarke").UnblocksBot()
	y.goOnTo("2 Nov 2026 10:00") // a chair leaves in the middle of their own challenges
	y.raises(y.sam)
	y.change("  - {id: sam, name: Sam Whitfield, entra: 0a000000-0000-4000-8000-000000000002}\n", "", "chair: [maya, sam]", "chair: [maya, rosa]")
	y.goOnTo("1 Dec 2026 10:00") // a half day, a closure over the new year, and the calendar goes on to 2029
	from := workday.ClosureStart{}
	if err := from.UnmarshalText([]byte("2026-12-24T12:45")); err != nil {
		t.Fatal(err)
	}
	y.calendar.Closures = append(y.calendar.Closures, app.ClosureConfig{From: from, To: workday.NewDate(2026, time.December, 31), Name: "Christmas closure"})
	y.calendar.CoverageUntil = workday.NewDate(2029, time.December, 31)
	y.change()
	y.raises(y.maya)
	y.goOnTo("30 Mar 2027 10:00")

	if y.looked < 500 {
		t.Errorf("only %d looks at an open challenge in a year", y.looked)
	}
	if n := y.verifyTrails(); n != 8 {
		t.Errorf("%d trails, want 8", n)
	}
	y.maya.types("/challenge " + first)
	y.maya.gets(first)
}
