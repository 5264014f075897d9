package directory

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// exportOfEntra is what Entra's "Download users" gives, with some of its many columns.
const exportOfEntra = "\ufeffuserPrincipalName,displayName,surname,mail,objectId,userType,accountEnabled\r\n" +
	"maya.okafor@example.gov.uk,Maya Okafor,Okafor,maya.okafor@example.gov.uk,0A000000-0000-4000-8000-000000000001,Member,True\r\n" +
	"sian.obrien@example.gov.uk,\"O’Brien, Siân\",O’Brien,,0a000000-0000-4000-8000-000000000002,Member,True\r\n" +
	"tom.reid@example.gov.uk,Tom Reid,Reid,,0a000000-0000-4000-8000-000000000003,Member,True\r\n" +
	"tom.reid@schools.example.gov.uk,Tom Reid,Reid,,0a000000-0000-4000-8000-000000000004,Member,True\r\n" +
	"left.long.ago@example.gov.uk,Left Long Ago,Ago,,0a000000-0000-4000-8000-000000000005,Member,False\r\n"

const (
	unitSheet = "kind;id;name;service;channel\nauthority;;Exampleshire Council;;\nservice;locality;Locality Service;;19:s@thread.tacv2\n" +
		"team;north;North Locality;locality;\nteam;south;South Locality;locality;19:x@thread.tacv2\nagency;health;Health;;\n"
	roleSheet  = "Role\tUnit\tPerson\nchair\t\tMAYA.OKAFOR@example.gov.uk\nTeam Manager\tnorth\tO’Brien, Siân\nteam-manager\tteam:south\t0a000000-0000-4000-8000-000000000003\nline-manager\thealth\ttom-reid-2\noversight\tauthority\tmaya-okafor\n"
	coverSheet = "for,by,from,to\nsian.obrien@example.gov.uk,tom.reid@example.gov.uk,2026-04-01,2026-04-10\n"
)

func readSheets(people, units, roles, cover string) (*Directory, error) {
	s := Sheets{People: ReadCSV("people.csv", []byte(people)), Units: ReadCSV("units.csv", []byte(units)), Roles: ReadCSV("roles.csv", []byte(roles))}
	if cover != "" {
		s.Cover = ReadCSV("cover.csv", []byte(cover))
	}
	return ReadSheets("people.csv", s)
}

