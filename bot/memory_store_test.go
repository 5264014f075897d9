package bot

import (
	"context"
	"encoding/json"
	"errors"
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
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// The one challenge that the corpus knows: raised by Maya Okafor, and waiting for
// Tom Reid and Priya Shah of North Locality. Its reference is CH-Y8WWFJ.
var corpusChallengeID = uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ab")

// corpusNumber is the number that its reference comes from.
const corpusNumber = 26_987_652

// journal is what the store was asked to keep, in words.
type journal struct {
	Messages []journalMessage
	Events   []string
	Posts    []string
	Notes    []string
}

type journalMessage struct {
	To, Where string
	text      string
}

// memoryStore is a store in memory with the one transaction's promises: an idempotency key has one
// effect, and a refused command none.
type memoryStore struct {
	mu           sync.Mutex
	people       *directory.Directory
	ladder       *ladder.Ladder
	snapshots    map[uuid.UUID]challenge.Snapshot
	appliedKeys  map[string]*appliedKey
	number       uint64            // of the last challenge; the first gives CH-Y8WWFJ
	chats        map[string]string // the conversation of each person, by ordering key
	journal      journal
	recorded     []string          // the bodies of the events, as JSON
	teamsIDs     map[string]string // Entra object ids
	failMessages bool              // replies cannot be stored
}

// appliedKey is what an idempotency key's first use left.
type appliedKey struct {
	id      uuid.UUID
	refusal *challenge.Refusal
	seq     int
	at      time.Time
}

func newMemoryStore(t testing.TB, l *ladder.Ladder, people *directory.Directory, calendar *workday.Calendar, now time.Time) *memoryStore {
	t.Helper()
	s := &memoryStore{people: people, ladder: l, snapshots: map[uuid.UUID]challenge.Snapshot{}, appliedKeys: map[string]*appliedKey{}, chats: map[string]string{},
		teamsIDs: map[string]string{}, number: corpusNumber}
	maya, _ := people.PersonByName("Maya Okafor")
	change, err := challenge.Raise(challenge.RaiseCommand{ID: corpusChallengeID, Number: s.number, Details: challenge.Details{
		RecordNumber: "1234567", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 11, 20),
		Categories: []string{"statutory-minimum"}, Concern: "No visit since 12 February.", Evidence: "Case notes.",
		Ask: "A visit this week.", AskBy: workday.NewDate(2026, 12, 4), Team: "north-locality",
	}}, challenge.Person{ID: maya.Entra, Name: maya.Name}, challenge.Env{Now: now, Calendar: calendar, Ladder: l, Directory: people})
	if err != nil {
		t.Fatal(err)
	}
	s.saveChange(storage.IdempotencyKey{}, challenge.Snapshot{Ladder: l}, change)
	s.clearJournal()
	return s
}

// clearJournal starts a new page: what was done before is not told again.
func (s *memoryStore) clearJournal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal, s.recorded = journal{}, nil
}

func (s *memoryStore) copyJournal() journal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return journal{slices.Clone(s.journal.Messages), slices.Clone(s.journal.Events), slices.Clone(s.journal.Posts), slices.Clone(s.journal.Notes)}
}

func (s *memoryStore) refreshDirectory(context.Context) error   { return nil }
func (s *memoryStore) notReadyReasons(context.Context) []string { return nil }

func (s *memoryStore) personName(id string) string {
	if p, ok := s.people.PersonByEntra(id); ok {
		return p.Name
	}
	return "somebody unknown"
}

func (s *memoryStore) formatAddress(a challenge.Address) string {
	if a.Person != "" {
		return s.personName(a.Person)
	}
	return "#" + a.Team
}

func (s *memoryStore) Raise(_ context.Context, r storage.IdempotencyKey, decide func(uint64) (challenge.Change, error)) (storage.ApplyResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, seen := s.appliedKeys[r.Value]; seen {
		return storage.ApplyResult{Snapshot: s.snapshots[w.id], Repeated: true, Refusal: w.refusal}, nil
	}
	s.number++
	change, err := decide(s.number)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	return s.saveChange(r, challenge.Snapshot{Ladder: s.ladder}, change), nil
}

func (s *memoryStore) Apply(_ context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, seen := s.appliedKeys[r.Value]; seen && r.Value != "" {
		return storage.ApplyResult{Snapshot: s.snapshots[w.id], Repeated: true, Refusal: w.refusal}, nil
	}
	before, ok := s.findChallenge(key)
	if !ok {
		return storage.ApplyResult{}, storage.ErrNotFound
	}
	change, err := decide(before)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	if !change.HasEvents() && len(change.Posts) == 0 {
		return storage.ApplyResult{Snapshot: before, Refusal: change.Refusal}, nil
	}
	return s.saveChange(r, before, change), nil
}

