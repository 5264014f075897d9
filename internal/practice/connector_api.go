package practice

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of call, as the journal names them.
const (
	OpMetadata = "metadata"
	OpKeys     = "keys"
	OpToken    = "token"
	OpCreate   = "create"
	OpSend     = "send"
	OpUpdate   = "update"
	OpDelete   = "delete"
	OpMember   = "member"
	OpMembers  = "members"
	OpTeam     = "team"
	OpUnknown  = "unknown"
)

// maxBodySize bounds one request in bytes; messages are refused far below it.
const maxBodySize = 1 << 20

// Call is one request of the bot's, as the journal keeps it.
type Call struct {
	Number        int // from 1, in the order the calls were decided
	At            time.Time
	Op            string
	Method, Path  string // the path with its query, encoded as it came
	Conversation  string
	Activity      string // the message concerned; for OpSend the one it made
	Person        string // whom it reaches: the name, in a personal chat
	Channel       string // the channel's name, if it is one
	Body          []byte
	Status        int    // 0 when the call was left hanging
	Code          string // the error code, if refused
	FaultInjected bool   // the answer was made up by Fail
}

// apiResponse is an answer before it is written.
type apiResponse struct {
	status     int
	body       any // JSON; nil for none
	rawBody    string
	errorCode  string
	retryAfter time.Duration // Retry-After
	findings   []string
	hang       bool
	reset      bool
}

// errorResponse makes an error answer in the documented shape.
func errorResponse(status int, code, message string) apiResponse {
	return apiResponse{status: status, errorCode: code, body: map[string]any{"error": map[string]any{"code": code, "message": message}}}
}

// violationResponse makes the answer to a malformed request, kept as a violation.
func violationResponse(status int, code string, findings ...string) apiResponse {
	r := errorResponse(status, code, strings.Join(findings, "; "))
	r.findings = findings
	return r
}

// handleRequest handles one request: decide, keep in the journal, tell the hooks, answer.
func (t *Teams) handleRequest(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodySize+1))
	if err != nil {
		return // the caller went away
	}
	call := parseRoute(r, t.options.Tenant)
	call.Body, call.At = body, t.Now()

	answer := t.applyWithFault(r, &call)
	call.Status, call.Code = answer.status, answer.errorCode
	if answer.hang || answer.reset {
		call.Status = 0
	}
	t.recordViolation(call.Method+" "+call.Op, answer.findings...)
	t.mu.Lock()
	call.Number = len(t.calls) + 1
	t.calls = append(t.calls, call)
	before, after := slices.Clone(t.callHooks), slices.Clone(t.answerHooks)
	t.mu.Unlock()

	for _, f := range before {
		f(call)
	}
	if answer.hang {
		select {
		case <-r.Context().Done():
		case <-t.closing:
		}
	}
	if answer.hang || answer.reset {
		panic(http.ErrAbortHandler)
	}
	answer.writeTo(w)
	for _, f := range after {
		f(call)
	}
}

func (r apiResponse) writeTo(w http.ResponseWriter) {
	w.Header().Set("MS-CV", "practice.0")
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	encoded := []byte(r.rawBody)
	if r.body != nil {
		encoded = mustJSON(r.body)
	}
	switch {
	case strings.HasPrefix(r.rawBody, "<"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	case len(encoded) > 0:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if r.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(encoded)))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(encoded) // the caller may be gone: that is its affair
	_ = http.NewResponseController(w).Flush()
}

// applyWithFault applies a request, with whatever fault is in force.
func (t *Teams) applyWithFault(r *http.Request, call *Call) apiResponse {
	t.noteRecipient(call)
	active, ok := t.takeFault(*call)
	if ok && !active.AfterApplying {
		call.FaultInjected = true
		return active.toResponse(call.Op)
	}
	answer := t.dispatchCall(r, call)
	if ok && answer.status < 300 {
		call.FaultInjected = true
		return active.toResponse(call.Op)
	}
	return answer
}

