package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/workday"
)

// mornings runs the morning's work, which must go well, and says how much was done.
func (o *office) morning() int {
	o.T.Helper()
	n, err := o.engine.RunMorning(o.T.Context())
	o.Must(err)
	return n
}

// digests are the messages that a morning queued for somebody.
func (o *office) digests(person string) []memorystore.MessageRecord {
	return slices.DeleteFunc(o.messages(person), func(m memorystore.MessageRecord) bool { return m.Kind != outbox.DirectMessageKind })
}

// unjudged is a challenge whose answer waits for its chair since Monday.
func (o *office) unjudged() challenge.Snapshot {
	o.T.Helper()
	return o.Apply(o.Raise(), storagetest.NewResponse("Done."), managerID)
}

func TestWhoOverseesIsToldOnceADayWhatWaits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.unjudged()
	o.Raise() // asked, and in time
	o.at("2026-03-04 08:59")
	if n := o.morning(); n != 0 || len(o.digests(oversightID)) != 0 {
		t.Errorf("before the day began %d was done", n)
	}
	o.at("2026-03-04 09:00")
	if n := o.morning(); n != 2 {
		t.Errorf("%d was done", n)
	}
	all := o.digests(oversightID)
	if len(all) != 1 || len(o.digests(ownID)) != 0 || len(o.digests(chairID)) != 1 {
		t.Fatalf("oversight has %d digests", len(all))
	}
	got := content(t, all[0])
	if !strings.Contains(got.Text, c.Challenge.Ref) || got.Summary == "" || !json.Valid(got.Card) || !strings.Contains(string(got.Card), c.Challenge.Ref) {
		t.Errorf("the digest says %+v", got)
	}
	if !all[0].CreatedAt.Equal(o.Now) || strings.Contains(got.Summary, c.Challenge.Ref) {
		t.Errorf("queued at %v with the notification %q", all[0].CreatedAt, got.Summary)
	}
	refreshed := o.refreshed.Load()
	o.at("2026-03-04 16:00")
	if n := o.morning(); n != 0 || o.refreshed.Load() != refreshed {
		t.Errorf("a second time on one day %d was done", n)
	}
	other := o.newEngine("two")
	if n, err := other.RunMorning(t.Context()); err != nil || n != 2 || len(o.digests(oversightID)) != 1 || len(o.digests(chairID)) != 1 {
		t.Errorf("another instance: %d, %v; %d digests", n, err, len(o.digests(oversightID)))
	}
	o.at("2026-03-05 11:00") // it comes back late on the next day
	if n := o.morning(); n != 2 || len(o.digests(oversightID)) != 2 || len(o.digests(chairID)) != 2 {
		t.Errorf("the next day: %d, %d digests", n, len(o.digests(oversightID)))
	}
	o.deliver()
	if sent := o.teams.to("send", chatOf(oversightID)); len(sent) != 2 || sent[0].Message.Text != "" || len(sent[0].Message.Card) == 0 {
		t.Errorf("oversight was sent %+v", sent)
	}
}

func TestADigestIsOfWhatWaitedWhenTheDayBegan(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.at("2026-03-04 09:30")
	refused := o.Raise()
	o.Apply(refused, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: managerID}, Code: "Blocked"}, "")
	before := len(o.digests(oversightID))
	if n := o.morning(); n != 0 || len(o.digests(oversightID)) != before {
		t.Errorf("what began to wait at half past nine is in the digest of nine: %d", n)
	}
	o.at("2026-03-05 09:00")
	if n := o.morning(); n != 2 || !strings.Contains(content(t, o.digests(oversightID)[0]).Text, refused.Challenge.Ref) {
		t.Errorf("%d", n)
	}
}

func TestADigestNamesWhoStandsInToday(t *testing.T) {
	t.Parallel()
	for cover, standsIn := range map[string]bool{"from: 2026-03-04, to: 2026-03-04": true, "from: 2026-03-05, to: 2026-03-05": false} {
		o := newOffice(t)
		o.unjudged()
		o.people("cover: [{for: chair, by: own, " + cover + "}]\n")
		o.at("2026-03-04 09:00")
		o.morning()
		if text := content(t, o.lastMessage(oversightID)).Text; strings.Contains(text, "Sue West") != standsIn {
			t.Errorf("with a cover %s the digest says %q", cover, text)
		}
	}
}

func TestNothingWaitingIsNoMessage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.unjudged()
	o.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, chairID)
	o.at("2026-03-04 09:00")
	if n := o.morning(); n != 0 || len(o.digests(oversightID)) != 0 {
		t.Errorf("%d was done", n)
	}
}

