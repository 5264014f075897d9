package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// After a very long outage the time of challenges stands still until those who oversee them let
// it run on: of one by its reference, or of all that are theirs at once.

// handleReleaseAll lets all of them run on, and answers with the list as it is then.
func (rq request) handleReleaseAll(ctx context.Context) error {
	if !rq.overseesAny() {
		return rq.sendHelp(ctx, rq.words.Bot.ReleaseOverseersOnly)
	}
	shown, err := rq.pressReleaseAll(ctx)
	if err != nil {
		return err
	}
	return rq.sendCard(ctx, shown.Card, "")
}

// pressReleaseAll does the same from the list, and gives the list as it is then.
func (rq request) pressReleaseAll(ctx context.Context) (cardResult, error) {
	if !rq.overseesAny() {
		return cardResult{}, textReply(rq.words.Bot.DigestOverseersOnly)
	}
	n, err := rq.releaseAll(ctx)
	if err != nil {
		return cardResult{}, err
	}
	card, err := rq.renderDigest(ctx, rq.describeReleased(n))
	return cardResult{Card: card}, err
}

func (rq request) describeReleased(n int) string {
	if n == 0 {
		return rq.words.Bot.NothingToRelease
	}
	return fmt.Sprintf(rq.words.Bot.ReleasedCount, n)
}

// releaseAll releases what the person may, each in its own transaction and once for the
// activity. What has run on meanwhile is passed over.
func (rq request) releaseAll(ctx context.Context) (released int, err error) {
	var waiting []uuid.UUID
	err = rq.Lists.EachPending(ctx, func(c challenge.Snapshot) {
		rq.contain(c.Challenge.ID, func() {
			if c.Challenge.AwaitsRelease() && rq.rights(c).Release {
				waiting = append(waiting, c.Challenge.ID)
			}
		})
	})
	if err != nil && !rq.isPartlyUnreadable(err) {
		return 0, err
	}
	for _, id := range waiting {
		_, _, err := rq.applyCommand(ctx, rq.idempotencyKey(":release:"+id.String()), storage.LookupKey{ID: id},
			func(challenge.Snapshot) (challenge.Command, error) { return challenge.Release{}, nil })
		switch {
		case errors.As(err, new(*challenge.Refusal)), errors.Is(err, storage.ErrNotFound):
		case err != nil:
			return released, err
		default:
			released++
		}
	}
	return released, nil
}
