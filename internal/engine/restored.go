package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// maxRestoredListed is how many challenges the list to oversight names: a message of Teams ends
// at some 28 KB.
const maxRestoredListed = 150

// RecordRestore makes known that the database was restored and what span is missing from it: in
// the trail of every challenge that is open, with its cards brought up to date and its question
// asked again, and to those who hold the oversight role, who are given one list. Each has its
// effect once for the beginning of the span, so that it may be run again. It returns how many
// challenges are open; what fails by itself keeps no other back and is in the error.
//
// It cannot know what was given in the span: a challenge raised then is unknown to it, and a card
// sent then stays in Teams as it is.
func (e *Engine) RecordRestore(ctx context.Context, missing challenge.Outage) (int, error) {
	key := func(what string) string { return fmt.Sprintf("restored:%d:%s", missing.From.UnixMicro(), what) }
	decide := containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
		return c.Challenge.Decide(challenge.RecordRestore{Missing: missing}, challenge.System, e.envFor(c, e.Now()))
	})
	var lines []string
	var failed setAsideList
	var unavailable error
	readErr := e.morningStore().EachOpen(ctx, func(c challenge.Snapshot) {
		if unavailable != nil {
			return
		}
		_, err := e.morningStore().Apply(ctx, storage.IdempotencyKey{Value: key(c.Challenge.ID.String()), At: e.Now()}, storage.LookupKey{ID: c.Challenge.ID}, decide)
		switch {
		case errors.Is(err, storage.ErrUnavailable):
			unavailable = err
		case err != nil:
			failed.add(storage.SetAsideItem{ChallengeID: c.Challenge.ID, Cause: err})
		}
		lines = append(lines, "- "+c.Challenge.Ref+": "+e.namesOf(c.Challenge.WaitingFor()))
	})
	if unavailable != nil {
		return len(lines), unavailable
	}
	tellErr := e.tellRoles(ctx, key("told"), []directory.Role{directory.RoleOversight}, func(w *words.Catalogue) string {
		list := lines[:min(len(lines), maxRestoredListed)]
		if more := len(lines) - len(list); more > 0 {
			list = append(list[:len(list):len(list)], fmt.Sprintf(w.Watch.RestoredMore, more))
		}
		zone := e.Calendar.Location()
		return fmt.Sprintf(w.Watch.Restored, w.FormatOnDateTime(missing.From.In(zone)), w.FormatOnDateTime(missing.To.In(zone)), strings.Join(list, "\n"))
	})
	return len(lines), errors.Join(readErr, failed.err(), tellErr)
}

// namesOf are the names of people as the directory has them.
func (e *Engine) namesOf(ids []string) string {
	var names []string
	for _, id := range ids {
		if p, listed := e.Directory().PersonByEntra(id); listed {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}
