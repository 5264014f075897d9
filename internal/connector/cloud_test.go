package connector

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// redirectTransport sends every request to one server and notes for whom it was.
type redirectTransport struct {
	target *url.URL
	inner  http.RoundTripper
	hosts  map[string]bool
}

func (s *redirectTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	s.hosts[r.URL.Host] = true
	again := r.Clone(r.Context())
	again.URL.Host, again.Host = s.target.Host, s.target.Host
	return s.inner.RoundTrip(again)
}

func TestEachCloudGetsItsTokensFromItsOwnLoginAndNowhereElse(t *testing.T) {
	t.Parallel()
	for _, cloud := range Clouds() {
		l := newFakeLogin(t)
		to := mustParseURL(t, l.server.URL)
		transport := &redirectTransport{target: &to, inner: l.server.Client().Transport, hosts: map[string]bool{}}
		credential, err := NewCredential(CredentialConfig{Kind: ClientSecret, AppID: appID, Tenant: tenant, Secret: "s3cret",
			Cloud: cloud, HTTP: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatalf("%s: %v", cloud.Name, err)
		}
		l.authority = strings.TrimSuffix(cloud.LoginURL, "/")
		if got := fetchTokenFor(t, credential, cloud.Scope); got != "entra-1" {
			t.Errorf("%s: token %q", cloud.Name, got)
		}
		login := mustParseURL(t, cloud.LoginURL)
		if len(transport.hosts) != 1 || !transport.hosts[login.Host] {
			t.Errorf("%s: asked %v, want %s alone", cloud.Name, transport.hosts, login.Host)
		}
		if scope := l.requestedScope(); !strings.HasPrefix(scope, cloud.Scope) {
			t.Errorf("%s: asked for %q", cloud.Name, scope)
		}
	}
}

func TestEachCloudSpeaksToItsOwnHostsOnly(t *testing.T) {
	t.Parallel()
	if len(Clouds()) != 5 {
		t.Fatalf("%d clouds", len(Clouds()))
	}
	for _, cloud := range Clouds() {
		allowed := cloud.AllowList()
		if cloud.ServiceURL != "" && !allowed(cloud.ServiceURL) {
			t.Errorf("%s: may not speak to its own %s", cloud.Name, cloud.ServiceURL)
		}
		if (cloud.ServiceURL == "") != (cloud.Name == "china") {
			t.Errorf("%s: service URL %q", cloud.Name, cloud.ServiceURL)
		}
		for _, other := range Clouds() {
			// GCC lives on the public login and may be spoken to through its hosts.
			shared := cloud.Name == other.Name || cloud.Name == "gcc" && other.Name == PublicCloud
			if !shared && other.ServiceURL != "" && allowed(other.ServiceURL) {
				t.Errorf("%s may speak to %s", cloud.Name, other.ServiceURL)
			}
		}
		for name, address := range map[string]string{"login": cloud.LoginURL, "scope": cloud.Scope, "issuer": cloud.Issuer, "metadata": cloud.MetadataURL} {
			if u := mustParseURL(t, address); u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: %s is %q", cloud.Name, name, address)
			}
		}
		if strings.TrimSuffix(cloud.Scope, "/.default") != cloud.Issuer {
			t.Errorf("%s: scope %s and issuer %s differ", cloud.Name, cloud.Scope, cloud.Issuer)
		}
	}
}

func TestTheTableOfCloudsCannotBeChangedFromOutside(t *testing.T) {
	t.Parallel()
	Clouds()[0].Hosts[0] = "evil.example"
	cloud, ok := FindCloud(PublicCloud)
	if !ok || !cloud.AllowList()(PublicServiceURL) {
		t.Errorf("got %v, %t", cloud.Hosts, ok)
	}
	if _, ok := FindCloud("Public"); ok {
		t.Error("a name that is not in the table was found")
	}
}
