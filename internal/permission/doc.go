// Package permission decides who may do what to a challenge, for reading and for acting
// alike. It is the only place that does: the transitions of package challenge, the bot's
// commands and buttons, the cards, and whatever shows challenges elsewhere ask it.
//
// It is pure. What it needs to know of a person and a challenge are Facts, which package
// challenge gathers from the challenge, the trail and today's directory; what comes out
// are Rights. A card shows the buttons of these Rights, and a transition refuses what is
// not among them, so a card never offers what would be refused and never lacks what would
// be taken.
//
// The rules, each of which holds in every state and under every ladder:
//
//   - Nobody who is not in today's directory reads anything or acts on anything. What
//     somebody who was asked and has left still sends is kept as a late response.
//   - Only who raised a challenge ends it. Oversight may ask for that.
//   - Nobody decides over a challenge in which they are or were asked to answer: not as
//     judge, not in the place of the judge or the chair, not by oversight.
//   - Cover gives the question and no more: a stand-in reads and does what the challenge
//     waits for from the person they stand in for, while the cover lasts. Afterwards they
//     read what they themselves took part in.
package permission
