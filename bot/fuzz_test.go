package bot

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/command"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/workday"
)

// fuzzStage is the real routes and handler in front of cases in every state that a
// button can meet. Each execution begins with the same ones.
type fuzzStage struct {
	*corpusStage
	kept  *memorystore.Store               // every case as it was
	cases map[uuid.UUID]challenge.Snapshot // the same, to look at
}

// The cases, by state.
var (
	fuzzAnswered   = uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ac")
	fuzzHeld       = uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ad")
	fuzzWithdrawn  = uuid.MustParse("01937d5e-8b6a-7c3e-9f10-0123456789ae")
	fuzzChallenges = []uuid.UUID{corpusChallengeID, fuzzAnswered, fuzzHeld, fuzzWithdrawn}
)

// fuzzPeople are those who press buttons and type.
var fuzzPeople = []string{"Maya Okafor", "Sam Whitfield", "Tom Reid", "Priya Shah", "Daniel Hughes", "Grace Lloyd",
	"Helen Clarke", "Owen Price", "Leah Morgan", "Ben Carter", "Nadia Farouk", "somebody unknown"}

// fuzzAllowed is who may be the cause of an event on these cases: of each kind, and of
// what follows from it. It is written down and not worked out, so that it cannot be
// wrong in the way in which the program is.
var fuzzAllowed = map[challenge.EventKind][]string{
	challenge.KindResponded:    {"Tom Reid", "Priya Shah"},
	challenge.KindAcknowledged: {"Tom Reid", "Priya Shah"},
	challenge.KindHandedOver:   {"Tom Reid", "Priya Shah"},
	challenge.KindLateResponse: {"Tom Reid", "Priya Shah"},
	challenge.KindJudged:       {"Maya Okafor"},
	challenge.KindWithdrawn:    {"Maya Okafor"},
	challenge.KindEndRequested: {"Owen Price"},
	challenge.KindReferred:     {"Maya Okafor"},
	challenge.KindGateRecorded: {"Maya Okafor", "Grace Lloyd"},
	challenge.KindRaised:       {"Maya Okafor", "Sam Whitfield"},
}

func newFuzzStage(f testing.TB) *fuzzStage {
	f.Helper()
	s := &fuzzStage{corpusStage: newCorpusStage(f)}
	now := s.clock.Now()
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		f.Fatal(err)
	}
	s.keepCases(f)
	first := s.cases[corpusChallengeID]
	as := func(name string) challenge.Person {
		p, ok := s.store.people.PersonByName(name)
		if !ok {
			f.Fatalf("there is no %s", name)
		}
		return challenge.Person{ID: p.Entra, Name: p.Name}
	}
	env := challenge.Env{Now: now, Calendar: calendar, Ladder: first.Ladder, Directory: s.store.people}
	step := func(id uuid.UUID, by challenge.Person, cmd challenge.Command) {
		if _, err := s.store.Store.Apply(f.Context(), storage.IdempotencyKey{}, storage.LookupKey{ID: id}, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(cmd, by, env)
		}); err != nil {
			f.Fatal(err)
		}
	}
	again := func(r challenge.RaiseCommand) {
		if _, err := s.store.Store.Raise(f.Context(), storage.IdempotencyKey{}, func(uint64) (challenge.Change, error) {
			return challenge.Raise(r, as("Maya Okafor"), env)
		}); err != nil {
			f.Fatal(err)
		}
	}
	answer := challenge.Respond{Opening: 1, Response: challenge.Response{Text: "It is done.", Plan: []challenge.PlannedAction{{What: "Visit", Who: "Tom Reid", DueBy: first.Challenge.Details.AskBy}}}}
	details, lookedAfter := first.Challenge.Details, first.Challenge.Details
	lookedAfter.LookedAfter = true
	again(challenge.RaiseCommand{ID: fuzzAnswered, Number: 2, Details: details})
	step(fuzzAnswered, as("Tom Reid"), answer)
	again(challenge.RaiseCommand{ID: fuzzHeld, Number: 3, Details: lookedAfter, StartAt: "stage-2", Ground: "threshold-met", Reason: "The child is at risk."})
	again(challenge.RaiseCommand{ID: fuzzWithdrawn, Number: 4, Details: details})
	step(fuzzWithdrawn, as("Maya Okafor"), challenge.Withdraw{Reason: "Settled."})
	s.keepCases(f)
	if state := s.cases[fuzzHeld].Challenge.State; state != challenge.StateHeldAtGate {
		f.Fatalf("the third case is %s", state)
	}
	return s
}

// keepCases remembers every case as it is now.
func (s *fuzzStage) keepCases(f testing.TB) {
	f.Helper()
	s.kept = s.store.Clone()
	var err error
	if s.cases, err = casesOf(s.kept); err != nil {
		f.Fatal(err)
	}
}

func casesOf(s *memorystore.Store) (map[uuid.UUID]challenge.Snapshot, error) {
	all, err := s.Challenges()
	cases := map[uuid.UUID]challenge.Snapshot{}
	for _, c := range all {
		cases[c.Challenge.ID] = c
	}
	return cases, err
}

