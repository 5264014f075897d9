package challenge

import "time"

// Card names what is posted to somebody. Package cards draws it.
type Card string

// The cards.
const (
	CardRespond   Card = "respond"   // to a respondent: answer by the due date
	CardReminder  Card = "reminder"  // to a respondent: the window ends soon
	CardJudge     Card = "judge"     // to the judge: the response, satisfied or not
	CardGate      Card = "gate"      // to those who can open a gate
	CardChallenge Card = "case"      // to the chair: where the challenge stands
	CardNews      Card = "news"      // to the chair: what has happened, in one line
	CardAlert     Card = "alert"     // to those a rung alerts
	CardNotice    Card = "notice"    // to a channel: reference, rung, due date; nothing else
	CardOversight Card = "oversight" // to the oversight role: what nobody answers
)

// Cards are all cards that belong to a challenge.
func Cards() []Card {
	return []Card{CardRespond, CardReminder, CardJudge, CardGate, CardChallenge, CardNews, CardAlert, CardNotice, CardOversight}
}

// Superseded are the cards of which a person needs no more than one for a challenge, this one among
// them: a new one takes the place of those before it. Of others each stays.
func (c Card) Superseded() []Card {
	switch c {
	case CardRespond:
		return []Card{CardRespond}
	case CardJudge, CardGate, CardChallenge:
		return []Card{CardJudge, CardGate, CardChallenge}
	}
	return nil
}

// Address is where a card goes: to a person, or to the channel of a team.
type Address struct {
	Person string `json:"person,omitempty"` // Entra object id
	Team   string `json:"team,omitempty"`   // the team's id in the directory
}

// Post is a card to be posted as a new message. Cards posted before are brought
// up to date without being asked for.
type Post struct {
	To      Address
	Card    Card
	Opening int
}

// UntakenCard is a card that Teams did not take, nor any like it for the same address since.
type UntakenCard struct {
	Card    Card      `json:"card"`
	Opening int       `json:"visit"`
	To      Address   `json:"to"`
	Seq     int       `json:"seq"` // of the last event that says so
	At      time.Time `json:"at"`
	Times   int       `json:"times"` // how many events say so
	Passing bool      `json:"passing,omitempty"`
	// Unconfirmed: Teams may have it all the same.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
}
