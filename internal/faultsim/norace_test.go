//go:build !race

package faultsim

// ordinarySeeds is how many seeds the ordinary tests play.
const ordinarySeeds = 60
