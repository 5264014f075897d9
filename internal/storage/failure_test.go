package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

type frankError struct{ text string }

func (e *frankError) Error() string     { return e.text }
func (e *frankError) LogReason() string { return "SQLSTATE 42P01" }

func TestTheReasonOfAFailureTellsItsKindAndNothingThatWasWritten(t *testing.T) {
	t.Parallel()
	const secret = "Millie Brown"
	unreadable := json.Unmarshal([]byte(`{"rung":"`+secret+`"}`), &struct{ Rung int }{})
	for want, err := range map[string]error{
		"SQLSTATE 42P01":                                              fmt.Errorf("raise %s: %w", secret, &frankError{secret}),
		ErrUnavailable.Error():                                        fmt.Errorf("%s: %w", secret, ErrUnavailable),
		ErrNotFound.Error():                                           errors.Join(errors.New(secret), ErrNotFound),
		context.DeadlineExceeded.Error():                              fmt.Errorf("%s: %w", secret, context.DeadlineExceeded),
		"an error of type *json.UnmarshalTypeError":                   fmt.Errorf("%s: %w", secret, unreadable),
		"an error of type *errors.errorString":                        errors.New(secret),
		"an error of type *errors.errorString of *errors.errorString": errors.Join(errors.New(secret), errors.New("x")),
	} {
		got := FailureReason(err)
		if got != want || strings.Contains(got, secret) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if got := FailureReason(nil); got != "" {
		t.Errorf("of no failure: %q", got)
	}
}
