package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/infracloudio/msbotbuilder-go/core"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"challengebot/internal/storage"
)

const (
	// maxBodyBytes is the largest body of a request in bytes. A Teams message has at most
	// about 100 KB, twice that in UTF-8 at the worst.
	maxBodyBytes = 256 << 10
	// maxDecodedAtOnce is how many bodies are decoded at the same time; the others wait.
	maxDecodedAtOnce = 8
)

// A request is answered within requestTimeout, readiness within readinessTimeout: Teams gives
// up after 10 to 15 seconds, and whoever asks whether the program is ready sooner.
const (
	requestTimeout   = 7 * time.Second
	readinessTimeout = 3 * time.Second
	// busyRequestTimeout is for a request whose database answers, if only others: there it is
	// not away, and what waits has its turn.
	busyRequestTimeout = 13 * time.Second
	// silenceLimit is how long nothing may be heard of a database that is merely busy.
	silenceLimit = time.Second
)

// ErrUnavailable is wrapped in a handler's error and means that the activity could not be
// stored now and should be delivered again: it is answered with 503.
var ErrUnavailable = errors.New("temporarily unavailable")

// ActivityHandler does what an authenticated activity asks for. An activity type it does not
// know is a Reply with nothing in it. The context ends when the request does.
type ActivityHandler interface {
	HandleActivity(ctx context.Context, a Activity) (Reply, error)
}

// Reply is the HTTP answer to an activity. Status zero means 200. Body nil means an
// empty body, a json.RawMessage is sent as it is, anything else is marshalled.
type Reply struct {
	Status int
	Body   any
}

// ServerConfig is what the routes need. All fields must be set.
type ServerConfig struct {
	Validator *Validator
	Registry  *prometheus.Registry // served at /metrics
	Logger    *slog.Logger
	Now       func() time.Time
	// NotReadyReasons lists why the program cannot serve now; nothing means that it can.
	// The reasons are public: they must not name people or secrets.
	NotReadyReasons func(context.Context) []string
	// SilentFor, if set, is how long nothing has been heard of the database. While it answers
	// others a request may take longer: there is much to do.
	SilentFor func() time.Duration
}

type server struct {
	config      ServerConfig
	adapter     *core.BotFrameworkAdapter
	handler     ActivityHandler
	metrics     *metrics
	rejections  rejectionLog
	decodeSlots chan struct{}
}

// NewServer returns the routes POST /api/messages, GET /healthz, GET /readyz and
// GET /metrics. Timeouts and the size of headers belong to the http.Server that
// it is put into.
func NewServer(config ServerConfig, handler ActivityHandler) (http.Handler, error) {
	if config.Validator == nil || config.Registry == nil || config.Logger == nil ||
		config.Now == nil || config.NotReadyReasons == nil || handler == nil {
		return nil, errors.New("bot: every field of ServerConfig and a handler are needed")
	}
	m, err := newMetrics(config.Registry, config.Validator.Keys(), config.Now)
	if err != nil {
		return nil, err
	}
	s := &server{config: config, adapter: newAdapter(config.Validator), handler: handler, metrics: m,
		decodeSlots: make(chan struct{}, maxDecodedAtOnce)}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // everything is said through slog
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.writeError
	e.Use(s.recoverMiddleware)
	e.POST("/api/messages", s.handleMessages)
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", s.serveReadiness)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(config.Registry, promhttp.HandlerOpts{})))
	return e, nil
}

// handleMessages takes one request: the token, then the body, then whether they belong
// together. Whoever has no good token learns nothing but that.
func (s *server) handleMessages(c echo.Context) error {
	if err := s.verifySender(c.Request()); err != nil {
		// Nothing of the body is read, and the connection is not kept for what is left of it.
		c.Response().Header().Set(echo.HeaderConnection, "close")
		return s.reject(rejectReason(err), http.StatusUnauthorized, unauthorisedMessage)
	}
	body, err := s.readBody(c)
	if err != nil {
		return err
	}
	a, err := s.decodeBody(c.Request().Context(), body)
	if err != nil {
		return err
	}
	if err := s.authenticate(c.Request(), a); err != nil {
		return s.reject(rejectReason(err), http.StatusUnauthorized, unauthorisedMessage)
	}
	return s.serveActivity(c, a)
}