// reset puts every case back to where it was.
func (s *fuzzStage) reset() {
	s.store.Store = s.kept.Clone()
	s.store.clearJournal()
	s.handler.limits = newLimiter()
}

// assertAllowedEffects checks what an activity by somebody did to the cases.
func (s *fuzzStage) assertAllowedEffects(t *testing.T, who string) {
	now, err := casesOf(s.store.Store)
	if err != nil {
		t.Fatal(err)
	}
	for id, after := range now {
		before := s.cases[id]
		for i, e := range after.History[len(before.History):] {
			if e.By != challenge.System && e.By.Name != who {
				t.Errorf("%s did something as %s", who, e.By.Name)
			}
			if i == 0 && !slices.Contains(fuzzAllowed[e.Body.Kind()], who) {
				t.Errorf("%s was the cause of a %s event on the case that is %s", who, e.Body.Kind(), before.Challenge.State)
			}
		}
		if len(after.History) < len(before.History) {
			t.Errorf("%s took events away", who)
		}
	}
}

// accountOf is how Teams names somebody in an activity.
func (s *fuzzStage) accountOf(name string) map[string]any {
	entra := "00000000-0000-4000-8000-00000000dead"
	if p, ok := s.store.people.PersonByName(name); ok {
		entra = p.Entra
	}
	return map[string]any{"id": "29:" + name, "name": name, "aadObjectId": entra}
}

// newActivity is an activity of somebody's, to be completed.
func (s *fuzzStage) newActivity(who, kind string) map[string]any {
	return map[string]any{"type": kind, "id": "1776000000000", "channelId": "msteams", "serviceUrl": testService,
		"from": s.accountOf(who), "recipient": map[string]any{"id": "28:" + testApp, "name": "Challenge"}, "replyToId": "1775999999999",
		"conversation": map[string]any{"id": "a:" + who, "conversationType": "personal", "tenantId": testTenant},
		"channelData":  map[string]any{"tenant": map[string]any{"id": testTenant}}}
}

// allButtonData are the data of every button on every card of a case, and on the form.
func (s *fuzzStage) allButtonData() []cards.ButtonData {
	var all []cards.ButtonData
	for _, id := range fuzzChallenges {
		c := s.cases[id].Challenge
		for _, cmd := range command.All() {
			all = append(all, cards.ButtonData{Verb: cmd.Verb, Card: challenge.CardChallenge, ChallengeID: id.String(), Ref: c.Ref, Opening: max(1, len(c.Openings)),
				Rung: c.Rung, Verdict: challenge.NotSatisfied, Status: challenge.GatePassed})
		}
		if h := c.Hold; h != nil {
			for _, g := range h.Gates {
				all = append(all, cards.ButtonData{Verb: cards.VerbGate, Card: challenge.CardGate, ChallengeID: id.String(), Ref: c.Ref,
					Rung: g.Rung, Gate: g.Gate, Status: challenge.GatePassed})
			}
		}
	}
	return append(all, cards.ButtonData{Verb: cards.VerbRaise, Card: cards.CardForm, Nonce: uuid.NewString()},
		cards.ButtonData{Verb: cards.VerbPreview, Card: cards.CardForm},
		cards.ButtonData{Verb: cards.VerbRefresh, Card: challenge.CardRespond, ChallengeID: corpusChallengeID.String(), Opening: 1})
}