func (t *Teams) dispatchCall(r *http.Request, call *Call) apiResponse {
	switch call.Op {
	case OpMetadata:
		return t.openIDMetadata()
	case OpKeys:
		return t.publishedKeys()
	case OpToken:
		return t.issueToken(r, call.Body)
	case OpUnknown:
		return violationResponse(http.StatusNotFound, "NotFound", fmt.Sprintf("there is no %s at this address", call.Method))
	}
	if !t.isAuthorised(r) {
		return errorResponse(http.StatusUnauthorized, "BotNotRegistered", "Authorization has been denied for this request.")
	}
	if found := checkRequest(r, call.Body); len(found) > 0 {
		return violationResponse(http.StatusBadRequest, "BadSyntax", found...)
	}
	if wait, over := t.checkRateLimit(*call); over {
		answer := errorResponse(http.StatusTooManyRequests, "Throttled", "Too many requests.")
		answer.retryAfter = wait
		return answer
	}
	if size := 2 * utf16Len(call.Body); size > maxMessageSize || len(call.Body) > maxBodySize {
		return violationResponse(http.StatusRequestEntityTooLarge, "MessageSizeTooBig", fmt.Sprintf("the message is %d bytes as UTF-16", size))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch call.Op {
	case OpCreate:
		return t.createConversationLocked(call)
	case OpTeam:
		return t.describeTeamLocked(r)
	}
	c, refused := t.findConversationLocked(call.Conversation)
	if refused != nil {
		return *refused
	}
	switch call.Op {
	case OpSend:
		return t.sendMessageLocked(call, c, isTargeted(r))
	case OpUpdate:
		return t.updateMessageLocked(call, c, isTargeted(r))
	case OpDelete:
		return t.deleteMessageLocked(call, c, isTargeted(r))
	case OpMember:
		return t.describeMemberLocked(c, r)
	default:
		return t.listMembersLocked(c, r)
	}
}

func isTargeted(r *http.Request) bool { return r.URL.Query().Get("isTargetedActivity") == "true" }

// checkRequest finds what is wrong with a request before its meaning is looked at.
func checkRequest(r *http.Request, body []byte) []string {
	var found []string
	if contentType := strings.ToLower(r.Header.Get("Content-Type")); len(body) > 0 &&
		contentType != "application/json" && contentType != "application/json; charset=utf-8" {
		found = append(found, "Content-Type must be application/json; charset=utf-8")
	}
	if strings.ContainsAny(r.URL.EscapedPath(), ":@;") {
		found = append(found, "':', '@' and ';' in the path must be percent-encoded")
	}
	return found
}

// parseRoute names a request by its method and path.
func parseRoute(r *http.Request, tenant string) Call {
	call := Call{Op: OpUnknown, Method: r.Method, Path: r.RequestURI}
	switch r.Method + " " + r.URL.EscapedPath() {
	case "GET /v1/.well-known/openidconfiguration":
		call.Op = OpMetadata
	case "GET /v1/.well-known/keys":
		call.Op = OpKeys
	case "POST /" + tenant + "/oauth2/v2.0/token":
		call.Op = OpToken
	}
	rest, below := strings.CutPrefix(r.URL.EscapedPath(), "/emea/"+tenant+"/v3/")
	if !below {
		return call
	}
	parts := strings.Split(rest, "/")
	for i := range parts {
		plain, err := url.PathUnescape(parts[i])
		if err != nil || plain == "" {
			return call
		}
		parts[i] = plain
	}
	if parts[0] == "teams" && r.Method == http.MethodGet && (len(parts) == 2 || len(parts) == 3 && parts[2] == "conversations") {
		call.Op = OpTeam
		return call
	}
	if parts[0] != "conversations" {
		return call
	}
	return parseConversationRoute(call, parts[1:])
}

func parseConversationRoute(call Call, parts []string) Call {
	if len(parts) > 0 {
		call.Conversation = parts[0]
	}
	words := slices.Clone(parts)
	if len(words) > 0 {
		words[0] = "c"
	}
	if len(words) > 2 {
		words[2] = "x"
	}
	switch call.Method + " " + strings.Join(words, "/") {
	case "POST ":
		call.Op = OpCreate
	case "POST c/activities":
		call.Op = OpSend
	case "POST c/activities/x":
		call.Op = OpSend
	case "PUT c/activities/x":
		call.Op, call.Activity = OpUpdate, parts[2]
	case "DELETE c/activities/x":
		call.Op, call.Activity = OpDelete, parts[2]
	case "GET c/members/x":
		call.Op = OpMember
	case "GET c/members", "GET c/pagedmembers":
		call.Op = OpMembers
	}
	return call
}

// Calls is the journal, in the order the calls were decided.
func (t *Teams) Calls() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.calls)
}

// OnCall calls f after a call was applied and kept, before its answer is written.
func (t *Teams) OnCall(f func(Call)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.callHooks = append(t.callHooks, f)
}

// OnAnswered calls f after the answer of a call was written.
func (t *Teams) OnAnswered(f func(Call)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answerHooks = append(t.answerHooks, f)
}
