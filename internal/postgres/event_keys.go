package postgres

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
)

// The chain of a trail is made of hashes that anybody can compute, so whoever holds the bot's login
// could add an event to it. With a key that the database does not have each event carries a MAC
// besides: what was written without the key is named by Verify.

// ErrEventKeys means that the keys cannot be read.
var ErrEventKeys = errors.New(`event keys are written as "2026-12-01=64 hexadecimal digits", several with a comma between`)

// EventKeys are the keys of events, the oldest first. The newest that has begun signs; all verify.
type EventKeys []eventKey

type eventKey struct {
	from time.Time // from this day on every event has a MAC, by this key or another
	id   []byte    // the first bytes of the key's hash, beside each MAC
	key  []byte
}

const (
	keyIDLength    = 4
	eventMACLength = keyIDLength + sha256.Size
	leastKeyLength = 32
	macBegins      = "challengebot/event mac/1"
)

// ParseEventKeys reads keys with the days from which they hold. An empty text has none.
func ParseEventKeys(text string) (EventKeys, error) {
	var keys EventKeys
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		day, digits, _ := strings.Cut(part, "=")
		from, dayErr := time.Parse(time.DateOnly, strings.TrimSpace(day))
		key, keyErr := hex.DecodeString(strings.TrimSpace(digits))
		if dayErr != nil || keyErr != nil || len(key) < leastKeyLength {
			return nil, ErrEventKeys // what was typed may be a key and is not repeated
		}
		sum := sha256.Sum256(key)
		keys = append(keys, eventKey{from: from, id: sum[:keyIDLength], key: key})
	}
	slices.SortStableFunc(keys, func(a, b eventKey) int { return a.from.Compare(b.from) })
	return keys, nil
}

// sign gives the MAC of an event with the newest key that has begun; nil without keys.
func (k EventKeys) sign(id uuid.UUID, e *challenge.Event) []byte {
	if len(k) == 0 {
		return nil
	}
	with := k.newestAt(e.At)
	return append(slices.Clone(with.id), with.compute(id, e.Hash)...)
}

// newestAt is the newest key that has begun.
func (k EventKeys) newestAt(at time.Time) eventKey {
	with := k[0]
	for _, key := range k {
		if !key.from.After(at) {
			with = key
		}
	}
	return with
}

func (k eventKey) compute(id uuid.UUID, hash challenge.Hash) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(macBegins))
	h.Write(id[:])
	h.Write(hash[:])
	return h.Sum(nil)
}

// verifyEvent says what is wrong with the MAC of a stored event; "" if nothing is. Before the first
// key began an event needs none.
func (k EventKeys) verifyEvent(id uuid.UUID, e storedEvent) string {
	switch {
	case len(k) == 0:
		return ""
	case len(e.mac) == 0 && e.At.Before(k[0].from):
		return ""
	case len(e.mac) == 0:
		return fmt.Sprintf("it has no MAC, and every event since %s has: the program did not write it", k[0].from.Format("2 January 2006"))
	case len(e.mac) != eventMACLength:
		return "its MAC is none"
	}
	for _, key := range k {
		if bytes.Equal(key.id, e.mac[:keyIDLength]) {
			if hmac.Equal(e.mac[keyIDLength:], key.compute(id, e.Hash)) {
				return ""
			}
			return "its MAC is not that of the key: the program did not write it"
		}
	}
	return "its MAC is by a key that is not among those given"
}

// verifyTrail names the events of a trail whose MAC does not hold.
func (k EventKeys) verifyTrail(id uuid.UUID, stored []storedEvent) []Problem {
	var problems []Problem
	for _, e := range stored {
		if what := k.verifyEvent(id, e); what != "" {
			problems = append(problems, Problem{e.Seq, what})
		}
	}
	return problems
}
