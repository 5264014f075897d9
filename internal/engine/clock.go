package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// refreshTimeout bounds the look for news of cover before a round of the clock. Without
// the news the clock goes by what it knew a moment ago.
const refreshTimeout = 5 * time.Second

// runClockRound lets the clock act. Challenges that fail by themselves are reported one by
// one and do not make the round a failure.
func (e *Engine) runClockRound(ctx context.Context) error {
	if err := e.clockFault(); err != nil {
		return err
	}
	_, err := e.Tick(ctx)
	items, _ := storage.SplitSetAside(err)
	return errors.Join(e.reportSetAside(ctx, workClock, err), e.tellCalendarMet(ctx, items))
}

// tellCalendarMet tells the chair, and those who oversee it, of a challenge that cannot go
// on because its next date lies past the end of the calendar.
func (e *Engine) tellCalendarMet(ctx context.Context, items []storage.SetAsideItem) error {
	var faults error
	for _, item := range items {
		refusal := (*challenge.Refusal)(nil)
		if !errors.As(item.Cause, &refusal) || refusal.Code != challenge.CodeNoCoverage {
			continue
		}
		c, err := e.watchStore().Load(ctx, storage.LookupKey{ID: item.ChallengeID})
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		people := append(
			challenge.Overseers(&c.Challenge, e.Directory(), e.Calendar.DateOf(e.Now())),
			c.Challenge.Chair.ID,
		)
		for _, person := range people {
			key := "watch:calendar-met:" + c.Challenge.ID.String()
			faults = errors.Join(faults, e.tellPerson(ctx, key, person, func(w *words.Catalogue) string {
				return fmt.Sprintf(w.Watch.CalendarMet, c.Challenge.Ref)
			}))
		}
	}
	return faults
}

// Tick lets the clock act on every challenge for which something is due, and
// returns how many it acted on.
func (e *Engine) Tick(ctx context.Context) (int, error) {
	outages, err := e.findOutages(ctx)
	if err != nil {
		return 0, err
	}
	refreshErr := e.refreshDirectory(ctx)
	if e.reconciledWith.Load() != e.Directory() {
		wake(e.wakeMorning)
	}
	total := 0
	for {
		now := e.Now()
		decide := containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			env := e.envFor(c, now)
			env.Outages = outages
			return c.Challenge.Decide(challenge.Tick{}, challenge.System, env)
		})
		n, err := e.clockStore().Tick(ctx, now, e.BatchSize, decide)
		total += n
		e.metrics.clockActions.Add(float64(n))
		if err == nil && n == e.BatchSize {
			continue
		}
		if !errors.Is(err, storage.ErrUnavailable) {
			err = errors.Join(err, e.tellLongOutages(ctx, outages))
		}
		return total, errors.Join(err, refreshErr)
	}
}

// refreshDirectory looks for news of cover and channels, in a few seconds.
func (e *Engine) refreshDirectory(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	return contain.Run(func() error { return e.Refresh(bounded) })
}

// containDecision makes a panic of a decision an error of the one challenge that it was
// taken on. Each decision is headway of the round to which the context belongs.
func containDecision(ctx context.Context, decide decideFunc) decideFunc {
	return func(c challenge.Snapshot) (challenge.Change, error) {
		recordHeadway(ctx)
		return contain.Value(func() (challenge.Change, error) { return decide(c) })
	}
}

func (e *Engine) envFor(c challenge.Snapshot, now time.Time) challenge.Env {
	return challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: e.Directory()}
}

// nextClockTurn is when the clock must act next.
func (e *Engine) nextClockTurn(ctx context.Context) (time.Time, bool, error) {
	return e.clockStore().NextDue(ctx)
}
