package postgres

import "testing"

// The owner of the tables could change the trail; a login of production could not.
func TestTheLoginThatCouldChangeTheTrailIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if can, err := w.store.CanChangeTrail(t.Context()); err != nil || !can {
		t.Errorf("the owner: %t, %v", can, err)
	}
	if can, err := w.openAsServer().CanChangeTrail(t.Context()); err != nil || can {
		t.Errorf("who serves: %t, %v", can, err)
	}
}
