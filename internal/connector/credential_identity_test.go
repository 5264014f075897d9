package connector

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/teamsfailure"
)

const identityID = "44444444-4444-4444-4444-444444444444"

// startAzureHost is the token endpoint of a host with managed identities. It is found
// through the environment, so tests with one do not run beside others.
func startAzureHost(t *testing.T, status int) *[]string {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, q.Get("client_id")+" "+q.Get("resource")+" "+r.Header.Get("X-IDENTITY-HEADER"))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if status != http.StatusOK {
			_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"no identity for Maya"}`))
			return
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"identity-%d","expires_on":"4102444800","resource":"x","token_type":"Bearer"}`, len(asked))
	}))
	t.Cleanup(server.Close)
	t.Setenv("IDENTITY_ENDPOINT", server.URL)
	t.Setenv("IDENTITY_HEADER", "s3nt1nel-header")
	return &asked
}

func TestAManagedIdentityIsTheBotsOwnAndHasNoSecretThatEnds(t *testing.T) {
	asked := startAzureHost(t, http.StatusOK)
	l := newFakeLogin(t)
	c := l.credentialConfig(ManagedIdentity)
	credential, err := NewCredential(c)
	if err != nil {
		t.Fatal(err)
	}
	first, second := fetchPublicToken(t, credential), fetchPublicToken(t, credential)
	credential.(interface{ Forget() }).Forget()
	if third := fetchPublicToken(t, credential); first != "identity-1" || second != first || third != "identity-2" {
		t.Errorf("tokens %s, %s and after Teams refused it %s", first, second, third)
	}
	question := appID + " https://api.botframework.com s3nt1nel-header"
	if diff := cmp.Diff([]string{question, question}, *asked); diff != "" {
		t.Errorf("asked of the host (-want +got):\n%s", diff)
	}
	if l.tokensIssued.Load() != 0 {
		t.Error("Entra's login was asked too")
	}
	if end, ok := SecretExpiry(credential); ok {
		t.Errorf("it ends %s", end)
	}
}

func TestAFederatedCredentialShowsTheIdentitysTokenInPlaceOfASecret(t *testing.T) {
	for _, name := range []string{PublicCloud, "gcc-high", "china"} {
		asked := startAzureHost(t, http.StatusOK)
		l := newFakeLogin(t)
		l.accept = func(assertion string) bool { return assertion == "identity-1" }
		c := l.credentialConfig(Federated)
		c.ClientID = identityID
		c.Cloud, _ = FindCloud(name)
		credential, err := NewCredential(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := fetchPublicToken(t, credential); got != "entra-1" {
			t.Errorf("%s: token %q", name, got)
		}
		if diff := cmp.Diff([]string{identityID + " " + c.Cloud.ExchangeAudience + " s3nt1nel-header"}, *asked); diff != "" {
			t.Errorf("%s: asked of the host (-want +got):\n%s", name, diff)
		}
		if _, ok := SecretExpiry(credential); ok {
			t.Errorf("%s: it ends", name)
		}
	}
}

func TestAnIdentityThatTheHostDoesNotHaveIsReportedWithoutTheHostsWords(t *testing.T) {
	for _, kind := range []CredentialKind{ManagedIdentity, Federated} {
		startAzureHost(t, http.StatusBadRequest)
		c := newFakeLogin(t).credentialConfig(kind)
		c.ClientID = identityID
		credential, err := NewCredential(c)
		if err != nil {
			t.Fatal(err)
		}
		s := newFakeTeams(t, respondWith(201, `{"id":"1"}`), func(c *Config) { c.Credential = credential })
		_, err = s.client.Send(t.Context(), Destination{ConversationID: "c"}, NewTextMessage("x"))
		e := requireError(t, err)
		if e.Kind != teamsfailure.Misconfigured || e.Status != http.StatusBadRequest {
			t.Errorf("%s: got %v", kind, e)
		}
		for _, secret := range []string{"Maya", "s3nt1nel", identityID} {
			if strings.Contains(e.Error(), secret) {
				t.Errorf("%s: the error tells %q: %v", kind, secret, e)
			}
		}
		if len(s.recordedRequests()) != 0 {
			t.Errorf("%s: Teams was called without a token", kind)
		}
	}
}

func TestAnIdentityWithoutAClientIDIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for _, c := range []CredentialConfig{{Kind: ManagedIdentity, Tenant: tenant}, {Kind: Federated, AppID: appID, Tenant: tenant}} {
		if _, err := NewCredential(c); err == nil || !strings.Contains(err.Error(), "client id") {
			t.Errorf("%s: %v", c.Kind, err)
		}
	}
}
