package challenge

import "challengebot/internal/ladder"

// A concern about a partner agency, where the ladder does not cover those: it is
// recorded whole and ends at once. Nobody is asked on the ladder.

// recordedOnlyReason stands as the reason of a concern that the procedure keeps as a note.
const recordedOnlyReason = "The procedure keeps a record of a concern about a partner agency, and takes it no further."

// partnerHandOffReason stands as the reason of one that belongs to another procedure.
const partnerHandOffReason = "The concern is about a partner agency."

// endAsPartnerConcern ends a challenge that has just been raised about a partner
// agency: handed to the procedure that the ladder names, or to none.
func (tr *transition) endAsPartnerConcern(p *ladder.PartnerConcerns) {
	body := HandedOff{Reason: recordedOnlyReason}
	if p.Mode == ladder.PartnerHandOff {
		body = HandedOff{To: p.To, Reason: partnerHandOffReason}
	}
	tr.emit(body, tr.env.Ladder.FirstRung().ID, 0)
}

// IsRecordedOnly reports whether a handed-off challenge went to no other procedure.
func IsRecordedOnly(history []Event) bool {
	for _, e := range history {
		if b, ok := e.Body.(HandedOff); ok {
			return b.To == ""
		}
	}
	return false
}
