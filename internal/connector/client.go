package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf16"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"challengebot/internal/teamsfailure"
)

const (
	// PublicScope is the scope of outbound tokens in the public cloud and GCC.
	PublicScope = "https://api.botframework.com/.default"
	// PublicServiceURL is the base for a first message in the public cloud, when
	// no authenticated activity has named a better one yet.
	PublicServiceURL = "https://smba.trafficmanager.net/teams/"

	// defaultTimeout bounds one call including the token.
	defaultTimeout = 10 * time.Second
	// maxResponseBytes bounds what is read of one answer, in bytes.
	maxResponseBytes = 1 << 20
	// maxMessageBytes is the size of one message in bytes counted as UTF-16. Teams
	// refuses at about 100 KB and advises to stay at or below 80.
	maxMessageBytes = 80 << 10
)

// Config says who we are and where we may speak.
type Config struct {
	// AppID is the bot's Entra application id; Tenant the authority's tenant id.
	AppID, Tenant string
	// Credential gives the bot's access tokens. If it also has a method Forget(),
	// that is called after a 401 so that its own cache is dropped too.
	Credential azcore.TokenCredential
	// Scope of the token; PublicScope when empty.
	Scope string
	// HTTP is copied and never follows redirects; nil means a client of our own.
	HTTP *http.Client
	// Timeout of one call including its token; 10 s when zero. A call that makes a message
	// has three times as long: one that is given up too early comes twice. Leases of the
	// caller must be longer.
	Timeout time.Duration
	// ServiceURLAllowed says whether a service URL may receive our token; nil means
	// the hosts of the public cloud. See Cloud.Allowed.
	ServiceURLAllowed func(serviceURL string) bool
	// DefaultServiceURL is used where no service URL is given;
	// PublicServiceURL when empty.
	DefaultServiceURL string
	// Now is the clock for the lifetime of tokens and dates in Retry-After.
	Now func() time.Time
}

// Client speaks to Teams. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	tokens *tokenCache
}

