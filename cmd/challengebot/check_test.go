package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/workday"
)

// openList is a store of challenges that are open, and what reading them fails with.
type openList struct {
	all []challenge.Snapshot
	err error
}

func (o openList) EachOpen(_ context.Context, each func(challenge.Snapshot)) error {
	for _, c := range o.all {
		each(c)
	}
	return o.err
}

func TestCheckListsTheDatesThatANewCalendarWouldMove(t *testing.T) {
	l := challengetest.LoadLadder(t, "redcar-cleveland-internal")
	env := challengetest.Env(l, "2026-06-01 10:00")
	var raised []challenge.Snapshot
	for n := range uint64(maxMovedDates + 3) {
		change, err := challenge.Raise(challengetest.RaiseCommand(env, "north", n+1), challengetest.Raisers(env, "north")[0], env)
		if err != nil {
			t.Fatal(err)
		}
		raised = append(raised, challenge.Snapshot{Challenge: change.Next, Ladder: l})
	}
	due := raised[0].Challenge.Due()
	funeral := env.Calendar.DateOf(due)
	check := func(list openList, holidays ...workday.NamedDay) string {
		calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales, ExtraHolidays: holidays})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		r := &checkReport{program: &program{ctx: t.Context(), stdout: &out, now: june}}
		r.checkMovedDates(&app.Settings{Calendar: calendar, Directory: challengetest.Directory()}, list)
		return out.String()
	}
	if said := check(openList{all: raised}); said != "" {
		t.Errorf("with the same calendar: %s", said)
	}
	said := check(openList{all: raised[:1]}, workday.NamedDay{Date: funeral, Name: "State funeral"})
	want := "warning: dates: " + raised[0].Challenge.Ref + " is due on " + funeral.FormatLong() + " at 17:00 by the calendar it was counted with, and on " +
		(funeral + 1).FormatLong() + " at 17:00 by this one: it moves when the bot starts with it\n"
	if said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	said = check(openList{all: raised, err: errors.New("a row cannot be read")}, workday.NamedDay{Date: funeral, Name: "State funeral"})
	if lines := strings.Split(strings.TrimSpace(said), "\n"); len(lines) != maxMovedDates+2 || lines[maxMovedDates] != "warning: dates: 3 dates more move with this calendar" ||
		lines[maxMovedDates+1] != "error: dates: not every open challenge could be read: a row cannot be read" {
		t.Errorf("%d lines: %s", len(lines), said)
	}
}

func june() time.Time { return challengetest.At("2026-06-01 11:00") }
