package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// defaultKeyMaxAge is how old the key set may be before an activity starts a refresh in
	// its background. Platform rule: 24 hours.
	defaultKeyMaxAge = 24 * time.Hour
	// minFetchInterval is the least time between two fetches, whatever came of the first and
	// whatever calls for the second: a made-up key id or a short outage of the issuer locks a
	// new signing key out for a minute at most, and a storm of them costs a fetch a minute.
	minFetchInterval = time.Minute
	// fetchTimeout bounds the two requests of one refresh. It stays below the
	// 10 seconds after which a Teams client gives up on an invoke.
	fetchTimeout = 8 * time.Second
	// maxDocumentBytes bounds the metadata and the key document, each, in bytes.
	maxDocumentBytes = 1 << 20
)

var (
	// ErrUnknownKey means that the issuer's current keys do not hold this id.
	ErrUnknownKey = errors.New("key id is not among the issuer's keys")
	// ErrNoKeys means that no key could be fetched from the issuer so far.
	ErrNoKeys = errors.New("no signing keys have been fetched from the issuer yet")
)

// KeyCache remembers the signing keys that an OpenID metadata document points to.
// It is safe for concurrent use.
type KeyCache struct {
	metadataURL string
	client      *http.Client
	now         func() time.Time
	maxAge      time.Duration
	onRefresh   func(KeyRefresh)

	current atomic.Pointer[keySet]

	mu          sync.Mutex
	inflight    chan struct{} // closed when the running refresh has ended; nil when none runs
	lastAttempt time.Time     // end of the last refresh, successful or not
	lastErr     error         // how that refresh failed; nil when it did not
}

// KeyRefresh tells a metrics hook how one refresh ended.
type KeyRefresh struct {
	Err  error // nil when the fetched set is in use
	Keys int   // usable keys now known
}

// keySet is one immutable answer of the issuer. Generation grows by one each
// time the answer differs from the one before.
type keySet struct {
	keys       map[string]signingKey
	generation uint64
	fetchedAt  time.Time
}

// NewKeyCache returns an empty cache; the first activity, or Refresh, fills it.
// onRefresh may be nil. A maxAge of zero means 24 hours.
func NewKeyCache(metadataURL string, client *http.Client, now func() time.Time, maxAge time.Duration, onRefresh func(KeyRefresh)) *KeyCache {
	if maxAge <= 0 {
		maxAge = defaultKeyMaxAge
	}
	if onRefresh == nil {
		onRefresh = func(KeyRefresh) {}
	}
	return &KeyCache{metadataURL: metadataURL, client: client, now: now, maxAge: maxAge, onRefresh: onRefresh}
}

// Generation is the number of the key set in use, zero before the first.
func (k *KeyCache) Generation() uint64 {
	if set := k.current.Load(); set != nil {
		return set.generation
	}
	return 0
}

// Refresh fetches the keys now, joining a refresh that is already under way. A
// program calls it at its start, so that the first activity need not wait.
func (k *KeyCache) Refresh(ctx context.Context) error {
	if err := k.awaitRefresh(ctx, k.startRefresh()); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lastErr
}

// lookup finds the key and the generation it belongs to. It waits for the
// issuer only when the id is unknown and a fetch is allowed or already running.
func (k *KeyCache) lookup(ctx context.Context, kid string) (signingKey, uint64, error) {
	set := k.refreshIfStale()
	if set != nil {
		if key, ok := set.keys[kid]; ok {
			return key, set.generation, nil
		}
	}
	if done := k.refreshForUnknownKey(set); done != nil {
		if err := k.awaitRefresh(ctx, done); err != nil {
			return signingKey{}, 0, err
		}
	}
	set = k.current.Load()
	if set == nil {
		return signingKey{}, 0, ErrNoKeys
	}
	if key, ok := set.keys[kid]; ok {
		return key, set.generation, nil
	}
	return signingKey{}, 0, ErrUnknownKey
}

