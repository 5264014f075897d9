package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/teamsfailure"
)

const (
	// outageAge is how long Teams has taken nothing when it is an outage, and
	// outageLogInterval how often that is said then.
	outageAge         = 10 * time.Minute
	outageLogInterval = time.Hour
	// healthProbeInterval is the least time between two questions whether Teams is there.
	healthProbeInterval = time.Minute
)

// teamsHealth is whether Teams is there at all, as the calls of this instance show it. One
// person's message that fails is not an outage, and in an outage no message is to blame.
type teamsHealth struct {
	mu           sync.Mutex
	failingSince time.Time // since when no call got an answer of Teams' own; zero: the last one did
	lastProbe    time.Time
	probes       int       // how many questions there were
	away         bool      // such a question had no answer either
	recoveredAt  time.Time // when that ended
	lastLogged   time.Time // when it was last said
}

// isAnswer reports whether Teams itself said something, be it no.
func isAnswer(err error) bool {
	if err == nil {
		return true
	}
	var f *teamsfailure.Failure
	if !errors.As(err, &f) {
		return false
	}
	switch f.Kind {
	case teamsfailure.Rejected, teamsfailure.ConversationGone, teamsfailure.MessageGone, teamsfailure.OurBug:
		return f.Status != 0
	}
	return false
}

// recordCall takes note of a call, and reports whether it ends an outage that was said.
func (h *teamsHealth) recordCall(err error, now time.Time) (recovered bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !isAnswer(err) {
		if h.failingSince.IsZero() {
			h.failingSince = now
		}
		return false
	}
	if h.away {
		h.recoveredAt = now
	}
	recovered = !h.lastLogged.IsZero()
	h.failingSince, h.lastLogged, h.away = time.Time{}, time.Time{}, false
	return recovered
}

// failingFor is for how long no call has had an answer.
func (h *teamsHealth) failingFor(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failingSince.IsZero() {
		return 0
	}
	return max(now.Sub(h.failingSince), time.Nanosecond)
}

// nextProbe is the number of the question that is to be put now, if one is.
func (h *teamsHealth) nextProbe(now time.Time) (n int, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failingSince.IsZero() || h.probes > 0 && now.Sub(h.lastProbe) < healthProbeInterval && !now.Before(h.lastProbe) {
		return 0, false
	}
	h.lastProbe = now
	h.probes++
	return h.probes, true
}

// recordProbe takes note that there was an answer to the question, or none.
func (h *teamsHealth) recordProbe(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = !isAnswer(err)
}

// shouldLog reports whether the outage is to be said now.
func (h *teamsHealth) shouldLog(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failingSince.IsZero() || now.Sub(h.failingSince) < outageAge || !h.lastLogged.IsZero() && now.Sub(h.lastLogged) < outageLogInterval {
		return false
	}
	h.lastLogged = now
	return true
}

// since is the later of a time and the end of the last outage: what Teams is to blame for is
// not counted against a message.
func (h *teamsHealth) since(t time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.recoveredAt.After(t) {
		return h.recoveredAt
	}
	return t
}

// callTeams makes one call about a conversation when the limits of Teams have room for it, bounds it,
// and takes note of what it tells of Teams' health.
func (e *Engine) callTeams(ctx context.Context, conversation string, limit time.Duration, f func(context.Context) error) error {
	end, wait, err := e.Pace.begin(ctx, conversation)
	if err != nil || wait > 0 {
		return &teamsfailure.Failure{Kind: teamsfailure.Retryable, Call: "pace", Code: "paced", RetryAfter: wait, Cause: err}
	}
	defer end()
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = f(bounded)
	if e.health.recordCall(err, e.Now()) {
		e.Logger.WarnContext(ctx, "Teams answers again; what waits goes out now")
	}
	return err
}

// isTeamsAway reports whether it is Teams that is away, and not one message that fails: no
// call had an answer for a while, and neither has the question for somebody else's
// conversation, by which nothing is sent to anybody.
func (e *Engine) isTeamsAway(ctx context.Context, queued outbox.Message, cause *teamsfailure.Failure) bool {
	if n, ok := e.health.nextProbe(e.Now()); ok {
		if other := e.pickSomebodyElse(queued.To.Person, n); other != "" {
			e.health.recordProbe(e.callTeams(ctx, other, e.CallTimeout, func(ctx context.Context) error {
				_, err := e.Teams.CreatePersonalChat(ctx, e.ServiceURL, other)
				return err
			}))
		}
	}
	now := e.Now()
	if cause.Kind != teamsfailure.Misconfigured && e.health.shouldLog(now) { // of that the log speaks already
		e.Logger.ErrorContext(ctx, "Teams has taken nothing for ten minutes or more; everything waits and goes out when it is back",
			"for", e.health.failingFor(now).Round(time.Second), "call", cause.Call, "kind", cause.Kind, "status", cause.Status,
			"code", cause.Code, "ms_cv", cause.MSCV)
	}
	return e.health.failingFor(now) > 0
}

// pickSomebodyElse is one of the directory who has an account, the next one each time.
func (e *Engine) pickSomebodyElse(person string, n int) string {
	people := slices.DeleteFunc(slices.Clone(e.Directory().People()), func(p directory.Person) bool { return p.Entra == "" || p.Entra == person })
	if len(people) == 0 {
		return ""
	}
	return people[n%len(people)].Entra
}
