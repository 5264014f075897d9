package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"challengebot/internal/teamsfailure"
)

// afterLoss stands in the table for "the answer does not say whether it was done":
// Ambiguous where the call posts a message, Retryable elsewhere.
const afterLoss teamsfailure.Kind = "after_loss"

// ErrCredentials is the cause of every failure for which the bot's own credentials are to
// blame.
var ErrCredentials = errors.New("the bot's credentials are not accepted")

// Our words for what stands in an answer where Teams' code would.
const (
	// CodeHTMLPage: the answer is a page for people. Teams sends none, whatever the status:
	// it is a proxy's, a web filter's or a gateway's.
	CodeHTMLPage = "HTML page"
	// CodeUnreadableID: Teams cannot read the id of a conversation or a person that it gave
	// out before. It belongs to another registration of the bot, or to a restore from one.
	CodeUnreadableID = "unreadable id"
	// codeTooBig is Teams' word for it, also where the message was not even sent.
	codeTooBig = "MessageSizeTooBig"
)

// ClassificationRule is one line of the table: a status (or, ending in xx, a class), a code and
// a call, each empty for any; and what it means.
type ClassificationRule struct {
	Status string
	Code   string
	Call   string
	kind   teamsfailure.Kind
}

// classificationRules is the table of Teams' error answers, the first match counting. What
// ends a delivery stands there with the code that Teams documents for it; the same status
// without that code is not believed.
var classificationRules = []ClassificationRule{
	{"4xx", CodeUnreadableID, CallSend, teamsfailure.ConversationGone},
	{"4xx", CodeUnreadableID, CallSendTargeted, teamsfailure.ConversationGone},
	{"4xx", CodeUnreadableID, CallUpdate, teamsfailure.ConversationGone},
	{"400", "BadArgument", "", teamsfailure.OurBug},
	{"400", "BadSyntax", "", teamsfailure.OurBug},
	{"400", "INVALID_TARGETED_MESSAGE_ID", "", teamsfailure.OurBug},
	{"401", CodeHTMLPage, "", teamsfailure.UnclearRejection},
	{"401", "", "", teamsfailure.Misconfigured},
	{"403", "InvalidBotApiHost", "", teamsfailure.Misconfigured},
	// An update of a deleted message is answered with 403 ServiceError.
	{"403", "ServiceError", CallUpdate, teamsfailure.MessageGone},
	{"403", "BotDisabledByAdmin", "", teamsfailure.Rejected},
	{"403", "ConversationBlockedByUser", "", teamsfailure.Rejected},
	{"403", "NotEnoughPermissions", "", teamsfailure.Rejected},
	{"403", "BotNotInConversationRoster", "", teamsfailure.Rejected},
	{"403", "ForbiddenOperationException", "", teamsfailure.Rejected},
	{"403", "MessageWritesBlocked", "", teamsfailure.Rejected},
	// There is no such person or channel: creating again would be answered the same.
	{"404", "ConversationNotFound", CallCreatePersonalChat, teamsfailure.Rejected},
	{"404", "ConversationNotFound", CallStartThread, teamsfailure.Rejected},
	{"404", "ConversationNotFound", "", teamsfailure.ConversationGone},
	// What these two speak of is the message that is changed or, where one is sent, the one
	// that its thread began with.
	{"404", "ActivityNotFoundInConversation", CallUpdate, teamsfailure.MessageGone},
	{"404", "TARGETED_MESSAGE_EXPIRED_OR_DELETED", CallUpdate, teamsfailure.MessageGone},
	{"404", "ActivityNotFoundInConversation", CallSend, teamsfailure.ConversationGone},
	{"404", "ActivityNotFoundInConversation", CallSendTargeted, teamsfailure.ConversationGone},
	{"404", "TARGETED_MESSAGE_EXPIRED_OR_DELETED", CallSend, teamsfailure.ConversationGone},
	{"404", "TARGETED_MESSAGE_EXPIRED_OR_DELETED", CallSendTargeted, teamsfailure.ConversationGone},
	{"408", "", "", afterLoss},
	{"412", "", "", teamsfailure.Retryable},
	{"413", codeTooBig, "", teamsfailure.OurBug},
	{"429", "", "", teamsfailure.Retryable},
	{"4xx", "", "", teamsfailure.UnclearRejection},
	{"3xx", "", "", teamsfailure.Misconfigured},
	{"500", "", CallSend, teamsfailure.Ambiguous},
	{"500", "", CallSendTargeted, teamsfailure.Ambiguous},
	{"500", "", CallStartThread, teamsfailure.Ambiguous},
	{"500", "", "", teamsfailure.PermanentServerError},
	// A gateway that failed after it had passed the call on says 502 or 504; a page with 503,
	// or the wish for a sign-in, is of something that let nothing through.
	{"503", CodeHTMLPage, "", teamsfailure.UnclearRejection},
	{"511", "", "", teamsfailure.UnclearRejection},
	{"5xx", "", "", afterLoss},
}

// ClassificationRules lists the lines of the table in their order, for those who show what
// becomes of each.
func ClassificationRules() []ClassificationRule { return slices.Clone(classificationRules) }

