// Package safetext makes text that somebody typed safe to show where it could be taken for
// something else: cards, records, terminals, tables.
//
// A reader sees what is there: characters that show nothing, or that turn other text
// around, become signs such as "(U+202E)" (ShowHidden). What looks like an address becomes
// no link on somebody else's screen (BreakLinks). A cell of a table computes nothing
// (EscapeFormula). A terminal is told nothing (TerminalWriter), and JSON that is read there
// keeps its meaning (EscapeJSON).
//
// It is pure, and none of it may fail. What is stored stays as it was typed: this is for
// showing alone.
package safetext
