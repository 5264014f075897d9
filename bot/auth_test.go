package bot

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"pgregory.net/rapid"
)

// badTurn is one request that must not reach the handler.
type badTurn struct {
	name   string
	want   Reason
	token  func(*forgery)             // changes the token before it is signed
	header func(signed string) string // changes the Authorization header after that
	turn   func(*Activity)
}

func claim(name string, value any) func(*forgery) {
	return func(f *forgery) { f.claims[name] = value }
}

func without(name string) func(*forgery) {
	return func(f *forgery) { delete(f.claims, name) }
}

func head(name string, value any) func(*forgery) {
	return func(f *forgery) { f.header[name] = value }
}

func signedWith(method jwt.SigningMethod, key any) func(*forgery) {
	return func(f *forgery) { f.method, f.key = method, key }
}

// service moves both the claim and the activity to another service URL.
func service(raw string) badTurn {
	return badTurn{name: "service " + raw, want: ReasonServiceURLHost,
		token: claim("serviceurl", raw), turn: func(a *Activity) { a.ServiceURL = raw }}
}

func segments(change func(parts []string) []string) func(string) string {
	return func(signed string) string {
		parts := change(strings.Split(strings.TrimPrefix(signed, "Bearer "), "."))
		return "Bearer " + strings.Join(parts, ".")
	}
}

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func badTurns(t testing.TB) []badTurn {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&keyOne().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	now := newClock().Now()
	turns := []badTurn{
		// The header.
		{name: "no header", want: ReasonMissing, header: func(string) string { return "" }},
		{name: "blank header", want: ReasonMissing, header: func(string) string { return " \t " }},
		{name: "no scheme", want: ReasonMalformed, header: func(s string) string { return strings.TrimPrefix(s, "Bearer ") }},
		{name: "basic scheme", want: ReasonMalformed, header: func(s string) string { return strings.Replace(s, "Bearer", "Basic", 1) }},
		{name: "scheme alone", want: ReasonMalformed, header: func(string) string { return "Bearer" }},
		{name: "two tokens", want: ReasonMalformed, header: func(s string) string { return s + " " + s }},
		{name: "comma list", want: ReasonMalformed, header: func(s string) string { return s + ", " + s }},
		{name: "not a token", want: ReasonMalformed, header: func(string) string { return "Bearer hello" }},
		{name: "empty segments", want: ReasonMalformed, header: func(string) string { return "Bearer .." }},
		{name: "two segments", want: ReasonMalformed, header: segments(func(p []string) []string { return p[:2] })},
		{name: "four segments", want: ReasonMalformed, header: segments(func(p []string) []string { return append(p, p[2]) })},
		{name: "padded", want: ReasonMalformed, header: func(s string) string { return s + "==" }},
		{name: "line break inside", want: ReasonMalformed, header: func(s string) string { return s[:40] + "\n" + s[40:] }},
		{name: "larger than any token", want: ReasonMalformed, header: func(s string) string { return s + strings.Repeat("A", tokenLimit) }},
		{name: "header not JSON", want: ReasonMalformed, header: segments(func(p []string) []string { p[0] = encoded("{"); return p })},
		{name: "header null", want: ReasonAlgorithm, header: segments(func(p []string) []string { p[0] = encoded("null"); return p })},
		{name: "claims not JSON", want: ReasonMalformed, header: segments(func(p []string) []string { p[1] = encoded("claims"); return p })},
		{name: "critical extension", want: ReasonMalformed, token: head("crit", []string{"exp"})},
		// The algorithm.
		{name: "none", want: ReasonAlgorithm, token: signedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)},
		{name: "none in capitals", want: ReasonAlgorithm, token: head("alg", "NONE")},
		{name: "algorithm in small letters", want: ReasonAlgorithm, token: head("alg", "rs256")},
		{name: "algorithm a number", want: ReasonAlgorithm, token: head("alg", 256)},
		{name: "HMAC with the public key", want: ReasonAlgorithm, token: signedWith(jwt.SigningMethodHS256, public)},
		{name: "RS512", want: ReasonAlgorithm, token: signedWith(jwt.SigningMethodRS512, keyOne())},
		{name: "PS256", want: ReasonAlgorithm, token: signedWith(jwt.SigningMethodPS256, keyOne())},
		{name: "ES256", want: ReasonAlgorithm, token: signedWith(jwt.SigningMethodES256, ec)},
		// The key.
		{name: "no kid", want: ReasonKid, token: func(f *forgery) { delete(f.header, "kid") }},
		{name: "kid a number", want: ReasonKid, token: head("kid", 1)},
		{name: "kid empty", want: ReasonKid, token: head("kid", "")},
		{name: "kid unknown", want: ReasonKid, token: head("kid", "three")},
		{name: "kid a path", want: ReasonKid, token: head("kid", "../../../../dev/null")},
		{name: "own key in the header", want: ReasonKid, token: func(f *forgery) {
			f.header["kid"], f.header["jwk"], f.key = "mine", jwk("mine", keyAlien(), "msteams"), keyAlien()
		}},
		{name: "own key set in the header", want: ReasonKid, token: func(f *forgery) {
			f.header["kid"], f.header["jku"], f.key = "mine", "https://attacker.example/keys", keyAlien()
		}},
		// The signature.
		{name: "signed by a stranger", want: ReasonSignature, token: func(f *forgery) { f.key = keyAlien() }},
		{name: "signed with another key of the issuer", want: ReasonSignature, token: func(f *forgery) { f.key = keyTwo() }},
		{name: "claims exchanged", want: ReasonSignature, header: segments(func(p []string) []string {
			p[1] = encoded(`{"iss":"` + PublicIssuer + `","aud":"` + testApp + `","exp":99999999999}`)
			return p
		})},
		{name: "signature empty", want: ReasonSignature, header: segments(func(p []string) []string { p[2] = ""; return p })},
		{name: "signature of zeros", want: ReasonSignature, header: segments(func(p []string) []string { p[2] = strings.Repeat("A", 342); return p })},
		{name: "signature with spare bits set", want: ReasonMalformed, header: func(s string) string { return s[:len(s)-1] + spareBit(s[len(s)-1]) }},
		// The claims.
		{name: "issuer missing", want: ReasonIssuer, token: without("iss")},
		{name: "issuer Entra", want: ReasonIssuer, token: claim("iss", "https://sts.windows.net/"+testTenant+"/")},
		{name: "issuer with slash", want: ReasonIssuer, token: claim("iss", PublicIssuer+"/")},
		{name: "issuer of another cloud", want: ReasonIssuer, token: claim("iss", "https://api.botframework.us")},
		{name: "issuer a list", want: ReasonMalformed, token: claim("iss", []string{PublicIssuer})},
		{name: "audience missing", want: ReasonAudience, token: without("aud")},
		{name: "audience another bot", want: ReasonAudience, token: claim("aud", otherTenant)},
		{name: "audience the connector", want: ReasonAudience, token: claim("aud", "https://api.botframework.com")},
		{name: "audience as api URI", want: ReasonAudience, token: claim("aud", "api://"+testApp)},
		{name: "audience list without us", want: ReasonAudience, token: claim("aud", []string{"a", "b"})},
		{name: "no expiry", want: ReasonLifetimeMissing, token: without("exp")},
		{name: "expiry in words", want: ReasonMalformed, token: claim("exp", "tomorrow")},
		{name: "expired beyond the leeway", want: ReasonExpired, token: claim("exp", now.Add(-leeway).Unix())},
		{name: "expired long ago", want: ReasonExpired, token: claim("exp", 1)},
		{name: "not yet valid beyond the leeway", want: ReasonNotYetValid, token: claim("nbf", now.Add(leeway+time.Second).Unix())},
		// The channel and its endorsement.
		{name: "channel missing", want: ReasonChannel, turn: func(a *Activity) { a.ChannelID = "" }},
		{name: "channel emulator", want: ReasonChannel, turn: func(a *Activity) { a.ChannelID = "emulator" }},
		{name: "channel endorsed but not ours", want: ReasonChannel, turn: func(a *Activity) { a.ChannelID = "webchat" }},
		{name: "channel in capitals", want: ReasonChannel, turn: func(a *Activity) { a.ChannelID = "MSTeams" }},
		{name: "key endorsed for another channel", want: ReasonEndorsement, token: withKid("web", keyTwo())},
		{name: "key without endorsements", want: ReasonEndorsement, token: withKid("bare", keyTwo())},
		// The service URL.
		{name: "service URL not in the token", want: ReasonServiceURLMissing, token: without("serviceurl")},
		{name: "service URL not in the activity", want: ReasonServiceURLMissing, turn: func(a *Activity) { a.ServiceURL = "" }},
		{name: "service URL in neither", want: ReasonServiceURLMissing, token: without("serviceurl"), turn: func(a *Activity) { a.ServiceURL = "" }},
		{name: "service URL elsewhere", want: ReasonServiceURL, turn: func(a *Activity) { a.ServiceURL = "https://attacker.example/" }},
		{name: "service URL of another region", want: ReasonServiceURL, turn: func(a *Activity) { a.ServiceURL = strings.Replace(testService, "emea", "amer", 1) }},
		{name: "service URL in capitals", want: ReasonServiceURL, turn: func(a *Activity) { a.ServiceURL = strings.ToUpper(testService) }},
		service("https://attacker.example/emea/"), service("http://smba.trafficmanager.net/emea/"),
		service("https://user@smba.trafficmanager.net/emea/"), service("https://smba.trafficmanager.net:8443/emea/"),
		service("https://smba.trafficmanager.net.attacker.example/"), service("https://smba.trafficmanager.net/emea/?to=x"),
		// The tenant.
		{name: "no tenant", want: ReasonTenant, turn: func(a *Activity) { a.ChannelData.Tenant.ID, a.Conversation.TenantID = "", "" }},
		{name: "other tenant", want: ReasonTenant, turn: func(a *Activity) { a.ChannelData.Tenant.ID, a.Conversation.TenantID = otherTenant, otherTenant }},
		{name: "other tenant in the conversation", want: ReasonTenant, turn: func(a *Activity) { a.Conversation.TenantID = otherTenant }},
		{name: "other tenant in the channel data", want: ReasonTenant, turn: func(a *Activity) { a.ChannelData.Tenant.ID = otherTenant }},
		{name: "other tenant alone", want: ReasonTenant, turn: func(a *Activity) { a.ChannelData.Tenant.ID, a.Conversation.TenantID = "", otherTenant }},
	}
	return turns
}

