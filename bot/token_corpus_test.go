package bot

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// tokenCase is one file of testdata/tokens: how an activity's token is made out of a good
// one, and what must become of the activity. What a file leaves out is as Teams sends it.
type tokenCase struct {
	Says   string // why, where the name does not say
	Expect string // "accepted", or a Reason
	Token  struct {
		Algorithm string         // RS256
		Key       string         // one, two (of the issuer), alien, elliptic, public (the public key as a secret), none
		Header    map[string]any // null takes a field away
		Claims    map[string]any // the same; "now", "now-5m" and the like are times
	}
	// Segments take the place of signed ones: header and claims in plain text.
	Segments struct{ Header, Claims, Signature *string }
	// Authorization is each Authorization header of the request; see spell.
	Authorization *[]string
	Turn          map[string]any // merged into the activity; null takes a field away
	Issuer        string         // "silent": its keys were never available

	name string
}

const expectAccepted = "accepted"

// readTokenCases reads the corpus. Every file must be one of it.
func readTokenCases(t testing.TB) []tokenCase {
	t.Helper()
	dir := filepath.Join("testdata", "tokens")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []tokenCase
	for _, f := range files {
		if !regexp.MustCompile(`^\d{3}-[a-z0-9-]+\.json$`).MatchString(f.Name()) {
			t.Errorf("%s is no file of the corpus", f.Name())
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		c := tokenCase{name: strings.TrimSuffix(f.Name(), ".json")}
		strict := json.NewDecoder(bytes.NewReader(raw))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&c); err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		if c.Expect != expectAccepted && !slices.Contains(Reasons(), Reason(c.Expect)) {
			t.Fatalf("%s: there is no reason %q", f.Name(), c.Expect)
		}
		all = append(all, c)
	}
	return all
}

func TestTheCorpusOfTokensHasACaseForEveryReasonAndNoneTwice(t *testing.T) {
	t.Parallel()
	expects, contents, bad := map[string]int{}, map[string]string{}, 0
	for _, c := range readTokenCases(t) {
		expects[c.Expect]++
		if c.Expect != expectAccepted {
			bad++
		}
		plain := c
		plain.name, plain.Says = "", ""
		raw, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := contents[string(raw)]; twice {
			t.Errorf("%s is made as %s is", c.name, other)
		}
		contents[string(raw)] = c.name
	}
	for _, r := range Reasons() {
		if expects[string(r)] == 0 {
			t.Errorf("no case is refused for the reason %s", r)
		}
	}
	if expects[expectAccepted] < 15 || bad < 85 {
		t.Errorf("%d good tokens and %d bad ones; the corpus has lost some", expects[expectAccepted], bad)
	}
}

func TestEachTokenOfTheCorpusIsAcceptedOrRefusedForItsReason(t *testing.T) {
	t.Parallel()
	for _, c := range readTokenCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t, corpusIssuerKeys()...)
			h.issuer.update(func(is *fakeIssuer) { is.down = c.Issuer == "silent" })
			headers, body := c.buildRequest(t, h.testValidator)
			want := Reason(c.Expect)
			if c.Expect == expectAccepted {
				want = ""
			}
			a, err := DecodeActivity(body)
			if err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"at first sight", "again"} {
				if len(headers) != 1 {
					break // a matter of the request, not of the token
				}
				if got := reasonOrText(h.verify(t.Context(), headers[0], a)); got != want {
					t.Errorf("%s: reason %q, want %q", when, got, want)
				}
			}
			h.assertVerdict(t, body, headers, want)
		})
	}
}

// assertVerdict posts the activity, twice, and holds the answer, the count and the log against
// the verdict.
func (h *testServer) assertVerdict(t *testing.T, body []byte, headers []string, want Reason) {
	t.Helper()
	status, turns, rejections := http.StatusUnauthorized, 0, map[string]float64{string(want): 2}
	if want == "" {
		status, turns, rejections = http.StatusOK, 2, map[string]float64{}
	}
	for range 2 {
		w := h.post(body, headers...)
		if w.Code != status {
			t.Errorf("answer %d %s", w.Code, w.Body)
		}
		if want != "" && errorCode(t, w) != "Unauthorized" {
			t.Errorf("answer %s", w.Body)
		}
	}
	if h.count() != turns {
		t.Errorf("the handler was called %d times, not %d", h.count(), turns)
	}
	if diff := cmp.Diff(rejections, h.rejections(t)); diff != "" {
		t.Error(diff)
	}
	logged := 0
	if want != "" {
		logged = 1
	}
	if n := strings.Count(h.log.String(), "\n"); n != logged || logged == 1 && !strings.Contains(h.log.String(), "reason="+string(want)+" ") {
		t.Errorf("logged %s", h.log)
	}
}

