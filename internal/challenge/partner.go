package challenge

import "challengebot/internal/ladder"

// A concern about a partner agency, where the ladder does not cover those: it is
// recorded whole and ends at once. Nobody is asked on the ladder.

// recordedOnly stands as the reason of a concern that the procedure keeps as a note.
const recordedOnly = "The procedure keeps a record of a concern about a partner agency, and takes it no further."

// passedToPartner stands as the reason of one that belongs to another procedure.
const passedToPartner = "The concern is about a partner agency."

// endAsPartnerConcern ends a challenge that has just been raised about a partner
// agency: handed to the procedure that the ladder names, or to none.
func (s *step) endAsPartnerConcern(p *ladder.PartnerConcerns) {
	body := HandedOffBody{Reason: recordedOnly}
	if p.Mode == ladder.PartnerHandOff {
		body = HandedOffBody{To: p.To, Reason: passedToPartner}
	}
	s.emit(body, s.env.Ladder.First().ID, 0)
}

// RecordedOnly reports whether a handed-off challenge went to no other procedure.
func RecordedOnly(history []Event) bool {
	for _, e := range history {
		if b, ok := e.Body.(HandedOffBody); ok {
			return b.To == ""
		}
	}
	return false
}
