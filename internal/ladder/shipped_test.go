package ladder

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryShippedLadderReadsAndIsNamedAsItsFile(t *testing.T) {
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Errorf("%s:\n%v", id, err)
			continue
		}
		if l.ID != id {
			t.Errorf("%s.yaml holds the ladder %q", id, l.ID)
		}
	}
}

func TestJSONGivesTheSameLadderAndDigestBack(t *testing.T) {
	digests := map[string]string{}
	for _, id := range ShippedIDs() {
		l, err := LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		text, err := l.JSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		back.Tests = l.Tests // they are no part of what a challenge keeps
		if diff := cmp.Diff(l, back); diff != "" {
			t.Errorf("%s came back changed (-want +got):\n%s", id, diff)
		}
		again, _ := back.JSON()
		if !bytes.Equal(text, again) || l.Hash() != back.Hash() || len(l.Hash()) != 16 {
			t.Errorf("%s: digest %s, then %s", id, l.Hash(), back.Hash())
		}
		if other := digests[l.Hash()]; other != "" {
			t.Errorf("%s and %s share a digest", id, other)
		}
		digests[l.Hash()] = id
		l.Rungs[0].Label += "!"
		if l.Hash() == back.Hash() {
			t.Errorf("%s: a changed label keeps the digest", id)
		}
	}
}
