package words

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/workday"
)

var english = Grammar{
	Moment:   englishMoment,
	OnMoment: englishMoment,
	Day:      workday.Date.Long,
	OnDay:    workday.Date.Long,
	Window:   workday.Window.String,
	List:     func(parts []string) string { return list(parts, " and ") },
	Earlier: func(n int) string {
		if n == 1 {
			return "… 1 earlier step; the full record is in the audit trail."
		}
		return fmt.Sprintf("… %d earlier steps; the full record is in the audit trail.", n)
	},
	Rung: func(own string) string {
		if own == "" {
			return "stage"
		}
		return own
	},
	Field: func(label string) string { return label },
}

func englishMoment(t time.Time) string { return t.Format("Monday 2 January 2006 at 15:04") }

// list joins parts with commas, the last two with the language's own "and".
func list(parts []string, and string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + and + parts[n-1]
	}
	return strings.Join(parts, "")
}
