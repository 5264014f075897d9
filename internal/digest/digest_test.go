package digest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/workday"
)

// twoSteps is a ladder of two rungs with a gate between them that two people look at.
var twoSteps = challengetest.ParseLadder(`
ladder: two
version: 1
title: Two
authority: Exampleshire
source: a test
plans: [child-protection, looked-after]
party: internal
words: {challenge: challenge, rung: step, chair: Conference chair, child: child, record_id: LCS number, conference: conference}
roles:
  team-manager: Team Manager
  service-manager: Service Manager
  own-service-manager: Own Service Manager
  oversight: Oversight
case: {starts: first-raise, limit: 10 working days}
categories: [{id: drift, label: Drift}]
rungs:
  - {id: r1, label: Step 1, kind: formal, source: a test, respond: {roles: [team-manager]}, window: 5 working days, form: reply}
  - id: r2
    label: Step 2
    kind: formal
    source: a test
    respond: {roles: [service-manager]}
    window: 5 working days
    form: reply
    gates:
      - {id: own, label: Consult your own Service Manager, kind: consult, with: own-service-manager, needs: agreed, source: a test}
`)

// matter is a challenge of Anna's in the team North, raised on Monday 1 June 2026 at ten.
type matter struct {
	t       *testing.T
	env     challenge.Env
	c       challenge.Challenge
	history []challenge.Event
}

func newMatter(t *testing.T) *matter {
	t.Helper()
	m := &matter{t: t, env: challengetest.Env(twoSteps, "2026-06-01 10:00")}
	made, err := challenge.Raise(challengetest.RaiseCommand(m.env, "north", 1), challengetest.Person("anna"), m.env)
	if err != nil {
		t.Fatal(err)
	}
	m.take(made)
	return m
}

// does gives a command at a time of the London clock; "" is the program itself.
func (m *matter) does(clock, who string, cmd challenge.Command) *matter {
	m.t.Helper()
	m.env.Now = challengetest.At(clock)
	by := challenge.System
	if who != "" {
		by = challengetest.Person(who)
	}
	change, err := m.c.Decide(cmd, by, m.env)
	if err != nil || !change.HasEvents() {
		m.t.Fatalf("%T at %s: %v", cmd, clock, err)
	}
	m.take(change)
	return m
}

// take goes on from a change, and lets Teams take the cards that ask somebody for something.
func (m *matter) take(change challenge.Change) {
	c, delivered := challengetest.Deliver(change, m.env)
	m.c, m.history = c, slices.Concat(m.history, change.Events, delivered)
}

func answer(opening int) challenge.Respond {
	return challenge.Respond{Opening: opening, Response: challenge.Response{Text: "We have agreed."}}
}

// item is the challenge in the digest of a morning, as it is read at that moment.
func (m *matter) item(clock string) (digest.PendingItem, bool) {
	env := m.env
	env.Now = challengetest.At(clock)
	return digest.NewPendingItem(challenge.Snapshot{Challenge: m.c, Ladder: env.Ladder, History: m.history}, env.Now, env)
}

// wantSince holds from when on the challenge is in the digest, and since when it says.
func (m *matter) wantSince(since string, mornings map[string]bool) {
	m.t.Helper()
	for at, want := range mornings {
		got, ok := m.item(at)
		if ok != want {
			m.t.Errorf("at %s it is in the digest: %v", at, ok)
		}
		if ok && (!got.Since.Equal(challengetest.At(since)) || got.Snapshot.Challenge.ID != m.c.ID) {
			m.t.Errorf("at %s: %s, since %v", at, got.Snapshot.Challenge.Ref, got.Since)
		}
		if !ok && !cmp.Equal(got, digest.PendingItem{}) {
			m.t.Errorf("at %s nothing is told of, and it is %+v", at, got)
		}
	}
}

func TestAnAnswerIsPendingOnlyAfterAWholeWorkingDay(t *testing.T) {
	t.Parallel()
	newMatter(t).does("2026-06-02 11:00", "tess", answer(1)).wantSince("2026-06-02 11:00", map[string]bool{"2026-06-02 17:00": false,
		"2026-06-03 09:00": false, "2026-06-03 10:59": false, "2026-06-03 11:00": true, "2026-06-04 09:00": true})
}

