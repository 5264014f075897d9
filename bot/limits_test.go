package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// limitStage is people who speak to the bot, each activity with an id of its own.
type limitStage struct {
	*fuzzStage
	t    *testing.T
	sent int
}

func newLimitStage(t *testing.T) *limitStage {
	s := &limitStage{fuzzStage: newFuzzStage(t), t: t}
	s.reset()
	return s
}

// deliverFrom hands over an activity and returns the answer's text and what was written besides.
func (s *limitStage) deliverFrom(who, kind string, fields map[string]any) (string, journal) {
	s.t.Helper()
	s.sent++
	activity := s.newActivity(who, kind)
	activity["id"] = fmt.Sprint(1776000000000 + s.sent)
	maps.Copy(activity, fields)
	body, err := json.Marshal(activity)
	if err != nil {
		s.t.Fatal(err)
	}
	s.store.clearJournal()
	w := s.post(body, s.token)
	if w.Code != 200 {
		s.t.Errorf("%s: answered %d %s", who, w.Code, w.Body)
	}
	done := s.store.copyJournal()
	done.Notes = nil
	return w.Body.String(), done
}

// types is a message, and the texts that came for it.
func (s *limitStage) types(who, text string) string {
	s.t.Helper()
	_, done := s.deliverFrom(who, TypeMessage, map[string]any{"text": text})
	var said []string
	for _, m := range done.Messages {
		if m.To != who {
			s.t.Errorf("%s is told what %s typed", m.To, who)
		}
		said = append(said, m.text)
	}
	return strings.Join(append(said, done.Posts...), "\n")
}

func (s *limitStage) presses(who, trigger string, data map[string]any) (string, journal) {
	s.t.Helper()
	return s.deliverFrom(who, TypeInvoke, map[string]any{"name": InvokeCardAction,
		"value": map[string]any{"trigger": trigger, "action": map[string]any{"verb": "x", "data": data}}})
}

func (s *limitStage) expectSays(what, said, want string) {
	s.t.Helper()
	if !strings.Contains(said, want) {
		s.t.Errorf("%s: %q is not said in %.400q", what, want, said)
	}
}

func english() *words.Catalogue { return words.ForLanguage("en") }

func TestMessagesBeyondTheLimitAreNotHandledAndThePersonIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	said := english().Bot.TooManyMessages
	for i := range limitRules[limitCommands].most {
		if got := s.types("Tom Reid", "/mine"); got == "" || strings.Contains(got, said) {
			t.Fatalf("message %d was answered with %q", i+1, got)
		}
	}
	s.expectSays("the first beyond the limit", s.types("Tom Reid", "/withdraw CH-Y8WWFJ x"), said)
	for range 20 {
		if got := s.types("Tom Reid", "/mine"); got != "" {
			t.Fatalf("beyond the limit he is answered again: %q", got)
		}
	}
	if got := s.types("Priya Shah", "/mine"); got == "" {
		t.Error("another person is not answered")
	}
	if n := strings.Count(s.log.String(), "limit=commands"); n != 1 || strings.Contains(s.log.String(), "Tom") {
		t.Errorf("the log has %d lines: %s", n, s.log)
	}
	s.clock.Advance(limitRules[limitCommands].within - 1)
	if got := s.types("Tom Reid", "/mine"); got != "" {
		t.Errorf("a moment before the time is over he is answered: %q", got)
	}
	s.clock.Advance(1)
	if got := s.types("Tom Reid", "/mine"); got == "" || strings.Contains(got, said) {
		t.Errorf("after the time he is answered with %q", got)
	}
}

