package app

import (
	"strings"
	"testing"

	"challengebot/internal/yamlfile"
)

func TestTheLineForAChildInDangerIsShortAndPlain(t *testing.T) {
	for line, fits := range map[string]bool{
		"Then call the emergency duty team: 01632 960 141.": true, "": true, strings.Repeat("x", maxDangerLine): true,
		strings.Repeat("x", maxDangerLine+1): false, "Call\u202e141": false, "Call \u200b141": false,
	} {
		var about []string
		for _, p := range (&Config{DangerLine: line}).validate(emptyFile(t)) {
			if strings.Contains(p.Error(), "a child in danger") {
				about = append(about, p.Error())
			}
		}
		if (len(about) == 0) != fits {
			t.Errorf("%q: %v", line, about)
		}
	}
}

func emptyFile(t *testing.T) *yamlfile.File {
	t.Helper()
	var shape struct{}
	f, err := yamlfile.Read("challengebot.yaml", []byte("{}\n"), &shape)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
