package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/directory"
	"challengebot/internal/storage"
)

func TestTheLatestChannelOfAUnitHoldsAndNoneIsChangedOrTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bind := func(key string, n directory.NoticeChannelSetting) {
		t.Helper()
		w.must(w.store.BindNoticeChannel(t.Context(), storage.IdempotencyKey{Value: key, At: w.now}, n))
	}
	north, service := directory.TeamUnit("north"), directory.ServiceUnit("locality")
	bind("one", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:a@thread.tacv2", TeamName: "North", ChannelName: "Notices", SetBy: oversightID})
	bind("two", directory.NoticeChannelSetting{Unit: service, ChannelID: "19:b@thread.tacv2", SetBy: oversightID})
	bind("three", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:c@thread.tacv2", SetBy: chairID})
	bind("one", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:a@thread.tacv2", SetBy: oversightID}) // the first activity, again
	now := func(want ...directory.NoticeChannelSetting) {
		t.Helper()
		for i := range want {
			want[i].SetAt = w.now
		}
		got, err := w.store.ListNoticeChannels(t.Context())
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	b := directory.NoticeChannelSetting{Unit: service, ChannelID: "19:b@thread.tacv2", SetBy: oversightID}
	now(b, directory.NoticeChannelSetting{Unit: north, ChannelID: "19:c@thread.tacv2", SetBy: chairID})
	bind("off", directory.NoticeChannelSetting{Unit: north, SetBy: oversightID})
	now(b)
	bind("again", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2", SetBy: oversightID})
	now(b, directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2", SetBy: oversightID})

	if err := w.store.BindNoticeChannel(t.Context(), storage.IdempotencyKey{Value: "thread", At: w.now},
		directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2;messageid=1", SetBy: oversightID}); err == nil {
		t.Error("a thread was taken for a channel")
	}
	for _, sql := range []string{`UPDATE notice_channel SET channel = '19:x'`, `DELETE FROM notice_channel`, `TRUNCATE notice_channel`} {
		if err := w.execAsOwner(sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}