func (s *memoryStore) findChallenge(key storage.LookupKey) (challenge.Snapshot, bool) {
	if key.Ref == "" {
		c, ok := s.snapshots[key.ID]
		return c, ok
	}
	for _, c := range s.snapshots {
		if c.Challenge.Ref == key.Ref {
			return c, true
		}
	}
	return challenge.Snapshot{}, false
}

func (s *memoryStore) saveChange(r storage.IdempotencyKey, before challenge.Snapshot, change challenge.Change) storage.ApplyResult {
	after := challenge.Snapshot{Challenge: change.Next, Ladder: before.Ladder, History: append(slices.Clone(before.History), change.Events...)}
	s.snapshots[change.Next.ID] = after
	if r.Value != "" {
		s.appliedKeys[r.Value] = &appliedKey{id: change.Next.ID, refusal: change.Refusal, seq: change.Next.Seq, at: r.At}
	}
	for _, e := range change.Events {
		s.journal.Events = append(s.journal.Events, fmt.Sprintf("%s by %s", e.Body.Kind(), e.By.Name))
		body, err := json.Marshal(e.Body)
		if err != nil {
			panic(err) // every event can be written
		}
		s.recorded = append(s.recorded, string(body))
	}
	for _, show := range change.Posts {
		s.journal.Posts = append(s.journal.Posts, fmt.Sprintf("%s to %s", show.Card, s.formatAddress(show.To)))
	}
	return storage.ApplyResult{Snapshot: after, Refusal: change.Refusal}
}

func (s *memoryStore) Load(_ context.Context, key storage.LookupKey) (challenge.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.findChallenge(key)
	if !ok {
		return c, storage.ErrNotFound
	}
	return c, nil
}

func (s *memoryStore) LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error) {
	c, err := s.Load(ctx, storage.LookupKey{Ref: ref})
	c.History = slices.DeleteFunc(slices.Clone(c.History), func(e challenge.Event) bool { return e.By.ID != person && e.Body.Kind() != challenge.KindHeld })
	return c, err
}

// EachPending gives every open challenge with all of its history, which is more than the
// door promises.
func (s *memoryStore) EachPending(_ context.Context, each func(challenge.Snapshot)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.snapshots {
		if c.Challenge.State.IsOpen() {
			each(c)
		}
	}
	return nil
}

func (s *memoryStore) ListWaitingFor(_ context.Context, person string, _ int) ([]challenge.Snapshot, error) {
	return s.selectChallenges(func(c challenge.Snapshot) bool { return slices.Contains(c.Challenge.WaitingFor(), person) }), nil
}

func (s *memoryStore) ListRaisedBy(_ context.Context, person string, _ int) ([]challenge.Snapshot, error) {
	return s.selectChallenges(func(c challenge.Snapshot) bool { return c.Challenge.Chair.ID == person && c.Challenge.State.IsOpen() }), nil
}

func (s *memoryStore) selectChallenges(wanted func(challenge.Snapshot) bool) []challenge.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []challenge.Snapshot
	for _, c := range s.snapshots {
		if wanted(c) {
			found = append(found, c)
		}
	}
	return found
}

// isFirstUse reports whether an idempotency key is new, and notes it.
func (s *memoryStore) isFirstUse(r storage.IdempotencyKey) bool {
	if _, seen := s.appliedKeys[r.Value]; seen {
		return false
	}
	s.appliedKeys[r.Value] = &appliedKey{}
	return true
}

func (s *memoryStore) SetCover(_ context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isFirstUse(r) {
		s.journal.Notes = append(s.journal.Notes, fmt.Sprintf("%s stands in for %s from %s to %s", s.personName(c.StandIn), s.personName(c.Person), c.From, c.To))
	}
	return nil
}

func (s *memoryStore) ForgetOwnChat(_ context.Context, orderingKey, conversationID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkOwnChat(orderingKey, conversationID); err != nil {
		return err
	}
	delete(s.chats, orderingKey)
	return s.noteOnce("the conversation of " + s.personName(strings.TrimPrefix(orderingKey, "person:")) + " is forgotten")
}

// checkOwnChat holds that a one-to-one chat keeps its person.
func (s *memoryStore) checkOwnChat(orderingKey, conversationID string) error {
	for other, id := range s.chats {
		if id == conversationID && other != orderingKey && s.chats[orderingKey] != conversationID {
			return storage.ErrSomebodyElsesChat
		}
	}
	return checkStorable(conversationID)
}

