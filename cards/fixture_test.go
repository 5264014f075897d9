package cards

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// People of the fixture, by Entra object id.
const (
	maya  = "6f1c0000-0000-4000-8000-000000000001" // chair
	priya = "6f1c0000-0000-4000-8000-000000000002" // team manager
	tom   = "6f1c0000-0000-4000-8000-000000000003" // second team manager
	ann   = "6f1c0000-0000-4000-8000-000000000004" // service manager
	sue   = "6f1c0000-0000-4000-8000-000000000005" // oversight, alerted
	dot   = "6f1c0000-0000-4000-8000-000000000006" // the chair's own manager
	ola   = "6f1c0000-0000-4000-8000-000000000007" // no part in it
)

const people = `authority: Exampleshire
people:
  - {id: maya-okafor, name: Maya Okafor, entra: ` + maya + `}
  - {id: priya-shah, name: Priya Shah, entra: ` + priya + `}
  - {id: tom-reid, name: Tom Reid, entra: ` + tom + `}
  - {id: ann-lee, name: Ann Lee, entra: ` + ann + `}
  - {id: sue-west, name: Sue West, entra: ` + sue + `}
  - {id: dot-hay, name: Dot Hay, entra: ` + dot + `}
  - {id: ola-berg, name: Ola Berg, entra: ` + ola + `}
teams:
  - {id: north-locality, name: North Locality, channel: "19:n@thread.tacv2", roles: {team-manager: [priya-shah, tom-reid]}}
roles: {chair: maya-okafor, service-manager: ann-lee, oversight: sue-west, own-manager: dot-hay, head-of-service: sue-west}
`

func window(n int) *workday.Window { return &workday.Window{N: n, Unit: workday.WorkingDays} }

// exampleLadder has what a card can meet: a plan, a meeting, gates of two kinds, a
// skip, a hand-off and an external referral.
func exampleLadder() *ladder.Ladder {
	return &ladder.Ladder{
		ID: "exampleshire", Version: 1, Title: "Exampleshire resolution", Authority: "Exampleshire",
		Plans: []ladder.Plan{ladder.ChildProtection, ladder.LookedAfter}, Party: ladder.Internal,
		Words: ladder.Words{Challenge: "Professional Challenge", Rung: "stage", Chair: "IRO / CP chair", Child: "child",
			RecordID: "LCS number", Conference: "conference"},
		Roles: map[ladder.Role]string{"team-manager": "Team Manager", "service-manager": "Service Manager",
			"own-manager": "Safeguarding Service Manager", "head-of-service": "Head of Service", "oversight": "Safeguarding oversight"},
		Case: ladder.CaseClock{Starts: ladder.FirstRaise, Limit: window(20)},
		Categories: []ladder.Category{
			{ID: "drift", Label: "Drift and delay"}, {ID: "report", Label: "Report late or not shared", Plans: []ladder.Plan{ladder.ChildProtection}},
			{ID: "placement", Label: "Placement", Plans: []ladder.Plan{ladder.LookedAfter}},
		},
		Rungs: []ladder.Rung{
			{ID: "stage-1", Label: "Stage 1", Kind: ladder.Formal, Respond: ladder.Respond{Roles: []ladder.Role{"team-manager"}},
				Alerted: []ladder.Role{"head-of-service"}, Window: window(5), Form: ladder.FormPlan,
				About: "The Team Manager considers the challenge and returns an agreed plan."},
			{ID: "stage-2", Label: "Stage 2", Kind: ladder.Formal, Respond: ladder.Respond{Roles: []ladder.Role{"service-manager"}},
				Window: window(5), Form: ladder.FormMeeting, Gates: []ladder.Gate{
					{ID: "own-manager", Label: "Consult your own manager before Stage 2", Kind: ladder.Consult, With: "own-manager",
						Needs: ladder.Agreed, Override: true, Ahead: true, Source: "Stage 2"},
					{ID: "statement", Label: "File the chair's statement", Kind: ladder.Statement, Needs: ladder.Held, Source: "Stage 2",
						Fields: []ladder.Field{{ID: "statement", Label: "What is wrong and what would stop the next stage", Kind: ladder.LongText},
							{ID: "status", Label: "Was the family told", Kind: ladder.YesNo}}},
				}},
		},
		Skips:    []ladder.Skip{{To: []string{"stage-2"}, Ground: []ladder.Ground{{ID: "harm", Label: "Immediate risk of harm"}, {ID: "repeat", Label: "The same concern again"}}}},
		HandOffs: []ladder.HandOff{{ID: "multi-agency", Label: "Multi-agency resolution policy"}},
		External: &ladder.External{To: "CAFCASS", By: ladder.RoleChair, OnlyLookedAfter: true, AnyTime: true,
			InformBefore: []ladder.Role{"head-of-service"}, Consult: []ladder.Role{"own-manager"}, Contact: "Telephone CAFCASS Legal first."},
	}
}

