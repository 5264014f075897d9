package ladder

import (
	"slices"
	"strings"
)

// keptForPage are the keys on which nothing acts yet, by type and name. They are read, compared and
// printed, for whoever lays the ladder beside the procedure. A test finds any other such key.
var keptForPage = []string{
	"Ladder.direction", "Words.child", "Words.conference",
	"RecordingRule.mailbox", "Ladder.oversight", "Ladder.themes", "Ladder.conference", "Ladder.reports", "Ladder.good_practice",
}

// IsKeptForPage reports whether nothing acts on a key, such as "Ladder.reports" or a source: the
// program only prints it.
func IsKeptForPage(place string) bool {
	part, name, _ := strings.Cut(place, ".")
	switch {
	case strings.HasSuffix(name, "source") || strings.HasSuffix(name, "inferred"):
		return true
	case slices.Contains([]string{"Oversight", "ThemeNote", "ConferenceList", "Report", "GoodPractice"}, part):
		return true
	}
	return slices.Contains(keptForPage, place)
}
