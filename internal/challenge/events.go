package challenge

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
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

// registry defines every kind of event, in the order in which they came to be. Decoding,
// applying, what a card must show again, and the kinds that the database takes follow
// from it.
var registry = []eventDefinition{
	define[Raised](shown),
	define[RungOpened](shown),
	define[RoleVacant](shown),
	define[Redated](shown),
	define[Delivered](unseen),
	define[Undelivered](shown),
	define[Reminded](unseen),
	define[Responded](shown),
	define[LateResponse](shown),
	define[Judged](shown),
	define[Lapsed](shown),
	define[Held](shown),
	define[GateRecorded](shown),
	define[Nudged](unseen),
	define[SkippedTo](shown),
	define[Resolved](shown),
	define[Exhausted](shown),
	define[Withdrawn](shown),
	define[HandedOff](shown),
	define[Referred](shown),
	define[HandedOver](shown),
	define[AskedOutside](shown),
	define[MessageChanged](unseen),
	define[EndRequested](shown),
	define[ChairSucceeded](shown),
	define[CouldNotBeAsked](shown),
	define[Unattended](shown),
	define[Moved](shown),
	define[Interrupted](shown),
	define[Released](shown),
}

// eventDefinition is what the program knows of one kind of event.
type eventDefinition struct {
	kind       EventKind
	decode     func(data []byte) (Body, error)
	visibility visibility
}

// visibility says whether an event changes what somebody's card shows.
type visibility bool

const (
	shown  visibility = true
	unseen visibility = false
)

func define[B Body](v visibility) eventDefinition {
	var zero B
	return eventDefinition{kind: zero.Kind(), visibility: v, decode: func(data []byte) (Body, error) {
		var b B
		if err := json.Unmarshal(data, &b); err != nil {
			return nil, fmt.Errorf("the data of a %s event cannot be read: %w", zero.Kind(), err)
		}
		return b, nil
	}}
}

// definitions are the registry by kind. It never changes.
var definitions = func() map[EventKind]eventDefinition {
	byKind := make(map[EventKind]eventDefinition, len(registry))
	for _, d := range registry {
		byKind[d.kind] = d
	}
	return byKind
}()

// EventKinds are all kinds: what the database takes.
func EventKinds() []EventKind {
	kinds := make([]EventKind, 0, len(registry))
	for _, d := range registry {
		kinds = append(kinds, d.kind)
	}
	return kinds
}

// ErrUnknownKind: the event was written by a newer version of the program.
var ErrUnknownKind = errors.New("an event of a kind that this version does not know")

// DecodeBody reads a stored body of that kind.
func DecodeBody(k EventKind, data []byte) (Body, error) {
	d, ok := definitions[k]
	if !ok {
		return nil, fmt.Errorf("%w: %q; it was written by a newer version of the program", ErrUnknownKind, k)
	}
	return d.decode(data)
}

// bumpsVersion reports whether the event changes what somebody's card shows.
func bumpsVersion(b Body) bool { return bool(definitions[b.Kind()].visibility) }
