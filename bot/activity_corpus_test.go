package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// The corpus: one file for each shape of activity that Teams is known to send, with
// what must come of it. Each goes through the real routes with a real token, twice,
// as Teams delivers twice; the second time must add nothing.

// corpusCase is one file. What expect leaves out must not happen.
type corpusCase struct {
	Expect   expectation     `json:"expect"`
	Activity json.RawMessage `json:"activity"`
}

type expectation struct {
	Why string `json:"why"`
	// Before are files of the corpus that are handled first.
	Before []string `json:"before"`
	Status int      `json:"status"`
	// Answer is what the HTTP answer carries: nothing, a card, words, or an error.
	Answer         string            `json:"answer"`
	AnswerContains []string          `json:"answer_holds"`
	RejectReason   string            `json:"refused"` // the reason for which the token is refused
	Messages       []expectedMessage `json:"replies"`
	Events         []string          `json:"events"`
	Posts          []string          `json:"shows"`
	Recorded       []string          `json:"recorded"`   // texts that the events hold
	Unrecorded     []string          `json:"unrecorded"` // and texts that they must not
	Notes          []string          `json:"noted"`      // what is kept besides: conversations, cover
}

type expectedMessage struct {
	To       string   `json:"to"`
	Where    string   `json:"where"`
	Contains []string `json:"holds"`
	Excludes []string `json:"hides"`
}

const corpusDir = "testdata/activities"

var corpusFilePattern = regexp.MustCompile(`^\d{3}-[a-z0-9-]+\.json$`)

func TestEveryShapeOfActivityComesToWhatItsFileSays(t *testing.T) {
	files := corpusFiles(t)
	if len(files) < 45 {
		t.Errorf("the corpus has %d files", len(files))
	}
	for i, name := range files {
		if number := name[:min(3, len(name))]; !corpusFilePattern.MatchString(name) || i > 0 && strings.HasPrefix(files[i-1], number) {
			t.Errorf("%s is no file of the corpus: they are numbered, each with a number of its own", name)
		}
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) {
			t.Parallel()
			runCorpusCase(t, readCorpusCase(t, name))
		})
	}
}

func corpusFiles(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// readCorpusCase is strict: a word it does not know would be an expectation that nobody
// holds.
func readCorpusCase(t testing.TB, name string) corpusCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(corpusDir, name))
	if err != nil {
		t.Fatal(err)
	}
	var c corpusCase
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if c.Expect.Why == "" || c.Expect.Status == 0 || c.Expect.Answer == "" || len(c.Activity) == 0 {
		t.Fatalf("%s expects nothing: why, status and answer are needed", name)
	}
	return c
}

func runCorpusCase(t *testing.T, c corpusCase) {
	s := newCorpusStage(t)
	for _, name := range c.Expect.Before {
		if w := s.deliver(readCorpusCase(t, name).Activity); w.Code != 200 {
			t.Fatalf("%s, which comes before, was answered %d", name, w.Code)
		}
		s.store.clearJournal()
		s.clock.Advance(60e9)
	}
	w := s.deliver(c.Activity)
	s.assertExpectation(t, c.Expect, w)
	s.assertNothingPersonalLogged(t, c.Activity)

	was := s.store.copyJournal()
	again := s.deliver(c.Activity)
	if again.Code != w.Code {
		t.Errorf("delivered again it is answered %d", again.Code)
	}
	if diff := cmp.Diff(was, s.store.copyJournal(), cmp.AllowUnexported(journalMessage{})); diff != "" {
		t.Errorf("delivered again it has an effect once more (-first +again):\n%s", diff)
	}
}

// corpusStage is the real routes and the real handler in front of a store that
// writes down what it is asked to keep.
type corpusStage struct {
	*testServer
	store   *journalStore
	handler *Handler
	token   string
}

