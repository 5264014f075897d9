package engine

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/teamsfailure"
)

const (
	// asideAfter is how long a message may fail before messages about other children stop
	// waiting for it.
	asideAfter = 10 * time.Minute
	// lateAfter is how long a message may fail before that is said at the latest: to the
	// operator, and of a question to those who must know.
	lateAfter = 30 * time.Minute
	// unclearFor is how long a refusal that is not Teams' own, or something that is gone each
	// time it is made again, is tried before the message is given up.
	unclearFor = 8 * time.Hour
	// maxRetryAfter is how long Teams is believed when it asks to be left alone.
	maxRetryAfter = 15 * time.Minute
	// maxBackoff is the longest time between two attempts; maxUnclearBackoff where nobody
	// knows whether trying helps.
	maxBackoff        = 5 * time.Minute
	maxUnclearBackoff = 30 * time.Minute
)

// copyDelays is how long to wait after each attempt by which Teams may have the message,
// before it is sent again. After as many more it is left alone, for nobody can know.
var copyDelays = [...]time.Duration{time.Minute, 10 * time.Minute}

// maxCopies is how many copies of a message there may be.
const maxCopies = len(copyDelays) + 1

// outlook is what an attempt that failed means for its message.
type outlook struct {
	givenUp bool
	// passing: the refusal, if it is one, says nothing of the person.
	passing bool
	retry   outbox.Retry
}

// lookAhead decides how a message goes on after an attempt failed.
func (e *Engine) lookAhead(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure, now time.Time) outlook {
	failingSince := firstFailure(queued, now)
	out := outlook{passing: f.Kind != teamsfailure.Rejected || !isByPerson(f.Code)}
	switch f.Kind {
	case teamsfailure.Rejected, teamsfailure.OurBug:
		out.givenUp = true
	case teamsfailure.Ambiguous:
		out.givenUp = queued.Copies+1 >= maxCopies
	case teamsfailure.UnclearRejection, teamsfailure.ConversationGone, teamsfailure.MessageGone:
		out.givenUp = now.Sub(failingSince) >= unclearFor
	}
	if out.givenUp {
		return out
	}
	out.retry = outbox.Retry{NotBefore: e.nextAttempt(ctx, queued, f, now), StepsAsideAt: failingSince.Add(asideAfter)}
	if half := failingSince.Add(lateAfter); f.Kind == teamsfailure.UnclearRejection && now.Before(half) && out.retry.NotBefore.After(half) {
		out.retry.NotBefore = half // so that it is known then whether it must be said
	}
	switch {
	case queued.Kind == outbox.DirectMessageKind:
		// Answers do not wait for one another, unless Teams wants to be left alone.
		out.retry.StepsAsideAt = now.Add(min(f.RetryAfter, maxRetryAfter))
	case (now.Sub(failingSince) >= asideAfter/2 || !out.retry.NotBefore.Before(out.retry.StepsAsideAt)) &&
		e.isTeamsAway(ctx, queued, f):
		// Then the others would fare no better, and order is kept.
		out.retry.StepsAsideAt = out.retry.NotBefore.Add(healthProbeInterval)
	}
	return out
}

// firstFailure is since when a message fails that has failed now.
func firstFailure(queued outbox.Message, now time.Time) time.Time {
	if queued.FailingSince.IsZero() {
		return now
	}
	return queued.FailingSince
}

// isByPerson reports whether a documented refusal is because the person does not have the
// app, or does not want it: whoever removes it gains no time by it.
func isByPerson(code string) bool {
	switch code {
	case "ConversationBlockedByUser", "MessageWritesBlocked", "ForbiddenOperationException":
		return true
	}
	return false
}

// nextAttempt is when to try again.
func (e *Engine) nextAttempt(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure, now time.Time) time.Time {
	var wait time.Duration
	switch f.Kind {
	case teamsfailure.Ambiguous:
		wait = copyDelays[queued.Copies]
		wait += e.Jitter(wait / 10)
	case teamsfailure.UnclearRejection:
		wait = e.backoff(queued.Attempts, maxUnclearBackoff)
	default:
		wait = e.backoff(queued.Attempts, maxBackoff)
	}
	if f.RetryAfter > maxRetryAfter && e.failureLog.allow("Retry-After", now) {
		e.Logger.WarnContext(ctx, "Teams asks to be left alone for longer than is believed", "delivery", queued.ID, "status", f.Status,
			"asked", f.RetryAfter, "waits", maxRetryAfter)
	}
	return now.Add(max(wait, min(f.RetryAfter, maxRetryAfter)))
}

