package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/practice"
)

// Answers that are lost make copies. There are few of them, and it is said.

func TestALostAnswerMakesThreeCopiesInADayAndItIsSaidOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]practice.Fault{
		"200 without an id": {Status: 200, Body: "{}"}, "202": {Status: 202, NoBody: true}, "204": {Status: 204, NoBody: true},
		"503 after the effect": {Status: 503}, "reset after the effect": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.log.allow("could not be confirmed that Teams took a message")
			s.log.allow("Teams has taken nothing for ten minutes") // no post had an answer that can be read
			fault.AfterApplying = true
			fault.Match = func(c practice.Call) bool {
				return c.Op == practice.OpSend || c.Op == practice.OpCreate && c.Channel != ""
			}
			s.Teams.InjectFault(fault)
			ref := s.raiseInStore(1)[0]
			s.moveClock("Mon 30 Mar 2026 18:00")
			for _, a := range []*actor{s.tom, s.priya} {
				if n := s.countMessages(a, ref, "Please answer by"); n != 3 {
					t.Errorf("%s has %d copies", a.Name, n)
				}
			}
			threads := slices.DeleteFunc(s.north.Messages(), func(m *practice.Message) bool { return !strings.Contains(m.String(), ref) })
			if len(threads) != 3 {
				t.Errorf("the channel has %d threads", len(threads))
			}
			for _, id := range queryRows[int](s, `SELECT id::int FROM delivery WHERE state = 'unconfirmed'`) {
				if n := len(s.log.linesWith(fmt.Sprintf(`could not be confirmed that Teams took a message, and it is not sent once more","delivery":%d,`, id))); n != 1 {
					t.Errorf("of message %d it is said %d times", id, n)
				}
			}
			if n := s.countEvents(ref, "undelivered"); n < 2 {
				t.Errorf("the trail has %q", s.eventKinds(ref))
			}
			// Another day brings one more try, and no other alarm.
			alarms := len(s.log.linesWith("could not be confirmed that Teams took a message"))
			s.moveClock("Tue 31 Mar 2026 18:00")
			for _, a := range []*actor{s.tom, s.priya} {
				if n := s.countMessages(a, ref, "Please answer by"); n != 4 {
					t.Errorf("%s has %d copies the next day", a.Name, n)
				}
			}
			errors := slices.DeleteFunc(s.log.linesWith("could not be confirmed that Teams took a message")[alarms:], func(line string) bool {
				return !strings.Contains(line, `"level":"ERROR"`) || !strings.Contains(line, `"card":"respond"`)
			})
			if len(errors) != 0 {
				t.Errorf("it is said again: %v", errors)
			}
			s.Teams.ClearFaults()
			s.discardNews()
			s.verifyTrails()
		})
	}
}

// One child's card that Teams cannot take holds up no other child's, and no answer.
func TestACardThatTeamsCannotTakeHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]practice.Fault{"502": {Status: 502}, "500": {Status: 500, Code: "ServiceError"}, "429": {Status: 429, Code: "Throttled"},
		"407": {Status: 407, NoBody: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.log.allow("could not be confirmed that Teams took a message")
			s.log.allow("Teams does not take a message")
			var bad string
			fault.Match = func(c practice.Call) bool {
				return c.Op == practice.OpSend && c.Person == "Priya Shah" && bad != "" && strings.Contains(string(c.Body), bad+": please answer")
			}
			s.priya.types("/help")
			s.discardNews()
			s.Teams.InjectFault(fault)
			bad = s.raiseInStore(1)[0]
			s.settle()
			s.goOn(5 * time.Minute)
			good := s.raiseInStore(1)[0]
			s.settle()
			s.discardNewsOf(s.maya, s.owen, s.tom)
			s.priya.types("/mine")
			s.priya.gets(good)
			s.goOn(10 * time.Minute)
			s.priya.gets(good, "Please answer by")
			s.goOn(20 * time.Minute)
			if s.countMessages(s.maya, bad, "Priya Shah", "Please") == 0 {
				t.Errorf("the chair does not know of the other:\n%v", s.maya.CardMessages())
			}
			s.Teams.ClearFaults()
			s.discardNews()
		})
	}
}

func (s *stage) discardNewsOf(actors ...*actor) {
	for _, a := range actors {
		a.TakeNew()
	}
}
