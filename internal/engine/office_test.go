package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

// The people of the office.
const (
	chairID     = storagetest.ChairID
	workerID    = storagetest.WorkerID
	managerID   = storagetest.ManagerID
	serviceID   = storagetest.ServiceID
	ownID       = storagetest.OwnServiceManagerID
	oversightID = storagetest.OversightID
)

const serviceURL = "https://smba.example.invalid/uk/"

// office is an engine with a store and a Teams in memory, and a clock that a test moves.
type office struct {
	*storagetest.World
	memory   *memorystore.Store // the engine's own instance; World has another
	faults   *storeFaults
	teams    *fakeTeams
	registry *prometheus.Registry
	engine   *Engine
	log      *logbook
	// refreshed counts how often the directory was brought up to date; refreshErr ends that.
	refreshed  atomic.Int32
	refreshErr error
}

// newOffice opens at ten on a Monday.
func newOffice(t *testing.T) *office {
	t.Helper()
	m := memorystore.New()
	o := &office{World: storagetest.NewWorld(t, m.Open()), memory: m, teams: &fakeTeams{}, log: &logbook{},
		faults: &storeFaults{errors: map[string]error{}, asked: map[string]int{}}}
	m.Intercept(o.faults.before)
	o.engine = o.newEngine("one")
	return o
}

// newEngine is one more instance on the same store.
func (o *office) newEngine(owner string) *Engine {
	o.T.Helper()
	o.registry = prometheus.NewRegistry()
	e, err := New(Config{Store: o.memory, Teams: o.teams, Now: func() time.Time { return o.Now }, Calendar: o.Calendar,
		Directory: func() *directory.Directory { return o.Directory },
		Refresh: func(context.Context) error {
			o.refreshed.Add(1)
			return o.refreshErr
		},
		Logger: slog.New(slog.NewJSONHandler(o.log, nil)), Registry: o.registry, Owner: owner, ServiceURL: serviceURL})
	o.Must(err)
	return e
}

// at moves the clock to a time of the London clock, "2026-03-03 09:00".
func (o *office) at(clock string) {
	o.T.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04", clock, o.Calendar.Location())
	o.Must(err)
	o.Now = now.UTC()
}

// people reads the directory again, with more below it.
func (o *office) people(more string) {
	o.T.Helper()
	d, err := directory.Read("directory.yaml", []byte(storagetest.DirectoryYAML+more))
	o.Must(err)
	o.Directory = d
}

// deliver sends everything that may go out now.
func (o *office) deliver() int {
	o.T.Helper()
	n, err := o.engine.DeliverPending(o.T.Context())
	o.Must(err)
	return n
}

// raiseAndDeliver raises a challenge and has its cards on people's screens.
func (o *office) raiseAndDeliver() challenge.Snapshot {
	o.T.Helper()
	c := o.Raise()
	o.deliver()
	o.teams.forgetCalls()
	return o.Load(c.Challenge.ID)
}

// messages are the stored messages for somebody, in order.
func (o *office) messages(person string) []memorystore.MessageRecord {
	return slices.DeleteFunc(o.memory.Contents().Messages, func(m memorystore.MessageRecord) bool { return m.To.Person != person })
}

// posts are those of them that are no updates.
func (o *office) posts(person string) []memorystore.MessageRecord {
	return slices.DeleteFunc(o.messages(person), func(m memorystore.MessageRecord) bool { return m.Kind == outbox.UpdateMessage })
}

// lastMessage is the newest message for somebody.
func (o *office) lastMessage(person string) memorystore.MessageRecord {
	o.T.Helper()
	all := o.messages(person)
	if len(all) == 0 {
		o.T.Fatalf("nothing was ever queued for %s", person)
	}
	return all[len(all)-1]
}

