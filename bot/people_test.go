package bot

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"challengebot/cards"
	"challengebot/internal/outbox"
)

// newPeopleStage is an authority in which two people bear one name.
func newPeopleStage(t *testing.T) *limitStage {
	t.Helper()
	raw, err := os.ReadFile("../internal/story/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	twice := strings.Replace(string(raw), "  - {id: ines,", "  - {id: ben-2, name: \"CARTER, Ben (Health)\", entra: 0a000000-0000-4000-8000-000000000091}\n"+
		"  - {id: sian, name: \"Siân O'Brien\", entra: 0a000000-0000-4000-8000-000000000092}\n  - {id: ines,", 1)
	s := &limitStage{fuzzStage: &fuzzStage{corpusStage: newCorpusStageIn(t, []byte(twice))}, t: t}
	s.keepCases(t)
	return s
}

// coverNotes types a command and returns what was noted of cover, and what was said.
func (s *limitStage) coverNotes(who, text string, entities ...map[string]any) (notes, said string) {
	s.t.Helper()
	s.deliverFrom(who, TypeMessage, map[string]any{"text": text, "entities": entities})
	return s.takeNotes()
}

func (s *limitStage) takeNotes() (notes, said string) {
	all := s.store.copyJournal()
	for _, n := range all.Notes {
		if strings.Contains(n, " stands in for ") {
			notes += n
		}
	}
	for _, m := range all.Messages {
		said += m.text
	}
	return notes, said
}

func TestWhereANameFitsTwoPeopleTheCardAsksWhichAndGoesOn(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"/cover Ben Carter 1 December to 4 December", "/cover carter ben 1/12/2026 to 4/12/2026", "/cover CARTER, Ben 1 December - 4 December"} {
		s := newPeopleStage(t)
		notes, said := s.coverNotes("Tom Reid", typed)
		if notes != "" || !strings.Contains(said, english().Draft.WhoIsMeant) || !strings.Contains(said, "Ben Carter: Team Manager, South Locality") || !strings.Contains(said, "CARTER, Ben (Health): ben-2") {
			t.Fatalf("%q: noted %q, said %s", typed, notes, said)
		}
		pending := cards.ButtonData{Verb: cards.VerbCover, Card: "cover", Typed: `{"by":"Ben Carter","from":"2026-12-01","to":"2026-12-04"}`}
		for _, wrong := range []map[string]string{nil, {fieldWhoStandIn: ""}, {fieldWhoStandIn: "Ben Carter: Team Manager, South Locality"}, {fieldWhoStandIn: "0a000000-0000-4000-8000-000000000003"}, {fieldWhoIsAway: "0a000000-0000-4000-8000-000000000091"}} {
			answer, _ := s.presses("Tom Reid", "manual", withInputs(t, pending, wrong))
			if notes, _ := s.takeNotes(); notes != "" || !strings.Contains(answer, english().Draft.WhoIsMeant) {
				t.Errorf("%v: noted %q, answered %s", wrong, notes, answer)
			}
		}
		answer, _ := s.presses("Tom Reid", "manual", withInputs(t, pending, map[string]string{fieldWhoStandIn: "0a000000-0000-4000-8000-000000000091"}))
		if notes, _ := s.takeNotes(); notes != "CARTER, Ben (Health) stands in for Tom Reid from 2026-12-01 to 2026-12-04" || !strings.Contains(answer, "It is noted.") {
			t.Errorf("noted %q, answered %s", notes, answer)
		}
	}
}

func TestBothNamesOfACoverCanBeAskedAtOnceAndNobodyElseIsChosen(t *testing.T) {
	t.Parallel()
	s := newPeopleStage(t)
	notes, said := s.coverNotes("Owen Price", "/cover for Ben Carter by Siân O’Brien 1 December")
	if notes != "" || !strings.Contains(said, english().Draft.WhoIsMeant) || strings.Contains(said, "Siân O'Brien: ") {
		t.Fatalf("noted %q, said %s", notes, said)
	}
	pending := cards.ButtonData{Verb: cards.VerbCover, Typed: `{"for":"Ben Carter","by":"0a000000-0000-4000-8000-000000000092","from":"2026-12-01","to":"2026-12-01"}`}
	s.presses("Owen Price", "manual", withInputs(t, pending, map[string]string{fieldWhoIsAway: "0a000000-0000-4000-8000-000000000011"}))
	if notes, _ := s.takeNotes(); notes != "Siân O'Brien stands in for Ben Carter from 2026-12-01 to 2026-12-01" {
		t.Errorf("noted %q", notes)
	}
	// What is forged onto the button is no more than what its presser could type.
	s.presses("Priya Shah", "manual", withInputs(t, pending, map[string]string{fieldWhoIsAway: "0a000000-0000-4000-8000-000000000011"}))
	if notes, _ := s.takeNotes(); notes != "" {
		t.Errorf("somebody who oversees nothing noted %q", notes)
	}
	for _, odd := range []string{"", "x", `{"by":7}`, `[]`} {
		if answer, _ := s.presses("Tom Reid", "manual", withInputs(t, cards.ButtonData{Verb: cards.VerbCover, Typed: odd}, nil)); !strings.Contains(answer, `"statusCode":200`) {
			t.Errorf("%q: %s", odd, answer)
		}
	}
}

// withInputs is a button's data as a client sends it.
func withInputs(t *testing.T, d cards.ButtonData, in map[string]string) map[string]any {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for id, v := range in {
		all[id] = v
	}
	return all
}

func TestAMentionIsDecidedByObjectIDThenTeamsIDThenNameThenLetters(t *testing.T) {
	t.Parallel()
	const ben, tom = "0a000000-0000-4000-8000-000000000011", "0a000000-0000-4000-8000-000000000003"
	entity := func(text, id, aad, name string) map[string]any {
		who := map[string]any{"id": id, "name": name}
		if aad != "" {
			who["aadObjectId"] = aad
		}
		return map[string]any{"type": "mention", "text": text, "mentioned": who}
	}
	for _, c := range []struct {
		text   string
		entity []map[string]any
		want   string // who stands in; "": refused
	}{
		{"<at>Ben</at>", []map[string]any{entity("<at>Ben</at>", "29:seen", "", "Somebody Else")}, "Ben Carter"}, // by the id that came with Ben's own chat
		{"<at>Ben</at>", []map[string]any{entity("<at>Ben</at>", "29:seen", tom, "Ben Carter")}, ""},             // the object id is first: Tom's own
		{"<at>Priya</at>", []map[string]any{entity("<at>Priya</at>", "29:x", ben, "Priya Shah")}, "Ben Carter"},
		{"<at>Ben Carter</at>", []map[string]any{entity("<at>Ben Carter</at>", "29:x", "0b000000-0000-4000-8000-000000000001", "Ben Carter")}, ""},
		{"<at>Priya Shah</at>", []map[string]any{entity("<at>Priya Shah</at>", "29:gone", "", "Priya Shah")}, ""}, // the id of somebody who left
		{"<at>P</at>", []map[string]any{entity("<at>P</at>", "29:unseen", "", "SHAH, Priya (North)")}, "Priya Shah"},
		{"<at>Priya Shah</at>", []map[string]any{entity("<at>Priya Shah</at>", "29:unseen", "", "")}, "Priya Shah"},
		{"<at>Priya Shah</at>", nil, "Priya Shah"},
		{"<at>Priya</at> Shah", []map[string]any{entity("<at>Priya</at>", "29:unseen", "", "Priya Shah")}, "Priya Shah"},
		{"<at>Priya</at> Carter", []map[string]any{entity("<at>Priya</at>", "29:unseen", "", "Priya Shah")}, ""},
		{"<at>Priya Shah</at> <at>Helen Clarke</at>", []map[string]any{entity("<at>Priya Shah</at>", "29:1", "", "Priya Shah"), entity("<at>Helen Clarke</at>", "29:2", "", "Helen Clarke")}, ""},
		{"<at>Duty managers</at>", []map[string]any{{"type": "mention", "text": "<at>Duty managers</at>", "mentioned": map[string]any{"id": "tag1", "name": "Duty managers", "type": "tag"}}}, ""},
		{"@Priya Shah", nil, "Priya Shah"},
		{"<at>Priya</at>", []map[string]any{entity("<at>Priya</at>", ben, "", "Priya Shah")}, "Ben Carter"}, // an object id in the place of Teams' own
		{"<at>Priya</at>", []map[string]any{entity("<at>Priya</at>", "8:orgid:"+ben, "", "Priya Shah")}, "Ben Carter"},
		{"<at>Priya</at>", []map[string]any{entity("<at>Priya</at>", "8:orgid:0b000000-0000-4000-8000-000000000001", "", "Priya Shah")}, ""},
	} {
		s := newPeopleStage(t)
		// Ben wrote once from his own chat; somebody who has left since did too.
		for teamsID, person := range map[string]string{"29:seen": ben, "29:gone": "0b000000-0000-4000-8000-000000000077"} {
			if err := s.store.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:" + person, ID: "a:" + teamsID,
				ServiceURL: "https://smba.trafficmanager.net/uk/", TeamsUserID: teamsID, SeenAt: s.clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		notes, said := s.coverNotes("Tom Reid", "/cover "+c.text+" 1 December", c.entity...)
		want := ""
		if c.want != "" {
			want = c.want + " stands in for Tom Reid from 2026-12-01 to 2026-12-01"
		}
		if notes != want || c.want == "" && !strings.Contains(said, "Please note.") {
			t.Errorf("%s %v: noted %q, not %q; said %s", c.text, c.entity, notes, want, said)
		}
	}
}
