package app

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"challengebot/internal/connector"
	"challengebot/internal/pages"
	"challengebot/internal/postgres"
	"challengebot/internal/signin"
	"challengebot/internal/yamlfile"
)

// PagesConfig is the register as pages. The secret of the registration is not in it: it comes from
// the environment, CHALLENGEBOT_PAGES_SECRET.
type PagesConfig struct {
	// PublicURL is where people find the pages, without a path: https://challenge.example.gov.uk.
	PublicURL string `yaml:"public_url"`
	// ClientID is of the registration that signs people in; the bot's own if left out.
	ClientID string `yaml:"client_id,omitempty"`
	// Issuer signs people in; Entra, for the one tenant, if left out.
	Issuer string `yaml:"issuer,omitempty"`
}

// ErrNoPagesSecret says that the pages cannot sign anybody in.
var ErrNoPagesSecret = errors.New("pages is configured and CHALLENGEBOT_PAGES_SECRET is not set: set it to the client secret of the registration, or remove pages")

// entraIssuer is the issuer of a tenant's tokens, version 2.0.
func entraIssuer(tenant string) string {
	return "https://login.microsoftonline.com/" + tenant + "/v2.0"
}

// validatePages holds what people type in and what signs them in to TLS, but for practice.
func (c *Config) validatePages(f *yamlfile.File) yamlfile.Problems {
	if c.Pages == nil {
		return nil
	}
	var ps yamlfile.Problems
	u, err := url.Parse(c.Pages.PublicURL)
	isLocal := c.Practice != nil && connector.LoopbackOnly(c.Pages.PublicURL)(c.Pages.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && !isLocal || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		ps = append(ps, f.ProblemAt("$.pages.public_url", "public_url is no https address without a path", "write for example https://challenge.example.gov.uk"))
	}
	issuer := cmp.Or(c.Pages.Issuer, entraIssuer(c.Tenant))
	isLocal = c.Practice != nil && connector.LoopbackOnly(issuer)(issuer)
	if !strings.HasPrefix(issuer, "https://") && !isLocal {
		ps = append(ps, f.ProblemAt("$.pages.issuer", "issuer is no https address", "leave it out for Entra's public cloud"))
	}
	return ps
}

// PagesOptions are what the pages need, with the secret of their registration; nil without pages.
func (s *Settings) PagesOptions(secret string) (*signin.Config, error) {
	c := s.Config.Pages
	if c == nil {
		return nil, nil
	}
	if secret == "" {
		return nil, ErrNoPagesSecret
	}
	return &signin.Config{Issuer: cmp.Or(c.Issuer, entraIssuer(s.Config.Tenant)), Tenant: s.Config.Tenant, ClientID: cmp.Or(c.ClientID, s.Config.AppID),
		ClientSecret: secret, PublicURL: strings.TrimSuffix(c.PublicURL, "/")}, nil
}

// servePages adds the pages to the routes of the bot.
func (a *App) servePages(c signin.Config) error {
	c.Now = a.clock.Now
	signIn, err := signin.New(c)
	if err != nil {
		return fmt.Errorf("the pages cannot sign anybody in: %w", err)
	}
	shown, err := pages.New(pages.Config{Store: a.Store, SignIn: signIn, Now: a.clock.Now, Calendar: a.parts.Calendar, Directory: a.people.Directory,
		RefreshDirectory: a.people.Refresh, Ladders: a.parts.Ladders, Prepared: a.state.prepared.Load, Logger: a.logger})
	if err != nil {
		return err
	}
	bot := a.Handler
	a.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isBotRoute(r.URL.Path) {
			bot.ServeHTTP(w, r)
			return
		}
		shown.ServeHTTP(w, r.WithContext(postgres.WithTripLimit(r.Context(), requestTripLimit)))
	})
	return nil
}

// isBotRoute reports whether an address is Teams' or the inside's: everything else is a page.
func isBotRoute(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/healthz" || path == "/readyz" || path == "/metrics"
}
