package story

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/practice"
)

// A wrong answer never loses a question: it arrives the same day, or the chair knows within
// half a working hour that it did not. And nobody gets more than three copies.

const blockPage = "<!DOCTYPE html><html><head><title>Blocked</title></head><body>This site is blocked by your organisation.</body></html>"

// wrongAnswers are those of a proxy, of a web filter, of a gateway, of a line that breaks, and
// of Teams itself on a bad day.
var wrongAnswers = map[string]practice.Fault{
	"302":                         {Status: 302, NoBody: true},
	"307":                         {Status: 307, NoBody: true},
	"400":                         {Status: 400, NoBody: true},
	"400 page":                    {Status: 400, Body: blockPage},
	"400 Bad Argument":            {Status: 400, Code: "Bad Argument"},
	"400 another's JSON":          {Status: 400, Body: `{"error":"policy"}`},
	"401":                         {Status: 401, Code: "BotNotRegistered"},
	"401 page":                    {Status: 401, Body: blockPage},
	"402":                         {Status: 402, NoBody: true},
	"403":                         {Status: 403, NoBody: true},
	"403 page":                    {Status: 403, Body: blockPage},
	"403 ServiceError":            {Status: 403, Code: "ServiceError"},
	"403 BotDisabledByAdmin":      {Status: 403, Code: "BotDisabledByAdmin"},
	"403 MessageWritesBlocked":    {Status: 403, Code: "MessageWritesBlocked"},
	"403 unreadable id":           {Status: 403, Code: "BadArgument", Message: "Failed to decrypt pairwise id"},
	"404":                         {Status: 404, NoBody: true},
	"404 page":                    {Status: 404, Body: blockPage},
	"404 ConversationNotFound":    {Status: 404, Code: "ConversationNotFound"},
	"405":                         {Status: 405, NoBody: true},
	"406":                         {Status: 406, NoBody: true},
	"407":                         {Status: 407, Body: blockPage},
	"408":                         {Status: 408, NoBody: true},
	"409":                         {Status: 409, NoBody: true},
	"410":                         {Status: 410, NoBody: true},
	"411":                         {Status: 411, NoBody: true},
	"412":                         {Status: 412, Code: "PreconditionFailed"},
	"413":                         {Status: 413, Body: blockPage},
	"415":                         {Status: 415, NoBody: true},
	"417":                         {Status: 417, NoBody: true},
	"418":                         {Status: 418, NoBody: true},
	"421":                         {Status: 421, NoBody: true},
	"422":                         {Status: 422, NoBody: true},
	"423":                         {Status: 423, NoBody: true},
	"424":                         {Status: 424, NoBody: true},
	"425":                         {Status: 425, NoBody: true},
	"426":                         {Status: 426, NoBody: true},
	"428":                         {Status: 428, NoBody: true},
	"429":                         {Status: 429, Code: "Throttled"},
	"429 for a day":               {Status: 429, Code: "Throttled", RetryAfter: 24 * time.Hour},
	"431":                         {Status: 431, NoBody: true},
	"451":                         {Status: 451, Body: blockPage},
	"500":                         {Status: 500, Code: "ServiceError"},
	"501":                         {Status: 501, NoBody: true},
	"502":                         {Status: 502, NoBody: true},
	"502 page":                    {Status: 502, Body: blockPage},
	"502 after the effect":        {Status: 502, NoBody: true, AfterApplying: true},
	"503":                         {Status: 503, NoBody: true},
	"503 page":                    {Status: 503, Body: blockPage},
	"504 after the effect":        {Status: 504, NoBody: true, AfterApplying: true},
	"511":                         {Status: 511, Body: blockPage},
	"200 without an id":           {Status: 200, Body: "{}", AfterApplying: true},
	"200 page":                    {Status: 200, Body: blockPage},
	"202":                         {Status: 202, NoBody: true, AfterApplying: true},
	"204":                         {Status: 204, NoBody: true, AfterApplying: true},
	"reset":                       {Reset: true},
	"reset after the effect":      {Reset: true, AfterApplying: true},
	"no answer":                   {Hang: true},
	"no answer after the effect":  {Hang: true, AfterApplying: true},
	"an answer that is cut short": {Status: 403, Body: `{"error":{"code":"BotDisabledByAdmin"`},
}