// spareBit changes the last letter of a 256-byte signature in a bit that does
// not belong to the signature.
func spareBit(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, last)^1])
}

func badTurnKeys() []any {
	return []any{
		jwk("one", keyOne(), "msteams", "webchat"), jwk("web", keyTwo(), "webchat"), jwk("bare", keyTwo()),
	}
}

func (b badTurn) build(t testing.TB, g gate) (string, Activity) {
	t.Helper()
	var changes []func(*forgery)
	if b.token != nil {
		changes = append(changes, b.token)
	}
	header, a := g.token(t, changes...), goodActivity()
	if b.header != nil {
		header = b.header(header)
	}
	if b.turn != nil {
		b.turn(&a)
	}
	return header, a
}

func TestBadTokensAreRefusedWithTheirReason(t *testing.T) {
	t.Parallel()
	g := newGate(t, badTurnKeys()...)
	for _, bad := range badTurns(t) {
		t.Run(bad.name, func(t *testing.T) {
			header, a := bad.build(t, g)
			for _, when := range []string{"at first sight", "again"} {
				if got := reasonFrom(g.Verify(t.Context(), header, a)); got != bad.want {
					t.Errorf("%s: reason %q, want %q", when, got, bad.want)
				}
			}
		})
	}
}

func TestGoodTokensAreAccepted(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	now := g.clock.Now()
	tests := []struct {
		name  string
		token func(*forgery)
		turn  func(*Activity)
	}{
		{name: "as Teams sends it"},
		{name: "without cty", token: func(f *forgery) { delete(f.header, "cty") }},
		{name: "without nbf", token: without("nbf")},
		{name: "several audiences", token: claim("aud", []string{"x", testApp})},
		{name: "expired within the leeway", token: claim("exp", now.Add(-leeway+time.Second).Unix())},
		{name: "valid from a moment within the leeway", token: claim("nbf", now.Add(leeway).Unix())},
		{name: "slash in the claim alone", turn: func(a *Activity) { a.ServiceURL = strings.TrimRight(testService, "/") }},
		{name: "slash in the activity alone", token: claim("serviceurl", strings.TrimRight(testService, "/"))},
		{name: "port 443 written out", token: claim("serviceurl", "https://smba.trafficmanager.net:443/x"),
			turn: func(a *Activity) { a.ServiceURL = "https://smba.trafficmanager.net:443/x" }},
		{name: "tenant in the conversation alone", turn: func(a *Activity) { a.ChannelData.Tenant.ID = "" }},
		{name: "tenant in the channel data alone", turn: func(a *Activity) { a.Conversation.TenantID = "" }},
		{name: "tenant in capitals", turn: func(a *Activity) { a.Conversation.TenantID = strings.ToUpper(testTenant) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header, a := badTurn{token: tt.token, turn: tt.turn}.build(t, g)
			for _, when := range []string{"at first sight", "again"} {
				if err := g.Verify(t.Context(), header, a); err != nil {
					t.Errorf("%s: %v", when, err)
				}
			}
		})
	}
	if err := g.Verify(t.Context(), strings.Replace(g.token(t), "Bearer", "bearer", 1), goodActivity()); err != nil {
		t.Errorf("scheme in small letters: %v", err)
	}
}

