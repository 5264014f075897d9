package story

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"challengebot/internal/practice"
)

// What the stories of faults share: looking into the database, at the metrics, and
// saying to the bot what no client of ours would say.

// database is the test's own way to its database, behind the program's back. It is made when it is
// first needed; a connection that broke meanwhile is not handed out.
func (s *stage) database() *pgxpool.Pool {
	s.t.Helper()
	s.ownPoolLock.Lock()
	defer s.ownPoolLock.Unlock()
	if s.ownPool != nil {
		return s.ownPool
	}
	config, err := pgxpool.ParseConfig(s.options.DatabaseURL)
	if err != nil {
		s.t.Fatalf("the test cannot read its database's address: %v", err)
	}
	config.MaxConns = 4
	config.PrepareConn = func(ctx context.Context, c *pgx.Conn) (bool, error) { return c.Ping(ctx) == nil, nil }
	if s.ownPool, err = pgxpool.NewWithConfig(context.WithoutCancel(s.t.Context()), config); err != nil {
		s.t.Fatalf("the test cannot reach its database: %v", err)
	}
	s.t.Cleanup(s.ownPool.Close)
	return s.ownPool
}

// queryRows reads rows of the test's own database, behind the program's back.
func queryRows[T any](s *stage, sql string, args ...any) []T {
	s.t.Helper()
	rows, err := s.database().Query(context.WithoutCancel(s.t.Context()), sql, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	got, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (T, error) {
		var v T
		err := r.Scan(&v)
		return v, err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func (s *stage) count(sql string, args ...any) int {
	s.t.Helper()
	return queryRows[int](s, `SELECT count(*)::int FROM (`+sql+`) counted`, args...)[0]
}

// tables is everything the program keeps.
var tables = []string{"attempt", "challenge", "conversation", "delivery", "event", "ladder", "plan_action", "posted_card", "receipt", "response"}

// databasePicture is a picture of the whole database: of each table the number of its rows
// and a hash over all that is in them.
func (s *stage) databasePicture(but ...string) map[string]string {
	s.t.Helper()
	picture := map[string]string{}
	for _, table := range tables {
		if slices.Contains(but, table) {
			continue
		}
		picture[table] = queryRows[string](s, `SELECT count(*) || ' ' || coalesce(md5(string_agg(r::text, E'\n' ORDER BY r::text)), '') FROM `+table+` r`)[0]
	}
	return picture
}

// metricValue is a sample at /metrics, such as `challengebot_overdue_challenges`.
func (s *stage) metricValue(sample string) string {
	s.t.Helper()
	_, body := s.httpGet("/metrics")
	for line := range strings.Lines(body) {
		if value, ok := strings.CutPrefix(line, sample+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	s.t.Fatalf("there is no %s at /metrics", sample)
	return ""
}

func (s *stage) httpGet(path string) (status int, body string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), http.MethodGet, s.BotURL()+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s cannot be had: %v", path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s cannot be read: %v", path, err)
	}
	return resp.StatusCode, string(text)
}

// linesWith lists the log lines that hold a text.
func (l *testLog) linesWith(text string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.lines), func(line string) bool { return !strings.Contains(line, text) })
}

type object = map[string]any

// newActivity is an activity of the person's as Teams would send it, to be changed
// before it is posted.
func (a *actor) newActivity(kind string) object {
	return object{
		"type": kind, "id": "f:" + uuid.NewString(), "channelId": "msteams", "serviceUrl": a.s.Teams.ServiceURL(),
		"timestamp":    a.s.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"from":         object{"id": a.TeamsUserID, "name": a.Name, "aadObjectId": a.ID},
		"recipient":    object{"id": "28:" + AppID, "name": "Challenge"},
		"conversation": object{"id": a.ConversationID(), "tenantId": Tenant, "conversationType": "personal"},
		"channelData":  object{"tenant": object{"id": Tenant}},
	}
}

// newMessage is the person typing a text.
func (a *actor) newMessage(text string) object {
	m := a.newActivity("message")
	m["text"] = text
	return m
}

