package challengetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// people of the made-up authority: the key, and the name on a card.
var people = []struct{ id, name string }{
	{"anna", "Anna Arden"}, {"ben", "Ben Barlow"}, {"cleo", "Cleo Cross"}, // chairs
	{"sol", "Sol Stone"}, {"tess", "Tess Thorne"}, {"sam", "Sam Marsh"}, // worker, team and service manager of North
	{"tara", "Tara Teal"}, {"una", "Una Upton"}, // team managers of South and East
	{"hana", "Hana Hill"}, {"adil", "Adil Dean"}, // head of service, assistant director
	{"olive", "Olive Own"}, {"ivo", "Ivo Oak"}, // the chairs' own service manager, IRO team manager
	{"nora", "Nora Nash"}, {"quin", "Quin Quill"}, {"dora", "Dora Drew"}, {"otto", "Otto Orr"}, // nominated officer, QA, director, oversight
	{"nell", "Nell Nurse"}, {"hugo", "Hugo Health"}, {"dev", "Dev Doctor"}, {"supe", "Sue Perry"}, // partners
	{"zed", "Zed Zero"}, // holds nothing
}

// officeYAML is the directory. South has no service manager; the team manager of
// East stands in for her own service manager, and Ben, a chair, manages West.
const officeYAML = `authority: Exampleshire
people:
%s
services:
  - {id: central, name: Central, roles: {service-manager: sam}}
teams:
  - {id: north, name: North, service: central, channel: "19:north@thread.tacv2", roles: {social-worker: sol, team-manager: [tess, tara], assistant-team-manager: [tara, cleo]}}
  - {id: south, name: South, channel: "19:south@thread.tacv2", roles: {social-worker: sol, team-manager: tara}}
  - {id: east, name: East, channel: "19:east@thread.tacv2", roles: {social-worker: sol, team-manager: una, service-manager: olive}}
  - {id: west, name: West, service: central, channel: "19:west@thread.tacv2", roles: {social-worker: zed, team-manager: ben}}
agencies:
  - {id: childrens-social-care, name: Children's social care, roles: {cin-senior-manager: hana}}
  - {id: health, name: Health, roles: {health-visitor: hugo, named-nurse: nell, designated-doctor: dev, practitioner: hugo, line-manager: nell}}
  - {id: police, name: Police, roles: {superintendent: supe}}
roles:
  chair: [anna, ben, cleo]
  head-of-service: hana
  assistant-director: adil
  final-decider: [adil, dora]
  own-service-manager: olive
  iro-team-manager: [ivo, otto]
  nominated-officer: nora
  qa-manager: quin
  qa-officer: quin
  qa-senior-manager: otto
  director-for-people: dora
  case-monitoring-board: nora
  oversight: otto
cover:
  - {for: olive, by: una, from: 2026-04-01, to: 2026-12-31}
  - {for: anna, by: cleo, from: 2026-04-08, to: 2026-04-20}
  - {for: hana, by: sam, from: 2026-04-13, to: 2026-04-24}
`

// Directory is the made-up authority.
func Directory() *directory.Directory { return DirectoryWithout("") }

// DirectoryWithout is the made-up authority after that person has left: somebody else,
// whom no challenge knows, has their place.
func DirectoryWithout(id string) *directory.Directory { return readOffice(officeYAML, id) }

// DirectoryWithoutChannels is the made-up authority without a channel for notices.
func DirectoryWithoutChannels() *directory.Directory {
	return readOffice(regexp.MustCompile(`channel: "[^"]*", `).ReplaceAllString(officeYAML, ""), "")
}

// DirectoryWithoutOversight is the made-up authority with nobody who oversees challenges.
func DirectoryWithoutOversight() *directory.Directory {
	return readOffice(strings.Replace(officeYAML, "  oversight: otto\n", "", 1), "")
}

// readOffice reads the authority, in which a person's place is somebody else's.
func readOffice(office, left string) *directory.Directory {
	var list strings.Builder
	for _, p := range people {
		name, entra := p.name, Person(p.id).ID
		if p.id == left {
			name, entra = "Newly Appointed", newlyAppointed
		}
		fmt.Fprintf(&list, "  - {id: %s, name: %s, entra: %s}\n", p.id, name, entra)
	}
	d, err := directory.Read("office.yaml", fmt.Appendf(nil, office, list.String()))
	if err != nil {
		panic(err)
	}
	return d
}

