package safetext

import (
	"strings"
	"testing"
	"time"
)

func TestANameBesideADateOfBirthIsFound(t *testing.T) {
	now := time.Date(2026, 3, 30, 10, 0, 0, 0, time.UTC)
	staff := func(name string) bool { return name == "Priya Shah" }
	for text, want := range map[string]string{
		"Mia Brown, 3/4/2019, was not seen.":                         "Mia Brown, 3/4/2019",
		"Not seen: Mia Brown (DOB 03.04.2019).":                      "Mia Brown (DOB 03.04.2019",
		"The child (12 May 2016) Siân O'Brien has no plan.":          "12 May 2016) Siân O'Brien",
		"Mia, born in 2019, was not seen.":                           "Mia, born",
		"Jean-Luc Picard-Smith 2019-04-03":                           "Jean-Luc Picard-Smith 2019-04-03",
		"No visit since 12 February.":                                "",
		"The Core Group of 3 March 2026 did not meet.":               "",
		"Child Protection Plan of 12/01/2026: nothing was done.":     "",
		"Priya Shah promised it. The visit of 12/02/2026 was missed": "",
		"The core group has not met since 3/3/2026.":                 "",
		"Tom Reid will visit on 2 April 2026.":                       "",
		"Jo Brown was seen on 12.02.2026.":                           "",
		"Priya Shah has been the manager since 1/9/2019.":            "",
		"Jo Brown left on 4 May 1999.":                               "",
		"Baby Jo Brown, born 12.02.2026":                             "Baby Jo Brown, born",
		"":                                                           "",
		"MIA BROWN 03/04/2019 was not seen.":                         "MIA BROWN 03/04/2019",
		"BROWN, Mia (3rd of April 2019)":                             "BROWN, Mia (3rd of April 2019",
		"Mia Brown, April 3, 2019":                                   "Mia Brown, April 3, 2019",
		"Mia (03/04/2019) and Sam (05/06/2021) were not seen.":       "Mia (03/04/2019) | Sam (05/06/2021)",
		"mia brown dob 3/4/2019":                                     "mia brown dob 3/4/2019",
		"The child's DOB 3/4/2019 is wrong on the record.":           "",
		"the child, date of birth: 3/4/2019, was not seen":           "",
		"Mia Brown 03 04 2019 and Leo Green, d.o.b. 5.6.21":          "Mia Brown 03 04 2019 | 03 04 2019 and Leo Green",
		"The ICPC (3/4/2025) agreed it; the LADO, 12/01/2025.":       "",
	} {
		if got := strings.Join(FindPeopleBesideBirth(text, now, staff), " | "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestARecordNumberThatMayBeAPersonIsFound(t *testing.T) {
	now := time.Date(2026, 3, 30, 10, 0, 0, 0, time.UTC)
	for record, want := range map[string]bool{
		"Mia 20190412": true, "20190412": true, "LCS 12042019": true, "Mia123456": true,
		"204817": false, "LL-1234567": false, "LCS 482913": false, "19690412": false, "20990412": false, "12345678": false, "": false,
	} {
		if got := LooksLikePerson(record, now); got != want {
			t.Errorf("%q: %t", record, got)
		}
	}
}
