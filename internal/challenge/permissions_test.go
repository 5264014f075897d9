package challenge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// smallLadder is a ladder of two rungs with one of everything.
var smallLadder = challengetest.ParseLadder(`
ladder: small
version: 1
title: Small
authority: Exampleshire
source: a test
plans: [child-protection, looked-after]
party: internal
words: {challenge: challenge, rung: step, chair: Conference chair, child: child, record_id: LCS number, conference: conference}
roles:
  team-manager: Team Manager
  service-manager: Service Manager
  own-service-manager: Own Service Manager
  nominated-officer: Nominated Officer
  oversight: Oversight
case: {starts: first-raise}
categories: [{id: drift, label: Drift}, {id: placement, label: Placement, plans: [looked-after]}]
rungs:
  - {id: r1, label: Step 1, kind: formal, source: a test, respond: {roles: [team-manager]}, window: 5 working days, form: plan}
  - id: r2
    label: Step 2
    kind: formal
    source: a test
    respond: {roles: [service-manager]}
    window: 5 working days
    form: reply
    gates:
      - {id: own, label: Consult your own Service Manager, kind: consult, with: own-service-manager, needs: agreed, override: true, ahead: true, source: a test}
skips:
  - {to: [r2], grounds: [{id: urgent, label: Urgent}], source: a test}
hand_offs: [{id: elsewhere, label: Another procedure, source: a test}]
external: {to: CAFCASS, source: a test, by: chair, only_looked_after: true, any_time: true, inform_before: [nominated-officer]}
`)

// life is a challenge taken forward by hand.
type life struct {
	t   testing.TB
	env challenge.Env
	c   challenge.Challenge
	// last is what the last command did.
	last challenge.Change
	// teamsAway: Teams takes no card. Otherwise it takes each at once that asks for something.
	teamsAway bool
}

// raiseLife raises a challenge of Anna's in the team North.
func raiseLife(t testing.TB, l *ladder.Ladder, clock string, change ...func(*challenge.RaiseCommand)) *life {
	t.Helper()
	x := &life{t: t, env: challenge.Env{Now: challengetest.At(clock), Calendar: calendar, Ladder: l, Directory: office}}
	r := challengetest.RaiseCommand(x.env, "north", 1)
	for _, f := range change {
		f(&r)
	}
	made, err := challenge.Raise(r, challengetest.Person("anna"), x.env)
	if err != nil {
		t.Fatalf("raising: %+v", err)
	}
	x.goOn(made)
	return x
}

// goOn goes on from a change, once Teams has taken the cards that ask for something.
func (x *life) goOn(change challenge.Change) {
	x.last, x.c = change, change.Next
	if !x.teamsAway {
		x.c, _ = challengetest.Deliver(change, x.env)
	}
}

// raiseUnasked is raiseLife while Teams takes no card.
func raiseUnasked(t testing.TB, l *ladder.Ladder, clock string, change ...func(*challenge.RaiseCommand)) *life {
	t.Helper()
	x := raiseLife(t, l, clock, change...)
	x.c, x.teamsAway = x.last.Next, true
	return x
}

func lookedAfter(r *challenge.RaiseCommand) { r.Details.Conference = challenge.CareReview }

func (x *life) at(clock string) *life {
	x.env.Now = challengetest.At(clock)
	return x
}

// try gives a command and returns what came of it: ok, nothing, the code of the
// refusal, or "kept" and the code.
func (x *life) try(who string, cmd challenge.Command) string {
	x.t.Helper()
	by := challenge.System
	if who != "" {
		by = challengetest.Person(who)
	}
	before := asFullJSON(x.c)
	change, err := x.c.Decide(cmd, by, x.env)
	var r *challenge.Refusal
	switch {
	case errors.As(err, &r):
		if change.HasEvents() || asFullJSON(x.c) != before {
			x.t.Errorf("%T was refused and changed something", cmd)
		}
		return string(r.Code)
	case err != nil:
		x.t.Fatal(err)
	case !change.HasEvents():
		return "nothing"
	}
	x.goOn(change)
	if change.Refusal != nil {
		return "kept, " + string(change.Refusal.Code)
	}
	return "ok"
}

