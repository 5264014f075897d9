package workday

import (
	"fmt"
	"strings"
	"time"
)

// longestList is how many counted days are named one by one; more are told as runs.
const longestList = 10

// Text tells the working in compact British English, such as "Day 0 Mon 30 Mar. Counted: Tue 31 Mar, ... Skipped: Good
// Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr. Due 17:00 on Wednesday 8 April 2026."
func (w Working) Text() string { return w.TextFor("stage") }

// TextFor is Text in the words of an authority that calls a stage of its procedure something else, such as "step".
func (w Working) TextFor(stage string) string {
	if stage == "" {
		stage = "stage"
	}
	var sentences []string
	if w.StartNote != "" {
		sentences = append(sentences, w.StartNote)
	}
	sentences = append(sentences, "Day 0 "+w.near(w.Start))
	switch {
	case w.Window.IsZero():
		sentences = append(sentences, w.remainder(stage)...)
	case w.Bound == BoundWindow:
		sentences = append(sentences, w.counting("Counted")...)
		sentences = append(sentences, w.limitAside()...)
	default:
		sentences = append(sentences, w.limitDecides(stage)...)
	}
	sentences = append(sentences, fmt.Sprintf("Due %s on %s", w.Due.Format("15:04"), w.Date.Long()))
	return strings.Join(sentences, ". ") + "."
}

// near writes a day without its year when it lies in the year of the due date.
func (w Working) near(d Date) string {
	if d.Year() == w.Date.Year() {
		return d.Short()
	}
	return fmt.Sprintf("%s %d", d.Short(), d.Year())
}

// counting tells how the window's end was found.
func (w Working) counting(heading string) []string {
	if w.Window.Unit != WorkingDays {
		return w.rounding()
	}
	sentences := []string{heading + ": " + countedText(w.Counted)}
	if len(w.Skipped) > 0 {
		sentences = append(sentences, "Skipped: "+skippedText(w.Skipped))
	}
	return sentences
}

// rounding tells of a window in calendar days or weeks.
func (w Working) rounding() []string {
	verb := "end"
	subject := w.Window.String()
	if w.Window.Unit == WeekBand {
		subject, verb = fmt.Sprintf("Week %d (week 1 begins %s)", w.Window.N, w.Start.Short()), "ends"
	} else if w.Window.N == 1 {
		verb = "ends"
	}
	if w.RoundedFrom == nil {
		return []string{fmt.Sprintf("%s %s %s", subject, verb, w.Ends.Short())}
	}
	return []string{
		fmt.Sprintf("%s %s %s, rounded back to the working day %s", subject, verb, w.RoundedFrom.Short(), w.Ends.Short()),
		"Not worked: " + skippedText(w.Skipped),
	}
}

// span names a limit: "10 working days from the start of the challenge (Mon 30 Mar) end Wed 15 Apr".
func (w Working) span(origin string) string {
	l := w.Limit
	verb := "end"
	if l.Window.N == 1 || l.Window.Unit == WeekBand {
		verb = "ends"
	}
	subject := l.Window.String()
	if l.Window.Unit == WeekBand {
		subject = "week " + fmt.Sprint(l.Window.N)
	}
	return fmt.Sprintf("%s from %s (%s) %s %s", subject, origin, w.near(l.Start), verb, w.near(l.Ends))
}

// limitAside mentions a limit that did not decide.
func (w Working) limitAside() []string {
	switch {
	case w.Limit == nil:
		return nil
	case w.LimitKind == Target:
		return []string{"Target for the whole challenge: " + w.span("its start")}
	default:
		return []string{upperFirst(w.span("the start of the challenge")) + ", not earlier"}
	}
}

// limitDecides tells of a limit that came before the end of the rung's own window.
func (w Working) limitDecides(stage string) []string {
	own := fmt.Sprintf("The %s's own %s would end %s", stage, w.Window, w.near(w.Ends))
	if w.Window.Unit == WeekBand {
		own = fmt.Sprintf("The %s's own week %d would end %s", stage, w.Window.N, w.near(w.Ends))
	}
	both := own + "; " + w.span("the start of the challenge")
	switch {
	case w.Bound == BoundLimit:
		return append([]string{both + ": the earlier holds"}, w.Limit.counting("Counted from "+w.near(w.Limit.Start))...)
	case w.Minimum == nil:
		return []string{fmt.Sprintf("%s, before this %s began: day 0 itself holds", both, stage)}
	case w.Date == w.Ends:
		return []string{fmt.Sprintf("%s, too early: the limit leaves at least %s or the %s's own time if that is shorter", both, plural(w.AtLeast, "working day"), stage)}
	default:
		least := fmt.Sprintf("%s, too early for at least %s: the minimum holds", both, plural(w.AtLeast, "working day"))
		return append([]string{least}, w.Minimum.counting("Counted")...)
	}
}

// remainder tells of a rung without a window of its own.
func (w Working) remainder(stage string) []string {
	least := plural(w.AtLeast, "working day")
	rule := fmt.Sprintf("This %s has the remainder of the %s from first raise, at least %s", stage, w.Limit.Window, least)
	if w.Limit.Window.Unit == WeekBand {
		rule = fmt.Sprintf("This %s has the remainder of the time to the %s from first raise, at least %s", stage, w.Limit.Window, least)
	}
	if w.Bound == BoundMinimum {
		return append([]string{rule, upperFirst(w.span("first raise")) + ", too early: the minimum holds"}, w.Minimum.counting("Counted")...)
	}
	return append([]string{rule}, w.Limit.counting("Counted from first raise ("+w.near(w.Limit.Start)+")")...)
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// countedText names the days, or the runs of days when there are many.
func countedText(days []Date) string {
	var parts []string
	if len(days) <= longestList {
		for _, day := range days {
			parts = append(parts, day.Short())
		}
		return strings.Join(parts, ", ")
	}
	for start := 0; start < len(days); {
		end := start
		for end+1 < len(days) && days[end+1] == days[end]+1 {
			end++
		}
		run := days[start].Short()
		if end > start {
			run = fmt.Sprintf("%s to %s (%d)", days[start].Short(), days[end].Short(), end-start+1)
		}
		parts = append(parts, run)
		start = end + 1
	}
	return fmt.Sprintf("%d days, %s", len(days), strings.Join(parts, ", "))
}

func skippedText(runs []SkippedDays) string {
	parts := make([]string, 0, len(runs))
	for _, run := range runs {
		part := run.Reason + " " + dayRange(run.From, run.To)
		if run.Source == SourceRule {
			part += " (by rule, beyond the official list)"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// dayRange writes "3 Apr", "4-5 Apr" or "30 Apr-1 May".
func dayRange(from, to Date) string {
	switch {
	case from == to:
		return from.dayMonth()
	case from.Time(time.UTC).Month() == to.Time(time.UTC).Month():
		return fmt.Sprintf("%d-%s", from.Time(time.UTC).Day(), to.dayMonth())
	default:
		return from.dayMonth() + "-" + to.dayMonth()
	}
}
