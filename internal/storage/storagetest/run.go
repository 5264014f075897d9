package storagetest

import "testing"

// Run puts a store through every promise. newBackend makes an empty one each time.
func Run(t *testing.T, newBackend func(t testing.TB) Backend) {
	for _, promises := range [][]test{callTests, challengeTests, messageTests, orderTests, resultTests, clockTests, registerTests} {
		for _, p := range promises {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				b := newBackend(t)
				p.run(t, &world{World: NewWorld(t, b.Store), backend: b})
			})
		}
	}
}
