package story

import (
	"challengebot/internal/practice"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The row of a challenge is damaged, by hand or by a disk. Nobody else waits for it.

// damageRow makes a challenge's row unreadable.
func (s *stage) damageRow(ref string) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.options.DatabaseURL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(s.t.Context())
	if _, err := conn.Exec(s.t.Context(), `UPDATE challenge SET doc = '[]' WHERE ref = $1`, ref); err != nil {
		s.t.Fatal(err)
	}
}

func TestACardThatCannotBeMadeHoldsUpNoOtherForEver(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	first := s.maya.gets("Raise a challenge")
	s.maya.types("/challenge")
	second := s.maya.gets("Raise a challenge")
	for _, form := range []*practice.Message{first, second} {
		s.maya.clicks(form, "Continue", raiseInputs(nil))
	}
	s.post(s.maya.buttonActivity(first, "Send the challenge", raiseInputs(nil))).expectText(t, "Sent: Professional Challenge")
	damaged := s.lastRef()
	s.post(s.maya.buttonActivity(second, "Send the challenge", raiseInputs(nil))).expectText(t, "Sent: Professional Challenge")
	whole := s.lastRef()
	s.damageRow(damaged)

	s.log.allow("a card cannot be made of what is stored and is given up")
	failed := 0
	for range 11 {
		for {
			n, err := s.App.Engine.DeliverPending(t.Context())
			if err != nil {
				failed++
			} else if n == 0 {
				break
			}
		}
		s.Clock.Set(s.Clock.Now().Add(121 * time.Second)) // a lease ends
	}
	if failed < 9 {
		t.Errorf("it was given up after %d attempts: a newer version might have read it", failed)
	}
	s.priya.gets(whole, "Please answer by")
	s.tom.gets(whole)
	s.maya.gets(whole)
	s.north.gets(whole)
	if n := s.count(`SELECT FROM delivery WHERE state = 'dropped' AND last_code = 'unreadable'`); n == 0 {
		t.Error("nothing tells which cards were given up")
	}
}

func TestWhoIsBackWaitsForNoDamagedChallengeAndKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.priya.UninstallsApp(t.Context())
	var refs []string
	for range 2 {
		s.maya.types("/challenge")
		s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(atStage1(nil)))
		refs = append(refs, s.lastRef())
		s.discardNews()
	}
	s.damageRow(refs[0])
	s.priya.InstallsApp(t.Context()) // heard, and nothing sent yet
	if _, err := s.App.Engine.DeliverPending(t.Context()); err == nil {
		t.Error("the damage is no error")
	}
	s.priya.getsAll("What I can do", refs[1])
	s.discardNews()
}

// deliverPastErrors sends what can be sent.
func (s *stage) deliverPastErrors() {
	s.t.Helper()
	for range 20 {
		if n, err := s.App.Engine.DeliverPending(s.t.Context()); n == 0 && err == nil {
			return
		}
	}
}

// What cannot be read costs its own line: nobody's list, nobody's other card, nobody's cover.
func TestADamagedChallengeCostsItsOwnLineAndNobodyAnythingElse(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"its document is a list":       `UPDATE challenge SET doc = '[]' WHERE ref = $1`,
		"its document is empty":        `UPDATE challenge SET doc = '{}' WHERE ref = $1`,
		"its details are a text":       `UPDATE challenge SET details = '"x"' WHERE ref = $1`,
		"its ladder is not stored":     `UPDATE challenge SET doc = jsonb_set(doc::jsonb, '{ladder_digest}', '"0000000000000000"')::json WHERE ref = $1`,
		"it has lost its openings":     `UPDATE challenge SET doc = (doc::jsonb - 'visits')::json WHERE ref = $1`,
		"it names a rung that is none": `UPDATE challenge SET doc = jsonb_set(doc::jsonb, '{rung}', '"nowhere"')::json WHERE ref = $1`,
	} {
		unreadable := strings.HasPrefix(name, "its ") // and not only such that it cannot be
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			damaged, whole := s.raiseAndCollect(nil, s.tom, s.priya), s.raiseAndCollect(nil, s.tom, s.priya)
			conn, err := pgx.Connect(s.t.Context(), s.options.DatabaseURL)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(s.t.Context())
			if _, err := conn.Exec(s.t.Context(), damage, damaged.ref); err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{"cannot be read", "cannot be drawn", "a card cannot be made of what is stored", "could not be handed over"} {
				s.log.allow(line)
			}
			never500 := func(what string, got rawAnswer) {
				t.Helper()
				if got.Status != 200 {
					t.Errorf("%s is answered with %d %s", what, got.Status, got.Body)
				}
			}
			for _, who := range []*actor{s.tom, s.priya, s.maya} {
				never500("/mine", s.post(who.newMessage("/mine")))
				s.deliverPastErrors()
				who.gets("Your challenges", whole.ref)
			}
			never500("/waiting", s.post(s.owen.newMessage("/waiting")))
			never500("cover", s.post(s.priya.newMessage("/cover Leah Morgan today")))
			if unreadable {
				never500("/challenge", s.post(s.tom.newMessage("/challenge "+damaged.ref)))
				never500("/respond", s.post(s.tom.newMessage("/respond "+damaged.ref+" It is done.")))
				never500("a button", s.post(s.tom.buttonActivity(damaged.asked[0], "Send the answer", answerInputs("2026-04-17", nil))))
			}
			s.discardNews()
			s.post(s.tom.buttonActivity(whole.asked[0], "Send the answer", answerInputs("2026-04-17", nil))).expectText(t, whole.ref)
		})
	}
}
