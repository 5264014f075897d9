package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// CredentialKind says how the bot proves who it is. Each kind is one case of
// NewCredential, and nothing else in the program knows which it is.
type CredentialKind string

const (
	// ClientSecret is an Entra application with a secret.
	ClientSecret CredentialKind = "client-secret"
	// Certificate is an Entra application with a certificate, whose key never
	// leaves this machine.
	Certificate CredentialKind = "certificate"
	// ManagedIdentity is a bot whose registration is a user-assigned managed
	// identity of the Azure host it runs on. There is no secret.
	ManagedIdentity CredentialKind = "managed-identity"
	// Federated is an Entra application that trusts a managed identity of the Azure
	// host: the identity's token is shown in place of a secret.
	Federated CredentialKind = "federated"
	// Practice asks the token endpoint of the practice Teams, on loopback only.
	Practice CredentialKind = "practice"
)

// CredentialKinds lists the kinds that prove something to Microsoft.
func CredentialKinds() []CredentialKind {
	return []CredentialKind{ClientSecret, Certificate, ManagedIdentity, Federated}
}

// CredentialConfig holds what the kinds need. However it is printed, logged or
// encoded, the secret in it is not.
type CredentialConfig struct {
	Kind          CredentialKind
	AppID, Tenant string
	// Cloud is whose tokens are wanted; the public cloud if it has no name.
	Cloud Cloud
	// Secret is the client secret, or the password of the certificate's file.
	Secret string
	// Expires is when the client secret ends, if the operator said so. Nothing else
	// knows: Entra tells only administrators.
	Expires time.Time
	// CertificateFile holds a certificate and its RSA key, as PEM or PKCS#12.
	CertificateFile string
	// ClientID is the managed identity's, for Federated. For ManagedIdentity the
	// bot's app id is its identity's client id.
	ClientID string
	// TokenURL is for Practice.
	TokenURL string
	// Authority overrides the cloud's login.
	Authority string
	// HTTP overrides the transport; nil means the libraries' own.
	HTTP *http.Client
}

// Format prints a configuration without its secret, for every verb.
func (c CredentialConfig) Format(to fmt.State, _ rune) {
	fmt.Fprintf(to, "credential %s of %s", c.Kind, c.AppID)
}

// MarshalText encodes a configuration without its secret. Nothing reads it back.
func (c CredentialConfig) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(c)), nil }

// LogValue logs a configuration without its secret.
func (c CredentialConfig) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// ErrUnknownCredential is returned for a kind this program does not have.
var ErrUnknownCredential = errors.New("connector: unknown kind of credential; use client-secret, certificate, managed-identity or federated")

// NewCredential prepares a credential. Nothing is asked of the network yet.
func NewCredential(config CredentialConfig) (azcore.TokenCredential, error) {
	if config.Cloud.Name == "" {
		config.Cloud = clouds[0]
	}
	switch config.Kind {
	case ClientSecret:
		return newRenewableCredential(config.Expires, func() (azcore.TokenCredential, error) { return newClientSecretCredential(config) })
	case Certificate:
		return newCertificateCredential(config)
	case ManagedIdentity:
		return newManagedIdentityCredential(config, config.AppID)
	case Federated:
		return newRenewableCredential(time.Time{}, func() (azcore.TokenCredential, error) { return newFederatedCredential(config) })
	case Practice:
		return newPracticeCredential(config)
	default:
		return nil, fmt.Errorf("%w (got %q)", ErrUnknownCredential, config.Kind)
	}
}

// SecretExpiry is the time after which a credential proves nothing any more, and
// whether there is one that the program knows: the end of the certificate, or the
// date that the operator gave for a client secret. Identities of the host have none.
// A certificate replaced on disk is seen with the next token.
func SecretExpiry(c azcore.TokenCredential) (time.Time, bool) {
	e, ok := c.(interface{ expires() time.Time })
	if !ok || e.expires().IsZero() {
		return time.Time{}, false
	}
	return e.expires(), true
}

// clientOptions direct a credential to the login of its cloud.
func (c CredentialConfig) clientOptions() azcore.ClientOptions {
	options := azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: cmp.Or(c.Authority, c.Cloud.LoginURL)}}
	if c.HTTP != nil {
		options.Transport = c.HTTP
	}
	return options
}

// The authority comes from the table of clouds or from the operator. Asking the
// public cloud whether it exists, as the library would, fails in the other clouds
// and behind a firewall that lets through only what is needed.
const skipInstanceDiscovery = true

func newClientSecretCredential(config CredentialConfig) (azcore.TokenCredential, error) {
	if config.Secret == "" {
		return nil, errors.New("connector: the client secret is empty")
	}
	return azidentity.NewClientSecretCredential(config.Tenant, config.AppID, config.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: config.clientOptions(), DisableInstanceDiscovery: skipInstanceDiscovery})
}

// renewableCredential rebuilds its credential when told to forget, as azidentity has no way
// to drop a token that Teams no longer accepts.
type renewableCredential struct {
	expiresAt time.Time // zero if it never ends, or nobody knows when
	build     func() (azcore.TokenCredential, error)
	mu        sync.Mutex
	current   azcore.TokenCredential
}

func newRenewableCredential(until time.Time, build func() (azcore.TokenCredential, error)) (*renewableCredential, error) {
	first, err := build()
	if err != nil {
		return nil, err
	}
	return &renewableCredential{expiresAt: until, build: build, current: first}, nil
}

// GetToken asks the current credential.
func (r *renewableCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	r.mu.Lock()
	current := r.current
	r.mu.Unlock()
	return current.GetToken(ctx, options)
}

// Forget drops all cached tokens. If the credential cannot be rebuilt the old one
// stays, and its refusal is reported by the next call.
func (r *renewableCredential) Forget() {
	fresh, err := r.build()
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current = fresh
}

func (r *renewableCredential) expires() time.Time { return r.expiresAt }
