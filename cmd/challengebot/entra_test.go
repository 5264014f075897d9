package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/practice"
)

const (
	chairGroup   = "9a000000-0000-4000-8000-000000000001"
	managerGroup = "9a000000-0000-4000-8000-000000000002"
)

// entraDirectory names the groups that stand for roles; managers are in the team of their
// department.
const entraDirectory = `authority: Exampleshire Council
people: [{id: maya, name: Maya Okafor, entra: 0a000000-0000-4000-8000-000000000001, language: cy}]
groups: {chair: ` + chairGroup + `}
department_groups: {team-manager: ` + managerGroup + `}
teams:
  - {id: north, name: North Locality}
  - {id: south, name: South Locality, department: Locality (South)}
`

func entraUser(n int) string { return fmt.Sprintf("0a000000-0000-4000-8000-%012d", n) }

// startEntra is a Graph with a few people and a configuration that reads it.
func startEntra(t *testing.T) (*practice.Graph, string) {
	t.Helper()
	g, err := practice.StartGraph(t.Errorf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	for n, one := range []practice.GraphUser{
		{Name: "Maya Okafor (Chair)", Login: "maya@x.gov.uk"}, {Name: "Priya Shah", Login: "priya@x.gov.uk", Department: "north locality"},
		{Name: "Ben Carter", Login: "ben@x.gov.uk", Department: "Locality (South)"}, {Name: "Ben Carter", Login: "ben@x.gov.uk", Department: "Highways"},
	} {
		one.ID = entraUser(n + 1)
		g.SetUser(one)
	}
	g.AddMember(chairGroup, entraUser(1), false)
	for n := 2; n <= 4; n++ {
		g.AddMember(managerGroup, entraUser(n), false)
	}
	practising, _ := startPractice(t)
	config := writeConfig(t, practising+"  graph_url: "+g.URL()+"\n")
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "people.yaml"), []byte(entraDirectory), 0o600); err != nil {
		t.Fatal(err)
	}
	return g, config
}

func TestTheDirectoryComesFromTheGroupsOfEntra(t *testing.T) {
	t.Parallel()
	_, config := startEntra(t)
	const want = `authority: "Exampleshire Council"
language: en
people:
  - {id: maya, name: "Maya Okafor", entra: "0a000000-0000-4000-8000-000000000001", language: cy}
  - {id: ben, name: "Ben Carter", entra: "0a000000-0000-4000-8000-000000000003"}
  - {id: priya, name: "Priya Shah", entra: "0a000000-0000-4000-8000-000000000002"}
teams:
  - {id: north, name: "North Locality", roles: {team-manager: [priya]}}
  - {id: south, name: "South Locality", roles: {team-manager: [ben]}}
roles: {chair: [maya]}
`
	if r := runCommand(t, nil, "directory", "export", "--config", config); r.Stdout != want {
		t.Errorf("exported %s\n%s", r.Stdout, r.Stderr)
	}
}

func TestServeFollowsTheGroupsAndOutlivesAnOutageOfEntra(t *testing.T) {
	t.Parallel()
	g, config := startEntra(t)
	e := fakeEnv{envDatabase: newDatabase(t)}
	denied := practice.GraphFault{Status: http.StatusForbidden, Code: "Authorization_RequestDenied"}
	g.Fail(denied)
	runCommand(t, e, "serve", "--config", config).expect(t, exitWrong, "cannot be read from Entra", "User.Read.All and GroupMember.Read.All") // and there is no copy yet

	s := startServing(t, e, config)
	s.expectMetric(t, "challengebot_entra_stale 0")
	g.RemoveMember(managerGroup, entraUser(2))
	g.SetUser(practice.GraphUser{ID: entraUser(5), Name: "Alex Byrne", Login: "alex@x.gov.uk", Department: "North Locality"})
	g.AddMember(managerGroup, entraUser(5), false)
	runCommand(t, e, "directory", "diff", "--config", config).expect(t, exitOK, "Alex Byrne joins", "Priya Shah leaves", `Alex Byrne becomes "team-manager" of the team "north"`)
	s.takeNew()
	s.expectLog(t, `"people_joined":1,"people_left":1`, 1)

	g.DisableUser(entraUser(3))
	g.Fail(denied, practice.GraphFault{Status: denied.Status, Code: denied.Code, OnGroups: true})
	s.takeNew()
	s.takeNew() // another question meets the same outage
	s.expectLog(t, "Entra cannot be asked who holds which role, and the bot works with the last whole reading", 1)
	if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("/readyz says %d in an outage of Entra", status)
	}
	s.expectMetric(t, "challengebot_entra_stale 1")
	s.takeNew()
	s.expectMetric(t, "challengebot_entra_stale 0")
	s.expectLog(t, `"people_joined":0,"people_left":1`, 1)
	for _, name := range []string{"Ben", "Alex", "Priya"} {
		if strings.Contains(s.log.String(), name) {
			t.Errorf("the log names %s", name)
		}
	}
	g.DeleteGroup(chairGroup)
	s.takeNew()
	s.expectLog(t, "there is no group "+chairGroup, 1)
	s.expectMetric(t, "challengebot_entra_stale 1")
	s.end()

	again := startServing(t, e, config) // with the copy in the database
	again.expectLog(t, "the directory cannot be read", 1)
	again.expectMetric(t, "challengebot_directory_copy_in_use 1")
	runCommand(t, e, "check", "--config", config).expect(t, exitWrong, "config.yaml:4:12: the groups that the directory names cannot be read from Entra", "there is no group "+chairGroup)
}
