//go:build !race

package faultsim

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/engine"
	"challengebot/internal/outbox"
	"challengebot/internal/teamsfailure"
)

const serviceURL = "https://smba.example.invalid/uk/"

func compare(a, b string) int { return cmp.Compare(a, b) }

// teams is what Teams has: who has the app, and what stands on people's screens.
type teams struct {
	w       *world
	posts   []*post
	blocked map[string]bool // people who removed the app
	// refusals are the documented ones, by person: when.
	refusals map[string][]time.Time
	// lost counts the posts whose answer was lost after Teams had taken them, by what they are about.
	lost map[string]int
	// unchanged counts the updates that did not go well, by the same.
	unchanged map[string]int
	// askedForPeace is until when Teams asked to be left alone with a message.
	askedForPeace map[string]peace
}

// peace is what Teams asked for, and how much had failed of which nobody can know by then.
type peace struct {
	until           time.Time
	crashes, losses int
}

// post is one message on somebody's screen.
type post struct {
	id, conversation, person string
	at                       time.Time
	about                    subject
	card                     []byte
}

// A call of the Bot Connector API.
const (
	callCreate   = "create"
	callThread   = "thread"
	callSend     = "send"
	callTargeted = "targeted"
	callUpdate   = "update"
)

// answer is what Teams, or what stands before it, says to a call.
type answer struct {
	name string
	// takes: it is done all the same. hangs: nothing is said until the caller gives up.
	takes, hangs bool
	failure      teamsfailure.Failure
	// lost: the answer does not say whether it was done.
	lost bool
}

// answers are those that are drawn.
var answers = []answer{
	{name: "takes it, and its answer is lost", takes: true, lost: true, failure: teamsfailure.Failure{Code: "connection broken"}},
	{name: "takes it, and says nothing until the time is up", takes: true, hangs: true, lost: true, failure: teamsfailure.Failure{Code: "timeout"}},
	{name: "says nothing until the time is up", hangs: true, lost: true, failure: teamsfailure.Failure{Code: "timeout"}},
	{name: "takes it, and says 202 without an id", takes: true, lost: true, failure: teamsfailure.Failure{Status: 202, Code: "unreadable answer"}},
	{name: "takes it, and a gateway says 502", takes: true, lost: true, failure: teamsfailure.Failure{Status: 502}},
	{name: "says 503", lost: true, failure: teamsfailure.Failure{Status: 503}},
	{name: "says 429, to be left alone for five seconds", failure: teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 429, RetryAfter: 5 * time.Second}},
	{name: "says 429, to be left alone for ten minutes", failure: teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 429, RetryAfter: 10 * time.Minute}},
	{name: "says 429, to be left alone for a day", failure: teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 429, RetryAfter: 24 * time.Hour}},
	{name: "is not reached: 403 and a page in HTML", failure: teamsfailure.Failure{Kind: teamsfailure.UnclearRejection, Status: 403, Code: "HTML page"}},
	{name: "is not reached: 407", failure: teamsfailure.Failure{Kind: teamsfailure.UnclearRejection, Status: 407}},
	{name: "says 400 BadSyntax", failure: teamsfailure.Failure{Kind: teamsfailure.OurBug, Status: 400, Code: "BadSyntax"}},
	{name: "says 401", failure: teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Status: 401}},
	{name: "says 403 MessageWritesBlocked", failure: refusedByPerson},
	{name: "says 404 ConversationNotFound", failure: teamsfailure.Failure{Kind: teamsfailure.ConversationGone, Status: 404, Code: "ConversationNotFound"}},
	{name: "says 500", lost: true, failure: teamsfailure.Failure{Status: 500}},
}

var refusedByPerson = teamsfailure.Failure{Kind: teamsfailure.Rejected, Status: 403, Code: "MessageWritesBlocked"}

func newTeams(w *world) *teams {
	return &teams{w: w, blocked: map[string]bool{}, refusals: map[string][]time.Time{}, lost: map[string]int{}, unchanged: map[string]int{}, askedForPeace: map[string]peace{}}
}

// failureOf is the answer as the connector sorts it.
func (a answer) failureOf(call string) *teamsfailure.Failure {
	f := a.failure
	f.Call = call
	switch makes := call == callSend || call == callThread || call == callTargeted; {
	case a.lost && makes:
		f.Kind = teamsfailure.Ambiguous
	case a.lost && f.Status == 500:
		f.Kind = teamsfailure.PermanentServerError
	case a.lost:
		f.Kind = teamsfailure.Retryable
	case f.Kind == teamsfailure.ConversationGone && (call == callCreate || call == callThread):
		f.Kind = teamsfailure.Rejected
	}
	return &f
}

// teamsLine is the way from one instance to Teams.
type teamsLine struct{ life *life }

// request is one call to Teams.
type request struct {
	call, conversation, person, activity string
	message                              engine.Message
}

func (r request) key() string {
	return r.conversation + r.person + " " + subjectOf(r.message).String() + r.message.Summary
}

