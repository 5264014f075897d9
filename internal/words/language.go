package words

import (
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// catalogues are all languages, the one that is used where no other is named first. A new one is
// added here, and nowhere else.
var catalogues = []*Catalogue{English, Welsh}

// Languages are all that there are, the one that is used where no other is named first.
func Languages() []*Catalogue { return slices.Clone(catalogues) }

// Language is the language alone, as a directory names it: "cy".
func (w *Catalogue) Language() string {
	language, _, _ := strings.Cut(w.LanguageTag, "-")
	return language
}

// ForLanguage is the language that the directory names so, or else the first.
func ForLanguage(language string) *Catalogue {
	for _, c := range catalogues {
		if c.Language() == language {
			return c
		}
	}
	return catalogues[0]
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