// do gives a command that must succeed.
func (x *life) do(who string, cmd challenge.Command) *life {
	x.t.Helper()
	if got := x.try(who, cmd); got != "ok" {
		x.t.Fatalf("%s, %T in %s: %s", who, cmd, x.c.State, got)
	}
	return x
}

func (x *life) respond() challenge.Respond {
	opening := x.c.CurrentOpening()
	rung, _ := x.env.Ladder.RungByID(opening.Rung)
	return challenge.Respond{Opening: opening.Number, Response: challengetest.CompleteResponse(rung, x.env)}
}

func (x *life) judge(v challenge.Verdict) challenge.Judge {
	return challenge.Judge{Opening: len(x.c.Openings), Verdict: v, Reason: "The plan names no date."}
}

func recordOwnGate(s challenge.GateStatus) challenge.RecordGate {
	return challenge.RecordGate{Rung: "r2", Gate: "own", Status: s, Note: "We spoke."}
}

// inState is a challenge under the small ladder brought to a state.
func inState(t testing.TB, s challenge.State) *life { return inStateOf(t, smallLadder, s) }

// inStateOf is inState for a variant of the small ladder.
func inStateOf(t testing.TB, l *ladder.Ladder, s challenge.State) *life {
	x := raiseLife(t, l, "2026-06-01 10:00", lookedAfter)
	switch s {
	case challenge.StateAwaitingJudgement:
		x.do("tess", x.respond())
	case challenge.StateHeldAtGate:
		x.do("tess", x.respond()).do("anna", x.judge(challenge.NotSatisfied))
	case challenge.StateExhausted:
		x.do("anna", challenge.SkipTo{To: "r2", Ground: "urgent", Evidence: "It is."}).do("anna", recordOwnGate(challenge.GatePassed))
		x.at("2026-06-08 17:00").do("", challenge.Tick{})
	case challenge.StateResolved:
		x.do("tess", x.respond()).do("anna", x.judge(challenge.Satisfied))
	case challenge.StateWithdrawn:
		x.do("anna", challenge.Withdraw{Reason: "Raised twice."})
	case challenge.StateHandedOff:
		x.do("anna", challenge.HandOff{To: "elsewhere", Reason: "It belongs there."})
	}
	if x.c.State != s {
		t.Fatalf("wanted %s, is %s", s, x.c.State)
	}
	return x
}