// ask makes a call: something may happen first, Teams may do it or not, and say so or not.
func (t *teamsLine) ask(ctx context.Context, r request) (id string, err error) {
	l, w := t.life, t.life.w
	if !w.takeTurn(l, fmt.Sprintf("%d %s %s%s %s", l.n, r.call, r.conversation, r.person, r.activity)) {
		return "", &teamsfailure.Failure{Kind: teamsfailure.Retryable, Call: r.call, Code: "cancelled"}
	}
	w.model.recordCall(r)
	got, struck := w.strike(func(f step) bool {
		return f.kind == weatherTeams && (f.person == "" || f.person == r.person) && (f.call == "" || f.call == r.call)
	})
	if w.teams.blocked[r.person] {
		got, struck = step{answer: answer{name: "refuses: the app was removed", failure: refusedByPerson}}, true
	}
	a := got.answer
	if !struck || a.takes {
		id = w.teams.take(r)
	}
	if !struck {
		w.trace("    %s: Teams takes %s %s%s %s", l.name(), r.call, r.conversation, r.person, subjectOf(r.message))
		return id, nil
	}
	w.trace("    %s: %s %s%s %s: Teams %s", l.name(), r.call, r.conversation, r.person, subjectOf(r.message), a.name)
	if a.hangs {
		<-ctx.Done()
		if !w.takeTurn(l, fmt.Sprintf("%d after %s %s%s %s", l.n, r.call, r.conversation, r.person, r.activity)) {
			return "", &teamsfailure.Failure{Kind: teamsfailure.Retryable, Call: r.call, Code: "cancelled"}
		}
	}
	f := a.failureOf(r.call)
	w.model.recordAnswer(r, a, f)
	switch {
	case w.planted.recordsBeforeSending && r.call != callCreate:
		return cmp.Or(id, "sent"), nil
	case w.planted.believesPages && f.Kind == teamsfailure.UnclearRejection:
		f.Kind, f.Code = refusedByPerson.Kind, refusedByPerson.Code
	}
	return "", f
}

// take lets Teams do what it was asked.
func (t *teams) take(r request) (id string) {
	switch r.call {
	case callCreate:
		return chatOf(r.person)
	case callUpdate:
		for _, p := range t.posts {
			if p.id == r.activity {
				p.card = r.message.Card
			}
		}
		return r.activity
	}
	id = fmt.Sprint("act:", len(t.posts)+1)
	t.posts = append(t.posts, &post{id: id, conversation: r.conversation, person: r.person, at: t.w.now(), about: subjectOf(r.message), card: r.message.Card})
	return id
}

// installForAll lets everybody who removed the app install it again.
func (t *teams) installForAll() {
	for _, p := range t.w.office.directory.People() {
		if t.blocked[p.Entra] {
			t.install(p.Entra)
		}
	}
}

// install lets the bot know that somebody has the app again.
func (t *teams) install(person string) {
	delete(t.blocked, person)
	ctx, w := context.Background(), t.w
	must(w.store.SaveConversation(ctx, outbox.ConversationReference{OrderingKey: outbox.OrderingKey(challenge.Address{Person: person}),
		ID: chatOf(person), ServiceURL: serviceURL, SeenAt: w.now()}))
	must(w.store.MarkReachable(ctx, person, w.now()))
}

func chatOf(person string) string { return "chat:" + person }

func personOf(conversation string) string {
	person, ok := strings.CutPrefix(conversation, "chat:")
	if !ok {
		return ""
	}
	return person
}

// subjectOf reads off a card what it is about.
func subjectOf(m engine.Message) (s subject) {
	data, ok := buttonAt(m.Card, "")
	if !ok {
		return s
	}
	return subject{data.ChallengeID, data.Card, data.Opening}
}

// buttonAt is the first button of a card with that verb.
func buttonAt(card []byte, verb cards.Verb) (cards.ButtonData, bool) {
	all := buttonsOf(card, verb, 1)
	if len(all) == 0 {
		return cards.ButtonData{}, false
	}
	return all[0], true
}

// buttonsOf are the buttons of a card with a verb, or with any.
func buttonsOf(card []byte, verb cards.Verb, most int) (all []cards.ButtonData) {
	mark := []byte(`"data":{"verb":"` + string(verb))
	for rest := card; len(all) < most; {
		i := bytes.Index(rest, mark)
		if i < 0 {
			return all
		}
		rest = rest[i+len(`"data":`):]
		end := bytes.IndexByte(rest, '}')
		data, _, err := cards.ParseButtonData(rest[:end+1])
		if err == nil && data.ChallengeID != "" && !slices.Contains(all, data) {
			all = append(all, data)
		}
	}
	return all
}

func (t *teamsLine) CreatePersonalChat(ctx context.Context, _, entraID string) (string, error) {
	return t.ask(ctx, request{call: callCreate, person: entraID})
}

func (t *teamsLine) StartThread(ctx context.Context, _, channel string, m engine.Message) (string, string, error) {
	id, err := t.ask(ctx, request{call: callThread, conversation: channel, message: m})
	if err != nil {
		return "", "", err
	}
	return channel + ";messageid=" + id, id, nil
}

func (t *teamsLine) Send(ctx context.Context, p engine.Destination, m engine.Message) (string, error) {
	return t.ask(ctx, request{call: callSend, conversation: p.ConversationID, person: personOf(p.ConversationID), message: m})
}

func (t *teamsLine) SendTargeted(ctx context.Context, p engine.Destination, _, _ string, m engine.Message) (string, error) {
	return t.ask(ctx, request{call: callTargeted, conversation: p.ConversationID, message: m})
}

func (t *teamsLine) Update(ctx context.Context, p engine.Destination, activity string, m engine.Message) error {
	_, err := t.ask(ctx, request{call: callUpdate, conversation: p.ConversationID, person: personOf(p.ConversationID), activity: activity, message: m})
	return err
}
