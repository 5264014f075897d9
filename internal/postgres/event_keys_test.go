package postgres

import (
	"errors"
	"strings"
	"testing"

	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

const (
	oldKey = "1111111111111111111111111111111111111111111111111111111111111111"
	newKey = "2222222222222222222222222222222222222222222222222222222222222222"
)

func parseKeys(t *testing.T, text string) EventKeys {
	t.Helper()
	keys, err := ParseEventKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEventKeysAreReadOrRefusedUnseen(t *testing.T) {
	t.Parallel()
	if keys := parseKeys(t, ""); keys != nil {
		t.Errorf("no text gives %d keys", len(keys))
	}
	keys := parseKeys(t, " 2027-01-01="+newKey+", 2026-01-01="+oldKey+" ,")
	if len(keys) != 2 || !keys[0].from.Before(keys[1].from) {
		t.Errorf("%d keys, the oldest not first", len(keys))
	}
	for _, bad := range []string{oldKey, "2026-01-01=" + oldKey[:62], "2026-13-01=" + oldKey, "2026-01-01=zz" + oldKey[2:], "2026-01-01"} {
		if _, err := ParseEventKeys(bad); !errors.Is(err, ErrEventKeys) || strings.Contains(err.Error(), oldKey[:8]) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// problemsOf are what Verify finds wrong with the MACs, under keys.
func (w *world) problemsOf(keys EventKeys) []string {
	w.T.Helper()
	before := w.store.eventKeys
	defer func() { w.store.eventKeys = before }()
	w.store.eventKeys = keys
	var found []string
	if _, err := w.store.Verify(w.T.Context(), func(r VerifyResult) {
		for _, p := range r.Problems {
			found = append(found, p.What)
		}
	}); err != nil {
		w.T.Fatal(err)
	}
	return found
}

// Whoever has the bot's login can write an event whose hash fits. Without the key it is named.
func TestAnEventThatTheProgramDidNotWriteIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keys := parseKeys(t, "2020-01-01="+oldKey)
	w.store.eventKeys = keys
	c := w.Raise()
	if found := w.problemsOf(keys); len(found) > 0 {
		t.Fatalf("its own events: %v", found)
	}

	// A response that the manager never gave, with a chain, a row and a copy for reports that fit.
	w.store.eventKeys = nil
	if _, err := w.store.Apply(t.Context(), w.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse("Forged."), storagetest.ManagerID)); err != nil {
		t.Fatal(err)
	}
	if found := w.problemsOf(nil); len(found) > 0 {
		t.Errorf("without keys the forgery is whole: %v", found)
	}
	if found := w.problemsOf(keys); len(found) == 0 || !strings.HasPrefix(found[0], "it has no MAC, and every event since 1 January 2020 has") {
		t.Errorf("with the key: %v", found)
	}
	if found := w.problemsOf(parseKeys(t, "2999-01-01="+oldKey)); len(found) > 0 {
		t.Errorf("before the first key began: %v", found)
	}
	// A MAC copied from another event, and one of a key that was made up.
	for _, sql := range []string{
		`UPDATE event SET mac = (SELECT mac FROM event WHERE seq = 1) WHERE mac IS NULL`,
		`UPDATE event SET mac = decode(repeat('ab', 36), 'hex') WHERE seq = 2`,
	} {
		w.Must(w.execAsOwner(`ALTER TABLE event DISABLE TRIGGER ALL`, sql, `ALTER TABLE event ENABLE TRIGGER ALL`))
	}
	found := strings.Join(w.problemsOf(keys), "; ")
	if !strings.Contains(found, "its MAC is not that of the key") || !strings.Contains(found, "by a key that is not among those given") {
		t.Errorf("%s", found)
	}
}

func TestKeysRotateAndOldOnesVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store.eventKeys = parseKeys(t, "2020-01-01="+oldKey)
	w.Raise()
	both := parseKeys(t, "2020-01-01="+oldKey+",2021-01-01="+newKey)
	w.store.eventKeys = both
	w.Raise()
	if found := w.problemsOf(both); len(found) > 0 {
		t.Errorf("both keys: %v", found)
	}
	if found := w.problemsOf(parseKeys(t, "2021-01-01="+newKey)); len(found) == 0 || !strings.Contains(found[0], "not among those given") {
		t.Errorf("the old key is missing: %v", found)
	}
}
