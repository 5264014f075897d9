// Package faultsim plays weeks of the program's work in made-up time while everything around it
// fails, and holds what came of it against a model of its own.
//
// What runs is the program's own code: the domain, the engine's rounds of two instances, and the
// store in memory that passes the same contract as PostgreSQL. What is played is the rest: people
// who press what stands on their screens, Teams, the line to the database, the clocks of machines,
// and death. One goroutine runs at a time, and at each call of the database or of Teams a seeded
// scheduler says whose turn is next; time jumps from event to event. So a seed is a whole history,
// the same each time: it can be told, shortened and played again.
//
// The promises that a run is held to are in model_test.go. A seed that breaks one is shortened for
// as long as it still breaks it, and printed as a story.
//
//	story_test.go     what happens to a run from outside: steps, drawn from a seed, in words
//	world_test.go     the scheduler, the time, whose turn it is
//	instance_test.go  an instance of the program: its life, its rounds
//	database_test.go  the line to the store
//	teams_test.go     Teams, and what people have on their screens
//	people_test.go    people
//	model_test.go     what must hold
//	planted_test.go   faults planted by hand, and how many seeds find each
//	faultsim_test.go  the tests
//
// The package consists of tests, so that nothing can import it. The race detector is not for it: one
// goroutine runs at a time because the scheduler says so, which the detector cannot see.
package faultsim
