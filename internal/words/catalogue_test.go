package words

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/words/languages"
	"challengebot/internal/workday"
)

// sameInBoth are the texts that are rightly the same in both languages: they hold nothing
// but what is filled in.
var sameInBoth = []string{"Challenge.Summary", "Notice.Summary"}

var formatVerb = regexp.MustCompile(`%[^%]`)

// allTexts are all texts of a language by where they stand.
func allTexts(w *Catalogue) map[string]string {
	out := map[string]string{}
	var walk func(at string, v reflect.Value)
	walk = func(at string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			out[at] = v.String()
		case reflect.Struct:
			for i := range v.NumField() {
				walk(strings.TrimPrefix(at+"."+v.Type().Field(i).Name, "."), v.Field(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(at+"["+k.String()+"]", v.MapIndex(k))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(at+"["+string(rune('a'+i))+"]", v.Index(i))
			}
		}
	}
	walk("", reflect.ValueOf(*w))
	return out
}

func textsWithRefusals(w *Catalogue) map[string]string {
	out := allTexts(w)
	for key, english := range challenge.EnglishSentences() {
		if w.Refusals == nil {
			out["Refusals["+string(key)+"]"] = english
		}
	}
	return out
}

func TestEveryTextIsThereInWelshAndTakesTheSameArguments(t *testing.T) {
	english, welsh := textsWithRefusals(English), textsWithRefusals(Welsh)
	if len(english) < 450 {
		t.Fatalf("only %d texts were found", len(english))
	}
	for at, text := range english {
		cy, ok := welsh[at]
		switch {
		case strings.TrimSpace(text) == "":
			t.Errorf("%s is empty in English", at)
		case !ok || strings.TrimSpace(cy) == "":
			t.Errorf("%s is missing in Welsh", at)
		case cy == text && !slices.Contains(sameInBoth, at):
			t.Errorf("%s is the same in Welsh: %q", at, text)
		case !slices.Equal(formatVerb.FindAllString(text, -1), formatVerb.FindAllString(cy, -1)):
			t.Errorf("%s takes other arguments: %q, %q", at, text, cy)
		case strings.HasPrefix(text, " ") != strings.HasPrefix(cy, " "), strings.HasSuffix(text, " ") != strings.HasSuffix(cy, " "):
			t.Errorf("%s joins on differently: %q, %q", at, text, cy)
		}
	}
	for at := range welsh {
		if _, ok := english[at]; !ok {
			t.Errorf("%s stands in Welsh only", at)
		}
	}
}

func TestBothLanguagesHaveTheirGrammar(t *testing.T) {
	for _, w := range []*Catalogue{English, Welsh} {
		v := reflect.ValueOf(w.Grammar)
		for i := range v.NumField() {
			if v.Field(i).IsNil() {
				t.Errorf("%s has no %s", w.LanguageTag, v.Type().Field(i).Name)
			}
		}
	}
}

func TestADirectoryNamesTheLanguagesThatThereAre(t *testing.T) {
	var tags []string
	for _, l := range languages.All() {
		tags = append(tags, ForLanguage(l.Tag).LanguageTag)
	}
	if want := []string{"en-GB", "cy"}; !slices.Equal(tags, want) {
		t.Errorf("the languages of a directory are drawn as %v, want %v", tags, want)
	}
}

func TestWelshDatesAndNumbers(t *testing.T) {
	day := workday.NewDate(2027, time.March, 1)
	for _, one := range []struct{ got, want string }{
		{Welsh.FormatDate(day), "dydd Llun 1 Mawrth 2027"},
		{"ar " + Welsh.FormatOnDate(day), "ar ddydd Llun 1 Mawrth 2027"},
		{Welsh.FormatDateTime(time.Date(2026, time.April, 8, 17, 0, 0, 0, time.UTC)), "dydd Mercher 8 Ebrill 2026 am 17:00"},
		{Welsh.FormatOnDateTime(time.Date(2026, time.December, 31, 9, 5, 0, 0, time.UTC)), "ddydd Iau 31 Rhagfyr 2026 am 09:05"},
		{Welsh.FormatWindow(workday.Window{N: 1}), "1 diwrnod gwaith"},
		{Welsh.FormatWindow(workday.Window{N: 2}), "2 ddiwrnod gwaith"},
		{Welsh.FormatWindow(workday.Window{N: 10}), "10 diwrnod gwaith"},
		{Welsh.FormatWindow(workday.Window{N: 20, Unit: workday.CalendarDays}), "20 diwrnod calendr"},
		{Welsh.FormatWindow(workday.Window{N: 3, Unit: workday.WeekBand}), "diwedd wythnos 3"},
		{Welsh.FormatWindow(workday.Window{}), ""},
		{Welsh.JoinList(nil), ""},
		{Welsh.JoinList([]string{"Priya Shah"}), "Priya Shah"},
		{Welsh.JoinList([]string{"Ann Lee", "Tom Reid"}), "Ann Lee a Tom Reid"},
		{Welsh.JoinList([]string{"Tom Reid", "Priya Shah", "Owen Price"}), "Tom Reid, Priya Shah ac Owen Price"},
		{Welsh.JoinList([]string{"Tom Reid", "3 arall"}), "Tom Reid a 3 arall"},
		{Welsh.JoinList([]string{"Tom Reid", "8 arall"}), "Tom Reid ac 8 arall"},
		{Welsh.CountEarlierSteps(1), "… 1 cam cynharach; mae'r cofnod llawn yn y trywydd archwilio."},
		{Welsh.CountEarlierSteps(4), "… 4 o gamau cynharach; mae'r cofnod llawn yn y trywydd archwilio."},
		{Welsh.RungWord("stage"), "cam"}, {Welsh.RungWord(""), "cam"}, {Welsh.RungWord("lefel"), "lefel"},
	} {
		if one.got != one.want {
			t.Errorf("got %q, want %q", one.got, one.want)
		}
	}
}

func TestEveryDayAndMonthHasItsWelshName(t *testing.T) {
	seen := map[string]bool{}
	for d := workday.NewDate(2026, time.January, 1); d.Year() == 2026; d++ {
		parts := strings.Fields(Welsh.FormatDate(d))
		seen[parts[1]], seen["month "+parts[3]] = true, true
	}
	if len(seen) != 7+12 {
		t.Errorf("got %v", slices.Sorted(maps.Keys(seen)))
	}
}

func TestEveryFormOfOurOwnIsLabelledInWelsh(t *testing.T) {
	for _, form := range []ladder.ResponseForm{ladder.FormDiscussion, ladder.FormMeeting, ladder.FormDecision, ladder.FormDifference} {
		for _, f := range form.Fields() {
			if Welsh.FieldLabel(f.Label) == f.Label {
				t.Errorf("the field %q of the form %q has no Welsh label", f.Label, form)
			}
		}
	}
}

func TestARefusalIsSaidAnewWithWhatFillsItIn(t *testing.T) {
	r := &challenge.Refusal{Code: challenge.CodeBadInput, Sentence: "in English",
		Fields:            map[string]string{"days": "in English", "own": "An authority's own words."},
		Translation:       challenge.Translatable{Key: "not_asked_you", Args: []string{"CH-7K3QX2"}},
		FieldTranslations: map[string]challenge.Translatable{"days": {Key: "not_shorter", Args: []string{"2027-03-01"}}}}
	said := Welsh.TranslateRefusal(r)
	for got, want := range map[string]string{
		said.Sentence:       "Nid yw CH-7K3QX2 yn aros am ateb gennych chi, felly ni chofnodwyd dim.",
		said.Fields["days"]: "Y diwrnod olaf o dan y weithdrefn yw dydd Llun 1 Mawrth 2027. Gofynnwch am lai na hynny, neu gadewch hwn yn wag.",
		said.Fields["own"]:  "An authority's own words.",
		r.Sentence:          "in English",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if English.TranslateRefusal(r) != r || Welsh.TranslateRefusal(nil) != nil {
		t.Error("a refusal in English, or none, does not stay what it is")
	}
}

// shownCommand is a command as a text tells people to type it.
var shownCommand = regexp.MustCompile(`(?:^|[\s(«“"])/(\p{L}[\p{L}-]*)`)

func TestEveryCommandInATextIsOneOfThatLanguageAndUnderstood(t *testing.T) {
	for _, w := range Languages() {
		own := map[string]bool{}
		for _, name := range CommandNames {
			own[w.CommandWord(name)] = true
			own[w.Package.InChat[name].Word()] = true
		}
		texts := allTexts(w)
		for key, sentence := range w.Refusals {
			texts["Refusals["+string(key)+"]"] = sentence
		}
		seen := 0
		for at, text := range texts {
			for _, m := range shownCommand.FindAllStringSubmatch(text, -1) {
				seen++
				if _, known := CommandCalled(m[1]); !known || !own[m[1]] {
					t.Errorf("%s: %s tells people to type /%s: %q", w.LanguageTag, at, m[1], text)
				}
			}
		}
		if seen < 30 {
			t.Errorf("%s: only %d commands were found", w.LanguageTag, seen)
		}
	}
}
