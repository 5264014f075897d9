// Package digest makes the morning's digest: the one message a working day in which those
// who oversee challenges read what waits within what they oversee, since when and for
// whom, and who cannot be reached in Teams.
//
// It decides what belongs in the digest and in which order. The engine gathers the
// challenges and sends the message; package cards draws it; /waiting shows the same list.
package digest