func TestAnAnswerOfAFridayIsPendingFromMondayOn(t *testing.T) {
	t.Parallel()
	newMatter(t).does("2026-06-05 16:00", "tess", answer(1)).wantSince("2026-06-05 16:00",
		map[string]bool{"2026-06-07 16:00": false, "2026-06-08 15:59": false, "2026-06-08 16:00": true})
}

// Where the list of bank holidays ends nobody's time depends on a digest.
func TestPastTheCalendarEveryDayIsTheNext(t *testing.T) {
	t.Parallel()
	m := newMatter(t)
	m.does("2026-06-02 11:00", "tess", answer(1))
	m.c.CurrentOpening().AnsweredAt = challengetest.At("2099-06-05 11:00")
	m.wantSince("2099-06-05 11:00", map[string]bool{"2099-06-06 10:59": false, "2099-06-06 11:00": true})
}

func TestWhatIsHeldOrPastTheTopIsPendingAtOnceAndWhatRunsOrIsClosedIsNot(t *testing.T) {
	t.Parallel()
	m := newMatter(t)
	m.wantSince("", map[string]bool{"2026-06-01 10:00": false, "2026-06-05 09:00": false})
	m.does("2026-06-08 17:00", "", challenge.Tick{})
	m.wantSince("2026-06-08 17:00", map[string]bool{"2026-06-08 16:59": false, "2026-06-08 17:00": true, "2026-06-09 09:00": true})
	m.does("2026-06-09 10:00", "anna", challenge.RecordGate{Rung: "r2", Gate: "own", Status: challenge.GatePassed, On: workday.NewDate(2026, 6, 9)})
	m.wantSince("", map[string]bool{"2026-06-10 09:00": false})
	m.does(m.c.Due().In(m.env.Calendar.Location()).Format("2006-01-02 15:04"), "", challenge.Tick{})
	past := m.env.Now.In(m.env.Calendar.Location()).Format("2006-01-02 15:04")
	if m.c.State != challenge.StateExhausted {
		t.Fatalf("it is %s", m.c.State)
	}
	m.history = append(m.history, challenge.Event{At: m.env.Now.Add(time.Minute), Body: challenge.Delivered{}})
	m.wantSince(past, map[string]bool{past: true, "2026-06-09 23:59": false})
	history := m.history
	m.history = nil
	m.wantSince("2026-06-01 10:00", map[string]bool{past: true}) // its history was not given
	m.history = history
	m.does("2026-06-30 10:00", "anna", challenge.Withdraw{Reason: "Settled by telephone."})
	m.wantSince("", map[string]bool{"2026-07-01 09:00": false})
}

func names(parties []challenge.Party) []string {
	var all []string
	for _, p := range parties {
		all = append(all, p.Name)
	}
	return all
}

