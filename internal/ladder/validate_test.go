package ladder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// smallLadderYAML is a whole ladder on which each test below changes one thing.
const smallLadderYAML = `ladder: small
version: 1
title: Small Challenge
authority: Exampleshire
source: Example procedure
plans: [child-protection]
party: any
words: {challenge: challenge, rung: stage, chair: Chair, child: child, record_id: number, conference: conference}
roles: {worker: Worker, manager: Manager, director: Director, nurse: Nurse, oversight: Oversight}
case: {starts: first-raise, limit: 20 working days, hard: true, source: part 1}
categories:
  - {id: drift, label: Drift}
rungs:
  - id: one
    label: Stage 1
    kind: formal
    source: part 2
    respond: {roles: [worker, manager], replier: manager, by_agency: {health: [nurse]}, replier_by_agency: {health: nurse}}
    window: 5 working days
    within: 6 working days
    form: reply
  - id: two
    label: Stage 2
    kind: meeting
    source: part 3
    respond: {roles: [manager], may_repeat: true}
    window: 5 working days
    within: 12 working days
    form: meeting
    meeting: {chair: director, invite: [worker], exclude: [nurse]}
    gates:
      - {id: view, label: Ask for a view, kind: threshold, with: manager, source: part 3}
      - {id: second, label: Second view, kind: threshold, with: director, only_if_refused: view, source: part 3}
      - {id: paper, label: Statement, kind: statement, source: part 3, fields: [{id: why, label: Why, kind: text}]}
  - id: three
    label: Stage 3
    kind: formal
    source: part 4
    respond: {roles: [director]}
    remainder: true
    form: decision
  - id: direct
    label: Direct
    kind: exceptional
    source: part 5
    respond: {roles: [director]}
    window: 3 working days
    form: reply
    then: {hand_off: policy}
skips:
  - {to: [direct], grounds: [{id: grave, label: Grave}], source: part 5}
hand_offs:
  - {id: policy, label: Escalation Policy, source: part 6}
records:
  - {on: [any], author: chair, system: Case system, source: part 7}
`

// replaceInSmall gives the small ladder with one passage replaced.
func replaceInSmall(t *testing.T, old, replacement string) []byte {
	t.Helper()
	text := strings.Replace(smallLadderYAML, old, replacement, 1)
	if text == smallLadderYAML {
		t.Fatalf("the small ladder has no %q", old)
	}
	return []byte(text)
}

// wantProblem wants a problem with that beginning and a mend, at the place in the
// text where the passage at stands.
func wantProblem(t *testing.T, text []byte, problems yamlfile.Problems, at, want string) {
	t.Helper()
	for _, p := range problems {
		mended := p.Hint != "" || strings.Contains(p.What, "write") // a window's error says itself what to write
		if strings.HasPrefix(p.What+". "+p.Hint, want) && mended && strings.HasPrefix(textAt(text, p), at) {
			return
		}
	}
	t.Errorf("\n got %v\nwant %s, and a mend, at %q", problems, want, at)
}

// textAt is the rest of the line at which a problem points.
func textAt(text []byte, p yamlfile.Problem) string {
	lines := strings.Split(string(text), "\n")
	if p.File != "small.yaml" || p.Line < 1 || p.Line > len(lines) || p.Column > len(lines[p.Line-1]) {
		return "nowhere"
	}
	return lines[p.Line-1][p.Column-1:]
}

func TestTheSmallLadderIsWithoutFault(t *testing.T) {
	for _, p := range Lint("small.yaml", []byte(smallLadderYAML), LintContext{}) {
		t.Error(p)
	}
}

