package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/labstack/echo/v4"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
	"challengebot/internal/register"
	"challengebot/internal/signin"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// Store is what the pages read.
type Store interface {
	register.Lists
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error)
	EachChallenge(ctx context.Context, each func(challenge.Snapshot)) error
}

// Config is what the pages need. All fields must be set.
type Config struct {
	Store     Store
	SignIn    *signin.SignIn
	Now       func() time.Time
	Calendar  *workday.Calendar
	Directory func() *directory.Directory
	// RefreshDirectory looks for news of cover before somebody's rights are decided.
	RefreshDirectory func(context.Context) error
	Ladders          []*ladder.Ladder
	// Prepared reports whether the database was ready since the start.
	Prepared func() bool
	Logger   *slog.Logger
}

//go:embed *.tmpl pages.css
var files embed.FS

// requestTimeout bounds one page.
const requestTimeout = 15 * time.Second

type pages struct {
	Config
	templates map[string]*template.Template
	css       []byte
	reads     chan struct{}
}

// New makes the handler of every address that is a page's.
func New(c Config) (http.Handler, error) {
	if c.Store == nil || c.SignIn == nil || c.Now == nil || c.Calendar == nil || c.Directory == nil || c.RefreshDirectory == nil || c.Prepared == nil || c.Logger == nil {
		return nil, errors.New("pages: every field of Config is needed")
	}
	p := &pages{Config: c, templates: map[string]*template.Template{}, reads: make(chan struct{}, maxReadsAtOnce)}
	for _, name := range []string{"sign-in", "register", "challenge", "report", "notice"} {
		t, err := template.New("layout.tmpl").ParseFS(files, "layout.tmpl", name+".tmpl")
		if err != nil {
			return nil, err
		}
		p.templates[name] = t
	}
	var err error
	if p.css, err = files.ReadFile("pages.css"); err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // everything is said through slog
	e.HTTPErrorHandler = p.answerError
	e.Use(p.guard)
	e.GET("/pages.css", p.serveStyle)
	e.GET("/sign-in", p.serveSignIn)
	e.GET("/sign-in/start", p.beginSignIn)
	e.GET(signin.CallbackPath, p.finishSignIn)
	e.POST("/sign-out", p.signOut)
	e.GET("/", p.forReader(func(c echo.Context, _ reader) error { return c.Redirect(http.StatusSeeOther, "/register") }))
	e.GET("/register", p.forReader(p.serveRegister))
	e.POST("/register", p.searchRegister)
	e.GET("/register/:ref", p.forReader(p.serveChallenge))
	e.GET("/report", p.forReader(p.serveReport))
	for ending := range formats {
		e.GET("/register."+ending, p.forReader(p.serveRegisterFile(ending)))
		e.GET("/report."+ending, p.forReader(p.serveReportFile(ending)))
	}
	e.GET("/*", p.forReader(func(echo.Context, reader) error { return errNotShown }))
	return e, nil
}

// policy lets a page load its own style sheet, send its forms to itself, and nothing else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets the headers of every answer, refuses what another site sends, bounds the time, and
// keeps a panic to its own request.
func (p *pages) guard(next echo.HandlerFunc) echo.HandlerFunc {
	crossOrigin := http.NewCrossOriginProtection()
	return func(c echo.Context) (err error) {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Strict-Transport-Security", "max-age=31536000") // browsers take it over TLS alone
		if err := crossOrigin.Check(c.Request()); err != nil {
			return errOtherSite
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		defer func() {
			if v := recover(); v != nil {
				p.Logger.Error("a page panicked", "panic_type", typeOf(v))
				err = errFault
			}
		}()
		return next(c)
	}
}

func (p *pages) serveStyle(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", p.css)
}

// reader is somebody who is signed in and is in the directory, at the moment of their request.
type reader struct {
	register.Reader
	session signin.Session
	name    string
	reach   register.Reach
	facts   permission.RegisterFacts
}

// forReader serves whoever is signed in and has a register; everybody else is asked to sign in, or
// learns nothing.
func (p *pages) forReader(serve func(echo.Context, reader) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !p.Prepared() {
			return errAway
		}
		session, err := p.SignIn.Continue(c.Response(), c.Request())
		if err != nil {
			return p.askToSignIn(c, session, err, c.Request().URL.RequestURI())
		}
		r, err := p.readerOf(c.Request().Context(), session)
		if err != nil {
			return err
		}
		return serve(c, r)
	}
}

