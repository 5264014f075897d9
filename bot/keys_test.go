package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func reasonOrText(err error) Reason {
	var refusal *AuthError
	if errors.As(err, &refusal) {
		return refusal.Reason
	}
	if err != nil {
		return Reason("not a refusal: " + err.Error())
	}
	return ""
}

func TestParseKeysKeepsGoodKeysAmongOddOnes(t *testing.T) {
	t.Parallel()
	good := publicJWK("good", keyOne(), "msteams")
	altered := func(change func(map[string]any)) map[string]any {
		k := publicJWK("odd", keyTwo(), "msteams")
		change(k)
		return k
	}
	tests := map[string]any{
		"not an object":      "x",
		"null":               nil,
		"elliptic":           altered(func(k map[string]any) { k["kty"] = "EC" }),
		"no id":              altered(func(k map[string]any) { delete(k, "kid") }),
		"numeric id":         altered(func(k map[string]any) { k["kid"] = 7 }),
		"encryption key":     altered(func(k map[string]any) { k["use"] = "enc" }),
		"other algorithm":    altered(func(k map[string]any) { k["alg"] = "RS512" }),
		"modulus not base64": altered(func(k map[string]any) { k["n"] = "***" }),
		"modulus missing":    altered(func(k map[string]any) { delete(k, "n") }),
		"modulus 1024":       altered(func(k map[string]any) { k["n"] = strings.Repeat("_", 171) }),
		"modulus huge":       altered(func(k map[string]any) { k["n"] = strings.Repeat("_", 4000) }),
		"exponent one":       altered(func(k map[string]any) { k["e"] = "AQ" }),
		"exponent even":      altered(func(k map[string]any) { k["e"] = "BA" }),
		"exponent huge":      altered(func(k map[string]any) { k["e"] = strings.Repeat("_", 20) }),
		"same id again":      publicJWK("good", keyTwo(), "msteams"),
	}
	for name, odd := range tests {
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(map[string]any{"keys": []any{good, odd}})
			if err != nil {
				t.Fatal(err)
			}
			keys, err := parseKeys(raw)
			if err != nil {
				t.Fatal(err)
			}
			if len(keys) != 1 || !keys["good"].public.Equal(&keyOne().PublicKey) || !keys["good"].endorses("msteams") {
				t.Errorf("got %d keys, want the good one alone", len(keys))
			}
		})
	}
}

func TestParseKeysFailsWhenNothingIsUsable(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `[]`, `{}`, `{"keys":null}`, `{"keys":{}}`, `{"keys":[]}`, `{"keys":[{}]}`, `<html>`} {
		if keys, err := parseKeys([]byte(raw)); err == nil {
			t.Errorf("parseKeys(%q) = %d keys, want an error", raw, len(keys))
		}
	}
}

func TestKeyWithEndorsementsOfAnotherShapeVouchesForNothing(t *testing.T) {
	t.Parallel()
	odd := publicJWK("one", keyOne())
	odd["endorsements"] = "msteams"
	g := newTestValidator(t, odd)
	if got := reasonOrText(g.verify(t.Context(), g.token(t), goodActivity())); got != ReasonEndorsement {
		t.Errorf("reason %q, want %q", got, ReasonEndorsement)
	}
}

