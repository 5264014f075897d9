package connector

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"challengebot/internal/teamsfailure"
)

// tokenExpiryMargin is how long before its end a token is no longer used.
const tokenExpiryMargin = 5 * time.Minute

// tokenCache keeps one token and lets one caller at a time fetch the next.
type tokenCache struct {
	source azcore.TokenCredential
	scope  string
	now    func() time.Time

	semaphore   chan struct{} // held by whoever reads or writes the fields below
	token       string
	usableUntil time.Time
}

func newTokenCache(source azcore.TokenCredential, scope string, now func() time.Time) *tokenCache {
	return &tokenCache{source: source, scope: scope, now: now, semaphore: make(chan struct{}, 1)}
}

var errNoCredential = errors.New("connector: no credential configured")

// fetchToken gives the token, fetching it when there is none. A caller whose context
// ends while another one fetches does not wait for it.
func (c *tokenCache) fetchToken(ctx context.Context) (string, error) {
	if c.source == nil {
		return "", errNoCredential
	}
	select {
	case c.semaphore <- struct{}{}:
		defer func() { <-c.semaphore }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	now := c.now()
	if c.token != "" && now.Before(c.usableUntil) {
		return c.token, nil
	}
	fresh, err := c.source.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{c.scope}})
	if err != nil {
		return "", err
	}
	life := fresh.ExpiresOn.Sub(now)
	// A token that lives shorter than two margins is used for half its life.
	c.token, c.usableUntil = fresh.Token, now.Add(max(life-tokenExpiryMargin, life/2))
	return c.token, nil
}

// invalidate forgets the token that was refused, unless somebody renewed it meanwhile.
func (c *tokenCache) invalidate(rejected string) {
	c.semaphore <- struct{}{}
	defer func() { <-c.semaphore }()
	if c.token != rejected {
		return
	}
	c.token = ""
	if f, ok := c.source.(interface{ Forget() }); ok {
		f.Forget()
	}
}

// entraCodePattern is the code of a refusal by Entra, such as AADSTS7000229.
var entraCodePattern = regexp.MustCompile(`AADSTS\d{3,9}`)

// entraRemedies is what an operator does about the refusals of a token that set-ups
// run into, in Entra's own list of codes.
var entraRemedies = map[string]string{
	"AADSTS7000222": "the client secret has ended: make a new one in the app registration, set CHALLENGEBOT_APP_PASSWORD to its value and restart",
	"AADSTS7000215": "the client secret is wrong: set CHALLENGEBOT_APP_PASSWORD to the secret's value, not its id, and restart",
	"AADSTS7000229": "the app has no service principal in the tenant: create one for app_id (az ad sp create --id APP-ID)",
	"AADSTS700016":  "the tenant does not know the app: check app_id and tenant in the configuration, and that the registration is in that tenant",
	"AADSTS90002":   "there is no such tenant: check tenant and cloud in the configuration",
	"AADSTS700027":  "the certificate is not one of the app registration's: upload it there, or configure the one that is",
	"AADSTS7000112": "the app is disabled in the tenant: ask the Entra administrator to enable it",
	"AADSTS53003":   "a conditional access policy stops the app: ask the Entra administrator to exempt it",
	"AADSTS700213":  "the registration trusts no such identity: check its federated credential and client_id in the configuration",
}

// classifyTokenError sorts a failure to get a token. The credential's own text is dropped,
// as it quotes requests and answers; the AADSTS code in it is kept.
func classifyTokenError(call apiCall, err error) *teamsfailure.Failure {
	e := &teamsfailure.Failure{Kind: teamsfailure.Retryable, Call: call.name, Code: "no token"}
	var own *teamsfailure.Failure
	var failed *azidentity.AuthenticationFailedError
	switch {
	case errors.Is(err, errNoCredential):
		e.Kind, e.Code = teamsfailure.Misconfigured, "no credential"
	case errors.As(err, &own):
		e.Kind, e.Status, e.Code = own.Kind, own.Status, own.Code
	case errors.As(err, &failed) && failed.RawResponse != nil:
		e.Status = failed.RawResponse.StatusCode
		if e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests {
			e.Kind = teamsfailure.Misconfigured
		}
	}
	if e.Kind == teamsfailure.Misconfigured {
		blameCredentials(e)
	}
	if found := entraCodePattern.FindString(err.Error()); found != "" {
		e.Code = found
	}
	if known, ok := entraRemedies[e.Code]; ok {
		e.Hint = known
	}
	setContextCause(e, err)
	return e
}
