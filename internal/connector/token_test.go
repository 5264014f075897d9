package connector

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"challengebot/internal/teamsfailure"
)

// countingSource gives tokens that live for a time, and counts.
type countingSource struct {
	clock     *time.Time
	life      time.Duration
	asked     int
	forgotten int
}

func (s *countingSource) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	s.asked++
	return azcore.AccessToken{Token: "token " + string(rune('0'+s.asked)), ExpiresOn: s.clock.Add(s.life)}, nil
}

func (s *countingSource) Forget() { s.forgotten++ }

func TestATokenIsAskedForAgainShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ life, used time.Duration }{{time.Hour, 55 * time.Minute}, {10 * time.Minute, 5 * time.Minute}, {8 * time.Minute, 4 * time.Minute}} {
		now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
		source := &countingSource{clock: &now, life: test.life}
		cache := newTokenCache(source, "scope", func() time.Time { return now })
		fetch := func() string {
			token, err := cache.fetchToken(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		first := fetch()
		if now = now.Add(test.used - time.Nanosecond); fetch() != first || source.asked != 1 {
			t.Errorf("a life of %v: asked again after %v", test.life, test.used)
		}
		if now = now.Add(time.Nanosecond); fetch() == first || source.asked != 2 {
			t.Errorf("a life of %v: still used after %v", test.life, test.used)
		}
	}
}

func TestOnlyTheTokenThatWasRefusedIsForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	source := &countingSource{clock: &now, life: time.Hour}
	cache := newTokenCache(source, "scope", func() time.Time { return now })
	first, err := cache.fetchToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cache.invalidate("another token") // refused late, and renewed since
	if again, _ := cache.fetchToken(t.Context()); again != first || source.forgotten != 0 {
		t.Errorf("%q, forgotten %d times", again, source.forgotten)
	}
	cache.invalidate(first)
	if again, _ := cache.fetchToken(t.Context()); again == first || source.forgotten != 1 {
		t.Errorf("%q, forgotten %d times", again, source.forgotten)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	cache.semaphore <- struct{}{}
	if _, err := cache.fetchToken(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone waits for another's token: %v", err)
	}
}

func TestARefusedTokenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	refused := func(status int, text string) error {
		return errors.Join(&azidentity.AuthenticationFailedError{RawResponse: &http.Response{StatusCode: status}}, errors.New(text))
	}
	call := apiCall{name: "send"}
	for name, test := range map[string]struct {
		err    error
		kind   teamsfailure.Kind
		status int
		code   string
		hint   string // how it begins
	}{
		"no credential":   {errNoCredential, teamsfailure.Misconfigured, 0, "no credential", hintCredentials},
		"an ended secret": {refused(401, "AADSTS7000222: ended"), teamsfailure.Misconfigured, 401, "AADSTS7000222", "the client secret has ended"},
		"a wrong secret":  {refused(401, "AADSTS7000215"), teamsfailure.Misconfigured, 401, "AADSTS7000215", "the client secret is wrong"},
		"no principal":    {refused(400, "AADSTS7000229"), teamsfailure.Misconfigured, 400, "AADSTS7000229", "the app has no service principal"},
		"an unknown app":  {refused(400, "AADSTS700016"), teamsfailure.Misconfigured, 400, "AADSTS700016", "the tenant does not know the app"},
		"no such tenant":  {refused(400, "AADSTS90002"), teamsfailure.Misconfigured, 400, "AADSTS90002", "there is no such tenant"},
		"a certificate":   {refused(401, "AADSTS700027"), teamsfailure.Misconfigured, 401, "AADSTS700027", "the certificate is not one"},
		"a disabled app":  {refused(401, "AADSTS7000112"), teamsfailure.Misconfigured, 401, "AADSTS7000112", "the app is disabled"},
		"a policy":        {refused(400, "AADSTS53003"), teamsfailure.Misconfigured, 400, "AADSTS53003", "a conditional access policy"},
		"an identity":     {refused(400, "AADSTS700213"), teamsfailure.Misconfigured, 400, "AADSTS700213", "the registration trusts no such identity"},
		"another code":    {refused(400, "AADSTS1234567"), teamsfailure.Misconfigured, 400, "AADSTS1234567", hintCredentials},
		"too many":        {refused(429, "slow down"), teamsfailure.Retryable, 429, "no token", ""},
		"Entra is away":   {refused(503, "sorry"), teamsfailure.Retryable, 503, "no token", ""},
		"399":             {refused(399, "odd"), teamsfailure.Retryable, 399, "no token", ""},
		"no answer":       {errors.New("connection refused"), teamsfailure.Retryable, 0, "no token", ""},
		"its own failure": {&teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Status: 403, Code: "no token"}, teamsfailure.Misconfigured, 403, "no token", hintCredentials},
		"its own outage":  {&teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 500, Code: "no token"}, teamsfailure.Retryable, 500, "no token", ""},
	} {
		got := classifyTokenError(call, test.err)
		if got.Kind != test.kind || got.Status != test.status || got.Code != test.code || got.Call != "send" || !strings.HasPrefix(got.Hint, test.hint) ||
			(test.hint == "") != (got.Hint == "") {
			t.Errorf("%s: %+v", name, got)
		}
		if isOurs := errors.Is(got, ErrCredentials); isOurs != (test.kind == teamsfailure.Misconfigured) {
			t.Errorf("%s: of the bot's own credentials is %t", name, isOurs)
		}
	}
}

