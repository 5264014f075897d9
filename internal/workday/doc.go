// Package workday is the working-day clock: it turns "5 working days from Monday" into one date and
// one instant, and shows the working behind it.
//
// # What it promises
//
//   - Day 0 is the day of receipt; after the cut-off or on a day nobody works it is the next
//     working day. Day n is the n-th working day after it, and the due time is the end of that day
//     on the wall clock of the zone, winter or summer.
//   - Calendar-day windows and week bands are maxima: their last day is rounded back to a working
//     day, never forward. Week 1 is the seven days that begin on day 0, so the end of week n is day
//     0 + 7n - 1, whatever weekday day 0 is.
//   - Hours count from the instant of receipt and end at a full minute. They run through nights,
//     weekends and changes of the clocks; working hours count only between the beginning and the
//     end of a working day. "Same working day" and "at once" end with day 0.
//   - Where a window and a cumulative limit both apply, the earlier date holds.
//   - Nothing but hours is ever due before day 0 ends. A challenge cannot be late at the moment it arrives:
//     rounding back stops at day 0, and so does a limit that had passed before the rung began.
//   - The same settings give the same dates on every machine. [Calendar.Version] names them; a date
//     stored with one version is never explained with another ([ErrOtherCalendar]).
//
// # Where a day comes from
//
// The official list (GOV.UK, embedded) decides for the years it covers. Beyond it, and only when
// [Settings].CoverageUntil asks for it, rules of github.com/rickar/cal decide; such days are marked
// [SourceRule]. [New] holds the rules against the list first and refuses if they differ on a single
// day. Days that the authority adds or takes away, and its closures, lie on top of both.
//
// # What may fail, and what still holds
//
// A date outside the coverage is refused with a [*CoverageError]; it is never guessed. Settings
// that make no sense are refused by [New], all faults at once. A Calendar that exists is immutable
// and safe for concurrent use; every look-up in it is a few array reads, and only
// [Calendar.Explain] allocates.
package workday
