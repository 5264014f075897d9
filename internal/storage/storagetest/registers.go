package storagetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

var registerTests = []test{
	{"ListsAreWhatWaitsForAPersonAndWhatTheyRaised", listsOfAPerson},
	{"TheRegisterIsFoundByEveryQuestionAndReadPageByPage", register},
	{"EachChallengeGivesEveryOneWithWhatHappened", eachChallenge},
	{"EachOpenGivesEveryOpenChallengeOnce", eachOpen},
	{"UnattendedIsPending", unattended},
	{"PendingIsWhatWaitsWithoutAWindowAndWhatTeamsDidNotDeliver", pending},
	{"ConversationsAreKeptAndForgotten", conversations},
	{"AOneToOneChatKeepsItsPerson", ownChats},
	{"AChannelIsGoneUntilTeamsTellsOtherwise", channels},
	{"TheEffectsOfAnActivityAreFoundByItsKeyAndNoOthers", effects},
	{"CoverIsSetOnceAndRevokedOnce", cover},
	{"TheLatestChannelOfAUnitHolds", noticeChannels},
	{"WhoIsRefusedStaysSoUntilTheyAreHeardOfAndWelcomed", unreachable},
	{"OneKeyIsTheFirstOfItsName", firstOfItsName},
}

func (w *world) refs(list []challenge.Snapshot, err error) (out []string) {
	w.T.Helper()
	w.Must(err)
	for _, c := range list {
		if c.Ladder == nil || c.Challenge.Details.Concern == "" || len(c.History) != 0 {
			w.T.Error("a listed challenge has no ladder or no details, or has a history")
		}
		out = append(out, c.Challenge.Ref)
	}
	return out
}

func listsOfAPerson(t *testing.T, w *world) {
	first, second, closed := w.Raise(), w.Raise(), w.Raise()
	w.Now = w.Now.Add(24 * time.Hour)
	third := w.Raise()
	w.Apply(second, NewResponse("Done."), ManagerID)
	w.Apply(closed, challenge.Withdraw{Reason: "Settled by telephone."}, ChairID)
	for _, test := range []struct {
		what string
		got  []string
		want []string
	}{
		{"manager waits", w.refs(w.Store.ListWaitingFor(t.Context(), ManagerID, 10)), []string{first.Challenge.Ref, third.Challenge.Ref}},
		{"manager, limited", w.refs(w.Store.ListWaitingFor(t.Context(), ManagerID, 1)), []string{first.Challenge.Ref}},
		{"chair waits", w.refs(w.Store.ListWaitingFor(t.Context(), ChairID, 10)), []string{second.Challenge.Ref}},
		{"nobody", w.refs(w.Store.ListWaitingFor(t.Context(), "", 10)), nil},
		{"raised", w.refs(w.Store.ListRaisedBy(t.Context(), ChairID, 10)), []string{first.Challenge.Ref, second.Challenge.Ref, third.Challenge.Ref}},
		{"limited", w.refs(w.Store.ListRaisedBy(t.Context(), ChairID, 1)), []string{first.Challenge.Ref}},
		{"raised by another", w.refs(w.Store.ListRaisedBy(t.Context(), ManagerID, 10)), nil},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s:\n%s", test.what, diff)
		}
	}
}

