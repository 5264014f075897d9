package directory

import "testing"

func TestActingForFollowsTheChainOfCoverOnThatDay(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	for _, test := range []struct{ who, on, want string }{
		{testGUID(2), "2026-03-31", ""},
		{testGUID(2), "2026-04-01", "tom-reid"},
		{testGUID(2), "2026-04-09", "ann-lee"},
		{testGUID(3), "2026-04-12", "ann-lee"},
		{testGUID(3), "2026-04-13", ""},
		{testGUID(1), "2026-04-09", ""},
		{testGUID(99), "2026-04-09", ""},
	} {
		p, ok := d.StandInFor(test.who, Scope{}, parseDate(t, test.on))
		if p.ID != test.want || ok != (test.want != "") {
			t.Errorf("%s on %s: %q, %v; want %q", test.who, test.on, p.ID, ok, test.want)
		}
	}
}
