// Package record is what leaves for other records: a challenge's audit trail told in
// sentences, for a case file, an inspection or a court.
//
// It is pure: the same trail, ladder and zone give the same text. Nothing of the
// trail is left out and nothing is added to it: every event is told once, in its
// order, with who acted and when, and with all that was written. What the ladder no
// longer names is told by its id.
//
// What may fail: nothing. A trail that does not hold is told as it stands; whether
// its chain is unbroken is challenge.Replay's to say.
//
// What it tells names people and a child's record, so it is for those who may read
// the case: never for a log.
package record
