package connector

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

func mustURL(t *testing.T, address string) url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return *u
}

// entra is a login host that counts the tokens it gives.
func entra(t *testing.T, refuse bool) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	given := new(atomic.Int32)
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
			base := server.URL + "/" + tenant
			fmt.Fprintf(w, `{"issuer":"%[1]s/v2.0","authorization_endpoint":"%[1]s/oauth2/v2.0/authorize","token_endpoint":"%[1]s/oauth2/v2.0/token"}`, base)
			return
		}
		if r.FormValue("client_secret") != "s3cret" || refuse {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided for Maya."}`)
			return
		}
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"entra-%d"}`, given.Add(1))
	}))
	t.Cleanup(server.Close)
	return server, given
}

func secretFrom(t *testing.T, server *httptest.Server) CredentialConfig {
	t.Helper()
	return CredentialConfig{
		Kind: ClientSecret, AppID: appID, Tenant: tenant, Secret: "s3cret",
		Authority: server.URL, HTTP: server.Client(),
	}
}

func TestASecretGivesATokenThatIsKeptUntilForgotten(t *testing.T) {
	t.Parallel()
	server, given := entra(t, false)
	credential, err := NewCredential(secretFrom(t, server))
	if err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{PublicScope}})
		if err != nil {
			t.Fatal(err)
		}
		return token.Token
	}
	first, second := ask(), ask()
	credential.(interface{ Forget() }).Forget()
	third := ask()
	if first != "entra-1" || second != first || third != "entra-2" || given.Load() != 2 {
		t.Errorf("tokens %s, %s, %s", first, second, third)
	}
}

func TestAWrongSecretIsReportedByItsCodeAlone(t *testing.T) {
	t.Parallel()
	server, _ := entra(t, true)
	credential, err := NewCredential(secretFrom(t, server))
	if err != nil {
		t.Fatal(err)
	}
	s := newTeams(t, answering(201, `{"id":"1"}`), func(c *Config) { c.Tokens = credential })
	_, err = s.client.Send(t.Context(), Ref{ConversationID: "c"}, TextMessage("x"))
	e := kindOf(t, err)
	if e.Kind != Unauthorised || e.Code != "AADSTS7000215" || strings.Contains(e.Error(), "Maya") {
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
	for answer, want := range map[int]Kind{400: Unauthorised, 503: Retry} {
		status = answer
		_, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{PublicScope}})
		if e := kindOf(t, err); e.Kind != want {
			t.Errorf("%d: %v, want %s", answer, e, want)
		}
	}
}
