package cards

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
)

func TestActionDataComesBackAsItWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := func(name string) string { return rapid.StringMatching(`[a-zA-Z0-9 "\\é-]{0,12}`).Draw(t, name) }
		n := func(name string) int { return rapid.IntRange(0, 1000).Draw(t, name) }
		sent := ButtonData{Verb: Verb(s("verb")), Card: challenge.Card(s("card")), ChallengeID: s("challenge"), Ref: s("ref"), Opening: n("visit"),
			Rung: s("rung"), Gate: s("gate"), Status: challenge.GateStatus(s("status")),
			Verdict: challenge.Verdict(s("verdict")), Nonce: s("nonce")}
		raw, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		got, inputs, err := ParseButtonData(raw)
		if err != nil || len(inputs) > 0 {
			t.Fatalf("inputs %v, error %v", inputs, err)
		}
		if diff := cmp.Diff(sent, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestActionDataIsReadWhateverTypesAClientMakesOfIt(t *testing.T) {
	for _, test := range []struct {
		name, raw string
		want      ButtonData
		inputs    map[string]string
	}{
		{"numbers as texts", `{"verb":"respond","visit":"2","version":"7","text":"Yes"}`,
			ButtonData{Verb: VerbRespond, Opening: 2}, map[string]string{"text": "Yes"}},
		{"inputs that are no texts", `{"verb":"gate","on":null,"told":true,"n":4}`,
			ButtonData{Verb: VerbGate}, map[string]string{"told": "true", "n": "4"}},
		{"a number that is none", `{"visit":"x","version":2.5}`, ButtonData{}, map[string]string{}},
		{"only the inputs of the button", `{"verb":"gate","inputs":"s2_","s2_note":"mine","note":"other"}`,
			ButtonData{Verb: VerbGate, InputPrefix: "s2_"}, map[string]string{"note": "mine"}},
		{"no choice", `{"verb":"raise","agency":"(none)"}`, ButtonData{Verb: VerbRaise}, map[string]string{"agency": ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, inputs, err := ParseButtonData([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !maps.Equal(inputs, test.inputs) {
				t.Errorf("inputs are %v, not %v", inputs, test.inputs)
			}
		})
	}
	for _, raw := range []string{"", "null", "[]", `"text"`, "{"} {
		if _, _, err := ParseButtonData([]byte(raw)); !errors.Is(err, ErrButtonData) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// TestEveryButtonReachesTheDomain takes the inputs of the chair's fullest card and
// checks that each button finds its own, under the ids that refusals name.
func TestEveryButtonFindsItsOwnInputs(t *testing.T) {
	c := Render(challenge.CardChallenge, 1, answeredRun(t).view(), Options{ViewerID: maya})
	root := parseCard(t, c)
	all := map[string]any{}
	walkNodes(root, func(n jsonNode) {
		if id, ok := n["id"].(string); ok && n["label"] != nil {
			all[id] = "typed into " + id
		}
	})
	wants := map[string]string{"judge": FieldReason, "withdraw": FieldReason, "hand_off": FieldReason, "skip": FieldEvidence, "gate": FieldNote, "correct": FieldRecordNumber}
	seen := map[string]string{}
	walkNodes(root["body"], func(n jsonNode) {
		if n["type"] != "Action.Execute" {
			return
		}
		sent := maps.Clone(all)
		maps.Copy(sent, n["data"].(jsonNode))
		raw, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		d, inputs, err := ParseButtonData(raw)
		if err != nil {
			t.Fatal(err)
		}
		id := wants[string(d.Verb)]
		if inputs[id] != "typed into "+d.InputPrefix+id {
			t.Errorf("%s: %s is %q", d.Verb, id, inputs[id])
		}
		if other, ok := seen[inputs[id]]; ok && other != string(d.Verb) {
			t.Errorf("%s and %s share an input", d.Verb, other)
		}
		seen[inputs[id]] = string(d.Verb)
	})
	if len(seen) != len(wants) {
		t.Errorf("buttons seen: %v", seen)
	}
}