// newInvoke is the person pressing a button that carries data.
func (a *actor) newInvoke(data any) object {
	m := a.newActivity("invoke")
	m["name"], m["replyToId"] = "adaptiveCard/action", "1"
	m["value"] = object{"trigger": "manual", "action": object{"type": "Action.Execute", "verb": "x", "data": data}}
	return m
}

// rawAnswer is the bot's answer to something that was posted as it is.
type rawAnswer struct {
	Status int
	Body   string
	// Card or Notice is what a client would show of an action's answer.
	Card *practice.Card
	Text string
}

// visibleText is all that the person reads.
func (p rawAnswer) visibleText() string {
	if p.Card != nil {
		return p.Card.Text()
	}
	return p.Text
}

// post sends an activity in Teams' name.
func (s *stage) post(activity any) rawAnswer {
	s.t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.postAs(body, "Bearer "+s.Teams.SignToken(s.Teams.ActivityClaims()))
}

func (s *stage) postAs(body []byte, authorization string) rawAnswer {
	s.t.Helper()
	a := s.Teams.PostRaw(context.WithoutCancel(s.t.Context()), body, authorization)
	if a.Err != nil {
		s.t.Errorf("the bot gave no answer: %v", a.Err)
		return rawAnswer{}
	}
	p := rawAnswer{Status: a.Status, Body: string(a.Body)}
	var wire struct {
		StatusCode int
		Type       string
		Value      json.RawMessage
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &wire) != nil {
		return p
	}
	switch wire.Type {
	case "application/vnd.microsoft.card.adaptive":
		for _, finding := range practice.CheckCard(wire.Value) {
			s.t.Errorf("a card that Teams would not show: %s", finding)
		}
		var err error
		if p.Card, err = practice.ParseCard(wire.Value); err != nil {
			s.t.Errorf("a card that cannot be read: %v", err)
		}
	case "application/vnd.microsoft.activity.message":
		if err := json.Unmarshal(wire.Value, &p.Text); err != nil {
			s.t.Errorf("a sentence that Teams would not show: %v", err)
		}
	}
	return p
}

// buttonData is what a button on the message carries, as its reader has it.
func (a *actor) buttonData(m *practice.Message, name string) object {
	a.s.t.Helper()
	action, err := m.ViewedBy(a.Person).Card().Button(name)
	if err != nil {
		a.s.t.Fatal(err)
	}
	data := object{}
	for k, v := range action.Data {
		data[k] = v
	}
	return data
}

// withFields is a copy of an object with some more in it.
func withFields(o object, more ...any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// challengeID is the challenge's uuid.
func (s *stage) challengeID(ref string) string { return s.load(ref).Challenge.ID.String() }

// runTogether does something n times at once.
func runTogether(n int, do func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() { <-start; do(i) })
	}
	close(start)
	all.Wait()
}

// countEvents counts the events of a kind in the challenge's trail.
func (s *stage) countEvents(ref, kind string) int {
	s.t.Helper()
	return s.count(`SELECT FROM event e JOIN challenge c ON c.id = e.challenge_id WHERE c.ref = $1 AND e.kind = $2`, ref, kind)
}

// listenForWrite returns a function that waits until the program has written something.
func (s *stage) listenForWrite() (wait func()) {
	s.t.Helper()
	ctx := s.t.Context()
	conn, err := pgx.Connect(ctx, s.options.DatabaseURL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close(context.WithoutCancel(ctx)) })
	if _, err := conn.Exec(ctx, `LISTEN challengebot`); err != nil {
		s.t.Fatal(err)
	}
	return func() {
		s.t.Helper()
		patience, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if _, err := conn.WaitForNotification(patience); err != nil {
			s.t.Fatalf("nothing was written: %v", err)
		}
	}
}

// startEngine lets the engine run by itself until stop is called.
func (s *stage) startEngine() (stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.RunEngine(ctx) }()
	return func() {
		s.t.Helper()
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the engine did not end cleanly: %v", err)
		}
	}
}

func parseMoment(t *testing.T, at string) time.Time {
	t.Helper()
	to, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return to
}
