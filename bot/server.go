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

	"github.com/infracloudio/msbotbuilder-go/connector/client"
	"github.com/infracloudio/msbotbuilder-go/core"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxBodyBytes is the largest body of a turn in bytes. A Teams message has at most
// about 100 KB, twice that in UTF-8 at the worst.
const maxBodyBytes = 256 << 10

// ErrUnavailable, wrapped in a handler's error, means that the turn could not be
// stored now and should be delivered again: it is answered with 503.
var ErrUnavailable = errors.New("temporarily unavailable")

// ActivityHandler does what an authenticated turn asks for. An activity type it does not
// know is a Reply with nothing in it. The context ends when the request does.
type ActivityHandler interface {
	HandleActivity(ctx context.Context, a Activity) (Reply, error)
}

// Reply is the HTTP answer to a turn. Status zero means 200. Body nil means an
// empty body, a json.RawMessage is sent as it is, anything else is marshalled.
type Reply struct {
	Status int
	Body   any
}

// ServerConfig is what the routes need. All fields must be set.
type ServerConfig struct {
	Validator *Validator
	Client    client.Client        // the connector, for msbotbuilder-go's adapter
	Registry  *prometheus.Registry // served at /metrics
	Logger    *slog.Logger
	Now       func() time.Time
	// NotReadyReasons lists why the program cannot serve now; nothing means that it can.
	// The reasons are public: they must not name people or secrets.
	NotReadyReasons func(context.Context) []string
}

type server struct {
	config  ServerConfig
	adapter *core.BotFrameworkAdapter
	handler ActivityHandler
	metrics *metrics
}

// NewServer returns the routes POST /api/messages, GET /healthz, GET /readyz and
// GET /metrics. Timeouts and the size of headers belong to the http.Server that
// it is put into.
func NewServer(config ServerConfig, handler ActivityHandler) (http.Handler, error) {
	if config.Validator == nil || config.Client == nil || config.Registry == nil || config.Logger == nil ||
		config.Now == nil || config.NotReadyReasons == nil || handler == nil {
		return nil, errors.New("bot: every field of ServerConfig and a handler are needed")
	}
	m, err := newMetrics(config.Registry, config.Validator.Keys(), config.Now)
	if err != nil {
		return nil, err
	}
	s := &server{config: config, adapter: newAdapter(config.Validator, config.Client), handler: handler, metrics: m}

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

// handleMessages takes one turn: cap, decode, authenticate, handle.
func (s *server) handleMessages(c echo.Context) error {
	body, err := s.readBody(c)
	if err != nil {
		return err
	}
	a, err := DecodeActivity(body)
	if err != nil {
		s.metrics.countRejection(bodyRejectReason(err))
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	if err := s.authenticate(c.Request(), a); err != nil {
		s.metrics.countRejection(rejectReason(err))
		return echo.NewHTTPError(http.StatusUnauthorized, "The request is not authorised.")
	}
	return s.serveActivity(c, a)
}

func (s *server) readBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	var buf bytes.Buffer
	// What the sender says of its length is believed for the first 16 KiB only.
	if r.ContentLength > 0 {
		buf.Grow(int(min(r.ContentLength, 16<<10)) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(c.Response(), r.Body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		s.metrics.countRejection(reasonTooLarge)
		return nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge, "The body is larger than 256 KiB.")
	case err != nil:
		s.metrics.countRejection(reasonBodyUnread)
		return nil, echo.NewHTTPError(http.StatusBadRequest, "The body could not be read to its end.")
	}
	return buf.Bytes(), nil
}

// authenticate asks msbotbuilder-go's adapter, which asks our validator. Two
// Authorization headers are one too many: each reader might pick another.
func (s *server) authenticate(r *http.Request, a Activity) error {
	if len(r.Header.Values(echo.HeaderAuthorization)) > 1 {
		return newAuthError(ReasonMalformed, nil)
	}
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

func (s *server) serveActivity(c echo.Context, a Activity) error {
	started := s.config.Now()
	defer func() { s.metrics.observeDuration(a.metricKind(), s.config.Now().Sub(started)) }()

	reply, err := s.callHandler(c.Request().Context(), a)
	switch {
	case errors.Is(err, errHandlerPanicked):
		return echo.ErrInternalServerError
	case errors.Is(err, ErrUnavailable):
		s.metrics.countFailure(causeUnavailable)
		s.config.Logger.Error("turn not handled: temporarily unavailable", "activity", a.ID)
		return echo.NewHTTPError(http.StatusServiceUnavailable, "Temporarily unavailable.")
	case err != nil:
		s.recordFailure(a)
		return echo.ErrInternalServerError
	}
	payload, err := reply.encodeBody()
	if err != nil {
		s.recordFailure(a)
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
			s.config.Logger.Error("turn panicked", "activity", a.ID,
				"panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			reply, err = Reply{}, errHandlerPanicked
		}
	}()
	return s.handler.HandleActivity(ctx, a)
}

// recordFailure logs a turn by its id alone: an error's text is the handler's own affair.
func (s *server) recordFailure(a Activity) {
	s.metrics.countFailure(causeError)
	s.config.Logger.Error("turn failed", "activity", a.ID)
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
	reasons := s.config.NotReadyReasons(c.Request().Context())
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
