// Package story plays the product's stories: the real program on a real PostgreSQL
// against the practice Teams, with a clock that is moved by hand.
//
// A World is all of that for one sample authority. The command try shows one to a
// person; the behaviour tests in this package read like the procedures, step by
// step: somebody types, a card is expected, somebody clicks, an update is expected,
// the clock moves. A message that no step expected, a violation of what Teams
// accepts or an error in the log fails a story.
package story
