package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/connector"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// CredentialConfig says how the bot proves who it is. Left out, it is a client secret.
type CredentialConfig struct {
	Kind connector.CredentialKind `yaml:"kind"`
	// Certificate is the file of a certificate and its key, PEM or PKCS#12.
	Certificate string `yaml:"certificate,omitempty"`
	// ClientID is the managed identity's.
	ClientID string `yaml:"client_id,omitempty"`
	// Expires is the day on which the client secret ends, so that it can be watched.
	Expires workday.Date `yaml:"expires,omitempty"`
}

// credentialKey is a key of the credential: which kinds need it, which may have it.
type credentialKey struct {
	name                    string
	requiredBy, optionalFor connector.CredentialKind
	purpose                 string
}

var credentialKeys = []credentialKey{
	{"certificate", connector.Certificate, "", "the file of the certificate and its key"},
	{"client_id", connector.Federated, connector.ManagedIdentity, "the client id of the managed identity"},
	{"expires", "", connector.ClientSecret, "the day on which a client secret ends; a certificate tells its own end, and an identity has none"},
}

// findCloud is the Teams cloud that is named, or the public one.
func (c *Config) findCloud() (connector.Cloud, bool) {
	if c.Cloud == "" {
		return connector.FindCloud(connector.PublicCloud)
	}
	return connector.FindCloud(c.Cloud)
}

// validatePlatform checks which Teams is spoken to, and how the bot proves who it is.
func (c *Config) validatePlatform(f *yamlfile.File) yamlfile.Problems {
	var ps yamlfile.Problems
	if c.Practice != nil {
		for _, key := range []string{"cloud", "service_url", "credential"} {
			if f.HasPath("$." + key) {
				ps = append(ps, f.ProblemAt("$."+key, key+" is Microsoft's, and practice is not", "leave out either practice or "+key))
			}
		}
		return ps
	}
	cloud, known := c.findCloud()
	switch {
	case !known:
		ps = append(ps, f.ProblemAt("$.cloud", "there is no cloud of this name", yamlfile.DidYouMean(c.Cloud, cloudNames())))
	case c.ServiceURL == "" && cloud.ServiceURL == "":
		ps = append(ps, f.ProblemAt("$.cloud", "nothing says where first messages go in this cloud",
			"write service_url: Microsoft names it to those who register a bot there, on "+strings.Join(cloud.Hosts, ", ")))
	case c.ServiceURL != "" && !cloud.AllowList()(c.ServiceURL):
		ps = append(ps, f.ProblemAt("$.service_url", "service_url is no address of this cloud's Teams",
			"leave it out, or write an https address on "+strings.Join(cloud.Hosts, ", ")))
	}
	if c.Credential != nil {
		ps = append(ps, c.Credential.validate(f, c.AppID)...)
	}
	return ps
}

func cloudNames() []string {
	var names []string
	for _, c := range connector.Clouds() {
		names = append(names, c.Name)
	}
	return names
}

func (c *CredentialConfig) validate(f *yamlfile.File, appID string) yamlfile.Problems {
	var kinds []string
	known := false
	for _, k := range connector.CredentialKinds() {
		kinds = append(kinds, string(k))
		known = known || k == c.Kind
	}
	if !known {
		return yamlfile.Problems{f.ProblemAt("$.credential.kind", "there is no credential of this kind", yamlfile.DidYouMean(string(c.Kind), kinds))}
	}
	var ps yamlfile.Problems
	for _, key := range credentialKeys {
		path := "$.credential." + key.name
		switch has := f.HasPath(path); {
		case !has && key.requiredBy == c.Kind:
			ps = append(ps, f.ProblemAt("$.credential.kind", fmt.Sprintf("a %s credential needs %s", c.Kind, key.name), "write "+key.name+": "+key.purpose))
		case has && key.requiredBy != c.Kind && key.optionalFor != c.Kind:
			ps = append(ps, f.ProblemAt(path, fmt.Sprintf("a %s credential has no %s", c.Kind, key.name), "leave it out; it is "+key.purpose))
		}
	}
	if f.HasPath("$.credential.client_id") {
		ps = append(ps, c.validateClientID(f, appID)...)
	}
	return ps
}