func TestRememberedTokenStillMeetsEveryComparison(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := g.token(t)
	if err := g.Verify(t.Context(), token, goodActivity()); err != nil {
		t.Fatal(err)
	}
	tests := map[Reason]func(*Activity){
		ReasonServiceURL:        func(a *Activity) { a.ServiceURL = "https://smba.trafficmanager.net/amer/" },
		ReasonServiceURLMissing: func(a *Activity) { a.ServiceURL = "" },
		ReasonChannel:           func(a *Activity) { a.ChannelID = "webchat" },
		ReasonTenant:            func(a *Activity) { a.Conversation.TenantID = otherTenant },
	}
	for want, change := range tests {
		a := goodActivity()
		change(&a)
		if got := reasonFrom(g.Verify(t.Context(), token, a)); got != want {
			t.Errorf("reason %q, want %q", got, want)
		}
	}
	if err := g.Verify(t.Context(), token, goodActivity()); err != nil {
		t.Errorf("the token itself: %v", err)
	}
}

func TestRememberedTokenIsReallyRemembered(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := g.token(t)
	if err := g.Verify(t.Context(), token, goodActivity()); err != nil {
		t.Fatal(err)
	}
	raw := strings.TrimPrefix(token, "Bearer ")
	if _, ok := g.cache.get(sha256.Sum256([]byte(raw)), g.Keys().Generation(), g.clock.Now()); !ok {
		t.Error("a verified token is not in the cache")
	}
	other := raw[:len(raw)-5] + "AAAAA"
	if _, ok := g.cache.get(sha256.Sum256([]byte(other)), g.Keys().Generation(), g.clock.Now()); ok {
		t.Error("a token that differs in its signature is in the cache")
	}
}

