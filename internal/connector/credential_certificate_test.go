package connector

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	pfxPassword = "s3nt1nel-password" // of the files in testdata
	// pfxEnds is in the files in testdata, which were made for these tests alone.
	pfxEnds = "2126"
)

// keyPair is a certificate and its key as PEM blocks.
type keyPair struct {
	certificate, key string
	public           *rsa.PublicKey
	until            time.Time
}

func newRSAKeyPair(t *testing.T, until time.Time) keyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := keyPair{public: &key.PublicKey, until: until}
	p.certificate = newSelfSignedCertificate(t, &key.PublicKey, key, until)
	p.key = encodePKCS8(t, key)
	return p
}

func newSelfSignedCertificate(t *testing.T, public, private any, until time.Time) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "challengebot test only"},
		NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func encodePKCS8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func writeTestFile(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// signedBy accepts an assertion that this key signed for this bot and this login.
func signedBy(login *fakeLogin, public *rsa.PublicKey) func(assertion string) bool {
	return func(assertion string) bool {
		_, err := jwt.ParseWithClaims(assertion, &jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) { return public, nil },
			jwt.WithValidMethods([]string{"PS256", "RS256"}), jwt.WithIssuer(appID), jwt.WithSubject(appID),
			jwt.WithAudience(login.server.URL+"/"+tenant+"/oauth2/v2.0/token"), jwt.WithExpirationRequired())
		return err == nil
	}
}

func TestACertificateSignsForTheBotAtItsOwnLogin(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)
	own, other := newRSAKeyPair(t, until), newRSAKeyPair(t, until.AddDate(1, 0, 0))
	for name, text := range map[string]string{
		"certificate first":       own.certificate + own.key,
		"key first":               own.key + own.certificate,
		"behind another of chain": other.certificate + own.certificate + own.key,
	} {
		l := newFakeLogin(t)
		l.accept = signedBy(l, own.public)
		c := l.credentialConfig(Certificate)
		c.CertificateFile = writeTestFile(t, filepath.Join(t.TempDir(), "bot.pem"), text)
		c.Secret = "a password that a PEM file does not need"
		credential, err := NewCredential(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fetchPublicToken(t, credential); got != "entra-1" {
			t.Errorf("%s: token %q", name, got)
		}
		if end, ok := SecretExpiry(credential); !ok || !end.Equal(until) {
			t.Errorf("%s: ends %s, %t; want %s", name, end, ok, until)
		}
	}
}

func TestACertificateInPKCS12OpensWithItsPassword(t *testing.T) {
	t.Parallel()
	l := newFakeLogin(t)
	l.accept = func(assertion string) bool { return strings.Count(assertion, ".") == 2 }
	c := l.credentialConfig(Certificate)
	c.CertificateFile, c.Secret = "testdata/test-only.pfx", pfxPassword
	credential, err := NewCredential(c)
	if err != nil {
		t.Fatal(err)
	}
	if got := fetchPublicToken(t, credential); got != "entra-1" {
		t.Errorf("token %q", got)
	}
	if end, _ := SecretExpiry(credential); end.Format("2006") != pfxEnds {
		t.Errorf("ends %s, want %s", end, pfxEnds)
	}
}

func TestACertificateReplacedInTimeNeedsNoRestart(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)
	first, second := newRSAKeyPair(t, until), newRSAKeyPair(t, until.AddDate(1, 0, 0))
	l := newFakeLogin(t)
	l.accept = signedBy(l, first.public)
	c := l.credentialConfig(Certificate)
	c.CertificateFile = writeTestFile(t, filepath.Join(t.TempDir(), "bot.pem"), first.certificate+first.key)
	credential, err := NewCredential(c)
	if err != nil {
		t.Fatal(err)
	}
	if got := fetchPublicToken(t, credential); got != "entra-1" {
		t.Fatalf("token %q", got)
	}

	writeTestFile(t, c.CertificateFile, second.certificate) // half written
	if got := fetchPublicToken(t, credential); got != "entra-1" {
		t.Errorf("with an unreadable file: token %q, want the one there was", got)
	}
	if end, _ := SecretExpiry(credential); !end.Equal(until) {
		t.Errorf("with an unreadable file: ends %s", end)
	}

	writeTestFile(t, c.CertificateFile, second.certificate+second.key)
	l.accept = signedBy(l, second.public)
	if got := fetchPublicToken(t, credential); got != "entra-2" {
		t.Errorf("after the replacement: token %q", got)
	}
	if end, _ := SecretExpiry(credential); !end.Equal(second.until) {
		t.Errorf("after the replacement: ends %s, want %s", end, second.until)
	}

	credential.(interface{ Forget() }).Forget()
	if got := fetchPublicToken(t, credential); got != "entra-3" {
		t.Errorf("after Teams refused a token: token %q", got)
	}
}

func TestACertificateThatCannotBeUsedIsRefusedWithTheMend(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)
	own, other := newRSAKeyPair(t, until), newRSAKeyPair(t, until)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) string { return writeTestFile(t, filepath.Join(dir, name), text) }
	tests := map[string]struct{ file, password, want string }{
		"missing":          {filepath.Join(dir, "none.pem"), "", "give the path"},
		"a folder":         {dir, "", "is a directory"},
		"empty":            {file("empty.pem", ""), "", "no PEM file"},
		"no key":           {file("nokey.pem", own.certificate), "", "and its RSA key"},
		"no certificate":   {file("nocert.pem", own.key), "", "one certificate"},
		"two keys":         {file("two.pem", own.certificate+own.key+other.key), "", "and its RSA key"},
		"key of another":   {file("other.pem", own.certificate+other.key), "", "belongs to none"},
		"not RSA":          {file("curve.pem", newSelfSignedCertificate(t, &curve.PublicKey, curve, until)+encodePKCS8(t, curve)), "", "only RSA"},
		"encrypted key":    {file("locked.pem", own.certificate+"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "x", "openssl pkey"},
		"damaged":          {file("damaged.pem", own.certificate+strings.Replace(own.key, "M", "N", 1)), "", "must hold one certificate"},
		"wrong password":   {"testdata/test-only.pfx", "another " + pfxPassword, "check the password"},
		"no password":      {"testdata/test-only.pfx", "", "check the password"},
		"newer PKCS#12":    {"testdata/test-only-sha256.pfx", pfxPassword, "openssl pkcs12"},
		"nothing readable": {file("noise.pfx", "\x30\x82\xff\xff no certificate"), pfxPassword, "no PKCS#12 file"},
	}
	for name, test := range tests {
		_, err := NewCredential(CredentialConfig{Kind: Certificate, AppID: appID, Tenant: tenant, CertificateFile: test.file, Secret: test.password})
		if !errors.Is(err, ErrCertificate) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
			continue
		}
		if strings.Contains(err.Error(), pfxPassword) || strings.Contains(err.Error(), own.key[40:60]) {
			t.Errorf("%s: the error tells a secret", name)
		}
	}
}