// backoff is how long to wait after that many attempts: from one second on, twice as long
// each time, spread so that not all come at once.
func (e *Engine) backoff(attempts int, longest time.Duration) time.Duration {
	wait := longest
	if attempts < 20 {
		wait = min(time.Second<<attempts, longest)
	}
	return wait + e.Jitter(wait/4)
}

// reportLate says of a message that will have failed for half an hour before it is tried once
// more, though Teams is there, that it does not arrive: to the operator and, of a question,
// to the chair and those who oversee. It is tried on.
func (e *Engine) reportLate(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure, next, now time.Time) error {
	if !next.After(e.health.since(firstFailure(queued, now)).Add(lateAfter)) || e.isTeamsAway(ctx, queued, f) {
		return nil
	}
	if e.failureLog.allow("late "+string(f.Kind)+" "+f.Code, now) {
		e.Logger.ErrorContext(ctx, "Teams does not take a message, though it takes others; it is tried on", "delivery", queued.ID,
			"card", queued.Card, "since", firstFailure(queued, now), "kind", f.Kind, "status", f.Status, "code", f.Code, "ms_cv", f.MSCV, "remedy", f.Remedy())
	}
	if queued.Kind != outbox.PostMessage || !asks(queued.Card) {
		return nil
	}
	_, err := e.outboxStore().Apply(ctx, storage.IdempotencyKey{Value: lateKey(queued), At: now}, storage.LookupKey{ID: queued.ChallengeID},
		containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			if !c.Challenge.StillAsks(challenge.UntakenCard{Card: queued.Card, Opening: queued.Opening, To: queued.To}) {
				return challenge.Change{Next: c.Challenge}, nil
			}
			return c.Challenge.Decide(challenge.RecordRejection{MessageID: queued.ID, Card: queued.Card, Opening: queued.Opening, To: queued.To,
				Code: f.Code, Passing: true}, challenge.System, e.envFor(c, now))
		}))
	return err
}

// asks reports whether somebody's answer is waited for on the card.
func asks(card challenge.Card) bool {
	return card == challenge.CardRespond || card == challenge.CardJudge || card == challenge.CardGate
}

// logFailure tells the operator of what does not pass by itself, and what to do.
func (e *Engine) logFailure(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure, out outlook, isKnown bool, now time.Time) {
	level, what := slog.LevelError, ""
	switch {
	case out.givenUp && f.Kind == teamsfailure.OurBug:
		what = "Teams refused a delivery because of a fault of this program; it is not repeated"
	case out.givenUp && f.Kind == teamsfailure.Ambiguous:
		if isKnown {
			level = slog.LevelWarn
		}
		what = "it could not be confirmed that Teams took a message, and it is not sent once more"
	case out.givenUp && f.Kind == teamsfailure.Rejected:
		level, what = slog.LevelWarn, "Teams refused a delivery for good"
	case out.givenUp:
		what = "a delivery was refused for hours, not in Teams' own words, and is given up"
	case f.Kind == teamsfailure.Misconfigured:
		if !e.failureLog.allow(f.Code, now) {
			return
		}
		what = "Teams does not accept this bot's set-up; deliveries wait until it is mended"
	case f.Kind == teamsfailure.PermanentServerError:
		level, what = slog.LevelWarn, "Teams could not make a delivery; it is tried again"
	default:
		return
	}
	e.Logger.Log(ctx, level, what, "delivery", queued.ID, "card", queued.Card, "status", f.Status, "code", f.Code,
		"ms_cv", f.MSCV, "remedy", remedyFor(f, out))
}

// remedyFor is what to do.
func remedyFor(f *teamsfailure.Failure, out outlook) string {
	if out.givenUp && f.Kind == teamsfailure.Ambiguous {
		return "ask the person whether they have it; the chair of the challenge is told"
	}
	return f.Remedy()
}

// lateKey marks that a message's lateness was told.
func lateKey(queued outbox.Message) string { return "late:" + strconv.FormatInt(queued.ID, 10) }
