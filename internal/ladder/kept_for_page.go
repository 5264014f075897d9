package ladder

import (
	"slices"
	"strings"

	"challengebot/internal/yamlfile"
)

// keptForPage are the keys on which nothing acts yet, by type and name. They are read, compared and
// printed, for whoever lays the ladder beside the procedure. A test finds any other such key.
var keptForPage = []string{
	"Ladder.direction", "Words.child", "SharedWindow.id",
	"Ladder.oversight", "Ladder.themes", "Ladder.conference", "Ladder.reports", "Ladder.good_practice",
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

// FindKeptForPage lists, as notes at their places, the parts of a ladder's file on which nothing acts
// yet. Where the procedure says something, whether it was inferred and what an entry is called go
// without saying. Of a file that cannot be read it says nothing.
func FindKeptForPage(name string, data []byte) yamlfile.Problems {
	l, file, _ := readAndValidate(name, data)
	if l == nil {
		return nil
	}
	var notes yamlfile.Problems
	for _, place := range keptForPage {
		part, key, _ := strings.Cut(place, ".")
		key = map[string]string{"Ladder": "", "Words": "words."}[part] + key
		if part == "SharedWindow" || !file.HasPath("$."+key) {
			continue
		}
		p := file.ProblemAt("$."+key, key+" is kept for the page: the program prints it and does nothing by it", "People do it, as the procedure has it")
		p.Severity = yamlfile.SeverityNote
		notes = append(notes, p)
	}
	notes.Sort()
	return notes
}
