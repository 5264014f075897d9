package cards

import (
	"crypto/sha256"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// View is a challenge as it is to be drawn. Ladder is the challenge's own copy.
type View struct {
	Challenge challenge.Challenge
	Ladder    *ladder.Ladder
	History   []challenge.Event
	TeamName  string // name of the team, to be shown
	Now       time.Time
	Zone      *time.Location
	// Calendar and Directory are today's: with them package permission says what the reader
	// may do, and the card has the buttons of that and no others.
	Calendar  *workday.Calendar
	Directory *directory.Directory
}

// rightsOf are what a reader may do to the challenge.
func (v View) rightsOf(id string) permission.Rights { return v.snapshot().RightsOf(id, v.env()) }

func (v View) snapshot() challenge.Snapshot {
	return challenge.Snapshot{Challenge: v.Challenge, Ladder: v.Ladder, History: v.History}
}

func (v View) env() challenge.Env {
	return challenge.Env{Now: v.Now, Calendar: v.Calendar, Ladder: v.Ladder, Directory: v.Directory}
}

// Options are what concerns the one who looks.
type Options struct {
	// Words are the reader's language; nil is English.
	Words    *words.Catalogue
	ViewerID string // Entra object id
	// Refusal is shown at the top, its Fields at the inputs.
	Refusal *challenge.Refusal
	// TypedValues is put back into the inputs, by id. When those are gone it is shown.
	TypedValues map[string]string
	// Submitted is the action that Said and Typed come from. Without it they belong to
	// the first inputs of the card.
	Submitted ButtonData
	// AskedAbout is the fingerprint of what may be a name and is asked about: pressed again, it goes.
	AskedAbout string
	// Confirmation is a plain confirmation.
	Confirmation string
	// Dialog draws the card for a window of its own, opened from message Message.
	Dialog    bool
	MessageID string
	// RefreshFor are the people (29:…) for whom Teams refreshes the card by itself.
	RefreshFor []string
	// onlyAsked draws what is asked of the reader, without what only explains.
	onlyAsked bool
}

// RenderForUpdate draws a card as Render does, for a place where it may stand already, and gives the
// hash that says whether it must be put there again: a hash of all of it or, while its reader may be
// writing on it, of what is asked of them alone. Drawing it again would wipe what they have written.
func RenderForUpdate(card challenge.Card, opening int, v View, o Options) (Card, [sha256.Size]byte) {
	drawn := Render(card, opening, v, o)
	if !drawn.mayBeWriting {
		return drawn, sha256.Sum256(drawn.json)
	}
	o.onlyAsked = true
	return drawn, sha256.Sum256(Render(card, opening, v, o).json)
}

// Render draws a card of a challenge. opening is the opening that the card was posted
// for; 0 is before the first.
func Render(card challenge.Card, opening int, v View, o Options) Card {
	v = v.asTaken(card, opening, o.ViewerID)
	may := v.rightsOf(o.ViewerID)
	return renderWithinLimit(func(f sizeBudget) *builder {
		b := newBuilder(card, opening, v, o, f)
		b.may = may
		if !may.Read && card != challenge.CardNotice && o.ViewerID != "" {
			b.buildNoLongerYours()
			return b
		}
		shown := card
		isAnothers := o.Refusal != nil && !b.isJudge() // what was typed was another's to do, and nothing is to be pressed
		if o.ViewerID == v.Challenge.Chair.ID && (card == challenge.CardGate || card == challenge.CardJudge && !isAnothers) {
			shown = challenge.CardChallenge // it holds what either asks, and all that is the chair's to do
		}
		switch shown {
		case challenge.CardRespond:
			b.buildRespondCard()
		case challenge.CardReminder:
			b.buildReminder()
		case challenge.CardJudge:
			b.buildJudgeCard()
		case challenge.CardGate:
			b.buildGateCard()
		case challenge.CardChallenge:
			b.buildChallengeCard()
		case challenge.CardNews:
			b.buildNews()
		case challenge.CardAlert:
			b.buildAlert()
		case challenge.CardOversight:
			b.buildOversightCard()
		default: // a card that is not known shows no more than a channel may see
			b.buildNotice()
		}
		return b
	})
}
