package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/ladder"
)

// edit is one slip: what stood in a file, and what stands there now.
type edit struct{ file, old, slip string }

// wrongSetups are slips that administrators make, each in a set-up that was whole before.
var wrongSetups = []struct {
	name  string
	edits []edit
}{
	{"a key that nobody knows", []edit{{"config.yaml", "ladders:", "ladder:"}}},
	{"two files in one", []edit{{"config.yaml", "calendar:", "---\ncalendar:"}}},
	{"a tabulator for an indent", []edit{{"config.yaml", "calendar: {division: england-and-wales}", "calendar:\n\tdivision: england-and-wales"}}},
	{"a bracket left open", []edit{{"config.yaml", "[ne-lincolnshire]", "[ne-lincolnshire"}}},
	{"quotation marks of a word processor", []edit{{"people.yaml", "name: Ben Carter", "name: “Ben Carter”"}}},
	{"an app id copied from an example", []edit{{"config.yaml", "b0700000-0000-4000-8000-000000000001", "00000000-0000-0000-0000-000000000000"}}},
	{"a tenant copied from an example", []edit{{"config.yaml", "7e700000-0000-4000-8000-000000000001", "12345678-1234-1234-1234-123456789012"}}},
	{"the app id twice", []edit{{"config.yaml", "7e700000-0000-4000-8000-000000000001", "b0700000-0000-4000-8000-000000000001"}}},
	{"a name for an id", []edit{{"config.yaml", "7e700000-0000-4000-8000-000000000001", "exampleshire.onmicrosoft.com"}}},
	{"every network of the machine", []edit{{"config.yaml", "127.0.0.1:0", "0.0.0.0:3978"}}},
	{"a port without an address", []edit{{"config.yaml", "127.0.0.1:0", "':3978'"}}},
	{"a permission that there is not", []edit{{"config.yaml", "listen:", "allow: [listen-everwhere]\nlisten:"}}},
	{"one ladder twice", []edit{{"config.yaml", "[ne-lincolnshire]", "[ne-lincolnshire, rutland, ne-lincolnshire]"}}},
	{"a ladder misspelt", []edit{{"config.yaml", "[ne-lincolnshire]", "[ne-lincolnshir]"}}},
	{"a ladder's file that is not there", []edit{{"config.yaml", "[ne-lincolnshire]", "[./confg.yaml]"}}},
	{"no ladder", []edit{{"config.yaml", "[ne-lincolnshire]", "[]"}}},
	{"a directory that is not there", []edit{{"config.yaml", "people.yaml", "peopel.yaml"}}},
	{"a division that there is not", []edit{{"config.yaml", "england-and-wales", "england"}}},
	{"a closure as people write it", []edit{{"config.yaml", "england-and-wales}", "england-and-wales, closures: [{from: 24/12/2026, to: 31/12/2026, name: Christmas}]}"}}},
	{"a closure that ends in the year before", []edit{{"config.yaml", "england-and-wales}", "england-and-wales, closures: [{from: 2026-12-24, to: 2025-12-31, name: Christmas}]}"}}},
	{"a closure without a name", []edit{{"config.yaml", "england-and-wales}", "england-and-wales, closures: [{from: 2026-12-24}]}"}}},
	{"another zone", []edit{{"config.yaml", "england-and-wales}", "england-and-wales, zone: UTC}"}}},
	{"a cut-off after the end of the day", []edit{{"config.yaml", "england-and-wales}", "england-and-wales, cutoff: '18:00'}"}}},
	{"a cloud misspelt", []edit{{"config.yaml", "listen:", "cloud: gcc-hihg\nlisten:"}}},
	{"a secret with a kind that there is not", []edit{{"config.yaml", "listen:", "credential: {kind: secret}\nlisten:"}}},
	{"an object id copied from an example", []edit{{"people.yaml", "0a000000-0000-4000-8000-000000000011", "11111111-1111-1111-1111-111111111111"}}},
	{"an object id twice", []edit{{"people.yaml", "0a000000-0000-4000-8000-000000000011", "0a000000-0000-4000-8000-000000000010"}}},
	{"somebody in a role who is nobody", []edit{{"people.yaml", "team-manager: ben", "team-manager: benn"}}},
	{"a service that there is not", []edit{{"people.yaml", "    service: locality\n    channel: \"19:south", "    service: localty\n    channel: \"19:south"}}},
	{"the address of a channel for its id", []edit{{"people.yaml", "19:south-locality@thread.tacv2", "https://teams.microsoft.com/l/channel/19%3asouth"}}},
	{"a role that nobody holds in any team", []edit{{"people.yaml", "team-manager: priya}", "manager: priya}"}, {"people.yaml", "team-manager: ben}", "manager: ben}"}}},
	{"nobody who raises challenges", []edit{{"people.yaml", "  chair: [maya, sam]\n", ""}}},
	{"one person on two rungs", []edit{{"people.yaml", "service-manager: daniel", "service-manager: ben"}}},
	{"a chair of a team that they manage", []edit{{"people.yaml", "team-manager: ben", "team-manager: sam"}}},
	{"oversight beside a rung", []edit{{"people.yaml", "oversight: owen", "oversight: daniel"}}},
	{"a stand-in who is the chair", []edit{{"people.yaml", "roles:\n  chair", "cover: [{for: priya, by: maya, from: 2026-04-01, to: 2026-04-10}]\nroles:\n  chair"}}},
	{"a stand-in who is the next rung", []edit{{"people.yaml", "roles:\n  chair", "cover: [{for: priya, by: daniel, from: 2026-04-01, to: 2026-04-10}]\nroles:\n  chair"}}},
	{"cover from a day as people write it", []edit{{"people.yaml", "roles:\n  chair", "cover: [{for: priya, by: ben, from: 1/4/2026, to: 2026-04-10}]\nroles:\n  chair"}}},
	{"pages without TLS", []edit{{"config.yaml", "listen:", "pages: {public_url: 'http://challenge.example.gov.uk'}\nlisten:"}}},
	{"pages without a secret", []edit{{"config.yaml", "listen:", "pages: {public_url: 'https://challenge.example.gov.uk'}\nlisten:"}}},
	{"a directory that is another file", []edit{{"config.yaml", "directory: people.yaml", "directory: config.yaml"}}},
}

