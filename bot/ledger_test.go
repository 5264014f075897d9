package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// The one challenge that the corpus knows: raised by Maya Okafor, and waiting for
// Tom Reid and Priya Shah of North Locality. Its reference is CH-Y8WWFJ.
var corpusID = uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ab")

// told is what the store was asked to keep, in words.
type told struct {
	Replies []toldReply
	Events  []string
	Shows   []string
	Noted   []string
}

type toldReply struct {
	To, Where string
	says      string
}

// ledger is a store in memory with the one door's promises: a receipt has one
// effect, and a refused command none.
type ledger struct {
	mu       sync.Mutex
	people   *directory.Directory
	ladder   *ladder.Ladder
	cases    map[uuid.UUID]challenge.Case
	receipts map[string]*written
	number   uint64
	done     told
	mute     bool // replies cannot be stored
}

// written is what a receipt's first use left.
type written struct {
	id   uuid.UUID
	said *challenge.Refusal
	seq  int
	at   time.Time
}

func newLedger(t testing.TB, l *ladder.Ladder, people *directory.Directory, calendar *workday.Calendar, now time.Time) *ledger {
	t.Helper()
	s := &ledger{people: people, ladder: l, cases: map[uuid.UUID]challenge.Case{}, receipts: map[string]*written{}, number: 1}
	maya, _ := people.ByName("Maya Okafor")
	change, err := challenge.Raise(challenge.Raising{ID: corpusID, Number: s.number, Details: challenge.Details{
		Record: "1234567", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 11, 20),
		Categories: []string{"statutory-minimum"}, Concern: "No visit since 12 February.", Evidence: "Case notes.",
		Ask: "A visit this week.", AskBy: workday.NewDate(2026, 12, 4), Team: "north-locality",
	}}, challenge.Person{ID: maya.Entra, Name: maya.Name}, challenge.Env{Now: now, Calendar: calendar, Ladder: l, Directory: people})
	if err != nil {
		t.Fatal(err)
	}
	s.keep(challenge.Receipt{}, challenge.Case{Ladder: l}, change)
	s.forget()
	return s
}

// forget starts a new page: what was done before is not told again.
func (s *ledger) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = told{}
}

func (s *ledger) told() told {
	s.mu.Lock()
	defer s.mu.Unlock()
	return told{slices.Clone(s.done.Replies), slices.Clone(s.done.Events), slices.Clone(s.done.Shows), slices.Clone(s.done.Noted)}
}

func (s *ledger) refresh(context.Context) error  { return nil }
func (s *ledger) ready(context.Context) []string { return nil }

func (s *ledger) name(id string) string {
	if p, ok := s.people.ByEntra(id); ok {
		return p.Name
	}
	return "somebody unknown"
}

func (s *ledger) address(a challenge.Address) string {
	if a.Person != "" {
		return s.name(a.Person)
	}
	return "#" + a.Team
}

func (s *ledger) Raise(_ context.Context, r challenge.Receipt, decide func(uint64) (challenge.Change, error)) (challenge.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, seen := s.receipts[r.Key]; seen {
		return challenge.Outcome{Case: s.cases[w.id], Repeated: true, Said: w.said}, nil
	}
	s.number++
	change, err := decide(s.number)
	if err != nil {
		return challenge.Outcome{}, err
	}
	return s.keep(r, challenge.Case{Ladder: s.ladder}, change), nil
}

func (s *ledger) Apply(_ context.Context, r challenge.Receipt, key challenge.Key, decide func(challenge.Case) (challenge.Change, error)) (challenge.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, seen := s.receipts[r.Key]; seen && r.Key != "" {
		return challenge.Outcome{Case: s.cases[w.id], Repeated: true, Said: w.said}, nil
	}
	before, ok := s.find(key)
	if !ok {
		return challenge.Outcome{}, challenge.ErrNotFound
	}
	change, err := decide(before)
	if err != nil {
		return challenge.Outcome{}, err
	}
	if !change.Changed() && len(change.Shows) == 0 {
		return challenge.Outcome{Case: before, Said: change.Said}, nil
	}
	return s.keep(r, before, change), nil
}

func (s *ledger) find(key challenge.Key) (challenge.Case, bool) {
	if key.Ref == "" {
		c, ok := s.cases[key.ID]
		return c, ok
	}
	for _, c := range s.cases {
		if c.Challenge.Ref == key.Ref {
			return c, true
		}
	}
	return challenge.Case{}, false
}

func (s *ledger) keep(r challenge.Receipt, before challenge.Case, change challenge.Change) challenge.Outcome {
	after := challenge.Case{Challenge: change.Next, Ladder: before.Ladder, History: append(slices.Clone(before.History), change.Events...)}
	s.cases[change.Next.ID] = after
	if r.Key != "" {
		s.receipts[r.Key] = &written{id: change.Next.ID, said: change.Said, seq: change.Next.Seq, at: r.At}
	}
	for _, e := range change.Events {
		s.done.Events = append(s.done.Events, fmt.Sprintf("%s by %s", e.Body.Kind(), e.By.Name))
	}
	for _, show := range change.Shows {
		s.done.Shows = append(s.done.Shows, fmt.Sprintf("%s to %s", show.Card, s.address(show.To)))
	}
	return challenge.Outcome{Case: after, Said: change.Said}
}

