package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"
)

const (
	signingAlgorithm = "RS256"
	// clockLeeway covers clocks that differ. Platform rule: 5 minutes.
	clockLeeway = 5 * time.Minute
	// maxTokenBytes bounds a token in bytes; those of the Connector have about 1,300.
	maxTokenBytes = 16 << 10
)

// bearerToken takes the token out of an Authorization header. The alphabet is
// checked here because base64 decoders skip line breaks, and two spellings of
// one token must not both pass.
func bearerToken(header string) (string, error) {
	header = strings.Trim(header, " \t")
	if header == "" {
		return "", newAuthError(ReasonMissing, nil)
	}
	scheme, token, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", newAuthError(ReasonMalformed, nil)
	}
	token = strings.TrimLeft(token, " ")
	if len(token) > maxTokenBytes || strings.Count(token, ".") != 2 || strings.ContainsFunc(token, isInvalidTokenRune) {
		return "", newAuthError(ReasonMalformed, nil)
	}
	return token, nil
}

func isInvalidTokenRune(r rune) bool {
	switch {
	case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
		return false
	}
	return true
}

// verifiedToken is what a verified token stands for.
type verifiedToken struct {
	key        signingKey
	issuer     string
	audience   []string
	serviceURL string
	notBefore  time.Time
	expires    time.Time
}

func (p verifiedToken) hasAudience(id string) bool { return slices.Contains(p.audience, id) }

// connectorClaims are the claims of a Connector token that matter here.
type connectorClaims struct {
	jwt.RegisteredClaims
	ServiceURL string
}

// UnmarshalJSON takes each claim under its exact name and in its exact type. encoding/json
// alone would take "serviceUrl" for "serviceurl", and the library a text for a time.
func (c *connectorClaims) UnmarshalJSON(raw []byte) error {
	var named struct {
		Issuer     string         `json:"iss"`
		Audience   jsontext.Value `json:"aud"`
		Expires    jsontext.Value `json:"exp"`
		NotBefore  jsontext.Value `json:"nbf"`
		ServiceURL string         `json:"serviceurl"`
	}
	if err := jsonv2.Unmarshal(raw, &named); err != nil {
		return err
	}
	c.Issuer, c.ServiceURL = named.Issuer, named.ServiceURL
	return errors.Join(readAudience(named.Audience, &c.Audience), readTime(named.Expires, &c.ExpiresAt), readTime(named.NotBefore, &c.NotBefore))
}

// readAudience reads one audience or a list of them.
func readAudience(raw jsontext.Value, into *jwt.ClaimStrings) error {
	if isAbsent(json.RawMessage(raw)) {
		return nil
	}
	all := []jsontext.Value{raw}
	if raw.Kind() == '[' {
		if err := jsonv2.Unmarshal(raw, &all); err != nil {
			return err
		}
	}
	for _, one := range all {
		if one.Kind() != '"' {
			return errors.New("an audience that is no text")
		}
		var audience string
		if err := jsonv2.Unmarshal(one, &audience); err != nil {
			return err
		}
		*into = append(*into, audience)
	}
	return nil
}

// readTime reads a number of seconds since 1970.
func readTime(raw jsontext.Value, into **jwt.NumericDate) error {
	if isAbsent(json.RawMessage(raw)) {
		return nil
	}
	if raw.Kind() != '0' {
		return errors.New("a time that is no number")
	}
	*into = &jwt.NumericDate{}
	return (*into).UnmarshalJSON(raw)
}

// tokenVerifier verifies a token from scratch.
type tokenVerifier struct {
	issuer, audience string
	parser           *jwt.Parser
}

func newTokenVerifier(config ValidatorConfig) *tokenVerifier {
	return &tokenVerifier{
		issuer:   config.Issuer,
		audience: config.AppID,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{signingAlgorithm}),
			jwt.WithStrictDecoding(),
			jwt.WithLeeway(clockLeeway),
			jwt.WithTimeFunc(config.Now),
			jwt.WithIssuer(config.Issuer),
			jwt.WithAudience(config.AppID),
			jwt.WithExpirationRequired(),
		),
	}
}

// verify checks form, algorithm, key, signature and claims, in that order.
func (v *tokenVerifier) verify(ctx context.Context, raw string, keys *KeyCache) (verifiedToken, uint64, error) {
	var (
		claims     connectorClaims
		key        signingKey
		generation uint64
	)
	token, err := v.parser.ParseWithClaims(raw, &claims, func(token *jwt.Token) (any, error) {
		kid, err := keyIDFromHeader(token.Header)
		if err != nil {
			return nil, err
		}
		if key, generation, err = keys.lookup(ctx, kid); err != nil {
			return nil, keyLookupError(err)
		}
		return key.public, nil
	})
	if err != nil {
		return verifiedToken{}, 0, v.classifyError(err, token, &claims)
	}
	verified := verifiedToken{
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

// keyIDFromHeader finds the key id. A critical header is an extension that must be
// understood (RFC 7515, section 4.1.11); we understand none. "cty":"JWT", which
// real Connector tokens carry, is of no consequence.
func keyIDFromHeader(header map[string]any) (string, error) {
	if _, critical := header["crit"]; critical {
		return "", newAuthError(ReasonMalformed, nil)
	}
	kid, ok := header["kid"].(string)
	if !ok || kid == "" {
		return "", newAuthError(ReasonKeyID, nil)
	}
	return kid, nil
}

func keyLookupError(err error) error {
	if errors.Is(err, ErrUnknownKey) {
		return newAuthError(ReasonKeyID, err)
	}
	return newAuthError(ReasonKeysUnavailable, err)
}

// classifyError gives the library's error its one reason. Where several claims are
// wrong, who issued the token for whom comes before when.
func (v *tokenVerifier) classifyError(err error, token *jwt.Token, claims *connectorClaims) error {
	var own *AuthError
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, jwt.ErrTokenMalformed):
		return newAuthError(ReasonMalformed, err)
	case errors.Is(err, jwt.ErrTokenInvalidClaims):
		return newAuthError(v.reasonForClaims(err, claims), err)
	case token == nil || token.Header["alg"] != signingAlgorithm:
		return newAuthError(ReasonAlgorithm, err)
	}
	return newAuthError(ReasonSignature, err)
}

func (v *tokenVerifier) reasonForClaims(err error, claims *connectorClaims) Reason {
	switch {
	case claims.Issuer != v.issuer:
		return ReasonIssuer
	case !slices.Contains(claims.Audience, v.audience):
		return ReasonAudience
	case claims.ExpiresAt == nil:
		return ReasonLifetimeMissing
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return ReasonNotYetValid
	}
	return ReasonExpired
}
