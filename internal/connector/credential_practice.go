package connector

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"challengebot/internal/teamsfailure"
)

// practiceCredential gets tokens from the practice Teams.
type practiceCredential struct {
	config CredentialConfig
	http   *http.Client
}

func newPracticeCredential(config CredentialConfig) (*practiceCredential, error) {
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		ExpiresOn   int64  `json:"expires_on"` // Unix seconds by the practice clock
	}
	if resp.StatusCode >= 500 {
		return azcore.AccessToken{}, &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: resp.StatusCode, Code: "no token"}
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &token) != nil || token.AccessToken == "" {
		return azcore.AccessToken{}, &teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Status: resp.StatusCode,
			Code: cmp.Or(string(entraCodePattern.Find(body)), "no token")}
	}
	expires := time.Unix(token.ExpiresOn, 0)
	if token.ExpiresOn == 0 {
		expires = time.Now().Add(time.Duration(token.ExpiresIn) * time.Second)
	}
	return azcore.AccessToken{Token: token.AccessToken, ExpiresOn: expires}, nil
}
