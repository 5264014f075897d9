package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"challengebot/internal/ladder"
)

func TestTheVersionIsTheNewestOfTheChangelog(t *testing.T) {
	t.Parallel()
	runCommand(t, nil, "version").expect(t, exitOK, "challengebot "+programVersion+", from ", "it needs a database at version ")
	var b builtFrom
	if err := json.Unmarshal([]byte(runCommand(t, nil, "version", "--json").Stdout), &b); err != nil || b.Version != programVersion || b.Schema == 0 {
		t.Errorf("%+v, %v", b, err)
	}
	changelog, err := os.ReadFile("../../.docs/CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, newest, _ := strings.Cut(string(changelog), "\n## ")
	if !strings.HasPrefix(newest, programVersion+" ") {
		t.Errorf("the changelog begins with %.20q, the program is %s", newest, programVersion)
	}
}

func TestShippedLaddersAreListed(t *testing.T) {
	t.Parallel()
	r := runCommand(t, nil, "ladder", "list")
	r.expect(t, exitOK, "ne-lincolnshire", "version 2", "5 rungs (internal)")
	if strings.Count(r.Stdout, "\n") != len(ladder.ShippedIDs()) {
		t.Errorf("listed %s", r.Stdout)
	}
	var all []listedLadder
	if err := json.Unmarshal([]byte(runCommand(t, nil, "ladder", "list", "--json").Stdout), &all); err != nil || len(all) != len(ladder.ShippedIDs()) || all[0].Rungs == 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestLintAndVerifySpeakToMachines(t *testing.T) {
	t.Parallel()
	var lint lintReport
	file := writeTestFile(t, "odd.yaml", "ladder: odd\nrugns: []\n")
	r := runCommand(t, nil, "ladder", "lint", "--json", file)
	if err := json.Unmarshal([]byte(r.Stdout), &lint); err != nil || r.Code != exitWrong || lint.Errors == 0 || lint.Findings[0].Line != 2 || lint.Findings[0].Hint != `Did you mean "rungs"?` {
		t.Errorf("%d %+v, %v", r.Code, lint, err)
	}
	r = runCommand(t, nil, "ladder", "lint", "--json", "--ladder", "rutland")
	if err := json.Unmarshal([]byte(r.Stdout), &lint); err != nil || r.Code != exitOK || lint.Errors != 0 {
		t.Errorf("%d %s, %v", r.Code, r.Stdout, err)
	}
	var verify verifyReport
	r = runCommand(t, fakeEnv{envDatabase: newDatabase(t)}, "audit", "verify", "--json")
	if err := json.Unmarshal([]byte(r.Stdout), &verify); err != nil || r.Code != exitOK || !verify.Intact || verify.Chains != 0 {
		t.Errorf("%d %s, %v", r.Code, r.Stdout, err)
	}
	runCommand(t, nil, "audit", "verify", "--json", "--seal", "x", "--public-key", "00").expect(t, exitUsage, "--seal or --json")
}
