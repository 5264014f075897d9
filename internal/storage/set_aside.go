package storage

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// SetAsideError lists challenges and messages that failed by themselves: a row that cannot
// be read, a decision that fails or panics, a card that cannot be drawn, a write that is
// refused or does not end. They are left alone for a while and tried again; no other was
// kept back by them.
type SetAsideError struct{ Items []SetAsideItem }

// SetAsideItem is one challenge, or one outbox message, that was set aside, and why.
type SetAsideItem struct {
	ChallengeID uuid.UUID
	MessageID   int64 // of an outbox message; otherwise 0
	Cause       error
}

// MaxSetAsideListed is how many items the error lists; the rest is counted.
const MaxSetAsideListed = 10

// Error has a line for each item.
func (e *SetAsideError) Error() string {
	var lines []string
	for i, item := range e.Items {
		if i == MaxSetAsideListed {
			lines = append(lines, fmt.Sprintf("storage: and %d more challenges", len(e.Items)-i))
			break
		}
		what := fmt.Sprintf("challenge %s could not be decided", item.ChallengeID)
		if item.MessageID != 0 {
			what = fmt.Sprintf("outbox message %d could not be delivered", item.MessageID)
		}
		lines = append(lines, "storage: "+what+": "+item.Cause.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the causes.
func (e *SetAsideError) Unwrap() []error {
	causes := make([]error, 0, len(e.Items))
	for _, item := range e.Items {
		causes = append(causes, item.Cause)
	}
	return causes
}

// SplitSetAside parts an error into what was set aside and what else went wrong.
func SplitSetAside(err error) (items []SetAsideItem, rest error) {
	var aside *SetAsideError
	if !errors.As(err, &aside) {
		return nil, err
	}
	switch e := err.(type) {
	case *SetAsideError:
		return e.Items, nil
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			found, other := SplitSetAside(one)
			items, rest = append(items, found...), errors.Join(rest, other)
		}
		return items, rest
	}
	return aside.Items, nil
}
