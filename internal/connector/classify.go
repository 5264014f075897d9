package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind says what the caller can do about a failure.
type Kind string

const (
	// Retryable: nothing was done, or doing it twice is harmless. Try again, not
	// before RetryAfter.
	Retryable Kind = "retry"
	// Ambiguous: a message was on its way and the answer was lost. It may have
	// arrived. Record that, then decide whether a second copy is the lesser harm.
	Ambiguous Kind = "ambiguous"
	// ConversationGone: create the conversation again and send anew.
	ConversationGone Kind = "conversation-gone"
	// ActivityGone: the message cannot be changed any more. Send a new one.
	ActivityGone Kind = "activity-gone"
	// Rejected: the person or an administrator blocked, removed or never
	// installed the bot. Stop until the person writes or installs; tell somebody.
	Rejected Kind = "refused"
	// UnclearRejection: a refusal whose reason is none of the documented ones, as Teams
	// gives now and then right after an installation. Believe it when it stays.
	UnclearRejection Kind = "unclear"
	// BadRequest: what we sent is wrong. A fault of ours: alert, never repeat.
	BadRequest Kind = "bad-request"
	// Unauthorised: our credentials are not accepted. Alert the operator.
	Unauthorised Kind = "unauthorised"
	// MessageTooBig: shorten the message.
	MessageTooBig Kind = "too-big"
	// ForbiddenHost: the service URL is not on the allow-list (nothing was sent),
	// or the host sent us elsewhere, or it does not serve this tenant.
	ForbiddenHost Kind = "forbidden-host"
	// PermanentServerError: Teams failed and documents that repeating does not help. Alert.
	PermanentServerError Kind = "failed"

	// ambiguousIfCreating stands in the table for "the answer does not say whether it was
	// done": Ambiguous where the call posts a message, Retry elsewhere.
	ambiguousIfCreating Kind = "after-loss"
)

// ClassificationRule is one line of the table: a status (or, ending in xx, a class), a code and
// a call, each empty for any; and what it means.
type ClassificationRule struct {
	Status string
	Code   string
	Call   string
	kind   Kind
}

// classificationRules is the documented table of Teams' error answers, the first match
// counting. Rows without a code are our reading of answers the table leaves out.
var classificationRules = []ClassificationRule{
	{"400", "", "", BadRequest},
	{"401", "", "", Unauthorised},
	{"403", "InvalidBotApiHost", "", ForbiddenHost},
	// An update of a deleted message is answered with 403 ServiceError.
	{"403", "ServiceError", CallUpdate, ActivityGone},
	{"403", "BotDisabledByAdmin", "", Rejected},
	{"403", "ConversationBlockedByUser", "", Rejected},
	{"403", "NotEnoughPermissions", "", Rejected},
	{"403", "BotNotInConversationRoster", "", Rejected},
	{"403", "ForbiddenOperationException", "", Rejected},
	{"403", "MessageWritesBlocked", "", Rejected},
	{"403", "", "", UnclearRejection},
	// Whatever the code, there is no such person or channel: creating again would
	// be answered the same.
	{"404", "", CallCreatePersonalChat, Rejected},
	{"404", "", CallStartThread, Rejected},
	{"404", "ConversationNotFound", "", ConversationGone},
	// ActivityNotFoundInConversation, TARGETED_MESSAGE_EXPIRED_OR_DELETED: what they
	// speak of is the message that is changed or, where one is sent, the one that
	// its thread began with.
	{"404", "", CallUpdate, ActivityGone},
	{"404", "", CallSend, ConversationGone},
	{"404", "", CallSendTargeted, ConversationGone},
	{"404", "", "", Rejected},
	{"408", "", "", ambiguousIfCreating},
	{"412", "", "", Retryable},
	{"413", "", "", MessageTooBig},
	{"429", "", "", Retryable},
	{"4xx", "", "", BadRequest},
	{"3xx", "", "", ForbiddenHost},
	{"500", "", CallSend, Ambiguous},
	{"500", "", CallSendTargeted, Ambiguous},
	{"500", "", CallStartThread, Ambiguous},
	{"500", "", "", PermanentServerError},
	{"5xx", "", "", ambiguousIfCreating},
}

// ClassificationRules lists the lines of the table in their order, for those who show what
// becomes of each.
func ClassificationRules() []ClassificationRule { return slices.Clone(classificationRules) }

// Matches reports whether the line speaks of such an answer to such a call.
func (r ClassificationRule) Matches(status int, code, call string) bool {
	text := strconv.Itoa(status)
	return (r.Status == text || r.Status == text[:1]+"xx") &&
		(r.Code == "" || r.Code == code) && (r.Call == "" || r.Call == call)
}