// readerOf is who is signed in, with what they may open today.
func (p *pages) readerOf(ctx context.Context, session signin.Session) (reader, error) {
	if err := p.RefreshDirectory(ctx); err != nil {
		return reader{}, err
	}
	env := challenge.Env{Now: p.Now(), Calendar: p.Calendar, Directory: p.Directory()}
	r := reader{session: session, Reader: register.Reader{Lists: p.Store, Person: session.Person, Ladders: p.Ladders, Env: env}}
	person, listed := env.Directory.PersonByEntra(session.Person)
	r.name, r.reach = person.Name, r.Reach()
	r.facts = permission.RegisterFacts{Listed: listed, Raises: listed && r.MayRaise(), Oversees: r.reach.Oversees, Keeps: r.reach.Keeps}
	if listed && !permission.MayOpenRegister(r.facts) {
		page, err := r.ReadPage(ctx, storage.RegisterQuery{Reach: r.reach.RegisterReach}, 1)
		if err != nil {
			return reader{}, err
		}
		r.facts.HasRows = len(page.Rows) > 0
	}
	if !permission.MayOpenRegister(r.facts) {
		return r, &notShown{reader: r}
	}
	return r, nil
}

// localAddress is what may be gone to after signing in.
var localAddress = regexp.MustCompile(`^/(register|report)[A-Za-z0-9/.?=&_-]*$`)

// askToSignIn sends whoever is not signed in to the page that says so.
func (p *pages) askToSignIn(c echo.Context, session signin.Session, cause error, to string) error {
	if !localAddress.MatchString(to) {
		to = "/register"
	}
	v := signInView{To: to, Ended: errors.Is(cause, signin.ErrEnded)}
	return p.render(c, http.StatusUnauthorized, "sign-in", view{Title: v.title(), Body: v})
}

// signInView is the page on which somebody signs in.
type signInView struct {
	To           string
	Ended, Typed bool
}

func (v signInView) title() string {
	if v.Ended {
		return "You were signed out"
	}
	return "Sign in to the register of challenges"
}

func (p *pages) serveSignIn(c echo.Context) error {
	return p.askToSignIn(c, signin.Session{}, signin.ErrNotSignedIn, c.QueryParam("to"))
}

// beginSignIn sends somebody to the issuer. It is a link and no form: a browser follows no form to
// another site here.
func (p *pages) beginSignIn(c echo.Context) error {
	to := c.QueryParam("to")
	if !localAddress.MatchString(to) {
		to = "/register"
	}
	address, err := p.SignIn.Begin(c.Request().Context(), c.Response(), to, c.QueryParam("other") != "")
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, address)
}

func (p *pages) finishSignIn(c echo.Context) error {
	_, to, err := p.SignIn.Finish(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func (p *pages) signOut(c echo.Context) error {
	p.SignIn.End(c.Response())
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}

// view is what every page is drawn from.
type view struct {
	Title string
	// Name is who is signed in, and Ends when they will be signed out; empty before.
	Name, Ends string
	// Here is the address of the page, for whoever wants to stay signed in.
	Here string
	// Figures: they may read those of a period.
	Figures, Wide bool
	Body          any
}

// viewOf is a page for a reader.
func (p *pages) viewOf(c echo.Context, r reader, title string, body any) view {
	return view{Title: title, Name: r.name, Ends: r.session.Ends().In(p.Calendar.Location()).Format("15:04 MST"),
		Here: c.Request().URL.RequestURI(), Figures: permission.MayReadFigures(r.facts), Body: body}
}

// render draws a page whole or not at all.
func (p *pages) render(c echo.Context, status int, name string, v view) error {
	var b bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&b, "layout.tmpl", v); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}

// requestNumber is what somebody quotes when they ask; it stands in the log too.
func requestNumber() string { return rand.Text()[:8] }