func register(t *testing.T, w *world) {
	first := w.Raise()
	w.Now = w.Now.Add(24 * time.Hour)
	second, third := w.Raise(), w.Raise()
	w.Apply(second, NewResponse("Done."), ManagerID)
	w.Apply(third, challenge.Withdraw{Reason: "Settled by telephone."}, ChairID)
	all := []string{second.Challenge.Ref, third.Challenge.Ref}
	slices.SortFunc(all, func(a, b string) int { // those of one moment by id, the latest first
		ids := map[string]uuid.UUID{second.Challenge.Ref: second.Challenge.ID, third.Challenge.Ref: third.Challenge.ID}
		x, y := ids[a], ids[b]
		return bytes.Compare(y[:], x[:])
	})
	all = append(all, first.Challenge.Ref)
	d := first.Challenge.Details
	everything := storage.RegisterReach{Everything: true}
	for _, test := range []struct {
		what string
		q    storage.RegisterQuery
		want []string
	}{
		{"everything", storage.RegisterQuery{Reach: everything}, all},
		{"nothing within reach", storage.RegisterQuery{}, nil},
		{"another's", storage.RegisterQuery{Reach: storage.RegisterReach{Chair: ManagerID, Teams: []string{"elsewhere"}, Agencies: []string{"elsewhere"}}}, nil},
		{"their own", storage.RegisterQuery{Reach: storage.RegisterReach{Chair: ChairID}}, all},
		{"of a team", storage.RegisterQuery{Reach: storage.RegisterReach{Teams: []string{d.Team}}}, all},
		{"by reference", storage.RegisterQuery{Reach: everything, Ref: first.Challenge.Ref}, []string{first.Challenge.Ref}},
		{"by number", storage.RegisterQuery{Reach: everything, RecordNumber: d.RecordNumber}, all},
		{"by a longer number", storage.RegisterQuery{Reach: everything, RecordNumber: d.RecordNumber + "0"}, nil},
		{"by team", storage.RegisterQuery{Reach: everything, Team: d.Team}, all},
		{"by another team", storage.RegisterQuery{Reach: everything, Team: "elsewhere"}, nil},
		{"by procedure", storage.RegisterQuery{Reach: everything, Ladder: first.Ladder.ID}, all},
		{"by another procedure", storage.RegisterQuery{Reach: everything, Ladder: "elsewhere"}, nil},
		{"by rung", storage.RegisterQuery{Reach: everything, Rung: first.Challenge.Rung}, all},
		{"by another rung", storage.RegisterQuery{Reach: everything, Rung: "elsewhere"}, nil},
		{"by who raised it", storage.RegisterQuery{Reach: everything, Person: ChairID}, all},
		{"by whom it waits for", storage.RegisterQuery{Reach: everything, Person: ManagerID}, []string{first.Challenge.Ref}},
		{"by nobody", storage.RegisterQuery{Reach: everything, Person: OwnServiceManagerID}, nil},
		{"open", storage.RegisterQuery{Reach: everything, State: storage.RegisterOpen}, slices.DeleteFunc(slices.Clone(all), func(ref string) bool { return ref == third.Challenge.Ref })},
		{"ended", storage.RegisterQuery{Reach: everything, State: storage.RegisterEnded}, []string{third.Challenge.Ref}},
		{"since the second day", storage.RegisterQuery{Reach: everything, RaisedFrom: w.Now}, all[:2]},
		{"before the second day", storage.RegisterQuery{Reach: everything, RaisedBefore: w.Now}, all[2:]},
	} {
		test.q.Limit = 10
		if diff := cmp.Diff(test.want, w.refs(w.Store.ListRegister(t.Context(), test.q))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
	w.Apply(first, challenge.Correct{RecordNumber: "LCS 204817", Reason: "The brother's number."}, ChairID)
	for number, want := range map[string][]string{d.RecordNumber: all[:2], "lcs 204817": all[2:]} {
		if diff := cmp.Diff(want, w.refs(w.Store.ListRegister(t.Context(), storage.RegisterQuery{Reach: everything, RecordNumber: number, Limit: 10}))); diff != "" {
			t.Errorf("corrected, by %s (-want +got):\n%s", number, diff)
		}
	}
	var pages []string
	for q := (storage.RegisterQuery{Reach: everything, Limit: 1}); ; {
		page, err := w.Store.ListRegister(t.Context(), q)
		w.Must(err)
		if len(page) == 0 {
			break
		}
		c := page[0].Challenge
		pages, q.After = append(pages, c.Ref), storage.RegisterPlace{RaisedAt: c.RaisedAt, ID: c.ID}
	}
	if diff := cmp.Diff(all, pages); diff != "" {
		t.Errorf("page by page (-want +got):\n%s", diff)
	}
}

// openRefs are the references of what is open, in the order in which they are given.
func (w *world) openRefs() []string {
	w.T.Helper()
	var all []challenge.Snapshot
	err := w.Store.EachOpen(w.T.Context(), func(c challenge.Snapshot) {
		all = append(all, c)
		if _, err := w.Store.Load(w.T.Context(), storage.LookupKey{ID: c.Challenge.ID}); err != nil {
			w.T.Errorf("the store cannot be asked meanwhile: %v", err)
		}
	})
	if !slices.IsSortedFunc(all, func(a, b challenge.Snapshot) int { return bytes.Compare(a.Challenge.ID[:], b.Challenge.ID[:]) }) {
		w.T.Error("they are not in the order of their ids")
	}
	return w.refs(all, err)
}

func eachChallenge(t *testing.T, w *world) {
	asked, closed := w.Raise(), w.Raise()
	w.Apply(closed, challenge.Withdraw{Reason: "Raised twice."}, ChairID)
	got := map[string][]string{}
	err := w.Store.EachChallenge(t.Context(), func(c challenge.Snapshot) {
		for _, e := range c.History {
			got[c.Challenge.Ref] = append(got[c.Challenge.Ref], string(e.Body.Kind()))
		}
		if c.Ladder == nil {
			t.Errorf("%s has no ladder", c.Challenge.Ref)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{asked.Challenge.Ref: {"raised", "rung_opened"}, closed.Challenge.Ref: {"raised", "rung_opened", "withdrawn"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func eachOpen(t *testing.T, w *world) {
	if got := w.openRefs(); len(got) != 0 {
		t.Errorf("nothing was raised, and %v is open", got)
	}
	asked, answered, closed := w.Raise(), w.Raise(), w.Raise()
	w.Apply(answered, NewResponse("Done."), ManagerID)
	w.Apply(closed, challenge.Withdraw{Reason: "Raised twice."}, ChairID)
	want := []string{asked.Challenge.Ref, answered.Challenge.Ref}
	got := w.openRefs()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A question that nobody is left to answer belongs in the digest.
func unattended(t *testing.T, w *world) {
	asked := w.Raise()
	if any, err := w.Store.AnyPending(t.Context()); any || err != nil {
		t.Errorf("before: %v, %v", any, err)
	}
	d, err := directory.Read("directory.yaml", []byte(DirectoryYAML+
		"cover: [{for: manager, by: chair, from: 2026-03-02, to: 2026-03-06}, {for: worker, by: chair, from: 2026-03-02, to: 2026-03-06}]\n"))
	w.Must(err)
	w.Directory = d
	w.Apply(asked, challenge.Reconcile{}, "")
	if diff := cmp.Diff(map[uuid.UUID][]challenge.EventKind{asked.Challenge.ID: {}}, w.pendingKinds()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func (w *world) pendingKinds() map[uuid.UUID][]challenge.EventKind {
	w.T.Helper()
	got := map[uuid.UUID][]challenge.EventKind{}
	var last uuid.UUID
	w.Must(w.Store.EachPending(w.T.Context(), func(c challenge.Snapshot) {
		kinds := []challenge.EventKind{}
		for _, e := range c.History {
			kinds = append(kinds, e.Body.Kind())
		}
		if _, twice := got[c.Challenge.ID]; twice || c.Ladder == nil || c.Challenge.ID.String() <= last.String() {
			w.T.Errorf("%s came twice, out of order or without its ladder", c.Challenge.Ref)
		}
		last = c.Challenge.ID
		got[c.Challenge.ID] = kinds
		if _, err := w.Store.Load(w.T.Context(), storage.LookupKey{ID: c.Challenge.ID}); err != nil {
			w.T.Errorf("the store cannot be asked meanwhile: %v", err)
		}
	}))
	any, err := w.Store.AnyPending(w.T.Context())
	w.Must(err)
	if any != (len(got) > 0) {
		w.T.Errorf("AnyPending says %v and there are %d", any, len(got))
	}
	return got
}

func pending(t *testing.T, w *world) {
	if got := w.pendingKinds(); len(got) != 0 {
		t.Errorf("nothing was raised, and %v is pending", got)
	}
	w.Raise() // asked, and in time
	judged, refused, closed, unasked := w.Raise(), w.Raise(), w.Raise(), w.Raise()
	w.Apply(judged, NewResponse("Done."), ManagerID)
	giveUp := challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: ManagerID}, Code: "Blocked"}
	w.Apply(refused, giveUp, "")
	w.Apply(closed, giveUp, "")
	w.Apply(closed, challenge.Withdraw{Reason: "Raised twice."}, ChairID)
	w.Now = unasked.Challenge.NextAt // half an hour later Teams has taken nothing
	w.Apply(unasked, challenge.Tick{}, "")
	want := map[uuid.UUID][]challenge.EventKind{judged.Challenge.ID: {}, refused.Challenge.ID: {challenge.KindUndelivered}, unasked.Challenge.ID: {}}
	if diff := cmp.Diff(want, w.pendingKinds()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func conversations(t *testing.T, w *world) {
	c := outbox.ConversationReference{OrderingKey: "person:" + ChairID, ID: "a:1", ServiceURL: "https://one.invalid/", TeamsUserID: "29:x", SeenAt: w.Now}
	newer := c
	newer.ID, newer.SeenAt, newer.TeamsUserID = "a:2", w.Now.Add(time.Hour), ""
	for _, save := range []outbox.ConversationReference{c, newer, c} {
		w.Must(w.Store.SaveConversation(t.Context(), save))
	}
	want := newer
	want.TeamsUserID = "29:x" // the bot's own call does not know it
	got, ok, err := w.Store.FindConversation(t.Context(), c.OrderingKey)
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("%v, %v\n%s", ok, err, diff)
	}
	w.Must(w.Store.ForgetConversation(t.Context(), c.OrderingKey))
	if got, ok, err := w.Store.FindConversation(t.Context(), c.OrderingKey); ok || err != nil || got != (outbox.ConversationReference{}) {
		t.Errorf("after it was forgotten: %+v, %v, %v", got, ok, err)
	}
	thread := outbox.ConversationReference{OrderingKey: outbox.ThreadOrderingKey(uuid.New(), "north"), ID: "19:n;messageid=1", ServiceURL: "https://one.invalid/", SeenAt: w.Now}
	w.Must(w.Store.SaveConversation(t.Context(), thread))
	for name, bad := range map[string]outbox.ConversationReference{
		"nobody's":   {OrderingKey: "north", ID: "a:1", ServiceURL: "https://one.invalid/", SeenAt: w.Now},
		"no id":      {OrderingKey: "person:x", ServiceURL: "https://one.invalid/", SeenAt: w.Now},
		"no address": {OrderingKey: "person:x", ID: "a:1", SeenAt: w.Now},
	} {
		if err := w.Store.SaveConversation(t.Context(), bad); err == nil {
			t.Errorf("%s: it was kept", name)
		}
	}
}

// Whoever's id comes with what is said in a chat: it stays the chat of whom it was first.
func ownChats(t *testing.T, w *world) {
	chat := func(person, id string, hours int) outbox.ConversationReference {
		return outbox.ConversationReference{OrderingKey: "person:" + person, ID: id, ServiceURL: "https://one.invalid/", TeamsUserID: "29:" + person,
			SeenAt: w.Now.Add(time.Duration(hours) * time.Hour)}
	}
	priya, tom := chat("priya", "a:priya", 0), chat("tom", "a:tom", 0)
	for _, own := range []outbox.ConversationReference{priya, tom, chat("priya", "a:priya", 1), chat("tom", "a:tom", 1)} {
		w.Must(w.Store.SaveOwnChat(t.Context(), own))
	}
	for _, odd := range []outbox.ConversationReference{chat("tom", "a:priya", 2), chat("priya", "a:tom", 2), chat("nobody yet", "a:priya", 2)} {
		if err := w.Store.SaveOwnChat(t.Context(), odd); !errors.Is(err, storage.ErrSomebodyElsesChat) {
			t.Errorf("%s in %s: %v", odd.OrderingKey, odd.ID, err)
		}
	}
	for _, want := range []outbox.ConversationReference{chat("priya", "a:priya", 1), chat("tom", "a:tom", 1)} {
		got, _, err := w.Store.FindConversation(t.Context(), want.OrderingKey)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
	for id, want := range map[string]string{"29:priya": "priya", "29:tom": "tom", "29:somebody": "", "": ""} {
		if got, known, err := w.Store.FindPersonByTeamsID(t.Context(), id); got != want || known != (want != "") || err != nil {
			t.Errorf("%q is %q, %v, %v, not %q", id, got, known, err, want)
		}
	}
	other := chat("sam", "a:sam", 1)
	other.TeamsUserID = "29:priya"
	w.Must(w.Store.SaveOwnChat(t.Context(), other))
	if got, known, err := w.Store.FindPersonByTeamsID(t.Context(), "29:priya"); got != "" || !known || err != nil {
		t.Errorf("an id of two people is %q, %v, %v", got, known, err)
	}
	if _, ok, err := w.Store.FindConversation(t.Context(), "person:nobody yet"); ok || err != nil {
		t.Errorf("the third one was given a chat: %v", err)
	}
	if err := w.Store.ForgetOwnChat(t.Context(), "person:tom", "a:priya"); !errors.Is(err, storage.ErrSomebodyElsesChat) {
		t.Errorf("Tom removed the app in Priya's chat: %v", err)
	}
	if _, ok, err := w.Store.FindConversation(t.Context(), "person:tom"); !ok || err != nil {
		t.Errorf("Tom's chat is forgotten for what happened in Priya's: %v", err)
	}
	w.Must(w.Store.ForgetOwnChat(t.Context(), "person:tom", "a:tom"))
	if _, ok, err := w.Store.FindConversation(t.Context(), "person:tom"); ok || err != nil {
		t.Errorf("Tom's chat is kept although he removed the app: %v", err)
	}
	w.Must(w.Store.SaveOwnChat(t.Context(), chat("tom", "a:tom, installed again", 3)))
	w.Must(w.Store.SaveOwnChat(t.Context(), chat("tom", "a:tom", 2))) // older news changes nothing
	if got, _, _ := w.Store.FindConversation(t.Context(), "person:tom"); got.ID != "a:tom, installed again" {
		t.Errorf("an older sight of a chat took the place of a newer: %+v", got)
	}
	// Two who were kept with one chat by an older version go on, or both would be locked out.
	w.Must(w.Store.SaveConversation(t.Context(), chat("ben", "a:priya", 1)))
	w.Must(w.Store.SaveOwnChat(t.Context(), chat("priya", "a:priya", 4)))
	w.Must(w.Store.SaveOwnChat(t.Context(), chat("ben", "a:priya", 4)))
	// A thread of a channel is nobody's chat.
	thread := outbox.ConversationReference{OrderingKey: outbox.ThreadOrderingKey(uuid.New(), "north"), ID: "19:n", ServiceURL: "https://one.invalid/", SeenAt: w.Now}
	w.Must(w.Store.SaveConversation(t.Context(), thread))
	w.Must(w.Store.SaveOwnChat(t.Context(), chat("sam", "19:n", 1)))
}

func channels(t *testing.T, w *world) {
	step := 0
	tell := func(id, team string, gone outbox.ChannelLoss) {
		step++
		w.Must(w.Store.SaveChannel(t.Context(), outbox.Channel{ID: id, Team: team, Loss: gone, SeenAt: w.Now.Add(time.Duration(step) * time.Second)}))
	}
	want := func(one, two, three outbox.ChannelLoss) {
		t.Helper()
		var got []outbox.ChannelLoss
		for _, id := range []string{"19:one", "19:two", "19:three", "19:never"} {
			gone, err := w.Store.FindChannelLoss(t.Context(), id)
			w.Must(err)
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
	w.Must(w.Store.SaveChannel(t.Context(), outbox.Channel{ID: "19:one", Team: "19:a", SeenAt: w.Now}))
	w.Must(w.Store.SaveChannel(t.Context(), outbox.Channel{Team: "19:a", SeenAt: w.Now}))
	want(outbox.TeamDeleted, outbox.TeamDeleted, "")
}

func effects(t *testing.T, w *world) {
	c, other := w.Raise(), w.Raise()
	apply := func(key string, c challenge.Snapshot, cmd challenge.Command, by string) storage.ActivityEffect {
		out, err := w.Store.Apply(t.Context(), storage.IdempotencyKey{Value: key, At: w.Now}, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(cmd, by))
		w.Must(err)
		return storage.ActivityEffect{ChallengeID: c.Challenge.ID, Seq: out.Snapshot.Challenge.Seq, At: w.Now}
	}
	first := apply("activity:a:1:17", c, NewResponse("Done."), ManagerID)
	second := apply("activity:a:1:17:CH-AAAAAA", other, NewResponse("Done."), ManagerID)
	apply("activity:a:1:170", c, challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}, ManagerID)
	apply("changed:a:1:17:edited", c, challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}, ManagerID)
	w.Must(w.Store.QueueDirectMessage(t.Context(), storage.IdempotencyKey{Value: "activity:a:1:17:help", At: w.Now}, w.help(ChairID)))

	for key, want := range map[string][]storage.ActivityEffect{
		"activity:a:1:17": {first, second}, "activity:a:1:1": nil, "activity:b": nil, "": nil, "activity:b:1:17": nil,
	} {
		got, err := w.Store.ListEffects(t.Context(), key)
		w.Must(err)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q (-want +got):\n%s", key, diff)
		}
	}
	w.mustVerify()
}

func cover(t *testing.T, w *world) {
	ctx := t.Context()
	key := func(value string) storage.IdempotencyKey { return storage.IdempotencyKey{Value: value, At: w.Now} }
	one := directory.CoverSetting{Person: "a", StandIn: "b", From: workday.NewDate(2026, 3, 30), To: workday.NewDate(2026, 4, 17), SetBy: "a"}
	two := directory.CoverSetting{Person: "b", StandIn: "c", From: workday.NewDate(2026, 3, 30), To: workday.NewDate(2026, 3, 31), SetBy: "o",
		Reach: []directory.DirectoryUnit{directory.TeamUnit("north"), directory.AgencyUnit("health")}}
	for range 2 { // the same activity twice
		w.Must(w.Store.SetCover(ctx, key("one"), one))
	}
	w.Must(w.Store.SetCover(ctx, key("two"), two))
	listed := func(on workday.Date) []int64 {
		t.Helper()
		covers, err := w.Store.ListCovers(ctx, on)
		w.Must(err)
		var ids []int64
		for _, c := range covers {
			ids = append(ids, c.ID)
			want := map[string]directory.CoverSetting{"a": one, "b": two}[c.Person]
			want.ID, want.SetAt = c.ID, w.Now
			if diff := cmp.Diff(want, c); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		return ids
	}
	all := listed(workday.NewDate(2026, 3, 31))
	if len(all) != 2 {
		t.Fatalf("listed %v", all)
	}
	if diff := cmp.Diff(all[:1], listed(workday.NewDate(2026, 4, 1))); diff != "" {
		t.Errorf("what has ended is listed: %s", diff)
	}
	for _, value := range []string{"three", "three", "four"} {
		w.Must(w.Store.EndCover(ctx, key(value), all[0], "a"))
	}
	if diff := cmp.Diff(all[1:], listed(workday.NewDate(2026, 3, 30))); diff != "" {
		t.Errorf("after it was revoked: %s", diff)
	}
	w.Must(w.Store.EndCover(ctx, key("unknown"), 12345, "a"))
	for name, bad := range map[string]directory.CoverSetting{
		"by themselves":        {Person: "a", StandIn: "a", From: one.From, To: one.To, SetBy: "a"},
		"over before it began": {Person: "a", StandIn: "b", From: one.To, To: one.From, SetBy: "a"},
		"set by nobody":        {Person: "a", StandIn: "b", From: one.From, To: one.To},
	} {
		if err := w.Store.SetCover(ctx, w.NewKey(), bad); err == nil {
			t.Errorf("%s: it was kept", name)
		}
	}
	if diff := cmp.Diff(all[1:], listed(workday.NewDate(2026, 3, 30))); diff != "" {
		t.Errorf("after what was refused: %s", diff)
	}
}

func noticeChannels(t *testing.T, w *world) {
	bind := func(key string, n directory.NoticeChannelSetting) {
		t.Helper()
		w.Must(w.Store.BindNoticeChannel(t.Context(), storage.IdempotencyKey{Value: key, At: w.Now}, n))
	}
	north, service := directory.TeamUnit("north"), directory.ServiceUnit("locality")
	bind("one", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:a@thread.tacv2", TeamName: "North", ChannelName: "Notices", SetBy: OversightID})
	bind("two", directory.NoticeChannelSetting{Unit: service, ChannelID: "19:b@thread.tacv2", TeamName: "Locality", ChannelName: "All", SetBy: OversightID})
	bind("three", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:c@thread.tacv2", SetBy: ChairID})
	bind("one", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:a@thread.tacv2", SetBy: OversightID}) // the first activity, again
	now := func(want ...directory.NoticeChannelSetting) {
		t.Helper()
		for i := range want {
			want[i].SetAt = w.Now
		}
		got, err := w.Store.ListNoticeChannels(t.Context())
		w.Must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	b := directory.NoticeChannelSetting{Unit: service, ChannelID: "19:b@thread.tacv2", TeamName: "Locality", ChannelName: "All", SetBy: OversightID}
	now(b, directory.NoticeChannelSetting{Unit: north, ChannelID: "19:c@thread.tacv2", SetBy: ChairID})
	bind("off", directory.NoticeChannelSetting{Unit: north, SetBy: OversightID})
	now(b)
	bind("again", directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2", SetBy: OversightID})
	now(b, directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2", SetBy: OversightID})

	for name, bad := range map[string]directory.NoticeChannelSetting{
		"a thread":      {Unit: north, ChannelID: "19:d@thread.tacv2;messageid=1", SetBy: OversightID},
		"no unit":       {Unit: "north", ChannelID: "19:d@thread.tacv2", SetBy: OversightID},
		"set by nobody": {Unit: north, ChannelID: "19:d@thread.tacv2"},
	} {
		if err := w.Store.BindNoticeChannel(t.Context(), w.NewKey(), bad); err == nil {
			t.Errorf("%s was taken for a channel", name)
		}
	}
	now(b, directory.NoticeChannelSetting{Unit: north, ChannelID: "19:d@thread.tacv2", SetBy: OversightID})
}

func unreachable(t *testing.T, w *world) {
	ctx, store := t.Context(), w.Store
	at := func(minutes int) time.Time { return w.Now.Add(time.Duration(minutes) * time.Minute) }
	now := func(want ...outbox.Unreachable) {
		t.Helper()
		got, err := store.ListUnreachable(ctx)
		w.Must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	first := outbox.Unreachable{Person: ManagerID, Since: at(0), Code: "ConversationBlockedByUser"}
	w.Must(store.MarkUnreachable(ctx, first))
	w.Must(store.MarkUnreachable(ctx, outbox.Unreachable{Person: ManagerID, Since: at(1), Code: "MessageWritesBlocked"}))
	now(first) // since the first time

	w.Must(store.MarkReachable(ctx, WorkerID, at(2)))
	now(first) // nobody asked about the other

	w.Must(store.MarkReachable(ctx, ManagerID, at(2)))
	w.Must(store.MarkReachable(ctx, ManagerID, at(3)))
	back := first
	back.ReachableAgainAt = at(2)
	now(back)
	w.Must(store.MarkUnreachable(ctx, outbox.Unreachable{Person: ManagerID, Since: at(1), Code: "MessageWritesBlocked"}))
	now(back) // a refusal from before the return says nothing

	again := outbox.Unreachable{Person: ManagerID, Since: at(4), Code: "MessageWritesBlocked"}
	w.Must(store.MarkUnreachable(ctx, again))
	w.Must(store.ForgetUnreachable(ctx, back))
	w.Must(store.ForgetUnreachable(ctx, again))
	now(again) // refused again meanwhile

	earlier := outbox.Unreachable{Person: WorkerID, Since: at(3), Code: "Blocked"}
	w.Must(store.MarkUnreachable(ctx, earlier))
	now(earlier, again) // the longest first

	again.ReachableAgainAt = at(5)
	w.Must(store.MarkReachable(ctx, ManagerID, at(5)))
	w.Must(store.ForgetUnreachable(ctx, again))
	now(earlier)
}

func firstOfItsName(t *testing.T, w *world) {
	for i, want := range []bool{true, false, false} {
		if first, err := w.Store.ClaimIdempotencyKey(t.Context(), storage.IdempotencyKey{Value: "probe", At: w.Now}); err != nil || first != want {
			t.Errorf("time %d: %t, %v", i+1, first, err)
		}
	}
	if _, err := w.Store.ClaimIdempotencyKey(t.Context(), storage.IdempotencyKey{At: w.Now}); err == nil {
		t.Error("a key without a name was kept")
	}
	out, err := w.Store.Apply(t.Context(), storage.IdempotencyKey{Value: "probe"}, storage.LookupKey{}, nil)
	if err != nil || !out.Repeated {
		t.Errorf("the same key, for a challenge: %+v, %v", out, err)
	}
}
