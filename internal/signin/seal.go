package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// minSecret is how many characters the secret has at least from which the key follows.
const minSecret = 16

// sealer seals values so that nobody else can read or change them.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret string) (sealer, error) {
	if len(secret) < minSecret {
		return sealer{}, errors.New("signin: the client secret has fewer than 16 characters")
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "challengebot pages: sealed values", 32)
	if err != nil {
		return sealer{}, fmt.Errorf("signin: a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("signin: a cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fmt.Errorf("signin: a cipher: %w", err)
	}
	return sealer{aead}, nil
}

// seal seals a value for a purpose and for somebody.
func (s sealer) seal(purpose, person string, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("signin: a %T cannot be written", v)) // only this program's own types come here
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, text, boundTo(purpose, person)))
}

// open opens what was sealed for that purpose and that person; false for everything else.
func (s sealer) open(purpose, person, sealed string, v any) bool {
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return false
	}
	text, err := s.aead.Open(nil, nil, data, boundTo(purpose, person))
	return err == nil && json.Unmarshal(text, v) == nil
}

func boundTo(purpose, person string) []byte { return []byte(purpose + "\x00" + person) }