func TestAPageForPeopleIsTold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		contentType, body string
		is                bool
	}{
		{"text/html", "Blocked", true}, {"TEXT/HTML; charset=utf-8", "", true}, {"application/json", "<html>", true}, {"", " \r\n\t<!doctype", true},
		{"", "\ufeff<p>", true}, {"text/html", `{"error":{}}`, false}, {"text/html", ` {"error":{}}`, false}, {"application/json", `{}`, false},
		{"text/plain", "no", false}, {"", "", false}, {"text/html", `"{"`, true},
	} {
		if got := (apiResponse{contentType: test.contentType, body: []byte(test.body)}).isPage(); got != test.is {
			t.Errorf("%q %q: %t", test.contentType, test.body, got)
		}
	}
}

func TestACallThatIsNotMadeSaysWhichAndWhy(t *testing.T) {
	t.Parallel()
	if f := forbiddenHost("send"); f.Kind != teamsfailure.Misconfigured || f.Call != "send" || f.Hint != hintAddresses || f.Status != 0 {
		t.Errorf("%+v", f)
	}
	if f := malformed("update", "no id"); f.Kind != teamsfailure.OurBug || f.Call != "update" || f.Code != "no id" {
		t.Errorf("%+v", f)
	}
}

// The addresses of each cloud are Microsoft's: nothing but a look at its documents tells a wrong
// one.
func TestTheTableOfCloudsIsAsMicrosoftHasIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Cloud{
		"public": {LoginURL: "https://login.microsoftonline.com/", Scope: "https://api.botframework.com/.default", ExchangeAudience: "api://AzureADTokenExchange",
			Issuer: "https://api.botframework.com", MetadataURL: "https://login.botframework.com/v1/.well-known/openidconfiguration",
			ServiceURL: "https://smba.trafficmanager.net/teams/"},
		"gcc": {LoginURL: "https://login.microsoftonline.com/", Scope: "https://api.botframework.com/.default", ExchangeAudience: "api://AzureADTokenExchange",
			Issuer: "https://api.botframework.com", MetadataURL: "https://login.botframework.com/v1/.well-known/openidconfiguration",
			ServiceURL: "https://smba.infra.gcc.teams.microsoft.com/teams/"},
		"gcc-high": {LoginURL: "https://login.microsoftonline.us/", Scope: "https://api.botframework.us/.default", ExchangeAudience: "api://AzureADTokenExchangeUSGov",
			Issuer: "https://api.botframework.us", MetadataURL: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
			ServiceURL: "https://smba.infra.gov.teams.microsoft.us/teams/"},
		"dod": {LoginURL: "https://login.microsoftonline.us/", Scope: "https://api.botframework.us/.default", ExchangeAudience: "api://AzureADTokenExchangeUSGov",
			Issuer: "https://api.botframework.us", MetadataURL: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
			ServiceURL: "https://smba.infra.dod.teams.microsoft.us/teams/"},
		"china": {LoginURL: "https://login.partner.microsoftonline.cn/", Scope: "https://api.botframework.azure.cn/.default", ExchangeAudience: "api://AzureADTokenExchangeChina",
			Issuer: "https://api.botframework.azure.cn", MetadataURL: "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration"},
	} {
		for _, got := range Clouds() {
			if got.Name != name {
				continue
			}
			got.Name, got.Hosts = "", nil
			if got.LoginURL != want.LoginURL || got.Scope != want.Scope || got.ExchangeAudience != want.ExchangeAudience || got.Issuer != want.Issuer ||
				got.MetadataURL != want.MetadataURL || got.ServiceURL != want.ServiceURL {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
}

// The names of calls are labels that operators type into alarms.
func TestTheNamesOfTheCallsStay(t *testing.T) {
	t.Parallel()
	got := []string{CallCreatePersonalChat, CallStartThread, CallSend, CallSendTargeted, CallUpdate, CallMembers, CallToken}
	if want := []string{"create-personal", "start-thread", "send", "send-targeted", "update", "members", "token"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAPartOfAPathIsEncoded(t *testing.T) {
	t.Parallel()
	for segment, want := range map[string]string{"a b": "a%20b", ".": "%2E", "..": "%2E%2E", "19:x@y;z=1": "19%3Ax%40y%3Bz%3D1", "a+b": "a%2Bb", "a/b": "a%2Fb"} {
		if got := escapePathSegment(segment); got != want {
			t.Errorf("%q becomes %q, want %q", segment, got, want)
		}
	}
}

func TestAClientWithoutSettingsSpeaksToThePublicCloud(t *testing.T) {
	t.Parallel()
	c := New(Config{})
	if c.config.DefaultServiceURL != PublicServiceURL || c.config.Scope != PublicScope || c.config.Timeout != defaultTimeout ||
		!c.config.ServiceURLAllowed(PublicServiceURL) || c.config.ServiceURLAllowed("https://evil.example/") || c.config.Now == nil {
		t.Errorf("%+v", c.config)
	}
	own := New(Config{DefaultServiceURL: "https://smba.infra.gcc.teams.microsoft.com/teams/", Scope: "s", Timeout: time.Second})
	if own.config.DefaultServiceURL != "https://smba.infra.gcc.teams.microsoft.com/teams/" || own.config.Scope != "s" || own.config.Timeout != time.Second {
		t.Errorf("%+v", own.config)
	}
}
