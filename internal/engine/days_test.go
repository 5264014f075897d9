package engine

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The files of testdata/days are days of an office at which Teams, the store and people do what is
// drawn: what the engine asked Teams for, what it logged, and what stands in the outbox after each
// step. The promises are in the other tests; these show what a change of the engine changes. Read
// the difference after
//
//	go test ./internal/engine -run TestDaysGoAsBefore -update
func TestDaysGoAsBefore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
			t.Parallel()
			d := &officeDay{office: newOffice(t), draw: rand.New(rand.NewPCG(seed+1, 7)), failing: map[string]*teamsfailure.Failure{}}
			d.teams.answer = d.answerOf
			d.engine.hand.most, d.engine.hand.mostHung = 1, 1 // one after the other, so that each run is the same
			d.engine.Jitter = func(longest time.Duration) time.Duration { return longest / 2 }
			for range 45 {
				d.step()
			}
			d.writeEnd()
			path := filepath.Join("testdata", "days", fmt.Sprintf("%02d.txt", seed+1))
			if *update {
				if err := os.WriteFile(path, []byte(d.text.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			is, was := strings.Split(d.text.String(), "\n"), strings.Split(string(want), "\n")
			for i := range max(len(is), len(was)) {
				if i >= len(is) || i >= len(was) || is[i] != was[i] {
					t.Fatalf("%s, line %d: is\n%s\nand was\n%s", path, i+1, strings.Join(is[min(i, len(is)):min(i+2, len(is))], "\n"),
						strings.Join(was[min(i, len(was)):min(i+2, len(was))], "\n"))
				}
			}
		})
	}
}

// officeDay writes down what happens in an office.
type officeDay struct {
	*office
	draw *rand.Rand
	text strings.Builder
	// failing are the calls, by name and by whom they are for, that Teams answers with a failure.
	failing map[string]*teamsfailure.Failure
	raised  []challenge.Snapshot
	logged  int // lines of the log that are written down already
}

func (d *officeDay) answerOf(c call) error {
	for _, key := range []string{c.Name + " " + strings.TrimPrefix(c.To, "chat:"), c.Name + " *", "* " + strings.TrimPrefix(c.To, "chat:"), "* *"} {
		if f := d.failing[key]; f != nil {
			copied := *f
			copied.Call = c.Name
			return &copied
		}
	}
	return nil
}

// lastRaise is before the day by which each challenge here asks for something.
var lastRaise = storagetest.Monday.AddDate(0, 0, 14)

// failures are what Teams, or what stands before it, may answer.
var failures = []teamsfailure.Failure{
	{Kind: teamsfailure.Retryable, Status: 503}, {Kind: teamsfailure.Retryable, Status: 429, RetryAfter: 90 * time.Second},
	{Kind: teamsfailure.Retryable, Status: 429, RetryAfter: 5 * time.Hour}, {Kind: teamsfailure.Ambiguous, Status: 500}, {Kind: teamsfailure.Ambiguous, Code: "no answer"},
	{Kind: teamsfailure.ConversationGone, Status: 404, Code: "ConversationNotFound"}, {Kind: teamsfailure.MessageGone, Status: 404, Code: "ActivityNotFoundInConversation"},
	{Kind: teamsfailure.Rejected, Status: 403, Code: "MessageWritesBlocked"}, {Kind: teamsfailure.UnclearRejection, Status: 407},
	{Kind: teamsfailure.OurBug, Status: 400, Code: "BadSyntax"}, {Kind: teamsfailure.PermanentServerError, Status: 500, Code: "ServiceError", MSCV: "a.1"},
	{Kind: teamsfailure.Misconfigured, Status: 401, Code: "BotNotRegistered"},
}

func pick[T any](d *officeDay, all []T) T { return all[d.draw.IntN(len(all))] }

