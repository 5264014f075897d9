// Package storagetest is what a store promises, as tests that any store can be put through.
// PostgreSQL and the store in memory both pass them, so that what is tried on the one holds
// on the other.
//
//	contract.go    Backend, the store under test, and Run, which puts it through everything
//	world.go       a small authority with a store: raises, answers, delivers, ticks
//	calls.go       one call of each method: cut off, and with what no column holds
//	challenges.go  Raise, Apply, Load: one effect, one answer, nothing half done
//	messages.go    the outbox: order, leases, retries
//	results.go     what came of a message: posted cards, updates, refusals
//	clock.go       Tick, NextDue, CountOverdue
//	registers.go   who waits, conversations, channels, cover, who cannot be reached
//	twins.go       two stores under the same random work must not be told apart
//
// A new method of a store gets its test here first.
package storagetest
