package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/safetext"
)

// isStaff reports whether somebody of that name is in the directory.
func (rq request) isStaff(name string) bool { return len(rq.Directory().PeopleNamed(name)) > 0 }

// askAboutName asks once, before anything that was typed goes anywhere, about all in it that looks
// like a name beside a date of birth. asked is the fingerprint of what the person was asked about and
// sent again as it stood; nil: nothing is to be asked.
func (rq request) askAboutName(inputs map[string]string, asked string) (fingerprint string, question *challenge.Refusal) {
	var found []string
	for _, id := range slices.Sorted(maps.Keys(inputs)) {
		found = append(found, safetext.FindPeopleBesideBirth(inputs[id], rq.now, rq.isStaff)...)
	}
	if len(found) == 0 {
		return "", nil
	}
	if fingerprint = cards.FingerprintShown(found...); fingerprint == asked {
		return "", nil
	}
	sentences := []string{rq.words.Form.DoesItNameAChild}
	for _, one := range found {
		sentences = append(sentences, fmt.Sprintf(rq.words.Form.IsThisAPerson, one))
	}
	return fingerprint, newRefusal(challenge.CodeBadInput, strings.Join(append(sentences, rq.words.Form.SendAgain), " "))
}
