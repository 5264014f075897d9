package bot

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/cards"
)

// filledInputs are what every button needs to have an effect.
var filledInputs = map[string]string{"text": "It is done.", "plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "2026-12-01", "reason": "No visit yet.",
	"to": "stage-2", "ground": "threshold-met", "evidence": "e", "note": "n", "on": "2026-11-23", "how": "telephone", "contact": "c",
	"team": "north-locality", "record": "1234567", "conference": "review", "conference_date": "2026-11-20", "categories": "statutory-minimum",
	"concern": "c", "ask": "a", "ask_by": "2026-12-04", "partner": "false", "looked_after": "false"}

// Clients send invokes by themselves, with whatever stands on the card that they hold.
func TestAnAutomaticInvokeNeverWritesWhateverItsVerb(t *testing.T) {
	t.Parallel()
	s := newFuzzStage(t)
	all := s.allButtonData()
	for _, verb := range []cards.Verb{"", "Respond", "approve", "waiting", "open"} {
		all = append(all, cards.ButtonData{Verb: verb, ChallengeID: corpusChallengeID.String()})
	}
	pressed := 0
	for _, data := range all {
		for _, who := range fuzzPeople {
			for _, trigger := range []string{"manual", "automatic"} {
				raw, err := json.Marshal(data)
				if err != nil {
					t.Fatal(err)
				}
				inputs, err := json.Marshal(filledInputs)
				if err != nil {
					t.Fatal(err)
				}
				activity := s.newActivity(who, TypeInvoke)
				activity["name"], activity["value"] = InvokeCardAction, map[string]any{"trigger": trigger,
					"action": map[string]any{"type": "Action.Execute", "verb": string(data.Verb), "data": json.RawMessage(mergeInputs(raw, inputs))}}
				body, err := json.Marshal(activity)
				if err != nil {
					t.Fatal(err)
				}
				s.reset()
				if w := s.post(body, s.token); w.Code != 200 || w.Body.Len() == 0 {
					t.Errorf("%s, %s: answered %d %s", who, data.Verb, w.Code, w.Body)
				}
				done := s.store.copyJournal()
				if trigger == "manual" {
					pressed += len(done.Events)
				} else if diff := cmp.Diff(journal{}, done, cmp.AllowUnexported(journalMessage{})); diff != "" || len(s.store.Contents().Keys) > 0 {
					t.Errorf("%s, %s: something was written by a client on its own: %s", who, fmt.Sprint(data), diff)
				}
			}
		}
	}
	if pressed < 10 {
		t.Errorf("only %d events came of the same buttons when they were pressed: this test sees nothing", pressed)
	}
}
