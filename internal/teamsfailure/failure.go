// Package teamsfailure is the one classification of a call to Teams that did not succeed:
// what it means for whoever made the call. Package connector sorts Teams' answers into it,
// package engine decides by it, and metrics and logs use its words.
//
// A failure is final only where Teams itself says so, in its own form and with a code that
// its documentation lists. Everything else (a proxy's page, a status that only something
// between the bot and Teams gives, a code that nobody has heard of) is no word of Teams'
// about the message, and passes.
package teamsfailure

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind says what the caller can do about a failure. It is also the label in metrics.
type Kind string

const (
	// Retryable: nothing was done, or doing it twice is harmless. Try again, not before
	// RetryAfter.
	Retryable Kind = "retryable"
	// Ambiguous: a message was on its way and the answer was lost. It may have arrived.
	// Record that, then decide whether a second copy is the lesser harm.
	Ambiguous Kind = "ambiguous"
	// ConversationGone: create the conversation again and send the message there.
	ConversationGone Kind = "conversation_gone"
	// MessageGone: the message cannot be changed any more. Send a new one.
	MessageGone Kind = "message_gone"
	// Rejected: the person or an administrator blocked, removed or never installed the bot.
	// Stop until the person writes or installs, or Teams takes something else for them; tell
	// somebody.
	Rejected Kind = "rejected"
	// UnclearRejection: a refusal that is not one of Teams' documented ones. It may come from
	// a proxy, a web filter or a fault that passes: try again for hours.
	UnclearRejection Kind = "unclear_rejection"
	// OurBug: what we sent is wrong. Tell the operator; never repeat it unchanged.
	OurBug Kind = "our_bug"
	// PermanentServerError: Teams failed, and documents that repeating does not help.
	PermanentServerError Kind = "permanent_server_error"
	// Misconfigured: the bot's credentials or addresses are not accepted. Wait until somebody
	// has corrected them: giving up would be a missed escalation.
	Misconfigured Kind = "misconfigured"
)

var remedies = map[Kind]string{
	Retryable:            "try again later",
	Ambiguous:            "it may have arrived; record the attempt before sending again",
	ConversationGone:     "create the conversation again",
	MessageGone:          "send a new message",
	Rejected:             "the bot is blocked or not installed there; ask the person or the Teams administrator",
	UnclearRejection:     "look at what stands between the bot and Teams, such as a proxy or a web filter; it is tried again for hours",
	OurBug:               "the request is malformed; report it as a fault of this program",
	PermanentServerError: "Teams could not do it; report it with the MS-CV",
	Misconfigured:        "check the bot's credentials, its Teams channel, the service URL and the allow-list",
}

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Retryable, Ambiguous, ConversationGone, MessageGone, Rejected, UnclearRejection, OurBug,
		PermanentServerError, Misconfigured}
}

// Failure is one call that did not succeed. It never holds personal data or a token.
type Failure struct {
	Kind   Kind
	Call   string // which one, as logs and metrics name it
	Status int    // HTTP status; 0 when no answer came
	Code   string // the code Teams gave, or our word for what went wrong
	// RetryAfter is how long Teams asks us to wait; 0 when it does not say.
	RetryAfter time.Duration
	MSCV       string // what Microsoft's support asks for
	// Hint is what to do, where more is known than the kind tells.
	Hint string
	// Cause is an error that errors.Is should find: of the context, or a sentinel.
	Cause error
}

// Error says what went wrong, where, and what to do.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "teams %s: %s", f.Call, strings.ReplaceAll(string(f.Kind), "_", " "))
	if f.Status != 0 {
		fmt.Fprintf(&b, ", status %d", f.Status)
	}
	if f.Code != "" {
		fmt.Fprintf(&b, ", %s", f.Code)
	}
	if f.MSCV != "" {
		fmt.Fprintf(&b, ", MS-CV %s", f.MSCV)
	}
	fmt.Fprintf(&b, ": %s", f.Remedy())
	return b.String()
}

// Remedy is what to do.
func (f *Failure) Remedy() string {
	if f.Hint != "" {
		return f.Hint
	}
	return remedies[f.Kind]
}

// Unwrap gives the cause, if one is known.
func (f *Failure) Unwrap() error { return f.Cause }

// IsRetryable reports whether the same call may be made again unchanged. A status of 500 is
// documented as not worth repeating; after an Ambiguous one the caller still has to weigh a
// second copy.
func (f *Failure) IsRetryable() bool {
	return f.Kind == Retryable || f.Kind == UnclearRejection || f.Kind == Ambiguous && f.Status != http.StatusInternalServerError
}
