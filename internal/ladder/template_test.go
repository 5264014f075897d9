package ladder

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"challengebot/internal/directory"
	"challengebot/internal/yamlfile"
)

var strictContext = LintContext{HasHolder: func(directory.Role) bool { return true }, RemindBefore: 1}

func TestTheStartingLadderIsReadAndLintedWithoutAWord(t *testing.T) {
	t.Parallel()
	text := Template("exampleshire", "Professional Challenge: “first” & foremost", "Exampleshire #1")
	for _, p := range Lint("new.yaml", text, strictContext) {
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

func TestTheStartingLadderStillWorksWithEveryPartInUse(t *testing.T) {
	t.Parallel()
	text := string(TemplateWithEveryPart())
	for _, p := range Lint("new.yaml", []byte(text), strictContext) {
		t.Error(p)
	}
	l, err := Read("new.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if l.ExternalReferral == nil || l.GoodPractice == nil || l.Rungs[1].Meeting == nil || len(l.Rungs[1].Gates) != 4 || l.Rungs[3].IfNotSatisfied == nil {
		t.Errorf("parts are still missing: %+v", l)
	}
}

// TestTheStartingLadderShowsEveryKey reads the keys from the model, so that a key
// added to the format cannot be forgotten in the template, and the values of each
// kind of word from the checker.
func TestTheStartingLadderShowsEveryKey(t *testing.T) {
	t.Parallel()
	text := string(Template("exampleshire", "Challenge", "Exampleshire"))
	_, file, problems := readAndValidate("new.yaml", TemplateWithEveryPart())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	keys := map[string]bool{}
	collectKeys(reflect.TypeFor[Ladder](), []string{"$"}, file, keys)
	if len(keys) < 120 {
		t.Fatalf("only %d keys were found: the walk over the model is broken", len(keys))
	}
	for key, shown := range keys {
		if key == "Destination.rung" || key == "Destination.end" { // a rung says one of three, and hand_off is it
			shown = strings.Contains(text, "{"+strings.TrimPrefix(key, "Destination.")+": ")
		}
		if !shown {
			t.Errorf("the key %s is not shown", key)
		}
	}
	var values []string
	for _, list := range [][]string{allInWords(knownRungKinds), allInWords(knownForms), knownEvents} {
		values = append(values, list...)
	}
	for _, g := range knownGateKinds {
		values = append(values, string(g))
	}
	for _, f := range knownFieldKinds {
		values = append(values, string(f))
	}
	plain := strings.ReplaceAll(text, "-", " ")
	for _, v := range values {
		if !strings.Contains(plain, strings.ReplaceAll(v, "-", " ")) {
			t.Errorf("the value %q is not shown", v)
		}
	}
}

// collectKeys says of each yaml key of a struct type, and of what it holds, whether the
// file has it at one of the places at which it can stand.
func collectKeys(t reflect.Type, at []string, file *yamlfile.File, keys map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer:
		collectKeys(t.Elem(), at, file, keys)
	case reflect.Slice:
		var items []string
		for _, p := range at {
			for i := 0; file.HasPath(fmt.Sprintf("%s[%d]", p, i)); i++ {
				items = append(items, fmt.Sprintf("%s[%d]", p, i))
			}
		}
		collectKeys(t.Elem(), items, file, keys)
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
				shown = shown || file.HasPath(p+"."+key)
			}
			keys[name] = keys[name] || shown
			collectKeys(f.Type, places, file, keys)
		}
	}
}

func TestAnyTitleStandsInTheStartingLadderAsItWasGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		l, err := Read("new.yaml", Template("a", title, "B"))
		switch fit := strings.TrimSpace(title) != "" && utf8.RuneCountInString(title) <= maxLabelLength; {
		case fit && err != nil:
			t.Fatalf("%q: %v", title, err)
		case fit && l.Title != title:
			t.Fatalf("%q came back as %q", title, l.Title)
		case !fit && err == nil:
			t.Fatalf("%q was taken", title)
		}
	})
	_, err := Read("new.yaml", Template("Not A Key", "Title", "B"))
	if ps := yamlfile.ProblemsOf(err); len(ps) != 1 || !strings.Contains(ps[0].What, "is not a key") {
		t.Errorf("got %v", err)
	}
}
