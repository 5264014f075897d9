package app

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"challengebot/bot"
	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/postgres"
	"challengebot/internal/teamsfailure"
	"challengebot/internal/workday"
)

// rules is a file of alarms, as Prometheus reads it.
type rules struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert       string
			Expr        string
			For         string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

func readRules(t *testing.T) rules {
	t.Helper()
	text, err := os.ReadFile("../../.ops/prometheus-rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	var r rules
	if err := yaml.UnmarshalWithOptions(text, &r, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return r
}

// newUnstarted is a program that has asked its database nothing.
func newUnstarted(t *testing.T) *App {
	t.Helper()
	store, err := postgres.Open(t.Context(), "host=nowhere.invalid dbname=x", postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	credential, err := connector.NewCredential(
		connector.CredentialConfig{
			Kind:    connector.ClientSecret,
			AppID:   "b0700000-0000-4000-8000-000000000001",
			Tenant:  "7e700000-0000-4000-8000-000000000001",
			Secret:  "x",
			Expires: workday.NewDate(2027, 1, 1).Midnight(calendar.Location()),
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	a, err := joinParts(
		Dependencies{
			Calendar:  calendar,
			Directory: &directory.Directory{},
			Ladders:   []*ladder.Ladder{l},
			Platform: Platform{
				AppID:             "b0700000-0000-4000-8000-000000000001",
				Tenant:            "7e700000-0000-4000-8000-000000000001",
				Issuer:            "https://issuer.invalid",
				MetadataURL:       "https://issuer.invalid/metadata",
				Credential:        credential,
				ServiceURLAllowed: func(string) bool { return true },
			},
		},
		store,
	)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var (
	metricName  = regexp.MustCompile(`challengebot_[a-z_]+`)
	labelValues = regexp.MustCompile(`(work|result|cause|reason)=~?"([^"]*)"`)
)

func TestEveryAlarmIsAboutAMetricThatThereIsAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	registry := newUnstarted(t).Registry
	descriptions := make(chan *prometheus.Desc, 1000)
	registry.Describe(descriptions)
	close(descriptions)
	known := map[string]bool{}
	for d := range descriptions {
		known[metricName.FindString(d.String())] = true
	}
	values := map[string][]string{
		"work":   {"clock", "mornings", "deliveries", "probes", "watch"},
		"cause":  {"unavailable", "error", "panic"},
		"result": {"sent", "dropped"},
	}
	for _, k := range teamsfailure.Kinds() {
		values["result"] = append(values["result"], string(k))
	}
	for _, r := range bot.Reasons() {
		values["reason"] = append(values["reason"], string(r))
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families { // what else an instance counts from the start
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				values[l.GetName()] = append(values[l.GetName()], l.GetValue())
			}
		}
	}
	alarms := 0
	for _, g := range readRules(t).Groups {
		for _, r := range g.Rules {
			alarms++
			for _, name := range metricName.FindAllString(r.Expr, -1) {
				if !known[name] {
					t.Errorf("%s is about %s, which there is not", r.Alert, name)
				}
			}
			for _, m := range labelValues.FindAllStringSubmatch(r.Expr, -1) {
				for value := range strings.SplitSeq(m[2], "|") {
					if !slices.Contains(values[m[1]], value) {
						t.Errorf("%s is about %s=%q, which there is not", r.Alert, m[1], value)
					}
				}
			}
			if r.Alert == "" || r.Annotations["summary"] == "" || r.Annotations["action"] == "" ||
				!slices.Contains([]string{"page", "ticket"}, r.Labels["severity"]) {
				t.Errorf("%q does not say what is wrong, what to do or how urgent it is", r.Alert)
			}
		}
	}
	if alarms < 15 {
		t.Errorf("there are %d alarms", alarms)
	}
}

func TestThereIsAnAlarmForWhateverHarmsAChildInSilence(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, g := range readRules(t).Groups {
		for _, r := range g.Rules {
			all.WriteString(r.Expr + "\n")
		}
	}
	for _, what := range []string{`absent(up{job="challengebot"}`, "challengebot_engine_last_round_timestamp_seconds", "challengebot_question_oldest_seconds",
		"challengebot_inbound_rejected_total", "challengebot_clock_difference_seconds", "challengebot_clock_fault", "challengebot_credential_expires_timestamp_seconds",
		"challengebot_overdue_challenges", "challengebot_challenges_set_aside", "challengebot_prepared", "challengebot_directory_copy_in_use"} {
		if !strings.Contains(all.String(), what) {
			t.Errorf("no alarm is about %s", what)
		}
	}
}
