package story

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
)

// The database is backed up while people raise challenges, what comes after is lost, and the backup is
// restored into a database of its own. Nobody tells the bot: it finds it when it starts.
func TestAfterARestoreNoReferenceComesTwiceAndEveryQuestionIsAskedAgain(t *testing.T) {
	t.Parallel()
	restored := testDatabase(t)
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	before := s.Clock.Now()
	var kept backup
	var backupErr error
	var given []string
	runTogether(2, func(i int) {
		if i == 0 {
			kept, backupErr = takeBackup(t.Context(), s.options.DatabaseURL)
			return
		}
		given = s.raiseInStore(10)
	})
	if backupErr != nil {
		t.Fatal(backupErr)
	}
	s.settle()
	s.moveClock("Mon 30 Mar 2026 12:00")
	s.discardNews()
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil)) // this is lost
	given = append(given, s.raiseInStore(10)...)
	s.settle()
	s.turnOff()
	s.discardNews()

	s.options.DatabaseURL = restored
	kept.restore(t, restored)
	s.Clock.Set(s.parseClock("Mon 30 Mar 2026 15:00"))
	s.log.allow("the database was restored from a backup, or moved")
	for range 2 { // it is found once
		if err := s.startProgram(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.settle()
		s.turnOff()
	}
	if err := s.startProgram(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.App.RecordRestore(t.Context(), before); err != nil { // as somebody who is not sure that it worked
		t.Fatal(err)
	}
	s.settle()
	got := func(a *actor, texts ...string) string {
		var found []string
		for _, n := range a.TakeNew() {
			if text := n.String(); n.Change == practice.ChangePosted && !slices.ContainsFunc(texts, func(want string) bool { return !strings.Contains(text, want) }) {
				found = append(found, text)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s got %d messages with %q", a.Name, len(found), texts)
		}
		return found[0]
	}
	got(s.priya, r.ref, "Please answer by", "<Send the answer>", "restored from a backup")
	list := got(s.owen, "restored from a backup", r.ref+": Priya Shah")
	for _, ref := range given {
		_, err := s.App.Store.Load(t.Context(), storage.LookupKey{Ref: ref})
		if lost := errors.Is(err, storage.ErrNotFound); strings.Contains(list, ref) == lost {
			t.Errorf("%s is lost: %v, and the list says otherwise", ref, lost)
		}
	}
	if n := s.countEvents(r.ref, string(challenge.KindRestored)); n != 1 {
		t.Errorf("the trail says %d times that it was restored", n)
	}
	s.discardNews()
	for _, ref := range s.raiseInStore(20) {
		if slices.Contains(given, ref) {
			t.Errorf("%s is given twice", ref)
		}
	}
	s.settle()
	s.discardNews()
	s.verifyTrails()
	outages, err := s.App.Store.ListOutages(t.Context())
	if missing := (challenge.Outage{From: before.UTC(), To: s.Clock.Now().UTC()}); err != nil || !slices.Contains(outages, missing) {
		t.Errorf("silence counts in what is missing: the clock knows of %v, %v", outages, err)
	}
}
