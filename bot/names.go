package bot

import (
	"fmt"
	"maps"
	"slices"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/safetext"
)

// isStaff reports whether somebody of that name is in the directory.
func (rq request) isStaff(name string) bool { return len(rq.Directory().PeopleNamed(name)) > 0 }

// askAboutName asks once, before anything that was typed goes anywhere, about what looks like a name
// beside a date of birth. asked is the fingerprint of what the person was asked about and sent again
// as it stood; nil: nothing is to be asked.
func (rq request) askAboutName(inputs map[string]string, asked string) (fingerprint string, question *challenge.Refusal) {
	for _, id := range slices.Sorted(maps.Keys(inputs)) {
		found := safetext.FindPersonBesideBirth(inputs[id], rq.now, rq.isStaff)
		if found == "" {
			continue
		}
		fingerprint = cards.FingerprintShown(found)
		if fingerprint == asked {
			return "", nil
		}
		w := rq.words.Form
		return fingerprint, newRefusal(challenge.CodeBadInput, w.DoesItNameAChild+" "+fmt.Sprintf(w.IsThisAPerson, found)+" "+w.SendAgain)
	}
	return "", nil
}
