package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func readProjectFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// canParse reports whether the program understands a command line.
func canParse(t *testing.T, args []string) error {
	t.Helper()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return err
}

// Where no builder of images is at hand the steps are held at least.
func TestTheImageIsBuiltAndRunsAsItShould(t *testing.T) {
	t.Parallel()
	var steps []string
	for line := range strings.Lines(readProjectFile(t, ".container/Containerfile")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			steps = append(steps, line)
		}
	}
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readProjectFile(t, "go.mod"))[1]
	for _, want := range []string{"FROM golang:" + goVersion + " AS build", "FROM scratch", "USER 65532:65532", "STOPSIGNAL SIGTERM",
		"RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -tags serving -o /challengebot ./cmd/challengebot",
		"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt"} {
		if !slices.Contains(steps, want) {
			t.Errorf("the step %q is missing", want)
		}
	}
	if slices.Index(steps, "USER 65532:65532") < slices.Index(steps, "FROM scratch") {
		t.Error("the user is set in the image that builds, not in the one that runs")
	}
	for _, step := range steps {
		_, list, isCommand := strings.Cut(step, "CMD ")
		if !isCommand {
			continue
		}
		var args []string
		if err := json.Unmarshal([]byte(list), &args); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		if args[0] == "/challengebot" {
			args = args[1:]
		}
		if err := canParse(t, args); err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
}

func TestTheUnitOfSystemdRunsWhatThereIs(t *testing.T) {
	t.Parallel()
	unit := readProjectFile(t, ".ops/challengebot.service")
	command := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/challengebot (.*)$`).FindStringSubmatch(unit)
	if command == nil || canParse(t, strings.Fields(command[1])) != nil || !strings.Contains(unit, "\nExecReload=/bin/kill -HUP $MAINPID\n") {
		t.Errorf("the unit runs %q", command)
	}
}

func TestHealthIsAskedOfABotThatServes(t *testing.T) {
	t.Parallel()
	practising, _ := startPractice(t)
	s := startServing(t, fakeEnv{envDatabase: newDatabase(t)}, writeConfig(t, practising))
	runCommand(t, nil, "health", "--address", s.address).expect(t, exitOK, "well")
	runCommand(t, nil, "health", "--ready", "--address", s.address+"/").expect(t, exitOK, "well")
	runCommand(t, nil, "health", "--address", s.address+"/nowhere").expect(t, exitWrong, "the bot answers 404")
	runCommand(t, nil, "health", "--address", "://").expect(t, exitUsage, "--address")
	s.end()
	runCommand(t, nil, "health", "--address", s.address).expect(t, exitWrong, "the bot does not answer")
}
