package bot

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"
)

// teamsChannel is the only channel this bot listens to.
const teamsChannel = "msteams"

// Reason says why an activity was refused. It is a metric label: the set is closed.
type Reason string

// The reasons for which a token is refused.
const (
	ReasonMissing           Reason = "missing"
	ReasonMalformed         Reason = "malformed"
	ReasonAlgorithm         Reason = "algorithm"
	ReasonKeysUnavailable   Reason = "keys_unavailable" // the issuer never answered so far
	ReasonKeyID             Reason = "kid"
	ReasonSignature         Reason = "signature"
	ReasonIssuer            Reason = "issuer"
	ReasonAudience          Reason = "audience"
	ReasonLifetimeMissing   Reason = "lifetime_missing"
	ReasonExpired           Reason = "expired"
	ReasonNotYetValid       Reason = "not_yet_valid"
	ReasonChannel           Reason = "channel"
	ReasonEndorsement       Reason = "endorsement"
	ReasonServiceURLMissing Reason = "service_url_missing"
	ReasonServiceURL        Reason = "service_url_mismatch"
	ReasonServiceURLHost    Reason = "service_url_not_allowed"
	ReasonTenant            Reason = "tenant"
)

// Reasons lists every reason for which a token can be refused.
func Reasons() []Reason {
	return []Reason{
		ReasonMissing, ReasonMalformed, ReasonAlgorithm, ReasonKeysUnavailable, ReasonKeyID, ReasonSignature,
		ReasonIssuer, ReasonAudience, ReasonLifetimeMissing, ReasonExpired, ReasonNotYetValid, ReasonChannel,
		ReasonEndorsement, ReasonServiceURLMissing, ReasonServiceURL, ReasonServiceURLHost, ReasonTenant,
	}
}

// AuthError is the error of every refused token. Its text holds nothing of the
// token or the activity.
type AuthError struct {
	Reason Reason
	Err    error // may be nil
}

func (r *AuthError) Error() string { return "inbound token refused: " + string(r.Reason) }

func (r *AuthError) Unwrap() error { return r.Err }

func newAuthError(reason Reason, err error) error { return &AuthError{Reason: reason, Err: err} }

// ValidatorConfig says who may speak to this bot. All fields up to Now must be set.
type ValidatorConfig struct {
	AppID       string // the bot's app id: the audience
	Tenant      string // the authority's Entra tenant id
	Issuer      string // the exact iss claim
	MetadataURL string // the address of the OpenID metadata document

	// ServiceURLAllowed says whether replies may go to this service URL; our
	// own bearer token will be sent there. In production: connector.AllowedHosts.
	ServiceURLAllowed func(string) bool

	HTTP *http.Client // for the metadata and the keys
	Now  func() time.Time

	KeyMaxAge    time.Duration    // zero: 24 hours
	CacheSize    int              // verified tokens remembered; zero: 4096
	OnKeyRefresh func(KeyRefresh) // may be nil
}

// Validator decides whether an activity comes from Teams and from our tenant. It is
// safe for concurrent use and is msbotbuilder-go's auth.TokenValidator.
type Validator struct {
	config   ValidatorConfig
	keys     *KeyCache
	verifier *tokenVerifier
	cache    *tokenCache
}

// NewValidator refuses a configuration with a gap: an empty issuer or audience
// would otherwise mean "any".
func NewValidator(config ValidatorConfig) (*Validator, error) {
	var missing []string
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"AppID", config.AppID != ""}, {"Tenant", config.Tenant != ""}, {"Issuer", config.Issuer != ""},
		{"MetadataURL", config.MetadataURL != ""}, {"ServiceURLAllowed", config.ServiceURLAllowed != nil},
		{"HTTP", config.HTTP != nil}, {"Now", config.Now != nil},
	} {
		if !field.set {
			missing = append(missing, field.name)
		}
	}
	if len(missing) > 0 {
		return nil, errors.New("bot: the token validator needs " + strings.Join(missing, ", "))
	}
	if config.CacheSize <= 0 {
		config.CacheSize = 4096
	}
	return &Validator{
		config:   config,
		keys:     NewKeyCache(config.MetadataURL, config.HTTP, config.Now, config.KeyMaxAge, config.OnKeyRefresh),
		verifier: newTokenVerifier(config),
		cache:    newTokenCache(config.CacheSize),
	}, nil
}

// Keys gives access to the signing keys, to fetch them at start and to report on them.
func (v *Validator) Keys() *KeyCache { return v.keys }

// VerifyToken is the half of the check that needs no activity: whether the header
// carries a token of the issuer's for this bot. It says nothing of the activity that comes with it.
func (v *Validator) VerifyToken(ctx context.Context, authorization string) error {
	_, err := v.verifyTokenInHeader(ctx, authorization)
	return err
}

// origin is what an activity says about where it comes from.
type origin struct {
	channel            string
	serviceURL         string
	channelTenant      string // channelData.tenant.id
	conversationTenant string // conversation.tenantId
	// senderTenant is from.tenantId: in a channel shared with others, people of other
	// authorities bring their own along.
	senderTenant string
}

func (v *Validator) verifyHeader(ctx context.Context, authorization string, from origin) (verifiedToken, error) {
	proven, err := v.verifyTokenInHeader(ctx, authorization)
	if err != nil {
		return verifiedToken{}, err
	}
	return proven, v.matchActivity(proven, from)
}

func (v *Validator) verifyTokenInHeader(ctx context.Context, authorization string) (verifiedToken, error) {
	token, err := bearerToken(authorization)
	if err != nil {
		return verifiedToken{}, err
	}
	return v.verifyToken(ctx, token)
}

// verifyToken returns what the token proves, from memory when the same token was
// verified before under the same keys.
func (v *Validator) verifyToken(ctx context.Context, token string) (verifiedToken, error) {
	v.keys.refreshIfStale()
	sum := sha256.Sum256([]byte(token))
	if known, ok := v.cache.get(sum, v.keys.Generation(), v.config.Now()); ok {
		return known, nil
	}
	fresh, generation, err := v.verifier.verify(ctx, token, v.keys)
	if err != nil {
		return verifiedToken{}, err
	}
	v.cache.put(sum, generation, fresh)
	return fresh, nil
}

// matchActivity holds the token against this very activity; it runs on every request.
func (v *Validator) matchActivity(p verifiedToken, from origin) error {
	switch {
	case !p.hasAudience(v.config.AppID):
		return newAuthError(ReasonAudience, nil)
	case from.channel != teamsChannel:
		return newAuthError(ReasonChannel, nil)
	case !p.key.endorses(from.channel):
		return newAuthError(ReasonEndorsement, nil)
	case p.serviceURL == "" || from.serviceURL == "":
		return newAuthError(ReasonServiceURLMissing, nil)
	case strings.TrimRight(p.serviceURL, "/") != strings.TrimRight(from.serviceURL, "/"):
		return newAuthError(ReasonServiceURL, nil)
	case !v.config.ServiceURLAllowed(from.serviceURL):
		return newAuthError(ReasonServiceURLHost, nil)
	case !v.isOurTenant(from):
		return newAuthError(ReasonTenant, nil)
	}
	return nil
}

// isOurTenant reports whether every tenant the activity names is the configured one,
// and at least one is named. Tenant ids are GUIDs: letter case means nothing.
func (v *Validator) isOurTenant(from origin) bool {
	if from.channelTenant == "" && from.conversationTenant == "" {
		return false
	}
	for _, named := range []string{from.channelTenant, from.conversationTenant, from.senderTenant} {
		if named != "" && !strings.EqualFold(named, v.config.Tenant) {
			return false
		}
	}
	return true
}
