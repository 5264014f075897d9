package yamlfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type colour string

type days int

func (d *days) UnmarshalText(text []byte) error {
	if _, err := fmt.Sscanf(string(text), "%d days", (*int)(d)); err != nil {
		return fmt.Errorf("a window reads like \"5 days\"")
	}
	return nil
}

type step struct {
	ID     string   `yaml:"id"`
	Window *days    `yaml:"window,omitempty"`
	Who    []string `yaml:"who"`
}

type sample struct {
	Title   string            `yaml:"title"`
	Version int               `yaml:"version"`
	Hard    bool              `yaml:"hard"`
	Colour  colour            `yaml:"colour"`
	Wait    time.Duration     `yaml:"wait"`
	Steps   []step            `yaml:"steps"`
	Words   map[colour]string `yaml:"words"`
	Inner   struct{ Plain string }
	Skipped string `yaml:"-"`
}

const wholeFile = `# a comment
title: "A: title"
version: 3
hard: true
colour: 007
wait: 1m30s
steps:
  - id: one
    window: 5 days
    who: [a, b]
  - {id: two, who: c}
words:
  red: rot
  "on": |
    long
    text
inner: {plain: x}
`

func TestReadFillsEveryKindOfValue(t *testing.T) {
	five := days(5)
	want := sample{Title: "A: title", Version: 3, Hard: true, Colour: "007", Wait: 90 * time.Second,
		Steps: []step{{ID: "one", Window: &five, Who: []string{"a", "b"}}, {ID: "two", Who: []string{"c"}}},
		Words: map[colour]string{"red": "rot", "on": "long\ntext\n"}}
	want.Inner.Plain = "x"
	for name, text := range map[string]string{
		"plain": wholeFile, "with a byte order mark": "\ufeff" + wholeFile, "with CRLF": strings.ReplaceAll(wholeFile, "\n", "\r\n"),
		"with document marks": "---\n" + wholeFile + "...\n",
	} {
		var got sample
		if _, err := Read("s.yaml", []byte(text), &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadRefusesWithPositionAndMend(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", "title: x\nversoin: 1\n", `s.yaml:2:1: the key "versoin" is not known here. Did you mean "version"?`},
		{"unknown key with no near one", "zzzzzz: 1\n", `s.yaml:1:1: the key "zzzzzz" is not known here. Use one of: colour, hard, inner, steps, title, version, wait, words`},
		{"unknown key in a list", "steps:\n  - id: a\n    windw: 5 days\n", `s.yaml:3:5: the key "windw" is not known here. Did you mean "window"?`},
		{"a key that is switched off", "skipped: x\n", `s.yaml:1:1: the key "skipped" is not known here. Use one of: colour`},
		{"duplicate key", "title: x\nversion: 1\ntitle: y\n", `s.yaml:3:1: the key "title" is given twice; the first is on line 1. Remove one of them`},
		{"duplicate key in a map", "words: {a: b, a: c}\n", `s.yaml:1:15: the key "a" is given twice; the first is on line 1. Remove one of them`},
		{"text for a number", "version: three\n", `s.yaml:1:10: version must be a whole number, and is text. Write digits only, without quotes`},
		{"octal number", "version: 0o17\n", `s.yaml:1:10: version is not a decimal whole number, or is out of range. Write it in ordinary digits`},
		{"huge number", "version: 99999999999999999999\n", `s.yaml:1:10: version`},
		{"text for true or false", "hard: yes\n", `s.yaml:1:7: hard must be true or false, and is text. Write true or false, without quotes`},
		{"true for text", "title: true\n", `s.yaml:1:8: title must be text, and is true or false. Put it in quotes if it is meant as text`},
		{"list for text", "title: [a]\n", `s.yaml:1:8: title must be text, and is a list. Write one plain value here`},
		{"nothing", "version: 1\ntitle:\n", `s.yaml:2:1: title has no value. Give it a value or remove the line`},
		{"nothing for a pointer", "steps:\n  - id: a\n    window:\n", `s.yaml:3:5: window has no value. Give it a value or remove the line`},
		{"own type", "steps:\n  - id: a\n    window: soon\n", `s.yaml:3:13: window: a window reads like "5 days"`},
		{"duration", "wait: soon\n", `s.yaml:1:7: wait: "soon" is not a length of time such as 90s, 5m or 1h30m`},
		{"keys for a list", "steps: {id: a}\n", `s.yaml:1:8: steps must be a list, and is a set of keys. Write its parts in [brackets] or on lines that begin with "- "`},
		{"text for keys", "inner: x\n", `s.yaml:1:8: inner must hold keys and values, and is text. Write it as key: value`},
		{"list for the file", "- a\n- b\n", `s.yaml:1:1: the file must hold keys and values, and is a list. Write it as key: value`},
		{"anchor", "title: &a x\n", `s.yaml:1:8: anchors and aliases (& and * and <<) are not read. Write the value out; put text that begins with & or * in quotes`},
		{"alias", "title: *a\n", `s.yaml:1:8: anchors and aliases`},
		{"merge", "inner:\n  <<: {plain: x}\n", `s.yaml:2:3: anchors and aliases`},
		{"tag", "steps: !x y\n", `s.yaml:1:8: tags (!) are not read. Remove the tag; put text that begins with ! in quotes`},
		{"explicit key", "? title\n: x\n", `s.yaml:1:1: explicit keys ("? ") are not read.`},
		{"directive", "%YAML 1.2\n---\ntitle: x\n", `s.yaml:1:1: directives (%) are not read. Remove the line`},
		{"second document", "title: x\n---\ntitle: y\n", `s.yaml:3:1: a second document begins here. Keep one document in a file: remove the "---" or make two files`},
		{"empty", "", `s.yaml:1:1: the file is empty. Write its contents, or name another file`},
		{"only comments", "# nothing\n", `s.yaml:1:1: the file is empty.`},
		{"not UTF-8", "title: \xff\xfe\n", `s.yaml:1:8: the file is not UTF-8 text: a sign stands here in another encoding. Save it again with the encoding UTF-8`},
		{"NUL", "title: x\nver\x00sion: 1\n", `s.yaml:2:4: a NUL byte stands in the text. Remove it`},
		{"open bracket", "steps: [a\n", `s.yaml:1:8: the bracket [ that opens here is not closed. `},
		{"tab for indentation", "inner:\n\tplain: x\n", `s.yaml:2:1: a tab stands before the text. Indent with spaces`},
		{"deep", "title: " + strings.Repeat("[", 5000), `s.yaml:1:48: the brackets or list marks are nested too deeply.`},
		{"deep list", strings.Repeat("- ", 5000), `s.yaml:1:81: the brackets or list marks are nested too deeply.`},
		{"too large", strings.Repeat("#", MaxSize+1), `s.yaml: the file has 1048577 bytes; the most that is read is 1048576. Split the file`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read("s.yaml", []byte(test.text), new(sample))
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want Problems", err)
			}
			if got := err.Error(); !strings.HasPrefix(got, test.want) {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestReadReportsEveryProblemInReadingOrder(t *testing.T) {
	_, err := Read("s.yaml", []byte("versoin: 1\nhard: maybe\nsteps:\n  - {id: a, why: b}\ntitle: [x]\n"), new(sample))
	var lines []int
	for _, p := range ProblemsOf(fmt.Errorf("wrapped: %w", err)) {
		lines = append(lines, p.Line)
	}
	if diff := cmp.Diff([]int{1, 2, 4, 5}, lines); diff != "" {
		t.Errorf("lines of the problems (-want +got):\n%s\n%v", diff, err)
	}
}

func TestAtFindsTheNearestThingThatStandsInTheFile(t *testing.T) {
	f, err := Read("s.yaml", []byte(wholeFile), new(sample))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]int{
		"$":                          {2, 1},
		"$.title":                    {2, 8},
		"$.hard":                     {4, 7},
		"$.steps":                    {7, 1},
		"$.steps[0]":                 {8, 5},
		"$.steps[0].window":          {9, 13},
		"$.steps[0].who[1]":          {10, 14},
		"$.steps[1]":                 {11, 5},
		"$.steps[1].window":          {11, 5}, // missing: the step
		"$.steps[1].who[0]":          {11, 20},
		"$.steps[7].window":          {7, 1}, // missing: the list
		"$.words.red":                {13, 8},
		"$.words.blue":               {12, 1},
		"$.inner.plain":              {17, 16},
		"nonsense":                   {1, 1},
		"$.no.such.thing[3].is.here": {2, 1},
	} {
		line, column := f.PositionAt(path)
		if got := [2]int{line, column}; got != want {
			t.Errorf("At(%s) = %v, want %v", path, got, want)
		}
	}
	if !f.HasPath("$.steps[0].window") || f.HasPath("$.steps[1].window") {
		t.Error("Has must tell the first step's window from the second's missing one")
	}
}

func TestColumnsCountCharactersNotBytes(t *testing.T) {
	_, err := Read("s.yaml", []byte("inner: {plain: \"Sìne Ó\", pain: x}\n"), new(sample))
	if got, want := ProblemsOf(err)[0].Column, 26; got != want {
		t.Errorf("column %d, want %d: %v", got, want, err)
	}
}

func TestAFaultOfTheProgramIsNotBlamedOnTheFile(t *testing.T) {
	var into struct{ F func() }
	_, err := Read("s.yaml", []byte("f: x\n"), &into)
	if err == nil || ProblemsOf(err) != nil || !strings.Contains(err.Error(), "no rule to read a func()") {
		t.Errorf("got %v", err)
	}
	if _, err := Read("s.yaml", []byte("f: x\n"), into); err == nil || ProblemsOf(err) != nil {
		t.Errorf("a value that is not a pointer: got %v", err)
	}
}

func TestClosestKnownWord(t *testing.T) {
	known := []string{"window", "within", "rungs", "roles"}
	for word, want := range map[string]string{"windw": "window", "wihtin": "within", "Roles": "roles", "rung": "rungs", "elephant": "", strings.Repeat("w", 900): ""} {
		if got := ClosestWord(word, known); got != want {
			t.Errorf("Closest(%.20q) = %q, want %q", word, got, want)
		}
	}
}

func TestWarningsAreToldFromErrors(t *testing.T) {
	ps := Problems{{File: "a", What: "w", Severity: SeverityWarning}, {File: "a", Line: 2, Column: 1, What: "e", Hint: "m"}}
	if diff := cmp.Diff("a: warning: w\na:2:1: e. m", ps.Error()); diff != "" {
		t.Error(diff)
	}
	if len(ps.Errors()) != 1 || len(ps.Warnings()) != 1 || SeverityError.String() != "error" || SeverityWarning.String() != "warning" {
		t.Errorf("errors %v, warnings %v", ps.Errors(), ps.Warnings())
	}
}

// FuzzRead holds the package to its promise: whatever the bytes, an answer, every
// problem with a place inside the text, and never a panic. Its seeds hold inputs
// on which the parser underneath panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(wholeFile))
	for _, s := range []string{"", "0::", "{0", "*-0", ">\n>", "&{0", "0\n:", "0\n-", "- !a\n", "a: !!seq x\n", "steps: !t\n", "? a\n: b", "{\"0\":0A,", "a: |2\n b", "\ufeff%", "[a, [b]: c]", "title: 'a\n\n b'"} {
		f.Add([]byte(s))
		f.Add([]byte(wholeFile + s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var into sample
		file, err := Read("f.yaml", data, &into)
		if file == nil {
			t.Fatal("no File")
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 2
		for _, p := range ProblemsOf(err) {
			if p.Line < 0 || p.Line > lines || p.What == "" {
				t.Errorf("a problem outside the text of %d lines: %+v", lines, p)
			}
		}
		if err != nil && ProblemsOf(err) == nil {
			t.Errorf("an error that is not Problems: %v", err)
		}
	})
}

func TestSeedsOfTheFuzzTargetAreKept(t *testing.T) {
	seeds, err := filepath.Glob("testdata/fuzz/FuzzRead/*")
	if err != nil || len(seeds) == 0 {
		t.Fatalf("no seeds in testdata/fuzz/FuzzRead (%v)", err)
	}
	for _, s := range seeds {
		if text, err := os.ReadFile(s); err != nil || !strings.HasPrefix(string(text), "go test fuzz v1") {
			t.Errorf("%s is not a seed: %v", s, err)
		}
	}
}

func TestQuotationMarksOfAWordProcessorAreNamed(t *testing.T) {
	type file struct {
		Name string `yaml:"name"`
	}
	for text, want := range map[string]string{
		"name: “Ben Carter”":   "name stands in quotation marks of a word processor (“…”)",
		"name: ‘Ben’":          "(‘…’)",
		"name: „Ben“":          "(„…“)",
		"name: Ben “B” Carter": "",
		"name: ’tis Ben":       "",
		"name: ’":              "",
		`name: "“Ben”"`:        "",
	} {
		var f file
		_, err := Read("f.yaml", []byte(text), &f)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// What was left out by a slip in its key, or could not be read, is known as broken, so that nobody
// complains of it a second time.
func TestWhatASlipLeftOutIsBroken(t *testing.T) {
	type inner struct {
		Day int `yaml:"day"`
	}
	type file struct {
		Name  string  `yaml:"name"`
		Days  []inner `yaml:"days"`
		Other string  `yaml:"other"`
	}
	var into file
	f, err := Read("f.yaml", []byte("nmae: x\ndays: [{day: 1}, {day: one}]\nother: y\n"), &into)
	if len(ProblemsOf(err)) != 2 {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"$": true, "$.name": true, "$.days": true, "$.days[0]": false, "$.days[1]": true, "$.other": false} {
		if f.IsBroken(path) != want {
			t.Errorf("%s: broken is %t", path, !want)
		}
	}
	if f, err = Read("f.yaml", []byte("name: [x\n"), &into); err == nil || !f.IsBroken("$.other") {
		t.Errorf("a file that is no YAML has a whole value; %v", err)
	}
}
