package command

import (
	"fmt"
	"strings"
	"testing"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
	"challengebot/internal/workday"

	"github.com/google/go-cmp/cmp"
)

// typedAs is a text behind a command and its reference, typed on Monday 23 November 2026.
func typedAs(rest string) Typed {
	return Typed{Rest: rest, Plain: func(s string) string { return s }, Ladder: &ladder.Ladder{}, Days: words.Days{Today: workday.NewDate(2026, 11, 23)}}
}

func TestEveryCommandHasAWordAButtonAndBothWaysIn(t *testing.T) {
	t.Parallel()
	seen := map[words.CommandName]bool{}
	for _, c := range All() {
		if seen[c.Name] || c.Verb == "" || c.Card == "" || c.ReadTyped == nil || c.Build == nil {
			t.Errorf("%s is not whole, or there twice", c.Name)
		}
		seen[c.Name] = true
		if got, ok := ByName(c.Name); !ok || got.Name != c.Name {
			t.Errorf("%s is not found by its name", c.Name)
		}
		if got, ok := ByVerb(c.Verb); !ok || got.Verb != c.Verb {
			t.Errorf("%s is not found by its button", c.Name)
		}
	}
	// The others do nothing to one challenge.
	for _, name := range words.CommandNames {
		general := name == words.CommandChallenge || name == words.CommandUrgent || name == words.CommandMine || name == words.CommandHelp || name == words.CommandCover || name == words.CommandNotices || name == words.CommandWaiting || name == words.CommandRegister || name == words.CommandNotes
		if _, ok := ByName(name); ok == general {
			t.Errorf("%s does something to one challenge: %v", name, ok)
		}
	}
	if _, ok := ByVerb("open"); ok {
		t.Error("a window is a command")
	}
}

func TestWhatIsTypedFillsInTheInputsOfTheButton(t *testing.T) {
	t.Parallel()
	shortening := &ladder.Ladder{Shorten: &ladder.ShortenRule{}, ExternalReferral: &ladder.ExternalReferral{InformBefore: []directory.Role{"nominated-officer"}}}
	consulting := &ladder.Ladder{ExternalReferral: &ladder.ExternalReferral{Consult: []directory.Role{"legal"}}}
	for _, c := range []struct {
		name   words.CommandName
		ladder *ladder.Ladder
		typed  string
		data   cards.ButtonData
		want   map[string]string
	}{
		{words.CommandWithdraw, nil, "The child | has moved; away", cards.ButtonData{}, map[string]string{"reason": "The child | has moved; away"}},
		{words.CommandPartly, nil, "No plan | 2 | urgent", cards.ButtonData{Verdict: challenge.Partly}, map[string]string{"reason": "No plan | 2 | urgent"}},
		{words.CommandPartly, shortening, "No plan | 2 | urgent | very", cards.ButtonData{Verdict: challenge.Partly}, map[string]string{"reason": "No plan", "shorter_days": "2", "shorter_reason": "urgent | very"}},
		{words.CommandPartly, shortening, "No plan | 2", cards.ButtonData{Verdict: challenge.Partly}, map[string]string{"reason": "No plan | 2"}},
		{words.CommandGate, nil, "Agreed: we spoke", cards.ButtonData{Status: challenge.GatePassed}, map[string]string{"note": "we spoke"}},
		{words.CommandGate, nil, "own\u2013service\u2013manager refused The plan", cards.ButtonData{Gate: "own-service-manager", Status: challenge.GateNotAgreed}, map[string]string{"note": "The plan"}},
		{words.CommandGate, nil, "bwrw ymlaen", cards.ButtonData{}, map[string]string{"note": "bwrw ymlaen"}},
		{words.CommandGate, nil, "bwrw-ymlaen Rhaid", cards.ButtonData{Status: challenge.GateOverridden}, map[string]string{"note": "Rhaid"}},
		{words.CommandGate, nil, "perhaps later", cards.ButtonData{}, map[string]string{"note": "perhaps later"}},
		{words.CommandSkip, nil, "Stage\u20133 threshold-met: at risk", cards.ButtonData{}, map[string]string{"to": "stage-3", "ground": "threshold-met", "evidence": "at risk"}},
		{words.CommandHandOff, nil, "hscb\u2013escalation It is about the school.", cards.ButtonData{}, map[string]string{"to": "hscb-escalation", "reason": "It is about the school."}},
		{words.CommandAsked, nil, "phone Friday 20 November she will call back", cards.ButtonData{}, map[string]string{"how": "phone", "on": "Friday 20 November", "note": "she will call back"}},
		{words.CommandAsked, nil, "E\u2013MAIL: 20/11 sent", cards.ButtonData{}, map[string]string{"how": "e-mail", "on": "20/11", "note": "sent"}},
		{words.CommandAsked, nil, "Ffôn 20 Tachwedd", cards.ButtonData{}, map[string]string{"how": "phone", "on": "20 Tachwedd", "note": ""}},
		{words.CommandAsked, nil, "post soonish then", cards.ButtonData{}, map[string]string{"how": "post", "on": "soonish", "note": "then"}},
		{words.CommandRefer, shortening, "Rang | Ann | Ben | noted | twice", cards.ButtonData{},
			map[string]string{"contact": "Rang", "informed_nominated-officer": "Ann", "note": "Ben | noted | twice", "on": "2026-11-23"}},
		{words.CommandRefer, nil, "Rang", cards.ButtonData{}, map[string]string{"contact": "Rang", "note": "", "on": "2026-11-23"}},
		{words.CommandRefer, consulting, "Rang | | Ben | noted", cards.ButtonData{}, map[string]string{"contact": "Rang", "consulted_legal": "Ben", "note": "noted", "on": "2026-11-23"}},
		{words.CommandRefer, consulting, "Rang | Ann | Ben", cards.ButtonData{}, map[string]string{"contact": "Rang", "consulted_legal": "Ben", "note": "Ann", "on": "2026-11-23"}},
		{words.CommandRefer, nil, "Rang | Ann | Ben", cards.ButtonData{}, map[string]string{"contact": "Rang", "note": "Ann | Ben", "on": "2026-11-23"}},
	} {
		cmd, _ := ByName(c.name)
		typed := typedAs(c.typed)
		if c.ladder != nil {
			typed.Ladder = c.ladder
		}
		data, got := cmd.ReadTyped(typed)
		data.Opening = 0
		if diff := cmp.Diff(c.want, got); diff != "" || data != c.data {
			t.Errorf("%s %q: %+v (-want +got):\n%s", c.name, c.typed, data, diff)
		}
	}
}

