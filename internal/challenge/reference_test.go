package challenge_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
)

const referenceLetters = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"

func TestNoTwoChallengesShareAReference(t *testing.T) {
	seen := make(map[string]bool, 200_000)
	for n := range uint64(200_000) {
		ref := challenge.FormatReference(n)
		if seen[ref] {
			t.Fatalf("%s comes twice, the second time as number %d", ref, n)
		}
		seen[ref] = true
		if back, ok := challenge.ParseReference(ref); !ok || back != ref {
			t.Fatalf("%s is read as %q, %v", ref, back, ok)
		}
	}
}

func TestTheCheckLetterFindsEveryWrongLetterAndEverySwap(t *testing.T) {
	for n := range uint64(2000) {
		ref := challenge.FormatReference(n * 14_000)
		code := []byte(strings.TrimPrefix(ref, "CH-"))
		for i := range code {
			was := code[i]
			for _, l := range []byte(referenceLetters) {
				if code[i] = l; l != was {
					if got, ok := challenge.ParseReference("CH-" + string(code)); ok || got != "" {
						t.Fatalf("%s mistyped as %s passes", ref, code)
					}
				}
			}
			code[i] = was
			if i > 0 && code[i-1] != code[i] {
				code[i-1], code[i] = code[i], code[i-1]
				if _, ok := challenge.ParseReference("CH-" + string(code)); ok {
					t.Fatalf("%s with neighbours swapped, %s, passes", ref, code)
				}
				code[i-1], code[i] = code[i], code[i-1]
			}
		}
	}
}

func TestAReferenceIsReadAsPeopleTypeIt(t *testing.T) {
	ref := challenge.FormatReference(41)
	code := strings.TrimPrefix(ref, "CH-")
	for _, typed := range []string{ref, strings.ToLower(ref), code, " " + ref + "\n", "CH" + code, "ch " + strings.ToLower(code), "CH\u2013" + code, "CH\u2011" + code, code[:3] + " " + code[3:]} {
		if got, ok := challenge.ParseReference(typed); !ok || got != ref {
			t.Errorf("%q is read as %q, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "CH-", "CH", "CH-" + code[:5], ref + "2", "CH-IIIIII", "CH-OOOOO0", "\u00e9" + code[:5], "KH-" + code} {
		if got, ok := challenge.ParseReference(typed); ok || got != "" {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	// A code that itself begins with CH is not cut short.
	rapid.Check(t, func(t *rapid.T) {
		ref := challenge.FormatReference(rapid.Uint64().Draw(t, "n"))
		if got, ok := challenge.ParseReference(strings.TrimPrefix(ref, "CH-")); !ok || got != ref {
			t.Fatalf("%s without its CH is read as %q, %v", ref, got, ok)
		}
	})
}

func FuzzParseReference(f *testing.F) {
	f.Add("CH-7K3QX2")
	f.Add("ch\u2013 7k3 qx2")
	f.Fuzz(func(t *testing.T, s string) {
		ref, ok := challenge.ParseReference(s)
		if again, still := challenge.ParseReference(ref); ok && (!still || again != ref) {
			t.Fatalf("%q gives %q, which gives %q", s, ref, again)
		}
	})
}
