package words

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// In is the language that the directory names so: "cy" is Welsh, and anything else
// English.
func In(language string) *Words {
	if language == "cy" {
		return Welsh
	}
	return English
}

// Said is a refusal in this language, nil for none. What has no key, or one that
// this version does not know, stays in the words in which it came.
func (w *Words) Said(r *challenge.Refusal) *challenge.Refusal {
	if r == nil || w.Refusals == nil {
		return r
	}
	said := *r
	said.Sentence = w.told(r.Told, r.Sentence)
	said.Fields = make(map[string]string, len(r.Fields))
	for field, wrong := range r.Fields {
		said.Fields[field] = w.told(r.FieldsTold[field], wrong)
	}
	return &said
}

func (w *Words) told(t challenge.Told, otherwise string) string {
	sentence, known := w.Refusals[t.Message]
	if !known {
		return otherwise
	}
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		args[i] = w.Field(arg)
		if d, err := workday.ParseDate(arg); err == nil {
			args[i] = w.Day(d)
		}
	}
	return fmt.Sprintf(sentence, args...)
}
