package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/ladder"
	"challengebot/internal/story"
)

func TestAReviewIsOnePageForABoard(t *testing.T) {
	t.Parallel()
	text, err := ladder.ShippedText("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for _, edit := range [][2]string{
		{"version: 2", "version: 3"}, {"    window: 1 working day\n", "    window: 2 working days\n    window_inferred: true\n"}, {"  - id: stage-1\n    label: Stage 1", "  - id: stage-1\n    label: Stage <1>"},
	} {
		if !strings.Contains(changed, edit[0]) {
			t.Fatalf("the ladder has no %q", edit[0])
		}
		changed = strings.Replace(changed, edit[0], edit[1], 1)
	}
	people := writeTestFile(t, "people.yaml", strings.Replace(string(story.SampleDirectory()), "  head-of-service: aisha\n", "", 1))
	output := filepath.Join(t.TempDir(), "review.html")
	runCommand(t, nil, "ladder", "review", "ne-lincolnshire", writeTestFile(t, "own.yaml", changed), "-o", output, "--directory", people).expect(t, exitOK, "review.html is written.")
	written, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	page := string(written)
	was, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		was.Hash(), "version 3 for approval", "the window was 1 working day and is now 2 working days", "(moved)</strong>", "Raised in an ordinary week, Mon 8 Jun 2026 10:00",
		"Stage &lt;1&gt;", "Head of Service (head-of-service), who ", "Signature", "bank holidays of England and Wales", `<th scope="row">Informal Stage</th><td>2 working days</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, no := range []string{"<script", "http://", "https://", "Stage <1>", "src=", "href="} {
		if strings.Contains(page, no) {
			t.Errorf("the page has %q", no)
		}
	}
	runCommand(t, nil, "ladder", "review", "rutland", "nowhere", "-o", output).expect(t, exitWrong)
}
