// Package practice is a local stand-in for Teams: several people and channels, a
// clock that can be moved, and the part of the Bot Connector that the bot uses. It
// serves behaviour tests, the one-command demonstration and the practice page.
//
// # The promise
//
//   - It is strict. What Teams would refuse is refused with the documented status
//     and code; what Teams would take but a reader would suffer from (an input
//     without a label, a card without its text form) is refused too. Each fault of
//     the bot's is kept in Violations and told to Options.Errorf, so that a test
//     that uses the practice Teams fails loudly.
//   - It is honest about time. It reads no clock but the one it is given.
//   - A person sees what a person would see: a card that an action returned is
//     theirs alone until the message is updated; a targeted message has one reader;
//     a message that was withdrawn is gone.
//   - It lives on loopback, in this process, and its tokens are good nowhere else.
//
// # What may fail, and what still holds
//
// Everything that fails in the real Teams can be made to fail here: answers with any
// status (Fail), before or after the message is stored; hanging calls; a cut line
// (Cut); expired tokens; rotated keys; rate limits. A message is stored before
// OnCall runs and the answer is written after it, so a process killed in OnCall
// leaves exactly the ambiguity the real platform leaves.
//
// Not modelled: files, single sign-on.
package practice
