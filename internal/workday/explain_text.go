package workday

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/english"
)

// maxListedDays is how many counted days are named one by one; more are told as runs.
const maxListedDays = 10

// Text tells the working in compact British English, such as "Day 0 Mon 30 Mar. Counted: Tue 31
// Mar, ... Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr. Due 17:00 on Wednesday
// 8 April 2026."
func (e Explanation) Text() string { return e.TextFor("stage") }

// TextFor is Text in the words of an authority that calls a stage of its procedure something else,
// such as "step".
func (e Explanation) TextFor(stage string) string {
	if stage == "" {
		stage = "stage"
	}
	var sentences []string
	if !e.Window.IsHours() {
		if e.StartNote != "" {
			sentences = append(sentences, e.StartNote)
		}
		sentences = append(sentences, "Day 0 "+e.shortDate(e.Start))
	}
	switch {
	case e.Window.IsZero():
		sentences = append(sentences, e.remainderSentences(stage)...)
	case e.Bound == BoundWindow:
		sentences = append(sentences, e.countingSentences("Counted")...)
		sentences = append(sentences, e.otherLimitSentences(stage)...)
	default:
		sentences = append(sentences, e.decidingLimitSentences(stage)...)
	}
	due := fmt.Sprintf("Due %s on %s", e.Due.Format("15:04"), e.Date.FormatLong())
	if e.EarlyEnd != "" {
		due += ", when the day ends (" + e.EarlyEnd + ")"
	}
	sentences = append(sentences, due)
	return strings.Join(sentences, ". ") + "."
}

// shortDate writes a day without its year when it lies in the year of the due date.
func (e Explanation) shortDate(d Date) string {
	if d.Year() == e.Date.Year() {
		return d.FormatShort()
	}
	return fmt.Sprintf("%s %d", d.FormatShort(), d.Year())
}

// countingSentences tells how the window's end was found.
func (e Explanation) countingSentences(heading string) []string {
	switch {
	case e.Window.IsHours():
		return e.hoursSentences()
	case e.Window.Unit == AtOnce:
		return []string{"The procedure asks for it at once, at the latest when day 0 ends"}
	case e.Window.Unit == SameDay:
		return []string{"The procedure asks for it on the same working day, day 0"}
	case e.Window.Unit != WorkingDays:
		return e.roundingSentences()
	}
	sentences := []string{heading + ": " + countedText(e.Counted)}
	if len(e.Skipped) > 0 {
		sentences = append(sentences, "Skipped: "+skippedText(e.Skipped))
	}
	return sentences
}

// hoursSentences tells how hours were counted.
func (e Explanation) hoursSentences() []string {
	from := "Counted from " + formatInstant(e.CountedFrom)
	if e.Window.Unit == Hours {
		sentences := []string{from, fmt.Sprintf("%s, nights and weekends included, %s %s", e.Window, verbFor(e.Window, "end"), formatInstant(e.EndsAt))}
		_, before := e.CountedFrom.Zone()
		if _, after := e.EndsAt.Zone(); before != after {
			sentences = append(sentences, "The clocks change in between")
		}
		return sentences
	}
	var parts []string
	for _, s := range e.Spans {
		parts = append(parts, fmt.Sprintf("%s %s-%s", DateOf(s.From).FormatShort(), s.From.Format("15:04"), s.To.Format("15:04")))
	}
	sentences := []string{from, e.Window.String() + ": " + strings.Join(parts, ", ")}
	if len(e.Skipped) > 0 {
		sentences = append(sentences, "Skipped: "+skippedText(e.Skipped))
	}
	return sentences
}

// formatInstant writes "10:07 on Mon 30 Mar".
func formatInstant(t time.Time) string { return t.Format("15:04 on ") + DateOf(t).FormatShort() }

// verbFor is a verb in the form that a window takes as its subject.
func verbFor(w Window, verb string) string {
	if w.N == 1 || w.Unit == WeekBand || w.IsDayZero() {
		return verb + "s"
	}
	return verb
}

// roundingSentences tells of a window in calendar days or weeks.
func (e Explanation) roundingSentences() []string {
	verb := "end"
	subject := e.Window.String()
	if e.Window.Unit == WeekBand {
		subject, verb = fmt.Sprintf("Week %d (week 1 begins %s)", e.Window.N, e.Start.FormatShort()), "ends"
	} else if e.Window.N == 1 {
		verb = "ends"
	}
	if e.RoundedFrom == nil {
		return []string{fmt.Sprintf("%s %s %s", subject, verb, e.WindowEnd.FormatShort())}
	}
	return []string{
		fmt.Sprintf("%s %s %s, rounded back to the working day %s", subject, verb, e.RoundedFrom.FormatShort(), e.WindowEnd.FormatShort()),
		"Not worked: " + skippedText(e.Skipped),
	}
}

