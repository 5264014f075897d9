// Package practicepage shows a world of internal/story in a browser: every person's chat, the
// channels, the clock and the audit trails, as plain HTML without a script. It is how the command
// try lets one person be everybody in turn; no authority's bot serves it.
//
// # What it promises
//
//   - A card is shown with what a client would show of it, and its inputs are checked as a client
//     checks them, before the bot hears of them.
//   - One thing happens at a time, and before a page is shown the engine has done all that was due.
//   - What was typed into a card that a client would not have sent comes back, marked.
//
// # What it does not protect
//
// It lets anybody who reaches it be anybody, so it is for loopback only. A request that was not
// addressed to this machine by a loopback name, or that another site sent, is refused, so that no
// page on the internet can play through the reader's browser.
package practicepage