func TestWhoMustActIsWhomItWaitsForOrWhoStandsInToday(t *testing.T) {
	t.Parallel()
	must := func(m *matter, clock string, want ...challenge.Party) {
		t.Helper()
		got, ok := m.item(clock)
		if diff := cmp.Diff(want, got.MustAct); diff != "" || !ok || got.Unreachable != nil {
			t.Errorf("at %s (-want +got), in the digest %v, not reached %v:\n%s", clock, ok, got.Unreachable, diff)
		}
	}
	chair := challenge.Party{Person: challengetest.Person("anna"), Role: directory.RoleChair}
	answered := newMatter(t).does("2026-06-02 11:00", "tess", answer(1))
	must(answered, "2026-06-04 09:00", chair)

	// At the gate it is who may open it: the chair, and whom she consults, for whom Una stands in.
	held := newMatter(t).does("2026-06-08 17:00", "", challenge.Tick{})
	must(held, "2026-06-09 09:00", chair, challenge.Party{Person: challengetest.Person("una"), Role: "own-service-manager", CoverFor: "Olive Own",
		CoverForID: challengetest.Person("olive").ID})
	held.env.Directory = directoryWithCover(t, "anna", "cleo")
	got, _ := held.item("2026-06-09 09:00")
	want := challenge.Party{Person: challengetest.Person("cleo"), Role: directory.RoleChair, CoverFor: "Anna Arden", CoverForID: challengetest.Person("anna").ID}
	if !slices.Contains(got.MustAct, want) || slices.Contains(names(got.MustAct), "Anna Arden") {
		t.Errorf("while Cleo stands in: %+v", got.MustAct)
	}

	// One who stands in for two is told of once.
	both := newMatter(t).does("2026-06-08 17:00", "", challenge.Tick{})
	both.env.Directory = directoryWithCover(t, "anna", "una")
	got, _ = both.item("2026-06-09 09:00")
	if n := len(slices.DeleteFunc(names(got.MustAct), func(s string) bool { return s != "Una Upton" })); n != 1 {
		t.Errorf("Una is told of %d times: %+v", n, got.MustAct)
	}

	// A gate that is cleared waits for nobody, and a person of the directory is known by name
	// without a role.
	asked := newMatter(t).does("2026-06-08 17:00", "", challenge.Tick{})
	for i := range asked.c.Hold.Gates {
		asked.c.Hold.Gates[i].Openers = []challenge.Party{{Person: challengetest.Person("zed")}, {Person: challengetest.Person("zed")}}
		asked.c.Hold.Gates[i].Consulted = nil
	}
	must(asked, "2026-06-09 09:00", challenge.Party{Person: challengetest.Person("zed")})

	// So is who is asked in the place of somebody without an account; of a stranger nothing is
	// known.
	odd := newMatter(t)
	odd.c.CurrentOpening().Responders = []string{challengetest.Stranger().ID, challengetest.Person("zed").ID}
	odd.history = append(odd.history, challenge.Event{At: odd.env.Now, Opening: 1,
		Body: challenge.Undelivered{To: challenge.Address{Person: challengetest.Stranger().ID}}})
	must(odd, "2026-06-09 09:00", challenge.Party{Person: challengetest.Person("zed")})

	// A challenge that ended before anybody was asked waits for its chair.
	top := newMatter(t)
	top.c.State, top.c.Openings = challenge.StateExhausted, nil
	must(top, "2026-06-09 09:00", chair)
}

// directoryWithCover is the office on the days on which one stands in for another.
func directoryWithCover(t *testing.T, who, by string) *directory.Directory {
	t.Helper()
	return challengetest.Directory().WithCover([]directory.CoverSetting{{Person: challengetest.Person(who).ID, StandIn: challengetest.Person(by).ID,
		From: workday.NewDate(2026, 6, 1), To: workday.NewDate(2026, 6, 30)}})
}

func TestOnTheTopTheJudgeMustActAndOfARunningQuestionWhoWasAsked(t *testing.T) {
	t.Parallel()
	m := newMatter(t)
	tess := challengetest.Person("tess")
	m.env.Directory = directoryWithCover(t, "tess", "una")
	m.history = append(m.history, challenge.Event{At: challengetest.At("2026-06-01 10:05"), Opening: 1,
		Body: challenge.Undelivered{Card: challenge.CardRespond, To: challenge.Address{Person: tess.ID}}})
	got, ok := m.item("2026-06-02 09:00")
	// Whoever was asked is asked: a stand-in is told by a hand-over, not by the digest.
	if !ok || !slices.Contains(names(got.MustAct), "Tess Thorne") || slices.Contains(names(got.MustAct), "Una Upton") || len(got.Unreachable) != 1 ||
		got.Unreachable[0].Person != tess || got.Unreachable[0].Role != "team-manager" {
		t.Errorf("%v: must act %+v, not reached %+v", ok, got.MustAct, got.Unreachable)
	}
}

