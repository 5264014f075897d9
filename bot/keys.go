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
	// keyMaxAge is how old the key set may be before a turn starts a refresh in
	// its background. Platform rule: 24 hours.
	keyMaxAge = 24 * time.Hour
	// unknownKeyInterval is the least time between a successful fetch and the
	// next one caused by an unknown key id. Platform rule: once an hour.
	unknownKeyInterval = time.Hour
	// failedRetry is the least time between a failed fetch and the next try, so
	// that a short outage of the issuer during a key change costs a minute and
	// not an hour.
	failedRetry = time.Minute
	// fetchTimeout bounds the two requests of one refresh. It stays below the
	// 10 seconds after which a Teams client gives up on an invoke.
	fetchTimeout = 8 * time.Second
	// documentLimit bounds the metadata and the key document, each, in bytes.
	documentLimit = 1 << 20
)

var (
	// ErrUnknownKey means that the issuer's current keys do not hold this id.
	ErrUnknownKey = errors.New("key id is not among the issuer's keys")
	// ErrNoKeys means that no key could be fetched from the issuer so far.
	ErrNoKeys = errors.New("no signing keys have been fetched from the issuer yet")
)

// Keys remembers the signing keys that an OpenID metadata document points to.
// It is safe for concurrent use.
type Keys struct {
	metadataURL string
	client      *http.Client
	now         func() time.Time
	maxAge      time.Duration
	onRefresh   func(KeyRefresh)

	current atomic.Pointer[keySet]

	mu       sync.Mutex
	inflight chan struct{} // closed when the running refresh has ended; nil when none runs
	tried    time.Time     // end of the last refresh, successful or not
	err      error         // how that refresh failed; nil when it did not
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
	fetched    time.Time
}

// NewKeys returns an empty cache; the first turn, or Refresh, fills it.
// onRefresh may be nil. A maxAge of zero means 24 hours.
func NewKeys(metadataURL string, client *http.Client, now func() time.Time, maxAge time.Duration, onRefresh func(KeyRefresh)) *Keys {
	if maxAge <= 0 {
		maxAge = keyMaxAge
	}
	if onRefresh == nil {
		onRefresh = func(KeyRefresh) {}
	}
	return &Keys{metadataURL: metadataURL, client: client, now: now, maxAge: maxAge, onRefresh: onRefresh}
}

// Generation is the number of the key set in use, zero before the first.
func (k *Keys) Generation() uint64 {
	if set := k.current.Load(); set != nil {
		return set.generation
	}
	return 0
}

// Refresh fetches the keys now, joining a refresh that is already under way. A
// program calls it at its start, so that the first turn need not wait.
func (k *Keys) Refresh(ctx context.Context) error {
	if err := k.await(ctx, k.start()); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// lookup finds the key and the generation it belongs to. It waits for the
// issuer only when the id is unknown and a fetch is allowed or already running.
func (k *Keys) lookup(ctx context.Context, kid string) (signingKey, uint64, error) {
	set := k.freshen()
	if set != nil {
		if key, ok := set.keys[kid]; ok {
			return key, set.generation, nil
		}
	}
	if done := k.startForUnknown(set); done != nil {
		if err := k.await(ctx, done); err != nil {
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

// freshen returns the set in use and starts a refresh behind the caller's back
// when it is too old.
func (k *Keys) freshen() *keySet {
	set := k.current.Load()
	if set == nil || k.now().Sub(set.fetched) < k.maxAge {
		return set
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.inflight == nil && k.now().Sub(k.tried) >= failedRetry {
		k.launch()
	}
	return set
}

// startForUnknown joins or starts the refresh that an unknown key id calls for;
// nil means that none is allowed now. seen is the set the caller looked in.
func (k *Keys) startForUnknown(seen *keySet) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.current.Load() != seen: // replaced meanwhile: look there first
		return nil
	case k.inflight != nil:
		return k.inflight
	case k.tried.IsZero():
		return k.launch()
	}
	wait := unknownKeyInterval
	if k.err != nil {
		wait = failedRetry
	}
	if k.now().Sub(k.tried) < wait {
		return nil
	}
	return k.launch()
}

func (k *Keys) start() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.inflight != nil {
		return k.inflight
	}
	return k.launch()
}

// launch starts one refresh; k.mu is held. It has its own deadline instead of a
// caller's, because several turns may be waiting for it.
func (k *Keys) launch() <-chan struct{} {
	done := make(chan struct{})
	k.inflight = done
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		keys, err := k.fetch(ctx)
		k.finish(keys, err)
		close(done)
	}()
	return done
}

func (k *Keys) finish(keys map[string]signingKey, err error) {
	k.mu.Lock()
	k.inflight, k.tried, k.err = nil, k.now(), err
	old := k.current.Load()
	if err == nil {
		next := &keySet{keys: keys, generation: 1, fetched: k.tried}
		if old != nil {
			next.generation = old.generation
			if !sameKeys(old.keys, keys) {
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

func (k *Keys) await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the issuer's keys: %w", ctx.Err())
	}
}

// fetch reads the metadata and then the keys it points to. A set without one
// usable key is an error, so that it cannot replace a good set.
func (k *Keys) fetch(ctx context.Context) (map[string]signingKey, error) {
	raw, err := k.get(ctx, k.metadataURL)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenID metadata: %w", err)
	}
	var metadata struct {
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(raw, &metadata); err != nil {
		return nil, fmt.Errorf("reading the OpenID metadata: %w", err)
	}
	if err := sameScheme(k.metadataURL, metadata.JWKSURI); err != nil {
		return nil, err
	}
	raw, err = k.get(ctx, metadata.JWKSURI)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	keys, err := parseKeys(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	return keys, nil
}

// sameScheme keeps an https metadata document from sending us to a plain one.
func sameScheme(metadataURL, keysURL string) error {
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

func (k *Keys) get(ctx context.Context, from string) ([]byte, error) {
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
	raw, err := io.ReadAll(io.LimitReader(res.Body, documentLimit+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > documentLimit {
		return nil, fmt.Errorf("the issuer's document is larger than %d bytes", documentLimit)
	}
	return raw, nil
}

// age is the age of the keys in use in seconds, -1 before the first.
func (k *Keys) age(now time.Time) float64 {
	if set := k.current.Load(); set != nil {
		return now.Sub(set.fetched).Seconds()
	}
	return -1
}

func (k *Keys) count() int {
	if set := k.current.Load(); set != nil {
		return len(set.keys)
	}
	return 0
}
