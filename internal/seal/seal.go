// Package seal fixes what the database holds at one moment, outside it: the head of every trail and
// every row of the registers, under one Merkle root that is signed with a key which the database
// does not have.
//
// # Promise
//
//   - Whoever owns the database can change a trail and make its chain fit again, or take a whole
//     challenge away; beside a seal from before, [Seal.Compare] names what does not fit.
//   - A seal names the one before it, so that one cannot be left out unseen.
//   - It holds references and hashes, and nothing that was written about a child.
//
// The tree is that of RFC 6962; the signature is Ed25519.
package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Trail is one challenge as it stood: how many events it had, and the hash of the last.
type Trail struct {
	ID     string `json:"id"`
	Ref    string `json:"ref"`
	Events int    `json:"events"`
	Head   string `json:"head"`
}

// Row is one row of a register to which rows are only ever added: a ladder, a cover, a notice channel.
type Row struct {
	Table string `json:"table"`
	Key   string `json:"key"`
	Hash  string `json:"hash"`
}

// Contents are what is sealed.
type Contents struct {
	Trails []Trail `json:"trails"`
	Rows   []Row   `json:"rows"`
}

// Seal is the signed document.
type Seal struct {
	Format int       `json:"format"`
	At     time.Time `json:"at"`
	// Previous is the hash of the seal before it, as its file says; empty for the first.
	Previous string `json:"previous,omitempty"`
	Contents
	Root string `json:"root"`
	// Signature is by PublicKey over everything above but the contents, which Root stands for.
	PublicKey string `json:"public_key"`
	Signature string `json:"signature"`
}

const format = 1

// What is wrong with a seal itself.
var (
	ErrSignature = errors.New("the signature does not fit: the seal was changed, or is by another key")
	ErrRoot      = errors.New("the contents do not give the root that was signed")
	ErrFormat    = errors.New("this is no seal that the program knows")
)

// New seals the contents.
func New(c Contents, at time.Time, previous []byte, key ed25519.PrivateKey) (*Seal, error) {
	s := &Seal{Format: format, At: at.UTC().Truncate(time.Second), Contents: c.sorted()}
	if len(previous) > 0 {
		s.Previous = hashOf(previous)
	}
	root, err := s.computeRoot()
	if err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	s.Root, s.PublicKey = root, hex.EncodeToString(public)
	s.Signature = hex.EncodeToString(ed25519.Sign(key, s.signedText()))
	return s, nil
}

// Parse reads a seal and holds it to its signature by a key.
func Parse(text []byte, public ed25519.PublicKey) (*Seal, error) {
	var s Seal
	if err := json.Unmarshal(text, &s); err != nil || s.Format != format {
		return nil, ErrFormat
	}
	signature, err := hex.DecodeString(s.Signature)
	if err != nil || len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, s.signedText(), signature) {
		return nil, ErrSignature
	}
	root, err := s.computeRoot()
	if err != nil {
		return nil, err
	}
	if root != s.Root {
		return nil, ErrRoot
	}
	return &s, nil
}

// Follows reports whether this seal names the other as the one before it.
func (s *Seal) Follows(previous []byte) bool { return s.Previous == hashOf(previous) }

// Text is the seal as a file.
func (s *Seal) Text() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("seal: writing it: %w", err)
	}
	return append(text, '\n'), nil
}

