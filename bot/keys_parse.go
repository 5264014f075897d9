package bot

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// Sizes of an acceptable RSA modulus in bits. Above the upper bound one
// signature check would cost more than an activity may.
const (
	minModulusBits = 2048
	maxModulusBits = 8192
)

// signingKey is one usable key of the issuer. Endorsements are the channel ids
// for which the issuer vouches with this key.
type signingKey struct {
	public       *rsa.PublicKey
	endorsements []string
}

func (k signingKey) endorses(channel string) bool { return slices.Contains(k.endorsements, channel) }

func (k signingKey) equal(other signingKey) bool {
	return k.public.Equal(other.public) && slices.Equal(k.endorsements, other.endorsements)
}

func equalKeys(a, b map[string]signingKey) bool { return maps.EqualFunc(a, b, signingKey.equal) }

// parseKeys reads a JWK set and keeps what can be used: one odd key must not
// cost us the others. It fails only when nothing is left.
func parseKeys(raw []byte) (map[string]signingKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	keys := make(map[string]signingKey, len(set.Keys))
	for _, one := range set.Keys {
		kid, key, err := parseKey(one)
		if err != nil {
			continue
		}
		if _, taken := keys[kid]; !taken {
			keys[kid] = key
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("none of %d keys can be used", len(set.Keys))
	}
	return keys, nil
}

func parseKey(raw []byte) (string, signingKey, error) {
	var jwk struct {
		Kty, Kid, Use, Alg, N, E string
		Endorsements             json.RawMessage
	}
	if err := json.Unmarshal(raw, &jwk); err != nil {
		return "", signingKey{}, err
	}
	switch {
	case jwk.Kty != "RSA":
		return "", signingKey{}, errors.New("not an RSA key")
	case jwk.Kid == "":
		return "", signingKey{}, errors.New("no key id")
	case jwk.Use != "" && jwk.Use != "sig":
		return "", signingKey{}, errors.New("not a signing key")
	case jwk.Alg != "" && jwk.Alg != signingAlgorithm:
		return "", signingKey{}, errors.New("key is for another algorithm")
	}
	public, err := parseRSAKey(jwk.N, jwk.E)
	if err != nil {
		return "", signingKey{}, err
	}
	key := signingKey{public: public}
	// Endorsements of another shape vouch for nothing; the key stays, and every
	// activity signed with it is refused for want of an endorsement.
	if err := json.Unmarshal(jwk.Endorsements, &key.endorsements); err != nil {
		key.endorsements = nil
	}
	slices.Sort(key.endorsements)
	return jwk.Kid, key, nil
}

func parseRSAKey(modulus, exponent string) (*rsa.PublicKey, error) {
	n, err := parseBase64Int(modulus)
	if err != nil {
		return nil, fmt.Errorf("modulus: %w", err)
	}
	e, err := parseBase64Int(exponent)
	if err != nil {
		return nil, fmt.Errorf("exponent: %w", err)
	}
	if bits := n.BitLen(); bits < minModulusBits || bits > maxModulusBits || n.Bit(0) == 0 {
		return nil, fmt.Errorf("modulus of %d bits is refused", bits)
	}
	if !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
		return nil, errors.New("exponent is refused")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func parseBase64Int(s string) (*big.Int, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, err
	}
	return new(big.Int).SetBytes(raw), nil
}
