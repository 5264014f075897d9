package story

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/practice"
	"challengebot/internal/workday"
)

// The ladders are walked in an authority that has everybody.

func authorityAll(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "authority-all.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// openWithEverybody sets the stage for one procedure with everybody in place.
func openWithEverybody(t *testing.T, id string) *stage {
	t.Helper()
	return openWith(t, Options{DatabaseURL: testDatabase(t), Directory: authorityAll(t)}, id)
}

// actorNamed is somebody of the story by name.
func (s *stage) actorNamed(name string) *actor {
	s.t.Helper()
	p := s.Teams.Person(name)
	if p == nil {
		s.t.Fatalf("there is no %s", name)
	}
	return &actor{Person: p, s: s}
}

// beginChallenge has somebody raise a challenge and takes the card of the case, which must
// hold all of these texts. Whoever is asked, and the channel, still have their news.
func (s *stage) beginChallenge(by *actor, in practice.Inputs, texts ...string) raisedChallenge {
	s.t.Helper()
	by.types("/challenge")
	r := raisedChallenge{form: by.gets("Raise a challenge")}
	by.choosesProcedure(r.form, in)
	by.clicks(r.form, "Send the challenge", raiseInputs(in))
	raised, err := s.App.Store.ListRaisedBy(s.t.Context(), by.ID, 50)
	if err != nil || len(raised) == 0 {
		s.t.Fatalf("nothing was raised (%v); the form says:\n%s", err, r.form)
	}
	r.ref = s.newestReference(raised)
	by.TakeNew()
	r.chair = by.findsMessage(by.Name + " raised this.")
	expectText(s.t, by.Name, r.chair, texts...)
	return r
}

// expectEachFieldRequired holds that a form without any one of its fields is refused, that the
// field is marked and that whatever else was typed is kept.
func (s *stage) expectEachFieldRequired(a *actor, m *practice.Message, button string, full practice.Inputs) {
	s.t.Helper()
	for missing := range full {
		in, want := practice.Inputs{}, practice.Inputs{}
		for id, v := range full {
			if id == missing {
				v = ""
			} else {
				want[id] = v
			}
			in[id] = v
		}
		a.clicksUnchecked(m, button, in)
		s.expectFieldMarked(m, missing)
		expectInputsKept(s.t, a.Name, m, want)
		for _, one := range postedMessages(s.Teams.UnreadNews()) {
			s.t.Errorf("something was said though %q was missing:\n%s", missing, one)
		}
	}
}

// expectFieldMarked holds that a field says what is to be put right. Its label may stand on the
// card before, in an answer of an earlier rung.
func (s *stage) expectFieldMarked(m *practice.Message, field string) {
	s.t.Helper()
	in, ok := m.Card().Input(field)
	lines := strings.Split(m.String(), "\n")
	for i, line := range lines[1:] {
		if ok && strings.HasPrefix(line, in.Label) && strings.HasPrefix(lines[i], "Please put right: Please") {
			return
		}
	}
	s.t.Errorf("the field %q is not marked in:\n%s", field, m)
}

// missingRoles is what a directory lacks for a ladder to run: the roles that nobody holds,
// as the command check says them.
func missingRoles(d *directory.Directory, l *ladder.Ladder) []string {
	uses := []directory.RoleNeed{{Role: directory.RoleOversight, Why: "is shown whatever stalls", NeedsAccount: true}}
	for _, u := range l.RolesNeeded() {
		need := u.RoleNeed
		need.Why += " of " + l.ID
		uses = append(uses, need)
	}
	var out []string
	for _, p := range d.CheckVacancies(uses, l.RaiserRoles()...) {
		out = append(out, p.Error())
	}
	return out
}

func TestTheAuthorityOfTheStoriesHasEveryRoleOfEveryShippedLadder(t *testing.T) {
	t.Parallel()
	d, err := directory.Read("authority-all.yaml", authorityAll(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ladder.ShippedIDs() {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range missingRoles(d, l) {
			t.Errorf("%s: %s", id, what)
		}
		// Respondents outside the tenant are nothing that check asks for: here all of
		// a ladder's roles are held by somebody.
		for role := range l.Roles {
			if !heldSomewhere(d, role) {
				t.Errorf("%s: nobody is %q anywhere", id, role)
			}
		}
	}
}

// firstMonday is the day on which the stories begin.
var firstMonday = workday.NewDate(2026, time.March, 30)

func heldSomewhere(d *directory.Directory, role directory.Role) bool {
	for _, team := range d.Teams() {
		if len(d.ActingHolders(role, directory.Scope{Team: team.ID}, firstMonday)) > 0 {
			return true
		}
		for _, a := range d.Agencies() {
			if len(d.ActingHolders(role, directory.Scope{Team: team.ID, Agency: a.ID}, firstMonday)) > 0 {
				return true
			}
		}
	}
	return false
}

func TestTryOffersEveryShippedLadderToSomebodyAndLacksNoRole(t *testing.T) {
	t.Parallel()
	d, err := directory.Read("authority.yaml", SampleDirectory())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ladder.ShippedIDs() {
		l, err := ladder.LoadShipped(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range missingRoles(d, l) {
			t.Errorf("%s: %s", id, what)
		}
		offered := false
		for _, p := range d.People() {
			for _, team := range d.Teams() {
				for _, role := range l.RaiserRoles() {
					offered = offered || d.MayActIn(p.Entra, role, directory.Scope{Team: team.ID}, firstMonday)
				}
			}
		}
		if !offered {
			t.Errorf("try offers %s to nobody", id)
		}
	}
}

// newestReference is the reference of the case that was raised last.
func (s *stage) newestReference(raised []challenge.Snapshot) string {
	s.t.Helper()
	last := raised[0].Challenge
	for _, c := range raised {
		if c.Challenge.RaisedAt.After(last.RaisedAt) {
			last = c.Challenge
		}
	}
	return last.Ref
}

// steps is the trail of a challenge without its times: who did what on which rung.
func (s *stage) steps(ref string) []string {
	s.t.Helper()
	var out []string
	for _, e := range s.load(ref).History {
		if e.Body.Kind() != challenge.KindDelivered {
			out = append(out, fmt.Sprintf("%s: %s %s", e.By.Name, e.Body.Kind(), e.Rung))
		}
	}
	return out
}