func TestADirectoryIsReadFromEntrasExportAndASheetOfRoles(t *testing.T) {
	d, err := readSheets(exportOfEntra, unitSheet, roleSheet, coverSheet)
	if err != nil {
		t.Fatal(err)
	}
	want := `authority: "Exampleshire Council"
language: en
people:
  - {id: maya-okafor, name: "Maya Okafor", entra: "0a000000-0000-4000-8000-000000000001"}
  - {id: sian-obrien, name: "O’Brien, Siân", entra: "0a000000-0000-4000-8000-000000000002"}
  - {id: tom-reid, name: "Tom Reid", entra: "0a000000-0000-4000-8000-000000000003"}
  - {id: tom-reid-2, name: "Tom Reid", entra: "0a000000-0000-4000-8000-000000000004"}
teams:
  - {id: north, name: "North Locality", service: locality, roles: {team-manager: [sian-obrien]}}
  - {id: south, name: "South Locality", service: locality, channel: "19:x@thread.tacv2", roles: {team-manager: [tom-reid]}}
services:
  - {id: locality, name: "Locality Service", channel: "19:s@thread.tacv2"}
agencies:
  - {id: health, name: "Health", roles: {line-manager: [tom-reid-2]}}
roles: {chair: [maya-okafor], oversight: [maya-okafor]}
cover:
  - {for: sian-obrien, by: tom-reid, from: "2026-04-01", to: "2026-04-10"}
`
	if diff := cmp.Diff(want, string(Export(d))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	again, err := Read("export.yaml", Export(d))
	if err != nil {
		t.Fatal(err)
	}
	if difference := Diff(d, again); !difference.IsEmpty() || !bytes.Equal(Export(again), Export(d)) {
		t.Errorf("what was exported is read otherwise: %q", difference.Lines)
	}
}

// Twenty-odd faults are in one report, each with its sheet, its row and its column.
func TestEveryFaultOfTheSheetsIsInOneReport(t *testing.T) {
	people := exportOfEntra +
		"no.id@example.gov.uk,No Id,Id,,,Member,True\r\n" +
		"short@example.gov.uk,Short Id,Id,,0a000000-0000,Member,True\r\n" +
		"twice@example.gov.uk,Twice Id,Id,,0a000000-0000-4000-8000-000000000001,Member,True\r\n" +
		"example@example.gov.uk,Example Id,Id,,11111111-1111-1111-1111-111111111111,Member,True\r\n" +
		"nameless@example.gov.uk,,Id,,0a000000-0000-4000-8000-000000000009,Member,True\r\n" +
		"perhaps@example.gov.uk,Perhaps There,There,,0a000000-0000-4000-8000-000000000010,Member,Maybe\r\n" +
		"comma@example.gov.uk,Comma, Missing,Missing,,0a000000-0000-4000-8000-000000000011,Member,True\r\n"
	units := unitSheet + "taem;east;East;;\nteam;West Team;West;;\nteam;north;North again;;\nteam;far;Far;localty;\nteam;near;;locality;https://teams.microsoft.com/l/channel/19\nagency;north;Northern;;\n"
	roles := roleSheet + "team-manager\tnroth\tTom Reid\nteam-manager\tsouth\tTom Reid\nteam-manager\tsouth\tnobody@example.gov.uk\n\tsouth\ttom-reid\n" +
		"team-manager\tsouth\t\nteam-manager\tnorth\tsian-obrien\nteam/manager\tsouth\ttom-reid\nteam-manager\tsouth\tsian-obrien\nchair\t\tleft.long.ago@example.gov.uk\nteam-manager\tsouth\ttom-reid\n"
	cover := coverSheet + "maya-okafor,maya-okafor,2026-04-01,2026-04-10\nmaya-okafor,tom-reid,1/5/2026,2026-05-10\nmaya-okafor,tom-reid,2026-05-10,2026-05-01\n"
	_, err := readSheets(people, units, roles, cover)
	if err == nil {
		t.Fatal("taken")
	}
	compareGolden(t, "sheet_faults.txt", err.Error()+"\n")
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestASheetThatIsNoneIsOneComplaint(t *testing.T) {
	for name, c := range map[string]struct{ people, units, roles, want string }{
		"another encoding":   {"displayName\nSi\xe2n", unitSheet, roleSheet, `people.csv: the file is not UTF-8 text. Save it again as "CSV UTF-8"`},
		"nothing":            {"", unitSheet, roleSheet, "people.csv:1:1: the file is empty. Write the names of the columns into its first row"},
		"a quotation mark":   {exportOfEntra + "x,\"y,z\n", unitSheet, roleSheet, `people.csv:7:8: this is no row of a sheet: a quotation mark stands alone. Put the whole value in quotation marks, and write "" for one inside`},
		"columns of another": {exportOfEntra, unitSheet, "Name;Task\na;b\n", "roles.csv:1:1: there is no column \"role\". Its first row names the columns: role, unit, person"},
		"too large":          {strings.Repeat("x", MaxSheetSize+1), unitSheet, roleSheet, fmt.Sprintf("people.csv: the file has %d bytes; the most that is read is %d. Leave out the people whom the bot need not know", MaxSheetSize+1, MaxSheetSize)},
	} {
		_, err := readSheets(c.people, c.units, c.roles, "")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if name != "columns of another" && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: several complaints: %v", name, err)
		}
	}
}

// Whatever people are called and hold, the export is read as what it was.
func TestWhatIsExportedIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[A-Za-zÀ-ž'’"“:#{}\[\],& -]{0,12}[A-Z]`), 1, 6).Draw(t, "names")
		var people bytes.Buffer
		w := csv.NewWriter(&people)
		rows := [][]string{{"name", "entra", "login"}}
		for i, n := range names {
			rows = append(rows, []string{n, fmt.Sprintf("0a000000-0000-4000-8000-%012d", i+1), rapid.SampledFrom([]string{"", "no@x", "true@x", "12@x", "a.b@x"}).Draw(t, "login")})
		}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		d, err := readSheets(people.String(), unitSheet, "role,unit,person\n", "")
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read("export.yaml", Export(d))
		if err != nil {
			t.Fatalf("%v\n%s", err, Export(d))
		}
		if difference := Diff(d, again); !difference.IsEmpty() {
			t.Fatalf("%q\n%s", difference.Lines, Export(d))
		}
	})
}
