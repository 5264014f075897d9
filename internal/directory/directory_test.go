package directory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

func testGUID(n int) string { return fmt.Sprintf("6f1c0000-0000-4000-8000-%012d", n) }

// exampleYAML is a whole directory. Its lines are fixed: the tests below name some.
var exampleYAML = `authority: Exampleshire
people:
  - {id: maya-okafor, name: Maya Okafor, entra: ` + strings.ToUpper(testGUID(1)) + `}
  - {id: priya-shah, name: Priya Shah, entra: ` + testGUID(2) + `}
  - {id: tom-reid, name: Tom Reid, entra: ` + testGUID(3) + `}
  - {id: ann-lee, name: Ann Lee, entra: ` + testGUID(4) + `}
  - {id: sue-west, name: Sue West, entra: ` + testGUID(5) + `}
  - {id: dot-hay, name: Dot Hay, entra: ` + testGUID(6) + `}
teams:
  - {id: north-locality, name: North Locality, service: north, channel: "19:n@thread.tacv2", roles: {team-manager: priya-shah, social-worker: [tom-reid, ann-lee]}}
  - {id: south-locality, name: South Locality, service: north, roles: {team-manager: tom-reid}}
services:
  - {id: north, name: North Service, channel: "19:s@thread.tacv2", roles: {service-manager: ann-lee}}
agencies:
  - {id: health, name: Health, roles: {line-manager: dot-hay}}
roles: {chair: [maya-okafor], service-manager: sue-west, oversight: sue-west}
cover:
  - {for: priya-shah, by: tom-reid, from: 2026-04-01, to: 2026-04-10}
  - {for: tom-reid, by: ann-lee, from: 2026-04-08, to: 2026-04-12}
  - {for: ann-lee, by: priya-shah, from: 2026-04-10, to: 2026-04-10}
`

