package story

import (
	"maps"
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// "The IRO can make a referral to CAFCASS by contacting CAFCASS Legal initially by
// telephone (this is in respect of Children in Care only)", at any time, once the
// Nominated Officer has been informed. The bot never makes one.

// lookedAfterInputs is a challenge about a child who is looked after.
func lookedAfterInputs(more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"conference": "lac-review"}
	maps.Copy(in, more)
	return in
}

const referTitle = "Record a referral to CAFCASS"

// referralInputs fills in the referral on a card of the case.
func (s *stage) referralInputs(m *practice.Message, more practice.Inputs) practice.Inputs {
	in := practice.Inputs{
		s.fieldWithLabel(m, "Local Authority Nominated Officer was informed"):        "Grace Lloyd, 30 March, by telephone",
		s.fieldWithLabel(m, "Safeguarding and Review Service Manager was consulted"): "Grace Lloyd, 30 March",
		s.fieldWithLabel(m, "The call"):                                              "30 March 11:00, duty lawyer of CAFCASS Legal",
		s.fieldWithLabel(m, "Date of the referral"):                                  "2026-03-30",
	}
	for k, v := range more {
		in[s.fieldWithLabel(m, k)] = v
	}
	return in
}

func TestAReferralToCafcassIsOfferedForAChildInCareOnly(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	protection := s.raiseAndCollect(nil, s.tom, s.priya)
	if strings.Contains(protection.chair.String(), "CAFCASS") {
		t.Errorf("a referral is offered for a child who is not looked after")
	}
	s.maya.types("/refer " + protection.ref + " rang CAFCASS | Grace Lloyd | Grace Lloyd | urgent")
	s.maya.gets("A referral to CAFCASS is only for a child who is looked after.", "rang CAFCASS")

	care := s.raiseAndCollect(lookedAfterInputs(nil), s.tom, s.priya)
	expectText(t, "Maya", care.chair, "A referral to CAFCASS is your own decision; this bot never makes one.",
		"You need not wait for the formal process to end.", "CAFCASS Legal, first by telephone")
	for i, a := range []*actor{s.tom, s.priya} {
		expectNoText(t, a.Name, care.asked[i], "CAFCASS")
	}
}

func TestAReferralIsRecordedBesideTheLadderWithWhoWasInformedBefore(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(lookedAfterInputs(nil), s.tom, s.priya)
	s.moveClock("Mon 30 Mar 2026 12:00")

	for _, missing := range []struct{ label, marked string }{
		{"Local Authority Nominated Officer was informed", "Please say who was informed, and when."},
		{"Safeguarding and Review Service Manager was consulted", "Please say who was consulted, and when."},
		{"The call", "Please say when the call was made and with whom."},
		{"Date of the referral", "Please give the date of the referral."},
	} {
		in := s.referralInputs(r.chair, practice.Inputs{missing.label: ""})
		s.maya.clicksUnchecked(r.chair, "refer", in)
		expectMarked(t, r.chair, s.fieldWithLabel(r.chair, missing.label), missing.marked)
		delete(in, s.fieldWithLabel(r.chair, missing.label))
		s.expectNoNews()
	}
	in := s.referralInputs(r.chair, practice.Inputs{"Date of the referral": "2026-03-31"})
	s.maya.clicksUnchecked(r.chair, "refer", in)
	expectMarked(t, r.chair, s.fieldWithLabel(r.chair, "Date of the referral"), "This date cannot be in the future.")

	s.maya.clicks(r.chair, "refer", s.referralInputs(r.chair, practice.Inputs{"Note": "Contact is breaking down."}))
	expectText(t, "Maya", r.chair, "Maya Okafor referred this to CAFCASS on Monday 30 March 2026.", "30 March 11:00, duty lawyer of CAFCASS Legal",
		"Grace Lloyd, 30 March, by telephone", "Contact is breaking down.",
		"Waiting for an answer from Tom Reid (Social Worker) and Priya Shah (Team Manager)") // the ladder goes on
	s.owen.gets("What is waiting: Professional Challenge " + r.ref)
	s.expectNoNews()
	expectText(t, "Priya", r.asked[1], "Please answer by Tuesday 31 March 2026 at 17:00")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 12:00  Maya Okafor: referred informal")
}

func TestSilenceUpToTheTopNeverRefersToCafcass(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(lookedAfterInputs(atStage1(practice.Inputs{"start_at": "stage-4"}))))
	ref := s.lastRef()
	s.maya.types("/gate " + ref + " agreed")
	s.moveClock("Wed 8 Apr 2026 17:00")
	s.discardNews()
	chair := s.maya.findsMessage("Every stage of this procedure has been passed without agreement.")
	expectText(t, "Maya", chair, referTitle)
	s.moveClock("Fri 24 Apr 2026 17:00")
	s.discardNews()
	if trail := strings.Join(s.eventKinds(ref), " "); strings.Contains(trail, "referred") || !strings.Contains(trail, "exhausted nudged") {
		t.Errorf("the clock did another thing than to wait: %s", trail)
	}
}

func TestAReferralCanBeRecordedAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(lookedAfterInputs(atStage1(nil)), s.priya)
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	card := s.maya.gets("Is the answer good enough")
	s.maya.clicks(card, "Satisfied", nil)
	expectText(t, "Maya", card, "Settled on")
	s.maya.clicks(card, "refer", s.referralInputs(card, nil))
	expectText(t, "Maya", card, "Settled on", "Maya Okafor referred this to CAFCASS")
	s.owen.gets(r.ref)
}

func TestOnlyTheChairRecordsAReferral(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(lookedAfterInputs(nil), s.tom, s.priya)
	for _, a := range []*actor{s.tom, s.owen} {
		a.types("/refer " + r.ref + " rang CAFCASS | Grace Lloyd | Grace Lloyd | urgent")
		a.gets("Only the role \"IRO / CP chair\" makes a referral to CAFCASS.", "rang CAFCASS")
	}
	s.maya.types("/refer " + r.ref + " rang the duty lawyer at 11 | Grace Lloyd at 10 | Grace Lloyd on Friday | contact breaks down")
	s.maya.gets("Maya Okafor referred this to CAFCASS on Monday 30 March 2026.", "rang the duty lawyer at 11", "Grace Lloyd at 10", "Grace Lloyd on Friday",
		"contact breaks down")
	s.owen.gets("What is waiting")
}
