package bot

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// The envelope of an activity is what Teams says of where it happened and who did it. Its ids
// become keys in the database, and its names stand in the record.

const (
	// maxIDBytes is the longest id that is believed. Teams' own have up to about 250 bytes; an
	// idempotency key is made of three.
	maxIDBytes = 600
	// maxNameLetters is how much of a name is kept.
	maxNameLetters = 256
)

// ErrOddEnvelope means that an id of the activity is none that Teams makes.
var ErrOddEnvelope = errors.New("an id of the activity is too long or holds control characters")

// checkEnvelope refuses ids that could not be stored, and makes names fit to be.
func (a *Activity) checkEnvelope() error {
	var picked Channel
	if len(a.ChannelData.Settings) > 0 {
		picked, _ = a.SelectedChannel()
	}
	for _, id := range []string{
		a.ID, a.ReplyToID, a.ServiceURL, a.Timestamp, a.From.ID, a.Recipient.ID, a.Conversation.ID,
		a.ChannelData.Team.ID, a.ChannelData.Channel.ID, picked.ID,
	} {
		if !isPlainID(id) {
			return ErrOddEnvelope
		}
	}
	for _, name := range []*string{&a.From.Name, &a.ChannelData.Team.Name, &a.ChannelData.Channel.Name} {
		*name = clipName(*name)
	}
	return nil
}

func isPlainID(s string) bool {
	return len(s) <= maxIDBytes && !strings.ContainsFunc(s, unicode.IsControl)
}

// clipName is a name on one line and of a length that a name has.
func clipName(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
	if utf8.RuneCountInString(s) > maxNameLetters {
		s = string([]rune(s)[:maxNameLetters])
	}
	return s
}

// personID is the Entra object id of a sender; "" if Teams names none, or something that is
// no such id.
func (a Account) personID() string {
	const plainLength = 36 // other spellings of a GUID are none of Entra's
	if id, err := uuid.Parse(a.AADObjectID); err == nil && len(a.AADObjectID) == plainLength {
		return id.String()
	}
	return ""
}
