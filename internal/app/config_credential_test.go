package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/connector"
	"challengebot/internal/ladder"
)

const (
	appID      = "a1100000-0000-4000-8000-000000000011"
	identityID = "44444444-4444-4444-4444-444444444444"
	secret     = "s3nt1nel"
)

// writeConfig writes a configuration file with further lines, line 9 and on.
func writeConfig(t *testing.T, more ...string) string {
	t.Helper()
	people, err := filepath.Abs("../story/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lines := append([]string{
		`listen: "127.0.0.1:3978"`,
		"app_id: " + appID,
		"tenant: 7e700000-0000-4000-8000-000000000022",
		"directory: " + people,
		"ladders: [" + ladder.ShippedIDs()[0] + "]",
		"calendar:",
		"  division: england-and-wales",
		"",
	}, more...)
	dir := t.TempDir()
	file := filepath.Join(dir, "challengebot.yaml")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bot.pem"), []byte("not a certificate yet"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestThePlatformIsTheOneOfTheCloudThatIsNamed(t *testing.T) {
	t.Parallel()
	for _, cloud := range connector.Clouds() {
		more := []string{"cloud: " + cloud.Name}
		want := cloud.ServiceURL
		if want == "" {
			want = "https://" + cloud.Hosts[0] + "/teams/"
			more = append(more, "service_url: "+want)
		}
		s, err := ReadSettings(t.Context(), writeConfig(t, more...), "")
		if err != nil {
			t.Errorf("%s: %v", cloud.Name, err)
			continue
		}
		p, err := s.Config.BuildPlatform(secret)
		if err != nil {
			t.Errorf("%s: %v", cloud.Name, err)
			continue
		}
		got := []string{p.Issuer, p.MetadataURL, p.Scope, p.ServiceURL}
		if diff := cmp.Diff([]string{cloud.Issuer, cloud.MetadataURL, cloud.Scope, want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cloud.Name, diff)
		}
		if !p.ServiceURLAllowed(want) || p.ServiceURLAllowed("https://evil.example/") {
			t.Errorf("%s: its own service URL is refused, or any is taken", cloud.Name)
		}
	}
}