// FuzzCardInputs presses buttons with whatever a client could send: data as a card
// carries it, merged with a JSON object that the fuzzer writes.
func FuzzCardInputs(f *testing.F) {
	s := newFuzzStage(f)
	inputs := []string{`{}`, `{"text":"It is done.","plan_1_what":"Visit","plan_1_who":"Tom","plan_1_by":"2026-12-01"}`, `{"reason":"No visit yet.","shorter_days":"2","shorter_reason":"x"}`,
		`{"to":"stage-2","ground":"threshold-met","evidence":"e","note":"n","on":"2026-11-23","how":"telephone","contact":"c"}`,
		`{"team":"north-locality","record":"1234567","conference":"review","conference_date":"2026-11-20","categories":"statutory-minimum","concern":"c","ask":"a","ask_by":"2026-12-04"}`,
		`{"visit":1e99,"version":-1,"inputs":"p","ptext":"x","card":null}`, `{"text":"\ud83d","reason":"\u0000\ud800","start_at":"stage-3","start_ground":"threshold-met","start_reason":"r"}`}
	for i, data := range s.allButtonData() {
		raw, err := json.Marshal(data)
		if err != nil {
			f.Fatal(err)
		}
		for j, in := range inputs {
			f.Add(byte(i+j), i%2 == 0, raw, []byte(in))
		}
	}
	f.Fuzz(func(t *testing.T, person byte, submit bool, data, inputs []byte) {
		who := fuzzPeople[int(person)%len(fuzzPeople)]
		merged := mergeInputs(data, inputs)
		if d, in, err := cards.ParseButtonData(merged); err == nil {
			if _, stays := in["verb"]; stays && d.InputPrefix == "" {
				t.Errorf("the verb was taken for an input")
			}
		} else if !errors.Is(err, cards.ErrButtonData) {
			t.Errorf("an error of another kind: %v", err)
		}
		activity := s.newActivity(who, TypeInvoke)
		activity["name"], activity["value"] = InvokeCardAction, map[string]any{"trigger": "manual",
			"action": map[string]any{"type": "Action.Execute", "verb": "x", "data": json.RawMessage(merged)}}
		if submit {
			activity = s.newActivity(who, TypeMessage)
			activity["value"] = json.RawMessage(merged)
		}
		body, err := json.Marshal(activity)
		if err != nil {
			return // what the fuzzer wrote is no JSON
		}
		s.reset()
		w := s.post(body, s.token)
		// A client that sends the same name twice, or ends in the middle, is refused.
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
		if w.Code == 200 && !submit && !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %s", w.Body)
		}
		s.assertAllowedEffects(t, who)
		told := s.store.copyJournal()
		if again := s.post(body, s.token); again.Code != w.Code {
			t.Errorf("the second time answered %d", again.Code)
		}
		if after := s.store.copyJournal(); len(after.Events) != len(told.Events) || len(after.Messages) != len(told.Messages) {
			t.Errorf("the second copy had an effect: %v, %v", told, after)
		}
	})
}

// mergeInputs is what a client makes of a button's data and the inputs.
func mergeInputs(data, inputs []byte) []byte {
	var all, more map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil || json.Unmarshal(inputs, &more) != nil || all == nil {
		return data
	}
	maps.Copy(all, more)
	merged, err := json.Marshal(all)
	if err != nil {
		return data
	}
	return merged
}

// FuzzTurn posts whole activities with a good token: fields of every kind laid over a
// good envelope, or a body that is the fuzzer's alone.
func FuzzTurn(f *testing.F) {
	s := newFuzzStage(f)
	for _, name := range corpusFiles(f) {
		raw := readCorpusCase(f, name).Activity
		f.Add(byte(2), []byte(raw))
	}
	for i, text := range []string{"/challenge", "/respond CH-Y8WWFJ done | visit; Tom; 2026-12-01", "/judge CH-Y8WWFJ satisfied", "/withdraw CH-Y8WWFJ x",
		"/gate", "/skip CH-Y8WWFJ", "/cover Tom Reid 2026-12-01 2026-12-02", "/notices here", "/mine", "/status CH-"} {
		raw, err := json.Marshal(map[string]any{"type": "message", "text": text})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), raw)
	}
	for _, raw := range []string{`{}`, `[]`, `null`, `{"type":"message","text":"\ud83d"}`, `{"value":[]}`, `{"type":"invoke","name":"task/fetch","value":{}}`,
		`{"conversation":{"conversationType":"channel","id":"19:x"},"text":"hi"}`, `{"entities":{}}`, `{"from":{}}`,
		`{"id":"1776\u0000","text":"/respond CH-Y8WWFJ done"}`, `{"id":"` + strings.Repeat("7", 3000) + `","text":"/mine"}`, `{"replyToId":"\u0000","value":{"verb":"raise"}}`,
		`{"conversation":{"id":"a:\u0000","conversationType":"personal"},"text":"hi"}`, `{"timestamp":"\u001b[2J","type":"messageUpdate"}`,
		`{"id":1776}`, `{"id":null}`, `{"type":"installationUpdate","action":"remove\u0000"}`, `{"type":"conversationUpdate","membersAdded":[null,{"id":"\u0000"}]}`} {
		f.Add(byte(0), []byte(raw))
	}
	f.Fuzz(func(t *testing.T, person byte, raw []byte) {
		who := fuzzPeople[int(person)%len(fuzzPeople)]
		body := raw
		var over map[string]json.RawMessage
		if json.Unmarshal(raw, &over) == nil && over != nil {
			whole := s.newActivity(who, TypeMessage)
			for name, value := range over {
				if !slices.Contains([]string{"from", "serviceUrl", "channelId", "channelData"}, name) || person >= 128 {
					whole[name] = value
				}
			}
			if merged, err := json.Marshal(whole); err == nil {
				body = merged
			}
		}
		s.reset()
		began := time.Now()
		w := s.post(body, s.token)
		if w.Code >= 500 || w.Code < 200 {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		if a, err := DecodeActivity(body); err == nil {
			if p, ok := s.store.people.PersonByEntra(strings.ToLower(a.From.AADObjectID)); ok {
				who = p.Name
			} else {
				who = "somebody unknown"
			}
			s.assertAllowedEffects(t, who)
		} else if told := s.store.copyJournal(); len(told.Events)+len(told.Messages) > 0 {
			t.Errorf("something was done for a body that cannot be read: %v", told)
		}
	})
}
