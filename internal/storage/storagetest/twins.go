package storagetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

// RunTwins gives two stores the same work, drawn by a seed, and holds every answer and all
// that is stored against one another. There is one open challenge at a time: which of two
// that are due at the same moment comes first is promised by nobody.
func RunTwins(t *testing.T, seed uint64, steps int, a, b Backend) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	tw := &twins{t: t, rand: r, sides: [2]*side{newSide(t, a), newSide(t, b)}}
	for range steps {
		tw.step()
		if t.Failed() {
			t.Fatalf("seed %d, after:\n%s", seed, tw.log)
		}
	}
	tw.compare("contents", func(s *side) any { return s.backend.Contents() })
	for _, s := range tw.sides {
		s.mustVerify()
	}
}

type twins struct {
	t     *testing.T
	rand  *rand.Rand
	sides [2]*side
	log   string
	open  uuid.UUID // the challenge that is open, if there is one
	keys  int
}

// side is one of the two, with the messages that it has in hand.
type side struct {
	*world
	claims []outbox.Message
}

func newSide(t *testing.T, b Backend) *side {
	return &side{world: &world{World: NewWorld(t, b.Store), backend: b}}
}

// compare does the same on both sides and holds the answers against one another.
func (tw *twins) compare(what string, do func(s *side) any) {
	tw.t.Helper()
	tw.log += what + "\n"
	if diff := cmp.Diff(do(tw.sides[0]), do(tw.sides[1])); diff != "" {
		tw.t.Errorf("%s (-first +second):\n%s", what, diff)
	}
}

// outcome is what an error means to a caller.
func outcome(err error) string {
	var refusal *challenge.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return "refused: " + string(refusal.Code)
	case errors.Is(err, ErrDeclined):
		return "declined"
	case errors.Is(err, storage.ErrNotFound):
		return "not found"
	case errors.Is(err, storage.ErrSomebodyElsesChat):
		return "somebody else's chat"
	case errors.Is(err, storage.ErrLeaseLost):
		return "the lease is lost"
	}
	return "an error"
}

type applied struct {
	Document map[string]any
	History  []challenge.Event
	Repeated bool
	Refusal  *challenge.Refusal
	Outcome  string
}

func (tw *twins) applied(out storage.ApplyResult, err error) applied {
	return applied{asJSON(tw.t, out.Snapshot.Challenge), out.Snapshot.History, out.Repeated, out.Refusal, outcome(err)}
}

// key is a new idempotency key, or now and then one that was used.
func (tw *twins) key() storage.IdempotencyKey {
	if tw.keys == 0 || tw.rand.IntN(6) > 0 {
		tw.keys++
		return storage.IdempotencyKey{Value: fmt.Sprintf("key:%d", tw.keys), At: tw.sides[0].Now}
	}
	return storage.IdempotencyKey{Value: fmt.Sprintf("key:%d", 1+tw.rand.IntN(tw.keys)), At: tw.sides[0].Now}
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

func (tw *twins) somebody() string {
	return pick(tw.rand, ChairID, WorkerID, ManagerID, ServiceID, OwnServiceManagerID, OversightID)
}

func (tw *twins) step() {
	pick(tw.rand, tw.raise, tw.apply, tw.apply, tw.tick, tw.wait, tw.wait, tw.claim, tw.claim, tw.result, tw.result, tw.result, tw.result,
		tw.reply, tw.release, tw.register, tw.register, tw.look)()
}

func (tw *twins) raise() {
	if tw.open != uuid.Nil {
		tw.command(challenge.Withdraw{Reason: "Settled by telephone."}, ChairID)
		return
	}
	var id uuid.UUID
	for i := range id {
		id[i] = byte(tw.rand.Uint32())
	}
	key, declined := tw.key(), tw.rand.IntN(8) == 0
	tw.compare("raise "+key.Value, func(s *side) any {
		return tw.applied(s.Store.Raise(tw.t.Context(), key, func(n uint64) (challenge.Change, error) {
			if declined {
				return challenge.Change{}, ErrDeclined
			}
			return s.RaiseDecision(id)(n)
		}))
	})
	tw.refresh(id)
}

// refresh looks which challenge is open.
func (tw *twins) refresh(id uuid.UUID) {
	c, err := tw.sides[0].Store.Load(tw.t.Context(), storage.LookupKey{ID: id})
	switch {
	case err == nil && c.Challenge.State.IsOpen():
		tw.open = id
	case id == tw.open:
		tw.open = uuid.Nil
	}
}

func (tw *twins) apply() {
	opening := 1 + tw.rand.IntN(3)
	response := NewResponse(pick(tw.rand, "One.", "Two."))
	response.Opening = opening
	to := challenge.Address{Person: tw.somebody()}
	tw.command(pick[challenge.Command](tw.rand, response, response,
		challenge.Judge{Opening: opening, Verdict: pick(tw.rand, challenge.Satisfied, challenge.NotSatisfied, challenge.Partly), Reason: "Not enough."},
		challenge.HandOver{AwayID: ManagerID}, challenge.Tick{},
		challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: opening, To: to, Code: "Blocked"},
		challenge.RecordDelivery{MessageID: 1, Card: challenge.CardRespond, Opening: opening, To: to}), pick(tw.rand, ManagerID, ServiceID, ChairID, "", tw.somebody()))
}