func TestReadRefusesWhatCouldNotRun(t *testing.T) {
	for _, test := range []struct{ name, old, new, at, want string }{
		{"id that is no key", "ladder: small", "ladder: Small One", "Small One", `the ladder's id "Small One" is not a key`},
		{"no version", "version: 1\n", "", "ladder: small", `the version must be 1 or more`},
		{"no title", "title: Small Challenge\n", "", "ladder: small", `the title is empty`},
		{"empty label", "label: Stage 1", `label: " "`, "\" \"", `the label of the rung is empty`},
		{"label too long", "label: Stage 1", "label: " + strings.Repeat("x", 161), "xxxxxxxxxxxxxxxxxxxxxxxx", `the label of the rung is longer than 160 characters`},
		{"text too long", "label: Stage 1", "about: " + strings.Repeat("x", 2001), "xxxxxxxxxxxxxxxxxxxxxxxx", `the text is longer than 2000 characters`},
		{"no plan", "plans: [child-protection]", "plans: []", "plans: []", `the ladder applies to no plan`},
		{"unknown plan", "plans: [child-protection]", "plans: [child-protecion]", "child-protecion]", `the plan "child-protecion" is not known. Did you mean "child-protection"?`},
		{"plan twice", "plans: [child-protection]", "plans: [looked-after, looked-after]", "looked-after]", `the plan "looked-after" stands twice`},
		{"unknown party", "party: any", "party: everyone", "everyone", `the party "everyone" is not known. Use one of: any, internal, partner`},
		{"unknown direction", "party: any", "party: any\ndirection: sideways", "sideways", `the direction "sideways" is not known`},
		{"word missing", "chair: Chair, ", "", "words: {challenge: chall", `the chair is empty`},
		{"role label empty", "worker: Worker", `worker: ""`, "\"\", manager: Manager, di", `the label of the role is empty`},
		{"role that is no key", "worker: Worker", `Wor ker: W`, "W, manager: Manager, dir", `the role "Wor ker" is not a key`},
		{"role without a label", "{roles: [director]}", "{roles: [directer]}", "directer]}", `the role "directer" has no label. Did you mean "director"?`},
		{"raised by a role without a label", "party: any", "party: any\nraised_by: [zebra]", "zebra]", `the role "zebra" has no label. Add zebra: and`},
		{"hard without a limit", "limit: 20 working days, ", "", "true, source: part 1}", `a hard limit is set, but no limit`},
		{"remainder without a limit", "limit: 20 working days, hard: true, ", "", "true", `nothing remains of a case without a limit`},
		{"unknown start", "starts: first-raise", "starts: first-look", "first-look, limit: 20 wo", `the start of the case "first-look" is not known`},
		{"no categories", "categories:\n  - {id: drift, label: Drift}\n", "categories: []\n", "categories: []", `there are no categories of concern`},
		{"category for another plan", "label: Drift}", "label: Drift, plans: [looked-after]}", "plans: [looked-after]}", `the category is for looked-after, which the ladder is not`},
		{"duplicate category", "label: Drift}", "label: Drift}\n  - {id: drift, label: D}", "drift, label: D}", `the id "drift" belongs to another category too`},
		{"duplicate rung", "id: two", "id: one", "one", `the id "one" belongs to another rung too`},
		{"unknown kind", "kind: meeting", "kind: meating", "meating", `the kind "meating" is not known. Did you mean "meeting"?`},
		{"unknown form", "form: decision", "form: decsion", "decsion", `the form "decsion" is not known. Did you mean "decision"?`},
		{"unknown owner", "window: 3 working days", "window: 3 working days\n    owner: nobody", "nobody", `the owner "nobody" is not known`},
		{"unknown lapse", "window: 3 working days", "window: 3 working days\n    on_lapse: vanish", "vanish", `the on_lapse "vanish" is not known`},
		{"unknown from", "window: 3 working days", "window: 3 working days\n    from: dawn", "dawn", `the from "dawn" is not known`},
		{"nobody answers", "{roles: [director]}", "{roles: []}", "respond: {roles: []}", `nobody is asked to answer`},
		{"agencies only", "{roles: [director]}", "{by_agency: {health: [nurse]}}", "respond: {by_agency: {he", `nobody is asked to answer. Write roles: too, for an agency that by_agency does not list`},
		{"role asked twice", "{roles: [director]}", "{roles: [director, director]}", "director]}", `the role "director" stands twice`},
		{"agencies on an internal ladder", "party: any", "party: internal", "by_agency: {health: [nur", `an internal ladder has no agencies`},
		{"agency without a role", "{health: [nurse]}", "{health: []}", "health: []}, replier_by_", `nobody is asked to answer for this agency`},
		{"replier who is not asked", "replier: manager,", "replier: director,", "director, by_agency: {he", `"director" is to reply and is not among who is asked`},
		{"replier of an agency who is not asked", "{health: nurse}", "{health: worker}", "worker}}", `"worker" is to reply and is not among who is asked`},
		{"agency to which the replier does not belong", ", replier_by_agency: {health: nurse}", "", "health: [nurse]}}", `"manager" is to reply and is not asked for this agency`},
		{"no window", "    remainder: true\n", "", "id: three", `the rung "three" has no window`},
		{"window and remainder", "    remainder: true\n", "    remainder: true\n    window: 2 working days\n", "true", `a rung has a window or the remainder of the case, not both`},
		{"remainder with within", "    remainder: true\n", "    remainder: true\n    within: 20 working days\n", "id: three", `the remainder of the case leaves no room`},
		{"window that is none", "window: 3 working days", "window: 3 days", "3 days", `window: `},
		{"within shorter than the window", "within: 6 working days", "within: 4 working days", "4 working days", `within 4 working days of the start, the window of 5 working days is never whole`},
		{"within past the hard limit", "within: 12 working days", "within: 21 working days", "21 working days", `within 21 working days is past the hard limit of 20 working days`},
		{"weeks from receipt", "window: 3 working days", "window: end of week 3\n    from: receipt", "receipt", `weeks are counted from the start of the case, days and hours from receipt`},
		{"days from the start", "window: 3 working days", "window: 3 working days\n    from: case-start", "case-start", `weeks are counted from the start of the case`},
		{"meeting without its kit", "    meeting: {chair: director, invite: [worker], exclude: [nurse]}\n", "", "id: two", `the rung is answered by a meeting and says nothing of it`},
		{"meeting without a chair", "chair: director, ", "", "meeting: {invite: [worke", `no role is named`},
		{"meeting forced on a reply", "form: meeting", "form: reply", "meeting: {chair: directo", `a rung answered by reply must not require a meeting`},
		{"invited and excluded", "exclude: [nurse]", "exclude: [worker]", "worker]}", `"worker" is both invited and excluded`},
		{"duplicate gate", "{id: second", "{id: view", "view, label: Second view", `the id "view" belongs to another gate too`},
		{"unknown gate", "kind: statement", "kind: statment", "statment, source: part 3", `the kind of gate "statment" is not known. Did you mean "statement"?`},
		{"gate with nobody", "kind: threshold, with: manager", "kind: threshold", "{id: view, label: Ask fo", `a gate of kind threshold must say with whom`},
		{"statement of nothing", ", fields: [{id: why, label: Why, kind: text}]", "", "{id: paper, label: State", `a gate of kind statement must say what is written`},
		{"escalation without a time", "kind: threshold, with: manager", "kind: escalation", "{id: view, label: Ask fo", `an escalation gate must say how long the escalator has`},
		{"escalation to the first rung", "form: reply", "form: reply\n    gates:\n      - {id: up, label: Up, kind: escalation, within: 1 working day}", "{id: up, label: Up, kind", `nothing is escalated to the first rung`},
		{"time on another gate", "with: manager", "with: manager, within: 1 working day", "1 working day, source: p", `only an escalation gate opens by itself after a time`},
		{"threshold that must agree", "with: manager", "with: manager, needs: agreed", "agreed, source: part 3}", `a gate of kind threshold is opened by taking place`},
		{"unknown outcome", "with: manager", "with: manager, needs: nodded", "nodded, source: part 3}", `the outcome "nodded" is not known`},
		{"override of nothing", "with: manager", "with: manager, override: true", "true, source: part 3}", `there is no refusal to override`},
		{"second opinion on nothing", "only_if_refused: view", "only_if_refused: paper", "paper, source: part 3}", `no gate before this one has the id "paper"`},
		{"second opinion on what is never refused", "kind: threshold, with: manager", "kind: inform, with: manager", "view, source: part 3}", `a gate of kind inform is never refused`},
		{"field of an unknown kind", "label: Why, kind: text", "label: Why, kind: txt", "txt}]}", `the kind of field "txt" is not known. Did you mean "text"?`},
		{"past text", "label: Why, kind: text", "label: Why, kind: text, past: true", "true}]}", `only a date can be in the past`},
		{"duplicate field", "[{id: why, label: Why, kind: text}]", "[{id: why, label: Why, kind: text}, {id: why, label: Why, kind: text}]", "why, label: Why, kind: t", `the id "why" belongs to another field too`},
		{"direct gate where no skip leads", "with: manager", "with: manager, direct_only: true", "true, source: part 3}", `the gate holds direct entries only, and no skip leads to the rung`},
		{"exceptional rung without a skip", "to: [direct]", "to: [three]", "id: direct", `the rung "direct" is exceptional and no skip leads to it`},
		{"only exceptional rungs", "kind: formal", "kind: exceptional", "id: one", `the rung "one" is exceptional and no skip leads to it`},
		{"then says nothing", "then: {hand_off: policy}", "then: {}", "then: {}", `then must say one thing`},
		{"then says two things", "then: {hand_off: policy}", "then: {hand_off: policy, end: true}", "then: {hand_off: policy,", `then must say one thing`},
		{"then to an unknown rung", "then: {hand_off: policy}", "then: {rung: tow}", "tow}", `there is no rung "tow". Did you mean "two"?`},
		{"then in a circle", "then: {hand_off: policy}", "then: {rung: one}", "one}", `"one" does not stand above this rung`},
		{"then to an exceptional rung", "    form: decision", "    form: decision\n    then: {rung: direct}", "direct}", `"direct" is exceptional: only a person's skip leads there`},
		{"then to an unknown hand-off", "then: {hand_off: policy}", "then: {hand_off: polcy}", "polcy}", `there is no hand-off "polcy". Did you mean "policy"?`},
		{"skip nowhere", "to: [direct]", "to: []", "to: [], grounds: [{id: g", `the skip leads nowhere`},
		{"skip to an unknown rung", "to: [direct]", "to: [direkt]", "direkt], grounds: [{id: ", `there is no rung "direkt". Did you mean "direct"?`},
		{"skip to the first rung", "to: [direct]", "to: [direct, one]", "one], grounds: [{id: gra", `"one" is the first rung: nothing is skipped`},
		{"skip without grounds", "grounds: [{id: grave, label: Grave}]", "grounds: []", "grounds: [], source: par", `the skip has no grounds`},
		{"ground without a label", ", label: Grave", "", "{id: grave}], source: pa", `the label of the ground is empty`},
		{"two skips for one way", "skips:\n", "skips:\n  - {to: [direct], grounds: [{id: grave, label: Grave}], source: x}\n", "{id: grave", `an earlier skip leads to the same rung on the ground "grave"`},
		{"gate of a skip that the rung has", "to: [direct], grounds: [{id: grave, label: Grave}], source", "to: [direct, two], grounds: [{id: grave, label: Grave}], gates: [{id: view, label: V, kind: dialogue}], source", "view", `the rung "two" has a gate "view" too`},
		{"hand-off without a label", "label: Escalation Policy, ", "", "{id: policy, source: par", `the label of the hand-off is empty`},
		{"partner concerns to an unknown procedure", "records:", "partner_concerns: {mode: hand-off, to: polcy, source: x}\nrecords:", "polcy, source: x}", `there is no hand-off "polcy". Did you mean "policy"?`},
		{"unknown partner mode", "records:", "partner_concerns: {mode: ignore, source: x}\nrecords:", "ignore, source: x}", `the mode "ignore" is not known`},
		{"external for nobody", "records:", "external: {to: CAFCASS, by: chair, only_looked_after: false, any_time: true, source: x}\nrecords:", "external: {to: CAFCASS, ", `an external referral needs a looked-after child`},
		{"record of an unknown event", "on: [any]", "on: [moonrise]", "moonrise], author: chair", `the event "moonrise" is not known`},
		{"record of no event", "on: [any]", "on: []", "on: [], author: chair, s", `no event is named`},
		{"record by an unknown role", "author: chair", "author: zebra", "zebra, system: Case syst", `the role "zebra" has no label`},
		{"record without a system", "system: Case system, ", "", "{on: [any], author: chai", `the system of the record is empty`},
		{"record on an unknown rung", "on: [any]", "on: [any], rungs: [for]", "for], author: chair, sys", `there is no rung "for"`},
		{"notice to nobody", "records:", "notices: [{on: [raise], to: [], source: x}]\nrecords:", "to: [], source: x}]", `the notice goes to nobody`},
		{"oversight before an unknown rung", "records:", "oversight: {role: oversight, resolve_before: four, source: x}\nrecords:", "four, source: x}", `there is no rung "four"`},
		{"report of no period", "records:", "reports: [{every: fortnight, by: director, to: Board, measures: [number], source: x}]\nrecords:", "fortnight, by: director,", `the period "fortnight" is not known`},
		{"themes to an unknown role", "records:", "themes: {to: zebra, source: x}\nrecords:", "zebra, source: x}", `the role "zebra" has no label`},
		{"shortened by an unknown role", "records:", "shorten: {by: zebra, source: x}\nrecords:", "zebra, source: x}", `the role "zebra" has no label`},
		{"shortened to no working days", "records:", "shorten: {by: chair, minimum: 2 calendar days, source: x}\nrecords:", "2 calendar days, source", `the shortest time is 2 calendar days`},
		{"statutory time from an unknown rung", "hard: true, source", "hard: true, statutory: 20 working days, statutory_from: four, source", "four, source: part 1}", `there is no rung "four"`},
		{"statutory time from somewhere and of no length", "hard: true, source", "hard: true, statutory_from: one, source", "one, source: part 1}", `it is said where the statutory time begins, but not how long it is`},
		{"good practice without words", "records:", "good_practice: {about: \"\", source: x}\nrecords:", "\"\", source: x}", `the text is empty`},
		{"unknown key", "    form: decision", "    from: decision", "decision", `the from "decision" is not known`},
		{"key that is not known", "    form: decision", "    fourm: decision", "fourm: decision", `the key "fourm" is not known here. Did you mean "form"?`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := replaceInSmall(t, test.old, test.new)
			l, err := Read("small.yaml", text)
			if err == nil {
				t.Fatalf("read without complaint: %+v", l)
			}
			wantProblem(t, text, yamlfile.ProblemsOf(err), test.at, test.want)
		})
	}
}