func (s *ledger) Load(_ context.Context, key challenge.Key) (challenge.Case, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.find(key)
	if !ok {
		return c, challenge.ErrNotFound
	}
	return c, nil
}

// Standing gives every open challenge with all of its history, which is more than the
// door promises.
func (s *ledger) Standing(_ context.Context, each func(challenge.Case)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cases {
		if c.Challenge.State.Open() {
			each(c)
		}
	}
	return nil
}

func (s *ledger) WaitingFor(_ context.Context, person string, _ int) ([]challenge.Case, error) {
	return s.which(func(c challenge.Case) bool { return slices.Contains(c.Challenge.Waiting(), person) }), nil
}

func (s *ledger) RaisedBy(_ context.Context, person string, _ int) ([]challenge.Case, error) {
	return s.which(func(c challenge.Case) bool { return c.Challenge.Chair.ID == person && c.Challenge.State.Open() }), nil
}

func (s *ledger) which(wanted func(challenge.Case) bool) []challenge.Case {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []challenge.Case
	for _, c := range s.cases {
		if wanted(c) {
			found = append(found, c)
		}
	}
	return found
}

// first reports whether a receipt is new, and notes it.
func (s *ledger) first(r challenge.Receipt) bool {
	if _, seen := s.receipts[r.Key]; seen {
		return false
	}
	s.receipts[r.Key] = &written{}
	return true
}

func (s *ledger) SetCover(_ context.Context, r challenge.Receipt, c challenge.Cover) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first(r) {
		s.done.Noted = append(s.done.Noted, fmt.Sprintf("%s stands in for %s from %s to %s", s.name(c.StandIn), s.name(c.Person), c.From, c.To))
	}
	return nil
}

func (s *ledger) ForgetConversation(_ context.Context, lane string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state("the conversation of " + s.name(strings.TrimPrefix(lane, "person:")) + " is forgotten")
}

func (s *ledger) MarkUnreachable(_ context.Context, u challenge.Unreachable) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state(fmt.Sprintf("%s cannot be reached: %s", s.name(u.Person), u.Code))
}

func (s *ledger) Unreachables(context.Context) ([]challenge.Unreachable, error) { return nil, nil }

func (s *ledger) Returned(_ context.Context, person string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state(fmt.Sprintf("%s can be reached", s.name(person)))
}

// state notes what is true from now on: said twice, it is as true as once.
func (s *ledger) state(what string) error {
	if !slices.Contains(s.done.Noted, what) {
		s.done.Noted = append(s.done.Noted, what)
	}
	return nil
}

func (s *ledger) BindNotices(_ context.Context, r challenge.Receipt, n challenge.NoticeChannel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first(r) {
		s.done.Noted = append(s.done.Noted, fmt.Sprintf("the notices of %s appear in %q", n.Unit, n.Channel))
	}
	return nil
}

func (s *ledger) EndCover(_ context.Context, r challenge.Receipt, id int64, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first(r) {
		s.done.Noted = append(s.done.Noted, fmt.Sprintf("cover %d ends", id))
	}
	return nil
}

func (s *ledger) Reply(_ context.Context, r challenge.Receipt, reply challenge.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mute {
		return challenge.ErrUnavailable
	}
	if !s.first(r) {
		return nil
	}
	where := "private chat"
	if reply.Replaces != "" {
		where = "in place of " + reply.Replaces
	}
	if among := reply.Spec.Among; among != nil {
		where = "for everybody in " + among.Conversation
		if among.Only != "" {
			where = "for " + among.Only + " alone in " + among.Conversation
		}
		if among.Prompt != "" {
			where += ", under " + among.Prompt
		}
	}
	s.done.Replies = append(s.done.Replies, toldReply{To: s.address(reply.To), Where: where, says: strings.TrimSpace(reply.Spec.Text)})
	return nil
}

func (s *ledger) SaveConversation(_ context.Context, c challenge.Conversation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	person, _ := strings.CutPrefix(c.Lane, "person:")
	s.done.Noted = append(s.done.Noted, fmt.Sprintf("%s is reached in %s as %s", s.name(person), c.ID, c.MRI))
	return nil
}

func (s *ledger) SaveChannel(_ context.Context, c challenge.Channel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := fmt.Sprintf("channel %s of %s is there", c.ID, c.Team)
	if c.ID == "" {
		what = fmt.Sprintf("every channel of %s is there", c.Team)
	}
	if c.Gone != "" {
		what = strings.TrimSuffix(what, "there") + "gone: " + string(c.Gone)
	}
	if !slices.Contains(s.done.Noted, what) { // keeping it again is harmless
		s.done.Noted = append(s.done.Noted, what)
	}
	return nil
}

func (s *ledger) Effects(_ context.Context, receipt string) ([]challenge.Effect, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []challenge.Effect
	for key, w := range s.receipts {
		if (key == receipt || strings.HasPrefix(key, receipt+":")) && w.id != uuid.Nil {
			found = append(found, challenge.Effect{Challenge: w.id, Seq: w.seq, At: w.at})
		}
	}
	return found, nil
}
