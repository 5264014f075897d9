package ladder

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"challengebot/internal/yamlfile"
)

var strict = LintContext{RoleHeld: func(Role) bool { return true }, RemindBefore: 1}

func TestTheStartingLadderIsReadAndLintedWithoutAWord(t *testing.T) {
	t.Parallel()
	text := Template("exampleshire", "Professional Challenge: “first” & foremost", "Exampleshire #1")
	for _, p := range Lint("new.yaml", text, strict) {
		t.Error(p)
	}
	l, err := Read("new.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if l.ID != "exampleshire" || l.Title != "Professional Challenge: “first” & foremost" || l.Authority != "Exampleshire #1" || len(l.Rungs) != 3 {
		t.Errorf("got %s, %q, %q, %d rungs", l.ID, l.Title, l.Authority, len(l.Rungs))
	}
}

// example is a line of the template that is commented out: "#key", not "# words".
var example = regexp.MustCompile(`(?m)^( *)#([^ #\n]|  )`)

// everyPart is the template with nothing commented out.
func everyPart() string {
	head, body, _ := strings.Cut(string(Template("exampleshire", "Challenge", "Exampleshire")), "\nladder:")
	return head + "\nladder:" + example.ReplaceAllString(body, "$1$2")
}

func TestTheStartingLadderStillWorksWithEveryPartInUse(t *testing.T) {
	t.Parallel()
	text := everyPart()
	for _, p := range Lint("new.yaml", []byte(text), strict) {
		t.Error(p)
	}
	l, err := Read("new.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if l.External == nil || l.GoodPractice == nil || l.Rungs[1].Meeting == nil || len(l.Rungs[1].Gates) != 3 || l.Rungs[2].Then == nil {
		t.Errorf("parts are still missing: %+v", l)
	}
}

// TestTheStartingLadderShowsEveryKey reads the keys from the model, so that a key
// added to the format cannot be forgotten in the template, and the values of each
// kind of word from the checker.
func TestTheStartingLadderShowsEveryKey(t *testing.T) {
	t.Parallel()
	text := string(Template("exampleshire", "Challenge", "Exampleshire"))
	_, file, problems := read("new.yaml", []byte(everyPart()))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	keys := map[string]bool{}
	keysIn(reflect.TypeFor[Ladder](), []string{"$"}, file, keys)
	if len(keys) < 120 {
		t.Fatalf("only %d keys were found: the walk over the model is broken", len(keys))
	}
	for key, shown := range keys {
		if key == "Then.rung" || key == "Then.end" { // a rung says one of three, and hand_off is it
			shown = strings.Contains(text, "{"+strings.TrimPrefix(key, "Then.")+": ")
		}
		if !shown {
			t.Errorf("the key %s is not shown", key)
		}
	}
	var values []string
	for _, list := range [][]string{words(knownPlans), words(knownKinds), words(knownForms), recordEvents} {
		values = append(values, list...)
	}
	for _, g := range knownGates {
		values = append(values, string(g))
	}
	for _, f := range knownFields {
		values = append(values, string(f))
	}
	plain := strings.ReplaceAll(text, "-", " ")
	for _, v := range values {
		if !strings.Contains(plain, strings.ReplaceAll(v, "-", " ")) {
			t.Errorf("the value %q is not shown", v)
		}
	}
}

// keysIn says of each yaml key of a struct type, and of what it holds, whether the
// file has it at one of the places at which it can stand.
func keysIn(t reflect.Type, at []string, file *yamlfile.File, keys map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer:
		keysIn(t.Elem(), at, file, keys)
	case reflect.Slice:
		var items []string
		for _, p := range at {
			for i := 0; file.Has(fmt.Sprintf("%s[%d]", p, i)); i++ {
				items = append(items, fmt.Sprintf("%s[%d]", p, i))
			}
		}
		keysIn(t.Elem(), items, file, keys)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if key == "" {
				continue // a Window reads itself
			}
			var places []string
			name := t.Name() + "." + key
			shown := false
			for _, p := range at {
				places = append(places, p+"."+key)
				shown = shown || file.Has(p+"."+key)
			}
			keys[name] = keys[name] || shown
			keysIn(f.Type, places, file, keys)
		}
	}
}

func TestAnyTitleStandsInTheStartingLadderAsItWasGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		l, err := Read("new.yaml", Template("a", title, "B"))
		switch fit := strings.TrimSpace(title) != "" && utf8.RuneCountInString(title) <= longestLabel; {
		case fit && err != nil:
			t.Fatalf("%q: %v", title, err)
		case fit && l.Title != title:
			t.Fatalf("%q came back as %q", title, l.Title)
		case !fit && err == nil:
			t.Fatalf("%q was taken", title)
		}
	})
	_, err := Read("new.yaml", Template("Not A Key", "Title", "B"))
	if ps := yamlfile.Of(err); len(ps) != 1 || !strings.Contains(ps[0].What, "is not a key") {
		t.Errorf("got %v", err)
	}
}
