package ladder

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// TestEveryRowOfTheProceduresHasItsPlace lists what the five procedures say, row by
// row, and the element of the shipped ladder that carries it. Paths name the parts of
// lists by their id or their number; a list of plain values reads "a,b".
func TestEveryRowOfTheProceduresHasItsPlace(t *testing.T) {
	for _, row := range []struct{ ladder, says, path, want string }{
		// Rungs: Redcar and Cleveland, internal.
		{"redcar-cleveland-internal", "1: either the worker or the team manager replies", "rungs.step-1.respond.roles", "social-worker,team-manager"},
		{"redcar-cleveland-internal", "1: one day from receipt", "rungs.step-1.window", "1 working day"},
		{"redcar-cleveland-internal", "1: from receipt", "rungs.step-1.from", "receipt"},
		{"redcar-cleveland-internal", "1: the chair judges", "rungs.step-1.judge", "chair"},
		{"redcar-cleveland-internal", "2: the Service Manager", "rungs.step-2.respond.roles", "service-manager"},
		{"redcar-cleveland-internal", "2: two days from receipt", "rungs.step-2.window", "2 working days"},
		{"redcar-cleveland-internal", "3: the Assistant Director", "rungs.step-3.respond.roles", "assistant-director"},
		{"redcar-cleveland-internal", "3: what is left of the case", "rungs.step-3.remainder", "true"},
		{"redcar-cleveland-internal", "overall five working days", "case.limit", "5 working days"},
		{"redcar-cleveland-internal", "anticipated, so a target", "case.hard", ""},
		{"redcar-cleveland-internal", "skip: to either, as the chair sees fit", "skips.0.to", "step-2,step-3"},
		{"redcar-cleveland-internal", "skip: significant immediate safeguarding concern", "skips.0.grounds.immediate-safeguarding.label", "Significant immediate safeguarding concern"},
		{"redcar-cleveland-internal", "case note at every step, skip too", "records.0.on", "any"},
		{"redcar-cleveland-internal", "QA tool to the mailbox", "records.1.mailbox", "IRO Challenge"},
		// Redcar and Cleveland, partner agencies.
		{"redcar-cleveland-partner", "1: the individual practitioner", "rungs.step-1.respond.roles", "practitioner"},
		{"redcar-cleveland-partner", "1: one day", "rungs.step-1.window", "1 working day"},
		{"redcar-cleveland-partner", "1: the chair judges", "rungs.step-1.judge", "chair"},
		{"redcar-cleveland-partner", "2: the IRO Team Manager asks", "rungs.step-2.asked_by", "iro-team-manager"},
		{"redcar-cleveland-partner", "2: the line manager", "rungs.step-2.respond.roles", "line-manager"},
		{"redcar-cleveland-partner", "2: two days", "rungs.step-2.window", "2 working days"},
		{"redcar-cleveland-partner", "2: the IRO Team Manager judges", "rungs.step-2.judge", "iro-team-manager"},
		{"redcar-cleveland-partner", "2: the IRO Team Manager is told at once", "rungs.step-2.alerted", "iro-team-manager"},
		{"redcar-cleveland-partner", "3: the escalator has one day", "rungs.step-3.gates.escalate.within", "1 working day"},
		{"redcar-cleveland-partner", "3: and it is the IRO Team Manager's", "rungs.step-3.gates.escalate.by", "iro-team-manager"},
		{"redcar-cleveland-partner", "3: the STSCP representative", "rungs.step-3.respond.roles", "stscp-representative"},
		{"redcar-cleveland-partner", "3: what is left of the case", "rungs.step-3.remainder", "true"},
		{"redcar-cleveland-partner", "notes of 1 and 2 by the chair", "records.0.rungs", "step-1,step-2"},
		{"redcar-cleveland-partner", "note of 3 by the IRO Team Manager", "records.1.author", "iro-team-manager"},
		{"redcar-cleveland-partner", "patterns go to the IRO Team Manager", "themes.to", "iro-team-manager"},
		// Knowsley.
		{"knowsley", "before: a dialogue with the practitioner", "rungs.concern.gates.dialogue.kind", "dialogue"},
		{"knowsley", "before: its date is asked for", "rungs.concern.gates.dialogue.fields.held-on.past", "true"},
		{"knowsley", "Cause for Concern: three working days", "rungs.concern.window", "3 working days"},
		{"knowsley", "Cause for Concern is informal", "rungs.concern.kind", "informal"},
		{"knowsley", "1: practitioner and line manager", "rungs.level-1.respond.roles", "practitioner,line-manager"},
		{"knowsley", "1: the line manager replies", "rungs.level-1.respond.replier", "line-manager"},
		{"knowsley", "1: in health", "rungs.level-1.respond.by_agency.health", "health-visitor,named-nurse"},
		{"knowsley", "1: in health the named nurse replies", "rungs.level-1.respond.replier_by_agency.health", "named-nurse"},
		{"knowsley", "1: in social care", "rungs.level-1.respond.by_agency.childrens-social-care", "social-worker,team-manager"},
		{"knowsley", "1: three working days", "rungs.level-1.window", "3 working days"},
		{"knowsley", "1, 2: in writing on the challenge log", "records.1.system", "CP Challenge Log Sheet"},
		{"knowsley", "2: in social care", "rungs.level-2.respond.by_agency.childrens-social-care", "cin-senior-manager"},
		{"knowsley", "2: in health", "rungs.level-2.respond.by_agency.health", "designated-doctor"},
		{"knowsley", "2: in the police", "rungs.level-2.respond.by_agency.police", "superintendent"},
		{"knowsley", "2: otherwise", "rungs.level-2.respond.roles", "scp-representative"},
		{"knowsley", "2: three working days", "rungs.level-2.window", "3 working days"},
		{"knowsley", "2: then the escalation policy", "rungs.level-2.then.hand_off", "multi-agency-escalation"},
		{"knowsley", "3: exceptional only", "rungs.level-3.kind", "exceptional"},
		{"knowsley", "3: never entered by silence", "rungs.level-3.on_lapse", "prompt"},
		{"knowsley", "3: directly", "skips.0.to", "level-3"},
		{"knowsley", "3: practice", "skips.0.grounds.practice.id", "practice"},
		{"knowsley", "3: system failure", "skips.0.grounds.system-failure.id", "system-failure"},
		{"knowsley", "3: recurring", "skips.0.grounds.recurring.id", "recurring"},
		{"knowsley", "3: discussed with the QA Unit first", "skips.0.gates.qa-senior-manager.with", "qa-senior-manager"},
		{"knowsley", "the QA Officer is told", "notices.0.to", "qa-officer"},
		// North East Lincolnshire.
		{"ne-lincolnshire", "informal: worker and team manager", "rungs.informal.respond.roles", "social-worker,team-manager"},
		{"ne-lincolnshire", "informal: one working day", "rungs.informal.window", "1 working day"},
		{"ne-lincolnshire", "informal: the chair's own", "rungs.informal.owner", "chair"},
		{"ne-lincolnshire", "informal: a plan", "rungs.informal.form", "plan"},
		{"ne-lincolnshire", "1: the Team Manager", "rungs.stage-1.respond.roles", "team-manager"},
		{"ne-lincolnshire", "1: five working days", "rungs.stage-1.window", "5 working days"},
		{"ne-lincolnshire", "1: with the agreed plan", "rungs.stage-1.form", "plan"},
		{"ne-lincolnshire", "2: the Service Manager", "rungs.stage-2.respond.roles", "service-manager"},
		{"ne-lincolnshire", "2: ten from the start", "rungs.stage-2.within", "10 working days"},
		{"ne-lincolnshire", "2: after one's own Service Manager", "rungs.stage-2.gates.own-service-manager.with", "own-service-manager"},
		{"ne-lincolnshire", "2: once agreed", "rungs.stage-2.gates.own-service-manager.needs", "agreed"},
		{"ne-lincolnshire", "2: the IRO's personal duty remains", "rungs.stage-2.gates.own-service-manager.override", "true"},
		{"ne-lincolnshire", "2: an optional meeting", "rungs.stage-2.meeting.may_hold", "true"},
		{"ne-lincolnshire", "3: the Head of Service", "rungs.stage-3.respond.roles", "head-of-service"},
		{"ne-lincolnshire", "3: fifteen from the start", "rungs.stage-3.within", "15 working days"},
		{"ne-lincolnshire", "3: the process is repeated", "rungs.stage-3.gates.own-service-manager.kind", "consult"},
		{"ne-lincolnshire", "4: the Assistant Director", "rungs.stage-4.respond.roles", "assistant-director"},
		{"ne-lincolnshire", "4: twenty from the start", "rungs.stage-4.within", "20 working days"},
		{"ne-lincolnshire", "4: the process is repeated", "rungs.stage-4.gates.own-service-manager.kind", "consult"},
		{"ne-lincolnshire", "the start is Stage 1", "case.starts", "first-formal"},
		{"ne-lincolnshire", "CAFCASS: children in care only", "external.only_looked_after", "true"},
		{"ne-lincolnshire", "CAFCASS: at any time", "external.any_time", "true"},
		{"ne-lincolnshire", "CAFCASS: the Nominated Officer first", "external.inform_before", "nominated-officer"},
		{"ne-lincolnshire", "CAFCASS: line managers consulted", "external.consult", "own-service-manager"},
		{"ne-lincolnshire", "CAFCASS: by telephone", "external.contact", "CAFCASS Legal, first by telephone"},
		{"ne-lincolnshire", "partner concerns are recorded", "partner_concerns.mode", "record-only"},
		{"ne-lincolnshire", "both plans", "plans", "child-protection,looked-after"},
		{"ne-lincolnshire-reverse", "teams challenge the chairs", "direction", "service-to-chair"},
		{"ne-lincolnshire-reverse", "raised by the social work team", "raised_by", "social-worker,team-manager"},
		{"ne-lincolnshire-reverse", "mirrored: the chairs' Team Manager", "rungs.stage-1.respond.roles", "iro-team-manager"},
		{"ne-lincolnshire-reverse", "mirrored: their Service Manager", "rungs.stage-2.respond.roles", "own-service-manager"},
		{"ne-lincolnshire-reverse", "mirrored: Head of Service", "rungs.stage-3.respond.roles", "head-of-service"},
		{"ne-lincolnshire-reverse", "mirrored: Assistant Director", "rungs.stage-4.within", "20 working days"},
		// Rutland.
		{"rutland", "0: threshold with the Service Manager", "rungs.stage-1.gates.service-manager.kind", "threshold"},
		{"rutland", "0: then with the Head of Service", "rungs.stage-1.gates.head-of-service.only_if_refused", "service-manager"},
		{"rutland", "0: held, not agreed", "rungs.stage-1.gates.head-of-service.needs", "held"},
		{"rutland", "1: the Team Manager", "rungs.stage-1.respond.roles", "team-manager"},
		{"rutland", "1: five working days", "rungs.stage-1.window", "5 working days"},
		{"rutland", "1: from receipt", "rungs.stage-1.from", "receipt"},
		{"rutland", "2: the Service Manager", "rungs.stage-2.respond.roles", "service-manager"},
		{"rutland", "2: five working days", "rungs.stage-2.window", "5 working days"},
		{"rutland", "3: the Head of Service", "rungs.stage-3.respond.roles", "head-of-service"},
		{"rutland", "3: five working days", "rungs.stage-3.window", "5 working days"},
		{"rutland", "the form of each stage is saved", "records.0.system", "IRO Escalation Tracker"},
		{"rutland", "4: the Director for People", "rungs.stage-4.respond.roles", "director-for-people"},
		{"rutland", "4: ten days as written", "rungs.stage-4.window", "10 calendar days"},
		{"rutland", "4: chaired by the Director", "rungs.stage-4.meeting.chair", "director-for-people"},
		{"rutland", "4: independently minuted", "rungs.stage-4.meeting.minuted_by", "an independent minute taker"},
		{"rutland", "4: key personnel", "rungs.stage-4.meeting.invite", "social-worker,team-manager,service-manager,head-of-service"},
		{"rutland", "4: the chair stays away", "rungs.stage-4.meeting.exclude", "chair"},
		{"rutland", "4: the chair's statement", "rungs.stage-4.gates.statement.fields.alert.kind", "text"},
		{"rutland", "4: what would prevent Stage 5", "rungs.stage-4.gates.statement.fields.action.kind", "text"},
		{"rutland", "4: response to the QA Manager", "rungs.stage-4.meeting.output_to", "qa-manager"},
		{"rutland", "4: the QA Manager attends", "rungs.stage-4.meeting.must_attend", "qa-manager"},
		{"rutland", "5: the QA Manager moves", "rungs.stage-5.gates.qa-manager.by", "qa-manager"},
		{"rutland", "5: the LSCB chair", "rungs.stage-5.respond.roles", "lscb-chair"},
		{"rutland", "5: Director and QA Manager", "rungs.stage-5.meeting.must_attend", "director-for-people,qa-manager"},
		{"rutland", "5: the IRO if relevant", "rungs.stage-5.meeting.optional", "chair"},
		{"rutland", "5: ten working days", "rungs.stage-5.window", "10 working days"},
		{"rutland", "6: the QA Manager's option", "external.by", "qa-manager"},
		{"rutland", "6: looked after only", "external.only_looked_after", "true"},
		{"rutland", "direct to 3 or 4", "skips.0.to", "stage-3,stage-4"},
		{"rutland", "direct: serious", "skips.0.grounds.serious.id", "serious"},
		{"rutland", "direct: urgent", "skips.0.grounds.urgent.id", "urgent"},
		{"rutland", "direct: threshold first", "skips.0.gates.direct-service-manager.kind", "threshold"},
		{"rutland", "told to the conference", "conference.since_last", "true"},
		{"rutland", "quarterly report", "reports.0.every", "quarter"},
		{"rutland", "resolve before Head of Service", "oversight.resolve_before", "stage-3"},
		// Issues Resolution and Challenge: what differs between the two.
		{"issues-resolution-cp", "trigger", "categories.conference-outcome.id", "conference-outcome"},
		{"issues-resolution-lac", "trigger", "categories.plan-outcome.id", "plan-outcome"},
		{"issues-resolution-cp", "another agency", "partner_concerns.to", "hscb-escalation"},
		{"issues-resolution-lac", "the statutory limit warns", "case.statutory", "20 working days"},
	} {
		t.Run(row.ladder+": "+row.says, func(t *testing.T) { checkShippedValue(t, row.ladder, row.path, row.want) })
	}
	for _, id := range []string{"issues-resolution-cp", "issues-resolution-lac"} {
		for _, row := range []struct{ says, path, want string }{
			{"before: worker or line manager", "rungs.informal.respond.roles", "social-worker,team-manager"},
			{"before: no time is set", "rungs.informal.window_inferred", "true"},
			{"weeks 1-2: the worker", "rungs.level-1.respond.roles", "social-worker"},
			{"weeks 1-2: discussion", "rungs.level-1.form", "discussion"},
			{"weeks 1-2", "rungs.level-1.window", "end of week 2"},
			{"weeks are counted from the start", "rungs.level-1.from", "case-start"},
			{"weeks 3-4: on silence", "rungs.level-1.on_lapse", "escalate"},
			{"weeks 3-4: managers alerted", "rungs.level-2.alerted", "iro-team-manager,assistant-team-manager"},
			{"weeks 3-4: the Team Manager", "rungs.level-2.respond.roles", "team-manager"},
			{"weeks 3-4", "rungs.level-2.window", "end of week 4"},
			{"weeks 5-6: Heads of Service", "rungs.stage-1.respond.roles", "head-of-service"},
			{"weeks 5-6: a meeting", "rungs.stage-1.form", "meeting"},
			{"weeks 5-6", "rungs.stage-1.window", "end of week 6"},
			{"weeks 5-6: the Board is alerted", "notices.0.to", "case-monitoring-board"},
			{"weeks 7-8: exceptional", "rungs.stage-2.gates.exceptional.kind", "confirm"},
			{"weeks 7-8: the decision", "rungs.stage-2.form", "decision"},
			{"weeks 7-8: attendees at the time", "rungs.stage-2.meeting.ad_hoc", "true"},
			{"weeks 7-8", "rungs.stage-2.window", "end of week 8"},
			{"weeks 9-10: position maintained", "rungs.difference.gates.difference.fields.position.kind", "text"},
			{"weeks 9-10: what differs", "rungs.difference.gates.difference.fields.significant.kind", "text"},
			{"weeks 9-10: the decision on differences", "rungs.difference.form", "difference"},
			{"weeks 9-10", "rungs.difference.window", "end of week 10"},
			{"weeks 9-10: final decisions noted", "records.2.rungs", "difference"},
			{"query, action, outcome", "records.0.template", "Query, action, outcome"},
			{"e-mail copied to the notes", "records.1.location", "Case notes, copy of the e-mail"},
			{"shorter for a young child", "shorten.by", "chair"},
			{"CAFCASS: looked after only", "external.only_looked_after", "true"},
		} {
			t.Run(id+": "+row.says, func(t *testing.T) { checkShippedValue(t, id, row.path, row.want) })
		}
	}
}

