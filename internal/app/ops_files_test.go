package app

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestEveryPanelOfTheDashboardIsAboutAMetricThatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.ops/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	descriptions := make(chan *prometheus.Desc, 1000)
	newUnstarted(t).Registry.Describe(descriptions)
	close(descriptions)
	known := map[string]bool{}
	for d := range descriptions {
		known[metricName.FindString(d.String())] = true
	}
	shown, places := map[string]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if other, taken := places[[2]int{p.GridPos.X, p.GridPos.Y}]; taken {
			t.Errorf("%q lies on %q", p.Title, other)
		}
		places[[2]int{p.GridPos.X, p.GridPos.Y}] = p.Title
		for _, target := range p.Targets {
			names := metricName.FindAllString(target.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%q shows no metric of the bot: %s", p.Title, target.Expr)
			}
			for _, name := range names {
				name = strings.TrimSuffix(name, "_bucket")
				if shown[name] = true; !known[name] {
					t.Errorf("%q shows %s, which there is not", p.Title, name)
				}
			}
		}
	}
	for _, r := range readRules(t).Groups[0].Rules { // what alarms can be looked at
		for _, name := range metricName.FindAllString(r.Expr, -1) {
			if !shown[name] && !strings.HasPrefix(name, "challengebot_issuer_keys") && name != "challengebot_engine_set_aside_total" {
				t.Errorf("the alarm %s is about %s, which no panel shows", r.Alert, name)
			}
		}
	}
}
