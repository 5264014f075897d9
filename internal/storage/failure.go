package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// LogReason is an error that says of itself what a log may hold: ids, kinds and codes, and
// nothing that anybody wrote or that a table holds.
type LogReason interface {
	error
	LogReason() string
}

// FailureReason says for a log why something failed. Of an error that does not say itself
// what may be told, only the types are: its text may repeat what somebody wrote.
func FailureReason(err error) string {
	if err == nil {
		return ""
	}
	var known LogReason
	if errors.As(err, &known) {
		return known.LogReason()
	}
	for _, plain := range []error{ErrUnavailable, ErrUnreadable, ErrNotFound, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, plain) {
			return plain.Error()
		}
	}
	return "an error of type " + strings.Join(errorTypes(err), " of ")
}

// wrappingTypes only add words to another error, or join some.
var wrappingTypes = []string{"*fmt.wrapError", "*fmt.wrapErrors", "*errors.joinError"}

// errorTypes are the types of an error and of those that it wraps, without those that only
// add words or join.
func errorTypes(err error) []string {
	var types []string
	if name := fmt.Sprintf("%T", err); !slices.Contains(wrappingTypes, name) {
		types = append(types, name)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			types = append(types, errorTypes(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			types = append(types, errorTypes(inner)...)
		}
	}
	return types
}
