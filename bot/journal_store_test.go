package bot

import (
	"context"
	"encoding/json"
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
	"challengebot/internal/storage/memorystore"
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

// journalStore is the store in memory; it writes down in words what it is asked to keep.
type journalStore struct {
	*memorystore.Store
	mu           sync.Mutex
	people       *directory.Directory
	journal      journal
	recorded     []string // the bodies of the events, as JSON
	failMessages bool     // replies cannot be stored
}

func newJournalStore(t testing.TB, l *ladder.Ladder, people *directory.Directory, calendar *workday.Calendar, now time.Time) *journalStore {
	t.Helper()
	s := &journalStore{Store: memorystore.New(), people: people}
	if err := s.SaveLadder(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	maya, _ := people.PersonByName("Maya Okafor")
	_, err := s.Store.Raise(t.Context(), storage.IdempotencyKey{}, func(uint64) (challenge.Change, error) {
		return challenge.Raise(challenge.RaiseCommand{ID: corpusChallengeID, Number: corpusNumber, Details: challenge.Details{
			RecordNumber: "1234567", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 11, 20),
			Categories: []string{"statutory-minimum"}, Concern: "No visit since 12 February.", Evidence: "Case notes.",
			Ask: "A visit this week.", AskBy: workday.NewDate(2026, 12, 4), Team: "north-locality",
		}}, challenge.Person{ID: maya.Entra, Name: maya.Name}, challenge.Env{Now: now, Calendar: calendar, Ladder: l, Directory: people})
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// clearJournal starts a new page: what was done before is not told again.
func (s *journalStore) clearJournal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal, s.recorded = journal{}, nil
}

func (s *journalStore) copyJournal() journal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return journal{slices.Clone(s.journal.Messages), slices.Clone(s.journal.Events), slices.Clone(s.journal.Posts), slices.Clone(s.journal.Notes)}
}

func (s *journalStore) refreshDirectory(context.Context) error   { return nil }
func (s *journalStore) notReadyReasons(context.Context) []string { return nil }

func (s *journalStore) personName(id string) string {
	if p, ok := s.people.PersonByEntra(id); ok {
		return p.Name
	}
	return "somebody unknown"
}

func (s *journalStore) formatAddress(a challenge.Address) string {
	if a.Person != "" {
		return s.personName(a.Person)
	}
	return "#" + a.Team
}

// Raise gives numbers after the corpus' own.
func (s *journalStore) Raise(ctx context.Context, r storage.IdempotencyKey, decide func(uint64) (challenge.Change, error)) (storage.ApplyResult, error) {
	var made challenge.Change
	out, err := s.Store.Raise(ctx, r, func(number uint64) (change challenge.Change, err error) {
		made, err = decide(corpusNumber + number - 1)
		return made, err
	})
	s.noteChange(made, out, err)
	return out, err
}

// Apply writes down what was decided, if it was stored.
func (s *journalStore) Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error) {
	var made challenge.Change
	out, err := s.Store.Apply(ctx, r, key, func(c challenge.Snapshot) (change challenge.Change, err error) {
		made, err = decide(c)
		return made, err
	})
	s.noteChange(made, out, err)
	return out, err
}

func (s *journalStore) noteChange(change challenge.Change, out storage.ApplyResult, err error) {
	if err != nil || out.Repeated {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range change.Events {
		s.journal.Events = append(s.journal.Events, fmt.Sprintf("%s by %s", e.Body.Kind(), e.By.Name))
		body, err := json.Marshal(e.Body)
		if err != nil {
			panic(err) // every event can be written
		}
		s.recorded = append(s.recorded, string(body))
	}
	for _, post := range change.Posts {
		s.journal.Posts = append(s.journal.Posts, fmt.Sprintf("%s to %s", post.Card, s.formatAddress(post.To)))
	}
}

// note writes down what is true from now on: told twice, it is as true as once.
func (s *journalStore) note(what string, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && !slices.Contains(s.journal.Notes, what) {
		s.journal.Notes = append(s.journal.Notes, what)
	}
	return err
}

func (s *journalStore) SetCover(ctx context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error {
	return s.note(fmt.Sprintf("%s stands in for %s from %s to %s", s.personName(c.StandIn), s.personName(c.Person), c.From, c.To), s.Store.SetCover(ctx, r, c))
}

func (s *journalStore) EndCover(ctx context.Context, r storage.IdempotencyKey, id int64, by string) error {
	return s.note(fmt.Sprintf("cover %d ends", id), s.Store.EndCover(ctx, r, id, by))
}

func (s *journalStore) BindNoticeChannel(ctx context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error {
	return s.note(fmt.Sprintf("the notices of %s appear in %q", n.Unit, n.ChannelID), s.Store.BindNoticeChannel(ctx, r, n))
}

func (s *journalStore) SaveOwnChat(ctx context.Context, c outbox.ConversationReference) error {
	person := strings.TrimPrefix(c.OrderingKey, "person:")
	return s.note(fmt.Sprintf("%s is reached in %s as %s", s.personName(person), c.ID, c.TeamsUserID), s.Store.SaveOwnChat(ctx, c))
}

func (s *journalStore) ForgetOwnChat(ctx context.Context, orderingKey, conversationID string) error {
	return s.note("the conversation of "+s.personName(strings.TrimPrefix(orderingKey, "person:"))+" is forgotten", s.Store.ForgetOwnChat(ctx, orderingKey, conversationID))
}

func (s *journalStore) MarkUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.note(fmt.Sprintf("%s cannot be reached: %s", s.personName(u.Person), u.Code), s.Store.MarkUnreachable(ctx, u))
}

func (s *journalStore) MarkReachable(ctx context.Context, person string, at time.Time) error {
	return s.note(fmt.Sprintf("%s can be reached", s.personName(person)), s.Store.MarkReachable(ctx, person, at))
}

func (s *journalStore) SaveChannel(ctx context.Context, c outbox.Channel) error {
	what := fmt.Sprintf("channel %s of %s is there", c.ID, c.Team)
	if c.ID == "" {
		what = fmt.Sprintf("every channel of %s is there", c.Team)
	}
	if c.Loss != "" {
		what = strings.TrimSuffix(what, "there") + "gone: " + string(c.Loss)
	}
	return s.note(what, s.Store.SaveChannel(ctx, c))
}

func (s *journalStore) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	if s.failMessages {
		return storage.ErrUnavailable
	}
	before := len(s.Contents().Messages)
	if err := s.Store.QueueDirectMessage(ctx, r, reply); err != nil || len(s.Contents().Messages) == before {
		return err
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
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal.Messages = append(s.journal.Messages, journalMessage{To: s.formatAddress(reply.To), Where: where, text: strings.TrimSpace(reply.Content.Text)})
	return nil
}
