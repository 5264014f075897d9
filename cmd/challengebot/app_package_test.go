package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runAppPackage runs app package.
func runAppPackage(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	r := runCommand(t, nil, append([]string{"app", "package"}, args...)...)
	return r.Code, r.Stdout, r.Stderr
}

const registrationID = "11111111-1111-4111-8111-111111111111"

func TestAppPackageWritesAZipThatCanBeUploaded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "app.zip")
	if err := os.WriteFile(file, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runAppPackage(t, "--app-id", registrationID, "--developer", "Exampleshire Council",
		"--base-url", "https://challenge.example.gov.uk", "--app-version", "1.2.0", "-o", file)
	if code != exitOK || stderr != "" || !strings.HasPrefix(stdout, file+": upload it") {
		t.Fatalf("code %d, %q, %q", code, stdout, stderr)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{registrationID, `"version": "1.2.0"`, "https://challenge.example.gov.uk/privacy", "Exampleshire Council"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s is not in the manifest", want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files were left", len(entries))
	}
}

func TestAppPackageSaysAllThatTeamsWouldRefuseAndWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "app.zip")
	code, stdout, stderr := runAppPackage(t, "--app-id", "bot", "--developer", "Exampleshire Council", "--base-url", "http://example.gov.uk", "-o", file)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if code != exitWrong || stdout != "" || len(lines) != 4 {
		t.Errorf("code %d, %q, %q", code, stdout, stderr)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "challengebot: app package: ") || !strings.Contains(line, "; ") {
			t.Errorf("%q does not say what to do", line)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d files were written", len(entries))
	}
}

func TestAppPackageNamesTheFileThatItCannotUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.png")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	well := []string{"--app-id", registrationID, "--developer", "Exampleshire Council", "--base-url", "https://example.gov.uk"}
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no icon there":   {[]string{"-o", filepath.Join(dir, "a.zip"), "--colour-icon", filepath.Join(dir, "none.png")}, "none.png"},
		"an empty icon":   {[]string{"-o", filepath.Join(dir, "a.zip"), "--outline-icon", empty}, "empty.png is empty"},
		"no folder there": {[]string{"-o", filepath.Join(dir, "none", "a.zip")}, "name another file with --out"},
		"a folder":        {[]string{"-o", dir}, "name another file with --out"},
	} {
		code, stdout, stderr := runAppPackage(t, append(well, test.args...)...)
		if code != exitWrong || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: code %d, %q, %q", name, code, stdout, stderr)
		}
	}
}
