// Package report turns trails into what a unit, its board and an inspector read: the register of
// all challenges, one row each, and the figures of a period.
//
// # Promise
//
//   - Every figure follows from the events alone, as of one instant that the report names. Working
//     days are those of the calendar that counts the deadlines.
//   - The figures name nobody: what lapsed is counted by role, never by person. A number from 1 to 4
//     is hidden, and so is a second one wherever a total would give the first away; no median stands
//     for fewer than five. 0 is shown as 0. [Suppress] holds it, and a property test recomputes.
//   - The register shows no free text. In CSV a text that a spreadsheet would take for a formula
//     begins with an apostrophe; in XLSX it is a text, dates are dates and counts are numbers.
//   - Nothing here reads a clock or the database: the instant and the challenges are arguments.
package report
