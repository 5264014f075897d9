// Package languages lists the languages that people here can be addressed in. It knows none of
// their texts, so that packages below internal/words can name a language: a new one is added
// here and gets its catalogue next door.
package languages

import (
	"fmt"
	"slices"
	"strings"
)

// Language is one of them.
type Language struct {
	Tag  string // BCP 47, without a country: "cy"
	Name string // in English
}

var known = []Language{{"en", "English"}, {"cy", "Welsh"}}

// All are all languages. The first is used where none is named.
func All() []Language { return slices.Clone(known) }

// IsKnown reports whether there is such a language.
func IsKnown(tag string) bool {
	return slices.ContainsFunc(known, func(l Language) bool { return l.Tag == tag })
}

// NameOf is a language's name in English, or its tag where it is not known.
func NameOf(tag string) string {
	for _, l := range known {
		if l.Tag == tag {
			return l.Name
		}
	}
	return tag
}

// Choices is "en for English or cy for Welsh", for people who have to write one.
func Choices() string {
	var parts []string
	for _, l := range known {
		parts = append(parts, fmt.Sprintf("%s for %s", l.Tag, l.Name))
	}
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " or " + parts[last]
}
