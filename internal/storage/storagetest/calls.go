package storagetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/workday"
)

var callTests = []test{
	{"EveryCallThatIsCutOffIsUnavailable", everyCutOffCallIsUnavailable},
	{"WhatATextColumnCannotHoldIsRefused", unstorableTextIsRefused},
}

// Calls are one call of each method of a Store, by its name, that goes well in a world in
// which c was raised and d is claimed. Listen and Close, which have no end or no error, are
// not among them.
func (w *World) Calls(c challenge.Snapshot, d outbox.Message) map[string]func(context.Context, Store) error {
	key, at := storage.LookupKey{ID: c.Challenge.ID}, w.Now
	nothing := func(c challenge.Snapshot) (challenge.Change, error) { return challenge.Change{Next: c.Challenge}, nil }
	chat := outbox.ConversationReference{OrderingKey: "person:" + ChairID, ID: "a:1", ServiceURL: "https://one.invalid/", SeenAt: at}
	day := workday.NewDate(2026, 3, 2)
	return map[string]func(context.Context, Store) error{
		"SaveLadder": func(ctx context.Context, s Store) error { return s.SaveLadder(ctx, w.Ladder) },
		"LoadLadder": func(ctx context.Context, s Store) error { return second(s.LoadLadder(ctx, w.Ladder.Hash())) },
		"CheckReady": func(ctx context.Context, s Store) error { return s.CheckReady(ctx) },
		"Raise": func(ctx context.Context, s Store) error {
			return second(s.Raise(ctx, w.NewKey(), w.RaiseDecision(uuid.New())))
		},
		"Apply": func(ctx context.Context, s Store) error { return second(s.Apply(ctx, w.NewKey(), key, nothing)) },
		"Load":  func(ctx context.Context, s Store) error { return second(s.Load(ctx, key)) },
		"LoadForReader": func(ctx context.Context, s Store) error {
			return second(s.LoadForReader(ctx, c.Challenge.Ref, ChairID))
		},
		"ClaimIdempotencyKey": func(ctx context.Context, s Store) error { return second(s.ClaimIdempotencyKey(ctx, w.NewKey())) },
		"ListEffects":         func(ctx context.Context, s Store) error { return second(s.ListEffects(ctx, "activity:1")) },
		"ListWaitingFor":      func(ctx context.Context, s Store) error { return second(s.ListWaitingFor(ctx, ManagerID, 1)) },
		"ListRaisedBy":        func(ctx context.Context, s Store) error { return second(s.ListRaisedBy(ctx, ChairID, 1)) },
		"EachChallenge":       func(ctx context.Context, s Store) error { return s.EachChallenge(ctx, func(challenge.Snapshot) {}) },
		"EachOpen":            func(ctx context.Context, s Store) error { return s.EachOpen(ctx, func(challenge.Snapshot) {}) },
		"ListRegister": func(ctx context.Context, s Store) error {
			return second(s.ListRegister(ctx, storage.RegisterQuery{Reach: storage.RegisterReach{Everything: true}, Limit: 1}))
		},
		"EachPending": func(ctx context.Context, s Store) error { return s.EachPending(ctx, func(challenge.Snapshot) {}) },
		"AnyPending":  func(ctx context.Context, s Store) error { return second(s.AnyPending(ctx)) },
		"Tick": func(ctx context.Context, s Store) error {
			return second(s.Tick(ctx, at, 1, w.Decide(challenge.Tick{}, "")))
		},
		"RecordHeartbeat": func(ctx context.Context, s Store) error { return s.RecordHeartbeat(ctx, at, false) },
		"RecordOutage": func(ctx context.Context, s Store) error {
			return s.RecordOutage(ctx, challenge.Outage{From: at, To: at.Add(time.Hour)})
		},
		"ListOutages":  func(ctx context.Context, s Store) error { return second(s.ListOutages(ctx)) },
		"NextDue":      func(ctx context.Context, s Store) error { _, _, err := s.NextDue(ctx); return err },
		"CountOverdue": func(ctx context.Context, s Store) error { return second(s.CountOverdue(ctx, at, time.Minute)) },
		"QueueDirectMessage": func(ctx context.Context, s Store) error {
			return s.QueueDirectMessage(ctx, w.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: ChairID}})
		},
		"ClaimMessages":  func(ctx context.Context, s Store) error { return second(s.ClaimMessages(ctx, w.ClaimOf("a", 1))) },
		"NextMessageDue": func(ctx context.Context, s Store) error { _, _, err := s.NextMessageDue(ctx, at); return err },
		"ReleaseLeases":  func(ctx context.Context, s Store) error { return s.ReleaseLeases(ctx, "nobody") },
		"MarkDelivered": func(ctx context.Context, s Store) error {
			return ignoreLostLease(s.MarkDelivered(ctx, d, Posted(d, 1), outbox.Attempt{At: at}, nothing))
		},
		"MarkRejected": func(ctx context.Context, s Store) error {
			return ignoreLostLease(s.MarkRejected(ctx, d, outbox.Attempt{At: at}, nothing))
		},
		"ScheduleRetry": func(ctx context.Context, s Store) error {
			return ignoreLostLease(s.ScheduleRetry(ctx, d, outbox.Attempt{At: at}, outbox.Retry{NotBefore: at}))
		},
		"DropMessage":         func(ctx context.Context, s Store) error { return s.DropMessage(ctx, d, at, "test") },
		"ReadClock":           func(ctx context.Context, s Store) error { return second(s.ReadClock(ctx)) },
		"ForgetOldHeartbeats": func(ctx context.Context, s Store) error { return s.ForgetOldHeartbeats(ctx) },
		"AcceptClock":         func(ctx context.Context, s Store) error { return second(s.AcceptClock(ctx)) },
		"SaveDirectoryCopy": func(ctx context.Context, s Store) error {
			return s.SaveDirectoryCopy(ctx, "authority: Exampleshire", at)
		},
		"LoadDirectoryCopy": func(ctx context.Context, s Store) error {
			_, _, err := s.LoadDirectoryCopy(ctx)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			return err
		},
		"SaveConversation": func(ctx context.Context, s Store) error { return s.SaveConversation(ctx, chat) },
		"SaveOwnChat":      func(ctx context.Context, s Store) error { return s.SaveOwnChat(ctx, chat) },
		"ForgetOwnChat":    func(ctx context.Context, s Store) error { return s.ForgetOwnChat(ctx, chat.OrderingKey, chat.ID) },
		"FindConversation": func(ctx context.Context, s Store) error {
			_, _, err := s.FindConversation(ctx, chat.OrderingKey)
			return err
		},
		"ForgetConversation": func(ctx context.Context, s Store) error { return s.ForgetConversation(ctx, chat.OrderingKey) },
		"FindPersonByTeamsID": func(ctx context.Context, s Store) error {
			_, _, err := s.FindPersonByTeamsID(ctx, "29:x")
			return err
		},
		"SaveChannel": func(ctx context.Context, s Store) error {
			return s.SaveChannel(ctx, outbox.Channel{ID: "19:a", SeenAt: at})
		},
		"FindChannelLoss": func(ctx context.Context, s Store) error { return second(s.FindChannelLoss(ctx, "19:a")) },
		"MarkUnreachable": func(ctx context.Context, s Store) error {
			return s.MarkUnreachable(ctx, outbox.Unreachable{Person: ChairID, Since: at, Code: "Blocked"})
		},
		"MarkReachable":   func(ctx context.Context, s Store) error { return s.MarkReachable(ctx, ChairID, at) },
		"ListUntaken":     func(ctx context.Context, s Store) error { return second(s.ListUntaken(ctx, "")) },
		"ListUnreachable": func(ctx context.Context, s Store) error { return second(s.ListUnreachable(ctx)) },
		"ForgetUnreachable": func(ctx context.Context, s Store) error {
			return s.ForgetUnreachable(ctx, outbox.Unreachable{Person: ChairID})
		},
		"SetCover": func(ctx context.Context, s Store) error {
			return s.SetCover(ctx, w.NewKey(), directory.CoverSetting{Person: "a", StandIn: "b", From: day, To: day, SetBy: "a"})
		},
		"EndCover":   func(ctx context.Context, s Store) error { return s.EndCover(ctx, w.NewKey(), 1, "a") },
		"ListCovers": func(ctx context.Context, s Store) error { return second(s.ListCovers(ctx, day)) },
		"BindNoticeChannel": func(ctx context.Context, s Store) error {
			return s.BindNoticeChannel(ctx, w.NewKey(), directory.NoticeChannelSetting{Unit: directory.TeamUnit("north"), ChannelID: "19:a", SetBy: "a"})
		},
		"ListNoticeChannels": func(ctx context.Context, s Store) error { return second(s.ListNoticeChannels(ctx)) },
	}
}

