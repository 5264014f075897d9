// Package pages shows the register, one challenge's timeline and the figures of a period to whoever is
// signed in, as plain HTML: no script, no picture, nothing from elsewhere.
//
// # Promise
//
//   - Who may see what package permission decides, for each request anew, by the directory of the
//     moment: whoever has left it sees nothing from then on, whatever session they have.
//
//   - What somebody may not see and what does not exist are one answer: same status, same page.
//
//   - No record number, name or search stands in an address or in a log. A search is sent by POST and
//     becomes a sealed id, which opens for whoever made it, for an hour.
//
//   - What was typed when a session had ended is there again after signing in.
//
//   - Each answer forbids script and other sites' frames, and is kept by no cache; what is sent by POST
//     from another site is refused.
//
//   - Nothing here changes a challenge: answering and judging have one place, the card in Teams.
//
//     handler.go    routes, headers, who is signed in
//     register.go   the register and its search; row.go one row of it
//     timeline.go   one challenge
//     *.tmpl        the pages; pages.css how they look
//
// The pages are in English, as the record and the figures are that they show.
package pages
