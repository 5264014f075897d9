package ladderschema

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"challengebot/internal/ladder"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ladder.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("ladder.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parseYAML is a file as a validator takes it.
func parseYAML(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryShippedLadderAndTheTemplateFitTheSchema(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	texts := map[string][]byte{"template": ladder.Template("a", "B", "C"), "template with every part": ladder.TemplateWithEveryPart()}
	for _, id := range ladder.ShippedIDs() {
		text, err := ladder.ShippedText(id)
		if err != nil {
			t.Fatal(err)
		}
		texts[id] = text
	}
	for name, text := range texts {
		if err := s.Validate(parseYAML(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever the schema says cannot be left out, the program refuses without; and what the schema
// does not know, the program does not know either.
func TestTheSchemaRefusesNothingThatTheProgramTakes(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	whole := parseYAML(t, ladder.TemplateWithEveryPart())
	taken, tried := 0, 0
	var walk func(v any, path string, remake func() any)
	walk = func(v any, path string, remake func() any) {
		switch node := v.(type) {
		case map[string]any:
			for key, value := range node {
				delete(node, key)
				tried++
				text, err := json.Marshal(remake()) // JSON is YAML
				if err != nil {
					t.Fatal(err)
				}
				_, readErr := ladder.Read("x.yaml", text)
				if readErr == nil {
					taken++
					if err := s.Validate(parseYAML(t, text)); err != nil {
						t.Errorf("without %s.%s the program takes the ladder, the schema does not", path, key)
					}
				}
				node[key] = value
				walk(value, path+"."+key, remake)
			}
		case []any:
			for _, item := range node {
				walk(item, path, remake)
			}
		}
	}
	walk(whole, "", func() any { return whole })
	if tried < 200 || taken < 50 || taken == tried {
		t.Errorf("%d keys were left out, and %d ladders still taken", tried, taken)
	}
}

func TestTheSchemaFindsSlipsWhileSomebodyTypes(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	whole := string(ladder.Template("a", "B", "C"))
	for _, slip := range [][2]string{
		{"party: any", "party: anybody"}, {"title:", "titel:"}, {"kind: formal", "kind: formel"}, {"form: plan", "form: plans"},
		{"version: 1", "version: one"}, {"starts: first-raise", "starts: first"}, {"needs: agreed", "needs: agree"},
		{"kind: consult", "kind: consulting"}, {"hard: true", "hard: yes please"}, {"  - id: stage-2", "  - idd: stage-2"},
		{"direction: chair-to-service", "direction: up"}, {"on: [any]", "on: [anything]"}, {"categories:", "category:"},
		{"    window: 5 working days", "    window: [5, 6]"}, {"respond: {roles: [head-of-service]}", "respond: head-of-service"},
	} {
		text := strings.Replace(whole, slip[0], slip[1], 1)
		if text == whole {
			t.Errorf("%q does not stand in the template", slip[0])
			continue
		}
		if s.Validate(parseYAML(t, []byte(text))) == nil {
			t.Errorf("%q is let through", slip[1])
		}
	}
}

func TestEveryKeyIsExplainedOnceWithAnExample(t *testing.T) {
	t.Parallel()
	template := readTemplate()
	unsaid := map[string]bool{}
	for place := range meanings {
		unsaid[place] = true
	}
	for _, k := range Keys() {
		if k.Meaning == "" {
			t.Errorf("%s (%s) has no meaning", k.Path, k.place)
		}
		if k.Example == "" && k.place != "Destination.rung" && k.place != "Destination.end" { // the template has hand_off
			t.Errorf("%s has no example", k.Path)
		}
		if template[k.Path].meaning != "" && meanings[k.place] != "" {
			t.Errorf("%s is explained in the template and again in meanings", k.Path)
		}
		delete(unsaid, k.place)
		if found, err := Find(k.Path); err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Explain(), k.Path+"\n") {
			t.Errorf("%s is not found: %v", k.Path, err)
		}
	}
	for place := range unsaid {
		t.Errorf("%s is explained and is no key", place)
	}
}

func TestAKeyIsFoundAsItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int{"rungs.respond": 1, "rungs[0].respond.roles": 1, "$.rungs[2].gates[1].within": 1, "respond:": 1, "window": 5, "Plans": 1} {
		if found, err := Find(typed); err != nil || len(found) != want {
			t.Errorf("%s: %d keys, %v", typed, len(found), err)
		}
	}
	for typed, hint := range map[string]string{"windo": `Did you mean "window"?`, "rungs.respnd": `Did you mean "rungs.respond"?`, "zzzzzz": "lists every key", "": "lists every key"} {
		if found, err := Find(typed); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %d keys, %v", typed, len(found), err)
		}
	}
}