func (d *officeDay) write(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// step does one thing, lets time pass, and lets the engine work.
func (d *officeDay) step() {
	d.write("\n%s", d.Now.In(d.Calendar.Location()).Format("Mon 2 Jan 2006 15:04:05"))
	people := []string{chairID, managerID, serviceID, ownID, oversightID}
	switch d.draw.IntN(12) {
	case 0, 1:
		if len(d.raised) < 6 && d.Now.Before(lastRaise) {
			d.raised = append(d.raised, d.Raise())
			d.write("a challenge is raised")
		}
	case 2, 3, 4:
		d.act()
	case 5, 6, 7:
		key := pick(d, []string{"*", "send", "update", "create", "thread"}) + " " + pick(d, append(people, "*"))
		f := pick(d, failures)
		d.failing[key] = &f
		d.write("Teams: %s fails as %s %d %s", nameIDs(key), f.Kind, f.Status, f.Code)
	case 8, 9:
		clear(d.failing)
		d.write("Teams is well")
	case 10:
		operation, err := pick(d, []string{"ClaimMessages", "MarkDelivered", "MarkRejected", "ScheduleRetry", "Apply", "Tick", "EachPending", "EachOpen", "Load", "ListUntaken"}),
			pick(d, []error{storage.ErrUnavailable, errors.New("a row cannot be read")})
		d.failStore(operation, err)
		d.write("the store: %s fails with %v", operation, err)
		defer d.failStore(operation, nil)
	case 11:
		d.write("the bot is installed again for %s", nameIDs(d.installAgain(pick(d, people))))
	}
	d.Now = d.Now.Add(pick(d, []time.Duration{time.Second, time.Minute, time.Minute, 11 * time.Minute, 11 * time.Minute, time.Hour, 7 * time.Hour, 24 * time.Hour}))
	d.work()
}

// act has somebody do what a challenge waits for.
func (d *officeDay) act() {
	if len(d.raised) == 0 {
		return
	}
	c := d.Load(pick(d, d.raised).Challenge.ID)
	var cmd challenge.Command = challenge.Withdraw{Reason: "It is settled."}
	by := challenge.Person{ID: c.Challenge.Chair.ID, Name: "Somebody"}
	if waiting := c.Challenge.WaitingFor(); len(waiting) > 0 && d.draw.IntN(6) > 0 {
		by.ID = waiting[0]
	}
	switch n := len(c.Challenge.Openings); c.Challenge.State {
	case challenge.StateAwaitingResponse:
		cmd = storagetest.NewResponse("We shall visit.")
		if r, ok := cmd.(challenge.Respond); ok {
			r.Opening = n
			cmd = r
		}
	case challenge.StateAwaitingJudgement:
		cmd = challenge.Judge{Opening: n, Verdict: pick(d, []challenge.Verdict{challenge.Satisfied, challenge.NotSatisfied, challenge.Partly}), Reason: "As discussed."}
	case challenge.StateHeldAtGate:
		st := c.Challenge.Hold.Gates[0]
		cmd = challenge.RecordGate{Rung: st.Rung, Gate: st.Gate, Status: challenge.GatePassed, Note: "Spoke to them."}
	}
	_, err := d.Store.Apply(d.T.Context(), d.NewKey(), storage.LookupKey{ID: c.Challenge.ID}, d.Decide(cmd, by.ID))
	d.write("%s: %s, %v", nameIDs(by.ID), strings.TrimPrefix(fmt.Sprintf("%T", cmd), "challenge."), err)
}

// installAgain lets the bot know that somebody can be written to.
func (d *officeDay) installAgain(person string) string {
	d.Must(d.Store.MarkReachable(d.T.Context(), person, d.Now))
	d.Must(d.Store.SaveConversation(d.T.Context(), outbox.ConversationReference{OrderingKey: "person:" + person, ID: chatOf(person), ServiceURL: serviceURL, SeenAt: d.Now}))
	return person
}

// work lets the engine do what is due, and writes down what it did.
func (d *officeDay) work() {
	d.teams.forgetCalls()
	if err := d.engine.RunUntilIdle(d.T.Context()); err != nil {
		d.write("RunUntilIdle: %v", err)
	}
	if d.draw.IntN(4) == 0 {
		if err := d.engine.ProbeReachability(d.T.Context()); err != nil {
			d.write("ProbeReachability: %v", err)
		}
	}
	if d.draw.IntN(3) == 0 {
		if err := d.engine.CheckOverdue(d.T.Context()); err != nil {
			d.write("CheckOverdue: %v", err)
		}
	}
	var lines []string
	for _, c := range d.teams.calls("") {
		lines = append(lines, fmt.Sprintf("  asks Teams: %s %s%s: %s", c.Name, nameIDs(c.To), c.Recipient, withoutReferences(c.Message.Summary)))
	}
	slices.Sort(lines)
	for _, line := range lines {
		d.write("%s", line)
	}
	d.writeLog()
}

var (
	logTime   = regexp.MustCompile(`"time":"[^"]*",?`)
	varyingID = regexp.MustCompile(`"(challenge|challenge_id|delivery|took|stack|id)":("[^"]*"|\d+)`)
	reference = regexp.MustCompile(`CH-[A-Z0-9]+`)
	uuidText  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

func withoutReferences(text string) string { return reference.ReplaceAllString(text, "CH-…") }

// nameIDs is a text with people's parts in the place of their ids.
func nameIDs(text string) string {
	return strings.NewReplacer(chairID, "the chair", managerID, "the manager", serviceID, "the service manager", ownID, "the chair's own manager",
		oversightID, "the overseer", workerID, "the worker").Replace(text)
}

func (d *officeDay) writeLog() {
	all := d.log.lines("")
	var lines []string
	for _, line := range all[d.logged:] {
		line = varyingID.ReplaceAllString(logTime.ReplaceAllString(strings.TrimSpace(line), ""), `"$1":…`)
		lines = append(lines, "  log: "+uuidText.ReplaceAllString(withoutReferences(nameIDs(line)), "…"))
	}
	d.logged = len(all)
	slices.Sort(lines)
	for _, line := range lines {
		d.write("%s", line)
	}
}

// writeEnd writes the outbox, the attempts and the metrics.
func (d *officeDay) writeEnd() {
	d.write("\nat the end")
	contents := d.memory.Contents()
	var lines []string
	for _, m := range contents.Messages {
		lines = append(lines, fmt.Sprintf("  %s %s to %s: %s, %d attempts, %d copies", m.Kind, m.Card, nameIDs(m.To.Person)+m.To.Team, m.State, m.Attempts, m.Copies))
	}
	slices.Sort(lines)
	for _, line := range lines {
		d.write("%s", line)
	}
	for _, c := range d.raised {
		now := d.Load(c.Challenge.ID).Challenge
		d.write("  %s on %s after %d events, untaken %d", now.State, now.Rung, now.Seq, len(now.Untaken))
	}
	families, err := d.registry.Gather()
	d.Must(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			if h := m.GetHistogram(); h == nil {
				d.write("  %s{%s} %v: %s", f.GetName(), strings.Join(labels, ","), m.GetCounter().GetValue()+m.GetGauge().GetValue(), f.GetHelp())
			}
		}
	}
}
