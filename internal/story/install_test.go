package story

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"challengebot/internal/app"
	"challengebot/internal/practice"
	"challengebot/manifest"
)

// buildPackage is the app package that `challengebot app package` makes.
func buildPackage(t *testing.T, version string) []byte {
	t.Helper()
	var zip bytes.Buffer
	if err := manifest.Build(&zip, manifest.Options{AppID: AppID, Version: version, Developer: "Exampleshire Council",
		BaseURL: "https://www.exampleshire.example/challenge"}); err != nil {
		t.Fatal(err)
	}
	return zip.Bytes()
}

// missingInTeams is what check --live says of people and channels that cannot be reached.
func (s *stage) missingInTeams() (people, channels []string) {
	s.t.Helper()
	d, err := app.LoadLiveDirectory(s.t.Context(), s.Directory, s.App.Store, s.Calendar, s.Clock.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	live, err := app.CheckLive(s.t.Context(), s.parts.Platform, d, s.Ladders, s.Calendar.DateOf(s.Clock.Now()), s.Clock.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range live.People {
		if !p.Reachable {
			people = append(people, p.Name)
		}
	}
	for _, c := range live.Channels {
		if !c.Reachable {
			channels = append(channels, c.ID)
		}
	}
	return people, channels
}

func TestFromAnEmptyTenantToTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), NotInstalled: true,
		Channels: []practice.Channel{{TeamName: "Safeguarding", Name: "Notices"}}}, "ne-lincolnshire")
	ctx := t.Context()
	notices := s.placeNamed("Notices")

	// Nobody has the app: nothing reaches the bot, and nothing can be installed.
	for _, answer := range []*practice.Answer{s.maya.InstallsApp(ctx), s.owen.InstallsInTeam(ctx, "Notices"),
		s.owen.SaysIn(ctx, "Notices", "/notices here North Locality", practice.Targeted)} {
		if !errors.Is(answer.Err, practice.ErrNotDelivered) {
			t.Errorf("without the app: %v", answer.Err)
		}
	}
	if people, channels := s.missingInTeams(); len(people) != len(s.Teams.People()) || len(channels) != 2 {
		t.Errorf("missing: %v, %v", people, channels)
	}

	// The administrator uploads the package, adds it to the team of the channel, and an
	// app setup policy gives it to everybody but two.
	if err := s.Teams.UploadApp(ctx, buildPackage(t, "1.0.0")); err != nil {
		t.Fatal(err)
	}
	s.owen.expectDone(s.owen.InstallsInTeam(ctx, "Notices"))
	notices.gets("Hello.", "never anything about a child")
	s.expectNoNews() // nobody in the team is greeted one by one
	for _, p := range s.Teams.People() {
		if p == s.tom.Person || p == s.priya.Person {
			continue
		}
		a := &actor{Person: p, s: s}
		a.expectDone(a.InstallsApp(ctx))
		a.gets("What I can do", "/challenge: raise a challenge", "Set up for Exampleshire Council.")
	}
	s.expectNoNews()

	// The oversight role chooses the channel with the command that Teams offers.
	if !s.Teams.OffersCommand("team", "/notices here North Locality") {
		t.Errorf("Teams offers %q", s.Teams.OfferedCommands("team", "slash"))
	}
	for _, team := range []string{"North Locality", "South Locality"} {
		s.owen.typesIn("Notices", "notices here "+team, practice.Targeted)
		s.owen.getsReply("The notices about cases of " + team + " appear in this channel from now on.")
	}

	// check --live says who is missing, and they install it.
	if people, channels := s.missingInTeams(); !slices.Equal(people, []string{"Tom Reid", "Priya Shah"}) || len(channels) != 0 {
		t.Errorf("missing: %v, %v", people, channels)
	}
	for _, a := range []*actor{s.tom, s.priya} {
		a.expectDone(a.InstallsApp(ctx))
		a.gets("What I can do")
	}
	if people, channels := s.missingInTeams(); len(people)+len(channels) != 0 {
		t.Errorf("missing: %v, %v", people, channels)
	}

	// An upgrade, and installing it again, greet nobody again.
	if err := s.Teams.UploadApp(ctx, buildPackage(t, "1.0.0")); !errors.Is(err, practice.ErrPackageRejected) {
		t.Errorf("the same version was taken: %v", err)
	}
	if err := s.Teams.UploadApp(ctx, buildPackage(t, "1.1.0")); err != nil {
		t.Fatal(err)
	}
	s.sam.expectDone(s.sam.UninstallsApp(ctx))
	s.sam.expectDone(s.sam.InstallsApp(ctx))
	s.settle()
	s.expectNoNews()

	// The first challenge.
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(nil))
	ref := s.lastRef()
	s.maya.gets(ref)
	asked := s.tom.gets(ref, "Please answer by Tuesday 31 March 2026 at 17:00")
	s.priya.gets(ref)
	expectNoText(t, "the channel", notices.gets(ref), "1234567", "No visit")
	s.tom.clicks(asked, "Send the answer", answerInputs("2026-04-02", nil))
	s.maya.clicks(s.maya.gets("Tom Reid answered on Monday 30 March 2026"), "Satisfied", nil)
	if got := s.eventKinds(ref); got[len(got)-1] != "resolved" {
		t.Errorf("it ended as %q", got)
	}
	if s.verifyTrails() != 1 {
		t.Error("the trail does not hold")
	}
	s.discardNews()
}

