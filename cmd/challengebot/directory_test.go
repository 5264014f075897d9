package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sheetFiles are a small directory in a spreadsheet.
var sheetFiles = map[string]string{
	"users.csv": "userPrincipalName,displayName,objectId,accountEnabled\nmaya@x.gov.uk,Maya Okafor,0a000000-0000-4000-8000-000000000001,True\n" +
		"ben@x.gov.uk,Ben Carter,0a000000-0000-4000-8000-000000000011,True\ndan@x.gov.uk,Dan Hill,0a000000-0000-4000-8000-000000000012,True\n",
	"units.csv": "kind,id,name,service,channel\nauthority,,Exampleshire Council,,\nteam,north,North,,19:n@thread.tacv2\n",
	"roles.csv": "role,unit,person\nchair,authority,maya@x.gov.uk\nteam-manager,north,ben@x.gov.uk\n",
}

func TestADirectoryInASpreadsheetIsCheckedExportedAndCompared(t *testing.T) {
	t.Parallel()
	config := writeConfig(t, strings.Replace(productionConfig, "people.yaml", "users.csv", 1))
	dir := filepath.Dir(config)
	for name, text := range sheetFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	database := fakeEnv{envDatabase: newDatabase(t), envSecret: "a secret"}
	runCommand(t, database, "check", "--config", config).expect(t, exitWrong, "ok: directory: 3 people, 1 team", `units.csv:3:3: the team "north" has nobody with an account as "service-manager"`, "7 errors")
	exported := runCommand(t, nil, "directory", "export", "--config", config)
	exported.expect(t, exitOK, `{id: ben, name: "Ben Carter", entra: "0a000000-0000-4000-8000-000000000011"}`)

	runCommand(t, nil, "directory", "diff", "--config", config).expect(t, exitWrong, "DATABASE_URL is not set")
	runCommand(t, database, "directory", "diff", "--config", config).expect(t, exitWrong, "has not served yet")
	kept := writeTestFile(t, "kept.yaml", exported.Stdout)
	if r := runCommand(t, nil, "directory", "diff", "--config", config, kept); r.Stdout != "0 changes; 0 people of 3 people would leave\n" {
		t.Errorf("of the same: %q, %q", r.Stdout, r.Stderr)
	}
	changeTestFile(t, filepath.Join(dir, "users.csv"), "000000000011,True", "000000000011,False")
	runCommand(t, nil, "directory", "diff", "--config", config, kept).expect(t, exitWrong, `roles.csv:3:3: there is no person "ben@x.gov.uk"`)
	changeTestFile(t, filepath.Join(dir, "roles.csv"), "ben@x.gov.uk", "Dan Hill")
	r := runCommand(t, nil, "directory", "diff", "--config", config, kept)
	if want := "Ben Carter leaves\nDan Hill becomes \"team-manager\" of the team \"north\"\nBen Carter is no longer \"team-manager\" of the team \"north\"\n3 changes; 1 person of 3 people would leave\n"; r.Stdout != want {
		t.Errorf("said %q, want %q", r.Stdout, want)
	}
	if err := os.Remove(filepath.Join(dir, "roles.csv")); err != nil {
		t.Fatal(err)
	}
	runCommand(t, nil, "directory", "export", "--config", config).expect(t, exitWrong, "roles.csv: this sheet of the directory cannot be read: there is no such file", "users.csv has it beside")
}

// What the bot works with is known from the database, and a sheet serves as a file does.
func TestTheBotServesFromASpreadsheetAndTheCopyIsCompared(t *testing.T) {
	t.Parallel()
	practising, _ := startPractice(t)
	config := writeConfig(t, strings.Replace(practising, "people.yaml", "users.csv", 1))
	for name, text := range sheetFiles {
		if err := os.WriteFile(filepath.Join(filepath.Dir(config), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := fakeEnv{envDatabase: newDatabase(t)}
	s := startServing(t, e, config)
	runCommand(t, e, "directory", "diff", "--config", config).expect(t, exitOK, "0 changes; 0 people of 3 people would leave")
	changeTestFile(t, filepath.Join(filepath.Dir(config), "roles.csv"), "team-manager,north,ben@x.gov.uk", "team-manager,north,dan@x.gov.uk")
	s.takeNew()
	s.expectLog(t, `"people_left":0,"directory_changes":2`, 1)
	changeTestFile(t, filepath.Join(filepath.Dir(config), "roles.csv"), "role,unit,person", "role,unit,who")
	s.takeNew()
	s.expectLog(t, "roles.csv:1:1), and the bot works with the earlier ones", 1)
	changeTestFile(t, config, "users.csv", "people.yaml")
	s.takeNew()
	s.expectLog(t, `"people_joined":17`, 1)
}