// whoMayWhat is the whole table: anna raised the challenge, tess is asked on r1,
// una stands in for the consulted service manager, otto oversees, zed is nobody.
const whoMayWhat = `
command          state               anna         tess              una          otto       zed        clock
respond          awaiting_response   not_yours    ok                not_yours    not_yours  not_yours  not_yours
respond          awaiting_judgement  not_yours    already           not_yours    not_yours  not_yours  not_yours
respond          held_at_gate        not_yours    already           not_yours    not_yours  not_yours  not_yours
respond          exhausted           not_yours    kept, moved_on    not_yours    not_yours  not_yours  not_yours
respond          resolved            not_yours    closed            not_yours    not_yours  not_yours  not_yours
respond          withdrawn           not_yours    kept, closed      not_yours    not_yours  not_yours  not_yours
respond          handed_off          not_yours    kept, closed      not_yours    not_yours  not_yours  not_yours
satisfied        awaiting_response   ok           not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        awaiting_judgement  ok           not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        held_at_gate        ok           not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        exhausted           ok           not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        resolved            closed       not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        withdrawn           closed       not_yours         not_yours    not_yours  not_yours  not_yours
satisfied        handed_off          closed       not_yours         not_yours    not_yours  not_yours  not_yours
partly           awaiting_response   moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
partly           awaiting_judgement  ok           not_yours         not_yours    not_yours  not_yours  not_yours
partly           held_at_gate        moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
partly           exhausted           moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
partly           resolved            closed       not_yours         not_yours    not_yours  not_yours  not_yours
partly           withdrawn           closed       not_yours         not_yours    not_yours  not_yours  not_yours
partly           handed_off          closed       not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    awaiting_response   moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    awaiting_judgement  ok           not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    held_at_gate        moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    exhausted           moved_on     not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    resolved            closed       not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    withdrawn           closed       not_yours         not_yours    not_yours  not_yours  not_yours
not satisfied    handed_off          closed       not_yours         not_yours    not_yours  not_yours  not_yours
gate agreed      awaiting_response   ok           not_yours         ok           not_yours  not_yours  not_yours
gate agreed      awaiting_judgement  ok           not_yours         ok           not_yours  not_yours  not_yours
gate agreed      held_at_gate        ok           not_yours         ok           not_yours  not_yours  not_yours
gate agreed      exhausted           closed       closed            closed       closed     closed     closed
gate agreed      resolved            closed       closed            closed       closed     closed     closed
gate agreed      withdrawn           closed       closed            closed       closed     closed     closed
gate agreed      handed_off          closed       closed            closed       closed     closed     closed
gate refused     awaiting_response   ok           not_yours         ok           not_yours  not_yours  not_yours
gate refused     awaiting_judgement  ok           not_yours         ok           not_yours  not_yours  not_yours
gate refused     held_at_gate        ok           not_yours         ok           not_yours  not_yours  not_yours
gate refused     exhausted           closed       closed            closed       closed     closed     closed
gate refused     resolved            closed       closed            closed       closed     closed     closed
gate refused     withdrawn           closed       closed            closed       closed     closed     closed
gate refused     handed_off          closed       closed            closed       closed     closed     closed
gate override    awaiting_response   not_allowed  not_yours         not_allowed  not_yours  not_yours  not_yours
gate override    awaiting_judgement  not_allowed  not_yours         not_allowed  not_yours  not_yours  not_yours
gate override    held_at_gate        not_allowed  not_yours         not_allowed  not_yours  not_yours  not_yours
gate override    exhausted           closed       closed            closed       closed     closed     closed
gate override    resolved            closed       closed            closed       closed     closed     closed
gate override    withdrawn           closed       closed            closed       closed     closed     closed
gate override    handed_off          closed       closed            closed       closed     closed     closed
skip             awaiting_response   ok           not_yours         not_yours    not_yours  not_yours  not_yours
skip             awaiting_judgement  ok           not_yours         not_yours    not_yours  not_yours  not_yours
skip             held_at_gate        not_allowed  not_yours         not_yours    not_yours  not_yours  not_yours
skip             exhausted           closed       not_yours         not_yours    not_yours  not_yours  not_yours
skip             resolved            closed       not_yours         not_yours    not_yours  not_yours  not_yours
skip             withdrawn           closed       not_yours         not_yours    not_yours  not_yours  not_yours
skip             handed_off          closed       not_yours         not_yours    not_yours  not_yours  not_yours
withdraw         awaiting_response   ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
withdraw         awaiting_judgement  ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
withdraw         held_at_gate        ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
withdraw         exhausted           ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
withdraw         resolved            closed       not_yours         not_yours    closed     not_yours  not_yours
withdraw         withdrawn           closed       not_yours         not_yours    closed     not_yours  not_yours
withdraw         handed_off          closed       not_yours         not_yours    closed     not_yours  not_yours
hand off         awaiting_response   ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
hand off         awaiting_judgement  ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
hand off         held_at_gate        ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
hand off         exhausted           ok           not_yours         not_yours    kept, not_yours not_yours  not_yours
hand off         resolved            closed       not_yours         not_yours    closed     not_yours  not_yours
hand off         withdrawn           closed       not_yours         not_yours    closed     not_yours  not_yours
hand off         handed_off          closed       not_yours         not_yours    closed     not_yours  not_yours
refer            awaiting_response   ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            awaiting_judgement  ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            held_at_gate        ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            exhausted           ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            resolved            ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            withdrawn           ok           not_yours         not_yours    not_yours  not_yours  not_yours
refer            handed_off          ok           not_yours         not_yours    not_yours  not_yours  not_yours
tick             awaiting_response   nothing      nothing           nothing      nothing    nothing    nothing
tick             awaiting_judgement  nothing      nothing           nothing      nothing    nothing    nothing
tick             held_at_gate        nothing      nothing           nothing      nothing    nothing    nothing
tick             exhausted           nothing      nothing           nothing      nothing    nothing    nothing
tick             resolved            nothing      nothing           nothing      nothing    nothing    nothing
tick             withdrawn           nothing      nothing           nothing      nothing    nothing    nothing
tick             handed_off          nothing      nothing           nothing      nothing    nothing    nothing
`