func TestRememberedTokenEndsWithItsLifetime(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := g.token(t) // valid for an hour
	for _, step := range []struct {
		by   time.Duration
		want Reason
	}{
		{0, ""}, {time.Hour - time.Second, ""}, {time.Second, ""}, {leeway - time.Second, ""}, {time.Second, ReasonExpired},
	} {
		g.clock.Advance(step.by)
		if got := reasonFrom(g.Verify(t.Context(), token, goodActivity())); got != step.want {
			t.Errorf("%v later: reason %q, want %q", step.by, got, step.want)
		}
	}
}

func TestTokenCacheStaysWithinItsBoundAndKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	c := newTokenCache(10)
	p := proof{expires: now.Add(time.Hour)}
	hot := sha256.Sum256([]byte("hot"))
	c.put(hot, 1, p)
	for i := range 1000 {
		c.put(sha256.Sum256(fmt.Append(nil, i)), 1, p)
		if c.size() > 10 {
			t.Fatalf("%d entries, bound is 10", c.size())
		}
		if _, ok := c.get(hot, 1, now); !ok {
			t.Fatalf("the token in use was dropped after %d others", i+1)
		}
	}
}

func TestTokenCacheForgetsOlderGenerations(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	c := newTokenCache(10)
	p := proof{expires: now.Add(time.Hour)}
	first, second := sha256.Sum256([]byte("1")), sha256.Sum256([]byte("2"))
	c.put(first, 1, p)
	c.put(second, 2, p)
	c.put(first, 1, p) // a slow turn that began under the old keys
	for _, generation := range []uint64{1, 2} {
		if _, ok := c.get(first, generation, now); ok {
			t.Errorf("a proof of generation 1 is found under %d", generation)
		}
	}
	if _, ok := c.get(second, 2, now); !ok {
		t.Error("a proof of the generation in use is not found")
	}
}

