package ladder

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// TestShownLaddersReadAsTheyShould compares the page and the chart of every shipped
// ladder with a file that a person has read beside the procedure.
func TestShownLaddersReadAsTheyShould(t *testing.T) {
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]string{id + ".txt": RenderText(l), id + ".mmd": RenderMermaid(l)} {
			file := filepath.Join("testdata", "shown", name)
			if *updateGolden {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s\nIf this is meant: go test ./internal/ladder -run Shown -update", name, diff)
			}
		}
	}
}

func TestThePageNamesEveryRungGateAndRespondent(t *testing.T) {
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		page := RenderText(l)
		for _, r := range l.Rungs {
			said := []string{r.Label, r.Source, l.windowDescription(&r)}
			for _, role := range r.Respondents.Roles {
				said = append(said, l.RoleLabel(role))
			}
			for _, roles := range r.Respondents.ByAgency {
				for _, role := range roles {
					said = append(said, l.RoleLabel(role))
				}
			}
			for _, g := range r.Gates {
				said = append(said, g.Label, g.Source)
			}
			for _, s := range said {
				if !strings.Contains(page, s) {
					t.Errorf("%s: the page does not say %q", id, s)
				}
			}
		}
	}
}

// TestTheChartIsMermaid holds each line to the few forms that Mermaid draws, with
// text in quotes that hold no quote.
func TestTheChartIsMermaid(t *testing.T) {
	text := `"[^"\n<>]*(?:<br/>[^"\n<>]*)*"`
	node := `[a-z][a-z0-9_]*(?:\(\[(?:` + text + `|[A-Za-z ]+)\]\)|\[` + text + `\]|\{` + text + `\})?`
	line := regexp.MustCompile(`^  ` + node + `(?: (?:-->|-\.->)(?:\|(?:` + text + `|[a-z ]+)\|)? ` + node + `)?$`)
	nasty, err := Read("small.yaml", []byte(strings.NewReplacer("label: Stage 1", `label: 'A "quoted" <b>label</b> --> end'`).Replace(smallLadderYAML)))
	if err != nil {
		t.Fatal(err)
	}
	ladders := []*Ladder{nasty}
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		ladders = append(ladders, l)
	}
	for _, l := range ladders {
		lines := strings.Split(strings.TrimSuffix(RenderMermaid(l), "\n"), "\n")
		if lines[0] != "flowchart TD" {
			t.Errorf("%s begins with %q", l.ID, lines[0])
		}
		for _, s := range lines[1:] {
			if !line.MatchString(s) {
				t.Errorf("%s: Mermaid would not draw %q", l.ID, s)
			}
		}
	}
}

func TestRoleUsesLeaveOutTheChairAndThoseOutside(t *testing.T) {
	l, err := Read("small.yaml", []byte(strings.Replace(smallLadderYAML, "respond: {roles: [worker, manager]", "respond: {outside: true, roles: [worker, manager]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range l.RolesNeeded() {
		got = append(got, string(u.Role)+" "+u.Why)
	}
	want := []string{"manager answers Stage 2", "director chairs the meeting of Stage 2", "worker is invited to the meeting of Stage 2",
		"manager is asked or told before Stage 2", "director is asked or told before Stage 2", "director answers Stage 3", "director answers Direct"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	partner, err := Read("small.yaml", []byte(strings.Replace(smallLadderYAML, "party: any", "party: partner", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range partner.RolesNeeded() {
		if u.Why == "answers Stage 1" && (u.Agency == "health") == u.EveryAgency {
			t.Errorf("%+v", u)
		}
	}
}
