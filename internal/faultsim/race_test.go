//go:build race

package faultsim

// ordinarySeeds is how many seeds the ordinary tests play: a tenth where the race detector makes
// each ten times as slow.
const ordinarySeeds = 6