func TestAPackageOfAnotherBotIsNotTaken(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), NotInstalled: true}, "ne-lincolnshire")
	other := bytes.Replace(buildPackage(t, "1.0.0"), []byte("PK"), []byte("XX"), 1)
	if err := s.Teams.UploadApp(t.Context(), other); !errors.Is(err, practice.ErrPackageRejected) {
		t.Errorf("no zip: %v", err)
	}
	var zip bytes.Buffer
	if err := manifest.Build(&zip, manifest.Options{AppID: strings.Replace(AppID, "b07", "b08", 1), Developer: "Elsewhere", BaseURL: "https://www.elsewhere.example"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Teams.UploadApp(t.Context(), zip.Bytes()); !errors.Is(err, practice.ErrPackageRejected) {
		t.Errorf("another bot's: %v", err)
	}
}

// welshTitles are the commands of a package's personal list, each with its Welsh title.
func welshTitles(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string, into any) {
		file, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := json.NewDecoder(file).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var app struct {
		Bots []struct {
			CommandLists []struct{ Commands []struct{ Title string } }
		}
	}
	cy := map[string]string{}
	read("manifest.json", &app)
	read("cy.json", &cy)
	titles := map[string]string{}
	for i, c := range app.Bots[0].CommandLists[0].Commands {
		titles[c.Title] = cy[fmt.Sprintf("bots[0].commandLists[0].commands[%d].title", i)]
	}
	return titles
}

// TestEveryCommandThatTheManifestListsWorks drives each through the bot as Teams would:
// chosen after "/", and after "@" and the bot's name.
func TestEveryCommandThatTheManifestListsWorks(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t)}, "ne-lincolnshire")
	if err := s.Teams.UploadApp(t.Context(), buildPackage(t, "1.0.0")); err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{"challenge": "Continue", "urgent": "Continue", "waiting": "Only those who oversee challenges have that list.", "mine": "Your challenges", "register": "Register of challenges", "notes": "No case note waits to be pasted.", "cover": "Who stands in for whom",
		"notices": "Where notices appear", "help": "What I can do"}
	driven := 0
	heard := func(command string, among bool) {
		t.Helper()
		driven++
		var m *practice.Message
		switch {
		case among && command == "help": // said to her alone, where she asked
			s.maya.gets("I carry a challenge")
			s.expectNoNews()
			return
		case among:
			m = s.maya.getsAll("", inPrivateChat)[0]
		default:
			m = s.maya.gets()
		}
		if want := answers[command]; want == "" || !strings.Contains(m.String(), want) && !m.Card().HasButton(want) {
			t.Errorf("%s is answered with:\n%s", command, m)
		}
		s.expectNoNews()
	}
	for _, command := range s.Teams.OfferedCommands("personal", "slash") {
		s.maya.types(command)
		heard(command, false)
		s.maya.types("/" + command)
		heard(command, false)
	}
	for english, welsh := range welshTitles(t, buildPackage(t, "1.0.0")) { // a client in Welsh offers these
		s.maya.types(welsh)
		heard(english, false)
	}
	for trigger, how := range map[string]practice.MessageOption{"slash": practice.Targeted, "mention": practice.Mention} {
		for _, command := range s.Teams.OfferedCommands("team", trigger) {
			s.maya.typesIn("North Locality", command, how)
			heard(command, true)
		}
	}
	if driven < 3*8+2*3 {
		t.Errorf("%d commands were driven", driven)
	}
}
