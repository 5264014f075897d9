package challenge

import (
	"encoding/json"
	"errors"
	"fmt"
)

// registry defines every kind of event, in the order in which they came to be. Decoding,
// and the kinds that the database takes, follow from it.
var registry = []eventDefinition{
	define[Raised](),
	define[RungOpened](),
	define[RoleVacant](),
	define[Redated](),
	define[Delivered](),
	define[Undelivered](),
	define[Reminded](),
	define[Responded](),
	define[LateResponse](),
	define[Judged](),
	define[Lapsed](),
	define[Held](),
	define[GateRecorded](),
	define[Nudged](),
	define[SkippedTo](),
	define[Resolved](),
	define[Exhausted](),
	define[Withdrawn](),
	define[HandedOff](),
	define[Referred](),
	define[HandedOver](),
	define[AskedOutside](),
	define[MessageChanged](),
	define[EndRequested](),
	define[ChairSucceeded](),
	define[CouldNotBeAsked](),
	define[Unattended](),
	define[Moved](),
	define[Corrected](),
	define[Interrupted](),
	define[Released](),
	define[Recounted](),
	define[UrgencyLifted](),
	define[Escalated](),
	define[Acknowledged](),
	define[NotAcknowledged](),
	define[QuestionAsked](),
	define[QuestionAnswered](),
	define[Restored](),
	define[LapseYielded](),
	define[NotePasted](),
}

// eventDefinition is what the program knows of one kind of event.
type eventDefinition struct {
	kind   EventKind
	decode func(data []byte) (Body, error)
}

func define[B Body]() eventDefinition {
	var zero B
	return eventDefinition{kind: zero.Kind(), decode: func(data []byte) (Body, error) {
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

// ErrUnknownKind says that an event was written by a newer version of the program.
var ErrUnknownKind = errors.New("an event of a kind that this version does not know")

// DecodeBody reads a stored body of that kind.
func DecodeBody(k EventKind, data []byte) (Body, error) {
	d, ok := definitions[k]
	if !ok {
		return nil, fmt.Errorf("%w: %q; it was written by a newer version of the program; try again shortly, when this one has been replaced", ErrUnknownKind, k)
	}
	return d.decode(data)
}
