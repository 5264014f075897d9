// Package casenote writes the notes that a procedure wants in another system, such as the children's
// case records: one for each moment that the ladder's records name, in its parts and order, as plain
// text to be copied there.
//
// It is pure: a note follows from the trail alone and says what was so at its moment, whenever it is
// read. Nothing of it is stored but that somebody said it stands in the other system.
//
// What may fail: nothing. What a trail that does not hold no longer tells is left out of the note.
//
// A note names people and what was written about a child: it is for whoever may read the challenge.
package casenote
