package directory

import "testing"

func TestCoverSetWhileTheBotRunsComesBeforeTheFilesAndTheLastOneHolds(t *testing.T) {
	d := readDirectory(t, exampleYAML)
	person := func(id string) Person {
		p, ok := d.PersonByID(id)
		if !ok {
			t.Fatalf("nobody is %s", id)
		}
		return p
	}
	acting := func(d *Directory, on string) string {
		p, _ := d.StandInFor(testGUID(2), Scope{}, parseDate(t, on))
		return p.ID
	}
	if was := acting(d, "2026-04-01"); was != "tom-reid" {
		t.Fatalf("the file says %q", was)
	}
	set := []CoverSetting{
		{ID: 1, Person: testGUID(2), StandIn: person("tom-reid").Entra, From: parseDate(t, "2026-03-01"), To: parseDate(t, "2026-04-30")},
		{ID: 2, Person: testGUID(2), StandIn: person("ann-lee").Entra, From: parseDate(t, "2026-04-01"), To: parseDate(t, "2026-04-01")},
		{ID: 3, Person: testGUID(99), StandIn: person("ann-lee").Entra, From: parseDate(t, "2026-04-01"), To: parseDate(t, "2026-04-01")}, // not listed any more
	}
	with := d.WithCover(set)
	for on, want := range map[string]string{"2026-03-31": "tom-reid", "2026-04-01": "ann-lee", "2026-04-02": "tom-reid"} {
		if got := acting(with, on); got != want {
			t.Errorf("on %s %q acts, want %q", on, got, want)
		}
	}
	if was := acting(d, "2026-03-31"); was != "" {
		t.Errorf("the directory itself has changed: %q acts", was)
	}
	if n, before := len(with.CurrentCover(parseDate(t, "2026-04-01"))), len(d.CurrentCover(parseDate(t, "2026-04-01"))); n != before+2 {
		t.Errorf("%d are listed, and %d of the file", n, before)
	}
}
