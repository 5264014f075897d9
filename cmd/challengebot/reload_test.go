package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func (s served) expectMetric(t *testing.T, line string) {
	t.Helper()
	if _, body := s.get(t, "/metrics"); !strings.Contains(body, "\n"+line+"\n") {
		t.Errorf("the metrics lack %q", line)
	}
}

func (s served) expectLog(t *testing.T, words string, times int) {
	t.Helper()
	if said := s.log.String(); strings.Count(said, words) != times {
		t.Errorf("the log says %q %d times, want %d:\n%s", words, strings.Count(said, words), times, said)
	}
}

func TestChangedFilesAreTakenWithoutARestart(t *testing.T) {
	t.Parallel()
	practising, _ := startPractice(t)
	config := writeConfig(t, practising)
	dir := filepath.Dir(config) + string(filepath.Separator)
	s := startServing(t, fakeEnv{envDatabase: newDatabase(t)}, config)
	s.takeNew()
	if !strings.Contains(s.log.String(), "the files have not changed") {
		t.Error("a word without a change is not answered")
	}

	stop, asked := make(chan struct{}), make(chan int)
	go func() { // somebody is served all the while
		n := 0
		for {
			select {
			case <-stop:
				asked <- n
				return
			default:
			}
			if resp, err := http.Get(s.address + "/healthz"); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("while the files are taken: %v", err)
			} else if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
			n++
		}
	}()
	changeTestFile(t, dir+"people.yaml", "team-manager: ben}", "team-manager: alex}")
	s.takeNew()
	close(stop)
	if <-asked == 0 {
		t.Error("nobody was served meanwhile")
	}
	s.expectLog(t, `the changed files are taken","people_joined":0,"people_left":0,"directory_changes":2,`, 1)
	changeTestFile(t, dir+"config.yaml", "{division: england-and-wales}", "{division: england-and-wales, extra_holidays: [{date: 2026-06-01, name: Jubilee}]}")
	s.takeNew()
	s.expectLog(t, "the changed files are taken", 2)
	s.expectMetric(t, "challengebot_settings_refused 0")
	s.expectMetric(t, "challengebot_prepared 1")

	// What is broken is not taken, is said once, without what stands in it, and is forgiven when
	// it is put right.
	changeTestFile(t, dir+"people.yaml", "leah, team-manager: alex}", "leah, team-manager: alexandra}")
	s.takeNew()
	s.expectMetric(t, "challengebot_settings_refused 1")
	s.expectLog(t, "the changed files are not taken ("+dir+"people.yaml:34:48)", 1)
	s.expectLog(t, "alexandra", 0)
	if status, body := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("/readyz says %d %s", status, body)
	}
	changeTestFile(t, dir+"people.yaml", "leah, team-manager: alexandra}", "leah, team-manager: alex}")
	s.takeNew()
	s.expectMetric(t, "challengebot_settings_refused 0")
	s.expectLog(t, "the files are again those that the bot works with", 1)

	changeTestFile(t, dir+"config.yaml", "ladders:", "ladder:")
	s.takeNew()
	s.expectMetric(t, "challengebot_settings_refused 1")
	s.expectLog(t, "the changed files are not taken ("+dir+"config.yaml:5:1)", 1)
	changeTestFile(t, dir+"config.yaml", "ladder: [ne-lincolnshire]", "ladders: [ne-lincolnshire, rutland]")
	s.takeNew()
	s.expectMetric(t, "challengebot_settings_refused 0")
	s.expectLog(t, `"ladders":2`, 1)
}
