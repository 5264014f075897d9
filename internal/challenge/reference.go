package challenge

import (
	"strings"
	"unicode"
)

// referenceAlphabet has 31 letters, a prime number of them, and none that is read or heard
// as another: no 0, 1, I, O or U.
const referenceAlphabet = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"

// referenceCount is how many numbers the five letters before the check letter can
// hold: 31 to the fifth.
const referenceCount = 31 * 31 * 31 * 31 * 31

// FormatReference turns a number into the name of a challenge, such as CH-7K3QX2: five
// letters, and a check letter which no single wrong letter and no swapped neighbours get
// past. Numbers that differ by a multiple of 31 to the fifth have the same name.
//
// The store draws the number at random, so a reference tells neither how many challenges
// there are nor what another one's is.
func FormatReference(n uint64) string {
	n %= referenceCount
	var b [6]byte
	sum := uint64(0)
	for i := 4; i >= 0; i-- {
		digit := n % 31
		n /= 31
		b[i] = referenceAlphabet[digit]
		sum += digit * uint64(i+1)
	}
	b[5] = referenceAlphabet[sum%31]
	return "CH-" + string(b[:])
}

// ParseReference reads a reference as a person types it: in any case, with or
// without the CH, with a hyphen, a dash or a space in its place. False means that
// it is no reference, or one mistyped.
func ParseReference(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) {
			return -1
		}
		return r
	}, strings.ToUpper(s))
	if len(s) == 8 {
		s = strings.TrimPrefix(s, "CH")
	}
	if len(s) != 6 {
		return "", false
	}
	sum := 0
	for i := range 5 {
		digit := strings.IndexByte(referenceAlphabet, s[i])
		if digit < 0 {
			return "", false
		}
		sum += digit * (i + 1)
	}
	if s[5] != referenceAlphabet[sum%31] {
		return "", false
	}
	return "CH-" + s, true
}