func readDirectory(t *testing.T, text string) *Directory {
	t.Helper()
	d, err := Read("directory.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func parseDate(t testing.TB, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func holderNames(holders []Holder) string {
	var s []string
	for _, h := range holders {
		one := h.Person.ID
		if h.CoverFor != nil {
			one += " for " + h.CoverFor.ID
		}
		s = append(s, one)
	}
	return strings.Join(s, ", ")
}

func TestResolveTakesTheNearestLevelAndFollowsCover(t *testing.T) {
	north, south := Scope{Team: "north-locality"}, Scope{Team: "south-locality"}
	for _, test := range []struct {
		name     string
		role     Role
		scope    Scope
		on, want string // on "": no day
	}{
		{"the team's own", "team-manager", north, "2026-03-31", "priya-shah"},
		{"several hold a role", "social-worker", north, "2026-03-31", "tom-reid, ann-lee"},
		{"the service before the authority", "service-manager", south, "2026-03-31", "ann-lee"},
		{"the authority when there is no team", "service-manager", Scope{}, "2026-03-31", "sue-west"},
		{"the authority when the team is unknown", "service-manager", Scope{Team: "gone"}, "2026-03-31", "sue-west"},
		{"the agency", "line-manager", Scope{Team: "north-locality", Agency: "health"}, "2026-03-31", "dot-hay"},
		{"vacant without the agency", "line-manager", north, "2026-03-31", ""},
		{"vacant in an unknown agency", "line-manager", Scope{Agency: "police"}, "2026-03-31", ""},
		{"vacant role", "director", north, "2026-03-31", ""},
		{"first day of cover", "team-manager", north, "2026-04-01", "tom-reid for priya-shah"},
		{"the day before a chain", "team-manager", north, "2026-04-07", "tom-reid for priya-shah"},
		{"a chain of cover", "team-manager", north, "2026-04-08", "ann-lee for priya-shah"},
		{"a circle of cover ends at its last member", "team-manager", north, "2026-04-10", "ann-lee for priya-shah"},
		{"last day past", "team-manager", north, "2026-04-11", "priya-shah"},
		{"one who holds the role is asked once, in their own right", "social-worker", north, "2026-04-09", "ann-lee"},
		{"no day, no cover", "team-manager", north, "", "priya-shah"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var on workday.Date
			if test.on != "" {
				on = parseDate(t, test.on)
			}
			if got := holderNames(readDirectory(t, exampleYAML).ActingHolders(test.role, test.scope, on)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSomebodyWithoutAnAccountHoldsARoleAndIsRecognisedAsNobody(t *testing.T) {
	d, err := Read("directory.yaml", []byte("authority: X\npeople: [{id: a, name: Ann, entra: "+testGUID(1)+"}, {id: m, name: Meg, no_account: true}, {id: n, name: Nat, no_account: true}]\n"+
		"teams: [{id: t, name: T, channel: \"19:t@thread.tacv2\"}]\nagencies: [{id: school, name: School, roles: {practitioner: [m, n]}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range d.ActingHolders("practitioner", Scope{Agency: "school"}, parseDate(t, "2026-04-01")) {
		names = append(names, h.Person.Name+h.Person.Entra)
	}
	if diff := cmp.Diff([]string{"Meg", "Nat"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, ok := d.PersonByEntra(""); ok || d.MayActIn("", "practitioner", Scope{Agency: "school"}, parseDate(t, "2026-04-01")) {
		t.Error("nobody's object id is somebody's")
	}
}

func TestVacantRoleIsNil(t *testing.T) {
	if got := readDirectory(t, exampleYAML).ActingHolders("director", Scope{}, parseDate(t, "2026-04-01")); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestCoverAddsWhoMayActAndTakesTheRightFromNobody(t *testing.T) {
	d, north := readDirectory(t, exampleYAML), Scope{Team: "north-locality"}
	for _, test := range []struct {
		who  int
		on   string
		want bool
	}{
		{2, "2026-03-31", true}, {3, "2026-03-31", false}, // before the cover
		{2, "2026-04-09", true}, {3, "2026-04-09", true}, {4, "2026-04-09", true}, {5, "2026-04-09", false},
		{99, "2026-04-09", false},
	} {
		if got := d.MayActIn(strings.ToUpper(testGUID(test.who)), "team-manager", north, parseDate(t, test.on)); got != test.want {
			t.Errorf("Holds(person %d, %s) = %v", test.who, test.on, got)
		}
	}
}

func TestPeopleAreFoundByKeyEntraAndUniqueName(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	want := Person{ID: "maya-okafor", Name: "Maya Okafor", Entra: testGUID(1)}
	for how, find := range map[string]func() (Person, bool){
		"id":    func() (Person, bool) { return d.PersonByID("maya-okafor") },
		"entra": func() (Person, bool) { return d.PersonByEntra(strings.ToUpper(testGUID(1))) },
		"name":  func() (Person, bool) { return d.PersonByName("  maya  OKAFOR ") },
	} {
		if got, ok := find(); !ok || got != want {
			t.Errorf("by %s: %v, %v", how, got, ok)
		}
	}
	twice := readDirectory(t, strings.Replace(exampleYAML, "name: Tom Reid", "name: maya okafor", 1))
	if p, ok := twice.PersonByName("Maya Okafor"); ok {
		t.Errorf("a name that two people bear found %v", p)
	}
	if _, ok := d.PersonByName(""); ok {
		t.Error("no name found somebody")
	}
	if got := twice.Warnings().Error(); !strings.Contains(got, "directory.yaml:5:26: warning: another person bears the same name") {
		t.Errorf("warnings: %s", got)
	}
}

func TestChannelIsTheTeamsOrItsServices(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	for team, want := range map[string]string{"north-locality": "19:n@thread.tacv2", "south-locality": "19:s@thread.tacv2", "gone": ""} {
		if got := d.NoticeChannel(team); got != want {
			t.Errorf("Channel(%s) = %q, want %q", team, got, want)
		}
	}
	bare := readDirectory(t, strings.Replace(exampleYAML, `channel: "19:s@thread.tacv2", `, "", 1))
	want := `directory.yaml:11:5: warning: the team "south-locality" has no channel, nor has its service: its notices go to people only. Add channel: with the id of its Teams channel, or have the oversight role type /notices here in it`
	if got := bare.Warnings().Error(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if len(d.Warnings()) != 0 {
		t.Errorf("the example warns: %v", d.Warnings())
	}
}

func TestListsKeepTheOrderOfTheFile(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	if d.Authority() != "Exampleshire" || len(d.People()) != 6 {
		t.Errorf("authority %q with %d people", d.Authority(), len(d.People()))
	}
	if diff := cmp.Diff([]Team{
		{ID: "north-locality", Name: "North Locality", Service: "north", Channel: "19:n@thread.tacv2"},
		{ID: "south-locality", Name: "South Locality", Service: "north"}}, d.Teams()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Agency{{ID: "health", Name: "Health"}}, d.Agencies()); diff != "" {
		t.Error(diff)
	}
	if a, ok := d.AgencyByID("health"); !ok || a.Name != "Health" || len(d.Services()) != 1 {
		t.Errorf("agency %v %v, services %v", a, ok, d.Services())
	}
}

// TestReadComplains changes one thing in the example and expects one complaint.
func TestReadComplains(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"no authority", "authority: Exampleshire", `authority: " "`, `1:12: the authority has no name. Write authority: and its name`},
		{"unknown person in a role", "team-manager: priya-shah", "team-manager: priya-shaw", `10:116: there is no person "priya-shaw". Did you mean "priya-shah"?`},
		{"unknown person in a list", "[tom-reid, ann-lee]", "[tom-reid, zebedee]", `10:154: there is no person "zebedee". Add them under people:`},
		{"unknown person at the authority", "oversight: sue-west", "oversight: nobody-here", `16:69: there is no person "nobody-here". Add them under people:`},
		{"person twice in a role", "[tom-reid, ann-lee]", "[tom-reid, tom-reid]", `10:154: "tom-reid" stands twice in the role "social-worker". Remove one of them`},
		{"role without a holder", "[tom-reid, ann-lee]", "[]", `10:128: the role "social-worker" names nobody. Name somebody, or remove the line so that the level above decides`},
		{"role that is no key", "oversight: sue-west", "Over Sight: sue-west", `16:70: the role "Over Sight" is not a key. Use small letters, digits and single hyphens, as in team-manager`},
		{"duplicate person", "{id: tom-reid,", "{id: ann-lee,", `6:10: the id "ann-lee" belongs to another person too. Give each its own`},
		{"duplicate team", "{id: south-locality", "{id: north-locality", `11:10: the id "north-locality" belongs to another team too. Give each its own`},
		{"duplicate agency", "name: Health, roles: {line-manager: dot-hay}}", "name: Health}\n  - {id: health, name: Health}", `16:10: the id "health" belongs to another agency too. Give each its own`},
		{"duplicate service", "  - {id: north, name", "  - {id: north, name: N}\n  - {id: north, name", `14:10: the id "north" belongs to another service too. Give each its own`},
		{"duplicate Entra id", testGUID(3), testGUID(2), `5:43: "tom-reid" has the same Entra object id as "priya-shah". Copy the Object ID from the person's page in Entra`},
		{"Entra id that is no GUID", testGUID(3), "tom@example.org", `5:43: the Entra object id of "tom-reid" is not one. Copy the Object ID`},
		{"Entra id of zeros", testGUID(3), "00000000-0000-0000-0000-000000000000", `5:43: the Entra object id of "tom-reid" is not one.`},
		{"no Entra id", ", entra: " + testGUID(3), "", `5:5: "tom-reid" has no Entra object id, so Teams could not tell us who they are. Add entra:`},
		{"no account and an Entra id", testGUID(3), testGUID(3) + ", no_account: true", `5:43: "tom-reid" is said to have no account, and has an Entra object id. Remove one of the two`},
		{"no id", "{id: dot-hay, name: Dot Hay", "{name: Dot Hay", `8:5: a person has no id. Give it one: a short key in small letters, digits and hyphens`},
		{"id that is no key", "{id: health", "{id: NHS Health", `15:10: the id "NHS Health" is not a key. Use small letters, digits and single hyphens`},
		{"no name", "name: Dot Hay, ", "", `8:5: a person has no name. Write the name that people are to read`},
		{"unknown service", "name: South Locality, service: north", "name: South Locality, service: nroth", `11:57: there is no service "nroth". Did you mean "north"?`},
		{"channel that is none", "19:s@thread.tacv2", "https://teams.example/l/channel/x", `13:47: this is not the id of a Teams channel. Take it from "Get link to channel": it reads 19:…@thread.tacv2`},
		{"cover that ends before it starts", "to: 2026-04-12", "to: 2026-04-02", `19:56: the cover ends on 2026-04-02, before it begins on 2026-04-08. Swap the days or mend the year`},
		{"cover for oneself", "{for: tom-reid, by: ann-lee", "{for: tom-reid, by: tom-reid", `19:25: "tom-reid" cannot stand in for themselves. Name somebody else after by:`},
		{"cover for an unknown person", "{for: tom-reid", "{for: tom-ried", `19:11: there is no person "tom-ried". Did you mean "tom-reid"?`},
		{"cover by an unknown person", "by: ann-lee", "by: zebedee", `19:25: there is no person "zebedee". Add them under people:`},
		{"cover on a day that does not exist, before another of the same person", "from: 2026-04-01, to: 2026-04-10}", "from: 2026-04-31, to: 2026-04-10}\n  - {for: priya-shah, by: ann-lee, from: 2026-04-05, to: 2026-04-06}",
			`18:43: from: must be a day such as 2026-04-01. Write year, month and day with hyphens`},
		{"cover on a day that does not exist", "to: 2026-04-12", "to: 2026-04-31", `19:56: to: must be a day such as 2026-04-01. Write year, month and day with hyphens`},
		{"cover without a first day", "from: 2026-04-08, ", "", `19:5: from: must be a day such as 2026-04-01.`},
		{"two covers on one day", "for: ann-lee, by: priya-shah", "for: tom-reid, by: sue-west", `20:5: "tom-reid" is covered twice on the same days. Let one cover end before the next begins`},
		{"unknown key", "authority:", "autority:", `1:1: the key "autority" is not known here. Did you mean "authority"?`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(exampleYAML, test.old, test.new, 1)
			if text == exampleYAML {
				t.Fatal("the test changes nothing")
			}
			_, err := Read("directory.yaml", []byte(text))
			if err == nil {
				t.Fatal("nothing was refused")
			}
			var found bool
			for _, p := range yamlfile.ProblemsOf(err) {
				found = found || strings.HasPrefix(p.Error(), "directory.yaml:"+test.want)
			}
			if !found {
				t.Errorf("\n got %v\nwant directory.yaml:%s", err, test.want)
			}
		})
	}
	_, err := Read("d.yaml", []byte("authority: X\npeople: []\nteams: []\n"))
	want := "d.yaml:2:1: there are no people. List at least one person under people:\nd.yaml:3:1: there are no teams. List at least one team under teams:"
	if err == nil || err.Error() != want {
		t.Errorf("empty lists:\n got %v\nwant %s", err, want)
	}
}

func TestComplaintsNeverHoldNamesOrObjectIDs(t *testing.T) {
	text := strings.NewReplacer("{for: tom-reid", "{for: zz", testGUID(3), testGUID(2), "service: north", "service: x", "Maya", "Priya Shah").Replace(exampleYAML)
	_, err := Read("d.yaml", []byte(text))
	for _, secret := range []string{"Priya", "Shah", testGUID(2), "Maya"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q stands in %v", secret, err)
		}
	}
}

func TestEachPersonHasTheirLanguageOrElseTheAuthoritys(t *testing.T) {
	text := "authority: X\nlanguage: cy\npeople:\n  - {id: a, name: A, entra: " + testGUID(1) + "}\n  - {id: b, name: B, entra: " + testGUID(2) +
		", language: en}\nteams: [{id: t, name: T}]\n"
	d := readDirectory(t, text)
	for entra, want := range map[string]string{testGUID(1): "cy", testGUID(2): "en", strings.ToUpper(testGUID(2)): "en", testGUID(3): "cy", "": "cy"} {
		if got := d.LanguageOf(entra); got != want {
			t.Errorf("the language of %q is %q, want %q", entra, got, want)
		}
	}
	if got := readDirectory(t, strings.Replace(text, "language: cy\n", "", 1)).LanguageOf(testGUID(1)); got != "en" {
		t.Errorf("without a setting the language is %q", got)
	}
	_, err := Read("d.yaml", []byte(strings.NewReplacer("language: cy", "language: welsh", "language: en", "language: EN").Replace(text)))
	want := "d.yaml:2:11: the language \"welsh\" is not known. Write en for English or cy for Welsh\n" +
		"d.yaml:5:77: the language \"EN\" is not known. Write en for English or cy for Welsh"
	if err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestCheckListsEveryVacancyWithItsPlace(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	got := d.CheckVacancies([]RoleNeed{
		{Role: "team-manager", Why: "answers Stage 1"},
		{Role: "social-worker", Why: "answers the informal stage"},
		{Role: "social-worker", Why: "answers the informal stage"},
		{Role: "service-manager", Why: "answers Stage 2"},
		{Role: "line-manager", Why: "answers Level 1", Agency: "health"},
		{Role: "superintendent", Why: "answers Level 2", Agency: "police"},
		{Role: "service-manager", Why: "answers Level 2", Agency: "police"},
		{Role: "designated-doctor", Why: "answers Level 2", Agency: "health"},
		{Role: "practitioner", Why: "answers Step 1", EveryAgency: true},
		{Role: "chair", Why: "judges"},
		{Role: "iro", Why: "judges"},
	}, "chair", "iro")
	want := strings.Join([]string{
		`directory.yaml:11:5: the team "south-locality" has nobody as "social-worker" (answers the informal stage). Add social-worker: and who it is to the roles there, or to those of a level above`,
		`directory.yaml:14:1: the agency "police" is not listed, and the authority has nobody as "superintendent" (answers Level 2). Add superintendent: and who it is to the roles there, or to those of a level above`,
		`directory.yaml:15:5: the agency "health" has nobody as "designated-doctor" (answers Level 2). Add designated-doctor: and who it is to the roles there, or to those of a level above`,
		`directory.yaml:15:5: the agency "health" has nobody as "practitioner" (answers Step 1). Add practitioner: and who it is to the roles there, or to those of a level above`,
		`directory.yaml:16:1: nobody is "iro", so nobody can raise a challenge. Add iro: and who they are under roles:`,
	}, "\n")
	if diff := cmp.Diff(want, got.Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Meg has no account: where a card must be sent she is nobody, and where she is asked by
// telephone she is somebody. The nearest level that has the role decides.
func TestCheckCountsNobodyWithoutAnAccountWhereACardIsSent(t *testing.T) {
	d := readDirectory(t, `authority: X
people:
  - {id: ann, name: Ann, entra: `+testGUID(1)+`}
  - {id: meg, name: Meg, no_account: true}
teams:
  - {id: north, name: North, roles: {manager: meg}}
  - {id: south, name: South, roles: {manager: [meg, ann]}}
agencies:
  - {id: health, name: Health, roles: {practitioner: meg}}
roles: {manager: ann}
`)
	for _, test := range []struct {
		use  RoleNeed
		want string
	}{
		{RoleNeed{Role: "manager", Why: "answers"}, ""},
		{RoleNeed{Role: "manager", Why: "answers", NeedsAccount: true}, `the team "north" has nobody with an account as "manager" (answers)`},
		{RoleNeed{Role: "practitioner", Why: "answers", Agency: "health"}, ""},
		{RoleNeed{Role: "practitioner", Why: "judges", Agency: "health", NeedsAccount: true}, `the agency "health" has nobody with an account as "practitioner" (judges)`},
	} {
		got := d.CheckVacancies([]RoleNeed{test.use})
		if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got.Error(), test.want)) {
			t.Errorf("%+v: %v, want %q", test.use, got, test.want)
		}
	}
}

// Whatever the covers, resolving ends, nobody is asked twice, and whoever is asked
// may act.
func TestResolvingAlwaysEndsWithSomebodyWhoMayAct(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const people = 6
		var b strings.Builder
		b.WriteString("authority: X\npeople:\n")
		for i := range people {
			fmt.Fprintf(&b, "  - {id: p%d, name: P%d, entra: %s}\n", i, i, testGUID(i+1))
		}
		b.WriteString("teams: [{id: t, name: T, roles: {manager: [p0, p1]}}]\ncover:\n")
		for i := range people { // at most one cover a person, in every shape of chain and circle
			by := rapid.IntRange(0, people-1).Draw(rt, "by")
			if by == i {
				by = (by + 1) % people
			}
			from, length := rapid.IntRange(1, 20).Draw(rt, "from"), rapid.IntRange(0, 9).Draw(rt, "length")
			fmt.Fprintf(&b, "  - {for: p%d, by: p%d, from: 2026-04-%02d, to: 2026-04-%02d}\n", i, by, from, from+length)
		}
		d, err := Read("d.yaml", []byte(b.String()))
		if err != nil {
			rt.Fatal(err)
		}
		on := workday.NewDate(2026, time.April, rapid.IntRange(1, 30).Draw(rt, "on"))
		holders := d.ActingHolders("manager", Scope{Team: "t"}, on)
		if len(holders) == 0 {
			rt.Fatal("a role that is held resolved to nobody")
		}
		seen := map[string]bool{}
		for _, h := range holders {
			if seen[h.Person.ID] || !d.MayActIn(h.Person.Entra, "manager", Scope{Team: "t"}, on) {
				rt.Fatalf("%s is asked twice or may not act", h.Person.ID)
			}
			seen[h.Person.ID] = true
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(exampleYAML))
	f.Add([]byte("people:\n  - {}\nteams: [{}]\ncover: [{}]\nroles: {\"\": []}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read("f.yaml", data)
		if (d == nil) == (err == nil) {
			t.Errorf("directory %v with error %v", d, err)
		}
	})
}