const unauthorisedMessage = "The request is not authorised."

// reject counts and logs a refused request, and is the error to answer it with.
func (s *server) reject(reason Reason, status int, message string) error {
	s.metrics.countRejection(reason)
	if earlier, ok := s.rejections.allow(reason, s.config.Now()); ok {
		s.config.Logger.Warn("inbound request rejected; README, \"Rejected requests\", says what to do",
			"reason", string(reason), "rejected_since_last_line", earlier+1)
	}
	return echo.NewHTTPError(status, message)
}

// verifySender looks at the token alone. Two Authorization headers are one too many: each
// reader might pick another.
func (s *server) verifySender(r *http.Request) error {
	if len(r.Header.Values(echo.HeaderAuthorization)) > 1 {
		return newAuthError(ReasonMalformed, nil)
	}
	return s.config.Validator.VerifyToken(r.Context(), r.Header.Get(echo.HeaderAuthorization))
}

// decodeBody decodes a body once, beside a few others at most.
func (s *server) decodeBody(ctx context.Context, body []byte) (Activity, error) {
	select {
	case s.decodeSlots <- struct{}{}:
		defer func() { <-s.decodeSlots }()
	case <-ctx.Done():
		return Activity{}, echo.NewHTTPError(http.StatusServiceUnavailable, "Temporarily unavailable.")
	}
	a, err := DecodeActivity(body)
	if err != nil {
		return Activity{}, s.reject(bodyRejectReason(err), http.StatusBadRequest, err.Error())
	}
	return a, nil
}

