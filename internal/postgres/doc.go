// Package postgres keeps everything in PostgreSQL (15 or newer) and is the one transaction through
// which a challenge changes.
//
// The door is [Store.Raise], [Store.Apply], [Store.Tick], [Store.MarkDelivered] and [Store.MarkRejected].
// Each is one transaction: the challenge's row is locked, the caller's pure decision is taken on
// what the row says, and the new row, its events, the reports' copy of a response, the deliveries
// that the change asks for, the updates of cards that now show an old version and the idempotency
// key are written together or not at all. Whoever waits for the lock decides on the row as the
// winner left it.
//
// What is promised:
//
//   - Once. An idempotency key has one effect, however often and however simultaneously it arrives;
//     a repeated one is answered with the challenge as it stood right after the first.
//   - Nothing unsaid. Every change has its events, chained by hash, and events are only ever added:
//     statement triggers refuse UPDATE, DELETE and TRUNCATE to everybody, and the role
//     challengebot_app has no right to them. `serve` should connect as a login that is a member of
//     that role; migrating needs the owner. [Store.Verify] replays every trail and compares it with
//     every column, so that what the database's owner changes by hand is found. An owner who
//     recomputes a whole chain, or cuts off its end and mends the row to fit, is beyond what one
//     database can show about itself: that is what seals kept elsewhere are for. They are made from
//     the heads that Verify gives.
//   - Nothing forgotten. An open challenge without a next look of the clock is refused by a CHECK.
//     One whose transition fails is reported, set aside for a minute and tried again; it holds up
//     no other.
//   - Order. Messages of one ordering key, the column lane (a person's chat, the answers to a
//     person, a team's channel) are claimed one at a time, oldest first, by one instance at a time.
//     One that keeps failing steps aside for those about other challenges, never for its own. A
//     claim is a lease; when it ends without a result, its instance is gone or does not know of it,
//     somebody else may claim. The number of the attempt is the fence: a result that comes after
//     another instance took over does not undo that instance's.
//   - Read what was written. A card that was rendered from a row which has changed since is
//     followed by an update.
//
// Idempotency keys are kept for good. One takes 0.5 KB with its index, so that 2,000 challenges a
// year with forty requests each add 40 MB: far less than what the same requests leave in deliveries.
// In return the table is insert-only like the trail, and a form that has sat in a chat for a year,
// sent once more, is still the challenge that it was the first time.
//
// A message is sent before its delivery is recorded, so a crash in between repeats it: twice, never
// none.
//
// What may fail: the database is away, too slow or too busy. Every such error is
// storage.ErrUnavailable, and nothing was changed, unless the connection broke while COMMIT was
// under way; then nobody can know, and giving the same idempotency key again tells. No error holds
// an argument, a row's value or the server's message text: they could name a child.
//
// Every wait has an end on this side, beside the limits that the server keeps: a connection that
// carries nothing, or on which the server will not write, is closed, and those that were idle
// meanwhile prove that they live. The watch has a connection of its own.
//
// Notifications are sent after the COMMIT they tell of, in the same round trip. Inside the
// transaction they would take a lock that lets only one commit of the whole server through at a
// time. One that is lost is made up for by the engine's own poll.
package postgres
