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
	"challengebot/internal/outbox"
	"challengebot/internal/practice"
)

// callOutcome is what becomes of a case when Teams answers a call of its delivery so.
type callOutcome string

const (
	// outcomeLater: nothing arrived; it goes out once, when Teams will have it.
	outcomeLater callOutcome = "goes out later, once"
	// outcomePerhapsTwice: it may have arrived; it is sent again, and the copy is harmless.
	outcomePerhapsTwice callOutcome = "goes out again, twice at the most, and counts once"
	outcomeReopened     callOutcome = "the conversation is opened anew and the card is there"
	outcomeNewCard      callOutcome = "a new card takes the place of the one that cannot be changed"
	// outcomeServerError: as later; an update that stays so gets a new card.
	outcomeServerError callOutcome = "is tried again; an update gets a new card in the end"
	// outcomeUnreachable: given up at once; chair and oversight know; it is tried again later.
	outcomeUnreachable callOutcome = "is given up for half an hour, and those who must know are told"
	// outcomeUnclear: it is not one of Teams' own words, and is tried for hours.
	outcomeUnclear       callOutcome = "goes out when it passes, and nobody is called unreachable for it"
	outcomeOurBug        callOutcome = "is given up for half an hour as a fault of ours, and everybody is told, the operator first"
	outcomeMisconfigured callOutcome = "waits until the operator has mended the set-up"
)