func (tw *twins) command(cmd challenge.Command, by string) {
	id, key := tw.open, tw.key()
	posts := tw.rand.IntN(6) == 0
	tw.compare(fmt.Sprintf("apply %T by %.40q, %s", cmd, by, key.Value), func(s *side) any {
		return tw.applied(s.Store.Apply(tw.t.Context(), key, storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Change, error) {
			if posts {
				return challenge.Change{Next: c.Challenge, Posts: []challenge.Post{{To: challenge.Address{Person: ChairID}, Card: challenge.CardChallenge}}}, nil
			}
			return s.Decide(cmd, by)(c)
		}))
	})
	tw.refresh(id)
}

func (tw *twins) tick() {
	declined := tw.rand.IntN(5) == 0
	tw.compare("tick", func(s *side) any {
		n, err := s.Store.Tick(tw.t.Context(), s.Now, 5, func(c challenge.Snapshot) (challenge.Change, error) {
			if declined {
				return challenge.Change{}, ErrDeclined
			}
			return s.Decide(challenge.Tick{}, "")(c)
		})
		return []any{n, outcome(err)}
	})
	tw.refresh(tw.open)
}

func (tw *twins) wait() {
	d := pick(tw.rand, time.Second, 50*time.Second, 10*time.Minute, 3*time.Hour, 30*time.Hour)
	tw.log += "wait " + d.String() + "\n"
	for _, s := range tw.sides {
		s.Now = s.Now.Add(d)
	}
}

func (tw *twins) claim() {
	owner, limit, forgetful := pick(tw.rand, "a", "b"), 1+tw.rand.IntN(4), tw.rand.IntN(5) == 0
	tw.compare(fmt.Sprintf("claim %d as %s", limit, owner), func(s *side) any {
		c := s.ClaimOf(owner, limit)
		if forgetful {
			c.InHand = nil // as if the answers to its claims had been lost
		}
		claimed, err := s.Store.ClaimMessages(tw.t.Context(), c)
		ds := claimed.Messages
		s.keepInHand(owner, ds)
		s.claims = append(s.claims, ds...)
		return []any{append([]outbox.Message{}, ds...), outcome(err)}
	})
}

