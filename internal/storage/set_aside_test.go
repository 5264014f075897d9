package storage

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestWhatWasSetAsideIsTakenOutOfAnError(t *testing.T) {
	t.Parallel()
	one := &SetAsideError{Items: []SetAsideItem{{ChallengeID: uuid.New(), Cause: errors.New("one")}}}
	two := &SetAsideError{
		Items: []SetAsideItem{
			{ChallengeID: uuid.New(), Cause: ErrUnavailable},
			{MessageID: 3, Cause: errors.New("three")},
		},
	}
	other := errors.New("the connection is gone")
	for name, test := range map[string]struct {
		err   error
		items int
		rest  error
	}{
		"nothing":        {nil, 0, nil},
		"nothing aside":  {other, 0, other},
		"aside only":     {one, 1, nil},
		"wrapped":        {fmt.Errorf("tick: %w", one), 1, nil},
		"both":           {errors.Join(one, other, two), 3, other},
		"joined others":  {errors.Join(other, ErrNotFound), 0, other},
		"joined in join": {errors.Join(errors.Join(two, one), errors.Join(other)), 3, other},
	} {
		items, rest := SplitSetAside(test.err)
		if len(items) != test.items || !errors.Is(rest, test.rest) {
			t.Errorf("%s: %v, %v", name, items, rest)
		}
		if errors.As(rest, new(*SetAsideError)) || errors.Is(rest, ErrUnavailable) {
			t.Errorf("%s: the rest is %v", name, rest)
		}
	}
}

func TestManyThatWereSetAsideAreCountedNotListed(t *testing.T) {
	t.Parallel()
	e := &SetAsideError{}
	for range 25 {
		e.Items = append(e.Items, SetAsideItem{ChallengeID: uuid.New(), Cause: ErrNotFound})
	}
	if got := e.Error(); strings.Count(got, "\n") != MaxSetAsideListed ||
		!strings.HasSuffix(got, "15 more challenges") {
		t.Errorf("%s", got)
	}
	if !errors.Is(e, ErrNotFound) {
		t.Error("its causes are not to be found")
	}
}
