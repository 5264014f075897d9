package story

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/record"
)

// The bot or Teams is away: what each person gets when it is back stands in testdata/back.

var updateBack = flag.Bool("update-back", false, "write testdata/back anew")

// turnOff ends the program, as a power cut does for a time.
func (s *stage) turnOff() {
	s.t.Helper()
	s.stop()
	if err := errors.Join(<-s.serveDone); err != nil {
		s.t.Fatalf("the program did not end: %v", err)
	}
	s.App.Close()
}

// turnOn starts the program again at a time of the clock.
func (s *stage) turnOn(local string) {
	s.t.Helper()
	s.Clock.Set(s.parseClock(local))
	if err := s.startProgram(s.t.Context()); err != nil {
		s.t.Fatalf("the program does not start: %v", err)
	}
	s.settle()
}

func (s *stage) parseClock(local string) time.Time {
	s.t.Helper()
	at, err := time.ParseInLocation("Mon 2 Jan 2006 15:04", local, s.Calendar.Location())
	if err != nil || at.Format("Mon 2 Jan 2006 15:04") != local {
		s.t.Fatalf("%q is no time of the story: %v", local, err)
	}
	return at
}

// account tells, part by part, what everybody got.
type account struct {
	s    *stage
	text strings.Builder
	refs []string // told as CH-1, CH-2: references are drawn at random
}

func (a *account) nameRefs(text string) string {
	for i, ref := range a.refs {
		text = strings.ReplaceAll(text, ref, fmt.Sprintf("CH-%d", i+1))
	}
	return text
}

// tell takes the news of everybody under a heading: messages whole, for the first three lines,
// and of cards that were there before only how often they changed.
func (a *account) tell(heading string) {
	fmt.Fprintf(&a.text, "== %s\n", heading)
	for _, p := range a.s.Teams.People() {
		a.tellNews(p.Name, p.TakeNew())
	}
	for _, c := range a.s.Teams.Channels() {
		a.tellNews("#"+c.Name, c.TakeNew())
	}
}

func (a *account) tellNews(name string, news []practice.News) {
	updates := 0
	isNew := map[*practice.Message]bool{} // a card may change between two workers' rounds, or be drawn once as it then is
	var messages []string                 // of several challenges, in whatever order Teams took them
	for _, n := range news {
		if n.Change != practice.ChangePosted {
			if !isNew[n.Message] {
				updates++
			}
			continue
		}
		isNew[n.Message] = true
		lines := strings.Split(strings.TrimSpace(n.String()), "\n")
		told := name + ": a message\n"
		for _, line := range lines[:min(len(lines), 3)] {
			told += "    " + a.nameRefs(strings.TrimSpace(line)) + "\n"
		}
		messages = append(messages, told)
	}
	slices.Sort(messages)
	a.text.WriteString(strings.Join(messages, ""))
	// A channel's first message that waited is sent as things are then, or sent and brought up to date,
	// as the workers come to it: what it says in the end is the same.
	if updates > 0 && !strings.HasPrefix(name, "#") {
		fmt.Fprintf(&a.text, "%s: cards that were there are brought up to date\n", name)
	}
}

// tellTrail adds the trail of a challenge.
func (a *account) tellTrail(ref string) {
	c := a.s.load(ref)
	fmt.Fprintf(&a.text, "== The trail of %s, without what Teams took\n", a.nameRefs(ref))
	for _, e := range record.Timeline(c, a.s.RecordNames(), a.s.Calendar.Location()) {
		if !strings.HasPrefix(e.Sentences, "Teams took") {
			fmt.Fprintf(&a.text, "%s  %s\n", e.At.Format("Mon 2 Jan 2006 15:04"), a.nameRefs(e.Sentences))
		}
	}
	a.s.expectTruthfulTrail(ref)
}

// hold compares the account with what is kept.
func (a *account) hold(name string) {
	a.s.t.Helper()
	path := filepath.Join("testdata", "back", name+".txt")
	if *updateBack {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(a.text.String()), 0o644)); err != nil {
			a.s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		a.s.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(a.text.String(), "\n")); diff != "" {
		a.s.t.Errorf("%s is told otherwise (-kept +now; if that is meant, go test -run Back -update-back):\n%s", name, diff)
	}
}

// beginTwo has one challenge whose window ends soon and one that waits for the chair's word.
func (a *account) beginTwo() (running, answered string) {
	s := a.s
	s.t.Helper()
	running = s.raiseInStore(1)[0]
	s.settle()
	answered = s.raiseInStore(1)[0]
	s.settle()
	s.discardNews()
	s.tom.types("/respond " + answered + " I went today. | A visit; me; 2027-06-01")
	s.settle()
	s.discardNews()
	a.refs = []string{running, answered}
	return running, answered
}

func TestBackAfterADayWithoutTeams(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.expectTeamsTrouble()
	a := &account{s: s}
	running, _ := a.beginTwo()
	s.Teams.CutConnections()
	fresh := s.raiseInStore(1)[0]
	a.refs = append(a.refs, fresh)
	s.jumpTo(s.parseClock("Mon 30 Mar 2026 10:30"))
	s.passWorkingDays("2026-03-31 12:00")
	s.Teams.RestoreConnections()
	s.passWorkingDays("2026-03-31 12:30")
	a.tell("Teams is back on Tuesday 31 March at noon, a day after it went")
	s.passWorkingDays("2026-03-31 17:00")
	a.tell("Tuesday 31 March at five: the window of the challenge that was asked before ends")
	s.passWorkingDays("2026-04-01 17:00")
	a.tell("Wednesday 1 April at five: the window of the challenge that was asked late ends")
	a.tellTrail(running)
	a.tellTrail(fresh)
	a.hold("a-day-without-teams")
}

