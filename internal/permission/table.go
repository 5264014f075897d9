package permission

import (
	"fmt"
	"strings"
)

// kind is a kind of person as the table of rights tells them apart.
type kind struct {
	name  string
	facts Facts
}

// kinds of person, each with nothing but what makes them that.
var kinds = []kind{
	{"who raised it (the chair)", Facts{Listed: true, Chair: true}},
	{"the same, of an urgent challenge", Facts{Listed: true, Chair: true, Urgent: true}},
	{"stand-in of the chair", Facts{Listed: true, ChairStandIn: true}},
	{"who is asked", Facts{Listed: true, Asked: true, EverAsked: true}},
	{"whose answer waits for a verdict", Facts{Listed: true, Asked: true, Answered: true, EverAsked: true}},
	{"who records for somebody without an account", Facts{Listed: true, Asked: true, Records: true, Involved: true}},
	{"stand-in of who is asked", Facts{Listed: true, AnswersFor: true}},
	{"who was asked before", Facts{Listed: true, EverAsked: true, Involved: true}},
	{"the judge", Facts{Listed: true, Judge: true, Involved: true}},
	{"stand-in of the judge", Facts{Listed: true, JudgeStandIn: true}},
	{"oversight", Facts{Listed: true, Oversees: true}},
	{"oversight who is or was asked", Facts{Listed: true, Oversees: true, EverAsked: true}},
	{"who keeps or watches the register, where the procedure names them", Facts{Listed: true, Registers: true}},
	{"who writes a case note, where the procedure names them", Facts{Listed: true, WritesNotes: true}},
	{"who may refer outside, where the procedure allows it now", Facts{Listed: true, Refers: true, ReferralPossible: true}},
	{"who may take it to the next step, where the procedure names them", Facts{Listed: true, TakesFurther: true, Involved: true}},
	{"who is told beside a step, or was needed at a gate", Facts{Listed: true, Involved: true}},
	{"for whom a gate waits", Facts{Listed: true, GateParty: true}},
	{"who stood in and acted", Facts{Listed: true, Acted: true}},
	{"anybody else in the directory", Facts{Listed: true}},
	{"who was asked and has left the directory", Facts{EverAsked: true}},
	{"the chair who has left the directory", Facts{Chair: true}},
}

// states of a challenge, as far as rights depend on them.
var states = []struct {
	name string
	set  func(*Facts)
}{
	{"answer awaited", func(f *Facts) { f.AwaitsResponse = true }},
	{"judgement awaited", func(f *Facts) { f.AwaitsJudgement = true }},
	{"at a gate, or past the top", func(f *Facts) { f.Waits = true }},
	{"ended", func(*Facts) {}},
}

// MarkdownTable is the table of who may do what in which state, as the README has it.
func MarkdownTable() string {
	var b strings.Builder
	b.WriteString("| who |")
	for _, s := range states {
		fmt.Fprintf(&b, " %s |", s.name)
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(states)) + "|\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s |", k.name)
		for _, s := range states {
			f := k.facts
			s.set(&f)
			b.WriteString(" " + strings.Join(Decide(f).names(), ", ") + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// names are the rights in words; "nothing" without any.
func (r Rights) names() []string {
	var names []string
	for _, right := range []struct {
		has  bool
		name string
	}{
		{r.Read, "read"}, {r.FindInRegister, "find in the register"}, {r.Answer, "answer"}, {r.Replace, "replace the answer"}, {r.Acknowledge, "acknowledge"}, {r.PassOn, "pass on"}, {r.AskBack, "ask back"}, {r.AnswerQuestion, "answer a question"}, {r.RecordAsking, "record that they were asked"}, {r.Judge, "judge"},
		{r.RemindNow, "remind"}, {r.Settle, "settle"}, {r.Withdraw, "withdraw"}, {r.HandOff, "hand off"}, {r.Skip, "skip"}, {r.Move, "move"}, {r.Correct, "correct"}, {r.WriteNotes, "write case notes"},
		{r.AskToEnd, "ask to end"}, {r.NameSuccessor, "name a chair's successor"}, {r.HandOver, "hand over to a stand-in"}, {r.Release, "release after an outage"}, {r.LiftUrgency, "lift the urgency"}, {r.Escalate, "take it further"},
		{r.Refer, "refer"}, {r.Shorten, "shorten"}, {r.KeepLate && !r.Answer, "late response kept"},
	} {
		if right.has {
			names = append(names, right.name)
		}
	}
	if len(names) == 0 {
		return []string{"nothing"}
	}
	return names
}
