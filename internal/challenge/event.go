package challenge

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// EventKind of an event.
type EventKind string

// Event is one step of a challenge's audit trail. Events are only ever added.
type Event struct {
	Seq  int
	At   time.Time // UTC, to the microsecond
	By   Person
	Rung string
	// Opening is the number of the rung's opening, 0 before the first.
	Opening int
	Body    Body
	// Data is Body as it was written, to the byte: the hash covers it.
	Data []byte
	Prev Hash
	Hash Hash
}

// Body is what happened. Each kind of event has one type, which says what the event
// changes. Its JSON is the stored form: fields may be added, never renamed.
type Body interface {
	Kind() EventKind
	// apply changes the challenge. It decides nothing: whatever a transition worked out is
	// in the event.
	apply(c *Challenge, e Event)
}

// unseenOnCards is a Body that changes nothing that a card shows.
type unseenOnCards interface{ isUnseenOnCards() }

// IsUnseenOnCards reports whether the event changes nothing that a card shows, as a delivery or a tick.
func (e *Event) IsUnseenOnCards() bool {
	_, unseen := e.Body.(unseenOnCards)
	return unseen
}

// ChainHash is the hash of the event under the chain of challenge id. It covers every
// field, each preceded by its length, and the hash before it.
func (e *Event) ChainHash(id uuid.UUID) Hash { return sha256.Sum256(e.ChainText(id)) }

// PrevOffset is where in a ChainText the hash before it begins.
const PrevOffset = len(chainTextBegins)

const chainTextBegins = "challengebot/event/1"

// ChainText is what ChainHash is the SHA-256 of.
func (e *Event) ChainText(id uuid.UUID) []byte {
	buf := make([]byte, 0, 256+len(e.Data))
	buf = append(buf, chainTextBegins...)
	buf = append(buf, e.Prev[:]...)
	buf = append(buf, id[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At.UnixMicro()))
	for _, s := range []string{e.By.ID, e.By.Name, string(e.Body.Kind()), e.Rung} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
		buf = append(buf, s...)
	}
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Opening))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(e.Data)))
	return append(buf, e.Data...)
}

// Apply applies one event: the next challenge. It decides nothing.
func (c Challenge) Apply(e Event) Challenge {
	c = c.clone()
	c.Seq, c.Head, c.LastAt = e.Seq, e.Hash, e.At
	if !e.IsUnseenOnCards() {
		c.Version++
	}
	e.Body.apply(&c, e)
	c.keepUntaken(c.StillAsks)
	return c
}
