package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"
)

const (
	// CallbackPath is where the issuer sends people back to.
	CallbackPath = "/sign-in/callback"
	// beginLimit is how long somebody may take at the issuer.
	beginLimit = 15 * time.Minute
	// issuerTimeout bounds all that the issuer is asked while somebody waits.
	issuerTimeout = 5 * time.Second
)

// Config is what signing in needs. All but HTTP must be set.
type Config struct {
	// Issuer is the issuer's address as its tokens name it, Tenant the one whose people are let in.
	Issuer, Tenant string
	// ClientID and ClientSecret are of the registration. Everything that is sealed is sealed under a
	// key that follows from the secret: a new secret signs everybody out.
	ClientID, ClientSecret string
	// PublicURL is where people find the pages, without a path.
	PublicURL string
	Now       func() time.Time
	HTTP      *http.Client
}

// Reason is why somebody was not signed in. It names nobody.
type Reason string

// The reasons.
const (
	NotBegun       Reason = "not begun in this browser, or too long ago" // or the state is forged
	RefusedThere   Reason = "the issuer refused"
	BadToken       Reason = "the token is not good"
	OtherTenant    Reason = "the account is another tenant's"
	NoObjectID     Reason = "the token names no object id"
	IssuerIsAway   Reason = "the issuer cannot be asked"
	badIssuerReply Reason = "the issuer did not take the code"
)

// Refusal is somebody who was not signed in.
type Refusal struct{ Reason Reason }

// Error is the reason.
func (r *Refusal) Error() string { return "signin: " + string(r.Reason) }

// SignIn signs people in. It is safe for concurrent use.
type SignIn struct {
	config Config
	sealer sealer
	secure bool

	mu       sync.Mutex
	provider *oidc.Provider
}

// New checks the configuration. The issuer is asked when somebody signs in first.
func New(c Config) (*SignIn, error) {
	if c.Issuer == "" || c.Tenant == "" || c.ClientID == "" || c.Now == nil {
		return nil, errors.New("signin: issuer, tenant, client and clock are needed")
	}
	address, err := url.Parse(c.PublicURL)
	if err != nil || address.Host == "" || address.Path != "" {
		return nil, errors.New("signin: the public address is no address without a path")
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: issuerTimeout}
	}
	s := &SignIn{config: c, secure: address.Scheme == "https"}
	s.sealer, err = newSealer(c.ClientSecret)
	return s, err
}

// beginning is what a browser keeps while its person is at the issuer.
type beginning struct {
	State, Nonce, Verifier, To string
	At                         time.Time
}

// Begin gives the address at the issuer where the person signs in, after which they come to the local
// address to. With another they are asked which account, even where only one is signed in.
func (s *SignIn) Begin(ctx context.Context, w http.ResponseWriter, to string, another bool) (string, error) {
	client, _, err := s.ask(ctx)
	if err != nil {
		return "", err
	}
	b := beginning{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to, At: s.config.Now()}
	s.setCookie(w, beginCookie, s.sealer.seal(beginCookie, "", b))
	options := []oauth2.AuthCodeOption{oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)}
	if another {
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	}
	return client.AuthCodeURL(b.State, options...), nil
}

// Finish takes whoever comes back from the issuer, begins their session and says where they wanted to
// go. Its error is a *Refusal.
func (s *SignIn) Finish(w http.ResponseWriter, r *http.Request) (person, to string, err error) {
	b, err := s.takeBeginning(w, r)
	if err != nil {
		return "", "", err
	}
	to = b.To
	query := r.URL.Query()
	if query.Get("error") != "" || query.Get("code") == "" {
		return "", to, &Refusal{RefusedThere}
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), s.config.HTTP), issuerTimeout)
	defer cancel()
	client, verifier, err := s.ask(ctx)
	if err != nil {
		return "", to, err
	}
	token, err := client.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(b.Verifier))
	if err != nil {
		if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) {
			return "", to, &Refusal{badIssuerReply}
		}
		return "", to, &Refusal{IssuerIsAway}
	}
	raw, _ := token.Extra("id_token").(string)
	if person, err = s.readToken(ctx, verifier, raw, b.Nonce); err != nil {
		return "", to, err
	}
	now := s.config.Now()
	s.keep(w, Session{Person: person, Began: now, Used: now})
	return person, to, nil
}

// takeBeginning finds what the browser kept, once, and holds it against the state that came back.
func (s *SignIn) takeBeginning(w http.ResponseWriter, r *http.Request) (beginning, error) {
	var b beginning
	cookie, err := r.Cookie(s.cookieName(beginCookie))
	if err != nil || !s.sealer.open(beginCookie, "", cookie.Value, &b) {
		return b, &Refusal{NotBegun}
	}
	s.dropCookie(w, beginCookie)
	state := r.URL.Query().Get("state")
	age := s.config.Now().Sub(b.At)
	if subtle.ConstantTimeCompare([]byte(state), []byte(b.State)) != 1 || age < 0 || age > beginLimit {
		return beginning{}, &Refusal{NotBegun}
	}
	return b, nil
}

// readToken gives the object id of a token that is good.
func (s *SignIn) readToken(ctx context.Context, verifier *oidc.IDTokenVerifier, raw, nonce string) (string, error) {
	token, err := verifier.Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return "", &Refusal{BadToken}
	}
	var claims struct {
		Tenant string `json:"tid"`
		Object string `json:"oid"`
	}
	if err := token.Claims(&claims); err != nil {
		return "", &Refusal{BadToken}
	}
	if !strings.EqualFold(claims.Tenant, s.config.Tenant) {
		return "", &Refusal{OtherTenant}
	}
	id, err := uuid.Parse(claims.Object)
	if err != nil {
		return "", &Refusal{NoObjectID}
	}
	return id.String(), nil
}

// ask gives the client and the verifier, and asks the issuer for its metadata the first time.
func (s *SignIn) ask(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, s.config.HTTP), issuerTimeout)
		defer cancel()
		provider, err := oidc.NewProvider(ctx, s.config.Issuer)
		if err != nil {
			return nil, nil, &Refusal{IssuerIsAway}
		}
		s.provider = provider
	}
	client := &oauth2.Config{ClientID: s.config.ClientID, ClientSecret: s.config.ClientSecret, Endpoint: s.provider.Endpoint(),
		RedirectURL: s.config.PublicURL + CallbackPath, Scopes: []string{oidc.ScopeOpenID, "profile"}}
	return client, s.provider.Verifier(&oidc.Config{ClientID: s.config.ClientID, Now: s.config.Now}), nil
}
