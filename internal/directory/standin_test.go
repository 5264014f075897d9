package directory

import "testing"

func TestActingForFollowsTheChainOfCoverOnThatDay(t *testing.T) {
	d := read(t, example)
	for _, test := range []struct{ who, on, want string }{
		{guid(2), "2026-03-31", ""},
		{guid(2), "2026-04-01", "tom-reid"},
		{guid(2), "2026-04-09", "ann-lee"},
		{guid(3), "2026-04-12", "ann-lee"},
		{guid(3), "2026-04-13", ""},
		{guid(1), "2026-04-09", ""},
		{guid(99), "2026-04-09", ""},
	} {
		p, ok := d.ActingFor(test.who, test.on)
		if p.ID != test.want || ok != (test.want != "") {
			t.Errorf("%s on %s: %q, %v; want %q", test.who, test.on, p.ID, ok, test.want)
		}
	}
}
