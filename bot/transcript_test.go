package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"challengebot/cards"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/workday"
)

// A transcript is what people do, one after the other, and all that comes of it: the answer, the
// messages, the steps of the record, the keys, what is kept of chats, cover, channels. It goes
// through the real routes and the real handler; the store is the one in memory that keeps the
// promises of the database.
//
// What is said stands in it by the names of the sentences, not by their words, and of a card
// its inputs and buttons: so a text can be changed without touching a transcript, and nothing
// else can.

var updateTranscripts = flag.Bool("update", false, "write testdata/transcripts again")

// play is one transcript being made.
type play struct {
	*testServer
	t       *testing.T
	store   *memorystore.Store // the handler's
	reader  *memorystore.Store // the transcript's own look at the same data
	handler *Handler
	file    *directory.Directory
	merged  *directory.Directory
	// directoryFails: there is no news of it.
	directoryFails error
	damaged        bool // a row was made unreadable
	out            strings.Builder

	sent      int
	messages  int
	events    map[uuid.UUID]int
	keys      map[string]bool
	registers []string
	names     map[string]string // of challenges, by id and by reference
	order     []uuid.UUID
}

// playLadders are those under which challenges are raised in transcripts.
var playLadders = []string{"ne-lincolnshire", "issues-resolution-cp", "knowsley"}