// Matches reports whether the line speaks of such an answer to such a call.
func (r ClassificationRule) Matches(status int, code, call string) bool {
	text := strconv.Itoa(status)
	return (r.Status == text || r.Status == text[:1]+"xx") &&
		(r.Code == "" || isSameCode(r.Code, code)) && (r.Call == "" || r.Call == call)
}

// isSameCode compares codes as Teams writes them: "Bad Argument", "Bad argument" and
// "BadArgument" are one.
func isSameCode(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", ""))
}

// classify turns a whole answer into nil or a *teamsfailure.Failure by the table.
func classify(call apiCall, got apiResponse) error {
	code := findErrorCode(got)
	e := &teamsfailure.Failure{Kind: teamsfailure.PermanentServerError, Call: call.name, Status: got.status, Code: code, RetryAfter: got.retryAfter, MSCV: got.mscv}
	if got.status >= 200 && got.status < 300 {
		if got.status != http.StatusOK || code != CodeHTMLPage {
			return nil
		}
		e.Kind = teamsfailure.UnclearRejection // a sign-in page says 200
		return e
	}
	for _, r := range classificationRules {
		if r.Matches(got.status, code, call.name) {
			e.Kind = r.kind
			break
		}
	}
	switch {
	case e.Kind == afterLoss:
		e.Kind = kindOfLostAnswer(call)
	case e.Kind == teamsfailure.Misconfigured && e.Status == http.StatusUnauthorized:
		blameCredentials(e)
	case e.Kind == teamsfailure.Misconfigured:
		e.Hint = hintAddresses
	case e.Kind == teamsfailure.OurBug && isSameCode(code, codeTooBig):
		e.Hint = hintTooBig
	}
	return e
}

const (
	hintCredentials = "check the bot's credentials and its Teams channel"
	hintAddresses   = "check the service URL and the allow-list"
	hintTooBig      = "shorten the message"
)

// blameCredentials makes it a failure of the bot's own credentials.
func blameCredentials(f *teamsfailure.Failure) {
	f.Kind, f.Hint, f.Cause = teamsfailure.Misconfigured, hintCredentials, ErrCredentials
}

// forbiddenHost is the failure of a call to an address that the allow-list does not have.
// Nothing was sent.
func forbiddenHost(call string) *teamsfailure.Failure {
	return &teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Call: call, Hint: hintAddresses}
}

// malformed is the failure of a call that cannot even be written down. Nothing was sent.
func malformed(call, what string) *teamsfailure.Failure {
	return &teamsfailure.Failure{Kind: teamsfailure.OurBug, Call: call, Code: what}
}

// unreadableAnswer is the error for an answer that says yes and cannot be read.
func unreadableAnswer(call apiCall, got apiResponse) *teamsfailure.Failure {
	return &teamsfailure.Failure{Kind: kindOfLostAnswer(call), Call: call.name, Status: got.status, Code: "unreadable answer", MSCV: got.mscv}
}

func kindOfLostAnswer(call apiCall) teamsfailure.Kind {
	if call.createsMessage {
		return teamsfailure.Ambiguous
	}
	return teamsfailure.Retryable
}

// classifyTransportError sorts a failure without an answer. The error's own text is
// dropped: it holds the address, and with it ids.
func classifyTransportError(call apiCall, err error, connected bool) *teamsfailure.Failure {
	e := &teamsfailure.Failure{Kind: teamsfailure.Retryable, Call: call.name, Code: "no connection"}
	if connected {
		e.Kind, e.Code = kindOfLostAnswer(call), "connection broken"
	}
	setContextCause(e, err)
	return e
}

// setContextCause notes a timeout or a cancelled call on e.
func setContextCause(e *teamsfailure.Failure, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.Cause = "cancelled", context.Canceled
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		e.Code, e.Cause = "timeout", context.DeadlineExceeded
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

var (
	subCodePattern      = regexp.MustCompile(`subCode\\*"\s*:\s*\\*"([A-Za-z]+)`)
	unreadableIDPattern = regexp.MustCompile(`(?i)decrypt|pairwise`)
)

// findErrorCode finds the code of an error answer: {"error":{"code":…}}, or the older
// {"errorCode":209,"message":"{… \"subCode\":\"MessageWritesBlocked\"}"}; or our own word for
// what Teams says in its message alone, or for what is no answer of Teams'.
func findErrorCode(got apiResponse) string {
	if got.isPage() {
		return CodeHTMLPage
	}
	if found := subCodePattern.FindSubmatch(got.body); found != nil {
		return safeCode(string(found[1]))
	}
	var wire struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(got.body, &wire) != nil {
		return ""
	}
	if unreadableIDPattern.MatchString(wire.Error.Message) {
		return CodeUnreadableID
	}
	return safeCode(wire.Error.Code)
}

// isPage reports whether the answer is a page for people.
func (r apiResponse) isPage() bool {
	body := bytes.TrimLeft(r.body, " \t\r\n\ufeff")
	return bytes.HasPrefix(body, []byte("<")) ||
		strings.Contains(strings.ToLower(r.contentType), "html") && !bytes.HasPrefix(body, []byte("{"))
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
