package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
)

func TestACardThatCannotBeMadeIsGivenUpAfterTenAttempts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.memory.Corrupt(c.Challenge.ID)
	for n := 1; n <= maxRenderAttempts; n++ {
		_, err := o.engine.DeliverPending(t.Context())
		items, rest := storage.SplitSetAside(err)
		if len(items) == 0 || rest != nil {
			t.Fatalf("attempt %d: %v", n, err)
		}
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateWaiting {
				t.Fatalf("after %d attempts %s is %s", n, m.Card, m.State)
			}
		}
		o.Now = o.Now.Add(leaseDuration)
	}
	dropped := o.attempts("dropped")
	if lines := o.log.lines("given up"); len(lines) != 0 {
		t.Errorf("logged %v", lines)
	}
	_, err := o.engine.DeliverPending(t.Context())
	if items, _ := storage.SplitSetAside(err); err != nil && len(items) == 0 {
		t.Errorf("%v", err)
	}
	gone := 0
	for _, m := range o.memory.Contents().Messages {
		if m.State == memorystore.StateDropped && m.LastCode == "unreadable" {
			gone++
			if lines := o.log.lines(fmt.Sprintf(`"delivery":%d,`, m.ID)); len(lines) != 1 || !strings.Contains(lines[0], "audit verify") ||
				!strings.Contains(lines[0], `"challenge":"`+c.Challenge.ID.String()+`"`) || !strings.Contains(lines[0], `"card":"`+string(m.Card)+`"`) ||
				!strings.Contains(lines[0], `"error":"`) {
				t.Errorf("logged %v", lines)
			}
		}
	}
	if gone < 3 || o.attempts("dropped") != dropped+float64(gone) {
		t.Errorf("%d were given up, %v are counted", gone, o.attempts("dropped")-dropped)
	}
}

func TestACardIsNotGivenUpForTheDatabase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Raise()
	o.failStore("Load", storage.ErrUnavailable)
	for range maxRenderAttempts + 3 {
		if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
			t.Fatal(err)
		}
		o.Now = o.Now.Add(leaseDuration)
	}
	o.failStore("Load", nil)
	o.deliver()
	for _, m := range o.memory.Contents().Messages {
		if m.State != memorystore.StateSent {
			t.Errorf("%s is %s, %s", m.Card, m.State, m.LastCode)
		}
	}
}
