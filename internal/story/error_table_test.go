package story

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/connector"
	"challengebot/internal/practice"
)

// fate is what becomes of a case when Teams answers a call of its delivery so.
type fate string

const (
	// later: nothing arrived; it goes out once, when Teams will have it.
	later fate = "goes out later, once"
	// perhapsTwice: it may have arrived; it is sent again, and the copy is harmless.
	perhapsTwice fate = "goes out again, twice at the most, and counts once"
	anew         fate = "the conversation is opened anew and the card is there"
	fresh        fate = "a new card takes the place of the one that cannot be changed"
	// unable: as later; an update that stays so gets a new card.
	unable fate = "is tried again; an update gets a new card in the end"
	// unreachable: given up at once; chair and oversight know, the window runs on.
	unreachable fate = "is given up, and those who must know are told"
	doubted     fate = "is believed only when it stays"
	faulty      fate = "is given up as a fault of ours, and everybody is told, the operator first"
	mended      fate = "waits until the operator has mended the set-up"
)

// answered is each documented answer of Teams, and beside them those that our own
// table distinguishes: status, code, and the fate of what creates a chat, begins a
// thread, sends and updates. A fault of ours or a refusal of an update leaves the
// card as it was.
var answered = []struct {
	status                       int
	code                         string
	create, thread, send, update fate
}{
	{400, "Bad Argument", faulty, faulty, faulty, faulty},
	{400, "BadSyntax", faulty, faulty, faulty, faulty},
	{400, "INVALID_TARGETED_MESSAGE_ID", faulty, faulty, faulty, faulty},
	{401, "BotNotRegistered", mended, mended, mended, mended},
	{403, "BotDisabledByAdmin", unreachable, unreachable, unreachable, unreachable},
	{403, "ConversationBlockedByUser", unreachable, unreachable, unreachable, unreachable},
	{403, "NotEnoughPermissions", unreachable, unreachable, unreachable, unreachable},
	{403, "BotNotInConversationRoster", unreachable, unreachable, unreachable, unreachable},
	{403, "ForbiddenOperationException", unreachable, unreachable, unreachable, unreachable},
	{403, "MessageWritesBlocked", unreachable, unreachable, unreachable, unreachable},
	{403, "InvalidBotApiHost", mended, mended, mended, mended},
	{403, "ServiceError", doubted, doubted, doubted, fresh},
	{403, "", doubted, doubted, doubted, doubted},
	{404, "ConversationNotFound", unreachable, unreachable, anew, fresh},
	{404, "ActivityNotFoundInConversation", unreachable, unreachable, anew, fresh},
	{404, "TARGETED_MESSAGE_EXPIRED_OR_DELETED", unreachable, unreachable, anew, fresh},
	{404, "", unreachable, unreachable, anew, fresh},
	{408, "", later, perhapsTwice, perhapsTwice, later},
	{412, "PreconditionFailed", later, later, later, later},
	{413, "MessageSizeTooBig", faulty, faulty, faulty, faulty},
	{429, "Throttled", later, later, later, later},
	{409, "", faulty, faulty, faulty, faulty},
	{307, "", mended, mended, mended, mended},
	{500, "ServiceError", unable, perhapsTwice, perhapsTwice, unable},
	{502, "", later, perhapsTwice, perhapsTwice, later},
	{503, "", later, perhapsTwice, perhapsTwice, later},
	{504, "", later, perhapsTwice, perhapsTwice, later},
}

// engineCalls are the calls by which a case reaches people. The others of the
// connector's table post in a channel for one person, or withdraw: no delivery does.
var engineCalls = []string{connector.CallCreatePersonal, connector.CallStartThread, connector.CallSend, connector.CallUpdate}

