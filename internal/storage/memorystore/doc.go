// Package memorystore is a store in memory that keeps the promises of package storage: what
// the engine and the bot see of it is what they see of PostgreSQL. Tests use it, and whoever
// simulates days of work in a second.
//
// What it promises is written down once, in package storagetest: both stores pass the same
// contract, and internal/postgres holds them against one another under random work.
//
//	store.go       the store itself: ladders, readiness, news
//	challenge.go   Raise, Apply, Load, and the lists of challenges
//	transition.go  how one change is checked and written, with its messages
//	tick.go        what is due for the clock
//	outbox.go      messages: queue, claim, release
//	result.go      what came of a claimed message
//	pending.go     what may belong in a morning's digest
//	registers.go   conversations, channels, cover, who cannot be reached
//	heartbeat.go   the one clock, who works by it, the last good directory
//	contents.go    all that is stored, to look at in a test, or to spoil
//	clone.go       a second store with the same contents
//
// One lock stands for a transaction: a decision is taken under it and must not call the
// store. What is read is decoded from the stored form each time, so that nobody shares
// memory with the store. Times are kept to the microsecond, as PostgreSQL keeps them. What a
// CHECK of the tables refuses is refused here too.
//
// Nothing outlives the process, and nothing here is for production.
package memorystore
