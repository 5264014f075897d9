package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Issues Resolution and Challenge Protocol, 2.4: times are maximum times, and may be
// shorter for "the age of the child and the nature of the concern".

// shortenedInputs asks on a form or a card for an answer within so many working days.
func shortenedInputs(days, why string) practice.Inputs {
	return practice.Inputs{"shorter_days": days, "shorter_reason": why}
}

func TestTheChairAsksForTheFirstAnswerSoonerAndSaysWhy(t *testing.T) {
	t.Parallel()
	s := open(t, "issues-resolution-cp")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	in := raiseInputs(shortenedInputs("2", "A baby of six weeks."))
	in["categories"] = "other"
	for _, wrong := range []struct{ days, why, field, said string }{
		{"5", "A baby.", "shorter_days", "The procedure gives until Wednesday 8 April 2026. Please ask for less than that, or leave this empty."},
		{"two", "A baby.", "shorter_days", "Please give a number of working days, 1 at the least."},
		{"2", "", "shorter_reason", "Please say why the answer is needed sooner."},
	} {
		in["shorter_days"], in["shorter_reason"] = wrong.days, wrong.why
		s.maya.clicks(form, "Send the challenge", in)
		expectMarked(t, form, wrong.field, wrong.said)
		expectInputsKept(t, "Maya", form, in)
		s.expectNoNews()
	}
	in["shorter_days"], in["shorter_reason"] = "2", "A baby of six weeks."
	s.maya.clicks(form, "Continue", in)
	expectText(t, "Maya", form, "asked to answer by Wednesday 1 April 2026 at 17:00.", "A baby of six weeks.")
	s.maya.clicks(form, "Send the challenge", nil)

	ref := s.lastRef()
	const working = "A shorter time was asked for: 2 working days; the procedure would have given until Wednesday 8 April 2026."
	for _, a := range []*actor{s.tom, s.priya} {
		a.gets(ref, "Please answer by Wednesday 1 April 2026 at 17:00", working, "Counted: Tue 31 Mar, Wed 1 Apr.", "A baby of six weeks.")
	}
	s.maya.gets(ref, working, "Why the answer is needed sooner: A baby of six weeks.")
	s.north.gets("An answer is due by Wednesday 1 April 2026 at 17:00.")
	s.moveClock("Wed 1 Apr 2026 09:00")
	expectNoText(t, "Tom", s.tom.gets("Reminder", working), "six weeks")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 17:00")
	s.maya.gets("Decide to go on", "Before IRO Level 1")
	s.discardNews()
}

func TestTheChairAsksForTheNextAnswerSooner(t *testing.T) {
	t.Parallel()
	s := open(t, "issues-resolution-cp")
	r := s.raiseAndCollect(practice.Inputs{"categories": "other"}, s.tom, s.priya)
	s.tom.clicks(r.asked[0], "Send the answer", practice.Inputs{"text": "We spoke.", "held_on": "2026-03-30", "present": "Maya, Tom", "action": "None", "outcome": "None"})
	judge := s.maya.gets("Is the answer good enough", "To do this by typing: /satisfied "+r.ref+"  or  /partly "+r.ref+
		" reason [| working days | why sooner]  or  /not-satisfied "+r.ref+" reason [| working days | why sooner]")
	in := practice.Inputs{"reason": "Nothing has changed."}
	for k, v := range shortenedInputs("30", "A baby of six weeks.") {
		in[k] = v
	}
	s.maya.clicks(judge, "Not satisfied", in)
	expectMarked(t, judge, "shorter_days", "The procedure gives until Friday 10 April 2026.")
	s.maya.types("/not-satisfied " + r.ref + " Nothing has changed. | 3 | A baby of six weeks.")
	s.tom.gets(r.ref+" · IRO Level 1 Discussion", "Please answer by Thursday 2 April 2026 at 17:00",
		"A shorter time was asked for: 3 working days; the procedure would have given until Friday 10 April 2026.", "A baby of six weeks.")
	s.discardNews()
}

func TestNobodyAsksForLessWhereTheProcedureDoesNotSaySo(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	expectNoText(t, "Maya", form, "sooner")
	if in, offered := form.Card().Input("shorter_days"); offered {
		t.Errorf("%q is asked for", in.Label)
	}
	s.maya.clicks(form, "Send the challenge", raiseInputs(nil))
	s.discardNews()
	ref := s.lastRef()
	s.tom.types("/respond " + ref + " We agree. | A visit; duty worker; 2026-04-02")
	s.discardNews()
	s.maya.types("/not-satisfied " + ref + " No | 1 | Because.")
	s.discardNews()
	if last := s.load(ref).History; s.load(ref).Challenge.ShorterWindow != nil {
		t.Errorf("a shorter time is recorded: %s", last[len(last)-1].Data)
	}
}
