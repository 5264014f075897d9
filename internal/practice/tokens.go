package practice

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// activityTokenLifetime is how long the token of one delivery lives; as in Teams.
	activityTokenLifetime = 5 * time.Minute
	botTokenLifetime      = time.Hour
)

// signingKey signs what people say to the bot.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// sharedKey is made once: it costs more than everything else in a short test.
var sharedKey = sync.OnceValue(newSigningKey)

func newSigningKey() *signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		// crypto/rand does not fail on any supported system.
		panic(fmt.Sprintf("practice: no key: %v", err))
	}
	return &signingKey{id: opaqueID("key", private.N.String()), private: private}
}

// opaqueID is a short opaque id made of what is given.
func opaqueID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// RotateKey signs with a new key from now on. The old one stays published.
func (t *Teams) RotateKey() {
	key := newSigningKey()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys = append(t.keys, key)
}

// ActivityClaims are those of a token that Teams would send with an activity now. Security
// tests change them before Sign.
func (t *Teams) ActivityClaims() map[string]any {
	now := t.Now()
	return map[string]any{
		"iss": t.Issuer(), "aud": t.options.AppID, "serviceurl": t.ServiceURL(),
		"nbf": now.Unix(), "exp": now.Add(activityTokenLifetime).Unix(),
	}
}

// SignToken makes a token of claims with the current key.
func (t *Teams) SignToken(claims map[string]any) string {
	t.mu.Lock()
	key := t.keys[len(t.keys)-1]
	t.mu.Unlock()
	// One key signs the same claims with the same bytes. Most activities of a practice come in the same
	// second of its clock, and to sign costs more than all else that an activity asks of Teams.
	written, err := json.Marshal(claims)
	if err != nil {
		panic(fmt.Sprintf("practice: claims that are not JSON: %v", err))
	}
	same := key.id + string(written)
	if signed, ok := t.signed.Load(same); ok {
		return signed.(string)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	token.Header["kid"] = key.id
	token.Header["x5t"] = key.id
	token.Header["cty"] = "JWT" // real tokens carry it although nothing is nested
	signed, err := token.SignedString(key.private)
	if err != nil {
		panic(fmt.Sprintf("practice: cannot sign: %v", err))
	}
	t.signed.Store(same, signed)
	return signed
}

// ExpireBotTokens ends every token the bot holds, as a changed secret would.
func (t *Teams) ExpireBotTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.botTokens)
}

func (t *Teams) openIDMetadata() apiResponse {
	return apiResponse{status: http.StatusOK, body: map[string]any{
		"issuer": t.Issuer(), "jwks_uri": t.baseURL + "/v1/.well-known/keys",
		"authorization_endpoint":                "https://invalid.example/",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	}}
}

func (t *Teams) publishedKeys() apiResponse {
	t.mu.Lock()
	defer t.mu.Unlock()
	encode := base64.RawURLEncoding.EncodeToString
	keys := []map[string]any{}
	for _, key := range t.keys {
		keys = append(keys, map[string]any{
			"kty": "RSA", "use": "sig", "kid": key.id, "x5t": key.id,
			"n": encode(key.private.N.Bytes()), "e": encode(big.NewInt(int64(key.private.E)).Bytes()),
			"endorsements": []string{"msteams"},
		})
	}
	return apiResponse{status: http.StatusOK, body: map[string]any{"keys": keys}}
}

// issueToken answers the bot's request for a token.
func (t *Teams) issueToken(r *http.Request, body []byte) apiResponse {
	form, err := url.ParseQuery(string(body))
	wrong := func(reason string) apiResponse {
		return apiResponse{status: http.StatusBadRequest, findings: []string{reason}, body: map[string]any{
			"error": "invalid_request", "error_description": "AADSTS900144: " + reason}}
	}
	switch {
	case err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return wrong("the token request is not a form")
	case form.Get("grant_type") != "client_credentials":
		return wrong("grant_type must be client_credentials")
	case form.Get("client_id") != t.options.AppID:
		return wrong("client_id is not the bot's")
	case form.Get("client_secret") == "" && form.Get("client_assertion") == "":
		return wrong("there is neither a secret nor an assertion")
	case !strings.HasSuffix(form.Get("scope"), "/.default"):
		return wrong("scope must end in /.default")
	}
	token := "practice." + rand.Text()
	ends := t.Now().Add(botTokenLifetime)
	t.mu.Lock()
	t.botTokens[token] = ends
	t.mu.Unlock()
	return apiResponse{status: http.StatusOK, body: map[string]any{
		"token_type": "Bearer", "access_token": token,
		"expires_in": int(botTokenLifetime.Seconds()), "expires_on": ends.Unix(),
	}}
}

// isAuthorised checks the bot's own token.
func (t *Teams) isAuthorised(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t.mu.Lock()
	defer t.mu.Unlock()
	ends, known := t.botTokens[token]
	return ok && known && t.Now().Before(ends)
}

// mustJSON encodes what this package itself made.
func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("practice: %v", err))
	}
	return encoded
}
