package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAChannelBoundWhileTheBotRunsTakesThePlaceOfTheFiles(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	for name, test := range map[string]struct {
		bound        []ChannelBinding
		north, south string // where the notices of each team go
	}{
		"the file":       {nil, "19:n@thread.tacv2", "19:s@thread.tacv2"},
		"a team's":       {[]ChannelBinding{{Team: "north-locality", Channel: "19:x@thread.tacv2"}}, "19:x@thread.tacv2", "19:s@thread.tacv2"},
		"a service's":    {[]ChannelBinding{{Service: "north", Channel: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:x@thread.tacv2"},
		"both":           {[]ChannelBinding{{Service: "north", Channel: "19:x@thread.tacv2"}, {Team: "south-locality", Channel: "19:y@thread.tacv2"}}, "19:n@thread.tacv2", "19:y@thread.tacv2"},
		"nothing listed": {[]ChannelBinding{{Team: "gone", Channel: "19:x@thread.tacv2"}, {Service: "gone", Channel: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:s@thread.tacv2"},
	} {
		with := d.WithChannels(test.bound)
		if diff := cmp.Diff([]string{test.north, test.south}, []string{with.NoticeChannel("north-locality"), with.NoticeChannel("south-locality")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if d.NoticeChannel("north-locality") != "19:n@thread.tacv2" {
			t.Fatalf("%s: the directory itself has changed", name)
		}
	}
	north, _ := d.WithChannels([]ChannelBinding{{Team: "north-locality", Channel: "19:x@thread.tacv2", ChannelNames: BoundChannel{Team: "Locality", Channel: "Notices"}}}).TeamByID("north-locality")
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
