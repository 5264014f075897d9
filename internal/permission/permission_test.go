package permission

import (
	"math/bits"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheReadmesTableIsTheRules holds the table that people read against the rules.
func TestTheReadmesTableIsTheRules(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if table := MarkdownTable(); !strings.Contains(string(readme), table) {
		t.Errorf("the README's table of rights is not this one:\n%s", table)
	}
}

// TestWhoMayDoWhat is the table, row by row, as the procedures and the owner want it.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	want := []string{
		"who raised it (the chair): read, find in the register, answer a question, remind, settle, withdraw, hand off, skip, move, correct, write case notes; read, find in the register, withdraw, hand off, skip, move, correct, write case notes; read, find in the register, settle, withdraw, hand off, skip, move, correct, write case notes; read, find in the register, correct, write case notes",
		"the same, of an urgent challenge: read, find in the register, answer a question, remind, settle, withdraw, hand off, skip, move, correct, write case notes, lift the urgency; read, find in the register, withdraw, hand off, skip, move, correct, write case notes, lift the urgency; read, find in the register, settle, withdraw, hand off, skip, move, correct, write case notes, lift the urgency; read, find in the register, correct, write case notes",
		"stand-in of the chair: nothing; nothing; read, settle; nothing",
		"who is asked: read, answer, acknowledge, pass on, ask back; read, late response kept; read, late response kept; read, late response kept",
		"whose answer waits for a verdict: read, answer, acknowledge, pass on, ask back; read, replace the answer, late response kept; read, late response kept; read, late response kept",
		"who records for somebody without an account: read, answer, record that they were asked; read; read; read",
		"stand-in of who is asked: read, answer; nothing; nothing; nothing",
		"who was asked before: read, late response kept; read, late response kept; read, late response kept; read, late response kept",
		"the judge: read; read, judge; read, settle; read",
		"stand-in of the judge: nothing; read, judge; read, settle; nothing",
		"oversight: read, find in the register, ask to end, name a chair's successor, hand over to a stand-in, release after an outage; read, find in the register, ask to end, name a chair's successor, hand over to a stand-in; read, find in the register, ask to end, name a chair's successor, hand over to a stand-in; read, find in the register",
		"oversight who is or was asked: read, find in the register, late response kept; read, find in the register, late response kept; read, find in the register, late response kept; read, find in the register, late response kept",
		"who keeps or watches the register, where the procedure names them: read, find in the register; read, find in the register; read, find in the register; read, find in the register",
		"who writes a case note, where the procedure names them: read, write case notes; read, write case notes; read, write case notes; read, write case notes",
		"who may refer outside, where the procedure allows it now: read, refer; read, refer; read, refer; read, refer",
		"who may take it to the next step, where the procedure names them: read, take it further; read, take it further; read; read",
		"who is told beside a step, or was needed at a gate: read; read; read; read",
		"for whom a gate waits: read; read; read; read",
		"who stood in and acted: read; read; read; read",
		"anybody else in the directory: nothing; nothing; nothing; nothing",
		"who was asked and has left the directory: late response kept; late response kept; late response kept; late response kept",
		"the chair who has left the directory: nothing; nothing; nothing; nothing",
	}
	var got []string
	for _, row := range strings.Split(strings.TrimSpace(MarkdownTable()), "\n")[2:] {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		got = append(got, cells[0]+": "+strings.Join(cells[1:], "; "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// eachFacts calls f with every combination of facts that can be.
func eachFacts(f func(Facts)) {
	n := reflect.TypeFor[Facts]().NumField()
	var facts Facts
	v := reflect.ValueOf(&facts).Elem()
	for count := range 1 << n {
		if count > 0 { // one fact changes at a time
			i := bits.TrailingZeros(uint(count))
			v.Field(i).SetBool(!v.Field(i).Bool())
		}
		if facts.AwaitsResponse && facts.AwaitsJudgement || facts.AwaitsResponse && facts.Waits || facts.AwaitsJudgement && facts.Waits {
			continue
		}
		f(facts)
	}
}

func TestTheRulesHoldInEveryCase(t *testing.T) {
	t.Parallel()
	eachFacts(func(f Facts) {
		r := Decide(f)
		acts := r.acts()
		ends := r.Withdraw || r.HandOff
		afterTheEnd := r
		afterTheEnd.Refer, afterTheEnd.Correct, afterTheEnd.WriteNotes = false, false, false // these are done then too
		switch {
		case !f.Listed && (r.Read || acts):
			t.Errorf("who is not in the directory may %+v: %+v", r, f)
		case acts && !r.Read:
			t.Errorf("who may do something may not read it, %+v: %+v", r, f)
		case ends && !f.Chair:
			t.Errorf("somebody other than the chair ends it: %+v", f)
		case f.EverAsked && (r.Judge || r.AskToEnd || r.NameSuccessor || r.HandOver || r.Shorten):
			t.Errorf("who was asked decides, %+v: %+v", r, f)
		case f.EverAsked && r.Settle && !f.Chair:
			t.Errorf("who was asked settles: %+v", f)
		case r.Correct && !f.Chair:
			t.Errorf("somebody other than the chair corrects what the chair wrote: %+v", f)
		case r.WriteNotes && !f.Chair && !f.WritesNotes:
			t.Errorf("somebody whom the procedure does not name writes a note: %+v", f)
		case !f.Open() && afterTheEnd.acts():
			t.Errorf("something may be done to a challenge that has ended: %+v: %+v", r, f)
		case f.Listed && f.EverAsked && !r.KeepLate:
			t.Errorf("a late response would be lost: %+v", f)
		}
	})
}

func TestAGateIsForItsOpenerAndForThoseConsulted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		facts Facts
		gate  GateFacts
		want  GateRights
	}{
		{"opener", Facts{Listed: true}, GateFacts{Opener: true, Refusable: true}, GateRights{Pass: true, NotAgreed: true}},
		{"opener of one that nobody can refuse", Facts{Listed: true}, GateFacts{Opener: true}, GateRights{Pass: true}},
		{"consulted", Facts{Listed: true}, GateFacts{Consulted: true, Refusable: true}, GateRights{Pass: true, NotAgreed: true}},
		{"opener, not agreed", Facts{Listed: true}, GateFacts{Opener: true, Refusable: true, NotAgreed: true, Overridable: true},
			GateRights{Pass: true, Override: true}},
		{"opener, not agreed, no override", Facts{Listed: true}, GateFacts{Opener: true, Refusable: true, NotAgreed: true}, GateRights{Pass: true}},
		{"consulted, not agreed", Facts{Listed: true}, GateFacts{Consulted: true, Refusable: true, NotAgreed: true, Overridable: true},
			GateRights{Pass: true}},
		{"stand-in", Facts{Listed: true}, GateFacts{Opener: true, StandIn: true}, GateRights{Pass: true}},
		{"stand-in who was asked", Facts{Listed: true, EverAsked: true}, GateFacts{Opener: true, StandIn: true}, GateRights{}},
		{"opener who was asked", Facts{Listed: true, EverAsked: true}, GateFacts{Opener: true}, GateRights{Pass: true}},
		{"cleared", Facts{Listed: true}, GateFacts{Opener: true, Cleared: true, Refusable: true}, GateRights{}},
		{"has left", Facts{}, GateFacts{Opener: true, Refusable: true}, GateRights{}},
		{"nobody's", Facts{Listed: true, Oversees: true}, GateFacts{Refusable: true}, GateRights{}},
	} {
		got := DecideGate(test.facts, test.gate)
		if got != test.want {
			t.Errorf("%s: %+v, not %+v", test.name, got, test.want)
		}
		if got.Any() != (got != GateRights{}) {
			t.Errorf("%s: Any is %v", test.name, got.Any())
		}
	}
}

// What is left out of the table: each fact that takes a right away or gives one.
func TestEachRightNeedsEachOfItsFacts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		facts Facts
		has   func(Rights) bool
		needs []string // facts without which the right is gone
		bars  []string // facts with which it is gone
	}{
		{"refer", Facts{Listed: true, Refers: true, ReferralPossible: true}, func(r Rights) bool { return r.Refer && r.Read },
			[]string{"Listed", "Refers", "ReferralPossible"}, nil},
		{"shorten", Facts{Listed: true, AwaitsJudgement: true, Shortens: true}, func(r Rights) bool { return r.Shorten && r.Read },
			[]string{"Listed", "AwaitsJudgement", "Shortens"}, []string{"EverAsked"}},
		{"judge", Facts{Listed: true, AwaitsJudgement: true, Judge: true}, func(r Rights) bool { return r.Judge && r.Read },
			[]string{"Listed", "AwaitsJudgement", "Judge"}, []string{"EverAsked"}},
		{"judge for another", Facts{Listed: true, AwaitsJudgement: true, JudgeStandIn: true}, func(r Rights) bool { return r.Judge },
			[]string{"JudgeStandIn"}, []string{"EverAsked"}},
		{"settle for the chair", Facts{Listed: true, Waits: true, ChairStandIn: true}, func(r Rights) bool { return r.Settle },
			[]string{"Listed", "Waits", "ChairStandIn"}, []string{"EverAsked"}},
		{"hand over", Facts{Listed: true, AwaitsResponse: true, Oversees: true}, func(r Rights) bool { return r.HandOver },
			[]string{"Listed", "AwaitsResponse", "Oversees"}, []string{"EverAsked"}},
		{"ask to end", Facts{Listed: true, Waits: true, Oversees: true}, func(r Rights) bool { return r.AskToEnd },
			[]string{"Listed", "Waits", "Oversees"}, []string{"EverAsked", "Chair"}},
		{"name a successor", Facts{Listed: true, Waits: true, Oversees: true}, func(r Rights) bool { return r.NameSuccessor },
			[]string{"Listed", "Waits", "Oversees"}, []string{"EverAsked"}},
		{"record the asking", Facts{Listed: true, AwaitsResponse: true, Records: true}, func(r Rights) bool { return r.RecordAsking && r.Read },
			[]string{"Listed", "AwaitsResponse", "Records"}, nil},
		{"answer for another", Facts{Listed: true, AwaitsResponse: true, AnswersFor: true}, func(r Rights) bool { return r.Answer && r.Read },
			[]string{"Listed", "AwaitsResponse", "AnswersFor"}, nil},
	} {
		if !test.has(Decide(test.facts)) {
			t.Errorf("%s: not given to %+v", test.name, test.facts)
		}
		for value, names := range map[bool][]string{false: test.needs, true: test.bars} {
			for _, name := range names {
				other := test.facts
				reflect.ValueOf(&other).Elem().FieldByName(name).SetBool(value)
				if test.has(Decide(other)) {
					t.Errorf("%s: given though %s is %v", test.name, name, value)
				}
			}
		}
	}
}

