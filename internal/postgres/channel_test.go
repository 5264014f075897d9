package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

func TestAChannelIsGoneUntilTeamsTellsOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	step := 0
	tell := func(id, team string, gone outbox.ChannelLoss) {
		step++
		w.must(w.store.SaveChannel(t.Context(), outbox.Channel{ID: id, Team: team, Loss: gone, SeenAt: w.now.Add(time.Duration(step) * time.Second)}))
	}
	want := func(one, two, three outbox.ChannelLoss) {
		t.Helper()
		var got []outbox.ChannelLoss
		for _, id := range []string{"19:one", "19:two", "19:three", "19:never"} {
			gone, err := w.store.FindChannelLoss(t.Context(), id)
			w.must(err)
			got = append(got, gone)
		}
		if diff := cmp.Diff([]outbox.ChannelLoss{one, two, three, ""}, got); diff != "" {
			t.Errorf("after step %d (-want +got):\n%s", step, diff)
		}
	}
	tell("19:one", "19:a", "")
	tell("19:two", "19:a", "")
	tell("19:three", "19:b", "")
	want("", "", "")
	tell("19:two", "19:a", outbox.ChannelDeleted)
	want("", outbox.ChannelDeleted, "")
	tell("", "19:a", outbox.BotRemoved)
	want(outbox.BotRemoved, outbox.ChannelDeleted, "")
	tell("", "19:a", "")
	want("", outbox.ChannelDeleted, "") // the team is back, the deleted channel is not
	tell("19:two", "", "")
	want("", "", "")
	tell("", "19:a", outbox.TeamDeleted)
	want(outbox.TeamDeleted, outbox.TeamDeleted, "") // a sight without a team keeps the team that was known

	// What was seen earlier and comes later changes nothing.
	w.must(w.store.SaveChannel(t.Context(), outbox.Channel{ID: "19:one", Team: "19:a", SeenAt: w.now}))
	w.must(w.store.SaveChannel(t.Context(), outbox.Channel{Team: "19:a", SeenAt: w.now}))
	want(outbox.TeamDeleted, outbox.TeamDeleted, "")
}

func TestTheEffectsOfAnActivityAreFoundByItsReceiptAndNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, other := w.raise(), w.raise()
	apply := func(key string, c challenge.Snapshot, cmd challenge.Command, by string) storage.ActivityEffect {
		out, err := w.store.Apply(t.Context(), storage.IdempotencyKey{Value: key, At: w.now}, storage.LookupKey{ID: c.Challenge.ID}, w.decide(cmd, by))
		w.must(err)
		return storage.ActivityEffect{ChallengeID: c.Challenge.ID, Seq: out.Snapshot.Challenge.Seq, At: w.now}
	}
	first := apply("activity:a:1:17", c, newResponse("Done."), managerID)
	second := apply("activity:a:1:17:CH-AAAAAA", other, newResponse("Done."), managerID)
	apply("activity:a:1:170", c, challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}, managerID)
	apply("changed:a:1:17:edited", c, challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}, managerID)
	w.must(w.store.QueueDirectMessage(t.Context(), storage.IdempotencyKey{Value: "activity:a:1:17:help", At: w.now},
		outbox.DirectMessage{To: challenge.Address{Person: chairID}, Content: outbox.Content{Text: "help"}}))

	for key, want := range map[string][]storage.ActivityEffect{
		"activity:a:1:17": {first, second}, "activity:a:1:1": nil, "activity:b": nil, "": nil, "activity:b:1:17": nil,
	} {
		got, err := w.store.ListEffects(t.Context(), key)
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q (-want +got):\n%s", key, diff)
		}
	}
	w.mustVerify()
}
