package engine

import (
	"errors"
	"slices"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

func readDirectory(t *testing.T, text string) *directory.Directory {
	t.Helper()
	d, err := directory.Read("directory.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// onStageOne is a challenge whose window runs from Wednesday on for five working days.
func (o *office) onStageOne() challenge.Snapshot {
	o.T.Helper()
	o.Now = storagetest.Monday
	c := o.raiseAndDeliver()
	o.Now = storagetest.AfterLapse
	o.Must(o.engine.RunUntilIdle(o.T.Context()))
	return o.Load(c.Challenge.ID)
}

func isAsked(c challenge.Snapshot, id string) bool {
	return slices.ContainsFunc(c.Challenge.CurrentOpening().Respondents, func(p challenge.Party) bool { return p.ID == id })
}

func TestOnTheMorningOnWhichCoverBeginsRunningQuestionsAreHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	waiting, second := o.onStageOne(), o.onStageOne()
	answered := o.onStageOne()
	o.Apply(answered, challenge.Respond{Opening: 2, Response: storagetest.NewResponse("Done.").Response}, managerID)
	if !isAsked(waiting, managerID) {
		t.Fatalf("asked are %+v", waiting.Challenge.CurrentOpening().Respondents)
	}
	o.people("cover: [{for: manager, by: own, from: 2026-03-06, to: 2026-03-09}]\n")
	due := waiting.Challenge.Due()

	o.at("2026-03-05 09:00")
	o.morning()
	if isAsked(o.Load(waiting.Challenge.ID), ownID) {
		t.Error("it was handed over on the day before the cover begins")
	}
	o.at("2026-03-06 09:00")
	if n, err := o.engine.Reconcile(t.Context()); n != 2 || err != nil {
		t.Errorf("%d were handed over, %v", n, err)
	}
	for _, c := range []challenge.Snapshot{waiting, second} {
		got := o.Load(c.Challenge.ID)
		if !isAsked(got, ownID) || isAsked(got, managerID) || !got.Challenge.Due().Equal(due) {
			t.Errorf("asked are %+v until %v, want until %v", got.Challenge.CurrentOpening().Respondents, got.Challenge.Due(), due)
		}
	}
	if m := o.lastMessage(ownID); m.Card != challenge.CardRespond {
		t.Errorf("the stand-in gets %s", m.Card)
	}
	if got := o.Load(answered.Challenge.ID); got.Challenge.State != challenge.StateAwaitingJudgement || len(got.Challenge.CurrentOpening().Handovers) != 0 {
		t.Errorf("what was answered was handed over: %+v", got.Challenge.CurrentOpening())
	}
	if n, err := o.engine.Reconcile(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}

	o.at("2026-03-10 09:00") // the cover has ended
	if n := o.morning(); n < 2 {
		t.Errorf("%d was done on the morning after", n)
	}
	got := o.Load(waiting.Challenge.ID)
	if !isAsked(got, managerID) || !isAsked(got, ownID) || !got.Challenge.Due().Equal(due) {
		t.Errorf("asked are %+v until %v, want both until %v", got.Challenge.CurrentOpening().Respondents, got.Challenge.Due(), due)
	}
	if m := o.lastMessage(managerID); m.Card != challenge.CardRespond {
		t.Errorf("who is back gets %s", m.Card)
	}
}

func TestTheMorningCountsWhatItHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.onStageOne()
	o.people("cover: [{for: manager, by: own, from: 2026-03-05, to: 2026-03-06}]\n")
	o.at("2026-03-05 09:00")
	if n := o.morning(); n != 1 {
		t.Errorf("%d was done", n)
	}
	if n := o.morning(); n != 0 {
		t.Errorf("a second time %d was done", n)
	}
}

// A stand-in who could not have been asked is passed by, and who oversees is told, once, that
// nobody is left.
func TestWhatCannotBeHandedOverStaysWhereItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.onStageOne()
	o.people("cover: [{for: manager, by: chair, from: 2026-03-05, to: 2026-03-06}]\n")
	o.at("2026-03-05 09:00")
	for i, want := range []int{1, 0} {
		if n, err := o.engine.Reconcile(t.Context()); n != want || err != nil {
			t.Errorf("round %d: %d, %v", i, n, err)
		}
	}
	got := o.Load(c.Challenge.ID)
	if got.Challenge.Seq != c.Challenge.Seq+1 || !isAsked(got, managerID) || !got.Challenge.Due().Equal(c.Challenge.Due()) {
		t.Errorf("asked are %+v, %d events more", got.Challenge.CurrentOpening().Respondents, got.Challenge.Seq-c.Challenge.Seq)
	}
	if want := []challenge.Gap{{Role: "team-manager", Name: "Priya Shah", Reason: challenge.GapAway}}; !slices.Equal(got.Challenge.Gaps, want) {
		t.Errorf("nobody is left: %+v", got.Challenge.Gaps)
	}
	if m := o.lastMessage(oversightID); m.Card != challenge.CardOversight {
		t.Errorf("who oversees gets %s", m.Card)
	}
}

func TestAFailureAtOneHandOverIsToldAndTheDatabasesEndsThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad, good := o.onStageOne(), o.onStageOne()
	o.people("cover: [{for: manager, by: own, from: 2026-03-05, to: 2026-03-06}, {for: worker, by: own, from: 2026-03-05, to: 2026-03-06}]\n")
	o.at("2026-03-05 09:00")
	for _, operation := range []string{"EachOpen", "Apply"} {
		o.failStore(operation, storage.ErrUnavailable)
		before := o.asked(operation)
		if _, err := o.engine.Reconcile(t.Context()); !errors.Is(err, storage.ErrUnavailable) || o.asked(operation) != before+1 {
			t.Errorf("%s: %v, asked %d times", operation, err, o.asked(operation)-before)
		}
		o.failStore(operation, nil)
		if isAsked(o.Load(good.Challenge.ID), ownID) {
			t.Error("it went on without a database")
		}
	}
	o.memory.Corrupt(bad.Challenge.ID)
	if _, err := o.engine.Reconcile(t.Context()); err == nil || errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("what cannot be read: %v", err)
	}
	if got := o.Load(good.Challenge.ID); !isAsked(got, ownID) {
		t.Errorf("the other is asked of %+v", got.Challenge.CurrentOpening().Respondents)
	}

	o = newOffice(t)
	o.onStageOne()
	for _, operation := range []string{"EachOpen", "Apply"} {
		o.people("cover: [{for: manager, by: own, from: 2026-03-05, to: 2026-03-06}]\n")
		o.at("2026-03-05 09:00")
		o.failStore(operation, errBroken)
		if _, err := o.engine.Reconcile(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", operation, err)
		}
		o.failStore(operation, nil)
	}
	o.morning() // the question is handed over
	o.people("")
	o.failStore("Apply", storage.ErrUnavailable)
	if _, err := o.engine.Reconcile(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("handing it back: %v", err)
	}

	other := newOffice(t)
	c := other.onStageOne()
	other.people("cover: [{for: manager, by: own, from: 2026-03-05, to: 2026-03-06}]\n")
	other.at("2026-03-05 09:00")
	other.failStore("Apply", errBroken)
	if n, err := other.engine.Reconcile(t.Context()); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := other.engine.RunMorning(t.Context()); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("the morning: %d, %v", n, err)
	}
	other.failStore("Apply", nil)
	if isAsked(other.Load(c.Challenge.ID), ownID) {
		t.Error("it was handed over all the same")
	}
}