// Whatever can be done in some state is a right in every state at once.
func TestInEveryStateHasTheRightsOfEachState(t *testing.T) {
	t.Parallel()
	everywhere := Decide(Facts{Listed: true, Chair: true, Judge: true, Oversees: true, Asked: true, Refers: true}.InEveryState())
	if !everywhere.Answer || !everywhere.Judge || !everywhere.Settle || !everywhere.Withdraw || !everywhere.HandOver || !everywhere.Refer {
		t.Errorf("%+v", everywhere)
	}
	if r := Decide(Facts{Listed: true}.InEveryState()); !reflect.DeepEqual(r, Rights{}) {
		t.Errorf("somebody without a part may %+v", r)
	}
}

func TestAGatesKeyNamesItsRung(t *testing.T) {
	t.Parallel()
	if a, b := GateKey("stage-1", "own"), GateKey("stage-2", "own"); a == b || a != "stage-1/own" {
		t.Errorf("%s, %s", a, b)
	}
}

func TestWhoeverMayDoAnythingActs(t *testing.T) {
	t.Parallel()
	typ := reflect.TypeFor[Rights]()
	for i := range typ.NumField() {
		if typ.Field(i).Type.Kind() != reflect.Bool {
			continue
		}
		var r Rights
		reflect.ValueOf(&r).Elem().Field(i).SetBool(true)
		if name := typ.Field(i).Name; r.acts() != (name != "Read" && name != "FindInRegister" && name != "KeepLate") {
			t.Errorf("%s alone: acts is %v", name, r.acts())
		}
	}
}