func TestBackAfterAWeekend(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: s26(t, "Thu 7 May 2026 10:00")}, "ne-lincolnshire")
	a := &account{s: s}
	running, answered := a.beginTwo()
	s.moveClock("Fri 8 May 2026 16:00")
	s.discardNews()
	s.turnOff()
	s.turnOn("Mon 11 May 2026 08:00")
	a.tell("The bot is back on Monday 11 May at eight, off since Friday at four")
	s.moveClock("Mon 11 May 2026 17:00")
	a.tell("Monday at five")
	s.moveClock("Tue 12 May 2026 16:59")
	a.tell("Tuesday, a minute before five")
	s.moveClock("Tue 12 May 2026 17:00")
	a.tell("Tuesday at five: the window ends")
	a.tellTrail(running)
	a.tellTrail(answered)
	a.hold("a-weekend-off")
}

func TestBackAfterChristmas(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: s26(t, "Wed 23 Dec 2026 10:00")}, "ne-lincolnshire")
	a := &account{s: s}
	running, answered := a.beginTwo()
	s.moveClock("Wed 23 Dec 2026 18:00")
	s.discardNews()
	s.turnOff()
	s.turnOn("Mon 4 Jan 2027 09:30")
	a.tell("The bot is back on Monday 4 January at half past nine, off since 23 December")
	s.moveClock("Tue 5 Jan 2027 16:59")
	a.tell("Tuesday 5 January, a minute before five")
	s.priya.types("/respond " + running + " We visited on New Year's Eve. | A visit; me; 2027-06-01")
	s.settle()
	a.tell("Priya answers")
	a.tellTrail(running)
	a.tellTrail(answered)
	a.hold("christmas")
}

func TestBackAfterAYear(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: s26(t, "Thu 7 May 2026 10:00")}, "ne-lincolnshire")
	a := &account{s: s}
	running, answered := a.beginTwo()
	other := s.raiseInStore(1)[0]
	a.refs = append(a.refs, other)
	s.settle()
	s.discardNews()
	s.turnOff()
	s.turnOn("Wed 5 May 2027 10:00")
	a.tell("The bot is back on Wednesday 5 May 2027 at ten, off for a year")
	s.moveClock("Thu 13 May 2027 10:00")
	a.tell("A week later nobody has released anything")
	s.priya.types("/respond " + other + " It was settled last summer. | A visit; me; 2027-06-01")
	s.settle()
	a.tell("Priya answers one of them")
	list := s.owen.findsMessage("The bot was off")
	s.owen.clicks(list, "Let all of them run on", nil)
	s.settle()
	a.tell("Owen lets the rest run on")
	if c := s.load(running).Challenge; c.AwaitsRelease() || c.State != challenge.StateAwaitingResponse {
		t.Errorf("released, and it is %s", c.State)
	}
	s.moveClock("Fri 14 May 2027 17:00")
	a.tell("Friday 14 May at five: the window ends")
	a.tellTrail(running)
	a.tellTrail(answered)
	a.tellTrail(other)
	a.hold("a-year-off")
}

// s26 is a time of the London clock.
func s26(t *testing.T, local string) time.Time {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("Mon 2 Jan 2006 15:04", local, london)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWhoOverseesTypesReleaseForOneOrForAll(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: s26(t, "Thu 7 May 2026 10:00")}, "ne-lincolnshire")
	refs := s.raiseInStore(3)
	s.settle()
	s.turnOff()
	s.turnOn("Mon 1 Jun 2026 10:00")
	s.discardNews()
	released := func() (n int) {
		for _, ref := range refs {
			if c := s.load(ref).Challenge; !c.AwaitsRelease() {
				n++
			}
		}
		return n
	}
	s.maya.types("/release " + refs[0])
	s.maya.gets("Only somebody who oversees " + refs[0] + " can let its time run on.")
	s.maya.types("/release")
	s.maya.gets("Only those who oversee challenges can let the time of one run on.")
	if n := released(); n != 0 {
		t.Fatalf("%d run on at the chair's word", n)
	}
	s.owen.types("/release " + refs[0])
	s.settle()
	s.owen.gets(refs[0], "Waiting for an answer from", "by Tuesday 2 June 2026 at 17:00.")
	if n := released(); n != 1 {
		t.Fatalf("%d run on, want one", n)
	}
	s.discardNews()
	s.owen.types("/rhyddhau") // Welsh is understood from everybody
	s.settle()
	s.owen.gets("Challenges that run on now: 2.")
	if n := released(); n != 3 {
		t.Fatalf("%d run on, want all", n)
	}
	s.discardNews()
	s.owen.types("/release")
	s.owen.gets("No challenge that you oversee stands still after an outage.")
	for _, ref := range refs {
		s.expectTruthfulTrail(ref)
	}
}

// An answer that comes before the clock has looked counts, also after an outage.
func TestAnAnswerRightAfterAnOutageIsInTime(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: s26(t, "Thu 7 May 2026 10:00")}, "ne-lincolnshire")
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.turnOff()
	s.turnOn("Fri 8 May 2026 17:05") // off since the raising, due at five
	s.discardNews()
	s.priya.types("/respond " + ref + " We visit tomorrow. | A visit; me; 2026-06-01")
	s.settle()
	if c := s.load(ref).Challenge; c.State != challenge.StateAwaitingJudgement {
		t.Errorf("the answer left it %s", c.State)
	}
	s.discardNews()
}
