// Command challengebot is the challenge and escalation bot of a safeguarding unit,
// and what its administrator needs around it.
//
// It only wires: each subcommand is one small file, and what it does is in the
// packages that it names. What a person asked for goes to standard output; what went
// wrong goes to standard error, in one line that says where and what to do, with
// nothing in it that could name a child. The exit code is 0 when all is well, 1 when
// something is wrong, and 2 when the command line cannot be understood.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"challengebot/internal/safetext"
	"challengebot/internal/yamlfile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}

// Exit codes.
const (
	exitOK    = 0
	exitWrong = 1
	exitUsage = 2
)

// commands are the subcommands, each with a Run method in a file of its own.
type commands struct {
	Serve            serveCommand `cmd:"" help:"Serve the bot (production)."`
	practiceCommands `embed:""`
	Check            checkCommand     `cmd:"" help:"Check configuration, directory, calendar, ladders and database: what is missing."`
	Migrate          migrateCommand   `cmd:"" help:"Bring the database that DATABASE_URL names up to date."`
	Clock            clockCommand     `cmd:"" help:"Compare the clocks, or say that the clock of the database is right after it jumped."`
	Restored         restoredCommand  `cmd:"" help:"After a restore from a backup: say what is missing, ask again, and tell oversight."`
	Directory        directoryCommand `cmd:"" help:"Write the directory as one file, or what a change of it would do."`
	Ladder           ladderCommand    `cmd:"" help:"Lint, simulate, show, start or compare a ladder."`
	Report           reportCommand    `cmd:"" help:"Make the figures of a period: numbers, timescales met, days, with small numbers hidden."`
	Register         registerCommand  `cmd:"" help:"List every challenge, open and ended, one row each."`
	Audit            auditCommand     `cmd:"" help:"Show or verify the audit trail."`
	Health           healthCommand    `cmd:"" help:"Ask a bot that serves whether it is well."`
	Version          versionCommand   `cmd:"" help:"Say which version this is, what it was built from, and what database it needs."`
	App              appCommand       `cmd:"" help:"Make the app package for Teams."`
}

// program is what a subcommand works with.
type program struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	env    func(string) string
	now    func() time.Time
	reload <-chan func() // words to read the files anew, in tests; nil: SIGHUP is one
}

// printf writes for the person who asked. A terminal that is gone is nobody's error.
func (p *program) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.stdout, format, args...) }

// printError writes one line about what went wrong.
func (p *program) printError(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stderr, format+"\n", args...)
}

// reportedError is an error that has been told already; only the exit code is left.
type reportedError struct{ code int }

func (s reportedError) Error() string { return fmt.Sprintf("exit code %d", s.code) }

// errUsage wraps what is wrong with the command line itself.
var errUsage = errors.New("see --help")

func run(ctx context.Context, args []string, stdout, stderr io.Writer, env func(string) string) int {
	return runProgram(&program{ctx: ctx, stdout: stdout, stderr: stderr, env: env, now: time.Now}, args)
}

// exitRequest is how kong asks to end the program: after --help.
type exitRequest int

func runProgram(p *program, args []string) (code int) {
	// Whatever was typed into a challenge or stands in a file: the terminal shows it and obeys
	// nothing.
	p.stdout, p.stderr = safetext.TerminalWriter{Writer: p.stdout}, safetext.TerminalWriter{Writer: p.stderr}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exitRequest:
			code = int(r)
		default: // its value and the stack could hold what people wrote
			p.printError("challengebot: the program has a fault of its own, at %s; please report it", panicLocation())
			code = exitWrong
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("challengebot"), kong.Writers(p.stdout, p.stderr), kong.UsageOnError(),
		kong.Description("A Microsoft Teams bot for professional challenges in children's safeguarding."),
		kong.Exit(func(code int) { panic(exitRequest(code)) }))
	if err != nil {
		panic(err) // the grammar is compiled in
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		p.printError("challengebot: %v; run challengebot --help to see what there is", err)
		return exitUsage
	}
	return p.exitCode(parsed.Run(p))
}

// panicLocation is the line of this program at which a panic began.
func panicLocation() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for panicked := false; ; {
		frame, more := frames.Next()
		panicked = panicked || frame.Function == "runtime.gopanic"
		if panicked && strings.HasPrefix(frame.Function, "challengebot/") || !more {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
	}
}

// exitCode tells an error, if it was not told already, and gives the exit code.
func (p *program) exitCode(err error) int {
	var reported reportedError
	switch problems := yamlfile.ProblemsOf(err); {
	case err == nil:
		return exitOK
	case errors.As(err, &reported):
		return reported.code
	case len(problems) > 0:
		problems.Sort()
		for _, one := range problems {
			p.printError("%s", one.Error())
		}
	case errors.Is(err, errUsage):
		p.printError("challengebot: %v", err)
		return exitUsage
	default:
		p.printError("challengebot: %v", err)
	}
	return exitWrong
}
