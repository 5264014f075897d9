package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// CredentialKind says how the bot proves who it is. Each kind is one case of
// NewCredential; a certificate, a managed identity or a federated credential joins
// there as a further kind, and nothing else in the program changes.
type CredentialKind string

const (
	// ClientSecret is an Entra application with a secret.
	ClientSecret CredentialKind = "client-secret"
	// Practice asks the token endpoint of the practice Teams, on loopback only.
	Practice CredentialKind = "practice"
)

// CredentialConfig holds what the kinds need.
type CredentialConfig struct {
	Kind          CredentialKind
	AppID, Tenant string
	// Secret is for ClientSecret.
	Secret string
	// TokenURL is for Practice.
	TokenURL string
	// Authority overrides the login host of the public cloud, for other clouds.
	Authority string
	// HTTP overrides the transport; nil means the libraries' own.
	HTTP *http.Client
}

// ErrUnknownCredential is returned for a kind this program does not have.
var ErrUnknownCredential = errors.New("connector: unknown kind of credential; use client-secret")

// NewCredential prepares a credential. Nothing is asked of the network yet.
func NewCredential(config CredentialConfig) (azcore.TokenCredential, error) {
	switch config.Kind {
	case ClientSecret:
		return newRenewable(func() (azcore.TokenCredential, error) { return clientSecret(config) })
	case Practice:
		return newPractice(config)
	default:
		return nil, fmt.Errorf("%w (got %q)", ErrUnknownCredential, config.Kind)
	}
}

func clientSecret(config CredentialConfig) (azcore.TokenCredential, error) {
	if config.Secret == "" {
		return nil, errors.New("connector: the client secret is empty")
	}
	options := &azidentity.ClientSecretCredentialOptions{}
	if config.HTTP != nil {
		options.Transport = config.HTTP
	}
	if config.Authority != "" {
		options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: config.Authority}
		// The authority is named by the operator; asking the public cloud
		// whether it exists would fail in the other clouds.
		options.DisableInstanceDiscovery = true
	}
	return azidentity.NewClientSecretCredential(config.Tenant, config.AppID, config.Secret, options)
}

// renewable rebuilds its credential when told to forget, as azidentity has no way
// to drop a token that Teams no longer accepts.
type renewable struct {
	build func() (azcore.TokenCredential, error)
	mu    sync.Mutex
	now   azcore.TokenCredential
}

func newRenewable(build func() (azcore.TokenCredential, error)) (*renewable, error) {
	first, err := build()
	if err != nil {
		return nil, err
	}
	return &renewable{build: build, now: first}, nil
}

// GetToken asks the current credential.
func (r *renewable) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	r.mu.Lock()
	current := r.now
	r.mu.Unlock()
	return current.GetToken(ctx, options)
}

// Forget drops all cached tokens. If the credential cannot be rebuilt the old one
// stays, and its refusal is reported by the next call.
func (r *renewable) Forget() {
	fresh, err := r.build()
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = fresh
}

// practiceCredential gets tokens from the practice Teams.
type practiceCredential struct {
	config CredentialConfig
	http   *http.Client
}

func newPractice(config CredentialConfig) (*practiceCredential, error) {
	if !LoopbackOnly(config.TokenURL)(config.TokenURL) {
		return nil, errors.New("connector: the practice credential works on loopback only")
	}
	return &practiceCredential{config: config, http: withoutRedirects(config.HTTP)}, nil
}

// GetToken posts the same form as to Entra.
func (p *practiceCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {p.config.AppID},
		"client_secret": {"practice"}, "scope": options.Scopes,
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.config.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.http.Do(req)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		ExpiresOn   int64  `json:"expires_on"` // Unix seconds by the practice clock
	}
	if resp.StatusCode >= 500 {
		return azcore.AccessToken{}, &Error{Kind: Retry, Status: resp.StatusCode, Code: "no token"}
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &token) != nil || token.AccessToken == "" {
		return azcore.AccessToken{}, &Error{Kind: Unauthorised, Status: resp.StatusCode, Code: "no token"}
	}
	expires := time.Unix(token.ExpiresOn, 0)
	if token.ExpiresOn == 0 {
		expires = time.Now().Add(time.Duration(token.ExpiresIn) * time.Second)
	}
	return azcore.AccessToken{Token: token.AccessToken, ExpiresOn: expires}, nil
}
