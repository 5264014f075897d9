package bot

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestARequestHasSevenSecondsAndThirteenWhereTheDatabaseAnswersOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		silent func(since time.Time) time.Duration
		want   time.Duration
	}{
		"nobody knows":            {nil, 7 * time.Second},
		"it answers others":       {func(time.Time) time.Duration { return 10 * time.Millisecond }, 13 * time.Second},
		"it has fallen silent":    {func(since time.Time) time.Duration { return time.Since(since) }, 7 * time.Second},
		"it falls silent later":   {func(since time.Time) time.Duration { return max(0, time.Since(since)-9*time.Second) }, 10500 * time.Millisecond},
		"it speaks again in time": {func(since time.Time) time.Duration { return max(0, 6*time.Second-time.Since(since)) }, 13 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			s := &server{}
			if test.silent != nil {
				s.config.SilentFor = func() time.Duration { return test.silent(began) }
			}
			ctx, cancel := s.limitRequest(t.Context())
			defer cancel()
			<-ctx.Done()
			if got := time.Since(began); got != test.want {
				t.Errorf("%s: it ended after %v, want %v", name, got, test.want)
			}
		})
	}
}
