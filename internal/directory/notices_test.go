package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAChannelBoundWhileTheBotRunsTakesThePlaceOfTheFiles(t *testing.T) {
	d := read(t, example)
	for name, test := range map[string]struct {
		bound        []Binding
		north, south string // where the notices of each team go
	}{
		"the file":       {nil, "19:n@thread.tacv2", "19:s@thread.tacv2"},
		"a team's":       {[]Binding{{Team: "north-locality", Channel: "19:x@thread.tacv2"}}, "19:x@thread.tacv2", "19:s@thread.tacv2"},
		"a service's":    {[]Binding{{Service: "north", Channel: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:x@thread.tacv2"},
		"both":           {[]Binding{{Service: "north", Channel: "19:x@thread.tacv2"}, {Team: "south-locality", Channel: "19:y@thread.tacv2"}}, "19:n@thread.tacv2", "19:y@thread.tacv2"},
		"nothing listed": {[]Binding{{Team: "gone", Channel: "19:x@thread.tacv2"}, {Service: "gone", Channel: "19:x@thread.tacv2"}}, "19:n@thread.tacv2", "19:s@thread.tacv2"},
	} {
		with := d.WithChannels(test.bound)
		if diff := cmp.Diff([]string{test.north, test.south}, []string{with.Channel("north-locality"), with.Channel("south-locality")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if d.Channel("north-locality") != "19:n@thread.tacv2" {
			t.Fatalf("%s: the directory itself has changed", name)
		}
	}
	north, _ := d.WithChannels([]Binding{{Team: "north-locality", Channel: "19:x@thread.tacv2", Names: Bound{Team: "Locality", Channel: "Notices"}}}).Team("north-locality")
	if diff := cmp.Diff(Bound{Team: "Locality", Channel: "Notices", On: true}, north.Bound); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARoleForAServiceIsNotThatOfOneOfItsTeams(t *testing.T) {
	d := read(t, example)
	for _, test := range []struct {
		who   string
		role  string
		scope Scope
		want  bool
	}{
		{guid(4), "service-manager", Scope{Service: "north"}, true},
		{guid(5), "service-manager", Scope{Service: "north"}, false}, // the authority's, and the service has its own
		{guid(2), "team-manager", Scope{Service: "north"}, false},
		{guid(5), "oversight", Scope{Service: "north"}, true},
	} {
		if got := d.Holds(test.who, test.role, test.scope, "2026-03-31"); got != test.want {
			t.Errorf("%s as %s for %+v: %t", test.who, test.role, test.scope, got)
		}
	}
}