func TestMutatedTokensAreNeverAccepted(t *testing.T) {
	t.Parallel()
	g := newGate(t, badTurnKeys()...)
	good := g.token(t)
	if err := g.Verify(t.Context(), good, goodActivity()); err != nil {
		t.Fatal(err)
	}
	letters := rapid.SampledFrom([]rune("ABCXYZabcxyz0189-_.=+/ \n\x00é{}\""))
	rapid.Check(t, func(t *rapid.T) {
		mutated := []rune(good)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			at := rapid.IntRange(len("Bearer "), len(mutated)-1).Draw(t, "at")
			letter := letters.Draw(t, "letter")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				mutated[at] = letter
			case 1:
				mutated = append(mutated[:at], mutated[at+1:]...)
			case 2:
				mutated = append(mutated[:at], append([]rune{letter}, mutated[at:]...)...)
			}
		}
		header := string(mutated)
		if strings.Trim(header, " \t") == good || strings.Join(strings.Fields(header), " ") == good {
			return // space around a token is no part of it
		}
		if err := g.Verify(context.Background(), header, goodActivity()); err == nil {
			t.Fatalf("accepted %q", header)
		}
	})
}

func TestValidatorNeedsItsWholeConfiguration(t *testing.T) {
	t.Parallel()
	whole := ValidatorConfig{
		AppID: testApp, Tenant: testTenant, Issuer: PublicIssuer, MetadataURL: PublicMetadataURL,
		ServiceURLAllowed: ServiceURLHosts(SmbaHosts()...), HTTP: http.DefaultClient, Now: time.Now,
	}
	if _, err := NewValidator(whole); err != nil {
		t.Fatal(err)
	}
	for name, drop := range map[string]func(*ValidatorConfig){
		"AppID":             func(c *ValidatorConfig) { c.AppID = "" },
		"Tenant":            func(c *ValidatorConfig) { c.Tenant = "" },
		"Issuer":            func(c *ValidatorConfig) { c.Issuer = "" },
		"MetadataURL":       func(c *ValidatorConfig) { c.MetadataURL = "" },
		"ServiceURLAllowed": func(c *ValidatorConfig) { c.ServiceURLAllowed = nil },
		"HTTP":              func(c *ValidatorConfig) { c.HTTP = nil },
		"Now":               func(c *ValidatorConfig) { c.Now = nil },
	} {
		c := whole
		drop(&c)
		if _, err := NewValidator(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error %v, want one that names it", name, err)
		}
	}
}

