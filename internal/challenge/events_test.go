package challenge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// everyBody is one body of each kind with every field filled in.
func everyBody() []challenge.Body {
	var (
		at       = challengetest.At("2026-03-30 10:00").UTC()
		day      = challengetest.Date("2026-03-30")
		party    = challenge.Party{Person: challengetest.Person("tess"), Role: "team-manager", CoverFor: "Una Upton"}
		window   = workday.Window{N: 5}
		deadline = workday.Deadline{Terms: workday.Terms{Start: day, Received: at, Window: window, Limit: &workday.Limit{Start: day, Window: workday.Window{N: 10}, Kind: workday.LimitHard}, AtLeast: 1},
			Date: day + 9, Due: at, Bound: workday.BoundWindow, LimitDate: day + 16}
		gate     = challenge.GateState{Rung: "r2", Gate: "own", Needs: ladder.Agreed, Status: challenge.GateClosed, Openers: []challenge.Party{party}, Consulted: []challenge.Party{party}}
		response = challenge.Response{Form: ladder.FormPlan, Text: "Agreed.", Plan: []challenge.PlannedAction{{What: "Visit", Who: "Social worker", DueBy: day}},
			Fields: map[string]string{"outcome": "Agreed."}, OnBehalfOf: "Practitioner"}
		to = challenge.Address{Person: party.ID, Team: "north"}
	)
	return []challenge.Body{
		challenge.Raised{Ref: "CH-7K3QX2", Ladder: "small", LadderVersion: 1, LadderHash: "0123456789abcdef", Calendar: "england-and-wales/2028-12-31/ab12cd34",
			Details: challenge.Details{RecordNumber: "LCS 482913", Conference: challenge.ReviewConference, ConferenceDate: day, Categories: []string{"drift"},
				Concern: "Drift.", Evidence: "Minutes.", Ask: "A plan.", AskBy: day + 14, Team: "north", Agency: "health"}, LimitStart: day, LimitDue: at},
		challenge.RungOpened{Cause: challenge.CauseLapse, Respondents: []challenge.Party{party}, Responders: []string{party.ID}, Judge: party, Alerted: []challenge.Party{party},
			Deadline: deadline, Explanation: "Day 0 Mon 30 Mar.", LimitPassed: true, Reminders: []time.Time{at}, CheckAt: at, LimitStart: day, LimitDue: at},
		challenge.RoleVacant{Cause: challenge.CauseLapse, Roles: []directory.Role{"team-manager"}, Reason: "vacant"},
		challenge.Redated{Deadline: deadline, Explanation: "Day 0 Mon 30 Mar.", Reminders: []time.Time{at}, Reason: "received_late", LimitPassed: true},
		challenge.Delivered{MessageID: 7, Card: challenge.CardRespond, To: to, ConversationID: "a:1", ActivityID: "1", Asks: true},
		challenge.Undelivered{MessageID: 7, Card: challenge.CardRespond, To: to, Code: "BotBlocked"},
		challenge.Reminded{Due: at, To: []string{party.ID}},
		challenge.Responded{Response: response, AfterDue: true, NudgeAt: at},
		challenge.LateResponse{Opening: 1, Reason: "lapsed", Response: response},
		challenge.Judged{Verdict: challenge.NotSatisfied, Reason: "No date."},
		challenge.Lapsed{Due: at},
		challenge.Held{Cause: challenge.CauseLapse, Gates: []challenge.GateState{gate}, OpensAt: at, NudgeAt: at, CountsFrom: at},
		challenge.GateRecorded{Rung: "r2", Gate: "own", Needs: ladder.Agreed, Status: challenge.GatePassed, Note: "We spoke.", On: day,
			Fields: map[string]string{"statement": "It is."}, Ahead: true, Automatic: true},
		challenge.Nudged{State: challenge.StateHeldAtGate, NudgeAt: at},
		challenge.SkippedTo{To: "r2", Ground: "urgent", Evidence: "A new injury."},
		challenge.Resolved{},
		challenge.Exhausted{Cause: challenge.CauseLapse, NudgeAt: at},
		challenge.Withdrawn{Reason: "Raised twice."},
		challenge.HandedOff{To: "elsewhere", Reason: "It belongs there."},
		challenge.Referred{Referral: challenge.Referral{To: "CAFCASS", Informed: map[directory.Role]string{"nominated-officer": "Nora Nash"},
			Consulted: map[directory.Role]string{"own-service-manager": "Olive Own"}, Contact: "By telephone.", On: day, Note: "Urgent."}},
		challenge.HandedOver{CoverHandover: challenge.CoverHandover{From: party, To: challenge.Party{Person: party.Person, Role: party.Role, CoverFor: party.CoverFor,
			CoverForID: challengetest.Person("una").ID}, Alongside: true, Task: challenge.TaskGate, Gate: "own", Reason: challenge.ReasonLeft}},
		challenge.AskedOutside{Method: challenge.ContactByTelephone, On: day, Note: "The duty desk."},
		challenge.MessageChanged{Seq: 3, Change: challenge.MessageEdited},
		challenge.EndRequested{Reason: "It belongs there.", HandOffTo: "elsewhere"},
		challenge.ChairSucceeded{From: party.Person, To: challengetest.Person("una")},
		challenge.CouldNotBeAsked{Waiting: []string{party.ID}, Due: at, DuePassed: true, CheckAt: at},
		challenge.Unattended{Gaps: []challenge.Gap{{Task: challenge.TaskGate, Gate: "own", Role: "own-service-manager", Name: "Olive Own", Reason: challenge.GapAway}},
			NudgeAt: at},
		challenge.Moved{From: "north", To: "south"},
		challenge.Corrected{Record: "LCS 204817", WasRecord: "LCS 482913", Categories: []string{"placement"}, WasCategories: []string{"drift"}, Reason: "The brother's number."},
		challenge.Interrupted{Outage: challenge.Outage{From: at, To: at}, Deadline: deadline, Explanation: "The next working day.", Reminders: []time.Time{at}, OpensAt: at,
			ForRelease: true, CheckAt: at},
		challenge.Released{Deadline: deadline, Explanation: "The next working day.", Reminders: []time.Time{at}},
		challenge.Recounted{Deadline: deadline, Explanation: "Day 0 Mon 30 Mar.", Reminders: []time.Time{at}, LimitPassed: true,
			ShorterWindow: &challenge.ShorterWindow{Days: 2, Reason: "An unborn child.", OriginalDue: at}, OpensAt: at, Was: at, LimitDue: at,
			Calendar: "england-and-wales/2028-12-31/ab12cd34"},
		challenge.UrgencyLifted{Reason: "She is safe."},
		challenge.Escalated{Reason: "We do not agree."},
		challenge.Acknowledged{},
		challenge.NotAcknowledged{Due: at},
		challenge.QuestionAsked{Text: "Which visit?"},
		challenge.QuestionAnswered{To: party.Person, Text: "The first."},
		challenge.Restored{Missing: challenge.Outage{From: at, To: at}, Waited: []string{"p"}},
		challenge.LapseYielded{Opening: 1, Due: at, ArrivedAt: at},
		challenge.NotePasted{NoteKey: challenge.NoteKey{Rule: 1, Seq: 2}},
	}
}

