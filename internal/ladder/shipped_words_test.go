package ladder

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/directory"
)

// TestShippedLabelsAreTheAuthoritysOwnWords lists what each procedure calls its rungs
// and the people in it. Abbreviations of a procedure are written out (TM: Team
// Manager). A label that changes has to be looked up in the procedure again.
func TestShippedLabelsAreTheAuthoritysOwnWords(t *testing.T) {
	t.Parallel()
	irc := ownWords{
		title: "Issues Resolution and Challenge Protocol – Child Protection (CP)", challenge: "Issues Resolution and Challenge", chair: "Independent Reviewing Officer",
		rungs: []string{"Informal concern" /* 2.2: raised informally */, "IRO Level 1 Discussion", "IRO Level 2 Discussion",
			"IRO Stage 1 – Issues Resolution Meeting", "IRO Stage 2 – Issues Resolution Meeting", "Position maintained" /* weeks 9-10: maintain their position */},
		roles: []string{"Assistant Director or appointee", "CAS Assistant Team Manager", "CAS Team Manager", "Case Monitoring Board", "Heads of Service", "IRO Team Manager", "Social worker"},
	}
	lac := irc
	lac.title = "Issues Resolution and Challenge Protocol – Looked After Children (LAC)"
	for id, want := range map[string]ownWords{
		"redcar-cleveland-internal": {
			title: "Internal Challenge", challenge: "Internal Challenge", chair: "Conference Chair",
			rungs: []string{"Social Worker / Team Manager", "Service Manager", "Assistant Director"}, // 2.3 to 2.5 number no steps
			roles: []string{"Assistant Director of Children's Services", "Social Worker", "Social Worker's Service Manager", "Team Manager"},
		},
		"redcar-cleveland-partner": {
			title: "External / Partner Agency Challenge", challenge: "Partner Agency Challenge", chair: "Conference Chair",
			rungs: []string{"Practitioner", "Line manager", "STSCP representative"},
			roles: []string{"IRO Team Manager", "Practitioner", "Practitioner's line manager", "STSCP representative for the service"},
		},
		"knowsley": {
			title: "Child Protection Conference Chairs Challenge Process", challenge: "CP challenge", chair: "Child Protection Conference chair",
			rungs: []string{"Cause for Concern", "Level 1", "Level 2", "Level 3"},
			roles: []string{"Designated Doctor for safeguarding", "Health Visitor", "Named nurse for safeguarding children", "Practitioner", "Practitioner's line manager",
				"SCP representative", "Safeguarding Quality Assurance Officer", "Senior manager in the Quality Assurance Unit", "Senior manager, Children in Need",
				"Social Worker", "Superintendent, Knowsley police", "Team Manager"},
		},
		"ne-lincolnshire": {
			title: "Professional Challenge and Escalation Process", challenge: "Professional Challenge", chair: "IRO / CP chair",
			rungs: []string{"Informal Stage", "Stage 1", "Stage 2", "Stage 3", "Stage 4"},
			roles: []string{"Assistant Director", "Head of Service", "Local Authority Nominated Officer", "Safeguarding and Review Service Manager", "Service Manager", "Social Worker", "Team Manager"},
		},
		"ne-lincolnshire-reverse": { // the briefing allows the direction and names nobody for it
			title: "Professional Challenge of the Independent Chair Service", challenge: "Professional Challenge", chair: "Social work team",
			rungs: []string{"Informal Stage", "Stage 1", "Stage 2", "Stage 3", "Stage 4"},
			roles: []string{"Assistant Director", "Head of Service", "Safeguarding and Review Service Manager", "Service Manager of the social work team", "Social Worker",
				"Team Manager", "Team Manager of the Independent Chair Service"},
		},
		"rutland": {
			title: "Escalation alert and dispute resolution", challenge: "escalation alert", chair: "Independent Chair",
			rungs: []string{"Stage 1", "Stage 2", "Stage 3", "Stage 4", "Stage 5"},
			roles: []string{"Director for People", "Head of Service", "Independent Chair of the LSCB", "Quality Assurance Manager", "Service Manager", "Social worker",
				"Team Manager with line management responsibility for the worker"},
		},
		"issues-resolution-cp":  irc,
		"issues-resolution-lac": lac,
	} {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		got := ownWords{title: l.Title, challenge: l.Words.Challenge, chair: l.Words.Chair}
		for _, r := range l.Rungs {
			got.rungs = append(got.rungs, r.Label)
		}
		for _, r := range slices.Sorted(maps.Keys(l.Roles)) {
			if r != directory.RoleOversight { // the program's role; no procedure names it
				got.roles = append(got.roles, l.Roles[r])
			}
		}
		slices.Sort(got.roles)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(ownWords{})); diff != "" {
			t.Errorf("%s (-procedure +ladder):\n%s", id, diff)
		}
	}
}

