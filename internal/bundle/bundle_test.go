package bundle

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/record"
)

// sample is a challenge that was raised, went unanswered once, and was answered.
func sample(t *testing.T) challenge.Snapshot {
	t.Helper()
	l := challengetest.LoadLadder(t, "redcar-cleveland-internal")
	env := challengetest.Env(l, "2026-03-30 10:00")
	by := challengetest.Raisers(env, "north")[0]
	r := challengetest.RaiseCommand(env, "north", 7)
	r.Details.Concern = "<b>No visit</b> since & “February”."
	change, err := challenge.Raise(r, by, env)
	if err != nil {
		t.Fatal(err)
	}
	s := challenge.Snapshot{Challenge: change.Next, Ladder: l, History: change.Events}
	c, taken := challengetest.Deliver(change, env)
	s.Challenge, s.History = c, append(s.History, taken...)
	for range 4 {
		if env.Now = s.Challenge.NextAt; env.Now.IsZero() {
			break
		}
		if change, err = s.Decide(challenge.Tick{}, challenge.System, env); err != nil {
			t.Fatal(err)
		}
		s.Challenge, s.History = change.Next, append(s.History, change.Events...)
	}
	return s
}

func writeSample(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, sample(t), record.NameLookup{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpack writes the files of a bundle into a folder, and names them.
func unpack(t *testing.T, archive []byte) (dir string, files []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range z.File {
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(root, strings.Split(f.Name, "/")[0])
		files = append(files, path)
	}
	return dir, files
}

func verify(t *testing.T, dir string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "verify.sh")).CombinedOutput()
	return string(out), err
}

func TestTheBundleVerifiesWithTheToolsOfAShell(t *testing.T) {
	t.Parallel()
	s := sample(t)
	dir, files := unpack(t, writeSample(t))
	out, err := verify(t, dir)
	if err != nil || out != "ok, head "+s.Challenge.Head.String()+"\n" {
		t.Fatalf("%v: %s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(dir, "timeline.html"))
	if err != nil || !strings.Contains(string(page), "&lt;b&gt;No visit&lt;/b&gt; since &amp; “February”.") || !strings.Contains(string(page), "UTC") {
		t.Errorf("the timeline: %v\n%s", err, page)
	}
	if len(files) != 8+len(s.History) {
		t.Errorf("%d files for %d events", len(files), len(s.History))
	}
	if !bytes.Equal(writeSample(t), writeSample(t)) {
		t.Error("the same trail gives other bytes")
	}
}

// Whatever byte of whatever file is changed, and whatever is taken away or added, it is said.
func TestAChangedBundleDoesNotVerify(t *testing.T) {
	t.Parallel()
	dir, files := unpack(t, writeSample(t))
	random := rand.New(rand.NewPCG(1, 2))
	expectMisfit := func(what string) {
		t.Helper()
		if out, err := verify(t, dir); err == nil || !strings.Contains(out, "does not fit: ") {
			t.Errorf("%s is not noticed: %v\n%s", what, err, out)
		}
	}
	for _, file := range files {
		if filepath.Base(file) == "verify.sh" {
			continue // what checks cannot be trusted once it is changed: its hash stands in the manifest
		}
		was, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(was)
		i := random.IntN(len(changed))
		for filepath.Base(file) == "MANIFEST.sha256" && i%67 > 63 { // within a hash: elsewhere it is no list any more
			i = random.IntN(64)
		}
		changed[i] ^= 1 << random.IntN(3)
		if err := os.WriteFile(file, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		expectMisfit(filepath.Base(file) + " with another byte")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		expectMisfit(filepath.Base(file) + " taken away")
		if err := os.WriteFile(file, was, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	more := filepath.Join(dir, "chain", "99999.bin")
	if err := os.WriteFile(more, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	expectMisfit("a file more")
	if err := os.Remove(more); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(t, dir); err != nil {
		t.Errorf("put right again: %v\n%s", err, out)
	}
}

func TestABrokenTrailIsNoEvidence(t *testing.T) {
	t.Parallel()
	s := sample(t)
	s.History = s.History[1:]
	if err := Write(io.Discard, s, record.NameLookup{}, time.UTC); err == nil {
		t.Error("a trail without its beginning is taken")
	}
	s.History = nil
	if err := Write(io.Discard, s, record.NameLookup{}, time.UTC); !errors.Is(err, ErrEmpty) {
		t.Errorf("no trail: %v", err)
	}
}