func (c *CredentialConfig) validateClientID(f *yamlfile.File, appID string) yamlfile.Problems {
	const path = "$.credential.client_id"
	own := strings.EqualFold(c.ClientID, appID)
	switch _, err := uuid.Parse(c.ClientID); {
	case err != nil || len(c.ClientID) != len(uuid.Nil.String()): // braces and prefixes are readable too
		return yamlfile.Problems{f.ProblemAt(path, "client_id is no GUID", "copy it from the managed identity in Azure")}
	case c.Kind == connector.ManagedIdentity && !own:
		return yamlfile.Problems{f.ProblemAt(path, "client_id is not the bot's app_id",
			"leave it out: a bot with a managed identity has that identity's client id as its app_id. If the registration trusts another identity, the kind is federated")}
	case c.Kind == connector.Federated && own:
		return yamlfile.Problems{f.ProblemAt(path, "client_id is the bot's own app_id",
			"write the client id of the managed identity that the registration trusts. If the bot's registration is the identity, the kind is managed-identity")}
	}
	return nil
}

// resolveCertificate finds the certificate's file beside the configuration. What is
// in it is checked when the credential is made, with its password.
func (c *Config) resolveCertificate(f *yamlfile.File, resolvePath func(string) string) yamlfile.Problems {
	if c.Credential == nil || c.Credential.Certificate == "" {
		return nil
	}
	c.Credential.Certificate = resolvePath(c.Credential.Certificate)
	if info, err := os.Stat(c.Credential.Certificate); err != nil || !info.Mode().IsRegular() {
		return yamlfile.Problems{f.ProblemAt("$.credential.certificate", "the certificate file "+filepath.Base(c.Credential.Certificate)+" cannot be read",
			"write the path of a PEM or PKCS#12 file that the bot may read")}
	}
	return nil
}

// ErrNoCredentials means that the bot cannot prove who it is.
var ErrNoCredentials = errors.New("CHALLENGEBOT_APP_PASSWORD is not set: set it to the client secret of the bot's registration, " +
	"or name another credential in the configuration; without credentials the bot starts only in practice mode, on loopback")

// ErrExpired means that what the bot proves itself with has ended.
var ErrExpired = errors.New("the credentials ended")

// credentialConfig is the configured credential. secret is the client secret, or the
// password of the certificate's file.
func (c *Config) credentialConfig(cloud connector.Cloud, secret string) (connector.CredentialConfig, error) {
	own := connector.CredentialConfig{Kind: connector.ClientSecret, AppID: c.AppID, Tenant: c.Tenant, Cloud: cloud, Secret: secret}
	if c.Practice != nil {
		own.Kind, own.Secret, own.TokenURL = connector.Practice, "", c.Practice.TokenURL
		return own, nil
	}
	if d := c.Credential; d != nil {
		own.Kind, own.CertificateFile, own.ClientID = d.Kind, d.Certificate, d.ClientID
		if !d.Expires.IsZero() {
			own.Expires = d.Expires.Midnight(time.UTC) // the start of the day: early rather than late
		}
	}
	if own.Kind == connector.ClientSecret && secret == "" {
		return own, ErrNoCredentials
	}
	return own, nil
}

// registerCredentialExpiry shows when the credential ends, where that is known. A gauge that
// is not there says that nobody knows.
func registerCredentialExpiry(registry prometheus.Registerer, p Platform) {
	if _, known := connector.SecretExpiry(p.Credential); !known {
		return
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "challengebot_credential_expires_timestamp_seconds",
		Help: "When the bot's client secret or certificate ends, in Unix seconds; absent where nobody knows or nothing ends.",
	}, func() float64 {
		end, _ := connector.SecretExpiry(p.Credential)
		return float64(end.Unix())
	}))
}
