package postgres

import (
	"testing"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// TestAReferenceThatIsTakenIsDrawnAgain draws the same number twice in a row, as after a
// restore, or once in some ten million challenges.
func TestAReferenceThatIsTakenIsDrawnAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draws := []uint64{7, 7, 11}
	w.store.drawNumber = func() uint64 {
		n := draws[0]
		draws = draws[1:]
		return n
	}
	var refs []string
	for range 2 {
		out, err := w.store.Raise(t.Context(), storage.IdempotencyKey{Value: uuid.NewString(), At: w.Now}, w.RaiseDecision(uuid.New()))
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, out.Snapshot.Challenge.Ref)
	}
	if refs[0] != challenge.FormatReference(7) || refs[1] != challenge.FormatReference(11) || len(draws) != 0 {
		t.Errorf("references %v, draws left %v", refs, draws)
	}
}

// Neither the next reference nor the number of challenges can be told from one.
func TestReferencesAreARandomDraw(t *testing.T) {
	t.Parallel()
	const draws = 64
	low, seen := 0, map[uint64]bool{}
	for range draws {
		n := drawRandomNumber()
		if seen[n] {
			t.Fatalf("%d is drawn twice in %d", n, draws)
		}
		seen[n] = true
		if n < 1<<32 {
			low++
		}
	}
	if low > 1 {
		t.Errorf("%d of %d draws are small: they count", low, draws)
	}
}