// result tells what came of a message that is in hand, or was.
func (tw *twins) result() {
	n := len(tw.sides[0].claims)
	if n == 0 {
		return
	}
	i, kind, final := n-1-tw.rand.IntN(min(n, 4)), tw.rand.IntN(6), tw.rand.IntN(6) == 0
	aside, code := pick(tw.rand, 0, time.Minute, 10*time.Minute, 3*time.Hour), pick(tw.rand, "Code", "timeout")
	tw.compare(fmt.Sprintf("result %d of message %d", kind, tw.sides[0].claims[i].ID), func(s *side) any {
		d, ctx, attempt := s.claims[i], tw.t.Context(), outbox.Attempt{At: s.Now, StatusCode: 400 + kind, ErrorCode: code, Ambiguous: final}
		declined := func(challenge.Snapshot) (challenge.Change, error) { return challenge.Change{}, ErrDeclined }
		switch kind {
		case 0:
			return outcome(s.Store.ScheduleRetry(ctx, d, attempt, outbox.Retry{NotBefore: s.Now.Add(90 * time.Second), StepsAsideAt: s.Now.Add(aside)}))
		case 1:
			return outcome(s.Store.MarkRejected(ctx, d, attempt, s.Decide(challenge.RecordRejection{MessageID: d.ID, Card: d.Card, Opening: d.Opening, To: d.To, Code: "Blocked"}, "")))
		case 2:
			return outcome(s.Store.DropMessage(ctx, d, s.Now, "unchanged"))
		case 3:
			return outcome(s.Store.MarkRejected(ctx, d, attempt, declined))
		}
		p := Posted(d, 1)
		if d.ChallengeID != uuid.Nil {
			p.Version = s.Load(d.ChallengeID).Challenge.Version
		}
		p.ToPersonalChat = final && d.To.Person != ""
		p.Version, p.Final = max(1, p.Version-tw.sides[0].keyCount), final
		if kind == 4 {
			return outcome(s.Store.MarkDelivered(ctx, d, p, attempt, declined))
		}
		return outcome(s.Store.MarkDelivered(ctx, d, p, attempt, s.Decide(challenge.RecordDelivery{MessageID: d.ID, Card: d.Card, Opening: d.Opening, To: d.To,
			ConversationID: p.ConversationID, ActivityID: p.ActivityID}, "")))
	})
	if tw.open != uuid.Nil {
		tw.refresh(tw.open)
	}
}

func (tw *twins) reply() {
	key, to, over := tw.key(), tw.somebody(), tw.rand.IntN(2) == 0
	tw.compare("reply "+key.Value, func(s *side) any {
		m := s.help(to)
		if over {
			m.ReplacesActivityID, m.ConversationID, m.ServiceURL = "act", "a:1", "https://example.invalid/"
		}
		return outcome(s.Store.QueueDirectMessage(tw.t.Context(), key, m))
	})
}

func (tw *twins) release() {
	owner := pick(tw.rand, "a", "b", "c")
	tw.compare("release "+owner, func(s *side) any { return outcome(s.Store.ReleaseLeases(tw.t.Context(), owner)) })
}