func TestADateInAnInputIsPutInOrderOrNoted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed  string
		lies   words.Side
		want   workday.Date
		value  string
		unread bool
	}{
		{"1 December", words.Ahead, workday.NewDate(2026, 12, 1), "2026-12-01", false},
		{"1/12", words.Behind, workday.NewDate(2025, 12, 1), "2025-12-01", false},
		{"", words.Ahead, 0, "", false},
		{"  ", words.Ahead, 0, "  ", false},
		{"soon", words.Ahead, 0, "soon", true},
	} {
		in := NewInputs(map[string]string{"on": c.typed}, typedAs("").Days)
		if got := in.Date("on", c.lies); got != c.want || in.Values["on"] != c.value || (in.Unread["on"] != "") != c.unread {
			t.Errorf("%q: %v, %q, %v", c.typed, got, in.Values, in.Unread)
		}
	}
	// Without a date a gate is of today: one that cannot be read is not that.
	in := NewInputs(map[string]string{cards.FieldOn: "soon"}, typedAs("").Days)
	if cmd := buildGateRecord(in, cards.ButtonData{}, challenge.Snapshot{Ladder: &ladder.Ladder{}}).(challenge.RecordGate); cmd.Unread[cards.FieldOn] != challenge.SayGiveDate {
		t.Errorf("%+v", cmd)
	}
}

func TestEveryPartOfAnActionIsRecordedOrGivenBack(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]challenge.PlannedAction{
		"Visit; Tom; 1/12/2026":                      {What: "Visit", Who: "Tom", DueText: "1/12/2026"},
		"Visit; Tom; 1/12/2026; if she agrees; soon": {What: "Visit; if she agrees; soon", Who: "Tom", DueText: "1/12/2026"},
		"Visit; Tom; Priya; Ann; 1 December":         {What: "Visit", Who: "Tom; Priya; Ann", DueText: "1 December"},
		"Visit; 1 December; Tom":                     {What: "Visit", Who: "Tom", DueText: "1 December"},
		"Visit; 1 December; Tom; if she agrees":      {What: "Visit; if she agrees", Who: "Tom", DueText: "1 December"},
		"Visit; 1 December":                          {What: "Visit", DueText: "1 December"},
		"Visit; Tom; 1 December; 8 December":         {What: "Visit; 8 December", Who: "Tom", DueText: "1 December"},
		"Visit; Tom; soon; or later":                 {What: "Visit", Who: "Tom", DueText: "soon; or later"},
		"Visit; Tom":                                 {What: "Visit", Who: "Tom"},
		"Visit":                                      {What: "Visit"},
		"; Tom; 1 December":                          {Who: "Tom", DueText: "1 December"},
		"Visit; Tom; 1 December;;; ":                 {What: "Visit", Who: "Tom", DueText: "1 December"},
	} {
		_, values := typedResponse(typedAs("x | " + typed))
		got := challenge.PlannedAction{What: values[cards.PlanFieldID(1, "what")], Who: values[cards.PlanFieldID(1, "who")], DueText: values[cards.PlanFieldID(1, "by")]}
		if got != want {
			t.Errorf("%q is taken apart as %+v, not %+v", typed, got, want)
		}
	}
	// However many separators there are, no word is lost.
	var parts []string
	for i := range 60 {
		parts = append(parts, fmt.Sprintf("word%d; who%d; 1/12/2026; more%d", i, i, i))
	}
	_, values := typedResponse(typedAs("x | " + strings.Join(parts, " | ")))
	all := fmt.Sprint(values)
	for i := range 60 {
		for _, word := range []string{"word", "who", "more"} {
			if !strings.Contains(all, fmt.Sprintf("%s%d", word, i)) {
				t.Errorf("%s%d is lost", word, i)
			}
		}
	}
}
