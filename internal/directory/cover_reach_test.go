package directory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/workday"
)

// countyYAML has two services, so that one overseer's places can be told from another's.
var countyYAML = `authority: Exampleshire
people:
  - {id: al, name: Al Ash, entra: ` + testGUID(1) + `}
  - {id: bea, name: Bea Birch, entra: ` + testGUID(2) + `}
  - {id: col, name: Col Cole, entra: ` + testGUID(3) + `}
  - {id: deb, name: Deb Dale, entra: ` + testGUID(4) + `}
  - {id: eve, name: Eve Elm, entra: ` + testGUID(5) + `}
  - {id: meg, name: Meg Moss, no_account: true}
teams:
  - {id: north, name: North, service: locality, roles: {team-manager: al, oversight: deb}}
  - {id: south, name: South, roles: {team-manager: bea}}
services:
  - {id: locality, name: Locality, channel: "19:s@thread.tacv2", roles: {service-manager: col, oversight: eve}}
agencies:
  - {id: health, name: Health, roles: {line-manager: meg, oversight: bea}}
roles: {chair: col, director: [al, eve]}
`

func day(t *testing.T, text string) workday.Date { return parseDate(t, text) }

func TestCoverSetForSomebodyElseHoldsWhereItsSetterOversees(t *testing.T) {
	d := readDirectory(t, countyYAML)
	setting := CoverSetting{ID: 7, Person: testGUID(1), StandIn: testGUID(2), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"),
		SetBy: testGUID(4), SetAt: time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)}
	const everywhere = "north south health authority"
	for name, test := range map[string]struct {
		change func(*CoverSetting)
		holds  string // the places for which it holds
	}{
		"their own":                  {func(c *CoverSetting) { c.SetBy = testGUID(1) }, everywhere},
		"their own, in capitals":     {func(c *CoverSetting) { c.SetBy = strings.ToUpper(testGUID(1)) }, everywhere},
		"by nobody, as in old rows":  {func(c *CoverSetting) { c.SetBy = "" }, everywhere},
		"by a team's overseer":       {func(*CoverSetting) {}, "north"},
		"by a service's overseer":    {func(c *CoverSetting) { c.SetBy = testGUID(5) }, "north"},
		"by an agency's overseer":    {func(c *CoverSetting) { c.SetBy = testGUID(2); c.StandIn = testGUID(3) }, "health"},
		"by who oversees nothing":    {func(c *CoverSetting) { c.SetBy = testGUID(3) }, ""},
		"by a stranger":              {func(c *CoverSetting) { c.SetBy = testGUID(99) }, ""},
		"with a reach that was kept": {func(c *CoverSetting) { c.Reach = []DirectoryUnit{TeamUnit("south"), AgencyUnit("health")} }, "south health"},
		"with the authority's reach": {func(c *CoverSetting) { c.Reach = []DirectoryUnit{AuthorityUnit} }, everywhere},
		"with a service's reach":     {func(c *CoverSetting) { c.Reach = []DirectoryUnit{ServiceUnit("locality")} }, "north"},
		"with no reach at all":       {func(c *CoverSetting) { c.Reach = []DirectoryUnit{} }, ""},
		"with what is no unit":       {func(c *CoverSetting) { c.Reach = []DirectoryUnit{"", "team:", "ward:north", "north"} }, ""},
	} {
		c := setting
		test.change(&c)
		with := d.WithCover([]CoverSetting{c})
		var holds []string
		for place, s := range map[string]Scope{"north": {Team: "north"}, "south": {Team: "south"}, "health": {Agency: "health"}, "authority": {}} {
			by, stands := with.StandInFor(testGUID(1), s, day(t, "2026-04-02"))
			if away := with.IsAway(testGUID(1), s, day(t, "2026-04-02")); away != stands {
				t.Errorf("%s: away in %s is %t, and somebody stands in is %t", name, place, away, stands)
			}
			if stands && by.Entra != c.StandIn {
				t.Errorf("%s: %s stands in", name, by.ID)
			}
			if stands {
				holds = append(holds, place)
			}
		}
		want := strings.Fields(test.holds)
		slices.Sort(want)
		slices.Sort(holds)
		if !slices.Equal(holds, want) {
			t.Errorf("%s: it holds for %q, not for %q", name, holds, want)
		}
		if !with.HasCover(c) {
			t.Errorf("%s: the same again is not recognised", name)
		}
	}
}

