// Package simulation plays a ladder from the raising to the end, for people who write
// one: who is told what, when, if nobody answers, if everybody does, or as a script says.
//
// It has no rules of its own. Each step is a transition of package challenge, decided on
// the same calendar and directory as in the running bot, so what it shows cannot differ
// from what the bot would do.
package simulation
