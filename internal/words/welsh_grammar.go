package words

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"challengebot/internal/workday"
)

var welshGrammar = Grammar{
	FormatDateTime:   func(t time.Time) string { return "d" + formatWelshDateTime(t) },
	FormatOnDateTime: func(t time.Time) string { return "dd" + formatWelshDateTime(t) },
	FormatDate:       func(d workday.Date) string { return "d" + formatWelshDate(d.Midnight(time.UTC)) },
	FormatOnDate:     func(d workday.Date) string { return "dd" + formatWelshDate(d.Midnight(time.UTC)) },
	FormatWindow:     formatWelshWindow,
	JoinList: func(parts []string) string {
		if len(parts) == 0 {
			return ""
		}
		return joinList(parts, welshAnd(parts[len(parts)-1]))
	},
	CountEarlierSteps: func(n int) string {
		if n == 1 {
			return "… 1 cam cynharach; mae'r cofnod llawn yn y trywydd archwilio."
		}
		return fmt.Sprintf("… %d o gamau cynharach; mae'r cofnod llawn yn y trywydd archwilio.", n)
	},
	RungWord: func(own string) string {
		if own == "" {
			return "cam"
		}
		return translateLabel(own)
	},
	FieldLabel: translateLabel,
}

var (
	welshWeekdays = [...]string{"Sul", "Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn"}
	welshMonths   = [...]string{"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"}
)

// formatWelshDate is "dydd Mercher 8 Ebrill 2026" without its first letter, which is "d" by
// itself and softens to "dd" after a preposition.
func formatWelshDate(t time.Time) string {
	return fmt.Sprintf("ydd %s %d %s %d", welshWeekdays[t.Weekday()], t.Day(), welshMonths[t.Month()-1], t.Year())
}

func formatWelshDateTime(t time.Time) string { return formatWelshDate(t) + t.Format(" am 15:04") }

// formatWelshWindow counts with a noun in the singular, softened after two.
func formatWelshWindow(w workday.Window) string {
	noun := "diwrnod"
	if w.N == 2 {
		noun = "ddiwrnod"
	}
	switch {
	case w.IsZero():
		return ""
	case w.Unit == workday.WeekBand:
		return fmt.Sprintf("diwedd wythnos %d", w.N)
	case w.Unit == workday.Hours:
		return fmt.Sprintf("%d awr", w.N)
	case w.Unit == workday.WorkingHours:
		return fmt.Sprintf("%d awr waith", w.N)
	case w.Unit == workday.SameDay:
		return "yr un diwrnod gwaith"
	case w.Unit == workday.AtOnce:
		return "ar unwaith"
	case w.Unit == workday.CalendarDays:
		return fmt.Sprintf("%d %s calendr", w.N, noun)
	default:
		return fmt.Sprintf("%d %s gwaith", w.N, noun)
	}
}

// welshAnd is "and" before a word: "ac" before a vowel, "a" otherwise. Names and an
// authority's own words are not mutated.
func welshAnd(next string) string {
	first, _ := utf8.DecodeRuneInString(strings.ToLower(next))
	if strings.ContainsRune("aeiouwyâêîôûŵŷ8", first) || strings.HasPrefix(next, "1 ") || strings.HasPrefix(next, "11 ") {
		return " ac "
	}
	return " a "
}

// welshLabels are the words and labels of this bot's own that come with a ladder or
// from the domain. A ladder's words for a rung in English are "cam" in a Welsh
// sentence; words that an authority wrote in Welsh stand as they are.
var welshLabels = map[string]string{
	"stage": "cam", "step": "cam", "level": "cam", "level or stage": "cam", "tier": "cam", "rung": "cam",

	"Date of the discussion":     "Dyddiad y drafodaeth",
	"Who took part (roles)":      "Pwy gymerodd ran (rolau)",
	"Action":                     "Cam gweithredu",
	"Outcome":                    "Canlyniad",
	"Date of the meeting":        "Dyddiad y cyfarfod",
	"Who attended (roles)":       "Pwy oedd yn bresennol (rolau)",
	"Who took the minutes":       "Pwy gymerodd y cofnodion",
	"Outcome of the meeting":     "Canlyniad y cyfarfod",
	"Decision":                   "Penderfyniad",
	"What differs significantly": "Beth sy'n wahanol mewn modd arwyddocaol",
	"Final agreed decision":      "Y penderfyniad terfynol y cytunwyd arno",
}

func translateLabel(own string) string {
	if label, ok := welshLabels[own]; ok {
		return label
	}
	return own
}