// newPlay is a play in the sample authority, with its directory changed: each pair is what stands
// there and what takes its place.
func newPlay(t *testing.T, changes ...string) *play {
	t.Helper()
	raw, err := os.ReadFile("../internal/story/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	raw = []byte(strings.NewReplacer(changes...).Replace(string(raw)))
	p := &play{testServer: &testServer{testValidator: newTestValidator(t), registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}, t: t,
		store: memorystore.New(), events: map[uuid.UUID]int{}, keys: map[string]bool{}, names: map[string]string{}}
	p.reader = p.store.Open()
	if p.file, err = directory.Read("authority.yaml", raw); err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	var offered []*ladder.Ladder
	for _, id := range playLadders {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.store.SaveLadder(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		offered = append(offered, l)
	}
	if err := p.refreshDirectory(t.Context()); err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(p.log, nil))
	p.handler, err = NewHandler(HandlerConfig{Stores: OneStore(p.store), Now: p.clock.Now, Calendar: calendar, Directory: func() *directory.Directory { return p.merged },
		RefreshDirectory: p.refreshDirectory, IsUnreachable: p.isUnreachable, Ladders: offered, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	if p.Handler, err = NewServer(ServerConfig{Validator: p.Validator, Registry: p.registry, Logger: logger, Now: p.clock.Now,
		NotReadyReasons: (&journalStore{}).notReadyReasons}, p.handler); err != nil {
		t.Fatal(err)
	}
	p.registers = p.readRegisters()
	return p
}

// refreshDirectory brings the directory of the file up to date with what was said meanwhile.
func (p *play) refreshDirectory(ctx context.Context) error {
	if p.directoryFails != nil {
		return p.directoryFails
	}
	covers, err := p.reader.ListCovers(ctx, 0)
	if err != nil {
		return err
	}
	channels, err := p.reader.ListNoticeChannels(ctx)
	p.merged = p.file.WithCover(covers).WithChannels(channels)
	return err
}

func (p *play) isUnreachable(entra string) bool {
	all, err := p.reader.ListUnreachable(p.t.Context())
	return err == nil && slices.ContainsFunc(all, func(u outbox.Unreachable) bool { return u.Person == entra && u.ReachableAgainAt.IsZero() })
}

// activity is one of somebody's, to be completed.
func (p *play) activity(who, kind string, fields map[string]any) map[string]any {
	p.sent++
	entra := "00000000-0000-4000-8000-00000000dead"
	if known, ok := p.file.PersonByName(who); ok {
		entra = known.Entra
	}
	a := map[string]any{"type": kind, "id": fmt.Sprint(1776000000000 + p.sent), "timestamp": p.clock.Now().Format(time.RFC3339), "channelId": "msteams", "serviceUrl": testService,
		"from": map[string]any{"id": "29:" + who, "name": who, "aadObjectId": entra}, "recipient": map[string]any{"id": "28:" + testApp, "name": "Challenge"},
		"conversation": map[string]any{"id": "a:" + who, "conversationType": "personal", "tenantId": testTenant},
		"channelData":  map[string]any{"tenant": map[string]any{"id": testTenant}}}
	return mergePatch(a, fields)
}

// inChannel are the fields of what happens in a team's channel.
func inChannel(name string, more map[string]any) map[string]any {
	fields := map[string]any{
		"conversation": map[string]any{"id": "19:" + name + "@thread.tacv2;messageid=1775999999999", "conversationType": "channel"},
		"channelData":  map[string]any{"team": map[string]any{"id": "19:team@thread.tacv2", "name": "Locality teams"}, "channel": map[string]any{"id": "19:" + name + "@thread.tacv2", "name": name}}}
	return mergePatch(fields, more)
}

// does hands over an activity and writes down what came of it.
func (p *play) does(title string, activity map[string]any) string {
	p.t.Helper()
	w := p.deliver(activity)
	fmt.Fprintf(&p.out, "\n# %s\n", p.anonymise(title))
	p.tell(w)
	return w.Body.String()
}

func (p *play) deliver(activity map[string]any) *httptest.ResponseRecorder {
	p.t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		p.t.Fatal(err)
	}
	w := p.post(body, p.testValidator.token(p.t))
	p.nameChallenges()
	return w
}

// tell writes down an answer, and what is new since the last one.
func (p *play) tell(w *httptest.ResponseRecorder) {
	fmt.Fprintf(&p.out, "answered %d%s\n", w.Code, p.describeAnswer(w.Body.Bytes()))
	p.tellMessages()
	p.tellEvents()
	p.tellKeys()
	p.tellRegisters()
}

func (p *play) types(who, text string) string {
	return p.does(who+" types "+text, p.activity(who, TypeMessage, map[string]any{"text": text}))
}

func (p *play) typesIn(channel, who, text string, targeted bool) string {
	fields := map[string]any{"text": text}
	if targeted {
		fields["recipient"] = map[string]any{"isTargeted": true}
	} else {
		fields["text"] = "<at>Challenge</at> " + text
		fields["entities"] = []any{map[string]any{"type": "mention", "text": "<at>Challenge</at>", "mentioned": map[string]any{"id": "28:" + testApp, "name": "Challenge"}}}
	}
	return p.does(fmt.Sprintf("%s types %s in the channel %s (targeted %v)", who, text, channel, targeted), p.activity(who, TypeMessage, inChannel(channel, fields)))
}

// withData is what a client sends with a button: its data and the inputs.
func (p *play) withData(data cards.ButtonData, inputs map[string]string) map[string]any {
	raw, err := json.Marshal(data)
	if err != nil {
		p.t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		p.t.Fatal(err)
	}
	for id, v := range inputs {
		all[id] = v
	}
	return all
}

func pressTitle(who, how string, data cards.ButtonData, inputs map[string]string) string {
	var given []string
	for _, id := range slices.Sorted(maps.Keys(inputs)) {
		given = append(given, id+"="+inputs[id])
	}
	return fmt.Sprintf("%s %s %s on %s %s %s", who, how, data.Verb, data.Card, data.ChallengeID, strings.Join(given, "; "))
}

func (p *play) presses(who string, data cards.ButtonData, inputs map[string]string) string {
	value := map[string]any{"trigger": "manual", "action": map[string]any{"verb": string(data.Verb), "data": p.withData(data, inputs)}}
	return p.does(pressTitle(who, "presses", data, inputs), p.activity(who, TypeInvoke, map[string]any{"name": InvokeCardAction, "value": value, "replyToId": "1775999999999"}))
}

func (p *play) submits(who string, data cards.ButtonData, inputs map[string]string) string {
	return p.does(pressTitle(who, "submits", data, inputs), p.activity(who, TypeMessage, map[string]any{"value": p.withData(data, inputs), "replyToId": "1775999999999"}))
}

func (p *play) inWindow(who, name string, data cards.ButtonData, inputs map[string]string) string {
	return p.does(pressTitle(who, name, data, inputs), p.activity(who, TypeInvoke, map[string]any{"name": name, "value": map[string]any{"data": p.withData(data, inputs)}, "replyToId": "1775999999999"}))
}

// finish compares the transcript with the one that is kept.
func (p *play) finish(name string) {
	p.t.Helper()
	if log := p.log.String(); log != "" {
		for line := range strings.Lines(log) {
			_, rest, _ := strings.Cut(line, " level=")
			fmt.Fprintf(&p.out, "logged %s", p.anonymise(regexp.MustCompile(` stack=.*`).ReplaceAllString(rest, "")))
		}
	}
	if err := p.reader.Verify(); err != nil && !p.damaged {
		p.t.Error(err)
	}
	path := filepath.Join("testdata", "transcripts", name+".txt")
	if *updateTranscripts {
		if err := os.WriteFile(path, []byte(p.out.String()), 0o644); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(p.out.String(), "\n")); diff != "" {
		p.t.Errorf("something else comes of it (-kept +now; if that is meant, go test ./bot -run Transcript -update):\n%s", diff)
	}
}
