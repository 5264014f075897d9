package bot

import (
	"crypto/sha256"
	"sync"
	"time"
)

// tokenCache remembers what verified tokens proved, by the SHA-256 of the whole
// token. Only verified tokens get in, so a stranger cannot fill it.
//
// It holds two maps: when the young one is full it becomes the old one and the
// former old one is dropped. A token in use moves back to the young one, so
// the bound costs no sweep and no list.
type tokenCache struct {
	maxPerMap int // most entries of each map

	mu         sync.Mutex
	generation uint64 // key generation all entries were verified under
	young, old map[[sha256.Size]byte]verifiedToken
}

func newTokenCache(size int) *tokenCache {
	return &tokenCache{maxPerMap: max(1, size/2), young: map[[sha256.Size]byte]verifiedToken{}}
}

// get finds a proof made under the generation, within its lifetime at now. The
// leeway does not apply here: a token past its expiry is verified again in full.
func (c *tokenCache) get(sum [sha256.Size]byte, generation uint64, now time.Time) (verifiedToken, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return verifiedToken{}, false
	}
	known, ok := c.young[sum]
	if !ok {
		if known, ok = c.old[sum]; !ok {
			return verifiedToken{}, false
		}
		delete(c.old, sum)
		c.insert(sum, known)
	}
	if !now.Before(known.expires) {
		delete(c.young, sum)
		return verifiedToken{}, false
	}
	return known, !now.Add(clockLeeway).Before(known.notBefore)
}

// put remembers a proof. A newer generation of keys empties the cache first;
// a proof from an older one is not kept.
func (c *tokenCache) put(sum [sha256.Size]byte, generation uint64, p verifiedToken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation < c.generation {
		return
	}
	if generation > c.generation {
		c.generation, c.young, c.old = generation, map[[sha256.Size]byte]verifiedToken{}, nil
	}
	c.insert(sum, p)
}

func (c *tokenCache) insert(sum [sha256.Size]byte, p verifiedToken) {
	if len(c.young) >= c.maxPerMap {
		c.young, c.old = make(map[[sha256.Size]byte]verifiedToken, c.maxPerMap), c.young
	}
	c.young[sum] = p
}