// One slip is one complaint, of the right thing and at the right place; the file says of each
// slip what is said first, and how much is said in all.
func TestCheckSaysOneThingOfOneSlip(t *testing.T) {
	t.Parallel()
	env := fakeEnv{envSecret: "a secret"}
	var said strings.Builder
	for _, setup := range wrongSetups {
		config := writeConfig(t, productionConfig)
		dir := filepath.Dir(config) + string(filepath.Separator)
		for _, e := range setup.edits {
			changeTestFile(t, dir+e.file, e.old, e.slip)
		}
		r := runCommand(t, env, "check", "--config", config)
		lines := strings.Split(strings.TrimSpace(r.Stdout+r.Stderr), "\n")
		first, complaints := "", 0
		for _, line := range lines {
			if !strings.HasPrefix(line, "ok: ") && !strings.Contains(line, "DATABASE_URL is not set") && line != lines[len(lines)-1] || len(lines) == 1 {
				complaints++
				if first == "" {
					first = strings.ReplaceAll(line, dir, "")
				}
			}
		}
		fmt.Fprintf(&said, "%s: %d\n    %s\n", setup.name, complaints, first)
	}
	compareGolden(t, "wrong_setups.txt", said.String())
}

// changeTestFile puts a slip into a file.
func changeTestFile(t *testing.T, file, old, slip string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%q stands %d times in %s", old, strings.Count(string(text), old), filepath.Base(file))
	}
	next := file + ".next" // renamed, so that nobody reads half of it
	if err := os.WriteFile(next, []byte(strings.Replace(string(text), old, slip, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
}

// Every shipped ladder with the sample authority: nothing is wrong, and people who hold two places
// are named.
func TestCheckOfASetUpThatIsWhole(t *testing.T) {
	t.Parallel()
	config := strings.Replace(productionConfig, "[ne-lincolnshire]", "["+strings.Join(ladder.ShippedIDs(), ", ")+"]", 1)
	r := runCommand(t, fakeEnv{envSecret: "a secret"}, "check", "--config", writeConfig(t, config))
	compareGolden(t, "whole_setup.txt", r.Stdout[strings.Index(r.Stdout, "\n")+1:])
}
