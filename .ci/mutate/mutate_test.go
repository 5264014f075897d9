package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const sample = "testdata/sample"

// TestWhatIsTestedIsNoticedAndWhatIsNotSurvives makes every change of the sample, of which
// the tests hold the first half.
func TestWhatIsTestedIsNoticedAndWhatIsNotSurvives(t *testing.T) {
	before, err := os.ReadFile(sample + "/sample.go")
	if err != nil {
		t.Fatal(err)
	}
	const firstOfTheUntested = 23
	p, err := loadPackage(sample)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRunner(p, options{limit: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	kinds := map[string]int{}
	for _, m := range p.mutations() {
		if !p.compiles(m) {
			continue
		}
		kinds[m.kind]++
		got, err := r.test(m)
		if err != nil {
			t.Fatal(err)
		}
		if wantSurvived := m.line >= firstOfTheUntested; (got == survived) != wantSurvived {
			t.Errorf("%s (%s): verdict %d\n%s", m.position(), m.kind, got, m.diff())
		}
	}
	for _, kind := range []string{"condition negated", "condition never true", "operator", "constant", "returned value", "error not returned",
		"statement dropped", "field dropped", "negation dropped"} {
		if kinds[kind] == 0 {
			t.Errorf("no change of the kind %q was made", kind)
		}
	}
	if after, err := os.ReadFile(sample + "/sample.go"); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the source was touched: %v", err)
	}
}

func TestTheSameSeedDrawsTheSameAndTheScoreIsHeldAgainstTheLeast(t *testing.T) {
	run := func(seed uint64, least float64) (string, error) {
		var out bytes.Buffer
		err := mutatePackages(&out, []string{sample}, options{n: 3, seed: seed, limit: 2 * time.Second, least: least, files: regexp.MustCompile("sample")})
		return out.String(), err
	}
	first, err := run(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	again, err := run(1, 101)
	if err == nil || !strings.Contains(err.Error(), sample) {
		t.Errorf("no score is over 100 %%, and the answer was %v", err)
	}
	if first != again {
		t.Errorf("first\n%s\nthen\n%s", first, again)
	}
	drawn := regexp.MustCompile(`(?m)^(noticed |SURVIVED) \S+:\d+`).FindAllString(first, -1)
	if len(drawn) != 3 || !strings.Contains(first, " of 3 (") {
		t.Errorf("%d were drawn:\n%s", len(drawn), first)
	}
	if other, err := run(2, 0); err != nil || slices.Equal(drawn, regexp.MustCompile(`(?m)^(noticed |SURVIVED) \S+:\d+`).FindAllString(other, -1)) {
		t.Errorf("another seed drew the same: %v", err)
	}
}

func TestTestsThatFailAsTheyAreAreRefused(t *testing.T) {
	if _, err := loadPackage("testdata/none"); err == nil {
		t.Error("a package that is not there was loaded")
	}
	p, err := loadPackage(sample)
	if err != nil {
		t.Fatal(err)
	}
	p.path += "/none"
	if _, err := newRunner(p, options{}); err == nil {
		t.Error("tests that fail were taken for a beginning")
	}
}
