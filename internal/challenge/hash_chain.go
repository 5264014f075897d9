package challenge

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
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

// ChainHash is the hash of the event under the chain of challenge id. It covers every
// field, each preceded by its length, and the hash before it.
func (e *Event) ChainHash(id uuid.UUID) Hash {
	buf := make([]byte, 0, 256+len(e.Data))
	buf = append(buf, "challengebot/event/1"...)
	buf = append(buf, e.Prev[:]...)
	buf = append(buf, id[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At.UnixMicro()))
	for _, s := range []string{e.By.ID, e.By.Name, string(e.Body.Kind()), e.Rung} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
		buf = append(buf, s...)
	}
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Opening))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(e.Data)))
	buf = append(buf, e.Data...)
	return sha256.Sum256(buf)
}
