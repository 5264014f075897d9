package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAChannelBoundWhileTheBotRunsTakesThePlaceOfTheFiles(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	for name, test := range map[string]struct {
		bound        []NoticeChannelSetting
		north, south string // where the notices of each team go
	}{
		"the file":       {nil, "19:n@thread.tacv2", "19:s@thread.tacv2"},
		"a team's":       {[]NoticeChannelSetting{{Unit: TeamUnit("north-locality"), ChannelID: "19:x@thread.tacv2"}}, "19:x@thread.tacv2", "19:s@thread.tacv2"},
		"a service's":    {[]NoticeChannelSetting{{Unit: ServiceUnit("north"), ChannelID: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:x@thread.tacv2"},
		"both":           {[]NoticeChannelSetting{{Unit: ServiceUnit("north"), ChannelID: "19:x@thread.tacv2"}, {Unit: TeamUnit("south-locality"), ChannelID: "19:y@thread.tacv2"}}, "19:n@thread.tacv2", "19:y@thread.tacv2"},
		"nothing listed": {[]NoticeChannelSetting{{Unit: TeamUnit("gone"), ChannelID: "19:x@thread.tacv2"}, {Unit: ServiceUnit("gone"), ChannelID: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:s@thread.tacv2"},
	} {
		with := d.WithChannels(test.bound)
		if diff := cmp.Diff([]string{test.north, test.south}, []string{with.NoticeChannel("north-locality"), with.NoticeChannel("south-locality")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if d.NoticeChannel("north-locality") != "19:n@thread.tacv2" {
			t.Fatalf("%s: the directory itself has changed", name)
		}
	}
	north, _ := d.WithChannels([]NoticeChannelSetting{{Unit: TeamUnit("north-locality"), ChannelID: "19:x@thread.tacv2", TeamName: "Locality", ChannelName: "Notices"}}).TeamByID("north-locality")
	if diff := cmp.Diff(BoundChannel{Team: "Locality", Channel: "Notices", IsSet: true}, north.BoundChannel); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARoleForAServiceIsNotThatOfOneOfItsTeams(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	for _, test := range []struct {
		who   string
		role  Role
		scope Scope
		want  bool
	}{
		{testGUID(4), "service-manager", Scope{Service: "north"}, true},
		{testGUID(5), "service-manager", Scope{Service: "north"}, false}, // the authority's, and the service has its own
		{testGUID(2), "team-manager", Scope{Service: "north"}, false},
		{testGUID(5), "oversight", Scope{Service: "north"}, true},
	} {
		if got := d.MayActIn(test.who, test.role, test.scope, parseDate(t, "2026-03-31")); got != test.want {
			t.Errorf("%s as %s for %+v: %t", test.who, test.role, test.scope, got)
		}
	}
}