func (s *server) readBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	if r.ContentLength > maxBodyBytes {
		return nil, s.reject(reasonTooLarge, http.StatusRequestEntityTooLarge, tooLargeMessage)
	}
	var buf bytes.Buffer
	// What the sender says of its length is believed for the first 16 KiB only.
	if r.ContentLength > 0 {
		buf.Grow(int(min(r.ContentLength, 16<<10)) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(c.Response(), r.Body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, s.reject(reasonTooLarge, http.StatusRequestEntityTooLarge, tooLargeMessage)
	case err != nil:
		return nil, s.reject(reasonBodyUnread, http.StatusBadRequest, "The body could not be read to its end.")
	}
	return buf.Bytes(), nil
}

const tooLargeMessage = "The body is larger than 256 KiB."

// authenticate holds the token against the activity: it asks msbotbuilder-go's adapter,
// which asks our validator, which remembers the token.
func (s *server) authenticate(r *http.Request, a Activity) error {
	identity, err := s.adapter.AuthenticateRequest(r.Context(), a.toSchema(), r.Header.Get(echo.HeaderAuthorization),
		s.adapter.CredentialProvider, s.adapter.ChannelService)
	if err != nil {
		return err
	}
	if identity == nil || !identity.IsAuthenticated() {
		return newAuthError(ReasonMalformed, nil)
	}
	return nil
}

func rejectReason(err error) Reason {
	var refusal *AuthError
	if errors.As(err, &refusal) {
		return refusal.Reason
	}
	return ReasonMalformed
}

// limitRequest bounds a request.
func (s *server) limitRequest(parent context.Context) (context.Context, context.CancelFunc) {
	if s.config.SilentFor == nil {
		return context.WithTimeout(parent, requestTimeout)
	}
	ctx, cancel := context.WithTimeout(parent, busyRequestTimeout)
	var timer *time.Timer
	armed := make(chan struct{})
	timer = time.AfterFunc(requestTimeout, func() {
		<-armed
		if s.config.SilentFor() > silenceLimit {
			cancel()
			return
		}
		timer.Reset(silenceLimit / 2)
	})
	close(armed)
	context.AfterFunc(ctx, func() { timer.Stop() })
	return ctx, cancel
}

func (s *server) serveActivity(c echo.Context, a Activity) error {
	started := s.config.Now()
	defer func() { s.metrics.observeDuration(a.metricKind(), s.config.Now().Sub(started)) }()

	ctx, cancel := s.limitRequest(c.Request().Context())
	defer cancel()
	reply, err := s.callHandler(ctx, a)
	switch {
	case errors.Is(err, errHandlerPanicked):
		return echo.ErrInternalServerError
	case errors.Is(err, ErrUnavailable):
		s.metrics.countFailure(causeUnavailable)
		level := slog.LevelError
		if c.Request().Context().Err() != nil {
			level = slog.LevelWarn // whoever asked has hung up, and is told nothing
		}
		s.config.Logger.Log(ctx, level, "request not handled: temporarily unavailable", "activity", a.ID,
			"reason", storage.FailureReason(err))
		return echo.NewHTTPError(http.StatusServiceUnavailable, "Temporarily unavailable.")
	case err != nil:
		s.recordFailure(a, err)
		return echo.ErrInternalServerError
	}
	payload, err := reply.encodeBody()
	if err != nil {
		s.recordFailure(a, err)
		return echo.ErrInternalServerError
	}
	if reply.Status == 0 {
		reply.Status = http.StatusOK
	}
	if payload == nil {
		return c.NoContent(reply.Status)
	}
	return c.Blob(reply.Status, "application/json; charset=utf-8", payload)
}

// errHandlerPanicked stands for a panic that has been logged and counted.
var errHandlerPanicked = errors.New("the handler panicked")

// callHandler runs the handler. A panic's value may hold a child's details, so only
// its type and the stack are logged.
func (s *server) callHandler(ctx context.Context, a Activity) (reply Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.metrics.countFailure(causePanic)
			s.config.Logger.Error("request panicked", "activity", a.ID,
				"panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			reply, err = Reply{}, errHandlerPanicked
		}
	}()
	return s.handler.HandleActivity(ctx, a)
}

// recordFailure logs an activity by its id and the kind of its failure.
func (s *server) recordFailure(a Activity, err error) {
	s.metrics.countFailure(causeError)
	s.config.Logger.Error("request failed", "activity", a.ID, "reason", storage.FailureReason(err))
}

func (r Reply) encodeBody() ([]byte, error) {
	switch body := r.Body.(type) {
	case nil:
		return nil, nil
	case json.RawMessage:
		return body, nil
	default:
		return json.Marshal(body)
	}
}

func (s *server) serveReadiness(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readinessTimeout)
	defer cancel()
	reasons := s.config.NotReadyReasons(ctx)
	status := http.StatusOK
	if len(reasons) > 0 {
		status = http.StatusServiceUnavailable
	}
	return c.JSON(status, struct {
		Ready   bool     `json:"ready"`
		Reasons []string `json:"reasons,omitempty"`
	}{len(reasons) == 0, reasons})
}

// recoverMiddleware is the last net, for panics outside the handler.
func (s *server) recoverMiddleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.metrics.countFailure(causePanic)
			s.config.Logger.Error("request panicked", "panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = echo.ErrInternalServerError
		}()
		return next(c)
	}
}

// writeError answers every error in the Bot Connector's own form.
func (s *server) writeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status, message := http.StatusInternalServerError, ""
	var known *echo.HTTPError
	if errors.As(err, &known) {
		status = known.Code
		message, _ = known.Message.(string)
	}
	if message == "" || status == http.StatusInternalServerError {
		message = http.StatusText(status)
	}
	type detail struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	answer := struct {
		Error detail `json:"error"`
	}{detail{strings.ReplaceAll(http.StatusText(status), " ", ""), message}}
	// A failed write means that nobody is listening any more.
	_ = c.JSON(status, answer)
}
