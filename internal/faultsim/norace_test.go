//go:build !race

package faultsim

// ordinarySeeds is how many seeds the ordinary tests play.
const ordinarySeeds = 1000

// isRace says whether the race detector is on.
const isRace = false