func TestCountsFromTheStartAreRefusedBeforeTheCaseStarts(t *testing.T) {
	text := strings.Replace(strings.Replace(smallLadderYAML, "starts: first-raise", "starts: first-formal", 1), "kind: formal", "kind: informal", 1)
	_, err := Read("small.yaml", []byte(text))
	wantProblem(t, []byte(text), yamlfile.ProblemsOf(err), "id: one", `the rung counts from the start of the case, which begins only with a later, formal rung`)
}

func TestNoRungsAreRefused(t *testing.T) {
	text := smallLadderYAML[:strings.Index(smallLadderYAML, "rungs:\n")] + "rungs: []\n"
	_, err := Read("small.yaml", []byte(text))
	wantProblem(t, []byte(text), yamlfile.ProblemsOf(err), "rungs: []", `there is no rung to start on`)
	text = strings.NewReplacer("kind: formal", "kind: informal", "kind: meeting", "kind: informal", "kind: exceptional", "kind: informal", "first-raise", "first-formal").Replace(smallLadderYAML)
	_, err = Read("small.yaml", []byte(text))
	wantProblem(t, []byte(text), yamlfile.ProblemsOf(err), "first-formal", `the case starts with the first formal rung, and there is none`)
}

// calendarUntil is a calendar of England and Wales that ends on a day.
func calendarUntil(day string) *workday.Calendar {
	until, err := workday.ParseDate(day)
	if err != nil {
		panic(err)
	}
	c, err := workday.New(workday.Settings{Division: workday.EnglandAndWales, CoverageUntil: until})
	if err != nil {
		panic(err)
	}
	return c
}