func TestConcurrentFirstUseFetchesOnce(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	hold := make(chan struct{})
	g.issuer.update(func(is *fakeIssuer) { is.hold = hold })
	token := g.token(t)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if err := g.verify(t.Context(), token, goodActivity()); err != nil {
				t.Error(err)
			}
		})
	}
	<-g.issuer.arrived
	close(hold)
	wg.Wait()
	if n := g.issuer.fetchCount(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestStormOfUnknownKeyIDsMakesOneFetchAMinute(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	storm := func(round int) {
		var wg sync.WaitGroup
		for i := range 40 {
			token := g.token(t, withKid(fmt.Sprintf("made-up-%d-%d", round, i), keyAlien()))
			wg.Go(func() {
				if got := reasonOrText(g.verify(t.Context(), token, goodActivity())); got != ReasonKeyID {
					t.Errorf("reason %q, want %q", got, ReasonKeyID)
				}
			})
		}
		wg.Wait()
	}
	storm(0)
	g.clock.Advance(time.Minute - time.Nanosecond)
	storm(1)
	if n := g.issuer.fetchCount(); n != 1 {
		t.Fatalf("%d fetches within the first minute, want the first alone", n)
	}
	g.clock.Advance(time.Nanosecond)
	for minute := 1; minute <= 3; minute++ {
		storm(minute + 1)
		storm(minute + 1)
		if n := g.issuer.fetchCount(); n != 1+minute {
			t.Fatalf("%d fetches after %d minutes, want %d", n, minute, 1+minute)
		}
		g.clock.Advance(time.Minute)
	}
	if err := g.verify(t.Context(), g.token(t), goodActivity()); err != nil {
		t.Errorf("a good token after the storm: %v", err)
	}
}

func TestNewKeyIsLearntFromItsFirstToken(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	old := g.token(t)
	if err := g.verify(t.Context(), old, goodActivity()); err != nil {
		t.Fatal(err)
	}
	if got := g.Keys().Generation(); got != 1 {
		t.Fatalf("generation %d, want 1", got)
	}
	g.issuer.update(func(is *fakeIssuer) { is.keys = []any{publicJWK("two", keyTwo(), "msteams")} })
	g.clock.Advance(minFetchInterval)
	if err := g.verify(t.Context(), g.token(t, withKid("two", keyTwo())), goodActivity()); err != nil {
		t.Fatalf("token of the new key: %v", err)
	}
	if got := g.Keys().Generation(); got != 2 {
		t.Errorf("generation %d, want 2", got)
	}
}

// A stranger's made-up key id takes up the fetch right before the issuer publishes a new key.
func TestAStrangerLocksANewKeyOutForAMinuteAtMost(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.clock.Advance(time.Hour)
	if got := reasonOrText(g.verify(t.Context(), g.token(t, withKid("made-up", keyAlien())), goodActivity())); got != ReasonKeyID {
		t.Fatalf("reason %q, want %q", got, ReasonKeyID)
	}
	g.issuer.update(func(is *fakeIssuer) { is.keys = append(is.keys, publicJWK("two", keyTwo(), "msteams")) })
	fresh := g.token(t, withKid("two", keyTwo()))
	if got := reasonOrText(g.verify(t.Context(), fresh, goodActivity())); got != ReasonKeyID {
		t.Errorf("right after another fetch: reason %q, want %q", got, ReasonKeyID)
	}
	g.clock.Advance(time.Minute)
	if err := g.verify(t.Context(), fresh, goodActivity()); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestWithdrawnKeyEndsRememberedTokens(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	token := g.token(t)
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
		t.Fatal(err)
	}
	if g.cache.size() != 1 {
		t.Fatal("the verified token was not remembered")
	}
	g.issuer.update(func(is *fakeIssuer) { is.keys = []any{publicJWK("two", keyTwo(), "msteams")} })
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := reasonOrText(g.verify(t.Context(), token, goodActivity())); got != ReasonKeyID {
		t.Errorf("reason %q, want %q: the token's key was withdrawn", got, ReasonKeyID)
	}
}

func TestWithdrawnEndorsementEndsRememberedTokens(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	token := g.token(t)
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
		t.Fatal(err)
	}
	g.issuer.update(func(is *fakeIssuer) { is.keys = []any{publicJWK("one", keyOne(), "webchat")} })
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := reasonOrText(g.verify(t.Context(), token, goodActivity())); got != ReasonEndorsement {
		t.Errorf("reason %q, want %q", got, ReasonEndorsement)
	}
}

