package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/directory"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

func TestCoverIsSetOnceRevokedOnceAndNeverChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	day := func(s string) workday.Date {
		d, err := workday.ParseDate(s)
		w.must(err)
		return d
	}
	receipt := func(key string) storage.IdempotencyKey { return storage.IdempotencyKey{Value: key, At: w.now} }
	one := directory.CoverSetting{Person: "a", StandIn: "b", From: day("2026-03-30"), To: day("2026-04-17"), SetBy: "a"}
	two := directory.CoverSetting{Person: "b", StandIn: "c", From: day("2026-03-30"), To: day("2026-03-31"), SetBy: "o"}
	for range 2 { // the same activity twice
		w.must(w.store.SetCover(ctx, receipt("one"), one))
	}
	w.must(w.store.SetCover(ctx, receipt("two"), two))
	listed := func(on string) []int64 {
		covers, err := w.store.ListCovers(ctx, day(on))
		w.must(err)
		var ids []int64
		for _, c := range covers {
			ids = append(ids, c.ID)
			if want := map[string]directory.CoverSetting{"a": one, "b": two}[c.Person]; c.StandIn != want.StandIn || c.From != want.From || c.To != want.To || c.SetBy != want.SetBy || !c.SetAt.Equal(w.now) {
				t.Errorf("%+v came back as %+v", want, c)
			}
		}
		return ids
	}
	all := listed("2026-03-31")
	if len(all) != 2 {
		t.Fatalf("listed %v", all)
	}
	if diff := cmp.Diff(all[:1], listed("2026-04-01")); diff != "" {
		t.Errorf("what has ended is listed: %s", diff)
	}
	for _, key := range []string{"three", "three", "four"} {
		w.must(w.store.EndCover(ctx, receipt(key), all[0], "a"))
	}
	if diff := cmp.Diff(all[1:], listed("2026-03-30")); diff != "" {
		t.Errorf("after it was revoked: %s", diff)
	}
	for _, sql := range []string{`UPDATE cover SET to_day = to_day + 1`, `DELETE FROM cover`, `TRUNCATE cover`} {
		if err := w.execAsOwner(sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}
