package seal

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

func publicKey() ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func sample() Contents {
	return Contents{
		Trails: []Trail{{"b", "CH-BBBBBB", 2, "02"}, {"a", "CH-AAAAAA", 5, "05"}, {"c", "CH-CCCCCC", 0, ""}},
		Rows:   []Row{{"ladder", "x", "11"}, {"cover", "1", "22"}},
	}
}

func sealed(t *testing.T, c Contents, previous []byte) []byte {
	t.Helper()
	s, err := New(c, time.Date(2026, 11, 26, 17, 0, 0, 5, time.UTC), previous, key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestASealIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	text := sealed(t, sample(), []byte("the one before"))
	s, err := Parse(text, publicKey())
	if err != nil {
		t.Fatal(err)
	}
	if s.Trails[0].Ref != "CH-AAAAAA" || s.Rows[0].Table != "cover" || !s.Follows([]byte("the one before")) || s.Follows([]byte("another")) {
		t.Errorf("%+v", s)
	}
	backwards := sample()
	backwards.Trails[0], backwards.Trails[1] = backwards.Trails[1], backwards.Trails[0]
	if string(sealed(t, backwards, []byte("the one before"))) != string(text) {
		t.Error("the order of what is sealed changes the seal")
	}
	if empty, err := Parse(sealed(t, Contents{}, nil), publicKey()); err != nil || empty.Previous != "" {
		t.Errorf("an empty database: %+v, %v", empty, err)
	}
}

// Whatever byte of a seal is changed, it is refused.
func TestAChangedSealIsRefused(t *testing.T) {
	t.Parallel()
	text := sealed(t, sample(), nil)
	rapid.Check(t, func(t *rapid.T) {
		changed := append([]byte(nil), text...)
		i := rapid.IntRange(0, len(changed)-1).Draw(t, "byte")
		was := changed[i]
		changed[i] = rapid.Byte().Draw(t, "becomes")
		s, err := Parse(changed, publicKey())
		if changed[i] == was {
			return
		}
		if err != nil {
			return
		}
		// White space and the case of hexadecimal digits in the signature say the same.
		original, _ := Parse(text, publicKey())
		if diff := cmp.Diff(original.Contents, s.Contents); diff != "" || !s.At.Equal(original.At) || s.Root != original.Root || s.Previous != original.Previous {
			t.Fatalf("byte %d, %q for %q, is taken:\n%s", i, changed[i], was, diff)
		}
	})
	for _, text := range []string{"", "{}", `{"format": 2}`, "not JSON"} {
		if _, err := Parse([]byte(text), publicKey()); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
	other := ed25519.NewKeyFromSeed([]byte("another key of thirty-two bytes."))
	if _, err := Parse(text, other.Public().(ed25519.PublicKey)); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Parse(text, nil); !errors.Is(err, ErrSignature) {
		t.Errorf("no key: %v", err)
	}
}

func TestWhatDoesNotFitIsNamed(t *testing.T) {
	t.Parallel()
	s, err := Parse(sealed(t, sample(), nil), publicKey())
	if err != nil {
		t.Fatal(err)
	}
	now := func(change func(Stored)) string {
		stored := Stored{HashAt: map[string]string{"a/5": "05", "b/2": "02"}, Rows: map[string]string{"ladder/x": "11", "cover/1": "22", "cover/2": "33"},
			LastOld: map[string]int{"a": 4, "b": 2}, OldRows: []string{"ladder/x", "cover/1"}}
		change(stored)
		return fmt.Sprint(s.Compare(stored))
	}
	for _, test := range []struct {
		name   string
		change func(Stored)
		want   string
	}{
		{"nothing", func(Stored) {}, "[]"},
		{"a trail cut short", func(s Stored) { delete(s.HashAt, "a/5") }, "[{CH-AAAAAA event 5, which was sealed, is not there}]"},
		{"a trail written anew", func(s Stored) { s.HashAt["b/2"] = "99" }, "[{CH-BBBBBB an event up to 2 is another than was sealed}]"},
		{"a cover taken away", func(s Stored) { delete(s.Rows, "cover/1") }, "[{cover 1 it was sealed and is not there}]"},
		{"a ladder changed", func(s Stored) { s.Rows["ladder/x"] = "12" }, "[{ladder x it is another than was sealed}]"},
		{"an event of before, added since", func(s Stored) { s.LastOld["a"] = 6 }, "[{CH-AAAAAA event 6 says that it is older than the seal, which ends at event 5}]"},
		{"a challenge of before, added since", func(s Stored) { s.LastOld["d"] = 1 }, "[{challenge d it says that it is older than the seal, which does not have it}]"},
		{"what came since", func(s Stored) { s.HashAt["a/6"], s.Rows["cover/3"] = "06", "44" }, "[]"},
	} {
		if got := now(test.change); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}