func TestWhomTeamsRefusesIsInTheDigestWhileItWaitsForThemAndNothingCame(t *testing.T) {
	t.Parallel()
	m := newMatter(t)
	tess, anna := challenge.Address{Person: challengetest.Person("tess").ID}, challenge.Address{Person: challengetest.Person("anna").ID}
	tara := challenge.Address{Person: challengetest.Person("tara").ID}
	event := func(at string, opening int, b challenge.Body) challenge.Event {
		return challenge.Event{At: challengetest.At(at), Opening: opening, Body: b}
	}
	refused := event("2026-06-01 10:01", 1, challenge.Undelivered{Card: challenge.CardRespond, To: tess})
	again := event("2026-06-02 09:00", 1, challenge.Undelivered{Card: challenge.CardReminder, To: tess})
	came := event("2026-06-02 12:00", 1, challenge.Delivered{Card: challenge.CardReminder, To: tess})
	sooner := event("2026-06-01 10:00", 1, challenge.Undelivered{Card: challenge.CardRespond, To: tara})
	for name, test := range map[string]struct {
		history []challenge.Event
		since   string // "": not in the digest
		who     []string
	}{
		"nothing was refused":                {nil, "", nil},
		"refused":                            {[]challenge.Event{refused}, "2026-06-01 10:01", []string{"Tess Thorne"}},
		"since the first of several":         {[]challenge.Event{refused, again}, "2026-06-01 10:01", []string{"Tess Thorne"}},
		"another came through":               {[]challenge.Event{refused, came}, "", nil},
		"refused again after one came":       {[]challenge.Event{refused, came, event("2026-06-03 09:00", 1, challenge.Undelivered{To: tess})}, "2026-06-03 09:00", []string{"Tess Thorne"}},
		"two of them, since the first":       {[]challenge.Event{refused, sooner}, "2026-06-01 10:00", []string{"Tess Thorne", "Tara Teal"}},
		"to somebody for whom nothing waits": {[]challenge.Event{event("2026-06-01 10:01", 1, challenge.Undelivered{To: anna})}, "", nil},
		"on another step":                    {[]challenge.Event{event("2026-06-01 10:01", 0, challenge.Undelivered{To: tess})}, "", nil},
		"later than the morning":             {[]challenge.Event{event("2026-06-04 09:01", 1, challenge.Undelivered{To: tess})}, "", nil},
	} {
		m.history = test.history
		got, ok := m.item("2026-06-04 09:00")
		if ok != (test.since != "") {
			t.Errorf("%s: in the digest: %v", name, ok)
		} else if diff := cmp.Diff(test.who, names(got.Unreachable)); ok && (!got.Since.Equal(challengetest.At(test.since)) || diff != "") {
			t.Errorf("%s: since %v, not reached (-want +got):\n%s", name, got.Since, diff)
		}
	}
	// An answer whose judge cannot be reached is told of at once.
	judged := newMatter(t).does("2026-06-02 11:00", "tess", answer(1))
	judged.history = append(judged.history, event("2026-06-02 11:01", 1, challenge.Undelivered{To: anna}))
	if got, ok := judged.item("2026-06-02 11:30"); !ok || !got.Since.Equal(challengetest.At("2026-06-02 11:00")) || len(got.Unreachable) != 1 {
		t.Errorf("%v: %+v", ok, got)
	}
}

func TestALimitIsNearFromTwoWorkingDaysBeforeItsEnd(t *testing.T) {
	t.Parallel()
	m := newMatter(t).does("2026-06-02 11:00", "tess", answer(1))
	end := m.env.Calendar.DateOf(m.c.LimitDue)
	if end != workday.NewDate(2026, 6, 15) {
		t.Fatalf("the limit ends on %v", end)
	}
	for at, want := range map[string]bool{"2026-06-10 23:00": false, "2026-06-11 09:00": true, "2026-06-15 09:00": true, "2026-06-20 09:00": true} {
		if got, _ := m.item(at); got.LimitNear != want || got.StatutoryNear {
			t.Errorf("at %s near %v, by law %v", at, got.LimitNear, got.StatutoryNear)
		}
	}
	m.c.LimitDue, m.c.StatutoryDue = time.Time{}, m.c.LimitDue
	for at, want := range map[string]bool{"2026-06-10 23:00": false, "2026-06-11 09:00": true, "2026-06-20 09:00": true} {
		if got, _ := m.item(at); got.StatutoryNear != want || got.LimitNear {
			t.Errorf("at %s by law %v, near %v", at, got.StatutoryNear, got.LimitNear)
		}
	}
	// It will have passed when the answer that is awaited is due.
	running := newMatter(t)
	running.c.LimitDue, running.c.StatutoryDue = time.Time{}, running.c.Due().Add(-time.Minute)
	running.history = append(running.history, challenge.Event{At: challengetest.At("2026-06-01 10:01"), Opening: 1,
		Body: challenge.Undelivered{To: challenge.Address{Person: challengetest.Person("tess").ID}}})
	if got, ok := running.item("2026-06-02 09:00"); !ok || !got.StatutoryNear {
		t.Errorf("%v: by law %v", ok, got.StatutoryNear)
	}
}