func TestLintWarnsOfWhatWouldDisappoint(t *testing.T) {
	all := func(missing directory.Role) LintContext {
		return LintContext{HasHolder: func(r directory.Role) bool { return r != missing }}
	}
	for _, test := range []struct {
		name, old, new string
		known          LintContext
		severity       yamlfile.Severity
		at, want       string
	}{
		{"what Read refuses", "id: two", "id: one", LintContext{}, yamlfile.SeverityError, "one", `the id "one" belongs to another rung too`},
		{"unreachable rung", "    form: reply\n", "    form: reply\n    then: {rung: three}\n", LintContext{}, yamlfile.SeverityError, "id: two", `no way leads to the rung "two"`},
		{"window longer than the case", "window: 3 working days", "window: 30 working days", LintContext{}, yamlfile.SeverityWarning, "30 working days", `the window of 30 working days is longer than the case's 20 working days`},
		{"limits that do not grow", "within: 12 working days", "within: 6 working days", LintContext{}, yamlfile.SeverityError, "6 working days", `within 6 working days does not grow beyond the 6 working days of the rung below`},
		{"weeks that do not grow", "    window: 3 working days\n", "    window: end of week 2\n    form: reply\n  - {id: last, label: Last, kind: formal, source: x, respond: {roles: [director]}, form: reply, window: end of week 2}\n  - id: direct-2\n    label: Direct 2\n    kind: formal\n    source: x\n    respond: {roles: [director]}\n    window: 1 working day\n", LintContext{}, yamlfile.SeverityError, "end of week 2}", `the end of week 2 does not come after the end of week 2 of the rung below`},
		{"role nobody holds", "version: 1", "version: 2", all("nurse"), yamlfile.SeverityError, "nurse]}, replier_by_agen", `nobody is "nurse", who answers Stage 1`},
		{"chair of the meeting nobody is", "version: 1", "version: 2", all("director"), yamlfile.SeverityError, "director, invite: [worke", `nobody is "director", who chairs the meeting of Stage 2`},
		{"gate nobody can open", "with: manager, source", "with: manager, by: worker, source", all("worker"), yamlfile.SeverityError, "worker, source: part 3}", `nobody can open this gate: nobody is "worker", who opens a gate before Stage 2`},
		{"gate nobody is asked about", "with: manager", "with: oversight", all("oversight"), yamlfile.SeverityError, "oversight, source: part ", `nobody is "oversight", who is asked or told before Stage 2`},
		{"missing label", "label: Stage 1", `label: ""`, LintContext{}, yamlfile.SeverityError, "\"\"", `the label of the rung is empty`},
		{"label of no role", "nurse: Nurse", "nurse: Nurse, cook: Cook", LintContext{}, yamlfile.SeverityWarning, "Cook, oversight: Oversig", `nothing uses the role "cook"`},
		{"oversight without a label", ", oversight: Oversight", "", LintContext{}, yamlfile.SeverityWarning, "roles: {worker: Worker, ", `the role "oversight" has no label`},
		{"rung without a source", "    source: part 4\n", "", LintContext{}, yamlfile.SeverityWarning, "id: three", `the rung "three" does not say where the procedure states it`},
		{"gate without a source", "with: manager, source: part 3", "with: manager", LintContext{}, yamlfile.SeverityWarning, "{id: view, label: Ask fo", `the gate "view" does not say where`},
		{"case without a source", ", source: part 1", "", LintContext{}, yamlfile.SeverityWarning, "case: {starts: first-rai", `the limit of the case does not say where`},
		{"skip without a source", "label: Grave}], source: part 5", "label: Grave}]", LintContext{}, yamlfile.SeverityWarning, "{to: [direct], grounds: ", `the skip does not say where`},
		{"hand-off without a source", "label: Escalation Policy, source: part 6", "label: Escalation Policy", LintContext{}, yamlfile.SeverityWarning, "{id: policy, label: Esca", `the hand-off "policy" does not say where`},
		{"record without a source", ", source: part 7", "", LintContext{}, yamlfile.SeverityWarning, "{on: [any], author: chai", `the record does not say where`},
		{"referral without a source", "records:", "external: {to: CAFCASS, by: chair, only_looked_after: true, any_time: true}\nrecords:", LintContext{}, yamlfile.SeverityWarning, "external: {to: CAFCASS, ", `the external referral does not say where`},
		{"partner rule without a source", "records:", "partner_concerns: {mode: record-only}\nrecords:", LintContext{}, yamlfile.SeverityWarning, "partner_concerns: {mode:", `the rule for partner concerns does not say where`},
		{"inferred window without a reason", "    remainder: true\n", "    remainder: true\n    window_inferred: true\n", LintContext{}, yamlfile.SeverityWarning, "id: three", `the window of the rung "three" is inferred and does not say from what`},
		{"referral for anybody", "plans: [child-protection]", "plans: [child-protection, looked-after]\nexternal: {to: CAFCASS, by: chair, only_looked_after: false, any_time: true, source: x}", LintContext{}, yamlfile.SeverityWarning, "external: {to: CAFCASS, ", `the referral to CAFCASS is open for children who are not looked after`},
		{"reminder impossible", "window: 3 working days", "window: 1 working day", LintContext{RemindBefore: 1}, yamlfile.SeverityWarning, "1 working day", `a reminder 1 working day before it is due is impossible in a window of 1 working day`},
		{"calendar too short", "version: 1", "version: 2", LintContext{Calendar: calendarUntil("2026-06-01"), Today: workday.NewDate(2026, 5, 1)}, yamlfile.SeverityError, "id: three", `the calendar ends on 2026-06-01, before a challenge raised today would have run out on Stage 3`},
		{"calendar too short for the first rung", "version: 1", "version: 2", LintContext{Calendar: calendarUntil("2026-05-07"), Today: workday.NewDate(2026, 5, 1)}, yamlfile.SeverityError, "5 working days", `the calendar ends on 2026-05-07, before a challenge raised today would have run out on Stage 1`},
		{"calendar too short for a direct entry", "window: 3 working days", "window: 80 working days", LintContext{Calendar: calendarUntil("2026-07-31"), Today: workday.NewDate(2026, 5, 1)}, yamlfile.SeverityError, "80 working days", `the calendar ends on 2026-07-31, before a challenge raised today would have run out on Direct`},
		{"calendar that has ended", "version: 1", "version: 2", LintContext{Calendar: calendarUntil("2026-04-30"), Today: workday.NewDate(2026, 5, 1)}, yamlfile.SeverityError, "5 working days", `the calendar ends on 2026-04-30`},
		{"limit used up below", "window: 5 working days\n    within: 12", "window: 15 working days\n    within: 20", LintContext{}, yamlfile.SeverityError, "id: three", `the rungs below "three" may take 20 working days, and it must end within 20: it could be due before it opens`},
		{"asked of whoever raised it", "respond: {roles: [director]}\n    remainder", "respond: {roles: [chair]}\n    remainder", LintContext{}, yamlfile.SeverityError, "respond: {roles: [chair]}", `Stage 3 is asked of whoever raised the challenge`},
		{"asked of those who raise", "party: any", "raised_by: [chair, director]\nparty: any", LintContext{}, yamlfile.SeverityWarning, "respond: {roles: [director]}", `Stage 3 is asked of roles that may raise a challenge`},
		{"answered and judged by one", "    respond: {roles: [director]}\n    remainder", "    judge: director\n    respond: {roles: [director]}\n    remainder", LintContext{}, yamlfile.SeverityWarning, "respond: {roles: [director]}", `those who answer Stage 3 are those who judge the answer`},
		{"judged by who answers for an agency", "replier_by_agency: {health: nurse}}", "replier_by_agency: {health: nurse}}\n    judge: nurse", LintContext{}, yamlfile.SeverityWarning, "respond: {roles: [worker, manager]", `those who answer Stage 1 are those who judge the answer`},
		{"answered by the same twice", "respond: {roles: [director]}\n    remainder", "respond: {roles: [manager]}\n    remainder", LintContext{}, yamlfile.SeverityWarning, "respond: {roles: [manager]", `Stage 3 is answered by the same as Stage 2`},
		{"commas without quotes", "{id: drift, label: Drift}", "{id: drift, label: Drift, delay, and more}", LintContext{}, yamlfile.SeverityError, "delay, and more", `"delay" is no key here`},
		{"not YAML", "version: 1", "version: [", LintContext{}, yamlfile.SeverityError, "[", `the bracket [ that opens here is not closed`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := replaceInSmall(t, test.old, test.new)
			problems := yamlfile.Problems(Lint("small.yaml", text, test.known))
			if test.severity == yamlfile.SeverityWarning {
				problems = problems.Warnings()
			} else {
				problems = problems.Errors()
			}
			wantProblem(t, text, problems, test.at, test.want)
		})
	}
	for _, known := range []LintContext{{Calendar: calendarUntil("2026-06-02"), Today: workday.NewDate(2026, 5, 1)}, {RemindBefore: 2}, all("nobody")} {
		if problems := Lint("small.yaml", []byte(smallLadderYAML), known); len(problems) != 0 {
			t.Errorf("%+v: %v", known, problems)
		}
	}
}

func TestLoadDirReadsEveryLadderOrNone(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := LoadDir(dir); yamlfile.ProblemsOf(err) == nil || !strings.Contains(err.Error(), "holds no ladder") {
		t.Errorf("an empty folder: %v", err)
	}
	write("b.yaml", smallLadderYAML)
	write("a.yaml", strings.Replace(smallLadderYAML, "ladder: small", "ladder: other", 1))
	write("notes.txt", "not a ladder")
	ladders, err := LoadDir(dir)
	if err != nil || len(ladders) != 2 || ladders[0].ID != "other" || ladders[1].ID != "small" {
		t.Errorf("got %v, %v", ladders, err)
	}
	write("c.yaml", smallLadderYAML)
	write("d.yaml", "ladder: [")
	_, err = LoadDir(dir)
	if got := yamlfile.ProblemsOf(err); len(got) != 2 || !strings.Contains(got[0].What, "b.yaml") || !strings.Contains(got[1].What, "not closed") {
		t.Errorf("got %v", err)
	}
	if _, err := LoadDir(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there was read")
	}
}
