package directory

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Names are compared as people write them: a phone types another apostrophe than a keyboard,
// Word another hyphen, a list of staff puts the surname first.

// letterSpellings are letters that Unicode does not take apart, as they are written without
// accents.
var letterSpellings = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ß", "ss", "ı", "i", "ħ", "h")

// FoldName is a name for comparing: in small letters, without accents and apostrophes, with one
// plain space where a space, a hyphen or punctuation stands. It is no text to show.
func FoldName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(dropApostrophes(name))) {
		switch {
		case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(letterSpellings.Replace(b.String())), " ")
}

func dropApostrophes(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("'`´‘’‛ʼʹʻʽ′＇", r) {
			return -1
		}
		return r
	}, name)
}

// nameReadings are the orders in which a written name can be meant, folded: "SHAH, Priya
// (North)" is Priya Shah; "SHAH Priya" may be either.
func nameReadings(name string) []string {
	name = withoutBrackets(name)
	if surname, first, ok := strings.Cut(name, ","); ok && FoldName(first) != "" {
		return []string{FoldName(first + " " + surname)}
	}
	readings := []string{FoldName(name)}
	words := strings.Fields(name)
	capitals := 0
	for capitals < len(words) && isCapitals(words[capitals]) {
		capitals++
	}
	if capitals > 0 && capitals < len(words) {
		readings = append(readings, FoldName(strings.Join(append(slices.Clone(words[capitals:]), words[:capitals]...), " ")))
	}
	return readings
}

// withoutBrackets leaves out what stands in brackets: a department, as lists of staff have it.
func withoutBrackets(name string) string {
	for {
		from := strings.IndexByte(name, '(')
		if from < 0 {
			return name
		}
		to := strings.IndexByte(name[from:], ')')
		if to < 0 {
			return name[:from]
		}
		name = name[:from] + " " + name[from+to+1:]
	}
}

// isCapitals reports whether a word of two letters or more is written in capitals only.
func isCapitals(word string) bool {
	letters := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			letters++
			if !unicode.IsUpper(r) {
				return false
			}
		}
	}
	return letters > 1
}

// PeopleNamed are all whom a name can mean: compared without accents, apostrophes, hyphens,
// case and spacing, with the surname first or last. More than one means that it must be asked
// who is meant.
func (d *Directory) PeopleNamed(name string) []Person {
	wanted := nameReadings(name)
	if wanted[0] == "" {
		return nil
	}
	found := d.peopleWhere(func(readings []string) bool {
		return slices.ContainsFunc(readings, func(r string) bool { return slices.Contains(wanted, r) })
	})
	if len(found) > 0 {
		return found
	}
	words := sortedWords(wanted[0])
	return d.peopleWhere(func(readings []string) bool { return slices.Equal(sortedWords(readings[0]), words) })
}

func (d *Directory) peopleWhere(is func(readings []string) bool) []Person {
	var found []Person
	for i, p := range d.people {
		if is(d.readings[i]) {
			found = append(found, p)
		}
	}
	return found
}

func sortedWords(s string) []string { return slices.Sorted(strings.FieldsSeq(s)) }

// PersonByName finds the one person whom a name can mean; see PeopleNamed.
func (d *Directory) PersonByName(name string) (Person, bool) {
	found := d.PeopleNamed(name)
	if len(found) != 1 {
		return Person{}, false
	}
	return found[0], true
}
