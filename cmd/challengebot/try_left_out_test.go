//go:build serving

package main

import (
	"strings"
	"testing"
)

func TestTheProgramBuiltToServeSaysWhereTryIs(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"try"}, {"try", "--demo", "--json"}, {"try", "--port", "1"}} {
		runCommand(t, nil, args...).expect(t, exitUsage, "try is not in this program", "go run ./cmd/challengebot try")
	}
	if r := runCommand(t, nil, "--help"); r.Code != exitOK || strings.Contains(r.Stdout, "try") {
		t.Errorf("exit code %d, help: %s", r.Code, r.Stdout)
	}
}