// checkStorable fails for what PostgreSQL does not take, as a text or as a key.
func checkStorable(texts ...string) error {
	const longestKey = 2600
	for _, text := range texts {
		if strings.Contains(text, "\x00") || len(text) > longestKey {
			return errors.New("the database does not take that")
		}
	}
	return nil
}

func (s *memoryStore) MarkUnreachable(_ context.Context, u outbox.Unreachable) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.noteOnce(fmt.Sprintf("%s cannot be reached: %s", s.personName(u.Person), u.Code))
}

func (s *memoryStore) ListUnreachable(context.Context) ([]outbox.Unreachable, error) {
	return nil, nil
}

func (s *memoryStore) MarkReachable(_ context.Context, person string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.noteOnce(fmt.Sprintf("%s can be reached", s.personName(person)))
}

// noteOnce notes what is true from now on: said twice, it is as true as once.
func (s *memoryStore) noteOnce(what string) error {
	if !slices.Contains(s.journal.Notes, what) {
		s.journal.Notes = append(s.journal.Notes, what)
	}
	return nil
}

func (s *memoryStore) BindNoticeChannel(_ context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isFirstUse(r) {
		s.journal.Notes = append(s.journal.Notes, fmt.Sprintf("the notices of %s appear in %q", n.Unit, n.ChannelID))
	}
	return nil
}

func (s *memoryStore) EndCover(_ context.Context, r storage.IdempotencyKey, id int64, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isFirstUse(r) {
		s.journal.Notes = append(s.journal.Notes, fmt.Sprintf("cover %d ends", id))
	}
	return nil
}

func (s *memoryStore) QueueDirectMessage(_ context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failMessages {
		return storage.ErrUnavailable
	}
	if err := checkStorable(r.Value, reply.ReplacesActivityID, reply.ConversationID, reply.ServiceURL); err != nil {
		return err
	}
	if !s.isFirstUse(r) {
		return nil
	}
	where := "private chat"
	if reply.ReplacesActivityID != "" {
		where = "in place of " + reply.ReplacesActivityID
	}
	if among := reply.Content.InChannel; among != nil {
		where = "for everybody in " + among.ConversationID
		if among.Recipient != "" {
			where = "for " + among.Recipient + " alone in " + among.ConversationID
		}
		if among.InReplyTo != "" {
			where += ", under " + among.InReplyTo
		}
	}
	s.journal.Messages = append(s.journal.Messages, journalMessage{To: s.formatAddress(reply.To), Where: where, text: strings.TrimSpace(reply.Content.Text)})
	return nil
}

// FindPersonByTeamsID knows people by the conversations that were saved.
func (s *memoryStore) FindPersonByTeamsID(_ context.Context, teamsID string) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	person, known := s.teamsIDs[teamsID]
	return person, known, nil
}

func (s *memoryStore) SaveOwnChat(_ context.Context, c outbox.ConversationReference) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkOwnChat(c.OrderingKey, c.ID); err != nil {
		return err
	}
	if err := checkStorable(c.ServiceURL, c.TeamsUserID); err != nil {
		return err
	}
	s.chats[c.OrderingKey] = c.ID
	person, _ := strings.CutPrefix(c.OrderingKey, "person:")
	if other, known := s.teamsIDs[c.TeamsUserID]; known && other != person {
		s.teamsIDs[c.TeamsUserID] = "" // known for several, and so for none
	} else {
		s.teamsIDs[c.TeamsUserID] = person
	}
	s.journal.Notes = append(s.journal.Notes, fmt.Sprintf("%s is reached in %s as %s", s.personName(person), c.ID, c.TeamsUserID))
	return nil
}

func (s *memoryStore) SaveChannel(_ context.Context, c outbox.Channel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkStorable(c.ID, c.Team); err != nil {
		return err
	}
	what := fmt.Sprintf("channel %s of %s is there", c.ID, c.Team)
	if c.ID == "" {
		what = fmt.Sprintf("every channel of %s is there", c.Team)
	}
	if c.Loss != "" {
		what = strings.TrimSuffix(what, "there") + "gone: " + string(c.Loss)
	}
	if !slices.Contains(s.journal.Notes, what) { // keeping it again is harmless
		s.journal.Notes = append(s.journal.Notes, what)
	}
	return nil
}

func (s *memoryStore) ListEffects(_ context.Context, receipt string) ([]storage.ActivityEffect, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []storage.ActivityEffect
	for key, w := range s.appliedKeys {
		if (key == receipt || strings.HasPrefix(key, receipt+":")) && w.id != uuid.Nil {
			found = append(found, storage.ActivityEffect{ChallengeID: w.id, Seq: w.seq, At: w.at})
		}
	}
	return found, nil
}
