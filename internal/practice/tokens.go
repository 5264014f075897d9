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
	// personToken is how long the token of one delivery lives; as in Teams.
	personToken = 5 * time.Minute
	botToken    = time.Hour
)

// signingKey signs what people say to the bot.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// processKey is made once: it costs more than everything else in a short test.
var processKey = sync.OnceValue(newKey)

func newKey() *signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		// crypto/rand does not fail on any supported system.
		panic(fmt.Sprintf("practice: no key: %v", err))
	}
	return &signingKey{id: digest("key", private.N.String()), private: private}
}

// digest is a short opaque id made of what is given.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// RotateKey signs with a new key from now on. The old one stays published.
func (t *Teams) RotateKey() {
	key := newKey()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys = append(t.keys, key)
}

// Claims are those of a token that Teams would send with an activity now. Security
// tests change them before Sign.
func (t *Teams) Claims() map[string]any {
	now := t.Now()
	return map[string]any{
		"iss": t.Issuer(), "aud": t.options.AppID, "serviceurl": t.ServiceURL(),
		"nbf": now.Unix(), "exp": now.Add(personToken).Unix(),
	}
}

// Sign makes a token of claims with the current key.
func (t *Teams) Sign(claims map[string]any) string {
	t.mu.Lock()
	key := t.keys[len(t.keys)-1]
	t.mu.Unlock()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	token.Header["kid"] = key.id
	token.Header["x5t"] = key.id
	token.Header["cty"] = "JWT" // real tokens carry it although nothing is nested
	signed, err := token.SignedString(key.private)
	if err != nil {
		panic(fmt.Sprintf("practice: cannot sign: %v", err)) // claims that are not JSON
	}
	return signed
}

// ExpireTokens ends every token the bot holds, as a changed secret would.
func (t *Teams) ExpireTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.tokens)
}

func (t *Teams) metadata() reply {
	return reply{status: http.StatusOK, body: map[string]any{
		"issuer": t.Issuer(), "jwks_uri": t.base + "/v1/.well-known/keys",
		"authorization_endpoint":                "https://invalid.example/",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	}}
}

func (t *Teams) publishedKeys() reply {
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
	return reply{status: http.StatusOK, body: map[string]any{"keys": keys}}
}

// issue answers the bot's request for a token.
func (t *Teams) issue(r *http.Request, body []byte) reply {
	form, err := url.ParseQuery(string(body))
	wrong := func(reason string) reply {
		return reply{status: http.StatusBadRequest, violation: []string{reason}, body: map[string]any{
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
	ends := t.Now().Add(botToken)
	t.mu.Lock()
	t.tokens[token] = ends
	t.mu.Unlock()
	return reply{status: http.StatusOK, body: map[string]any{
		"token_type": "Bearer", "access_token": token,
		"expires_in": int(botToken.Seconds()), "expires_on": ends.Unix(),
	}}
}

// authorised checks the bot's own token.
func (t *Teams) authorised(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t.mu.Lock()
	defer t.mu.Unlock()
	ends, known := t.tokens[token]
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