func TestServiceURLHostsAllowsExactlyTheListedHosts(t *testing.T) {
	t.Parallel()
	allowed := ServiceURLHosts("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com")
	for raw, want := range map[string]bool{
		"https://smba.trafficmanager.net/emea/":               true,
		"https://smba.trafficmanager.net":                     true,
		"https://smba.trafficmanager.net:443/teams":           true,
		"https://smba.infra.gcc.teams.microsoft.com/teams":    true,
		"https://smba.infra.gov.teams.microsoft.us/teams":     false,
		"http://smba.trafficmanager.net/":                     false,
		"https://smba.trafficmanager.net:80/":                 false,
		"https://smba.trafficmanager.net:/":                   false,
		"https://smba.trafficmanager.net./":                   false,
		"https://x.smba.trafficmanager.net/":                  false,
		"https://smba.trafficmanager.net@attacker.example/":   false,
		"https://u:p@smba.trafficmanager.net/":                false,
		"https://attacker.example/smba.trafficmanager.net":    false,
		"https://attacker.example\\@smba.trafficmanager.net/": false,
		"https://smba.trafficmanager.net/?x":                  false,
		"https://smba.trafficmanager.net/?":                   false,
		"https://smba.trafficmanager.net/#x":                  false,
		"https://smba.trafficmanager.net/#":                   false,
		"https:smba.trafficmanager.net/":                      false,
		"//smba.trafficmanager.net/":                          false,
		"":                                                    false, "https://": false, "https://[::1]/": false, "\x00": false,
	} {
		if got := allowed(raw); got != want {
			t.Errorf("%q: %v, want %v", raw, got, want)
		}
	}
}

// openCredentials claims that nothing needs to be authenticated.
type openCredentials struct{ auth.SimpleCredentialProvider }

func (openCredentials) IsAuthenticationDisabled() bool { return true }

func TestAdapterHasNoWayAroundTheValidator(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	adapter := newAdapter(g.Validator, deafClient{})
	open := openCredentials{auth.SimpleCredentialProvider{AppID: testApp}}
	_, err := adapter.AuthenticateRequest(t.Context(), goodActivity().schema(), "", open, "")
	if got := reasonFrom(err); got != ReasonMissing {
		t.Errorf("credentials that disable authentication: reason %q, want %q", got, ReasonMissing)
	}
	other := auth.SimpleCredentialProvider{AppID: "another"}
	_, err = adapter.AuthenticateRequest(t.Context(), goodActivity().schema(), g.token(t), other, "")
	if got := reasonFrom(err); got != ReasonAudience {
		t.Errorf("credentials of another bot: reason %q, want %q", got, ReasonAudience)
	}
	_, err = adapter.AuthenticateRequest(t.Context(), goodActivity().schema(), g.token(t), nil, "")
	if got := reasonFrom(err); got != ReasonAudience {
		t.Errorf("no credentials: reason %q, want %q", got, ReasonAudience)
	}
	identity, err := adapter.AuthenticateRequest(t.Context(), goodActivity().schema(), g.token(t), open, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		auth.IssuerClaim: PublicIssuer, auth.AudienceClaim: testApp, auth.ServiceURLClaim: testService, "azp": "",
	} {
		if got := identity.GetClaimValue(name); got != want {
			t.Errorf("claim %s = %q, want %q", name, got, want)
		}
	}
}
