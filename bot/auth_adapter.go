package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/connector/client"
	"github.com/infracloudio/msbotbuilder-go/core"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

var _ auth.TokenValidator = (*Validator)(nil)

// newAdapter builds msbotbuilder-go's adapter around our validator. It is asked to authenticate and
// nothing else: its app password stays empty and its client refuses.
func newAdapter(v *Validator) *core.BotFrameworkAdapter {
	return &core.BotFrameworkAdapter{
		AdapterSetting: core.AdapterSetting{
			AppID:              v.config.AppID,
			OpenIDMetadata:     v.config.MetadataURL,
			ChannelAuthTenant:  v.config.Tenant,
			CredentialProvider: auth.SimpleCredentialProvider{AppID: v.config.AppID},
		},
		TokenValidator: v,
		Client:         refusingClient{},
	}
}

// refusingClient is the client that the adapter must be handed. Whatever the bot says to Teams goes
// through the outbox and internal/connector, which keep a record of it.
type refusingClient struct{}

var _ client.Client = refusingClient{}

var errNotSent = errors.New("bot: nothing is sent through msbotbuilder-go; write an outbox message")

func (refusingClient) Post(context.Context, url.URL, schema.Activity) error { return errNotSent }

func (refusingClient) Put(context.Context, url.URL, schema.Activity) error { return errNotSent }

func (refusingClient) Delete(context.Context, url.URL) error { return errNotSent }

func (refusingClient) Get(context.Context, url.URL) (json.RawMessage, error) { return nil, errNotSent }

// AuthenticateRequest is Verify in the terms of msbotbuilder-go. The credentials
// must know our app id as well; that they disable authentication is not believed.
func (v *Validator) AuthenticateRequest(ctx context.Context, a schema.Activity, authorization string,
	credentials auth.CredentialProvider, _ string) (auth.ClaimsIdentity, error) {
	if credentials == nil || !credentials.IsValidAppID(v.config.AppID) {
		return nil, newAuthError(ReasonAudience, errors.New("the adapter's credentials are for another app id"))
	}
	proven, err := v.verifyHeader(ctx, authorization, originOfSchema(a))
	if err != nil {
		return nil, err
	}
	return tokenIdentity{proven, v.config.AppID}, nil
}

func originOfSchema(a schema.Activity) origin {
	from := origin{channel: a.ChannelID, serviceURL: a.ServiceURL, conversationTenant: a.Conversation.TenantID}
	if tenant, ok := a.ChannelData["tenant"].(map[string]any); ok {
		from.channelTenant, _ = tenant["id"].(string)
	}
	from.senderTenant, _ = a.ChannelData[senderTenant].(string)
	return from
}

// senderTenant is where [Activity.toSchema] puts from.tenantId.
const senderTenant = "senderTenant"

// tokenIdentity is the accepted token as msbotbuilder-go's auth.ClaimsIdentity. The
// library's own one panics on a claim that is absent.
type tokenIdentity struct {
	token verifiedToken
	appID string
}

func (i tokenIdentity) IsAuthenticated() bool { return true }

func (i tokenIdentity) GetClaimValue(name string) string {
	switch name {
	case auth.IssuerClaim:
		return i.token.issuer
	case auth.AudienceClaim:
		return i.appID
	case auth.ServiceURLClaim:
		return i.token.serviceURL
	}
	return ""
}