func TestWithoutAWordTheCloudIsThePublicOneWithAClientSecret(t *testing.T) {
	t.Parallel()
	s, err := ReadSettings(t.Context(), writeConfig(t), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Config.BuildPlatform(secret)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{p.Issuer, p.MetadataURL, p.Scope, p.ServiceURL}
	if diff := cmp.Diff([]string{"https://api.botframework.com", "https://login.botframework.com/v1/.well-known/openidconfiguration",
		"https://api.botframework.com/.default", "https://smba.trafficmanager.net/teams/"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := s.Config.BuildPlatform(""); err != ErrNoCredentials {
		t.Errorf("without a secret: %v", err)
	}
}

func TestEachKindOfCredentialIsReadAndNeedsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		more   []string
		secret string
		kind   connector.CredentialKind
	}{
		"client secret":              {[]string{"credential: {kind: client-secret}"}, secret, connector.ClientSecret},
		"client secret with its end": {[]string{"credential: {kind: client-secret, expires: 2027-05-01}"}, secret, connector.ClientSecret},
		"managed identity":           {[]string{"credential: {kind: managed-identity}"}, "", connector.ManagedIdentity},
		"managed identity, its id":   {[]string{"credential: {kind: managed-identity, client_id: " + appID + "}"}, "", connector.ManagedIdentity},
		"federated":                  {[]string{"credential: {kind: federated, client_id: " + identityID + "}"}, "", connector.Federated},
	}
	for name, test := range tests {
		s, err := ReadSettings(t.Context(), writeConfig(t, test.more...), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, _ := s.Config.credentialConfig(connector.Cloud{}, test.secret); got.Kind != test.kind {
			t.Errorf("%s: kind %s", name, got.Kind)
		}
		if p, err := s.Config.BuildPlatform(test.secret); err != nil || p.Credential == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACertificateLiesBesideTheConfigurationAndOpensWithThePassword(t *testing.T) {
	t.Parallel()
	file := writeConfig(t, "credential: {kind: certificate, certificate: bot.pfx}")
	pfx, err := os.ReadFile("../connector/testdata/test-only.pfx")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "bot.pfx"), pfx, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSettings(t.Context(), file, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Config.BuildPlatform("s3nt1nel-password")
	if err != nil {
		t.Fatal(err)
	}
	if end, ok := connector.SecretExpiry(p.Credential); !ok || end.Year() != 2126 {
		t.Errorf("ends %s, %t", end, ok)
	}
	if _, err := s.Config.BuildPlatform(secret); err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "bot.pfx") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestAWrongCredentialOrCloudIsRefusedWithItsPlaceAndMend(t *testing.T) {
	t.Parallel()
	practice := []string{"practice:", "  service_url: http://127.0.0.1:1/", "  metadata_url: http://127.0.0.1:1/m",
		"  token_url: http://127.0.0.1:1/t", "  issuer: practice"}
	tests := map[string]struct {
		more []string
		at   string
		want string
	}{
		"cloud mistyped":             {[]string{"cloud: gcc-hihg"}, ":9:8: ", `Did you mean "gcc-high"?`},
		"cloud unheard of":           {[]string{"cloud: moon"}, ":9:8: ", "Use one of: china, dod, gcc, gcc-high, public"},
		"china without an address":   {[]string{"cloud: china"}, ":9:8: ", "write service_url"},
		"address of another cloud":   {[]string{"cloud: dod", "service_url: https://smba.trafficmanager.net/teams/"}, ":10:14: ", "smba.infra.dod.teams.microsoft.us"},
		"address of nobody":          {[]string{"service_url: https://evil.example/"}, ":9:14: ", "leave it out"},
		"kind missing":               {[]string{"credential: {expires: 2027-05-01}"}, ":9:1: ", "Use one of: certificate, client-secret, federated, managed-identity"},
		"kind mistyped":              {[]string{"credential: {kind: certificat}"}, ":9:20: ", `Did you mean "certificate"?`},
		"practice as a kind":         {[]string{"credential: {kind: practice}"}, ":9:20: ", "Use one of"},
		"a key of no kind":           {[]string{"credential: {kind: client-secret, secret: x}"}, ":9:35: ", ""},
		"certificate without a file": {[]string{"credential: {kind: certificate}"}, ":9:20: ", "write certificate:"},
		"certificate file missing":   {[]string{"credential: {kind: certificate, certificate: none.pem}"}, ":9:46: ", "none.pem cannot be read"},
		"certificate is a folder":    {[]string{"credential: {kind: certificate, certificate: .}"}, ":9:46: ", "PKCS#12 file that the bot may read"},
		"certificate with an end":    {[]string{"credential: {kind: certificate, certificate: bot.pem, expires: 2027-05-01}"}, ":9:64: ", "a certificate tells its own end"},
		"secret with a file":         {[]string{"credential: {kind: client-secret, certificate: bot.pem}"}, ":9:48: ", "leave it out"},
		"secret with an identity":    {[]string{"credential: {kind: client-secret, client_id: " + identityID + "}"}, ":9:46: ", "leave it out"},
		"identity of another":        {[]string{"credential: {kind: managed-identity, client_id: " + identityID + "}"}, ":9:49: ", "the kind is federated"},
		"federated with itself":      {[]string{"credential: {kind: federated, client_id: " + appID + "}"}, ":9:42: ", "the kind is managed-identity"},
		"federated without identity": {[]string{"credential: {kind: federated}"}, ":9:20: ", "write client_id:"},
		"federated with no GUID":     {[]string{"credential: {kind: federated, client_id: my-identity}"}, ":9:42: ", "no GUID"},
		"GUID in braces":             {[]string{"credential: {kind: federated, client_id: '{" + identityID + "}'}"}, ":9:42: ", "no GUID"},
		"an end that is no date":     {[]string{"credential: {kind: client-secret, expires: 1 May 2027}"}, ":9:44: ", "2026-12-24"},
		"practice in a cloud":        {append([]string{"cloud: gcc"}, practice...), ":9:8: ", "leave out either"},
		"practice with a credential": {append([]string{"credential: {kind: managed-identity}"}, practice...), ":9:1: ", "leave out either"},
	}
	for name, test := range tests {
		file := writeConfig(t, test.more...)
		_, err := ReadSettings(t.Context(), file, "")
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], file+test.at) || !strings.Contains(lines[0], test.want) {
			t.Errorf("%s: got %q, want one line at %s with %q", name, strings.ReplaceAll(err.Error(), filepath.Dir(file), ""), test.at, test.want)
		}
	}
}

func TestTheEndOfTheCredentialIsAMetricWhereItIsKnown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		credential string
		want       map[string]float64
	}{
		{"credential: {kind: client-secret, expires: 2027-05-01}", map[string]float64{
			"challengebot_credential_expires_timestamp_seconds": float64(time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC).Unix())}},
		{"credential: {kind: client-secret}", map[string]float64{}},
		{"credential: {kind: managed-identity}", map[string]float64{}},
	} {
		s, err := ReadSettings(t.Context(), writeConfig(t, test.credential), "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Config.BuildPlatform(secret)
		if err != nil {
			t.Fatal(err)
		}
		registry := prometheus.NewRegistry()
		registerCredentialExpiry(registry, p)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.credential, diff)
		}
	}
}
