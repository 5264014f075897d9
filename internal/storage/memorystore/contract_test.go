package memorystore_test

import (
	"testing"

	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
)

func newBackend(testing.TB) storagetest.Backend {
	s := memorystore.New()
	return storagetest.Backend{Store: s, Open: func() storagetest.Store { return s.Open() }, Contents: s.Contents, Verify: s.Verify}
}

func TestContract(t *testing.T) { storagetest.Run(t, newBackend) }
