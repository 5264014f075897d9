package ladder

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryShippedLadderReadsAndIsNamedAsItsFile(t *testing.T) {
	for _, id := range Shipped() {
		l, err := Load(id)
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
	for _, id := range Shipped() {
		l, err := Load(id)
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
		if diff := cmp.Diff(l, back); diff != "" {
			t.Errorf("%s came back changed (-want +got):\n%s", id, diff)
		}
		again, _ := back.JSON()
		if !bytes.Equal(text, again) || l.Digest() != back.Digest() || len(l.Digest()) != 16 {
			t.Errorf("%s: digest %s, then %s", id, l.Digest(), back.Digest())
		}
		if other := digests[l.Digest()]; other != "" {
			t.Errorf("%s and %s share a digest", id, other)
		}
		digests[l.Digest()] = id
		l.Rungs[0].Label += "!"
		if l.Digest() == back.Digest() {
			t.Errorf("%s: a changed label keeps the digest", id)
		}
	}
}
