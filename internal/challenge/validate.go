package challenge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Limits of what a person may write, in characters.
const (
	maxText       = 4000
	maxActionText = 500
	maxName       = 100
	maxActions    = 5
)

// The same limits for those who draw inputs.
const (
	MaxText       = maxText
	MaxActionText = maxActionText
	MaxName       = maxName
	MaxActions    = maxActions
)

func requiredText(f inputFaults, field string, missing SentenceKey, v string, most int) string {
	v = optionalText(f, field, v, most)
	if v == "" {
		f.add(field, missing)
	}
	return v
}

func optionalText(f inputFaults, field, v string, most int) string {
	if !utf8.ValidString(v) {
		f.add(field, sayUnreadable)
	}
	v = cleanText(v)
	if n := utf8.RuneCountInString(v); n > most {
		f.add(field, sayTooLong, most, n)
	}
	return v
}

// cleanText is a text as it is kept: without space around it, with one kind of line
// end, and without control characters, which no keyboard types and the database
// does not take.
func cleanText(v string) string {
	v = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\r\n", "\n")
	v = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, v)
	return strings.TrimSpace(v)
}

// clipText is a text as it is kept, cut to that many characters.
func clipText(s string, most int) string {
	s = cleanText(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most]))
}

// validateFutureDate wants a date from today on, within a year and a half.
func validateFutureDate(f inputFaults, field string, missing SentenceKey, d workday.Date, env Env) {
	switch today := env.Today(); {
	case d == 0:
		f.add(field, missing)
	case d < today:
		f.add(field, sayDatePassed)
	case d > today.AddDays(550):
		f.add(field, sayDateFar)
	}
}

func validateFields(f inputFaults, in map[string]string, fields []ladder.Field, env Env) map[string]string {
	var out map[string]string
	for _, field := range fields {
		v := optionalText(f, field.ID, in[field.ID], maxText)
		switch {
		case v == "" && field.Optional:
			continue
		case v == "":
			f.add(field.ID, sayFillIn, field.Label)
			continue
		case field.Kind == ladder.FieldDate:
			d, err := workday.ParseDate(v)
			if err != nil {
				f.add(field.ID, sayGiveDate)
			} else if field.PastOnly && d > env.Today() {
				f.add(field.ID, sayDateInFuture)
			}
		case field.Kind == ladder.FieldYesNo && v != "true" && v != "false":
			f.add(field.ID, sayYesOrNo)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[field.ID] = v
	}
	return out
}

// validateRoleNotes wants a text for each of the roles, and keeps no other.
func validateRoleNotes(f inputFaults, prefix string, missing SentenceKey, in map[directory.Role]string, roles []directory.Role) map[directory.Role]string {
	var out map[directory.Role]string
	for _, role := range roles {
		if out == nil {
			out = map[directory.Role]string{}
		}
		out[role] = requiredText(f, prefix+string(role), missing, in[role], maxText)
	}
	return out
}
