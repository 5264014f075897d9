package challenge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash is a link of a challenge's chain: SHA-256.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != len(h) {
		return fmt.Errorf("a hash of %d hexadecimal digits was expected, not %d characters", 2*len(h), len(b))
	}
	copy(h[:], raw)
	return nil
}