func TestCardsBeyondTheLimitAreNotDrawnButAnswered(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	refresh := map[string]any{"verb": "refresh", "challenge": corpusChallengeID.String(), "card": "respond", "visit": 1}
	triggers := []string{"automatic", "manual"}
	for i := range limitRules[limitRefreshes].most {
		if got, _ := s.presses("Tom Reid", triggers[i%2], refresh); !strings.Contains(got, "card.adaptive") {
			t.Fatalf("refresh %d was answered with %.200q", i+1, got)
		}
	}
	for _, trigger := range triggers {
		got, done := s.presses("Tom Reid", trigger, refresh)
		s.expectSays(trigger, got, english().Bot.TooManyPresses)
		if len(done.Messages)+len(done.Posts) > 0 {
			t.Errorf("a refusal writes %v", done)
		}
	}
	// A form looked at is no raise, and a press is no refresh.
	got, done := s.presses("Tom Reid", "manual", map[string]any{"verb": "respond", "challenge": corpusChallengeID.String(), "visit": 1,
		"text": "It is done.", "plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "2026-12-01"})
	if !strings.Contains(got, "card.adaptive") || len(done.Events) != 1 {
		t.Errorf("his answer is not taken: %v, %.300q", done.Events, got)
	}
	s.clock.Advance(limitRules[limitRefreshes].within)
	if got, _ := s.presses("Tom Reid", "automatic", refresh); !strings.Contains(got, "card.adaptive") {
		t.Errorf("after the time: %.200q", got)
	}
}

func TestPressesBeyondTheLimitChangeNothingAndKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	answer := map[string]any{"verb": "respond", "card": "respond", "challenge": corpusChallengeID.String(), "visit": 1, "text": ""}
	for i := range limitRules[limitPresses].most {
		if got, _ := s.presses("Tom Reid", "manual", answer); strings.Contains(got, english().Bot.TooManyPresses) {
			t.Fatalf("press %d was refused", i+1)
		}
	}
	full := map[string]any{"verb": "respond", "card": "respond", "challenge": corpusChallengeID.String(), "visit": 1, "text": "A long and careful answer.",
		"plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "2026-12-01"}
	got, done := s.presses("Tom Reid", "manual", full)
	s.expectSays("the card stays as it is", got, english().Bot.TooManyPresses)
	window, more := s.deliverFrom("Tom Reid", TypeInvoke, map[string]any{"name": InvokeTaskSubmit, "value": map[string]any{"data": full}})
	s.expectSays("a window", window, english().Bot.TooManyPresses)
	s.expectSays("a window gives the text back", window, "A long and careful answer.")
	if len(done.Events)+len(more.Events) > 0 {
		t.Errorf("beyond the limit there were the events %v %v", done.Events, more.Events)
	}
}

// formData is a whole form, as new as its nonce.
func formData() map[string]any {
	data := map[string]any{"verb": "raise", "card": "form", "nonce": uuid.NewString()}
	for id, v := range filledInputs {
		data[id] = v
	}
	delete(data, "to")
	return data
}

func TestChallengesBeyondTheDaysLimitAreNotSentAndStayInTheForm(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	most := limitRules[limitRaises].most
	twice := formData()
	broken := formData()
	delete(broken, "concern")
	for i := range most {
		data := formData()
		if i == 0 {
			data = twice
		}
		if _, done := s.presses("Maya Okafor", "manual", data); len(done.Events) == 0 {
			t.Fatalf("challenge %d was not raised", i+1)
		}
		for range 2 { // neither a form that is refused nor one that comes twice is a challenge
			s.presses("Maya Okafor", "manual", broken)
			s.presses("Maya Okafor", "manual", twice)
		}
		s.clock.Advance(time.Minute)
	}
	beyond := formData()
	beyond["concern"] = "No plan since July."
	got, done := s.presses("Maya Okafor", "manual", beyond)
	s.expectSays("beyond the limit", got, fmt.Sprintf(english().Bot.TooManyRaised, most))
	s.expectSays("the form", got, "No plan since July.")
	if len(done.Events) > 0 {
		t.Errorf("it was raised all the same: %v", done.Events)
	}
	if _, done := s.presses("Sam Whitfield", "manual", formData()); len(done.Events) == 0 {
		t.Error("another chair cannot raise a challenge")
	}
	s.clock.Advance(24 * time.Hour)
	s.token = s.testValidator.token(t)
	if _, done := s.presses("Maya Okafor", "manual", beyond); len(done.Events) == 0 {
		t.Error("the next day it cannot be raised")
	}
}

func TestCoverBeyondTheDaysLimitIsNotSet(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	most := limitRules[limitCovers].most
	covers := func() (string, []string) {
		_, done := s.deliverFrom("Tom Reid", TypeMessage, map[string]any{"text": "/cover Leah Morgan 2026-12-01 to 2026-12-02"})
		return done.Messages[0].text, s.store.copyJournal().Notes
	}
	for i := range most {
		if said, noted := covers(); len(noted) == 0 || strings.Contains(said, "within a day") {
			t.Fatalf("cover %d was not set: %q", i+1, said)
		}
		s.clock.Advance(time.Minute)
	}
	said, noted := covers()
	s.expectSays("beyond the limit", said, fmt.Sprintf(english().Bot.TooManyCovers, most))
	s.expectSays("what was typed", said, "Leah Morgan 2026-12-01")
	if strings.Contains(strings.Join(noted, "\n"), "stands in") {
		t.Errorf("it was set all the same: %q", noted)
	}
}

func TestWrongReferencesEndTheLookingUpAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	// Sam may see none of these: one of them is there.
	wrong := []string{"/challenge CH-Y8WWFJ", "/challenge CH-222222", "/withdraw CH-Y8WWFJ x", "/respond CH-222222 x"}
	most := limitRules[limitWrongReferences].most
	for i := range most {
		s.expectSays("a wrong reference", s.types("Sam Whitfield", wrong[i%len(wrong)]), english().Bot.UnknownReference)
	}
	own := formData()
	if _, done := s.presses("Sam Whitfield", "manual", own); len(done.Events) == 0 {
		t.Error("a form is not taken any more")
	}
	for _, text := range append(wrong, "/challenge CH-XXXXXX", "/gate CH-Y8WWFJ agreed") {
		got := s.types("Sam Whitfield", text)
		if strings.Contains(text, "XXXXXX") {
			continue // this is no reference at all
		}
		s.expectSays(text, got, english().Bot.TooManyWrongReferences)
	}
	if got := s.types("Sam Whitfield", "/mine"); strings.Contains(got, english().Bot.TooManyWrongReferences) {
		t.Errorf("/mine is answered with %q", got)
	}
	if got := s.types("Maya Okafor", "/challenge CH-Y8WWFJ"); !strings.Contains(got, "Maya Okafor") {
		t.Errorf("another person is answered with %q", got)
	}
	s.clock.Advance(time.Hour)
	s.expectSays("an hour later", s.types("Sam Whitfield", wrong[0]), english().Bot.UnknownReference)
}

// A late response is kept, and a few more; the text of the next one is still there.
func TestLateResponsesBeyondTheLimitAreGivenBack(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	late := func(who, text string) (string, []string) {
		got, done := s.presses(who, "manual", map[string]any{"verb": "respond", "card": "respond", "challenge": fuzzAnswered.String(), "visit": 1,
			"text": text, "plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "2026-12-01"})
		return got, done.Events
	}
	for i := range challenge.MaxLateResponses {
		if got, events := late("Priya Shah", fmt.Sprintf("Reply %d.", i)); len(events) != 1 {
			t.Fatalf("late response %d was not kept: %.300q", i+1, got)
		}
	}
	got, events := late("Priya Shah", "One too many.")
	s.expectSays("beyond the limit", got, "late replies to this step")
	s.expectSays("what was typed", got, "One too many.")
	if len(events) > 0 {
		t.Errorf("it was kept all the same: %v", events)
	}
	if _, events := late("Tom Reid", "I should add that he was seen."); len(events) != 1 {
		t.Errorf("another person's is not kept: %v", events)
	}
}

func TestEachPersonsActivitiesWaitForTheirOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWaitingRoom()
	var leave []func()
	for range maxAtOnce {
		l, err := w.enter(t.Context(), "tom")
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.enter(ended, "tom"); !errors.Is(err, context.Canceled) {
		t.Errorf("beside %d others of his one was let in: %v", maxAtOnce, err)
	}
	other, err := w.enter(t.Context(), "priya")
	if err != nil {
		t.Fatal(err)
	}
	other()
	let := make(chan func())
	go func() {
		l, err := w.enter(context.Background(), "tom")
		if err != nil {
			t.Error(err)
		}
		let <- l
	}()
	leave[0]()
	(<-let)()
	for _, l := range leave[1:] {
		l()
	}
	if len(w.people) > 0 {
		t.Errorf("%d people are remembered though nothing of theirs is left", len(w.people))
	}
}

func TestAWaitingActivityThatEndsIsToComeAgain(t *testing.T) {
	t.Parallel()
	s := newLimitStage(t)
	tom, _ := s.store.people.PersonByName("Tom Reid")
	for range maxAtOnce {
		if _, err := s.handler.waiting.enter(t.Context(), tom.Entra); err != nil {
			t.Fatal(err)
		}
	}
	a := goodActivity()
	a.From.AADObjectID = tom.Entra
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.handler.HandleActivity(ended, a); !errors.Is(err, ErrUnavailable) {
		t.Errorf("answered %v", err)
	}
}

func TestTheLimiterForgetsWhatNoLongerCounts(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(), newFakeClock().Now()
	for i := range 50_000 {
		l.take(limitCommands, fmt.Sprint(i), now)
		if i%100 == 0 {
			now = now.Add(10 * time.Second)
		}
	}
	if n := len(l.counts); n > 2*firstSweep {
		t.Errorf("%d counts are remembered", n)
	}
	for range limitRules[limitRaises].most {
		if l.take(limitRaises, "x", now) != 0 {
			t.Fatal("a limit was reached too early")
		}
	}
	if !l.isReached(limitRaises, "x", now) || l.take(limitRaises, "x", now) != 1 || l.take(limitRaises, "x", now) != 2 {
		t.Error("what is beyond the limit is not counted")
	}
	l.giveBack(limitRaises, "x")
	l.giveBack(limitRaises, "x")
	l.giveBack(limitRaises, "x")
	l.giveBack(limitRaises, "nobody")
	if l.isReached(limitRaises, "x", now) || l.take(limitRaises, "x", now) != 0 {
		t.Error("what was given back counts")
	}
}

func TestTheReadmeTellsEveryLimit(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind, rule := range limitRules {
		within := map[time.Duration]string{time.Minute: "a minute", time.Hour: "an hour", 24 * time.Hour: "a day"}[rule.within]
		if row := fmt.Sprintf("| %s | %d | %s |", limitNames[kind], rule.most, within); !strings.Contains(string(raw), row) {
			t.Errorf("the README has no row %q", row)
		}
	}
	for _, row := range []string{fmt.Sprintf("| late responses to one opening | %d | – |", challenge.MaxLateResponses),
		fmt.Sprintf("| gates, edits and the like recorded on one challenge | %d | a day |", challenge.MaxRepeatedSteps)} {
		if !strings.Contains(string(raw), row) {
			t.Errorf("the README has no row %q", row)
		}
	}
}

// limitNames are the limits as the README calls them.
var limitNames = map[limitKind]string{
	limitCommands: "messages to the bot, edits of them included", limitPresses: "buttons that change something",
	limitRefreshes: "cards and windows asked for", limitRaises: "challenges raised", limitCovers: "cover set",
	limitWrongReferences: "references that do not exist or are not theirs",
}
