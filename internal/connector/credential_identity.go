package connector

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// managedIdentityCredential asks the Azure host for tokens of one of its user-assigned identities.
type managedIdentityCredential struct {
	host *azidentity.ManagedIdentityCredential
	// bypassCache is set when the next token must come from the host. The library keeps
	// the tokens of identities for as long as the process lives, whoever asks.
	bypassCache atomic.Bool
}

func newManagedIdentityCredential(config CredentialConfig, clientID string) (*managedIdentityCredential, error) {
	if clientID == "" {
		return nil, errors.New("connector: the managed identity has no client id")
	}
	options := azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID(clientID)}
	if config.HTTP != nil {
		options.Transport = config.HTTP
	}
	host, err := azidentity.NewManagedIdentityCredential(&options)
	if err != nil {
		return nil, err
	}
	i := &managedIdentityCredential{host: host}
	i.Forget()
	return i, nil
}

// GetToken asks the host, or the library's cache.
func (i *managedIdentityCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	bypass := i.bypassCache.Swap(false)
	if bypass {
		options.Claims = "{}" // makes the library pass over its cache; the host is not told
	}
	token, err := i.host.GetToken(ctx, options)
	if err != nil && bypass {
		i.Forget()
	}
	return token, err
}

// Forget passes over the library's cache once. The host has a cache of its own,
// which cannot be told to forget.
func (i *managedIdentityCredential) Forget() { i.bypassCache.Store(true) }

// newFederatedCredential shows Entra a token of the host's identity in place of a secret. The
// registration must trust that identity for the cloud's exchange audience.
func newFederatedCredential(config CredentialConfig) (azcore.TokenCredential, error) {
	host, err := newManagedIdentityCredential(config, config.ClientID)
	if err != nil {
		return nil, err
	}
	assertion := func(ctx context.Context) (string, error) {
		token, err := host.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{config.Cloud.ExchangeAudience + "/.default"}})
		return token.Token, err
	}
	return azidentity.NewClientAssertionCredential(config.Tenant, config.AppID, assertion,
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: config.clientOptions(), DisableInstanceDiscovery: skipInstanceDiscovery})
}
