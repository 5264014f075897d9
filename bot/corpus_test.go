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
	Answer  string          `json:"answer"`
	Holds   []string        `json:"answer_holds"`
	Refused string          `json:"refused"` // the reason for which the token is refused
	Replies []expectedReply `json:"replies"`
	Events  []string        `json:"events"`
	Shows   []string        `json:"shows"`
	Noted   []string        `json:"noted"` // what is kept besides: conversations, cover
}

type expectedReply struct {
	To    string   `json:"to"`
	Where string   `json:"where"`
	Holds []string `json:"holds"`
	Hides []string `json:"hides"`
}

const corpusDir = "testdata/activities"

var corpusName = regexp.MustCompile(`^\d{3}-[a-z0-9-]+\.json$`)

func TestEveryShapeOfActivityComesToWhatItsFileSays(t *testing.T) {
	files := corpusFiles(t)
	if len(files) < 45 {
		t.Errorf("the corpus has %d files", len(files))
	}
	for i, name := range files {
		if number := name[:min(3, len(name))]; !corpusName.MatchString(name) || i > 0 && strings.HasPrefix(files[i-1], number) {
			t.Errorf("%s is no file of the corpus: they are numbered, each with a number of its own", name)
		}
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) {
			t.Parallel()
			playCorpus(t, readCorpus(t, name))
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

// readCorpus is strict: a word it does not know would be an expectation that nobody
// holds.
func readCorpus(t testing.TB, name string) corpusCase {
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

func playCorpus(t *testing.T, c corpusCase) {
	s := openCorpus(t)
	for _, name := range c.Expect.Before {
		if w := s.hears(readCorpus(t, name).Activity); w.Code != 200 {
			t.Fatalf("%s, which comes before, was answered %d", name, w.Code)
		}
		s.ledger.forget()
		s.clock.Advance(60e9)
	}
	w := s.hears(c.Activity)
	s.holds(t, c.Expect, w)
	s.discreet(t, c.Activity)

	was := s.ledger.told()
	again := s.hears(c.Activity)
	if again.Code != w.Code {
		t.Errorf("delivered again it is answered %d", again.Code)
	}
	if diff := cmp.Diff(was, s.ledger.told(), cmp.AllowUnexported(toldReply{})); diff != "" {
		t.Errorf("delivered again it has an effect once more (-first +again):\n%s", diff)
	}
}

// corpusStage is the real routes and the real handler in front of a store that
// writes down what it is asked to keep.
type corpusStage struct {
	*house
	ledger *ledger
	token  string
}

func openCorpus(t testing.TB) *corpusStage {
	t.Helper()
	raw, err := os.ReadFile("../internal/story/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	people, err := directory.Read("authority.yaml", raw)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ladder.Load("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	s := &corpusStage{house: &house{gate: newGate(t), registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}}
	s.ledger = newLedger(t, l, people, calendar, s.clock.Now())
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	turns, err := NewTurns(TurnConfig{Store: s.ledger, Now: s.clock.Now, Calendar: calendar,
		Directory: func() *directory.Directory { return people }, Refresh: s.ledger.refresh, Unreachable: func(string) bool { return false },
		Ladders: []*ladder.Ladder{l}, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s.Handler, err = NewServer(ServerConfig{Validator: s.Validator, Client: deafClient{}, Registry: s.registry,
		Logger: logger, Now: s.clock.Now, Ready: s.ledger.ready}, turns)
	if err != nil {
		t.Fatal(err)
	}
	s.token = s.gate.token(t)
	return s
}

func (s *corpusStage) hears(activity json.RawMessage) *httptest.ResponseRecorder {
	return s.post(activity, s.token)
}

func (s *corpusStage) holds(t *testing.T, want expectation, w *httptest.ResponseRecorder) {
	t.Helper()
	kind, text := answerOf(t, w)
	if w.Code != want.Status || kind != want.Answer {
		t.Errorf("answered %d with %s, not %d with %s: %s", w.Code, kind, want.Status, want.Answer, w.Body)
	}
	contains(t, "the answer", text, want.Holds, nil)
	refused := ""
	for reason := range s.rejections(t) {
		refused += reason
	}
	if refused != want.Refused {
		t.Errorf("refused for %q, not for %q", refused, want.Refused)
	}
	got := s.ledger.told()
	for i, r := range got.Replies {
		if i < len(want.Replies) {
			contains(t, fmt.Sprintf("reply %d", i+1), r.says, want.Replies[i].Holds, want.Replies[i].Hides)
		}
		if r.Where != "private chat" {
			contains(t, "what is said outside the private chat", r.says, nil, []string{"1234567", "No visit since"})
		}
		if r.says == "" {
			t.Errorf("reply %d says nothing", i+1)
		}
	}
	expected := told{Events: want.Events, Shows: want.Shows, Noted: want.Noted}
	for _, r := range want.Replies {
		expected.Replies = append(expected.Replies, toldReply{To: r.To, Where: r.Where})
	}
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(toldReply{})); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
}

// discreet holds that nothing which a person is or typed was logged.
func (s *corpusStage) discreet(t *testing.T, activity json.RawMessage) {
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

// answerOf is what an HTTP answer carries, and all of its text.
func answerOf(t *testing.T, w *httptest.ResponseRecorder) (kind, text string) {
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

func contains(t *testing.T, what, said string, holds, hides []string) {
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