// refreshIfStale returns the set in use and starts a refresh behind the caller's back
// when it is too old.
func (k *KeyCache) refreshIfStale() *keySet {
	set := k.current.Load()
	if set == nil || k.now().Sub(set.fetchedAt) < k.maxAge {
		return set
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.inflight == nil && k.now().Sub(k.lastAttempt) >= minFetchInterval {
		k.launchRefresh()
	}
	return set
}

// refreshForUnknownKey joins or starts the refresh that an unknown key id calls for;
// nil means that none is allowed now. seen is the set the caller looked in.
func (k *KeyCache) refreshForUnknownKey(seen *keySet) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.current.Load() != seen: // replaced meanwhile: look there first
		return nil
	case k.inflight != nil:
		return k.inflight
	case !k.lastAttempt.IsZero() && k.now().Sub(k.lastAttempt) < minFetchInterval:
		return nil
	}
	return k.launchRefresh()
}

func (k *KeyCache) startRefresh() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.inflight != nil {
		return k.inflight
	}
	return k.launchRefresh()
}

// launchRefresh starts one refresh; k.mu is held. It has its own deadline instead of a
// caller's, because several activities may be waiting for it.
func (k *KeyCache) launchRefresh() <-chan struct{} {
	done := make(chan struct{})
	k.inflight = done
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		keys, err := k.fetchKeys(ctx)
		k.finishRefresh(keys, err)
		close(done)
	}()
	return done
}

func (k *KeyCache) finishRefresh(keys map[string]signingKey, err error) {
	k.mu.Lock()
	k.inflight, k.lastAttempt, k.lastErr = nil, k.now(), err
	old := k.current.Load()
	if err == nil {
		next := &keySet{keys: keys, generation: 1, fetchedAt: k.lastAttempt}
		if old != nil {
			next.generation = old.generation
			if !equalKeys(old.keys, keys) {
				next.generation++
			}
		}
		k.current.Store(next)
		old = next
	}
	k.mu.Unlock()
	report := KeyRefresh{Err: err}
	if old != nil {
		report.Keys = len(old.keys)
	}
	k.onRefresh(report)
}

func (k *KeyCache) awaitRefresh(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the issuer's keys: %w", ctx.Err())
	}
}

// fetchKeys reads the metadata and then the keys it points to. A set without one
// usable key is an error, so that it cannot replace a good set.
func (k *KeyCache) fetchKeys(ctx context.Context) (map[string]signingKey, error) {
	raw, err := k.fetchDocument(ctx, k.metadataURL)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenID metadata: %w", err)
	}
	var metadata struct {
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(raw, &metadata); err != nil {
		return nil, fmt.Errorf("reading the OpenID metadata: %w", err)
	}
	if err := checkSameScheme(k.metadataURL, metadata.JWKSURI); err != nil {
		return nil, err
	}
	raw, err = k.fetchDocument(ctx, metadata.JWKSURI)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	keys, err := parseKeys(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	return keys, nil
}

// checkSameScheme keeps an https metadata document from sending us to a plain one.
func checkSameScheme(metadataURL, keysURL string) error {
	m, err := url.Parse(metadataURL)
	if err != nil {
		return fmt.Errorf("metadata URL: %w", err)
	}
	u, err := url.Parse(keysURL)
	if err != nil {
		return fmt.Errorf("jwks_uri in the OpenID metadata: %w", err)
	}
	if u.Host == "" || u.Scheme != m.Scheme {
		return fmt.Errorf("jwks_uri in the OpenID metadata must be an absolute %s URL", m.Scheme)
	}
	return nil
}

func (k *KeyCache) fetchDocument(ctx context.Context, from string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the issuer answered %d", res.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxDocumentBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxDocumentBytes {
		return nil, fmt.Errorf("the issuer's document is larger than %d bytes", maxDocumentBytes)
	}
	return raw, nil
}

// ageSeconds is the age of the keys in use in seconds, -1 before the first.
func (k *KeyCache) ageSeconds(now time.Time) float64 {
	if set := k.current.Load(); set != nil {
		return now.Sub(set.fetchedAt).Seconds()
	}
	return -1
}

func (k *KeyCache) count() int {
	if set := k.current.Load(); set != nil {
		return len(set.keys)
	}
	return 0
}