func (s *Seal) signedText() []byte {
	return fmt.Appendf(nil, "challengebot seal %d\n%s\n%s\n%d\n%d\n%s\n%s\n", s.Format, s.At.UTC().Format(time.RFC3339), s.Previous,
		len(s.Trails), len(s.Rows), s.Root, s.PublicKey)
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// sorted puts the contents into the one order in which they are sealed.
func (c Contents) sorted() Contents {
	c.Trails, c.Rows = slices.Clone(c.Trails), slices.Clone(c.Rows)
	slices.SortFunc(c.Trails, func(a, b Trail) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Rows, func(a, b Row) int { return strings.Compare(a.Table+"\x00"+a.Key, b.Table+"\x00"+b.Key) })
	return c
}

// computeRoot is the root of the tree over trails and rows, in their order.
func (s *Seal) computeRoot() (string, error) {
	hasher := rfc6962.DefaultHasher
	tree := (&compact.RangeFactory{Hash: hasher.HashChildren}).NewEmptyRange(0)
	add := func(leaf any) error {
		text, err := json.Marshal(leaf)
		if err == nil {
			err = tree.Append(hasher.HashLeaf(text), nil)
		}
		if err != nil {
			return fmt.Errorf("seal: the tree: %w", err)
		}
		return nil
	}
	for _, t := range s.Trails {
		if err := add(t); err != nil {
			return "", err
		}
	}
	for _, r := range s.Rows {
		if err := add(r); err != nil {
			return "", err
		}
	}
	root, err := tree.GetRootHash(nil)
	if err != nil {
		return "", fmt.Errorf("seal: the root: %w", err)
	}
	if root == nil {
		root = hasher.EmptyRoot()
	}
	return hex.EncodeToString(root), nil
}

// Stored is what the database has now of what was sealed.
type Stored struct {
	// HashAt is the hash of an event of a challenge; "" if there is none.
	HashAt map[string]string // "id/seq"
	Rows   map[string]string // "table/key": the hash
	// LastOld is, by challenge, the number of its last event that says that it is older than
	// [Seal.SureUntil], and OldRows are the rows that say so.
	LastOld map[string]int
	OldRows []string // "table/key"
}

// recordingDelay is how much later than its own time an event can have been written: an answer that
// came in time is recorded when the database is back.
const recordingDelay = time.Hour

// SureUntil is the moment until which everything is in the seal: what says that it is older and is not
// in the seal was written down later than it says.
func (s *Seal) SureUntil() time.Time { return s.At.Add(-recordingDelay) }

// EventKey names an event in Stored.
func EventKey(id string, seq int) string { return fmt.Sprintf("%s/%d", id, seq) }

// RowKey names a row in Stored.
func RowKey(table, key string) string { return table + "/" + key }

// Misfit is something that was sealed and is not so any more.
type Misfit struct {
	What string // the challenge's reference, or the table and the key
	Why  string
}

// Compare names everything that was sealed and that the database has no more, or has otherwise.
func (s *Seal) Compare(now Stored) []Misfit {
	var all []Misfit
	for _, t := range s.Trails {
		switch hash := now.HashAt[EventKey(t.ID, t.Events)]; {
		case t.Events == 0:
		case hash == "":
			all = append(all, Misfit{t.Ref, fmt.Sprintf("event %d, which was sealed, is not there", t.Events)})
		case hash != t.Head:
			all = append(all, Misfit{t.Ref, fmt.Sprintf("an event up to %d is another than was sealed", t.Events)})
		}
	}
	for _, r := range s.Rows {
		switch hash := now.Rows[RowKey(r.Table, r.Key)]; {
		case hash == "":
			all = append(all, Misfit{r.Table + " " + r.Key, "it was sealed and is not there"})
		case hash != r.Hash:
			all = append(all, Misfit{r.Table + " " + r.Key, "it is another than was sealed"})
		}
	}
	return append(all, s.findBackdated(now)...)
}

// findBackdated names what says that it is older than the seal and is not in it.
func (s *Seal) findBackdated(now Stored) []Misfit {
	var all []Misfit
	sealed := map[string]Trail{}
	for _, t := range s.Trails {
		sealed[t.ID] = t
	}
	for _, id := range slices.Sorted(maps.Keys(now.LastOld)) {
		t, known := sealed[id]
		switch last := now.LastOld[id]; {
		case !known:
			all = append(all, Misfit{"challenge " + id, "it says that it is older than the seal, which does not have it"})
		case last > t.Events:
			all = append(all, Misfit{t.Ref, fmt.Sprintf("event %d says that it is older than the seal, which ends at event %d", last, t.Events)})
		}
	}
	for _, key := range now.OldRows {
		if !slices.ContainsFunc(s.Rows, func(r Row) bool { return RowKey(r.Table, r.Key) == key }) {
			all = append(all, Misfit{strings.Replace(key, "/", " ", 1), "it says that it is older than the seal, which does not have it"})
		}
	}
	return all
}