// ownWords are an authority's words.
type ownWords struct {
	title, challenge, chair string
	rungs, roles            []string
}

// TestEveryShippedRungGateAndWindowNamesItsPlaceInTheProcedure holds each source to the
// headings that the procedure has. A window says what it is read from, too.
func TestEveryShippedRungGateAndWindowNamesItsPlaceInTheProcedure(t *testing.T) {
	t.Parallel()
	weeks := regexp.MustCompile(`^(section (1\.3|2\.[1-4])\b|Week (1-2|3-4|5-6|7-8|9-10)$|Weeks 1 to 8$|IRO Handbook$)`)
	stages := regexp.MustCompile(`^(Background|Principles,|Issues that could arise,|Informal Stage|Stages? [1-4]|CAFCASS)`)
	for id, heading := range map[string]*regexp.Regexp{
		"redcar-cleveland-internal": regexp.MustCompile(`^sections? 2\.[3-8]\b`),
		"redcar-cleveland-partner":  regexp.MustCompile(`^sections? 3\.[3-7]\b`),
		"knowsley":                  regexp.MustCompile(`^sections? [123]\b`),
		"ne-lincolnshire":           stages,
		"ne-lincolnshire-reverse":   stages,
		"rutland":                   regexp.MustCompile(`^section [234]\b`),
		"issues-resolution-cp":      weeks,
		"issues-resolution-lac":     weeks,
	} {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		for thing, source := range sourcesOf(l) {
			if !heading.MatchString(source) {
				t.Errorf("%s: %s: the source %q names no heading of the procedure", id, thing, source)
			}
		}
	}
}

// sourcesOf are the sources that a ladder must give, by what they are the source of.
func sourcesOf(l *Ladder) map[string]string {
	all := map[string]string{}
	gates := func(owner string, gates []Gate) {
		for _, g := range gates {
			all[owner+", gate "+g.ID] = g.Source
		}
	}
	for _, r := range l.Rungs {
		all[r.ID] = r.Source
		all[r.ID+", window"] = r.WindowSource
		gates(r.ID, r.Gates)
		if r.Meeting != nil {
			all[r.ID+", meeting"] = r.Meeting.Source
		}
	}
	for i, s := range l.Skips {
		name := "skip " + string(rune('1'+i))
		all[name] = s.Source
		gates(name, s.Gates)
	}
	for _, h := range l.HandOffs {
		all["hand-off "+h.ID] = h.Source
	}
	if l.OverallLimit.Window != nil || l.OverallLimit.Statutory != nil {
		all["case"] = l.OverallLimit.Source
	}
	if l.ExternalReferral != nil {
		all["external"] = l.ExternalReferral.Source
	}
	if l.Shorten != nil {
		all["shorten"] = l.Shorten.Source
	}
	return all
}

// TestEveryTextIsForItsReader writes down, for each rung, what whoever raises reads and what whoever
// answers does, so that a person can read both beside the procedure in five minutes.
func TestEveryTextIsForItsReader(t *testing.T) {
	var b strings.Builder
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", id)
		for _, r := range l.Rungs {
			if r.Asks == "" {
				t.Errorf("%s, %s: nobody is told what is asked of them", id, r.ID)
			}
			fmt.Fprintf(&b, "  %s\n    to who raises:  %s\n    to who answers: %s\n", r.Label, r.About, r.Asks)
		}
	}
	const file = "testdata/readers.txt"
	if *updateGolden {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got; if that is meant: go test ./internal/ladder -run EveryText -update):\n%s", diff)
	}
}