func TestUnchangedKeysKeepTheirGeneration(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	for range 3 {
		if err := g.Keys().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := g.Keys().Generation(); got != 1 {
		t.Errorf("generation %d after three equal answers, want 1", got)
	}
}

func TestOldKeysRefreshBehindATurnThatDoesNotWait(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-g.refreshes
	<-g.issuer.arrived
	hold := make(chan struct{})
	g.issuer.update(func(is *fakeIssuer) { is.hold = hold })
	g.clock.Advance(defaultKeyMaxAge)
	for range 5 { // the issuer hangs; each of these would hang with it
		if err := g.verify(t.Context(), g.token(t), goodActivity()); err != nil {
			t.Fatal(err)
		}
	}
	<-g.issuer.arrived
	close(hold)
	if r := <-g.refreshes; r.Err != nil || r.Keys != 1 {
		t.Errorf("background refresh ended with %+v", r)
	}
	if n := g.issuer.fetchCount(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

func TestIssuerDownKeepsOldKeys(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	if err := g.Keys().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-g.refreshes
	g.issuer.update(func(is *fakeIssuer) { is.down = true })
	g.clock.Advance(30 * 24 * time.Hour)
	if err := g.verify(t.Context(), g.token(t), goodActivity()); err != nil {
		t.Fatalf("known key while the issuer is down: %v", err)
	}
	if r := <-g.refreshes; r.Err == nil || r.Keys != 1 {
		t.Errorf("refresh ended with %+v, want an error and the old key", r)
	}
	// A failure must not turn into a hammering of the issuer: within a minute no
	// activity may start another refresh, which would hang here and be seen.
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	g.issuer.update(func(is *fakeIssuer) { is.hold = hold })
	for range 20 {
		if err := g.verify(t.Context(), g.token(t), goodActivity()); err != nil {
			t.Fatal(err)
		}
	}
	g.Keys().mu.Lock()
	defer g.Keys().mu.Unlock()
	if g.Keys().inflight != nil {
		t.Error("a refresh was started right after a failed one")
	}
}

func TestAfterAFailedFetchANewKeyIsFoundWithinAMinute(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	g.issuer.update(func(is *fakeIssuer) { is.down = true })
	token := g.token(t)
	for range 5 {
		if got := reasonOrText(g.verify(t.Context(), token, goodActivity())); got != ReasonKeysUnavailable {
			t.Fatalf("reason %q, want %q", got, ReasonKeysUnavailable)
		}
	}
	if n := g.issuer.fetchCount(); n != 1 {
		t.Fatalf("%d fetches, want 1", n)
	}
	g.issuer.update(func(is *fakeIssuer) { is.down = false })
	g.clock.Advance(minFetchInterval)
	if err := g.verify(t.Context(), token, goodActivity()); err != nil {
		t.Errorf("after the issuer came back: %v", err)
	}
}

func TestTurnThatEndsStopsWaitingForTheIssuer(t *testing.T) {
	t.Parallel()
	g := newTestValidator(t)
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	g.issuer.update(func(is *fakeIssuer) { is.hold = hold })
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	token := g.token(t)
	go func() { result <- g.verify(ctx, token, goodActivity()) }()
	<-g.issuer.arrived
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) || reasonOrText(err) != ReasonKeysUnavailable {
		t.Errorf("got %v, want a refusal because of the cancelled turn", err)
	}
}

func TestUnfitIssuerDocumentsAreRefused(t *testing.T) {
	t.Parallel()
	good, err := json.Marshal(map[string]any{"keys": []any{publicJWK("one", keyOne(), "msteams")}})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ metadata, keys string }{
		"metadata is not JSON":       {"<html>", string(good)},
		"metadata without jwks_uri":  {"{}", string(good)},
		"jwks_uri of another scheme": {`{"jwks_uri":"file:///etc/passwd"}`, string(good)},
		"jwks_uri relative":          {`{"jwks_uri":"/keys"}`, string(good)},
		"metadata too large":         {`{"jwks_uri":"HERE/keys","x":"` + strings.Repeat("x", maxDocumentBytes) + `"}`, string(good)},
		"keys too large":             {`{"jwks_uri":"HERE/keys"}`, string(good[:len(good)-1]) + `,"x":"` + strings.Repeat("x", maxDocumentBytes) + `"}`},
		"keys empty":                 {`{"jwks_uri":"HERE/keys"}`, `{"keys":[]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var server *httptest.Server
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/keys" {
					fmt.Fprint(w, tt.keys)
					return
				}
				fmt.Fprint(w, strings.ReplaceAll(tt.metadata, "HERE", server.URL))
			}))
			t.Cleanup(server.Close)
			keys := NewKeyCache(server.URL, server.Client(), newFakeClock().Now, 0, nil)
			if err := keys.Refresh(t.Context()); err == nil || keys.Generation() != 0 {
				t.Errorf("Refresh = %v with generation %d, want an error and no keys", err, keys.Generation())
			}
		})
	}
}

func TestSecureMetadataDoesNotLeadToAPlainKeyDocument(t *testing.T) {
	t.Parallel()
	if checkSameScheme("https://login.example/metadata", "http://login.example/keys") == nil {
		t.Error("an http key document was accepted from https metadata")
	}
	if err := checkSameScheme("https://login.example/metadata", "https://keys.example/keys"); err != nil {
		t.Error(err)
	}
}
