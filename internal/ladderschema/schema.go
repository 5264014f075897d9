package ladderschema

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Schema is the JSON Schema of a ladder file, draft 2020-12, for an editor that helps to write one.
func Schema() ([]byte, error) {
	byPlace := map[string]Key{}
	for _, k := range Keys() {
		byPlace[k.place] = k
	}
	r := jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case reflect.TypeFor[workday.Window](), reflect.TypeFor[workday.Date](), reflect.TypeFor[time.Duration]():
				return &jsonschema.Schema{Type: "string"}
			}
			if values := ladder.KnownValues(t, ""); values != nil {
				return enumOf(values)
			}
			return nil
		},
	}
	schema := r.Reflect(&ladder.Ladder{})
	schema.Title = "Challenge and escalation ladder"
	complete(schema, "Ladder", byPlace)
	for name, part := range schema.Definitions {
		complete(part, name, byPlace)
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	return append(text, '\n'), err
}

// complete adds to the keys of a part what they mean and whether they may be left out.
func complete(s *jsonschema.Schema, part string, byPlace map[string]Key) {
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		place := part + "." + pair.Key
		k := byPlace[place]
		if k.IsRequired {
			s.Required = append(s.Required, pair.Key)
		}
		value := pair.Value
		if words := ladder.KnownValues(nil, place); words != nil && value.Items != nil {
			value.Items = enumOf(words)
		} else if words != nil {
			value.Type, value.Enum = "string", enumOf(words).Enum
		}
		if value.Items != nil && value.Items.Ref == "" { // one plain value may stand without its brackets
			pair.Value = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{value, value.Items}}
		} else if value.Type == "string" && len(value.Enum) == 0 { // 12 is text too
			pair.Value = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{value, {Type: "number"}}}
		}
		pair.Value.Description = strings.TrimSpace(k.Meaning + " Takes " + k.Takes + ".")
	}
}

// enumOf takes these words and no others.
func enumOf(words []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}
