// Package command is what a person can do to a challenge, each defined once: the button that does
// it and the card on which it stands, how the typed form fills in the same inputs, and how the
// inputs become the command of the domain. What people type for it, help and the texts in Teams
// stand under the same name in internal/words.
//
// # Promise
//
// Nothing that somebody typed is dropped and nothing is taken for what was meant: what has no
// input of its own joins the one before it, and a date that cannot be read stays as typed and is
// refused at its input. Nothing here decides who may do what, and nothing is stored.
package command