// limitText names a limit: "10 working days from the start of the challenge (Mon 30 Mar) end Wed 15
// Apr".
func (e Explanation) limitText(origin string) string {
	l := e.Limit
	subject, start, end := l.Window.String(), e.shortDate(l.Start), e.shortDate(l.WindowEnd)
	if l.Window.Unit == WeekBand {
		subject = "week " + fmt.Sprint(l.Window.N)
	}
	if l.Window.IsHours() {
		start, end = formatInstant(l.CountedFrom), formatInstant(l.EndsAt)
	}
	return fmt.Sprintf("%s from %s (%s) %s %s", subject, origin, start, verbFor(l.Window, "end"), end)
}

// otherLimitSentences mentions a limit that did not decide.
func (e Explanation) otherLimitSentences(stage string) []string {
	switch {
	case e.Limit == nil:
		return nil
	case e.LimitKind == LimitTarget:
		return []string{"Target for the whole challenge: " + e.limitText("its start")}
	default:
		return []string{english.Capitalise(e.limitText(e.originText(stage))) + ", not earlier"}
	}
}

// decidingLimitSentences tells of a limit that came before the end of the rung's own window.
func (e Explanation) decidingLimitSentences(stage string) []string {
	own := fmt.Sprintf("The %s's own %s would end %s", stage, e.Window, e.shortDate(e.WindowEnd))
	if e.Window.Unit == WeekBand {
		own = fmt.Sprintf("The %s's own week %d would end %s", stage, e.Window.N, e.shortDate(e.WindowEnd))
	}
	both := own + "; " + e.limitText(e.originText(stage))
	switch {
	case e.Bound == BoundLimit:
		return append([]string{both + ": the earlier holds"}, e.Limit.countingSentences("Counted from "+e.shortDate(e.Limit.Start))...)
	case e.Minimum == nil:
		return []string{fmt.Sprintf("%s, before this %s began: day 0 itself holds", both, stage)}
	case e.Date == e.WindowEnd:
		return []string{fmt.Sprintf("%s, too early: the limit leaves at least %s or the %s's own time if that is shorter", both, english.Count(e.AtLeast, "working day"), stage)}
	default:
		least := fmt.Sprintf("%s, too early for at least %s: the minimum holds", both, english.Count(e.AtLeast, "working day"))
		return append([]string{least}, e.Minimum.countingSentences("Counted")...)
	}
}

// remainderSentences tells of a rung without a window of its own.
func (e Explanation) remainderSentences(stage string) []string {
	least := english.Count(e.AtLeast, "working day")
	if e.Origin != "" {
		return e.originSentences(stage, least)
	}
	rule := fmt.Sprintf("This %s has the remainder of the %s from first raise, at least %s", stage, e.Limit.Window, least)
	if e.Limit.Window.Unit == WeekBand {
		rule = fmt.Sprintf("This %s has the remainder of the time to the %s from first raise, at least %s", stage, e.Limit.Window, least)
	}
	if e.Bound == BoundMinimum {
		return append([]string{rule, english.Capitalise(e.limitText("first raise")) + ", too early: the minimum holds"}, e.Minimum.countingSentences("Counted")...)
	}
	return append([]string{rule}, e.Limit.countingSentences("Counted from first raise ("+e.shortDate(e.Limit.Start)+")")...)
}

// originSentences tells of a rung whose time counts from another moment than receipt.
func (e Explanation) originSentences(stage, least string) []string {
	text := english.Capitalise(e.limitText(e.originText(stage)))
	if e.Bound == BoundMinimum {
		return append([]string{text + ", too early for at least " + least + ": the minimum holds"}, e.Minimum.countingSentences("Counted")...)
	}
	return append([]string{text}, e.Limit.countingSentences("Counted from "+e.shortDate(e.Limit.Start))...)
}

// originText is the moment that the limit counts from.
func (e Explanation) originText(stage string) string {
	switch e.Origin {
	case OriginRaise:
		return "the raising of the challenge"
	case OriginConference:
		return "the date of what it is about"
	case OriginRungBelow:
		return "the end of the " + stage + " below"
	case OriginBudget:
		return "the beginning of the first " + stage + " that shares this time"
	}
	return "the start of the challenge"
}

// countedText names the days, or the runs of days when there are many.
func countedText(days []Date) string {
	var parts []string
	if len(days) <= maxListedDays {
		for _, day := range days {
			parts = append(parts, day.FormatShort())
		}
		return strings.Join(parts, ", ")
	}
	for start := 0; start < len(days); {
		end := start
		for end+1 < len(days) && days[end+1] == days[end]+1 {
			end++
		}
		run := days[start].FormatShort()
		if end > start {
			run = fmt.Sprintf("%s to %s (%d)", days[start].FormatShort(), days[end].FormatShort(), end-start+1)
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
		return from.formatDayMonth()
	case from.Midnight(time.UTC).Month() == to.Midnight(time.UTC).Month():
		return fmt.Sprintf("%d-%s", from.Midnight(time.UTC).Day(), to.formatDayMonth())
	default:
		return from.formatDayMonth() + "-" + to.formatDayMonth()
	}
}