const goldenEvents = "testdata/events.golden"

// What is stored today must be readable for ever: a changed key breaks this test,
// a new field adds to the file (go test -run Stored -update).
func TestStoredEventsKeepTheirForm(t *testing.T) {
	var got bytes.Buffer
	var kinds []challenge.EventKind
	for _, b := range everyBody() {
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, b.Kind())
		back, err := challenge.DecodeBody(b.Kind(), data)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); !bytes.Equal(data, again) {
			t.Errorf("%s came back as\n%s\nfrom\n%s", b.Kind(), again, data)
		}
		got.WriteString(string(b.Kind()) + " " + string(data) + "\n")
	}
	if !slices.Equal(kinds, challenge.EventKinds()) {
		t.Errorf("the samples are of %v", kinds)
	}
	if *updateGolden {
		if err := os.WriteFile(goldenEvents, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenEvents)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("the stored form changed; was\n%s\nis\n%s", want, got.Bytes())
	}
}

// FuzzDecodeBody: bytes from a database are read or refused, never a panic, and
// what was read is written and read again as the same.
func FuzzDecodeBody(f *testing.F) {
	for i, b := range everyBody() {
		data, err := json.Marshal(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), data)
	}
	f.Add(uint8(200), []byte("{}"))
	f.Fuzz(func(t *testing.T, k uint8, data []byte) {
		kind := challenge.EventKind("unknown")
		if kinds := challenge.EventKinds(); int(k) < len(kinds) {
			kind = kinds[k]
		}
		body, err := challenge.DecodeBody(kind, data)
		if err != nil {
			return
		}
		if body.Kind() != kind {
			t.Fatalf("a %s was read as a %s", kind, body.Kind())
		}
		first, err := json.Marshal(body)
		if err != nil {
			return // a window or a date that no form can hold
		}
		again, err := challenge.DecodeBody(kind, first)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first)
		}
		if second, _ := json.Marshal(again); !bytes.Equal(first, second) {
			t.Fatalf("%s\n%s", first, second)
		}
		var c challenge.Challenge
		c = c.Apply(challenge.Event{Seq: 1, Body: body, Data: data})
		_, _ = c.Due(), c.WaitingFor()
	})
}

