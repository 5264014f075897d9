// Package storage is the contract between those who change or read challenges and the
// store that keeps them (package postgres): how a challenge is looked up, how an effect is
// made to happen once, what the store answers, and which errors it has.
//
// Every change of a challenge goes through one transaction: the row is locked, the pure
// decision of package challenge is taken on what was read, and row, events and outbox
// messages are written, or nothing is.
//
// Package storagetest holds what a store promises as tests; package memorystore keeps the same
// promises in memory.
package storage
