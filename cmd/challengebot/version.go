package main

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"challengebot/internal/postgres"
)

// programVersion is this program's version; CHANGELOG says what came with it.
const programVersion = "0.9.0"

type versionCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// builtFrom is what the program was built from.
type builtFrom struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Schema   int64  `json:"schema"`
}

func readBuild() builtFrom {
	b := builtFrom{Version: programVersion, Go: runtime.Version(), Schema: postgres.SchemaVersion()}
	if info, known := debug.ReadBuildInfo(); known {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b
}

// Run prints the version.
func (c *versionCommand) Run(p *program) error {
	b := readBuild()
	if c.JSON {
		return p.writeJSON(b)
	}
	commit := cmp.Or(b.Commit, "an unknown commit")
	if b.Modified {
		commit += " with changes"
	}
	p.printf("challengebot %s, from %s, with %s; it needs a database at version %d\n", b.Version, commit, b.Go, b.Schema)
	return nil
}