func TestWhoCannotBeReachedIsInTheDigestOfWhoOverseesThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now, Code: "Blocked"}))
	o.at("2026-03-03 09:00")
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: serviceID, Since: o.Now.Add(time.Second), Code: "Blocked"}))
	if n := o.morning(); n != 1 {
		t.Fatalf("%d was done", n)
	}
	if text := content(t, o.lastMessage(oversightID)).Text; !strings.Contains(text, "Priya Shah") || strings.Contains(text, "Ann Lee") {
		t.Errorf("the digest says %q", text)
	}
}

func TestADigestIsInTheLanguageOfWhoReadsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.unjudged()
	o.at("2026-03-04 09:00")
	o.morning()
	english := content(t, o.lastMessage(oversightID)).Summary
	o.Directory = readDirectory(t, strings.Replace(storagetest.DirectoryYAML, "name: Dot Hay,", "name: Dot Hay, language: cy,", 1))
	o.at("2026-03-05 09:00")
	o.morning()
	if welsh := content(t, o.lastMessage(oversightID)).Summary; welsh == english || welsh == "" {
		t.Errorf("%q in both languages", welsh)
	}
}

func TestAWeekendAndAHolidayHaveNoMorning(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.unjudged()
	for _, day := range []string{"2026-03-07 10:00", "2026-03-08 10:00", "2026-04-03 10:00", "2026-04-06 10:00"} {
		o.at(day)
		if n := o.morning(); n != 0 {
			t.Errorf("%s: %d was done", day, n)
		}
	}
	o.at("2026-04-07 10:00")
	if n := o.morning(); n != 2 {
		t.Errorf("after Easter %d was done", n)
	}
	// Past the list of holidays nobody's time depends on a digest.
	for day, want := range map[workday.Date]bool{workday.NewDate(2099, 3, 2): true, workday.NewDate(2099, 3, 6): true,
		workday.NewDate(2099, 3, 7): false, workday.NewDate(2099, 3, 8): false} {
		if got := o.engine.isWorkingDay(day); got != want {
			t.Errorf("%v: %v", day, got)
		}
	}
}

func TestAMorningThatFailsIsMadeAgainAndTellsNobodyTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.unjudged()
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now, Code: "Blocked"}))
	o.at("2026-03-04 09:00")
	o.refreshErr = errBroken
	if n, err := o.engine.RunMorning(t.Context()); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("without a directory: %d, %v", n, err)
	}
	o.refreshErr = nil
	for _, operation := range []string{"EachOpen", "EachPending", "ListUnreachable", "QueueDirectMessage"} {
		o.failStore(operation, storage.ErrUnavailable)
		if n, err := o.engine.RunMorning(t.Context()); n != 0 || !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s: %d, %v", operation, n, err)
		}
		o.failStore(operation, nil)
		if len(o.digests(oversightID)) != 0 {
			t.Fatalf("%s: a digest without all that waits was queued", operation)
		}
	}
	if n := o.morning(); n != 2 || len(o.digests(oversightID)) != 1 || len(o.digests(chairID)) != 1 {
		t.Errorf("when the database is back: %d, %d digests", n, len(o.digests(oversightID)))
	}
}

func TestWhatCannotBeReadIsToldOnceAndKeepsNothingElseOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad, good := o.unjudged(), o.unjudged()
	o.memory.Corrupt(bad.Challenge.ID)
	o.at("2026-03-04 09:00")
	if n, err := o.engine.RunMorning(t.Context()); n != 2 || err == nil || errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("%d, %v", n, err)
	}
	if text := content(t, o.lastMessage(oversightID)).Text; !strings.Contains(text, good.Challenge.Ref) {
		t.Errorf("the digest says %q", text)
	}
	if n, err := o.engine.RunMorning(t.Context()); n != 0 || err != nil {
		t.Errorf("on the same day again: %d, %v", n, err)
	}
}

func TestAFaultOverOneChallengesNotesKeepsNobodysTasksBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.unjudged()
	o.at("2026-03-04 09:00")
	counted := 0
	o.memory.Intercept(func(_ context.Context, operation string) error {
		if operation == "Load" {
			counted++
			panic("Millie Brown")
		}
		return nil
	})
	_, err := o.engine.RunMorning(t.Context())
	if counted == 0 {
		t.Fatal("nobody's notes were counted: this test shows nothing")
	}
	if err == nil || strings.Contains(err.Error(), "Millie") {
		t.Errorf("the morning says %v", err)
	}
	if n := len(o.digests(chairID)); n != 1 {
		t.Errorf("the chair has %d lists of what waits for her", n)
	}
}