func TestOnlyTheSameCoverIsTheSame(t *testing.T) {
	d := readDirectory(t, countyYAML)
	by := func(setter, person, standIn int, from, to string, reach ...DirectoryUnit) CoverSetting {
		return CoverSetting{ID: 1, Person: testGUID(person), StandIn: testGUID(standIn), From: day(t, from), To: day(t, to), SetBy: testGUID(setter), Reach: reach}
	}
	own := by(1, 1, 2, "2026-04-01", "2026-04-03")
	ofNorth := by(4, 1, 2, "2026-04-01", "2026-04-03", TeamUnit("north"))
	ofBoth := by(4, 1, 2, "2026-04-01", "2026-04-03", TeamUnit("north"), TeamUnit("south"))
	for name, test := range map[string]struct {
		set   CoverSetting
		asked CoverSetting
		same  bool
	}{
		"the same":                           {own, own, true},
		"another stand-in":                   {own, by(1, 1, 3, "2026-04-01", "2026-04-03"), false},
		"from another day":                   {own, by(1, 1, 2, "2026-04-02", "2026-04-03"), false},
		"to another day":                     {own, by(1, 1, 2, "2026-04-01", "2026-04-04"), false},
		"before it":                          {own, by(1, 1, 2, "2026-03-01", "2026-03-03"), false},
		"for another person":                 {own, by(3, 3, 2, "2026-04-01", "2026-04-03"), false},
		"for somebody who left":              {own, by(9, 9, 2, "2026-04-01", "2026-04-03"), false},
		"by somebody who left":               {own, by(1, 1, 9, "2026-04-01", "2026-04-03"), false},
		"everywhere against one team":        {own, ofNorth, true},
		"one team against everywhere":        {ofNorth, own, false},
		"one team of two":                    {ofBoth, ofNorth, true},
		"two teams where one has it":         {ofNorth, ofBoth, false},
		"the last set is the one that holds": {by(1, 1, 3, "2026-04-01", "2026-04-03"), own, false},
	} {
		if got := d.WithCover([]CoverSetting{test.set}).HasCover(test.asked); got != test.same {
			t.Errorf("%s: the same is %t", name, got)
		}
	}
	if d.HasCover(own) {
		t.Error("cover that nobody has set is recognised")
	}
	if d.WithCover([]CoverSetting{own, {ID: 2, Person: testGUID(1), StandIn: testGUID(3), From: own.To, To: own.To, SetBy: testGUID(1)}}).HasCover(own) {
		t.Error("a later one for its last day takes that day from it")
	}
}

