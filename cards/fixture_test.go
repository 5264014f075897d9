package cards

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
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

const directoryYAML = `authority: Exampleshire
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

func workingDays(n int) *workday.Window { return &workday.Window{N: n, Unit: workday.WorkingDays} }

// exampleLadder has what a card can meet: a plan, a meeting, gates of two kinds, a
// skip, a hand-off and an external referral.
func exampleLadder() *ladder.Ladder {
	return &ladder.Ladder{
		ID: "exampleshire", Version: 1, Title: "Exampleshire resolution", Authority: "Exampleshire",
		Plans: []ladder.ChildPlan{ladder.ChildProtection, ladder.LookedAfter}, Party: ladder.PartyInternal,
		Words: ladder.Words{Challenge: "Professional Challenge", Rung: "stage", Chair: "IRO / CP chair", Child: "child",
			RecordNumber: "LCS number", Conference: "conference"},
		Roles: map[directory.Role]string{"team-manager": "Team Manager", "service-manager": "Service Manager",
			"own-manager": "Safeguarding Service Manager", "head-of-service": "Head of Service", "oversight": "Safeguarding oversight"},
		OverallLimit: ladder.OverallLimit{Starts: ladder.LimitFromRaise, Window: workingDays(20)},
		Categories: []ladder.Category{
			{ID: "drift", Label: "Drift and delay"}, {ID: "report", Label: "Report late or not shared", Plans: []ladder.ChildPlan{ladder.ChildProtection}},
			{ID: "placement", Label: "Placement", Plans: []ladder.ChildPlan{ladder.LookedAfter}},
		},
		Rungs: []ladder.Rung{
			{ID: "stage-1", Label: "Stage 1", Kind: ladder.RungFormal, Respondents: ladder.Respondents{Roles: []directory.Role{"team-manager"}},
				AlertedRoles: []directory.Role{"head-of-service"}, Window: workingDays(5), Form: ladder.FormPlan,
				About: "The Team Manager considers the challenge and returns an agreed plan."},
			{ID: "stage-2", Label: "Stage 2", Kind: ladder.RungFormal, Respondents: ladder.Respondents{Roles: []directory.Role{"service-manager"}},
				Window: workingDays(5), Form: ladder.FormMeeting, Gates: []ladder.Gate{
					{ID: "own-manager", Label: "Consult your own manager before Stage 2", Kind: ladder.GateConsult, Consultee: "own-manager",
						Needs: ladder.Agreed, MayOverride: true, MayOpenAhead: true, Source: "Stage 2"},
					{ID: "statement", Label: "File the chair's statement", Kind: ladder.GateStatement, Needs: ladder.TookPlace, Source: "Stage 2",
						Fields: []ladder.Field{{ID: "statement", Label: "What is wrong and what would stop the next stage", Kind: ladder.FieldLongText},
							{ID: "status", Label: "Was the family told", Kind: ladder.FieldYesNo}}},
				}},
		},
		Skips:    []ladder.Skip{{To: []string{"stage-2"}, Grounds: []ladder.Ground{{ID: "harm", Label: "Immediate risk of harm"}, {ID: "repeat", Label: "The same concern again"}}}},
		HandOffs: []ladder.HandOff{{ID: "multi-agency", Label: "Multi-agency resolution policy"}},
		ExternalReferral: &ladder.ExternalReferral{To: "CAFCASS", ReferredBy: directory.RoleChair, OnlyLookedAfter: true, AnyTime: true,
			InformBefore: []directory.Role{"head-of-service"}, Consult: []directory.Role{"own-manager"}, Contact: "Telephone CAFCASS Legal first."},
	}
}

// run drives the real domain.
type run struct {
	t         testing.TB
	env       challenge.Env
	challenge challenge.Challenge
	events    []challenge.Event
}

func marchAt(day, hour, minute int) time.Time {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return time.Date(2026, time.March, day, hour, minute, 0, 0, london)
}

func newRun(t testing.TB) *run {
	t.Helper()
	d, err := directory.Read("directory.yaml", []byte(directoryYAML))
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	return &run{t: t, env: challenge.Env{Now: marchAt(30, 10, 0), Calendar: calendar, Ladder: exampleLadder(), Directory: d}}
}

func exampleDetails() challenge.Details {
	return challenge.Details{
		RecordNumber: "LCS 482913", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 3, 27),
		Categories: []string{"drift", "report"}, Team: "north-locality", AskBy: workday.NewDate(2026, 4, 10),
		Concern:  "The core group has not met since January.\nThe plan has not moved on.",
		Evidence: "Core group minutes: none since 14 January.",
		Ask:      "Please hold the core group and share the report with the parents.",
	}
}

func exampleRaising(d challenge.Details) challenge.RaiseCommand {
	return challenge.RaiseCommand{ID: uuid.MustParse("0193d3f0-0000-7000-8000-000000000001"), Number: 17929154, Details: d}
}

func raisedRun(t testing.TB) *run { return raisedRunWith(t, exampleDetails()) }

func raisedRunWith(t testing.TB, d challenge.Details) *run {
	t.Helper()
	r := newRun(t)
	change, err := challenge.Raise(exampleRaising(d), r.person(maya), r.env)
	if err != nil {
		t.Fatal(err)
	}
	r.applyChange(change)
	return r
}

func (r *run) person(id string) challenge.Person {
	if p, ok := r.env.Directory.PersonByEntra(id); ok {
		return challenge.Person{ID: id, Name: p.Name}
	}
	return challenge.System
}

func (r *run) applyChange(change challenge.Change) {
	r.events = append(r.events, change.Events...)
	var taken []challenge.Event
	r.challenge, taken = challengetest.Deliver(change, r.env)
	r.events = append(r.events, taken...)
}

// decide gives a command and returns what was said of it.
func (r *run) decide(by string, cmd challenge.Command) *challenge.Refusal {
	r.t.Helper()
	change, err := r.challenge.Decide(cmd, r.person(by), r.env)
	if err != nil {
		r.t.Fatalf("%T: %v", cmd, err)
	}
	r.applyChange(change)
	return change.Refusal
}

// lapse moves the clock to just after the window's end.
func (r *run) lapse() {
	r.t.Helper()
	r.env.Now = r.challenge.Due().Add(time.Minute)
	r.decide("", challenge.Tick{})
}

func (r *run) view() View {
	return View{Challenge: r.challenge, Ladder: r.env.Ladder, History: r.events, TeamName: "North Locality", Now: r.env.Now, Zone: r.env.Calendar.Location(), Calendar: r.env.Calendar, Directory: r.env.Directory}
}

func exampleAnswer(opening int) challenge.Respond {
	return challenge.Respond{Opening: opening, Response: challenge.Response{
		Text: "You are right, and I am sorry.\nThe core group meets next week.",
		Plan: []challenge.PlannedAction{
			{What: "Hold the core group", Who: "Social worker", DueBy: workday.NewDate(2026, 4, 20)},
			{What: "Share the report", Who: "Team manager", DueBy: workday.NewDate(2026, 4, 21)},
		},
	}}
}

// answered is stage 1 with its answer, the day before it is due.
func answeredRun(t testing.TB) *run {
	r := raisedRun(t)
	r.env.Now = marchAt(31, 9, 15)
	r.decide(priya, exampleAnswer(1))
	return r
}

// heldRun is held before stage 2 after silence on stage 1.
func heldRun(t testing.TB) *run {
	r := raisedRun(t)
	r.lapse()
	return r
}

// stageTwoRun is on stage 2, the first manager's late reply and the gates behind it.
func stageTwoRun(t testing.TB) *run {
	r := heldRun(t)
	r.env.Now = r.env.Now.Add(16 * time.Hour)
	r.decide(priya, exampleAnswer(1))
	r.decide(dot, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateNotAgreed, Note: "Try once more."})
	r.decide(maya, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateOverridden, Note: "The child cannot wait."})
	r.decide(maya, challenge.RecordGate{Rung: "stage-2", Gate: "statement", Status: challenge.GatePassed,
		Fields: map[string]string{"statement": "No core group.", "status": "true"}})
	return r
}

// exhaustedRun has passed the top in silence.
func exhaustedRun(t testing.TB) *run {
	r := stageTwoRun(t)
	r.lapse()
	return r
}

func exampleForm(t testing.TB) FormView {
	r := newRun(t)
	return FormView{
		Ladders: []LadderChoice{{"exampleshire", "Exampleshire resolution"}}, Ladder: r.env.Ladder,
		Teams:  []TeamChoice{{"north-locality", "North Locality"}, {"south-locality", "South Locality"}},
		Values: map[string]string{FieldTeam: "north-locality"},
		Now:    r.env.Now, Zone: r.env.Calendar.Location(), Nonce: "n-1",
	}
}

// exampleCheck is the second step of a form for a challenge.
func exampleCheck(t testing.TB, raising challenge.RaiseCommand) CheckView {
	r := newRun(t)
	forecast, err := challenge.ForecastRaise(raising, r.person(maya), r.env)
	if err != nil {
		t.Fatal(err)
	}
	d := raising.Details
	f := exampleForm(t)
	f.Values = map[string]string{FieldTeam: d.Team, FieldRecordNumber: d.RecordNumber, FieldConcern: d.Concern, FieldAsk: d.Ask, FieldStartAt: raising.StartAt}
	return CheckView{FormView: f, Raising: raising, Forecast: forecast}
}
