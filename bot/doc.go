// Package bot is what Teams says to us: the HTTP routes, the proof that a
// request really came from Teams and from our own tenant, and the reading of
// what it asks for.
//
// # Promise
//
// An activity reaches the [Handler] only after, in this order: its bearer token was signed by
// the configured issuer for this bot and is within its lifetime, its body fitted under the
// cap and holds no more values than the limits allow, it was a JSON object with a type, the
// signing key is endorsed for the channel, the service URL is the one in the token and is on
// the allow-list, and the tenant is ours. Of a request without a good token nothing is read,
// and only who has shown one is told that a body is none. Nothing is stored or sent before
// that. There is no switch that turns any of it off.
//
// A refused token is answered with 401 and counted by [Reason], never with 5xx, after which
// Teams delivers an activity again. Each reason leaves one line in the log in ten minutes at
// most. 503 is kept for a handler that says it is [ErrUnavailable], so that an activity that
// could not be stored comes again; a card that asks by itself to be brought up to date is told
// so with 200.
//
// # What may fail, and what still holds
//
//   - The issuer is down: the keys already known go on being used, refreshes are
//     tried again later, and no activity whose key is known ever waits. Before the
//     first key arrived every activity is refused ([ReasonKeysUnavailable]).
//   - The issuer withdraws a key: the next refresh (at most 24 hours, or at once
//     after an unknown key id) drops it and every verified token that was remembered
//     under the old set.
//   - A storm of made-up key ids: one fetch a minute, so a new key is known a minute after
//     it was published at the latest.
//   - A handler panics: that activity is answered 500, logged without its content,
//     and the others go on.
//   - A challenge cannot be read or drawn: it costs its own line in a list (damaged.go).
//   - Somebody sends as fast as they can: a few of theirs are handled at a time, beyond the
//     limits of one person nothing is done, and they are told so (limits.go).
//
// Remembering a verified token saves the RSA work only. Service URL, audience,
// endorsement and tenant are compared on every request.
//
// # Where msbotbuilder-go stands in the path
//
// The route authenticates through core.BotFrameworkAdapter, which holds our
// [Validator] as its auth.TokenValidator; the client that it must be handed refuses
// everything, since the bot answers through the outbox. Of the adapter's
// methods, AuthenticateRequest is the one that keeps the promise above:
// ParseRequest would read the body without a limit, decode it before looking at
// the token, fail on an invoke whose value is not an object, and lose
// recipient.isTargeted and the contents of entities. So the body is read under
// the cap and decoded once, into our own [Activity]; the library's
// schema.Activity is filled from that for authentication, and never decoded
// from the wire.
//
// The library's credentials argument can only narrow the check: a provider
// that claims authentication is disabled is not believed.
//
// # Reading
//
// [DecodeActivity] is strict about JSON (duplicate names, invalid UTF-8 and
// trailing bytes are refused; names are case-sensitive) so that no two readers
// can see two different activities, and lenient about everything it does not
// need: entities, settings and value stay raw until somebody asks.
//
// # What is no command
//
// Only messages and buttons act, and a client that sends a button by itself is given the card
// as it is: nobody pressed anything. An edit, a deletion, a reaction, a read receipt and
// whatever Teams may invent never do: a change to a message that had an effect is noted
// in the trail, channels that come and go are kept, and the rest is answered with 200.
// testdata/activities holds one file for each shape, with what must come of it, and
// testdata/transcripts what people do one after the other, with all that comes of it.
package bot
