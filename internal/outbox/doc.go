// Package outbox has the words of the transactional outbox: what is to be sent to Teams,
// to whom, in which order, and what came of it.
//
// A change of a challenge and the messages that follow from it are written in one
// transaction (package postgres). The engine claims a message, draws it as the challenge
// then is, sends it, and records the attempt. Nothing here is about the domain, and
// nothing of package challenge is about Teams: a second chat platform would change this
// package, the connector and the bot.
//
//	Message               one thing to send: a new post, an update, a direct message
//	Attempt               one try to send it, as evidence
//	PostedMessage         where Teams keeps a card that was sent, and what it shows
//	ConversationReference how to reach a person's chat, or a challenge's thread
//	OrderingKey           messages with the same key go out one after the other; one that keeps
//	                      failing steps aside for those about other challenges
//	Claim                 an instance's wish for messages that it may send now
//	Unreachable           somebody to whom Teams lets the bot write nothing
package outbox