func ignoreLostLease(err error) error {
	if errors.Is(err, storage.ErrLeaseLost) {
		return nil
	}
	return err
}

// Methods are the names of a Store's methods that Calls must have.
func Methods() []string {
	var names []string
	for m := range reflect.TypeFor[Store]().Methods() {
		if m.Name != "Listen" && m.Name != "Close" {
			names = append(names, m.Name)
		}
	}
	return names
}

func everyCutOffCallIsUnavailable(t *testing.T, w *world) {
	c := w.Raise()
	d := w.Claim(w.Store, "a", 1)[0]
	calls := w.Calls(c, d)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	before := w.backend.Contents()
	for _, name := range Methods() {
		call, ok := calls[name]
		if !ok {
			t.Fatalf("%s is not among the calls", name)
		}
		if name == "LoadLadder" {
			continue // a ladder never changes, and may be remembered
		}
		if err := call(cancelled, w.Store); !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	after := w.backend.Contents()
	if len(after.Messages) != len(before.Messages) || len(after.Keys) != len(before.Keys) || w.message(d.ID).State != memorystore.StateWaiting {
		t.Error("something was written")
	}
	for _, name := range Methods() {
		if err := calls[name](t.Context(), w.Store); err != nil {
			t.Errorf("%s, not cut off: %v", name, err)
		}
	}
	w.mustVerify()
}

// unstorableTextIsRefused gives what comes from outside and no column takes: a NUL, and a key
// that no index holds.
func unstorableTextIsRefused(t *testing.T, w *world) {
	long := make([]byte, 20_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range long {
		long[i] = byte('!' + r.IntN(90)) // does not compress
	}
	ctx, s := t.Context(), w.Store
	for what, odd := range map[string]string{"a NUL": "a\x00b", "no end": string(long)} {
		key := storage.IdempotencyKey{Value: odd, At: w.Now}
		for name, err := range map[string]error{
			"a key":               second(s.ClaimIdempotencyKey(ctx, key)),
			"a reply's key":       s.QueueDirectMessage(ctx, key, w.help(ChairID)),
			"a challenge's key":   second(s.Raise(ctx, key, w.RaiseDecision(uuid.New()))),
			"a channel":           s.SaveChannel(ctx, outbox.Channel{ID: odd, SeenAt: w.Now}),
			"a chat's person":     s.SaveConversation(ctx, outbox.ConversationReference{OrderingKey: "person:" + odd, ID: "a:1", ServiceURL: "https://x.invalid/", SeenAt: w.Now}),
			"who was not reached": s.MarkUnreachable(ctx, outbox.Unreachable{Person: odd, Since: w.Now}),
		} {
			if err == nil || errors.Is(err, storage.ErrUnavailable) {
				t.Errorf("%s with %s: %v", name, what, err)
			}
		}
	}
	if n := len(w.backend.Contents().Messages); n != 0 {
		t.Errorf("%d messages are queued", n)
	}
	for name, err := range map[string]error{
		"a chat": s.SaveOwnChat(ctx, outbox.ConversationReference{OrderingKey: "person:x", ID: "a\x00b", ServiceURL: "https://x.invalid/", SeenAt: w.Now}),
		"a reply's place": s.QueueDirectMessage(ctx, w.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: ChairID}, ReplacesActivityID: "a\x00b",
			ConversationID: "a:1", ServiceURL: "https://x.invalid/"}),
	} {
		if err == nil || errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s with a NUL: %v", name, err)
		}
	}
	if n := len(w.backend.Contents().Keys); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
}