func newCorpusStage(t testing.TB) *corpusStage {
	t.Helper()
	raw, err := os.ReadFile("../internal/story/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return newCorpusStageIn(t, raw)
}

// newCorpusStageIn is the stage in another authority.
func newCorpusStageIn(t testing.TB, authority []byte) *corpusStage {
	t.Helper()
	people, err := directory.Read("authority.yaml", authority)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	s := &corpusStage{testServer: &testServer{testValidator: newTestValidator(t), registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}}
	s.store = newJournalStore(t, l, people, calendar, s.clock.Now())
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	turns, err := NewHandler(HandlerConfig{Stores: OneStore(s.store), Now: s.clock.Now, Calendar: calendar,
		Directory: func() *directory.Directory { return people }, RefreshDirectory: s.store.refreshDirectory, IsUnreachable: func(string) bool { return false },
		Ladders: []*ladder.Ladder{l}, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s.Handler, err = NewServer(ServerConfig{Validator: s.Validator, Registry: s.registry,
		Logger: logger, Now: s.clock.Now, NotReadyReasons: s.store.notReadyReasons}, turns)
	if err != nil {
		t.Fatal(err)
	}
	s.handler, s.token = turns, s.testValidator.token(t)
	return s
}

func (s *corpusStage) deliver(activity json.RawMessage) *httptest.ResponseRecorder {
	return s.post(activity, s.token)
}

func (s *corpusStage) assertExpectation(t *testing.T, want expectation, w *httptest.ResponseRecorder) {
	t.Helper()
	kind, text := describeAnswer(t, w)
	if w.Code != want.Status || kind != want.Answer {
		t.Errorf("answered %d with %s, not %d with %s: %s", w.Code, kind, want.Status, want.Answer, w.Body)
	}
	assertContains(t, "the answer", text, want.AnswerContains, nil)
	refused := ""
	for reason := range s.rejections(t) {
		refused += reason
	}
	if refused != want.RejectReason {
		t.Errorf("refused for %q, not for %q", refused, want.RejectReason)
	}
	got := s.store.copyJournal()
	for i, r := range got.Messages {
		if i < len(want.Messages) {
			assertContains(t, fmt.Sprintf("reply %d", i+1), r.text, want.Messages[i].Contains, want.Messages[i].Excludes)
		}
		if r.Where != "private chat" {
			assertContains(t, "what is said outside the private chat", r.text, nil, []string{"1234567", "No visit since"})
		}
		if r.text == "" {
			t.Errorf("reply %d says nothing", i+1)
		}
	}
	assertContains(t, "the record", strings.Join(s.store.recorded, "\n"), want.Recorded, want.Unrecorded)
	expected := journal{Events: want.Events, Posts: want.Posts, Notes: want.Notes}
	for _, r := range want.Messages {
		expected.Messages = append(expected.Messages, journalMessage{To: r.To, Where: r.Where})
	}
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(journalMessage{})); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
}

// assertNothingPersonalLogged holds that nothing which a person is or typed was logged.
func (s *corpusStage) assertNothingPersonalLogged(t *testing.T, activity json.RawMessage) {
	t.Helper()
	var a struct {
		Text string
		From struct{ Name string }
	}
	_ = json.Unmarshal(activity, &a) // some activities are meant not to be read
	for _, private := range []string{a.Text, a.From.Name} {
		if len(private) > 3 && strings.Contains(s.log.String(), private) {
			t.Errorf("the log holds what is personal: %s", s.log)
		}
	}
}

// describeAnswer is what an HTTP answer carries, and all of its text.
func describeAnswer(t *testing.T, w *httptest.ResponseRecorder) (kind, text string) {
	t.Helper()
	if w.Body.Len() == 0 {
		return "nothing", ""
	}
	var body struct {
		Type  string
		Error *struct{ Code, Message string }
		Task  *struct{ Type string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("the answer is not JSON: %s", w.Body)
	}
	switch {
	case body.Error != nil:
		return "error", w.Body.String()
	case body.Task != nil:
		return "task " + body.Task.Type, w.Body.String()
	case strings.HasSuffix(body.Type, "card.adaptive"):
		return "card", w.Body.String()
	case strings.HasSuffix(body.Type, "activity.message"):
		return "words", w.Body.String()
	}
	return "something else", w.Body.String()
}

func assertContains(t *testing.T, what, said string, holds, hides []string) {
	t.Helper()
	for _, text := range holds {
		if !strings.Contains(said, text) {
			t.Errorf("%s holds no %q:\n%s", what, text, said)
		}
	}
	if i := slices.IndexFunc(hides, func(text string) bool { return strings.Contains(said, text) }); i >= 0 {
		t.Errorf("%s must not hold %q:\n%s", what, hides[i], said)
	}
}