func TestEachCoverHasItsOwnReach(t *testing.T) {
	d := readDirectory(t, countyYAML).WithCover([]CoverSetting{
		{ID: 1, Person: testGUID(1), StandIn: testGUID(2), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"), SetBy: testGUID(4), Reach: []DirectoryUnit{TeamUnit("south")}},
		{ID: 2, Person: testGUID(3), StandIn: testGUID(2), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"), SetBy: testGUID(4), Reach: []DirectoryUnit{TeamUnit("north")}},
		{ID: 3, Person: testGUID(4), StandIn: testGUID(9), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"), SetBy: testGUID(4)},
		{ID: 4, Person: testGUID(5), StandIn: testGUID(5), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"), SetBy: testGUID(5)},
	})
	on, north, south := day(t, "2026-04-01"), Scope{Team: "north"}, Scope{Team: "south"}
	for _, test := range []struct {
		person int
		scope  Scope
		away   bool
		by     string
	}{
		{1, south, true, "bea"}, {1, north, false, ""}, {3, north, true, "bea"}, {3, south, false, ""},
		{4, north, true, ""},  // who should stand in has left
		{5, north, false, ""}, // nobody stands in for themselves
		{9, north, false, ""},
	} {
		by, stands := d.StandInFor(testGUID(test.person), test.scope, on)
		if away := d.IsAway(testGUID(test.person), test.scope, on); away != test.away || by.ID != test.by || stands != (test.by != "") {
			t.Errorf("person %d in %s: away %t, stand-in %q", test.person, test.scope.Team, away, by.ID)
		}
	}
}

func TestOverseenUnitsAreThoseOfEachLevelAndOfCover(t *testing.T) {
	d := readDirectory(t, countyYAML)
	with := d.WithCover([]CoverSetting{{ID: 1, Person: testGUID(5), StandIn: testGUID(4), From: day(t, "2026-04-01"), To: day(t, "2026-04-01"), SetBy: testGUID(5)}})
	for _, test := range []struct {
		who, on, want string
	}{
		{testGUID(4), "2026-03-31", "team:north"},
		{testGUID(4), "2026-04-01", "service:locality team:north"}, // in the order of the alphabet
		{testGUID(5), "2026-04-01", "service:locality"},
		{testGUID(2), "2026-04-01", "agency:health"},
		{testGUID(1), "2026-04-01", ""},
		{testGUID(99), "2026-04-01", ""},
	} {
		units := with.OverseenUnits(test.who, day(t, test.on))
		if units == nil {
			t.Errorf("%s on %s: nil, which would mean everywhere", test.who, test.on)
		}
		var got []string
		for _, u := range units {
			got = append(got, string(u))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s on %s oversees %v, not %q", test.who, test.on, got, test.want)
		}
	}
	if got := readDirectory(t, exampleYAML).OverseenUnits(testGUID(5), day(t, "2026-04-01")); !slices.Equal(got, []DirectoryUnit{AuthorityUnit}) {
		t.Errorf("who oversees the authority oversees %v", got)
	}
}

func TestACircleOfStandInsIsFoundOnEachDayOfItsCover(t *testing.T) {
	d := readDirectory(t, countyYAML)
	own := func(id int64, person, standIn int, from, to string) CoverSetting {
		return CoverSetting{ID: id, Person: testGUID(person), StandIn: testGUID(standIn), From: day(t, from), To: day(t, to), SetBy: testGUID(person)}
	}
	chain := d.WithCover([]CoverSetting{own(1, 2, 3, "2026-04-05", "2026-04-10"), own(2, 3, 4, "2026-04-08", "2026-04-09")})
	for name, test := range map[string]struct {
		set  CoverSetting
		want string
	}{
		"nobody's chain leads back":     {own(9, 5, 2, "2026-04-01", "2026-04-30"), ""},
		"the stand-in is covered by me": {own(9, 3, 2, "2026-04-06", "2026-04-06"), "col bea"},
		"two steps away":                {own(9, 4, 2, "2026-04-01", "2026-04-30"), "deb bea col"},
		"on its first day":              {own(9, 4, 2, "2026-04-08", "2026-04-08"), "deb bea col"},
		"on the last day of the chain":  {own(9, 4, 2, "2026-04-09", "2026-04-12"), "deb bea col"},
		"it has not begun":              {own(9, 4, 2, "2026-04-01", "2026-04-07"), ""},
		"it begins on my last day":      {own(9, 4, 2, "2026-04-01", "2026-04-08"), "deb bea col"},
		"it has ended":                  {own(9, 4, 2, "2026-04-10", "2026-04-30"), ""},
		"somebody who has left":         {own(9, 99, 2, "2026-04-06", "2026-04-06"), ""},
		"a stand-in who has left":       {own(9, 3, 99, "2026-04-06", "2026-04-06"), ""},
	} {
		var got []string
		for _, p := range chain.FindCircle(test.set) {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: the circle is %v, not %q", name, got, test.want)
		}
	}
	// A chain can close after the cover of one in it ends: the older cover below it holds again.
	below := d.WithCover([]CoverSetting{own(1, 2, 4, "2026-04-01", "2026-04-30"), own(2, 2, 5, "2026-04-01", "2026-04-10")})
	if got := below.FindCircle(own(9, 4, 2, "2026-04-05", "2026-04-20")); len(got) != 2 {
		t.Errorf("from the day after the other cover's end the circle is %v", got)
	}
	if got := below.FindCircle(own(9, 4, 2, "2026-04-05", "2026-04-10")); got != nil {
		t.Errorf("until the other cover's end the circle is %v", got)
	}
	// Where the other cover holds for one place only, the circle is there.
	inSouth := d.WithCover([]CoverSetting{{ID: 1, Person: testGUID(2), StandIn: testGUID(1), From: day(t, "2026-04-01"), To: day(t, "2026-04-30"), SetBy: testGUID(4), Reach: []DirectoryUnit{TeamUnit("south")}}})
	if got := inSouth.FindCircle(own(9, 1, 2, "2026-04-01", "2026-04-01")); len(got) != 2 {
		t.Errorf("the circle in one team is %v", got)
	}
}

func TestSomebodyToWhomTeamsLetsTheBotWriteNothingIsNotReachable(t *testing.T) {
	d := readDirectory(t, countyYAML)
	person := func(id string) Person {
		p, ok := d.PersonByID(id)
		if !ok {
			t.Fatalf("nobody is %s", id)
		}
		return p
	}
	with := d.WithUnreachable([]string{strings.ToUpper(testGUID(2))})
	for id, want := range map[string]bool{"al": true, "bea": false, "meg": false} {
		if got := with.IsReachable(person(id)); got != want {
			t.Errorf("%s is reachable: %t", id, got)
		}
	}
	if !d.IsReachable(person("bea")) || d.IsReachable(person("meg")) {
		t.Error("the directory itself has changed, or somebody without an account is reachable")
	}
	if with.unreachable = nil; !with.WithUnreachable(nil).IsReachable(person("bea")) {
		t.Error("whoever is reachable again is not")
	}
}

func TestRolesOfAPersonAreThoseOfEveryLevel(t *testing.T) {
	d := readDirectory(t, countyYAML)
	for id, want := range map[string][]Role{"al": {"director", "team-manager"}, "eve": {"director", "oversight"}, "bea": {"oversight", "team-manager"},
		"meg": {"line-manager"}, "nobody": nil} {
		if diff := cmp.Diff(want, d.RolesOf(id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	// The nearest level that has a role decides who holds it.
	for _, test := range []struct {
		id    string
		scope Scope
		want  []Role
	}{
		{"eve", Scope{Team: "north"}, []Role{"director"}}, // the team has an overseer of its own
		{"eve", Scope{Service: "locality"}, []Role{"director", "oversight"}},
		{"bea", Scope{Team: "south"}, []Role{"team-manager"}},
		{"bea", Scope{Agency: "health"}, []Role{"oversight"}},
		{"col", Scope{Team: "north"}, []Role{"chair", "service-manager"}},
		{"col", Scope{Team: "south"}, []Role{"chair"}},
	} {
		if diff := cmp.Diff(test.want, d.RolesIn(test.id, test.scope)); diff != "" {
			t.Errorf("%s in %+v (-want +got):\n%s", test.id, test.scope, diff)
		}
	}
	for _, h := range d.ActingHolders("director", Scope{}, day(t, "2026-04-01")) {
		if h.Role != "director" || h.CoverFor != nil {
			t.Errorf("%+v", h)
		}
	}
}

func TestListsHaveEveryFieldOfTheFile(t *testing.T) {
	d := readDirectory(t, countyYAML)
	if diff := cmp.Diff([]Service{{ID: "locality", Name: "Locality", Channel: "19:s@thread.tacv2"}}, d.Services()); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	if got := JoinRoles([]Role{"chair", "oversight", "director"}); got != "chair, oversight, director" {
		t.Errorf("roles in a line: %q", got)
	}
	if JoinRoles(nil) != "" {
		t.Error("no roles are something")
	}
}

func TestAnAgencyThatIsNotListedNeedsItsRolesInEachTeamOrAbove(t *testing.T) {
	d := readDirectory(t, countyYAML)
	for _, test := range []struct {
		need RoleNeed
		held bool
	}{
		{RoleNeed{Role: "team-manager", Why: "answers", Agency: "police"}, true}, // each team has one
		{RoleNeed{Role: "director", Why: "answers", Agency: "police"}, true},
		{RoleNeed{Role: "service-manager", Why: "answers", Agency: "police"}, false}, // the south has none
		{RoleNeed{Role: "line-manager", Why: "answers", Agency: "health"}, true},
		{RoleNeed{Role: "line-manager", Why: "answers", EveryAgency: true}, true},
		{RoleNeed{Role: "line-manager", Why: "judges", EveryAgency: true, NeedsAccount: true}, false},
		{RoleNeed{Role: "line-manager", Why: "answers", Agency: "police"}, false},
	} {
		if got := d.CheckVacancies([]RoleNeed{test.need}); (len(got) == 0) != test.held {
			t.Errorf("%+v: %v", test.need, got)
		}
	}
}

func TestCoverInTheFileIsRefusedWhereItMeetsAnother(t *testing.T) {
	for cover, want := range map[string]string{
		"{for: al, by: bea, from: 2026-04-01, to: 2026-04-05}, {for: al, by: col, from: 2026-04-06, to: 2026-04-08}":  "",
		"{for: al, by: bea, from: 2026-04-01, to: 2026-04-05}, {for: al, by: col, from: 2026-04-05, to: 2026-04-08}":  "covered twice",
		"{for: al, by: bea, from: 2026-04-05, to: 2026-04-08}, {for: al, by: col, from: 2026-04-01, to: 2026-04-05}":  "covered twice",
		"{for: al, by: bea, from: 2026-04-01, to: 2026-04-05}, {for: bea, by: col, from: 2026-04-01, to: 2026-04-05}": "",
		"{for: al, by: al, from: 2026-04-01, to: 2026-04-05}":                                                         "cannot stand in for themselves",
		"{for: al, by: bea, from: 2026-04-05, to: 2026-04-01}":                                                        "before it begins",
		"{for: al, by: bea, from: 1 April, to: 2026-04-01}":                                                           "from: must be a day",
		"{for: al, by: bea, from: 2026-04-01, to: 2026-04-01}":                                                        "",
		"{for: al, by: bea, from: 2026-04-01}":                                                                        "to: must be a day",
		"{for: zed, by: bea, from: 2026-04-01, to: 2026-04-01}":                                                       `there is no person "zed"`,
		"{by: bea, from: 2026-04-01, to: 2026-04-01}":                                                                 `there is no person ""`,
		"{from: 2026-04-01, to: 2026-04-01}":                                                                          `there is no person ""`,
		"{for: al, by: bea, from: 2026-04-31, to: 2026-04-01}":                                                        "from: must be a day",
	} {
		_, err := Read("directory.yaml", []byte(countyYAML+"cover: ["+cover+"]\n"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", cover, err, want)
		}
		if err != nil && want != "before it begins" && strings.Contains(err.Error(), "before it begins") {
			t.Errorf("%s: what cannot be read is compared: %v", cover, err)
		}
		if err != nil && !strings.Contains(cover, "al, by: al") && strings.Contains(err.Error(), "themselves") {
			t.Errorf("%s: %v", cover, err)
		}
	}
}

func TestWhoIsNotInTheDirectoryActsInNothing(t *testing.T) {
	d := readDirectory(t, countyYAML)
	for _, who := range []string{testGUID(99), ""} {
		for _, s := range []Scope{{}, {Team: "north"}, {Agency: "health"}} {
			if d.MayActIn(who, "director", s, day(t, "2026-04-01")) || d.MayActAtAnyLevel(who, RoleOversight, s, day(t, "2026-04-01")) {
				t.Errorf("%q acts in %+v", who, s)
			}
		}
	}
	if !d.MayActAtAnyLevel(testGUID(5), RoleOversight, Scope{Team: "north"}, day(t, "2026-04-01")) {
		t.Error("who oversees the service does not oversee its team, which has an overseer of its own")
	}
	left := CoverSetting{ID: 1, Person: testGUID(1), StandIn: testGUID(99), From: day(t, "2026-04-01"), To: day(t, "2026-04-03"), SetBy: testGUID(1)}
	if d.WithCover([]CoverSetting{left}).HasCover(left) {
		t.Error("cover by who has left counts as set")
	}
}

func TestWarningsStandInTheOrderOfTheFile(t *testing.T) {
	d := readDirectory(t, `authority: X
teams:
  - {id: north, name: North, roles: {manager: ann}}
people:
  - {id: ann, name: Ann, entra: `+testGUID(1)+`}
  - {id: ann2, name: Ann, entra: `+testGUID(2)+`}
`)
	if got := d.Warnings().Error(); strings.Index(got, "has no channel") > strings.Index(got, "bears the same name") {
		t.Errorf("the later line stands first:\n%s", got)
	}
}
