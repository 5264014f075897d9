// Package connector is what we say to Teams: it opens conversations, posts and
// updates messages through the Bot Connector REST interface, and sorts every
// answer by what the caller can do about it.
//
// # The promise
//
//   - The bot's token goes to hosts on the allow-list and nowhere else. The
//     list is asked before each call, and a redirect is never followed.
//   - Every failure is a *teamsfailure.Failure whose Kind says what to do next. The
//     sorting is one table (classificationRules), taken from the platform's own.
//   - No error carries a token, a person's name, an address or any text that a
//     person or Teams wrote. What it does carry (status, code, MS-CV) is enough
//     for Microsoft's support.
//   - One call of a method is at most one accepted message. The package never
//     repeats a call by itself, with one exception: after a 401, which Teams
//     answers before it does anything, the token is renewed and the call made
//     once more.
//
// # What may fail, and what still holds
//
// A post has no idempotency key. When the answer to one is lost (a timeout, a
// broken connection, a 5xx, an unreadable body) the message may or may not be in
// front of the person: that is teamsfailure.Ambiguous, and only the caller, who keeps a
// record of attempts, may decide to post again. Updates, reads and the
// creation of a personal conversation are safe to repeat and are reported as
// teamsfailure.Retryable instead.
package connector
