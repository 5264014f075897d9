package words

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/workday"
)

var englishGrammar = Grammar{
	FormatDateTime:   formatEnglishDateTime,
	FormatOnDateTime: formatEnglishDateTime,
	FormatDate:       workday.Date.FormatLong,
	FormatOnDate:     workday.Date.FormatLong,
	FormatWindow:     workday.Window.String,
	JoinList:         func(parts []string) string { return joinList(parts, " and ") },
	CountEarlierSteps: func(n int) string {
		if n == 1 {
			return "… 1 earlier step; the full record is in the audit trail."
		}
		return fmt.Sprintf("… %d earlier steps; the full record is in the audit trail.", n)
	},
	RungWord: func(own string) string {
		if own == "" {
			return "stage"
		}
		return own
	},
	FieldLabel: func(label string) string { return label },
}

func formatEnglishDateTime(t time.Time) string { return t.Format("Monday 2 January 2006 at 15:04") }

// joinList joins parts with commas, the last two with the language's own "and".
func joinList(parts []string, and string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + and + parts[n-1]
	}
	return strings.Join(parts, "")
}
