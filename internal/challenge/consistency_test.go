package challenge_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

// damages are changes to a stored document, as a hand or a disk might make them, after
// which no transition could do its work.
var damages = map[string]func(doc map[string]any){
	"no openings":           func(doc map[string]any) { doc["visits"] = []any{} },
	"openings null":         func(doc map[string]any) { doc["visits"] = nil },
	"openings gone":         func(doc map[string]any) { delete(doc, "visits") },
	"an empty opening":      func(doc map[string]any) { doc["visits"] = []any{map[string]any{}} },
	"a null opening":        func(doc map[string]any) { doc["visits"] = []any{nil} },
	"held without a hold":   func(doc map[string]any) { doc["state"] = "held_at_gate"; delete(doc, "hold") },
	"held by null":          func(doc map[string]any) { doc["state"] = "held_at_gate"; doc["hold"] = nil },
	"held by an empty hold": func(doc map[string]any) { doc["state"] = "held_at_gate"; doc["hold"] = map[string]any{} },
	"held before no rung": func(doc map[string]any) {
		doc["state"], doc["hold"] = "held_at_gate", map[string]any{"rung": "no-such-rung"}
	},
	"held by no gate": func(doc map[string]any) {
		doc["state"], doc["hold"] = "held_at_gate", map[string]any{
			"rung":  "stage-1",
			"gates": []any{map[string]any{"gate": "none"}},
		}
	},
	"held by a null gate": func(doc map[string]any) {
		doc["state"], doc["hold"] = "held_at_gate", map[string]any{"rung": "stage-1", "gates": []any{nil}}
	},
	"judged before an answer": func(doc map[string]any) { doc["state"] = "awaiting_judgement" },
	"ended never":             func(doc map[string]any) { doc["state"] = "resolved" },
	"an unknown state":        func(doc map[string]any) { doc["state"] = "lost" },
	"no state":                func(doc map[string]any) { delete(doc, "state") },
	"nothing to look for":     func(doc map[string]any) { delete(doc, "next_at") },
	"no chair":                func(doc map[string]any) { doc["chair"] = nil },
	"no reference":            func(doc map[string]any) { doc["ref"] = "" },
	"no events":               func(doc map[string]any) { doc["seq"] = 0 },
	"an unknown rung":         func(doc map[string]any) { doc["rung"] = "no-such-rung" },
	"an opening of no rung": func(doc map[string]any) {
		doc["visits"].([]any)[0].(map[string]any)["rung"] = "no-such-rung"
	},
	"a window without an end": func(doc map[string]any) {
		delete(doc["visits"].([]any)[0].(map[string]any), "deadline")
	},
	"a window that is over": func(doc map[string]any) { doc["visits"].([]any)[0].(map[string]any)["outcome"] = "lapsed" },
}

func TestADamagedChallengeIsRefusedBeforeAnythingIsDecidedOnIt(t *testing.T) {
	t.Parallel()
	shipped := challengetest.LoadLadder(t, "ne-lincolnshire")
	rapid.Check(t, func(t *rapid.T) {
		d := startRandomLife(t, shipped)
		if d.c.State != challenge.StateAwaitingResponse {
			return
		}
		for name, damage := range damages {
			var doc map[string]any
			if err := json.Unmarshal([]byte(asJSON(d.c)), &doc); err != nil {
				t.Fatal(err)
			}
			damage(doc)
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			var c challenge.Challenge
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			env := d.env
			env.Now = d.c.NextAt
			for _, cmd := range []challenge.Command{challenge.Tick{}, challenge.Withdraw{Reason: "x"}, challenge.RecordDelivery{Opening: 1}} {
				_, err := c.Decide(cmd, challenge.System, env)
				if refusal := (*challenge.Refusal)(nil); err == nil || errors.As(err, &refusal) {
					t.Fatalf("%s: %T was decided: %v", name, cmd, err)
				}
				if strings.Contains(err.Error(), d.c.Details.Concern) {
					t.Fatalf("%s: the error repeats what was written: %v", name, err)
				}
			}
		}
	})
}
