package storagetest

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
)

// Backend is a store under test, empty, and what a test may ask beside it.
type Backend struct {
	Store Store
	// Open gives one more instance on the same data.
	Open func() Store
	// Contents are all messages, cards, attempts and keys that are stored.
	Contents func() memorystore.Contents
	// Verify holds every trail against its chain and its row.
	Verify func() error
}

// test is one promise.
type test struct {
	name string
	run  func(t *testing.T, w *world)
}

// world is a World with a whole backend.
type world struct {
	*World
	backend Backend
}

// mustVerify ends the test when a trail does not hold.
func (w *world) mustVerify() {
	w.T.Helper()
	w.Must(w.backend.Verify())
}

// messages are the stored messages that are wanted.
func (w *world) messages(wanted func(memorystore.MessageRecord) bool) []memorystore.MessageRecord {
	var found []memorystore.MessageRecord
	for _, m := range w.backend.Contents().Messages {
		if wanted(m) {
			found = append(found, m)
		}
	}
	return found
}

// message is the stored message of that id.
func (w *world) message(id int64) memorystore.MessageRecord {
	w.T.Helper()
	found := w.messages(func(m memorystore.MessageRecord) bool { return m.ID == id })
	if len(found) != 1 {
		w.T.Fatalf("message %d is stored %d times", id, len(found))
	}
	return found[0]
}

// countUpdates counts the updates that were ever queued.
func (w *world) countUpdates() int {
	return len(w.messages(func(m memorystore.MessageRecord) bool { return m.Kind == outbox.UpdateMessage }))
}

// countEvents counts the events of a kind in challenges' trails.
func (w *world) countEvents(kind challenge.EventKind, all ...challenge.Snapshot) int {
	w.T.Helper()
	n := 0
	for _, c := range all {
		for _, e := range w.Load(c.Challenge.ID).History {
			if e.Body.Kind() == kind {
				n++
			}
		}
	}
	return n
}
