// Package ladderschema says what the keys of a ladder file are, for a person and for an editor.
//
// Which keys there are, and what each takes, is read from the types into which a ladder is read;
// what each means, and an example, from the comments of the ladder that [ladder.Template] gives. So
// nothing is said here that the program does not do. The schema finds an unknown key, a missing one
// or a wrong word while somebody types; whether a ladder can run is for [ladder.Lint] to say.
package ladderschema