func TestEveryAnswerThatTheConnectorKnowsHasAStory(t *testing.T) {
	t.Parallel()
	table := connector.Answers()
	told := map[int]map[string]bool{}
	for _, a := range answered {
		for _, call := range engineCalls {
			row := slices.IndexFunc(table, func(r connector.Answer) bool { return r.Matches(a.status, a.code, call) })
			if row < 0 {
				t.Errorf("the connector does not know %d %s to %s", a.status, a.code, call)
				continue
			}
			if told[row] == nil {
				told[row] = map[string]bool{}
			}
			told[row][call] = true
		}
	}
	for i, r := range table {
		for _, call := range engineCalls {
			if r.Call != "" && r.Call != call || told[i][call] || hidden(table[:i], r, call) {
				continue
			}
			t.Errorf("what becomes of a case is not shown for: %s %s to %s", r.Status, r.Code, call)
		}
		if !slices.Contains(append(engineCalls, "", connector.CallSendTargeted, connector.CallDelete), r.Call) {
			t.Errorf("the table has a row for %s, of which no story is told", r.Call)
		}
	}
}

// hidden reports whether earlier rows speak for every such answer to the call.
func hidden(earlier []connector.Answer, r connector.Answer, call string) bool {
	status, err := strconv.Atoi(r.Status)
	return err == nil && slices.ContainsFunc(earlier, func(e connector.Answer) bool { return e.Matches(status, r.Code, call) })
}

func TestWhateverTeamsAnswersNoCaseIsLost(t *testing.T) {
	t.Parallel()
	for _, call := range engineCalls {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := &wire{stage: open(t, "ne-lincolnshire"), call: call}
			w.log.allow("because of a fault of this program")
			w.log.allow("does not accept this bot's set-up")
			w.maya.types("/help")
			w.drain()
			for _, a := range answered {
				f := map[string]fate{connector.CallCreatePersonal: a.create, connector.CallStartThread: a.thread,
					connector.CallSend: a.send, connector.CallUpdate: a.update}[call]
				w.told = fmt.Sprintf("%d %s to %s", a.status, a.code, call)
				w.meets(a.status, a.code, f)
				if t.Failed() {
					t.Fatalf("%s: %s", w.told, f)
				}
			}
			w.lapseOnTime()
			w.everyTryRecorded()
			w.nothingLost()
		})
	}
}

// wire is one kind of call to Teams and a world in which it goes wrong, in one way
// after another, each with a challenge of its own.
type wire struct {
	*stage
	call  string
	told  string // what is told now, for messages
	ref   string
	since int // calls before this one
	open  map[string]time.Time
}

func (w *wire) errorf(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("%s: %s", w.told, fmt.Sprintf(format, args...))
}

// concerns reports whether it is the call of this story: to Tom, or to the channel.
func (w *wire) concerns(c practice.Call) bool {
	switch w.call {
	case connector.CallCreatePersonal:
		return c.Op == practice.OpCreate && c.Person == "Tom Reid"
	case connector.CallStartThread:
		return c.Op == practice.OpCreate && c.Channel != ""
	case connector.CallSend:
		return c.Op == practice.OpSend && c.Person == "Tom Reid"
	}
	return c.Op == practice.OpUpdate && c.Person == "Tom Reid"
}

