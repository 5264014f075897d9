package connector

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// ErrCertificate means that a certificate's file cannot be used. The text around it
// says what to do, and repeats nothing from the file nor its password.
var ErrCertificate = errors.New("connector: the certificate cannot be used")

// maxCertificateBytes is the largest file that is read, in bytes.
const maxCertificateBytes = 1 << 20

// certificateCredential proves itself with a key in a file. The file is read again for each
// token, about once an hour, so that a certificate which is replaced in time needs
// no restart. While what stands there cannot be read, the one read last is used.
type certificateCredential struct {
	config CredentialConfig

	mu         sync.Mutex // held over everything below
	fileHash   [sha256.Size]byte
	credential azcore.TokenCredential
	expiresAt  time.Time
}

func newCertificateCredential(config CredentialConfig) (*certificateCredential, error) {
	c := &certificateCredential{config: config}
	if err := c.reloadIfChanged(); err != nil {
		return nil, err
	}
	return c, nil
}

// reloadIfChanged reads the file and, if it is not the one read last, takes over what it holds.
func (c *certificateCredential) reloadIfChanged() error {
	data, err := readCertificateFile(c.config.CertificateFile)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(data)
	if c.credential != nil && hash == c.fileHash {
		return nil
	}
	chain, key, err := parseCertificate(data, c.config.Secret)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCertificate, c.config.CertificateFile, err)
	}
	fresh, err := azidentity.NewClientCertificateCredential(c.config.Tenant, c.config.AppID, chain, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: c.config.clientOptions(), DisableInstanceDiscovery: skipInstanceDiscovery})
	if err != nil {
		return fmt.Errorf("%w: %s: Microsoft's library refuses it; make a new RSA certificate", ErrCertificate, c.config.CertificateFile)
	}
	c.fileHash, c.credential, c.expiresAt = hash, fresh, chain[0].NotAfter
	return nil
}

func readCertificateFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; give the path of a PEM or PKCS#12 file that this program may read", ErrCertificate, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxCertificateBytes))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return data, nil
}

// Faults of a certificate's file. The libraries' own words are left out: they are
// written for programmers, and may quote what they could not read.
var (
	errEncryptedKey = errors.New("the key in this PEM file is encrypted; write it without encryption (openssl pkey -in key.pem -out plain.pem) " +
		"and let only the bot's account read it")
	errUnreadablePEM = errors.New("this PEM file must hold one certificate, with or without its chain, and its RSA key")
	errUnreadablePFX = errors.New("this is no PEM file, and no PKCS#12 file that opens with the password given; check the password. " +
		"A PKCS#12 file with a SHA-256 seal is not understood: turn it into PEM (openssl pkcs12 -in file.pfx -out file.pem -nodes) " +
		"and let only the bot's account read it")
	errNotRSA      = errors.New("its key is not RSA, and Entra takes only RSA; make a new certificate")
	errKeyMismatch = errors.New("its key belongs to none of its certificates; put the certificate that was uploaded to Entra and its own key in one file")
)

// parseCertificate gives the certificates, that of the key first, and the key.
func parseCertificate(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	unreadable := errUnreadablePFX
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		unreadable, password = errUnreadablePEM, ""
		if bytes.Contains(data, []byte("BEGIN ENCRYPTED PRIVATE KEY")) || bytes.Contains(data, []byte("Proc-Type: 4,ENCRYPTED")) {
			return nil, nil, errEncryptedKey
		}
	}
	chain, key, err := azidentity.ParseCertificates(data, []byte(password))
	if err != nil {
		return nil, nil, unreadable
	}
	own, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, nil, errNotRSA
	}
	for i, one := range chain {
		if own.PublicKey.Equal(one.PublicKey) {
			chain[0], chain[i] = chain[i], chain[0]
			return chain, key, nil
		}
	}
	return nil, nil, errKeyMismatch
}

// GetToken signs with the certificate that now stands in the file.
func (c *certificateCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return c.latestCredential().GetToken(ctx, options)
}

func (c *certificateCredential) latestCredential() azcore.TokenCredential {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.reloadIfChanged() // what was read last still holds; its end is what the operator watches
	return c.credential
}

// Forget drops all cached tokens.
func (c *certificateCredential) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fileHash = [sha256.Size]byte{}
	_ = c.reloadIfChanged()
}

func (c *certificateCredential) expires() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.expiresAt
}
