package challengetest

import (
	"challengebot/internal/challenge"
)

// Deliver lets Teams take, at once, the cards of a change by which somebody is asked for
// something. It returns the challenge after that, and the events.
func Deliver(change challenge.Change, env challenge.Env) (challenge.Challenge, []challenge.Event) {
	c := change.Next
	var events []challenge.Event
	for _, post := range change.Posts {
		if post.Card != challenge.CardRespond && post.Card != challenge.CardGate {
			continue
		}
		taken, err := c.Decide(challenge.RecordDelivery{MessageID: 1, Card: post.Card, Opening: post.Opening, To: post.To}, challenge.System, env)
		if err != nil {
			panic("challengetest: a card cannot be delivered: " + err.Error())
		}
		c, events = taken.Next, append(events, taken.Events...)
	}
	return c, events
}
