package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
)

func TestTheLatestChannelOfAUnitHoldsAndNoneIsChangedOrTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bind := func(key string, n challenge.NoticeChannel) {
		t.Helper()
		w.must(w.store.BindNotices(t.Context(), challenge.Receipt{Key: key, At: w.now}, n))
	}
	north, service := challenge.TeamUnit("north"), challenge.ServiceUnit("locality")
	bind("one", challenge.NoticeChannel{Unit: north, Channel: "19:a@thread.tacv2", Team: "North", Name: "Notices", SetBy: overID})
	bind("two", challenge.NoticeChannel{Unit: service, Channel: "19:b@thread.tacv2", SetBy: overID})
	bind("three", challenge.NoticeChannel{Unit: north, Channel: "19:c@thread.tacv2", SetBy: chairID})
	bind("one", challenge.NoticeChannel{Unit: north, Channel: "19:a@thread.tacv2", SetBy: overID}) // the first activity, again
	now := func(want ...challenge.NoticeChannel) {
		t.Helper()
		for i := range want {
			want[i].SetAt = w.now
		}
		got, err := w.store.NoticeChannels(t.Context())
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	b := challenge.NoticeChannel{Unit: service, Channel: "19:b@thread.tacv2", SetBy: overID}
	now(b, challenge.NoticeChannel{Unit: north, Channel: "19:c@thread.tacv2", SetBy: chairID})
	bind("off", challenge.NoticeChannel{Unit: north, SetBy: overID})
	now(b)
	bind("again", challenge.NoticeChannel{Unit: north, Channel: "19:d@thread.tacv2", SetBy: overID})
	now(b, challenge.NoticeChannel{Unit: north, Channel: "19:d@thread.tacv2", SetBy: overID})

	if err := w.store.BindNotices(t.Context(), challenge.Receipt{Key: "thread", At: w.now},
		challenge.NoticeChannel{Unit: north, Channel: "19:d@thread.tacv2;messageid=1", SetBy: overID}); err == nil {
		t.Error("a thread was taken for a channel")
	}
	for _, sql := range []string{`UPDATE notice_channel SET channel = '19:x'`, `DELETE FROM notice_channel`, `TRUNCATE notice_channel`} {
		if err := w.sql(sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}
