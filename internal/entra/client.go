package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Config is which Graph is read, and by whom.
type Config struct {
	// BaseURL is Graph's address with its version, such as https://graph.microsoft.com/v1.0.
	BaseURL string
	// Scope is what a token is asked for.
	Scope      string
	Credential azcore.TokenCredential
	// HTTP is the client; one with a time limit if nil.
	HTTP *http.Client
	// Sleep waits between two tries.
	Sleep func(context.Context, time.Duration) error
}

// client asks Graph for pages.
type client struct{ Config }

const (
	maxTries = 5
	// maxWait is the longest wait that Graph may ask for, and maxPage the largest page that is read.
	maxWait = 2 * time.Minute
	maxPage = 16 << 20
	// callTimeout bounds one call.
	callTimeout = 60 * time.Second
)

// Failure is an answer of Graph's that is no page.
type Failure struct {
	Status int
	Code   string // Graph's own word
}

// Error says what to do where that is known. It names nobody.
func (f *Failure) Error() string {
	text := fmt.Sprintf("Microsoft Graph answered %d %s", f.Status, f.Code)
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return text + ": grant the bot's registration the application permissions User.Read.All and GroupMember.Read.All, with an administrator's consent"
	case http.StatusTooManyRequests:
		return text + ": it is throttling for longer than the bot waits; it is asked again later"
	}
	return text
}

// errForgotten says that Graph does not know any more what was read when.
var errForgotten = errors.New("the earlier reading is forgotten")

// page is one page of a delta query.
type page struct {
	Value     []json.RawMessage `json:"value"`
	NextLink  string            `json:"@odata.nextLink"`
	DeltaLink string            `json:"@odata.deltaLink"`
}

// getPage reads one page, again where Graph says that it may be asked again.
func (c *client) getPage(ctx context.Context, address string) (page, error) {
	if !c.isOfGraph(address) { // a token goes nowhere else
		return page{}, errors.New("a further page of Microsoft Graph is on another host")
	}
	for try := 1; ; try++ {
		got, wait, err := c.tryPage(ctx, address)
		failure := (*Failure)(nil)
		isPassing := errors.As(err, &failure) && (failure.Status == http.StatusTooManyRequests || failure.Status >= 500) || errors.Is(err, errUnreached)
		if err == nil || !isPassing || try == maxTries || wait > maxWait {
			return got, err
		}
		if err := c.Sleep(ctx, max(wait, time.Second<<try)); err != nil {
			return page{}, err
		}
	}
}

func (c *client) isOfGraph(address string) bool {
	asked, err := url.Parse(address)
	base, baseErr := url.Parse(c.BaseURL)
	return err == nil && baseErr == nil && asked.Scheme == base.Scheme && strings.EqualFold(asked.Host, base.Host) && asked.User == nil
}

var errUnreached = errors.New("no whole answer of Microsoft Graph came")

// tryPage asks once. wait is what Graph asks for before the next try.
func (c *client) tryPage(ctx context.Context, address string) (page, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	token, err := c.Credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{c.Scope}})
	if err != nil {
		return page{}, 0, errors.New("no token for Microsoft Graph: check the credential, the tenant and app_id")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return page{}, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token.Token)
	request.Header.Set("Accept", "application/json")
	response, err := c.HTTP.Do(request)
	if err != nil {
		return page{}, 0, errUnreached // its text has the whole address
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPage+1))
	switch {
	case err != nil:
		return page{}, 0, errUnreached
	case len(body) > maxPage:
		return page{}, 0, fmt.Errorf("a page of Microsoft Graph has more than %d bytes", maxPage)
	case response.StatusCode != http.StatusOK:
		return page{}, retryAfter(response), refusal(response.StatusCode, body)
	}
	var got page
	if err := json.Unmarshal(body, &got); err != nil || got.Value == nil || (got.NextLink == "") == (got.DeltaLink == "") {
		return page{}, 0, errUnreached
	}
	return got, 0, nil
}

func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func refusal(status int, body []byte) error {
	var said struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		said.Error.Code = "(no reason)"
	}
	if status == http.StatusGone || strings.EqualFold(said.Error.Code, "syncStateNotFound") || strings.EqualFold(said.Error.Code, "resyncRequired") {
		return errForgotten
	}
	return &Failure{status, said.Error.Code}
}