func checkShippedValue(t *testing.T, id, path, want string) {
	t.Helper()
	l, err := LoadShipped(id)
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	if got := flattenJSON(valueAtPath(tree, strings.Split(path, "."))); got != want {
		t.Errorf("%s is %q, want %q", path, got, want)
	}
}

// valueAtPath walks a path of keys, ids and numbers down a tree of JSON.
func valueAtPath(tree any, path []string) any {
	if len(path) == 0 {
		return tree
	}
	switch node := tree.(type) {
	case map[string]any:
		return valueAtPath(node[path[0]], path[1:])
	case []any:
		for i, item := range node {
			if m, ok := item.(map[string]any); ok && m["id"] == path[0] || strconv.Itoa(i) == path[0] {
				return valueAtPath(item, path[1:])
			}
		}
	}
	return nil
}

func flattenJSON(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = flattenJSON(item)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(value)
}

func TestShippedLaddersLintWithoutAWord(t *testing.T) {
	if got, want := len(ShippedIDs()), 8; got != want {
		t.Errorf("%d ladders are shipped, want %d: the seven of the procedures and the reverse one", got, want)
	}
	for _, id := range ShippedIDs() {
		text, err := ShippedText(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range Lint(id+".yaml", text, LintContext{HasHolder: func(directory.Role) bool { return true }, Calendar: calendarUntil("2027-12-31"), Today: workday.NewDate(2026, 4, 1)}) {
			t.Error(p)
		}
	}
}

func TestNoShippedLadderRefersOutsideByItself(t *testing.T) {
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		if l.ExternalReferral != nil && !l.ExternalReferral.OnlyLookedAfter {
			t.Errorf("%s: a referral for a child who is not looked after", id)
		}
		for _, r := range l.Rungs {
			for _, role := range r.Respondents.Roles {
				if strings.Contains(string(role), "cafcass") {
					t.Errorf("%s: silence would lead to %s", id, role)
				}
			}
		}
	}
}