// register writes one of the smaller facts, at a time that may be before what is known.
func (tw *twins) register() {
	key, who, other := tw.key(), tw.somebody(), tw.somebody()
	at := tw.sides[0].Now.Add(time.Duration(tw.rand.IntN(5)-2) * time.Hour)
	day := workday.NewDate(2026, 3, 1+tw.rand.IntN(20))
	channel, loss := pick(tw.rand, "19:a", "19:b", ""), pick(tw.rand, outbox.ChannelDeleted, outbox.BotRemoved, "")
	team, kind, lane := pick(tw.rand, "19:t", "19:u", ""), tw.rand.IntN(11), "person:"+who
	tw.compare(fmt.Sprintf("register %d", kind), func(s *side) any {
		ctx := tw.t.Context()
		switch kind {
		case 0:
			return outcome(s.Store.SetCover(ctx, key, directory.CoverSetting{Person: who, StandIn: other, From: day, To: day + 3, SetBy: who}))
		case 1:
			covers, err := s.Store.ListCovers(ctx, workday.NewDate(2026, 3, 1))
			if err == nil && len(covers) > 0 {
				err = s.Store.EndCover(ctx, key, covers[0].ID, who)
			}
			return outcome(err)
		case 2:
			return outcome(s.Store.BindNoticeChannel(ctx, key, directory.NoticeChannelSetting{Unit: directory.TeamUnit("north"), ChannelID: channel, SetBy: who}))
		case 3:
			return outcome(s.Store.SaveChannel(ctx, outbox.Channel{ID: channel, Team: team, Loss: loss, SeenAt: at}))
		case 4:
			return outcome(s.Store.SaveConversation(ctx, outbox.ConversationReference{OrderingKey: lane, ID: "a:" + key.Value, ServiceURL: "https://example.invalid/",
				TeamsUserID: team, SeenAt: at}))
		case 5:
			return outcome(s.Store.ForgetConversation(ctx, lane))
		case 9:
			return outcome(s.Store.SaveOwnChat(ctx, outbox.ConversationReference{OrderingKey: lane, ID: "a:" + channel, ServiceURL: "https://example.invalid/", SeenAt: at}))
		case 10:
			return outcome(s.Store.ForgetOwnChat(ctx, lane, "a:"+channel))
		case 6:
			return outcome(s.Store.MarkUnreachable(ctx, outbox.Unreachable{Person: who, Since: at, Code: "Blocked"}))
		case 7:
			return outcome(s.Store.MarkReachable(ctx, who, at))
		}
		all, err := s.Store.ListUnreachable(ctx)
		if err == nil && len(all) > 0 {
			err = s.Store.ForgetUnreachable(ctx, all[0])
		}
		return outcome(err)
	})
}

// look asks everything that can be asked.
func (tw *twins) look() {
	who, key := tw.somebody(), fmt.Sprintf("key:%d", 1+tw.rand.IntN(tw.keys+1))
	whose := pick(tw.rand, "", who)
	tw.compare("look for "+key, func(s *side) any {
		ctx := tw.t.Context()
		var pending []any
		s.Must(s.Store.EachPending(ctx, func(c challenge.Snapshot) { pending = append(pending, asJSON(tw.t, c.Challenge), c.History) }))
		isPending, err := s.Store.AnyPending(ctx)
		due, isDue, err2 := s.Store.NextDue(ctx)
		next, isNext, err3 := s.Store.NextMessageDue(ctx, s.Now)
		overdue, err4 := s.Store.CountOverdue(ctx, s.Now, time.Minute)
		effects, err5 := s.Store.ListEffects(ctx, key)
		conversation, known, err6 := s.Store.FindConversation(ctx, "person:"+who)
		loss, err7 := s.Store.FindChannelLoss(ctx, "19:a")
		untaken, err10 := s.Store.ListUntaken(ctx, whose)
		away, err8 := s.Store.ListUnreachable(ctx)
		covers, err9 := s.Store.ListCovers(ctx, workday.NewDate(2026, 3, 4))
		s.Must(errors.Join(err, err2, err3, err4, err5, err6, err7, err8, err9, err10))
		for i := range covers {
			covers[i].ID = 0
		}
		channels, err := s.Store.ListNoticeChannels(ctx)
		return []any{pending, isPending, due, isDue, next, isNext, overdue, append([]storage.ActivityEffect{}, effects...), conversation, known, loss,
			append([]outbox.Untaken{}, untaken...), append([]outbox.Unreachable{}, away...), append([]directory.CoverSetting{}, covers...), append([]directory.NoticeChannelSetting{}, channels...), outcome(err),
			s.refs(s.Store.ListWaitingFor(ctx, who, 5)), s.refs(s.Store.ListRaisedBy(ctx, ChairID, 5)),
			s.refs(s.Store.ListRegister(ctx, storage.RegisterQuery{Reach: storage.RegisterReach{Everything: true}, Person: whose, Limit: 5})), s.openRefs()}
	})
}