// wrongAnswerNames sorts them into a few worlds, so that each has a day that is long enough.
func wrongAnswerNames(worlds int) [][]string {
	all := make([][]string, worlds)
	for i, name := range slices.Sorted(maps.Keys(wrongAnswers)) {
		all[i%worlds] = append(all[i%worlds], name)
	}
	return all
}

func TestAWrongAnswerOfTeamsLosesNoQuestion(t *testing.T) {
	t.Parallel()
	for i, names := range wrongAnswerNames(6) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := openWith(t, Options{DatabaseURL: testDatabase(t), CallTimeout: 20 * time.Millisecond, Start: parseMoment(t, "2026-03-30T08:00:00Z")}, "ne-lincolnshire")
			for _, expected := range []string{"does not accept this bot's set-up", "because of a fault of this program", "could not be confirmed",
				"Teams has taken nothing for ten minutes", "Teams does not take a message"} {
				s.log.allow(expected)
			}
			for _, name := range names {
				fault := wrongAnswers[name]
				fault.Times, fault.Match = 1, func(c practice.Call) bool { return c.Op == practice.OpSend && c.Person == "Tom Reid" }
				s.expectAskedOrSaid(name+", once", fault, 0)
				fault.Times, fault.Match = 0, func(c practice.Call) bool { return c.Op != practice.OpToken }
				s.expectAskedOrSaid(name+", for two minutes", fault, 2*time.Minute)
				s.log.expectNobodyNamed(t, name)
			}
			s.discardNews()
			s.verifyTrails()
		})
	}
}

// expectAskedOrSaid raises a challenge while Teams, or what stands before it, answers so for a
// while.
func (s *stage) expectAskedOrSaid(name string, fault practice.Fault, during time.Duration) {
	s.t.Helper()
	s.discardNews()
	s.Teams.InjectFault(fault)
	raisedAt := s.Clock.Now()
	ref := s.raiseInStore(1)[0]
	s.goOn(during)
	s.Teams.ClearFaults()
	for since := during; ; {
		asked := s.countMessages(s.tom, ref, "Please answer by")
		said := s.countMessages(s.maya, ref, "did not take the message to Tom Reid")+s.countMessages(s.maya, ref, "confirmed that Teams took the message to Tom Reid") > 0
		if asked > 3 {
			s.t.Errorf("%s: Tom has %d copies", name, asked)
		}
		if asked > 0 || said {
			break
		}
		if since >= 30*time.Minute {
			s.t.Errorf("%s: half an hour after %s Tom was not asked and Maya does not know:\n%v", name, raisedAt, queryRows[string](s,
				`SELECT d.card || ' ' || d.to_person || ' ' || d.state || ' ' || a.n || ' ' || a.at || ' ' || a.status || ' ' || a.code FROM attempt a
				JOIN delivery d ON d.id = a.delivery_id JOIN challenge c ON c.id = d.challenge_id WHERE c.ref = $1 ORDER BY a.at, a.delivery_id`, ref))
			break
		}
		s.goOn(time.Minute)
		since += time.Minute
	}
	// Whatever is said, what can still go out does so before the next.
	s.goOn(20 * time.Minute)
	if copies := s.countMessages(s.tom, ref, "Please answer by"); copies > 3 {
		s.t.Errorf("%s: Tom has %d copies", name, copies)
	}
}

// goOn lets time go by.
func (s *stage) goOn(d time.Duration) {
	s.t.Helper()
	if err := s.MoveClockTo(s.t.Context(), s.Clock.Now().Add(d)); err != nil {
		s.t.Fatal(err)
	}
}

// countMessages counts the messages in somebody's chat that hold all of the texts.
func (s *stage) countMessages(a *actor, texts ...string) (n int) {
	for _, m := range a.CardMessages() {
		if anyMessageWith([]*practice.Message{m}, texts...) {
			n++
		}
	}
	return n
}

// expectNobodyNamed holds that the log tells of no person and no child.
func (l *testLog) expectNobodyNamed(t *testing.T, when string) {
	t.Helper()
	for _, text := range []string{"Tom Reid", "Maya Okafor", "No visit since"} {
		if lines := l.linesWith(text); len(lines) > 0 {
			t.Errorf("%s: the log says %s", when, strings.Join(lines, "\n"))
		}
	}
}
