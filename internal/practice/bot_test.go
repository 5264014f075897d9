package practice_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"challengebot/internal/connector"
	"challengebot/internal/practice"

	"challengebot/internal/teamsfailure"
)

const (
	appID  = "11111111-1111-1111-1111-111111111111"
	tenant = "22222222-2222-2222-2222-222222222222"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is a practice Teams, its clock and a tiny bot.
type world struct {
	*practice.Teams
	clock  *practice.Clock
	client *connector.Client

	mu     sync.Mutex
	seen   []incoming
	errors []string
	// answer decides what the bot answers; nil is an empty 200.
	answer func(incoming) (int, string)
}

// incoming is what the bot received.
type incoming struct {
	Authorization string
	Activity      map[string]any
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: practice.NewClock(monday)}
	teams, err := practice.Start(practice.Options{
		AppID: appID, Tenant: tenant, Clock: w.clock,
		People: []practice.Person{
			{ID: "aaaaaaaa-0000-0000-0000-000000000001", Name: "Maya Okafor"},
			{ID: "aaaaaaaa-0000-0000-0000-000000000002", Name: "Tom Baines"},
			{ID: "aaaaaaaa-0000-0000-0000-000000000003", Name: "Ivy Chen"},
		},
		Channels: []practice.Channel{
			{TeamName: "Safeguarding", Name: "Oversight"},
			{TeamName: "Safeguarding", Name: "Managers", Members: []string{"Tom Baines"}},
			{Name: "Lunch", Group: true, Members: []string{"Maya Okafor", "Tom Baines"}},
		},
		Errorf: func(format string, args ...any) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.errors = append(w.errors, fmt.Sprintf(format, args...))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(teams.Close)
	w.Teams = teams
	bot := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(bot.Close)
	teams.SetBotURL(bot.URL)
	credential, err := connector.NewCredential(connector.CredentialConfig{
		Kind: connector.Practice, AppID: appID, TokenURL: teams.TokenURL()})
	if err != nil {
		t.Fatal(err)
	}
	w.client = connector.New(connector.Config{
		AppID: appID, Tenant: tenant, Credential: credential, Now: w.clock.Now,
		ServiceURLAllowed: connector.LoopbackOnly(teams.ServiceURL()), DefaultServiceURL: teams.ServiceURL(),
	})
	return w
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	in := incoming{Authorization: r.Header.Get("Authorization")}
	_ = json.Unmarshal(body, &in.Activity)
	w.mu.Lock()
	w.seen = append(w.seen, in)
	answer := w.answer
	w.mu.Unlock()
	if answer == nil {
		return
	}
	status, text := answer(in)
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	io.WriteString(rw, text)
}

func (w *world) setAnswer(f func(incoming) (int, string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = f
}

func (w *world) received() []incoming {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]incoming(nil), w.seen...)
}

func (w *world) reportedErrors() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.errors...)
}

// expectNoErrors fails if the practice Teams found anything wrong.
func (w *world) expectNoErrors(t *testing.T) {
	t.Helper()
	for _, c := range w.reportedErrors() {
		t.Error(c)
	}
	for _, v := range w.Violations() {
		t.Error(v)
	}
}

// postCard sends a card to a person's chat as the bot does.
func (w *world) postCard(t *testing.T, person string, card string) (connector.Destination, string) {
	t.Helper()
	id, err := w.client.CreatePersonalChat(t.Context(), "", w.Person(person).ID)
	if err != nil {
		t.Fatal(err)
	}
	ref := connector.Destination{ServiceURL: w.ServiceURL(), ConversationID: id}
	activity, err := w.client.Send(t.Context(), ref, connector.NewCardMessage("A challenge for you", json.RawMessage(card)))
	if err != nil {
		t.Fatal(err)
	}
	return ref, activity
}

func errorKind(t *testing.T, err error) teamsfailure.Kind {
	t.Helper()
	var e *teamsfailure.Failure
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a connector error", err)
	}
	return e.Kind
}

// cardJSON is a good card with one heading; parts are further properties, which
// replace those of the same name.
func cardJSON(heading string, parts ...string) string {
	object := map[string]any{}
	base := fmt.Sprintf(`{"type":"AdaptiveCard","version":"1.5","$schema":"http://adaptivecards.io/schemas/adaptive-card.json",
		"fallbackText":%[1]q,"speak":%[1]q,
		"body":[{"type":"TextBlock","style":"heading","wrap":true,"text":%[1]q}]}`, heading)
	for _, part := range append([]string{base}, parts...) {
		if err := json.Unmarshal([]byte(part), &object); err != nil {
			panic(err)
		}
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func executeButton(title, verb string) string {
	return fmt.Sprintf(`{"type":"Action.Execute","title":%[1]q,"verb":%[2]q,"data":{"challenge":"c1"},
		"fallback":{"type":"Action.Submit","title":%[1]q,"data":{"challenge":"c1","verb":%[2]q}}}`, title, verb)
}

// formCard is a card with fields and two buttons.
func formCard(extra ...string) string {
	body := `{"body":[
		{"type":"TextBlock","style":"heading","wrap":true,"text":"Respond"},
		{"type":"Input.Text","id":"reply","label":"Your response","isRequired":true,"errorMessage":"Please write something","maxLength":20,"isMultiline":true},
		{"type":"Input.Date","id":"by","label":"By when","min":"2026-03-02","value":"2026-03-09"},
		{"type":"Input.ChoiceSet","id":"who","label":"Who","value":"tm","choices":[{"title":"Team manager","value":"tm"},{"title":"Service manager","value":"sm"}]},
		{"type":"Input.Toggle","id":"urgent","label":"Urgent","title":"This cannot wait"}],
		"actions":[` + executeButton("Send", "respond") + `,` + executeButton("Later", "defer") + `]}`
	return cardJSON("Respond", append([]string{body}, extra...)...)
}

func invokeCard(card string) (int, string) {
	return 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":` + card + `}`
}

// callConversation makes a raw call below a conversation, as the bot would, and gives the status
// and the code of a refusal or the body.
func (w *world) callConversation(t *testing.T, method, conversation, rest, body string) (int, string) {
	t.Helper()
	contentType := ""
	if body != "" {
		contentType = "application/json"
	}
	status, text, _ := w.requestWithToken(t, method, "/v3/conversations/"+url.QueryEscape(conversation)+rest, contentType, body)
	var refusal struct{ Error struct{ Code string } }
	if json.Unmarshal([]byte(text), &refusal) == nil && refusal.Error.Code != "" {
		return status, refusal.Error.Code
	}
	return status, text
}

// requestWithToken makes a raw call to the connector with a token of the bot's.
func (w *world) requestWithToken(t *testing.T, method, path, contentType string, body string) (int, string, http.Header) {
	t.Helper()
	credential, err := connector.NewCredential(connector.CredentialConfig{
		Kind: connector.Practice, AppID: appID, TokenURL: w.TokenURL()})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(context.Background(), tokenOptions())
	if err != nil {
		t.Fatal(err)
	}
	return w.rawRequest(t, method, path, contentType, body, "Bearer "+token.Token)
}