// Whatever is changed in a trail, Replay names an event at or before the one that
// follows the change.
func TestEveryChangeOfATrailIsFound(t *testing.T) {
	shipped := challengetest.ShippedLadders(t)
	rapid.Check(t, func(t *rapid.T) {
		d := startRandomLife(t, randomLadder(t, shipped))
		for range rapid.IntRange(5, 20).Draw(t, "steps") {
			d.randomStep(t)
		}
		trail := slices.Clone(d.trail)
		i := rapid.IntRange(0, len(trail)-1).Draw(t, "event")
		e := &trail[i]
		id := d.c.ID
		switch rapid.IntRange(0, 10).Draw(t, "tampering") {
		case 0:
			e.Data = slices.Clone(e.Data)
			e.Data[rapid.IntRange(0, len(e.Data)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case 1:
			e.At = e.At.Add(time.Microsecond)
		case 2:
			e.By.Name += " "
		case 3:
			e.By.ID += "0"
		case 4:
			e.Rung += "x"
		case 5:
			e.Opening++
		case 6:
			e.Body = challenge.Undelivered{}
			if d.trail[i].Body.Kind() == challenge.KindUndelivered {
				e.Body = challenge.Delivered{}
			}
		case 7:
			id = uuid.New()
		case 8:
			if i == len(trail)-1 {
				return // cut off at the end: the head in the row and the seal find it
			}
			trail = slices.Delete(trail, i, i+1)
		case 9:
			trail = slices.Insert(trail, i, *e)
		case 10:
			e.Seq++
		}
		var broken *challenge.BrokenChainError
		if _, err := challenge.Replay(id, trail); !errors.As(err, &broken) || broken.Seq > i+2 {
			t.Fatalf("changed event %d, and Replay says %v", i+1, err)
		}
	})
	if _, err := challenge.Replay(uuid.New(), nil); err == nil {
		t.Error("an empty trail is whole")
	}
}

// A body in memory that is not what its data say counts for nothing.
func TestReplayBelievesTheHashedDataOnly(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	trail := slices.Clone(x.last.Events)
	forged := trail[0].Body.(challenge.Raised)
	forged.Details.Concern = "Nothing."
	trail[0].Body = forged
	c, err := challenge.Replay(x.c.ID, trail)
	if err != nil || c.Details.Concern != x.c.Details.Concern {
		t.Errorf("%q, %v", c.Details.Concern, err)
	}
	trail[0].Body = nil
	if _, err := challenge.Replay(x.c.ID, trail); err == nil {
		t.Error("an event without a body is whole")
	}
}

// Trails that no transition wrote must not bring the verifier down.
func TestFoldingAForgedTrailDoesNotPanic(t *testing.T) {
	bodies := everyBody()
	rapid.Check(t, func(t *rapid.T) {
		var c challenge.Challenge
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			e := challenge.Event{Seq: rapid.IntRange(-1, 5).Draw(t, "seq"), Body: rapid.SampledFrom(bodies).Draw(t, "body"),
				Rung: rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(t, "rung"), Opening: rapid.IntRange(-1, 9).Draw(t, "visit")}
			before := asFullJSON(c)
			next := c.Apply(e)
			if asFullJSON(c) != before {
				t.Fatal("Apply altered its receiver")
			}
			_, _ = next.Due(), next.WaitingFor()
			_ = challenge.Snapshot{Challenge: next, Ladder: smallLadder}.RightsOf(challengetest.Person("anna").ID, challengetest.Env(smallLadder, "2026-06-01 10:00"))
			c = next
		}
	})
}
