package record

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

var (
	maya      = challenge.Person{ID: "m", Name: "Maya Okafor"}
	priya     = challenge.Party{Person: challenge.Person{ID: "p", Name: "Priya Shah"}, Role: "team-manager", CoverFor: "Tom Reid"}
	chair     = challenge.Party{Person: maya, Role: directory.RoleChair}
	due       = time.Date(2026, time.April, 9, 16, 0, 0, 0, time.UTC)
	agreedDay = workday.NewDate(2026, time.April, 10)
)

func loadLondon(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// describeOne is the timeline of one event after Stage 1 was opened, and answered where it is
// judged.
func describeOne(t *testing.T, by challenge.Person, rung string, body challenge.Body) Entry {
	t.Helper()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	history := []challenge.Event{
		{Seq: 1, At: due, By: challenge.System, Rung: "stage-1", Opening: 2, Body: challenge.RungOpened{
			Respondents: []challenge.Party{priya}, Responders: []string{"p"}, Judge: chair}},
	}
	if _, judged := body.(challenge.Judged); judged {
		history = append(history, challenge.Event{Seq: 2, At: due, By: priya.Person, Rung: rung, Opening: 2, Body: challenge.Responded{}})
	}
	history = append(history, challenge.Event{Seq: len(history) + 1, At: due, By: by, Rung: rung, Opening: 2, Body: body})
	names := NameLookup{TeamName: func(id string) string { return map[string]string{"north": "North Locality"}[id] }}
	return Timeline(challenge.Snapshot{Ladder: l, History: history}, names, loadLondon(t))[len(history)-1]
}

func TestEachEventIsToldInSentences(t *testing.T) {
	t.Parallel()
	response := challenge.Response{Form: ladder.FormDiscussion, Text: "We met.", OnBehalfOf: "Jo Bell",
		Fields: map[string]string{"held_on": "2026-04-10"}, Plan: []challenge.PlannedAction{{What: "Meet", Who: "SW", DueBy: agreedDay}}}
	tests := []struct {
		name string
		by   challenge.Person
		rung string
		body challenge.Body
		what string
		says []Fact
	}{
		{"opened by a lapse", challenge.System, "stage-1", challenge.RungOpened{Cause: challenge.CauseLapse, Respondents: []challenge.Party{priya}, Judge: chair,
			Deadline: workday.Deadline{Due: due}, Explanation: "Counted.", LimitPassed: true},
			"Stage 1 began because nobody had answered in time. The question was queued for Priya Shah (Team Manager, standing in for Tom Reid). " +
				"The answer is due by Thursday 9 April 2026 at 17:00. Maya Okafor (IRO / CP chair) decides on the answer. The limit of the whole challenge had passed before, " +
				"so the shortest time that may be given was given.", []Fact{{"How the date was counted", "Counted."}}},
		{"lapsed", challenge.System, "stage-1", challenge.Lapsed{Due: due}, "Nobody answered Stage 1 by Thursday 9 April 2026 at 17:00, so its time ended.", nil},
		{"reminded", challenge.System, "stage-1", challenge.Reminded{Due: due}, "A reminder was queued for Priya Shah: the answer to Stage 1 is due by Thursday 9 April 2026 at 17:00.", nil},
		{"vacant", challenge.System, "stage-2", challenge.RoleVacant{Roles: []directory.Role{"service-manager"}, Reason: "vacant"},
			"Stage 2 was passed over at once, because nobody holds the role (Service Manager).", nil},
		{"answered on behalf", maya, "stage-1", challenge.Responded{Response: response, AfterDue: true},
			"Maya Okafor answered Stage 1 on behalf of Jo Bell. The answer came after the due time and before the time was ended; it counts.",
			[]Fact{{"The answer", "We met."}, {"Date of the discussion", "Friday 10 April 2026"}, {"Agreed action 1", "Meet; SW; by Friday 10 April 2026"}}},
		{"too late", priya.Person, "stage-1", challenge.LateResponse{Reason: "lapsed", Response: challenge.Response{Text: "Sorry."}},
			"Priya Shah replied to Stage 1, after its time had ended. The reply is kept and shown; it does not count as the answer.", []Fact{{"The answer", "Sorry."}}},
		{"once more", priya.Person, "stage-1", challenge.LateResponse{Reason: "answered_before", Response: challenge.Response{Text: "Sorry."}},
			"Priya Shah replied to Stage 1, after they had answered already. The reply is kept and shown; it does not count as the answer.", []Fact{{"The answer", "Sorry."}}},
		{"nobody could be asked", challenge.System, "stage-1", challenge.CouldNotBeAsked{Waiting: []string{"p"}, Due: due},
			"Nobody could be asked on Stage 1: Teams has not taken the card for Priya Shah. The time counts from when it does.", nil},
		{"nobody could be asked in time", challenge.System, "stage-1", challenge.CouldNotBeAsked{Waiting: []string{"p"}, Due: due, DuePassed: true},
			"Nobody could be asked on Stage 1: Teams has not taken the card for Priya Shah. The time until Thursday 9 April 2026 at 17:00 has not ended in silence; " +
				"it counts from when Teams takes the card.", nil},
		{"asked late", challenge.System, "stage-1", challenge.Redated{Deadline: workday.Deadline{Due: due}, Explanation: "Counted.", Reason: challenge.RedatedAskedLate, LimitPassed: true},
			"Teams took the question of Stage 1 late, so its time was counted again: the answer is due by Thursday 9 April 2026 at 17:00. " +
				"The limit of the whole challenge had passed before, so the shortest time that may be given was given.", []Fact{{"How the date was counted", "Counted."}}},
		{"refused late", challenge.System, "stage-1", challenge.Redated{Deadline: workday.Deadline{Due: due}, Reason: challenge.RedatedRefusedLate},
			"Teams had taken the question of Stage 1 for nobody and then refused it, so its time was counted again: the answer is due by Thursday 9 April 2026 at 17:00.", nil},
		{"told again", challenge.System, "stage-1", challenge.Nudged{}, "News of it was queued again for those for whom the challenge waits.", nil},
		{"passed", challenge.System, "stage-1", challenge.Exhausted{},
			"The last stage was passed without agreement. News of it was queued for the person who raised it and for those who oversee challenges.", nil},
		{"judged", maya, "stage-1", challenge.Judged{Verdict: challenge.Partly, Reason: "More."}, "Maya Okafor was partly satisfied with the answer to Stage 1.", []Fact{{"Reason", "More."}}},
		{"gate overridden", maya, "stage-2", challenge.GateRecorded{Rung: "stage-2", Gate: "own-service-manager", Needs: ladder.Agreed, Status: challenge.GateOverridden, Note: "Risk.", On: agreedDay},
			"Maya Okafor recorded “Consult the chair's own Service Manager before Stage 2”: not agreed, going on all the same.",
			[]Fact{{"Note", "Risk."}, {"On", "Friday 10 April 2026"}}},
		{"gate agreed ahead", maya, "stage-1", challenge.GateRecorded{Rung: "stage-2", Gate: "own-service-manager", Needs: ladder.Agreed, Status: challenge.GatePassed, Ahead: true},
			"Maya Okafor recorded “Consult the chair's own Service Manager before Stage 2”: agreed. This was ahead of Stage 2.", nil},
		{"refused by Teams", challenge.System, "stage-1", challenge.Undelivered{Card: challenge.CardRespond, To: challenge.Address{Person: "p"}, Code: "Blocked"},
			"Teams refused the card to answer on for Priya Shah for good (Blocked).", nil},
		{"not taken", challenge.System, "stage-1", challenge.Undelivered{Card: challenge.CardRespond, To: challenge.Address{Person: "p"}, Code: "Bad Argument", Passing: true},
			"Teams did not take the card to answer on for Priya Shah (Bad Argument).", nil},
		{"not confirmed", challenge.System, "stage-1", challenge.Undelivered{Card: challenge.CardRespond, To: challenge.Address{Person: "p"}, Code: "unreadable answer", Passing: true, Unconfirmed: true},
			"It could not be confirmed that Teams took the card to answer on for Priya Shah (unreadable answer).", nil},
		{"taken for a channel", challenge.System, "stage-1", challenge.Delivered{Card: challenge.CardNotice, To: challenge.Address{Team: "north"}},
			"Teams took the notice for the channel of North Locality.", nil},
		{"taken for a stranger", challenge.System, "stage-1", challenge.Delivered{Card: challenge.CardOversight, To: challenge.Address{Person: "o"}},
			"Teams took the news of what nobody answers for somebody (o).", nil},
		{"edited", maya, "stage-1", challenge.MessageChanged{Seq: 3, Change: challenge.MessageEdited},
			"Maya Okafor edited the message with which step 3 was given, in Teams, after it had been acted on. The record keeps what was sent.", nil},
		{"withdrawn", maya, "stage-1", challenge.Withdrawn{Reason: "Settled."}, "Maya Okafor withdrew the challenge.", []Fact{{"Reason", "Settled."}}},
	}
	for _, test := range tests {
		got := describeOne(t, test.by, test.rung, test.body)
		if diff := cmp.Diff(Entry{Sentences: test.what, Facts: test.says}, Entry{Sentences: got.Sentences, Facts: got.Facts}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestEveryKindOfEventHasASentence(t *testing.T) {
	t.Parallel()
	for _, k := range challenge.EventKinds() {
		body, err := challenge.DecodeBody(k, []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := describeOne(t, maya, "stage-1", body); got.Sentences == "" || strings.Contains(got.Sentences, "does not know") {
			t.Errorf("%s is told as %q", k, got.Sentences)
		}
	}
}

// A respondent writes what looks like the trail's own lines, or what only a terminal reads.
func TestNoTypedTextLooksLikeALineOfTheTimeline(t *testing.T) {
	t.Parallel()
	fake := "I agree.\n" + strings.Repeat(" ", 400) + " 100  Friday\n\n 99  Friday 10 April 2026, 09:00 BST  ·  Stage 1\n     Maya Okafor was satisfied with the answer to Stage 1.\n\nchain verified: 12 events, head 00ff\n" +
		strings.Repeat("x ", 35) + " 98  Friday chain  verified: 1 event" + strings.Repeat(" ", 300) + " 97  Friday" + strings.Repeat("y", 300) + "\r\n\u2028 96  Friday\x1b[2J\x1b[1;1H 95 Friday\u202e\u200b\u009b2J\v 94 Friday" + strings.Repeat("\u4e00", 100)
	entry := describeOne(t, challenge.Person{ID: "p", Name: "Priya\n 93  Friday\x1b[2J"}, "stage-1", challenge.Withdrawn{Reason: fake})
	text := FormatText(challenge.Snapshot{Challenge: challenge.Challenge{Ref: "CH-7K3QX2"}}, []Entry{entry})
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		typed := strings.HasPrefix(line, "       Reason: ") || strings.HasPrefix(line, "       | ")
		if i < 4 != !typed {
			t.Errorf("line %d is %q", i, line)
		}
		// Where a terminal breaks a long line, what follows must not look like a line of ours.
		if indent := len(line) - len(strings.TrimLeft(line, " |")); indent > 20 {
			t.Errorf("line %d is indented by %d", i, indent)
		}
		if rest := strings.TrimLeft(line, " |"); typed && (strings.Contains(rest, "  ") || strings.Index(strings.ToLower(rest), "chain verified") > 2) {
			t.Errorf("line %d can be broken so that it looks like another: %q", i, line)
		}
	}
	for _, hidden := range []string{"\x1b", "\u202e", "\u200b", "\u009b", "\u2028", "\v", "\r"} {
		if strings.Contains(text, hidden) || strings.Contains(entry.Sentences, hidden) {
			t.Errorf("%+q comes through: %q", hidden, text)
		}
	}
	for _, shown := range []string{"(U+001B)[2J", "(U+202E)(U+200B)(U+009B)2J", "I agree."} {
		if !strings.Contains(text, shown) {
			t.Errorf("%q is not shown: %s", shown, text)
		}
	}
	if y, wide := strings.Count(text, "y"), strings.Count(text, "\u4e00"); y < 300 || wide != 100 {
		t.Errorf("something of the text is gone: %d and %d letters: %s", y, wide, text)
	}
}

func TestTheTextGivesWhenWhoAndWhatWasWritten(t *testing.T) {
	t.Parallel()
	entries := []Entry{{Seq: 3, At: due.In(loadLondon(t)), Rung: "Stage 1", Sentences: "Something happened.", Facts: []Fact{{"Note", "one\ntwo\n"}}}}
	want := "Challenge CH-7K3QX2\n\n  3  Thursday 9 April 2026, 17:00 BST  ·  Stage 1\n     Something happened.\n       Note: one\n       | two\n"
	if diff := cmp.Diff(want, FormatText(challenge.Snapshot{Challenge: challenge.Challenge{Ref: "CH-7K3QX2"}}, entries)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
