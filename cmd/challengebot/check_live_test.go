package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/postgres"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
	"challengebot/internal/story"
)

// startLivePractice is a practice Teams with everybody of the sample directory, and a configuration
// that speaks to it. without are those for whom the app is not installed.
func startLivePractice(t *testing.T, without ...string) (string, *practice.Teams) {
	t.Helper()
	d, err := directory.Read("people.yaml", story.SampleDirectory())
	if err != nil {
		t.Fatal(err)
	}
	o := practice.Options{AppID: story.AppID, Tenant: story.Tenant, Clock: practice.NewClock(monday), Errorf: t.Errorf,
		Channels: []practice.Channel{{TeamName: "Safeguarding", Name: "Notices", ID: "19:notices@thread.tacv2"}}}
	for _, p := range d.People() {
		o.People = append(o.People, practice.Person{ID: p.Entra, Name: p.Name, NotInstalled: slices.Contains(without, p.Name)})
	}
	for _, team := range d.Teams() {
		o.Channels = append(o.Channels, practice.Channel{TeamName: team.Name, ID: team.Channel, Name: team.Name, NotInstalled: slices.Contains(without, team.Name)})
	}
	teams, err := practice.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(teams.Close)
	return writeConfig(t, productionConfig+fmt.Sprintf("practice:\n  service_url: %s\n  metadata_url: %s\n  token_url: %s\n  issuer: %s\n",
		teams.ServiceURL(), teams.MetadataURL(), teams.TokenURL(), teams.Issuer())), teams
}

func TestCheckLiveSaysWhoCannotBeReachedAndWhatToDo(t *testing.T) {
	t.Parallel()
	config, teams := startLivePractice(t, "Priya Shah", "South Locality")
	got := runCommand(t, nil, "check", "--live", "--config", config)
	got.expect(t, exitWrong, "20 people asked about, 1 cannot be reached; 2 channels")
	for _, want := range [][]string{
		{"Priya Shah", "line-manager, team-manager", "NOT REACHED, and a ladder waits for them", "install the app for them: add them to the app setup policy"},
		{"Owen Price", "case-monitoring-board, oversight", "reached"},
		{"19:north-locality@thread.tacv2", "North Locality", "reached"},
		{"19:south-locality@thread.tacv2", "South Locality", "not reached", "add the app to the team that the channel is in"},
	} {
		if !slices.ContainsFunc(strings.Split(got.Stdout, "\n"), func(line string) bool {
			return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(line, w) })
		}) {
			t.Errorf("no line with %q in:\n%s", want, got.Stdout)
		}
	}
	for _, call := range teams.Calls() { // nothing is said to anybody
		if call.Op == practice.OpSend || call.Op == practice.OpUpdate || strings.Contains(string(call.Body), `"activity"`) {
			t.Errorf("%s %s was sent", call.Op, call.Path)
		}
	}
}

func TestCheckLiveIsContentWhenEverybodyWhoActsIsReached(t *testing.T) {
	t.Parallel()
	config, teams := startLivePractice(t, "Owen Price") // the oversight role answers and judges nothing
	teams.InjectFault(practice.Fault{Op: practice.OpCreate, Status: 429, RetryAfter: time.Second, Times: 1})
	began := time.Now()
	r := runCommand(t, nil, "check", "--live", "--json", "--config", config)
	if time.Since(began) < time.Second {
		t.Error("Teams asked for a second's peace and did not get it")
	}
	r.expect(t, exitOK)
	var out struct {
		Errors   int
		Findings []string
		Live     struct {
			People []struct {
				Name  string
				Roles []string
				Acts  bool
				OK    bool
				Code  string
				Todo  string
			}
			Channels []struct{ OK bool }
		}
	}
	if err := json.Unmarshal([]byte(r.Stdout), &out); err != nil {
		t.Fatalf("%v in:\n%s", err, r.Stdout)
	}
	if len(out.Live.People) != 20 || len(out.Live.Channels) != 2 || out.Errors != 0 || len(out.Findings) == 0 {
		t.Fatalf("%+v", out)
	}
	for _, p := range out.Live.People {
		if want := p.Name != "Owen Price"; p.OK != want || (p.Todo == "") != want {
			t.Errorf("%+v", p)
		}
		if p.Name == "Maya Okafor" && !p.Acts || p.Name == "Owen Price" && p.Acts {
			t.Errorf("acts: %+v", p)
		}
	}
}

func TestCheckLiveKnowsTheChannelsThatWereChosenInTeams(t *testing.T) {
	t.Parallel()
	config, _ := startLivePractice(t)
	dsn := newDatabase(t)
	store, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for unit, channel := range map[directory.DirectoryUnit]string{directory.TeamUnit("north-locality"): "19:notices@thread.tacv2", directory.TeamUnit("gone"): "19:notices@thread.tacv2"} {
		if err := store.BindNoticeChannel(t.Context(), storage.IdempotencyKey{Value: string(unit), At: monday}, directory.NoticeChannelSetting{Unit: unit, ChannelID: channel, SetBy: "o"}); err != nil {
			t.Fatal(err)
		}
	}
	r := runCommand(t, fakeEnv{envDatabase: dsn}, "check", "--live", "--config", config)
	r.expect(t, exitOK, `notices: of the team "north-locality" in 19:notices@thread.tacv2, chosen in Teams with /notices`,
		`warning: notices: a channel was chosen for the team "gone", which the directory no longer lists`)
	if strings.Contains(r.Stdout, "19:north-locality@thread.tacv2") {
		t.Errorf("the file's channel was asked about:\n%s", r.Stdout)
	}
}

func TestCheckLiveSaysThatTheCredentialsAreNotAccepted(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]practice.Fault{
		"no token":      {Op: practice.OpToken, Status: 401, Code: "invalid_client"},
		"not the bot's": {Op: practice.OpCreate, Status: 401, Code: "BotNotRegistered"},
	} {
		config, teams := startLivePractice(t)
		teams.InjectFault(fault)
		r := runCommand(t, fakeEnv{envSecret: "s3nt1nel"}, "check", "--live", "--config", config)
		r.expect(t, exitWrong, "teams: the bot's credentials are not accepted")
		if all := r.Stdout + r.Stderr; strings.Contains(all, "s3nt1nel") || strings.Contains(all, "eyJ") {
			t.Errorf("%s: a secret was told:\n%s", name, all)
		}
		if n := len(teams.Calls()); n > 4 {
			t.Errorf("%s: %d calls although the first said it all", name, n)
		}
	}
}
