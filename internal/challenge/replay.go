package challenge

import (
	"fmt"

	"github.com/google/uuid"
)

// Replay folds a whole trail and checks every link of its chain. The error names
// the first event that is broken.
func Replay(id uuid.UUID, events []Event) (Challenge, error) {
	c := Challenge{ID: id}
	for i, e := range events {
		if e.Seq != i+1 {
			return c, &BrokenChainError{Seq: i + 1, Reason: fmt.Sprintf("event %d is missing; event %d stands in its place", i+1, e.Seq)}
		}
		if e.Prev != c.Head {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "it does not follow the event before it"}
		}
		if e.Body == nil || e.ChainHash(id) != e.Hash {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "its content does not match its hash"}
		}
		// The hash covers the data as it was written, so the data are what counts.
		body, err := DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "its data cannot be read"}
		}
		e.Body = body
		if _, ok := e.Body.(Raised); ok != (i == 0) {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "a trail begins with one raised event and has no other"}
		}
		c = c.Apply(e)
	}
	if len(events) == 0 {
		return c, &BrokenChainError{Seq: 1, Reason: "the trail is empty"}
	}
	return c, nil
}

// BrokenChainError is the first event of a trail that does not hold.
type BrokenChainError struct {
	Seq    int
	Reason string
}

func (b *BrokenChainError) Error() string { return fmt.Sprintf("event %d: %s", b.Seq, b.Reason) }