// corpusIssuerKeys are those that the issuer of the corpus publishes.
func corpusIssuerKeys() []any {
	return []any{
		publicJWK("one", keyOne(), "msteams", "webchat"), publicJWK("web", keyTwo(), "webchat"), publicJWK("bare", keyTwo()),
	}
}

// buildRequest makes the Authorization headers and the body of the case.
func (c tokenCase) buildRequest(t testing.TB, g testValidator) (headers []string, body []byte) {
	t.Helper()
	now := g.clock.Now()
	f := newTestToken(now)
	f.method, f.key = c.signingMethod(t), c.signerKey(t)
	applyChanges(f.header, c.Token.Header, now)
	applyChanges(f.claims, c.Token.Claims, now)
	parts := strings.Split(c.signToken(t, f), ".")
	for i, instead := range []*string{c.Segments.Header, c.Segments.Claims} {
		if instead != nil {
			parts[i] = base64.RawURLEncoding.EncodeToString([]byte(*instead))
		}
	}
	if c.Segments.Signature != nil {
		parts[2] = *c.Segments.Signature
	}
	templates := []string{"Bearer {token}"}
	if c.Authorization != nil {
		templates = *c.Authorization
	}
	for _, template := range templates {
		headers = append(headers, fillTemplate(t, template, parts))
	}
	var turn map[string]any
	if err := json.Unmarshal(encodeActivity(t, goodActivity()), &turn); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(mergePatch(turn, c.Turn))
	if err != nil {
		t.Fatal(err)
	}
	return headers, body
}

func (c tokenCase) signingMethod(t testing.TB) jwt.SigningMethod {
	t.Helper()
	if c.Token.Algorithm == "" {
		return jwt.SigningMethodRS256
	}
	method := jwt.GetSigningMethod(c.Token.Algorithm)
	if method == nil {
		t.Fatalf("there is no algorithm %q to sign with", c.Token.Algorithm)
	}
	return method
}

func (c tokenCase) signerKey(t testing.TB) any {
	t.Helper()
	switch c.Token.Key {
	case "", "one":
		return keyOne()
	case "two":
		return keyTwo()
	case "alien":
		return keyAlien()
	case "none":
		return jwt.UnsafeAllowNoneSignatureType
	case "public":
		public, err := x509.MarshalPKIXPublicKey(&keyOne().PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		return public
	case "elliptic":
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	t.Fatalf("there is no key %q", c.Token.Key)
	return nil
}

// signToken signs; a header that the library adds by itself can be taken away too.
func (c tokenCase) signToken(t testing.TB, f testToken) string {
	t.Helper()
	token := jwt.NewWithClaims(f.method, f.claims)
	maps.Copy(token.Header, f.header)
	for name, value := range c.Token.Header {
		if value == nil {
			delete(token.Header, name)
		}
	}
	signed, err := token.SignedString(f.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

var timePattern = regexp.MustCompile(`^now([+-][0-9a-z]+)?$`)

// applyChanges puts changes into what a good token has.
func applyChanges(into, changes map[string]any, now time.Time) {
	for name, value := range changes {
		text, _ := value.(string)
		switch {
		case value == nil:
			delete(into, name)
		case text == "{alien jwk}":
			into[name] = publicJWK("mine", keyAlien(), "msteams")
		case timePattern.MatchString(text):
			by, _ := time.ParseDuration(strings.TrimPrefix(text, "now")) // "now" alone is zero
			into[name] = now.Add(by).Unix()
		default:
			into[name] = value
		}
	}
}

// mergePatch is a merge patch, as RFC 7396 describes.
func mergePatch(into map[string]any, patch map[string]any) map[string]any {
	for name, value := range patch {
		deeper, isObject := value.(map[string]any)
		have, _ := into[name].(map[string]any)
		switch {
		case value == nil:
			delete(into, name)
		case isObject && have != nil:
			into[name] = mergePatch(have, deeper)
		default:
			into[name] = value
		}
	}
	return into
}

// fillTemplate fills in how a header is written.
func fillTemplate(t testing.TB, template string, parts []string) string {
	t.Helper()
	token := strings.Join(parts, ".")
	words := []string{"{token}", token, "{16KiB}", strings.Repeat("A", maxTokenBytes)}
	if len(token) > 40 {
		words = append(words, "{first40}", token[:40], "{rest}", token[40:])
	}
	if parts[2] != "" {
		words = append(words, "{signature with a spare bit}", parts[2][:len(parts[2])-1]+flipSpareBit(parts[2][len(parts[2])-1]))
	}
	words = append(words, "{header}", parts[0], "{claims}", parts[1], "{signature}", parts[2])
	spelt := strings.NewReplacer(words...).Replace(template)
	if strings.ContainsAny(spelt, "{}") {
		t.Fatalf("%q holds a word that this test does not know", template)
	}
	return spelt
}

// flipSpareBit changes the last letter of a 256-byte signature in a bit that does
// not belong to the signature.
func flipSpareBit(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, last)^1])
}
