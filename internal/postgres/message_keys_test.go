package postgres

import (
	"slices"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/storagetest"
)

// signedWorld is a world whose store signs, and the same database as a thief of its login has it:
// without the key.
func signedWorld(t *testing.T) (w *world, thief *Store) {
	w = newWorld(t)
	// The column for MACs came before anything here.
	w.Must(w.execAsOwner(`UPDATE goose_db_version SET tstamp = '2020-01-01' WHERE version_id = 24`))
	w.store.eventKeys = parseKeys(t, "2020-01-01="+oldKey)
	return w, w.openAsServer()
}

// foreign is what Verify names beside the trails.
func (w *world) foreign() ([]string, []int64) {
	w.T.Helper()
	sum, err := w.store.Verify(w.T.Context(), func(VerifyResult) {})
	w.Must(err)
	if named := len(sum.ForeignConversations) + len(sum.ForeignMessages); sum.IsIntact() != (named == 0) {
		w.T.Errorf("with %d named the database is intact: %v", named, sum.IsIntact())
	}
	return sum.ForeignConversations, sum.ForeignMessages
}

func TestAConversationThatTheProgramDidNotWriteIsNotUsedAndIsNamed(t *testing.T) {
	t.Parallel()
	w, thief := signedWorld(t)
	manager := outbox.ConversationReference{OrderingKey: "person:" + storagetest.ManagerID, ID: "a:manager", ServiceURL: "https://teams.invalid/", TeamsUserID: "29:m", SeenAt: w.Now}
	chair := manager
	chair.OrderingKey, chair.ID = "person:"+storagetest.ChairID, "a:chair"
	expect := func(what, lane string, want bool) {
		t.Helper()
		if _, known, err := w.store.FindConversation(t.Context(), lane); err != nil || known != want {
			t.Errorf("%s: known %v, %v", what, known, err)
		}
	}
	w.Must(w.store.SaveConversation(t.Context(), manager))
	w.Must(w.store.SaveOwnChat(t.Context(), chair))
	expect("its own", manager.OrderingKey, true)
	expect("a chat", chair.OrderingKey, true)
	if named, _ := w.foreign(); len(named) > 0 {
		t.Errorf("its own are named: %v", named)
	}
	for what, sql := range map[string]string{
		"sent elsewhere":          `UPDATE conversation SET conversation_id = 'a:thief' WHERE lane = '` + manager.OrderingKey + `'`,
		"through another service": `UPDATE conversation SET service_url = 'https://thief.invalid/' WHERE lane = '` + manager.OrderingKey + `'`,
		"another's, with its MAC": `UPDATE conversation SET conversation_id = c.conversation_id, mac = c.mac FROM conversation c
			WHERE conversation.lane = '` + manager.OrderingKey + `' AND c.lane = '` + chair.OrderingKey + `'`,
		"without a MAC": `UPDATE conversation SET mac = NULL WHERE lane = '` + manager.OrderingKey + `'`,
		"as if of old":  `UPDATE conversation SET mac = NULL, conversation_id = 'a:thief', seen_at = '2019-01-01' WHERE lane = '` + manager.OrderingKey + `'`,
		"of the future": `UPDATE conversation SET conversation_id = 'a:thief', seen_at = '2999-01-01' WHERE lane = '` + manager.OrderingKey + `'`,
	} {
		if _, err := thief.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		expect(what, manager.OrderingKey, false)
		if named, _ := w.foreign(); !slices.Equal(named, []string{manager.OrderingKey}) && what != "as if of old" {
			t.Errorf("%s: %v are named", what, named)
		}
		w.Must(w.execAsOwner(`DELETE FROM conversation WHERE lane = '` + manager.OrderingKey + `'`))
		w.Must(w.store.SaveConversation(t.Context(), manager))
	}
	expect("what was saved again", manager.OrderingKey, true)
	w.store.eventKeys = parseKeys(t, "2020-01-01="+oldKey+",2021-01-01="+newKey)
	expect("after the key was changed", manager.OrderingKey, true)
	w.store.eventKeys = nil
	expect("without keys", manager.OrderingKey, true)
}

func TestAMessageInTheBotsNameThatTheProgramDidNotWriteIsNotSentAndIsNamed(t *testing.T) {
	t.Parallel()
	w, thief := signedWorld(t)
	say := func(s *Store, text string) {
		t.Helper()
		w.Must(s.QueueDirectMessage(t.Context(), w.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: storagetest.ManagerID}, Content: outbox.Content{Text: text}}))
	}
	say(w.store, "ours")
	say(thief, "forged")
	_, err := thief.pool.Exec(t.Context(), `INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, created_at, not_before, mac)
		SELECT 'person:else', kind, card, visit, 'else', to_team, spec, created_at, not_before, mac FROM delivery WHERE mac IS NOT NULL;`)
	w.Must(err)
	foreign := 0
	var named []int64
	for range 3 {
		for _, m := range w.Claim(w.store, "a", 100) {
			if m.Foreign {
				foreign++
				named = append(named, m.ID)
			}
			w.Must(w.store.DropMessage(t.Context(), m, w.Now, "tried"))
		}
		w.Now = w.Now.Add(time.Minute)
	}
	slices.Sort(named)
	if _, ids := w.foreign(); foreign != 2 || !slices.Equal(ids, named) {
		t.Errorf("%d were not the program's, %v; Verify names %v", foreign, named, ids)
	}
}

func TestWhatWasWrittenBeforeThereWereMACsGoesOnForAWhile(t *testing.T) {
	t.Parallel()
	keys := parseKeys(t, "2026-01-01="+oldKey)
	column := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	thread := outbox.ConversationReference{OrderingKey: "thread:1:north", ID: "19:t", SeenAt: column.Add(-day)}
	chat := outbox.ConversationReference{OrderingKey: "person:1", ID: "a:1", SeenAt: column.Add(-day)}
	m := directMessage{lane: "person:1", person: "1", spec: `{}`}
	for _, c := range []struct {
		what string
		got  bool
		want bool
	}{
		{"a thread of before", keys.trustsConversation(thread, nil, column, column.Add(90*day)), true},
		{"long after", keys.trustsConversation(thread, nil, column, column.Add(181*day)), false},
		{"a chat of before", keys.trustsConversation(chat, nil, column, column.Add(day)), false},
		{"a message of before", keys.trustsMessage(m, nil, column.Add(-day), column, column.Add(day)), true},
		{"weeks after", keys.trustsMessage(m, nil, column.Add(-day), column, column.Add(8*day)), false},
		{"a message of after", keys.trustsMessage(m, nil, column.Add(time.Second), column, column.Add(day)), false},
		{"before the key began", parseKeys(t, "2027-01-01="+oldKey).trustsMessage(m, nil, column.Add(day), column, column.Add(2*day)), true},
	} {
		if c.got != c.want {
			t.Errorf("%s is trusted: %v", c.what, c.got)
		}
	}
}
