package connector

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"challengebot/internal/teamsfailure"
)

func mustParseURL(t *testing.T, address string) url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return *u
}

// fakeLogin is an Entra that counts the tokens it gives.
type fakeLogin struct {
	server       *httptest.Server
	authority    string // what it says it is; its own address if empty
	tokensIssued atomic.Int32
	refuse       bool
	accept       func(assertion string) bool // signed assertions; none if nil
	lastScope    atomic.Value                // the scope asked for last
}

func newFakeLogin(t *testing.T) *fakeLogin {
	t.Helper()
	l := &fakeLogin{}
	l.server = httptest.NewTLSServer(http.HandlerFunc(l.serveToken))
	t.Cleanup(l.server.Close)
	return l
}

func (l *fakeLogin) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
		base := cmp.Or(l.authority, l.server.URL) + "/" + tenant
		fmt.Fprintf(w, `{"issuer":"%[1]s/v2.0","authorization_endpoint":"%[1]s/oauth2/v2.0/authorize","token_endpoint":"%[1]s/oauth2/v2.0/token"}`, base)
		return
	}
	l.lastScope.Store(r.FormValue("scope"))
	known := r.FormValue("client_secret") == "s3cret"
	if assertion := r.FormValue("client_assertion"); assertion != "" {
		known = r.FormValue("client_assertion_type") == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" &&
			l.accept != nil && l.accept(assertion)
	}
	if !known || l.refuse || r.FormValue("client_id") != appID || r.FormValue("grant_type") != "client_credentials" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided for Maya."}`)
		return
	}
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"entra-%d"}`, l.tokensIssued.Add(1))
}

func (l *fakeLogin) requestedScope() string {
	scope, _ := l.lastScope.Load().(string)
	return scope
}

// credentialConfig is a credential that proves itself at this login.
func (l *fakeLogin) credentialConfig(kind CredentialKind) CredentialConfig {
	return CredentialConfig{Kind: kind, AppID: appID, Tenant: tenant, Authority: l.server.URL, HTTP: l.server.Client()}
}

func (l *fakeLogin) clientSecretConfig() CredentialConfig {
	c := l.credentialConfig(ClientSecret)
	c.Secret = "s3cret"
	return c
}

func fetchPublicToken(t *testing.T, credential azcore.TokenCredential) string {
	t.Helper()
	return fetchTokenFor(t, credential, PublicScope)
}

func fetchTokenFor(t *testing.T, credential azcore.TokenCredential, scope string) string {
	t.Helper()
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		t.Errorf("no token: %v", err)
	}
	return token.Token
}

func TestASecretGivesATokenThatIsKeptUntilForgotten(t *testing.T) {
	t.Parallel()
	l := newFakeLogin(t)
	credential, err := NewCredential(l.clientSecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	first, second := fetchPublicToken(t, credential), fetchPublicToken(t, credential)
	credential.(interface{ Forget() }).Forget()
	third := fetchPublicToken(t, credential)
	if first != "entra-1" || second != first || third != "entra-2" || l.tokensIssued.Load() != 2 {
		t.Errorf("tokens %s, %s, %s", first, second, third)
	}
}

func TestAWrongSecretIsReportedByItsCodeAlone(t *testing.T) {
	t.Parallel()
	l := newFakeLogin(t)
	l.refuse = true
	credential, err := NewCredential(l.clientSecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	s := newFakeTeams(t, respondWith(201, `{"id":"1"}`), func(c *Config) { c.Credential = credential })
	_, err = s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage("x"))
	e := requireError(t, err)
	if e.Kind != teamsfailure.Misconfigured || e.Code != "AADSTS7000215" || strings.Contains(e.Error(), "Maya") || strings.Contains(e.Error(), "s3cret") {
		t.Errorf("got %v", e)
	}
}

func TestAnUnknownOrEmptyCredentialIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	if _, err := NewCredential(CredentialConfig{Kind: "password"}); !errors.Is(err, ErrUnknownCredential) {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := NewCredential(CredentialConfig{Kind: ClientSecret, AppID: appID, Tenant: tenant}); err == nil {
		t.Error("an empty secret was taken")
	}
	if _, err := NewCredential(CredentialConfig{Kind: Practice, TokenURL: "https://login.example/token"}); err == nil {
		t.Error("the practice credential left loopback")
	}
}

func TestAClientSecretEndsWhenTheOperatorSaidSo(t *testing.T) {
	t.Parallel()
	c := newFakeLogin(t).clientSecretConfig()
	for _, want := range []time.Time{{}, time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)} {
		c.Expires = want
		credential, err := NewCredential(c)
		if err != nil {
			t.Fatal(err)
		}
		end, ok := SecretExpiry(credential)
		if ok == want.IsZero() || !end.Equal(want) {
			t.Errorf("ends %s, %t; want %s", end, ok, want)
		}
	}
	if _, ok := SecretExpiry(nil); ok {
		t.Error("no credential has an end")
	}
}

func TestNoWayOfPrintingTellsTheSecret(t *testing.T) {
	t.Parallel()
	c := CredentialConfig{Kind: ClientSecret, AppID: appID, Tenant: tenant, Secret: "s3nt1nel"}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "credential", c, "in a struct", struct{ C CredentialConfig }{c}, "pointer", &c)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "credential", c, "in a struct", struct{ C CredentialConfig }{c}, "pointer", &c)
	for _, printed := range []string{
		fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%s", c), fmt.Sprintf("%q", c), fmt.Sprintf("%d", &c),
		fmt.Sprintf("%+v", []any{c, &c}), string(encoded), logged.String(),
	} {
		if strings.Contains(printed, "s3nt1nel") || !strings.Contains(printed, appID) {
			t.Errorf("printed %s", printed)
		}
	}
}

func TestThePracticeCredentialAsksItsEndpoint(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != appID || r.FormValue("scope") != PublicScope {
			status = http.StatusBadRequest
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"access_token":"p","expires_in":3600,"expires_on":%d}`, noon.Add(time.Hour).Unix())
	}))
	t.Cleanup(server.Close)
	credential, err := NewCredential(CredentialConfig{Kind: Practice, AppID: appID, TokenURL: server.URL + "/token"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{PublicScope}})
	if err != nil || token.Token != "p" || !token.ExpiresOn.Equal(noon.Add(time.Hour)) {
		t.Errorf("%v, %v", token, err)
	}
	for answer, want := range map[int]teamsfailure.Kind{400: teamsfailure.Misconfigured, 503: teamsfailure.Retryable} {
		status = answer
		_, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{PublicScope}})
		if e := requireError(t, err); e.Kind != want {
			t.Errorf("%d: %v, want %s", answer, e, want)
		}
	}
}