// Error is the failure of one call. It never holds personal data or a token.
type Error struct {
	Kind   Kind
	Call   string
	Status int    // HTTP status; 0 when no answer came
	Code   string // the code Teams gave, or our word for what went wrong
	// RetryAfter is how long Teams asks us to wait; 0 when it does not say.
	RetryAfter time.Duration
	MSCV       string // what Microsoft's support asks for

	cause error // a context error, so that errors.Is works; never anything else
}

var remedies = map[Kind]string{
	Retryable:            "try again later",
	Ambiguous:            "it may have arrived; record the attempt before sending again",
	ConversationGone:     "create the conversation again",
	ActivityGone:         "send a new message",
	Rejected:             "the bot is blocked or not installed there; ask the person or the Teams administrator",
	UnclearRejection:     "the bot may be blocked or not installed there; try again a few times before believing it",
	BadRequest:           "the request is malformed; report it as a fault of this program",
	Unauthorised:         "check the bot's credentials and its Teams channel",
	MessageTooBig:        "shorten the message",
	ForbiddenHost:        "check the service URL and the allow-list",
	PermanentServerError: "Teams could not do it; report it with the MS-CV",
}

// Error says what went wrong, where, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "teams %s: %s", e.Call, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, ", %s", e.Code)
	}
	if e.MSCV != "" {
		fmt.Fprintf(&b, ", MS-CV %s", e.MSCV)
	}
	fmt.Fprintf(&b, ": %s", e.Remedy())
	return b.String()
}

// Remedy is what to do.
func (e *Error) Remedy() string {
	if known, ok := entraRemedies[e.Code]; ok {
		return known
	}
	return remedies[e.Kind]
}

// Unwrap gives context.Canceled or context.DeadlineExceeded where that was the
// cause, and nil otherwise.
func (e *Error) Unwrap() error { return e.cause }

// IsRetryable reports whether the same call may be made again unchanged. A status of
// 500 is documented as not worth repeating; after an Ambiguous one the caller
// still has to weigh a second copy.
func (e *Error) IsRetryable() bool {
	return e.Kind == Retryable || e.Kind == Ambiguous && e.Status != http.StatusInternalServerError
}

// classify turns a whole answer into nil or an *Error by the table.
func classify(call apiCall, got apiResponse) error {
	if got.status >= 200 && got.status < 300 {
		return nil
	}
	code := findErrorCode(got.body)
	e := &Error{Kind: PermanentServerError, Call: call.name, Status: got.status, Code: code, RetryAfter: got.retryAfter, MSCV: got.mscv}
	for _, r := range classificationRules {
		if r.Matches(got.status, code, call.name) {
			e.Kind = r.kind
			break
		}
	}
	if e.Kind == ambiguousIfCreating {
		e.Kind = kindOfLostAnswer(call)
	}
	return e
}

// unreadableAnswer is the error for an answer that says yes and cannot be read.
func unreadableAnswer(call apiCall, got apiResponse) *Error {
	return &Error{Kind: kindOfLostAnswer(call), Call: call.name, Status: got.status, Code: "unreadable answer", MSCV: got.mscv}
}

func kindOfLostAnswer(call apiCall) Kind {
	if call.createsMessage {
		return Ambiguous
	}
	return Retryable
}

// classifyTransportError sorts a failure without an answer. The error's own text is
// dropped: it holds the address, and with it ids.
func classifyTransportError(call apiCall, err error, connected bool) *Error {
	e := &Error{Kind: Retryable, Call: call.name, Code: "no connection"}
	if connected {
		e.Kind, e.Code = kindOfLostAnswer(call), "connection broken"
	}
	setContextCause(e, err)
	return e
}

// setContextCause notes a timeout or a cancelled call on e.
func setContextCause(e *Error, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.cause = "cancelled", context.Canceled
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		e.Code, e.cause = "timeout", context.DeadlineExceeded
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

var subCodePattern = regexp.MustCompile(`subCode\\*"\s*:\s*\\*"([A-Za-z]+)`)

// findErrorCode finds the code of an error answer: {"error":{"code":…}}, or the older
// {"errorCode":209,"message":"{… \"subCodePattern\":\"MessageWritesBlocked\"}"}.
func findErrorCode(body []byte) string {
	if found := subCodePattern.FindSubmatch(body); found != nil {
		return safeCode(string(found[1]))
	}
	var wire struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return ""
	}
	return safeCode(wire.Error.Code)
}

var safeCodePattern = regexp.MustCompile(`^[A-Za-z0-9 ._+/=-]{1,64}$`)

// safeCode lets through what can be a code or a correlation vector and nothing
// that could be somebody's text.
func safeCode(code string) string {
	if !safeCodePattern.MatchString(code) {
		return ""
	}
	return code
}

// parseRetryAfter reads seconds or an HTTP date. More than a day is taken for a day.
func parseRetryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(strings.TrimSpace(header), 10, 64); err == nil {
		wait = time.Duration(min(seconds, 86400)) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}
