//go:build !serving

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTryPlaysTheDemonstrationOrServesThePage holds that the flags reach internal/try, whose own
// tests hold what comes of them.
func TestTryPlaysTheDemonstrationOrServesThePage(t *testing.T) {
	runCommand(t, nil, "try", "--demo").expect(t, exitOK, "Raise a challenge", "chain verified: ", "All as expected")
	r := runCommand(t, nil, "try", "--demo", "--json")
	r.expect(t, exitOK)
	for line := range strings.Lines(r.Stdout) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}

	ctx, end := context.WithCancel(t.Context())
	defer end()
	out, errs := lineWriter{make(chan string, 10)}, &bytes.Buffer{}
	code := make(chan int, 1)
	go func() {
		p := &program{ctx: ctx, stdout: out, stderr: errs, env: fakeEnv{}.lookup, now: time.Now}
		code <- runProgram(p, []string{"try", "--port", "0"})
	}()
	for served := false; !served; {
		select {
		case line := <-out.lines:
			served = strings.Contains(line, "The practice page: http://127.0.0.1:")
		case c := <-code:
			t.Fatalf("it ended with %d: %s", c, errs)
		}
	}
	end()
	if c := <-code; c != exitOK {
		t.Errorf("it ended with %d: %s", c, errs)
	}
}

func TestTryEndsWhenItIsToldWhileStarting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := runCommandAt(ctx, monday, nil, "try", "--demo"); r.Code != exitWrong || strings.Contains(r.Stdout, "All as expected") {
		t.Errorf("exit code %d: %s", r.Code, r.Stdout)
	}
	runCommand(t, nil, "try", "--ladders", filepath.Join(t.TempDir(), "none")).expect(t, exitWrong, "folder of ladders")
}