func TestTheDigestKeepsTheLongestWaitingAndCountsTheRest(t *testing.T) {
	t.Parallel()
	var d digest.Digest
	start := challengetest.At("2026-06-01 10:00")
	for i := range digest.MaxDigestItems + 25 {
		if i == digest.MaxDigestItems && (len(d.Items) != digest.MaxDigestItems || d.More != 0) {
			t.Errorf("%d are listed and %d counted", len(d.Items), d.More)
		}
		d.Add(digest.PendingItem{Since: start.Add(time.Duration(i*37%(digest.MaxDigestItems+25)) * time.Minute)})
	}
	if len(d.Items) != 60 || d.More != 25 {
		t.Fatalf("%d are listed and %d counted", len(d.Items), d.More)
	}
	for i, s := range d.Items {
		if !s.Since.Equal(start.Add(time.Duration(i) * time.Minute)) {
			t.Fatalf("number %d waits since %v", i+1, s.Since)
		}
	}
	var same digest.Digest
	for _, ref := range []string{"CH-C", "CH-A", "CH-B"} {
		same.Add(digest.PendingItem{Since: start, Snapshot: challenge.Snapshot{Challenge: challenge.Challenge{Ref: ref}}})
	}
	for i, want := range []string{"CH-A", "CH-B", "CH-C"} {
		if got := same.Items[i].Snapshot.Challenge.Ref; got != want {
			t.Errorf("number %d of those that wait as long is %s", i+1, got)
		}
	}
}

func TestWhoCannotBeReachedIsToldToThoseWhoOverseeTheirRole(t *testing.T) {
	t.Parallel()
	on, at := workday.NewDate(2026, 6, 2), challengetest.At("2026-06-02 09:00")
	person := func(id string) string { return challengetest.Person(id).ID }
	since := challengetest.At("2026-06-01 10:00")
	list := func(d *directory.Directory, all ...outbox.Unreachable) map[string][]digest.UnreachablePerson {
		return digest.UnreachableByOverseer(all, d, at, on)
	}
	away := outbox.Unreachable{Person: person("tess"), Since: since, Code: "Blocked"}
	later := outbox.Unreachable{Person: person("sam"), Since: since.Add(time.Hour)}
	want := map[string][]digest.UnreachablePerson{person("otto"): {
		{Name: "Tess Thorne", Roles: []directory.Role{"team-manager"}, Since: since},
		{Name: "Sam Marsh", Roles: []directory.Role{"service-manager"}, Since: since.Add(time.Hour)}}}
	if diff := cmp.Diff(want, list(challengetest.Directory(), away, later)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Whoever holds several roles, in several teams, has each once; whoever holds none is nobody's
	// concern.
	text := `authority: Exampleshire
people: [{id: a, name: Ann Lee, entra: 11111111-0000-4000-8000-000000000001}, {id: i, name: Ida Low, entra: 11111111-0000-4000-8000-000000000002},
  {id: o, name: Dot Hay, entra: 11111111-0000-4000-8000-000000000003}, {id: p, name: Pat Moss, no_account: true}]
teams: [{id: north, name: North, roles: {team-manager: a, assistant-team-manager: a}}, {id: south, name: South, roles: {team-manager: a}}]
roles: {oversight: [o, p]}
`
	small, err := directory.Read("directory.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got := list(small, outbox.Unreachable{Person: "11111111-0000-4000-8000-000000000001", Since: since}, outbox.Unreachable{Person: "11111111-0000-4000-8000-000000000002", Since: since})
	want = map[string][]digest.UnreachablePerson{"11111111-0000-4000-8000-000000000003": {
		{Name: "Ann Lee", Roles: []directory.Role{"assistant-team-manager", "team-manager"}, Since: since}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	stoodIn := directoryWithCover(t, "otto", "quin")
	if got := list(stoodIn, away); len(got[person("quin")]) != 1 || len(got[person("otto")]) != 0 {
		t.Errorf("while Quin stands in: %+v", got)
	}
	back := away
	back.ReachableAgainAt = since.Add(time.Minute)
	tooLate := away
	tooLate.Since = at.Add(time.Second)
	for name, u := range map[string]outbox.Unreachable{
		"back again":          back,
		"since this morning":  tooLate,
		"nobody knows":        {Person: "22222222-0000-4000-8000-000000000009", Since: since},
		"who oversees it all": {Person: person("otto"), Since: since}, // nobody is told of themselves
	} {
		if got := list(challengetest.Directory(), u); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	justNow := away
	justNow.Since = at
	if got := list(challengetest.Directory(), justNow); len(got) != 1 {
		t.Errorf("since the moment itself: %+v", got)
	}
}
