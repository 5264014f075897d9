package bot

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/core/activity"
	"github.com/infracloudio/msbotbuilder-go/schema"
	"pgregory.net/rapid"

	"challengebot/internal/connector"
)

func TestRememberedTokenStillMeetsEveryComparison(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	token := g.token(t)
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
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
		if got := reasonOrText(g.verify(t.Context(), token, a)); got != want {
			t.Errorf("reason %q, want %q", got, want)
		}
	}
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
		t.Errorf("the token itself: %v", err)
	}
}

func TestRememberedTokenIsReallyRemembered(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	token := g.token(t)
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
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
	g := newTestValidator(t)
	token := g.token(t) // valid for an hour
	for _, step := range []struct {
		by   time.Duration
		want Reason
	}{
		{0, ""}, {time.Hour - time.Second, ""}, {time.Second, ""}, {clockLeeway - time.Second, ""}, {time.Second, ReasonExpired},
	} {
		g.clock.Advance(step.by)
		if got := reasonOrText(g.verify(t.Context(), token, goodActivity())); got != step.want {
			t.Errorf("%v later: reason %q, want %q", step.by, got, step.want)
		}
	}
}

func TestTokenCacheStaysWithinItsBoundAndKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	now := newFakeClock().Now()
	c := newTokenCache(10)
	p := verifiedToken{expires: now.Add(time.Hour)}
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

func TestTokenCacheKeepsAsManyAsItMay(t *testing.T) {
	t.Parallel()
	now := newFakeClock().Now()
	for size, keeps := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 1, 10: 5, 11: 5} { // in each of its two maps
		c := newTokenCache(size)
		sums := make([][sha256.Size]byte, keeps)
		for i := range sums {
			sums[i] = sha256.Sum256(fmt.Append(nil, i))
			c.put(sums[i], 1, verifiedToken{expires: now.Add(time.Hour)})
		}
		if len(c.young) != keeps || len(c.old) != 0 {
			t.Errorf("size %d: %d young and %d old after %d", size, len(c.young), len(c.old), keeps)
		}
		c.put(sha256.Sum256([]byte("one more")), 1, verifiedToken{expires: now.Add(time.Hour)})
		if len(c.young) != 1 || len(c.old) != keeps {
			t.Errorf("size %d: %d young and %d old after one more", size, len(c.young), len(c.old))
		}
		if _, ok := c.get(sums[0], 1, now); !ok {
			t.Errorf("size %d: the first of %d is gone", size, keeps)
		}
	}
	g := newTestValidator(t)
	if g.cache.maxPerMap != 2048 {
		t.Errorf("a validator remembers %d tokens in each map", g.cache.maxPerMap)
	}
}

func TestTokenCacheForgetsOlderGenerations(t *testing.T) {
	t.Parallel()
	now := newFakeClock().Now()
	c := newTokenCache(10)
	p := verifiedToken{expires: now.Add(time.Hour)}
	first, second := sha256.Sum256([]byte("1")), sha256.Sum256([]byte("2"))
	c.put(first, 1, p)
	c.put(second, 2, p)
	c.put(first, 1, p) // a slow activity that began under the old keys
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
	g := newTestValidator(t, corpusIssuerKeys()...)
	good := g.token(t)
	if err := g.verify(t.Context(), good, goodActivity()); err != nil {
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
		if err := g.verify(context.Background(), header, goodActivity()); err == nil {
			t.Fatalf("accepted %q", header)
		}
	})
}

func TestValidatorNeedsItsWholeConfiguration(t *testing.T) {
	t.Parallel()
	whole := ValidatorConfig{
		AppID: testApp, Tenant: testTenant, Issuer: publicIssuer, MetadataURL: publicMetadataURL,
		ServiceURLAllowed: connector.AllowedHosts("smba.trafficmanager.net"), HTTP: http.DefaultClient, Now: time.Now,
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

// unauthenticatedCredentials claims that nothing needs to be authenticated.
type unauthenticatedCredentials struct{ auth.SimpleCredentialProvider }

func (unauthenticatedCredentials) IsAuthenticationDisabled() bool { return true }

func TestAdapterHasNoWayAroundTheValidator(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	adapter := newAdapter(g.Validator)
	open := unauthenticatedCredentials{auth.SimpleCredentialProvider{AppID: testApp}}
	_, err := adapter.AuthenticateRequest(t.Context(), goodActivity().toSchema(), "", open, "")
	if got := reasonOrText(err); got != ReasonMissing {
		t.Errorf("credentials that disable authentication: reason %q, want %q", got, ReasonMissing)
	}
	other := auth.SimpleCredentialProvider{AppID: "another"}
	_, err = adapter.AuthenticateRequest(t.Context(), goodActivity().toSchema(), g.token(t), other, "")
	if got := reasonOrText(err); got != ReasonAudience {
		t.Errorf("credentials of another bot: reason %q, want %q", got, ReasonAudience)
	}
	_, err = adapter.AuthenticateRequest(t.Context(), goodActivity().toSchema(), g.token(t), nil, "")
	if got := reasonOrText(err); got != ReasonAudience {
		t.Errorf("no credentials: reason %q, want %q", got, ReasonAudience)
	}
	identity, err := adapter.AuthenticateRequest(t.Context(), goodActivity().toSchema(), g.token(t), open, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		auth.IssuerClaim: publicIssuer, auth.AudienceClaim: testApp, auth.ServiceURLClaim: testService, "azp": "",
	} {
		if got := identity.GetClaimValue(name); got != want {
			t.Errorf("claim %s = %q, want %q", name, got, want)
		}
	}
}

func TestTheAdapterSendsNothing(t *testing.T) {
	t.Parallel()
	adapter := newAdapter(newTestValidator(t).Validator)
	conversation := schema.ConversationReference{ServiceURL: testService, Conversation: schema.ConversationAccount{ID: "19:abc"}}
	message := schema.Activity{Type: schema.Message, ID: "1", ServiceURL: testService, Conversation: conversation.Conversation}
	reply := activity.HandlerFuncs{OnMessageFunc: func(*activity.TurnContext) (schema.Activity, error) { return message, nil }}
	for name, err := range map[string]error{
		"reply":   adapter.ProcessActivity(t.Context(), message, reply),
		"message": adapter.ProactiveMessage(t.Context(), conversation, reply),
		"update":  adapter.UpdateActivity(t.Context(), message),
		"delete":  adapter.DeleteActivity(t.Context(), "1", conversation),
		"read": func() error {
			_, err := adapter.Get(t.Context(), url.URL{Scheme: "https", Host: "smba.example"})
			return err
		}(),
	} {
		if !strings.Contains(fmt.Sprint(err), errNotSent.Error()) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
