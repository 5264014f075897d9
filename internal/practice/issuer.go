package practice

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"html/template"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// IssuerOptions describe the registration that a made-up issuer knows.
type IssuerOptions struct {
	Tenant, ClientID, ClientSecret string
	// PublicURL is the only place to which it sends people back.
	PublicURL string
	People    []Person
	Now       func() time.Time
}

// Issuer is a made-up issuer of OpenID Connect: whoever comes says who they are, and is believed. It is
// as strict about the program as Entra is: registered address, secret, PKCE, and each code once.
type Issuer struct {
	options IssuerOptions
	server  *http.Server
	url     string
	key     *signingKey

	mu    sync.Mutex
	codes map[string]issuedCode
	// change, if set, changes the claims of the next tokens.
	change func(claims map[string]any)
}

// issuedCode is what a code stands for.
type issuedCode struct{ person, nonce, challenge, redirect string }

// StartIssuer serves an issuer on a free loopback port until Close.
func StartIssuer(o IssuerOptions) (*Issuer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("practice: no port on loopback: %w", err)
	}
	i := &Issuer{options: o, url: "http://" + listener.Addr().String(), key: sharedKey(), codes: map[string]issuedCode{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", i.serveMetadata)
	mux.HandleFunc("GET /keys", i.serveKeys)
	mux.HandleFunc("GET /authorize", i.serveChoice)
	mux.HandleFunc("GET /authorize/as", i.serveCode)
	mux.HandleFunc("POST /token", i.serveToken)
	i.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = i.server.Serve(listener) }()
	return i, nil
}

// Close stops serving.
func (i *Issuer) Close() { _ = i.server.Close() }

// URL is the issuer as its tokens name it.
func (i *Issuer) URL() string { return i.url + "/" + i.options.Tenant + "/v2.0" }

// ChangeClaims has the claims of each token changed from now on; nil changes nothing.
func (i *Issuer) ChangeClaims(change func(claims map[string]any)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.change = change
}

func (i *Issuer) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"issuer": i.URL(), "authorization_endpoint": i.url + "/authorize",
		"token_endpoint": i.url + "/token", "jwks_uri": i.url + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	encode := base64.RawURLEncoding.EncodeToString
	writeJSON(w, http.StatusOK, map[string]any{"keys": []map[string]any{{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": i.key.id,
		"n": encode(i.key.private.N.Bytes()), "e": encode(big.NewInt(int64(i.key.private.E)).Bytes())}}})
}

// choicePage asks who somebody is.
var choicePage = template.Must(template.New("choice").Parse(`<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Who are you? – practice sign-in</title></head>
<body><main><h1>Who are you?</h1><p>This stands in for the sign-in of Microsoft Entra. Everybody here is made up.</p>
<ul>{{range .People}}<li><a href="/authorize/as?person={{.ID}}&amp;{{$.Query}}">{{.Name}}</a></li>{{end}}</ul></main></body></html>
`))

// serveChoice checks the request as Entra does and asks who it is.
func (i *Issuer) serveChoice(w http.ResponseWriter, r *http.Request) {
	if what := i.checkRequest(r.URL.Query()); what != "" {
		http.Error(w, what, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = choicePage.Execute(w, map[string]any{"People": i.options.People, "Query": template.URL(r.URL.RawQuery)})
}

// checkRequest says what is wrong with a request to sign in; "" when nothing is.
func (i *Issuer) checkRequest(q url.Values) string {
	switch {
	case q.Get("client_id") != i.options.ClientID:
		return "AADSTS700016: there is no such client"
	case q.Get("redirect_uri") != i.options.PublicURL+"/sign-in/callback":
		return "AADSTS50011: the address to come back to is not registered"
	case q.Get("response_type") != "code" || q.Get("state") == "" || q.Get("nonce") == "":
		return "AADSTS900144: response_type=code, state and nonce are needed"
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		return "AADSTS9002325: PKCE with S256 is needed"
	}
	return ""
}

// serveCode sends a person back with a code.
func (i *Issuer) serveCode(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if what := i.checkRequest(q); what != "" {
		http.Error(w, what, http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = issuedCode{q.Get("person"), q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	i.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// serveToken gives a token for a code, once.
func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	client, secret, basic := r.BasicAuth()
	if basic {
		client, _ = url.QueryUnescape(client)
		secret, _ = url.QueryUnescape(secret)
	} else {
		client, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	i.mu.Lock()
	code, known := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	change := i.change
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	proven := base64.RawURLEncoding.EncodeToString(sum[:])
	if !known || client != i.options.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(i.options.ClientSecret)) != 1 ||
		r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != code.redirect || proven != code.challenge {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "AADSTS54005: the code, the client or the proof is not good"})
		return
	}
	now := i.options.Now()
	claims := map[string]any{"iss": i.URL(), "aud": i.options.ClientID, "tid": i.options.Tenant, "oid": code.person, "sub": opaqueID("sub", code.person),
		"nonce": code.nonce, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "ver": "2.0"}
	if change != nil {
		change(claims)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	token.Header["kid"] = i.key.id
	signed, err := token.SignedString(i.key.private)
	if err != nil {
		panic(fmt.Sprintf("practice: cannot sign: %v", err))
	}
	writeJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer", "access_token": rand.Text(), "expires_in": 3600, "id_token": signed})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(v))
}