// content is what a direct message shows.
func content(t *testing.T, m memorystore.MessageRecord) outbox.Content {
	t.Helper()
	var c outbox.Content
	if err := json.Unmarshal(m.Content, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// metric reads one sample, named as in an alarm: `name` or `name{label="value"}`.
func (o *office) metric(name string) float64 {
	o.T.Helper()
	families, err := o.registry.Gather()
	o.Must(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			full := f.GetName()
			if len(labels) > 0 {
				full += "{" + strings.Join(labels, ",") + "}"
			}
			if full == name {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	o.T.Fatalf("there is no metric %s", name)
	return 0
}

// attempts is how many deliveries had that result.
func (o *office) attempts(result string) float64 {
	o.T.Helper()
	return o.metric(fmt.Sprintf("challengebot_delivery_attempts_total{result=%q}", result))
}

// logbook keeps what was logged.
type logbook struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

// lines are the logged lines that hold a text, each with its level.
func (l *logbook) lines(holding string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for line := range strings.Lines(l.all.String()) {
		if strings.Contains(line, holding) {
			found = append(found, line)
		}
	}
	return found
}

// call is one thing that was asked of Teams.
type call struct {
	Name             string // create, thread, send, targeted, update
	ServiceURL       string
	To               string // person, channel or conversation
	Activity         string // of an update
	Recipient, Reply string // of a targeted message
	Message          Message
}

// fakeTeams is a Teams in memory: it remembers what it was asked, and answers what a test
// wants.
type fakeTeams struct {
	mu    sync.Mutex
	all   []call
	given int
	// answer is what a call gives instead of going well; nil goes well.
	answer func(call) error
	// during is done while a call is under way.
	during func(ctx context.Context, c call)
}

func (f *fakeTeams) record(ctx context.Context, c call) (string, error) {
	f.mu.Lock()
	f.all = append(f.all, c)
	f.given++
	id := fmt.Sprint("act:", f.given)
	answer, during := f.answer, f.during
	f.mu.Unlock()
	if during != nil {
		during(ctx, c)
	}
	if answer != nil {
		if err := answer(c); err != nil {
			return "", err
		}
	}
	return id, nil
}

// calls are what Teams was asked so far, of a kind or, with "", all.
func (f *fakeTeams) calls(name string) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.all), func(c call) bool { return name != "" && c.Name != name })
}

// to are the calls of a kind that were about somebody's chat, or a channel.
func (f *fakeTeams) to(name, to string) []call {
	return slices.DeleteFunc(f.calls(name), func(c call) bool { return c.To != to })
}

func (f *fakeTeams) forgetCalls() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = nil
}

// fails answers every call of a kind with a failure.
func (f *fakeTeams) fails(name string, with *teamsfailure.Failure) {
	f.answer = func(c call) error {
		if c.Name == name {
			return with
		}
		return nil
	}
}

func chatOf(person string) string { return "chat:" + person }

func (f *fakeTeams) CreatePersonalChat(ctx context.Context, serviceURL, entraID string) (string, error) {
	_, err := f.record(ctx, call{Name: "create", ServiceURL: serviceURL, To: entraID})
	if err != nil {
		return "", err
	}
	return chatOf(entraID), nil
}

func (f *fakeTeams) StartThread(ctx context.Context, serviceURL, channel string, m Message) (string, string, error) {
	id, err := f.record(ctx, call{Name: "thread", ServiceURL: serviceURL, To: channel, Message: m})
	if err != nil {
		return "", "", err
	}
	return channel + ";messageid=" + id, id, nil
}

func (f *fakeTeams) Send(ctx context.Context, p Destination, m Message) (string, error) {
	return f.record(ctx, call{Name: "send", ServiceURL: p.ServiceURL, To: p.ConversationID, Message: m})
}

func (f *fakeTeams) SendTargeted(ctx context.Context, p Destination, recipient, prompt string, m Message) (string, error) {
	return f.record(ctx, call{Name: "targeted", ServiceURL: p.ServiceURL, To: p.ConversationID, Recipient: recipient, Reply: prompt, Message: m})
}

func (f *fakeTeams) Update(ctx context.Context, p Destination, activity string, m Message) error {
	_, err := f.record(ctx, call{Name: "update", ServiceURL: p.ServiceURL, To: p.ConversationID, Activity: activity, Message: m})
	return err
}

// storeFaults are the errors that a test gives to operations of the store, and how often each
// was asked for.
type storeFaults struct {
	mu     sync.Mutex
	errors map[string]error
	asked  map[string]int
}

func (f *storeFaults) before(_ context.Context, operation string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[operation]++
	return f.errors[operation]
}

// failStore lets an operation of the store fail from now on; nil ends that.
func (o *office) failStore(operation string, err error) {
	o.faults.mu.Lock()
	defer o.faults.mu.Unlock()
	o.faults.errors[operation] = err
}

// asked is how often the engine asked for an operation.
func (o *office) asked(operation string) int {
	o.faults.mu.Lock()
	defer o.faults.mu.Unlock()
	return o.faults.asked[operation]
}