// teamsAnswers is each documented answer of Teams, and beside them those that our own
// table distinguishes: status, code, and the fate of what creates a chat, begins a
// thread, sends and updates. A fault of ours or a refusal of an update leaves the
// card as it was. A refusal that Teams does not document is not believed.
var teamsAnswers = []struct {
	status                       int
	code                         string
	create, thread, send, update callOutcome
}{
	{400, "Bad Argument", outcomeOurBug, outcomeOurBug, outcomeOurBug, outcomeOurBug},
	{400, "BadSyntax", outcomeOurBug, outcomeOurBug, outcomeOurBug, outcomeOurBug},
	{400, "INVALID_TARGETED_MESSAGE_ID", outcomeOurBug, outcomeOurBug, outcomeOurBug, outcomeOurBug},
	{401, "BotNotRegistered", outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured},
	{401, connector.CodeHTMLPage, outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{403, "BotDisabledByAdmin", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "ConversationBlockedByUser", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "NotEnoughPermissions", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "BotNotInConversationRoster", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "ForbiddenOperationException", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "MessageWritesBlocked", outcomeUnreachable, outcomeUnreachable, outcomeUnreachable, outcomeUnreachable},
	{403, "InvalidBotApiHost", outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured},
	{403, "ServiceError", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeNewCard},
	{403, connector.CodeUnreadableID, outcomeUnclear, outcomeUnclear, outcomeReopened, outcomeNewCard},
	{404, "ConversationNotFound", outcomeUnreachable, outcomeUnreachable, outcomeReopened, outcomeNewCard},
	{404, "ActivityNotFoundInConversation", outcomeUnclear, outcomeUnclear, outcomeReopened, outcomeNewCard},
	{404, "TARGETED_MESSAGE_EXPIRED_OR_DELETED", outcomeUnclear, outcomeUnclear, outcomeReopened, outcomeNewCard},
	{408, "", outcomeLater, outcomePerhapsTwice, outcomePerhapsTwice, outcomeLater},
	{412, "PreconditionFailed", outcomeLater, outcomeLater, outcomeLater, outcomeLater},
	{413, "MessageSizeTooBig", outcomeOurBug, outcomeOurBug, outcomeOurBug, outcomeOurBug},
	{429, "Throttled", outcomeLater, outcomeLater, outcomeLater, outcomeLater},
	{307, "", outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured, outcomeMisconfigured},
	{500, "ServiceError", outcomeServerError, outcomePerhapsTwice, outcomePerhapsTwice, outcomeServerError},
	{502, "", outcomeLater, outcomePerhapsTwice, outcomePerhapsTwice, outcomeLater},
	{503, "", outcomeLater, outcomePerhapsTwice, outcomePerhapsTwice, outcomeLater},
	{503, connector.CodeHTMLPage, outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{504, "", outcomeLater, outcomePerhapsTwice, outcomePerhapsTwice, outcomeLater},
	{511, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{400, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{403, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{403, connector.CodeHTMLPage, outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{404, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{404, connector.CodeHTMLPage, outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{405, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{407, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{409, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{410, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{413, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{417, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{421, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{423, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{424, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{425, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{431, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
	{451, "", outcomeUnclear, outcomeUnclear, outcomeUnclear, outcomeUnclear},
}

// faultWith is the fault by which the practice Teams, or what stands before it, gives an
// answer that the connector reads so.
func faultWith(status int, code string) practice.Fault {
	switch code {
	case connector.CodeHTMLPage:
		return practice.Fault{Status: status, Body: "<!DOCTYPE html><html><body>This site is blocked.</body></html>"}
	case connector.CodeUnreadableID:
		return practice.Fault{Status: status, Code: "BadArgument", Message: "Failed to decrypt conversation id"}
	}
	return practice.Fault{Status: status, Code: code}
}

// engineCalls are the calls by which a case reaches people. The others of the
// connector's table post in a channel for one person, or withdraw: no delivery does.
var engineCalls = []string{connector.CallCreatePersonalChat, connector.CallStartThread, connector.CallSend, connector.CallUpdate}

func TestEveryAnswerThatTheConnectorKnowsHasAStory(t *testing.T) {
	t.Parallel()
	table := connector.ClassificationRules()
	told := map[int]map[string]bool{}
	for _, a := range teamsAnswers {
		for _, call := range engineCalls {
			row := slices.IndexFunc(table, func(r connector.ClassificationRule) bool { return r.Matches(a.status, a.code, call) })
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
			if r.Call != "" && r.Call != call || told[i][call] || isShadowed(table[:i], r, call) {
				continue
			}
			t.Errorf("what becomes of a case is not shown for: %s %s to %s", r.Status, r.Code, call)
		}
		if !slices.Contains(append(engineCalls, "", connector.CallSendTargeted), r.Call) {
			t.Errorf("the table has a row for %s, of which no story is told", r.Call)
		}
	}
}

// isShadowed reports whether earlier rows speak for every such answer to the call.
func isShadowed(earlier []connector.ClassificationRule, r connector.ClassificationRule, call string) bool {
	status, err := strconv.Atoi(r.Status)
	return err == nil && slices.ContainsFunc(earlier, func(e connector.ClassificationRule) bool { return e.Matches(status, r.Code, call) })
}

func TestWhateverTeamsAnswersNoCaseIsLost(t *testing.T) {
	t.Parallel()
	for _, call := range engineCalls {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := &callStory{stage: open(t, "ne-lincolnshire"), call: call}
			w.log.allow("because of a fault of this program")
			w.log.allow("does not accept this bot's set-up")
			w.maya.types("/help")
			w.discardNews()
			for _, a := range teamsAnswers {
				f := map[string]callOutcome{connector.CallCreatePersonalChat: a.create, connector.CallStartThread: a.thread,
					connector.CallSend: a.send, connector.CallUpdate: a.update}[call]
				w.label = fmt.Sprintf("%d %s to %s", a.status, a.code, call)
				w.expectOutcome(a.status, a.code, f)
				if t.Failed() {
					t.Fatalf("%s: %s", w.label, f)
				}
			}
			w.expectLapsesOnTime()
			w.expectEveryTryRecorded()
			w.expectNothingLost()
		})
	}
}

// callStory is one kind of call to Teams and a world in which it goes wrong, in one way
// after another, each with a challenge of its own.
type callStory struct {
	*stage
	call  string
	label string // what is told now, for messages
	ref   string
	since int // calls before this one
	open  map[string]time.Time
}

func (w *callStory) errorf(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("%s: %s", w.label, fmt.Sprintf(format, args...))
}

// isOurCall reports whether it is the call of this story: to Tom, or to the channel.
func (w *callStory) isOurCall(c practice.Call) bool {
	switch w.call {
	case connector.CallCreatePersonalChat:
		return c.Op == practice.OpCreate && c.Person == "Tom Reid"
	case connector.CallStartThread:
		return c.Op == practice.OpCreate && c.Channel != ""
	case connector.CallSend:
		return c.Op == practice.OpSend && c.Person == "Tom Reid"
	}
	return c.Op == practice.OpUpdate && c.Person == "Tom Reid"
}

// beginWithFault makes the call be made, with a fault in force.
func (w *callStory) beginWithFault(f practice.Fault) {
	w.t.Helper()
	f.Match = w.isOurCall
	w.discardNews()
	if w.call == connector.CallCreatePersonalChat {
		if err := w.App.Store.ForgetConversation(w.t.Context(), outbox.OrderingKey(challenge.Address{Person: w.tom.ID})); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.call != connector.CallUpdate {
		w.since = len(w.Teams.Calls())
		w.Teams.InjectFault(f)
		w.ref = w.raiseInStore(1)[0]
		w.settle()
	} else {
		w.ref = w.raiseInStore(1)[0]
		w.settle()
		card := w.priya.gets(w.ref, "Please answer by")
		w.discardNews()
		w.since = len(w.Teams.Calls())
		w.Teams.InjectFault(f)
		w.priya.clicks(card, "Send the answer", answerInputs("2026-04-17", nil))
	}
	if n := w.countFailed(); n == 0 {
		w.errorf("the call was not made")
	}
}

// countFailed counts the calls that were answered with the fault.
func (w *callStory) countFailed() int {
	n := 0
	for _, c := range w.Teams.Calls()[w.since:] {
		if c.FaultInjected {
			n++
		}
	}
	return n
}

// endFaultAndWait ends the fault and lets some time go by.
func (w *callStory) endFaultAndWait(d time.Duration) {
	w.t.Helper()
	w.Teams.ClearFaults()
	w.waitFor(d)
}

func (w *callStory) waitFor(d time.Duration) {
	w.t.Helper()
	if err := w.MoveClockTo(w.t.Context(), w.Clock.Now().Add(d)); err != nil {
		w.t.Fatalf("%s: %v", w.label, err)
	}
}

// arrivedCopies are the messages of the case where this call was to put one; of an update
// those that show it.
func (w *callStory) arrivedCopies() []*practice.Message {
	all := w.tom.CardMessages()
	if w.call == connector.CallStartThread {
		all = w.north.Messages()
	}
	return slices.DeleteFunc(all, func(m *practice.Message) bool {
		said := m.String()
		return !strings.Contains(said, w.ref) || w.call == connector.CallUpdate && !strings.Contains(said, "no other answer is needed")
	})
}

func (w *callStory) expectCopies(want int) {
	w.t.Helper()
	if n := len(w.arrivedCopies()); n != want {
		w.errorf("there are %d copies of what was to be shown, not %d", n, want)
	}
}

// expectAttempts holds that the delivery's failures are recorded as they were.
func (w *callStory) expectAttempts(status, times int, ambiguous bool) {
	w.t.Helper()
	n := w.count(`SELECT FROM attempt a JOIN delivery d ON d.id = a.delivery_id JOIN challenge c ON c.id = d.challenge_id
		WHERE c.ref = $1 AND a.status = $2 AND a.ambiguous = $3`, w.ref, status, ambiguous)
	if n != times {
		w.errorf("%d attempts are recorded with that status and ambiguous=%v, not %d", n, ambiguous, times)
	}
}

func (w *callStory) expectOutcome(status int, code string, f callOutcome) {
	w.t.Helper()
	fault := faultWith(status, code)
	switch f {
	case outcomeLater:
		w.expectLater(fault)
	case outcomePerhapsTwice:
		w.expectPerhapsTwice(fault)
	case outcomeReopened, outcomeNewCard:
		w.expectReopened(fault)
	case outcomeServerError:
		w.expectServerError(fault)
	case outcomeUnreachable, outcomeOurBug:
		w.expectUnreachable(fault, f)
	case outcomeUnclear:
		w.expectUnclear(fault)
	case outcomeMisconfigured:
		w.expectMisconfigured(fault)
	default:
		w.t.Fatalf("%s: %q is no fate", w.label, f)
	}
}

func (w *callStory) expectLater(f practice.Fault) {
	w.t.Helper()
	if f.Status == http.StatusTooManyRequests {
		f.RetryAfter = 30 * time.Second
	}
	w.beginWithFault(f)
	w.expectCopies(0)
	w.expectAttempts(f.Status, 1, false)
	if f.RetryAfter > 0 {
		w.endFaultAndWait(f.RetryAfter - time.Second)
		w.expectCopies(0)
	}
	w.endFaultAndWait(2 * time.Second)
	w.expectCopies(1)
	w.expectNothingUndelivered()
}

func (w *callStory) expectPerhapsTwice(f practice.Fault) {
	w.t.Helper()
	w.beginWithFault(f)
	w.expectCopies(0)
	w.expectAttempts(f.Status, 1, true)
	w.endFaultAndWait(time.Minute - time.Second)
	w.expectCopies(0)
	w.waitFor(10 * time.Second)
	w.expectCopies(1)
	w.expectNothingUndelivered()

	f.AfterApplying, f.Times = true, 1
	w.beginWithFault(f)
	w.expectCopies(1)
	w.expectAttempts(f.Status, 1, true)
	w.endFaultAndWait(time.Minute + 10*time.Second)
	w.expectCopies(2)
	w.endFaultAndWait(10 * time.Minute)
	w.expectCopies(2)
	w.expectNothingUndelivered()
	if w.call == connector.CallSend {
		both := w.arrivedCopies()
		second := w.tom.buttonActivity(both[1], "Send the answer", answerInputs("2026-04-17", nil))
		w.post(w.tom.buttonActivity(both[0], "Send the answer", answerInputs("2026-04-17", nil))).expectText(w.t, "You answered on")
		w.post(second).expectText(w.t, "You have answered this already")
		w.settle()
		if n := w.countEvents(w.ref, "responded"); n != 1 {
			w.errorf("the answer counted %d times", n)
		}
		return
	}
	// The thread that the bot knows of is the one that later notices go to.
	known := queryRows[string](w.stage, `SELECT conversation_id FROM conversation WHERE lane LIKE 'thread:' || $1 || '%'`, w.challengeID(w.ref))
	if len(known) != 1 || !strings.HasSuffix(known[0], "messageid="+w.arrivedCopies()[1].ID) {
		w.errorf("the bot goes on in %v", known)
	}
}

func (w *callStory) expectReopened(f practice.Fault) {
	w.t.Helper()
	f.Times = 1
	w.beginWithFault(f)
	w.expectCopies(1)
	w.expectNothingUndelivered()
	if w.call == connector.CallSend {
		if !slices.ContainsFunc(w.Teams.Calls()[w.since:], func(c practice.Call) bool {
			return c.Op == practice.OpCreate && c.Person == "Tom Reid" && c.Status == http.StatusCreated
		}) {
			w.errorf("the conversation was not opened anew")
		}
		return
	}
	w.expectNewCardKept()

	// Should even the new one not be taken, that is an attempt like any other.
	w.beginWithFault(f)
	w.endFaultAndWait(2 * time.Second)
	w.expectCopies(1)
}

// expectNewCardKept holds that the new card is the one that is kept true from now on.
func (w *callStory) expectNewCardKept() {
	w.t.Helper()
	kept := queryRows[string](w.stage, `SELECT activity_id FROM posted_card p JOIN challenge c ON c.id = p.challenge_id
		WHERE c.ref = $1 AND p.to_person = $2`, w.ref, w.tom.ID)
	if now := w.arrivedCopies(); len(kept) != 1 || len(now) != 1 || kept[0] != now[0].ID {
		w.errorf("the bot keeps %v true", kept)
	}
}

func (w *callStory) expectServerError(f practice.Fault) {
	w.t.Helper()
	w.expectLater(f)
	if w.call != connector.CallUpdate {
		return
	}
	w.beginWithFault(f)
	w.waitFor(time.Minute)
	w.expectCopies(1)
	w.expectNewCardKept()
	if n := w.countFailed(); n < 3 || n > 6 {
		w.errorf("the update was tried %d times before a new card took its place", n)
	}
	w.endFaultAndWait(0)
}

// expectNothingUndelivered holds that there is nothing to tell anybody beside the case itself.
func (w *callStory) expectNothingUndelivered() {
	w.t.Helper()
	if n := w.countEvents(w.ref, "undelivered"); n != 0 {
		w.errorf("%d messages count as undelivered", n)
	}
	if w.call != connector.CallUpdate {
		w.rememberDue()
	}
}

// rememberDue remembers until when an answer is due.
func (w *callStory) rememberDue() {
	if w.open == nil {
		w.open = map[string]time.Time{}
	}
	c := w.load(w.ref).Challenge
	w.open[w.ref] = c.Due()
}

func (w *callStory) expectUnreachable(f practice.Fault, as callOutcome) {
	w.t.Helper()
	before := w.metricValue(`challengebot_delivery_attempts_total{result="our_bug"}`)
	w.beginWithFault(f)
	w.expectAttempts(f.Status, 1, false)
	w.expectGivenUp(1)
	after := w.metricValue(`challengebot_delivery_attempts_total{result="our_bug"}`)
	if (after != before) != (as == outcomeOurBug) {
		w.errorf("the metric of our own faults went from %s to %s", before, after)
	}
	w.expectLogged(as == outcomeOurBug, f)
}

// expectGivenUp holds that it was tried so often and no more, that everybody who must know does,
// at once, and that the clock has not stopped.
func (w *callStory) expectGivenUp(calls int) {
	w.t.Helper()
	chair, oversight := postedMessages(w.maya.TakeNew()), postedMessages(w.owen.TakeNew())
	w.endFaultAndWait(10 * time.Minute)
	w.expectCopies(0)
	if n := w.countFailed(); n != calls {
		w.errorf("the call was made %d times, not %d", n, calls)
	}
	if n := w.count(`SELECT FROM delivery WHERE state = 'waiting'`); n != 0 {
		w.errorf("%d deliveries still wait", n)
	}
	if w.call == connector.CallUpdate {
		if n := w.countEvents(w.ref, "undelivered"); n != 0 {
			w.errorf("a card that could not be brought up to date counts as undelivered")
		}
		return
	}
	if n := w.countEvents(w.ref, "undelivered"); n != 1 {
		w.errorf("%d messages count as undelivered, not one", n)
	}
	to := "Tom Reid"
	if w.call == connector.CallStartThread {
		to = "the team's channel"
	} else if !anyMessageWith(chair, w.ref, "did not take the message to "+to) {
		w.errorf("the chair was not told:\n%v", chair)
	}
	if !anyMessageWith(oversight, w.ref, "did not take the message to "+to) {
		w.errorf("the oversight role was not told:\n%v", oversight)
	}
	if len(oversight) != 1 {
		w.errorf("the oversight role was told %d times", len(oversight))
	}
	w.rememberDue()
	if w.call == connector.CallStartThread {
		return
	}
	// Half an hour after it was refused it is tried once more, and it is there.
	w.waitFor(21 * time.Minute)
	w.expectCopies(1)
	if c := w.load(w.ref).Challenge; len(c.Untaken) != 0 {
		w.errorf("still not taken: %+v", c.Untaken)
	}
}

func anyMessageWith(ms []*practice.Message, texts ...string) bool {
	return slices.ContainsFunc(ms, func(m *practice.Message) bool {
		said := m.String()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(said, text) })
	})
}

// expectLogged holds that the operator reads of the answer, as an error or as a warning,
// with what to do and without anybody's name.
func (w *callStory) expectLogged(asError bool, f practice.Fault) {
	w.t.Helper()
	lines := w.log.linesWith(fmt.Sprintf(`"status":%d,"code":%q`, f.Status, f.Code))
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

func (w *callStory) expectUnclear(f practice.Fault) {
	w.t.Helper()
	w.expectLater(f)
	if f.Status != http.StatusForbidden {
		return // the rest is the same for all of them
	}
	// It stays for some minutes, and passes.
	w.beginWithFault(f)
	w.waitFor(4 * time.Minute)
	w.expectCopies(0)
	if n := w.count(`SELECT FROM attempt a JOIN delivery d ON d.id = a.delivery_id JOIN challenge c ON c.id = d.challenge_id
		WHERE c.ref = $1 AND a.status = $2`, w.ref, f.Status); n < 7 || n > 9 {
		w.errorf("it was tried %d times in four minutes", n)
	}
	if n := w.count(`SELECT FROM unreachable`); n != 0 {
		w.errorf("%d people count as unreachable", n)
	}
	w.endFaultAndWait(6 * time.Minute)
	w.expectCopies(1)
	w.expectNothingUndelivered()
}

func (w *callStory) expectMisconfigured(f practice.Fault) {
	w.t.Helper()
	before := w.metricValue(`challengebot_delivery_attempts_total{result="misconfigured"}`)
	w.beginWithFault(f)
	w.expectCopies(0)
	w.waitFor(3 * time.Minute)
	w.expectCopies(0)
	if after := w.metricValue(`challengebot_delivery_attempts_total{result="misconfigured"}`); after == before {
		w.errorf("no metric shows it")
	}
	if w.metricValue("challengebot_deliveries_waiting") == "0" {
		w.errorf("no metric shows what waits")
	}
	w.expectLogged(true, f)
	if n := len(w.log.linesWith(fmt.Sprintf(`"status":%d,"code":%q`, f.Status, f.Code))); n != 1 {
		w.errorf("the log says it %d times in three minutes", n)
	}
	w.endFaultAndWait(6 * time.Minute)
	w.expectCopies(1)
	w.expectNothingUndelivered()
}

// expectLapsesOnTime holds that what happened to a card never moved the time of a case.
func (w *callStory) expectLapsesOnTime() {
	w.t.Helper()
	w.moveClock("Wed 1 Apr 2026 17:00") // some were raised in the evening
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
	w.discardNews()
}
