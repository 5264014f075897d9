package sample

import "testing"

func TestShare(t *testing.T) {
	for of, want := range map[int]int{0: 0, 2: 0, 3: 1, 7: 2, 9: 3} {
		if got, err := Share(of, 3); got != want || err != nil {
			t.Errorf("%d: %d, %v", of, got, err)
		}
	}
	if got, err := Share(-1, 3); got != 0 || err != ErrNegative {
		t.Errorf("%d, %v", got, err)
	}
}