// New prepares a client. Nothing is sent until the first call.
func New(config Config) *Client {
	if config.Scope == "" {
		config.Scope = PublicScope
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	if config.ServiceURLAllowed == nil {
		config.ServiceURLAllowed = clouds[0].AllowList()
	}
	if config.DefaultServiceURL == "" {
		config.DefaultServiceURL = PublicServiceURL
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Client{
		config: config,
		http:   withoutRedirects(config.HTTP),
		tokens: newTokenCache(config.Credential, config.Scope, config.Now),
	}
}

// withoutRedirects copies given, so that the caller's client is left as it was.
func withoutRedirects(given *http.Client) *http.Client {
	own := http.Client{}
	if given != nil {
		own = *given
	}
	if own.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		// All calls go to one host: the default of two idle connections would
		// dial again for almost every message of a busy morning.
		transport.MaxIdleConnsPerHost = 64
		own.Transport = transport
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// apiCall is one request before it is sent.
type apiCall struct {
	name       string // the name that errors and metrics carry
	method     string
	serviceURL string
	path       []string // unescaped segments below the service URL
	query      url.Values
	body       any
	// createsMessage: the call adds a message, so that a lost answer is ambiguous.
	createsMessage bool
}

// apiResponse is what came back.
type apiResponse struct {
	status      int
	contentType string
	body        []byte
	mscv        string
	retryAfter  time.Duration
}

// createdAnswer is a good answer to a call that makes something.
type createdAnswer interface {
	// isWhole reports whether the ids are there.
	isWhole() bool
}

// doCall makes a call and decodes a good answer into out, unless out is nil.
func (c *Client) doCall(ctx context.Context, call apiCall, out createdAnswer) error {
	got, err := c.sendRenewingToken(ctx, call)
	if err != nil {
		return err
	}
	if out != nil && (json.Unmarshal(got.body, out) != nil || !out.isWhole()) {
		return unreadableAnswer(call, got)
	}
	return nil
}

// sendRenewingToken sends a call, and sends it a second time when Teams did not accept the
// token: a 401 is answered before anything is done.
func (c *Client) sendRenewingToken(ctx context.Context, call apiCall) (apiResponse, error) {
	target, err := c.buildURL(call)
	if err != nil {
		return apiResponse{}, err
	}
	body, err := encodeBody(call)
	if err != nil {
		return apiResponse{}, err
	}
	limit := c.config.Timeout
	if call.createsMessage {
		limit *= 3
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	for renewed := false; ; renewed = true {
		token, err := c.tokens.fetchToken(ctx)
		if err != nil {
			return apiResponse{}, classifyTokenError(call, err)
		}
		got, err := c.sendOnce(ctx, call, target, body, token)
		if err != nil {
			return got, err
		}
		if got.status == http.StatusUnauthorized && !renewed {
			c.tokens.invalidate(token)
			continue
		}
		return got, classify(call, got)
	}
}

// sendOnce makes one HTTP exchange. Its error is a *teamsfailure.Failure and means that no whole
// answer was read.
func (c *Client) sendOnce(ctx context.Context, call apiCall, target string, body []byte, token string) (apiResponse, error) {
	// Without a connection nothing can have reached Teams, and the failure is
	// not ambiguous.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, call.method, target, bytes.NewReader(body))
	if err != nil {
		return apiResponse{}, malformed(call.name, "unusable address")
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)

	resp, err := c.http.Do(req)
	if err != nil {
		return apiResponse{}, classifyTransportError(call, err, connected.Load())
	}
	defer resp.Body.Close()
	got := apiResponse{
		status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"),
		mscv:       safeCode(resp.Header.Get("MS-CV")),
		retryAfter: parseRetryAfter(resp.Header.Get("Retry-After"), c.config.Now()),
	}
	got.body, err = io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err == nil && len(got.body) <= maxResponseBytes {
		return got, nil
	}
	if got.status >= 300 {
		// The status alone decides; the rest of the body would only have
		// refined it.
		got.body = nil
		return got, nil
	}
	return got, unreadableAnswer(call, got)
}

// buildURL builds the address of a call, after asking the allow-list.
func (c *Client) buildURL(call apiCall) (string, error) {
	base := call.serviceURL
	if base == "" {
		base = c.config.DefaultServiceURL
	}
	if !c.config.ServiceURLAllowed(base) {
		return "", forbiddenHost(call.name)
	}
	var b strings.Builder
	b.WriteString(strings.TrimRight(base, "/"))
	for _, segment := range call.path {
		if segment == "" {
			return "", malformed(call.name, "missing id")
		}
		b.WriteByte('/')
		b.WriteString(escapePathSegment(segment))
	}
	if len(call.query) > 0 {
		b.WriteByte('?')
		b.WriteString(call.query.Encode())
	}
	return b.String(), nil
}

// escapePathSegment percent-encodes one path segment. Teams wants ':', '@' and ';' encoded
// too, which url.PathEscape leaves alone.
func escapePathSegment(segment string) string {
	if segment == "." || segment == ".." {
		return strings.ReplaceAll(segment, ".", "%2E")
	}
	return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
}

// encodeBody writes the body of a call and refuses what Teams would refuse for its
// size.
func encodeBody(call apiCall) ([]byte, error) {
	if call.body == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // <at> stays three bytes shorter a bracket
	if err := enc.Encode(call.body); err != nil {
		return nil, malformed(call.name, "not JSON")
	}
	body := bytes.TrimRight(buf.Bytes(), "\n")
	if size := utf16Size(body); size > maxMessageBytes {
		return nil, &teamsfailure.Failure{Kind: teamsfailure.OurBug, Call: call.name, Code: codeTooBig, Hint: hintTooBig}
	}
	return body, nil
}

// utf16Size is the length of UTF-8 text in bytes once it is UTF-16.
func utf16Size(text []byte) int {
	units := 0
	for _, r := range string(text) {
		units += utf16.RuneLen(r)
	}
	return 2 * units
}
