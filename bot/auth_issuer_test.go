package bot

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"challengebot/internal/connector"
)

// The issuer of the public Azure cloud.
const (
	publicMetadataURL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
	publicIssuer      = "https://api.botframework.com"
)

// verify accepts or refuses the authorization header that came with an activity, as the route does
// through the library's adapter.
func (v *Validator) verify(ctx context.Context, authorization string, a Activity) error {
	adapter := newAdapter(v)
	_, err := adapter.AuthenticateRequest(ctx, a.toSchema(), authorization, adapter.CredentialProvider, adapter.ChannelService)
	return err
}

// size is how many tokens are remembered.
func (c *tokenCache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.young) + len(c.old)
}

const (
	testApp     = "0a1b2c3d-1111-4222-8333-444455556666"
	testTenant  = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	otherTenant = "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	testService = "https://smba.trafficmanager.net/emea/" + testTenant + "/"
)

// RSA keys are slow to make, so tests share them.
var (
	keyOne   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	keyTwo   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	keyAlien = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
)

func newRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// fakeClock is a clock that moves only when told to.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fakeIssuer is a practice Bot Connector token service.
type fakeIssuer struct {
	server *httptest.Server

	mu      sync.Mutex
	keys    []any
	fetches int
	down    bool
	hold    chan struct{} // when not nil, the key document waits until it is closed
	arrived chan struct{} // one signal for each request for the key document
}

func newFakeIssuer(t testing.TB, keys ...any) *fakeIssuer {
	t.Helper()
	is := &fakeIssuer{keys: keys, arrived: make(chan struct{}, 1000)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": publicIssuer, "jwks_uri": is.server.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", is.serveKeys)
	is.server = httptest.NewServer(mux)
	t.Cleanup(is.server.Close)
	return is
}

func (is *fakeIssuer) serveKeys(w http.ResponseWriter, r *http.Request) {
	is.mu.Lock()
	is.fetches++
	keys, down, hold := is.keys, is.down, is.hold
	is.mu.Unlock()
	is.arrived <- struct{}{}
	if hold != nil {
		<-hold
	}
	if down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"keys": keys})
}

func (is *fakeIssuer) update(change func(*fakeIssuer)) {
	is.mu.Lock()
	defer is.mu.Unlock()
	change(is)
}

func (is *fakeIssuer) fetchCount() int {
	is.mu.Lock()
	defer is.mu.Unlock()
	return is.fetches
}

// publicJWK is a public key as the issuer prints it.
func publicJWK(kid string, key *rsa.PrivateKey, endorsements ...string) map[string]any {
	return map[string]any{
		"kty": "RSA", "use": "sig", "kid": kid, "x5t": "odd",
		"n":            base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e":            base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		"endorsements": endorsements,
	}
}

// testToken is a token being made; the zero change is a good one.
type testToken struct {
	method jwt.SigningMethod
	header map[string]any
	claims jwt.MapClaims
	key    any
}

func newTestToken(now time.Time) testToken {
	return testToken{
		method: jwt.SigningMethodRS256,
		header: map[string]any{"kid": "one", "cty": "JWT", "x5t": "one"},
		claims: jwt.MapClaims{
			"iss": publicIssuer, "aud": testApp, "serviceurl": testService,
			"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
		},
		key: keyOne(),
	}
}

func (f testToken) sign(t testing.TB) string {
	t.Helper()
	token := jwt.NewWithClaims(f.method, f.claims)
	maps.Copy(token.Header, f.header)
	signed, err := token.SignedString(f.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// testValidator is a validator with its issuer and its clock.
type testValidator struct {
	*Validator
	issuer    *fakeIssuer
	clock     *fakeClock
	refreshes chan KeyRefresh
}

func newTestValidator(t testing.TB, keys ...any) testValidator {
	t.Helper()
	if len(keys) == 0 {
		keys = []any{publicJWK("one", keyOne(), "msteams", "webchat")}
	}
	g := testValidator{issuer: newFakeIssuer(t, keys...), clock: newFakeClock(), refreshes: make(chan KeyRefresh, 1000)}
	v, err := NewValidator(ValidatorConfig{
		AppID: testApp, Tenant: testTenant, Issuer: publicIssuer, MetadataURL: g.issuer.server.URL + "/metadata",
		ServiceURLAllowed: connector.AllowedHosts("smba.trafficmanager.net"),
		HTTP:              g.issuer.server.Client(), Now: g.clock.Now,
		OnKeyRefresh: func(r KeyRefresh) { g.refreshes <- r },
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Validator = v
	return g
}

func (g testValidator) token(t testing.TB, change ...func(*testToken)) string {
	t.Helper()
	f := newTestToken(g.clock.Now())
	for _, c := range change {
		c(&f)
	}
	return "Bearer " + f.sign(t)
}

func goodActivity() Activity {
	a := Activity{
		Type: TypeMessage, ID: "1772129782775", ChannelID: "msteams", ServiceURL: testService, Text: "challenge",
		Conversation: Conversation{ID: "a:1", ConversationType: "personal", TenantID: testTenant},
	}
	a.ChannelData.Tenant.ID = testTenant
	return a
}

func withKid(kid string, key *rsa.PrivateKey) func(*testToken) {
	return func(f *testToken) { f.header["kid"], f.key = kid, key }
}