// begins makes the call be made, with a fault in force.
func (w *wire) begins(f practice.Fault) {
	w.t.Helper()
	f.Match = w.concerns
	w.drain()
	if w.call == connector.CallCreatePersonal {
		if err := w.App.Store.ForgetConversation(w.t.Context(), challenge.Address{Person: w.tom.ID}.Lane()); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.call != connector.CallUpdate {
		w.since = len(w.Teams.Calls())
		w.Teams.Fail(f)
		w.ref = w.inStore(1)[0]
		w.settle()
	} else {
		w.ref = w.inStore(1)[0]
		w.settle()
		card := w.priya.gets(w.ref, "Please answer by")
		w.drain()
		w.since = len(w.Teams.Calls())
		w.Teams.Fail(f)
		w.priya.clicks(card, "Send the answer", answer("2026-04-17", nil))
	}
	if n := w.failed(); n == 0 {
		w.errorf("the call was not made")
	}
}

// failed counts the calls that were answered with the fault.
func (w *wire) failed() int {
	n := 0
	for _, c := range w.Teams.Calls()[w.since:] {
		if c.Fault {
			n++
		}
	}
	return n
}

// passes ends the fault and lets some time go by.
func (w *wire) passes(d time.Duration) {
	w.t.Helper()
	w.Teams.ClearFaults()
	w.waits(d)
}

func (w *wire) waits(d time.Duration) {
	w.t.Helper()
	if err := w.MoveTo(w.t.Context(), w.Clock.Now().Add(d)); err != nil {
		w.t.Fatalf("%s: %v", w.told, err)
	}
}

// copies are the messages of the case where this call was to put one; of an update
// those that show it.
func (w *wire) copies() []*practice.Message {
	all := w.tom.Cards()
	if w.call == connector.CallStartThread {
		all = w.north.Messages()
	}
	return slices.DeleteFunc(all, func(m *practice.Message) bool {
		said := m.String()
		return !strings.Contains(said, w.ref) || w.call == connector.CallUpdate && !strings.Contains(said, "no other answer is needed")
	})
}

func (w *wire) arrived(want int) {
	w.t.Helper()
	if n := len(w.copies()); n != want {
		w.errorf("there are %d copies of what was to be shown, not %d", n, want)
	}
}

// tried holds that the delivery's failures are recorded as they were.
func (w *wire) tried(status, times int, ambiguous bool) {
	w.t.Helper()
	n := w.count(`SELECT FROM attempt a JOIN delivery d ON d.id = a.delivery_id JOIN challenge c ON c.id = d.challenge_id
		WHERE c.ref = $1 AND a.status = $2 AND a.ambiguous = $3`, w.ref, status, ambiguous)
	if n != times {
		w.errorf("%d attempts are recorded with that status and ambiguous=%v, not %d", n, ambiguous, times)
	}
}

func (w *wire) meets(status int, code string, f fate) {
	w.t.Helper()
	fault := practice.Fault{Status: status, Code: code}
	switch f {
	case later:
		w.meetsLater(fault)
	case perhapsTwice:
		w.meetsPerhapsTwice(fault)
	case anew, fresh:
		w.meetsAnew(fault)
	case unable:
		w.meetsUnable(fault)
	case unreachable, faulty:
		w.meetsUnreachable(fault, f)
	case doubted:
		w.meetsDoubted(fault)
	case mended:
		w.meetsMended(fault)
	default:
		w.t.Fatalf("%s: %q is no fate", w.told, f)
	}
}

func (w *wire) meetsLater(f practice.Fault) {
	w.t.Helper()
	if f.Status == http.StatusTooManyRequests {
		f.RetryAfter = 30 * time.Second
	}
	w.begins(f)
	w.arrived(0)
	w.tried(f.Status, 1, false)
	if f.RetryAfter > 0 {
		w.passes(f.RetryAfter - time.Second)
		w.arrived(0)
	}
	w.passes(2 * time.Second)
	w.arrived(1)
	w.toldAlready()
}

func (w *wire) meetsPerhapsTwice(f practice.Fault) {
	w.t.Helper()
	w.begins(f)
	w.arrived(0)
	w.tried(f.Status, 1, true)
	w.passes(2 * time.Second)
	w.arrived(1)
	w.toldAlready()

	f.AfterApplying, f.Times = true, 1
	w.begins(f)
	w.arrived(1)
	w.tried(f.Status, 1, true)
	w.passes(2 * time.Second)
	w.arrived(2)
	w.passes(10 * time.Minute)
	w.arrived(2)
	w.toldAlready()
	if w.call == connector.CallSend {
		both := w.copies()
		second := w.tom.sends(both[1], "Send the answer", answer("2026-04-17", nil))
		w.post(w.tom.sends(both[0], "Send the answer", answer("2026-04-17", nil))).holding(w.t, "You answered on")
		w.post(second).holding(w.t, "You have answered this already")
		w.settle()
		if n := w.kinds(w.ref, "responded"); n != 1 {
			w.errorf("the answer counted %d times", n)
		}
		return
	}
	// The thread that the bot knows of is the one that later notices go to.
	known := asks[string](w.stage, `SELECT conversation_id FROM conversation WHERE lane LIKE 'thread:' || $1 || '%'`, w.id(w.ref))
	if len(known) != 1 || !strings.HasSuffix(known[0], "messageid="+w.copies()[1].ID) {
		w.errorf("the bot goes on in %v", known)
	}
}

func (w *wire) meetsAnew(f practice.Fault) {
	w.t.Helper()
	f.Times = 1
	w.begins(f)
	w.arrived(1)
	w.toldAlready()
	if w.call == connector.CallSend {
		if !slices.ContainsFunc(w.Teams.Calls()[w.since:], func(c practice.Call) bool {
			return c.Op == practice.OpCreate && c.Person == "Tom Reid" && c.Status == http.StatusCreated
		}) {
			w.errorf("the conversation was not opened anew")
		}
		return
	}
	w.oldForgotten()

	// Should even the new one not be taken, that is an attempt like any other.
	w.begins(practice.Fault{Status: f.Status, Code: f.Code, Times: 1})
	w.passes(2 * time.Second)
	w.arrived(1)
}

// oldForgotten holds that the new card is the one that is kept true from now on.
func (w *wire) oldForgotten() {
	w.t.Helper()
	kept := asks[string](w.stage, `SELECT activity_id FROM posted_card p JOIN challenge c ON c.id = p.challenge_id
		WHERE c.ref = $1 AND p.to_person = $2`, w.ref, w.tom.ID)
	if now := w.copies(); len(kept) != 1 || len(now) != 1 || kept[0] != now[0].ID {
		w.errorf("the bot keeps %v true", kept)
	}
}

func (w *wire) meetsUnable(f practice.Fault) {
	w.t.Helper()
	w.meetsLater(f)
	if w.call != connector.CallUpdate {
		return
	}
	w.begins(f)
	w.waits(time.Minute)
	w.arrived(1)
	w.oldForgotten()
	if n := w.failed(); n < 3 || n > 6 {
		w.errorf("the update was tried %d times before a new card took its place", n)
	}
	w.passes(0)
}

// toldAlready holds that there is nothing to tell anybody beside the case itself.
func (w *wire) toldAlready() {
	w.t.Helper()
	if n := w.kinds(w.ref, "undelivered"); n != 0 {
		w.errorf("%d messages count as undelivered", n)
	}
	if w.call != connector.CallUpdate {
		w.runs()
	}
}

// runs remembers until when an answer is due.
func (w *wire) runs() {
	if w.open == nil {
		w.open = map[string]time.Time{}
	}
	c := w.load(w.ref).Challenge
	w.open[w.ref] = c.Due()
}

func (w *wire) meetsUnreachable(f practice.Fault, as fate) {
	w.t.Helper()
	before := w.metric(`challengebot_delivery_attempts_total{result="faulty"}`)
	w.begins(f)
	w.tried(f.Status, 1, false)
	w.givenUp(1)
	after := w.metric(`challengebot_delivery_attempts_total{result="faulty"}`)
	if (after != before) != (as == faulty) {
		w.errorf("the metric of our own faults went from %s to %s", before, after)
	}
	w.logged(as == faulty, f)
}

// givenUp holds that it was tried so often and no more, that everybody who must know does,
// at once, and that the clock has not stopped.
func (w *wire) givenUp(calls int) {
	w.t.Helper()
	chair, oversight := posts(w.maya.TakeNew()), posts(w.owen.TakeNew())
	w.passes(10 * time.Minute)
	w.arrived(0)
	if n := w.failed(); n != calls {
		w.errorf("the call was made %d times, not %d", n, calls)
	}
	if n := w.count(`SELECT FROM delivery WHERE state = 'waiting'`); n != 0 {
		w.errorf("%d deliveries still wait", n)
	}
	if w.call == connector.CallUpdate {
		if n := w.kinds(w.ref, "undelivered"); n != 0 {
			w.errorf("a card that could not be brought up to date counts as undelivered")
		}
		return
	}
	if n := w.kinds(w.ref, "undelivered"); n != 1 {
		w.errorf("%d messages count as undelivered, not one", n)
	}
	to := "Tom Reid"
	if w.call == connector.CallStartThread {
		to = "the team's channel"
	} else if !oneHolding(chair, w.ref, "did not take the message to "+to) {
		w.errorf("the chair was not told:\n%v", chair)
	}
	if !oneHolding(oversight, w.ref, "did not take the message to") {
		w.errorf("the oversight role was not told:\n%v", oversight)
	}
	if len(oversight) != 1 {
		w.errorf("the oversight role was told %d times", len(oversight))
	}
	w.runs()
}

func oneHolding(ms []*practice.Message, texts ...string) bool {
	return slices.ContainsFunc(ms, func(m *practice.Message) bool {
		said := m.String()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(said, text) })
	})
}

