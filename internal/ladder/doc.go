// Package ladder holds escalation procedures as data.
//
// A ladder is one authority's own procedure written as a YAML file: its rungs,
// who must answer on each, in what window, behind which gates, by which form,
// and in the authority's own words. Reading is strict: an unknown key, a wrong
// value or a contradiction is refused with file, line, column and the mend, so
// that a ladder which was read is a ladder that can run. A ladder is immutable
// once a challenge has started under it; its Digest names exactly that text.
//
// The package knows nothing of people, of Teams or of storage. Roles are names
// that the directory resolves; windows are measured by package workday.
package ladder
