// Package engine is what happens without a person: windows lapse, reminders go
// out, cards are delivered and kept true, and a second path watches the first.
//
// Nothing waits in memory. A deadline is a column, a delivery is a row written in
// the transaction of the change it tells of; the engine reads both from the store,
// so that a restart at any moment loses nothing and any number of instances share
// the work. It wakes when the store says that something was written, when the next
// deadline comes, and every few seconds besides.
//
// What may fail: Teams refuses, is slow or away; the delivery waits and goes out
// later, and every attempt is recorded. Order holds within one challenge; between two
// it holds for ten minutes, and as long as it is Teams that is away. Answers to what a
// person types never wait behind cards.
//
// A lost answer may have been a delivered message: it is sent again, for a missed
// escalation is worse than a second copy, and the copy is harmless because the
// first answer wins. There are three copies at the most, and none is made while Teams
// is away. Once Teams has said yes the message is not sent again, however long it takes
// to record that.
//
// Only a refusal that Teams documents ends a delivery, and it becomes an event, of which
// those who must know are told; so does a question that Teams has not taken for half an
// hour. It is sent again when Teams takes something else for the person, after a while, and
// each working morning. What only an operator can correct (a secret that has ended, a host
// that is not allowed) waits, is counted and is logged with what to do.
// A card of a challenge whose row cannot be read is given up after twenty minutes and
// logged: behind it in the same conversation wait cards about other children.
//
// What a working day begins with, stand-ins and the messages to those who oversee, has a
// loop of its own: no deadline waits for it.
//
// Each kind of work is a supervised loop. A panic or an error in one challenge or message
// is contained: it is logged with ids and its stack, counted, set aside and tried again,
// and the others go on. A round that gets no further is cancelled when its budget is used
// up, and left behind if that does not end it. The watch is a loop too, with a connection
// of its own: it sees what is overdue, the oldest question that Teams has not taken and the
// age of each loop's last round, and says so to log, metrics and those who oversee. By a
// clock that is not trusted nothing is decided.
//
// Somebody for whom Teams does not take a message is known to be unreachable until it takes
// another, or they install the app or write; then every card that waits for them is sent
// again, once. Once in a working day a loop of its own asks Teams for the conversations of
// those of whom nothing was heard, or whose last message was not taken, so that it is known
// before a challenge depends on them.
package engine