// logged holds that the operator reads of the answer, as an error or as a warning,
// with what to do and without anybody's name.
func (w *wire) logged(asError bool, f practice.Fault) {
	w.t.Helper()
	lines := w.log.holding(fmt.Sprintf(`"status":%d,"code":%q`, f.Status, f.Code))
	if len(lines) == 0 {
		w.errorf("the log says nothing")
	}
	for _, line := range lines {
		if strings.Contains(line, `"level":"ERROR"`) != asError || !strings.Contains(line, `"ms_cv":"practice.0"`) ||
			strings.Contains(line, `"remedy":""`) || containsAny(line, []string{"Tom", "Reid", "North", "No visit"}) {
			w.errorf("the log says %s", line)
		}
	}
}

func (w *wire) meetsDoubted(f practice.Fault) {
	w.t.Helper()
	w.meetsLater(f)
	// It stays: five times asked, it is believed.
	w.begins(f)
	w.arrived(0)
	w.waits(time.Minute)
	w.tried(f.Status, 5, false)
	w.givenUp(5)
}

func (w *wire) meetsMended(f practice.Fault) {
	w.t.Helper()
	before := w.metric(`challengebot_delivery_attempts_total{result="unmended"}`)
	w.begins(f)
	w.arrived(0)
	w.waits(3 * time.Minute)
	w.arrived(0)
	if after := w.metric(`challengebot_delivery_attempts_total{result="unmended"}`); after == before {
		w.errorf("no metric shows it")
	}
	if w.metric("challengebot_deliveries_waiting") == "0" {
		w.errorf("no metric shows what waits")
	}
	w.logged(true, f)
	if n := len(w.log.holding(fmt.Sprintf(`"status":%d,"code":%q`, f.Status, f.Code))); n != 1 {
		w.errorf("the log says it %d times in three minutes", n)
	}
	w.passes(6 * time.Minute)
	w.arrived(1)
	w.toldAlready()
}

// lapseOnTime holds that what happened to a card never moved the time of a case.
func (w *wire) lapseOnTime() {
	w.t.Helper()
	w.at("Tue 31 Mar 2026 17:00")
	for ref, due := range w.open {
		trail := w.load(ref).History
		if slices.ContainsFunc(trail, func(e challenge.Event) bool { return e.Body.Kind() == challenge.KindResponded }) {
			continue
		}
		i := slices.IndexFunc(trail, func(e challenge.Event) bool { return e.Body.Kind() == challenge.KindLapsed })
		if i < 0 || !trail[i].At.Equal(due) {
			w.t.Errorf("%s did not lapse at %s", ref, due)
		}
	}
	w.drain()
}