func TestWhoMayWhatInEveryState(t *testing.T) {
	states := []challenge.State{challenge.StateAwaitingResponse, challenge.StateAwaitingJudgement, challenge.StateHeldAtGate,
		challenge.StateExhausted, challenge.StateResolved, challenge.StateWithdrawn, challenge.StateHandedOff}
	actors := []string{"anna", "tess", "una", "otto", "zed", ""}
	commands := []struct {
		name string
		make func(*life) challenge.Command
	}{
		{"respond", func(x *life) challenge.Command {
			rung, _ := smallLadder.RungByID("r1")
			return challenge.Respond{Opening: 1, Response: challengetest.CompleteResponse(rung, x.env)}
		}},
		{"satisfied", func(x *life) challenge.Command { return x.judge(challenge.Satisfied) }},
		{"partly", func(x *life) challenge.Command { return x.judge(challenge.Partly) }},
		{"not satisfied", func(x *life) challenge.Command { return x.judge(challenge.NotSatisfied) }},
		{"gate agreed", func(x *life) challenge.Command { return recordOwnGate(challenge.GatePassed) }},
		{"gate refused", func(x *life) challenge.Command { return recordOwnGate(challenge.GateNotAgreed) }},
		{"gate override", func(x *life) challenge.Command { return recordOwnGate(challenge.GateOverridden) }},
		{"skip", func(x *life) challenge.Command {
			return challenge.SkipTo{To: "r2", Ground: "urgent", Evidence: "A new injury."}
		}},
		{"withdraw", func(x *life) challenge.Command { return challenge.Withdraw{Reason: "Raised twice."} }},
		{"hand off", func(x *life) challenge.Command {
			return challenge.HandOff{To: "elsewhere", Reason: "It belongs there."}
		}},
		{"refer", func(x *life) challenge.Command {
			return challenge.Refer{Referral: challenge.Referral{Contact: "By telephone.", On: x.env.Today(), Informed: map[directory.Role]string{"nominated-officer": "Nora, today"}}}
		}},
		{"tick", func(x *life) challenge.Command { return challenge.Tick{} }},
	}
	var got strings.Builder
	fmt.Fprintf(&got, "\n%-16s %-19s %-12s %-17s %-12s %-10s %-10s %s\n", "command", "state", "anna", "tess", "una", "otto", "zed", "clock")
	for _, cmd := range commands {
		for _, state := range states {
			var cells []any
			for _, who := range actors {
				x := inState(t, state)
				cells = append(cells, x.try(who, cmd.make(x)))
			}
			fmt.Fprintf(&got, "%-16s %-19s %-12s %-17s %-12s %-10s %-10s %s\n", append([]any{cmd.name, state}, cells...)...)
		}
	}
	if diff := cmp.Diff(strings.Split(whoMayWhat, "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, got.String())
	}
}
