package words

import (
	"fmt"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// ForLanguage is the language that the directory names so: "cy" is Welsh, and anything else
// English.
func ForLanguage(language string) *Catalogue {
	if language == "cy" {
		return Welsh
	}
	return English
}

// TranslateRefusal is a refusal in this language, nil for none. What has no key, or one that
// this version does not know, stays in the words in which it came.
func (w *Catalogue) TranslateRefusal(r *challenge.Refusal) *challenge.Refusal {
	if r == nil || w.Refusals == nil {
		return r
	}
	said := *r
	said.Sentence = w.translate(r.Translation, r.Sentence)
	said.Fields = make(map[string]string, len(r.Fields))
	for field, wrong := range r.Fields {
		said.Fields[field] = w.translate(r.FieldTranslations[field], wrong)
	}
	return &said
}

func (w *Catalogue) translate(t challenge.Translatable, otherwise string) string {
	sentence, known := w.Refusals[t.Key]
	if !known {
		return otherwise
	}
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		args[i] = w.FieldLabel(arg)
		if d, err := workday.ParseDate(arg); err == nil {
			args[i] = w.FormatDate(d)
		}
	}
	return fmt.Sprintf(sentence, args...)
}