// DesertedDirectory is the authority on the day that every role but the chairs' and the
// overseers' has fallen vacant.
func DesertedDirectory() *directory.Directory {
	text := "authority: Exampleshire\npeople:\n"
	for _, p := range people {
		text += fmt.Sprintf("  - {id: %s, name: %s, entra: %s}\n", p.id, p.name, Person(p.id).ID)
	}
	text += "teams:\n"
	for _, team := range []string{"north", "south", "east", "west"} {
		text += fmt.Sprintf("  - {id: %s, name: %s, channel: \"19:%s@thread.tacv2\"}\n", team, team, team)
	}
	text += "agencies: [{id: childrens-social-care, name: Social care}, {id: health, name: Health}, {id: police, name: Police}]\n"
	text += "roles: {chair: [anna, ben, cleo], oversight: otto}\n"
	d, err := directory.Read("deserted.yaml", []byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// Person is one of the authority's people by their key, such as "anna", or "new" for who has the
// place of somebody who left.
func Person(id string) challenge.Person {
	if id == "new" {
		return challenge.Person{ID: newlyAppointed, Name: "Newly Appointed"}
	}
	for i, p := range people {
		if p.id == id {
			return challenge.Person{ID: fmt.Sprintf("6f1c0000-0000-4000-8000-%012d", i+1), Name: p.name}
		}
	}
	panic("challengetest: nobody is " + id)
}

// KeyOf is the key of one of the authority's people by their object id: "new" for who has the place
// of somebody who left, and the id itself for anybody else.
func KeyOf(id string) string {
	for _, p := range people {
		if Person(p.id).ID == id {
			return p.id
		}
	}
	if id == newlyAppointed {
		return "new"
	}
	return id
}

// newlyAppointed has the place of somebody who left.
const newlyAppointed = "6f1c0000-0000-4000-8000-0000000000ff"

// Stranger is somebody whom the directory does not know.
func Stranger() challenge.Person {
	return challenge.Person{ID: "6f1c0000-0000-4000-8000-999999999999", Name: "Somebody Else"}
}

// People are all of them.
func People() []challenge.Person {
	var all []challenge.Person
	for _, p := range people {
		all = append(all, Person(p.id))
	}
	return all
}

// Calendar is England and Wales with nothing changed.
func Calendar() *workday.Calendar {
	c, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		panic(err)
	}
	return c
}

// Env is the made-up authority at a time of the London clock, "2026-03-30 10:00".
func Env(l *ladder.Ladder, clock string) challenge.Env {
	return challenge.Env{Now: At(clock), Calendar: Calendar(), Ladder: l, Directory: Directory()}
}

// At is an instant from the London clock, "2026-03-30 10:00".
func At(clock string) time.Time {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, london)
	if err != nil {
		panic(err)
	}
	return at
}

// Clock is an instant by the London clock, as At reads it, with seconds where there are any.
func Clock(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return strings.TrimSuffix(at.In(london).Format("2006-01-02 15:04:05.999999"), ":00")
}

// Date reads "2026-03-30".
func Date(s string) workday.Date {
	d, err := workday.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// ShippedLadders are the ladders that come with the program.
func ShippedLadders(t testing.TB) []*ladder.Ladder {
	t.Helper()
	var all []*ladder.Ladder
	for _, id := range ladder.ShippedIDs() {
		all = append(all, LoadLadder(t, id))
	}
	return all
}

// LoadLadder is a shipped ladder.
func LoadLadder(t testing.TB, id string) *ladder.Ladder {
	t.Helper()
	l, err := ladder.LoadShipped(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// RaiseCommand is a complete challenge about a child of that team under the ladder.
func RaiseCommand(env challenge.Env, team string, number uint64) challenge.RaiseCommand {
	l, today := env.Ladder, env.Today()
	r := challenge.RaiseCommand{
		ID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, "challenge ", number)), Number: number,
		Details: challenge.Details{
			RecordNumber: "LCS 482913", Conference: challenge.ReviewConference, ConferenceDate: today,
			Concern: "No core group has met since the last conference.", Ask: "A core group, and its minutes.",
			AskBy: today.AddDays(14), Team: team,
		},
	}
	if !slices.Contains(l.Plans, ladder.ChildProtection) {
		r.Details.Conference = challenge.CareReview
	}
	if l.Party == ladder.PartyPartner {
		r.Details.Agency = "health"
	}
	r.Details.Categories = []string{CategoriesFor(l, r.Details.Conference)[0]}
	return r
}

// CategoriesFor are the ids of the ladder's categories for a type of conference.
func CategoriesFor(l *ladder.Ladder, t challenge.ConferenceType) []string {
	var ids []string
	for _, c := range l.Categories {
		if len(c.Plans) == 0 || slices.Contains(c.Plans, l.PlanOf(string(t))) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Raisers are those who may raise a challenge about that team under the ladder.
func Raisers(env challenge.Env, team string) []challenge.Person {
	return slices.DeleteFunc(People(), func(p challenge.Person) bool {
		return !challenge.MayRaise(env.Ladder, p.ID, directory.Scope{Team: team}, env)
	})
}

// CompleteResponse is an answer that fills in all that the rung's form asks for.
func CompleteResponse(rung *ladder.Rung, env challenge.Env) challenge.Response {
	r := challenge.Response{Text: "We have agreed the following.", Fields: FillFields(rung.Form.Fields(), env)}
	if rung.Form == ladder.FormPlan {
		r.Plan = []challenge.PlannedAction{{What: "Hold the core group", Who: "Social worker", DueBy: env.Today().AddDays(7)}}
	}
	return r
}

// FillFields fills in every field.
func FillFields(fields []ladder.Field, env challenge.Env) map[string]string {
	filled := map[string]string{}
	for _, f := range fields {
		switch f.Kind {
		case ladder.FieldDate:
			filled[f.ID] = env.Today().String()
		case ladder.FieldYesNo:
			filled[f.ID] = "true"
		default:
			filled[f.ID] = "As discussed."
		}
	}
	return filled
}
