package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	signingAlgorithm = "RS256"
	// leeway covers clocks that differ. Platform rule: 5 minutes.
	leeway = 5 * time.Minute
	// tokenLimit bounds a token in bytes; those of the Connector have about 1,300.
	tokenLimit = 16 << 10
)

// bearer takes the token out of an Authorization header. The alphabet is
// checked here because base64 decoders skip line breaks, and two spellings of
// one token must not both pass.
func bearer(header string) (string, error) {
	header = strings.Trim(header, " \t")
	if header == "" {
		return "", refuse(ReasonMissing, nil)
	}
	scheme, token, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(ReasonMalformed, nil)
	}
	token = strings.TrimLeft(token, " ")
	if len(token) > tokenLimit || strings.Count(token, ".") != 2 || strings.ContainsFunc(token, notInToken) {
		return "", refuse(ReasonMalformed, nil)
	}
	return token, nil
}

func notInToken(r rune) bool {
	switch {
	case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
		return false
	}
	return true
}

// proof is what a verified token stands for.
type proof struct {
	key        signingKey
	issuer     string
	audience   []string
	serviceURL string
	notBefore  time.Time
	expires    time.Time
}

func (p proof) hasAudience(id string) bool { return slices.Contains(p.audience, id) }

// connectorClaims are the claims of a Connector token that matter here.
type connectorClaims struct {
	jwt.RegisteredClaims
	ServiceURL string `json:"serviceurl"`
}

// tokenReader verifies a token from scratch.
type tokenReader struct {
	issuer, audience string
	parser           *jwt.Parser
}

func newTokenReader(config ValidatorConfig) *tokenReader {
	return &tokenReader{
		issuer:   config.Issuer,
		audience: config.AppID,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{signingAlgorithm}),
			jwt.WithStrictDecoding(),
			jwt.WithLeeway(leeway),
			jwt.WithTimeFunc(config.Now),
			jwt.WithIssuer(config.Issuer),
			jwt.WithAudience(config.AppID),
			jwt.WithExpirationRequired(),
		),
	}
}

// read checks form, algorithm, key, signature and claims, in that order.
func (t *tokenReader) read(ctx context.Context, raw string, keys *Keys) (proof, uint64, error) {
	var (
		claims     connectorClaims
		key        signingKey
		generation uint64
	)
	token, err := t.parser.ParseWithClaims(raw, &claims, func(token *jwt.Token) (any, error) {
		kid, err := keyID(token.Header)
		if err != nil {
			return nil, err
		}
		if key, generation, err = keys.lookup(ctx, kid); err != nil {
			return nil, keyRefusal(err)
		}
		return key.public, nil
	})
	if err != nil {
		return proof{}, 0, t.refusal(err, token, &claims)
	}
	verified := proof{
		key:        key,
		issuer:     claims.Issuer,
		audience:   claims.Audience,
		serviceURL: claims.ServiceURL,
		expires:    claims.ExpiresAt.Time,
	}
	if claims.NotBefore != nil {
		verified.notBefore = claims.NotBefore.Time
	}
	return verified, generation, nil
}

// keyID finds the key id. A critical header is an extension that must be
// understood (RFC 7515, section 4.1.11); we understand none. "cty":"JWT", which
// real Connector tokens carry, is of no consequence.
func keyID(header map[string]any) (string, error) {
	if _, critical := header["crit"]; critical {
		return "", refuse(ReasonMalformed, nil)
	}
	kid, ok := header["kid"].(string)
	if !ok || kid == "" {
		return "", refuse(ReasonKid, nil)
	}
	return kid, nil
}

func keyRefusal(err error) error {
	if errors.Is(err, ErrUnknownKey) {
		return refuse(ReasonKid, err)
	}
	return refuse(ReasonKeysUnavailable, err)
}

// refusal gives the library's error its one reason. Where several claims are
// wrong, who issued the token for whom comes before when.
func (t *tokenReader) refusal(err error, token *jwt.Token, claims *connectorClaims) error {
	var own *Refusal
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, jwt.ErrTokenMalformed):
		return refuse(ReasonMalformed, err)
	case errors.Is(err, jwt.ErrTokenInvalidClaims):
		return refuse(t.wrongClaim(err, claims), err)
	case token == nil || token.Header["alg"] != signingAlgorithm:
		return refuse(ReasonAlgorithm, err)
	}
	return refuse(ReasonSignature, err)
}

func (t *tokenReader) wrongClaim(err error, claims *connectorClaims) Reason {
	switch {
	case claims.Issuer != t.issuer:
		return ReasonIssuer
	case !slices.Contains(claims.Audience, t.audience):
		return ReasonAudience
	case claims.ExpiresAt == nil:
		return ReasonLifetimeMissing
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return ReasonNotYetValid
	}
	return ReasonExpired
}
