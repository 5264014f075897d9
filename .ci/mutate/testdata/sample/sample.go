// Package sample is code of which one half is tested.
package sample

import "errors"

// ErrNegative is held by the tests.
var ErrNegative = errors.New("less than nothing")

// Share is held by the tests.
func Share(of, among int) (int, error) {
	if of < 0 {
		return 0, ErrNegative
	}
	n := 0
	for of >= among {
		of -= among
		n++
	}
	return n, nil
}

// Point is held by nothing.
type Point struct{ X, Y int }

// Untested is held by nothing.
func Untested(found bool, keep func(Point) error) error {
	if !found {
		return ErrNegative
	}
	p := Point{X: 1, Y: 2}
	return keep(p)
}
