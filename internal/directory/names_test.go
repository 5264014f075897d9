package directory

import (
	"fmt"
	"strings"
	"testing"
)

// named is a directory of people with those names.
func named(t *testing.T, names ...string) *Directory {
	t.Helper()
	var b strings.Builder
	b.WriteString("authority: Exampleshire\npeople:\n")
	for i, name := range names {
		fmt.Fprintf(&b, "  - {id: p%d, name: %q, entra: %s}\n", i, name, testGUID(i+1))
	}
	b.WriteString("teams:\n  - {id: north, name: North, channel: \"19:n@thread.tacv2\", roles: {team-manager: p0}}\n")
	return readDirectory(t, b.String())
}

func TestANameIsFoundAsPeopleWriteIt(t *testing.T) {
	d := named(t, "Siân O'Brien", "Ben Carter", "Mary Smith-Jones", "SHAH, Priya (Children's Services)", "Søren Łukasz", "Thomas James", "James Thomas")
	for typed, want := range map[string]string{
		"Siân O’Brien": "Siân O'Brien", "sian obrien": "Siân O'Brien", "Sia\u0302n O\u00b4Brien": "Siân O'Brien", "SIÂN O‘BRIEN": "Siân O'Brien",
		"O'BRIEN Siân": "Siân O'Brien", "O’Brien, Sian": "Siân O'Brien", "O'Brien Sian": "Siân O'Brien", "Siân\u00a0O'Brien": "Siân O'Brien",
		"Siân\u202fO\u02bcBrien (Locality)": "Siân O'Brien", " Si\u200bân  O'Brien ": "Siân O'Brien",
		"CARTER Ben": "Ben Carter", "Carter, Ben (NEL)": "Ben Carter", "BEN CARTER": "Ben Carter", "ＢＥＮ Carter": "Ben Carter", "Ben Carter.": "Ben Carter",
		"Mary Smith Jones": "Mary Smith-Jones", "Mary Smith\u2011Jones": "Mary Smith-Jones", "SMITH\u2013JONES Mary": "Mary Smith-Jones",
		"Priya Shah": "SHAH, Priya (Children's Services)", "SHAH Priya": "SHAH, Priya (Children's Services)", "shah priya": "SHAH, Priya (Children's Services)",
		"Soren Lukasz": "Søren Łukasz", "Ben Carter (South": "Ben Carter", "(Duty) Ben (South) Carter": "Ben Carter", "Thomas James": "Thomas James", "James Thomas": "James Thomas", "James, Thomas": "Thomas James",
	} {
		found := d.PeopleNamed(typed)
		if len(found) != 1 || found[0].Name != want {
			t.Errorf("%q finds %v, not %s", typed, found, want)
		}
		if p, ok := d.PersonByName(typed); !ok || p.Name != want {
			t.Errorf("%q is %v, %v", typed, p, ok)
		}
	}
	for _, typed := range []string{"", "  ", "'", "()", "Ben", "Carter", "Ben Carter Jones", "Benn Carter", "Priya", "Sian Brien"} {
		if found := d.PeopleNamed(typed); len(found) > 0 {
			t.Errorf("%q finds %v", typed, found)
		}
	}
}

func TestLettersThatAreNotTakenApartAreSpeltWithoutAccents(t *testing.T) {
	for written, want := range map[string]string{"Jørgen": "jorgen", "Łucja": "lucja", "Đorđe": "dorde", "Sigurður": "sigurdur", "Þóra": "thora", "Bjærke": "bjaerke", "Cœur": "coeur", "Strauß": "strauss", "Işık": "isik", "Ħaż": "haz",
		"O`Neil": "oneil", "O´Neil": "oneil", "O\u02bcNeil": "oneil", "O\u2032Neil": "oneil", "O\uff07Neil": "oneil", "Smith.Jones,Ann": "smith jones ann", "Anne-Marie2": "anne marie2"} {
		if got := FoldName(written); got != want {
			t.Errorf("%q is compared as %q, not %q", written, got, want)
		}
	}
}

func TestANameThatFitsTwoPeopleFindsBoth(t *testing.T) {
	d := named(t, "Sian Evans", "Siân Evans", "Thomas James", "James Thomas", "Ben Carter", "CARTER, Ben (South)")
	for typed, want := range map[string]int{"Siân Evans": 2, "sian evans": 2, "EVANS Sian": 2, "Evans, Siân": 2, "THOMAS James": 2, "JAMES Thomas": 2,
		"Thomas James": 1, "Ben Carter": 2, "Carter, Ben": 2} {
		if found := d.PeopleNamed(typed); len(found) != want {
			t.Errorf("%q finds %v, not %d", typed, found, want)
		}
		if _, one := d.PersonByName(typed); one != (want == 1) {
			t.Errorf("%q names one person: %v", typed, one)
		}
	}
	if got := d.Warnings().Error(); strings.Count(got, "bears the same name") != 2 {
		t.Errorf("warnings: %s", got)
	}
}

func TestLettersAreKeptAndOneLetterIsNoSurname(t *testing.T) {
	d := named(t, "Max Foxe", "J Smith", "Smith J", "Al Bo,", "---", "...")
	for typed, want := range map[string]string{"Max Foxe": "p0", "FOXE Max": "p0", "J Smith": "p1", "Smith J": "p2", "Al Bo": "p3", "Al Bo,": "p3"} {
		found := d.PeopleNamed(typed)
		if len(found) != 1 || found[0].ID != want {
			t.Errorf("%q finds %v, not %s", typed, found, want)
		}
	}
	for _, typed := range []string{"---", "…", ",", "Ma Foe"} {
		if found := d.PeopleNamed(typed); len(found) > 0 {
			t.Errorf("%q finds %v", typed, found)
		}
	}
	if got := d.Warnings(); len(got) > 0 {
		t.Errorf("names of no letters are the same: %v", got)
	}
}