// run drives the real domain.
type run struct {
	t   testing.TB
	env challenge.Env
	c   challenge.Challenge
	log []challenge.Event
}

func at(day, hour, minute int) time.Time {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return time.Date(2026, time.March, day, hour, minute, 0, 0, london)
}

func newRun(t testing.TB) *run {
	t.Helper()
	d, err := directory.Read("directory.yaml", []byte(people))
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	return &run{t: t, env: challenge.Env{Now: at(30, 10, 0), Calendar: calendar, Ladder: exampleLadder(), Directory: d}}
}

func exampleDetails() challenge.Details {
	return challenge.Details{
		Record: "LCS 482913", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 3, 27),
		Categories: []string{"drift", "report"}, Team: "north-locality", AskBy: workday.NewDate(2026, 4, 10),
		Concern:  "The core group has not met since January.\nThe plan has not moved on.",
		Evidence: "Core group minutes: none since 14 January.",
		Ask:      "Please hold the core group and share the report with the parents.",
	}
}

func exampleRaising(d challenge.Details) challenge.Raising {
	return challenge.Raising{ID: uuid.MustParse("0193d3f0-0000-7000-8000-000000000001"), Number: 7, Details: d}
}

func raised(t testing.TB) *run { return raisedWith(t, exampleDetails()) }

func raisedWith(t testing.TB, d challenge.Details) *run {
	t.Helper()
	r := newRun(t)
	change, err := challenge.Raise(exampleRaising(d), r.person(maya), r.env)
	if err != nil {
		t.Fatal(err)
	}
	r.take(change)
	return r
}

func (r *run) person(id string) challenge.Person {
	if p, ok := r.env.Directory.ByEntra(id); ok {
		return challenge.Person{ID: id, Name: p.Name}
	}
	return challenge.System
}

func (r *run) take(change challenge.Change) {
	r.c = change.Next
	r.log = append(r.log, change.Events...)
}

// do gives a command and returns what was said of it.
func (r *run) do(by string, cmd challenge.Command) *challenge.Refusal {
	r.t.Helper()
	change, err := r.c.Decide(cmd, r.person(by), r.env)
	if err != nil {
		r.t.Fatalf("%T: %v", cmd, err)
	}
	r.take(change)
	return change.Said
}

// lapse moves the clock to just after the window's end.
func (r *run) lapse() {
	r.t.Helper()
	r.env.Now = r.c.Due().Add(time.Minute)
	r.do("", challenge.Tick{})
}

func (r *run) view() View {
	return View{Challenge: r.c, Ladder: r.env.Ladder, History: r.log, Team: "North Locality", Now: r.env.Now, Zone: r.env.Calendar.Location()}
}

func answer(visit int) challenge.Respond {
	return challenge.Respond{Visit: visit, Response: challenge.Response{
		Text: "You are right, and I am sorry.\nThe core group meets next week.",
		Plan: []challenge.Action{
			{What: "Hold the core group", Who: "Social worker", By: workday.NewDate(2026, 4, 20)},
			{What: "Share the report", Who: "Team manager", By: workday.NewDate(2026, 4, 21)},
		},
	}}
}

// answered is stage 1 with its answer, the day before it is due.
func answeredRun(t testing.TB) *run {
	r := raised(t)
	r.env.Now = at(31, 9, 15)
	r.do(priya, answer(1))
	return r
}

// heldRun is held before stage 2 after silence on stage 1.
func heldRun(t testing.TB) *run {
	r := raised(t)
	r.lapse()
	return r
}

// stageTwo is on stage 2, the first manager's late reply and the gates behind it.
func stageTwo(t testing.TB) *run {
	r := heldRun(t)
	r.env.Now = r.env.Now.Add(16 * time.Hour)
	r.do(priya, answer(1))
	r.do(dot, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateRefused, Note: "Try once more."})
	r.do(maya, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateOverridden, Note: "The child cannot wait."})
	r.do(maya, challenge.RecordGate{Rung: "stage-2", Gate: "statement", Status: challenge.GatePassed,
		Fields: map[string]string{"statement": "No core group.", "status": "true"}})
	return r
}

// exhaustedRun has passed the top in silence.
func exhaustedRun(t testing.TB) *run {
	r := stageTwo(t)
	r.lapse()
	return r
}

func exampleForm(t testing.TB) FormView {
	r := newRun(t)
	forecast, err := challenge.Foresee(exampleRaising(challenge.Details{Team: "north-locality"}), r.person(maya), r.env)
	if err != nil {
		t.Fatal(err)
	}
	return FormView{
		Ladders: []LadderChoice{{"exampleshire", "Exampleshire resolution"}}, Ladder: r.env.Ladder,
		Teams:  []TeamChoice{{"north-locality", "North Locality"}, {"south-locality", "South Locality"}},
		Values: map[string]string{InTeam: "north-locality"}, Forecast: &forecast,
		Now: r.env.Now, Zone: r.env.Calendar.Location(), Nonce: "n-1",
	}
}
