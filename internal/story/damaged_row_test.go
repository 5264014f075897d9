package story

import (
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
		s.maya.clicks(s.maya.gets("Send"), "Send the challenge", raiseInputs(atStage1(nil)))
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
